"""A line of the log may be deleted by the retention rule alone, and never before it is two years old."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    purge_before text := current_setting('audit.purge_before', true);
BEGIN
    IF coalesce(purge_before, '') = ''
        OR OLD.at >= purge_before::timestamptz OR OLD.at >= now() - interval '2 years' THEN
        RAISE EXCEPTION 'the log is append-only';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER audit_event_append_only ON audit_event;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_event_kept BEFORE DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_delete();
CREATE TRIGGER audit_keptfrom_append_only BEFORE UPDATE OR DELETE ON audit_keptfrom
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
"""

BACKWARD = """
DROP TRIGGER audit_keptfrom_append_only ON audit_keptfrom;
DROP TRIGGER audit_event_kept ON audit_event;
DROP TRIGGER audit_event_append_only ON audit_event;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
DROP FUNCTION audit_refuse_delete();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_kept_from")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
