"""A row belongs to the same collaboration as what it points at: the tenant boundary, held by the database itself.

The collaboration stands on every table that is queried by it, and so could differ from its parents'. Three triggers a
table keep it from that (docs/adr/0013-one-collaboration-held-by-triggers.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.migrations import RunSQL

# The check of one row; its arguments are a column and the table it points at, in turns.
_FUNCTIONS = """
CREATE FUNCTION est_same_collaboration() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parents bigint;
BEGIN
    FOR i IN 0 .. TG_NARGS - 1 BY 2 LOOP
        EXECUTE format('SELECT collaboration_id FROM %I WHERE id = ($1).%I', TG_ARGV[i + 1], TG_ARGV[i])
            INTO parents USING NEW;
        IF parents <> NEW.collaboration_id THEN
            RAISE EXCEPTION 'The % of % belongs to another collaboration.', TG_ARGV[i], TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE FUNCTION est_collaboration_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A row of % stays in its collaboration.', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
"""
_NO_FUNCTIONS = """
DROP FUNCTION est_same_collaboration();
DROP FUNCTION est_collaboration_stays();
"""


# The check of all the rows of a statement. For a few rows the plan is kept, and looks their parents up one by one; for
# many it is made anew, and reads each parent once. Making it takes milliseconds, for which no single report shall wait.
_MANY = """
CREATE FUNCTION {table}_arrive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    strays boolean;
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM arrived LIMIT {few} + 1) AS first) <= {few} THEN
        {query} INTO strays;
    ELSE
        EXECUTE '{query}' INTO strays;
    END IF;
    IF strays THEN
        RAISE EXCEPTION 'Rows of {table} point at what belongs to another collaboration.'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_arrives AFTER INSERT ON {table} REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT
    EXECUTE FUNCTION {table}_arrive({arguments});
"""
FEW = 100


def functions() -> RunSQL:
    """The migration step that makes the functions, before the first table is held."""
    return RunSQL(_FUNCTIONS, _NO_FUNCTIONS)


def held(table: str, *, by_statement: bool = False, **parents: str) -> RunSQL:
    """The migration step that holds a table: `parents` are its columns and the tables they point at.

    Rows that exist are looked at first: where one is astray the migration stops and says which column it is.
    `by_statement` checks what a statement inserts all at once, for a table that is filled by the hundred thousand.
    """
    arguments = ", ".join(f"'{column}', '{parent}'" for column, parent in parents.items())
    differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in parents)
    steps = [
        f"""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM {table} AS child JOIN {parent} AS parent ON parent.id = child.{column}
                       WHERE parent.collaboration_id <> child.collaboration_id) THEN
                RAISE EXCEPTION 'Rows of {table} point by {column} at another collaboration. Correct them first.';
            END IF;
        END $$;"""
        for column, parent in parents.items()
    ]
    steps.append(f"""
        CREATE TRIGGER {table}_stays BEFORE UPDATE OF collaboration_id ON {table} FOR EACH ROW
            WHEN (OLD.collaboration_id IS DISTINCT FROM NEW.collaboration_id)
            EXECUTE FUNCTION est_collaboration_stays();""")
    drops = [f"DROP TRIGGER {table}_stays ON {table};"]
    if parents:
        if by_statement:
            steps.append(_many(table, arguments, parents))
        else:
            steps.append(
                f"CREATE TRIGGER {table}_arrives BEFORE INSERT ON {table} FOR EACH ROW"
                f" EXECUTE FUNCTION est_same_collaboration({arguments});"
            )
        steps.append(f"""
        CREATE TRIGGER {table}_moves BEFORE UPDATE OF {", ".join(parents)} ON {table} FOR EACH ROW
            WHEN ({differs}) EXECUTE FUNCTION est_same_collaboration({arguments});""")
        drops += [f"DROP TRIGGER {table}_arrives ON {table};", f"DROP TRIGGER {table}_moves ON {table};"]
        if by_statement:
            drops.append(f"DROP FUNCTION {table}_arrive();")
    return RunSQL("\n".join(steps), "\n".join(drops))


def _many(table: str, arguments: str, parents: Mapping[str, str]) -> str:
    joins = " ".join(
        f"LEFT JOIN {parent} AS of_{column} ON of_{column}.id = arrived.{column}" for column, parent in parents.items()
    )
    differs = " OR ".join(f"of_{column}.collaboration_id <> arrived.collaboration_id" for column in parents)
    # Counted, since EXISTS would have every parent looked up row by row.
    query = f"SELECT count(*) > 0 FROM arrived {joins} WHERE {differs}"  # noqa: S608 (names a migration writes out)
    return _MANY.format(table=table, query=query, arguments=arguments, few=FEW)
