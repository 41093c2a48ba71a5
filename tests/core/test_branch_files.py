"""Each branch's files can be told from what became of them in time (B22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import given, strategies as st

from lci.core import events as e
from lci.core.branch_files import foreign_files
from lci.core.conversation import Conversation
from lci.core.events import Recorded
from lci.core.files import WorkspaceFile
from lci.core.folding import apply, folded
from lci.core.outputs import BlobRef
from lci.core.turns import FileChange

NAMES = ("a.csv", "b.csv")


def blob(content: str) -> BlobRef:
    return BlobRef(content.rjust(64, "0"), len(content), "bytes")


def content_of(ref: BlobRef) -> str:
    return ref.digest.lstrip("0")


@dataclass
class Desk:
    """A workspace and the log of what happens to it, as a live conversation would write it."""

    disk: dict[str, str] = field(default_factory=dict)
    log: list[Recorded] = field(default_factory=list)
    now: Conversation = field(default_factory=lambda: Conversation("c"))

    def record(self, event: e.Event, turn: str | None = None) -> None:
        number = len(self.log) + 1
        entry = Recorded(number, float(number), "c", turn, e.SCHEMA, event)
        self.log.append(entry)
        self.now = apply(self.now, entry)

    def have(self, name: str, content: str | None, turn: str | None, *, kept: bool) -> None:
        """Have a file hold that, or not be there, and say so."""
        held = self.disk.get(name)
        before = blob(held) if kept and held is not None else None
        if content is None:
            self.disk.pop(name, None)
            if held is not None:
                self.record(e.FileRemoved(name, before), turn)
            return
        self.disk[name] = content
        file = WorkspaceFile(name, len(content), float(len(self.log)), "upload" if turn is None else "code")
        self.record(e.FileChanged(file, before) if held is not None and kept else e.FileAdded(file), turn)

    def turned_back(self, changes: tuple[FileChange, ...]) -> tuple[FileChange, ...]:
        done = []
        for change in changes:
            held = self.disk.get(change.name)
            if change.change == "created" and held is None:
                continue
            if change.change == "created":
                self.have(change.name, None, None, kept=False)
            else:
                assert change.before is not None
                self.have(change.name, content_of(change.before), None, kept=False)
            kind = "created" if held is None else "removed" if change.change == "created" else "changed"
            done.append(FileChange(change.name, 1, kind, None if held is None else blob(held)))
        return tuple(done)

    def bring_back(self) -> None:
        done = self.turned_back(foreign_files(self.now))
        if done and self.now.head is not None:
            self.record(e.FilesBroughtBack(done), self.now.head)

    def undo(self, turn_id: str) -> None:
        turn = self.now.turn(turn_id)
        assert turn is not None
        if turn.changes and not turn.undone:
            done = self.turned_back(turn.changes)
            if done:
                self.record(e.ChangesUndone(done), turn_id)

    def redo(self, turn_id: str) -> None:
        turn = self.now.turn(turn_id)
        assert turn is not None
        if turn.undone:
            self.turned_back(turn.undone)
            self.record(e.ChangesUndone(()), turn_id)


files = st.sampled_from(NAMES)
steps = st.lists(
    st.tuples(st.just("turn"), st.integers(0, 3), st.dictionaries(files, st.booleans(), max_size=2))
    | st.tuples(st.just("hand"), files, st.booleans())
    | st.tuples(st.sampled_from(["undo", "undo and redo"]), st.integers(0, 5), st.none())
    | st.tuples(st.just("again"), st.integers(0, 5), files),
    max_size=14,
)


@given(steps)
def test_a_branch_has_its_files_back_as_if_there_were_no_other(story: list[tuple[str, object, object]]) -> None:
    """Turns on any branch, files brought and removed by hand, changes undone, cells of earlier turns run again."""
    desk = Desk()
    #: What the files were after each turn of each branch: the last turn of a branch, its files.
    left: dict[str | None, dict[str, str]] = {None: {}}

    def by_hand(name: str, content: str | None) -> None:
        for disk in left.values():
            disk.pop(name, None)
            if content is not None:
                disk[name] = content

    for number, (kind, first, second) in enumerate(story, 1):
        heads = [turn.id for turn in desk.now.turns]
        match kind, first, second:
            case "turn", int(parent), dict(changes):
                follows = ([None, *heads])[-1 - min(parent, len(heads))]
                if follows is not None and follows != desk.now.head:
                    desk.record(e.ConversationChanged(head=follows))
                    desk.bring_back()
                    assert desk.disk == left[follows]
                if follows is None and heads:
                    continue
                turn = f"t{number}"
                desk.record(e.TurnStarted("", (), follows), turn)
                for name, stays in changes.items():
                    desk.have(name, f"x{number}" if stays else None, turn, kept=True)
                desk.record(e.TurnEnded("done"), turn)
                left[turn] = dict(desk.disk)
            case "hand", str(name), bool(stays) if stays or name in desk.disk:
                desk.have(name, f"y{number}" if stays else None, None, kept=False)
                by_hand(name, f"y{number}" if stays else None)
            case "again", int(back), str(name) if heads and back < len(desk.now.branch()):
                # It is the same turn still: what follows on its branch is not run again.
                turn = desk.now.branch()[-1 - back].id
                desk.have(name, f"z{number}", turn, kept=True)
                for head, disk in left.items():
                    if head is not None and turn in {each.id for each in desk.now.branch(head)}:
                        disk[name] = f"z{number}"
            case (("undo" | "undo and redo"), int(back), None) if heads and back < len(desk.now.branch()):
                turn_id = desk.now.branch()[-1 - back].id
                turn_then = desk.now.turn(turn_id)
                if turn_then is None or turn_then.undone:
                    continue
                desk.undo(turn_id)
                if kind == "undo":
                    undone = next(turn.undone for turn in desk.now.turns if turn.id == turn_id)
                    before = {
                        each.name: None if each.change == "created" or each.before is None else content_of(each.before)
                        for each in turn_then.changes
                        if each.name in {done.name for done in undone}
                    }
                    for head, disk in left.items():
                        if head is not None and turn_id in {each.id for each in desk.now.branch(head)}:
                            for name, content in before.items():
                                disk.pop(name, None)
                                if content is not None:
                                    disk[name] = content
                if kind == "undo and redo":
                    desk.redo(turn_id)
            case _:
                pass
    assert folded("c", desk.log) == desk.now
    for head, disk in left.items():
        if head is None:
            continue
        desk.record(e.ConversationChanged(head=head))
        desk.bring_back()
        assert desk.disk == disk
        assert foreign_files(desk.now) == ()


def two_branches() -> Desk:
    """A file that is brought and that the first turn extends; another version of that turn, and a file of its own."""
    desk = Desk()
    desk.have("a.csv", "brought", None, kept=False)
    for turn, content in (("t1", "one"), ("t2", "two")):
        desk.record(e.TurnStarted(turn, (), None), turn)
        desk.have("a.csv", content, turn, kept=True)
        desk.record(e.TurnEnded("done"), turn)
    desk.have("b.csv", "new", "t2", kept=True)
    return desk


def names(now: Conversation) -> Mapping[str, str]:
    return {change.name: change.change for change in foreign_files(now)}


def test_what_another_branch_changed_and_made_is_named() -> None:
    """B22"""
    desk = two_branches()
    assert names(desk.now) == {}
    desk.record(e.ConversationChanged(head="t1"))
    assert names(desk.now) == {"a.csv": "changed", "b.csv": "created"}
    desk.bring_back()
    assert desk.disk == {"a.csv": "one"}
    desk.record(e.ConversationChanged(head="t2"))
    assert names(desk.now) == {"a.csv": "changed", "b.csv": "removed"}
    desk.bring_back()
    assert desk.disk == {"a.csv": "two", "b.csv": "new"}


def test_content_that_was_not_kept_cannot_be_had_back() -> None:
    """B22, B52"""
    desk = Desk()
    for turn in ("t1", "t2"):
        desk.record(e.TurnStarted(turn, (), None), turn)
        desk.have("a.csv", turn, turn, kept=False)
    desk.record(e.ConversationChanged(head="t1"))
    (change,) = foreign_files(desk.now)
    assert (change.name, change.before) == ("a.csv", None)


def test_a_branch_that_went_on_knowingly_has_them_as_its_own() -> None:
    """B22: said once, to the model too."""
    desk = two_branches()
    desk.record(e.ConversationChanged(head="t1"))
    desk.record(e.TurnStarted("t3", (), "t1"), "t3")
    desk.record(e.Notice("files_of_another_branch", {"names": "a.csv, b.csv"}), "t3")
    assert names(desk.now) == {}


def test_a_new_preview_is_no_change_of_the_file() -> None:
    desk = two_branches()
    steps = desk.now.file_steps
    desk.record(e.FileChanged(replace(desk.now.files["a.csv"], preview=None)))
    assert desk.now.file_steps == steps


def test_what_a_person_had_brought_comes_back_as_theirs() -> None:
    """B22: also where another branch has removed it."""
    desk = Desk()
    desk.have("a.csv", "brought", None, kept=False)
    for turn in ("t1", "t2"):
        desk.record(e.TurnStarted(turn, (), None), turn)
    desk.have("a.csv", None, "t2", kept=True)
    desk.record(e.ConversationChanged(head="t1"))
    (change,) = foreign_files(desk.now)
    assert (change.change, change.origin) == ("removed", "upload")
