"""The folders a kernel is bound to: what it may write, and nothing else. What it starts with is not up to cells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lci.removal import removed_beneath

#: Below HOME: IPython's profile with its start-up files and extensions, Jupyter's settings, Python's user site.
_START_UP = (".ipython", ".jupyter", ".local/lib", ".local/share/jupyter", ".pythonrc.py")


@dataclass(frozen=True, slots=True)
class Slot:
    """`work` is the working directory, `home` is HOME and never the workspace.

    `overlay` receives installed packages; `spool` the full text of outputs that were too long to send.
    """

    work: Path
    home: Path
    overlay: Path
    spool: Path

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
