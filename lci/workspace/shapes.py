"""Whether a file has the shape of another: what code that reads the one would not find in the other, or find new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from lci.core.files import Column, Preview, Table, Value
from lci.workspace.calls import call_in

#: What differs: the file cannot be read, is of another kind, lacks a table or a column, calls one otherwise, holds
#: other types or moments in another unit, is written otherwise; or, which keeps no code from running, has a table, a
#: column or values more, its columns in another order, days without rows, dates whose day and month could be the other
#: way round (or those of the old file could), or nothing that could be compared.
Kind: TypeAlias = Literal[
    "unreadable", "kind", "table", "missing", "renamed", "type", "unit", "written",
    "more", "new", "values", "order", "gap", "ambiguous", "ambiguous_before", "uncompared",
]  # fmt: skip
_HARMLESS: frozenset[Kind] = frozenset(
    {"more", "new", "values", "order", "gap", "ambiguous", "ambiguous_before", "uncompared"}
)
#: Arguments that change nothing for code that reads the other file: types are compared themselves.
_OF_VALUES = frozenset({"dtype", "low_memory", "chunksize", "parse_dates"})
#: Those that matter where the code itself has them, as the one that was told has: which rows, and which sheet.
_OF_CODE = frozenset({"nrows", "sheet_name"})
#: Whole numbers, with gaps or without, and fractions: a month may have all of them, and the next none.
_NUMBERS = ("int", "Int", "float", "uint", "UInt", "Float")
_NAMED = 5
#: Units of the time since 1970, each by the number that makes seconds of it.
_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
#: Seconds of moments that can be told from each other by their size: from 1973, before which none is likely, to 2100.
_SECONDS = (10**8, 4_102_444_800)
_ASCII = bytes(range(128))


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; `was` and `now` are names, types or arguments, and `table` is named where there are several."""

    kind: Kind
    column: str = ""
    was: str = ""
    now: str = ""
    table: str = ""

    @property
    def stops(self) -> bool:
        """Whether numbers may be wrong where code goes on all the same."""
        return self.kind not in _HARMLESS


def differences(old: Preview, new: Preview, code: str = "", *, is_ascii: bool = False) -> tuple[Difference, ...]:
    """What differs between what was told of two files, what stops `code` that reads the one first.

    `is_ascii` is that the new file has ASCII only, which no part of it shows.
    """
    if new.error is not None:
        return (Difference("unreadable", now=new.error.code),)
    if old.kind != new.kind and not (old.tables and new.tables):
        return (Difference("kind", was=old.kind, now=new.kind),)
    if not old.tables:
        return (Difference("uncompared"),)
    return tuple(sorted(_of_tables(old, new, code, is_ascii), key=lambda each: not each.stops))


def _of_tables(old: Preview, new: Preview, code: str, is_ascii: bool) -> Iterator[Difference]:
    several = len(old.tables) > 1
    by_name = {table.name: table for table in new.tables}
    for at, table in enumerate(old.tables):
        other = by_name.get(table.name) if several else (new.tables[at] if at < len(new.tables) else None)
        if other is None:
            yield Difference("table", was=table.name)
            continue
        name = table.name if several else ""
        yield from _of_columns(table, other, name)
        yield from _unclear(old, new, table, other, name)
        before, after = (
            table.reader or (old.reader if at == 0 else None),
            other.reader or (new.reader if at == 0 else None),
        )
        yield from _of_calls(before, after, name, _Plain(is_ascii, not _has_fractions(other)), code)
    if len(new.tables) > len(old.tables):
        names = [table.name for table in new.tables[len(old.tables) :]]
        yield Difference("more", now=", ".join(names[:_NAMED]))


def _of_columns(old: Table, new: Table, name: str) -> Iterator[Difference]:
    before, after = ({column.name: column for column in table.columns} for table in (old, new))
    gone, come = [c for c in old.columns if c.name not in after], [c for c in new.columns if c.name not in before]
    places = {column.name: at for at, column in enumerate(new.columns)}
    for column in gone:
        at = old.columns.index(column)
        same = [each for each in come if places[each.name] == at or (len(gone) == len(come) == 1)]
        if len(same) == 1 and _kind_of(same[0].dtype) == _kind_of(column.dtype):
            come.remove(same[0])
            yield Difference("renamed", column.name, was=column.name, now=same[0].name, table=name)
        else:
            yield Difference("missing", column.name, table=name)
    for column in come:
        yield Difference("new", column.name, table=name)
    if not gone and [c.name for c in new.columns if c.name in before] != [c.name for c in old.columns]:
        yield Difference("order", table=name)
    for column in old.columns:
        if (other := after.get(column.name)) is not None:
            yield from _of_column(column, other, name)


def _unclear(old: Preview, new: Preview, table: Table, other: Table, name: str) -> Iterator[Difference]:
    """The columns of dates that could be read otherwise, in the file that is read now or in the one before."""
    before, after = _unclear_columns(old, table), _unclear_columns(new, other)
    there = {column.name for column in other.columns}
    for column in table.columns:
        if column.name in after and column.name in there:
            yield Difference("ambiguous", column.name, now=after[column.name], table=name)
        elif column.name in before and column.name in there:
            yield Difference("ambiguous_before", column.name, was=before[column.name], table=name)


def _unclear_columns(preview: Preview, table: Table) -> dict[str, str]:
    """By their names the order in which day and month are read."""
    facts = [
        warning.facts
        for warning in preview.warnings
        if warning.code == "ambiguous_dates"
        and ("sheets" not in warning.facts or table.name in str(warning.facts["sheets"]).split(", "))
    ]
    return {name: str(each["order"]) for each in facts for name in str(each["names"]).split(", ")}


def _of_column(old: Column, new: Column, name: str) -> Iterator[Difference]:
    if _kind_of(old.dtype) != _kind_of(new.dtype):
        yield Difference("type", old.name, old.dtype, new.dtype, name)
    elif _kind_of(old.dtype) == "number":
        # That the next month's are others is what they are for, unless they count something else.
        was, now = _unit(old), _unit(new)
        if was and now and was != now:
            yield Difference("unit", old.name, was, now, name)
    elif old.values and new.values and (more := [str(value) for value in new.values if value not in old.values]):
        yield Difference("values", old.name, now=", ".join(more[:_NAMED]), table=name)


def _unit(column: Column) -> str:
    """The unit in which all numbers of a column are moments; empty where they are none."""

    def holds(value: Value, factor: int) -> bool:
        return isinstance(value, int | float) and _SECONDS[0] * factor <= value <= _SECONDS[1] * factor

    # Nothing and less than nothing stand for moments that are not known.
    low = column.high if column.low in (0, -1) else column.low
    return next((unit for unit, factor in _UNITS.items() if holds(low, factor) and holds(column.high, factor)), "")


def _kind_of(dtype: str) -> str:
    """Types that code which reads the one takes as it takes the other."""
    if dtype.startswith(_NUMBERS):
        return "number"
    if dtype.startswith("datetime"):
        return "datetime of a zone" if "," in dtype else "datetime"
    return dtype


@dataclass(frozen=True, slots=True)
class _Plain:
    """What a file does without: it has ASCII only, and none of its numbers is a fraction."""

    ascii: bool
    whole: bool

    def reads_with(self, argument: str, value: object) -> bool:
        """Whether it is read with this argument, which it does not need, as without it."""
        match argument:
            case "encoding":
                return self.ascii and _ASCII.decode(str(value), "replace") == _ASCII.decode("ascii")
            case "decimal":
                return self.whole
            case "thousands":
                return self.whole or value != "."
            case _:
                return False


def _has_fractions(table: Table) -> bool:
    return any(_kind_of(column.dtype) == "number" and "loat" in column.dtype for column in table.columns)


def _of_calls(old: str | None, new: str | None, name: str, plain: _Plain, code: str) -> Iterator[Difference]:
    """The arguments without which pandas would read the other file otherwise than the first."""
    first, second = _arguments(old), _arguments(new)
    if first is None or second is None:
        return
    for argument in sorted(first.keys() | second.keys()):
        was, now = first.get(argument), second.get(argument)
        if was == now or (now is None and plain.reads_with(argument, was)):
            continue
        if argument in _OF_CODE and was is not None and now is not None and f"{argument}=" not in code:
            continue
        yield Difference("written", argument, _shown(was), _shown(now), name)


def _arguments(reader: str | None) -> Mapping[str, Any] | None:
    call = call_in(reader or "")
    if call is None:
        return None
    return {"function": call.function} | {k: v for k, v in call.arguments.items() if k not in _OF_VALUES}


def _shown(argument: object) -> str:
    return "" if argument is None else str(argument)
