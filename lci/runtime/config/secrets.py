"""Keys live only in this process: out of the environment that children inherit, and out of /proc."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_ENDINGS = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD")

# Fields of /proc/self/stat counted after the command's closing bracket (proc(5): env_start is 50, env_end 51).
_ENV_START, _ENV_END = 50 - 3, 51 - 3


def forget_environment_secrets() -> tuple[str, ...]:
    """Drop keys from the environment once settings have them; the names dropped.

    On Linux the block the process was started with, which `/proc/<pid>/environ` shows to every process of the same
    user, is overwritten too (B31).
    """
    dropped = [name for name in os.environ if name.upper().endswith(_ENDINGS)]
    for name in dropped:
        del os.environ[name]
    if sys.platform == "linux":
        _wipe_initial_block()
    return tuple(dropped)


def _wipe_initial_block() -> None:
    # Each variable is put again first: that moves it off the block, to which `environ` still points.
    for name, value in list(os.environb.items()):
        os.environb[name] = value
    try:
        fields = Path("/proc/self/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        start, end = int(fields[_ENV_START]), int(fields[_ENV_END])
    except (OSError, IndexError, ValueError):
        return
    if 0 < start < end:
        ctypes.memset(start, 0, end - start)
