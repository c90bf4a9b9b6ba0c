from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("areas", "0004_a_code_names_one_area")]

    operations = [
        migrations.AddConstraint(
            model_name="area",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to__isnull", True), models.Q(("code", ""), _negated=True)),
                fields=("collaboration", "kind", "code"),
                name="area_code_once",
                violation_error_message="There is already an area of this kind with this code.",
            ),
        ),
    ]
