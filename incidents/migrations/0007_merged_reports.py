"""Reports of the same event are counted once: which one counts, what the others were, and what the database holds."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# The other report is locked before it is looked at: two people who merge in opposite directions cannot both succeed.
HOLD = """
CREATE FUNCTION incidents_check_merged() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other record;
BEGIN
    SELECT merged_into_id, collaboration_id INTO other
      FROM incidents_incident WHERE id = NEW.merged_into_id FOR UPDATE;
    IF other.collaboration_id IS DISTINCT FROM NEW.collaboration_id THEN
        RAISE EXCEPTION 'A report is merged into one of the same collaboration.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_merged_within_collaboration';
    END IF;
    IF NEW.merged_into_id = NEW.id OR other.merged_into_id IS NOT NULL
       OR EXISTS (SELECT FROM incidents_incident WHERE merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'A report is merged into one that is not merged itself.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_merged_once';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION incidents_keep_collaboration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A report that others are merged into stays in its collaboration.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_merged_within_collaboration';
END $$;
CREATE TRIGGER incident_check_merged BEFORE INSERT OR UPDATE ON incidents_incident
    FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION incidents_check_merged();
CREATE TRIGGER incident_keep_collaboration BEFORE UPDATE OF collaboration_id ON incidents_incident
    FOR EACH ROW WHEN (NEW.collaboration_id <> OLD.collaboration_id) EXECUTE FUNCTION incidents_keep_collaboration();
"""
LET_GO = """
DROP TRIGGER incident_check_merged ON incidents_incident;
DROP TRIGGER incident_keep_collaboration ON incidents_incident;
DROP FUNCTION incidents_check_merged();
DROP FUNCTION incidents_keep_collaboration();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0006_latest_of_a_category"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="merged_reports",
                to="incidents.incident",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="merged_was",
            field=models.CharField(
                blank=True,
                choices=[
                    ("draft", "draft"),
                    ("submitted", "submitted"),
                    ("approved", "approved"),
                    ("returned", "returned"),
                    ("rejected", "rejected"),
                    ("merged", "merged"),
                    ("purged", "purged to statistics"),
                ],
                db_default="",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=Q(("merged_into__isnull", False)), fields=["merged_into"], name="incident_merged_into"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=Q(
                    status__in=["merged", "purged"],
                    merged_into__isnull=False,
                    merged_was__in=["submitted", "approved"],
                )
                | (Q(merged_into__isnull=True, merged_was="") & ~Q(status="merged")),
                name="incident_merged_whole",
            ),
        ),
        migrations.RunSQL(HOLD, LET_GO),
    ]
