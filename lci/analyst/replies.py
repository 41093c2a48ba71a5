"""What the analyst says when there is nothing to compute, in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.nearby_plans import Explained
from lci.analyst.question_items import words_of
from lci.analyst.reading import Greeting, Understood
from lci.analyst.telling.phrases import replies, visible
from lci.analyst.word_forms import joined
from lci.analyst.writing import escaped, shown
from lci.core.files import Preview

#: Words that are named, and single Han and kana from one that none uses to the next within a word to a reader.
_NAMED, _BETWEEN = 6, 3


def greeted(kind: Greeting, code: str) -> str:
    """The answer to a greeting."""
    text = replies(code)
    match kind:
        case "thanks":
            return text["thanks"]
        case "help":
            return _paragraphs(text["able"], text["connect"])
        case _:
            return text["hello"]


def without_table(previews: Sequence[Preview], code: str) -> str:
    """There is nothing to ask of."""
    text = replies(code)
    if not previews:
        return text["no_file"]
    return _paragraphs(text.say("no_table", file=shown(previews[0].name)), text["connect"])


def too_long(code: str) -> str:
    """More words than one question has."""
    text = replies(code)
    return _paragraphs(text["too_long"], text["connect"])


def not_computable(plan: str, code: str) -> str:
    """A plan, in words, that makes no sense after all."""
    text = replies(code)
    return _paragraphs(plan, text["not_compiled"], text["connect"])


def with_what_was_read(plan: str, sheet: str | None, read_as: Explained, code: str) -> str:
    """A plan in words, its sheet among several, and what was read for words that an earlier click explained."""
    text = replies(code)
    of_sheet = text.say("of_sheet", sheet=shown(visible(sheet))) if sheet is not None else ""
    read = (
        text.say("read_as", word=text.say("quoted", word=escaped(joined(units))), meaning=_written(meaning))
        for units, meaning in read_as
    )
    return _paragraphs(plan, *filter(None, (of_sheet,)), *read)


def _written(meaning: str) -> str:
    """A column's name, which may hold anything, as other answers write one; a word for rows as it is."""
    return shown(visible(meaning[1:-1])) if meaning.startswith("`") else meaning


def declined(meant: Understood, question: str, code: str) -> str:
    """Why there is no answer: there are several readings, or words that none uses."""
    text = replies(code)
    if meant.plans:
        return text["which"]
    if meant.beyond is not None:
        year, first, last = meant.beyond
        return _paragraphs(text.say("no_year", year=year, first=first, last=last), text["connect"])
    if meant.unused:
        stretches = _stretches(meant.unused, words_of(question).typed)[:_NAMED]
        words = text["between"].join(text.say("quoted", word=escaped(stretch)) for stretch in stretches)
        return _paragraphs(text.say("unused", words=words), text["connect"])
    return _paragraphs(text["unclear"], text["connect"])


def _stretches(unused: Sequence[str], typed: Sequence[str]) -> list[str]:
    """Words that none uses; Han and kana as they stand together, with what lies between two that are near."""
    places, at = list[int](), 0
    for word in unused:
        at = next((place for place in range(at, len(typed)) if typed[place] == word), len(typed))
        if at == len(typed):
            return [*unused]  # of another question than this
        places.append(at)
        at += 1
    spans: list[tuple[int, int]] = []
    for place in places:
        start, end = spans[-1] if spans else (place, place)
        is_near = 0 < place - end <= _BETWEEN and not any(word.isascii() for word in typed[end : place + 1])
        spans[len(spans) - is_near :] = [(start if is_near else place, place)]
    return ["".join(typed[start : end + 1]) for start, end in spans]


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(parts)
