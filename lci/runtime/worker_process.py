"""The process that reads files nobody vouches for: for each a child of its own, with that one descriptor inside walls.

Run with a socket as its standard input, over which jobs come with their descriptors. It loads what reading takes before
the first, so that a child costs a fork; it never touches a file itself, so that no file can change what the next meets.
A child that answers queries stays for others over the same files, until the app closes its end or asks of another file.
Where there is no fork it is run once for each file, which is then its standard input.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from lci.errors import FileUnreadable, LciError, Problem
from lci.kernels.launcher import confinement, supervisor, syscalls
from lci.removal import emptied
from lci.workspace.jobs import StayingJob, understood, written
from lci.workspace.progress import heard_by

#: What stands before an answer and its length, and before what was wrong: the format and the reason, as JSON. Before
#: either there may be shares of the work that is done, in thousandths.
ANSWER, PROBLEM, PROGRESS = b"=", b"!", b"%"
SHARE = struct.Struct("!H")
LENGTH = struct.Struct("!Q")
READY = b"r"
#: Length of a question and number of its descriptors, before it: where the answer goes, and the files. The first
#: descriptors come with it, each further group of as many as one message can carry with a byte of its own.
HEAD = struct.Struct("!IH")
AT_ONCE, MORE = 250, b"+"

_LOADED_AHEAD = (
    "duckdb", "pandas", "pyarrow.parquet", "pyarrow.pandas_compat", "python_calamine", "lxml.html",
    "lci.workspace.columns", "lci.workspace.pictures", "lci.workspace.delimited", "lci.workspace.typed",
    "lci.workspace.documents", "lci.workspace.jsonfiles", "lci.workspace.spreadsheets", "lci.workspace.databases",
    "lci.workspace.archives", "lci.workspace.queries",
)  # fmt: skip
_SET_DUMPABLE = 4


def main() -> None:
    """Serve until the app closes its end."""
    plan = json.loads(os.environ.pop("LCI_CONFINEMENT"))
    supervisor.die_with(plan["parent"])
    for name in _LOADED_AHEAD:
        importlib.import_module(name)
    if len(sys.argv) > 1:
        question, *further = sys.argv[1:]
        _answer(question.encode(), [Path(_copied(sys.stdin.fileno())), *map(Path, further)], sys.stdout.buffer)
        return
    if sys.platform == "linux":
        import ctypes

        # Otherwise a child that a file took over could write into this process, where the next files come by.
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    with socket.socket(fileno=0) as app:
        app.sendall(READY)
        while (received := _received(app)) is not None:
            wish, (answer, *files) = received
            child = os.fork()
            if child == 0:
                app.close()
                _work(plan, wish, files, answer)
            for descriptor in (answer, *files):
                os.close(descriptor)
            os.waitpid(child, 0)
            # Nothing of one file is left for the next.
            emptied(Path(tempfile.gettempdir()))


def _received(app: socket.socket) -> tuple[bytes, list[int]] | None:
    head, descriptors, _, _ = socket.recv_fds(app, HEAD.size, AT_ONCE)
    if len(head) < HEAD.size or len(descriptors) < 2:
        return None
    length, count = HEAD.unpack(head)
    while len(descriptors) < count:
        _, further, _, _ = socket.recv_fds(app, len(MORE), AT_ONCE)
        if not further:
            return None
        descriptors += further
    question = _exactly(app, length)
    return None if question is None else (question, descriptors)


def _question(app: socket.socket) -> bytes | None:
    """The next question of an app that has one."""
    head = _exactly(app, HEAD.size)
    return None if head is None else _exactly(app, HEAD.unpack(head)[0])


def _exactly(app: socket.socket, length: int) -> bytes | None:
    content = b""
    while len(content) < length:
        piece = app.recv(length - len(content))
        if not piece:
            return None
        content += piece
    return content


def _work(plan: dict[str, Any], question: bytes, files: list[int], answer: int) -> None:
    """In the child: put up the walls, answer, end."""
    try:
        supervisor.die_with(os.getppid())
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # The way to the app was the standard input, at which some libraries look: an empty one takes its place.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        _confined(plan, files)
        linux = sys.platform == "linux"
        paths = [Path(f"/proc/self/fd/{file}" if linux else _copied(file)) for file in files]
        with socket.socket(fileno=answer) as app, app.makefile("wb") as out:
            _answer_all(question, paths, app, out)
    finally:
        # Neither handlers nor buffers of the parent are this process's business; without an answer the app knows.
        os._exit(0)


def _answer_all(question: bytes, paths: list[Path], app: socket.socket, out: BinaryIO) -> None:
    """Answer a question and, if its kind stays, those that follow for the same files, until the app closes its end."""
    job = understood(question)
    if not isinstance(job, StayingJob):
        _answer(question, paths, out)
        return
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(job.opened(*paths))
        except LciError:
            _answer(question, paths, out)
            return
        while isinstance(job, StayingJob):
            value = job.answered(opened)
            content = written(value)
            out.write(ANSWER + LENGTH.pack(len(content)) + content)
            out.flush()
            following = None if isinstance(value, Problem) else _question(app)
            if following is None:
                return
            job = understood(following)


def _answer(question: bytes, paths: list[Path], out: BinaryIO) -> None:
    def tell(share: float) -> None:
        out.write(PROGRESS + SHARE.pack(round(1_000 * share)))
        out.flush()

    try:
        with heard_by(tell):
            answer = understood(question).performed(*paths)
    except LciError as error:
        reason = (error.format, error.reason) if isinstance(error, FileUnreadable) else ("file", error.code)
        out.write(PROBLEM + json.dumps(reason).encode())
        return
    with answer.open("rb") if isinstance(answer, Path) else io.BytesIO(answer) as content:
        out.write(ANSWER + LENGTH.pack(content.seek(0, os.SEEK_END)))
        content.seek(0)
        shutil.copyfileobj(content, out, 1 << 20)


def _confined(plan: dict[str, Any], files: list[int]) -> None:
    """Walls around this one process: what it may use, and with Landlock the files it may open."""
    walls = plan.get("landlock")
    if walls is not None:
        walls["read"].extend(f"/proc/self/fd/{file}" for file in files)
    confinement.enter(plan)
    try:
        syscalls.refuse(network=False, sandboxed=plan["sandboxed"])
    except OSError:
        # In a sandbox it is a second wall, which some systems do not have; Landlock cannot do without it.
        if walls is not None:
            raise


def _copied(file: int) -> str:
    """A path for the content of a descriptor, where the system gives open files no names."""
    with os.fdopen(os.dup(file), "rb") as source, tempfile.NamedTemporaryFile(delete=False) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return target.name


if __name__ == "__main__":
    main()
