"""What a killed server leaves behind: kernels that outlived it and their socket folders. Ended at the next start."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import psutil

from lci.kernels.provisioners.plain import MARK, below, kill
from lci.removal import removed

#: Looks for what is still starting more, at most.
_PASSES = 30


def note_of(home: Path, sockets: Path) -> Path:
    """Where it is noted that a kernel with that socket folder runs."""
    return home / "running" / f"{sockets.name}.json"


def record(home: Path, sockets: Path, pid: int | None) -> None:
    """Note that this process runs a kernel with that pid and socket folder."""
    note = note_of(home, sockets)
    note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    server, kernel = ([each, _started(each)] for each in (os.getpid(), pid))
    note.write_text(json.dumps({"server": server, "kernel": kernel, "sockets": str(sockets)}), "utf-8")


def reap(home: Path) -> int:
    """End kernels whose server is gone and remove their socket folders; how many notes were cleared."""
    cleared = 0
    for note in (home / "running").glob("*.json"):
        # Whatever stands in the way of one is no reason not to start: it is tried again at the next start.
        with contextlib.suppress(OSError, psutil.Error):
            cleared += _reaped(note)
    return cleared


def _reaped(note: Path) -> bool:
    try:
        facts = json.loads(note.read_text("utf-8"))
        (server, began), (kernel, kernel_began) = facts["server"], facts["kernel"]
        sockets = Path(facts["sockets"])
    except (OSError, ValueError, TypeError, KeyError):
        note.unlink(missing_ok=True)
        return False
    if is_running(server, began):
        return False
    if is_running(kernel, kernel_began):
        _end(kernel)
    end_marked(sockets.name)
    if sockets.name.startswith("lci-"):
        removed(sockets)
    note.unlink(missing_ok=True)
    return True


def end_marked(name: str) -> None:
    """End what the kernel of that name started and left: daemons with a session of their own, multiplying or not."""
    stopped: dict[int, psutil.Process] = {}
    for _ in range(_PASSES):
        new = [process for process in _marked(name) if process.pid not in stopped]
        if not new:
            break
        for process in new:
            # What is stopped starts nothing more.
            with contextlib.suppress(psutil.Error):
                process.suspend()
            stopped[process.pid] = process
    kill(stopped.values())
    psutil.wait_procs(list(stopped.values()), timeout=2)


def _marked(name: str) -> list[psutil.Process]:
    marked = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == name:
                marked.append(process)
    return marked


def _started(pid: int | None) -> float | None:
    try:
        return None if pid is None else psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def is_running(pid: int | None, start: float | None) -> bool:
    """Whether that process is there; pids are used again: only pid and start time together name one."""
    started = _started(pid)
    return started is not None and start is not None and abs(started - start) < 1


def _end(pid: int) -> None:
    try:
        root = psutil.Process(pid)
    except psutil.Error:
        return
    processes = [*below(pid), root]
    kill(processes)
    psutil.wait_procs(processes, timeout=5)
