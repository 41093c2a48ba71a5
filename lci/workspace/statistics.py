"""Statistics of a table's columns over every row: exact up to a million of them, beyond that said where estimated."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, assert_never

import duckdb

from lci.core.files import Value
from lci.workspace.inference import plain_value
from lci.workspace.jobs import parsed, written
from lci.workspace.queries import of_table
from lci.workspace.selection import quoted
from lci.workspace.tables import noted

#: Up to so many rows everything is exact; beyond, distinct values are estimates, and the quartiles of a column with
#: twice as many values those of about as many, spread as if by chance: of ranks wrong by at most a thousandth, nineteen
#: times in twenty.
EXACT_ROWS = 1_000_000
#: What a table of more rows may take of memory: nothing of it is held but sketches and those rows.
_SKETCHING = "200MB"
#: Values that one query may hold for exact quartiles.
_VALUES_AT_ONCE = 4_000_000
_MOST_COLUMNS, _LEAST_COLUMNS = 100, 2
#: Cells of one answer, at least: a person sees how far it has come between two of them.
_CELLS_A_PART = 1_000_000
#: What numpy holds without a loss.
_PLAIN_NUMBERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE"})

ColumnSort: TypeAlias = Literal["number", "moment", "duration", "switch", "text", "other"]


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """One column; what makes no sense of its values is None. `mean` of true and false is the share that is true.

    Of durations all of them are durations.
    """

    name: str
    dtype: str
    missing: int
    distinct: int | None
    minimum: Value
    quartiles: tuple[Value, Value, Value]
    maximum: Value
    mean: Value
    deviation: Value


@dataclass(frozen=True, slots=True)
class TableStatistics:
    """The columns of a table from one of them on; `width` is the number of all of them."""

    rows: int
    width: int
    exact: bool
    columns: tuple[ColumnStatistics, ...]


@dataclass(frozen=True, slots=True)
class StatisticsJob:
    """The statistics of some columns of `table` in the file that `TableJob` wrote: from `first` on, as many as fit."""

    name: str
    table: str
    first: int = 0

    def performed(self, path: Path) -> bytes:
        """Raises `FileUnreadable`."""
        table, first = quoted(self.table), self.first
        rows = of_table(path, self.name, lambda connection: row_count(connection, table))
        memory = _SKETCHING if rows > EXACT_ROWS else None
        return written(of_table(path, self.name, lambda it: _statistics(it, table, first, rows), memory))

    def read(self, answer: bytes) -> TableStatistics:
        """What an answer says."""
        statistics: TableStatistics = parsed(TableStatistics, answer, self.name)
        return statistics


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column with its type in DuckDB's words and in those that were told."""

    name: str
    kind: str
    dtype: str

    @property
    def sort(self) -> ColumnSort:
        """What can be asked of its values."""
        match self.kind.partition("(")[0]:
            case "FLOAT" | "DOUBLE" | "DECIMAL":
                return "number"
            case word if word.endswith(("INT", "INTEGER")):
                return "number"
            case "DATE" | "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" | "TIMESTAMP WITH TIME ZONE":
                return "moment"
            case "INTERVAL":
                return "duration"
            case "BOOLEAN":
                return "switch"
            case "VARCHAR" | "ENUM":
                return "text"
            case _:
                return "other"


def typed_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[TypedColumn]:
    """The columns of a table that `TableJob` wrote. Raises `duckdb.Error`."""
    _, words = noted(connection)
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    return [TypedColumn(str(name), str(kind), word) for (name, kind, *_), word in zip(described, words, strict=True)]


def row_count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has."""
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows)


@dataclass(frozen=True, slots=True)
class _Quartiles:
    """DuckDB's functions for those of numbers and of moments, and the rows that they are over, all if empty."""

    numbers: str
    moments: str
    rows: str = ""


def _quartiles(present: int, *, numbered: bool) -> _Quartiles:
    """How those of a column with so many values are found; `numbered` is that DuckDB can tell the number of a row."""
    part = present // EXACT_ROWS
    if part < 2:
        return _Quartiles("quantile_cont", "quantile_disc")
    if numbered:
        return _Quartiles("quantile_cont", "quantile_disc", f"hash(rowid) % {part} = 0")
    return _Quartiles("approx_quantile", "approx_quantile")


def _statistics(connection: duckdb.DuckDBPyConnection, table: str, first: int, rows: int) -> TableStatistics:
    columns = typed_columns(connection, table)
    at_once = max(_LEAST_COLUMNS, min(_MOST_COLUMNS, _VALUES_AT_ONCE // max(1, rows)))
    exact = rows <= EXACT_ROWS
    # A column of that name would hide DuckDB's own number of a row.
    numbered = all(column.name.lower() != "rowid" for column in columns)
    # A part of a wide table takes about as long as one of a long table.
    part = columns[first : first + max(at_once, _CELLS_A_PART // max(1, rows))]
    read: list[ColumnStatistics] = []
    for begin in range(0, len(part), at_once):
        chosen = part[begin : begin + at_once]
        plain = [column for column in chosen if exact and column.kind in _PLAIN_NUMBERS]
        known = {column.name: column for column in _of_numbers(connection, table, plain, rows)}
        others = [column for column in chosen if column.name not in known]
        known |= {column.name: column for column in _aggregated(connection, table, others, rows, numbered=numbered)}
        read += [known[column.name] for column in chosen]
    return TableStatistics(rows, len(columns), exact, tuple(read))


def _of_numbers(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[TypedColumn], rows: int
) -> Iterator[ColumnStatistics]:
    """As `_aggregated`, in memory: DuckDB's exact aggregates of a hundred columns take a gigabyte."""
    import numpy as np

    if not columns:
        return
    arrays = connection.execute(
        f"SELECT {', '.join(quoted(column.name) for column in columns)} FROM {table}"
    ).fetchnumpy()
    for column in columns:
        values = np.ma.compressed(arrays[column.name])
        values = values[~np.isnan(values)] if values.dtype.kind == "f" else values
        finite = values[np.isfinite(values)]
        some = len(values) > 0
        quarters = np.quantile(finite, (0.25, 0.5, 0.75)).tolist() if len(finite) else (None, None, None)
        low, middle, high = quarters
        yield ColumnStatistics(
            column.name,
            column.dtype,
            rows - len(values),
            len(np.unique(values)),
            plain_value(values.min().item()) if some else None,
            (plain_value(low), plain_value(middle), plain_value(high)),
            plain_value(values.max().item()) if some else None,
            float(finite.mean()) if len(finite) else None,
            float(finite.std(ddof=1)) if len(finite) > 1 else None,
        )


def _aggregated(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[TypedColumn], rows: int, *, numbered: bool
) -> list[ColumnStatistics]:
    if not columns:
        return []
    exact = rows <= EXACT_ROWS
    # By themselves: mostly DuckDB has noted them where it stored the rows, and reads none for them.
    extents = _extents(connection, table, columns)
    queries = [
        _aggregates(column, _quartiles(rows if exact else extent.present, numbered=numbered), extent, exact=exact)
        for column, extent in zip(columns, extents, strict=True)
    ]
    calls = ", ".join(each for query in queries for each in query)
    values = iter(connection.execute(f"SELECT {calls} FROM {table}").fetchone() or ())
    triples = zip(columns, extents, queries, strict=True)
    return [_column(column, extent, [next(values) for _ in query], rows) for column, extent, query in triples]


@dataclass(frozen=True, slots=True)
class _Extent:
    """How many values a column has, and between which they lie."""

    present: int
    least: Any  # Any: DuckDB's values
    greatest: Any

    @property
    def finite(self) -> bool:
        """Whether numbers within are all finite: what is no number is greater than any to DuckDB."""
        return all(math.isfinite(end) for end in (self.least, self.greatest) if end is not None)


def _extents(connection: duckdb.DuckDBPyConnection, table: str, columns: list[TypedColumn]) -> list[_Extent]:
    calls = ", ".join(
        ends.format(quoted(column.name))
        for column in columns
        for ends in ("count({})", *(("NULL", "NULL") if column.sort == "other" else ("min({})", "max({})")))
    )
    values = connection.execute(f"SELECT {calls} FROM {table}").fetchone() or ()
    return [_Extent(*each) for each in zip(values[::3], values[1::3], values[2::3], strict=True)]


def _aggregates(column: TypedColumn, quartiles: _Quartiles, extent: _Extent, *, exact: bool) -> list[str]:
    """SQL for: distinct values, mean, deviation, quartiles; as many for every column."""
    name, shares = quoted(column.name), "[0.25, 0.5, 0.75]"
    distinct = f"count(DISTINCT {name})" if exact else f"approx_count_distinct({name})"
    match column.sort:
        case "number":
            finite = "" if extent.finite else f"isfinite({name})"
            middle = f"{quartiles.numbers}({name}::DOUBLE, {shares})" + _over(finite, quartiles.rows)
            return [distinct, f"avg({name}){_over(finite)}", f"stddev_samp({name}){_over(finite)}", middle]
        case "moment":
            return [distinct, "NULL", "NULL", f"{quartiles.moments}({name}, {shares})" + _over(quartiles.rows)]
        case "duration":
            length = f"epoch_us({name})"
            middle = f"{quartiles.numbers}({length}::DOUBLE, {shares})" + _over(quartiles.rows)
            return [distinct, f"avg({length})", f"stddev_samp({length})", middle]
        case "switch":
            return [distinct, f"avg({name}::INT)", "NULL", "NULL"]
        case "text":
            return [distinct, "NULL", "NULL", "NULL"]
        case "other":
            return ["NULL"] * 4
        case never:
            assert_never(never)


def _over(*conditions: str) -> str:
    """The end of an aggregate over the rows for which all conditions that are not empty hold."""
    held = " AND ".join(filter(None, conditions))
    return f" FILTER ({held})" if held else ""


def _column(column: TypedColumn, extent: _Extent, values: list[Any], rows: int) -> ColumnStatistics:
    distinct, *numbers = values
    mean, deviation, quarters = map(_as_duration, numbers) if column.sort == "duration" else numbers
    low, middle, high = (plain_value(each) for each in quarters or (None, None, None))
    return ColumnStatistics(
        column.name,
        column.dtype,
        rows - extent.present,
        None if distinct is None else min(int(distinct), extent.present),
        plain_value(extent.least),
        (low, middle, high),
        plain_value(extent.greatest),
        plain_value(mean) if column.sort == "duration" or mean is None else float(mean),
        plain_value(deviation) if column.sort == "duration" or deviation is None else float(deviation),
    )


def _as_duration(microseconds: Any) -> Any:  # Any: DuckDB's numbers, or a list of them
    if isinstance(microseconds, list):
        return list(map(_as_duration, microseconds))
    return None if microseconds is None else datetime.timedelta(microseconds=round(microseconds))
