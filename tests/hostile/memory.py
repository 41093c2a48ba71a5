"""The most memory this process took while something ran."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000


@dataclass
class Growth:
    """Bytes above what was there at the start, at the worst moment; known once its block is over."""

    bytes: int = 0


@contextmanager
def peak() -> Iterator[Growth]:
    """The highest growth of resident memory inside the block, as the system itself keeps it."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    before, growth = _status("VmRSS"), Growth()
    yield growth
    growth.bytes = _status("VmHWM") - before


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)
