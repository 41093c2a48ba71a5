"""What a cell may do to its own files while the app looks at them: two names exchanged without a pause."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

#: RENAME_EXCHANGE: at every moment both names are there, one of them a link to where the cell may not look.
_SWAP = """
import ctypes, os, sys
first, second, parent = sys.argv[1].encode(), sys.argv[2].encode(), int(sys.argv[3])
rename = ctypes.CDLL(None, use_errno=True).renameat2
print("swapping", flush=True)
while os.getppid() == parent:
    for _ in range(1000):
        rename(-100, first, -100, second, 2)
"""


@contextlib.contextmanager
def swapped(file: Path, target: Path) -> Iterator[None]:
    """Exchange `file` for a link to `target` and back, as fast as can be, until the block ends."""
    import os

    link = file.with_name(".link")
    link.symlink_to(target)
    process = subprocess.Popen(
        [sys.executable, "-c", _SWAP, str(file), str(link), str(os.getpid())], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"swapping\n"
        yield
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
