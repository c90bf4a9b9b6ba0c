"""A comment on a figure is of its picture's collaboration, and stays as it was written: only a purge takes its words."""

from django.db import migrations

from common.same_collaboration import held

FORWARD = """
CREATE FUNCTION figure_comment_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.text = '[…]' AND (NEW.picture_id, NEW.figure, NEW.function, NEW.organisation_id, NEW.written_at)
        = (OLD.picture_id, OLD.figure, OLD.function, OLD.organisation_id, OLD.written_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a comment on a figure stays as it was written';
END $$;
CREATE TRIGGER figure_comment_frozen BEFORE UPDATE OF
    collaboration_id, picture_id, figure, text, function, organisation_id, written_at ON councils_figurecomment
    FOR EACH ROW EXECUTE FUNCTION figure_comment_refuse_change();
"""

BACKWARD = """
DROP TRIGGER figure_comment_frozen ON councils_figurecomment;
DROP FUNCTION figure_comment_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("councils", "0005_figure_comments")]

    operations = [
        held(
            "councils_figurecomment",
            picture_id="situational_picture_picture",
            organisation_id="partners_organisation",
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
