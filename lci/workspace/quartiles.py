"""Exact quartiles of columns of any length: in memory where they fit, else by sorting on disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

#: Runs SQL and returns the rows; raises `duckdb.Error`.
Query: TypeAlias = Callable[[str], list[tuple[Any, ...]]]

#: Values that one query may hold: DuckDB keeps all of a column for its exact quantiles, several times over.
_VALUES_AT_ONCE = 4_000_000
_NUMBER = re.compile(r"^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)\b", re.I)
_FLOATING = re.compile(r"^(FLOAT|DOUBLE)\b", re.I)
_SHARES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A column whose values have an order that quartiles make sense of; `name` is quoted."""

    name: str
    dtype: str

    @property
    def value(self) -> str:
        """The SQL of a value: numbers as the doubles that are interpolated, everything else as it is."""
        return f"{self.name}::DOUBLE" if self.is_number else self.name

    @property
    def is_number(self) -> bool:
        """Whether between two values there is another one: the median of 1 and 2 is 1.5."""
        return bool(_NUMBER.match(self.dtype))

    @property
    def known(self) -> str:
        """The SQL condition for a row that has a value."""
        return f"NOT isnan({self.name})" if _FLOATING.match(self.dtype) else f"{self.name} IS NOT NULL"


def quartiles(
    query: Query, relation: str, columns: Sequence[Ordered], rows: int, at_once: int = _VALUES_AT_ONCE
) -> dict[str, tuple[Any, Any, Any]]:
    """The three quartiles of each of `columns` by its quoted name; of dates and times, values there are.

    A table of more than `at_once` rows is copied to DuckDB's temporary folder once and sorted there column by column.
    """
    if not columns:
        return {}
    if rows > at_once:
        names = ", ".join(column.name for column in columns)
        query(f"CREATE OR REPLACE TEMP TABLE values_to_sort AS SELECT {names} FROM {relation}")
        return {column.name: _sorted(query, column) for column in columns}
    width = max(1, at_once // max(rows, 1))
    parts = [columns[start : start + width] for start in range(0, len(columns), width)]
    return {name: quarters for part in parts for name, quarters in _aggregated(query, relation, part)}


def _aggregated(query: Query, relation: str, columns: Sequence[Ordered]) -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    shares = ", ".join(map(str, _SHARES))
    calls = [
        f"quantile_{'cont' if column.is_number else 'disc'}({column.value}, [{shares}]) FILTER ({column.known})"
        for column in columns
    ]
    [row] = query(f"SELECT {', '.join(calls)} FROM {relation}")
    for column, values in zip(columns, row, strict=True):
        low, middle, high = values or (None, None, None)
        yield column.name, (low, middle, high)


def _sorted(query: Query, column: Ordered) -> tuple[Any, Any, Any]:
    [(count,)] = query(f"SELECT count(*) FROM values_to_sort WHERE {column.known}")
    if not count:
        return (None, None, None)
    low, middle, high = (_at(query, column, count, share) for share in _SHARES)
    return (low, middle, high)


def _at(query: Query, column: Ordered, count: int, share: float) -> Any:  # Any: DuckDB's value
    place = share * (count - 1) if column.is_number else max(0.0, -(-share * count // 1) - 1)
    below = int(place)
    around = query(f"SELECT {column.value} FROM values_to_sort WHERE {column.known} ORDER BY 1 LIMIT 2 OFFSET {below}")
    first, second = around[0][0], around[-1][0]
    return first + (second - first) * (place - below) if column.is_number else first
