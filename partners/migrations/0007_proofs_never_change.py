"""The proof of what was purged is append-only in the database itself."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION purge_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the proof of a purge is append-only';
END $$;
CREATE TRIGGER purge_append_only BEFORE UPDATE OR DELETE ON partners_purge
    FOR EACH ROW EXECUTE FUNCTION purge_refuse_change();
"""

BACKWARD = """
DROP TRIGGER purge_append_only ON partners_purge;
DROP FUNCTION purge_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_how_long_things_are_kept")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
