"""Photos with reports, each looked at before others see it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0012_category_takes_photos"),
        ("partners", "0008_closed_accounts_have_a_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(blank=True, editable=False, upload_to="photos/")),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("size_bytes", models.PositiveIntegerField()),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("client_uuid", models.UUIDField(editable=False)),
                ("client_body_hash", models.CharField(editable=False, max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("approved", "approved"), ("removed", "removed")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "removal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("review", "removed in the review"),
                            ("reporter", "taken back by the reporter"),
                            ("rejected", "removed because the report was rejected"),
                            ("category", "removed because the category takes no photos"),
                            ("time", "deleted: its time was over"),
                        ],
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("is_covered", models.BooleanField(db_default=False, default=False, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("reviewed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.collaboration",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="photos",
                        to="incidents.incident",
                    ),
                ),
                (
                    "reviewed_by",
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
                "ordering": ["incident", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")), fields=["collaboration"], name="photo_waiting"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("incident", "client_uuid"), name="photo_client_uuid_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("file", ""),
                                ("sha256", ""),
                                ("status", "removed"),
                                models.Q(("removal", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "removed"), _negated=True),
                                models.Q(("file", ""), _negated=True),
                                ("removal", ""),
                            ),
                            _connector="OR",
                        ),
                        name="photo_file_unless_removed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "approved"), _negated=True),
                            ("reviewed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="photo_approved_is_reviewed",
                    ),
                ],
            },
        ),
    ]
