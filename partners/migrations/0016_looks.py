"""What a collaboration's documents look like, one row after the other."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0015_how_people_want_to_be_told"),
    ]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("accent", models.CharField(blank=True, max_length=7)),
                ("header", models.CharField(blank=True, max_length=80)),
                ("file", models.FileField(blank=True, editable=False, upload_to="logotypes/")),
                ("made_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="looks", to="partners.collaboration"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)), fields=("collaboration",), name="look_one_in_force"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accent__regex", "^(#[0-9a-f]{6})?$")), name="look_accent_is_a_colour"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replaced_at__isnull", True), ("replaced_at__gte", models.F("made_at")), _connector="OR"
                        ),
                        name="look_replaced_after_made",
                        violation_error_message="A look ends after it began.",
                    ),
                ],
            },
        ),
        held("partners_look"),
    ]
