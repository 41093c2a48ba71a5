"""What one kernel may use of the machine, and what the machine has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import psutil

#: What of a kernel can be too much.
ExcessCause: TypeAlias = Literal["memory_limit", "disk_limit", "too_many_processes", "cpu_limit"]

_CGROUPS = Path("/sys/fs/cgroup")
#: A cgroup without a limit says a number near 2 ** 63.
_NO_LIMIT = 1 << 60


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """Bytes, seconds and numbers one kernel and all it starts may use; 0 is no limit.

    `memory_bytes` counts for each process and for all together, `file_bytes` for each file, `workspace_bytes` for all
    files of the conversation, `processes` for processes and their threads, `cpu_seconds` for one cell.
    """

    memory_bytes: int
    processes: int = 512
    file_bytes: int = 10 << 30
    workspace_bytes: int = 20 << 30
    cpu_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Excess:
    """More than a limit allows; `used` and `limit` in the limit's own unit."""

    cause: ExcessCause
    used: int
    limit: int


def usual_limits() -> ResourceLimits:
    """Four fifths of this machine's memory, room for a pool of workers, and disk for large files."""
    processors = psutil.cpu_count() or 1
    return ResourceLimits(memory_bytes=machine_memory() * 4 // 5, processes=max(512, 32 * processors))


def machine_memory() -> int:
    """Bytes of memory this process can ever have: the machine's, or its container's."""
    total = int(psutil.virtual_memory().total)
    folder = memory_cgroup()
    texts = (_text(folder, name).strip() for name in ("memory.max", "memory.limit_in_bytes"))
    allowed = next((int(text) for text in texts if text.isdigit()), 0)
    return min(total, allowed) if 0 < allowed < _NO_LIMIT else total


def memory_cgroup(table: Path = Path("/proc/self/cgroup"), root: Path = _CGROUPS) -> Path | None:
    """The folder with this process's memory counters, for both versions of cgroups; None where there is none."""
    try:
        lines = table.read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            candidates = [root / "memory" / path.lstrip("/"), root / "memory"]
        elif not controllers:
            candidates = [root / path.lstrip("/"), root]
        else:
            continue
        # In a container the path may be the host's: then the counters lie at the root.
        for folder in candidates:
            if (folder / "memory.events").exists() or (folder / "memory.oom_control").exists():
                return folder
    return None


def oom_kills(folder: Path | None) -> int | None:
    """How many processes of that cgroup the system has ended for want of memory; None if it does not say."""
    for name in ("memory.events", "memory.oom_control"):
        text = _text(folder, name)
        if line := re.search(r"^oom_kill (\d+)$", text, re.MULTILINE):
            return int(line[1])
    return None


def _text(folder: Path | None, name: str) -> str:
    if folder is None:
        return ""
    try:
        return (folder / name).read_text("ascii", "replace")
    except OSError:
        return ""
