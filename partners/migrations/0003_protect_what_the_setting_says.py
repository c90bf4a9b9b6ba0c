"""A new collaboration protects the counts that the setting says, and not always those up to four."""

import django.core.validators
from django.db import migrations, models

import partners.models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0002_seats_do_not_overlap"),
    ]

    operations = [
        migrations.AlterField(
            model_name="collaboration",
            name="protect_counts_up_to",
            field=models.PositiveSmallIntegerField(
                default=partners.models.protect_counts_up_to_at_first,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)],
                verbose_name="protect counts up to",
            ),
        ),
    ]
