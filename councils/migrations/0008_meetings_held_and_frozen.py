"""Meetings are of the same collaboration as what they point at; a closed one, and what was decided at it, never change."""

from django.db import migrations

from common.same_collaboration import held

FORWARD = """
CREATE FUNCTION meeting_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed meeting never changes';
END $$;
CREATE TRIGGER meeting_frozen BEFORE DELETE OR UPDATE OF
    group_id, series_id, number, starts_at, length_min, "where", state, opened_at, closed_at, content, adjust_until
    ON councils_meeting FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION meeting_refuse_change();

CREATE FUNCTION meeting_part_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM councils_meeting AS meeting
               WHERE meeting.id = coalesce(OLD.meeting_id, NEW.meeting_id) AND meeting.state = 'closed')
    THEN
        RAISE EXCEPTION 'a closed meeting never changes';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER agenda_item_frozen BEFORE INSERT OR DELETE OR UPDATE ON councils_agendaitem
    FOR EACH ROW EXECUTE FUNCTION meeting_part_refuse_change();
CREATE TRIGGER attendance_frozen BEFORE INSERT OR DELETE OR UPDATE ON councils_attendance
    FOR EACH ROW EXECUTE FUNCTION meeting_part_refuse_change();
CREATE TRIGGER decision_in_meeting BEFORE INSERT OR DELETE ON councils_decision
    FOR EACH ROW EXECUTE FUNCTION meeting_part_refuse_change();

CREATE FUNCTION decision_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision never changes';
END $$;
CREATE TRIGGER decision_frozen BEFORE UPDATE OF
    number, meeting_id, item_id, outcome, kind, change, about_kind, about_id, text, motive, organisation_id, responsible_id,
    due_on, form_id, made_at
    ON councils_decision FOR EACH ROW EXECUTE FUNCTION decision_refuse_change();
CREATE TRIGGER adjustment_frozen BEFORE DELETE OR UPDATE OF meeting_id, organisation_id, text, made_at
    ON councils_adjustment FOR EACH ROW EXECUTE FUNCTION decision_refuse_change();
"""

BACKWARD = """
DROP TRIGGER adjustment_frozen ON councils_adjustment;
DROP TRIGGER decision_frozen ON councils_decision;
DROP FUNCTION decision_refuse_change();
DROP TRIGGER decision_in_meeting ON councils_decision;
DROP TRIGGER attendance_frozen ON councils_attendance;
DROP TRIGGER agenda_item_frozen ON councils_agendaitem;
DROP FUNCTION meeting_part_refuse_change();
DROP TRIGGER meeting_frozen ON councils_meeting;
DROP FUNCTION meeting_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("councils", "0007_meetings")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        held("councils_meetingseries", group_id="partners_group"),
        held("councils_meeting", group_id="partners_group", series_id="councils_meetingseries"),
        held("councils_matter", group_id="partners_group", area_id="areas_area"),
        held("councils_agendaitem", meeting_id="councils_meeting", matter_id="councils_matter"),
        held("councils_calledin", item_id="councils_agendaitem", membership_id="partners_membership"),
        held("councils_attendance", meeting_id="councils_meeting", membership_id="partners_membership"),
        held(
            "councils_decision",
            meeting_id="councils_meeting",
            item_id="councils_agendaitem",
            organisation_id="partners_organisation",
            responsible_id="partners_membership",
        ),
        held("councils_decisionpart", decision_id="councils_decision", commitment_id="action_plans_commitment"),
        held("councils_objection", decision_id="councils_decision", organisation_id="partners_organisation"),
        held("councils_adjustment", meeting_id="councils_meeting", organisation_id="partners_organisation"),
    ]
