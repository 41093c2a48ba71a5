"""Plans near a question that has none: with something read for words that nothing uses, or of what is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TypeAlias

from lci.analyst.assembling import assembled
from lci.analyst.assembling.measures import implied
from lci.analyst.assembling.sense import Doubtful, NoPlan, time_of
from lci.analyst.chart import Item, readings
from lci.analyst.composed_plans import composed
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import lexicon
from lci.analyst.named_parts import NamedParts, named_parts
from lci.analyst.plan import Chart, Plan, Summary
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.question_items import Words, items, words_of
from lci.analyst.reading import SINGLES, Understood, language_of, of_items, understood
from lci.analyst.stand_ins import ways
from lci.analyst.word_forms import joined

#: Offers at most.
MOST = 3
#: What any row may be called.
ROW = {"en": "rows", "ja": "行", "zh": "行"}

#: Units of words, and what was read for them.
Explained: TypeAlias = tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """A plan, and what was read for words of the question that nothing uses: their units, and what stood for them."""

    plan: Plan
    read_as: Explained = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with what its words may mean, and the places of those that no reading uses."""

    words: Words
    listed: tuple[Item, ...]
    unused: tuple[int, ...]
    data: DataWords
    code: str
    before: tuple[str, ...]


def nearby(meant: Understood, question: str, before: tuple[str, ...]) -> Iterator[tuple[int, Iterator[Nearby]]]:
    """Ways to plans near the question, the nearest way first, with how many plans of each are worth an offer.

    Each is gone only where it is asked for.
    """
    words, code = words_of(question), language_of(question, before)
    listed = _without_units(items(words, lexicon(code), meant.data))
    first = next(iter(readings(listed, len(words.units), lexicon(code), SINGLES)), None)
    asked = _Asked(words, listed, first.unused if first is not None else (), meant.data, code, before)
    parts = named_parts(words, listed, asked.unused, meant.data)
    yield MOST, map(Nearby, _doubtful(asked))
    yield MOST, map(Nearby, _trends(parts))
    yield 2, _read(asked)
    yield MOST, map(Nearby, composed(parts, _earlier(asked)))


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
        near = chain.from_iterable(way for _, way in nearby(meant, asked, ()))
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


def _without_units(listed: Sequence[Item]) -> tuple[Item, ...]:
    """Without parts of dates that are units of a number: of "two hours" hours are what there are two of."""
    ends = {item.end for item in listed if item.kind == "number"}
    return tuple(item for item in listed if item.kind != "field" or item.content.part is None or item.start not in ends)


def _earlier(asked: _Asked) -> Plan | None:
    """What the question before asks of the same table, if it asks one thing."""
    if not asked.before:
        return None
    plans = understood(asked.before[-1], [asked.data], asked.before[:-1]).plans
    return plans[0] if len(plans) == 1 and plans[0].table == asked.data.table.file else None


def _doubtful(asked: _Asked) -> Iterator[Plan]:
    """Plans of all words beside which another is as likely that no plan can say."""
    language = lexicon(asked.code)
    for reading in readings(asked.listed, len(asked.words.units), language, SINGLES):
        if not reading.unused:
            try:
                assembled(reading.constituents, asked.data, language.first)
            except Doubtful as doubtful:
                yield doubtful.plan
            except NoPlan:
                continue


def _trends(parts: NamedParts) -> Iterator[Plan]:
    """What became of the numbers that are named, where it is asked what will become of them."""
    for place in parts.named_numbers if parts.asks("ahead") else ():
        with suppress(NoPlan):
            measure, time = implied(place, parts.data), time_of(parts.data)
            yield Summary(parts.data.table.file, (measure,), (time,), parts.conditions, chart=Chart("line"))


def _read(asked: _Asked) -> Iterator[Nearby]:
    """Plans with something read for words that nothing uses, or with some passed over, likeliest first."""
    near: list[tuple[float, Nearby]] = []
    for way in ways(asked.words, asked.listed, asked.unused, asked.data, ROW[asked.code]):
        meant = of_items(asked.words, [*asked.listed, *way.items], asked.data, asked.code, asked.before)
        near += ((way.cost + meant.cost, Nearby(plan, way.read_as)) for plan in meant.plans)
    near.sort(key=lambda each: each[0])
    yield from (each for _, each in near)
