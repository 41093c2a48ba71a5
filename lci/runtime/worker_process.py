"""The process that reads files nobody vouches for: for each a child of its own, with that one descriptor inside walls.

Run with a socket as its standard input, over which jobs come with their descriptors. It loads what reading takes before
the first, so that a child costs a fork; it never touches a file itself, so that no file can change what the next meets.
Where there is no fork it is run once for each file, which is then its standard input.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from lci.errors import LciError
from lci.kernels.launcher import confinement, supervisor, syscalls
from lci.removal import emptied
from lci.workspace.jobs import understood

#: What stands before an answer, and before the one line that says what was wrong.
ANSWER, PROBLEM = b"=", b"!"
READY = b"r"
#: Length of a question, before it; its descriptors, the file and where the answer goes, come with its first byte.
HEAD = struct.Struct("!I")

_LOADED_AHEAD = (
    "duckdb", "pandas", "pyarrow.parquet", "python_calamine", "lxml.html", "lci.workspace.columns",
    "lci.workspace.pictures", "lci.workspace.delimited", "lci.workspace.documents", "lci.workspace.jsonfiles",
    "lci.workspace.spreadsheets", "lci.workspace.databases", "lci.workspace.archives",
)  # fmt: skip
_SET_DUMPABLE = 4


def main() -> None:
    """Serve until the app closes its end."""
    plan = json.loads(os.environ.pop("LCI_CONFINEMENT"))
    supervisor.die_with(plan["parent"])
    for name in _LOADED_AHEAD:
        importlib.import_module(name)
    if len(sys.argv) > 1:
        sys.stdout.buffer.write(_answered(sys.argv[1].encode(), Path(_copied(sys.stdin.fileno()))))
        return
    if sys.platform == "linux":
        import ctypes

        # Otherwise a child that a file took over could write into this process, where the next files come by.
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    with socket.socket(fileno=0) as app:
        app.sendall(READY)
        while (received := _received(app)) is not None:
            question, file, answer = received
            child = os.fork()
            if child == 0:
                app.close()
                _work(plan, question, file, answer)
            os.close(file)
            os.close(answer)
            os.waitpid(child, 0)
            # Nothing of one file is left for the next.
            emptied(Path(tempfile.gettempdir()))


def _received(app: socket.socket) -> tuple[bytes, int, int] | None:
    head, descriptors, _, _ = socket.recv_fds(app, HEAD.size, 2)
    if len(head) < HEAD.size or len(descriptors) != 2:
        return None
    (length,) = HEAD.unpack(head)
    question = b""
    while len(question) < length:
        piece = app.recv(length - len(question))
        if not piece:
            return None
        question += piece
    return question, descriptors[0], descriptors[1]


def _work(plan: dict[str, Any], question: bytes, file: int, answer: int) -> None:
    """In the child: put up the walls, answer, end."""
    try:
        supervisor.die_with(os.getppid())
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _confined(plan, file)
        with os.fdopen(answer, "wb") as out:
            out.write(_answered(question, Path(f"/proc/self/fd/{file}" if sys.platform == "linux" else _copied(file))))
    finally:
        # Neither handlers nor buffers of the parent are this process's business; without an answer the app knows.
        os._exit(0)


def _answered(question: bytes, path: Path) -> bytes:
    try:
        return ANSWER + understood(question).performed(path)
    except LciError as error:
        return PROBLEM + str(error).encode("utf-8", "replace")


def _confined(plan: dict[str, Any], file: int) -> None:
    """Walls around this one process: what it may use, and with Landlock the one file it may open."""
    walls = plan.get("landlock")
    if walls is not None:
        walls["read"].append(f"/proc/self/fd/{file}")
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
