"""A kernel as a process of this machine: its start behind walls, its sockets, the watch over it, its end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any

import psutil
import zmq.asyncio
from jupyter_client import AsyncKernelManager

from lci.core.ports import Channels, KernelFacts
from lci.errors import KernelDied, KernelStartFailed
from lci.kernels.environments import checked
from lci.kernels.inspection import Ask, Inspection
from lci.kernels.isolation import WORKING_DIRECTORY, Policy, Survey, demanded_level
from lci.kernels.limits import Limits, usual_limits
from lci.kernels.platforms import Platform, current
from lci.kernels.provisioners.bubblewrap import BubblewrapProvisioner
from lci.kernels.provisioners.choosing import provisioner_for
from lci.kernels.provisioners.plain import PlainProvisioner
from lci.kernels.reaping import end_marked, record
from lci.kernels.session import ready
from lci.kernels.slots import Slot
from lci.kernels.watchdog import Watch, death
from lci.kernels.zmq_channels import Endpoint, ZmqChannels
from lci.removal import removed


class KernelProcess:
    """The `Place` of a kernel on this machine, bound to the folders of a slot."""

    def __init__(
        self,
        slot: Slot,
        *,
        home: Path,
        policy: Policy = "auto",
        network: bool = False,
        limits: Limits | None = None,
        survey: Survey | None = None,
        environment: str = "",
        platform: Platform | None = None,
    ) -> None:
        self._slot = slot
        self._home = home
        self._policy = policy
        self._network = network
        self._limits = usual_limits() if limits is None else limits
        self._survey = survey
        self._environment = environment
        self._platform = platform or current()
        self._context = zmq.asyncio.Context()
        self._manager: Any = None
        self._provisioner: PlainProvisioner | BubblewrapProvisioner | None = None
        self._watch: Watch | None = None
        #: The folder of its sockets and its log, while it runs.
        self.sockets: Path | None = None
        self._note: Path | None = None
        self._log: IO[bytes] | None = None

    @property
    def dead(self) -> bool:
        return self._provisioner is None or self._provisioner.exit_code is not None

    def move(self, slot: Slot) -> None:
        """The slot's folders were renamed to these; only where the kernel does not know them by name."""
        self._slot = slot
        if self._watch is not None and self.sockets is not None:
            self._watch.moved((slot.work, slot.home, slot.overlay, slot.spool, self.sockets))

    async def begin(self, pressed: Callable[[int, int], Awaitable[None]]) -> tuple[Channels, KernelFacts]:
        """Start the process; `pressed` is awaited with bytes used and allowed when its memory is nearly full.

        Raises `KernelStartFailed` or `IsolationRequired`.
        """
        level = demanded_level(self._policy, self._survey)
        environment = await asyncio.to_thread(checked, self._environment) if self._environment else None
        self._slot.create()
        await asyncio.to_thread(self._slot.empty_start_up_folders)
        # A path of a socket may be 107 bytes long at most: the data folder's own path can be longer.
        sockets = Path(tempfile.mkdtemp(prefix="lci-"))
        self.sockets = sockets
        self._log = (sockets / "kernel.log").open("w+b")
        transport = self._platform.transport(sockets)
        manager = AsyncKernelManager(
            kernel_name="python3", connection_file=str(sockets / "c.json"), context=self._context, **transport
        )
        manager.shutdown_wait_time = 2
        self._provisioner = provisioner_for(
            level, manager, self._slot, sockets, self._limits, environment, self._platform, network=self._network
        )
        manager.provisioner = self._provisioner
        self._manager = manager
        channels: Channels | None = None
        try:
            await manager.start_kernel(stdout=self._log, stderr=self._log)
            channels = ZmqChannels(manager.session, _endpoint(manager))
            info = await ready(channels, lambda: self.dead)
            self._note = record(self._home, sockets, self._provisioner.pid)
        except (OSError, RuntimeError, TimeoutError, KernelStartFailed) as error:
            reason = self._last_words() or (error.reason if isinstance(error, KernelStartFailed) else str(error))
            if channels is not None:
                channels.close()
            await self.end()
            raise KernelStartFailed(reason=reason) from error
        self._watched(sockets, pressed)
        language = info.get("language_info") or {}
        directory = WORKING_DIRECTORY if level == "bubblewrap" else str(self._slot.work)
        return channels, KernelFacts(str(language.get("version", "")), level, self._network, {}, directory)

    def _watched(self, sockets: Path, pressed: Callable[[int, int], Awaitable[None]]) -> None:
        provisioner, slot, limits = self._provisioner, self._slot, self._limits

        async def warned(used: int) -> None:
            await pressed(used, limits.memory_bytes)

        if provisioner is not None and provisioner.pid is not None:
            folders = (slot.work, slot.home, slot.overlay, slot.spool, sockets)
            self._watch = Watch(
                limits,
                folders,
                provisioner.pid,
                lambda: provisioner.send_signal(self._platform.end_signal),
                pressed=warned,
            )
            self._watch.start()

    async def end(self) -> None:
        if self._watch is not None:
            await self._watch.end()
            self._watch = None
        if self._manager is not None:
            with contextlib.suppress(ProcessLookupError, RuntimeError, TimeoutError):
                if self.dead:
                    await self._manager.cleanup_resources()
                else:
                    await self._manager.shutdown_kernel(now=True)
            self._manager = None
        if isinstance(self._provisioner, PlainProvisioner):
            await asyncio.to_thread(end_marked, self._provisioner.kernel_id)
        if self._log is not None:
            self._log.close()
            self._log = None
        if self.sockets is not None:
            await asyncio.to_thread(removed, self.sockets)
            self.sockets = None
        if self._note is not None:
            self._note.unlink(missing_ok=True)
            self._note = None
        self._provisioner = None

    def release(self) -> None:
        """Give back what was held for every start; after the last `end`."""
        self._context.destroy(linger=0)

    def _last_words(self) -> str:
        if self._log is None:
            return ""
        # By descriptor: what lies in the folder under that name may be a link by now.
        self._log.seek(max(0, self._log.seek(0, 2) - 4096))
        return self._log.read().decode("utf-8", "replace").strip().split("\n")[-1][:300]

    def cell_began(self) -> None:
        if self._watch is not None:
            self._watch.cell_began()

    def cell_ended(self) -> None:
        if self._watch is not None:
            self._watch.cell_ended()

    def death(self) -> KernelDied:
        return death(self._provisioner.exit_code if self._provisioner is not None else None, self._watch)

    async def interrupt(self) -> None:
        if self._provisioner is not None:
            await self._provisioner.send_signal(signal.SIGINT)

    async def bring(self) -> None:
        """The workspace is the kernel's own folder."""

    async def fetch(self) -> str:
        return ""

    def inspection(self, ask: Ask) -> Inspection:
        return Inspection(ask, self._memory)

    async def _memory(self) -> int | None:
        """Bytes of the kernel and all it started."""
        pid = self._provisioner.kernel_pid if self._provisioner is not None else None
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            return sum(int(p.memory_info().rss) for p in [process, *process.children(recursive=True)])
        except psutil.Error:
            return None


def _endpoint(manager: Any) -> Endpoint:
    return Endpoint(manager.transport, manager.ip, manager.shell_port, manager.control_port, manager.iopub_port)
