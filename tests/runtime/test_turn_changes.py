"""What a turn did to the files is undone and done again, and the model is told (B52)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import Settings
from lci.runtime.conversation import turn_changes
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

pytestmark = pytest.mark.kernel

Open = Callable[..., tuple[Interpreter, ScriptedModel]]
TURN = """
import os
from pathlib import Path
Path('mine.csv').write_text('spoilt')
Path('mine.csv').write_text('spoilt twice')
Path('gone.csv').unlink()
os.makedirs('out', exist_ok=True)
Path('out/new.csv').write_text('new')
Path('passing').write_text('x'); Path('passing').unlink()
"""


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    engines: list[Engine] = []

    def make(*sources: str, conversation_id: str | None = None) -> tuple[Interpreter, ScriptedModel]:
        for engine in engines:
            engine.close()
        model = ScriptedModel([answer for source in sources for answer in (calls(source), says("done"))])
        engine = Engine(Settings(home=home, model="builtin-analyst", warm_kernels=0), make_model=lambda _: model)
        engines.append(engine)
        settings = None if conversation_id else ConversationSettings(model="m", approval="auto")
        return Interpreter(engine=engine, conversation_id=conversation_id, settings=settings), model

    yield make
    for engine in engines:
        engine.close()


def content(live: Interpreter) -> dict[str, str]:
    work = live.workspace.work
    return {path.relative_to(work).as_posix(): path.read_text("utf-8") for path in work.rglob("*") if path.is_file()}


BEFORE = {"mine.csv": "a\n1\n", "gone.csv": "b\n2\n"}
AFTER = {"mine.csv": "spoilt twice", "out/new.csv": "new"}


def changed(opened: Open, *more: str) -> tuple[Interpreter, ScriptedModel, str]:
    live, model = opened(TURN, *more)
    for name, text in BEFORE.items():
        live.files.attach_bytes(name, text.encode())
    live.run("go", approve="auto")
    assert content(live) == AFTER
    return live, model, live.snapshot().turns[0].id


def test_a_turns_changes_are_undone_and_done_again(opened: Open) -> None:
    """B52: created, changed and deleted files, each as it was; and back; the list of files says the same."""
    live, _, turn = changed(opened)
    told = {change.name: change.change for change in live.snapshot().turns[0].changes}
    assert told == {"mine.csv": "changed", "gone.csv": "removed", "out/new.csv": "created"}
    for _ in range(2):
        live.changes.undo(turn)
        assert content(live) == BEFORE
        assert {name: file.origin for name, file in live.snapshot().files.items()} == dict.fromkeys(BEFORE, "upload")
        assert live.snapshot().turns[0].undone
        live.changes.redo(turn)
        assert content(live) == AFTER
        assert sorted(live.snapshot().files) == sorted(AFTER)
        assert not live.snapshot().turns[0].undone


def test_undoing_survives_a_new_start(opened: Open) -> None:
    """B11, B52: what was kept lies in the log and beside it."""
    live, _, turn = changed(opened)
    live, _ = opened(conversation_id=live.id)
    live.changes.undo(turn)
    assert content(live) == BEFORE
    live, _ = opened(conversation_id=live.id)
    live.changes.redo(turn)
    assert content(live) == AFTER


def test_the_model_is_told_with_the_next_question(opened: Open) -> None:
    """B52: that the files are as they were, and once only."""
    live, model, turn = changed(opened, "print(open('mine.csv').read())", "print(1)")
    live.changes.undo(turn)
    live.run("and now?", approve="auto")
    asked = str(model.requests[2].messages[-1])
    assert "The user undid what an earlier answer did to files: out/new.csv, mine.csv, gone.csv are again" in asked
    live.run("and then?", approve="auto")
    assert "undid" not in str(model.requests[-1].messages[-1])
    assert [notice.code for notice in live.snapshot().turns[1].notices] == ["files_undone"]


def test_what_is_beyond_the_budget_is_left_alone_and_told(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """B52: the smallest files come first; one too large is not half undone."""
    monkeypatch.setattr(turn_changes, "KEPT_FILE", 10)
    live, _ = opened("open('large.csv', 'w').write('spoilt')\nopen('small.csv', 'w').write('spoilt')")
    live.files.attach_bytes("large.csv", b"x" * 11)
    live.files.attach_bytes("small.csv", b"y")
    live.run("go", approve="auto")
    turn = live.snapshot().turns[0]
    assert {change.name: turn_changes.undoable(change) for change in turn.changes} == {
        "large.csv": False, "small.csv": True,
    }  # fmt: skip
    live.changes.undo(turn.id)
    assert content(live) == {"large.csv": "spoilt", "small.csv": "y"}


def test_a_link_that_code_left_where_a_file_was_is_not_written_through(opened: Open, tmp_path: Path) -> None:
    """B34, B52."""
    victim = tmp_path / "victim"
    victim.write_text("safe", "utf-8")
    live, _ = opened(f"import os\nos.unlink('a.csv')\nos.symlink({str(victim)!r}, 'a.csv')")
    live.files.attach_bytes("a.csv", b"mine")
    live.run("go", approve="auto")
    live.changes.undo(live.snapshot().turns[0].id)
    assert victim.read_text("utf-8") == "safe"
    placed = live.workspace.work / "a.csv"
    assert placed.is_symlink() or placed.read_text("utf-8") == "mine"


def test_a_folder_that_became_a_link_is_not_written_into(opened: Open, tmp_path: Path) -> None:
    """B34, B52: the file is left where it is, and what is outside of the workspace too."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text("theirs", "utf-8")
    program = f"import os, shutil\nshutil.rmtree('sub')\nos.symlink({str(outside)!r}, 'sub')"
    live, _ = opened(program)
    with live.files.receiving("sub/a.csv") as incoming:
        incoming.write(b"mine")
        incoming.placed()
    live.run("go", approve="auto")
    live.changes.undo(live.snapshot().turns[0].id)
    assert (outside / "a.csv").read_text("utf-8") == "theirs"
    assert not live.snapshot().turns[0].undone


def test_files_of_another_branch_are_said_and_brought_back_with_the_variables(opened: Open) -> None:
    """B22: one workspace for all branches; one click has this one's files and values back, another the other's."""
    first = "open('out.csv', 'w').write('one')\nrows = len(open('mine.csv').read().splitlines())"
    second = (
        "open('out.csv', 'w').write('two')\nopen('mine.csv', 'w').write('spoilt')\nopen('more.csv', 'w').write('m')"
    )
    live, model = opened(first, second, "print(rows)", "print(1)")
    live.files.attach_bytes("mine.csv", b"a\n1\n")
    live.run("go", approve="auto")
    one = live.snapshot().turns[0].id
    live.edit(one, "otherwise")
    assert live.wait(lambda now: len(now.turns) == 2 and not live.busy, 60)
    two = live.snapshot().turns[1].id
    other = {"out.csv": "two", "mine.csv": "spoilt", "more.csv": "m"}
    assert content(live) == other and not live.kernel.offers_replay

    live.show_branch(one)
    assert live.kernel.foreign_files == ("mine.csv", "more.csv", "out.csv")
    assert live.kernel.offers_replay and not live.kernel.lacks_variables
    live.cells.replay()
    assert live.wait(
        lambda now: not live.busy and any(each.code == "files_brought_back" for each in now.turns[0].notices), 60
    )
    assert content(live) == {"out.csv": "one", "mine.csv": "a\n1\n"}
    assert live.snapshot().files["mine.csv"].origin == "upload"
    assert not live.kernel.offers_replay

    live.show_branch(two)
    assert live.kernel.foreign_files == ("mine.csv", "more.csv", "out.csv")
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.lacks_variables, 60)
    live.cells.replay()
    assert live.wait(
        lambda now: not live.busy and any(each.code == "replayed_all" for each in now.turns[1].notices), 60
    )
    assert content(live) == other

    # Gone on without it: the model is told, and it is not offered again.
    live.show_branch(one)
    live.run("go on", approve="auto")
    asked = str(model.requests[-1].messages)
    assert "changed, made or removed these files: mine.csv, more.csv, out.csv" in asked
    assert not live.kernel.foreign_files and content(live) == other


def test_the_cells_of_a_branch_read_what_the_person_brought_when_they_run_again(opened: Open) -> None:
    """B22: not what another branch has written over it."""
    live, _ = opened("rows = open('mine.csv').read()", "open('mine.csv', 'w').write('spoilt')", "print(rows)")
    live.files.attach_bytes("mine.csv", b"mine")
    live.run("go", approve="auto")
    one = live.snapshot().turns[0].id
    live.edit(one, "otherwise")
    assert live.wait(lambda now: len(now.turns) == 2 and not live.busy, 60)
    live.show_branch(one)
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.lacks_variables, 60)
    live.cells.replay()
    assert live.wait(
        lambda now: not live.busy and any(each.code == "replayed_all" for each in now.turns[0].notices), 60
    )
    live.run("and?", approve="auto")
    assert [*live.snapshot().cells()][-1][1].outputs[0].text == "mine\n"
