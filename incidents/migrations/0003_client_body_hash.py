"""Remember what a client sent under its own number, so that a replay is told from another report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="client_body_hash",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
    ]
