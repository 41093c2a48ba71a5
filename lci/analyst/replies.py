"""What the analyst says when there is nothing to compute, in the language of the question."""

from __future__ import annotations

from collections.abc import Iterable

from lci.analyst.questions import questions_about
from lci.analyst.reading import Greeting, Understood
from lci.analyst.tables import tables_of
from lci.analyst.telling import worded
from lci.analyst.telling.phrases import Phrases, replies
from lci.analyst.writing import escaped, shown
from lci.core.files import Preview

#: Readings that are offered, and words that are named.
_OFFERED, _NAMED = 3, 6


def greeted(kind: Greeting, previews: tuple[Preview, ...], code: str) -> str:
    """The answer to a greeting."""
    text = replies(code)
    if kind == "thanks":
        return text["thanks"]
    if kind == "help":
        return _paragraphs(text["able"], _offer(previews, code, text), text["connect"])
    return _paragraphs(text["hello"], _offer(previews, code, text))


def without_table(previews: tuple[Preview, ...], code: str) -> str:
    """There is nothing to ask of."""
    text = replies(code)
    if not previews:
        return text["no_file"]
    return _paragraphs(text.say("no_table", file=shown(previews[-1].name)), text["connect"])


def declined(meant: Understood, previews: tuple[Preview, ...], code: str) -> str:
    """Why there is no answer: several readings to choose from, or the words that none uses."""
    text = replies(code)
    if meant.plans:
        listed = "\n".join(f"- {worded(plan, code)}" for plan in meant.plans[:_OFFERED])
        return _paragraphs(text["which"], listed)
    if meant.unused:
        words = text["between"].join(text.say("quoted", word=escaped(word)) for word in _joined(meant.unused)[:_NAMED])
        reason = text.say("unused", words=words)
    else:
        reason = text["unclear"]
    return _paragraphs(reason, _offer(previews, code, text), text["connect"])


def _joined(units: tuple[str, ...]) -> list[str]:
    """Single Han and kana that stand beside each other are one word to a reader."""
    words: list[str] = []
    for unit in units:
        if words and not unit.isascii() and not words[-1].isascii():
            words[-1] += unit
        else:
            words.append(unit)
    return words


def _offer(previews: tuple[Preview, ...], code: str, text: Phrases) -> str:
    tables = [table for preview in reversed(previews) for table in tables_of(preview)]
    if not tables:
        return text["attach"]
    return f"{text['offer']}\n\n" + "\n".join(f"- {question}" for question in questions_about(tables[0].table, code))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(_filled(parts))


def _filled(parts: Iterable[str]) -> Iterable[str]:
    return (part for part in parts if part)
