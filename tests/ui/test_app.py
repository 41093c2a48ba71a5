"""The UI script without a browser: state and wiring (what it looks like is the browser tests' business)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lci.core.outputs import ErrorOutput, StreamOutput
from lci.core.ports import ExecutionFinished
from lci.runtime.config.settings import Settings
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.testing.scripted import Run, ScriptedKernel, ScriptedModel, calls, says
from lci.ui import state

SCRIPT = Path(__file__).resolve().parents[2] / "pages" / "main.py"
Start = Callable[[ScriptedModel], AppTest]


def behaviour(source: str) -> Run:
    if source.startswith("raise"):
        return [ErrorOutput("KeyError", "'Altitude'", ("Cell In[1]",)), ExecutionFinished("error", 1, 0.1)]
    return [StreamOutput("stdout", "out")]


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    opened: list[OpenConversations] = []

    def begin(model: ScriptedModel) -> AppTest:
        engine = Engine(
            Settings(home=home),
            make_kernel=lambda workspace, settings, blobs: ScriptedKernel(behaviour),
            make_model=lambda model_id: model,
        )
        opened.append(state.open_registry(OpenConversations(engine)))
        return run(AppTest.from_file(str(SCRIPT), default_timeout=20))

    yield begin
    state.close_registry()


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    # A launcher instead of the script would show nothing, and every other assertion here would pass on nothing.
    assert at.chat_input(key="prompt") is not None
    return at


def shown(at: AppTest) -> str:
    return "\n".join(element.value for element in at.markdown)


def live(at: AppTest) -> object:
    return state.registry().get(at.query_params["c"])


def asked(at: AppTest, prompt: str) -> AppTest:
    at.chat_input(key="prompt").set_value(prompt)
    run(at)
    interpreter = state.registry().get(at.query_params["c"])
    assert interpreter.wait(lambda now: now.running is None, 10)
    return run(at)


def test_the_first_minute_has_its_promise_samples_and_questions(start: Start) -> None:
    """B45."""
    at = start(ScriptedModel([]))
    assert "Ask your data anything." in shown(at)
    for key in ("new_conversation", "sample_penguins", "sample_co2", "example_0", "example_1", "example_2"):
        assert at.button(key=key)
    assert at.selectbox(key="model")
    assert at.query_params["c"]


def test_a_quick_turn_is_there_after_one_run(start: Start) -> None:
    at = start(ScriptedModel([says("Hello there.")]))
    at.chat_input(key="prompt").set_value("Hi")
    run(at)
    assert "Hello there." in shown(at)
    assert at.chat_message[0].text[0].value == "Hi"


def test_a_running_turn_has_stop_and_no_actions(start: Start) -> None:
    gate = asyncio.Event()
    at = start(ScriptedModel([[*says("begun")[:1], gate]]))
    at.chat_input(key="prompt").set_value("Hi")
    run(at)
    assert at.button(key="stop")
    at.button(key="stop").click()
    run(at)
    interpreter = state.registry().get(at.query_params["c"])
    assert interpreter.wait(lambda now: now.running is None, 10)
    run(at)
    assert not [button for button in at.button if button.key == "stop"]
    assert interpreter.snapshot().turns[-1].ending == "stopped"


def test_reloading_shows_the_same_conversation(start: Start) -> None:
    """B1: the address is all a tab needs."""
    at = asked(start(ScriptedModel([calls("print(1)"), says("It is 1.")])), "Compute")
    again = AppTest.from_file(str(SCRIPT), default_timeout=20)
    again.query_params["c"] = at.query_params["c"]
    run(again)
    assert shown(again) == shown(at)


def test_a_new_conversation_is_empty_and_the_old_one_is_listed(start: Start) -> None:
    at = asked(start(ScriptedModel([says("one")])), "First question")
    first = at.query_params["c"]
    at.button(key="new_conversation").click()
    run(at)
    assert at.query_params["c"] != first
    assert "Ask your data anything." in shown(at)
    at.button(key=f"conversation_{first}").click()
    run(at)
    assert "one" in shown(at)


def test_a_conversation_in_which_only_files_lie_is_listed_under_its_files_name(start: Start) -> None:
    """The count below the list is that of the list."""
    at = start(ScriptedModel([]))
    first = at.query_params["c"]
    state.registry().get(first).files.attach_bytes("orders.csv", b"x,y\n1,2\n")
    state.registry().engine.store.flush().result(20)
    at.button(key="new_conversation").click()
    run(at)
    assert at.button(key=f"conversation_{first}").label == "orders.csv"
    at.switch_page("conversations.py").run()
    assert "**orders.csv**" in shown(at)
    assert any(each.value.startswith("1 conversation · ") for each in at.caption)
    at.button(key=f"delete_{first}").click().run()
    assert "Deleted “orders.csv”." in [each.value for each in at.caption]
    assert any(each.value.startswith("1 conversation · ") for each in at.caption)


def test_an_unknown_shape_of_id_gives_a_fresh_conversation(start: Start) -> None:
    at = start(ScriptedModel([]))
    at.query_params["c"] = "../../etc/passwd"
    run(at)
    assert at.query_params["c"] != "../../etc/passwd"


def test_files_that_come_with_the_prompt_are_attached(start: Start) -> None:
    """B5."""
    model = ScriptedModel([says("read")])
    at = start(model)
    at.chat_input(key="prompt").upload("a b.csv", b"x,y\n1,2\n", "text/csv").set_value("What is in it?")
    run(at)
    interpreter = state.registry().get(at.query_params["c"])
    assert interpreter.wait(lambda now: bool(now.turns) and now.running is None, 20)
    assert interpreter.snapshot().turns[0].attachments == ("a b.csv",)
    assert '"a b.csv"' in model.requests[0].messages[-1].text


def test_a_failed_attempt_folds_into_one_line(start: Start) -> None:
    """B6."""
    at = asked(start(ScriptedModel([calls("raise"), calls("print(1)"), says("Fixed.")])), "Go")
    labels = [expander.label for expander in at.expander]
    assert any(label.startswith("Fixed after 1 attempt") and "Altitude" in label for label in labels), labels


def test_every_page_opens(start: Start) -> None:
    at = asked(start(ScriptedModel([calls("print(1)"), says("one")])), "Go")
    for page in ("data.py", "notebook.py", "conversations.py", "settings.py"):
        at.switch_page(page).run()
        assert not at.exception, page


def test_older_turns_leave_the_page_a_few_at_a_time_and_come_back(start: Start) -> None:
    """What is drawn stays small, and a turn that ends seldom moves all others."""
    at = start(ScriptedModel([says(f"Answer {number}.") for number in range(20)]))
    for number in range(20):
        asked(at, f"Question {number}")
    assert "Answer 19." in shown(at)
    assert "Answer 6." in shown(at)
    assert "Answer 5." not in shown(at)
    at.button(key="earlier").click()
    run(at)
    assert "Answer 0." in shown(at)


def test_code_is_asked_about_as_the_person_wants_it(start: Start) -> None:
    at = asked(start(ScriptedModel([says("one")])), "Go")
    interpreter = state.registry().get(at.query_params["c"])
    at.switch_page("settings.py").run()
    choice = at.radio(key="approval")
    if choice.disabled:
        pytest.skip("nothing isolates code on this machine: each cell asks")
    choice.set_value("always").run()
    assert not at.exception
    assert interpreter.snapshot().settings.approval == "always"
