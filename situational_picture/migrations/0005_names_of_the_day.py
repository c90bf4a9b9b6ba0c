from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("situational_picture", "0004_deliveries")]

    operations = [
        migrations.AddField(
            model_name="picture",
            name="frozen_area_name",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=100),
        ),
    ]
