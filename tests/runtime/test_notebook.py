"""The conversation worked in as a notebook, with real kernels: what a person writes is theirs, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lci.agent.prompts.phrases import ModelPhrases
from lci.core.conversation import Conversation, ConversationSettings
from lci.core.notebook_cells import CodeCell, MarkdownCell, NotebookCell, PromptCell, notebook_cells
from lci.core.outputs import StreamOutput
from lci.core.transcript.building import transcript
from lci.core.turns import Cell
from lci.notebook.export import notebook
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel, calls, says
from tests.runtime.conftest import behaviour

Open = Callable[..., Interpreter]


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    """A conversation whose model runs these sources, one an answer, and then says done; real kernels."""
    made: list[Engine] = []

    def make(*sources: str, real: bool = True) -> Interpreter:
        model = ScriptedModel([each for source in sources for each in (calls(source), says("Done."))] + [says("Seen.")])
        engine = Engine(
            Settings(home=home, model="builtin-analyst"),
            make_kernel=None if real else lambda workspace, settings, blobs: ScriptedKernel(behaviour),
            make_model=lambda model_id: model,
        )
        made.append(engine)
        return Interpreter(engine=engine, settings=ConversationSettings(model="m", approval="auto"))

    yield make
    for engine in made:
        engine.close()


def asked(live: Interpreter, prompt: str = "go on") -> None:
    live.submit(prompt)
    idle(live)


def idle(live: Interpreter) -> None:
    assert live.wait(lambda now: now.running is None and not live.busy, 60)


def cells(live: Interpreter) -> list[NotebookCell]:
    return list(notebook_cells(live.snapshot()))


def code(live: Interpreter) -> list[Cell]:
    return [each.cell for each in cells(live) if isinstance(each, CodeCell)]


def printed(cell: Cell) -> str:
    return "".join(output.text for output in cell.outputs if isinstance(output, StreamOutput))


def messages(now: Conversation) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in transcript(now, "system", ModelPhrases())]


@pytest.mark.kernel
def test_a_persons_cell_runs_in_the_same_memory_in_its_place_and_the_model_is_told_so(opened: Open) -> None:
    """B21: a cell put between two others, run, and all below run again from there."""
    live = opened("x = 2", "print('x is', x)")
    asked(live)
    asked(live)
    first, second = code(live)
    own = live.notebook.insert("code", first.id)
    live.cells.run(own, "x = x * 21\nprint('mine', x)")
    idle(live)
    assert [each.id for each in code(live)] == [first.id, own, second.id]
    assert (printed(code(live)[1]), code(live)[1].author) == ("mine 42\n", "person")
    live.cells.run_from(first.id)
    idle(live)
    assert [printed(each) for each in code(live)] == ["", "mine 42\n", "x is 42\n"]
    assert [each.execution_count for each in code(live)] == [4, 5, 6]
    told = messages(live.snapshot())
    (of_the_user,) = [text for role, text in told if "x * 21" in text]
    assert "user" in {role for role, text in told if "x * 21" in text}
    assert "The user wrote this code" in of_the_user
    assert "mine 42" in of_the_user


@pytest.mark.kernel
def test_a_notebook_without_a_conversation_runs_too(opened: Open) -> None:
    live = opened()
    own = live.notebook.insert("code", "", "print(6 * 7)")
    (cell,) = code(live)
    assert (cell.id, cell.execution_count) == (own, None)
    live.cells.run_from(own)
    idle(live)
    assert [printed(each) for each in code(live)] == ["42\n"]
    document = notebook(live.notebook._snapshot(), live.engine.store)
    assert [each.source for each in document.cells if each.cell_type == "code"] == ["print(6 * 7)"]


def test_running_from_a_cell_ends_with_the_first_that_fails(opened: Open) -> None:
    live = opened("a", "raise", real=False)
    asked(live)
    asked(live)
    last = live.notebook.insert("code", code(live)[-1].id, "never")
    live.cells.run_from(code(live)[0].id)
    idle(live)
    assert [each.status for each in code(live)] == ["ok", "error", "writing"]
    assert code(live)[-1].id == last


def test_what_is_written_is_told_once_with_the_next_question_as_the_persons(opened: Open) -> None:
    live = opened("a", real=False)
    asked(live)
    passage = next(each for each in cells(live) if isinstance(each, MarkdownCell))
    live.notebook.insert("markdown", passage.id, "Weights are in grams.")
    live.notebook.edit(passage.id, "Done, says I.", "Done.")
    live.notebook.insert("code", passage.id, "later()")
    asked(live, "And now?")
    told = messages(live.snapshot())
    assert told[-2][0] == "user"
    for text in ("Weights are in grams.", "Done, says I.", "later()"):
        assert text in told[-2][1]
    assert ("assistant", "Done.") in told
    assert [notice.code for notice in live.snapshot().turns[-1].notices] == ["notebook_written"]
    live.submit("Once more")
    idle(live)
    assert live.snapshot().turns[-1].notices == ()


def test_two_tabs_that_write_in_one_cell_lose_nothing(opened: Open) -> None:
    live = opened("a", real=False)
    asked(live)
    (cell,) = code(live)
    assert live.notebook.edit(cell.id, "a # one", "a") == cell.id
    other = live.notebook.edit(cell.id, "a # two", "a")
    assert other != cell.id
    assert [each.source for each in cells(live) if isinstance(each, CodeCell)] == ["a # one", "a # two"]
    assert live.notebook.edit(cell.id, "a # one", "a") == cell.id, "the same words are no other"
    live.notebook.delete(cell.id)
    kept = live.notebook.edit(cell.id, "a # three", "a # one")
    assert [each.source for each in cells(live) if each.id == kept and isinstance(each, CodeCell)] == ["a # three"]


def test_the_downloaded_notebook_has_the_cells_of_the_page_in_their_order(opened: Open) -> None:
    live = opened("a", "b", real=False)
    asked(live, "First")
    asked(live, "Second")
    one, two = code(live)
    live.notebook.move(two.id, one.id)
    live.notebook.insert("markdown", "", "# Study")
    live.notebook.insert("code", two.id, "own()")
    live.notebook.edit(one.id, "a2", "a")
    gone = live.notebook.insert("markdown", one.id, "not this")
    live.notebook.delete(gone)
    document = notebook(live.notebook._snapshot(), live.engine.store)
    shown = []
    for each in cells(live):
        match each:
            case PromptCell(_, turn):
                shown.append(("markdown", f"## {turn.prompt}"))
            case MarkdownCell(_, text):
                shown.append(("markdown", text))
            case CodeCell():
                shown.append(("code", each.source))
    assert [(each.cell_type, each.source) for each in document.cells if each.id != "title"] == shown
    assert [source for kind, source in shown if kind == "code"] == ["a2", "b", "own()"]
    (edited,) = [each for each in document.cells if each.source == "a2"]
    assert (edited.outputs, edited.execution_count) == ([], None)


def test_all_of_it_is_there_after_a_restart_and_a_deleted_cell_can_still_be_put_back(opened: Open) -> None:
    """B1."""
    live = opened("a", real=False)
    asked(live)
    (cell,) = code(live)
    live.notebook.edit(cell.id, "a # edited", "a")
    live.notebook.delete(live.notebook.insert("code", "", "mine"))
    before = notebook_cells(live.snapshot())
    live.close()
    with Interpreter(engine=live.engine, conversation_id=live.id, create=False) as again:
        assert notebook_cells(again.snapshot()) == before
        (deleted,) = again.snapshot().arrangement.deleted
        again.notebook.delete(deleted, False)
        assert [each.source for each in cells(again) if isinstance(each, CodeCell)] == ["mine", "a # edited"]
