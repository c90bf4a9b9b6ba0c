"""What the law asks for stays in its collaboration, and what was decided never changes but in when it is due."""

from django.db import migrations

from common.same_collaboration import held

FORWARD = """
CREATE FUNCTION statutory_decision_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision on a duty never changes';
END $$;
CREATE TRIGGER statutory_decision_frozen BEFORE DELETE OR UPDATE OF
    item_id, decided_on, decided_by_body, registry_number, document, picture_id, plan_version_id, agreement_id, address
    ON councils_statutorydecision
    FOR EACH ROW EXECUTE FUNCTION statutory_decision_refuse_change();
CREATE TRIGGER statutory_decision_struck_frozen BEFORE UPDATE ON councils_statutorydecision
    FOR EACH ROW WHEN (OLD.struck_at IS NOT NULL) EXECUTE FUNCTION statutory_decision_refuse_change();
"""

BACKWARD = """
DROP TRIGGER statutory_decision_struck_frozen ON councils_statutorydecision;
DROP TRIGGER statutory_decision_frozen ON councils_statutorydecision;
DROP FUNCTION statutory_decision_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("councils", "0003_statutory_items")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        held("councils_statutoryitem"),
        held(
            "councils_statutorydecision",
            item_id="councils_statutoryitem",
            picture_id="situational_picture_picture",
            plan_version_id="action_plans_planversion",
            agreement_id="action_plans_agreement",
        ),
        held("councils_yearentry"),
    ]
