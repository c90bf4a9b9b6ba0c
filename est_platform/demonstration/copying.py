"""Many rows into a table at once, by PostgreSQL's COPY."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connection
from django.db.models import Model
from psycopg import sql


def copy_rows(model: type[Model], rows: pa.Table) -> None:
    """Add rows to the model's table. The columns carry the database's names; what COPY refuses stops all of it."""
    written = io.BytesIO()
    # Arrow writes every text within quotes and every missing value as nothing: exactly what COPY reads back.
    pa_csv.write_csv(rows, written, pa_csv.WriteOptions(include_header=False, quoting_style="needed"))
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)")
    with (
        connection.cursor() as cursor,
        cursor.copy(statement.format(sql.Identifier(model._meta.db_table), columns)) as copy,
    ):
        copy.write(written.getbuffer())
