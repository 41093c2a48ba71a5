"""A table that is read piece by piece, written into a table of DuckDB in the types it would have as a whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from lci.workspace.returned import READERS_RAISE
from lci.workspace.selection import quoted

if TYPE_CHECKING:
    import pandas as pd

#: Rows that DuckDB stores together: only complete groups of them are written once.
_ROWS_OF_A_GROUP = 122_880
_CELLS_AT_ONCE, _LEAST_ROWS = 1_200_000, 2_048
_COMING = "coming_rows"


def rows_at_once(width: int) -> int:
    """How many rows of so many columns a piece has."""
    return min(_ROWS_OF_A_GROUP, max(_LEAST_ROWS, _CELLS_AT_ONCE // max(1, width)))


def write_pieces(connection: duckdb.DuckDBPyConnection, pieces: Iterator[pd.DataFrame], table: str) -> None:
    """Create `table`, named as SQL has it, from at least one piece, all with the same names of columns.

    Whole numbers become numbers where a later piece needs it, and anything becomes text where it stands beside
    something else; so pandas does in a whole. Raises `duckdb.Error` and what reading a piece raises.
    """
    # While one piece is written, the next is read: each leaves the other's processor alone.
    with ThreadPoolExecutor(1) as reading, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ahead = _Ahead(pieces, reading)
        piece = ahead.next()
        if piece is None:
            raise ValueError("no rows")
        kinds = list(piece.schema.types)
        into = f"CREATE TABLE {table} AS"
        while piece is not None:
            stream = _Stream(ahead, piece, kinds)
            connection.register(_COMING, stream.reader)
            connection.execute(f"{into} FROM {_COMING}")
            connection.unregister(_COMING)
            piece, into = stream.rest(), f"INSERT INTO {table}"
            if piece is not None:
                _widen(connection, table, piece, kinds)


class _Ahead:
    """The pieces as Arrow tables; the next is being read already."""

    def __init__(self, pieces: Iterator[pd.DataFrame], reading: ThreadPoolExecutor) -> None:
        self._pieces = pieces
        self._reading = reading
        self._coming: Future[Any] = reading.submit(self._read)  # Any: pyarrow has no types

    def next(self) -> Any:
        """The next piece, None after the last. Raises what reading it raises."""
        piece = self._coming.result()
        if piece is not None:
            self._coming = self._reading.submit(self._read)
        return piece

    def _read(self) -> Any:
        frame = next(self._pieces, None)
        return None if frame is None else _as_arrow(frame)


class _Stream:
    """Pieces one after the other in the types of the first, as far as they fit: DuckDB reads them as one."""

    def __init__(self, ahead: _Ahead, piece: Any, kinds: list[Any]) -> None:
        fitted = [_fitted(piece.column(at), kind) for at, kind in enumerate(kinds)]
        # What only becomes text stays what it is: DuckDB writes it as it wrote what is in the table already.
        columns = [piece.column(at) if column is None else column for at, column in enumerate(fitted)]
        self._first = pa.Table.from_arrays(columns, names=piece.column_names)
        self._ahead = ahead
        self._rest: Any = None
        self._failure: Exception | None = None
        self.reader = pa.RecordBatchReader.from_batches(self._first.schema, self._batches())

    def rest(self) -> Any:
        """The first piece that did not fit, None where there is none. Raises what reading a piece has raised."""
        if self._failure is not None:
            raise self._failure
        return self._rest

    def _batches(self) -> Iterator[Any]:
        schema = self._first.schema
        yield from self._first.to_batches()
        del self._first
        while True:
            try:
                piece = self._ahead.next()
            except READERS_RAISE as error:
                # Not through DuckDB, which makes its own error of it.
                self._failure = error
                return
            if piece is None:
                return
            columns = [_fitted(piece.column(at), kind) for at, kind in enumerate(schema.types)]
            if any(column is None for column in columns):
                self._rest = piece
                return
            yield from pa.Table.from_arrays(columns, schema=schema).to_batches()


def _as_arrow(frame: pd.DataFrame) -> Any:
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError):
        # Columns of objects of several kinds, as pandas makes them where parts of a piece differ.
        mixed = {name: frame[name].map(str, na_action="ignore") for name in frame.select_dtypes(object).columns}
        table = pa.Table.from_pandas(frame.assign(**mixed), preserve_index=False)
    return table.replace_schema_metadata(None)


def _fitted(column: Any, kind: Any) -> Any:
    """`column` in that type, None where that loses something or makes text of it."""
    if column.type == kind:
        return column
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column), kind)])
    pair = (column.type, kind)
    if pair == (pa.int64(), pa.float64()):
        return column.cast(kind, safe=False)
    times = all(map(pa.types.is_timestamp, pair)) and column.type.tz == kind.tz
    if times or pair == (pa.float64(), pa.int64()):
        try:
            return column.cast(kind)
        except pa.ArrowInvalid:
            return None
    return None


def _widen(connection: duckdb.DuckDBPyConnection, table: str, piece: Any, kinds: list[Any]) -> None:
    """Give columns of the table, whose types are `kinds`, the type that holds those of the piece as well."""
    for at, kind in enumerate(kinds):
        column = piece.column(at)
        if _is_text(kind) or _fitted(column, kind) is not None:
            continue
        wider = pa.float64() if {column.type, kind} == {pa.int64(), pa.float64()} else pa.large_string()
        words = "DOUBLE" if wider == pa.float64() else "VARCHAR"
        connection.execute(f"ALTER TABLE {table} ALTER COLUMN {quoted(piece.column_names[at])} TYPE {words}")
        kinds[at] = wider


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
