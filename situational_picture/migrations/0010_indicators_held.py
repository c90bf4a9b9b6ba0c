"""Indicators stay within their collaboration, and a value never changes: the database itself refuses."""

from django.db import migrations

from common.same_collaboration import held

FORWARD = """
CREATE FUNCTION indicatorvalue_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a value of an indicator never changes; a correction is a value of its own'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER indicatorvalue_frozen BEFORE UPDATE OF indicator_id, period_from, period_to, value, is_suppressed, n,
    successes, ci_low, ci_high, design_effect, batch_id, entered_at
    ON situational_picture_indicatorvalue
    FOR EACH ROW WHEN (
        (OLD.indicator_id, OLD.period_from, OLD.period_to, OLD.value, OLD.is_suppressed, OLD.n, OLD.successes,
         OLD.ci_low, OLD.ci_high, OLD.design_effect, OLD.batch_id, OLD.entered_at)
        IS DISTINCT FROM
        (NEW.indicator_id, NEW.period_from, NEW.period_to, NEW.value, NEW.is_suppressed, NEW.n, NEW.successes,
         NEW.ci_low, NEW.ci_high, NEW.design_effect, NEW.batch_id, NEW.entered_at)
    )
    EXECUTE FUNCTION indicatorvalue_refuse_change();
"""

BACKWARD = """
DROP TRIGGER indicatorvalue_frozen ON situational_picture_indicatorvalue;
DROP FUNCTION indicatorvalue_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("situational_picture", "0009_indicators"), ("areas", "0010_inspections_within_one_collaboration")]

    operations = [
        held("situational_picture_indicatorbatch"),
        held(
            "situational_picture_indicator",
            area_id="areas_area",
            place_id="areas_place",
            made_by_batch_id="situational_picture_indicatorbatch",
        ),
        held(
            "situational_picture_indicatorvalue",
            indicator_id="situational_picture_indicator",
            batch_id="situational_picture_indicatorbatch",
            withdrawn_by_batch_id="situational_picture_indicatorbatch",
        ),
        held("situational_picture_placecount", place_id="areas_place", organisation_id="partners_organisation"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
