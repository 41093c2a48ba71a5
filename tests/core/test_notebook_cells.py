"""The notebook's order is what the events say, whatever a person did to it."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from lci.core import events as e
from lci.core.arrangement import Arrangement
from lci.core.conversation import Conversation
from lci.core.folding import apply, folded
from lci.core.notebook_cells import (
    CodeCell,
    MarkdownCell,
    NotebookCell,
    PromptCell,
    arranged,
    home,
    notebook_cells,
    ran_cells,
    with_deleted,
)
from lci.core.turns import Prose
from tests.core.strategies import logs
from tests.examples import share

#: Two questions, each with code and words.
TALK: tuple[tuple[str, e.Event], ...] = (
    ("t1", e.TurnStarted("First")),
    ("t1", e.RequestSent("m")),
    ("t1", e.TextDelta("I load it.")),
    ("t1", e.CellStarted("a", "x = 1")),
    ("t1", e.CellFinished("a", "ok", 1, 0.1)),
    ("t1", e.RequestSent("m")),
    ("t1", e.TextDelta("# Loaded\n\nIt is there.")),
    ("t1", e.TurnEnded("done")),
    ("t2", e.TurnStarted("Second", parent="t1")),
    ("t2", e.CellStarted("b", "print(x)")),
    ("t2", e.CellFinished("b", "ok", 2, 0.1)),
    ("t2", e.TurnEnded("done")),
)
WRITTEN = ["t1", "t1-said-1", "a", "t1-said-2", "t2", "b"]


def after(*steps: e.Event | tuple[str, e.Event]) -> Conversation:
    """`TALK` and what came then; without a turn where none is named."""
    log = [*TALK, *(step if isinstance(step, tuple) else (None, step) for step in steps)]
    return folded("c", [e.Recorded(n, float(n), "c", turn, e.SCHEMA, step) for n, (turn, step) in enumerate(log, 1)])


def ids(cells: tuple[NotebookCell, ...]) -> list[str]:
    return [cell.id for cell in cells]


def cell(conversation: Conversation, cell_id: str) -> NotebookCell:
    return next(each for each in notebook_cells(conversation) if each.id == cell_id)


def text_of(each: NotebookCell) -> str:
    match each:
        case PromptCell(_, turn):
            return turn.prompt
        case MarkdownCell(_, text):
            return text
        case CodeCell():
            return each.source


def test_nobody_having_touched_it_it_is_what_was_said_and_run_in_order() -> None:
    now = after()
    assert ids(notebook_cells(now)) == WRITTEN
    assert arranged(now) is now


def test_a_cell_of_ones_own_stands_where_it_was_put_until_and_after_it_ran() -> None:
    now = after(e.CellInserted("n", "a", "code", "y = 2"))
    assert ids(notebook_cells(now)) == ["t1", "t1-said-1", "a", "n", "t1-said-2", "t2", "b"]
    unrun = cell(now, "n")
    assert isinstance(unrun, CodeCell)
    assert (unrun.source, unrun.is_unrun, unrun.cell.execution_count) == ("y = 2", True, None)
    turn = home(now, "n")
    assert turn is not None and turn.id == "t1"
    ran = after(
        e.CellInserted("n", "a", "code", "y = 2"),
        ("t1", e.CellStarted("n", "y = 2", "person")),
        ("t1", e.CellFinished("n", "ok", 3)),
    )
    assert ids(notebook_cells(ran)) == ids(notebook_cells(now))
    done = cell(ran, "n")
    assert isinstance(done, CodeCell)
    assert (done.is_unrun, done.cell.execution_count, done.cell.asked_by) == (False, 3, "person")


def test_markdown_is_edited_and_the_answer_it_was_stays_as_it_was_given() -> None:
    now = after(e.CellEdited("t1-said-2", "# Read\n\nBy me."))
    edited = cell(now, "t1-said-2")
    assert isinstance(edited, MarkdownCell)
    assert (edited.text, edited.is_edited) == ("# Read\n\nBy me.", True)
    assert Prose("# Loaded\n\nIt is there.", 2) in now.turns[0].steps


def test_text_stays_whose_it_is_also_where_the_notebook_is_read_as_a_conversation() -> None:
    brought = (("t3", e.TurnStarted("", parent="t2", origin="import")), ("t3", e.TextDelta("Theirs", True, "import")))
    now = after(e.CellInserted("n", "a", "markdown", "Mine"), e.CellEdited("t1-said-2", "Put right"), *brought)
    whose = [(step.text, step.author) for turn in arranged(now).turns for step in turn.steps if isinstance(step, Prose)]
    assert whose == [("I load it.", "model"), ("Mine", "person"), ("Put right", "person"), ("Theirs", "import")]


def test_code_that_was_changed_and_not_run_is_a_draft_without_outputs_until_it_runs() -> None:
    """B21."""
    now = after(e.CellEdited("b", "print(x + 1)"))
    draft = cell(now, "b")
    assert isinstance(draft, CodeCell)
    assert (draft.source, draft.cell.source) == ("print(x + 1)", "print(x)")
    (written,) = arranged(now).turns[1].cells
    assert (written.source, written.outputs, written.execution_count) == ("print(x + 1)", (), None)
    other = (("t2", e.CellStarted("b", "print(x + 2)", "person")), ("t2", e.CellFinished("b", "ok", 3)))
    kept = cell(after(e.CellEdited("b", "print(x + 1)"), *other), "b")
    assert isinstance(kept, CodeCell)
    assert (kept.source, kept.cell.source) == ("print(x + 1)", "print(x + 2)"), "who runs other code takes no draft"
    ran = (("t2", e.CellStarted("b", "print(x + 1)", "person")), ("t2", e.CellFinished("b", "ok", 3)))
    again = cell(after(e.CellEdited("b", "print(x + 1)"), *ran, *other), "b")
    assert isinstance(again, CodeCell)
    assert (again.source, again.is_unrun) == ("print(x + 2)", False)


def test_a_cell_moved_into_another_answer_leaves_both_turns_as_they_were() -> None:
    now = after(e.CellMoved("b", "a"))
    assert ids(notebook_cells(now)) == ["t1", "t1-said-1", "a", "b", "t1-said-2", "t2"]
    assert [each.id for each in ran_cells(now)] == ["a", "b"]
    assert [[each.id for each in turn.cells] for turn in now.turns] == [["a"], ["b"]]
    assert [[each.id for each in turn.cells] for turn in arranged(now).branch()] == [["a", "b"], []]


def test_what_stands_above_the_first_prompt_is_in_the_notebook_too() -> None:
    now = after(e.CellInserted("n", "", "markdown", "# My study"))
    assert ids(notebook_cells(now)) == ["n", *WRITTEN]
    first, *rest = arranged(now).branch()
    assert (first.prompt, first.steps) == ("", (Prose("# My study", 0, "person"),))
    assert [turn.prompt for turn in rest] == ["First", "Second"]


def test_a_deleted_cell_comes_back_in_its_place() -> None:
    deleted = e.CellDeleted("a")
    gone = after(deleted, e.CellMoved("b", "a"))
    assert ids(notebook_cells(gone)) == ["t1", "t1-said-1", "b", "t1-said-2", "t2"]
    back = after(deleted, e.CellMoved("b", "a"), e.CellDeleted("a", deleted=False))
    assert ids(notebook_cells(back)) == ["t1", "t1-said-1", "a", "b", "t1-said-2", "t2"]


def test_what_another_branch_holds_is_in_its_notebook_alone() -> None:
    """B22."""
    other = ("t3", e.TurnStarted("Instead", parent="t1")), ("t3", e.TurnEnded("done"))
    now = after(e.CellInserted("n", "b", "markdown", "of the second"), *other)
    assert ids(notebook_cells(now)) == ["t1", "t1-said-1", "a", "t1-said-2", "t3"]
    again = after(e.CellInserted("n", "b", "markdown", "of the second"), *other, e.ConversationChanged(head="t2"))
    assert ids(notebook_cells(again)) == [*WRITTEN, "n"]


#: Another second question, with what a person may do to what is only there.
ANOTHER: tuple[tuple[str, e.Event], ...] = (
    ("t3", e.TurnStarted("Instead", parent="t1")),
    ("t3", e.TextDelta("In another way.")),
    ("t3", e.CellStarted("c", "x = 3")),
    ("t3", e.CellFinished("c", "ok", 3, 0.1)),
    ("t3", e.TurnEnded("done")),
)
_THERE = ["t3", "t3-said-1", "c", "n1", "n2"]
_DONE_THERE = st.lists(
    st.builds(e.CellInserted, st.sampled_from(["n1", "n2"]), st.sampled_from(_THERE), st.just("code"), st.just("y"))
    | st.builds(e.CellEdited, st.sampled_from(_THERE), st.sampled_from(["p", "q"]))
    # A cell of one's own that is put among what all branches share is shared by them from then on.
    | st.builds(e.CellMoved, st.sampled_from(["n1", "n2"]), st.sampled_from(_THERE))
    | st.builds(e.CellMoved, st.sampled_from(["t3", "t3-said-1", "c"]), st.sampled_from([*_THERE, "", *WRITTEN]))
    | st.builds(e.CellDeleted, st.sampled_from(_THERE), st.booleans())
    | st.builds(
        lambda cell, source: ("t3", e.CellStarted(cell, source, "person")),
        st.sampled_from(["c", "n1"]),
        st.text(max_size=2),
    )
    | st.builds(lambda text: ("t3", e.TextDelta(text)), st.text(max_size=5))
    | st.just(("t4", e.TurnStarted("And then?", parent="t3")))
    | st.just(e.Summarised("Summed up", "t3", 1)),
    max_size=10,
)


@given(_DONE_THERE)
def test_nothing_that_is_done_on_one_branch_alters_another(done: list[e.Event | tuple[str, e.Event]]) -> None:
    """B22: what was asked, said, run and arranged there, and the notebook one downloads of it."""
    back = e.ConversationChanged(head="t2")
    before, now = after(*ANOTHER, back), after(*ANOTHER, *done, back)
    assert now.branch() == before.branch()
    assert notebook_cells(now) == notebook_cells(before)
    assert arranged(now).branch() == arranged(before).branch()


_IDS = st.sampled_from([*WRITTEN, "n1", "n2", "n3"])
_HANDLED = st.lists(
    st.builds(e.CellInserted, st.sampled_from(["n1", "n2", "n3"]), st.just("") | _IDS, st.just("code"))
    | st.builds(e.CellMoved, _IDS, st.just("") | _IDS)
    | st.builds(e.CellDeleted, _IDS, st.booleans()),
    max_size=12,
)


@given(_HANDLED)
def test_no_cell_is_lost_or_twice_and_each_stands_right_after_what_it_was_put_after(events: list[e.Event]) -> None:
    before, now = after(*events[:-1]), after(*events)
    order = ids(with_deleted(now))
    inserted = {event.cell_id for event in events if isinstance(event, e.CellInserted)}
    assert len(order) == len(set(order))
    assert set(WRITTEN) <= set(order) <= {*WRITTEN, *inserted}
    assert [each for each in order if each not in now.arrangement.deleted] == ids(notebook_cells(now))
    last = events[-1] if events else None
    if isinstance(last, e.CellMoved | e.CellInserted) and last.cell_id in order and last.after != last.cell_id:
        if not last.after:
            assert order[0] == last.cell_id
        elif last.after in ids(with_deleted(before)):
            assert order.index(last.cell_id) == order.index(last.after) + 1
    if isinstance(last, e.CellDeleted):
        assert order == ids(with_deleted(before))


@given(logs())
@settings(max_examples=share(60))
def test_the_conversation_a_notebook_makes_has_its_cells_in_its_order(log: list[e.Recorded]) -> None:
    """What writes notebooks is given this conversation, and the screen draws those cells: they agree."""
    now = folded("c", log)
    cells = notebook_cells(now)
    document = arranged(now)
    assert document.arrangement == Arrangement()
    assert [text_of(each) for each in cells if text_of(each).strip()] == [
        text_of(each) for each in notebook_cells(document) if text_of(each).strip()
    ]
    assert [turn.id for turn in document.branch()] == [turn.id for turn in document.turns] or document is now


@given(logs(), st.integers(0, 30))
def test_a_reader_of_half_the_log_sees_the_notebook_of_then(log: list[e.Recorded], cut: int) -> None:
    """B1, B11."""
    live = Conversation("c" * 32)
    for recorded in log[:cut]:
        live = apply(live, recorded)
    assert notebook_cells(live) == notebook_cells(folded("c" * 32, log[:cut]))
