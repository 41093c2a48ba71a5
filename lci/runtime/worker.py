"""Files read in another process, behind walls: a hostile or enormous one costs that process and never the app.

What goes there is an open descriptor, never a path: code may exchange what a path leads to while we look.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from lci.core.files import Preview
from lci.errors import FileTooSlow, FileUnreadable, InputProblem
from lci.kernels.limits import ResourceLimits
from lci.removal import removed
from lci.runtime.worker_process import ANSWER, HEAD, PROBLEM, READY
from lci.workspace.jobs import Job, PreviewJob, asked

if TYPE_CHECKING:
    from lci.kernels.enclosing import Enclosed

T = TypeVar("T")

#: Seconds a worker may need to start; loading Python from a cold disk is no fault of the file.
_START_SECONDS = 60.0
#: Bytes of an answer that are read; more is no answer.
_LONGEST_ANSWER = 256 << 20
_PIECE = 1 << 16
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

    @property
    def pid(self) -> int | None:
        """The process that runs; None while there is none."""
        return self._process.pid if self._process is not None else None

    async def run(self, job: Job[T], file: BinaryIO, seconds: float | None = None) -> T:
        """The answer of `job` for `file`, which stays the caller's to close.

        Raises `FileTooSlow`, and `FileUnreadable` for what the job raises and for no answer (`crashed`). Cancelling
        ends the process.
        """
        patience = self._seconds if seconds is None else seconds
        async with self._turn:
            try:
                answer = await (self._asked if _CAN_FORK else self._asked_once)(asked(job), file, patience)
            except TimeoutError:
                self._give_up()
                raise FileTooSlow(job.name, patience) from None
            except (OSError, EOFError):
                self._give_up()
                answer = b""
            except asyncio.CancelledError:
                self._give_up()
                raise
        if answer.startswith(PROBLEM):
            raise FileUnreadable(job.name, "file", answer[len(PROBLEM) :][:200].decode("utf-8", "replace"))
        if not answer.startswith(ANSWER):
            raise FileUnreadable(job.name, "file", "crashed")
        return await asyncio.to_thread(job.read, answer[len(ANSWER) :])

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
        process, app, scratch = self._process, self._app, self._scratch
        self._process = self._app = self._scratch = None
        if app is not None:
            app.close()
        if process is not None:
            _kill(process)
        return scratch

    async def _asked(self, question: bytes, file: BinaryIO, patience: float) -> bytes:
        app = await self._started()
        loop = asyncio.get_running_loop()
        here, there = socket.socketpair()
        with here:
            with there:
                socket.send_fds(app, [HEAD.pack(len(question))], [file.fileno(), there.fileno()])
                app.sendall(question)
            here.setblocking(False)
            pieces, length = [], 0
            async with asyncio.timeout(patience):
                while piece := await loop.sock_recv(here, _PIECE):
                    pieces.append(piece)
                    length += len(piece)
                    if length > _LONGEST_ANSWER:
                        raise EOFError
        return b"".join(pieces)

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

    async def _asked_once(self, question: bytes, file: BinaryIO, patience: float) -> bytes:
        """Where there is no fork: a process for this one file, which is its standard input."""
        begun = await self._enclosed()
        process = await asyncio.create_subprocess_exec(
            *begun.command, question.decode(), env=begun.environment, stdin=file, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_START_SECONDS + patience):
                answer, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        return answer

    async def _enclosed(self) -> Enclosed:
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="lci-worker-"))
        return await asyncio.to_thread(_enclosed, self._scratch, self._limits)


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
