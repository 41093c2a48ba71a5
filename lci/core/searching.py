"""Full-text search as values: the pieces of text a conversation has, the words that are looked for, where they stand.

Text is compared without regard to case, width and white space; a word may stand within another, as it does where a
language has no spaces.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core import events as e
from lci.core.outputs import BlobRef, Datum, DisplayData, ErrorOutput, ExecuteResult, Output, StreamOutput, without_ansi
from lci.core.transcript.html_text import html_text

#: What a piece of text is; the most telling first.
PieceKind: TypeAlias = Literal["title", "prompt", "prose", "code", "output"]
KINDS: tuple[PieceKind, ...] = ("title", "prompt", "prose", "code", "output")

#: Characters of one piece that are looked at, and of text shown on each side of what was looked for.
PIECE_CHARS = 20_000
_AROUND = 60
#: What of an output is searched: what readers see of it as words.
WORDED = ("text/plain", "text/markdown", "text/html", "application/json")
#: Words of a query that count.
_MOST_TERMS = 50
#: What Markdown is written with and readers do not see.
_MARKS = re.compile(r"[*`|]+|^#+ |:?-{3,}:?", re.MULTILINE)
_TERMS = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of a turn, or of no turn (`None`): of a title, or of a notebook's own cells."""

    turn_id: str | None
    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Where in a conversation words stand: the piece, the first of them, and the text around it."""

    conversation_id: str
    turn_id: str | None
    kind: PieceKind
    before: str
    match: str
    after: str


def plain_text(text: str) -> str:
    """`text` as it is kept and shown: one form of each character, nothing unseen, single spaces."""
    readable = without_ansi(text[:PIECE_CHARS]).encode("utf-8", "replace").decode().replace("\0", " ")
    return " ".join(unicodedata.normalize("NFKC", readable).split())


def folded_text(text: str) -> str:
    """Plain text as it is compared."""
    return text.casefold()


def terms(query: str) -> tuple[str, ...]:
    """The first words of a query, and its phrases in double quotes, as they are compared."""
    parts = (folded_text(plain_text(phrase or word)) for phrase, word in _TERMS.findall(query))
    return tuple(dict.fromkeys(part for part in parts if part))[:_MOST_TERMS]


def has_all(text: str, words: Iterable[str]) -> bool:
    """Whether every one of the words stands in plain text."""
    folded = folded_text(text)
    return all(word in folded for word in words)


def hit(conversation_id: str, piece: Piece, words: Iterable[str]) -> Hit:
    """Where the first of the words stands in a piece, whose text is plain and has them all."""
    text, folded = piece.text, folded_text(piece.text)
    start, word = min((folded.find(word), word) for word in words)
    first, last = _place(text, start, start + len(word))
    before, after = text[max(0, first - _AROUND) : first], text[last : last + _AROUND]
    return Hit(
        conversation_id,
        piece.turn_id,
        piece.kind,
        "…" * (first > _AROUND) + before,
        text[first:last],
        after + "…" * (last + _AROUND < len(text)),
    )


def stands_in(place: Hit, text: str) -> bool:
    """Whether a hit, of whatever it is, is one in this text."""
    passage = f"{place.before.removeprefix('…')}{place.match}{place.after.removesuffix('…')}"
    return passage in _piece_text(place.kind, text)


def _piece_text(kind: PieceKind, text: str) -> str:
    return plain_text(_MARKS.sub("", text) if kind == "prose" else text)


def _place(text: str, start: int, end: int) -> tuple[int, int]:
    """Where a stretch of the compared text stands in the text itself: one character may be compared as several."""
    if len(folded_text(text)) == len(text):
        return start, end
    at, first = 0, 0
    for index, char in enumerate(text):
        if at <= start:
            first = index
        at += len(folded_text(char))
        if at >= end:
            return first, index + 1
    return first, len(text)


# --- the pieces of a log ----------------------------------------------------------------------------------------------


class Pieces:
    """Gathers the pieces of one conversation, event by event, in any order of turns."""

    def __init__(self) -> None:
        self._prompts: dict[str, str] = {}
        self._prose: dict[str, list[str]] = {}
        #: Of each cell, by its turn, what it is and what stands in it by now; and the turn where a cell stands.
        self._cells: dict[tuple[str | None, str], tuple[PieceKind, str]] = {}
        self._turns: dict[str, str | None] = {}
        self._deleted: set[str] = set()
        self._outputs: dict[tuple[str | None, str], list[str]] = {}
        self._title = ""

    def add(self, turn_id: str | None, event: e.Event | e.UnknownEvent) -> None:
        """Take what an event adds to be searched."""
        match event:
            case e.ConversationChanged(title=str(title)):
                self._title = title
            case e.CellInserted(cell_id=cell_id, kind=written, source=text):
                self._put(turn_id, cell_id, "code" if written == "code" else "prose", text)
            case e.CellEdited(cell_id, text):
                # What was neither inserted nor run is a passage of an answer.
                place = self._turns.get(cell_id, turn_id)
                self._put(place, cell_id, self._cells.get((place, cell_id), ("prose", ""))[0], text)
            case e.CellDeleted(cell_id, deleted):
                (self._deleted.add if deleted else self._deleted.discard)(cell_id)
            case e.TurnStarted(prompt) if turn_id is not None:
                self._prompts[turn_id] = prompt
            case e.TextDelta(text) if turn_id is not None:
                self._prose.setdefault(turn_id, []).append(text)
            case e.CellStarted(cell_id, source):
                if self._turns.get(cell_id, turn_id) is None:
                    # One that a person wrote belongs to the turn that runs it.
                    self._cells.pop((None, cell_id), None)
                self._put(turn_id, cell_id, "code", source)
            case e.OutputsCleared(cell_id):
                self._outputs.pop((turn_id, cell_id), None)
            case e.OutputAdded(cell_id, output):
                self._outputs.setdefault((turn_id, cell_id), []).append(_text_of(output))
            case _:
                pass

    def _put(self, turn_id: str | None, cell_id: str, kind: PieceKind, text: str) -> None:
        self._turns[cell_id] = turn_id
        self._cells[turn_id, cell_id] = (kind, text)

    def __iter__(self) -> Iterator[Piece]:
        """Those that have any text, which is plain."""
        texts: list[tuple[str | None, PieceKind, str]] = [(None, "title", self._title)]
        texts += [(turn_id, "prompt", text) for turn_id, text in self._prompts.items()]
        texts += [(turn_id, "prose", "".join(parts)) for turn_id, parts in self._prose.items()]
        texts += [
            (turn_id, kind, text)
            for (turn_id, cell_id), (kind, text) in self._cells.items()
            if cell_id not in self._deleted
        ]
        texts += [
            (turn_id, "output", "\n".join(parts))
            for (turn_id, cell_id), parts in self._outputs.items()
            if cell_id not in self._deleted
        ]
        return (Piece(turn_id, kind, plain) for turn_id, kind, text in texts if (plain := _piece_text(kind, text)))


def _text_of(output: Output) -> str:
    match output:
        case StreamOutput(text=text):
            return text
        case ErrorOutput(ename, evalue):
            return f"{ename}: {evalue}"
        case DisplayData(bundle) | ExecuteResult(bundle):
            return "\n".join(filter(None, (_words(mime, bundle[mime]) for mime in WORDED if mime in bundle)))


def _words(mime: str, value: Datum) -> str:
    if isinstance(value, BlobRef):
        return f"{value.head} {value.tail}" if mime == "text/plain" else ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if mime != "text/html":
        return text
    # A table's words stand in its plain text.
    return "" if "dataframe" in text[:200] else html_text(text[:PIECE_CHARS])
