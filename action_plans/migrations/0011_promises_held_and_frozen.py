"""Promises stay within their collaboration, and what was published never changes nor comes back: the database itself
refuses."""

from django.db import migrations

from common.same_collaboration import held

FORWARD = """
CREATE FUNCTION publication_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a publication never changes, and once taken away it stays away';
END $$;
CREATE TRIGGER publication_frozen BEFORE DELETE OR UPDATE OF promise_id, number, content, published_at
    ON action_plans_publication
    FOR EACH ROW EXECUTE FUNCTION publication_refuse_change();
CREATE TRIGGER publication_stays_away BEFORE UPDATE OF unpublished_at
    ON action_plans_publication
    FOR EACH ROW WHEN (OLD.unpublished_at IS NOT NULL AND NEW.unpublished_at IS DISTINCT FROM OLD.unpublished_at)
    EXECUTE FUNCTION publication_refuse_change();
"""

BACKWARD = """
DROP TRIGGER publication_stays_away ON action_plans_publication;
DROP TRIGGER publication_frozen ON action_plans_publication;
DROP FUNCTION publication_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("action_plans", "0010_promises")]

    operations = [
        held(
            "action_plans_dialogue",
            area_id="areas_area",
            place_id="areas_place",
            walk_id="areas_safetywalk",
        ),
        held(
            "action_plans_promise",
            area_id="areas_area",
            problem_id="cause_analysis_problem",
            decided_by_group_id="partners_group",
        ),
        held(
            "action_plans_promisedialogue",
            promise_id="action_plans_promise",
            dialogue_id="action_plans_dialogue",
        ),
        held(
            "action_plans_promisesignatory",
            promise_id="action_plans_promise",
            organisation_id="partners_organisation",
        ),
        held(
            "action_plans_promiseitem",
            promise_id="action_plans_promise",
            organisation_id="partners_organisation",
        ),
        held(
            "action_plans_promiseitemmeasure",
            item_id="action_plans_promiseitem",
            measure_id="action_plans_measure",
        ),
        held("action_plans_promisefollowup", promise_id="action_plans_promise"),
        held("action_plans_publication", promise_id="action_plans_promise"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
