"""An organisation may be trusted for import: its rows are approved without waiting where the guard is silent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0003_protect_what_the_setting_says"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="is_trusted_for_import",
            field=models.BooleanField(default=False, verbose_name="trusted for import"),
        ),
    ]
