"""The Notebook page without a browser: what it draws, and what its buttons do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lci.core.conversation import ConversationSettings
from lci.core.notebook_cells import CodeCell, notebook_cells
from lci.core.outputs import StreamOutput
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel, calls, says
from lci.ui import state
from lci.ui.notebook_page import headings_of

SCRIPT = Path(__file__).resolve().parents[2] / "pages" / "main.py"


@pytest.fixture
def live(home: Path) -> Iterator[Interpreter]:
    """A conversation whose model runs `one`, then `two`, with a scripted kernel."""
    model = ScriptedModel([calls("one"), says("## First\n\nIt ran."), calls("two"), says("Both ran.")])
    engine = Engine(
        Settings(home=home),
        make_kernel=lambda workspace, settings, blobs: ScriptedKernel(lambda source: [StreamOutput("stdout", source)]),
        make_model=lambda model_id: model,
    )
    registry = state.open_registry(OpenConversations(engine))
    yield registry.create(ConversationSettings(model="m", approval="auto"))
    state.close_registry()


def page(live: Interpreter) -> AppTest:
    at = AppTest.from_file(str(SCRIPT), default_timeout=20)
    at.query_params["c"] = live.id
    at.run()
    return drawn(at.switch_page("notebook.py"))


def drawn(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return drawn(at)


def code(live: Interpreter) -> list[CodeCell]:
    return [cell for cell in notebook_cells(live.snapshot()) if isinstance(cell, CodeCell)]


def sources(live: Interpreter) -> list[str]:
    return [cell.source for cell in code(live)]


def test_prose_prompts_and_cells_stand_in_their_order_with_numbers_and_outputs(live: Interpreter) -> None:
    live.run("Do the first")
    at = page(live)
    assert [each.value for each in at.main.text] == ["Do the first"]
    assert "## First\n\nIt ran." in [each.value for each in at.main.markdown]
    assert [each.value for each in at.main.code] == ["one", "one"]
    (cell,) = code(live)
    assert "[1]" in at.button(key=f"pick_{cell.id}").label


def test_the_cell_in_hand_is_moved_deleted_and_put_back(live: Interpreter) -> None:
    live.run("first")
    live.run("second")
    _, two = code(live)
    at = click(page(live), f"pick_{two.id}")
    # Past its own question, the words before that and the other cell.
    for _ in range(3):
        click(at, "move_up")
    assert sources(live) == ["two", "one"]
    click(at, "delete_cell")
    assert sources(live) == ["one"]
    click(at, "undelete_cell")
    assert sources(live) == ["two", "one"]
    assert not [button for button in at.button if button.key == "undelete_cell"]


def test_a_cell_deleted_in_another_tab_is_put_back_from_the_end(live: Interpreter) -> None:
    live.run("first")
    (one,) = code(live)
    live.notebook.delete(one.id)
    at = click(page(live), "undelete_cell")
    assert sources(live) == ["one"]
    assert not [button for button in at.button if button.key == "undelete_cell"]


def test_a_cell_is_added_below_the_one_in_hand_and_taken_in_hand(live: Interpreter) -> None:
    live.run("first")
    (one,) = code(live)
    at = click(page(live), f"pick_{one.id}")
    click(at, "add_code_below")
    assert sources(live) == ["one", ""]
    assert at.session_state["notebook_cell"] == code(live)[1].id
    click(at, "close_cell")
    assert at.session_state["notebook_cell"] == ""


def test_run_and_run_from_here_run_cells_as_they_stand(live: Interpreter) -> None:
    live.run("first")
    (one,) = code(live)
    live.notebook.edit(one.id, "one, edited", "one")
    live.notebook.insert("code", one.id, "three")
    at = click(page(live), f"pick_{one.id}")
    click(at, "run_from")
    assert live.wait(lambda _: not live.busy, 10)
    assert [[output.text for output in each.cell.outputs] for each in code(live)] == [["one, edited"], ["three"]]
    assert not any(cell.is_unrun for cell in code(live))
    click(at, "run_picked")
    assert live.wait(lambda _: not live.busy, 10)
    assert code(live)[0].cell.execution_count == 4


def test_of_a_long_notebook_the_last_cells_are_drawn_and_the_rest_on_request(live: Interpreter) -> None:
    for number in range(90):
        live.notebook.insert("markdown", "", f"note {89 - number}")
    at = page(live)
    shown = [each.value for each in at.main.markdown if each.value.startswith("note")]
    assert len(shown) == 70
    assert shown[-1] == "note 89"
    click(at, "earlier_cells")
    assert next(each.value for each in at.main.markdown if each.value.startswith("note")) == "note 0"


def test_headings_are_those_of_markdown_and_no_lines_of_code() -> None:
    assert headings_of("# One `x`\n\n```python\n# not this\n```\n\nUnder\n-----\n### Three") == (
        (1, "One x"),
        (2, "Under"),
        (3, "Three"),
    )


def test_what_one_tab_writes_twice_before_its_page_has_answered_stays_one_cell(live: Interpreter) -> None:
    """B21: its editor still names the words from before both."""
    live.run("first")
    (one,) = code(live)

    def script() -> None:
        import types

        import streamlit as st

        from lci.ui import notebook_commands

        cell_id, words = st.session_state["written"]
        said = types.SimpleNamespace(saved={"source": words, "base": "one"}, ran=None)
        st.session_state[f"editor_{cell_id}"] = said
        notebook_commands.typed(cell_id)

    tab = AppTest.from_function(script, default_timeout=20)
    tab.query_params["c"] = live.id
    for words in ("one, two", "one, two, three"):
        tab.session_state["written"] = (one.id, words)
        tab.run()
        assert not tab.exception
    assert sources(live) == ["one, two, three"]
