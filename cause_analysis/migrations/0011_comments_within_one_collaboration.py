"""A comment is of the same collaboration as the analysis and the cause it is about."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("cause_analysis", "0010_coach_comments")]

    operations = [
        held(
            "cause_analysis_coachcomment",
            analysis_id="cause_analysis_causeanalysis",
            cause_id="cause_analysis_cause",
        )
    ]
