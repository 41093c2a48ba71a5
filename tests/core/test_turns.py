"""What each event makes of a conversation, one by one (B1, B9, B22, B31)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from lci.core import events as e
from lci.core.conversation import Conversation, ConversationSettings, KernelState
from lci.core.files import WorkspaceFile
from lci.core.folding import apply, folded
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.remarks import Remark
from lci.core.turns import (
    Cell,
    FileChange,
    Prose,
    Reasoning,
    Repaired,
    Retry,
    Revision,
    Sent,
    Step,
    Summary,
    ToolUse,
    Turn,
    Usage,
    error_of,
    folded_attempts,
)
from lci.errors import Problem


def record(*steps: e.Event | tuple[str | None, e.Event]) -> Conversation:
    """The conversation of these events, in turn `t1` where none is named; each happens a second after the last."""
    placed = [step if isinstance(step, tuple) else ("t1", step) for step in steps]
    log = [e.Recorded(n, float(n), "c", turn, e.SCHEMA, step) for n, (turn, step) in enumerate(placed, 1)]
    live = Conversation("c")
    for recorded in log:
        live = apply(live, recorded)
    assert folded("c", log) == live
    return live


START = e.TurnStarted("go", ("a.csv",), None, "edit", "m")
ROUND = e.RequestSent("m")
OLD, NEW = StreamOutput("stdout", "old"), StreamOutput("stdout", "new")
PROBLEM = Problem("late", {})


def turn_of(*steps: e.Event) -> Turn:
    (turn,) = record(START, *steps).turns
    return turn


def cell_of(*steps: e.Event) -> Cell:
    (cell,) = turn_of(*steps).cells
    return cell


def test_a_turn_begins_as_it_was_asked_for() -> None:
    conversation = record(START)
    assert conversation == Conversation(
        "c",
        turns=(Turn("t1", None, "go", ("a.csv",), "edit", "m", started_at=1.0),),
        head="t1",
        created_at=1.0,
        seq=1,
    )
    assert conversation.running == conversation.turns[0]


def test_what_fits_nothing_known_moves_the_log_on_and_nothing_else() -> None:
    empty = record((None, e.UnknownEvent("later", {})))
    assert empty == Conversation("c", seq=1, created_at=1.0)
    known = record(START)
    for recorded in (
        (None, START),
        (None, e.TextDelta("x")),
        ("t9", e.TextDelta("x")),
        ("t1", e.UnknownEvent("x", {})),
    ):
        assert record(START, recorded) == replace(known, seq=2)


def test_text_and_thoughts_of_a_round_are_one_step_each_until_something_comes_between() -> None:
    assert turn_of(ROUND, e.ReasoningDelta("hm"), e.ReasoningDelta("!"), e.TextDelta("a"), e.TextDelta("b")).steps == (
        Reasoning("hm!", 1),
        Prose("ab", 1),
    )
    assert turn_of(ROUND, e.TextDelta("a"), e.ReasoningDelta("r"), e.TextDelta("b")).steps == (
        Prose("a", 1), Reasoning("r", 1), Prose("b", 1),
    )  # fmt: skip
    assert turn_of(ROUND, e.ReasoningDelta("a"), ROUND, e.ReasoningDelta("b")).steps == (
        Reasoning("a", 1), Reasoning("b", 2),
    )  # fmt: skip


def test_a_request_counts_a_round_and_one_aside_does_not() -> None:
    blob = BlobRef("aa", 1, "bytes")
    turn = turn_of(e.RequestSent("n", blob, 5, "schema", ("a",), 1, 2), e.RequestSent("v", None, 3, aside=True))
    assert (turn.rounds, turn.model) == (1, "n")
    assert turn.requests == (Sent("n", blob, 5, "schema", ("a",), 1, 2),)
    assert turn.asides == (Sent("v", None, 3),)
    two = turn_of(ROUND, ROUND)
    assert (two.rounds, len(two.requests), two.asides) == (2, 2, ())
    assert len(turn_of(e.RequestSent("v", aside=True), e.RequestSent("v", aside=True)).asides) == 2


def test_a_retry_is_over_when_anything_comes() -> None:
    waiting = e.RetryScheduled(2, 9.0, PROBLEM)
    assert turn_of(waiting).retry == Retry(2, 9.0, PROBLEM)
    for event in (
        e.TextDelta("a"),
        e.ReasoningDelta("a"),
        e.CodeDelta("x", "1"),
        ROUND,
        e.ToolStarted("y", "n", "{}"),
        e.TurnEnded("done"),
    ):
        assert turn_of(waiting, event).retry is None
    assert turn_of(e.TextDelta("a"), waiting, e.TextDelta("b")).retry is None
    assert turn_of(e.ReasoningDelta("a"), waiting, e.ReasoningDelta("b")).steps == (Reasoning("ab", 0),)


def test_code_of_a_call_grows_and_runs_as_it_is_given() -> None:
    written = [ROUND, e.CodeDelta("x", "1 +"), e.CodeDelta("x", " 1")]
    assert cell_of(*written) == Cell("x", 1, "1 + 1")
    run = cell_of(*written, e.CellStarted("x", "1 + 1", "analyst", 3))
    assert run == Cell("x", 1, "1 + 1", "running", author="analyst", generation=3, started_at=5.0)
    done = cell_of(*written, e.CellStarted("x", "1 + 1"), e.CellFinished("x", "ok", 4, 0.5, (Remark("r", {}),)))
    assert done == Cell("x", 1, "1 + 1", "ok", 4, duration=0.5, started_at=5.0, remarks=(Remark("r", {}),))


def test_cells_stand_where_they_began() -> None:
    turn = turn_of(
        e.CodeDelta("x", "1"), e.TextDelta("so"), e.CodeDelta("y", "2"), e.CodeDelta("x", "0"), e.TextDelta("end")
    )
    assert turn.steps == (Cell("x", 0, "10"), Prose("so", 0), Cell("y", 0, "2"), Prose("end", 0))


def test_output_is_added_joined_and_cleared_now_or_with_the_next() -> None:
    shown = [e.CellStarted("x", ""), e.OutputAdded("x", OLD)]
    assert cell_of(*shown, e.OutputAdded("x", NEW)).outputs == (StreamOutput("stdout", "oldnew"),)
    assert cell_of(*shown, e.OutputsCleared("x", wait=False)).outputs == ()
    waiting = cell_of(*shown, e.OutputsCleared("x", wait=True))
    assert (waiting.outputs, waiting.clear_pending) == ((OLD,), True)
    cleared = cell_of(*shown, e.OutputsCleared("x", wait=True), e.OutputAdded("x", NEW), e.OutputAdded("x", NEW))
    assert (cleared.outputs, cleared.clear_pending) == ((StreamOutput("stdout", "newnew"),), False)


def test_a_cell_that_is_run_again_tells_who_changed_it() -> None:
    """B31."""
    ran = [ROUND, e.CellStarted("x", "a = 1"), e.CellFinished("x", "error", 1, 0.1, (Remark("r", {}),))]
    again = cell_of(*ran, e.CellStarted("x", "a = 1", "model", 2))
    assert (again.status, again.author, again.revisions, again.remarks) == ("running", "model", (), ())
    assert again.generation == 2
    edited = cell_of(*ran, e.CellStarted("x", "a = 2"))
    assert (edited.source, edited.author, edited.revisions) == ("a = 2", "person", (Revision("a = 1", "model"),))
    assert edited.asked_for == "a = 1"
    back = cell_of(*ran, e.CellStarted("x", "a = 2"), e.CellFinished("x", "ok", 2, 0.1), e.CellStarted("x", "a = 1"))
    assert back.revisions == (Revision("a = 1", "model"), Revision("a = 2", "person"))
    same = cell_of(*ran, e.CellStarted("x", "a = 2"), e.CellFinished("x", "ok", 2, 0.1), e.CellStarted("x", "a = 2"))
    assert (same.author, same.revisions) == ("person", (Revision("a = 1", "model"),))
    assert Cell("x", 1, "a").asked_for == "a"


def test_approval_is_asked_and_given_or_not() -> None:
    """B9."""
    asked = [e.CodeDelta("x", "rm"), e.ApprovalAsked("x", "rm -r", ("deletes",))]
    waiting = cell_of(*asked)
    assert (waiting.source, waiting.status, waiting.reasons) == ("rm -r", "waiting", ("deletes",))
    given_ = cell_of(*asked, e.ApprovalGiven("x", approved=True))
    assert (given_.status, given_.author, given_.revisions, given_.remarks) == ("running", "model", (), ())
    refused = cell_of(*asked, e.ApprovalGiven("x", approved=False, reason="no"))
    assert (refused.status, refused.remarks) == ("rejected", (Remark("reason", {"text": "no"}),))
    changed = cell_of(*asked, e.ApprovalGiven("x", approved=True, source="ls"))
    assert (changed.source, changed.author, changed.revisions) == ("ls", "person", (Revision("rm -r", "model"),))
    unchanged = cell_of(*asked, e.ApprovalGiven("x", approved=True, source="rm -r"))
    assert (unchanged.author, unchanged.revisions) == ("model", ())


def test_a_call_of_another_tool_takes_the_place_of_what_was_shown_of_it() -> None:
    started = [e.CodeDelta("x", "{"), e.CodeDelta("y", "1"), e.ToolStarted("x", "look", "{}")]
    assert turn_of(*started).steps == (Cell("y", 0, "1"), ToolUse("x", 0, "look", "{}"))
    two = [*started, e.ToolStarted("z", "look", "{}"), e.ToolFinished("x", "seen", answered=True)]
    assert turn_of(*two).steps == (
        Cell("y", 0, "1"),
        ToolUse("x", 0, "look", "{}", "seen", True),
        ToolUse("z", 0, "look", "{}"),
    )
    assert turn_of(*two, e.ToolFinished("y", "none")).steps == turn_of(*two).steps


def test_tokens_are_counted_by_the_model_that_used_them() -> None:
    first, second, third = Usage(10, 2, 1, False, 1), Usage(20, 3, 2, True, 1), Usage(1, 1)
    turn = turn_of(
        ROUND, e.UsageReported(first), e.UsageReported(second, "m"), e.UsageReported(third, "other"),
        e.UsageReported(third, "m", aside=True), e.UsageReported(third, "other"),
    )  # fmt: skip
    assert turn.usage == Usage(33, 8, 3, True, 2)
    assert turn.last_usage == second
    assert turn.spent == (("m", Usage(31, 6, 3, True, 2)), ("other", Usage(2, 2)))


def test_what_had_not_finished_when_the_turn_ended_is_told_so() -> None:
    """B2."""
    turn = turn_of(
        e.CodeDelta("writing", "1"), e.ApprovalAsked("waiting", "1", ()), e.CellStarted("running", "1"),
        e.CellStarted("ok", "1"), e.CellFinished("ok", "ok", 1, 0.1), e.TextDelta("text"),
        e.TurnEnded("stopped", PROBLEM),
    )  # fmt: skip
    assert {cell.id: cell.status for cell in turn.cells} == {
        "writing": "dropped", "waiting": "dropped", "running": "interrupted", "ok": "ok",
    }  # fmt: skip
    assert (turn.ending, turn.problem, turn.ended_at, turn.steps[-1]) == ("stopped", PROBLEM, 8.0, Prose("text", 0))
    assert record(START, e.TurnEnded("done")).running is None


def test_notices_stand_in_their_order() -> None:
    assert turn_of(e.Notice("a", {"n": 1}), e.Notice("b", {})).notices == (Remark("a", {"n": 1}), Remark("b", {}))


def file(size: int, name: str = "a.csv") -> WorkspaceFile:
    return WorkspaceFile(name, size, 1.0, "code")


@pytest.mark.parametrize(
    ("events", "changes"),
    [
        ([e.FileAdded(file(1))], [FileChange("a.csv", 1, "created")]),
        ([e.FileChanged(file(2))], [FileChange("a.csv", 2, "changed")]),
        ([e.FileAdded(file(1)), e.FileChanged(file(2))], [FileChange("a.csv", 2, "created")]),
        ([e.FileAdded(file(1)), e.FileRemoved("a.csv")], []),
        ([e.FileChanged(file(2)), e.FileRemoved("a.csv")], [FileChange("a.csv", 0, "removed")]),
        ([e.FileChanged(file(2)), e.FileChanged(file(3))], [FileChange("a.csv", 3, "changed")]),
        (
            [e.FileAdded(file(1)), e.FileAdded(file(5, "b")), e.FileChanged(file(2))],
            [FileChange("b", 5, "created"), FileChange("a.csv", 2, "created")],
        ),
    ],
)
def test_what_a_turn_did_to_a_file_is_told_once(events: list[e.Event], changes: list[FileChange]) -> None:
    assert turn_of(*events).changes == tuple(changes)
    conversation = record(START, *((None, event) for event in events))
    assert conversation.turns[0].changes == ()


def test_files_are_known_until_they_are_gone() -> None:
    both = record((None, e.FileAdded(file(1))), (None, e.FileAdded(file(2, "b"))))
    assert both.files == {"a.csv": file(1), "b": file(2, "b")}
    assert record((None, e.FileAdded(file(1))), (None, e.FileChanged(file(9)))).files == {"a.csv": file(9)}
    assert record(
        (None, e.FileAdded(file(1))), (None, e.FileAdded(file(2, "b"))), (None, e.FileRemoved("b"))
    ).files == {"a.csv": file(1)}


def test_the_kernel_is_as_it_was_last_reported() -> None:
    ready = e.KernelChanged("ready", "landlock", "3.12", 4, PROBLEM)
    assert record((None, ready)).kernel == KernelState("ready", "landlock", "3.12", 4, PROBLEM)


def ran(cell_id: str, generation: int = 1) -> list[e.Event]:
    return [e.CellStarted(cell_id, "1", "model", generation), e.CellFinished(cell_id, "ok", 1, 0.1)]


def test_replayed_cells_live_in_the_new_kernel() -> None:
    """B30."""
    two = [("t2", e.TurnStarted("more", parent="t1")), *(("t2", each) for each in ran("z"))]
    conversation = record(START, *ran("x"), *ran("y"), *two, (None, e.CellsReplayed(("x", "z"), 5)))
    assert {cell.id: cell.generation for turn in conversation.turns for cell in turn.cells} == {"x": 5, "y": 1, "z": 5}


def test_a_display_is_updated_wherever_it_was_shown() -> None:
    shown = [e.OutputAdded("x", DisplayData({"text/plain": "old"}, {}, "d")), e.OutputAdded("y", OLD)]
    more = [("t2", e.TurnStarted("more")), ("t2", e.OutputAdded("z", ExecuteResult({"text/plain": "old"}, {}, 3, "d")))]
    conversation = record(START, *shown, *more, (None, e.OutputUpdated("d", {"text/plain": "new"}, {"w": 1})))
    x, y, z = (cell for turn in conversation.turns for cell in turn.cells)
    assert x.outputs == (DisplayData({"text/plain": "new"}, {"w": 1}, "d"),)
    assert y.outputs == (OLD,)
    assert z.outputs == (ExecuteResult({"text/plain": "new"}, {"w": 1}, 3, "d"),)


def test_a_summary_stands_with_the_turn_it_ends_in() -> None:
    more = [("t2", e.TurnStarted("more")), ("t2", e.Summarised("short", "t1", 2, "schema", ("a",)))]
    first, second = record(START, *more).turns
    assert (first.summary, second.summary) == (Summary("short", 2, "schema", ("a",), 3.0), None)


def test_only_what_is_named_of_a_conversation_changes() -> None:
    settings = ConversationSettings(model="other")
    all_of_it = e.ConversationChanged("title", settings, "t1", True, True, "p", "me")
    before = record(START, ("t2", e.TurnStarted("more")))
    changed = record(START, ("t2", e.TurnStarted("more")), (None, all_of_it))
    assert changed == replace(
        before, title="title", settings=settings, head="t1", pinned=True, deleted=True, parent="p", owner="me", seq=3
    )
    nothing = record(START, ("t2", e.TurnStarted("more")), (None, all_of_it), (None, e.ConversationChanged()))
    assert nothing == replace(changed, seq=4)
    undone = e.ConversationChanged("", pinned=False, deleted=False, owner="")
    off = record(START, (None, all_of_it), (None, undone))
    assert (off.title, off.pinned, off.deleted, off.owner, off.parent) == ("", False, False, "", "p")


def tree() -> Conversation:
    return record(
        ("t1", e.TurnStarted("1")), ("t1", e.CellStarted("a", "1")), ("t1", e.TurnEnded("done")),
        ("t2", e.TurnStarted("2", parent="t1")), ("t2", e.CellStarted("b", "1")), ("t2", e.TurnEnded("done")),
        ("t3", e.TurnStarted("3", parent="t1")), ("t3", e.CellStarted("c", "1")),
    )  # fmt: skip


def test_a_branch_is_the_way_from_the_first_turn() -> None:
    """B22."""
    conversation = tree()
    assert [turn.id for turn in conversation.branch()] == ["t1", "t3"]
    assert [turn.id for turn in conversation.branch("t2")] == ["t1", "t2"]
    assert conversation.branch("t9") == ()
    assert [turn.id for turn in conversation.siblings(conversation.turns[1])] == ["t2", "t3"]
    assert [cell.id for _, cell in conversation.cells()] == ["a", "c"]
    found = conversation.cell("b")
    assert found is not None and found.id == "b"
    assert conversation.cell("z") is None and conversation.turn("t9") is None
    assert conversation.turn("t2") == conversation.turns[1]


def test_turns_that_follow_each_other_in_a_circle_end() -> None:
    circle = Conversation("c", turns=(Turn("a", "b", ""), Turn("b", "a", "")), head="a")
    assert [turn.id for turn in circle.branch()] == ["b", "a"]


def test_files_wait_until_a_turn_has_told_of_them() -> None:
    """B5."""
    brought = {
        name: WorkspaceFile(name, 1, 1.0, origin) for name, origin in (("a", "upload"), ("b", "upload"), ("c", "code"))
    }
    told = Turn("t1", None, "", ("a",), ending="done")
    conversation = Conversation("c", files=brought, turns=(told,), head="t1")
    assert conversation.waiting_files("t1") == ("b",)
    assert conversation.waiting_files(None) == ("a", "b")


@pytest.mark.parametrize(
    ("value", "strict"),
    [("auto", "auto"), ("risky", "risky"), ("always", "always"), ("never", "always"), ("", "always")],
)
def test_a_way_of_approval_that_is_not_known_is_the_strictest(value: str, strict: str) -> None:
    assert ConversationSettings(approval=value).approval == strict  # type: ignore[arg-type]


def test_other_unknown_settings_are_the_strictest_too() -> None:
    odd = ConversationSettings(sharing="some", network=1)  # type: ignore[arg-type]
    assert (odd.sharing, odd.network) == ("schema", False)
    kept = ConversationSettings(sharing="full", network=True)
    assert (kept.sharing, kept.network) == ("full", True)


def test_the_answer_s_text_is_its_paragraphs() -> None:
    turn = Turn(
        "t", None, "", steps=(Prose(" a\n", 1), Reasoning("r", 1), Cell("x", 1), Prose(" \n", 1), Prose("b", 2))
    )
    assert turn.text == "a\n\nb"
    assert turn.cells == (Cell("x", 1),)


ERROR = ErrorOutput("E", "v")


def test_the_error_of_a_cell_is_its_last() -> None:
    assert error_of(Cell("x", 1, outputs=(ERROR, ErrorOutput("F", ""), OLD))) == ErrorOutput("F", "")
    assert error_of(Cell("x", 1, outputs=(OLD,))) is None


def test_attempts_are_folded_with_what_was_said_between() -> None:
    """B7."""
    failed, died = Cell("a", 1, status="error", outputs=(ERROR,)), Cell("b", 1, status="timeout")
    good, said, last = Cell("c", 1, status="ok"), Prose("again", 1), Prose("end", 1)
    assert list(folded_attempts([said, failed, said, died, good, last])) == [
        said, Repaired((failed, died), (said,)), good, last,
    ]  # fmt: skip
    assert list(folded_attempts([failed, said])) == [failed, said]
    assert list(folded_attempts([good, good])) == [good, good]
    stopped = Cell("d", 1, status="interrupted")
    assert list(folded_attempts([failed, stopped, good])) == [Repaired((failed, stopped), ()), good]
    assert Repaired((died, failed), ()).error == ERROR


@given(st.lists(st.sampled_from([Prose("p", 1), Cell("o", 1, status="ok"), Cell("e", 1, status="error")]), max_size=12))
def test_no_step_is_lost_when_attempts_are_folded(steps: list[Step]) -> None:
    shown = list(folded_attempts(steps))
    flat = [
        part for step in shown for part in ((*step.attempts, *step.between) if isinstance(step, Repaired) else (step,))
    ]
    assert sorted(map(str, flat)) == sorted(map(str, steps))
    assert sum(isinstance(step, Repaired) for step in shown) <= sum(step == Cell("o", 1, status="ok") for step in steps)
