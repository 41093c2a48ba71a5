"""What may be meant by words of a question that nothing uses: rows, a column, one of its values, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby, islice, product
from typing import Any

from rapidfuzz import fuzz

from lci.analyst.assembling.measures import usual
from lci.analyst.chart import Item
from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Condition, Field
from lci.analyst.question_items import ValueOf, Words
from lci.analyst.word_forms import folded, holds, is_cjk, joined, name_words, split_words

#: What it costs that a word is passed over: one that nothing else is known of, a number, one that says something.
_PASSED, _PASSED_NUMBER, _PASSED_MEANING = 2.0, 3.5, 3.0
#: What it costs that a word is read as one for rows, as a value that holds it, as a column that is nothing like it.
_AS_ROWS, _AS_VALUE, _AS_COLUMN = 0.5, 0.1, 1.2
#: How much a column may be nearer that is called like the word, and one of amounts where it is asked how many.
_ALIKE, _AMOUNTS = 1.1, 0.6
#: How like a name a word has to be at least, from 0 to 1, to be like it at all, and to be one of its values.
_LIKE, _SAME = 0.6, 0.85
#: Letters of words at least that may be alike at their beginning.
_SHORTEST = 3
#: Columns that are tried for one stretch of words and, of two, for each of them; values of one column; ways at most.
_COLUMNS, _OF_TWO, _VALUES, _WAYS = 16, 5, 3, 40
#: What it costs that a name is read as a word for rows, and one without a capital beside names with one as a value.
_NAMED, _PLAIN = 1.5, 0.4
#: What it costs where nothing of a value is like the words.
_STRANGE = 1.0
#: Letters of a word that may be a part of another.
_LETTERS = 4


@dataclass(frozen=True, slots=True)
class StandIn:
    """Items that a stretch of words may be, what that is in words that can be asked, and how unlikely it is."""

    items: tuple[Item, ...]
    read_as: str
    cost: float


@dataclass(frozen=True, slots=True)
class Way:
    """All that words may mean where some of them stand for something: which units, and for what."""

    items: tuple[Item, ...]
    read_as: tuple[tuple[tuple[str, ...], str], ...]
    cost: float


def ways(words: Words, listed: Sequence[Item], unused: Sequence[int], data: DataWords, row: str) -> Iterator[Way]:
    """Ways to read the words at the places that are `unused`, up to two stretches of them as something.

    The others may be passed over. Where none is unused, any word may be. `row` is what any row may be called.
    """
    passing = tuple(_passing(words, listed, unused))
    if not unused:
        yield Way(passing, (), 0.0)
        return
    spans = stretches(words, listed, unused)
    named = {item.content.column for item in listed if item.kind == "field"}
    asks_how_many = any(item.kind in ("count", "heads") for item in listed)
    each = {span: _stand_ins(words, *span, data, row, named, asks_how_many) for span in spans}
    valued = [span for span in spans if any(map(_is_value, each[span]))]
    for start, end in spans:
        if any(start <= first and last <= end and (first, last) != (start, end) for first, last in valued):
            # Of several words of which one is a value all together are nothing else.
            whole = each[start, end]
            each[start, end] = [one if _is_value(one) else replace(one, cost=one.cost + _NAMED) for one in whole]
    pairs = [(one, two) for one, two in combinations(spans, 2) if one[1] <= two[0]]
    chosen = [
        product(*(each[span][: _OF_TWO if len(together) > 1 else None] for span in together))
        for together in (*((span,) for span in spans), *pairs)
    ]
    yield Way(passing, (), 0.0)
    for stand_ins in islice(sorted((one for several in chosen for one in several), key=_cost), _WAYS):
        items = tuple(item for one in stand_ins for item in one.items)
        read_as = tuple((words.units[one.items[0].start : one.items[0].end], one.read_as) for one in stand_ins)
        meanings = [meaning for _, meaning in read_as if meaning]
        if len(set(meanings)) == len(meanings):
            yield Way((*passing, *items), read_as if len(meanings) == len(read_as) else (), _cost(stand_ins))


def _is_value(stand_in: StandIn) -> bool:
    return stand_in.items[0].kind in ("value", "stated")


def _cost(stand_ins: Sequence[StandIn]) -> float:
    return sum(each.cost for each in stand_ins)


def _passing(words: Words, listed: Sequence[Item], unused: Sequence[int]) -> Iterator[Item]:
    """Passing over each of the words that nothing uses or, where all are used, over any."""
    saying = {at for item in listed if item.kind in _NAMING for at in range(item.start, item.end)}
    for at in unused or range(len(words.units)):
        cost = _PASSED_NUMBER if words.units[at].isdecimal() else _PASSED_MEANING if at in saying else _PASSED
        yield Item("skip", at, at + 1, cost=cost)


#: Kinds of items that name something of the data.
_NAMING = frozenset({"field", "value", "flag", "holder", "does"})
#: Kinds of items that say how something is asked, which a word before or behind may be asked of.
_SAYING = frozenset({
    "compare", "number", "not", "no", "rate", "share", "superlative", "more", "count", "heads", "which", "how", "chart",
    "limit", "each", "each_after", "by", "versus", "than", "difference", "period", "part_of", "when",
})  # fmt: skip


def stretches(words: Words, listed: Sequence[Item], unused: Sequence[int]) -> list[tuple[int, int]]:
    """Words side by side that nothing uses, and each of them, without those that say how something is asked."""
    saying = {at for item in listed if item.kind in _SAYING for at in range(item.start, item.end)}
    # Of the number 500 in "500 bells" bells are what there are 500 of.
    open_places = [at for at in unused if at not in saying and words.units[at].isalnum()]
    runs = groupby(enumerate(open_places), key=lambda each: each[1] - each[0])
    spans = [[at for _, at in run] for _, run in runs]
    whole = [(span[0], span[-1] + 1) for span in spans]
    # Of several words in a row each may be another thing.
    single = [(at, at + 1) for span in spans for at in span if len(span) > 1 and not is_cjk(words.units[at][0])]
    return [(start, end) for start, end in (*whole, *single) if not words.units[start].isdecimal()]


def _stand_ins(
    words: Words, start: int, end: int, data: DataWords, row: str, named: set[str], asks_how_many: bool
) -> list[StandIn]:
    units = words.units[start:end]
    as_rows = _AS_ROWS + _NAMED * (start in words.initials)
    listed = [StandIn((Item("noun", start, end, ("row",)), Item("row", start, end, ("row",))), row, as_rows)]
    listed += values_like(words, start, end, data)
    columns: list[StandIn] = []
    for column in data.table.columns:
        if column.name in named or data.numbers_rows(column) or column.kind == "nested":
            continue
        place = Field(column.name)
        adds_up = asks_how_many and column.kind == "number" and usual(place, data).how == "sum"
        cost = _AS_COLUMN - _ALIKE * likeness(units, column.name) - _AMOUNTS * adds_up
        items = tuple(Item(kind, start, end, content) for kind, content in _roles(column, units, data))
        columns.append(StandIn(items, f"`{column.name}`", cost))
    return sorted([*listed, *sorted(columns, key=lambda each: each.cost)[:_COLUMNS]], key=lambda each: each.cost)


def _roles(column: FileColumn, units: tuple[str, ...], data: DataWords) -> Iterator[tuple[str, Any]]:
    """The kinds of items that a word for a column may be, with their content."""
    place = Field(column.name)
    if column.name in data.flags:
        yield "flag", (column, True)
        yield "does", (column, True)
        return
    yield "field", place
    if column.kind == "number":
        yield "measured", ("mean", place)
        if _may_add_up(column, data):
            yield "peopled", place
            yield "measured", ("sum", place)
        if units[-1].endswith("est") and not is_cjk(units[0][0]):
            yield "extreme", ("downwards", place)


#: What columns are about whose numbers are those of each row, and words that say so at the end of their names.
_OF_EACH = frozenset({"price", "age", "rating", "score", "discount", "temperature", "latitude", "longitude", "quality"})
_RATES = frozenset({"pct", "percent", "percentage", "rate", "ratio", "share", "率", "比"})


def _may_add_up(column: FileColumn, data: DataWords) -> bool:
    is_of_each = any(column in data.called(concept) for concept in _OF_EACH)
    return not is_of_each and not set(name_words(column.name)[-1:]) & _RATES


def values_like(words: Words, start: int, end: int, data: DataWords) -> Iterator[StandIn]:
    """A value of which the words are a part, or nearly; rows whose value has them where several have."""
    units = words.units[start:end]
    text = joined(units)
    # Where names are written with capitals, what is not is none.
    plain = _PLAIN if words.initials - {0} and start not in words.initials else 0.0
    if len(text) < (_LETTERS if text.isascii() else 2):
        return
    for column in data.table.columns:
        if column.kind not in ("category", "text", "id") or column.name in data.flags:
            continue
        known = (*data.table_values(column.name), *data.holding.get(column.name, ()))
        texts = dict.fromkeys(value for value in known if isinstance(value, str))
        holding = [value for value in texts if holds(split_words(folded(value)), units)]
        if len(holding) > 1:
            stated = Condition(Field(column.name), "contains", (joined(words.typed[start:end]),))
            # A name is written so; of "restaurants" some are called that, but all are meant.
            is_name = start in words.initials or not text.isascii()
            yield StandIn((Item("stated", start, end, stated),), "", (_AS_VALUE if is_name else _AS_ROWS) + plain)
        near = sorted(((_unlike(units, text, value), value) for value in texts), key=lambda each: each[0])
        for cost, value in near[:_VALUES]:
            if cost < _STRANGE:
                yield StandIn(
                    (Item("value", start, end, ValueOf(column, value)),),
                    value,
                    cost + plain + (_AS_ROWS if len(holding) > 1 else 0.0),
                )


def _unlike(units: tuple[str, ...], text: str, value: str) -> float:
    """How unlike a value the words are written, which may be a part of it, or have another ending."""
    parts = split_words(folded(value))
    if holds(parts, units):
        return _AS_VALUE
    ratio = fuzz.ratio(text, joined(parts)) / 100
    long = [part for part in parts if len(part) >= _LETTERS]
    if len(text) >= _LETTERS and any(text.startswith(part) or part.startswith(text) for part in long):
        return 2 * _AS_VALUE
    return _AS_VALUE + 2 * (1 - ratio) if ratio >= _SAME else _STRANGE


def likeness(units: Iterable[str], name: str) -> float:
    """How alike words and a column's name are written, from 0 for not at all to 1 for the same or a part of it."""
    words, parts = tuple(units), name_words(name)
    if not all(map(str.isascii, words)):
        letters = {*"".join(words)}
        return len(letters & {*"".join(parts)}) / len(letters)
    beginnings = (
        (one[: len(other)], other[: len(one)])
        for one, other in product(words, parts)
        if min(len(one), len(other)) >= _SHORTEST
    )
    best = max((fuzz.ratio(*each) / 100 for each in beginnings), default=0.0)
    return best if best >= _LIKE else 0.0
