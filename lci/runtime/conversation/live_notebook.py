"""The conversation as a notebook: worked in, downloaded, and kept up to date as a file, for a part of the time only."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lci.core import events as e
from lci.core.arrangement import CellKind
from lci.core.conversation import Conversation
from lci.core.ids import new_call_id
from lci.core.notebook_cells import CodeCell, PromptCell, arranged, notebook_cells, with_deleted
from lci.errors import NotebookNotWritable
from lci.notebook.words import words_in
from lci.runtime.conversation.apart import Apart
from lci.runtime.conversation.background import Background
from lci.runtime.conversation.input_digests import InputDigests
from lci.runtime.conversation.journal import Journal
from lci.runtime.conversation.notebook_notes import written_since_last_turn
from lci.runtime.conversation.rerun import Rerun
from lci.runtime.conversation.verifying import Verifying
from lci.runtime.engine import Engine
from lci.runtime.forms import Form, content_of, pictures_beside
from lci.workspace.workspace import Workspace

if TYPE_CHECKING:
    from lci.notebook.live import LiveNotebook
    from lci.notebook.verify import Opened

log = logging.getLogger("lci")

#: Times as long as a write took, nothing is written after it, when it took longer than a moment.
_REST = 9
_MOMENT = 0.1


class Notebook:
    """The conversation as a notebook; the methods without `async` are for any thread but the engine's.

    What a person does in it is recorded as theirs, also while a turn runs. `target` is kept up to date as the
    conversation goes on.
    """

    #: What a model is to be told of a notebook with its next question.
    notes = staticmethod(written_since_last_turn)

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        workspace: Workspace,
        background: Background,
        target: Path | None = None,
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._background = background
        #: Whether it gives the same again.
        self.verifying = Verifying(engine, journal, workspace, Apart(engine, journal, background))
        #: It on other files of the same shape.
        self.rerun = Rerun(engine, journal, workspace, Apart(engine, journal, background))
        self._digests = InputDigests(workspace)
        self._file = self._file_at(target)
        self._writing = asyncio.Lock()
        self._resting: asyncio.Task[None] | None = None
        self._is_stale = False

    def _file_at(self, target: Path | None) -> LiveNotebook | None:
        if target is None:
            return None
        # Loaded with the first notebook: the app is there without it.
        from lci.notebook.live import LiveNotebook

        return LiveNotebook(target, self._engine.store, words_in(self._engine.settings.language))

    @property
    def runs_apart(self) -> bool:
        """Whether it is being run again, to be verified or on other files."""
        return self.verifying.progress is not None or self.rerun.progress is not None

    # --- worked in ----------------------------------------------------------------------------------------------------

    def insert(self, kind: CellKind, after: str, source: str = "") -> str:
        """Put a new cell right after another, or first where `after` is empty; its id."""
        return self._engine.call(self._insert(kind, after, source))

    def edit(self, cell_id: str, source: str, base: str) -> str:
        """Have other words in a cell that were made of `base`; the id of the cell where they stand.

        That is a new one below where the cell holds something else by now, written in another tab, or is gone.
        """
        return self._engine.call(self._edit(cell_id, source, base))

    def move(self, cell_id: str, after: str) -> None:
        """Put a cell right after another, or first where `after` is empty."""
        self._engine.call(self._done(e.CellMoved(cell_id, after)))

    def delete(self, cell_id: str, deleted: bool = True) -> None:
        """Take a cell out of sight, or put it back."""
        self._engine.call(self._done(e.CellDeleted(cell_id, deleted)))

    async def _insert(self, kind: CellKind, after: str, source: str) -> str:
        cell_id = new_call_id()
        await self._done(e.CellInserted(cell_id, after, kind, source))
        return cell_id

    async def _edit(self, cell_id: str, source: str, base: str) -> str:
        now = self._journal.conversation
        cell = next((each for each in notebook_cells(now) if each.id == cell_id), None)
        if cell is not None and not isinstance(cell, PromptCell):
            text = cell.source if isinstance(cell, CodeCell) else cell.text
            if text == base != source:
                await self._done(e.CellEdited(cell_id, source))
            if text in (base, source):
                return cell_id
        every = {each.id: each for each in with_deleted(now)}
        kind: CellKind = "code" if isinstance(every.get(cell_id), CodeCell) else "markdown"
        return await self._insert(kind, cell_id if cell_id in every else next(reversed(every), ""), source)

    async def _done(self, event: e.Event) -> None:
        self._journal.record(event)
        await self._journal.durable()
        await self.changed()

    # --- as a file ----------------------------------------------------------------------------------------------------

    def _snapshot(self) -> Conversation:
        """What writes notebooks knows turns and steps, and is given those that the cells make."""
        return arranged(self._journal.conversation)

    def content(self, *, clean: bool = False) -> bytes:
        """The content of a notebook file; `clean` leaves out failed attempts.

        How it was verified stands in its metadata, while that holds.
        """
        from lci.notebook.files import as_bytes

        return as_bytes(self._document(clean))

    def form(self, form: Form, *, clean: bool = False, name: str = "notebook") -> bytes:
        """The content of a file of another form, `name` its stem. Blocks; raises `ExportFailed`."""
        language = self._engine.settings.language
        read = pictures_beside(self._workspace)
        return content_of(form, self._document(clean), name=name, language=language, read=read)

    def export(self, path: str | Path, *, clean: bool = False) -> Path:
        """The same written to `path`. Raises `NotebookNotWritable`."""
        from lci.notebook.files import written

        target = Path(path)
        written(self._document(clean), target)
        return target

    def _document(self, clean: bool) -> Opened:
        from lci.notebook.export import notebook

        words = words_in(self._engine.settings.language)
        now = self._snapshot()
        document = notebook(now, self._engine.store, clean=clean, words=words, digests=self._digests.of(now))
        return self.verifying.noted(document, clean=clean)

    def keep(self, target: Path | None) -> None:
        """Write the notebook to `target` now and after every cell; None ends that."""
        self._engine.call(self._keep(target))

    async def _keep(self, target: Path | None) -> None:
        self._file = self._file_at(target)
        await self.changed()

    async def changed(self) -> None:
        """Bring the file up to date; a while later, when the last write took long."""
        self._is_stale = self._file is not None
        if self._resting is None:
            await self.settled()

    async def settled(self) -> None:
        """Bring the file up to date now."""
        async with self._writing:
            if not self._is_stale or self._file is None:
                return
            self._is_stale = False
            began = time.monotonic()
            try:
                await asyncio.to_thread(self._write, self._file, self._snapshot())
            except NotebookNotWritable as error:
                # The conversation itself is safe in the log; a folder that went away must not end the turn.
                log.error("The notebook cannot be written: %s", error.reason)
            took = time.monotonic() - began
            if took > _MOMENT and self._resting is None:
                self._resting = self._background.start(self._rest(_REST * took))

    def _write(self, file: LiveNotebook, now: Conversation) -> None:
        file.write(now, self._digests.of(now))

    async def close(self) -> None:
        """Bring the file up to date, and end what is being verified."""
        await self.verifying.end()
        await self.rerun.end()
        await self.settled()

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        finally:
            self._resting = None
        if self._is_stale:
            await self.settled()
