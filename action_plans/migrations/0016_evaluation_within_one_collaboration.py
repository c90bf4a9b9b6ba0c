"""What an evaluation plan compares with, and its changes, are of the plan's collaboration."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("action_plans", "0015_evaluation_planned_by_helper")]

    operations = [
        held(
            "action_plans_evaluationcomparisonplace",
            evaluation_plan_id="action_plans_evaluationplan",
            place_id="areas_place",
        ),
        held(
            "action_plans_evaluationchange",
            evaluation_plan_id="action_plans_evaluationplan",
        ),
    ]
