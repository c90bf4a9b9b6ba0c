"""What places are like, as somebody saw them on a day, and who answers for them by the hour."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import areas.models.place_file
from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("areas", "0006_within_one_collaboration"), ("partners", "0010_within_one_collaboration")]

    operations = [
        migrations.CreateModel(
            name="PlaceFeature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("light", "light"),
                            ("sight_lines", "sight lines"),
                            ("escape_routes", "escape routes"),
                            ("through_flow", "people passing through"),
                            ("opening_hours", "opening hours"),
                            ("vacant_premises", "vacant premises"),
                            ("locks", "doors, locks and door codes"),
                            ("surveillance", "cameras and guarding"),
                            ("seating", "seating"),
                            ("shelter", "shelter from the weather"),
                            ("wifi", "open wifi"),
                            ("power", "power outlets"),
                            ("greenery", "greenery"),
                            ("upkeep", "upkeep, litter and graffiti"),
                            ("traffic", "traffic and parking"),
                            ("fire", "fire safety"),
                            ("other", "something else"),
                        ],
                        max_length=20,
                        verbose_name="feature",
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=80, verbose_name="which part of the place")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("good", "good"),
                            ("defect", "defect"),
                            ("urgent", "urgent"),
                            ("neutral", "a fact"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("observed_on", models.DateField(verbose_name="seen on")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("entered", "written down by hand"),
                            ("inspection", "safety inspection"),
                            ("walk", "safety walk"),
                        ],
                        default="entered",
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("taken_back_at", models.DateTimeField(blank=True, editable=False, null=True)),
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
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="who saw it",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="features",
                        to="areas.place",
                    ),
                ),
            ],
            options={
                "ordering": ["place", "-observed_on", "-pk"],
                "indexes": [
                    models.Index(fields=["place", "kind", "detail", "-observed_on", "-id"], name="place_feature_latest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "other"), _negated=True),
                            models.Q(("detail", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="place_feature_other_is_told",
                        violation_error_message="Say what it is.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaceManager",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.CharField(
                        choices=[
                            ("organisation", "a partner"),
                            ("outside", "somebody else"),
                            ("nobody", "nobody"),
                        ],
                        max_length=12,
                        verbose_name="who answers for the place",
                    ),
                ),
                ("outside_party", models.CharField(blank=True, max_length=120, verbose_name="who else")),
                ("task", models.CharField(blank=True, max_length=200, verbose_name="what they do there")),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[django.core.validators.MaxValueValidator(6)]
                        ),
                        default=areas.models.place_file._every_weekday,
                        help_text="0 is Monday.",
                        size=None,
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "from_hour",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(23)], verbose_name="from"
                    ),
                ),
                (
                    "to_hour",
                    models.PositiveSmallIntegerField(
                        default=24,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(24),
                        ],
                        verbose_name="until",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True, help_text="The first day it no longer holds.", null=True, verbose_name="until"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.collaboration"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="partner",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="managers_by_hour",
                        to="areas.place",
                    ),
                ),
            ],
            options={
                "ordering": ["place", "from_hour", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="place_manager_dates",
                        violation_error_message="The last day comes before the first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation__isnull", False), ("outside_party", ""), ("party", "organisation")),
                            models.Q(
                                ("organisation__isnull", True),
                                ("party", "outside"),
                                models.Q(("outside_party", ""), _negated=True),
                            ),
                            models.Q(("organisation__isnull", True), ("outside_party", ""), ("party", "nobody")),
                            _connector="OR",
                        ),
                        name="place_manager_party",
                        violation_error_message="Name one partner, somebody else, or nobody.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6]), ("weekdays__len__gte", 1)
                        ),
                        name="place_manager_weekdays",
                        violation_error_message="Choose at least one weekday.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_hour__lte", 23),
                            ("to_hour__gte", 1),
                            ("to_hour__lte", 24),
                            models.Q(("from_hour", models.F("to_hour")), _negated=True),
                        ),
                        name="place_manager_hours",
                        violation_error_message="Choose from which hour until which.",
                    ),
                ],
            },
        ),
        held("areas_placefeature", place_id="areas_place", organisation_id="partners_organisation"),
        held("areas_placemanager", place_id="areas_place", organisation_id="partners_organisation"),
    ]
