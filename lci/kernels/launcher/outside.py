"""Files that a cell wrote where nobody finds them: in the folder for temporary ones, or in HOME."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

#: Entries that are looked at, files that are told, and folders within one another that are looked into.
_LOOKED_AT, _MOST, _DEPTH = 2_000, 20, 6
#: What libraries and we ourselves keep there, by the beginnings of names, and names that `tempfile` makes up.
_OURS = (
    ".",
    "lci-",
    "matplotlib-",
    "ipykernel_",
    "pytest-",
    "__",
    "joblib",
    "numba",
    "snap.",
    "systemd-",
    "sem.",
    "psm_",
)
_MADE_UP = re.compile(r"tmp[a-z0-9_]{8}(?:\.\w+)?")
#: Memory that looks like a folder.
_SHARED = "/dev/shm"
_began = [0.0]
#: What was told, with its time: within a moment the next cell may have begun.
_TOLD: set[tuple[str, int]] = set()


def install(shell: Any) -> None:
    """Note when each cell begins."""
    shell.events.register("pre_run_cell", lambda *_: _began.__setitem__(0, time.time()))


def files() -> list[str]:
    """Paths of files that the last cell made or changed there, as many as are told. Nothing is opened."""
    work = str(sys.modules["_lci_inspection"]._WORK)
    paths: list[str] = []
    budget = [_LOOKED_AT]
    for place in dict.fromkeys((tempfile.gettempdir(), os.path.expanduser("~"), _SHARED)):  # noqa: PTH111
        paths += _changed(place, work, _DEPTH, budget)
    return paths[:_MOST]


def _changed(folder: str, work: str, depth: int, budget: list[int]) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        budget[0] -= 1
        if budget[0] < 0 or entry.path == work or entry.name.startswith(_OURS) or _MADE_UP.fullmatch(entry.name):
            continue
        try:
            if entry.is_file(follow_symlinks=False):
                changed = entry.stat(follow_symlinks=False).st_mtime_ns
                # A file system may keep times in steps of some milliseconds.
                if changed / 1e9 >= _began[0] - 0.02 and (entry.path, changed) not in _TOLD:
                    _TOLD.add((entry.path, changed))
                    yield entry.path
            elif entry.is_dir(follow_symlinks=False) and depth > 1:
                yield from _changed(entry.path, work, depth - 1, budget)
        except OSError:
            continue
