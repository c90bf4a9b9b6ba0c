"""Saved mappings of columns, and what an import's page needs to know between its steps."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_client_body_hash"), ("partners", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ImportMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.collaboration"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_mappings",
                        to="partners.organisation",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("columns", models.JSONField(default=dict)),
                ("options", models.JSONField(blank=True, default=dict)),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.AddConstraint(
            model_name="importmapping",
            constraint=models.UniqueConstraint(
                fields=("organisation", "name"),
                name="import_mapping_name_once",
                violation_error_message="The organisation already has a mapping with this name.",
            ),
        ),
        migrations.AddField("importbatch", "attempts", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("importbatch", "language", models.CharField(default="sv", max_length=7)),
        migrations.AddField("importbatch", "preview", models.JSONField(blank=True, default=list)),
    ]
