"""A round, its problems and its scores are of the same collaboration as everything they point at."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [
        ("cause_analysis", "0006_prioritisation"),
        ("partners", "0010_within_one_collaboration"),
    ]

    operations = [
        held("cause_analysis_prioritisationround", group_id="partners_group"),
        held(
            "cause_analysis_roundproblem",
            round_id="cause_analysis_prioritisationround",
            problem_id="cause_analysis_problem",
        ),
        held("cause_analysis_score", round_problem_id="cause_analysis_roundproblem", seat_id="partners_groupmember"),
    ]
