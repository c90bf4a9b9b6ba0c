"""The group that agrees on a goal is of the goal's collaboration."""

from django.db import migrations

from common.same_collaboration import held

_PARENTS = {
    "plan_id": "action_plans_plan",
    "problem_id": "cause_analysis_problem",
    "organisation_id": "partners_organisation",
    "owner_id": "partners_membership",
}


class Migration(migrations.Migration):
    dependencies = [("action_plans", "0006_goals_worded_and_agreed")]

    operations = [
        migrations.RunSQL(
            "\n".join(
                f"DROP TRIGGER action_plans_goal_{name} ON action_plans_goal;" for name in ("stays", "arrives", "moves")
            ),
            held("action_plans_goal", **_PARENTS).sql,
        ),
        held("action_plans_goal", **_PARENTS, agreed_by_group_id="partners_group"),
    ]
