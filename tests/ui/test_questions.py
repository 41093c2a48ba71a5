"""B45: questions asked by a click, wherever they are offered, and who answers them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lci.analyst import Analyst
from lci.core.conversation import BUILTIN_ANALYST
from lci.core.outputs import StreamOutput
from lci.core.ports import Model
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel, says
from lci.ui import state
from lci.workspace.samples import sample
from tests.ui.test_app import SCRIPT, run, shown


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    """An engine that knows a model beside the built-in analyst; cells print a name only."""
    connected = ScriptedModel([says("I am a model.")] * 3)

    def model(model_id: str) -> Model:
        return Analyst() if model_id == BUILTIN_ANALYST else connected

    engine = Engine(
        Settings(home=home, model=BUILTIN_ANALYST),
        make_kernel=lambda workspace, settings, blobs: ScriptedKernel(lambda _: [StreamOutput("stdout", "out")]),
        make_model=model,
    )
    state.open_registry(OpenConversations(engine))
    yield engine
    state.close_registry()


def opened(language: str = "en-US", **query: str) -> AppTest:
    at = AppTest.from_file(str(SCRIPT), default_timeout=30)
    at.context = {"locale": language}  # type: ignore[attr-defined]
    for name, value in query.items():
        at.query_params[name] = value
    return run(at)


def conversation(at: AppTest) -> Interpreter:
    return state.registry().get(at.query_params["c"])


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    run(at)
    assert conversation(at).wait(lambda now: now.running is None, 20)
    return run(at)


def labels(at: AppTest, prefix: str) -> list[str]:
    """As they are read: what would be Markdown in them is escaped."""
    return [button.label.replace("\\", "") for button in at.button if str(button.key).startswith(prefix)]


def asked(at: AppTest, question: str) -> AppTest:
    at.chat_input(key="prompt").set_value(question)
    run(at)
    assert conversation(at).wait(lambda now: now.running is None and bool(now.turns), 20)
    return run(at)


def with_penguins(at: AppTest) -> AppTest:
    interpreter = conversation(at)
    interpreter.files.attach_path(sample("penguins").path, "upload")
    assert interpreter.wait(lambda now: all(file.preview is not None for file in now.files.values()), 20)
    return run(at)


@pytest.mark.usefixtures("engine")
def test_a_declined_question_has_buttons_that_ask_and_the_way_to_a_model() -> None:
    at = asked(with_penguins(opened()), "average body mass by species of shiny ones")
    assert "shiny" in shown(at) and not conversation(at).snapshot().turns[-1].cells
    (offered,) = labels(at, "question_0")
    assert offered.startswith("mean of body_mass_g · for each species")
    assert [link.label for link in at.get("page_link")].count("Connect a model") == 1
    click(at, "question_0")
    turn = conversation(at).snapshot().turns[-1]
    assert turn.prompt.replace("`", "") == offered and turn.cells and turn.prompt in turn.text


@pytest.mark.usefixtures("engine")
def test_buttons_are_there_after_a_reload_and_under_earlier_turns() -> None:
    at = asked(with_penguins(opened()), "write me a haiku")
    before = labels(at, "question_")
    again = opened(c=at.query_params["c"])
    assert labels(again, "question_") == before
    asked(again, "average body mass by species")
    turn = conversation(again).snapshot().turns[0]
    assert labels(again, f"question_{turn.id}_") == [each.replace("`", "") for each in turn.offered]


@pytest.mark.usefixtures("engine")
def test_names_and_values_in_an_offered_question_are_no_markdown(tmp_path: Path) -> None:
    """A picture in a label would be fetched as soon as it is seen."""
    (tmp_path / "a.csv").write_text("![pay](http://pictures.example/p.png),place\n10,x\n25,y\n31,x\n", "utf-8")
    at = opened()
    conversation(at).files.attach_path(tmp_path / "a.csv", "upload")
    assert conversation(at).wait(lambda now: all(file.preview is not None for file in now.files.values()), 20)
    run(at)
    named = [button.label for button in at.button if "pictures" in button.label]
    assert named and not any(re.search(r"(?<!\\)\[|(?<!\\)\]", label) for label in named)


@pytest.mark.usefixtures("engine")
def test_quick_questions_are_answered_by_the_analyst_also_where_a_model_is_connected() -> None:
    at = with_penguins(opened())
    interpreter = conversation(at)
    interpreter.change_settings(replace(interpreter.snapshot().settings, model="mine"))
    run(at)
    assert len(labels(at, "question_")) == 12
    click(at, "question_1")
    asked(at, "and now you")
    first, second = interpreter.snapshot().turns
    assert (first.model, second.model) == (BUILTIN_ANALYST, "scripted") and first.cells
    assert interpreter.snapshot().settings.model == "mine"
    captions = [each.value for each in at.caption]
    assert sum("Built-in analyst" in caption for caption in captions) == 1
    assert [link.label for link in at.get("page_link")].count("Connect a model") == 0


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("locale", "title", "question"),
    [
        ("en-GB", "Penguins", "What is the average body mass by species?"),
        ("ja", "ペンギン", "種ごとの体重の平均は？"),
        ("zh-CN", "企鹅", "各物种的平均体重是多少？"),
        ("fr-FR", "Penguins", "What is the average body mass by species?"),
    ],
)
def test_samples_and_questions_are_in_the_browsers_language(locale: str, title: str, question: str) -> None:
    at = opened(locale)
    assert at.button(key="sample_penguins").label == title
    assert at.button(key="example_1").label == question
    click(at, "example_1")
    turn = conversation(at).snapshot().turns[-1]
    assert turn.prompt == question and turn.cells


@pytest.mark.usefixtures("engine")
def test_questions_about_a_file_are_in_the_browsers_language() -> None:
    at = with_penguins(opened("ja-JP"))
    assert "speciesごとのbody_mass_gの平均は？" in labels(at, "question_")
