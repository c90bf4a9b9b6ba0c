"""A category's reports by day instead of by category alone, and the few reports that are not approved."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_fewer_incident_indexes")]

    operations = [
        migrations.AlterField(
            "incident",
            "category",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incidents",
                to="incidents.category",
                verbose_name="what happened",
            ),
        ),
        migrations.AddIndex(
            "incident", models.Index(fields=["category", "-occurred_on", "-id"], name="incident_category_latest")
        ),
        migrations.AddIndex(
            "incident",
            models.Index(
                condition=Q(("status__in", ["draft", "submitted", "returned", "rejected", "merged"])),
                fields=["collaboration", "-occurred_on", "-id"],
                name="incident_not_approved",
            ),
        ),
    ]
