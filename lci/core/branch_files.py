"""What became of each file in time, and which files are not as the branch in view left them (B22).

One workspace serves all branches of a conversation. What a file held is known from what the next change found, as far
as that was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import assert_never

from lci.core.conversation import Conversation
from lci.core.events import ChangesUndone, FileAdded, FileChanged, FileRemoved, FilesBroughtBack, Recorded
from lci.core.files import FileOrigin
from lci.core.outputs import BlobRef
from lci.core.turns import FileChange, FileStep


def file_steps(before: Conversation, recorded: Recorded) -> Iterator[FileStep]:
    """What `recorded` did to files that were as `before` says."""
    turn_id, at = recorded.turn_id, recorded.at
    match recorded.event:
        case FileAdded(file):
            change = FileChange(file.name, file.size, "changed" if file.name in before.files else "created")
        case FileChanged(file, held):
            known = before.files.get(file.name)
            if held is None and known is not None and (known.size, known.modified) == (file.size, file.modified):
                # Only what is known of it has changed.
                return
            change = FileChange(file.name, file.size, "changed", held)
        case FileRemoved(name, held):
            gone = before.files.get(name)
            change = FileChange(name, 0, "removed", held, gone.origin if gone is not None else "code")
        case ChangesUndone(changes):
            turn = before.turn(turn_id) if turn_id is not None else None
            yield from (FileStep("undo", turn_id, each, at) for each in changes)
            again = turn.undone if turn is not None and not changes else ()
            yield from (FileStep("redo", turn_id, each, at) for each in again)
            return
        case FilesBroughtBack(changes):
            yield from (FileStep("branch", turn_id, each, at) for each in changes)
            return
        case _:
            return
    yield FileStep("hand" if turn_id is None else "cell", turn_id, change, at)


def foreign_files(conversation: Conversation) -> tuple[FileChange, ...]:
    """The files that another branch made, changed or removed since the one in view did, each as what is to be undone.

    By their names. One whose content on this branch was not kept has no `before`. Only since the model was last told so
    on this branch; what the person did by hand holds on every branch.
    """
    branch = conversation.branch()
    own = {turn.id for turn in branch}
    if all(step.by != "branch" and (step.turn_id is None or step.turn_id in own) for step in conversation.file_steps):
        return ()
    knowing = [turn for turn in branch if any(each.code == "files_of_another_branch" for each in turn.notices)]
    known_at = max((turn.started_at for turn in knowing), default=0.0)
    by_name: dict[str, _Versions] = {}
    for step in conversation.file_steps:
        by_name.setdefault(step.change.name, _Versions()).take(step, lambda turn_id: _turns_to(conversation, turn_id))
    foreign = (
        _turned_back(conversation, name, versions, versions.left_by(own))
        for name, versions in sorted(by_name.items())
        if versions.at > known_at and versions.current != versions.left_by(own)
    )
    return tuple(change for change in foreign if change is not None)


def _turns_to(conversation: Conversation, turn_id: str | None) -> frozenset[str]:
    return frozenset() if turn_id is None else frozenset(turn.id for turn in conversation.branch(turn_id))


def _turned_back(conversation: Conversation, name: str, versions: _Versions, number: int) -> FileChange | None:
    there = conversation.files.get(name)
    size, origin = (there.size, there.origin) if there is not None else (0, versions.origin)
    held = versions.contents.get(number)
    if number in versions.contents and held is None:
        return None if there is None else FileChange(name, size, "created", None, origin)
    return FileChange(name, size, "removed" if there is None else "changed", held, origin)


class _Versions:
    """The versions of one file by number: which is there, who left which, and what each held.

    Number 0 was there before anything is known to have happened to it.
    """

    def __init__(self) -> None:
        self.at = 0.0
        self.current = 0
        #: Who had brought the file, when it was last removed.
        self.origin: FileOrigin = "code"
        #: None where there was no file; without an entry it is not known.
        self.contents: dict[int, BlobRef | None] = {}
        self._previous = self._highest = 0
        #: In time; with no turn where the person did it.
        self._left: list[tuple[str | None, int]] = []
        #: By turn, the version that it found, and the one that undoing it replaced.
        self._found: dict[str, int] = {}
        self._undone: dict[str, int] = {}

    def left_by(self, own: Container[str]) -> int:
        """The version that the branch of these turns left."""
        return next((number for turn, number in reversed(self._left) if turn is None or turn in own), 0)

    def take(self, step: FileStep, turns_to: Callable[[str | None], Container[str]]) -> None:
        """The next step in time; `turns_to` gives the turns of a branch."""
        self.at, turn = step.at, step.turn_id
        if step.change.change == "removed":
            self.origin = step.change.origin
        match step.by:
            case "cell" | "hand":
                self._keep(self.current, step.change)
                if turn is not None:
                    self._found.setdefault(turn, self.current)
                self._previous, self.current, self._highest = self.current, self._highest + 1, self._highest + 1
                self._left.append((turn, self.current))
            case "undo":
                self._by_us(step.change)
                if turn is not None:
                    self._undone[turn] = self._previous
                    self.current = self._found.get(turn, 0)
                    self._left.append((turn, self.current))
            case "redo":
                self._by_us()
                if turn is not None and turn in self._undone:
                    # For each branch that had gone on from it, it is as if nothing had been undone.
                    self._left.remove((turn, self._found.get(turn, 0)))
                    self.current = self._undone.pop(turn)
            case "branch":
                self._by_us(step.change)
                self.current = self.left_by(turns_to(turn))
            case _ as never:
                assert_never(never)

    def _by_us(self, change: FileChange | None = None) -> None:
        """Take back the step by hand that this one explains."""
        if self._left and self._left[-1] == (None, self.current):
            self._left.pop()
        if change is not None:
            self._keep(self._previous, change)

    def _keep(self, number: int, change: FileChange) -> None:
        if change.change == "created":
            self.contents.setdefault(number, None)
        elif change.before is not None:
            self.contents.setdefault(number, change.before)
