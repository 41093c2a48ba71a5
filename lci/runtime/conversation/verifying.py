"""A conversation's notebook verified in the background (B50): how far that has come, and what came of it at last.

The result is kept beside the workspace, where no isolated cell reaches, and holds until there are further cells or
other files.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pydantic import TypeAdapter, ValidationError

from lci import replacing
from lci.core.conversation import Conversation
from lci.core.notebook_cells import arranged
from lci.core.outputs import BlobRef
from lci.errors import (
    FileMissing,
    FileNotRegular,
    LciError,
    Problem,
    StoreUnwritable,
    VerificationFailed,
)
from lci.notebook.verification import Verification
from lci.notebook.words import words_in
from lci.removal import removed
from lci.runtime.conversation.background import Background
from lci.runtime.conversation.journal import Journal
from lci.runtime.engine import Engine
from lci.runtime.kernels.capacity import KernelSeat
from lci.workspace.beneath import open_beneath, parts_of
from lci.workspace.workspace import Workspace

if TYPE_CHECKING:
    from lci.kernels.stock import StockIsolation
    from lci.notebook.verify import Opened

_KEPT = "verified.json"
#: Bytes of it that are read.
_LONGEST = 32 << 20
_CHUNK = 1 << 20
#: What of the disk is left free.
_DISK_LEFT = 100 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of verifying one notebook of a conversation that was in that `state`, at that time.

    `lines` are the numbers and first lines of the cells that differ, by their places; `clean` says which notebook it
    was.
    """

    state: str
    clean: bool
    at: float
    isolation: str
    verification: Verification
    lines: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many cells have ended, of how many; none of 0 while the files are being copied."""

    done: int = 0
    cells: int = 0


_RESULTS = TypeAdapter(tuple[Verified, ...])


def state_of(conversation: Conversation) -> str:
    """What a notebook's cells and inputs come of, as a digest: with any other one, a result says nothing."""
    digest = hashlib.sha256()
    for turn in arranged(conversation).branch():
        for cell in turn.cells:
            digest.update(repr((cell.id, cell.source, cell.status, cell.execution_count)).encode("utf-8", "replace"))
    for file in conversation.files.values():
        if file.origin != "code":
            digest.update(repr((file.name, file.size, file.modified)).encode("utf-8", "replace"))
    return digest.hexdigest()


def first_contents(conversation: Conversation) -> dict[str, BlobRef]:
    """What the files that a person brought held before a cell changed or removed them, as far as that was kept."""
    first: dict[str, BlobRef | None] = {}
    for turn in conversation.branch():
        for change in turn.changes:
            first.setdefault(change.name, None if change.change == "created" else change.before)
    return {name: before for name, before in first.items() if before is not None}


class Verifying:
    """That of one live conversation; from any thread but the engine's, where no other is named."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace, background: Background) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._background = background
        self._task: asyncio.Task[None] | None = None
        self._ended = threading.Event()
        self._results: dict[bool, Verified] | None = None
        self._state: tuple[Conversation, str] | None = None
        #: How far it has come; None while nothing runs.
        self.progress: Progress | None = None
        #: Why the last one came to nothing.
        self.problem: Problem | None = None

    @property
    def isolation(self) -> StockIsolation:
        """What will be between the notebook's code and the machine. Raises `IsolationRequired`."""
        from lci.kernels.stock import stock_isolation

        return stock_isolation(self._engine.settings.isolation)

    def start(self, *, clean: bool) -> None:
        """Verify the notebook of the conversation as it is now, unless one is being verified; does not wait."""
        self._engine.call(self._start(clean))

    def cancel(self) -> None:
        """End what runs, and leave nothing of it; does not wait."""
        self._engine.loop.call_soon_threadsafe(self._cancel)

    def result(self, *, clean: bool) -> Verified | None:
        """What came of it last, for that notebook; see `holds`."""
        if self._results is None:
            self._results = {each.clean: each for each in _kept(self._workspace.root)}
        return self._results.get(clean)

    def holds(self, result: Verified) -> bool:
        """Whether the conversation still is as it was verified."""
        now = self._journal.conversation
        if self._state is None or self._state[0] is not now:
            self._state = (now, state_of(now))
        return self._state[1] == result.state

    def noted(self, document: Opened, *, clean: bool) -> Opened:
        """The notebook with the result in its metadata, while it holds."""
        result = self.result(clean=clean)
        return document if result is None or not self.holds(result) else _recorded(document, result)

    # --- on the engine's loop -----------------------------------------------------------------------------------------

    async def _start(self, clean: bool) -> None:
        if self.progress is not None:
            return
        self._ended.clear()
        self.progress, self.problem = Progress(), None
        self._task = self._background.start(self._run(clean))
        self._journal.touch()

    async def end(self) -> None:
        """End what runs; nothing is left of it when this returns. On the engine's loop."""
        if (task := self._task) is not None:
            self._cancel()
            await asyncio.wait([task])

    def _cancel(self) -> None:
        self._ended.set()
        if self._task is not None:
            self._task.cancel()

    async def _run(self, clean: bool) -> None:
        place: Path | None = None
        try:
            isolation = await asyncio.to_thread(lambda: self.isolation)
            place = Path(tempfile.mkdtemp(prefix="lci-verify-"))
            before = await self._preparing(place, clean, isolation)
            outcome = await self._outcome(place, isolation)
            if isinstance(outcome, Problem):
                self.problem = outcome
            else:
                lines = {each.place: before.lines[each.place] for each in outcome.findings}
                await asyncio.to_thread(self._keep, replace(before, at=time.time(), verification=outcome, lines=lines))
        except LciError as error:
            self.problem = error.problem
        except OSError as error:
            self.problem = _unwritable(error).problem
        finally:
            if place is not None:
                await asyncio.to_thread(removed, place)
            self.progress = self._task = None
            self._journal.touch()

    async def _preparing(self, place: Path, clean: bool, isolation: StockIsolation) -> Verified:
        """`_prepared`, which has ended when this has: nothing is written into a folder that is being removed."""
        work = asyncio.create_task(asyncio.to_thread(self._prepared, place, clean, isolation))
        try:
            return await asyncio.shield(work)
        finally:
            self._ended.set()
            await asyncio.wait([work])

    async def _outcome(self, place: Path, isolation: StockIsolation) -> Verification | Problem:
        from lci.runtime.verifying_apart import verification_apart

        def moved_on(done: int, cells: int) -> None:
            self.progress = Progress(done, cells)

        async def none() -> None:
            pass

        # It works as long as it is there: nobody else's need ends it.
        seat = KernelSeat(is_up=lambda: True, idle_since=lambda: None, park=none)
        capacity = self._engine.capacity
        async with capacity.reserved(seat):
            capacity.enter(seat)
        try:
            settings = self._engine.settings
            return await verification_apart(place, isolation, settings.limits, settings.home, moved_on)
        finally:
            capacity.leave(seat)

    # --- in a thread --------------------------------------------------------------------------------------------------

    def _prepared(self, place: Path, clean: bool, isolation: str) -> Verified:
        """Put the notebook and the files there; what will be known of the result, with the lines of all its cells."""
        from lci.notebook.export import notebook
        from lci.notebook.files import written
        from lci.runtime.verifying_process import NOTEBOOK

        now = arranged(self._journal.conversation)
        words = words_in(self._engine.settings.language)
        document = notebook(now, self._engine.store, clean=clean, words=words)
        code = {at: cell for at, cell in enumerate(document.cells) if cell.cell_type == "code"}
        lines = {at: f"[{cell.execution_count or ' '}] {_first_line(cell.source)}" for at, cell in code.items()}
        self.progress = Progress(0, len(code))
        written(document, place / NOTEBOOK)
        self._copy(now, place / "work")
        return Verified(state_of(now), clean, 0.0, isolation, Verification(len(code), 0), lines)

    def _copy(self, now: Conversation, folder: Path) -> None:
        """The files that a person brought, as they were before a cell changed them."""
        from lci.runtime.verifying import BYTES, FILES

        folder.mkdir()
        brought = {file.name: file.size for file in now.files.values() if file.origin != "code"}
        size = sum(brought.values())
        if len(brought) > FILES or size > BYTES:
            raise VerificationFailed(cause="files")
        if size > shutil.disk_usage(folder).free - _DISK_LEFT:
            raise StoreUnwritable(str(folder.parent.parent), os.strerror(errno.ENOSPC))
        first = first_contents(now)
        for name in {**brought, **first}:
            target = folder.joinpath(*parts_of(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileMissing, FileNotRegular, KeyError):
                if name in first:
                    target.write_bytes(self._engine.store.get(first[name]))
                    continue
                with self._workspace.open_reading(name) as source, target.open("xb") as file:
                    self._pour(source, file)

    def _pour(self, source: BinaryIO, target: BinaryIO) -> None:
        while chunk := source.read(_CHUNK):
            if self._ended.is_set():
                raise VerificationFailed(cause="ended")
            target.write(chunk)

    def _keep(self, result: Verified) -> None:
        """Remember the result; for as long as the app runs where there is no room on the disk."""
        self.result(clean=result.clean)
        self._results = {**(self._results or {}), result.clean: result}
        with contextlib.suppress(OSError), replacing.replaced(self._workspace.root / _KEPT, replacing.PRIVATE) as file:
            file.write(_RESULTS.dump_json(tuple(self._results.values())))


def noted_as_kept(document: Opened, conversation: Conversation, root: Path) -> Opened:
    """A stored conversation's whole notebook with the result that is kept in its folder, while it holds."""
    results = (each for each in _kept(root) if not each.clean and each.state == state_of(conversation))
    return next((_recorded(document, each) for each in results), document)


def _recorded(document: Opened, result: Verified) -> Opened:
    # Loaded with the first result: the app is there without it.
    from lci.notebook.verify import recorded

    return recorded(document, result.verification)


def _kept(root: Path) -> tuple[Verified, ...]:
    """What is kept there; nothing where code without walls has written something else."""
    try:
        with open_beneath(root, _KEPT) as file:
            return _RESULTS.validate_json(file.read(_LONGEST))
    except (FileMissing, FileNotRegular, OSError, ValidationError):
        return ()


def _first_line(source: str) -> str:
    return source.strip().partition("\n")[0][:80]


def _unwritable(error: OSError) -> StoreUnwritable:
    return StoreUnwritable(tempfile.gettempdir(), error.strerror or str(error))
