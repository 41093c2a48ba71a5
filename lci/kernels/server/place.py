"""A kernel on a Jupyter Server: its start there, its files on both sides, its end, and what does not hold there."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import secrets
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from jupyter_client.session import Session

from lci.core.conversation import IsolationLevel
from lci.core.ports import Channels, KernelFacts, KernelGap
from lci.errors import KernelDied, KernelServerFailed, KernelServerUnknown, KernelStartFailed
from lci.kernels.inspection import Ask, Inspection
from lci.kernels.isolation import Policy
from lci.kernels.server.files import Folder, SharedFiles
from lci.kernels.server.rest import Rest, Server
from lci.kernels.server.websocket_channels import WebsocketChannels
from lci.kernels.session import Place, execution, ready

#: What a kernel on this machine keeps and one elsewhere does not.
GAPS: tuple[KernelGap, ...] = (
    "isolation", "limits", "cause_of_death", "long_outputs", "rate", "memory", "leftovers", "installing",
)  # fmt: skip
#: Seconds for what a person waits for, and between two questions whether a silent kernel is still there.
_SOON, _PULSE = 5.0, 3.0
_JOINING = 30.0

_LAUNCHER = Path(__file__).resolve().parent.parent / "launcher"
#: In the order they are loaded.
_MODULES = (
    "cell_hygiene", "streams", "displays", "interrupts", "row_orders", "inspection", "failures", "outside", "figures",
    "figure_facts", "figure_findings", "figure_notes", "installation",
)  # fmt: skip
_LOADING = """
import sys, types
for name, source in sources.items():
    module = types.ModuleType('_lci_' + name)
    module.__file__ = '/lci/' + name + '.py'
    sys.modules[module.__name__] = module
    exec(compile(source, module.__file__, 'exec'), vars(module))
sys.modules['_lci_installation'].join()
"""


def facts(server: Server, python: str = "", gaps: tuple[KernelGap, ...] = GAPS, *, vouched: bool) -> KernelFacts:
    """What is known of a kernel there, also before it runs; `vouched` is that a person trusts that server's walls."""
    level: IsolationLevel = "server" if vouched else "server_open"
    return KernelFacts(python, level, True, {}, "the folder with the user's files", server.host, gaps)


class ServedKernel(Place):
    """The `Place` of a kernel on a server; `name` is the folder it gets there, below `lci`."""

    def __init__(self, server: Server, folder: Folder, name: str, *, vouched: bool, policy: Policy = "auto") -> None:
        self._policy = policy
        self._server = server
        self._folder = folder
        self._path = f"lci/{name}"
        self._vouched = vouched
        self._rest: Rest | None = None
        self._files = SharedFiles(folder, f"{self._path}/work")
        self._shares = True
        #: Of the kernel that runs now.
        self.channels: WebsocketChannels | None = None
        self._kernel_id = ""
        self._pulse: asyncio.Task[None] | None = None

    @property
    def dead(self) -> bool:
        return self.channels is None or self.channels.ended or self.channels.lost

    async def begin(self, pressed: Callable[[int, int], Coroutine[Any, Any, None]]) -> tuple[Channels, KernelFacts]:  # noqa: ARG002
        """Start a kernel there. Raises `KernelServerFailed` or `KernelStartFailed`."""
        if not self._server.url:
            raise KernelServerUnknown(server=self._server.id)
        if self._policy == "required" and not self._vouched:
            raise self._server.failed("not_isolated")
        self._rest = Rest(self._server)
        try:
            gaps = await self._shared(self._rest)
            channels = await self._started(self._rest)
            info = await ready(channels, lambda: self.dead)
            await self._join(channels)
            self._pulse = asyncio.create_task(self._asking(self._rest, channels))
        except TimeoutError as error:
            await self.end()
            raise self._server.failed("timeout") from error
        except (KernelServerFailed, KernelStartFailed):
            await self.end()
            raise
        language = info.get("language_info")
        version = language.get("version") if isinstance(language, dict) else ""
        return channels, facts(self._server, str(version)[:20], gaps, vouched=self._vouched)

    async def _shared(self, rest: Rest) -> tuple[KernelGap, ...]:
        """Have the files there; what does not hold. A gateway has no files to share."""
        kernels = await rest.request("GET", "api/kernels")
        if not isinstance(kernels, list):
            raise self._server.failed("no_jupyter")
        try:
            await self._files.begin(rest)
        except KernelServerFailed as error:
            if error.cause != "missing":
                raise
            self._shares = False
        return GAPS if self._shares else (*GAPS, "files")

    async def _started(self, rest: Rest) -> WebsocketChannels:
        body = {"path": f"{self._path}/work"} if self._shares else {}
        kernel = await rest.request("POST", "api/kernels", {**body}, 60)
        kernel_id = kernel.get("id") if isinstance(kernel, dict) else None
        if not isinstance(kernel_id, str) or not kernel_id.replace("-", "").isalnum():
            raise self._server.failed("no_jupyter")
        self._kernel_id = kernel_id
        self.channels = WebsocketChannels(Session(key=secrets.token_bytes()), self._server, kernel_id)
        return self.channels

    async def _join(self, channels: Channels) -> None:
        """Run our source in the kernel, silently."""
        request = channels.ask("execute_request", execution(_joining_source(), silent=True))
        async with asyncio.timeout(_JOINING):
            while not self.dead:
                await channels.wait(0.1)
                await channels.published()
                for reply in await channels.replies():
                    if reply.parent == request:
                        if reply.content.get("status") == "ok":
                            return
                        name, words = reply.content.get("ename"), reply.content.get("evalue")
                        raise KernelStartFailed(reason=f"{name}: {words}"[:300])
        raise KernelStartFailed(reason="the kernel ended")

    async def end(self) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None
        rest, self._rest = self._rest, None
        channels, self.channels = self.channels, None
        if channels is not None:
            channels.close()
        if rest is None:
            return
        if self._kernel_id:
            with contextlib.suppress(KernelServerFailed):
                await rest.request("DELETE", f"api/kernels/{self._kernel_id}", seconds=_SOON)
            self._kernel_id = ""
        await rest.close()

    def death(self) -> KernelDied:
        lost = self.channels is not None and not self.channels.ended
        return KernelDied(cause="server_lost" if lost else "ended_elsewhere")

    async def interrupt(self) -> None:
        if self._rest is not None and self._kernel_id:
            with contextlib.suppress(KernelServerFailed):
                await self._rest.request("POST", f"api/kernels/{self._kernel_id}/interrupt", {}, _SOON)

    async def _asking(self, rest: Rest, channels: WebsocketChannels) -> None:
        """A kernel that someone else ended says nothing any more: the server is asked for it."""
        while not channels.ended:
            await asyncio.sleep(_PULSE)
            try:
                await rest.request("GET", f"api/kernels/{self._kernel_id}", seconds=_SOON)
            except KernelServerFailed as error:
                channels.ended = error.cause == "missing"
        channels.arrived.set()

    # --- files --------------------------------------------------------------------------------------------------------

    async def bring(self) -> None:
        if self._shares and self._rest is not None:
            await self._files.bring()

    async def fetch(self) -> str:
        if not self._shares or self._rest is None:
            return ""
        try:
            left_out = await self._files.fetch()
        except KernelServerFailed as error:
            return f"[files could not be fetched from {self._server.host}: {error.cause}]\n"
        return f"[files left on {self._server.host}, too large: {', '.join(left_out)[:500]}]\n" if left_out else ""

    # --- looking in ---------------------------------------------------------------------------------------------------

    async def memory(self) -> int | None:
        """Nobody here knows."""
        return None

    def inspection(self, ask: Ask) -> Inspection:
        return _ServedInspection(ask, self)

    async def bring_copy(self, copy: str) -> str:
        """Have the files of a copy there too; its folder's name beside that of the workspace, empty for none."""
        name = copy.lstrip(".")
        if not self._shares:
            return ""
        await self._files.copy(await asyncio.to_thread(self._folder.copied, copy), f"{self._path}/{name}")
        return name

    async def drop_copy(self, name: str) -> None:
        """Remove such a folder."""
        if self._shares:
            with contextlib.suppress(KernelServerFailed):
                await self._files.drop(f"{self._path}/{name}")


class _ServedInspection(Inspection):
    """Looks as anywhere; only a copy of the workspace has to be brought there first."""

    def __init__(self, ask: Ask, place: ServedKernel) -> None:
        super().__init__(ask, place.memory)
        self._place = place
        self._copy = ""

    async def enter_copy(self, copy: str) -> None:
        self._copy = await self._place.bring_copy(copy)
        # Where no files are shared, what is run again writes into a folder of its own at least.
        place = f"os.path.join(_WORK, '..', {self._copy!r})" if self._copy else "__import__('tempfile').mkdtemp()"
        await self._ask(f"enter_copy({place})", 10)

    async def leave_copy(self) -> None:
        await super().leave_copy()
        await self._place.drop_copy(self._copy)


@functools.cache
def _joining_source() -> str:
    """What gives a stock kernel what our launcher gives its own, run there once, before the first cell.

    Nothing of it stays in the person's namespace.
    """
    sources = {name: (_LAUNCHER / f"{name}.py").read_text("utf-8") for name in _MODULES}
    return f"exec({_LOADING!r}, {{'sources': {sources!r}}})"
