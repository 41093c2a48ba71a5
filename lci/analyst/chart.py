"""A chart over the words of a question: what each stretch may mean, and the cheapest ways to use all of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lci.analyst.lexicon import Element, Lexicon

#: What a reading costs: each constituent, a word that says nothing by itself, one that nothing uses.
CONSTITUENT, UNUSED = 1.0, 20.0
#: What it costs at least to pass over a word that says something, which is nothing that may be done unasked.
DEAR = 1.5
#: Partial readings that are kept at each place, and ways to fill one order from one place.
_KEPT, _WAYS = 40, 60
#: Constituents in which "and" only joins what their order lists: "min and max temperature" is no least maximum.
_STRICT = frozenset({"measure", "further"})


@dataclass(frozen=True, slots=True)
class Item:
    """What the words from `start` to before `end` may mean; `content` is what its kind says."""

    kind: str
    start: int
    end: int
    content: Any = None  # a mention, a number, a direction: each kind has its own
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Constituent:
    """Items that stand in one of the orders of the language."""

    kind: str
    items: tuple[Item, ...]
    cost: float

    @property
    def start(self) -> int:
        """The first word."""
        return self.items[0].start

    @property
    def end(self) -> int:
        """After the last word."""
        return self.items[-1].end


@dataclass(frozen=True, slots=True)
class Reading:
    """Constituents in the order of the words, and the places of words that nothing uses."""

    constituents: tuple[Constituent, ...]
    unused: tuple[int, ...]
    cost: float


def readings(items: Sequence[Item], length: int, language: Lexicon, singles: frozenset[str]) -> list[Reading]:
    """Ways to use `length` words, cheapest first; items of kinds in `singles` may stand alone."""
    at: list[list[Item]] = [[] for _ in range(length + 1)]
    for item in items:
        at[item.start].append(item)
    ends: list[dict[int, float]] = [{} for _ in range(length + 1)]
    for item in items:
        if item.kind == "skip":
            ends[item.start][item.end] = item.cost
    joints = {(item.start, item.end) for item in items if item.kind == "and"}
    within = [
        {end: cost for end, cost in each.items() if (start, end) not in joints} for start, each in enumerate(ends)
    ]
    found: list[list[Constituent]] = [[] for _ in range(length + 1)]
    for start in range(length):
        best: dict[tuple[Any, ...], Constituent] = {}
        for kind, orders in language.orders.items():
            over = within if kind in _STRICT else ends
            for order in orders:
                for matched, passed in _ways(order, start, at, over):
                    if matched:
                        cost = CONSTITUENT + passed + sum(item.cost for item in matched)
                        _keep(best, Constituent(kind, matched, cost))
        for item in at[start]:
            if item.kind in singles:
                _keep(best, Constituent(item.kind, (item,), CONSTITUENT + item.cost))
        found[start] = list(best.values())
    return _cheapest(found, ends, length)


def _keep(best: dict[tuple[Any, ...], Constituent], new: Constituent) -> None:
    key = new.kind, new.items
    if key not in best or best[key].cost > new.cost:
        best[key] = new


def _ways(
    order: tuple[Element, ...], start: int, at: list[list[Item]], ends: list[dict[int, float]]
) -> list[tuple[tuple[Item, ...], float]]:
    """The items from `start` that stand in that order, with what it costs to pass over others between them.

    Words that say nothing may lie there for nothing.
    """
    ways: list[tuple[tuple[Item, ...], float]] = []

    def go(element: int, place: int, matched: tuple[Item, ...], repeated: bool, passed: float) -> None:
        if len(ways) >= _WAYS:
            return
        if element == len(order):
            ways.append((matched, passed))
            return
        now = order[element]
        if now.optional or repeated:
            go(element + 1, place, matched, False, passed)
        begins = _begins(place, ends) if matched and not now.at_once else ((place, 0.0),)
        for begin, cost in begins:
            for item in at[begin]:
                if item.kind == now.kind and not repeated:
                    after = (*matched, item)
                    if now.many:
                        go(element, item.end, after, True, passed + cost)
                    else:
                        go(element + 1, item.end, after, False, passed + cost)
                elif repeated and begin == place and _goes_with(matched[-1], item):
                    go(element, item.end, (*matched, item), True, passed)
                elif repeated and item.kind == "and":
                    between = (item,) if item.content else ()
                    for after_and, further in _begins(item.end, ends):
                        for last in at[after_and]:
                            if last.kind == now.kind:
                                go(element, last.end, (*matched, *between, last), True, passed + cost + further)

    go(0, start, (), False, 0.0)
    return ways


def _goes_with(value: Item, after: Item) -> bool:
    """Whether the two are values of one column in words, which need no "and" between them: "for ca tx and ny"."""
    if not value.kind == after.kind == "value" or value.content.column != after.content.column:
        return False
    # Characters of Han side by side are one word.
    return all(str(each.content.value).isascii() for each in (value, after))


def _begins(place: int, ends: list[dict[int, float]]) -> Iterator[tuple[int, float]]:
    """`place` and where one gets from it over words that say nothing, or that it costs to pass over."""
    seen, waiting = set[int](), [(0.0, place)]
    while waiting:
        passed, now = heapq.heappop(waiting)
        if now in seen:
            continue
        seen.add(now)
        yield now, passed
        for end, cost in ends[now].items():
            heapq.heappush(waiting, (passed + (cost if cost >= DEAR else 0.0), end))


def _cheapest(found: list[list[Constituent]], ends: list[dict[int, float]], length: int) -> list[Reading]:
    paths: list[list[Reading]] = [[] for _ in range(length + 1)]
    paths[0] = [Reading((), (), 0.0)]
    for place in range(length):
        here = heapq.nsmallest(_KEPT, _distinct(paths[place]), key=lambda reading: reading.cost)
        for path in here:
            for each in found[place]:
                paths[each.end].append(Reading((*path.constituents, each), path.unused, path.cost + each.cost))
            for end, cost in ends[place].items():
                paths[end].append(Reading(path.constituents, path.unused, path.cost + cost))
            paths[place + 1].append(Reading(path.constituents, (*path.unused, place), path.cost + UNUSED))
    return heapq.nsmallest(_KEPT, _distinct(paths[length]), key=lambda reading: reading.cost)


def _distinct(paths: list[Reading]) -> list[Reading]:
    """One for each set of constituents, the cheapest."""
    best: dict[tuple[Any, ...], Reading] = {}
    for path in paths:
        key = tuple(
            (each.kind, tuple((i.kind, i.start, i.end, repr(i.content)) for i in each.items))
            for each in path.constituents
        )
        if key not in best or best[key].cost > path.cost:
            best[key] = path
    return list(best.values())
