"""The Settings page without a browser: what is chosen is in force, and shown again wherever it is looked at."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lci.core.conversation import ConversationSettings
from lci.core.turns import Usage
from lci.runtime.config.settings import Settings, config_path, load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel, says
from lci.ui import state
from lci.wording import words

SCRIPT = Path(__file__).resolve().parents[2] / "pages" / "main.py"
Open = Callable[..., AppTest]

SALES = b"region,amount\nnorth,12\n"


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    """The Settings page of a conversation of a scripted model, or of the models that are configured."""

    def begin(model: ScriptedModel | None = None, conversation: str | None = None) -> AppTest:
        if conversation is None:
            made = None if model is None else lambda _: model
            engine = Engine(
                load_settings(home=home) if model is None else Settings(home=home),
                make_kernel=lambda workspace, settings, blobs: ScriptedKernel(lambda source: []),
                make_model=made,
            )
            state.open_registry(OpenConversations(engine))
        at = AppTest.from_file(str(SCRIPT), default_timeout=20)
        if conversation is not None:
            at.query_params["c"] = conversation
        at.run()
        return on_settings(at)

    yield begin
    state.close_registry()


def on_settings(at: AppTest) -> AppTest:
    at.switch_page("settings.py").run()
    assert not at.exception
    assert at.button(key="save_conversation_settings")
    return at


def live(at: AppTest) -> Interpreter:
    return state.registry().get(at.query_params["c"])


def in_force(at: AppTest) -> ConversationSettings:
    return live(at).snapshot().settings


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def with_file(at: AppTest, name: str = "sales.csv", content: bytes = SALES) -> AppTest:
    live(at).files.attach_bytes(name, content)
    assert live(at).wait(lambda now: name in now.files and now.files[name].preview is not None, 30)
    return ran(at)


def warnings(at: AppTest) -> str:
    return "\n".join(each.value for each in at.warning)


def captions(at: AppTest) -> str:
    return "\n".join(each.value for each in at.caption)


# --- this conversation ------------------------------------------------------------------------------------------------


def fill(at: AppTest, instructions: str, temperature: str, effort: str, answer: int) -> AppTest:
    at.text_area(key="conv_instructions").set_value(instructions)
    at.text_input(key="conv_temperature").set_value(temperature)
    at.selectbox(key="conv_effort").set_value(effort)
    at.number_input(key="conv_answer").set_value(answer)
    at.button(key="save_conversation_settings").click()
    return ran(at)


def filled(at: AppTest) -> tuple[str, str, str, int]:
    return (
        at.text_area(key="conv_instructions").value,
        at.text_input(key="conv_temperature").value,
        at.selectbox(key="conv_effort").value,
        at.number_input(key="conv_answer").value,
    )  # type: ignore[return-value]


def wishes(settings: ConversationSettings) -> tuple[str, float | None, str, int | None]:
    return settings.instructions, settings.temperature, settings.reasoning_effort, settings.max_output_tokens


WISHED = ("Be brief.\nUse metres.", "0", "high", 512)


def test_receipts_are_switched_off_for_one_conversation(opened: Open) -> None:
    """B57: its numbers are no links, and its model is asked about none of them; others keep theirs."""
    model = ScriptedModel([says("It is 777.25.")])
    at = opened(model)
    assert at.toggle(key="conv_receipts").value
    at.toggle(key="conv_receipts").set_value(False)
    at.button(key="save_conversation_settings").click()
    assert not in_force(ran(at)).receipts
    assert not at.toggle(key="conv_receipts").value
    live(at).run("Hi")
    assert len(model.requests) == 1
    at.switch_page("chat.py").run()
    assert [each.value for each in at.markdown if "777.25" in each.value] == ["It is 777.25."]


def test_what_is_wished_of_answers_is_in_force_and_reaches_the_model(opened: Open) -> None:
    model = ScriptedModel([says("Fine.")])
    at = fill(opened(model), *WISHED)
    assert wishes(in_force(at)) == ("Be brief.\nUse metres.", 0.0, "high", 512)
    assert filled(at) == WISHED
    live(at).run("Hi")
    parameters = model.requests[0].parameters
    assert (parameters.temperature, parameters.reasoning_effort, parameters.max_output_tokens) == (0.0, "high", 512)
    assert "Use metres." in model.requests[0].messages[0].text


def test_what_is_in_force_is_shown_after_a_reload_on_other_pages_and_for_each_conversation(opened: Open) -> None:
    at = fill(opened(ScriptedModel([says("one")])), *WISHED)
    live(at).run("First")
    first = at.query_params["c"]
    assert filled(opened(conversation=first)) == WISHED
    at.switch_page("chat.py").run()
    assert filled(on_settings(at)) == WISHED
    at.button(key="new_conversation").click()
    ran(at)
    assert at.query_params["c"] != first
    assert filled(on_settings(at)) == ("", "", "", 0)
    at.button(key=f"conversation_{first}").click()
    ran(at)
    assert filled(on_settings(at)) == WISHED


def test_what_is_taken_back_is_left_to_the_model_again(opened: Open) -> None:
    at = fill(opened(ScriptedModel([])), *WISHED)
    assert wishes(in_force(fill(at, "  ", " ", "", 0))) == ("", None, "", None)


@pytest.mark.parametrize("nonsense", ["warm", "-0.1", "2.5", "nan", "inf"])
def test_a_temperature_that_makes_no_sense_is_told_and_nothing_is_saved(opened: Open, nonsense: str) -> None:
    at = fill(opened(ScriptedModel([])), "Be brief.", "0.5", "", 0)
    before = live(at).snapshot().seq
    fill(at, "Be long.", nonsense, "low", 9)
    assert live(at).snapshot().seq == before
    assert words().settings.temperature_makes_no_sense in warnings(at)
    # What was typed is there to be mended.
    assert filled(at) == ("Be long.", nonsense, "low", 9)
    assert words().settings.temperature_makes_no_sense not in warnings(fill(at, "Be long.", "1,5", "low", 9))
    assert wishes(in_force(at)) == ("Be long.", 1.5, "low", 9)
    assert filled(at)[1] == "1.5"


def test_an_effort_that_the_list_does_not_have_stays(opened: Open) -> None:
    at = opened(ScriptedModel([]))
    live(at).change_settings(ConversationSettings(reasoning_effort="xhigh"))
    assert filled(ran(at))[2] == "xhigh"


# --- privacy ----------------------------------------------------------------------------------------------------------


def test_sharing_is_chosen_and_what_is_said_to_be_sent_follows(opened: Open) -> None:
    """B51."""
    at = opened(ScriptedModel([]))
    assert at.radio(key="sharing").value == "full"
    at.radio(key="sharing").set_value("schema")
    assert in_force(ran(at)).sharing == "schema"
    again = opened(conversation=at.query_params["c"])
    assert again.radio(key="sharing").value == "schema"
    # What is kept from models here is kept from them in the next one, too.
    again.button(key="new_conversation").click()
    assert on_settings(ran(again)).radio(key="sharing").value == "schema"
    again.radio(key="sharing").set_value("full")
    ran(again)
    again.button(key="new_conversation").click()
    assert on_settings(ran(again)).radio(key="sharing").value == "full"
    assert words().settings.privacy_scope in captions(again)


def test_any_column_of_any_file_can_be_masked(opened: Open) -> None:
    """B51."""
    at = with_file(with_file(opened(ScriptedModel([]))), "more.csv", b"region,customer\n1,2\n")
    assert at.multiselect(key="masked").options == ["region", "amount", "customer"]
    at.multiselect(key="masked").set_value(["customer", "amount"])
    assert in_force(ran(at)).masked == ("customer", "amount")
    again = opened(conversation=at.query_params["c"])
    assert again.multiselect(key="masked").value == ["customer", "amount"]
    again.multiselect(key="masked").set_value([])
    assert in_force(ran(again)).masked == ()


def test_a_masked_column_that_no_file_has_is_told_and_can_be_taken_off(opened: Open) -> None:
    """B51."""
    at = with_file(opened(ScriptedModel([])))
    at.multiselect(key="masked").set_value(["amount"])
    ran(at)
    assert not at.warning
    live(at).files.remove("sales.csv")
    ran(at)
    assert at.multiselect(key="masked").value == ["amount"]
    assert "“amount”" in warnings(at)
    at.multiselect(key="masked").set_value([])
    assert in_force(ran(at)).masked == () and not at.warning


def test_why_no_value_is_sent_at_all_is_told(opened: Open) -> None:
    """B51: an archive is not looked into, and may hold the column."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "x\n1\n")
        archive.writestr("b.csv", "y\n2\n")
    at = with_file(with_file(opened(ScriptedModel([says("Fine.")]))), "more.zip", packed.getvalue())
    at.multiselect(key="masked").set_value(["amount"])
    ran(at)
    assert not at.warning
    live(at).run("Hi")
    assert words().settings.masked_unknown["archive"] in warnings(ran(at))


def test_where_the_files_go_with_a_kernel_on_a_server_is_told(opened: Open, home: Path) -> None:
    """B51, B61: nothing is said to stay on this machine then."""
    config_path(home).parent.mkdir(parents=True, exist_ok=True)
    config_path(home).write_text('[[kernels]]\nid = "lab"\nurl = "https://lab.example/user/me"\n', "utf-8")
    at = opened()
    assert words().settings.privacy_builtin in "\n".join(each.value for each in at.markdown)
    at.selectbox(key="kernel_server").set_value("lab")
    shown = "\n".join(each.value for each in ran(at).markdown)
    assert in_force(at).kernel == "lab"
    assert words().settings.privacy_kernel.format(server="lab", host="lab.example") in shown
    assert words().settings.privacy_builtin not in shown
    assert at.selectbox(key="environment").disabled


def test_both_are_there_for_the_built_in_analyst_too(opened: Open) -> None:
    at = with_file(opened())
    assert words().settings.privacy_builtin in "\n".join(each.value for each in at.markdown)
    assert words().settings.privacy_scope_builtin in captions(at)
    at.radio(key="sharing").set_value("schema")
    at.multiselect(key="masked").set_value(["region"])
    settings = in_force(ran(at))
    assert (settings.sharing, settings.masked) == ("schema", ("region",))


# --- models -----------------------------------------------------------------------------------------------------------

LEGACY = {
    "API_KEY": "sk-test-Qm7zW3vKx9LpR2tYb4",
    "model": {"GPT-4": {"model_name": "gpt-4", "available": True}, "Mini": {"model_name": "mini", "available": True}},
}


def test_a_model_of_the_original_project_is_removed_here_and_nowhere_else(opened: Open, home: Path) -> None:
    """B46."""
    home.mkdir()
    older = home / "config.json"
    older.write_text(json.dumps(LEGACY), "utf-8")
    before = older.read_bytes()
    at = opened()
    assert at.button(key="remove_gpt-4").help == words().settings.remove_legacy
    at.button(key="remove_gpt-4").click()
    ran(at)
    assert [button.key for button in at.button if str(button.key).startswith("remove_")] == ["remove_mini"]
    assert load_settings(home=home).hidden == ("gpt-4",)
    assert older.read_bytes() == before


@pytest.mark.parametrize(
    ("before", "offered", "chosen"),
    [
        ("", [words().settings.no_vision_model, "Eyes"], ""),
        ("eyes", [words().settings.no_vision_model, "Eyes"], "eyes"),
        ("gone", [words().settings.no_vision_model, "Eyes", "gone"], "gone"),
    ],
)
def test_the_other_models_can_look_at_pictures_for_one(
    opened: Open, home: Path, before: str, offered: list[str], chosen: str
) -> None:
    """That it is saved is the browser tests' business: a dialog is drawn here once only."""
    home.mkdir()
    config_path(home).write_text(
        f'[[models]]\nid = "a"\nvision_model = "{before}"\ninstructions = "No pies."\n'
        '[[models]]\nid = "eyes"\nlabel = "Eyes"\n'
    )
    at = opened()
    at.button(key="change_a").click()
    ran(at)
    assert at.selectbox(key="model_vision_a").options == offered
    assert at.selectbox(key="model_vision_a").value == chosen
    assert at.text_area(key="model_instructions_a").value == "No pies."


# --- the chat's line of facts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        (Usage(12_345, 1_234, 8_000, False, 900), "12,345 tokens in (8,000 cached), 1,234 out (900 reasoning)"),
        (Usage(12, 3), "12 tokens in, 3 out"),
        (Usage(12, 3, estimated=True), "about 12 tokens in, 3 out"),
    ],
)
def test_the_facts_of_a_turn_tell_tokens_by_what_they_were_for(opened: Open, usage: Usage, told: str) -> None:
    at = opened(ScriptedModel([says("Fine.", usage=usage)]))
    live(at).run("Hi")
    at.switch_page("chat.py").run()
    assert told in [each.help for each in at.caption]
