"""Charts of Vega-Lite as pictures by their address, drawn when they are asked for (B8)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from lci.core.outputs import DisplayData, Json
from lci.core.ports import ExecutionFinished
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel, calls, says
from lci.ui import routes, state

MIME = "application/vnd.vegalite.v6+json"
CHART: Json = {"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a"}}, "title": "One"}
WIDE: Json = {**CHART, "width": 1e9}


@pytest.fixture
def live(home: Path) -> Iterator[Interpreter]:
    outputs = [DisplayData({MIME: CHART}), DisplayData({MIME: WIDE}), ExecutionFinished("ok", 1, 0.1)]
    engine = Engine(
        Settings(home=home),
        make_kernel=lambda *_: ScriptedKernel(lambda _: outputs),
        make_model=lambda _: ScriptedModel([calls("show"), says("done")]),
    )
    registry = state.open_registry(OpenConversations(engine))
    interpreter = registry.create()
    interpreter.run("go")
    yield interpreter
    state.close_registry()


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=routes.routes()))


def test_a_chart_comes_as_a_file_in_either_form(live: Interpreter, client: TestClient) -> None:
    for form, mime, beginning in (("png", "image/png", b"\x89PNG"), ("svg", "image/svg+xml", b"<svg")):
        answer = client.get(routes.drawing_url(live.id, CHART, f"One.{form}"))
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(mime)
        assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''One.{form}"
        assert answer.content.startswith(beginning)


def test_what_cannot_be_drawn_is_a_sentence(
    live: Interpreter, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get(routes.drawing_url(live.id, WIDE, "a.png"))
    assert answer.status_code == 409 and answer.text.startswith("The chart could not be drawn as a picture. ")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert client.get(routes.drawing_url(live.id, CHART, "a.png")).status_code == 409


def test_only_charts_of_the_conversation_are_drawn(live: Interpreter, client: TestClient) -> None:
    other = state.registry().create()
    for address in (
        routes.drawing_url(other.id, CHART, "a.png"),
        routes.drawing_url("nobody", CHART, "a.png"),
        routes.drawing_url(live.id, {"mark": "bar"}, "a.png"),
        routes.drawing_url(live.id, CHART, "a.gif"),
    ):
        assert client.get(address).status_code == 404


def _menu(conversation: str) -> None:
    from lci.ui import downloads, figures_tab, state

    live = state.registry().get(conversation)
    downloads.draw(live, live.snapshot())
    figures_tab.draw(live, live.snapshot())


def test_what_draws_charts_is_named_beside_other_formats_where_it_is_missing(
    live: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And pictures of charts are offered only where they can be drawn."""
    at = AppTest.from_function(_menu, kwargs={"conversation": live.id}, default_timeout=20).run()
    assert not at.exception
    assert not [each for each in at.caption if "vl-convert" in each.value]
    assert [each.label for each in at.get("link_button")].count("PNG") == 2
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    at.run()
    assert not at.exception
    assert [each.value for each in at.caption if "pip install vl-convert-python" in each.value]
    assert "PNG" not in [each.label for each in at.get("link_button")]
