"""Evaluations are of the same collaboration as what they point at; an adopted one and what it was computed to never change."""

from django.db import migrations

from common.same_collaboration import held

FORWARD = """
CREATE FUNCTION evaluation_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an adopted evaluation never changes';
END $$;
CREATE TRIGGER evaluation_frozen BEFORE DELETE OR UPDATE OF
    plan_id, number, evaluation_plan_id, due_on, figures, computed_at, headline, done_as_planned, mechanism_shown,
    what_else, side_effects, outcome, reason, what_next, row_version, adopted_at, adopted_by_group_id
    ON followup_evaluation FOR EACH ROW WHEN (OLD.adopted_at IS NOT NULL) EXECUTE FUNCTION evaluation_refuse_change();
CREATE TRIGGER evaluation_check_frozen BEFORE DELETE OR UPDATE ON followup_evaluationcheck
    FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_change();

CREATE FUNCTION evaluation_part_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM followup_evaluation AS evaluation
               WHERE evaluation.id = coalesce(OLD.evaluation_id, NEW.evaluation_id) AND evaluation.adopted_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'an adopted evaluation never changes';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER evaluated_measure_frozen BEFORE INSERT OR DELETE OR UPDATE OF evaluation_id, measure_id
    ON followup_evaluatedmeasure FOR EACH ROW EXECUTE FUNCTION evaluation_part_refuse_change();
CREATE TRIGGER lesson_frozen BEFORE INSERT OR DELETE OR UPDATE OF evaluation_id, about, place_id, text
    ON followup_lesson FOR EACH ROW EXECUTE FUNCTION evaluation_part_refuse_change();
"""

BACKWARD = """
DROP TRIGGER lesson_frozen ON followup_lesson;
DROP TRIGGER evaluated_measure_frozen ON followup_evaluatedmeasure;
DROP FUNCTION evaluation_part_refuse_change();
DROP TRIGGER evaluation_check_frozen ON followup_evaluationcheck;
DROP TRIGGER evaluation_frozen ON followup_evaluation;
DROP FUNCTION evaluation_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("followup", "0005_evaluations")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        held(
            "followup_evaluation",
            plan_id="action_plans_plan",
            evaluation_plan_id="action_plans_evaluationplan",
            adopted_by_group_id="partners_group",
        ),
        held("followup_evaluatedmeasure", evaluation_id="followup_evaluation", measure_id="action_plans_measure"),
        held("followup_evaluationcheck", evaluation_id="followup_evaluation"),
        held("followup_lesson", evaluation_id="followup_evaluation", place_id="areas_place"),
        held("followup_problemwatch", problem_id="cause_analysis_problem", evaluation_id="followup_evaluation"),
    ]
