"""A kernel as a process of this machine: its start behind walls, its sockets, the watch over it, its end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import IO, Any

import psutil
import zmq.asyncio
from jupyter_client import AsyncKernelManager

from lci.core.conversation import LocalIsolation
from lci.core.ports import Channels, KernelFacts
from lci.errors import KernelDied, KernelStartFailed
from lci.kernels.environments import Checked, checked
from lci.kernels.inspection import Ask, Inspection
from lci.kernels.isolation import WORKING_DIRECTORY, Policy, Survey, survey
from lci.kernels.limits import ResourceLimits, usual_limits
from lci.kernels.platforms import Platform, current
from lci.kernels.provisioners.bubblewrap import BubblewrapProvisioner
from lci.kernels.provisioners.plain import (
    LandlockProvisioner,
    LauncherProvisioner,
    PlainProvisioner,
    write_matplotlib_settings,
)
from lci.kernels.provisioners.walls import interpreter_prefixes
from lci.kernels.reaping import end_marked, note_of, record
from lci.kernels.session import Place, ready
from lci.kernels.slots import Slot
from lci.kernels.watchdog import Watch, death
from lci.kernels.zmq_channels import Endpoint, ZmqChannels
from lci.removal import removed


class KernelProcess(Place):
    """The `Place` of a kernel on this machine, bound to the folders of a slot."""

    def __init__(
        self,
        slot: Slot,
        *,
        home: Path,
        policy: Policy = "auto",
        network: bool = False,
        limits: ResourceLimits | None = None,
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
        #: What ends the process and takes away what was there for it, the last thing first.
        self._endings = contextlib.AsyncExitStack()
        self._provisioner: LauncherProvisioner | None = None
        self._watch: Watch | None = None
        #: The folder of its sockets and its log, while it runs.
        self.sockets: Path | None = None
        self._log: IO[bytes] | None = None

    @property
    def dead(self) -> bool:
        return self._provisioner is None or self._provisioner.exit_code is not None

    def move(self, slot: Slot) -> None:
        """The slot's folders were renamed to these; only where the kernel does not know them by name."""
        self._slot = slot
        if self._watch is not None and self.sockets is not None:
            self._watch.moved((*slot.folders, self.sockets))

    async def begin(self, pressed: Callable[[int, int], Coroutine[Any, Any, None]]) -> tuple[Channels, KernelFacts]:
        """Start the process; `pressed` is awaited with bytes used and allowed when its memory is nearly full.

        Raises `KernelStartFailed` or `IsolationRequired`.
        """
        level = (self._survey or survey()).level(self._policy)
        environment = await asyncio.to_thread(checked, self._environment) if self._environment else None
        self._slot.create()
        await asyncio.to_thread(self._slot.empty_start_up_folders)
        # A path of a socket may be 107 bytes long at most: the data folder's own path can be longer.
        sockets = self.sockets = Path(tempfile.mkdtemp(prefix="lci-"))
        self._endings.callback(note_of(self._home, sockets).unlink, missing_ok=True)
        self._endings.push_async_callback(asyncio.to_thread, removed, sockets)
        self._log = self._endings.enter_context((sockets / "kernel.log").open("w+b"))
        transport = self._platform.transport(sockets)
        manager = AsyncKernelManager(
            kernel_name="python3", connection_file=str(sockets / "c.json"), context=self._context, **transport
        )
        manager.shutdown_wait_time = 2
        slot = await asyncio.to_thread(self._slot.laid_out, level)
        provisioner = self._new_provisioner(level, manager, slot, sockets, environment)
        self._provisioner = manager.provisioner = provisioner
        self._endings.push_async_callback(self._end_process, manager)
        try:
            await manager.start_kernel(stdout=self._log, stderr=self._log)
            ports = {name: getattr(manager, f"{name}_port") for name in ("shell", "control", "iopub")}
            channels = ZmqChannels(manager.session, Endpoint(manager.transport, manager.ip, ports))
            self._endings.callback(channels.close)
            info = await ready(channels, lambda: self.dead)
            record(self._home, sockets, provisioner.pid)
        except (OSError, RuntimeError, TimeoutError, KernelStartFailed) as error:
            reason = self._last_words() or (error.reason if isinstance(error, KernelStartFailed) else str(error))
            await self.end()
            raise KernelStartFailed(reason=reason) from error
        assert provisioner.pid is not None
        self._watch = Watch(
            self._limits,
            (*self._slot.folders, sockets),
            provisioner.pid,
            lambda: provisioner.send_signal(self._platform.end_signal),
            pressed=pressed,
        )
        self._watch.start()
        self._endings.push_async_callback(self._watch.end)
        language = info.get("language_info") or {}
        directory = WORKING_DIRECTORY if level == "bubblewrap" else str(self._slot.work)
        return channels, KernelFacts(str(language.get("version", "")), level, self._network, {}, directory)

    def _new_provisioner(
        self, level: LocalIsolation, manager: Any, slot: Slot, sockets: Path, environment: Checked | None
    ) -> LauncherProvisioner:
        """What starts and ends the process; without an `environment` it runs in the app's own Python."""
        kinds = {"bubblewrap": BubblewrapProvisioner, "landlock": LandlockProvisioner}
        prefixes = interpreter_prefixes()
        if environment is not None:
            prefixes = [place for place in environment.places if place != "/usr" and not place.startswith("/usr/")]
        write_matplotlib_settings(sockets)
        return kinds.get(level, PlainProvisioner)(
            parent=manager,
            kernel_id=sockets.name,
            kernel_spec=manager.kernel_spec,
            python=sys.executable if environment is None else environment.python,
            slot=slot,
            sockets=sockets,
            prefixes=prefixes,
            network=self._network,
            limits=self._limits,
            platform=self._platform,
        )

    async def end(self) -> None:
        await self._endings.aclose()
        self._watch = self._log = self.sockets = self._provisioner = None

    async def _end_process(self, manager: AsyncKernelManager) -> None:
        with contextlib.suppress(ProcessLookupError, RuntimeError, TimeoutError):
            if self.dead:
                await manager.cleanup_resources()
            else:
                await manager.shutdown_kernel(now=True)
        if isinstance(self._provisioner, PlainProvisioner):
            await asyncio.to_thread(end_marked, self._provisioner.kernel_id)

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
