"""Files that are at every moment the old one or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

#: For what nobody else may read.
PRIVATE = 0o600


@contextlib.contextmanager
def replaced(target: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new file that takes the place of `target` in one step when the block ends well; for reading, as for writing.

    Its rights are `mode` less the umask. Raises `OSError`; then, and when the block raises, `target` is as it was. A
    link at `target` is replaced, not followed.
    """
    with name_aside(target.parent) as aside:
        with os.fdopen(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), "r+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
        _synced(target.parent)


@contextlib.contextmanager
def name_aside(folder: Path) -> Iterator[Path]:
    """A name in `folder` that no file has; what has it when the block ends is removed."""
    aside = folder / f".lci-{secrets.token_hex(8)}.tmp"
    try:
        yield aside
    finally:
        aside.unlink(missing_ok=True)


def _synced(folder: Path) -> None:
    """Make a rename outlast a power cut, where folders can be opened."""
    # Some file systems refuse this; the file is in place all the same.
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
