"""How many reports wait in an area, without reading all of the area's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0017_months_of_a_source")]

    operations = [
        migrations.AddIndex(
            "incident",
            models.Index(condition=models.Q(("status", "submitted")), fields=["area"], name="incident_waiting"),
        ),
    ]
