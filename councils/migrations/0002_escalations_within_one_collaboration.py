"""A question between two groups is of the same collaboration as they and all it is about."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("councils", "0001_escalations")]

    operations = [
        held(
            "councils_escalation",
            from_group_id="partners_group",
            to_group_id="partners_group",
            recipient_id="partners_membership",
            area_id="areas_area",
            commitment_id="action_plans_commitment",
            agreed_commitment_id="action_plans_commitment",
        ),
        held("councils_escalationreminder", escalation_id="councils_escalation"),
    ]
