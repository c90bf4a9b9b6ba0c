"""What is adopted never changes, but its texts may be purged: the sign of what is gone takes their place.

Only the purge opens this door, for its own transaction, and only texts go through it: every other column stands as it
stood, and every string that comes is the sign, or stood there before.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION analysis_only_purged(was jsonb, becomes jsonb, written text[]) RETURNS boolean LANGUAGE sql AS $$
    SELECT coalesce(current_setting('cause_analysis.purging', true), '') = 'on'
        AND was - written = becomes - written
        AND NOT EXISTS (
            SELECT FROM unnest(written) AS name,
                jsonb_path_query(becomes->name, 'strict $.** ? (@.type() == "string")') AS said
            WHERE said <> '"[…]"' AND said NOT IN (
                SELECT jsonb_path_query(was->name, 'strict $.** ? (@.type() == "string")')
            )
        )
$$;

CREATE OR REPLACE FUNCTION analysis_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF analysis_only_purged(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an adopted analysis never changes';
END $$;

CREATE OR REPLACE FUNCTION cause_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cause_analysis_causeanalysis AS a WHERE a.id = NEW.analysis_id AND a.adopted_at IS NOT NULL) THEN
        IF TG_OP = 'UPDATE' AND analysis_only_purged(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'an adopted analysis never changes';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION evidence_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cause_analysis_cause AS c JOIN cause_analysis_causeanalysis AS a ON a.id = c.analysis_id
        WHERE c.id = NEW.cause_id AND a.adopted_at IS NOT NULL
    ) THEN
        IF TG_OP = 'UPDATE' AND analysis_only_purged(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'an adopted analysis never changes';
    END IF;
    RETURN NEW;
END $$;
"""

# A trigger's words are given where it is made: each is made anew, with the columns that hold texts.
TRIGGERS = [
    ("analysis_frozen", "causeanalysis", "BEFORE UPDATE", "WHEN (OLD.adopted_at IS NOT NULL)", "analysis_refuse_change",
     "'why_chosen', 'sources', 'selection_limits', 'significance', 'definition'"),
    ("cause_frozen", "cause", "BEFORE INSERT OR UPDATE", "", "cause_refuse_change", "'text', 'chosen_reason'"),
    ("guided_answer_frozen", "guidedanswer", "BEFORE INSERT OR UPDATE", "", "cause_refuse_change", "'text'"),
    ("chain_link_frozen", "eventchainlink", "BEFORE INSERT OR UPDATE", "", "cause_refuse_change", "'text'"),
    ("evidence_frozen", "evidence", "BEFORE INSERT OR UPDATE", "", "evidence_refuse_change",
     "'text', 'removed_reason', 'seen'"),
    ("prediction_frozen", "prediction",
     "BEFORE INSERT OR UPDATE OF cause_id, text, template, claim, parameters, organisation_id, result, tested, tested_at,"
     " removed_at", "", "evidence_refuse_change", "'text'"),
]  # fmt: skip
BEFORE = """
CREATE OR REPLACE FUNCTION analysis_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an adopted analysis never changes';
END $$;

CREATE OR REPLACE FUNCTION cause_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cause_analysis_causeanalysis AS a WHERE a.id = NEW.analysis_id AND a.adopted_at IS NOT NULL) THEN
        RAISE EXCEPTION 'an adopted analysis never changes';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION evidence_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cause_analysis_cause AS c JOIN cause_analysis_causeanalysis AS a ON a.id = c.analysis_id
        WHERE c.id = NEW.cause_id AND a.adopted_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'an adopted analysis never changes';
    END IF;
    RETURN NEW;
END $$;

DROP FUNCTION analysis_only_purged(jsonb, jsonb, text[]);
"""


def made_anew(*, with_texts: bool) -> str:
    """Every trigger dropped and created, with the columns of its texts or without."""
    return "".join(
        f"DROP TRIGGER {name} ON cause_analysis_{table};\n"
        f"CREATE TRIGGER {name} {events} ON cause_analysis_{table} FOR EACH ROW {condition}"
        f" EXECUTE FUNCTION {function}({texts if with_texts else ''});\n"
        for name, table, events, condition, function, texts in TRIGGERS
    )


class Migration(migrations.Migration):
    dependencies = [("cause_analysis", "0014_how_long_texts_are_kept")]

    operations = [migrations.RunSQL(FORWARD + made_anew(with_texts=True), made_anew(with_texts=False) + BEFORE)]
