"""The watch over a running kernel: what its processes and files use together, and its end when that is too much.

The system's own limits count for one process; a cell may start many. All looking is done off the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from lci.errors import KernelDied
from lci.kernels.launcher.supervisor import children
from lci.kernels.limits import Excess, ResourceLimits, machine_memory, memory_cgroup, oom_kills

#: Seconds between two looks while a cell runs, and while none does.
BUSY, IDLE = 0.5, 2.0
#: A look that took long is followed by a pause that is so many times longer.
_PAUSE = 10
#: Seconds of one look spent on counting files; the count goes on with the next one.
_SLICE = 0.05
#: A full workspace may still be tidied up: only a cell that makes it grow by more than this is ended.
_GROWTH = 16 << 20
#: Bytes that libraries' own code takes, and the kernel's own work. A process that hits its own limit gets a MemoryError
#: and loses nothing: that must come first.
_SLACK = 192 << 20
#: How full memory was shortly before a death that was then for want of memory.
_NEARLY = 0.8
_SCARCE = 0.03
#: How full it is when a warning may come again.
_RELIEVED = 0.6


@dataclass(frozen=True, slots=True)
class Reading:
    """What a kernel and all it started used at one moment; `free` is the part of the machine's memory nobody used.

    `disk_bytes` is of the last complete count, or what the running one has already found.
    """

    memory_bytes: int = 0
    free: float = 1.0
    processes: int = 0
    cpu_seconds: float = 0.0
    disk_bytes: int = 0


class Watch:
    """One kernel process's watch; made when it starts, ended with it."""

    def __init__(
        self,
        limits: ResourceLimits,
        folders: Iterable[Path],
        root: int,
        kill: Callable[[], Coroutine[Any, Any, None]],
        cgroup: Path | None = None,
        pressed: Callable[[int, int], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self._pressed = pressed
        self._pressing: asyncio.Task[None] | None = None
        self._armed = True
        self._limits = limits
        self._root = root
        self._kill = kill
        self._files = _Files(tuple(folders))
        self._cgroup = cgroup or memory_cgroup()
        self._killed_before = oom_kills(self._cgroup)
        self._began = asyncio.Event()
        self._running = False
        self._cpu_before: float | None = None
        self._disk_before: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._last = self._previous = Reading()
        self.excess: Excess | None = None

    def moved(self, folders: Iterable[Path]) -> None:
        """Count the files of these folders from now on: they were renamed."""
        self._files = _Files(tuple(folders))

    def start(self) -> None:
        """Begin to look; from the loop only."""
        self._task = asyncio.create_task(self._watch())

    async def end(self) -> None:
        """Stop looking; not from the watch's own task."""
        if self._pressing is not None:
            self._pressing.cancel()
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def cell_began(self) -> None:
        """Look more often, and count processor time and growth of the files from here."""
        self._running = True
        self._cpu_before, self._disk_before = None, self._files.total
        self._began.set()

    def cell_ended(self) -> None:
        """Look less often."""
        self._running = False

    async def _watch(self) -> None:
        while True:
            began = time.monotonic()
            self._previous, self._last = self._last, await asyncio.to_thread(self._look)
            self.excess = self._exceeded(self._last)
            if self.excess is not None:
                await self._kill()
                return
            self._warn(self._last.memory_bytes)
            pause = max(BUSY if self._running else IDLE, _PAUSE * (time.monotonic() - began - _SLICE))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._began.wait()
                    # A cell that ends soon is not looked at.
                    self._began.clear()
                    await asyncio.sleep(BUSY)

    def _warn(self, used: int) -> None:
        """Tell once when memory is nearly full, and again only after it was well below."""
        limit = self._limits.memory_bytes
        if not limit or self._pressed is None:
            return
        if self._armed and used > _NEARLY * limit:
            self._armed = False
            self._pressing = asyncio.create_task(self._pressed(used, limit))
        elif used < _RELIEVED * limit:
            self._armed = True

    def _look(self) -> Reading:
        most = self._limits.processes or 1 << 20
        pids = _tree(self._root, most)
        memory = int(_total(pids, lambda process: process.memory_info().rss))
        if 0 < self._limits.memory_bytes < memory - _SLACK:
            # Pages that forked workers share were counted once for each of them.
            memory = int(_total(pids, _proportional))
        if memory == 0:
            # Already ended: what counts is how it was.
            return self._last
        machine = psutil.virtual_memory()
        cpu = _total(pids, _cpu) if self._limits.cpu_seconds else 0.0
        self._files.count_on(time.monotonic() + _SLICE)
        return Reading(memory, machine.available / machine.total, len(pids), cpu, self._files.at_least)

    def _exceeded(self, now: Reading) -> Excess | None:
        limits = self._limits
        if 0 < limits.memory_bytes < now.memory_bytes - _SLACK:
            return Excess("memory_limit", now.memory_bytes, limits.memory_bytes)
        if 0 < limits.processes < now.processes:
            return Excess("too_many_processes", now.processes, limits.processes)
        if not self._running:
            return None
        if self._cpu_before is None:
            self._cpu_before = now.cpu_seconds
        if 0 < limits.cpu_seconds < now.cpu_seconds - self._cpu_before:
            return Excess("cpu_limit", int(now.cpu_seconds - self._cpu_before), limits.cpu_seconds)
        if self._disk_before is None:
            self._disk_before = self._files.total
        before = self._disk_before
        if before is not None and 0 < limits.workspace_bytes < now.disk_bytes and now.disk_bytes > before + _GROWTH:
            return Excess("disk_limit", now.disk_bytes, limits.workspace_bytes)
        return None

    @property
    def memory_bytes(self) -> int:
        """The most memory of the last two looks: a process that is just ending has hardly any."""
        return max(self._last.memory_bytes, self._previous.memory_bytes)

    def starved(self) -> bool:
        """Whether the system ended a process for want of memory, or memory was nearly full at the last looks."""
        kills = oom_kills(self._cgroup)
        if kills is not None and self._killed_before is not None and kills > self._killed_before:
            return True
        most = min(self._limits.memory_bytes or machine_memory(), machine_memory())
        return self.memory_bytes > _NEARLY * most or min(self._last.free, self._previous.free) < _SCARCE


def death(code: int | None, watch: Watch | None) -> KernelDied:
    """Why a kernel with that exit code ended, as far as can be told; a signal's number is negative."""
    memory = None if watch is None or not watch.memory_bytes else watch.memory_bytes // 10**6
    number = -code if code is not None and code < 0 else None
    if watch is not None and watch.excess is not None:
        excess = watch.excess
        limit = excess.limit // 10**6 if excess.cause in ("memory_limit", "disk_limit") else excess.limit
        return KernelDied(cause=excess.cause, exit_code=code, signal=number, memory_mb=memory, limit=limit)
    match code:
        case -9:
            cause = "out_of_memory" if watch is not None and watch.starved() else "killed"
        case -11 | -6 | -4 | -7 | -8:
            cause = "crashed"
        case int() if code < 0:
            cause = "killed"
        case _:
            cause = "exited"
    return KernelDied(cause=cause, exit_code=code, signal=number, memory_mb=memory)


class _Files:
    """Disk used below some folders, counted in slices: a million small files must not stall anything."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._walk: Iterator[int] = iter(())
        self._so_far = 0
        self._counting = False
        self.total: int | None = None

    @property
    def at_least(self) -> int:
        """Bytes of the last complete count, or of this one if it is already more."""
        return max(self.total or 0, self._so_far)

    def count_on(self, deadline: float) -> None:
        """Count until the deadline or the end; what a cell changes meanwhile may be missed until the next count."""
        if not self._counting:
            self._walk, self._so_far, self._counting = self._sizes(), 0, True
        for size in self._walk:
            self._so_far += size
            if time.monotonic() > deadline:
                return
        self.total, self._so_far, self._counting = self._so_far, 0, False

    def _sizes(self) -> Iterator[int]:
        waiting = [str(folder) for folder in self._folders]
        linked: set[tuple[int, int]] = set()
        while waiting:
            try:
                entries = os.scandir(waiting.pop())
            except OSError:
                continue
            with entries:
                for entry in _each(entries):
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        status = entry.stat(follow_symlinks=False)
                    except OSError:
                        continue
                    if status.st_nlink > 1 and not entry.is_dir(follow_symlinks=False):
                        if (status.st_dev, status.st_ino) in linked:
                            continue
                        linked.add((status.st_dev, status.st_ino))
                    # What a sparse file really takes.
                    yield getattr(status, "st_blocks", 0) * 512


def _each(entries: Iterator[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    """The entries as far as the folder can be read."""
    while True:
        try:
            yield next(entries)
        except (StopIteration, OSError):
            return


# --- processes --------------------------------------------------------------------------------------------------------


def _tree(root: int, most: int) -> list[int]:
    """The pids below and with `root`, at most one more than `most`."""
    pids: list[int] = []
    waiting = [root]
    while waiting and len(pids) <= most:
        pid = waiting.pop()
        pids.append(pid)
        waiting += _children(pid)
    return pids


def _children(pid: int) -> list[int]:
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return children(pid)
        return []
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def _total(pids: Iterable[int], used: Callable[[psutil.Process], float]) -> float:
    """What those of the processes use that are still there."""
    total = 0.0
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            total += used(psutil.Process(pid))
    return total


def _proportional(process: psutil.Process) -> float:
    """Bytes of a process with shared pages divided among those that share them, where the system tells."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    memory = process.memory_info()
    return float(memory.rss - getattr(memory, "shared", 0))


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + getattr(times, "children_user", 0) + getattr(times, "children_system", 0))
