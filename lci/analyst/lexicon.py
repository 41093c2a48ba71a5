"""What a language's words mean in questions, and in which order they stand: one TOML file a language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from lci.analyst.word_forms import folded, split_words


@dataclass(frozen=True, slots=True)
class Element:
    """One place in an order: a kind of item that may be missing (`?`), be a list (`+`) or follow at once (`!`)."""

    kind: str
    optional: bool
    many: bool
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language: `meanings` of phrases, given as their words, and `orders` of what makes a constituent."""

    code: str
    meanings: Mapping[tuple[str, ...], tuple[str, ...]]
    orders: Mapping[str, tuple[tuple[Element, ...], ...]]
    longest: int
    words: frozenset[str]


@cache
def lexicon(code: str) -> Lexicon:
    """The lexicon of a language. Raises FileNotFoundError for one that is not there."""
    text = (resources.files("lci.analyst") / "languages" / f"{code}.toml").read_text("utf-8")
    table = tomllib.loads(text)
    meanings: dict[tuple[str, ...], list[str]] = {}
    for meaning, phrases in table["words"].items():
        for phrase in phrases:
            words = split_words(folded(phrase))
            entry = meanings.setdefault(words, [])
            if meaning not in entry:
                entry.append(meaning)
    orders = {kind: tuple(map(_order, lines)) for kind, lines in table["orders"].items()}
    return Lexicon(
        table["code"],
        {words: tuple(each) for words, each in meanings.items()},
        orders,
        max(map(len, meanings)),
        frozenset(word for phrase in meanings for word in phrase),
    )


def _order(line: str) -> tuple[Element, ...]:
    return tuple(Element(word.strip("?+!"), "?" in word, "+" in word, "!" in word) for word in line.split())
