"""The notebook in other forms, downloaded from the Notebook tab and opened by what reads them."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import altair as alt
import nbformat
import pandas as pd
import plotly.express as px
import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from lci.runtime.forms import content_of
from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import ask, open_tab, wait_done

HOSTILE = (
    "from IPython.display import HTML\nimport matplotlib.pyplot as plt\nplt.plot([1, 3]); plt.show()\n"
    "HTML('<table><tr><td>cell text</td></tr></table><script>document.title = \"ran\"</script>'"
    '\'<img src="http://192.0.2.1/a.png" onerror="document.title = 1">\')'
)


@pytest.mark.isolation
def test_pages_open_offline_and_run_nothing(
    page: Page, browser: Browser, model: ScriptedServer, tmp_path: Path
) -> None:
    """B9, B36, B41: by a browser without a network, with and without code; the PDF by what reads PDFs."""
    model.add(scripted.code("print(6 * 7)"), scripted.code(HOSTILE, call_id="c2"))
    model.add(scripted.text("The answer is 42, <img src=x onerror='document.title = 2'> indeed."))
    ask(page, "What is it?")
    wait_done(page)
    open_tab(page, "Notebook")
    page.locator(".st-key-other_forms button").click()
    menu = page.get_by_test_id("stPopoverBody")
    files = []
    for form, number in (("Web page", 0), ("Web page", 1), ("PDF", 0)):
        with page.expect_download() as download:
            menu.get_by_role("link", name=form).nth(number).click()
        files.append(tmp_path / download.value.suggested_filename)
        download.value.save_as(files[-1])
    assert [file.suffix for file in files] == [".html", ".html", ".pdf"]
    context = browser.new_context(offline=True)
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    for file in files[:2]:
        opened.goto(file.as_uri())
        expect(opened.get_by_text("The answer is 42")).to_be_visible()
        expect(opened.locator("figure img")).to_have_js_property("complete", True)
        assert opened.locator("figure img").evaluate("image => image.naturalWidth") > 100
        expect(opened.get_by_role("cell", name="cell text")).to_be_visible()
        expect(opened.get_by_text("print(6 * 7)")).to_be_hidden()
        assert opened.title() == "What is it?"
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    opened.goto(files[0].as_uri())
    opened.get_by_text("Code of cell 1").click()
    expect(opened.get_by_text("print(6 * 7)")).to_be_visible()
    opened.get_by_role("link", name="[1]", exact=True).click()
    expect(opened.locator("li:target")).to_contain_text("42: in an output: 42")
    context.close()
    document = pypdfium2.PdfDocument(str(files[2]))
    text = "".join(document[at].get_textpage().get_text_range() for at in range(len(document)))
    document.close()
    assert "The answer is 42" in text and "print(" not in text


@pytest.mark.nightly
def test_plotly_charts_are_pictures_where_a_browser_is_installed() -> None:
    """B9: whatever their specification holds; what is no chart is named."""
    bars = json.loads(px.bar(x=["a", "b"], y=[1, 3], title="Bars </script><script>document.title=1").to_json())
    outputs = [
        nbformat.v4.new_output("display_data", data={"application/vnd.plotly.v1+json": chart})
        for chart in (bars, {"data": 5, "layout": {"title": "Nonsense"}})
    ]
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("draw()", outputs=outputs)])
    page = content_of("report", document, name="a", language="en", read=lambda _: None).decode()
    assert page.count("<figure><img") == 1
    assert "Nonsense: an interactive chart." in page
    (content,) = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page)
    picture = Image.open(io.BytesIO(base64.b64decode(content))).convert("L")
    assert picture.size == (1600, 960) and len(set(picture.tobytes())) > 20
    assert "application/vnd.plotly.v1+json" in document.cells[0].outputs[0].data
    assert "image/png" not in document.cells[0].outputs[0].data


def test_charts_of_altair_are_in_a_printed_report() -> None:
    """B9: in their own colours."""
    bars = alt.Chart(pd.DataFrame({"day": ["a", "b"], "sales": [1, 3]})).mark_bar().encode(x="day", y="sales").to_dict()
    output = nbformat.v4.new_output("display_data", data={"application/vnd.vegalite.v6+json": bars})
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("draw()", outputs=[output])])
    pdf = pypdfium2.PdfDocument(content_of("pdf", document, name="a", language="en", read=lambda _: None))
    picture = pdf[0].render(scale=1).to_pil().convert("RGB")
    pdf.close()
    colours = {colour: count for count, colour in picture.getcolors(1 << 20) or []}
    assert colours.get((76, 120, 168), 0) > 200
