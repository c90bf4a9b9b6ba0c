"""Nine indexes fewer for each imported row: those another index begins with, and those of columns mostly empty."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("areas", "0001_initial"),
        ("incidents", "0004_import_mappings"),
        ("partners", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "incident",
            "collaboration",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incidents",
                to="partners.collaboration",
            ),
        ),
        migrations.AlterField(
            "incident",
            "organisation",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incidents",
                to="partners.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.AlterField(
            "incident",
            "unit",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incidents",
                to="partners.unit",
            ),
        ),
        migrations.AlterField(
            "incident",
            "reporter",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="incidents",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "incident",
            "place",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incidents",
                to="areas.place",
                verbose_name="place",
            ),
        ),
        migrations.AlterField(
            "incident",
            "area",
            models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incidents",
                to="areas.area",
            ),
        ),
        migrations.AlterField(
            "incident",
            "reviewed_by",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveIndex("incident", "incident_place_day"),
        migrations.AddIndex(
            "incident",
            models.Index(
                condition=Q(("place__isnull", False)), fields=["place", "occurred_on"], name="incident_place_day"
            ),
        ),
        migrations.AddIndex(
            "incident", models.Index(condition=Q(("unit__isnull", False)), fields=["unit"], name="incident_unit")
        ),
        migrations.AddIndex(
            "incident",
            models.Index(condition=Q(("reporter__isnull", False)), fields=["reporter"], name="incident_reporter"),
        ),
        migrations.AddIndex(
            "incident",
            models.Index(
                condition=Q(("reviewed_by__isnull", False)), fields=["reviewed_by"], name="incident_reviewed_by"
            ),
        ),
    ]
