"""How the columns of a table go together, over every row.

Two columns of numbers: Pearson's correlation, from -1 to 1. Two of categories: Cramér's V with Bergsma's correction
(2013), from 0 to 1. Numbers by categories: the correlation ratio, the root of the share of the variance that lies
between the categories, from 0 to 1. Rows in which either value is missing do not count for a pair.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal, TypeAlias

import duckdb

from lci.workspace.jobs import parsed, written
from lci.workspace.queries import of_table
from lci.workspace.selection import quoted
from lci.workspace.statistics import TypedColumn, typed_columns

#: Columns that are compared, and values that one of categories may have.
COLUMNS, _CATEGORIES = 24, 50
_LEAST_ROWS = 3

Measure: TypeAlias = Literal["correlation", "cramers_v", "correlation_ratio"]


@dataclass(frozen=True, slots=True)
class Association:
    """Two columns, how strongly they go together, and over how many rows that was counted."""

    first: str
    second: str
    measure: Measure
    strength: float
    rows: int


@dataclass(frozen=True, slots=True)
class Associations:
    """Every pair of the columns that could be compared; `left_out` are further ones, only counted."""

    columns: tuple[str, ...]
    pairs: tuple[Association, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class AssociationsJob:
    """The associations of the columns of `table` in the file that `TableJob` wrote."""

    name: str
    table: str

    def performed(self, path: Path) -> bytes:
        """Raises `FileUnreadable`."""
        return written(of_table(path, self.name, lambda connection: _associations(connection, quoted(self.table))))

    def read(self, answer: bytes) -> Associations:
        """What an answer says."""
        associations: Associations = parsed(Associations, answer, self.name)
        return associations


def _associations(connection: duckdb.DuckDBPyConnection, table: str) -> Associations:
    compared = [column for column in typed_columns(connection, table) if column.sort in ("number", "switch", "text")]
    numbers: list[TypedColumn] = []
    categories: list[TypedColumn] = []
    left_out = 0
    for column in compared:
        if len(numbers) + len(categories) >= COLUMNS:
            left_out += 1
            continue
        name = quoted(column.name)
        # Enough distinct values to be sure that there are too many.
        some = f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL LIMIT {_CATEGORIES + 1}"
        ((distinct,),) = connection.execute(f"SELECT count(*) FROM ({some})").fetchall()
        if column.sort == "number" and distinct > 1:
            numbers.append(column)
        elif column.sort != "number" and 1 < distinct <= _CATEGORIES:
            categories.append(column)
    pairs = [
        *_correlations(connection, table, numbers),
        *(_cramers_v(connection, table, a, b) for a, b in combinations(categories, 2)),
        *(_correlation_ratio(connection, table, a, b) for a in numbers for b in categories),
    ]
    chosen = {column.name for column in (*numbers, *categories)}
    names = tuple(column.name for column in compared if column.name in chosen)
    known = sorted((pair for pair in pairs if pair is not None), key=lambda pair: -abs(pair.strength))
    return Associations(names, tuple(known), left_out)


def _finite(column: TypedColumn) -> str:
    name = quoted(column.name)
    return f"isfinite({name})" if column.kind in ("FLOAT", "DOUBLE") else f"{name} IS NOT NULL"


def _correlations(
    connection: duckdb.DuckDBPyConnection, table: str, numbers: list[TypedColumn]
) -> list[Association | None]:
    pairs = list(combinations(numbers, 2))
    if not pairs:
        return []
    calls = []
    for a, b in pairs:
        both, first, second = f"FILTER ({_finite(a)} AND {_finite(b)})", quoted(a.name), quoted(b.name)
        calls += [f"corr({first}::DOUBLE, {second}::DOUBLE) {both}", f"count(*) {both}"]
    row = connection.execute(f"SELECT {', '.join(calls)} FROM {table}").fetchone() or ()
    return [_association(a, b, "correlation", row[2 * at], row[2 * at + 1]) for at, (a, b) in enumerate(pairs)]


def _association(
    a: TypedColumn, b: TypedColumn, measure: Measure, strength: float | None, rows: int
) -> Association | None:
    if strength is None or not math.isfinite(strength) or rows < _LEAST_ROWS:
        return None
    return Association(a.name, b.name, measure, max(-1.0, min(1.0, float(strength))), int(rows))


def _cramers_v(connection: duckdb.DuckDBPyConnection, table: str, a: TypedColumn, b: TypedColumn) -> Association | None:
    first, second = quoted(a.name), quoted(b.name)
    both = f"FROM {table} WHERE {first} IS NOT NULL AND {second} IS NOT NULL"
    query = f"SELECT {first}, {second}, count(*) {both} GROUP BY ALL"
    counts = {(x, y): int(count) for x, y, count in connection.execute(query).fetchall()}
    total = sum(counts.values())
    across: Counter[object] = Counter()
    down: Counter[object] = Counter()
    for (x, y), count in counts.items():
        across[x] += count
        down[y] += count
    k, r = len(across), len(down)
    if total < _LEAST_ROWS or k < 2 or r < 2:
        return None
    # Over all cells of the table, the empty ones among them: sum of n²/(row · column), times n, less n.
    chi2 = total * (sum(n * n / (across[x] * down[y]) for (x, y), n in counts.items()) - 1)
    phi2 = max(0.0, chi2 / total - (k - 1) * (r - 1) / (total - 1))
    k2, r2 = k - (k - 1) ** 2 / (total - 1), r - (r - 1) ** 2 / (total - 1)
    least = min(k2, r2) - 1
    return _association(a, b, "cramers_v", math.sqrt(phi2 / least) if least > 0 else None, total)


def _correlation_ratio(
    connection: duckdb.DuckDBPyConnection, table: str, number: TypedColumn, category: TypedColumn
) -> Association | None:
    value, group = quoted(number.name), quoted(category.name)
    query = (
        f"SELECT count(*), avg({value}::DOUBLE), var_pop({value}::DOUBLE) FROM {table} "
        f"WHERE {_finite(number)} AND {group} IS NOT NULL GROUP BY {group}"
    )
    groups = [(int(n), float(mean), float(within)) for n, mean, within in connection.execute(query).fetchall()]
    total = sum(n for n, _, _ in groups)
    if len(groups) < 2:
        return None
    middle = sum(n * mean for n, mean, _ in groups) / total
    between = sum(n * (mean - middle) ** 2 for n, mean, _ in groups)
    whole = between + sum(n * within for n, _, within in groups)
    return _association(number, category, "correlation_ratio", math.sqrt(between / whole) if whole > 0 else None, total)
