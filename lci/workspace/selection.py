"""What the Data page shows of a table, as a value, and the SQL that it is: conditions, an order, nothing else."""

from __future__ import annotations

import keyword
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, assert_never

from lci.core.files import Value
from lci.workspace.amounts import amount_sql

_BELOW_NOTHING = re.compile(r"^(-\d+ days) \+(?=\d\d:)")


@dataclass(frozen=True, slots=True)
class Contains:
    """A text holds another, whatever the case."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Range:
    """A number or a date lies between two, the first included; None is no bound. `closed` includes the second."""

    column: str
    low: Value = None
    high: Value = None
    closed: bool = True


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value is one of these; None among them is a missing one."""

    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no value."""

    column: str


@dataclass(frozen=True, slots=True)
class Present:
    """There is a value."""

    column: str


Condition: TypeAlias = Contains | Range | OneOf | Missing | Present


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by a column, missing values last; rows that are equal there as they are in the file.

    Of texts that are `amounts`, by the numbers that they are.
    """

    column: str
    descending: bool = False
    amounts: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a table that fulfil every condition, in an order."""

    table: str
    conditions: tuple[Condition, ...] = ()
    order: Order | None = None

    @property
    def sql(self) -> str:
        """The query that gives them."""
        return "\n".join(["SELECT *", *self._rows, *self._ordered])

    @property
    def window(self) -> str:
        """The query that gives `$rows` of them from `$offset` on; empty where a limit on `sql` is as good.

        To sort the rows' numbers takes less than to sort the rows.
        """
        if self.order is None:
            return ""
        numbers = " ".join(["SELECT rowid", *self._rows, *self._ordered, "LIMIT $rows OFFSET $offset"])
        return " ".join([f"SELECT * FROM {quoted(self.table)} WHERE rowid IN ({numbers})", *self._ordered])

    @property
    def _rows(self) -> list[str]:
        conditions = [
            f"{'  AND' if at else 'WHERE'} {condition_sql(condition)}" for at, condition in enumerate(self.conditions)
        ]
        return [f"FROM {quoted(self.table)}", *conditions]

    @property
    def _ordered(self) -> list[str]:
        if self.order is None:
            return []
        direction = " DESC" if self.order.descending else ""
        column = quoted(self.order.column)
        return [f"ORDER BY {amount_sql(column) if self.order.amounts else column}{direction} NULLS LAST, rowid"]


def condition_sql(condition: Condition) -> str:
    """A condition as it stands behind `WHERE`."""
    column = quoted(condition.column)
    match condition:
        case Contains(text=text):
            pattern = re.sub(r"([\\%_])", r"\\\1", text)
            escape = r" ESCAPE '\'" if pattern != text else ""
            return f"{column} ILIKE {literal(f'%{pattern}%')}{escape}"
        case Range(low=low, high=high, closed=closed):
            if low is not None and high is not None and closed:
                return f"{column} BETWEEN {_bound(low)} AND {_bound(high)}"
            bounds = [f"{column} >= {_bound(low)}"] if low is not None else []
            bounds += [f"{column} {'<=' if closed else '<'} {_bound(high)}"] if high is not None else []
            return " AND ".join(bounds) or f"{column} IS NOT NULL"
        case OneOf(values=values):
            present = [literal(value) for value in values if value is not None]
            choices = [f"{column} IN ({', '.join(present)})"] if present else []
            choices += [f"{column} IS NULL"] if len(present) < len(values) else []
            return f"({' OR '.join(choices)})" if len(choices) > 1 else choices[0] if choices else "false"
        case Missing():
            return f"{column} IS NULL"
        case Present():
            return f"{column} IS NOT NULL"
        case _ as never:
            assert_never(never)


def _bound(value: Value) -> str:
    """One end of a range in SQL, which has no sign between the days and the hours of a duration below nothing."""
    return literal(_BELOW_NOTHING.sub(r"\1 ", value) if isinstance(value, str) else value)


def literal(value: Value) -> str:
    """A value in SQL; a text stands for what the column makes of it: a date, a number."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float():
            return repr(value) if math.isfinite(value) else f"'{value}'::DOUBLE"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _ as never:
            assert_never(never)


def quoted(name: str) -> str:
    """A name in SQL, in quotes only where it needs them."""
    if _PLAIN.fullmatch(name) and name.lower() not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def table_name(file: str, sheet: str | None = None) -> str:
    """What the table of a file is called in SQL: a name that needs no quotes, there and in Python."""
    stem = Path(file).name
    while (ending := Path(stem).suffix.lower()) in ENDINGS:
        stem = stem[: -len(ending)]
    words = re.sub(r"[^A-Za-z0-9_]+" if stem.isascii() else r"\W+", "_", f"{stem}_{sheet}" if sheet else stem)
    words = words.strip("_") or "table"
    words = f"t{words}" if words[0].isdigit() else words
    return f"{words}_" if keyword.iskeyword(words) or words.lower() in RESERVED else words


def table_names(tables: list[tuple[str, str | None]]) -> dict[tuple[str, str | None], str]:
    """The same for several (file, sheet), no two alike whatever the case."""
    names: dict[tuple[str, str | None], str] = {}
    taken: set[str] = set()
    for file, sheet in tables:
        plain = name = table_name(file, sheet)
        count = 1
        while name.lower() in taken:
            count += 1
            name = f"{plain}_{count}"
        taken.add(name.lower())
        names[file, sheet] = name
    return names


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

#: Endings that say how a file is written, not what is in it.
ENDINGS = frozenset({
    ".csv", ".tsv", ".tab", ".txt", ".dat", ".gz", ".bz2", ".xz", ".zst", ".zip", ".json", ".jsonl", ".ndjson", ".xlsx",
    ".xls", ".xlsm", ".xlsb", ".ods", ".parquet", ".feather", ".arrow", ".orc", ".db", ".sqlite", ".sqlite3", ".duckdb",
    ".dta", ".sav", ".sas7bdat", ".xpt", ".html", ".htm", ".xml", ".npy", ".geojson", ".avro", ".dbf",
})  # fmt: skip

#: Words that DuckDB takes for no name unless they are quoted.
RESERVED = frozenset({
    "all", "analyse", "analyze", "and", "anti", "any", "array", "as", "asc", "asof", "asymmetric", "at",
    "authorization", "binary", "both", "by", "case", "cast", "check", "collate", "collation", "column", "columns",
    "concurrently", "constraint", "create", "cross", "default", "deferrable", "desc", "describe", "distinct", "do",
    "else", "end", "except", "false", "fetch", "for", "foreign", "freeze", "from", "full", "generated", "glob",
    "group", "having", "ilike", "in", "initially", "inner", "intersect", "into", "is", "isnull", "join", "lambda",
    "lateral", "leading", "left", "like", "limit", "map", "natural", "not", "notnull", "null", "offset", "on",
    "only", "or", "order", "outer", "overlaps", "pivot", "pivot_longer", "pivot_wider", "placing", "positional",
    "primary", "qualify", "references", "returning", "right", "select", "semi", "show", "similar", "some", "struct",
    "summarize", "symmetric", "table", "tablesample", "then", "to", "trailing", "true", "try_cast", "tuple",
    "union", "unique", "unpack", "unpivot", "using", "variadic", "verbose", "when", "where", "window", "with",
})  # fmt: skip
