"""A conversation with one running kernel over its channels: cells, what comes between them, looks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol

from lci.core.outputs import Json
from lci.core.ports import Channels, ExecutionFinished, JupyterMessage, KernelEvent, KernelFacts, MemoryHigh
from lci.core.remarks import Remark
from lci.errors import EvaluationFailed, KernelDied, KernelStartFailed
from lci.kernels.inspection import Ask, Inspection
from lci.kernels.messages import count, value, weight
from lci.kernels.progress import Late, Progress

#: Seconds between looks at the kernel while it says nothing.
LIVENESS = 0.2
#: Seconds between those while it has nothing to do.
_IDLE_LIVENESS = 1.0
#: Seconds an interrupted cell gets before the next step of the ladder.
_GRACE = 3.0
_START_DEADLINE = 60.0
#: Seconds to connect again what a cell has disconnected.
_MENDING = 2.0
#: Rounds of reading what came between two cells: a thread may never cease.
_ROUNDS = 50
#: Bytes, as weighed, of what a look brings.
_MAX_LOOK = 24_000_000
#: Bytes above which it is read beside the loop.
_LARGE_LOOK = 200_000


class Place(Protocol):
    """Where a kernel runs, and can be started again and again: a process of this machine, or a server elsewhere.

    What has a body means nothing in some places.
    """

    async def begin(self, pressed: Callable[[int, int], Coroutine[Any, Any, None]]) -> tuple[Channels, KernelFacts]:
        """Start a kernel; `pressed` is awaited with bytes used and allowed when its memory is nearly full."""

    def inspection(self, ask: Ask) -> Inspection:
        """What looks into the kernels here."""

    @property
    def dead(self) -> bool:
        """Whether no kernel runs here, or no more."""

    async def interrupt(self) -> None:
        """Interrupt what the kernel does; it may not obey."""

    async def bring(self) -> None:
        """Have the workspace's files where the kernel sees them. Raises `KernelProblem`."""
        return

    async def fetch(self) -> str:
        """Have in the workspace what a cell has done to its files; a line about what could not be had."""
        return ""

    async def end(self) -> None:
        """End the kernel and all that was there for it; nothing happens when there is none."""

    def release(self) -> None:
        """Give back what was held for every start; after the last `end`."""
        return

    def death(self) -> KernelDied:
        """Why the kernel ended, as far as can be known."""

    def cell_began(self) -> None:
        """Watch more closely from here."""
        return

    def cell_ended(self) -> None:
        """Watch less closely."""
        return


async def ready(channels: Channels, dead: Callable[[], bool]) -> dict[str, Any]:
    """What a starting kernel answers to `kernel_info`, once its reply and idle are there: both directions work then.

    Raises `TimeoutError` when that takes too long, and `KernelStartFailed` when the kernel ends meanwhile.
    """
    deadline = time.monotonic() + _START_DEADLINE
    await channels.open(deadline, dead)
    requests = {channels.ask("kernel_info_request", {})}
    last, info, idle = time.monotonic(), None, False
    while info is None or not idle:
        await channels.wait(0.1)
        for message in await channels.replies():
            if message.parent in requests:
                info = message.content
        idle = any(message.is_idle for message in await channels.published()) or idle
        channels.waiting()
        if dead():
            raise KernelStartFailed(reason="the process ended")
        if time.monotonic() > deadline:
            raise TimeoutError("no answer")
        if time.monotonic() - last > 1:
            requests.add(channels.ask("kernel_info_request", {}))
            last = time.monotonic()
    return dict(info)


def execution(source: str, *, silent: bool) -> dict[str, Json]:
    """What an `execute_request` holds; a silent one counts as no cell."""
    return {
        "code": source, "silent": silent, "store_history": not silent, "user_expressions": {}, "allow_stdin": False,
        "stop_on_error": False,
    }  # fmt: skip


class _Ladder:
    """How a running cell is ended: it is interrupted, once more after a while, and then its kernel has to be ended.

    `interrupt` is one step of it.
    """

    def __init__(self, interrupt: Callable[[], Awaitable[None]]) -> None:
        self._interrupt = interrupt
        self._step = 0
        self._since = 0.0

    @property
    def begun(self) -> bool:
        """Whether the cell was interrupted at all."""
        return self._step > 0

    async def begin(self) -> None:
        """Interrupt the cell, once however often it is asked for."""
        if not self._step:
            await self._climb()

    async def exhausted(self) -> bool:
        """Take the next step when it is due; whether there is none left."""
        if not self._step or time.monotonic() - self._since < _GRACE:
            return False
        if self._step == 1:
            await self._climb()
            return False
        return True

    async def _climb(self) -> None:
        self._step, self._since = self._step + 1, time.monotonic()
        await self._interrupt()


class Session:
    """From a kernel's start to its end; one cell at a time, and looks meanwhile."""

    def __init__(self, channels: Channels, place: Place, late: Late) -> None:
        self._channels = channels
        self._place = place
        self._late = late
        self._ladder = _Ladder(self._interrupt)
        self._looking = asyncio.Lock()
        self._running = False
        self._closed = asyncio.Event()
        self._tag = ""
        #: Tables saved when memory was nearly full, with the place a cell can read them from.
        self._saved: dict[str, str] = {}
        #: Reads iopub while no cell does: only one of them may.
        self._between: asyncio.Task[None] | None = asyncio.create_task(self._read_between())

    async def close(self) -> None:
        """Read and ask nothing more; a running cell ends as one whose kernel was closed."""
        self._closed.set()
        await self._stop_between()
        self._channels.close()

    # --- cells --------------------------------------------------------------------------------------------------------

    async def execute(self, source: str, tag: str) -> AsyncGenerator[KernelEvent, None]:
        """Run a cell."""
        self._ladder = _Ladder(self._interrupt)
        self._running, self._tag = True, tag
        await self._stop_between()
        self._place.cell_began()
        try:
            async for event in self._executed(source, tag):
                yield event
        finally:
            self._running = False
            self._place.cell_ended()
            if not self._closed.is_set() and not self._place.dead:
                self._between = asyncio.create_task(self._read_between())

    async def _read_between(self) -> None:
        """Pass on what comes while no cell runs, and that the kernel has ended if it does."""
        while True:
            await self._channels.wait(_IDLE_LIVENESS)
            if self._between is None:
                return
            if self._place.dead:
                if self._late.heard is not None:
                    self._late.heard(self._tag, self._death(time.monotonic()))
                return
            # Nothing was asked: a reply is of an earlier cell, or forged.
            await self._channels.replies()
            self._own(await self._channels.published(), "")
            self._channels.waiting()

    async def _stop_between(self) -> None:
        """At once, with no message taken and lost."""
        reading, self._between = self._between, None
        if reading is not None:
            self._channels.arrived.set()
            await reading

    async def _executed(self, source: str, tag: str) -> AsyncIterator[KernelEvent]:
        """Done when the shell's reply and iopub's idle are both there; a dead kernel or a lost one end it too."""
        began, channels = time.monotonic(), self._channels
        if self._closed.is_set():
            yield died(began, CLOSED)
            return
        if not await self._mended():
            yield await self._given_up(began)
            return
        await self._drained()
        channels.cell_began()
        # Only one cell is ever queued: aborting the queue after an error could only hit the next one.
        request = channels.ask("execute_request", execution(source, silent=False))
        self._late.began(request, tag)
        progress, unanswered, probe = Progress(), 0, ""
        channels.remade()
        while not progress.done:
            came = await channels.wait(LIVENESS)
            await self._replied(progress, request, probe)
            for message in self._own(await channels.published(), request):
                if (event := progress.event(message)) is not None:
                    yield event
            channels.waiting()
            if channels.remade():
                probe = channels.ask("kernel_info_request", {})
            if self._closed.is_set():
                yield died(began, CLOSED)
                return
            if (not came or channels.shell_lost) and self._place.dead:
                yield self._death(began)
                return
            if progress.lost:
                # Whatever is wrong with it, a new connection begins with nothing that waits.
                if not progress.idle:
                    channels.drop_iopub()
                break
            # A process that ends loses its connections first.
            unanswered = unanswered + 1 if channels.shell_lost and progress.reply is None and not came else 0
            if unanswered * LIVENESS > _MENDING or await self._ladder.exhausted():
                yield await self._given_up(began)
                return
        for event in progress.afterwords(channels.left_out):
            yield event
        yield self._finished(progress.reply or {}, began)

    async def _replied(self, progress: Progress, request: str, probe: str) -> None:
        for message in await self._channels.replies():
            if message.parent == request:
                progress.replied(message.content)
            elif message.parent == probe and progress.reply is None:
                # The shell answers in order: this cell is over, and its reply was lost.
                progress.replied({"status": "error"})

    async def _mended(self) -> bool:
        """Connect again what a cell has disconnected; whether all is connected."""
        if not self._channels.whole:
            with contextlib.suppress(TimeoutError):
                await self._channels.open(time.monotonic() + _MENDING, lambda: self._place.dead)
        return self._channels.whole

    async def _drained(self) -> None:
        """What came between the cells belongs to those before."""
        for _ in range(_ROUNDS):
            self._own(await self._channels.published(), "")
            if not self._channels.waiting():
                return
            await self._channels.replies()

    def _own(self, messages: Sequence[JupyterMessage], request: str) -> list[JupyterMessage]:
        """The messages of the running request; those of earlier ones are passed on as late."""
        own = []
        for message in messages:
            if message.parent == request:
                own.append(message)
            else:
                self._late.came(message)
        return own

    def _finished(self, reply: Any, began: float) -> ExecutionFinished:
        duration = time.monotonic() - began
        number = count(reply.get("execution_count"))
        if reply.get("status") == "ok":
            return ExecutionFinished("ok", number, duration)
        # What ended the cell is known from what was asked, not from the exception's name: code can raise any.
        return ExecutionFinished("interrupted" if self._ladder.begun else "error", number, duration)

    async def _given_up(self, began: float) -> ExecutionFinished:
        """End a kernel that obeys or answers no more, if it is not dead already."""
        if self._place.dead:
            return self._death(began)
        await self.close()
        await self._place.end()
        return died(began, KernelDied(cause="unresponsive"))

    def _death(self, began: float) -> ExecutionFinished:
        return died(began, self._place.death(), (Remark("tables_saved", dict(self._saved)),) if self._saved else ())

    def saved(self, tables: dict[str, str], used_bytes: int, limit_bytes: int) -> None:
        """Take note that memory was nearly full, and what of it now lies in files."""
        self._saved.update(tables)
        if self._late.heard is not None:
            self._late.heard(self._tag, MemoryHigh(used_bytes, limit_bytes, tuple(tables)))

    # --- interrupting -------------------------------------------------------------------------------------------------

    async def interrupt(self) -> None:
        """Interrupt the running cell, if one runs."""
        if self._running:
            await self._ladder.begin()

    async def _interrupt(self) -> None:
        if self._closed.is_set() or self._place.dead:
            return
        await self._place.interrupt()
        # A top-level await sleeps in the event loop, which a signal does not wake: any shell request does.
        if not self._closed.is_set():
            self._channels.ask("kernel_info_request", {})

    # --- looking in ---------------------------------------------------------------------------------------------------

    async def look(self, expression: str, seconds: float) -> Json:
        """The JSON value of a call of the launcher's, answered also while a cell runs, if that lets threads run.

        Raises `EvaluationFailed`, also when the answer does not come in time.
        """
        async with self._looking:
            if self._closed.is_set():
                raise EvaluationFailed(reason="not running")
            deadline = time.monotonic() + seconds
            oversized = self._channels.oversized_answers
            request = self._channels.ask_control("lci_look_request", {"expression": expression})
            while True:
                for message in await self._channels.answers():
                    if message.parent == request:
                        return await _value(message)
                if self._channels.oversized_answers > oversized:
                    raise EvaluationFailed(reason="too much")
                left = deadline - time.monotonic()
                if left <= 0 or self._closed.is_set() or self._place.dead:
                    raise EvaluationFailed(reason="no answer in time")
                await self._channels.wait_for_answer(min(left, LIVENESS))


#: What becomes of a cell whose kernel was closed or restarted while it ran.
CLOSED = KernelDied(cause="killed")


def died(began: float, death: KernelDied, remarks: tuple[Remark, ...] = ()) -> ExecutionFinished:
    """The end of a cell whose kernel died."""
    return ExecutionFinished("died", None, time.monotonic() - began, death.problem, remarks)


async def _value(answer: JupyterMessage) -> Json:
    """The value a look brought. Raises `EvaluationFailed`, also for what is no JSON."""
    content = answer.content
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
