"""A notebook as what a reader goes through: prose whose numbers have notes, code, and what came of it."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote

from nbformat import NotebookNode

from lci import __version__
from lci.core.outputs import PICTURE_TYPES
from lci.notebook.facts import own_facts, role
from lci.notebook.forms.formulas import Formula, without_formulas
from lci.notebook.forms.shown import Picture, Shown, Text, of_bundle, shown
from lci.notebook.words import Words

#: Gives the content of a file beside the notebook, or None.
Reader: TypeAlias = Callable[[str], bytes | None]

#: Around the number of a note in Markdown; nothing else means anything by them.
MARK_BEGIN, MARK_END = "\ue000", "\ue001"
MARK = re.compile(f"{MARK_BEGIN}(\\d+){MARK_END}")

_IMAGE = re.compile(r"!\[[^\[\]]*\]\(\s*<?([^()\s<>]+)>?\s*\)")
#: Code in Markdown.
CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1[ \t]*$|(`+)(?:(?!\2).)+?\2", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)")
_ADDRESS = re.compile(r"(?<=\])\([^()\n]*\)|<[a-z]+:[^<>\s]*>|https?://[^\s<>()]*|^\[[^\[\]]+\]:.*$", re.MULTILINE)
_LINE_CHARS = 200
#: Characters of one text that are shown.
_TEXT_CHARS = 20_000
_LISTED = 5
#: What a reader of a report has no use for: questions that were offered, cells that do not run, settings.
_FOR_WHO_RUNS_IT = frozenset({"offered", "cell", "settings"})


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown with marks where notes belong and signs for its formulas.

    `pictures` are those that it shows, by their addresses in it.
    """

    source: str
    pictures: Mapping[str, Picture]
    formulas: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A code cell, which is the `number`th; without `source` only what came of it is shown."""

    number: int
    source: str
    shown: tuple[Shown, ...]


Part: TypeAlias = Prose | Code


@dataclass(frozen=True, slots=True)
class Contents:
    """All of it; the first of `notes` belongs to the mark 1. `colophon` says what made it, and how it was verified."""

    title: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    colophon: str


def shortened(text: str, words: Words) -> str:
    """A text as far as it is shown, and how much more there is."""
    rest = len(text) - _TEXT_CHARS
    return f"{text[:_TEXT_CHARS]}\n{words.text_left_out.format(characters=rest)}" if rest > 0 else text


def nothing(_: str) -> None:
    """A reader that has no files."""


def contents(document: NotebookNode, words: Words, *, code: bool, read: Reader = nothing) -> Contents:
    """What `document` comes to: without `code` only what there is to read and to look at, no attempt that failed."""
    notes: list[str] = []
    parts: list[Part] = []
    number, heading = 0, ""
    for cell in document.cells:
        its_role = role(cell)
        if cell.cell_type == "code":
            number += 1
            if its_role != "settings" and (part := _code(cell, number, its_role, with_code=code)) is not None:
                parts.append(part)
        elif cell.cell_type == "markdown" and (code or its_role not in _FOR_WHO_RUNS_IT):
            text = without_marks(cell.source)
            if its_role == "title":
                heading = text.removeprefix("# ")
            elif its_role == "prompt" and not code:
                text, heading = _unless_titled(text, heading), ""
            text, formulas = without_formulas(text, _closed(text))
            source = _marked(text, own_facts(cell.metadata).get("receipts"), notes, words)
            parts.append(Prose(source, dict(_pictures(cell, read)), formulas))
    facts = own_facts(document.metadata)
    title = " ".join(str(facts.get("title") or words.untitled).split())
    return Contents(title, tuple(parts), tuple(notes), _colophon(facts.get("verified"), words))


def _colophon(verified: Any, words: Words) -> str:
    made_by = words.made_by.format(version=__version__)
    match verified:
        case {"reproduced": int(reproduced), "cells": int(cells)}:
            return f"{made_by} {words.reproduced.format(reproduced=reproduced, cells=cells)}"
        case _:
            return made_by


def _unless_titled(prompt: str, title: str) -> str:
    """A prompt without its heading where that is the title above it: conversations are called what was asked first."""
    first, _, rest = prompt.partition("\n")
    return rest.strip() if title and first == f"## {title}" else prompt


def _code(cell: NotebookNode, number: int, its_role: str, *, with_code: bool) -> Code | None:
    shows = tuple(shown(cell))
    if with_code:
        return Code(number, "" if its_role == "saved" else cell.source, shows)
    if any(isinstance(each, Text) and each.kind == "failure" for each in shows):
        return None
    shows = tuple(each for each in shows if not isinstance(each, Text))
    return Code(number, "", shows) if shows else None


def without_marks(text: str) -> str:
    """`text` of anybody, in which nothing looks like the mark of a note."""
    return text.replace(MARK_BEGIN, "").replace(MARK_END, "")


def _pictures(cell: NotebookNode, read: Reader) -> Iterator[tuple[str, Picture]]:
    attachments = cell.get("attachments") or {}
    for address in dict.fromkeys(_IMAGE.findall(cell.source)):
        if address.startswith("attachment:"):
            bundle = attachments.get(unquote(address.removeprefix("attachment:")))
            if isinstance(bundle, Mapping) and (picture := of_bundle(bundle)) is not None:
                yield address, picture
        elif ":" not in address and not address.startswith(("/", "\\", "#")):
            mime = mimetypes.guess_type(unquote(address))[0]
            if mime in PICTURE_TYPES and (content := read(unquote(address))) is not None:
                yield address, Picture(mime, content)


# --- notes ------------------------------------------------------------------------------------------------------------


def _closed(source: str) -> list[tuple[int, int]]:
    """Where nothing can be put into Markdown: code, pictures and addresses."""
    return [match.span() for pattern in (CODE, _PICTURE, _ADDRESS) for match in pattern.finditer(source)]


def _marked(source: str, receipts: Any, notes: list[str], words: Words) -> str:
    """`source` with a mark behind each number that has a receipt; what the receipts say is added to `notes`."""
    if not isinstance(receipts, list):
        return source
    closed = _closed(source)
    done, at = [], 0
    for receipt in receipts:
        if not isinstance(receipt, Mapping) or not (number := str(receipt.get("number", ""))):
            continue
        notes.append(f"{number}: {_basis(receipt, words)}")
        end = _end_of(number, source, at, closed)
        if end is not None:
            done += [source[at:end], f"{MARK_BEGIN}{len(notes)}{MARK_END}"]
            at = end
    return "".join([*done, source[at:]])


def _end_of(number: str, source: str, at: int, closed: list[tuple[int, int]]) -> int | None:
    """Where the number ends at its next place outside of what is closed."""
    for match in re.compile(rf"(?<![\w.,]){re.escape(number)}(?![\w])").finditer(source, at):
        if not any(start <= match.start() < end for start, end in closed):
            return match.end()
    return None


def _basis(receipt: Mapping[str, Any], words: Words) -> str:
    places = [place for place in receipt.get("places") or [] if isinstance(place, Mapping)]
    match receipt.get("kind"):
        case "derived":
            operands = ", ".join(str(each) for each in receipt.get("operands") or [])
            relation = words.relations.get(str(receipt.get("relation")), "{operands}")
            return relation.format(operands=operands)
        case "ambiguous":
            return words.possibly.format(lines="; ".join(_line(place) for place in places[:_LISTED]))
        case "output" if places and places[0].get("file"):
            return words.from_file.format(file=_short(str(places[0]["file"])), line=_line(places[0]))
        case "output" if places:
            return words.from_output.format(line=_line(places[0]))
        case _:
            return words.nowhere


def _line(place: Mapping[str, Any]) -> str:
    return _short(str(place.get("line", "")))


def _short(text: str) -> str:
    line = " ".join(without_marks(text).split())
    return line if len(line) <= _LINE_CHARS else line[: _LINE_CHARS - 1] + "…"
