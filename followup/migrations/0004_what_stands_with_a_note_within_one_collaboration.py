"""What stands with a note is of the same collaboration as the note and its measure."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("followup", "0003_what_stands_with_a_note")]

    operations = [
        held("followup_doseplan", measure_id="action_plans_measure"),
        held("followup_dosedone", note_id="followup_progressnote", dose_id="followup_doseplan"),
        held("followup_obstacle", measure_id="action_plans_measure", note_id="followup_progressnote"),
        held("followup_proofphoto", note_id="followup_progressnote"),
    ]
