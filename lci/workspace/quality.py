"""What is odd about a table's values, each with the condition that its rows fulfil: counted over every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import duckdb

from lci.core.files import Value
from lci.workspace.inference import plain_value
from lci.workspace.jobs import parsed, written
from lci.workspace.queries import of_table
from lci.workspace.selection import quoted
from lci.workspace.statistics import EXACT_ROWS, TypedColumn, row_count, typed_columns

#: Columns looked at one by one.
COLUMNS = 100
#: Columns of a table in which equal rows are looked for.
_COMPARED_COLUMNS = 100
#: The part of a column's values that says what it holds.
_MOST = 0.95
_DATE = r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([ T]\d{1,2}:\d{2}.*)?\s*$"
_NUMBER = r"^\s*[+-]?(\d+([.,]\d+)?|\.\d+)([eE][+-]?\d+)?\s*%?\s*$"
#: Times the distance between the quartiles beyond which a value is far out (Tukey 1977).
_FAR = 3

FindingKind: TypeAlias = Literal[
    "missing", "empty", "duplicate_rows", "constant", "unique", "mixed", "numbers_as_text", "dates_as_text", "padded",
    "spellings", "far_out",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd: in `rows` rows, which `sql` gives; `example` is one of the values."""

    kind: FindingKind
    column: str
    rows: int
    sql: str
    example: Value = None


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found, over so many rows and the first so many of the columns."""

    rows: int
    columns: int
    width: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class QualityJob:
    """What is odd about `table` in the file that `TableJob` wrote."""

    name: str
    table: str

    def performed(self, path: Path) -> bytes:
        """Raises `FileUnreadable`."""
        return written(of_table(path, self.name, lambda connection: _quality(connection, quoted(self.table))))

    def read(self, answer: bytes) -> Quality:
        """What an answer says."""
        quality: Quality = parsed(Quality, answer, self.name)
        return quality


def _quality(connection: duckdb.DuckDBPyConnection, table: str) -> Quality:
    columns, rows = typed_columns(connection, table), row_count(connection, table)
    findings = list(_equal_rows(connection, table, columns, rows))
    for column in columns[:COLUMNS]:
        findings += _of_column(connection, table, column, rows) if rows else []
    return Quality(rows, min(COLUMNS, len(columns)), len(columns), tuple(findings))


def _equal_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[TypedColumn], rows: int
) -> Iterator[Finding]:
    """Rows that are there more than once, the first of them aside; of large tables by their hashes."""
    if not rows or len(columns) > _COMPARED_COLUMNS:
        return
    every = ", ".join(quoted(column.name) for column in columns)
    distinct = f"SELECT DISTINCT {every} FROM {table}" if rows <= EXACT_ROWS else (
        f"SELECT DISTINCT hash({every}) FROM {table}"
    )  # fmt: skip
    ((kinds,),) = connection.execute(f"SELECT count(*) FROM ({distinct})").fetchall()
    if kinds < rows:
        sql = f"SELECT *\nFROM {table}\nQUALIFY count(*) OVER (PARTITION BY {every}) > 1\nORDER BY {every}"
        yield Finding("duplicate_rows", "", rows - int(kinds), sql)


def _of_column(connection: duckdb.DuckDBPyConnection, table: str, column: TypedColumn, rows: int) -> Iterator[Finding]:
    name = quoted(column.name)
    is_exact = rows <= EXACT_ROWS
    distinct = f"count(DISTINCT {name})" if is_exact else f"approx_count_distinct({name})"
    ((present, kinds),) = connection.execute(
        f"SELECT count({name}), {'0' if column.sort == 'other' else distinct} FROM {table}"
    ).fetchall()
    if not present:
        yield Finding("empty", column.name, rows, f"SELECT *\nFROM {table}")
        return
    conditions: list[tuple[FindingKind, str]] = []
    if present < rows:
        conditions.append(("missing", f"{name} IS NULL"))
    if kinds == 1 and rows > 1:
        conditions.append(("constant", f"{name} IS NOT NULL"))
    elif is_exact and kinds == rows > 2 and (column.sort == "text" or "INT" in column.kind):
        conditions.append(("unique", f"{name} IS NOT NULL"))
    elif column.sort == "number":
        conditions += _far_out(connection, table, column)
    if column.sort == "text" and kinds > 1:
        conditions += _of_texts(connection, table, name, int(present))
    for kind, condition in conditions:
        sql = f"SELECT *\nFROM {table}\nWHERE {condition}"
        count, example = connection.execute(f"SELECT count(*), first({name}) FROM ({sql})").fetchone() or (0, None)
        if count:
            yield Finding(kind, column.name, int(count), sql, plain_value(example))


def _of_texts(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, present: int
) -> Iterator[tuple[FindingKind, str]]:
    number, date = (f"regexp_full_match({name}, '{pattern}')" for pattern in (_NUMBER, _DATE))
    alike = f"SELECT lower(trim({name})) FROM {table} GROUP BY 1 HAVING count(DISTINCT {name}) > 1"
    ((numbers, dates),) = connection.execute(f"SELECT count_if({number}), count_if({date}) FROM {table}").fetchall()
    if dates >= _MOST * present:
        yield "dates_as_text", date
    elif numbers >= _MOST * present:
        yield "numbers_as_text", number
    elif numbers > (1 - _MOST) * present:
        # The fewer of the two are the odd ones.
        yield "mixed", number if numbers < present / 2 else f"NOT {number}"
    yield "padded", f"{name} <> trim({name})"
    yield "spellings", f"lower(trim({name})) IN ({alike})"


def _far_out(
    connection: duckdb.DuckDBPyConnection, table: str, column: TypedColumn
) -> Iterator[tuple[FindingKind, str]]:
    """Values that lie far beyond the quartiles; where half of all are the same there is nothing to go by."""
    name = quoted(column.name)
    quarters = connection.execute(f"SELECT approx_quantile({name}::DOUBLE, [0.25, 0.75]) FROM {table}").fetchone()
    low, high = quarters[0] if quarters and quarters[0] else (0.0, 0.0)
    if high > low:
        reach = _FAR * (high - low)
        yield "far_out", f"({name} < {low - reach:.6g} OR {name} > {high + reach:.6g})"
