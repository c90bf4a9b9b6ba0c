"""An adopted analysis never changes: the database itself refuses, for the analysis, its causes and their evidence."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION analysis_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an adopted analysis never changes';
END $$;
CREATE TRIGGER analysis_frozen BEFORE UPDATE ON cause_analysis_causeanalysis FOR EACH ROW
    WHEN (OLD.adopted_at IS NOT NULL) EXECUTE FUNCTION analysis_refuse_change();

CREATE FUNCTION cause_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cause_analysis_causeanalysis AS a WHERE a.id = NEW.analysis_id AND a.adopted_at IS NOT NULL) THEN
        RAISE EXCEPTION 'an adopted analysis never changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cause_frozen BEFORE INSERT OR UPDATE ON cause_analysis_cause
    FOR EACH ROW EXECUTE FUNCTION cause_refuse_change();

CREATE FUNCTION evidence_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cause_analysis_cause AS c JOIN cause_analysis_causeanalysis AS a ON a.id = c.analysis_id
        WHERE c.id = NEW.cause_id AND a.adopted_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'an adopted analysis never changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evidence_frozen BEFORE INSERT OR UPDATE ON cause_analysis_evidence
    FOR EACH ROW EXECUTE FUNCTION evidence_refuse_change();
"""

BACKWARD = """
DROP TRIGGER evidence_frozen ON cause_analysis_evidence;
DROP FUNCTION evidence_refuse_change();
DROP TRIGGER cause_frozen ON cause_analysis_cause;
DROP FUNCTION cause_refuse_change();
DROP TRIGGER analysis_frozen ON cause_analysis_causeanalysis;
DROP FUNCTION analysis_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("cause_analysis", "0003_causes")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
