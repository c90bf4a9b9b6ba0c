"""Leaves the database as a transactional test found it: empty but for what every migrated one holds."""

from __future__ import annotations

import time
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.db.utils import OperationalError, ProgrammingError

# Kept: equal in every migrated database, and costly to make anew, as Django's own `flush` does each time.
OF_ALL = {"auth_permission", "django_content_type"}
# More pages of 8 kB than this are not taken away row by row.
MANY_PAGES = 500
PATIENCE_S = 120
LOCK_NOT_AVAILABLE = "55P03"
NOT_ALLOWED = "42501"


def empty(connection: Any) -> None:
    """Take away all rows of all models, as `flush` does, but only from the few tables that hold any.

    `flush` makes all tables, their indexes and all permissions anew, which takes longer than most tests. Like it, this
    waits for whoever still writes: what a browser has asked for at the end of a test must not reach the next.
    """
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = {name: connection.ops.quote_name(name) for name in sorted(set(names) - OF_ALL)}
    held = " UNION ALL ".join(
        f"SELECT %s, pg_relation_size(%s::regclass) / 8192 WHERE EXISTS (SELECT FROM {table})"
        for table in tables.values()
    )
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                # All or none: who waited with some of them in hand could wait for one who waits for those.
                cursor.execute(f"LOCK TABLE {', '.join(tables.values())} IN ACCESS EXCLUSIVE MODE NOWAIT")
                cursor.execute(held, [word for name, table in tables.items() for word in (name, table)])
                pages = dict(cursor.fetchall())
                if not any(size > MANY_PAGES for size in pages.values()):
                    # Every table is emptied, so that nothing is left for a trigger or a foreign key to look after.
                    cursor.execute("SET LOCAL session_replication_role = replica")
                    for name in pages:
                        cursor.execute(f"DELETE FROM {tables[name]}")
                    return
            break
        except OperationalError as busy:
            if getattr(busy.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        except ProgrammingError as no:
            # Only a superuser may switch the triggers off.
            if getattr(no.__cause__, "sqlstate", "") != NOT_ALLOWED:
                raise
            break
    call_command("flush", verbosity=0, interactive=False, database=connection.alias, reset_sequences=False)
