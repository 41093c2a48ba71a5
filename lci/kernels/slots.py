"""The folders a kernel is bound to: what it may write, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Slot:
    """`work` is the working directory, `home` is HOME and never the workspace.

    `overlay` receives installed packages; `spool` the full text of outputs that were too long to send.
    """

    work: Path
    home: Path
    overlay: Path
    spool: Path

    def create(self) -> None:
        """Make the folders that are missing."""
        for folder in (self.work, self.home, self.overlay, self.spool):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
