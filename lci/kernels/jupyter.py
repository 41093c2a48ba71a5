"""A Jupyter kernel as the `Kernel` Protocol wants it: completion, liveness, the interrupt ladder, restart."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import IO, Any

import psutil
import zmq
import zmq.asyncio
from jupyter_client import AsyncKernelManager

from lci.core.outputs import DisplayData, Json, StreamOutput
from lci.core.protocols import ExecutionFinished, KernelEvent, KernelFacts, MemoryHigh, OutputProduced
from lci.errors import EvaluationFailed, KernelDied, KernelStartFailed
from lci.kernels.environments import checked
from lci.kernels.iopub import MAX_DISPLAYS, kernel_event, page_text, parent_id
from lci.kernels.isolation import WORKING_DIRECTORY, Policy, Survey, demanded_level
from lci.kernels.late import Between, Late
from lci.kernels.limits import Limits, usual_limits
from lci.kernels.platforms import Platform, current
from lci.kernels.provisioners.bubblewrap import BubblewrapProvisioner
from lci.kernels.provisioners.choosing import provisioner_for
from lci.kernels.provisioners.plain import PlainProvisioner
from lci.kernels.reaping import end_marked, record
from lci.kernels.slots import Slot
from lci.kernels.watchdog import Watch, death

#: Seconds an interrupted cell gets before the next step of the ladder.
GRACE = 3.0
#: Seconds between looks at the process while it says nothing.
_LIVENESS = 0.2
#: Seconds to wait for a lost idle message once the reply is there.
_IDLE_DEADLINE = 5.0
#: The reply is sent before idle: it is late by moments only, or lost.
_REPLY_DEADLINE = 1.0
_START_DEADLINE = 60.0
#: Seconds that saving tables may take.
_SAVING = 30.0
#: Messages that may wait in our socket; times the launcher's 64 KiB chunks this stays below 32 MB.
_HIGH_WATER = 480


@dataclass(slots=True)
class _Interrupt:
    """How far the ladder has been climbed for the running cell."""

    step: int = 0
    since: float = 0.0


class JupyterKernel:
    """One kernel process, started when first needed; only the engine loop may touch it."""

    def __init__(
        self,
        slot: Slot,
        *,
        policy: Policy = "auto",
        network: bool = False,
        home: Path,
        limits: Limits | None = None,
        survey: Survey | None = None,
        make_room: Callable[[], Awaitable[None]] | None = None,
        environment: str = "",
        platform: Platform | None = None,
    ) -> None:
        self._platform = platform or current()
        self._environment = environment
        self._make_room = make_room
        self._slot = slot
        self._policy = policy
        self._limits = usual_limits() if limits is None else limits
        self._survey = survey
        self._watch: Watch | None = None
        #: Tables saved when memory was nearly full, with the place a cell can read them from.
        self._saved: dict[str, str] = {}
        self._tag = ""
        self._network = network
        self._home = home
        self._context = zmq.asyncio.Context()
        self._manager: Any = None
        self._client: Any = None
        self._provisioner: PlainProvisioner | BubblewrapProvisioner | None = None
        self._facts: KernelFacts | None = None
        self._generation = 0
        self._shell = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._late = Late()
        self._between: Between | None = None
        self._starting = asyncio.Lock()
        self._interrupt = _Interrupt()
        self._running = False
        self._sockets: Path | None = None
        self._note: Path | None = None
        self._log: IO[bytes] | None = None

    @property
    def facts(self) -> KernelFacts | None:
        if self._provisioner is None or self._provisioner.exit_code is not None:
            return None
        return self._facts

    @property
    def generation(self) -> int:
        return self._generation

    def move(self, slot: Slot, make_room: Callable[[], Awaitable[None]]) -> None:
        """The slot's folders were renamed to these; only where the kernel does not know them by name."""
        self._slot = slot
        self._make_room = make_room
        if self._watch is not None and self._sockets is not None:
            self._watch.moved((slot.work, slot.home, slot.overlay, slot.spool, self._sockets))

    # --- life ---------------------------------------------------------------------------------------------------------

    async def start(self) -> KernelFacts:
        async with self._starting:
            if self.facts is not None:
                assert self._facts is not None
                return self._facts
            await self._end()
            return await self._begin()

    async def restart(self) -> KernelFacts:
        async with self._starting:
            await self._end()
            return await self._begin()

    async def close(self) -> None:
        async with self._starting:
            await self._end()
        # Who reads a cell sees the end within one look at the process, and closes its own sockets.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * _LIVENESS), self._shell:
                pass
        self._context.destroy(linger=0)

    async def _begin(self) -> KernelFacts:
        level = demanded_level(self._policy, self._survey)
        if self._make_room is not None:
            await self._make_room()
        environment = await asyncio.to_thread(checked, self._environment) if self._environment else None
        self._slot.create()
        await asyncio.to_thread(self._slot.empty_start_up_folders)
        # A path of a socket may be 107 bytes long at most: the data folder's own path can be longer.
        sockets = Path(tempfile.mkdtemp(prefix="lci-"))
        self._sockets = sockets
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
        try:
            await manager.start_kernel(stdout=self._log, stderr=self._log)
            client = manager.client(context=self._context)
            self._client = client
            with _high_water(self._context):
                client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=True)
            client.allow_stdin = False
            info = await self._ready()
        except (OSError, RuntimeError, TimeoutError) as error:
            reason = self._last_words() or str(error)
            await self._end()
            raise KernelStartFailed(reason=reason) from error
        except KernelStartFailed as error:
            reason = self._last_words() or error.reason
            await self._end()
            raise KernelStartFailed(reason=reason) from error
        self._generation += 1
        self._saved = {}
        self._watched(sockets)
        self._note = record(self._home, sockets, self._provisioner.pid)
        language = info.get("language_info") or {}
        self._facts = KernelFacts(
            str(language.get("version", "")),
            level,
            self._network,
            {},
            WORKING_DIRECTORY if level == "bubblewrap" else str(self._slot.work),
        )
        return self._facts

    def _watched(self, sockets: Path) -> None:
        provisioner, slot = self._provisioner, self._slot
        if provisioner is not None and provisioner.pid is not None:
            folders = (slot.work, slot.home, slot.overlay, slot.spool, sockets)
            self._watch = Watch(
                self._limits,
                folders,
                provisioner.pid,
                lambda: provisioner.send_signal(self._platform.end_signal),
                pressed=self._pressed,
            )
            self._watch.start()

    async def _pressed(self, used: int) -> None:
        """Save what is large while there is still room, so that an end for want of memory costs less."""
        try:
            found = await self.evaluate("save_tables()", _SAVING)
        except EvaluationFailed:
            found = None
        saved = {str(name): str(path) for name, path in found.items()} if isinstance(found, dict) else {}
        self._saved.update(saved)
        if self._late.heard is not None:
            self._late.heard(self._tag, MemoryHigh(used, self._limits.memory_bytes, tuple(saved)))

    async def _ready(self) -> dict[str, Any]:
        """Ask for kernel_info until the reply and its idle are there: then both directions work."""
        client, deadline = self._client, time.monotonic() + _START_DEADLINE
        requests = {client.kernel_info()}
        asked, info, idle = time.monotonic(), None, False
        poller = self._poller()
        while info is None or not idle:
            events = dict(await poller.poll(100))
            if client.shell_channel.socket in events:
                message = await client.get_shell_msg(timeout=0)
                if parent_id(message) in requests:
                    info = message["content"]
            if client.iopub_channel.socket in events:
                message = await client.get_iopub_msg(timeout=0)
                idle = idle or _is_idle(message)
            if self._dead():
                raise KernelStartFailed(reason="the process ended")
            if time.monotonic() > deadline:
                raise TimeoutError("no answer")
            if time.monotonic() - asked > 1:
                requests.add(client.kernel_info())
                asked = time.monotonic()
        return dict(info)

    async def _end(self) -> None:
        client, self._client = self._client, None
        await self._stop_between()
        if self._watch is not None:
            await self._watch.end()
            self._watch = None
        # Who looks in sees within one wait that the client is gone; closing under it would cancel its task.
        async with self._looking:
            if client is not None and not self._shell.locked():
                client.stop_channels()
        if self._manager is not None:
            with contextlib.suppress(ProcessLookupError, RuntimeError, TimeoutError):
                if self._dead():
                    await self._manager.cleanup_resources()
                else:
                    await self._manager.shutdown_kernel(now=True)
            self._manager = None
        if isinstance(self._provisioner, PlainProvisioner):
            await asyncio.to_thread(end_marked, self._provisioner.kernel_id)
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._note is not None:
            self._note.unlink(missing_ok=True)
            self._note = None
        self._provisioner = None
        self._facts = None

    def _dead(self) -> bool:
        return self._provisioner is None or self._provisioner.exit_code is not None

    def _last_words(self) -> str:
        if self._log is None:
            return ""
        # By descriptor: what lies in the folder under that name may be a link by now.
        self._log.seek(max(0, self._log.seek(0, 2) - 4096))
        return self._log.read().decode("utf-8", "replace").strip().split("\n")[-1][:300]

    def _poller(self) -> zmq.asyncio.Poller:
        poller = zmq.asyncio.Poller()
        poller.register(self._client.iopub_channel.socket, zmq.POLLIN)
        poller.register(self._client.shell_channel.socket, zmq.POLLIN)
        return poller

    def _released(self, client: Any) -> None:
        """Close the sockets of a kernel that was ended while they were in use."""
        if client is not None and client is not self._client:
            client.stop_channels()

    # --- running code -------------------------------------------------------------------------------------------------

    def listen(self, heard: Callable[[str, KernelEvent], None]) -> None:
        self._late.heard = heard

    async def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:
        await self.start()
        async with self._shell:
            client = self._client
            self._interrupt = _Interrupt()
            self._running = True
            self._tag = tag
            await self._stop_between()
            watch = self._watch
            if watch is not None:
                watch.cell_began()
            try:
                async for event in self._executed(client, source, tag):
                    yield event
            finally:
                self._running = False
                if watch is not None:
                    watch.cell_ended()
                self._released(client)
                if client is not None and self._client is client and not self._dead():
                    poller = zmq.asyncio.Poller()
                    poller.register(client.iopub_channel.socket, zmq.POLLIN)
                    self._between = Between(poller, lambda: _messages(client), self._late)

    async def _stop_between(self) -> None:
        between, self._between = self._between, None
        if between is not None:
            await between.end()

    async def _executed(self, client: Any, source: str, tag: str) -> AsyncIterator[KernelEvent]:
        """Done when the shell's reply and iopub's idle are both there; a dead process or a lost one end it too."""
        began = time.monotonic()
        if client is None:
            yield self._ended(began)
            return
        await self._drained(client)
        # Only one cell is ever queued: aborting the queue after an error could only hit the next one.
        request = client.execute(source, store_history=True, allow_stdin=False, stop_on_error=False)
        self._late.began(request, tag)
        shell, iopub = client.shell_channel.socket, client.iopub_channel.socket
        poller = self._poller()
        progress = _Progress()
        while not progress.done:
            events = dict(await poller.poll(int(_LIVENESS * 1000)))
            if shell in events:
                message = await client.get_shell_msg(timeout=0)
                if parent_id(message) == request:
                    progress.replied(message["content"])
            if iopub in events:
                for message in self._own(await _messages(client), request):
                    if (event := progress.event(message)) is not None:
                        yield event
            if self._client is not client:
                yield self._ended(began)
                return
            if not events and self._dead():
                yield self._death(began)
                return
            if progress.lost:
                break
            if await self._climb():
                problem = KernelDied(cause="unresponsive", exit_code=None).problem
                yield ExecutionFinished("died", None, time.monotonic() - began, problem)
                return
        for event in progress.afterwords():
            yield event
        yield self._finished(progress.reply or {}, began)

    async def _drained(self, client: Any) -> None:
        """What came between the cells fills the queue: the new cell's first messages would be dropped."""
        while waiting := await _messages(client):
            self._own(waiting, "")

    def _own(self, messages: list[dict[str, Any]], request: str) -> list[dict[str, Any]]:
        """The messages of the running request; those of earlier ones are passed on as late."""
        own = []
        for message in messages:
            if parent_id(message) == request:
                own.append(message)
            else:
                self._late.told(message)
        return own

    def _finished(self, reply: dict[str, Any], began: float) -> ExecutionFinished:
        duration = time.monotonic() - began
        count = reply.get("execution_count")
        if reply.get("status") == "ok":
            return ExecutionFinished("ok", count, duration)
        # What ended the cell is known from what was asked, not from the exception's name: code can raise any.
        if self._interrupt.step > 0:
            return ExecutionFinished("interrupted", count, duration)
        return ExecutionFinished("error", count, duration)

    def _ended(self, began: float) -> ExecutionFinished:
        """The kernel was closed or restarted while the cell ran."""
        return ExecutionFinished("died", None, time.monotonic() - began, KernelDied(cause="killed").problem)

    def _death(self, began: float) -> ExecutionFinished:
        code = self._provisioner.exit_code if self._provisioner is not None else None
        problem = death(code, self._watch).problem
        tables = ", ".join(f"{name}: pd.read_parquet({path!r})" for name, path in self._saved.items())
        note = f"tables saved before that: {tables}" if tables else ""
        return ExecutionFinished("died", None, time.monotonic() - began, problem, note)

    # --- interrupting -------------------------------------------------------------------------------------------------

    async def interrupt(self) -> None:
        if self._running and self._interrupt.step == 0:
            self._interrupt = _Interrupt(1, time.monotonic())
            await self._signal()

    async def _signal(self) -> None:
        if self._provisioner is None or self._client is None:
            return
        await self._provisioner.send_signal(signal.SIGINT)
        # A top-level await sleeps in the event loop, which a signal does not wake: any shell request does.
        self._client.kernel_info()

    async def _climb(self) -> bool:
        """The next step of the ladder when it is due; whether the kernel had to be killed."""
        ladder = self._interrupt
        if ladder.step == 0 or time.monotonic() - ladder.since < GRACE:
            return False
        if ladder.step == 1:
            self._interrupt = _Interrupt(2, time.monotonic())
            await self._signal()
            return False
        await self._end()
        return True

    # --- looking in ---------------------------------------------------------------------------------------------------

    async def evaluate(self, expression: str, timeout_seconds: float = 2.0) -> Json:
        if self.facts is None:
            raise EvaluationFailed(reason="not running")
        async with self._looking:
            client = self._client
            if client is None:
                raise EvaluationFailed(reason="not running")
            return await self._evaluated(client, expression, time.monotonic() + timeout_seconds)

    async def _evaluated(self, client: Any, expression: str, deadline: float) -> Json:
        """Ask on the control channel, which answers while a cell runs, as far as the cell lets other threads run."""
        request = client.session.msg("lci_look_request", {"expression": expression})
        client.control_channel.send(request)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or self._dead() or self._client is not client:
                raise EvaluationFailed(reason="no answer in time")
            try:
                message = await client.get_control_msg(timeout=min(left, _LIVENESS))
            except Empty:
                continue
            if parent_id(message) == request["header"]["msg_id"]:
                return _value(message["content"])

    async def memory_bytes(self) -> int | None:
        pid = self._provisioner.kernel_pid if self._provisioner is not None else None
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            return sum(int(p.memory_info().rss) for p in [process, *process.children(recursive=True)])
        except psutil.Error:
            return None


async def _messages(client: Any) -> list[dict[str, Any]]:
    """What iopub has now, a batch at most."""
    found: list[dict[str, Any]] = []
    while len(found) < 200:
        try:
            found.append(await client.get_iopub_msg(timeout=0))
        except Empty:
            break
        except ValueError:
            # Not signed by this kernel's own session, or no message at all.
            continue
    return found


@dataclass(slots=True)
class _Progress:
    """How much of a cell's end has arrived."""

    reply: dict[str, Any] | None = None
    idle: bool = False
    displays: int = 0
    half: float = 0.0

    @property
    def done(self) -> bool:
        return self.reply is not None and self.idle

    @property
    def lost(self) -> bool:
        """One half of the end is there and the other does not come: it was dropped on the way."""
        if self.reply is None and not self.idle:
            return False
        return not self.done and time.monotonic() - self.half > (_IDLE_DEADLINE if self.reply else _REPLY_DEADLINE)

    def replied(self, content: dict[str, Any]) -> None:
        self.reply, self.half = content, time.monotonic()

    def event(self, message: dict[str, Any]) -> KernelEvent | None:
        """The event of a message of this cell, unless it is one display too many."""
        if _is_idle(message) and not self.idle:
            self.idle, self.half = True, time.monotonic()
        event = kernel_event(message)
        if isinstance(event, OutputProduced) and isinstance(event.output, DisplayData):
            self.displays += 1
            if self.displays > MAX_DISPLAYS:
                return None
        return event

    def afterwords(self) -> list[KernelEvent]:
        """What is known only at the end: displays left out, and the text of `obj?`."""
        made: list[KernelEvent] = []
        if self.displays > MAX_DISPLAYS:
            left = self.displays - MAX_DISPLAYS
            made.append(OutputProduced(StreamOutput("stderr", f"[{left} further displays left out]\n")))
        if page := page_text(self.reply or {}):
            made.append(OutputProduced(StreamOutput("stdout", page + "\n")))
        return made


def _is_idle(message: dict[str, Any]) -> bool:
    return bool(message["header"]["msg_type"] == "status" and message["content"].get("execution_state") == "idle")


def _value(content: dict[str, Any]) -> Json:
    if content.get("status") != "ok":
        raise EvaluationFailed(reason=str(content.get("ename", content.get("status", ""))))
    value: Json = json.loads(str(content.get("value")))
    return value


@contextlib.contextmanager
def _high_water(context: zmq.asyncio.Context) -> Any:
    """Sockets made inside get our limit; the option counts only before a socket connects."""
    context.setsockopt(zmq.RCVHWM, _HIGH_WATER)
    try:
        yield
    finally:
        context.setsockopt(zmq.RCVHWM, 1000)
