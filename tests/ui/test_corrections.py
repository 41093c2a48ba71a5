"""B5, B20: how a person says that a file is to be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from lci.core.files import Reading
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel
from lci.ui import state
from tests.ui.test_app import SCRIPT, run


@pytest.fixture
def at(home: Path) -> Iterator[AppTest]:
    engine = Engine(
        Settings(home=home), make_kernel=lambda *_: ScriptedKernel(), make_model=lambda _: ScriptedModel([])
    )
    state.open_registry(OpenConversations(engine))
    at = run(AppTest.from_file(str(SCRIPT), default_timeout=30))
    path = home / "codes.csv"
    path.write_text("zip,amount\n01001,5\n01002,7\n")
    conversation(at).files.attach(path, "copy")
    yield seen(at)
    state.close_registry()


def conversation(at: AppTest) -> Interpreter:
    return state.registry().get(at.query_params["c"])


def seen(at: AppTest) -> AppTest:
    """The page once the file has been read as it now is to be."""
    assert conversation(at).wait(lambda now: all(file.preview is not None for file in now.files.values()), 20)
    return run(at)


def box(at: AppTest, label: str) -> Selectbox[str]:
    return next(each for each in at.selectbox if each.label == label)


def test_a_box_that_a_choice_brought_is_another_than_the_one_that_it_was_made_in(at: AppTest) -> None:
    """A box that goes away while the file is read again may report what it began with: that takes nothing back."""
    first = box(at, "Read as")
    first.set_value("text")
    run(at)
    assert conversation(at).snapshot().files["codes.csv"].reading == Reading(kinds=(("zip", "text"),))
    second = box(seen(at), "Read as")
    assert second.value == "text" and second.key != first.key
    second.set_value("")
    run(at)
    assert conversation(at).snapshot().files["codes.csv"].reading == Reading()
    third = box(seen(at), "Read as")
    assert third.value == "" and third.key not in {first.key, second.key}


@pytest.mark.parametrize("name", ["page.html", "records.xml"])
def test_what_a_column_of_a_page_or_of_xml_holds_can_be_said(at: AppTest, home: Path, name: str) -> None:
    frame = pd.DataFrame({"code": [1, 2], "w": ["x", "y"]})
    content = frame.to_html(index=False) if name == "page.html" else frame.to_xml(index=False, parser="etree")
    conversation(at).files.remove("codes.csv")
    (home / name).write_text(content)
    conversation(at).files.attach(home / name, "copy")
    box(seen(at), "Read as").set_value("text")
    run(at)
    seen(at)
    file = conversation(at).snapshot().files[name]
    assert file.reading == Reading(kinds=(("code", "text"),)) and file.preview is not None
    assert [column.dtype for column in file.preview.tables[0].columns] == ["str", "str"]
