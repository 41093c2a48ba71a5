"""A conversation's kernel: made when first needed, its state noted in the log, looked into after each cell."""

from __future__ import annotations

from lci.core import events as e
from lci.core.outputs import Json
from lci.core.protocols import Kernel
from lci.core.turns import CellStatus
from lci.errors import EvaluationFailed, LciError
from lci.runtime.engine import Engine
from lci.runtime.journal import Journal
from lci.workspace.workspace import Workspace


class LiveKernel:
    """The kernel of one live conversation; its coroutines run on the engine's loop."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._kernel: Kernel | None = None
        #: The start of the kernel that the cells run so far have left their variables in.
        self._memory_generation = 0
        #: The kernel's variables as of the last look; None while unknown.
        self.variables: list[Json] | None = None
        #: Memory of its processes in bytes as of the last look.
        self.memory_bytes: int | None = None

    @property
    def running(self) -> bool:
        """Whether a kernel process is up."""
        return self._kernel is not None and self._kernel.facts is not None

    @property
    def memory_is_gone(self) -> bool:
        """Whether cells have run whose variables no longer exist."""
        ran = any(cell.status in ("ok", "error", "interrupted") for _, cell in self._journal.conversation.cells())
        generation = self._kernel.generation if self.running and self._kernel is not None else -1
        return ran and generation != self._memory_generation

    def current(self) -> Kernel:
        """The kernel for the next cell, perhaps not started yet."""
        if self._kernel is None:
            self._kernel = self._engine.kernel(self._workspace, self._journal.conversation.settings)
        return self._kernel

    def note(self) -> None:
        """Record that the kernel is up, when the log does not know it yet."""
        kernel = self._kernel
        if kernel is None or kernel.facts is None:
            return
        known, facts = self._journal.conversation.kernel, kernel.facts
        if (known.status, known.generation) != ("ready", kernel.generation):
            self._journal.record(e.KernelChanged("ready", facts.isolation, facts.python, kernel.generation))

    def ran(self, status: CellStatus) -> None:
        """Take note of a cell that has ended."""
        if self._kernel is not None and status != "rejected":
            self._memory_generation = self._kernel.generation if status != "died" else 0
        self.note()

    async def look(self) -> None:
        """Refresh variables and memory, if a kernel is up."""
        if self._kernel is None or self._kernel.facts is None:
            return
        try:
            found = await self._kernel.evaluate("variables()")
        except EvaluationFailed:
            found = None
        if isinstance(found, list):
            self.variables = found
        self.memory_bytes = await self._kernel.memory_bytes()
        self._journal.touch()

    async def interrupt(self) -> None:
        """Interrupt the running cell."""
        if self._kernel is not None:
            await self._kernel.interrupt()

    async def restart(self) -> None:
        """Start again with empty memory; a failure is recorded, not raised."""
        kernel = self.current()
        self._journal.record(e.KernelChanged("starting", generation=kernel.generation))
        try:
            await kernel.restart()
        except LciError as error:
            self._journal.record(e.KernelChanged("dead", generation=kernel.generation, cause=error.problem))
            return
        self.variables = None
        self.note()
        await self.look()

    async def close(self) -> None:
        """End the process."""
        if self._kernel is not None:
            await self._kernel.close()
