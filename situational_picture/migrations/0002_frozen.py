"""Frozen is frozen: the database itself refuses to change a published picture."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION picture_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'published' THEN
        RAISE EXCEPTION 'a published picture never changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER picture_frozen BEFORE UPDATE ON situational_picture_picture
    FOR EACH ROW EXECUTE FUNCTION picture_refuse_change();
"""

BACKWARD = """
DROP TRIGGER picture_frozen ON situational_picture_picture;
DROP FUNCTION picture_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("situational_picture", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
