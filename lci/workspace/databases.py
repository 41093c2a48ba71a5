"""SQLite and DuckDB files, opened read-only; every table and view a table."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb

from lci.core.files import Column, Preview, Table
from lci.errors import FileEmpty
from lci.workspace.inference import plain_value, value_dtype
from lci.workspace.request import TABLES_SHOWN, TAIL_ROWS, Request, column_warnings, left_out, literal, warning
from lci.workspace.returned import frame_of, table_of
from lci.workspace.sources import plain_path
from lci.workspace.texts import WHOLE_BYTES
from lci.workspace.typed import arrow_dtype, arrow_rows, unreadable

_SECONDS_PER_TABLE = 2.0
_STEPS = 10_000


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def sqlite(request: Request) -> Preview:
    """Tables and views of a SQLite file; a query that takes too long (a hostile view) is left out."""
    try:
        with plain_path(request.path) as path, closing(_connected(path)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            kinds = "type IN ('table','view')"
            query = f"SELECT name, type FROM sqlite_master WHERE {kinds} AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            entries = connection.execute(query).fetchall()
            names = _tables_shown(request, [str(name) for name, _ in entries])
            tables = [_sqlite_table(connection, name, request.rows) for name in names]
    # UnicodeDecodeError: SQLite quotes the damaged schema in its message.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise unreadable(request, "sqlite", error) from error
    reader = f"pd.read_sql({{}}, sqlite3.connect({literal(request.name)}))"
    return _preview(
        request, [table for table in tables if table], [str(name) for name, _ in entries], reader, "SELECT * FROM "
    )


def _connected(path: Path) -> sqlite3.Connection:
    # `immutable` keeps SQLite from writing a journal beside the file.
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)


def _tables_shown(request: Request, names: Sequence[str]) -> list[str]:
    if request.reading.sheet in names:
        return [request.reading.sheet] if request.reading.sheet is not None else []
    return list(names[:TABLES_SHOWN])


def _sqlite_table(connection: sqlite3.Connection, name: str, rows: int) -> Table | None:
    def timed(query: str) -> tuple[list[tuple[object, ...]], list[str]] | None:
        end = time.monotonic() + _SECONDS_PER_TABLE
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            cursor = connection.execute(query)
            return cursor.fetchall(), [column[0] for column in cursor.description]
        except (sqlite3.Error, UnicodeDecodeError):
            return None
        finally:
            connection.set_progress_handler(None, 0)

    source = _quoted(name)
    first = timed(f"SELECT * FROM {source} LIMIT {max(rows, 1000)}")
    if first is None:
        return None
    head, names = first
    declared = {str(row[1]): str(row[2]).upper() for row in connection.execute(f"PRAGMA table_info({source})")}
    counted = timed(f"SELECT count(*) FROM {source}")
    count = int(str(counted[0][0][0])) if counted else None
    last = timed(f"SELECT * FROM {source} LIMIT {TAIL_ROWS} OFFSET {max(0, count - TAIL_ROWS)}") if count else None
    whole = count == len(head)

    def column(place: int) -> Column:
        values = [row[place] for row in head]
        kind = value_dtype(values)
        if kind == "object" and not any(value is not None for value in values):
            kind = "int64" if "INT" in declared.get(names[place], "") else "object"
        return Column(names[place], kind, sum(1 for v in values if v is None) if whole else None)

    return Table(
        name,
        count,
        count is not None,
        tuple(column(place) for place in range(len(names))),
        tuple(tuple(map(plain_value, row)) for row in head[:rows]),
        tuple(tuple(map(plain_value, row)) for row in (last[0] if last else ())),
    )


def duckdb_file(request: Request) -> Preview:
    """The tables of a DuckDB file; views are left out, for they could read other files."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": "512MB",
        "threads": "2",
    }
    try:
        with duckdb.connect(str(request.path), read_only=True, config=settings) as connection:
            query = "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_oid"
            entries = {
                name if schema == "main" else f"{schema}.{name}": (schema, name)
                for schema, name in connection.execute(query).fetchall()
            }
            names = _tables_shown(request, list(entries))
            tables = [_duckdb_table(connection, name, entries[name], request.rows) for name in names]
    except duckdb.Error as error:
        raise unreadable(request, "duckdb", error) from error
    reader = f"duckdb.connect({literal(request.name)}, read_only=True).sql({{}}).df()"
    return _preview(request, tables, list(entries), reader, "FROM ")


def _duckdb_table(connection: duckdb.DuckDBPyConnection, name: str, qualified: tuple[str, str], rows: int) -> Table:
    source = ".".join(map(_quoted, qualified))
    (count,), *_ = connection.execute(f"SELECT count(*) FROM {source}").fetchall()
    head: Any = connection.sql(f"FROM {source} LIMIT {rows}").to_arrow_table()  # Any: pyarrow has no types
    tail = connection.sql(f"FROM {source} LIMIT {TAIL_ROWS} OFFSET {max(0, count - TAIL_ROWS)}").to_arrow_table()
    columns = tuple(Column(each.name, arrow_dtype(each.type)) for each in head.schema)
    return Table(name, count, True, columns, arrow_rows(head), arrow_rows(tail))


def _preview(request: Request, tables: Sequence[Table], names: Sequence[str], reader: str, select: str) -> Preview:
    if not tables:
        raise FileEmpty(request.name)
    first = tables[0]
    warnings = column_warnings([column.name for column in first.columns])
    if request.reading.sheet is None:
        warnings += left_out(names, [table.name for table in tables])
    if first.rows is None:
        warnings.append(warning("rows_not_counted"))
    qualified = ".".join(map(_quoted, first.name.split(".", 1))) if select == "FROM " else _quoted(first.name)
    reader = reader.replace("{}", literal(select + qualified))
    read = frame_of(request, reader) if first.rows is not None and request.size <= WHOLE_BYTES else None
    if read is not None:
        first = table_of(first.name, read, request.rows)
    elif first.rows != len(first.head):
        warnings.append(warning("types_of_first_rows", rows=len(first.head)))
    return Preview(
        request.name,
        "tables" if len(names) > 1 else "table",
        request.size,
        tables=(first, *tables[1:]),
        warnings=tuple(warnings),
        reader=reader,
    )
