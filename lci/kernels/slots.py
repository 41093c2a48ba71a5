"""The folders a kernel is bound to: what it may write, and nothing else. What it starts with is not up to cells."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lci.core.conversation import LocalIsolation
from lci.removal import removed_beneath

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
#: Below HOME: IPython's profile with its start-up files and extensions, Jupyter's settings, Python's user site.
_START_UP = (".ipython", ".jupyter", ".local/lib", ".local/share/jupyter", ".pythonrc.py")


@dataclass(frozen=True, slots=True)
class Slot:
    """`work` is the working directory, `home` is HOME and never the workspace.

    `overlay` receives installed packages; `spool` the full text of outputs that were too long to send. `in_place` are
    files of this machine by the names below `work` under which they are seen, which no cell may change.
    """

    work: Path
    home: Path
    overlay: Path
    spool: Path
    in_place: tuple[tuple[str, Path], ...] = ()

    @property
    def folders(self) -> tuple[Path, Path, Path, Path]:
        """All of them, in this order."""
        return self.work, self.home, self.overlay, self.spool

    def create(self) -> None:
        """Make the folders that are missing."""
        for folder in self.folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def empty_start_up_folders(self) -> None:
        """Remove what Python and IPython would run as they start; only while no kernel works in these folders.

        A file that a cell has left there would run before the next kernel's first cell, asked or not, and in a kernel
        that is said to be a new one.
        """
        for name in _START_UP:
            removed_beneath(self.home, name)
        for name in ("sitecustomize.py", "usercustomize.py"):
            removed_beneath(self.overlay, name)

    def laid_out(self, level: LocalIsolation) -> Slot:
        """This slot with the places of its files in place prepared, and those left out that cannot be seen.

        Only while no kernel works in these folders. For bubblewrap there is an empty file to bind each to; at Landlock,
        where code cannot write through it, a link; elsewhere nothing, so that code finds no empty file where the data
        should be. Whatever lay there instead, a link that a cell has planted above all, is taken away first.
        """
        seen = []
        for name, source in self.in_place:
            *folders, last = name.split("/")
            with _folder(self.work, folders) as folder:
                if not _removed_at(folder, last) or source.is_symlink() or not source.is_file():
                    continue
                if level == "bubblewrap":
                    os.close(os.open(last, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600, dir_fd=folder))
                elif level == "landlock":
                    os.symlink(source, last, dir_fd=folder)
                seen.append((name, source))
        return replace(self, in_place=tuple(seen))


@contextmanager
def _folder(root: Path, names: Sequence[str]) -> Iterator[int]:
    """The folder below `root` as a descriptor, made where it is missing; links in its way are taken away."""
    folder = os.open(root, _FOLDER)
    try:
        for name in names:
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=folder)
            if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                os.unlink(name, dir_fd=folder)
                os.mkdir(name, 0o700, dir_fd=folder)
            inner = os.open(name, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _removed_at(folder: int, name: str) -> bool:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    except OSError:
        # A folder that a cell has made there stays: the file is then not to be seen.
        return False
    return True
