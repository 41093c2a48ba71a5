"""Plans near a question that has none: without its unknown words, or with rows or columns read for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, groupby, islice, product
from typing import Literal, TypeAlias

from rapidfuzz import fuzz

from lci.analyst.assembling import assembled
from lci.analyst.assembling.measures import ROWS, implied, measured
from lci.analyst.assembling.sense import Doubtful, NoPlan, is_number, time_of
from lci.analyst.chart import Item, readings
from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import lexicon
from lci.analyst.plan import Chart, Condition, Field, Plan, Rows, Summary
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.question_items import Words, items, words_of
from lci.analyst.reading import SINGLES, Understood, language_of, understood
from lci.analyst.telling.phrases import phrases
from lci.analyst.word_forms import folded, joined, name_words, split_words

#: Words up to which a question is read again without each of them: a reading takes some milliseconds.
_WORDS = 20
#: Columns that may be meant by words that nothing uses, and stretches of such words for which they are tried.
_COLUMNS, _STRETCHES = 8, 2
#: Readings with columns at most.
_TRIED = 24
#: Groups at the top that may be asked for.
_MOST_FIRST = 50
#: What any row may be called.
_ROW = {"en": "rows", "ja": "行", "zh": "行"}

#: Units of words, and what was read for them.
Explained: TypeAlias = tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """A plan, and what was read for words of the question that nothing uses: their units, and what stood for them."""

    plan: Plan
    read_as: Explained = ()


def nearby(meant: Understood, question: str, before: tuple[str, ...]) -> Iterator[Iterator[Nearby]]:
    """Ways to plans of some of the question's words, the nearest way first; each is gone only where it is asked for."""
    words, code, data = words_of(question), language_of(question, before), meant.data
    yield map(Nearby, _doubtful(words, data, code))
    yield map(Nearby, _trends(words, data, code))
    unused = set(meant.unused)
    if unused:
        stretches = _stretches(words.typed, unused)
        yield _without(words, stretches, _ROW[code], data, before)
        yield _with_columns(words, stretches, data, before, code)
    elif len(words.typed) <= _WORDS:
        yield _without_one(words, data, before)
    yield map(Nearby, _of_names(words, items(words, lexicon(code), data), data))


@lru_cache(maxsize=64)
def explained(clicks: tuple[tuple[str, str], ...], data: DataWords) -> Explained:
    """What clicks said of words that nothing used: their units, and what was read for them.

    `clicks` are earlier questions with what was asked right after each in the words of a plan, as an offer is.
    """
    meanings: dict[tuple[str, ...], str] = {}
    for asked, clicked in clicks:
        stated = plan_in_words(clicked, data.table)
        meant = understood(asked, [data]) if stated is not None else None
        if stated is None or meant is None or meant.plans:
            continue
        near = chain.from_iterable(nearby(meant, asked, ()))
        chosen = next((each for each in near if each.plan == stated[0]), None)
        meanings |= dict(chosen.read_as) if chosen is not None else {}
    return tuple(meanings.items())


def reworded(question: str, meanings: Explained) -> tuple[str, Explained]:
    """The question with words replaced by what they mean, and those as typed: after 50 stops, the stops of May."""
    words, used = words_of(question), list[tuple[tuple[str, ...], str]]()
    for units, meaning in meanings:
        places = [at for at in range(len(words.units)) if words.units[at : at + len(units)] == units]
        if places:
            used.append((words.typed[places[0] : places[0] + len(units)], meaning))
            words = words_of(joined(_replaced(words.typed, places, len(units), meaning)))
    return (joined(words.typed), tuple(used)) if used else (question, ())


def _replaced(typed: Sequence[str], places: Sequence[int], size: int, meaning: str) -> Iterator[str]:
    inside = {at + further for at in places for further in range(1, size)}
    for at, word in enumerate(typed):
        if at in places:
            yield meaning
        elif at not in inside:
            yield word


def _units(stretch: Iterable[str]) -> tuple[str, ...]:
    return split_words(folded(joined(stretch)))


def _stretches(typed: Sequence[str], unused: set[str]) -> list[tuple[str, ...]]:
    """Words that nothing uses, those in one that stand together."""
    return [tuple(run) for is_unused, run in groupby(typed, key=lambda word: word in unused) if is_unused]


def _with(typed: Sequence[str], stretches: Sequence[tuple[str, ...]], meanings: Sequence[str]) -> list[str]:
    """The words with what is read for the first stretches, without the others."""
    read, at, met = list[str](), 0, 0
    while at < len(typed):
        stretch = next((each for each in stretches if tuple(typed[at : at + len(each)]) == each), None)
        if stretch is None:
            read.append(typed[at])
            at += 1
            continue
        read += meanings[met : met + 1]
        at, met = at + len(stretch), met + 1
    return read


def _doubtful(words: Words, data: DataWords, code: str) -> Iterator[Plan]:
    """Plans of all words beside which another is as likely that no plan can say."""
    language = lexicon(code)
    for reading in readings(items(words, language, data), len(words.units), language, SINGLES):
        if not reading.unused:
            try:
                assembled(reading.constituents, data, language.first)
            except Doubtful as doubtful:
                yield doubtful.plan
            except NoPlan:
                continue


def _without(
    words: Words, stretches: Sequence[tuple[str, ...]], row: str, data: DataWords, before: tuple[str, ...]
) -> Iterator[Nearby]:
    """Plans with a word for rows in place of what nothing uses, and without any."""
    for plan in _plans(_with(words.typed, stretches, [row]), data, before):
        yield Nearby(plan, ((_units(stretches[0]), row),))
    for plan in _plans(_with(words.typed, stretches, []), data, before):
        yield Nearby(plan)


def _without_one(words: Words, data: DataWords, before: tuple[str, ...]) -> Iterator[Nearby]:
    for at in range(len(words.typed)):
        for plan in _plans([*words.typed[:at], *words.typed[at + 1 :]], data, before):
            yield Nearby(plan)


def _with_columns(
    words: Words, stretches: Sequence[tuple[str, ...]], data: DataWords, before: tuple[str, ...], code: str
) -> Iterator[Nearby]:
    """Plans that measure a column, or group by it, in place of each of the first stretches; in total and in the mean
    where the question says neither.
    """
    named = {each.column.name for unit in words.units for each in data.columns((unit,))}
    columns = [
        column
        for column in data.table.columns
        if column.name not in named
        and column.name not in data.flags
        and (column.kind == "category" or (column.kind == "number" and not data.numbers_rows(column)))
    ]
    listed = items(words, lexicon(code), data)
    hows = ("",) if any(item.kind in ("how", "averaged") for item in listed) else ("sum", "mean", "")
    for chosen in islice(_choices(stretches, columns), _TRIED):
        read_as = tuple((_units(each), f"`{column.name}`") for each, column in zip(stretches, chosen, strict=False))
        for how in hows:
            meanings = [_measured(column, how, code) for column in chosen]
            for plan in _plans(_with(words.typed, stretches, meanings), data, before):
                if all(_is_told(column, plan, data) for column in chosen):
                    yield Nearby(plan, read_as)


#: What columns are about whose numbers are those of each row, and words that say so at the end of their names.
_OF_EACH = frozenset({"price", "age", "rating", "score", "discount", "temperature", "latitude", "longitude", "quality"})
_RATES = frozenset({"pct", "percent", "percentage", "rate", "ratio", "share", "率", "比"})


def _may_add_up(column: FileColumn, data: DataWords) -> bool:
    is_of_each = any(column in data.called(concept) for concept in _OF_EACH)
    return not is_of_each and not set(name_words(column.name)[-1:]) & _RATES


def _choices(stretches: Sequence[tuple[str, ...]], columns: Sequence[FileColumn]) -> Iterator[tuple[FileColumn, ...]]:
    candidates = [_likest_first(stretch, columns)[:_COLUMNS] for stretch in stretches[:_STRETCHES]]
    return (each for each in product(*candidates) if len(set(each)) == len(each))


def _measured(column: FileColumn, how: str, code: str) -> str:
    """The column in words; one of numbers with how it is measured, where that is given."""
    name = f"`{column.name}`"
    return phrases(code).say(f"measures.{how}", field=name) if how and column.kind == "number" else name


def _is_told(column: FileColumn, plan: Plan, data: DataWords) -> bool:
    """Whether the plan measures a column of numbers, or has groups by another; no total of what does not add up."""
    if not isinstance(plan, Summary):
        return isinstance(plan, Rows) and plan.by == Field(column.name)
    if column.kind == "number":
        hows = {each.how for each in plan.measures if each.field == Field(column.name)}
        return bool(hows - {"distinct"}) and ("sum" not in hows or _may_add_up(column, data))
    return Field(column.name) in plan.keys


def _likest_first(stretch: tuple[str, ...], columns: Iterable[FileColumn]) -> list[FileColumn]:
    text = joined(stretch).lower()
    return sorted(columns, key=lambda column: -round(fuzz.partial_ratio(text, column.name.lower()), -1))


def _trends(words: Words, data: DataWords, code: str) -> Iterator[Plan]:
    """What became of the numbers that are named, where it is asked what will become of them."""
    listed = sorted(items(words, lexicon(code), data), key=lambda item: item.cost)
    if not any(item.kind == "ahead" for item in listed):
        return
    named = dict.fromkeys(item.content for item in listed if item.kind == "field" and is_number(item.content, data))
    for place in named:
        with suppress(NoPlan):
            time = time_of(data)
            yield Summary(data.table.file, (implied(place, data),), (time,), _conditions(listed), chart=Chart("line"))


def _conditions(listed: Sequence[Item]) -> tuple[Condition, ...]:
    """That columns have the values that are named."""
    values = {(item.content.column.name, item.content.value) for item in listed if item.kind == "value"}
    columns = sorted({column for column, _ in values})
    return tuple(
        Condition(Field(column), "equal", tuple(value for name, value in sorted(values, key=str) if name == column))
        for column in columns
    )


#: What asks for somebody.
_WHO = frozenset({"who", "whose", "谁", "誰"})


def _of_names(words: Words, listed: Sequence[Item], data: DataWords) -> Iterator[Plan]:
    """What the columns and values that are named make together, as simply as they can: a number by groups."""
    named = _apart([item for item in listed if item.kind in ("field", "value")])
    fields = list(dict.fromkeys(item.content for item in named if item.kind == "field"))
    conditions = _conditions(named)
    limited = {each.field.column for each in conditions}
    numbers = [place for place in fields if is_number(place, data)]
    keys = tuple(place for place in fields if place not in numbers and place.column not in limited)[:1]
    if not keys and any(item.kind in ("trend", "period") for item in listed):
        with suppress(NoPlan):
            keys = (time_of(data),)
    if not keys and _WHO & set(words.units) and len(data.people) == 1 and data.people[0].name not in limited:
        keys = (Field(data.people[0].name),)
    if not numbers and not keys and not conditions:
        return
    hows = [item.content for item in listed if item.kind == "how"]
    with suppress(NoPlan):
        measures = tuple(measured(hows[0], each, data) if hows else implied(each, data) for each in numbers[:2])
        plan = Summary(data.table.file, measures or (ROWS,), keys, conditions)
        order = _order(listed) if keys else None
        yield plan if order is None else replace(plan, order=order, limit=_limit(listed))


def _order(listed: Sequence[Item]) -> Literal["downwards", "upwards"] | None:
    """Which end of an order a word names, if one does."""
    ends = [item.content[0] for item in listed if item.kind in ("superlative", "extreme", "ordered_extreme")]
    ends += [item.content for item in listed if item.kind == "common"]
    return next((end for end in ends if end in ("downwards", "upwards")), None)


def _limit(listed: Sequence[Item]) -> int:
    """How many are asked for: a number that is named, or the one at the top."""
    numbers = [item.content.value for item in listed if item.kind == "number"]
    return next((number for number in numbers if isinstance(number, int) and 1 < number <= _MOST_FIRST), 1)


def _apart(listed: Sequence[Item]) -> list[Item]:
    """Items of which no two share a word: the cheapest, longest ones."""
    taken: list[Item] = []
    for item in sorted(listed, key=lambda each: (each.start - each.end, each.cost)):
        if all(item.end <= other.start or other.end <= item.start for other in taken):
            taken.append(item)
    return sorted(taken, key=lambda each: each.start)


def _plans(words: Iterable[str], data: DataWords, before: tuple[str, ...]) -> tuple[Plan, ...]:
    question = joined(words)
    return understood(question, [data], before).plans if question else ()
