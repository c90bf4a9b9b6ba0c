"""Many rows into the database at once: COPY to a table of our own, then one INSERT that skips known keys."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from incidents.importing.frames import STAGED, as_staged, refusal_frame
from incidents.models import ImportBatch, ImportRefusal, Incident, Status
from partners.roles import MAY_REVIEW

_TABLE = sql.Identifier("incoming_incident")
MANY_ROWS = 10_000
_TYPES = {
    "int64": "bigint",
    "large_string": "text",
    "double": "double precision",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us, tz=UTC]": "timestamptz",
}


@dataclass
class Stored:
    """What became of the rows that were ready to be stored."""

    stored: int = 0
    unchanged: int = 0
    texts_removed: int = 0
    without_place: int = 0
    outside_areas: int = 0
    area_ids: set[int | None] = field(default_factory=set)


def open_staging() -> None:
    """Make the empty table the rows wait in. It lives and dies with the transaction and is seen by nobody else."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(f.name), sql.SQL(_TYPES[str(f.type)])) for f in STAGED
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_min_messages = warning")
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_TABLE))
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(_TABLE, columns))


def stage(good: pd.DataFrame) -> None:
    """Send the good rows of a chunk to the waiting table."""
    if len(good):
        _copy(_TABLE, as_staged(good))


def store_refusals(batch: ImportBatch, refusals: pd.DataFrame) -> None:
    """Keep the refusals for the batch's report."""
    if not len(refusals):
        return
    longest = ImportRefusal._meta.get_field("sentence").max_length
    table = pa.table(
        {
            "batch_id": pa.repeat(batch.pk, len(refusals)),
            "line": pa.array(refusals["line"], type=pa.int64()),
            "column": pa.array(refusals["column"].str.slice(0, 100), type=pa.large_string()),
            "sentence": pa.array(refusals["sentence"].str.slice(0, longest), type=pa.large_string()),
        }
    )
    _copy(sql.Identifier(ImportRefusal._meta.db_table), table)


def _copy(name: sql.Identifier, table: pa.Table) -> None:
    # Arrow writes every text within quotes and every missing value as nothing: exactly what COPY reads back.
    written = io.BytesIO()
    pa_csv.write_csv(table, written, pa_csv.WriteOptions(include_header=False, quoting_style="needed"))
    columns = sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(name, columns)) as copy,
    ):
        copy.write(written.getbuffer())


def take_out_repeated_keys(column: str, sentence: str) -> pd.DataFrame:
    """Refuse the rows whose own key stands earlier in the file; `sentence` takes the first row's `line`."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "WITH numbered AS (SELECT ctid AS row, line, first_value(line) OVER same AS first,"
                " row_number() OVER same AS number FROM {table}"
                " WINDOW same AS (PARTITION BY source_key ORDER BY line))"
                " DELETE FROM {table} USING numbered WHERE {table}.ctid = numbered.row AND numbered.number > 1"
                " RETURNING numbered.line, numbered.first"
            ).format(table=_TABLE)
        )
        return refusal_frame((line, column, sentence % {"line": first}) for line, first in sorted(cursor.fetchall()))


def first_staged(count: int) -> list[dict[str, Any]]:
    """The first rows as they will be stored."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT * FROM {} ORDER BY line LIMIT %s").format(_TABLE), [count])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _shared(batch: ImportBatch, source: str) -> dict[str, Any]:
    """What every row of the batch has in common."""
    now = timezone.now()
    return {
        "collaboration_id": batch.collaboration_id,
        "organisation_id": batch.organisation_id,
        "import_batch_id": batch.pk,
        "sharing": batch.organisation.sharing,
        "source_kind": Incident.SourceKind.SYSTEM.value,
        "source": source,
        "created_at": now,
        "submitted_at": now,
        "review_reason": "",
    }


def lands_approved(batch: ImportBatch) -> bool:
    """Whether the batch's rows count at once: sent by the command or by somebody who may review, or a trusted source.

    A row whose text the guard removed waits for a coordinator all the same.
    """
    sender = batch.started_by
    if sender is None or batch.organisation.is_trusted_for_import:
        return True
    return sender.has_role(batch.collaboration_id, MAY_REVIEW)


_LANDS = {
    "status": sql.SQL("CASE WHEN {waits} THEN {submitted} ELSE {approved} END"),
    "reviewed_at": sql.SQL("CASE WHEN {waits} THEN NULL ELSE {now} END"),
}


def take_turns(collaboration_id: int, source: str) -> None:
    """Wait until no other import from the same source is running, so that two never wait for each other's keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"import from {source}", collaboration_id]
        )


# Equal rows stay apart by their number among equals, in the order of the file.
_NUMBERED = sql.SQL(
    "(SELECT {others}, source_key || '#' || row_number() OVER (PARTITION BY source_key ORDER BY line) AS source_key"
    " FROM {table}) AS numbered"
)
_COUNT_NEW = sql.SQL(
    "SELECT area_id, location, is_text_removed FROM {rows} WHERE NOT EXISTS (SELECT FROM {incidents} AS known"
    " WHERE known.collaboration_id = %(collaboration_id)s AND known.source = %(source)s"
    " AND known.source_key = {rows_name}.source_key AND NOT known.source_key = '')"
)
_STORE_NEW = sql.SQL(
    "INSERT INTO {incidents} ({own}, {shared}) SELECT {own}, {values} FROM {rows} ORDER BY line"
    " ON CONFLICT (collaboration_id, source, source_key) WHERE NOT source_key = '' DO NOTHING"
    " RETURNING area_id, location, is_text_removed"
)
_BY_AREA = sql.SQL("WITH new AS ({new}) SELECT area_id, location, is_text_removed, count(*) FROM new GROUP BY 1, 2, 3")


def store_staged(batch: ImportBatch, *, source: str, has_own_keys: bool, dry_run: bool) -> Stored:
    """Store the waiting rows whose keys are not known yet, or with `dry_run` only count what would be stored."""
    own = [f.name for f in STAGED if f.name != "line"]
    others = [f.name for f in STAGED if f.name != "source_key"]
    shared = _shared(batch, source)
    landing = {
        name: value.format(
            waits=sql.SQL("is_text_removed") if lands_approved(batch) else sql.SQL("true"),
            submitted=sql.Literal(Status.SUBMITTED.value),
            approved=sql.Literal(Status.APPROVED.value),
            now=sql.Literal(shared["submitted_at"]),
        )
        for name, value in _LANDS.items()
    }
    rows, rows_name = _TABLE, _TABLE
    if not has_own_keys:
        rows = _NUMBERED.format(others=_names(others), table=_TABLE)  # type: ignore[assignment]
        rows_name = sql.Identifier("numbered")
    new = (_COUNT_NEW if dry_run else _STORE_NEW).format(
        rows=rows,
        rows_name=rows_name,
        incidents=sql.Identifier(Incident._meta.db_table),
        own=_names(own),
        shared=_names([*shared, *landing]),
        values=sql.SQL(", ").join([*map(sql.Placeholder, shared), *landing.values()]),
    )
    result = Stored()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(sql.SQL("ANALYZE {}").format(_TABLE))
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(_TABLE))
        ready = cursor.fetchone()[0]
        cursor.execute(_BY_AREA.format(new=new), shared)
        for area_id, location, is_text_removed, count in cursor.fetchall():
            result.stored += count
            result.area_ids.add(area_id)
            result.texts_removed += count if is_text_removed else 0
            result.without_place += count if location == Incident.Location.NONE else 0
            result.outside_areas += count if location == Incident.Location.OUTSIDE else 0
    result.unchanged = ready - result.stored
    return result


def refresh_statistics(rows: int) -> None:
    """Once the transaction holds, tell the planner of many rows come or gone. One already at it is not waited for.

    Left to itself the database does this minutes later, and until then every page is planned for the table as it was.
    """
    if rows >= MANY_ROWS:
        transaction.on_commit(_analyze, robust=True)


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {}").format(sql.Identifier(Incident._meta.db_table)))


def _names(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
