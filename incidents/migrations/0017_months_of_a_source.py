"""Which months each source has delivered for, without reading all reports for it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("incidents", "0016_within_one_collaboration")]

    operations = [
        migrations.AddIndex(
            "incident",
            models.Index(
                condition=Q(("status", "approved"), ("is_counted", True), _connector="OR"),
                fields=["collaboration", "source", "is_counted", "time_precision", "occurred_on"],
                name="incident_source_day",
            ),
        ),
    ]
