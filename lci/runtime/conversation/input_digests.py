"""The digests of the files that a conversation's notebook reads: elsewhere a changed one is known by them."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import TypeAlias

from lci.core.branch_files import foreign_files
from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.errors import FileMissing, FileNotRegular, PathRefused
from lci.runtime.conversation.inputs import first_contents
from lci.workspace.workspace import Workspace

#: Bytes of all files that are read for one notebook: the smallest are read first, the others have no digest.
LARGEST = 1 << 30
_CHUNK = 1 << 20

#: A file as the conversation knows it.
_State: TypeAlias = tuple[str, int, float]


class InputDigests:
    """The SHA-256 of the files that a person brought, as they were before a cell changed them; for any thread.

    Each file is read once. One that another program has changed since has none: what cells read of it is not there.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[_State, str] = {}
        self._reading = threading.Lock()

    def of(self, conversation: Conversation) -> dict[str, str]:
        """Those of this conversation's files, by their names."""
        foreign = [each for each in foreign_files(conversation) if each.origin != "code"]
        kept = {each.name: each.before.digest for each in foreign if each.before is not None}
        kept |= {name: before.digest for name, before in first_contents(conversation).items()}
        brought = [file for file in conversation.files.values() if file.origin != "code" and file.name not in kept]
        left = LARGEST
        with self._reading:
            for file in sorted(brought, key=lambda each: each.size):
                state = (file.name, file.size, file.modified)
                if state not in self._known and file.size <= left:
                    left -= file.size
                    self._known[state] = self._digest(file)
                if known := self._known.get(state):
                    kept[file.name] = known
        return kept

    def _digest(self, file: WorkspaceFile) -> str:
        """That of a file which is as the conversation knows it, else nothing."""
        digest = hashlib.sha256()
        try:
            with self._workspace.open_reading(file.name) as content:
                status = os.fstat(content.fileno())
                if (status.st_size, status.st_mtime_ns / 1e9) != (file.size, file.modified):
                    return ""
                while chunk := content.read(_CHUNK):
                    digest.update(chunk)
        except (FileMissing, FileNotRegular, PathRefused, OSError):
            return ""
        return digest.hexdigest()
