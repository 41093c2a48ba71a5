"""Every kind of figure is drawn, once, and is in the gallery."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import App, ask, open_page, open_tab, until, wait_done

pytestmark = pytest.mark.isolation
CHAT, PANEL = ".st-key-chat_pane", ".st-key-side_panel"

PNG = "[data-testid=stImage] img"
KINDS = {
    "matplotlib": ("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]); plt.title('日本語'); plt.show()", PNG, 1),
    "without show": ("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])", PNG, 1),
    "two in a cell": ("import matplotlib.pyplot as plt\nfor n in (1, 2):\n    plt.figure(); plt.plot([n, 2])", PNG, 2),
    "saved only": ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('a.png'); plt.close()", PNG, 1),
    "saved and shown": ("import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.savefig('a.png'); plt.show()", PNG, 1),
    "svg": ("from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60\" height=\"9\">"
            "<rect width=\"60\" height=\"40\"/></svg>')", PNG, 1),
    "pil": ("from PIL import Image\nImage.new('RGB', (60, 40), 'red')", PNG, 1),
    "plotly": ("import plotly.express as px\npx.scatter(x=[1, 2, 3], y=[3, 1, 2])", "[data-testid=stPlotlyChart]", 1),
    "altair": ("import altair as alt, pandas as pd\nalt.Chart(pd.DataFrame({'a': [1, 2], 'b': [3, 4]})).mark_bar()"
               ".encode(x='a:O', y='b:Q')", "[data-testid=stVegaLiteChart]", 1),
}  # fmt: skip
EVERY_TIME = {"two in a cell", "svg", "plotly"}


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in EVERY_TIME else pytest.mark.nightly) for kind in KINDS]
)
def test_a_figure_appears_once_inline_and_once_in_the_gallery(page: Page, model: ScriptedServer, kind: str) -> None:
    """B8, B28."""
    source, selector, count = KINDS[kind]
    model.add(scripted.code(source), scripted.text("Drawn."))
    ask(page, kind)
    wait_done(page)
    expect(page.locator(f"{CHAT} {selector}")).to_have_count(count)
    if selector == PNG:
        for image in page.locator(f"{CHAT} {PNG}").all():
            expect(image).to_have_js_property("complete", True)
            assert image.evaluate("image => image.naturalWidth") >= 40
    open_tab(page, "Figures")
    expect(page.locator(f"{PANEL} {selector}")).to_have_count(count)
    told = model.chats[1]["messages"][-1]["content"]
    assert told.count("shown to the user") == count, told
    assert "Glyph" not in told


def test_tables_and_formulas_are_drawn(page: Page, model: ScriptedServer) -> None:
    """B36 in passing: a table's text is text."""
    source = (
        "import pandas as pd\nfrom IPython.display import Math, display\n"
        "display(Math(r'\\frac{a}{b}'))\npd.DataFrame({'<b>x</b>': [1, 2], 'y': ['a', '<script>1</script>']})"
    )
    model.add(scripted.code(source), scripted.text("The mean is $\\mu = 2$ and it costs $5 or $10."))
    ask(page, "Show what costs $5 or $10")
    wait_done(page)
    chat = page.locator(CHAT)
    expect(chat.get_by_text("2 rows × 2 columns")).to_be_visible()
    expect(chat).to_contain_text("<script>1</script>")
    expect(chat.locator(".katex")).to_have_count(2)
    expect(chat.get_by_text("it costs $5 or $10.")).to_be_visible()


def test_a_figure_has_its_title_its_code_its_files_and_the_way_to_its_cell(page: Page, model: ScriptedServer) -> None:
    """B8: a long table is no figure, however its HTML looks."""
    table = "import pandas as pd\npd.DataFrame({f'c{n}': ['<script>' * 50] * 60 for n in range(20)})"
    chart = "import plotly.express as px\npx.scatter(x=[1, 2], y=[3, 1], title='Points <b>of</b> view')"
    model.add(scripted.code("import matplotlib.pyplot as plt\nplt.plot([1, 3]); plt.title('Sales'); plt.show()"))
    model.add(scripted.code(table), scripted.code(chart))
    model.add(scripted.text("A long answer.\n\n" + "word " * 4_000))
    ask(page, "Draw")
    wait_done(page)
    open_tab(page, "Figures")
    panel, gallery = page.locator(PANEL), page.locator("[class*=st-key-figure_actions_]")
    expect(gallery).to_have_count(2)
    for title in ("Points of view", "Sales"):
        expect(panel.locator("strong").get_by_text(title, exact=True)).to_be_visible()
    with page.expect_download() as download:
        gallery.first.get_by_role("button", name="HTML").click()
    content = Path(download.value.path()).read_text("utf-8")
    assert download.value.suggested_filename == "Points-of-view.html"
    assert "Points <b>of</b> view" in content or "Points \\u003cb" in content
    with page.expect_download() as download:
        gallery.last.get_by_role("button", name="PNG").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    gallery.last.get_by_role("button", name="Code").click()
    expect(page.get_by_test_id("stPopoverBody").get_by_text("plt.plot([1, 3])")).to_be_visible()
    page.keyboard.press("Escape")
    drawn = page.locator(f"{CHAT} {PNG}").first
    expect(drawn).not_to_be_in_viewport()
    gallery.last.get_by_role("button", name="Go to cell").click()
    expect(drawn).to_be_in_viewport()


#: Content of little height, of much, and of what is as high as its frame.
_PAGES = """
from IPython.display import display, HTML
pages = {'tiny': '<p>tiny</p>', 'tall': '<p>row</p>' * 40, 'full': '<div style="height:100vh">x</div>'}
for place, markup in pages.items():
    display(HTML(f'<div id={place}></div><script>document.getElementById("{place}").innerHTML = {markup!r}</script>'))
"""


def test_pages_of_a_cell_are_as_high_as_their_content_and_dark_in_the_dark(
    browser: Browser, app: App, model: ScriptedServer
) -> None:
    """B8: no white box, no empty one."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page = context.new_page()
    open_page(page, app.url)
    model.add(scripted.code(_PAGES), scripted.text("Drawn."))
    ask(page, "Draw")
    wait_done(page)
    page.locator("[class*=st-key-draw_] button").first.click()
    frames = page.locator(f"{CHAT} iframe")
    expect(frames).to_have_count(3)

    def high(at: int) -> float:
        # What is out of view is not loaded before it comes into view; the chat itself goes to its end meanwhile.
        frames.nth(at).scroll_into_view_if_needed()
        return float(frames.nth(at).evaluate("frame => frame.getBoundingClientRect().height"))

    until(lambda: 40 <= high(0) < 120, what="the height of a line")
    until(lambda: 800 < high(1) <= 1600, what="the height of forty lines")
    until(lambda: high(2) == 420, what="the height of what is as high as its frame")
    # The element of a small page may be given another one when the chat is drawn again; here each time it is drawn.
    other = frames.nth(2).get_attribute("src")
    give = "(frame, url) => { if (frame.getAttribute('src') !== url) frame.src = url }"

    def higher() -> bool:
        frames.first.evaluate(give, other)
        return high(0) == 420

    until(higher, what="the height of the page that took the place of a line")
    for frame in page.frames[1:]:
        assert frame.evaluate("getComputedStyle(document.body).color") == "rgb(255, 255, 255)", frame.url
    context.close()


@pytest.mark.nightly
def test_a_chart_of_altair_is_downloaded_as_a_picture(page: Page, model: ScriptedServer) -> None:
    """B8: drawn when it is asked for."""
    model.add(scripted.code(KINDS["altair"][0]), scripted.text("Drawn."))
    ask(page, "Draw")
    wait_done(page)
    open_tab(page, "Figures")
    gallery = page.locator("[class*=st-key-figure_actions_]")
    for form, beginning in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as download:
            gallery.get_by_role("link", name=form).click()
        assert download.value.suggested_filename == f"Figure-1.{form.lower()}"
        assert Path(download.value.path()).read_bytes().startswith(beginning)
    with page.expect_download() as download:
        gallery.get_by_role("button", name="JSON").click()
    assert Path(download.value.path()).read_bytes().startswith(b"{")
