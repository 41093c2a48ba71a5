"""What the model of one conversation may see at this moment: its settings, and the values that masks keep back.

Values once masked stay masked: what a file held before code changed it may still be in memory and in earlier outputs.
They are kept beside the workspace, where no cell can read them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from lci.core.conversation import Conversation
from lci.core.files import Reading, WorkspaceFile
from lci.core.privacy.masking import MaskedValues
from lci.core.privacy.veil import OPEN, Veil, brought_files
from lci.errors import LciError
from lci.replacing import PRIVATE, replaced
from lci.runtime.conversation.journal import Journal
from lci.runtime.engine import Engine
from lci.workspace.jobs import ColumnValuesJob
from lci.workspace.workspace import Workspace

#: Why no value at all is shown although only columns are masked.
Hidden: TypeAlias = Literal["", "archive", "unread", "changed", "nowhere"]

#: Columns that a short preview lists; a wider table may have more of the wanted name.
_LISTED = 200
_FILE = "masks.json"

_Key = tuple[str, int, float, Reading, tuple[str, ...]]


class Privacy:
    """Makes the veil for each request; values are read once for each state of a file. On the engine's loop."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        #: What each column held in any file at any time, and for which a file was looked into as it was brought.
        self._values_of: dict[str, MaskedValues] = {}
        self._seen: set[tuple[str, str]] = set()
        self._read: dict[str, tuple[_Key, bool]] = {}
        self._union: tuple[object, MaskedValues] | None = None
        self._loaded = False
        self._last = OPEN
        self.hidden: Hidden = ""

    async def current(self) -> Veil:
        """The veil in force. A masked column whose values cannot all be read hides every value."""
        settings = self._journal.conversation.settings
        self.hidden = ""
        if settings.sharing == "schema":
            veil = Veil("schema", settings.masked, None)
        elif settings.masked:
            veil = Veil("full", settings.masked, await self._values(settings.masked))
        else:
            veil = OPEN
        if veil != self._last:
            # The same object while nothing changes: what was worked out with it is known again by it.
            self._last = veil
        return self._last

    async def _values(self, columns: tuple[str, ...]) -> MaskedValues | None:
        if not self._loaded:
            self._loaded = True
            self._values_of, self._seen = await asyncio.to_thread(_loaded, self._workspace.root / _FILE)
        before = dict(self._values_of), set(self._seen)
        self.hidden = await self._look(columns)
        if (self._values_of, self._seen) != before:
            self._union = None
            content_of = {column: (sorted(v.words), v.numbers) for column, v in self._values_of.items()}
            await asyncio.to_thread(
                _keep, self._workspace.root / _FILE, {"columns": content_of, "seen": sorted(self._seen)}
            )
        if self.hidden:
            return None
        names = _column_names(self._journal.conversation)
        if self._union is None or self._union[0] != (columns, names):
            union = MaskedValues()
            for column in columns:
                union |= self._values_of[column]
            self._union = ((columns, names), union.apart_from(names))
        return self._union[1]

    async def _look(self, columns: tuple[str, ...]) -> Hidden:
        """Read what is not known yet of the files; why not everything can be known, if so."""
        now = self._journal.conversation
        changed = {change.name for turn in now.turns for change in turn.changes if change.change != "created"}
        for name in sorted(brought_files(now)):
            file = now.files.get(name)
            pairs = {(name, column) for column in columns}
            if not pairs <= self._seen and (file is None or name in changed):
                return "changed"
            if file is None:
                continue
            if file.preview is not None and file.preview.kind == "archive":
                return "archive"
            if not await self._looked_into(file, columns):
                return "unread"
            self._seen |= pairs
        return "" if set(columns) <= self._values_of.keys() else "nowhere"

    async def _looked_into(self, file: WorkspaceFile, columns: tuple[str, ...]) -> bool:
        """Whether all that this file holds of the columns is known now."""
        if file.preview is not None and file.preview.error is None and not _may_hold(file, columns):
            return True
        key = (file.name, file.size, file.modified, file.reading, columns)
        done = self._read.get(file.name)
        if done is not None and done[0] == key:
            return done[1]
        try:
            with self._workspace.open_reading(file.name) as content:
                values_of = await self._engine.whole_files.run(
                    ColumnValuesJob(file.name, columns, file.reading), content
                )
        except (LciError, OSError):
            values_of = None
        for column, values in (values_of or {}).items():
            self._values_of[column] = self._values_of.get(column, MaskedValues()) | values
        self._read[file.name] = (key, values_of is not None)
        return values_of is not None


def _may_hold(file: WorkspaceFile, columns: tuple[str, ...]) -> bool:
    if file.preview is None:
        return True
    tables = file.preview.tables
    names = {column.name for table in tables for column in table.columns}
    is_cut = any(len(table.columns) >= _LISTED for table in tables) or any(
        warning.code == "tables_left_out" for warning in file.preview.warnings
    )
    return bool(names & set(columns)) or is_cut or len(tables) >= 20


def _column_names(conversation: Conversation) -> frozenset[str]:
    brought = brought_files(conversation)
    previews = [file.preview for name, file in conversation.files.items() if name in brought]
    tables = [table for preview in previews if preview is not None for table in preview.tables]
    return frozenset(column.name for table in tables for column in table.columns)


def _loaded(path: Path) -> tuple[dict[str, MaskedValues], set[tuple[str, str]]]:
    """What was kept by an earlier run of the app; nothing where there is none, or something is wrong with it."""
    try:
        content = json.loads(path.read_text("utf-8"))
        columns = content["columns"].items()
        values_of = {column: MaskedValues(frozenset(words), tuple(numbers)) for column, (words, numbers) in columns}
        return values_of, {(name, column) for name, column in content["seen"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, set()


def _keep(path: Path, content: Mapping[str, object]) -> None:
    # Not to be had on a full disk: then a later run of the app knows less, and shows less.
    with contextlib.suppress(OSError), replaced(path, PRIVATE) as file:
        file.write(json.dumps(content).encode())
