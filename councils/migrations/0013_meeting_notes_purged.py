"""A purge may take the notes and the adjustments of a closed meeting, and nothing else of it."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION meeting_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'content' = to_jsonb(OLD) - 'content'
        AND NEW.content - 'items' = OLD.content - 'items'
        AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(OLD.content -> 'items') WITH ORDINALITY AS was(item, place)
            FULL JOIN jsonb_array_elements(NEW.content -> 'items') WITH ORDINALITY AS is_now(item, place) USING (place)
            WHERE was.item - 'note' IS DISTINCT FROM is_now.item - 'note'
                OR was.item -> 'note' IS DISTINCT FROM is_now.item -> 'note' AND is_now.item ->> 'note' <> '[…]'
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a closed meeting never changes';
END $$;

CREATE FUNCTION agenda_item_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.note = '[…]' AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM councils_meeting AS meeting
               WHERE meeting.id = coalesce(OLD.meeting_id, NEW.meeting_id) AND meeting.state = 'closed')
    THEN
        RAISE EXCEPTION 'a closed meeting never changes';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
DROP TRIGGER agenda_item_frozen ON councils_agendaitem;
CREATE TRIGGER agenda_item_frozen BEFORE INSERT OR DELETE OR UPDATE ON councils_agendaitem
    FOR EACH ROW EXECUTE FUNCTION agenda_item_refuse_change();

CREATE FUNCTION adjustment_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.text = '[…]' AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an adjustment never changes';
END $$;
DROP TRIGGER adjustment_frozen ON councils_adjustment;
CREATE TRIGGER adjustment_frozen BEFORE DELETE OR UPDATE OF meeting_id, organisation_id, text, made_at
    ON councils_adjustment FOR EACH ROW EXECUTE FUNCTION adjustment_refuse_change();
"""

BACKWARD = """
DROP TRIGGER adjustment_frozen ON councils_adjustment;
CREATE TRIGGER adjustment_frozen BEFORE DELETE OR UPDATE OF meeting_id, organisation_id, text, made_at
    ON councils_adjustment FOR EACH ROW EXECUTE FUNCTION decision_refuse_change();
DROP FUNCTION adjustment_refuse_change();
DROP TRIGGER agenda_item_frozen ON councils_agendaitem;
CREATE TRIGGER agenda_item_frozen BEFORE INSERT OR DELETE OR UPDATE ON councils_agendaitem
    FOR EACH ROW EXECUTE FUNCTION meeting_part_refuse_change();
DROP FUNCTION agenda_item_refuse_change();
CREATE OR REPLACE FUNCTION meeting_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed meeting never changes';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("councils", "0012_meeting_invitations_held")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
