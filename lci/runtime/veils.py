"""What the model of one conversation may see at this moment: its settings, and the values that masks keep back."""

from __future__ import annotations

from lci.core.files import WorkspaceFile
from lci.core.masking import MaskedValues
from lci.core.sharing import OPEN, Veil
from lci.errors import LciError
from lci.runtime.engine import Engine
from lci.runtime.journal import Journal
from lci.workspace.workspace import Workspace

#: Columns that a short preview lists; a wider table may have more of the wanted name.
_LISTED = 200

_Key = tuple[str, int, float, tuple[str, ...]]


class Veils:
    """Makes the veil for each request; values are read once for each state of a file. On the engine's loop."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._read: dict[_Key, MaskedValues | None] = {}
        self._last = OPEN

    async def current(self) -> Veil:
        """The veil in force. A masked column whose values cannot all be read hides every value."""
        settings = self._journal.conversation.settings
        if settings.sharing == "schema":
            made = Veil("schema", settings.masked, None)
        elif settings.masked:
            made = Veil("full", settings.masked, await self._values(settings.masked))
        else:
            made = OPEN
        if made != self._last:
            # The same object while nothing changes: what was worked out with it is known again by it.
            self._last = made
        return self._last

    async def _values(self, columns: tuple[str, ...]) -> MaskedValues | None:
        found = MaskedValues()
        left = set(columns)
        for file in self._journal.conversation.files.values():
            if file.preview is None and file.origin != "code":
                # Not looked into yet: nobody knows what it holds.
                return None
            if not _may_hold(file, columns):
                continue
            values = await self._of(file, columns)
            if values is None:
                return None
            found |= values
            if file.preview is not None:
                left -= {column.name for table in file.preview.tables for column in table.columns}
        return None if left else found

    async def _of(self, file: WorkspaceFile, columns: tuple[str, ...]) -> MaskedValues | None:
        key = (file.name, file.size, file.modified, columns)
        if key not in self._read:
            try:
                path = self._workspace.resolve(file.name)
                self._read[key] = await self._engine.previews.column_values(path, file.name, columns)
            except (LciError, OSError):
                self._read[key] = None
        return self._read[key]


def _may_hold(file: WorkspaceFile, columns: tuple[str, ...]) -> bool:
    if file.preview is None:
        return False
    names = {column.name for table in file.preview.tables for column in table.columns}
    return bool(names & set(columns)) or any(len(table.columns) >= _LISTED for table in file.preview.tables)
