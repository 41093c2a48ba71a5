"""Kernels started ahead, each in a workspace of its own that a new conversation takes over with it.

A sandbox's folders are fixed at its start, but bound by what they are, not by their path: they can be renamed under
it. Without a sandbox the kernel knows its folders by name, and nothing is started ahead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from lci.core.conversation import ConversationSettings
from lci.core.ids import new_conversation_id
from lci.errors import LciError
from lci.kernels.jupyter import JupyterKernel
from lci.workspace.workspace import Workspace

log = logging.getLogger("lci")

#: Seconds between two looks whether the machine has time and memory for another kernel.
_INTERVAL = 0.5
_PRELOAD_DEADLINE = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many kernels to keep, what they import ahead, and the free memory in bytes below which none is started."""

    count: int
    imports: tuple[str, ...]
    free_bytes: int


@dataclass(frozen=True, slots=True)
class _Ready:
    workspace: Workspace
    kernel: JupyterKernel


class Warm:
    """Keeps as many kernels ready as are `wanted`. `adopt` from any thread, the rest on the engine's loop.

    `make` makes a kernel for a workspace; `is_calm` says whether no turn runs that would feel a start.
    """

    def __init__(
        self, home: Path, wanted: Wanted, make: Callable[[Workspace], JupyterKernel], is_calm: Callable[[], bool]
    ) -> None:
        self._folder = home / "workspaces" / ".ahead"
        self._own = self._folder / f"{os.getpid()}-{psutil.Process().create_time():.0f}"
        self._wanted = wanted
        self._make = make
        self._is_calm = is_calm
        self._ready: list[_Ready] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def ready(self) -> int:
        """How many kernels wait."""
        return len(self._ready)

    def start(self) -> None:
        """Begin to fill up."""
        self._task = asyncio.create_task(self._fill())

    def adopt(self, workspace: Workspace, settings: ConversationSettings) -> JupyterKernel | None:
        """A ready kernel whose folders became `workspace`'s; None when there is none, or none that fits.

        Only for a workspace that does not exist yet.
        """
        if settings.network or settings.environment or workspace.root.exists():
            return None
        try:
            ready = self._ready.pop(0)
        except IndexError:
            return None
        try:
            ready.workspace.root.rename(workspace.root)
        except OSError:
            log.exception("A kernel started ahead could not be taken over")
            self._ready.append(ready)
            return None
        return ready.kernel if ready.kernel.facts is not None else None

    async def close(self) -> None:
        """End what waits."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*(ready.kernel.close() for ready in self._ready))
        self._ready.clear()
        await asyncio.to_thread(shutil.rmtree, self._own, ignore_errors=True)

    async def _fill(self) -> None:
        await asyncio.to_thread(self._clear_up)
        while True:
            self._ready = [ready for ready in self._ready if ready.kernel.facts is not None]
            room = psutil.virtual_memory().available > self._wanted.free_bytes
            if len(self._ready) < self._wanted.count and room and self._is_calm():
                try:
                    await self._one_more()
                except LciError as error:
                    # The first cell will meet the same and tell the person.
                    log.warning("No kernel can be started ahead: %s", error.code)
                    return
            await asyncio.sleep(_INTERVAL)

    async def _one_more(self) -> None:
        workspace = Workspace(self._own / new_conversation_id())
        await asyncio.to_thread(workspace.create)
        kernel = self._make(workspace)
        try:
            await kernel.start()
            await kernel.evaluate(f"preload({list(self._wanted.imports)!r})", _PRELOAD_DEADLINE)
        except BaseException:
            await kernel.close()
            raise
        self._ready.append(_Ready(workspace, kernel))

    def _clear_up(self) -> None:
        """Remove the folders of servers that were killed."""
        for folder in self._folder.glob("*-*"):
            pid, _, started = folder.name.partition("-")
            try:
                alive = f"{psutil.Process(int(pid)).create_time():.0f}" == started
            except (psutil.Error, ValueError):
                alive = False
            if not alive:
                shutil.rmtree(folder, ignore_errors=True)
