"""Everyday words of columns, values and rows that stand for each other in all languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from babel import Locale

from lci.analyst.word_forms import folded, split_words

Units = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """Everyday words of columns and values that stand for each other in all languages.

    `rows` says by what columns rows are known to be what `nouns` call them; `things` are nouns for what has a name,
    `events` for what is a row by itself, also where a column of that name comes back.
    """

    columns: Mapping[str, tuple[Units, ...]]
    values: Mapping[str, tuple[Units, ...]]
    nouns: Mapping[str, tuple[Units, ...]]
    abbreviations: Mapping[str, str]
    opposites: Mapping[str, tuple[Units, ...]]
    rows: Mapping[str, tuple[str, ...]]
    totals: Mapping[str, tuple[tuple[str, ...], ...]]
    holders: frozenset[Units]
    people: frozenset[Units]
    staff: frozenset[Units]
    roles: frozenset[Units]
    things: tuple[str, ...]
    events: frozenset[str]
    states: Mapping[str, str]


@cache
def common() -> Common:
    """The words of `languages/common.toml`."""
    text = (resources.files("lci.analyst") / "languages" / "common.toml").read_text("utf-8")
    table = tomllib.loads(text)

    def phrases(part: str) -> dict[str, tuple[Units, ...]]:
        return {
            concept: tuple(split_words(folded(phrase)) for phrase in listed) for concept, listed in table[part].items()
        }

    return Common(
        phrases("columns"),
        phrases("values"),
        phrases("nouns"),
        table["abbreviations"],
        phrases("opposites"),
        {noun: tuple(concepts) for noun, concepts in table["rows"].items()},
        {concept: tuple(map(tuple, ways)) for concept, ways in table["totals"].items()},
        frozenset(split_words(folded(phrase)) for phrase in table["flags"]["holders"]),
        _names_of(table["people"]["called"], table["people"]["name"]),
        _names_of(table["people"]["staff"], table["people"]["name"]),
        frozenset(split_words(folded(phrase)) for phrase in table["people"]["roles"]),
        tuple(table["things"]["named"]),
        frozenset(table["things"]["events"]),
        table["states"],
    )


def _names_of(called: Iterable[str], name: Iterable[str]) -> frozenset[Units]:
    """What columns are called that hold names of those who are called so."""
    return frozenset(
        split_words(folded(each + space + ending)) for each in called for space in (" ", "") for ending in ("", *name)
    )


@cache
def _concept_index(part: str) -> dict[Units, tuple[str, ...]]:
    index: dict[Units, list[str]] = {}
    for concept, phrases in getattr(common(), part).items():
        for phrase in phrases:
            index.setdefault(phrase, []).append(concept)
            if len(phrase) > 1 and all(map(str.isascii, phrase)):
                index.setdefault(("".join(phrase),), []).append(concept)  # marketvalue
    return {phrase: tuple(dict.fromkeys(concepts)) for phrase, concepts in index.items()}


def phrases_of(words: Units) -> tuple[Units, ...]:
    """Everyday words of columns that stand for these, in all languages."""
    return tuple(phrase for concept in concepts_of(words) for phrase in common().columns[concept])


def things_called(words: Units) -> frozenset[Units]:
    """These words, and those for the same things in all languages."""
    nouns = (phrase for concept in _concept_index("nouns").get(words, ()) for phrase in common().nouns[concept])
    return frozenset((words, *nouns, *phrases_of(words)))


def concepts_of(words: Units) -> tuple[str, ...]:
    """What a column called so is about."""
    return _concept_index("columns").get(words, ())


@cache
def _countries() -> dict[Units, frozenset[str]]:
    """The names of a country in all languages, by its name in one."""
    names: dict[Units, set[str]] = {}
    for code, name in Locale("en").territories.items():
        if len(code) == 2:
            spoken = {folded(Locale(language).territories.get(code, name)) for language in ("en", "ja", "zh")}
            for each in spoken:
                names.setdefault(split_words(each), set()).update(spoken)
    return {each: frozenset(all_of) for each, all_of in names.items()}


def coded(code: str, about: Iterable[str]) -> tuple[Units, ...]:
    """The names of what a code in a column about states or countries stands for, in all languages."""
    names: list[str] = []
    if "state" in about and code in common().states:
        names = [common().states[code]]
    elif "country" in about and len(code) == 2 and code in Locale("en").territories:
        names = [folded(Locale(language).territories.get(code, code)) for language in ("en", "ja", "zh")]
    units = dict.fromkeys(split_words(name) for name in names)
    return tuple(dict.fromkeys((*units, *(other for each in units for other in alike(each)))))


def codes_of(words: Units) -> tuple[str, ...]:
    """The codes by which columns may call a state or a country of that name."""
    return tuple(code for name in {words, *alike(words)} for code in _codes().get(name, ()))


@cache
def _codes() -> dict[Units, tuple[str, ...]]:
    """The codes of states and countries by the words of their names."""
    countries = ((code, name) for code, name in Locale("en").territories.items() if len(code) == 2)
    codes: dict[Units, tuple[str, ...]] = {}
    for code, name in (*common().states.items(), *countries):
        words = split_words(folded(name))
        codes[words] = (*codes.get(words, ()), folded(code))
    return codes


@cache
def _spelt_values() -> dict[str, tuple[str, ...]]:
    """The phrases of each concept of values, as they are written."""
    text = (resources.files("lci.analyst") / "languages" / "common.toml").read_text("utf-8")
    return {concept: tuple(map(folded, listed)) for concept, listed in tomllib.loads(text)["values"].items()}


def spellings(words: Units) -> tuple[str, ...]:
    """Other ways to write the same value, in all languages."""
    concepts = _concept_index("values").get(words, ())
    return (*_countries().get(words, ()), *(phrase for concept in concepts for phrase in _spelt_values()[concept]))


@cache
def alike(words: Units) -> tuple[Units, ...]:
    """Other words for the same value, in all languages."""
    return tuple(dict.fromkeys(map(split_words, spellings(words))))
