"""A reminder is of the same collaboration as the commitment it is about."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("action_plans", "0008_commitment_reminders")]

    operations = [held("action_plans_commitmentreminder", commitment_id="action_plans_commitment")]
