"""A decided version never changes, and neither does what was signed: the database itself refuses."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION plan_version_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decided plan never changes';
END $$;
CREATE TRIGGER plan_version_frozen BEFORE DELETE OR UPDATE OF plan_id, number, content, decided_on, decided_at, decided_by_group_id, reason
    ON action_plans_planversion
    FOR EACH ROW EXECUTE FUNCTION plan_version_refuse_change();
CREATE TRIGGER plan_signature_frozen BEFORE DELETE OR UPDATE OF version_id, function, organisation_id, signed_on
    ON action_plans_plansignature
    FOR EACH ROW EXECUTE FUNCTION plan_version_refuse_change();
"""

BACKWARD = """
DROP TRIGGER plan_signature_frozen ON action_plans_plansignature;
DROP TRIGGER plan_version_frozen ON action_plans_planversion;
DROP FUNCTION plan_version_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("action_plans", "0002_within_one_collaboration")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
