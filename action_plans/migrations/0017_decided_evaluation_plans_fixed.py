"""Evaluation plans of measures that are decided already were fixed then, or when they were last written."""

from django.db import migrations

FIX = """
UPDATE action_plans_evaluationplan AS plan SET fixed_at = greatest(plan.changed_at, decided.at)
FROM (
    SELECT measure_id, max(at) AS at FROM action_plans_measuremove WHERE to_state = 'decided' GROUP BY measure_id
) AS decided
WHERE decided.measure_id = plan.measure_id AND plan.fixed_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("action_plans", "0016_evaluation_within_one_collaboration")]

    operations = [migrations.RunSQL(FIX, migrations.RunSQL.noop)]
