"""A notebook that is written again and again as its conversation grows: each time only what is new is made.

What earlier turns came to stands in the file already and is copied from there by the system, unread. At every moment
the file is whole: the old one or the new one.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import nbformat

from lci.core.conversation import Conversation
from lci.core.stores import Blobs
from lci.core.turns import Turn
from lci.notebook.export import distinct, document_of, installed_by, presentable_cells, title_cell
from lci.notebook.files import replaced
from lci.notebook.outputs import Document
from lci.notebook.words import ENGLISH, Words

_BEGIN, _BETWEEN, _END = b'{\n "cells": [\n', b",\n", b"\n ],\n "
_TITLE_ID = "title"
_PIECE = 1 << 20
_CELLS = '{\n "cells": [],\n '


@dataclass(frozen=True, slots=True)
class _Written:
    """A turn in the file: where it ends there, the ids of its cells, and what it had installed."""

    turn: Turn
    end: int
    ids: tuple[str, ...]
    installed: tuple[str, ...]


class LiveNotebook:
    """One conversation's notebook at `target`. Not for two threads at once."""

    def __init__(self, target: Path, blobs: Blobs, words: Words = ENGLISH) -> None:
        self.target = target
        self._blobs = blobs
        self._words = words
        self._title, self._title_end = "", 0
        self._turns: list[_Written] = []
        self._file: tuple[int, int, int] | None = None

    def write(self, conversation: Conversation) -> None:
        """Bring the file up to date: byte for byte what `export.notebook` makes. Raises `NotebookNotWritable`."""
        turns = conversation.branch()
        kept = self._kept(conversation, turns)
        with replaced(self.target) as file:
            title_end = self._begun(file, conversation, kept)
            written = self._turns[: max(kept, 0)]
            taken = {_TITLE_ID, *(each_id for each in written for each_id in each.ids)}
            for turn in turns[len(written) :]:
                cells = distinct(presentable_cells(conversation, turn, self._blobs, self._words), taken)
                if cells:
                    file.write(_BETWEEN + _cells_text(cells))
                ids = tuple(str(cell["id"]) for cell in cells)
                written.append(_Written(turn, file.tell(), ids, tuple(installed_by(turn))))
            installed = [name for each in written for name in each.installed]
            file.write(_END + _tail(conversation, installed))
        self._title, self._title_end, self._turns = conversation.title, title_end, written
        self._file = _identity(self.target)

    def _kept(self, conversation: Conversation, turns: tuple[Turn, ...]) -> int:
        """How many turns stand in the file as they are now; -1 when not even its beginning does."""
        if self._file is None or _identity(self.target) != self._file or self._title != conversation.title:
            return -1
        pairs = zip(self._turns, turns, strict=False)
        return sum(1 for _ in itertools.takewhile(lambda pair: pair[0].turn is pair[1], pairs))

    def _begun(self, file: BinaryIO, conversation: Conversation, kept: int) -> int:
        """Write what is there already, at least the title; where that ends."""
        if kept < 0:
            file.write(_BEGIN + _cells_text(distinct([title_cell(conversation, self._words)], set())))
            return file.tell()
        with self.target.open("rb") as before:
            _copied(before, file, self._turns[kept - 1].end if kept else self._title_end)
        return self._title_end


def _copied(source: BinaryIO, target: BinaryIO, length: int) -> None:
    """The first bytes of a file, by the system where it can."""
    done = 0
    try:
        files = (source.fileno(), target.fileno())
        while done < length and (count := os.copy_file_range(*files, length - done, done, done)):
            done += count
    except (AttributeError, OSError):
        # Another system, or two file systems.
        pass
    source.seek(done)
    target.seek(done)
    while done < length and (piece := source.read(min(length - done, _PIECE))):
        done += target.write(piece)


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _cells_text(cells: list[Document]) -> bytes:
    document: Document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [*cells]}
    text: str = nbformat.writes(nbformat.from_dict(document))
    return text[len(_BEGIN) : text.rindex(_END.decode() + '"metadata"')].encode()


def _tail(conversation: Conversation, installed: list[str]) -> bytes:
    text: str = nbformat.writes(document_of(conversation, installed, []))
    return text.removeprefix(_CELLS).encode() + b"\n"
