"""What a language's words mean in questions, and in which order they stand: one TOML file a language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from lci.analyst.word_forms import folded, split_words

#: Which of two nouns stands first where one is of the other: "the price of the house", 家の価格.
First = Literal["owned", "owner"]


@dataclass(frozen=True, slots=True)
class Element:
    """One place in an order: a kind of item that may be missing (`?`), be a list (`+`) or follow at once (`!`)."""

    kind: str
    optional: bool
    many: bool
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language: `meanings` of phrases, given as their words, and `orders` of what makes a constituent.

    What is measured `further` stands as any measure does, behind a word like "and".
    """

    code: str
    meanings: Mapping[tuple[str, ...], tuple[str, ...]]
    orders: Mapping[str, tuple[tuple[Element, ...], ...]]
    first: First
    longest: int
    words: frozenset[str]


@cache
def lexicon(code: str) -> Lexicon:
    """The lexicon of a language. Raises FileNotFoundError for one that is not there."""
    text = (resources.files("lci.analyst") / "languages" / f"{code}_words.toml").read_text("utf-8")
    table = tomllib.loads(text)
    meanings: dict[tuple[str, ...], list[str]] = {}
    for meaning, phrases in (*table["words"].items(), *_adjectives(table["adjectives"], table["forms"])):
        for phrase in phrases:
            words = split_words(folded(phrase))
            entry = meanings.setdefault(words, [])
            if meaning not in entry:
                entry.append(meaning)
    orders = {kind: tuple(map(_order, lines)) for kind, lines in table["orders"].items()}
    orders["further"] += tuple((Element("and", False, False), *order) for order in orders["measure"])
    return Lexicon(
        table["code"],
        {words: tuple(each) for words, each in meanings.items()},
        orders,
        table["first"],
        max(map(len, meanings)),
        frozenset(word for phrase in meanings for word in phrase),
    )


#: Which comparison an adjective states, by where its greatest degree lies.
_SIDES = {"downwards": "above", "upwards": "below"}
_ENDS = {"downwards": "at_least", "upwards": "at_most"}


def _adjectives(
    adjectives: Mapping[str, Sequence[str]], forms: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, list[str]]]:
    """The phrases of all adjectives by meaning; a key names the direction and what columns they are about."""
    for key, lines in adjectives.items():
        direction, _, about = key.partition(".")
        for line in lines:
            stems = line.split("/")
            for form, patterns in forms.items():
                meaning = _meaning(form, direction, about)
                if meaning is not None:
                    yield meaning, [pattern.format(*stems) for pattern in patterns]


def _meaning(form: str, direction: str, about: str) -> str | None:
    """What a form of an adjective means; one that is about certain columns never means just any.

    One about an `amount` counts what follows: most flights.
    """
    is_amount, about = about == "amount", about.removeprefix("amount")
    match form:
        case "superlative" if is_amount:
            return f"superlative.{direction}.amount"
        case "superlative":
            return f"extreme.{direction}.{about}" if about else f"superlative.{direction}.adjective"
        case "or_than":
            return f"beyond.{_ENDS[direction]}.{about}" if about else f"compare.{_ENDS[direction]}"
        case "order":
            return f"ordered_extreme.{direction}.{about}" if about else f"superlative.{direction}.order"
        case "than":
            return f"beyond.{_SIDES[direction]}.{about}" if about else f"compare.{_SIDES[direction]}"
        case "asked":
            return f"called.{about}" if about else None
        case "more":
            return f"more.{direction}.{about}"
        case _:
            return f"{form}.{about}"


def _order(line: str) -> tuple[Element, ...]:
    return tuple(Element(word.strip("?+!"), "?" in word, "+" in word, "!" in word) for word in line.split())
