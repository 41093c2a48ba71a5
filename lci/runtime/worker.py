"""Files read in another process, behind walls: a hostile or enormous one costs that process and never the app.

What goes there is an open descriptor, never a path: code may exchange what a path leads to while we look.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import json
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeVar

from lci.core.files import Preview
from lci.errors import FileTooSlow, FileUnreadable, InputProblem
from lci.kernels.limits import ResourceLimits
from lci.removal import removed
from lci.runtime.worker_process import ANSWER, AT_ONCE, HEAD, LENGTH, MORE, PROBLEM, PROGRESS, READY, SHARE
from lci.workspace.jobs import Job, PreviewJob, StayingJob, asked

if TYPE_CHECKING:
    from lci.kernels.enclosing import Enclosed

T = TypeVar("T")

#: Seconds a worker may need to start; loading Python from a cold disk is no fault of the file.
_START_SECONDS = 60.0
#: Bytes of an answer that are read; more is no answer.
_LONGEST_ANSWER = 256 << 20
_PIECE = 1 << 18
#: Seconds that a child which stays waits for its next question.
_STAYS = 20.0
_CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds")


class Worker:
    """One process that does jobs one after another, each within `seconds`, for files that the caller has opened.

    It starts with the first job, at the best level of isolation there is, and again after it was ended. Belongs to one
    event loop; `close` may be called from any thread.
    """

    def __init__(self, seconds: float = 20.0, memory_bytes: int = 2 << 30) -> None:
        self._seconds = seconds
        # Files on disk, for what a library has to read twice: bounded, but not as memory is.
        self._limits = ResourceLimits(memory_bytes, processes=64, file_bytes=20 << 30)
        self._process: subprocess.Popen[bytes] | None = None
        self._app: socket.socket | None = None
        self._scratch: Path | None = None
        self._turn = asyncio.Lock()
        self._staying: _Staying | None = None
        self._leaving: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs; None while there is none."""
        return self._process.pid if self._process is not None else None

    async def run(self, job: Job[T], *files: BinaryIO, seconds: float | None = None) -> T:
        """The answer of `job` for `files`, which stay the caller's to close.

        Raises `FileTooSlow`, and `FileUnreadable` for what the job raises and for no answer (`crashed`). Cancelling
        ends the process.
        """
        answer = io.BytesIO()
        await self.fetch(job, *files, into=answer, most=_LONGEST_ANSWER, seconds=seconds)
        return await asyncio.to_thread(job.read, answer.getvalue())

    async def fetch(
        self,
        job: Job[object],
        *files: BinaryIO,
        into: BinaryIO,
        most: int,
        seconds: float | None = None,
        heard: Callable[[float], None] | None = None,
    ) -> None:
        """The same, with an answer of at most so many bytes written down as it comes, and not read.

        `heard` is called from another thread with the share of the work that is done, where the job says so.
        """
        patience = self._seconds if seconds is None else seconds
        problem = io.BytesIO()
        async with self._turn:
            try:
                answer = _Answer(into, problem, most, heard)
                await (self._asked if _CAN_FORK else self._asked_once)(job, files, patience, answer)
            except TimeoutError:
                self._give_up()
                raise FileTooSlow(job.name, patience) from None
            except (OSError, EOFError):
                self._give_up()
                raise FileUnreadable(job.name, "file", "crashed") from None
            except asyncio.CancelledError:
                self._give_up()
                raise
        if reason := problem.getvalue():
            raise _unreadable(job.name, reason)
        if not answer.whole:
            raise FileUnreadable(job.name, "file", "crashed")

    async def preview(self, job: PreviewJob, file: BinaryIO) -> Preview:
        """As `run`, with what went wrong as the preview's error."""
        try:
            return await self.run(job, file)
        except InputProblem as error:
            size = os.fstat(file.fileno()).st_size
            return dataclasses.replace(Preview(job.name, "other", size), error=error.problem)

    async def start(self) -> None:
        """Have the process wait for the first file, so that it takes no longer than the others."""
        async with self._turn:
            # What keeps it from starting is told with the first file.
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                if _CAN_FORK:
                    await self._started()

    def close(self) -> None:
        """End the process, whatever it does; the next job starts another."""
        if (scratch := self._ended()) is not None:
            removed(scratch)

    def _give_up(self) -> None:
        """The same on the loop, which what a file has left in the scratch folder must not hold up."""
        if (scratch := self._ended()) is not None:
            asyncio.get_running_loop().run_in_executor(None, removed, scratch)

    def _ended(self) -> Path | None:
        self._leave()
        process, app, scratch = self._process, self._app, self._scratch
        self._process = self._app = self._scratch = None
        if app is not None:
            app.close()
        if process is not None:
            _kill(process)
        return scratch

    async def _asked(self, job: Job[object], files: Sequence[BinaryIO], patience: float, answer: _Answer) -> None:
        question, opening = asked(job), _opening(job, files)
        if self._staying is not None:
            if opening == self._staying.opening and await self._asked_again(question, patience, answer):
                return
            # The process does one thing at a time: it waits for this child's end.
            self._leave()
        app = await self._started()
        here, there = socket.socketpair()
        with contextlib.ExitStack() as stack:
            stack.enter_context(here)
            with there:
                descriptors = [there.fileno(), *(file.fileno() for file in files)]
                head = HEAD.pack(len(question), len(descriptors))
                for first in range(0, len(descriptors), AT_ONCE):
                    socket.send_fds(app, [MORE if first else head], descriptors[first : first + AT_ONCE])
                app.sendall(question)
            here.setblocking(False)
            async with asyncio.timeout(patience):
                await _received(here, answer)
            if opening is not None and answer.whole:
                stack.pop_all()
                self._stays(_Staying(here, opening))

    async def _asked_again(self, question: bytes, patience: float, answer: _Answer) -> bool:
        """Ask the child that has stayed; whether it was there to answer."""
        assert self._staying is not None
        here, opening = self._staying
        self._wait_on()
        try:
            async with asyncio.timeout(patience):
                await asyncio.get_running_loop().sock_sendall(here, HEAD.pack(len(question), 0) + question)
                await _received(here, answer)
        except (BrokenPipeError, ConnectionResetError):
            return False
        if answer.whole:
            self._stays(_Staying(here, opening))
        elif answer.begun:
            self._leave()
        return answer.begun

    def _stays(self, staying: _Staying) -> None:
        """Keep a child for a while, counted from now."""
        self._wait_on()
        self._staying = staying
        self._leaving = asyncio.get_running_loop().call_later(_STAYS, self._leave)

    def _wait_on(self) -> None:
        """Do not end the child that has stayed while it works, nor the one after it."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _leave(self) -> None:
        """Have the child that has stayed end; what it held in memory is free."""
        self._wait_on()
        if self._staying is not None:
            self._staying.channel.close()
            self._staying = None

    async def _started(self) -> socket.socket:
        if self._app is not None and self._process is not None and self._process.poll() is None:
            return self._app
        self._give_up()
        begun = await self._enclosed()
        ours, theirs = socket.socketpair()
        with theirs:
            self._app = ours
            self._process = subprocess.Popen(
                begun.command, env=begun.environment, stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
            )  # fmt: skip
        ours.setblocking(False)
        async with asyncio.timeout(_START_SECONDS):
            if await asyncio.get_running_loop().sock_recv(ours, len(READY)) != READY:
                raise EOFError
        ours.setblocking(True)
        return ours

    async def _asked_once(self, job: Job[object], files: Sequence[BinaryIO], patience: float, answer: _Answer) -> None:
        """Where there is no fork: a process for this job, whose first file is its standard input.

        The others are there by path: they are the app's own.
        """
        file, *further = files
        begun = await self._enclosed()
        process = await asyncio.create_subprocess_exec(
            *begun.command, asked(job).decode(), *(each.name for each in further), env=begun.environment, stdin=file,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_START_SECONDS + patience):
                while piece := await process.stdout.read(_PIECE):
                    await asyncio.to_thread(answer.add, piece)
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()

    async def _enclosed(self) -> Enclosed:
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="lci-worker-"))
        return await asyncio.to_thread(_enclosed, self._scratch, self._limits)


class _Staying(NamedTuple):
    """A child that has kept open what it opened: the way to it, and which jobs it can answer."""

    channel: socket.socket
    opening: tuple[object, ...]


def _opening(job: Job[object], files: Sequence[BinaryIO]) -> tuple[object, ...] | None:
    """The same for jobs that one child can answer one after the other; None for one after which it ends.

    A file that a child has open keeps its number, so that no other can come by it. Its time changes with each use.
    """
    if not isinstance(job, StayingJob):
        return None
    states = [os.fstat(file.fileno()) for file in files]
    return job.same_opening, *((each.st_dev, each.st_ino, each.st_size) for each in states)


async def _received(channel: socket.socket, answer: _Answer) -> None:
    """All of an answer, or what comes before the other end closes."""
    while not answer.whole and (piece := await asyncio.get_running_loop().sock_recv(channel, _PIECE)):
        await asyncio.to_thread(answer.add, piece)


def answered_once(job: Job[T], path: Path, seconds: float = 60.0) -> T:
    """The answer of `job` for a file of this machine, from a worker for it alone; blocks. Raises as `Worker.run`."""

    async def answered() -> T:
        worker = Worker(seconds)
        try:
            with path.open("rb") as file:
                return await worker.run(job, file)
        finally:
            worker.close()

    try:
        return asyncio.run(answered())
    except OSError as error:
        raise FileUnreadable(path.name, "file", error.strerror or str(error)) from error


def _unreadable(name: str, written: bytes) -> FileUnreadable:
    """What was wrong, as the worker has it: nobody vouches for that, so it is cut and may be nothing."""
    try:
        match json.loads(written):
            case [str(kind), str(reason)]:
                return FileUnreadable(name, kind[:40], reason[:200])
    except (ValueError, RecursionError):
        pass
    return FileUnreadable(name, "file", "crashed")


class _Answer:
    """What a worker says, as it comes: an answer goes to one place, what was wrong to another."""

    def __init__(
        self, answer: BinaryIO, problem: BinaryIO, most: int, heard: Callable[[float], None] | None = None
    ) -> None:
        self._heard = heard
        self._answer = answer
        self._problem = problem
        self._most = most
        self._head = b""
        self._left: int | None = None

    @property
    def begun(self) -> bool:
        """Whether anything was said."""
        return self._left is not None or bool(self._head)

    @property
    def whole(self) -> bool:
        """Whether all of an answer is there: who dies while it is sent has not said it."""
        return self._left == 0

    def add(self, piece: bytes) -> None:
        """Raises `EOFError` for what is no answer, or too long for one."""
        if self._left is None:
            self._head += piece
            while self._head[:1] == PROGRESS and len(self._head) > SHARE.size:
                (share,) = SHARE.unpack_from(self._head, 1)
                self._head = self._head[1 + SHARE.size :]
                if self._heard is not None:
                    self._heard(min(share / 1_000, 1.0))
            if self._head[:1] == PROBLEM:
                self._problem.write(self._head[1:])
                self._head = PROBLEM
                if self._problem.tell() > _PIECE:
                    raise EOFError
                return
            if len(self._head) < len(ANSWER) + LENGTH.size:
                return
            (self._left,) = LENGTH.unpack_from(self._head, len(ANSWER))
            if self._head[:1] != ANSWER or self._left > self._most:
                raise EOFError
            piece = self._head[len(ANSWER) + LENGTH.size :]
        self._left -= len(piece)
        if self._left < 0:
            raise EOFError
        self._answer.write(piece)


def _enclosed(scratch: Path, limits: ResourceLimits) -> Enclosed:
    # Loaded when the first file comes: the app is there without it.
    from lci.kernels.enclosing import enclosed
    from lci.kernels.isolation import survey

    # What the person chose for kernels is no reason to open files without walls.
    return enclosed("lci.runtime.worker_process", survey().level("auto"), scratch, limits)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and the child that reads: with its group, or with the sandbox around it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
