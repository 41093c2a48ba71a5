"""What a question's words name and ask for, in whatever order they stand: from which plans can be put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.analyst.assembling.measures import numbers_times
from lci.analyst.assembling.sense import is_number
from lci.analyst.chart import Item
from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Comparison, Condition, Field, FileForm, Kind, Value
from lci.analyst.question_items import Words
from lci.analyst.stand_ins import likeness, stretches, values_like

#: What it costs that a column is guessed, that numbers are groups, and that months are numbers; how many different
#: numbers are too many for groups.
_GUESSED, _STEPWISE, _OF_TIME, _MANY = 1.0, 0.2, 1.0, 25
#: What a value costs at most that is meant by words that are like it.
_LIKE = 0.4
#: Columns that are guessed, of numbers and of groups each; kinds of columns that are groups.
_GUESSES = 3
_GROUPED = frozenset({"category", "text", "id", "date"})
#: Groups at the top that may be asked for.
_MOST_FIRST = 50

Direction: TypeAlias = Literal["downwards", "upwards"]
#: A column that may be meant, and what it costs that it is not named.
Choice: TypeAlias = tuple[float, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedParts:
    """What the words of a question name and ask for: of columns those that are named or, without any, like a word."""

    data: DataWords
    #: Kinds of the items that its words may be.
    kinds: frozenset[str]
    numbers: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    #: Columns that say yes or no.
    flags: tuple[Choice, ...]
    conditions: tuple[Condition, ...]
    #: Numbers that something is compared with, with their units.
    limits: tuple[tuple[Comparison, Item], ...]
    hows: tuple[str, ...]
    end: Direction | None
    #: What the word for that end is about, and whether it is how many or how much there is.
    by: Field | None
    is_of_amount: bool
    #: How many may be asked for.
    first: int | None
    charts: tuple[Kind, ...]
    saved: FileForm | None
    #: The columns that are named, also by a value.
    columns: frozenset[str]

    def asks(self, *kinds: str) -> bool:
        """Whether a word is of one of these kinds."""
        return not self.kinds.isdisjoint(kinds)

    @property
    def named_numbers(self) -> list[Field]:
        """Those that are named."""
        return [place for cost, place in self.numbers if not cost]

    @property
    def named_groups(self) -> list[Field]:
        """Those that are named."""
        return [place for cost, place in self.groups if not cost]

    @property
    def numbers_as_groups(self) -> list[Field]:
        """Numbers that are named and may be groups: hours."""
        return [place for cost, place in self.groups if cost == _STEPWISE]


def named_parts(words: Words, listed: Sequence[Item], unused: Sequence[int], data: DataWords) -> NamedParts:
    """Of the items of a question, and of the words at the `unused` places, which no reading uses."""
    meant = [item for start, end in stretches(words, listed, unused) for item in _values_meant(words, start, end, data)]
    named = _apart([item for item in (*listed, *meant) if item.kind in _NAMING])
    strange = tuple(words.units[at] for at in unused)
    conditions = _conditions(named)
    fields = list(dict.fromkeys(place for item in named if (place := _field_of(item)) is not None))
    limited = {each.field.column for each in conditions}
    flagged = [item.content[0].name for item in named if item.kind == "flag"]
    flagged = list(dict.fromkeys((*flagged, *(each.column for each in fields if each.column in data.flags))))
    plain = [each for each in fields if each.column not in data.flags and each.column not in limited]
    numbers = [each for each in plain if is_number(each, data)]
    columns = frozenset((*(each.column for each in fields), *limited, *flagged))
    guesses = [(cost, column) for cost, column in _guesses(strange, data) if column.name not in columns]
    stepwise = [each for each in numbers if _is_stepwise(each, data)]
    times = [each for each in numbers if numbers_times(each, data)]
    measured = [each for each in numbers if each not in times]
    grouped = [each for each in plain if each not in numbers]
    guessed_numbers = [(cost, each) for cost, each in guesses if each.kind == "number"]
    guessed_groups = [(cost, each) for cost, each in guesses if each.kind in _GROUPED]
    guessed_flags = [(cost, each) for cost, each in guesses if each.name in data.flags and cost < _GUESSED]
    return NamedParts(
        data=data,
        kinds=frozenset(item.kind for item in listed),
        numbers=(*_choices(measured, guessed_numbers), *((_OF_TIME, each) for each in times)),
        groups=(*_choices(grouped, guessed_groups), *((_STEPWISE, each) for each in stepwise)),
        flags=_choices([Field(name) for name in flagged], guessed_flags),
        conditions=conditions,
        limits=_limits(listed, named),
        hows=tuple(dict.fromkeys(str(item.content) for item in listed if item.kind == "how")),
        end=_end(listed) or ("downwards" if _says_most(strange) else None),
        by=next((item.content[1] for item in named if item.kind == "extreme"), None),
        is_of_amount=any(item.kind == "superlative" and "amount" in item.content for item in listed),
        first=_first(listed),
        charts=tuple(item.content for item in listed if item.kind == "chart"),
        saved=next((item.content for item in listed if item.kind in ("saved", "file_form")), None),
        columns=columns,
    )


#: Kinds of items that name something of the data.
_NAMING = frozenset({"field", "value", "flag", "stated", "year", "extreme", "more", "beyond"})


def _values_meant(words: Words, start: int, end: int, data: DataWords) -> Iterator[Item]:
    """The value that words are most like, as an item that is as sure as one that is named."""
    near = min(values_like(words, start, end, data), key=lambda each: each.cost, default=None)
    yield from near.items if near is not None and near.cost < _LIKE else ()


def _field_of(item: Item) -> Field | None:
    """The column that an item names, also with how its values compare: heavier."""
    content = item.content[1] if item.kind in ("more", "beyond") and isinstance(item.content, tuple) else item.content
    return content if item.kind != "extreme" and isinstance(content, Field) else None


def _guesses(strange: tuple[str, ...], data: DataWords) -> list[tuple[float, FileColumn]]:
    """The columns that words which nothing uses may mean, likest first."""
    columns = (each for each in data.table.columns if each.kind != "nested" and not data.numbers_rows(each))
    return sorted(((_GUESSED - likeness(strange, each.name), each) for each in columns), key=lambda each: each[0])


def _is_stepwise(place: Field, data: DataWords) -> bool:
    """Whether its numbers are groups as well: of months, or few different ones."""
    return numbers_times(place, data) or (data.different(place) or _MANY) < _MANY


def _choices(named: Sequence[Field], guesses: Sequence[tuple[float, FileColumn]]) -> tuple[Choice, ...]:
    """Those that are named; without any those that are guessed."""
    return tuple((0.0, each) for each in named) or tuple((cost, Field(each.name)) for cost, each in guesses[:_GUESSES])


def _conditions(named: Sequence[Item]) -> tuple[Condition, ...]:
    """That columns have the values that are named, or what a word states of one."""
    values: dict[Field, list[Value]] = {}
    for item in named:
        if item.kind == "value" and item.content.value is not None:
            values.setdefault(Field(item.content.column.name), []).append(item.content.value)
        elif item.kind == "year":
            values.setdefault(item.content[0], []).append(item.content[1])
    stated = [item.content for item in named if item.kind == "stated"]
    equal = [Condition(place, "equal", tuple(dict.fromkeys(known))) for place, known in values.items()]
    return (*equal, *(each for each in stated if each.field not in values))


def _limits(listed: Sequence[Item], named: Sequence[Item]) -> tuple[tuple[Comparison, Item], ...]:
    """Numbers that are compared with, each as the word nearest to it says."""
    taken = {at for item in named for at in range(item.start, item.end)}
    compared = [item for item in listed if item.kind == "compare"]
    numbers = {item.start: item for item in listed if item.kind == "number" and item.start not in taken}
    limits: list[tuple[Comparison, Item]] = []
    for number in numbers.values():
        near = min(compared, key=lambda item: _between(item, number), default=None)
        limits.append((near.content if near is not None else "equal", number))
    return tuple(limits)


def _between(one: Item, other: Item) -> int:
    return min(abs(one.end - other.start), abs(one.start - other.end))


#: Which end is meant by what is better, as far as nothing else is known.
_JUDGED: dict[str, Direction] = {
    "best": "downwards",
    "worst": "upwards",
    "downwards": "downwards",
    "upwards": "upwards",
}


def _end(listed: Sequence[Item]) -> Direction | None:
    """Which end of an order a word names, if one does."""
    ends = [item.content[0] for item in listed if item.kind in ("superlative", "extreme", "ordered_extreme")]
    ends += [item.content for item in listed if item.kind == "common"]
    return next((_JUDGED[end] for end in ends if end in _JUDGED), None)


#: Characters of Han that say that something is most so, and how English words say it.
_MOST = frozenset({"最", "番"})
_ENDING = "est"


def _says_most(strange: Sequence[str]) -> bool:
    return bool(_MOST.intersection(strange)) or any(word.endswith(_ENDING) and word[:-3] for word in strange)


def _first(listed: Sequence[Item]) -> int | None:
    """How many are asked for, by a number that is named."""
    numbers = [item.content.value for item in listed if item.kind == "number"]
    return next((number for number in numbers if isinstance(number, int) and 1 < number <= _MOST_FIRST), None)


def _apart(listed: Sequence[Item]) -> list[Item]:
    """Items of which no two share a word: the longest, cheapest ones."""
    taken: list[Item] = []
    for item in sorted(listed, key=lambda each: (each.start - each.end, each.cost)):
        if all(item.end <= other.start or other.end <= item.start for other in taken):
            taken.append(item)
    return sorted(taken, key=lambda each: each.start)
