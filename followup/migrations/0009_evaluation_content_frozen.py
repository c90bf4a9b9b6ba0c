"""What an adopted evaluation keeps of its names never changes either."""

from django.db import migrations

FROZEN = """
DROP TRIGGER evaluation_frozen ON followup_evaluation;
CREATE TRIGGER evaluation_frozen BEFORE DELETE OR UPDATE OF
    plan_id, number, evaluation_plan_id, due_on, figures, computed_at, headline, done_as_planned, mechanism_shown,
    what_else, side_effects, outcome, reason, what_next, row_version, adopted_at, adopted_by_group_id{more}
    ON followup_evaluation FOR EACH ROW WHEN (OLD.adopted_at IS NOT NULL) EXECUTE FUNCTION evaluation_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("followup", "0008_evaluation_content")]

    operations = [migrations.RunSQL(FROZEN.format(more=", content"), FROZEN.format(more=""))]
