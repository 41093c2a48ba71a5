"""What is served for frames, and with which rights (B34, B36, B41)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lci.core.outputs import BlobRef, DisplayData, Json
from lci.core.ports import ExecutionFinished
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel, calls, says
from lci.ui import routes, safety, state
from lci.ui.policy import page_policy

HTML = "<p>still</p><script>1</script>"
MAP: Json = {"style": "open-street-map"}
FIGURE: Json = {"data": [{"type": "scattermap", "lat": [1], "lon": [1]}], "layout": {"map": MAP}}


@pytest.fixture
def live(home: Path) -> Iterator[Interpreter]:
    shown = [
        DisplayData({"text/html": HTML}), DisplayData({"application/vnd.plotly.v1+json": FIGURE}),
        ExecutionFinished("ok", 1, 0.1),
    ]  # fmt: skip
    engine = Engine(
        Settings(home=home),
        make_kernel=lambda *_: ScriptedKernel(lambda _: shown),
        make_model=lambda _: ScriptedModel([calls("show"), says("done")]),
    )
    registry = state.open_registry(OpenConversations(engine))
    made = registry.create()
    made.run("go")
    yield made
    state.close_registry()


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=routes.routes()))


def html_of(live: Interpreter) -> BlobRef:
    output = live.snapshot().turns[-1].cells[-1].outputs[0]
    assert isinstance(output, DisplayData)
    value = output.data["text/html"]
    assert isinstance(value, BlobRef)
    return value


def policy_of(client: TestClient, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return str(answer.headers["content-security-policy"])


def test_html_runs_with_a_permit_of_its_own_conversation_in_a_frame_only(live: Interpreter, client: TestClient) -> None:
    """B36."""
    ref, other = html_of(live), state.registry().create()
    permit = state.permits.give(live.id)
    assert "allow-scripts" in policy_of(client, routes.running_html_url(live.id, ref, permit))
    for address, headers in (
        (routes.html_url(live.id, ref), {}),
        (routes.running_html_url(live.id, ref, ""), {}),
        (routes.running_html_url(live.id, ref, "guessed"), {}),
        (routes.running_html_url(live.id, ref, state.permits.give(other.id)), {}),
        # By a link, in a page of its own, nothing would keep it from leading elsewhere.
        (routes.running_html_url(live.id, ref, permit), {"Sec-Fetch-Dest": "document"}),
    ):
        policy = policy_of(client, address, **headers)
        assert policy.startswith("sandbox;"), address
        assert "script-src" not in policy
    running = client.get(routes.running_html_url(live.id, ref, permit, "dark"))
    assert b"lciHeight" in running.content and b'name="color-scheme" content="dark"' in running.content
    assert b"lciHeight" not in client.get(routes.html_url(live.id, ref)).content
    assert running.headers["cache-control"] == "no-store"
    assert running.headers["connection-allowlist"] == "(response-origin)"


def test_map_tiles_come_to_a_frame_of_their_own_while_the_network_is_on(live: Interpreter, client: TestClient) -> None:
    """B34, B41."""
    address = routes.map_url(live.id, FIGURE)
    assert client.get(address).status_code == 404
    live.change_settings(replace(live.snapshot().settings, network=True))
    policy = policy_of(client, address)
    assert "sandbox allow-scripts" in policy
    assert "connect-src data: blob: https:" in policy
    assert "open-street-map" in client.get(address).text
    assert client.get(routes.map_url(live.id, {"data": []})).status_code == 404


def test_outlines_are_served_by_name_and_nothing_else(client: TestClient) -> None:
    for name in ("world_110m.json", "usa_50m.json"):
        assert "objects" in client.get(routes.outlines_url() + name).json()
    for name in ("none.json", "..%2foutlines.zip", ""):
        assert client.get(routes.outlines_url() + name).status_code == 404


def test_the_page_itself_may_load_nothing_from_elsewhere() -> None:
    policy = dict(part.split(" ", 1) for part in page_policy("127.0.0.1:1").split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' blob:"
    assert policy["frame-ancestors"] == policy["frame-src"] == "'self'"
    assert not [value for value in policy.values() if "https:" in value or "*" in value or "unsafe-eval" in value]


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("$x$", "x"),
        ("$$x^2$$", "x^2"),
        (r"\[x\]", "x"),
        (r"\(x\)", "x"),
        ("x", "x"),
        ("$", "$"),
        ("", ""),
        (r"\text{for $n$}", r"\text{for $n$}"),
        ("$$x$$\n\n![](http://a/)\n\n$$y$$", "x$\n\n![](http://a/)\n\n$y"),
        ("x\r\n$$$\r\n<b>", "x\n$\n<b>"),
    ],
)
def test_a_formula_stays_in_its_block(text: str, formula: str) -> None:
    """B36: what follows the end of a block would be Markdown."""
    assert safety.formula(text) == formula
    assert "$$" not in safety.formula(text)


def test_what_can_be_read_of_html_that_waits_is_shown_without_what_would_run() -> None:
    assert safety.still_html("<script>alert(1)</script>") == ""
    assert "kept" in safety.still_html("<script>alert(1)</script><table><tr><td onclick=x>kept</td></tr></table>")
    assert "onclick" not in safety.still_html("<td onclick=x>kept</td>")
    # What stands beside a page within a frame is for those that cannot show it: folium asks to trust the notebook.
    assert safety.still_html('<span>Trust the Notebook</span><iframe srcdoc="&lt;script&gt;"></iframe>') == ""
