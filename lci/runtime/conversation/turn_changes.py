"""What turns did to the files, undone and done again (B52), and what other branches did, put right (B22).

Before each cell the bytes of what it could change are kept, as blobs: what has not changed since costs a look. There is
a budget; what is beyond it cannot be undone, and is told so.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from lci.core import events as e
from lci.core.branch_files import foreign_files
from lci.core.conversation import Conversation
from lci.core.outputs import BlobRef
from lci.core.turns import FileChange, Turn
from lci.errors import FileMissing, FileNotRegular, LciError, PathRefused
from lci.runtime.conversation.files import Files
from lci.runtime.conversation.journal import Journal
from lci.runtime.conversation.work import Work
from lci.runtime.engine import Engine
from lci.workspace.workspace import Workspace

#: Bytes of one file that are kept, and of all files of a conversation at one moment; the smallest come first.
KEPT_FILE, KEPT_ALL = 32_000_000, 256_000_000
#: Bytes that wait to be written at once.
_WAITING = 32_000_000
#: Files that are named to the model and to the person.
_NAMED = 20


def undoable(change: FileChange) -> bool:
    """Whether what the turn did to that file can be undone: it is small enough, and what it held before was kept."""
    if change.change == "created":
        return change.size <= KEPT_FILE
    return change.before is not None and (change.change == "removed" or change.size <= KEPT_FILE)


class TurnChanges:
    """Those of one live conversation; `undo` and `redo` from any thread but the engine's."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace, files: Files, work: Work) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._files = files
        self._work = work

    def undo(self, turn_id: str) -> None:
        """Have the files be what they were before that turn, as far as that was kept; nothing while code runs.

        What later turns did to the same files goes too; `redo` brings all of it back.
        """
        self._engine.call(self._undo(turn_id))

    def redo(self, turn_id: str) -> None:
        """Undo `undo`."""
        self._engine.call(self._redo(turn_id))

    async def bring_back(self) -> None:
        """Have the files be as the branch in view left them, as far as that was kept; on the loop, before code runs."""
        await self._files.look_for_changes(None)
        now = self._journal.conversation
        done = await self._turned_back(foreign_files(now))
        if done and now.head is not None:
            self._journal.record(e.FilesBroughtBack(done), now.head)
            names = _listed(each.name for each in done)
            self._journal.record(e.Notice("files_brought_back", {"names": names}), now.head)
            await self._journal.durable()

    async def keep(self) -> None:
        """Keep what the next cell could change; on the loop. Files that change meanwhile are not kept."""
        signature = await asyncio.to_thread(self._workspace.signature)
        room, waiting = KEPT_ALL, 0
        kept: dict[str, tuple[tuple[int, int], BlobRef]] = {}
        for name, state in sorted(signature.items(), key=lambda item: item[1][0]):
            size = state[0]
            room -= size
            if size > KEPT_FILE or room < 0:
                break
            known = self._files.kept.get(name)
            if known is not None and known[0] == state:
                kept[name] = known
                continue
            content, seen = await asyncio.to_thread(self._read, name)
            # What a thread of an earlier cell writes just now is none of this moment's content.
            if content is None or seen != state:
                continue
            kept[name] = state, self._engine.store.put(content, "bytes")
            waiting += size
            if waiting > _WAITING:
                await self._journal.durable()
                waiting = 0
        self._files.kept = kept

    async def _undo(self, turn_id: str) -> None:
        turn = self._journal.conversation.turn(turn_id)
        if turn is None or turn.undone or self._work.is_running:
            return
        done = await self._turned_back(turn.changes)
        if done:
            await self._record(turn, done)

    async def _redo(self, turn_id: str) -> None:
        turn = self._journal.conversation.turn(turn_id)
        if turn is None or not turn.undone or self._work.is_running:
            return
        await self._turned_back(turn.undone)
        await self._record(turn, ())

    async def _record(self, turn: Turn, done: tuple[FileChange, ...]) -> None:
        self._journal.record(e.ChangesUndone(done), turn.id)
        await self._journal.durable()

    async def _turned_back(self, changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
        """Have each file be what it was before its change; what that did to them, to be turned back in turn."""
        await self._files.look_for_changes(None)
        done: list[FileChange] = []
        for change in changes:
            # One that was removed to be put back by hand meanwhile stays as the person has it.
            if undoable(change) and (step := await asyncio.to_thread(self._turn_back, change)) is not None:
                done.append(step)
        there = [step.name for step in done if step.change != "removed"]
        known = self._journal.conversation.files
        origins = {change.name: change.origin for change in changes}
        files = []
        for name in there:
            with suppress(LciError):
                file = await asyncio.to_thread(self._workspace.file, name)
                before = known.get(name)
                files.append(
                    replace(file, origin=origins.get(name, file.origin))
                    if before is None
                    else replace(file, origin=before.origin, reading=before.reading)
                )
        await self._files.gone([step.name for step in done if step.change == "removed"])
        await self._files.came(*files)
        return tuple(done)

    def _turn_back(self, change: FileChange) -> FileChange | None:
        """Turn one back; None where nothing was to be done, or what is there now could not be brought back."""
        name, now = change.name, self._content(change.name)
        if now is None and self._workspace.has(name):
            return None
        held = None
        if now is not None:
            held = self._engine.store.put(now, "bytes")
            # On disk before the file goes.
            self._engine.store.flush().result()
        known = self._journal.conversation.files.get(name)
        origin = known.origin if known is not None else change.origin
        try:
            if change.change == "created":
                if held is None:
                    return None
                self._workspace.discard(name)
                return FileChange(name, 0, "removed", held, origin)
            if change.before is None:
                return None
            content = self._engine.store.get(change.before)
            self._workspace.overwrite(name, [content])
        except (KeyError, LciError):
            return None
        return FileChange(name, len(content), "created" if held is None else "changed", held, origin)

    def _content(self, name: str) -> bytes | None:
        """What the file holds; None where it is none, or too large."""
        return self._read(name)[0]

    def _read(self, name: str) -> tuple[bytes | None, tuple[int, int]]:
        """The same, with size and time (ns) as they are once it has been read."""
        try:
            with self._workspace.open_reading(name) as file:
                content = file.read(KEPT_FILE + 1)
                status = os.fstat(file.fileno())
        except (FileMissing, FileNotRegular, PathRefused, OSError):
            return None, (0, 0)
        return content if len(content) <= KEPT_FILE else None, (status.st_size, status.st_mtime_ns)


def file_notices(before: Conversation, now: Conversation) -> Iterator[e.Notice]:
    """What a model is to be told of the files when a turn begins, by the names of the first.

    What was undone and done again since the last turn began, and, as it begins, what another branch has changed.
    """
    turns = before.turns
    last = max((turn.started_at for turn in turns), default=0.0)
    late = [turn for turn in turns if turn.undone_at is not None and turn.undone_at >= last]
    undone = list(dict.fromkeys(change.name for turn in late for change in turn.undone))
    again = list(dict.fromkeys(change.name for turn in late if not turn.undone for change in turn.changes))
    foreign = [change.name for change in foreign_files(now)]
    for code, names in (("files_undone", undone), ("files_redone", again), ("files_of_another_branch", foreign)):
        if names:
            yield e.Notice(code, {"names": _listed(names)})


def _listed(names: Iterable[str]) -> str:
    first = list(itertools.islice(names, _NAMED + 1))
    return ", ".join(first[:_NAMED]) + (", …" if len(first) > _NAMED else "")
