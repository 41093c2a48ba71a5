"""Every row of a file's table as the told call returns it, written into a DuckDB file that queries can read."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from lci.core.files import AS_FOUND, Preview, Reading
from lci.errors import FileUnreadable
from lci.workspace.calls import call_in
from lci.workspace.preview import preview
from lci.workspace.request import Request, literal
from lci.workspace.returned import READERS_RAISE, frame_of, value_of
from lci.workspace.selection import literal as text_literal
from lci.workspace.selection import quoted
from lci.workspace.texts import WHOLE_BYTES

if TYPE_CHECKING:
    import pandas as pd

#: What connections of ours may use, and what none may do: load anything that did not come with DuckDB.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "1GB",
    "threads": "2",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
_ROWS_AT_ONCE = 50_000
_NEXT = "next_rows"
#: Megabytes that writing a table takes, and columns that take one more.
_WRITING, _COLUMNS_A_MEGABYTE = 100, 10


@dataclass(frozen=True, slots=True)
class TableJob:
    """A DuckDB file whose only table, `table`, has every row of the file's; what was told is noted with it."""

    name: str
    table: str
    reading: Reading = AS_FOUND

    def performed(self, path: Path) -> Path:
        """The file, in the folder for temporary ones. Raises `FileUnreadable`."""
        seen = preview(path, self.name, 5, self.reading)
        if seen.error is not None:
            raise FileUnreadable(self.name, seen.kind, seen.error.code)
        if not seen.tables or seen.reader is None:
            raise FileUnreadable(self.name, seen.kind, "no table")
        if self.reading.sheet is not None and seen.tables[0].name != self.reading.sheet:
            # The reader knows no way to that one: another's rows must not stand under its name.
            raise FileUnreadable(self.name, seen.kind, "no table")
        target = Path(tempfile.mkdtemp(prefix="lci-table-")) / "table.duckdb"
        megabytes = _WRITING + len(seen.tables[0].columns) // _COLUMNS_A_MEGABYTE
        # One thread: the other reads what comes next.
        settings = {**SETTINGS, "memory_limit": f"{megabytes}MB", "threads": "1"}
        try:
            with duckdb.connect(str(target), config=settings) as connection:
                _write(connection, Request(path, self.name, seen.bytes), seen, quoted(self.table))
                _note(connection, quoted(self.table), seen)
        except duckdb.Error as error:
            raise FileUnreadable(self.name, "table", first_line(error)) from error
        return target

    def read(self, answer: bytes) -> None:
        """Nothing: the answer is a file."""


def _write(connection: duckdb.DuckDBPyConnection, request: Request, seen: Preview, table: str) -> None:
    reader = seen.reader or ""
    if reader.startswith(f"pd.read_parquet({literal(request.name)}") and "pyarrow" not in reader:
        # The columns that were told: what pandas makes an index of is none of them, and a number that is none missing.
        names = [quoted(column.name) for column in seen.tables[0].columns]
        source = f"read_parquet({text_literal(str(request.path))})"
        kinds = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {source})").fetchall())
        chosen = [
            f"CASE WHEN NOT isnan({name}) THEN {name} END AS {name}"
            if kinds.get(column.name) in ("FLOAT", "DOUBLE")
            else name
            for name, column in zip(names, seen.tables[0].columns, strict=True)
        ]
        connection.execute(f"CREATE TABLE {table} AS SELECT {', '.join(chosen)} FROM {source}")
        return
    call = call_in(reader)
    if call is not None and call.function in ("read_csv", "read_fwf") and request.size > WHOLE_BYTES:
        source = call.source(literal(request.name), chunksize=_ROWS_AT_ONCE)
        chunks = value_of(request, source)
        if chunks is None:
            raise FileUnreadable(request.name, "table", "crashed")
        _write_chunks(connection, request, iter(chunks), table)
        return
    frame = frame_of(request, reader)
    if frame is None:
        raise FileUnreadable(request.name, "table", "crashed")
    connection.from_df(frame).create(table)


#: What a type that holds more than the first rows did is called in pandas' words.
_WIDER = {"BIGINT": "int64", "DOUBLE": "float64", "VARCHAR": "str"}


def _note(connection: duckdb.DuckDBPyConnection, table: str, seen: Preview) -> None:
    """Keep the reader and the told types with the table; of a column that grew in later rows, what it grew to."""
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    first_rows = any(each.code == "types_of_first_rows" for each in seen.warnings)
    words = [
        _WIDER[kind] if first_rows and kind in _WIDER and (kind, column.dtype) != ("BIGINT", "Int64") else column.dtype
        for (_, kind, *_), column in zip(described, seen.tables[0].columns, strict=True)
    ]
    note = json.dumps([seen.reader, words], ensure_ascii=False)
    connection.execute(f"COMMENT ON TABLE {table} IS {text_literal(note)}")


def noted(connection: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """The reader and the types of the columns that were told of the only table. Raises `duckdb.Error`."""
    ((note,),) = connection.execute("SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL").fetchall()
    reader, words = json.loads(note)
    return str(reader), list(map(str, words))


def _write_chunks(
    connection: duckdb.DuckDBPyConnection, request: Request, chunks: Iterator[pd.DataFrame], table: str
) -> None:
    """What a call returns piece by piece, in the types it would have as a whole."""
    try:
        # While one piece is written, the next is read: each leaves the other's processor alone.
        with ThreadPoolExecutor(1) as reading, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            connection.from_df(next(chunks)).create(table)
            coming = reading.submit(next, chunks, None)
            while (chunk := coming.result()) is not None:
                coming = reading.submit(next, chunks, None)
                connection.register(_NEXT, chunk)
                _widen(connection, table)
                connection.execute(f"INSERT INTO {table} FROM {_NEXT}")
                connection.unregister(_NEXT)
    except READERS_RAISE as error:
        raise FileUnreadable(request.name, "table", first_line(error)) from error


def _widen(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Give columns of the table the type that holds what comes next as well: whole numbers, numbers, texts."""
    has, comes = (connection.execute(f"DESCRIBE {name}").fetchall() for name in (table, _NEXT))
    for (name, kind, *_), (other, next_kind, *_) in zip(has, comes, strict=True):
        if kind == next_kind or kind == "VARCHAR":
            continue
        if {kind, next_kind} == {"BIGINT", "DOUBLE"}:
            rest = f"SELECT 1 FROM {_NEXT} WHERE {quoted(other)} <> trunc({quoted(other)}) LIMIT 1"
            if kind == "DOUBLE" or not connection.execute(rest).fetchall():
                continue
            wider = "DOUBLE"
        else:
            wider = "VARCHAR"
        connection.execute(f"ALTER TABLE {table} ALTER COLUMN {quoted(name)} TYPE {wider}")


def first_line(error: Exception) -> str:
    """What an error says first."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
