"""A progress note is of the same collaboration as the measure, the part and the organisation it is about."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("followup", "0001_progress_notes")]

    operations = [
        held(
            "followup_progressnote",
            measure_id="action_plans_measure",
            part_id="action_plans_commitment",
            organisation_id="partners_organisation",
        )
    ]
