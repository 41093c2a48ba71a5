"""Two files joined on a key, as if they were one file: for questions that need columns of both.

The one file has at most one row for each value of the key, so that every row of the other stays one row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import cycle, islice, permutations
from pathlib import PurePosixPath
from typing import TypeAlias

from lci.analyst.plan import GroupTest, Odds, Plan, Summary
from lci.analyst.word_forms import folded, split_words
from lci.analyst.writing import literal, literals
from lci.core.files import Column, Preview, Table

_Name: TypeAlias = tuple[str, ...]
#: Measures that are the same however often a value stands there.
_ONCE = frozenset({"rows", "distinct", "min", "max"})
#: What stands between the names of two files that are one.
BETWEEN_FILES = " + "
#: Files among which pairs are looked for, and pairs that are looked at.
_FILES, _PAIRS = 10, 8


@dataclass(frozen=True, slots=True)
class Joined:
    """What two files of those names are together; `added` are the columns that come from the right one.

    With `repeats` a row of the right file may stand beside several of the left one.
    """

    preview: Preview
    left: str
    right: str
    added: frozenset[str]
    repeats: bool

    def counts_again(self, plan: Plan) -> bool:
        """Whether a value of the right file would count once for each row of the left one that it stands beside."""
        match plan:
            case Summary():
                measured = [
                    place for each in plan.measures if each.how not in _ONCE for place in (each.field, each.per)
                ]
            case GroupTest():
                measured = [plan.y]
            case Odds():
                measured = [plan.of.field]
            case _:
                measured = []
        return self.repeats and any(place is not None and place.column in self.added for place in measured)


def joined_files(previews: Sequence[Preview]) -> tuple[Joined, ...]:
    """Pairs of files of one table each for which there is one key that fits, likelier ones first.

    None where a key is a guess: several columns could be it, or not all values of the other file are known.
    """
    files = [_File.of(each) for each in previews[:_FILES] if len(each.tables) == 1 and each.reader]
    joined = (both for left, right in permutations(files, 2) if (both := _joined(left, right)) is not None)
    return tuple(islice(joined, _PAIRS))


@dataclass(frozen=True, slots=True)
class _Key:
    """The columns of both files that hold the same; `right` has each value once."""

    left: Column
    right: Column


@dataclass(frozen=True, slots=True)
class _File:
    """A file with its columns by the words of their names, and those that have each value once."""

    preview: Preview
    by_name: Mapping[_Name, Sequence[Column]]
    unique: Sequence[tuple[_Name, Column]]

    @classmethod
    def of(cls, preview: Preview) -> _File:
        table = preview.tables[0]
        by_name: dict[_Name, list[Column]] = {}
        for column in table.columns:
            by_name.setdefault(_words(column.name), []).append(column)
        unique = [
            (_words(column.name), column)
            for column in table.columns
            if table.looked_at == table.rows == column.distinct and column.nulls == 0 and "float" not in column.dtype
        ]
        return cls(preview, by_name, unique)

    @property
    def id_elsewhere(self) -> _Name:
        """What its id is called in other files: the customer_id of orders is the id of customers."""
        return (*_words(PurePosixPath(self.preview.name).name.partition(".")[0]), "id")


def _joined(one: _File, other: _File) -> Joined | None:
    """Every row of the one with what the other has for its key."""
    # Whichever of them is the one with each value once, there must be no other key between the two.
    keys, back = list(islice(_keys(one, other), 2)), list(islice(_keys(other, one), 2))
    names = {(key.left.name, key.right.name) for key in keys} | {(key.right.name, key.left.name) for key in back}
    left, right = one.preview, other.preview
    rows, others = left.tables[0], right.tables[0]
    taken = {column.name for column in rows.columns}
    if not keys or len(names) != 1 or len(taken) < len(rows.columns):
        return None
    key = keys[0]
    added = [at for at, column in enumerate(others.columns) if column.name not in taken and column != key.right]
    if not added:
        return None
    columns = [key.right.name, *(others.columns[at].name for at in added)]
    on = (
        f"on={literal(key.left.name)}"
        if key.left.name == key.right.name
        else f"left_on={literal(key.left.name)}, right_on={literal(key.right.name)}"
    )
    reader = f'{left.reader}.merge({right.reader}[{literals(columns)}], how="left", {on}, validate="many_to_one")'
    name, table = f"{left.name}{BETWEEN_FILES}{right.name} ({key.left.name})", _side_by_side(rows, others, added)
    both = Preview(name, "table", left.bytes + right.bytes, tables=(table,), reader=reader)
    is_once = any(column == key.left for _, column in one.unique)
    return Joined(both, left.name, right.name, frozenset(columns[1:]), repeats=not is_once)


def _keys(one: _File, other: _File) -> Iterator[_Key]:
    """The columns by which rows of the one may find their row of the other."""
    for name, right in other.unique:
        named = [*one.by_name.get(name, ()), *(one.by_name.get(other.id_elsewhere, ()) if name == ("id",) else ())]
        for left in named:
            if _kind(left) == _kind(right) and _may_meet(left, right):
                yield _Key(left, right)


@lru_cache(maxsize=10_000)
def _words(name: str) -> _Name:
    return split_words(folded(name))


def _kind(column: Column) -> str:
    return "number" if column.dtype.lower().startswith(("int", "uint", "float")) else column.dtype


def _may_meet(left: Column, right: Column) -> bool:
    """Whether they may have values in common, as far as these are known."""
    if left.values and right.values:
        return bool(set(left.values) & set(right.values))
    ends = (left.low, left.high, right.low, right.high)
    if all(isinstance(end, int | float) for end in ends):
        return left.low <= right.high and right.low <= left.high  # type: ignore[operator]
    return True


def _side_by_side(rows: Table, others: Table, added: Sequence[int]) -> Table:
    """The columns of both; of what comes from the other table no more is known than what values there may be.

    Its rows show what kinds of values there are, and not which belong together.
    """
    columns = tuple(_may_be(others.columns[at]) for at in added)
    head = tuple(
        (*row, *(other[at] for at in added)) for row, other in zip(rows.head, cycle(others.head), strict=False)
    )
    return replace(rows, columns=(*rows.columns, *columns), head=head, tail=(), between=())


def _may_be(column: Column) -> Column:
    values = (0, 1) if (column.distinct, column.low, column.high) == (2, 0, 1) else column.values
    return Column(column.name, column.dtype, values=values)
