"""A problem, and what belongs to it, is of the same collaboration as everything it points at."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [
        ("cause_analysis", "0001_problems"),
        ("areas", "0006_within_one_collaboration"),
        ("partners", "0010_within_one_collaboration"),
    ]

    operations = [
        held("cause_analysis_problem", area_id="areas_area"),
        held("cause_analysis_problemplace", problem_id="cause_analysis_problem", place_id="areas_place"),
        held(
            "cause_analysis_partnerview",
            problem_id="cause_analysis_problem",
            organisation_id="partners_organisation",
        ),
        held("cause_analysis_problemmove", problem_id="cause_analysis_problem"),
        held(
            "cause_analysis_coachinvitation",
            problem_id="cause_analysis_problem",
            membership_id="partners_membership",
        ),
    ]
