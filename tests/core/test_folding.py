from __future__ import annotations

from hypothesis import given

from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.folding import apply, folded
from lci.core.outputs import DisplayData, StreamOutput
from lci.core.turns import Cell, Prose, Repaired, folded_attempts
from tests.core.strategies import logs


def record(*steps: e.Event, turn: str | None = "t1") -> Conversation:
    log = [e.Recorded(n, float(n), "c", turn, e.SCHEMA, step) for n, step in enumerate(steps, 1)]
    return folded("c", log)


@given(logs())
def test_live_equals_replay(log: list[e.Recorded]) -> None:
    """B1, B11: what a page saw while it happened is what a restart shows."""
    live = Conversation("c" * 32)
    for recorded in log:
        live = apply(live, recorded)
    assert live == folded("c" * 32, log)


@given(logs())
def test_no_cell_outlives_its_turn(log: list[e.Recorded]) -> None:
    conversation = folded("c", log)
    for turn in conversation.turns:
        if turn.ended_at == conversation.seq:
            assert all(cell.status not in ("writing", "waiting", "running") for cell in turn.cells)


def test_text_of_one_round_is_one_prose_and_of_two_rounds_two() -> None:
    started = e.TurnStarted("hi")
    conversation = record(
        started, e.RequestSent("m"), e.TextDelta("a"), e.TextDelta("b"), e.RequestSent("m"), e.TextDelta("c")
    )
    assert conversation.turns[0].steps == (Prose("ab", 1), Prose("c", 2))


def test_a_piece_apart_and_another_author_s_are_texts_of_their_own() -> None:
    texts = [
        e.TextDelta("# A", True, "import"), e.TextDelta("b", True, "import"), e.TextDelta("c", author="import"),
        e.TextDelta("d"), e.TextDelta("e", author="person"), e.TextDelta("f", author="person"),
    ]  # fmt: skip
    assert record(e.TurnStarted("", origin="import"), *texts).turns[0].steps == (
        Prose("# A", 0, "import"), Prose("bc", 0, "import"), Prose("d", 0), Prose("ef", 0, "person"),
    )  # fmt: skip


def test_code_streams_into_a_cell_that_then_runs_and_finishes() -> None:
    conversation = record(
        e.TurnStarted("hi"),
        e.RequestSent("m"),
        e.CodeDelta("x", "1+"),
        e.CodeDelta("x", "1"),
        e.CellStarted("x", "1+1"),
        e.OutputAdded("x", StreamOutput("stdout", "a")),
        e.OutputAdded("x", StreamOutput("stdout", "b")),
        e.CellFinished("x", "ok", 1, 0.5),
        e.TurnEnded("done"),
    )
    (cell,) = conversation.turns[0].cells
    assert (cell.source, cell.status, cell.execution_count) == ("1+1", "ok", 1)
    assert cell.outputs == (StreamOutput("stdout", "ab"),)


def test_clear_output_with_wait_clears_when_the_next_output_comes() -> None:
    steps = [e.TurnStarted("hi"), e.CellStarted("x", ""), e.OutputAdded("x", StreamOutput("stdout", "old"))]
    waiting = record(*steps, e.OutputsCleared("x", wait=True))
    assert waiting.turns[0].cells[0].outputs == (StreamOutput("stdout", "old"),)
    after = record(*steps, e.OutputsCleared("x", wait=True), e.OutputAdded("x", StreamOutput("stdout", "new")))
    assert after.turns[0].cells[0].outputs == (StreamOutput("stdout", "new"),)


def test_a_display_update_reaches_earlier_cells_of_ended_turns() -> None:
    conversation = record(
        e.TurnStarted("hi"),
        e.OutputAdded("x", DisplayData({"text/plain": "old"}, {}, "d")),
        e.TurnEnded("done"),
        e.OutputUpdated("d", {"text/plain": "new"}),
    )
    assert conversation.turns[0].cells[0].outputs == (DisplayData({"text/plain": "new"}, {}, "d"),)


def test_branches_keep_both_answers_and_show_the_newer() -> None:
    """B22: regenerating makes a branch; the old one stays reachable."""
    log = [
        e.Recorded(1, 1, "c", "t1", 1, e.TurnStarted("one")),
        e.Recorded(2, 2, "c", "t2", 1, e.TurnStarted("two", parent="t1")),
        e.Recorded(3, 3, "c", "t3", 1, e.TurnStarted("two again", parent="t1", origin="edit")),
    ]
    conversation = folded("c", log)
    assert [turn.id for turn in conversation.branch()] == ["t1", "t3"]
    assert [turn.id for turn in conversation.siblings(conversation.turns[2])] == ["t2", "t3"]


def test_failed_attempts_before_a_success_fold_into_one_line() -> None:
    """B6: the failed attempt folds into one line."""
    failed, fine = Cell("a", 1, status="error"), Cell("b", 2, status="ok")
    steps = (Prose("try", 1), failed, Prose("sorry", 2), fine, Prose("done", 3))
    assert list(folded_attempts(steps)) == [
        Prose("try", 1),
        Repaired((failed,), (Prose("sorry", 2),)),
        fine,
        Prose("done", 3),
    ]


def test_a_failure_that_was_never_repaired_stays_in_sight() -> None:
    steps = (Cell("a", 1, status="error"), Prose("I give up", 2))
    assert tuple(folded_attempts(steps)) == steps


def _file(name: str, size: int = 1) -> WorkspaceFile:
    return WorkspaceFile(name, size, 0.0, "code")


def test_a_turn_s_files_are_told_by_what_became_of_them() -> None:
    """B10: a file that was made and taken away again in one turn is no file of that turn."""
    log = [
        e.TurnStarted("hi"),
        e.FileAdded(_file("draft.csv")),
        e.FileAdded(_file("grown.csv")),
        e.FileChanged(_file("grown.csv", 2)),
        e.FileChanged(_file("older.csv", 3)),
        e.FileRemoved("draft.csv"),
        e.FileRemoved("older.csv"),
    ]
    changes = {change.name: change.change for change in record(*log).turns[0].changes}
    assert changes == {"grown.csv": "created", "older.csv": "removed"}
