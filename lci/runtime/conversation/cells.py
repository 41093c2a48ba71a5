"""Cells started by the person: one of them, it and all below, those that are out of date, all for their variables."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lci.agent.cell_run import executed
from lci.core import events as e
from lci.core.code.installs import packages
from lci.core.code.staleness import affected
from lci.core.ids import new_call_id, new_turn_id
from lci.core.notebook_cells import CodeCell, home, notebook_cells, ran_cells
from lci.core.ports import Runs
from lci.core.remarks import Remark
from lci.core.turns import Author, Cell, TurnEnding
from lci.errors import LciError
from lci.runtime.conversation.journal import Journal
from lci.runtime.conversation.kernel import LiveKernel
from lci.runtime.conversation.work import Work
from lci.runtime.engine import Engine


@dataclass(frozen=True, slots=True)
class Cells:
    """Runs them again, from any thread; nothing happens while a turn runs.

    `installing` carries out cells that only install packages, `after` does what follows from an event of a turn,
    `watching` notes the files as they are before one, `bring_back` has them be as the branch in view left them.
    """

    engine: Engine
    journal: Journal
    kernel: LiveKernel
    work: Work
    installing: Callable[[], Runs]
    after: Callable[[e.Event, str], Awaitable[None]]
    watching: Callable[[], Awaitable[None]]
    bring_back: Callable[[], Awaitable[None]]

    def run(self, cell_id: str, source: str) -> None:
        """Run a finished cell again, perhaps with other source, or one of the notebook for the first time.

        Its outputs are replaced.
        """
        self.engine.call(self._start({cell_id: source}))

    def keep(self, source: str, prompt: str) -> None:
        """Run a person's own code as a turn of its own, which no model answers; `prompt` says what it is.

        Nothing happens while a turn runs.
        """
        self.engine.call(self._start_kept(source, prompt))

    def run_from(self, cell_id: str) -> None:
        """Run that cell of the notebook and all after it as they stand, in order, until one fails."""
        cells = notebook_cells(self.journal.conversation)
        following = itertools.dropwhile(lambda cell: cell.id != cell_id, cells)
        sources = {each.id: each.source for each in following if isinstance(each, CodeCell) and each.source.strip()}
        self.engine.call(self._start(sources))

    def run_stale(self) -> None:
        """Run the cells that are out of date, and those they need or would undo, in order, until one fails."""
        cells = ran_cells(self.journal.conversation)
        self.engine.call(self._start({cell.id: cell.source for cell in affected(cells)}))

    def replay(self) -> None:
        """Have the files of the branch in view back, then its variables.

        For those its successful cells run again in a copy of the workspace. Does not wait; stopping ends it.
        """
        self.engine.call(self._start_replay())

    async def _start_kept(self, source: str, prompt: str) -> None:
        await self.work.settled()
        if self.work.is_running:
            return
        turn_id, cell = new_turn_id(), Cell(new_call_id(), 0, source, author="person")
        now = self.journal.conversation
        self.journal.record(e.TurnStarted(prompt, now.waiting_files(now.head), now.head), turn_id)
        if not now.title:
            self.journal.record(e.ConversationChanged(title=prompt), turn_id)
        self.work.begin(lambda stop: self._run_kept(turn_id, cell, stop))

    async def _run_kept(self, turn_id: str, cell: Cell, stop: asyncio.Event) -> None:
        ending: TurnEnding = "lost"
        try:
            await self.watching()
            await self._ran_well(turn_id, cell, cell.source, stop)
            ending = "stopped" if stop.is_set() else "done"
        finally:
            self.journal.record(e.TurnEnded(ending), turn_id)
        await self.after(e.TurnEnded(ending), turn_id)

    async def _start(self, sources: dict[str, str]) -> None:
        await self.work.settled()
        if self.work.is_running:
            return
        every = {cell.id: (turn.id, cell) for turn, cell in self.journal.conversation.cells()}
        own = self.journal.conversation.arrangement.own
        cells = [
            every.get(cell_id) or (self._home(cell_id), Cell(cell_id, 0, source, author="person"))
            for cell_id, source in sources.items()
            if cell_id in every or own.get(cell_id) == "code"
        ]
        if cells:
            self.work.begin(lambda stop: self._run_each(cells, sources, stop), again=True)

    def _home(self, cell_id: str) -> str:
        """The turn that a cell of the person's own is recorded with; one that asks nothing where there is none."""
        turn = home(self.journal.conversation, cell_id)
        if turn is not None:
            return turn.id
        turn_id, now = new_turn_id(), self.journal.conversation
        self.journal.record(e.TurnStarted("", now.waiting_files(None)), turn_id)
        self.journal.record(e.TurnEnded("done"), turn_id)
        return turn_id

    async def _run_each(self, cells: list[tuple[str, Cell]], sources: dict[str, str], stop: asyncio.Event) -> None:
        for turn_id, cell in cells:
            if not await self._ran_well(turn_id, cell, sources[cell.id], stop):
                return

    async def _ran_well(self, turn_id: str, cell: Cell, source: str, stop: asyncio.Event) -> bool:
        ended = ""
        try:
            runs, started = await self._begins(cell, source)
            if cell.outputs:
                self.journal.record(e.OutputsCleared(cell.id), turn_id)
            async for event in executed(runs, started, stop):
                self.journal.record(event, turn_id)
                await self.after(event, turn_id)
                ended = event.status if isinstance(event, e.CellFinished) else ended
        except LciError as error:
            remarks = (Remark("death", {"cause": error.code}),)
            self.journal.record(e.CellFinished(cell.id, "died", remarks=remarks), turn_id)
        except asyncio.CancelledError:
            self.journal.record(e.CellFinished(cell.id, "interrupted"), turn_id)
            raise
        return ended == "ok"

    async def _begins(self, cell: Cell, source: str) -> tuple[Runs, e.CellStarted]:
        """What carries out a cell, and how that begins."""
        author: Author = cell.author if source == cell.source else "person"
        if packages(source) is not None and not self.journal.conversation.settings.kernel:
            return self.installing(), e.CellStarted(cell.id, source, author)
        kernel = self.kernel.current()
        await kernel.start()
        return kernel, e.CellStarted(cell.id, source, author, self.kernel.generation)

    async def _start_replay(self) -> None:
        await self.work.settled()
        if not self.work.is_running and self.journal.conversation.turns:
            self.work.begin(self._replayed, again=True)

    async def _replayed(self, stop: asyncio.Event) -> None:
        # Those first: the cells read what the person brought, which another branch may have changed.
        await self.bring_back()
        if self.kernel.lacks_variables:
            await self.kernel.replay(stop)
