"""An analysis, its causes and their evidence are of the same collaboration as everything they point at."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("cause_analysis", "0004_causes_frozen")]

    operations = [
        held(
            "cause_analysis_causeanalysis",
            problem_id="cause_analysis_problem",
            begun_from_id="cause_analysis_causeanalysis",
            adopted_by_group_id="partners_group",
        ),
        held(
            "cause_analysis_cause",
            analysis_id="cause_analysis_causeanalysis",
            parent_id="cause_analysis_cause",
            copied_from_id="cause_analysis_cause",
            chosen_by_group_id="partners_group",
        ),
        held("cause_analysis_causemove", cause_id="cause_analysis_cause"),
        held(
            "cause_analysis_evidence",
            cause_id="cause_analysis_cause",
            organisation_id="partners_organisation",
            place_id="areas_place",
        ),
    ]
