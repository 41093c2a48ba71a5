"""What folders take on the disk."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

#: Entries looked at of one folder, and seconds for which what was counted holds.
_MOST, _HOLDS = 50_000, 20.0


class FolderSizes:
    """The bytes that folders beneath one place take, each counted once in a while."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._counted: dict[str, tuple[float, int]] = {}

    def bytes_of(self, name: str) -> int:
        """The bytes that the folder of that name takes; 0 where it is not there."""
        at, size = self._counted.get(name, (0.0, 0))
        if not at or time.monotonic() - at > _HOLDS:
            size = folder_bytes(self._place / name)
            self._counted[name] = (time.monotonic(), size)
        return size


def folder_bytes(folder: Path) -> int:
    """The bytes that files beneath a folder take; no link is followed, what cannot be looked into counts for none."""
    waiting, looked, total = [str(folder)], 0, 0
    while waiting and looked < _MOST:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                looked += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return total
