"""No chart takes a conversation down: what cannot be drawn is shown as text, hundreds are drawn a few at a time."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import ask, at_rest, open_tab, wait_done

pytestmark = pytest.mark.isolation
CHAT, PANEL = ".st-key-chat_pane", ".st-key-side_panel"
PLOTLY, VEGA = "[data-testid=stPlotlyChart]", "[data-testid=stVegaLiteChart]"

#: What a cell may put out as a chart, and how many of them cannot be drawn.
MALFORMED = {
    "no objects": ("for nothing in (None, [], 3, 'text', True):\n    put(nothing)", 10),
    "unknown traces": (
        "put({'data': [{'type': 'nonsense'}]}); put({'data': [None]}); put({'data': 3, 'layout': []}); put({})", 7
    ),
    "too deep": (
        "deep = 1\nfor _ in range(40):\n    deep = {'data': [deep]}\nput(deep)", 2
    ),
    "far too deep": (
        "import sys; sys.setrecursionlimit(100_000)\ndeep = 1\nfor _ in range(1500):\n    deep = {'data': [deep]}\n"
        "put(deep)",
        None,
    ),
    "broken formulas and tables": (
        "display({'text/latex': 3, 'text/plain': 'a formula'}, raw=True)\n"
        "display({'text/markdown': None, 'text/plain': 'a text'}, raw=True)\n"
        "display({'text/html': [1], 'text/plain': 'a table'}, raw=True)", 0
    ),
    "wrong texts and pictures": (
        "for wrong in (3, None, 'no picture'):\n"
        "    for mime in ('text/plain', 'image/png', 'image/svg+xml', 'text/html', 'application/json', 'a/b'):\n"
        "        display({mime: wrong}, raw=True)\n"
        "display({}, raw=True)",
        None,
    ),
    "wrong inside": (
        "put({'data': [{'type': 'scatter', 'x': 3, 'y': {'a': 1}, 'marker': [1]}], 'layout': {'xaxis': 3}})\n"
        "put({'data': [], 'layout': {'width': float('nan'), 'height': -5}, 'mark': 'bar'})", None
    ),
}  # fmt: skip
FURTHER = ("far too deep", "unknown traces", "too deep", "broken formulas and tables", "wrong inside")
PUT = (
    "from IPython.display import display\n"
    "def put(chart):\n"
    "    for mime in ('application/vnd.plotly.v1+json', 'application/vnd.vegalite.v5+json'):\n"
    "        display({mime: chart, 'text/plain': 'what it holds'}, raw=True)\n"
)
GOOD = "\nimport plotly.express as px\npx.line(x=[1, 2, 3], y=[3, 1, 2]).show(config={'scrollZoom': True})"


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("no objects", marks=pytest.mark.nightly),
        "wrong texts and pictures",
        *(pytest.param(kind, marks=pytest.mark.nightly) for kind in FURTHER),
    ],
)
def test_what_cannot_be_drawn_is_shown_as_text_and_the_rest_beside_it(
    page: Page, model: ScriptedServer, kind: str
) -> None:
    """B8, B33: the conversation opens again, and the next turn works."""
    source, undrawable = MALFORMED[kind]
    model.add(scripted.code(PUT + source + GOOD), scripted.text("Drawn as far as it goes."))
    ask(page, kind)
    expect(page.get_by_text("Drawn as far as it goes.")).to_be_visible(timeout=60_000)
    wait_done(page)
    for _ in range(2):
        expect(page.locator(f"{CHAT} {PLOTLY} .main-svg").first).to_be_visible()
        sentences = page.locator(CHAT).get_by_text("This output cannot be drawn; what it holds is shown as text.")
        if undrawable is not None:
            expect(sentences).to_have_count(undrawable)
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        page.reload()
        expect(page.get_by_text("Drawn as far as it goes.")).to_be_visible(timeout=60_000)
    open_tab(page, "Figures")
    expect(page.locator(f"{PANEL} {PLOTLY} .main-svg").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    model.add(scripted.text("Next."))
    ask(page, "And now?")
    expect(page.get_by_text("Next.", exact=True)).to_be_visible()
    wait_done(page)


@pytest.mark.parametrize("count", [44, pytest.param(300, marks=pytest.mark.nightly)])
def test_hundreds_of_charts_are_drawn_a_few_at_a_time(page: Page, model: ScriptedServer, count: int) -> None:
    """B14."""
    source = (
        "from IPython.display import display\n"
        f"for n in range({count}):\n"
        "    display({'application/vnd.plotly.v1+json': {'data': [{'type': 'scatter', 'y': [n, 1, 2]}],"
        " 'layout': {'height': 120}}}, raw=True)"
    )
    model.add(scripted.code(source), scripted.text("All of them."))
    ask(page, "Many")
    expect(page.get_by_text("All of them.")).to_be_visible(timeout=100_000)
    wait_done(page)
    page.reload()
    expect(page.get_by_text("All of them.")).to_be_visible(timeout=60_000)
    expect(page.locator(f"{CHAT} {PLOTLY}")).to_have_count(20)
    more = page.locator(CHAT).get_by_role("button", name=f"Show more ({count - 20} not drawn yet)")
    expect(more).to_have_count(1)
    at_rest(page)
    more.click()
    expect(page.locator(f"{CHAT} {PLOTLY}")).to_have_count(40)
    expect(page.locator(CHAT).get_by_role("button", name=f"Show more ({count - 40} not drawn yet)")).to_have_count(1)
    open_tab(page, "Figures")
    expect(page.locator(f"{PANEL} {PLOTLY}")).to_have_count(20)


@pytest.mark.nightly
def test_a_map_is_drawn_without_its_tiles_and_that_is_said(page: Page, model: ScriptedServer) -> None:
    """B36, B41: nothing is asked of another server."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    source = (
        "import plotly.express as px, altair as alt, pandas as pd\n"
        "px.scatter_map(lat=[35, 48], lon=[139, 2], zoom=1).show()\n"
        "alt.Chart(pd.DataFrame({'x': [1], 'u': ['https://evil.example/a.png']})).mark_image(width=20, height=20)"
        ".encode(x='x:Q', url='u')"
    )
    model.add(scripted.code(source), scripted.text("Mapped."))
    ask(page, "Map")
    expect(page.get_by_text("Mapped.")).to_be_visible(timeout=60_000)
    wait_done(page)
    expect(page.locator(f"{CHAT} {PLOTLY} canvas").first).to_be_visible()
    expect(page.locator(f"{CHAT} {VEGA} :is(canvas, svg)").first).to_be_visible()
    expect(page.locator(CHAT).get_by_text("Drawn without what it would load from the web")).to_have_count(2)
    at_rest(page)
    assert [
        url for url in asked if not url.startswith(page.url.split("?")[0]) and not url.startswith(("data:", "blob:"))
    ] == []
