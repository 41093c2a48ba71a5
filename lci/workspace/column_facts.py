"""What stands above each column of a table: missing and distinct values, and how the others are spread over all rows.

Every count is one of rows that a condition of the same words would give.
"""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from lci.core.files import Value
from lci.workspace.inference import plain_value
from lci.workspace.jobs import parsed, written
from lci.workspace.queries import of_table
from lci.workspace.selection import Range, condition_sql, quoted
from lci.workspace.tables import noted

#: Columns looked at.
COLUMNS = 200
_BARS = 12
_TOP = 5
#: Up to so many rows distinct values are counted, beyond they are estimated.
_COUNTED_ROWS = 1_000_000
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")
_MOMENTS = ("DATE", "TIMESTAMP")
_DURATION = "INTERVAL"
#: Microseconds of what durations are counted in.
_UNITS = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)
_LISTED = ("VARCHAR", "BOOLEAN", "ENUM")


@dataclass(frozen=True, slots=True)
class Bar:
    """Rows of which a column's value lies between two, as `Range` has it; of one value where there is no `high`."""

    low: Value
    high: Value
    closed: bool
    rows: int


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column over every row, its type as above the table. `bars` of numbers and dates, `top` values of others.

    `least` and `greatest` are what it holds, infinities aside; bars begin and end at round numbers around them.
    """

    name: str
    missing: int
    distinct: int
    distinct_exact: bool
    bars: tuple[Bar, ...] = ()
    top: tuple[tuple[Value, int], ...] = ()
    dtype: str = ""
    least: Value = None
    greatest: Value = None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A whole table: the call of pandas that reads it, its rows, its first columns."""

    reader: str
    rows: int
    columns: tuple[ColumnFacts, ...]


@dataclass(frozen=True, slots=True)
class ColumnFactsJob:
    """The facts of `table` in the file that `TableJob` wrote."""

    name: str
    table: str

    def performed(self, path: Path) -> bytes:
        """Raises `FileUnreadable`."""
        return written(of_table(path, self.name, lambda connection: _facts(connection, quoted(self.table))))

    def read(self, answer: bytes) -> TableFacts:
        """What an answer says."""
        facts: TableFacts = parsed(TableFacts, answer, self.name)
        return facts


def _facts(connection: duckdb.DuckDBPyConnection, table: str) -> TableFacts:
    columns = connection.execute(f"DESCRIBE {table}").fetchall()[:COLUMNS]
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    reader, types = noted(connection)
    facts = tuple(
        replace(_column(connection, table, str(name), str(kind), int(rows)), dtype=dtype)
        for (name, kind, *_), dtype in zip(columns, types, strict=False)
    )
    return TableFacts(reader, int(rows), facts)


def _column(connection: duckdb.DuckDBPyConnection, table: str, name: str, kind: str, rows: int) -> ColumnFacts:
    column, exact = quoted(name), rows <= _COUNTED_ROWS
    count = f"count(DISTINCT {column})" if exact else f"approx_count_distinct({column})"
    ((present, distinct),) = connection.execute(f"SELECT count({column}), {count} FROM {table}").fetchall()
    facts = ColumnFacts(name, rows - int(present), min(int(distinct), int(present)), exact)
    if not present or kind.endswith("]"):
        return facts
    if kind.startswith((*_NUMBERS, *_FRACTIONS, *_MOMENTS, _DURATION)):
        low, high = _ends(connection, table, name, kind)
        if low is None:
            return facts
        bars = _bars(connection, table, name, kind, low, high)
        return replace(facts, bars=bars, least=_end(low), greatest=_end(high))
    if kind.startswith(_LISTED) and (exact or distinct < present // 2):
        query = (
            f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL "
            f"GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {_TOP}"
        )
        top = tuple((plain_value(value), int(count)) for value, count in connection.execute(query).fetchall())
        return ColumnFacts(name, facts.missing, facts.distinct, exact, top=top)
    return facts


def _ends(connection: duckdb.DuckDBPyConnection, table: str, name: str, kind: str) -> tuple[Any, Any]:
    """The least and the greatest value that is finite; None where there is none."""
    column = quoted(name)
    finite = f"FROM {table} WHERE isfinite({column})" if kind.startswith((*_MOMENTS, "FLOAT", "DOUBLE")) else (
        f"FROM {table} WHERE {column} IS NOT NULL"
    )  # fmt: skip
    ((low, high),) = connection.execute(f"SELECT min({column}), max({column}) {finite}").fetchall()
    return low, high


def _end(value: Any) -> Value:
    return float(value) if isinstance(value, decimal.Decimal) else plain_value(value)


def _bars(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, kind: str, low: Any, high: Any
) -> tuple[Bar, ...]:
    edges: Sequence[Any] = (
        _moments(low, high)
        if kind.startswith(_MOMENTS)
        else _durations(low, high)
        if kind == _DURATION
        else _edges(float(low), float(high), kind)
    )
    ranges = [
        Range(name, plain_value(first), plain_value(second), closed=at == len(edges) - 2)
        for at, (first, second) in enumerate(pairwise(edges))
    ]
    counts = ", ".join(f"count(*) FILTER (WHERE {condition_sql(each)})" for each in ranges)
    (rows,) = connection.execute(f"SELECT {counts} FROM {table}").fetchall()
    return tuple(Bar(each.low, each.high, each.closed, int(count)) for each, count in zip(ranges, rows, strict=True))


def _edges(low: float, high: float, kind: str) -> Sequence[float | int]:
    """Round numbers around all from `low` to `high`, some fifteen at most; equal parts where those are too close."""
    if kind.startswith(_NUMBERS) and high - low < _BARS and abs(low) < 2**53:
        return [int(low) + step for step in range(int(high - low) + 2)]
    if low == high:
        return [low, high]
    wish = high / _BARS - low / _BARS
    unit = 10.0 ** math.floor(math.log10(wish))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= wish * 0.999)
    first = math.floor(low / step)
    edges = [_short(at * step) for at in range(first, math.ceil(high / step) + 1)]
    if not (edges[0] <= low and high <= edges[-1] and all(a < b for a, b in pairwise(edges))):
        return [*sorted({low + at * wish for at in range(_BARS)} - {high}), high]
    whole = kind.startswith(_NUMBERS) and all(edge == int(edge) for edge in edges)
    return [int(edge) for edge in edges] if whole else edges


def _short(number: float) -> float:
    """The number that is meant: 0.3 for three tenths, whatever they add up to."""
    return float(f"{number:.12g}")


def _durations(low: datetime.timedelta, high: datetime.timedelta) -> list[datetime.timedelta]:
    """As `_edges`, in the largest unit that there are some of between the two."""
    first, last = (each // datetime.timedelta(microseconds=1) for each in (low, high))
    unit = next(each for each in _UNITS if last - first >= 2 * each or each == 1)
    edges = _edges(first / unit, last / unit, "DOUBLE")
    return [datetime.timedelta(microseconds=round(edge * unit)) for edge in edges]


def _moments(low: Any, high: Any) -> list[Any]:  # Any: dates, or points in time
    """Whole years, months or days where the span has some of them, else equal parts; up to beyond `high`."""
    span = (high - low).days
    first = low.date() if isinstance(low, datetime.datetime) else low
    zone = low.tzinfo if isinstance(low, datetime.datetime) else None
    last = high.date() if isinstance(high, datetime.datetime) else high
    if span >= 3 * 366:
        step = max(1, math.ceil((last.year - first.year + 1) / _BARS))
        days = [datetime.date(year, 1, 1) for year in range(first.year, min(last.year + step + 1, 9999), step)]
    elif span >= 90:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
        step = max(1, math.ceil((len(months) - 1) / _BARS))
        count = math.ceil((len(months) - 1) / step)
        starts = [months[0] + at * step for at in range(count + 1)]
        days = [datetime.date(month // 12, month % 12 + 1, 1) for month in starts]
    elif span >= 2:
        step = max(1, math.ceil((span + 1) / _BARS))
        days = [first + datetime.timedelta(days=at * step) for at in range(math.ceil((span + 1) / step) + 1)]
        while days[-1] <= last:
            days.append(days[-1] + datetime.timedelta(days=step))
    else:
        part = (high - low) / _BARS
        tick = datetime.timedelta(days=1) if not isinstance(low, datetime.datetime) else datetime.timedelta(0, 0, 1)
        if part < tick:
            return [low, high + tick]
        return [*(low + at * part for at in range(_BARS)), high + tick]
    return [datetime.datetime(day.year, day.month, day.day, tzinfo=zone) for day in days] if zone else days
