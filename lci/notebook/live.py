"""A notebook that is written again and again as its conversation grows: each time only what is new is made.

What earlier turns came to stands in the file already and is copied from there by the system, unread. At every moment
the file is whole: the old one or the new one.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import nbformat

from lci.core.conversation import Conversation
from lci.core.stores import Blobs
from lci.core.turns import Turn
from lci.notebook.export import Writing, distinct, document_of, head_cells, installed_by, presentable_cells
from lci.notebook.files import replaced
from lci.notebook.needs import Needs, needs_of, relative_files, settings
from lci.notebook.outputs import Document
from lci.notebook.words import ENGLISH, Words

_BEGIN, _BETWEEN, _END = b'{\n "cells": [\n', b",\n", b"\n ],\n "
_PIECE = 1 << 20
_CELLS = '{\n "cells": [],\n '


@dataclass(frozen=True, slots=True)
class _Written:
    """A turn in the file: where it ends there, the ids of its cells, and what it had installed.

    `relative` are the files that its cells name relatively.
    """

    turn: Turn
    needs: Needs
    relative: frozenset[str]
    end: int
    ids: tuple[str, ...]
    installed: tuple[str, ...]


class LiveNotebook:
    """One conversation's notebook at `target`. Not for two threads at once."""

    def __init__(self, target: Path, blobs: Blobs, words: Words = ENGLISH) -> None:
        self.target = target
        self._blobs = blobs
        self._words = words
        self._head: list[Document] = []
        self._head_end = 0
        self._turns: list[_Written] = []
        self._file: tuple[int, int, int] | None = None

    def write(self, conversation: Conversation, digests: Mapping[str, str] | None = None) -> None:
        """Bring the file up to date: byte for byte what `export.notebook` makes. Raises `NotebookNotWritable`."""
        turns = conversation.branch()
        needs = self._needs(conversation, turns)
        head = distinct(head_cells(conversation, settings(needs), self._words), set())
        writing = Writing(self._blobs, self._words, relative_files(needs, conversation.files.keys()))
        kept = self._kept(head, turns, writing.files)
        with replaced(self.target) as file:
            head_end = self._begun(file, head, kept)
            written = self._turns[: max(kept, 0)]
            taken = {*(str(cell["id"]) for cell in head), *(each_id for each in written for each_id in each.ids)}
            for turn, need in zip(turns[len(written) :], needs[len(written) :], strict=True):
                cells = distinct(presentable_cells(conversation, turn, writing), taken)
                if cells:
                    file.write(_BETWEEN + _cells_text(cells))
                ids = tuple(str(cell["id"]) for cell in cells)
                relative = need.files & writing.files
                written.append(_Written(turn, need, relative, file.tell(), ids, tuple(installed_by(turn))))
            installed = [name for each in written for name in each.installed]
            file.write(_END + _tail(conversation, installed, digests or {}))
        self._head, self._head_end, self._turns = head, head_end, written
        self._file = _identity(self.target)

    def _needs(self, conversation: Conversation, turns: tuple[Turn, ...]) -> list[Needs]:
        """What each turn's cells need; read anew only of turns that have changed."""
        known = {id(each.turn): each.needs for each in self._turns}
        return [known.get(id(turn)) or needs_of(turn, self._blobs, conversation.id) for turn in turns]

    def _kept(self, head: list[Document], turns: tuple[Turn, ...], relative: frozenset[str]) -> int:
        """How many turns stand in the file as they are now; -1 when not even its beginning does."""
        if self._file is None or _identity(self.target) != self._file or self._head != head:
            return -1
        pairs = zip(self._turns, turns, strict=False)
        same = (each.turn is turn and each.relative == each.needs.files & relative for each, turn in pairs)
        return sum(1 for _ in itertools.takewhile(bool, same))

    def _begun(self, file: BinaryIO, head: list[Document], kept: int) -> int:
        """Write what is there already, at least the head; where that ends."""
        if kept < 0:
            file.write(_BEGIN + _cells_text(head))
            return file.tell()
        with self.target.open("rb") as before:
            _copied(before, file, self._turns[kept - 1].end if kept else self._head_end)
        return self._head_end


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


def _tail(conversation: Conversation, installed: list[str], digests: Mapping[str, str]) -> bytes:
    text: str = nbformat.writes(document_of(conversation, installed, [], digests))
    return text.removeprefix(_CELLS).encode() + b"\n"
