"""The Word template of a collaboration."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [
        ("action_plans", "0011_promises_held_and_frozen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WordTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(editable=False, upload_to="word-templates/")),
                ("size_bytes", models.PositiveIntegerField(editable=False)),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "collaboration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="word_template",
                        to="partners.collaboration",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["collaboration"]},
        ),
        held("action_plans_wordtemplate"),
    ]
