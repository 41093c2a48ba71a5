"""A conversation's kernel: made when first needed, its state noted in the log, looked into, replayed, parked."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import BinaryIO, TypeAlias

from lci.core import events as e
from lci.core.branch_files import foreign_files
from lci.core.code.lineage import missing, overwritten, repeatable, saved_tables
from lci.core.inspection import KeptResult, NoTable, PageRequest, TableFormat, TablePage, Variable
from lci.core.ports import ExecutionFinished, Kernel, KernelEvent
from lci.core.turns import CellStatus
from lci.errors import LciError, Problem, TableNotWritten
from lci.runtime.conversation.background import AskedOnce, Background
from lci.runtime.conversation.journal import Journal
from lci.runtime.conversation.turn_changes import undoable
from lci.runtime.conversation.work import Work
from lci.runtime.engine import Engine
from lci.runtime.kernels.background_output import BackgroundOutput
from lci.runtime.kernels.capacity import KernelSeat
from lci.runtime.kernels.replay import Replayed, replayed
from lci.workspace.workspace import Workspace

#: Seconds between two looks while a cell runs.
_LOOK_INTERVAL = 1.5
#: Seconds the model's request waits for the list of variables.
_MEMORY_DEADLINE = 0.5
#: Pages of tables kept.
_KEPT_PAGES = 50


#: Rows of a table as they are after so many cells of that start of the kernel.
_Page: TypeAlias = tuple[PageRequest, int, int]
_Requirements: TypeAlias = tuple[bool, str, str, tuple[str, ...]]


class LiveKernel:
    """The kernel of one live conversation; its coroutines run on the engine's loop."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        workspace: Workspace,
        background: Background,
        work: Work,
        drop_work: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._background = background
        self._work = work
        self._drop_work = drop_work
        self._late = BackgroundOutput(self._record_late)
        self._kernel: Kernel | None = None
        self._made_for: _Requirements = (False, "", "", ())
        #: Starts of kernels in this conversation before the present one, which counts its own from one.
        self._starts_before = 0
        self._used_at = time.monotonic()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._watch: asyncio.Task[None] | None = None
        self._clean_start = False
        #: Kernels of this conversation that are being ended: their processes are still there.
        self._ending = 0
        self._none_ends = asyncio.Event()
        self._seat = KernelSeat(lambda: self.running or self._ending > 0, self._idle_since, self._park)
        engine.capacity.enter(self._seat)
        self._cells_run = 0
        self._pages = AskedOnce(background, self._fetch, journal.touch, _KEPT_PAGES)
        #: The kernel's variables as of the last look; None while unknown.
        self.variables: tuple[Variable, ...] | None = None
        #: Tables that cells ended with and the kernel keeps, as of the last cell's end.
        self.results: tuple[KeptResult, ...] = ()
        #: Memory of its processes in bytes as of the last look.
        self.memory_bytes: int | None = None
        #: Cells done and to do while a replay runs.
        self.replaying: tuple[int, int] | None = None

    # --- state --------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a kernel process is up."""
        return self._up is not None

    @property
    def _up(self) -> Kernel | None:
        return self._kernel if self._kernel is not None and self._kernel.facts is not None else None

    @property
    def generation(self) -> int:
        """Starts of kernels in this conversation so far: the number of the present one."""
        return self._starts_before + (self._kernel.generation if self._kernel is not None else 0)

    @property
    def _start(self) -> int:
        """The start whose memory the next cell will find; 0 while no kernel is up that the settings ask for."""
        return self.generation if self.running and self._requirements() == self._made_for else 0

    @property
    def memory_is_gone(self) -> bool:
        """Whether cells of the branch in view have run whose variables no longer exist."""
        return bool(missing(self._journal.conversation, self._start))

    @property
    def overwritten(self) -> tuple[str, ...]:
        """The names of the branch in view that hold what another branch made of them."""
        return overwritten(self._journal.conversation, self._start)

    def _requirements(self) -> _Requirements:
        """What settings and files in place ask of a kernel: with anything else, the next cell gets a new one."""
        settings = self._journal.conversation.settings
        in_place = sorted(f"{name}\0{source}" for name, source in self._workspace.in_place.items())
        return settings.network, settings.environment, settings.kernel, tuple(in_place)

    @property
    def foreign_files(self) -> tuple[str, ...]:
        """The names of the files that are as another branch left them and can be had as the one in view did."""
        return tuple(change.name for change in foreign_files(self._journal.conversation) if undoable(change))

    @property
    def offers_replay(self) -> bool:
        """Whether something of the branch in view could be brought back, and nobody said no to it."""
        if self._clean_start or self._work.is_running:
            return False
        return self.lacks_variables or bool(self.foreign_files)

    @property
    def lacks_variables(self) -> bool:
        """Whether running the branch's cells again would bring some of its variables back."""
        can = bool(repeatable(self._journal.conversation.branch()))
        return can and (self.memory_is_gone or bool(self.overwritten))

    def notices(self) -> Iterator[e.Notice]:
        """What a model is to be told of the memory when a turn begins."""
        if self.memory_is_gone:
            yield e.Notice("memory_empty")
        elif names := self.overwritten:
            yield e.Notice("memory_of_another_branch", {"names": ", ".join(names)})

    # --- cells --------------------------------------------------------------------------------------------------------

    def current(self) -> Kernel:
        """The kernel for the next cell, perhaps not started yet; a new one when the settings ask for another."""
        if self._kernel is not None and self._requirements() != self._made_for:
            self._give_up(self._kernel)
        if self._kernel is None:
            settings = self._journal.conversation.settings
            return self._take(self._engine.kernel(self._workspace, settings, self._reserved))
        return self._kernel

    def adopt(self) -> None:
        """Take a kernel that was started ahead, if one fits; from any thread, before the first cell."""
        settings = self._journal.conversation.settings
        kernel = self._engine.adopted(self._workspace, settings, self._reserved)
        if kernel is not None:
            self._take(kernel)
            # From here on it is counted as this conversation's.
            self._engine.taken_over(kernel)
            self._engine.loop.call_soon_threadsafe(self._used)

    @asynccontextmanager
    async def _reserved(self) -> AsyncIterator[None]:
        # The one before works in the same folders: nothing is laid out there until it is gone.
        await self.none_ends()
        async with self._engine.capacity.reserved(self._seat):
            yield

    def _take(self, kernel: Kernel) -> Kernel:
        kernel.listen(self._heard)
        self._kernel, self._made_for = kernel, self._requirements()
        self._starts_before = self._journal.conversation.kernel.generation
        return kernel

    def _give_up(self, kernel: Kernel) -> None:
        self._background.start(self._ended(kernel))
        self._forget_memory()
        self._journal.record(e.KernelChanged("stopped", generation=self.generation))
        self._kernel = None

    async def _ended(self, kernel: Kernel) -> None:
        """End a kernel, which keeps its place until it is gone."""
        self._ending += 1
        self._none_ends.clear()
        try:
            await kernel.close()
        finally:
            self._ending -= 1
            if not self._ending:
                self._none_ends.set()

    def _forget_memory(self) -> None:
        self.variables = self.memory_bytes = None
        self.results = ()

    def started(self) -> None:
        """Take note of a cell that begins to run; variables and memory are looked at while it does."""
        self.note()
        self._cancel_timer()
        if self._watch is None:
            self._watch = self._background.start(self._watching())

    def ran(self, status: CellStatus) -> None:
        """Take note of a cell that has ended."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._kernel is not None and status != "rejected":
            self._clean_start = False
        self._cells_run += 1
        self.note()
        self._background.start(self._looked())
        self._used()

    def note(self) -> None:
        """Record that the kernel is up, when the log does not know it yet."""
        logged, facts = self._journal.conversation.kernel, self._kernel.facts if self._kernel is not None else None
        if facts is not None and (logged.status, logged.generation) != ("ready", self.generation):
            self._journal.record(e.KernelChanged("ready", facts.isolation, facts.python, self.generation))

    def interrupt(self) -> None:
        """Interrupt the running cell only; the turn goes on and the model is told."""
        self._engine.post(self._interrupted())

    async def _interrupted(self) -> None:
        if self._kernel is not None:
            await self._kernel.interrupt()

    def _heard(self, cell_id: str, event: KernelEvent) -> None:
        """Take what comes while no cell runs: output of earlier ones, or that the kernel has ended."""
        if not isinstance(event, ExecutionFinished):
            self._late.heard(cell_id, event)
        elif not self.running:
            self._cancel_timer()
            self._forget_memory()
            self._journal.record(e.KernelChanged("dead", generation=self.generation, cause=event.problem))

    def _record_late(self, cell_id: str, event: e.Event) -> None:
        turn = next((turn for turn, cell in self._journal.conversation.cells() if cell.id == cell_id), None)
        if turn is not None:
            self._journal.record(event, turn.id)

    # --- looking in ---------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Refresh variables and memory soon, if a kernel is up."""
        self._engine.post(self._looked())

    async def _looked(self) -> None:
        if (kernel := self._up) is None:
            self._forget_memory()
        else:
            variables, memory = await kernel.inspector.variables(), await kernel.inspector.memory()
            if variables is not None:
                self.variables = variables
            self.memory_bytes = memory
            if self._watch is None:
                self.results = await kernel.inspector.results()
        self._journal.touch()

    def page(self, request: PageRequest) -> TablePage | NoTable | None:
        """Rows of a table in memory, asked once; None until they are there. From any thread."""
        return self._pages.get((request, self._cells_run, self._kernel.generation if self._kernel is not None else 0))

    async def _fetch(self, page: _Page) -> TablePage | NoTable:
        kernel = self._up
        return NoTable() if kernel is None else await kernel.inspector.page(page[0])

    def written_table(self, name: str, form: TableFormat) -> BinaryIO:
        """All rows of a table in memory as a file without a name, gone when it is closed; from any thread.

        Blocks until it is there. Raises `TableNotWritten`.
        """
        return self._engine.call(self._written_table(name, form), timeout=None)

    async def _written_table(self, name: str, form: TableFormat) -> BinaryIO:
        if (kernel := self._up) is None:
            raise TableNotWritten(name, form, "gone")
        target = tempfile.TemporaryFile()  # noqa: SIM115  # the caller's to close
        try:
            async with aclosing(kernel.inspector.written_table(name, form)) as pieces:
                async for piece in pieces:
                    await asyncio.to_thread(target.write, piece)
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return target

    async def memory(self) -> tuple[Variable, ...] | None:
        """The variables in memory now, for the model; those of the last look when the kernel does not answer soon."""
        if (kernel := self._up) is None or self.memory_is_gone:
            return None
        variables = await kernel.inspector.variables(_MEMORY_DEADLINE)
        return self.variables if variables is None else variables

    async def _watching(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_INTERVAL)
            await self._looked()

    # --- starting again -----------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """Start again with empty memory; what runs is stopped first. Does not wait; a failure is recorded."""
        self._engine.post(self._restarted())

    async def _restarted(self) -> None:
        self._drop_work()
        await self._work.ended(10)
        kernel = self.current()
        self._journal.record(e.KernelChanged("starting", generation=self.generation))
        try:
            await kernel.restart()
        except LciError as error:
            self._journal.record(e.KernelChanged("dead", generation=self.generation, cause=error.problem))
            return
        self._forget_memory()
        self.note()
        await self._looked()
        self._used()

    def start_clean(self) -> None:
        """Go on without the variables of earlier cells: no replay is offered until the next cell has run."""
        self._clean_start = True
        self._journal.touch()

    async def replay(self, stop: asyncio.Event) -> None:
        """Run the successful cells of the branch in view again; how far it came is noted in its last turn."""
        cells = repeatable(self._journal.conversation.branch())
        kernel = self.current()
        turn = self._journal.conversation.branch()[-1]
        copy = ""
        brought = [file.name for file in self._journal.conversation.files.values() if file.origin != "code"]
        try:
            facts = await (kernel.start() if kernel.facts is None else kernel.restart())
            self._at(0, len(cells))
            copy = await asyncio.to_thread(self._workspace.copy, brought, facts.working_directory)
            done = await replayed(
                kernel, cells, copy, stop, lambda number: self._at(number, len(cells)),
                lambda again: saved_tables(self._journal.conversation, again),
            )  # fmt: skip
        except LciError as error:
            done = Replayed(0, len(cells), error.code)
        finally:
            self.replaying = None
            if copy:
                await asyncio.to_thread(self._workspace.drop_copy, copy)
        self.note()
        if done.cells:
            again = tuple(cell.id for cell in cells[: done.cells])
            self._journal.record(e.CellsReplayed(again, self.generation))
        self._journal.record(
            e.Notice("replayed", {"cells": done.cells, "of": done.of, "error": done.error})
            if done.error
            else e.Notice("replayed_all", {"cells": done.cells}),
            turn.id,
        )
        if done.tables:
            self._journal.record(e.Notice("tables_brought_back", {"names": ", ".join(done.tables)}), turn.id)
        await self._looked()
        self._used()
        await self._journal.durable()

    def _at(self, number: int, of: int) -> None:
        self.replaying = (number, of)
        self._journal.touch()

    # --- idleness -----------------------------------------------------------------------------------------------------

    def _idle_since(self) -> float | None:
        return None if self._work.is_running else self._used_at

    def _used(self) -> None:
        self._used_at = time.monotonic()
        self._cancel_timer()
        minutes = self._engine.settings.kernel_idle_minutes
        if minutes:
            self._idle_timer = asyncio.get_running_loop().call_later(minutes * 60, self._idle)

    def _cancel_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _idle(self) -> None:
        self._idle_timer = None
        if self._work.is_running:
            self._used()
        else:
            self._background.start(self._stopped("kernel_idle"))

    async def _park(self) -> None:
        await self._stopped("kernel_parked")
        await self.none_ends()

    async def _stopped(self, code: str) -> None:
        """End an idle kernel and say why; the next cell starts another."""
        generation = self.generation
        kernel, self._kernel = self._kernel, None
        if kernel is None:
            return
        self._cancel_timer()
        self._forget_memory()
        await self._ended(kernel)
        facts = {"minutes": self._engine.settings.kernel_idle_minutes}
        self._journal.record(e.KernelChanged("stopped", generation=generation, cause=Problem(code, facts)))

    async def none_ends(self) -> None:
        """Wait until kernels that were given up are gone: an end that is cut short leaves sockets and a process."""
        if self._ending:
            await self._none_ends.wait()

    async def close(self) -> None:
        """End the process."""
        self._cancel_timer()
        self._late.close()
        self._engine.capacity.leave(self._seat)
        if self._kernel is not None:
            await self._kernel.close()
