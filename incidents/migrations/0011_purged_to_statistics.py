"""A report whose time is over keeps its row, without point and time, and goes on making its month's counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0010_who_reports")]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="is_counted",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="incident",
            name="text_purged_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RemoveConstraint(model_name="incident", name="incident_point_whole"),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cell__isnull", True), ("lat__isnull", True), ("location", "none"), ("lon__isnull", True)
                    ),
                    models.Q(
                        models.Q(("location", "none"), _negated=True),
                        ("cell__isnull", False),
                        ("lat__isnull", False),
                        ("lon__isnull", False),
                    ),
                    models.Q(
                        ("cell__isnull", True), ("lat__isnull", True), ("lon__isnull", True), ("status", "purged")
                    ),
                    _connector="OR",
                ),
                name="incident_point_whole",
                violation_error_message="Give both longitude and latitude, or neither.",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_counted", False),
                    models.Q(("status", "purged"), ("time_precision", "month")),
                    _connector="OR",
                ),
                name="incident_counted_when_purged",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("is_counted", True)),
                fields=["collaboration", "-occurred_on"],
                name="incident_purged",
            ),
        ),
    ]
