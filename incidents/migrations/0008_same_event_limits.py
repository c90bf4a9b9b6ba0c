"""A category may say how near two reports are suggested to be the same event."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0007_merged_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="same_event_m",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(2000),
                ],
                verbose_name="same event within, metres",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="same_event_hours",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(720),
                ],
                verbose_name="same event within, hours",
            ),
        ),
    ]
