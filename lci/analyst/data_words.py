"""The words of a table: phrases that name its columns and the values in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from babel import Locale
from rapidfuzz import fuzz, process

from lci.analyst.columns import FileColumn
from lci.analyst.plan import Field
from lci.analyst.sources import Source
from lci.analyst.word_forms import folded, name_words, singular, split_words
from lci.analyst.writing import UNITS
from lci.core.files import Value

Units = tuple[str, ...]

#: How far a phrase is from what it names: the whole name, all of it but its unit, its everyday word, a part of it.
_WHOLE, _BARE, _EVERYDAY, _HEAD, _PART, _TYPO = 0.0, 0.1, 0.25, 0.45, 0.6, 0.7
_TYPO_RATIO, _TYPO_LETTERS = 84.0, 5
#: Columns that are about as near to a phrase as the nearest, and how many of those there may be.
_AS_NEAR, _MOST_NEAR = 0.3, 6
#: Words of a name that say nothing alone.
_EMPTY = frozenset({"of", "the", "in", "per", "and", "a", "id", "no", "is", "de", "to", "by", "on", "at", "for"})


@dataclass(frozen=True, slots=True)
class Named:
    """A column, or one of its values when `value` is not None, and how far the phrase is from its name."""

    column: FileColumn
    value: Value
    distance: float


class DataWords:
    """What phrases name in one table; made once a table, looked up a phrase at a time."""

    def __init__(
        self,
        table: Source,
        values: Mapping[str, Iterable[Value]],
        different: Mapping[str, int] = MappingProxyType({}),
        years: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    ) -> None:
        """`values` are those known of each column, `different` how many, `years` the first and last, where known."""
        self._years = dict(years)
        self._different = dict(different)
        self.table = table
        self._known = {name: tuple(known) for name, known in values.items()}
        self._columns: dict[Units, dict[str, tuple[FileColumn, float]]] = {}
        self._values: dict[Units, list[Named]] = {}
        self._everyday: dict[str, tuple[str, ...]] = {}
        #: What says the opposite of a column that says yes or no.
        self.denied: dict[Units, FileColumn] = {}
        self.longest = 1
        #: The value that says yes, of columns that say yes or no.
        self.flags = {name: yes for name, known in values.items() if (yes := _yes(tuple(known))) is not None}
        for column in table.columns:
            self._add_column(column)
        for column in table.columns:
            for value in values.get(column.name, ()):
                self._add_value(column, value)
        for column in table.columns:
            if column.name in self.flags:
                for concept in self._everyday.get(column.name, ()):
                    for phrase in common().opposites.get(concept, ()):
                        self.denied[phrase] = column
                        self.longest = max(self.longest, len(phrase))
        self._name_parts_of_values()
        self._words = sorted(
            {units[0] for units in self._columns if len(units) == 1 and len(units[0]) >= _TYPO_LETTERS}
        )

    def table_values(self, column: str) -> tuple[Value, ...]:
        """The values of a column, where they are known."""
        return self._known.get(column, ())

    def different(self, place: Field) -> int | None:
        """How many different values a field has, where that is known."""
        return self._different.get(place.column) if place.part in (None, "day") else None

    def columns(self, phrase: Units) -> list[Named]:
        """The columns that it names, nearest first; none where so many are as near that it names no one."""
        listed = self._columns.get(phrase)
        if not listed:
            return []
        nearest = min(distance for _, distance in listed.values())
        near = [Named(column, None, distance) for column, distance in listed.values() if distance <= nearest + _AS_NEAR]
        return sorted(near, key=lambda named: named.distance) if len(near) <= _MOST_NEAR else []

    def no(self, column: str) -> Value:
        """The value that says no, of a column that says yes or no."""
        return next(value for value in self._known[column] if value != self.flags[column])

    def concepts(self, column: str) -> frozenset[str]:
        """What the column is about, in everyday words."""
        return frozenset(self._everyday.get(column, ()))

    def has_year(self, column: str, year: int) -> bool:
        """Whether the year lies among those of the column, as far as is known."""
        first, last = self._years.get(column, (year, year))
        return first <= year <= last

    def called(self, concept: str) -> list[FileColumn]:
        """The columns whose name is an everyday word of that concept."""
        return [column for column in self.table.columns if concept in self._everyday.get(column.name, ())]

    def values(self, phrase: Units) -> list[Named]:
        """The values that it names."""
        return self._values.get(phrase, [])

    def nearly(self, word: str) -> list[Named]:
        """Columns that a misspelt word may name."""
        if len(word) < _TYPO_LETTERS or not word.isalpha():
            return []
        hit = process.extractOne(word, self._words, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO)
        if hit is None or hit[0][0] != word[0]:
            return []
        return [Named(named.column, None, named.distance + _TYPO) for named in self.columns((hit[0],))]

    def _add_column(self, column: FileColumn) -> None:
        words = name_words(column.name) or split_words(folded(column.name.strip()))
        if not words:
            return
        self._name(words, column, _WHOLE)
        if len(words) > 1:
            self._name(("".join(words),), column, _BARE)
        long = tuple(common().abbreviations.get(word, word) for word in words)
        if len(words) == 1:
            long = _parted(words[0])
        if long != words:
            self._name(long, column, _BARE)
        if len(words) == 2 and words[0].isascii():
            for pair in {words, long}:
                self._name(pair[::-1], column, _BARE)
        bare = words[:-1] if len(words) > 1 and words[-1] in _UNIT_WORDS else words
        self._name(bare, column, _BARE)
        self._everyday[column.name] = _concepts(bare)
        for concept in self._everyday[column.name]:
            for phrase in common().columns[concept]:
                self._name(phrase, column, _EVERYDAY)
        for alias in _phrases_of(long):
            self._name(alias, column, _EVERYDAY)
        cjk = not bare[0].isascii()
        for size in range(1, len(bare)):
            for start in range(len(bare) - size + 1):
                part = bare[start : start + size]
                if part[0] in _EMPTY or part[-1] in _EMPTY or (cjk and size < 2) or len("".join(part)) < 2:
                    continue
                head = start + size == len(bare)
                distance = (_HEAD if head else _PART) + 0.02 * (len(bare) - size)
                self._name(part, column, distance)
                for alias in _phrases_of(part):
                    self._name(alias, column, distance + 0.05)

    def _name(self, phrase: Units, column: FileColumn, distance: float) -> None:
        entry = self._columns.setdefault(phrase, {})
        if column.name not in entry or entry[column.name][1] > distance:
            entry[column.name] = column, distance
        self.longest = max(self.longest, len(phrase))

    def _add_value(self, column: FileColumn, value: Value) -> None:
        if isinstance(value, bool) or not isinstance(value, str):
            return
        words = split_words(folded(value.strip()))
        if not words or len(words) > 12:
            return
        self._value(words, column, value, _WHOLE)
        for phrase in alike(words):
            self._value(phrase, column, value, _EVERYDAY)

    def _name_parts_of_values(self) -> None:
        """The first word of a value names it, too, where no other value has that word."""
        whole = [
            (phrase, named) for phrase, entry in self._values.items() for named in entry if named.distance == _WHOLE
        ]
        holders: dict[str, set[tuple[str, Value]]] = {}
        for phrase, named in whole:
            for word in phrase:
                holders.setdefault(word, set()).add((named.column.name, named.value))
        for phrase, named in whole:
            word = phrase[0]
            if len(phrase) > 1 and len(word) >= 4 and word.isalpha() and len(holders[word]) == 1:
                self._value((word,), named.column, named.value, _HEAD)

    def _value(self, phrase: Units, column: FileColumn, value: Value, distance: float) -> None:
        entry = self._values.setdefault(phrase, [])
        if all((named.column.name, named.value) != (column.name, value) for named in entry):
            entry.append(Named(column, value, distance))
        self.longest = max(self.longest, len(phrase))


def _parted(word: str) -> Units:
    """`brainwt` as the two words that it stands for."""
    for short, whole in common().abbreviations.items():
        if word.endswith(short) and len(word) - len(short) > len(short):
            return word.removesuffix(short), whole
    return (common().abbreviations.get(word, word),)


def _yes(known: tuple[Value, ...]) -> Value:
    """The value that means yes where the others mean no."""
    if len(known) != 2:
        return None
    by_word = {str(value).strip().lower(): value for value in known}
    for yes, no in (("true", "false"), ("1", "0"), ("yes", "no"), ("y", "n")):
        if by_word.keys() == {yes, no}:
            return by_word[yes]
    return None


@dataclass(frozen=True, slots=True)
class Common:
    """Everyday words of columns and values that stand for each other in all languages."""

    columns: Mapping[str, tuple[Units, ...]]
    values: Mapping[str, tuple[Units, ...]]
    nouns: Mapping[str, tuple[Units, ...]]
    abbreviations: Mapping[str, str]
    opposites: Mapping[str, tuple[Units, ...]]


@cache
def common() -> Common:
    """The words of `languages/common.toml`."""
    text = (resources.files("lci.analyst") / "languages" / "common.toml").read_text("utf-8")
    table = tomllib.loads(text)

    def phrases(part: str) -> dict[str, tuple[Units, ...]]:
        return {
            concept: tuple(split_words(folded(phrase)) for phrase in listed) for concept, listed in table[part].items()
        }

    return Common(phrases("columns"), phrases("values"), phrases("nouns"), table["abbreviations"], phrases("opposites"))


@cache
def _concept_index(part: str) -> dict[Units, tuple[str, ...]]:
    index: dict[Units, list[str]] = {}
    for concept, phrases in getattr(common(), part).items():
        for phrase in phrases:
            index.setdefault(phrase, []).append(concept)
    return {phrase: tuple(concepts) for phrase, concepts in index.items()}


def _phrases_of(words: Units) -> tuple[Units, ...]:
    return tuple(phrase for concept in _concepts(words) for phrase in common().columns[concept])


def _concepts(words: Units) -> tuple[str, ...]:
    return _concept_index("columns").get(words, ())


@cache
def _countries() -> dict[Units, frozenset[Units]]:
    """The names of a country in all languages, by its name in one."""
    names: dict[Units, set[Units]] = {}
    for code, name in Locale("en").territories.items():
        if len(code) == 2:
            spoken = {
                split_words(folded(Locale(language).territories.get(code, name))) for language in ("en", "ja", "zh")
            }
            for each in spoken:
                names.setdefault(each, set()).update(spoken)
    return {each: frozenset(all_of) for each, all_of in names.items()}


def alike(words: Units) -> tuple[Units, ...]:
    """Other words for the same value, in all languages."""
    concepts = _concept_index("values").get(words, ())
    return (*_countries().get(words, ()), *(phrase for concept in concepts for phrase in common().values[concept]))


#: Words that end a name as its unit; "min" is more often the least than a minute.
_UNIT_WORDS = frozenset({singular(unit) for unit in UNITS} | {"pct", "usd"}) - {"min", "max"}
