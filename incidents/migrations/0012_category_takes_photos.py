"""Whether reports of a category may have photos: no, until somebody has thought about what they would show."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0011_purged_to_statistics")]

    operations = [
        migrations.AddField(
            model_name="category",
            name="takes_photos",
            field=models.BooleanField(db_default=False, default=False, verbose_name="takes photos"),
        )
    ]
