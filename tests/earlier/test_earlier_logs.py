"""Logs of the version before open in this one and look the same (schema 1; DESIGN §4: the log stays readable)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lci.core.privacy.masking import MaskedValues
from lci.core.privacy.veil import Veil
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.runtime.forms import ENDINGS, lack
from lci.testing.scripted import ScriptedKernel
from lci.ui import state
from lci.ui.safety import plain
from lci.wording import explained, words
from tests.earlier import CONVERSATION, expected, messages, restored, screen

PAGES = Path(__file__).resolve().parents[2] / "pages"


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    restored(home)
    engine = Engine(Settings(home=home), make_kernel=lambda workspace, settings, blobs: ScriptedKernel(lambda _: ()))
    yield engine
    engine.close()


@pytest.fixture
def live(engine: Engine) -> Iterator[Interpreter]:
    with Interpreter(engine=engine, conversation_id=CONVERSATION, create=False) as live:
        yield live


#: What notebooks said of their cells when the log was written.
EARLIER_FACTS = ("role", "call_id", "duration", "status", "reading_back", "receipts")


@pytest.mark.parametrize("veil", ["open", "masked", "schema"])
def test_a_model_is_sent_the_same(live: Interpreter, veil: str) -> None:
    """B11, B51."""
    now = live.snapshot()
    kinds = {
        "open": Veil(),
        "masked": Veil(columns=("island",), values=MaskedValues.of(["Biscoe", "Dream", "Torgersen"])),
        "schema": Veil(sharing="schema"),
    }
    assert messages(now, kinds[veil]) == expected(f"messages_{veil}")


def test_a_cell_that_was_edited_is_still_there_on_its_branch(live: Interpreter) -> None:
    """B21."""
    turn = next(turn for turn in live.snapshot().turns if turn.prompt == "Two steps")
    live.show_branch(turn.id)
    assert messages(live.snapshot())[-4:] == expected("messages_edited")


def test_the_notebook_is_the_same(live: Interpreter) -> None:
    """B9: but for the version that wrote it, receipts, settings of the kernel, and what bringing it in again takes."""
    assert unversioned(live.notebook.content()) == expected("notebook")
    assert unversioned(live.notebook.content(clean=True)) == expected("notebook_clean")


def unversioned(notebook: str) -> Any:
    content = json.loads(notebook)
    content["metadata"]["lci"]["version"] = None
    content["cells"] = [cell for cell in content["cells"] if cell["id"] != "settings"]
    for cell in content["cells"]:
        cell["metadata"]["lci"] = {
            name: fact for name, fact in cell["metadata"]["lci"].items() if name in EARLIER_FACTS
        }
    return without_receipts(content)


def without_receipts(shown: Any) -> Any:
    """All but what is worked out anew of every answer, and what stands above what can be asked and done by now."""
    match shown:
        case str():
            return re.sub(r"\[([^\[\]]*)\]\(#receipt_[^()]*\)", r"\1", shown)
        case dict():
            return {key: without_receipts(value) for key, value in shown.items() if key != "receipts"}
        case list():
            return [without_receipts(each) for each in shown if not is_offered(each)]
        case _:
            return shown


def is_offered(text: Any) -> bool:
    """Whether it is no word of the log, but of what this version and this machine offer beside it."""
    exports = words().exports
    lacking = {plain(str(explained(missing.problem))) for form in ENDINGS if (missing := lack(form)) is not None}
    beside = {exports.with_code, exports.for_readers, exports.rerun_help, exports.rerun_none}
    offered = {words().welcome.quick_questions, *beside, *lacking}
    return isinstance(text, str) and (text in offered or text.startswith(exports.verify_help))


@pytest.mark.parametrize("page", ["chat", "notebook"])
def test_the_screen_is_the_same(home: Path, page: str) -> None:
    """B11."""
    restored(home)
    engine = Engine(Settings(home=home), make_kernel=lambda workspace, settings, blobs: ScriptedKernel(lambda _: ()))
    state.open_registry(OpenConversations(engine))
    try:
        at = AppTest.from_file(str(PAGES / "main.py"), default_timeout=20)
        at.query_params["c"] = CONVERSATION
        at.run()
        if page != "chat":
            at.switch_page(f"{page}.py").run()
        assert not at.exception
        assert without_receipts(screen(at)) == expected(f"screen_{page}")
    finally:
        state.close_registry()
