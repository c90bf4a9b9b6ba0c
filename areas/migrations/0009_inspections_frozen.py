"""Frozen is frozen: the database refuses to change a checklist's version and a finished inspection.

What is purged may be emptied: notes and who took part, never what was found.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION checklist_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of a checklist never changes';
END $$;
CREATE TRIGGER checklist_version_frozen BEFORE UPDATE OF checklist_id, number, items ON areas_checklistversion
    FOR EACH ROW WHEN ((OLD.checklist_id, OLD.number, OLD.items) IS DISTINCT FROM (NEW.checklist_id, NEW.number, NEW.items))
    EXECUTE FUNCTION checklist_refuse_change();

CREATE FUNCTION inspection_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.place_id, OLD.organisation_id, OLD.checklist_version_id, OLD.inspected_on, OLD.walk_id, OLD.stop_number,
        OLD.safety, OLD.client_uuid, OLD.finished_at)
       IS DISTINCT FROM
       (NEW.place_id, NEW.organisation_id, NEW.checklist_version_id, NEW.inspected_on, NEW.walk_id, NEW.stop_number,
        NEW.safety, NEW.client_uuid, NEW.finished_at)
       OR NEW.participants NOT IN ('', OLD.participants)
       OR NEW.felt_safe NOT IN ('', OLD.felt_safe)
       OR NEW.felt_unsafe NOT IN ('', OLD.felt_unsafe)
    THEN
        RAISE EXCEPTION 'a finished inspection never changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inspection_frozen BEFORE UPDATE ON areas_safetyinspection
    FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION inspection_refuse_change();

CREATE FUNCTION inspection_item_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.inspection_id, OLD.key, OLD.state) IS DISTINCT FROM (NEW.inspection_id, NEW.key, NEW.state)
       OR NEW.note NOT IN ('', OLD.note)
    THEN
        IF EXISTS (SELECT FROM areas_safetyinspection WHERE id = OLD.inspection_id AND finished_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a finished inspection never changes';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inspection_item_frozen BEFORE UPDATE ON areas_inspectionitem
    FOR EACH ROW EXECUTE FUNCTION inspection_item_refuse_change();
"""

BACKWARD = """
DROP TRIGGER inspection_item_frozen ON areas_inspectionitem;
DROP FUNCTION inspection_item_refuse_change();
DROP TRIGGER inspection_frozen ON areas_safetyinspection;
DROP FUNCTION inspection_refuse_change();
DROP TRIGGER checklist_version_frozen ON areas_checklistversion;
DROP FUNCTION checklist_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("areas", "0008_inspections")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
