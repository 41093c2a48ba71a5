"""A conversation's notebook verified in the background (B50): how far that has come, and what came of it at last.

The result is kept beside the workspace, where no isolated cell reaches, and holds until there are further cells or
other files.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from lci import replacing
from lci.core.conversation import Conversation
from lci.core.notebook_cells import arranged
from lci.errors import (
    FileMissing,
    FileNotRegular,
    Problem,
)
from lci.notebook.verification import Verification
from lci.notebook.words import words_in
from lci.runtime.conversation.apart import Apart, Progress
from lci.runtime.conversation.inputs import Inputs, seated
from lci.runtime.conversation.journal import Journal
from lci.runtime.engine import Engine
from lci.workspace.beneath import open_beneath
from lci.workspace.workspace import Workspace

if TYPE_CHECKING:
    from lci.kernels.stock import StockIsolation
    from lci.notebook.verify import Opened

_KEPT = "verified.json"
#: Bytes of it that are read.
_LONGEST = 32 << 20
#: Files that are looked at for each drawing of a page.
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of verifying one notebook of a conversation that was in that `state`, at that time.

    `lines` are the numbers and first lines of the cells that differ, by their places; `clean` says which notebook it
    was, `cells` of its cells alone what `state` says of cells and files.
    """

    state: str
    clean: bool
    at: float
    isolation: str
    verification: Verification
    lines: Mapping[int, str] = field(default_factory=dict)
    cells: str = ""


_RESULTS = TypeAdapter(tuple[Verified, ...])


def state_of(conversation: Conversation) -> str:
    """What a notebook's cells and inputs come of, as a digest: with any other one, a result says nothing."""
    digest = hashlib.sha256(_state_of_cells(conversation).encode())
    for file in conversation.files.values():
        if file.origin != "code":
            digest.update(repr((file.name, file.size, file.modified)).encode("utf-8", "replace"))
    return digest.hexdigest()


def _state_of_cells(conversation: Conversation) -> str:
    digest = hashlib.sha256()
    for turn in arranged(conversation).branch():
        for cell in turn.cells:
            facts = cell.id, cell.source, cell.status, cell.execution_count, cell.started_at
            digest.update(repr(facts).encode("utf-8", "replace"))
    return digest.hexdigest()


def _changed(now: Conversation, workspace: Workspace) -> bool:
    """Whether files that a person brought, of the first ones, were changed by hand or by another program."""
    brought = [file for file in now.files.values() if file.origin != "code" and not file.source][:_LOOKED_AT]
    states = workspace.states([file.name for file in brought])
    sizes_and_times = {name: (size, time_ns / 1e9) for name, (size, time_ns) in states.items()}
    return any(sizes_and_times.get(file.name) != (file.size, file.modified) for file in brought)


class Verifying:
    """That of one live conversation; from any thread but the engine's."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace, apart: Apart) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._apart = apart
        self._results: dict[bool, Verified] | None = None
        self._state: tuple[Conversation, str] | None = None

    @property
    def progress(self) -> Progress | None:
        """How far it has come; None while nothing runs."""
        return self._apart.progress

    @property
    def problem(self) -> Problem | None:
        """Why the last one came to nothing."""
        return self._apart.problem

    @property
    def isolation(self) -> StockIsolation:
        """What will be between the notebook's code and the machine. Raises `IsolationRequired`."""
        from lci.kernels.stock import stock_isolation

        return stock_isolation(self._engine.settings.isolation)

    def start(self, *, clean: bool) -> None:
        """Verify the notebook of the conversation as it is now, unless one is being verified; does not wait."""
        self._apart.start(lambda place: self._run(place, clean))

    def cancel(self) -> None:
        """End what runs, and leave nothing of it; does not wait."""
        self._apart.cancel()

    def result(self, *, clean: bool) -> Verified | None:
        """What came of it last, for that notebook; see `holds`."""
        if self._results is None:
            self._results = {each.clean: each for each in _kept(self._workspace.root)}
        return self._results.get(clean)

    def holds(self, result: Verified) -> bool:
        """Whether the conversation still is as it was verified, and its first files are as they were then."""
        now = self._journal.conversation
        if self._state is None or self._state[0] is not now:
            self._state = (now, state_of(now))
        return self._state[1] == result.state and not _changed(now, self._workspace)

    def noted(self, document: Opened, *, clean: bool) -> Opened:
        """The notebook with the result in its metadata, while it holds."""
        result = self.result(clean=clean)
        return document if result is None or not self.holds(result) else _recorded(document, result)

    async def end(self) -> None:
        """End what runs; nothing is left of it when this returns. On the engine's loop."""
        await self._apart.end()

    async def _run(self, place: Path, clean: bool) -> Problem | None:
        from lci.runtime.verifying_apart import verification_apart

        isolation = await asyncio.to_thread(lambda: self.isolation)
        before = await self._apart.prepared(lambda: self._prepared(place, clean, isolation))
        settings = self._engine.settings
        async with seated(self._engine):
            outcome = await verification_apart(place, isolation, settings.limits, settings.home, self._apart.moved_on)
        if isinstance(outcome, Problem):
            return outcome
        lines = {each.place: before.lines[each.place] for each in outcome.findings}
        await asyncio.to_thread(self._keep, replace(before, at=time.time(), verification=outcome, lines=lines))
        return None

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
        self._apart.moved_on(0, len(code))
        cells, earlier = _state_of_cells(now), self.result(clean=clean)
        if earlier is not None and earlier.cells == cells:
            # These outputs are of the inputs that it names.
            document = _recorded(document, earlier)
        written(document, place / NOTEBOOK)
        Inputs(now, self._workspace, self._engine.store, self._apart.ended).copied(place / "work")
        return Verified(state_of(now), clean, 0.0, isolation, Verification(len(code), 0), lines, cells)

    def _keep(self, result: Verified) -> None:
        """Remember the result; for as long as the app runs where there is no room on the disk."""
        self.result(clean=result.clean)
        self._results = {**(self._results or {}), result.clean: result}
        with contextlib.suppress(OSError), replacing.replaced(self._workspace.root / _KEPT, replacing.PRIVATE) as file:
            file.write(_RESULTS.dump_json(tuple(self._results.values())))


def noted_as_kept(document: Opened, conversation: Conversation, root: Path) -> Opened:
    """A stored conversation's whole notebook with the result that is kept in its folder, while it holds."""
    results = [each for each in _kept(root) if not each.clean and each.state == state_of(conversation)]
    return _recorded(document, results[0]) if results and not _changed(conversation, Workspace(root)) else document


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
