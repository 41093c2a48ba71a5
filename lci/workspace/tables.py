"""Every row of a file's table as the told call returns it, written into a DuckDB file that queries can read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from lci.core.files import AS_FOUND, Column, Preview, Reading
from lci.core.parquet_folders import FolderCall, dtypes_together
from lci.errors import FileUnreadable
from lci.workspace.calls import call_in
from lci.workspace.pieces import rows_at_once, write_pieces
from lci.workspace.preview import preview
from lci.workspace.progress import reporter
from lci.workspace.request import Request, literal
from lci.workspace.returned import READERS_RAISE, frame_of, value_of
from lci.workspace.selection import literal as text_literal, quoted
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
#: Durations as a Parquet file holds them, whole numbers of a unit, in SQL.
_DURATIONS = {
    "duration[s]": "to_seconds({})",
    "duration[ms]": "to_milliseconds({})",
    "duration[us]": "to_microseconds({})",
    "duration[ns]": "to_microseconds({} // 1000)",
}
#: Ways to store texts that take longer to write than reading the larger file takes.
_TOO_SLOW = "fsst,dict_fsst,zstd"
#: Megabytes that writing a table takes, and columns that take one more.
_WRITING, _COLUMNS_A_MEGABYTE = 100, 10


@dataclass(frozen=True, slots=True)
class TableJob:
    """A DuckDB file whose only table, `table`, has every row of the file's; what was told is noted with it.

    With `parts` those are the names of the files, Parquet all of them, and the table is that of the folder `name`.
    """

    name: str
    table: str
    reading: Reading = AS_FOUND
    parts: tuple[str, ...] = ()

    def performed(self, path: Path, *others: Path) -> Path:
        """The file, in the folder for temporary ones. Raises `FileUnreadable`."""
        named = self.parts[0] if self.parts else self.name
        seen = preview(path, named, 5, self.reading)
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
                # Has no effect among the settings above.
                connection.execute(f"SET disabled_compression_methods='{_TOO_SLOW}'")
                _write(connection, Request(path, named, seen.bytes), seen, quoted(self.table))
                if self.parts:
                    seen = self._joined(connection, (path, *others), seen)
                _note(connection, quoted(self.table), seen)
        except duckdb.Error as error:
            raise FileUnreadable(self.name, "table", first_line(error)) from error
        return target

    def _joined(self, connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], seen: Preview) -> Preview:
        """Put what the folders are named for and the rows of the other parts to those of the first; what is told."""
        folder = FolderCall(self.name, self.parts)
        (first, *others), table = folder.key_values, quoted(self.table)
        every = [seen.tables[0]]
        for key, dtype in zip(folder.keys, folder.key_types, strict=True):
            kind = "BIGINT" if dtype == "int64" else "VARCHAR"
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(key)} {kind}")
        if folder.keys:
            given = ", ".join(f"{quoted(key)} = ?" for key in folder.keys)
            connection.execute(f"UPDATE {table} SET {given}", list(first))
        for done, (part, path, values) in enumerate(zip(self.parts[1:], paths[1:], others, strict=True), 1):
            reporter()(done / len(paths))
            own = preview(path, part, 5, self.reading)
            if len(own.tables) != 1 or _stored(own) != _stored(seen):
                raise FileUnreadable(part, own.kind, "no table")
            every.append(own.tables[0])
            chosen = ", ".join([_chosen(connection, path, own), *("?" for _ in values)])
            connection.execute(f"INSERT INTO {table} SELECT {chosen} FROM {_scanned(path)}", list(values))
        keys = tuple(map(Column, folder.keys, folder.key_types))
        if (types := dtypes_together(every)) is None:
            raise FileUnreadable(self.name, seen.kind, "no table")
        columns = [replace(each, dtype=dtype) for each, dtype in zip(seen.tables[0].columns, types, strict=True)]
        joined = replace(seen.tables[0], columns=(*columns, *keys))
        return replace(seen, tables=(joined,), reader=folder.reader)

    def read(self, answer: bytes) -> None:
        """Nothing: the answer is a file."""


def _stored(seen: Preview) -> list[tuple[str, str]]:
    return [(column.name, column.stored) for column in seen.tables[0].columns]


def _scanned(path: Path) -> str:
    return f"read_parquet({text_literal(str(path))}, hive_partitioning=false)"


def _chosen(connection: duckdb.DuckDBPyConnection, path: Path, seen: Preview) -> str:
    """The columns that were told: what pandas makes an index of is none of them, and a number that is none missing.

    What the file says of durations DuckDB does not know.
    """
    described = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {_scanned(path)})").fetchall()
    kinds = dict(described)

    def chosen(column: Column) -> str:
        name = quoted(column.name)
        if column.stored in _DURATIONS:
            return f"{_DURATIONS[column.stored].format(name)} AS {name}"
        if kinds.get(column.name) in ("FLOAT", "DOUBLE"):
            return f"CASE WHEN NOT isnan({name}) THEN {name} END AS {name}"
        return name

    return ", ".join(map(chosen, seen.tables[0].columns))


def _write(connection: duckdb.DuckDBPyConnection, request: Request, seen: Preview, table: str) -> None:
    reader = seen.reader or ""
    if reader.startswith(f"pd.read_parquet({literal(request.name)}") and "pyarrow" not in reader:
        chosen = _chosen(connection, request.path, seen)
        connection.execute(f"CREATE TABLE {table} AS SELECT {chosen} FROM {_scanned(request.path)}")
        return
    call = call_in(reader)
    if call is not None and call.function in ("read_csv", "read_fwf") and request.size > WHOLE_BYTES:
        width = len(seen.tables[0].columns)
        pieces = value_of(request, call.source(literal(request.name), chunksize=rows_at_once(width)))
        if pieces is None:
            raise FileUnreadable(request.name, "table", "crashed")
        try:
            counted = _counted(iter(pieces), seen.tables[0].rows or 1, reporter())
            write_pieces(connection, counted, table)
        except READERS_RAISE as error:
            raise FileUnreadable(request.name, "table", first_line(error)) from error
        return
    frame = frame_of(request, reader)
    if frame is None:
        raise FileUnreadable(request.name, "table", "crashed")
    connection.from_df(frame).create(table)


def _counted(pieces: Iterator[pd.DataFrame], rows: int, report: Callable[[float], None]) -> Iterator[pd.DataFrame]:
    """The pieces; with each, how much of all `rows`, whose number is an estimate, was read before it is said."""
    done = 0
    for piece in pieces:
        report(done / rows)
        done += len(piece)
        yield piece


#: What a type that holds more than the first rows did is called in pandas' words.
_WIDER = {"BIGINT": "int64", "DOUBLE": "float64", "VARCHAR": "str"}


def _note(connection: duckdb.DuckDBPyConnection, table: str, seen: Preview) -> None:
    """Keep the reader and the told types with the table; of a column that grew in later rows, what it grew to."""
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    first_rows = any(each.code == "types_of_first_rows" for each in seen.warnings)
    words = [column.dtype for column in seen.tables[0].columns]
    if first_rows:
        kinds = [str(kind) for _, kind, *_ in described]
        words = [
            word if (kind, word) == ("BIGINT", "Int64") else _WIDER.get(kind, word)
            for kind, word in zip(kinds, words, strict=True)
        ]
        counts = ", ".join(f"count({quoted(str(name))})" for name, *_ in described)
        ((rows, *present),) = connection.execute(f"SELECT count(*), {counts} FROM {table}").fetchall()
        # Whole numbers of which some are missing are floats to pandas.
        words = [
            "float64" if word == "int64" and count < rows else word for word, count in zip(words, present, strict=True)
        ]
    note = json.dumps([seen.reader, words], ensure_ascii=False)
    connection.execute(f"COMMENT ON TABLE {table} IS {text_literal(note)}")


def noted(connection: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """The reader and the types of the columns that were told of the only table. Raises `duckdb.Error`."""
    ((note,),) = connection.execute("SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL").fetchall()
    reader, words = json.loads(note)
    return str(reader), list(map(str, words))


def first_line(error: Exception) -> str:
    """What an error says first."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
