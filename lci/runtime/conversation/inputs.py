"""The files that a conversation's notebook begins with, copied to where it runs again; the seat such a run takes."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lci.core.branch_files import foreign_files
from lci.core.conversation import Conversation
from lci.core.outputs import BlobRef
from lci.core.stores import Blobs
from lci.errors import FileMissing, FileNotRegular, StoreUnwritable, VerificationFailed
from lci.runtime.engine import Engine
from lci.runtime.kernels.capacity import KernelSeat
from lci.workspace.beneath import parts_of
from lci.workspace.workspace import Workspace

_CHUNK = 1 << 20
#: What of the disk is left free.
_DISK_LEFT = 100 << 20


def first_contents(conversation: Conversation) -> dict[str, BlobRef]:
    """What the files that a person brought held before a cell changed or removed them, as far as that was kept."""
    first: dict[str, BlobRef | None] = {}
    for turn in conversation.branch():
        for change in turn.changes:
            first.setdefault(change.name, None if change.change == "created" else change.before)
    return {name: before for name, before in first.items() if before is not None}


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files that a person brought, as they were before a cell of any branch changed them.

    `ended` cuts copying short.
    """

    conversation: Conversation
    workspace: Workspace
    blobs: Blobs
    ended: threading.Event

    def copied(self, folder: Path) -> None:
        """Make `folder` with all of them; those that are gone are left out.

        Raises `VerificationFailed` where they are too many or it is cut short, and `StoreUnwritable`.
        """
        from lci.runtime.verifying import BYTES, FILES

        folder.mkdir()
        brought = {file.name: file.size for file in self.conversation.files.values() if file.origin != "code"}
        size = sum(brought.values())
        if len(brought) > FILES or size > BYTES:
            raise VerificationFailed(cause="files")
        if size > shutil.disk_usage(folder).free - _DISK_LEFT:
            raise StoreUnwritable(str(folder.parent.parent), os.strerror(errno.ENOSPC))
        foreign = [each for each in foreign_files(self.conversation) if each.origin != "code"]
        first = {each.name: each.before for each in foreign if each.before is not None}
        first |= first_contents(self.conversation)
        for name in {**brought, **first}:
            target = folder.joinpath(*parts_of(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileMissing, FileNotRegular, KeyError):
                if name in first:
                    target.write_bytes(self.blobs.get(first[name]))
                    continue
                self.copy(name, target)

    def copy(self, name: str, target: Path) -> None:
        """Copy one file of the workspace as it is now. Raises as `open_reading`, and `VerificationFailed`."""
        with self.workspace.open_reading(name) as source, target.open("xb") as file:
            self._pour(source, file)

    def _pour(self, source: BinaryIO, target: BinaryIO) -> None:
        while chunk := source.read(_CHUNK):
            if self.ended.is_set():
                raise VerificationFailed(cause="ended")
            target.write(chunk)


@contextlib.asynccontextmanager
async def seated(engine: Engine) -> AsyncIterator[None]:
    """Among the kernels that may be up at once; it works as long as it is there: nobody else's need ends it."""

    async def none() -> None:
        pass

    seat = KernelSeat(is_up=lambda: True, idle_since=lambda: None, park=none)
    async with engine.capacity.reserved(seat):
        engine.capacity.enter(seat)
    try:
        yield
    finally:
        engine.capacity.leave(seat)
