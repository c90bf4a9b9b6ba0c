"""A pack is of its meeting's and its plan's collaboration; neither it nor its files ever change or go."""

from django.db import migrations

from common.same_collaboration import held

# Who made it gives way when the account goes: the function stays, written out.
FORWARD = """
CREATE FUNCTION pack_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a frozen pack never changes';
END $$;
CREATE TRIGGER pack_frozen BEFORE DELETE OR UPDATE OF
    number, about, meeting_id, plan_version_id, title, audience, content, sha256, form_id, made_at, made_by_function
    ON councils_pack FOR EACH ROW EXECUTE FUNCTION pack_refuse_change();
CREATE TRIGGER pack_file_frozen BEFORE DELETE OR UPDATE OF pack_id, kind, file, sha256, size_bytes
    ON councils_packfile FOR EACH ROW EXECUTE FUNCTION pack_refuse_change();
"""

BACKWARD = """
DROP TRIGGER pack_file_frozen ON councils_packfile;
DROP TRIGGER pack_frozen ON councils_pack;
DROP FUNCTION pack_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("councils", "0009_packs")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        held("councils_pack", meeting_id="councils_meeting", plan_version_id="action_plans_planversion"),
        held("councils_packfile", pack_id="councils_pack"),
    ]
