"""Kernels started ahead, each in a workspace of its own that a new conversation takes over with it.

A sandbox's folders are fixed at its start, but bound by what they are, not by their path: they can be renamed under
it. Without a sandbox the kernel knows its folders by name, and nothing is started ahead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from lci.core.conversation import ConversationSettings
from lci.core.ids import new_conversation_id
from lci.core.ports import Kernel
from lci.errors import LciError, TooManyKernels
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.process import KernelProcess
from lci.kernels.reaping import is_running
from lci.removal import removed
from lci.runtime.config.settings import Settings
from lci.runtime.kernels.capacity import KernelCapacity, KernelSeat
from lci.workspace.workspace import Workspace

log = logging.getLogger("lci")

#: Seconds between two looks whether the machine has time and memory for another kernel.
_INTERVAL = 0.5


@dataclass(frozen=True, slots=True)
class Ready:
    """A kernel that waits, its process and the workspace they have."""

    workspace: Workspace
    process: KernelProcess
    kernel: JupyterKernel
    seat: KernelSeat


class Warm:
    """Keeps as many kernels ready as the settings say. `adopt` from any thread, the rest on the engine's loop.

    `make` makes a kernel's process for a workspace. They take places as all others do, but none for which another is
    parked, and are the first to make room.
    """

    def __init__(
        self, settings: Settings, make: Callable[[Workspace], KernelProcess], capacity: KernelCapacity
    ) -> None:
        self._settings = settings
        self._folder = settings.home / "workspaces" / ".ahead"
        self._own = self._folder / f"{os.getpid()}-{psutil.Process().create_time():.0f}"
        self._make = make
        self._capacity = capacity
        self._ready: list[Ready] = []
        self._beginning: Ready | None = None
        #: Those adopted that still count as waiting.
        self._adopted: list[Ready] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def ready(self) -> int:
        """How many kernels wait."""
        return len(self._ready)

    async def start(self) -> None:
        """Begin to fill up."""
        self._task = asyncio.create_task(self._fill())

    def adopt(self, workspace: Workspace, settings: ConversationSettings) -> Ready | None:
        """A ready kernel whose folders became `workspace`'s; None when there is none, or none that fits.

        Only for a workspace that does not exist yet.
        """
        if settings.network or settings.environment or settings.kernel or workspace.root.exists():
            return None
        try:
            ready = self._ready.pop(0)
        except IndexError:
            return None
        self._adopted.append(ready)
        try:
            ready.workspace.root.rename(workspace.root)
        except OSError:
            log.exception("A kernel started ahead could not be taken over")
            self._ready.append(ready)
            self._adopted.remove(ready)
            return None
        return ready

    def taken_over(self, kernel: Kernel) -> None:
        """That adopted kernel counts as its conversation's."""
        for ready in [ready for ready in self._adopted if ready.kernel is kernel]:
            self._adopted.remove(ready)
            self._capacity.leave(ready.seat)

    async def close(self) -> None:
        """End what waits."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*(self._gone(ready) for ready in list(self._ready)))
        await asyncio.to_thread(removed, self._own)

    async def _fill(self) -> None:
        await asyncio.to_thread(self._clear_up)
        while True:
            for dead in [ready for ready in self._ready if ready.kernel.facts is None]:
                await self._gone(dead)
            room = psutil.virtual_memory().available > self._settings.warm_needs_gb * 1e9 and self._capacity.has_room()
            if len(self._ready) < self._settings.warm_kernels and room and self._capacity.all_idle():
                try:
                    # Someone else may take the place meanwhile.
                    with contextlib.suppress(TooManyKernels):
                        await self._one_more()
                except LciError as error:
                    # The first cell will meet the same and tell the person.
                    log.warning("No kernel can be started ahead: %s", error.code)
                    return
            await asyncio.sleep(_INTERVAL)

    async def _one_more(self) -> None:
        workspace = Workspace(self._own / new_conversation_id())
        await asyncio.to_thread(workspace.create)
        ready: Ready
        process = self._make(workspace)
        kernel = JupyterKernel(process, lambda: self._capacity.spare(ready.seat))
        # Since ever: whoever waits for a conversation goes before those that have one.
        seat = KernelSeat(
            lambda: kernel.facts is not None,
            lambda: None if ready in self._adopted else 0.0,
            lambda: self._gone(ready),
        )
        ready = Ready(workspace, process, kernel, seat)
        self._capacity.enter(seat)
        self._beginning = ready
        try:
            await kernel.start()
            await kernel.inspector.preload(self._settings.warm_imports)
            if self._beginning is ready:
                self._ready.append(ready)
        except LciError:
            # Whoever ended it meanwhile had a better use for its place.
            if self._beginning is ready:
                raise
        finally:
            self._beginning = None
            if ready not in self._ready:
                await self._ended(ready)

    async def _gone(self, ready: Ready) -> None:
        """End one that waits or is only beginning to, unless a conversation has just taken it."""
        if ready is self._beginning:
            self._beginning = None
        elif ready in self._ready:
            self._ready.remove(ready)
        else:
            return
        await self._ended(ready)

    async def _ended(self, ready: Ready) -> None:
        await ready.kernel.close()
        self._capacity.leave(ready.seat)
        await asyncio.to_thread(removed, ready.workspace.root)

    def _clear_up(self) -> None:
        """Remove the folders of servers that were killed."""
        for folder in self._folder.glob("*-*"):
            pid, _, start = folder.name.partition("-")
            if not (pid.isdecimal() and start.isdecimal() and is_running(int(pid), float(start))):
                removed(folder)
