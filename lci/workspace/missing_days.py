"""The days that a daily series lacks: between its first and its last, but for weekends where it has none."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

from lci.workspace.jobs import parsed, written
from lci.workspace.queries import of_table
from lci.workspace.selection import quoted
from lci.workspace.statistics import typed_columns
from lci.workspace.tables import TableJob

#: Bytes of a file that is read for it, its columns, and the days of one of them.
LARGEST = 256 << 20
_COLUMNS, _DAYS = 50, 100_000
#: Days that make a series, and the part of their steps that are of one day.
_LEAST, _DAILY = 8, 0.8
_FRIDAY, _MONDAY, _WEEKEND = 4, 0, (5, 6)
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MissingDays:
    """Days in a row, the first and the last of them as ISO texts, that no row of a daily column has."""

    column: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class MissingDaysJob:
    """Those of the columns of a file's first table, over every row."""

    name: str

    def performed(self, path: Path) -> bytes:
        """Raises `FileUnreadable`."""
        stored = TableJob(self.name, "series").performed(path)
        try:
            return written(of_table(stored, self.name, lambda connection: list(_missing(connection, "series"))))
        finally:
            shutil.rmtree(stored.parent, ignore_errors=True)

    def read(self, answer: bytes) -> tuple[MissingDays, ...]:
        """What an answer says."""
        days: tuple[MissingDays, ...] = parsed(tuple[MissingDays, ...], answer, self.name)
        return days


def _missing(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[MissingDays]:
    moments = [each for each in typed_columns(connection, table) if each.kind.startswith(("DATE", "TIMESTAMP"))]
    for column in moments[:_COLUMNS]:
        name = quoted(column.name)
        query = f"SELECT DISTINCT CAST({name} AS DATE) FROM {table} WHERE {name} IS NOT NULL ORDER BY 1 LIMIT {_DAYS}"
        days = [day for (day,) in connection.execute(query).fetchall() if isinstance(day, datetime.date)]
        yield from (MissingDays(column.name, str(first), str(last)) for first, last in missing_days(days))


def missing_days(days: Sequence[datetime.date]) -> list[tuple[datetime.date, datetime.date]]:
    """The gaps between sorted days, each by its first and last day; none where they are no daily series."""
    if len(days) < _LEAST:
        return []
    works = all(day.weekday() not in _WEEKEND for day in days)
    gaps = [(before + _DAY, after - _DAY) for before, after in pairwise(days) if not _follows(before, after, works)]
    return gaps if len(days) - 1 - len(gaps) >= _DAILY * (len(days) - 1) else []


def _follows(before: datetime.date, after: datetime.date, works: bool) -> bool:
    """Whether no day is between them on which something is expected."""
    over_weekend = works and (before.weekday(), after.weekday()) == (_FRIDAY, _MONDAY)
    return after - before == (3 * _DAY if over_weekend else _DAY)
