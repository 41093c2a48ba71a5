"""A Jupyter kernel as the `Kernel` Protocol wants it: completion, liveness, the interrupt ladder, restart."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil
import zmq.asyncio
from jupyter_client import AsyncKernelManager

from lci.core.outputs import Json
from lci.core.protocols import ExecutionFinished, KernelEvent, KernelFacts, MemoryHigh
from lci.errors import EvaluationFailed, KernelDied, KernelStartFailed
from lci.kernels.channels import Channels, Endpoint
from lci.kernels.environments import checked
from lci.kernels.iopub import is_idle, parent_id
from lci.kernels.isolation import WORKING_DIRECTORY, Policy, Survey, demanded_level
from lci.kernels.late import Between, Late
from lci.kernels.limits import Limits, usual_limits
from lci.kernels.messages import Message, count, value, weight
from lci.kernels.platforms import Platform, current
from lci.kernels.progress import Progress
from lci.kernels.provisioners.bubblewrap import BubblewrapProvisioner
from lci.kernels.provisioners.choosing import provisioner_for
from lci.kernels.provisioners.plain import PlainProvisioner
from lci.kernels.reaping import end_marked, record
from lci.kernels.slots import Slot
from lci.kernels.watchdog import Watch, death
from lci.removal import removed

#: Seconds an interrupted cell gets before the next step of the ladder.
GRACE = 3.0
#: Seconds between looks at the process while it says nothing.
_LIVENESS = 0.2
_START_DEADLINE = 60.0
#: Seconds that saving tables may take.
_SAVING = 30.0
#: Seconds to connect again what a cell has disconnected.
_MENDING = 2.0
#: Rounds of reading what came between two cells: a thread may never cease.
_ROUNDS = 50
#: Bytes, as weighed, of what a look brings.
_MAX_LOOK = 24_000_000
#: Bytes above which it is read beside the loop.
_LARGE_LOOK = 200_000


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
        reserve: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
        environment: str = "",
        platform: Platform | None = None,
    ) -> None:
        self._platform = platform or current()
        self._environment = environment
        self._reserve = reserve
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
        self._channels: Channels | None = None
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

    def move(self, slot: Slot, reserve: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        """The slot's folders were renamed to these; only where the kernel does not know them by name."""
        self._slot = slot
        self._reserve = reserve
        if self._watch is not None and self._sockets is not None:
            self._watch.moved((slot.work, slot.home, slot.overlay, slot.spool, self._sockets))

    # --- life ---------------------------------------------------------------------------------------------------------

    async def start(self) -> KernelFacts:
        if (facts := self.facts) is not None:
            return facts
        # The place first: whoever gives it may wait for another kernel's start or end.
        async with self._reserve(), self._starting:
            if (facts := self.facts) is not None:
                return facts
            await self._end()
            return await self._begin()

    async def restart(self) -> KernelFacts:
        async with self._reserve(), self._starting:
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
            self._channels = Channels(manager.session, _endpoint(manager))
            info = await self._ready(self._channels)
        except (OSError, RuntimeError, TimeoutError) as error:
            reason = self._last_words() or str(error)
            await self._end()
            raise KernelStartFailed(reason=reason) from error
        except KernelStartFailed as error:
            reason = self._last_words() or error.reason
            await self._end()
            raise KernelStartFailed(reason=reason) from error
        try:
            self._note = record(self._home, sockets, self._provisioner.pid)
        except OSError as error:
            await self._end()
            raise KernelStartFailed(reason=error.strerror or str(error)) from error
        self._generation += 1
        self._saved = {}
        self._watched(sockets)
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

    async def _ready(self, channels: Channels) -> dict[str, Any]:
        """Ask for kernel_info until the reply and its idle are there: then both directions work."""
        deadline = time.monotonic() + _START_DEADLINE
        await channels.open(deadline, self._dead)
        requests = {channels.ask("kernel_info_request", {})}
        asked, info, idle = time.monotonic(), None, False
        while info is None or not idle:
            await channels.wait(0.1)
            for message in await channels.replies():
                if parent_id(message) in requests:
                    info = message["content"]
            idle = any(map(is_idle, await channels.published())) or idle
            channels.waiting()
            if self._dead():
                raise KernelStartFailed(reason="the process ended")
            if time.monotonic() > deadline:
                raise TimeoutError("no answer")
            if time.monotonic() - asked > 1:
                requests.add(channels.ask("kernel_info_request", {}))
                asked = time.monotonic()
        return dict(info)

    async def _end(self) -> None:
        channels, self._channels = self._channels, None
        await self._stop_between()
        if self._watch is not None:
            await self._watch.end()
            self._watch = None
        if channels is not None:
            channels.close()
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
            await asyncio.to_thread(removed, self._sockets)
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

    # --- running code -------------------------------------------------------------------------------------------------

    def listen(self, heard: Callable[[str, KernelEvent], None]) -> None:
        self._late.heard = heard

    async def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:
        await self.start()
        async with self._shell:
            self._interrupt = _Interrupt()
            self._running = True
            self._tag = tag
            await self._stop_between()
            watch = self._watch
            if watch is not None:
                watch.cell_began()
            channels = self._channels
            try:
                async for event in self._executed(channels, source, tag):
                    yield event
            finally:
                self._running = False
                if watch is not None:
                    watch.cell_ended()
                if channels is not None and self._channels is channels and not self._dead():
                    self._between = Between(channels, self._late)

    async def _stop_between(self) -> None:
        between, self._between = self._between, None
        if between is not None:
            await between.end()

    async def _executed(self, channels: Channels | None, source: str, tag: str) -> AsyncIterator[KernelEvent]:
        """Done when the shell's reply and iopub's idle are both there; a dead process or a lost one end it too."""
        began = time.monotonic()
        if channels is None:
            yield self._ended(began)
            return
        if not await self._mended(channels):
            yield await self._given_up(began)
            return
        await self._drained(channels)
        channels.intake.refill()
        # Only one cell is ever queued: aborting the queue after an error could only hit the next one.
        request = channels.ask(
            "execute_request",
            {
                "code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
                "stop_on_error": False,
            },
        )  # fmt: skip
        self._late.began(request, tag)
        progress, unanswered = Progress(), 0
        while not progress.done:
            came = await channels.wait(_LIVENESS)
            for message in await channels.replies():
                if parent_id(message) == request:
                    progress.replied(message["content"])
            for message in self._own(await channels.published(), request):
                if (event := progress.event(message)) is not None:
                    yield event
            channels.waiting()
            if self._channels is not channels:
                yield self._ended(began)
                return
            if (not came or channels.shell_lost) and self._dead():
                yield self._death(began)
                return
            if progress.lost:
                # Whatever is wrong with it, a new connection begins with nothing that waits.
                if not progress.idle:
                    channels.drop_iopub()
                break
            # A process that ends loses its connections first.
            unanswered = unanswered + 1 if channels.shell_lost and progress.reply is None and not came else 0
            if unanswered * _LIVENESS > _MENDING or await self._climb():
                yield await self._given_up(began)
                return
        for event in progress.afterwords(channels.intake.left_out):
            yield event
        yield self._finished(progress.reply or {}, began)

    async def _mended(self, channels: Channels) -> bool:
        """Connect again what a cell has disconnected; whether all is connected."""
        if channels.whole:
            return True
        with contextlib.suppress(TimeoutError):
            await channels.open(time.monotonic() + _MENDING, self._dead)
        return channels.whole

    async def _drained(self, channels: Channels) -> None:
        """What came between the cells belongs to those before."""
        for _ in range(_ROUNDS):
            self._own(await channels.published(), "")
            if not channels.waiting():
                return
            await channels.replies()

    def _own(self, messages: Sequence[Message], request: str) -> list[Message]:
        """The messages of the running request; those of earlier ones are passed on as late."""
        own = []
        for message in messages:
            if parent_id(message) == request:
                own.append(message)
            else:
                self._late.told(message)
        return own

    def _finished(self, reply: Message, began: float) -> ExecutionFinished:
        duration = time.monotonic() - began
        number = count(reply.get("execution_count"))
        if reply.get("status") == "ok":
            return ExecutionFinished("ok", number, duration)
        # What ended the cell is known from what was asked, not from the exception's name: code can raise any.
        if self._interrupt.step > 0:
            return ExecutionFinished("interrupted", number, duration)
        return ExecutionFinished("error", number, duration)

    def _ended(self, began: float) -> ExecutionFinished:
        """The kernel was closed or restarted while the cell ran."""
        return ExecutionFinished("died", None, time.monotonic() - began, KernelDied(cause="killed").problem)

    async def _given_up(self, began: float) -> ExecutionFinished:
        """End a kernel that obeys or answers no more, if it is not dead already."""
        if self._dead():
            return self._death(began)
        await self._end()
        problem = KernelDied(cause="unresponsive", exit_code=None).problem
        return ExecutionFinished("died", None, time.monotonic() - began, problem)

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
        if self._provisioner is None or self._channels is None:
            return
        await self._provisioner.send_signal(signal.SIGINT)
        # A top-level await sleeps in the event loop, which a signal does not wake: any shell request does.
        if self._channels is not None:
            self._channels.ask("kernel_info_request", {})

    async def _climb(self) -> bool:
        """The next step of the ladder when it is due; whether there is none but to end the kernel."""
        ladder = self._interrupt
        if ladder.step == 0 or time.monotonic() - ladder.since < GRACE:
            return False
        if ladder.step == 1:
            self._interrupt = _Interrupt(2, time.monotonic())
            await self._signal()
            return False
        return True

    # --- looking in ---------------------------------------------------------------------------------------------------

    async def evaluate(self, expression: str, timeout_seconds: float = 2.0) -> Json:
        if self.facts is None:
            raise EvaluationFailed(reason="not running")
        async with self._looking:
            if self._channels is None:
                raise EvaluationFailed(reason="not running")
            return await self._evaluated(self._channels, expression, time.monotonic() + timeout_seconds)

    async def _evaluated(self, channels: Channels, expression: str, deadline: float) -> Json:
        """Ask on the control channel, which answers while a cell runs, as far as the cell lets other threads run."""
        oversized = channels.oversized_answers
        request = channels.ask_control("lci_look_request", {"expression": expression})
        while True:
            for message in await channels.answers():
                if parent_id(message) == request:
                    return await _look(message["content"])
            if channels.oversized_answers > oversized:
                raise EvaluationFailed(reason="too much")
            left = deadline - time.monotonic()
            if left <= 0 or self._dead() or self._channels is not channels:
                raise EvaluationFailed(reason="no answer in time")
            await channels.wait_for_answer(min(left, _LIVENESS))

    async def memory_bytes(self) -> int | None:
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


async def _look(content: Message) -> Json:
    """The value a look brought. Raises `EvaluationFailed`, also for what is no JSON."""
    if content.get("status") != "ok":
        raise EvaluationFailed(reason=str(content.get("ename", content.get("status", "")))[:200])
    text = str(content.get("value")).encode("utf-8", "replace")
    if weight(text) > _MAX_LOOK:
        raise EvaluationFailed(reason="too much")
    try:
        looked: Json = await asyncio.to_thread(value, text) if len(text) > _LARGE_LOOK else value(text)
    except ValueError as error:
        raise EvaluationFailed(reason="no JSON") from error
    return looked
