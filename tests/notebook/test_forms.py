"""A notebook in other forms, opened by what reads such files (B9)."""

from __future__ import annotations

import base64
import dataclasses
import io
import re
import string
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from docx import Document
from hypothesis import given, strategies as st
from lxml import html as markup
from markdown_it import MarkdownIt
from nbformat import NotebookNode
from PIL import Image

from lci.notebook.forms.markdown import markdown_zip
from lci.notebook.forms.page import page
from lci.notebook.forms.percent import percent
from lci.notebook.forms.word import word_document
from lci.notebook.settings import settings_source
from lci.notebook.texts import prompt_source
from lci.notebook.words import ENGLISH, words_in

V4 = nbformat.v4


def picture() -> str:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def prose(source: str, *receipts: dict[str, Any], role: str = "prose") -> NotebookNode:
    return V4.new_markdown_cell(source, metadata={"lci": {"role": role, "receipts": list(receipts)}})


def code(source: str, *outputs: NotebookNode, failed: bool = False, role: str = "cell") -> NotebookNode:
    tags = {"tags": ["raises-exception"]} if failed else {}
    return V4.new_code_cell(source, outputs=list(outputs), metadata={"lci": {"role": role}, **tags})


def shows(**data: Any) -> NotebookNode:
    bundle = {name.replace("__", "/").replace("_xml", "+xml"): value for name, value in data.items()}
    return V4.new_output("display_data", data=bundle)


def document(*cells: NotebookNode) -> NotebookNode:
    whole = V4.new_notebook(cells=list(cells), metadata={"lci": {"title": "Sales & co"}})
    nbformat.validate(whole)
    return whole


SOUTH = {"number": "5", "kind": "output", "places": [{"call_id": "c", "output": 0, "line": "south | 5"}]}
SHARE = {"number": "50", "kind": "derived", "relation": "share", "operands": ["5", "10"], "places": []}
TABLE = "<table><thead><tr><th></th><th>sales</th></tr></thead><tbody><tr><th>south</th><td>5</td></tr></tbody></table>"


def story() -> NotebookNode:
    return document(
        prose("# Sales & co", role="title"),
        code("def _settings(): get_ipython()", role="settings"),
        prose("## Which region sells most?", role="prompt"),
        code(
            "1 / 0", V4.new_output("error", ename="ZeroDivisionError", evalue="by zero", traceback=["x"]), failed=True
        ),
        code("total = 10\nprint(total)", V4.new_output("stream", name="stdout", text="10\n")),
        code("draw()", shows(image__png=picture(), text__plain="<Figure>")),
        code("df", shows(text__html=TABLE, text__plain="sales\nsouth 5")),
        prose("**South** with `5` in code and 5, which is 50 %.", SOUTH, SHARE),
        prose("- And 2023?", role="offered"),
    )


# --- Python -----------------------------------------------------------------------------------------------------------


def run(text: str, folder: Path) -> str:
    (folder / "out.py").write_text(text, "utf-8")
    command = [sys.executable, "-W", "ignore", "out.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=True).stdout


def test_the_python_file_runs_in_plain_python_beside_its_data(tmp_path: Path) -> None:
    """B9: what ends no run in a notebook ends none there, and each cell does what it did."""
    (tmp_path / "s.csv").write_text("amount\n2\n", "utf-8")
    text = percent(
        document(
            code("get_ipython().magic('x')", role="settings"),
            code("text = open('s.csv').read()\nprint(text.split())"),
            code("from __future__ import annotations\nlong = '''a\n%b\n# %% c'''\nprint(repr(long))"),
            code("before = 3\n1 / 0", failed=True),
            code("many = '''one\ntwo'''\nraise ValueError(many)", failed=True),
            code("print(before, len(many))"),
            code("%matplotlib inline\n!ls\n%time after = before + 1\nfor n in range(1):\n    %ls\nprint(after)"),
            code("%%bash\nexit 3"),
            code("%%time\nprint('timed')"),
            code("import sys\nsys.exit(3)"),
            code("exit()"),
            code("if True:\n    raise SystemExit(2)"),
            code("import asyncio\nawaited = await asyncio.sleep(0, 'slept')\nprint(awaited)"),
            code("return 5"),
            code("this is no Python"),
            code("# nothing\n", failed=True),
            code("display('shown')"),
            code("from IPython.display import Image\nImage('gone.png')", role="saved"),
            prose("Line\u2028separator\x0cand feed\nprint('never')"),
        )
    )
    assert run(text, tmp_path).splitlines() == [
        "['amount', '2']", repr("a\n%b\n# %% c"), "3 7", "4", "timed", "slept", "shown",
    ]  # fmt: skip


SHOWN = """
import plotly.express as px
import plotly.io as pio
pio.renderers.default = "no such renderer"
figure = px.bar(x=["a"], y=[1])
figure.show()
figure.show(renderer="browser")
figure.show("png", width=300)
pio.show(figure, config={"displaylogo": False})
print("to its end")
"""


def run_at(text: str, folder: Path, **environment: str) -> list[str]:
    """What a run prints on a machine that has no programs but Python."""
    (folder / "out.py").write_text(text, "utf-8")
    variables = {"PATH": str(folder), "HOME": str(folder), "TMPDIR": str(folder), **environment}
    command = [sys.executable, "-W", "ignore", "out.py"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.splitlines()


def test_figures_of_plotly_end_no_run_where_no_browser_is(tmp_path: Path) -> None:
    """B9: whichever renderer the code names."""
    *pages, end = run_at(percent(document(code(SHOWN))), tmp_path)
    assert end == "to its end" and len(pages) == 4
    assert all("Plotly.newPlot" in Path(page).read_text("utf-8") for page in pages)


def test_figures_of_plotly_open_in_a_browser_that_need_not_come_for_them(tmp_path: Path) -> None:
    """B9: the run waits for none."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n', "utf-8")
    browser.chmod(0o755)
    assert run_at(percent(document(code(SHOWN))), tmp_path, BROWSER=str(browser)) == ["to its end"]
    opened = (tmp_path / "opened").read_text("utf-8").splitlines()
    assert len(opened) == 4 and all(each.startswith("file://") for each in opened)


def test_the_python_file_says_of_plotly_only_where_it_shows_figures() -> None:
    """Its outputs tell, too: another package may draw with it."""
    chart = shows(**{"application__vnd.plotly.v1+json": {"data": []}})
    assert "plotly.io" in percent(document(code("model.show()", chart)))
    for other in (code("import plotly.express as px\nfigure = px.bar()"), code("plt.show()"), code("figure", chart)):
        assert "_settings" not in percent(document(other))


def test_the_python_file_has_the_fonts_that_figures_of_the_notebook_have(tmp_path: Path) -> None:
    """B9, B28"""
    settings = code(settings_source(["exit", "fonts"], ENGLISH), role="settings")
    settings.metadata["lci"]["settings"] = ["exit", "fonts"]
    text = percent(document(settings, code("import matplotlib\nprint(matplotlib.rcParams['font.family'][0])")))
    assert (text.count("rcParams["), "get_ipython" in text) == (2, False)
    assert run(text, tmp_path) == "sans-serif\n"
    settings.metadata["lci"]["settings"] = ["exit"]
    assert "rcParams" not in percent(document(settings, code("1")))


def read_back(text: str) -> list[tuple[str, str]]:
    """The cells of a file in the percent format, as editors find them."""
    parts = re.split(r"^# %%(?P<head>.*)\n", text, flags=re.MULTILINE)[1:]
    cells = []
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        lines = body.rstrip("\n").split("\n")
        if "[markdown]" in head:
            cells.append(("markdown", "\n".join(line[2:] for line in lines)))
        else:
            cells.append(("code", "\n".join(lines)))
    return cells


NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=3)
LINES = st.sampled_from(
    [
        "x = 1",
        "print('a % b')",
        "if x:\n    y = '%d' % 3",
        "text = '''a\n  %b\n'''",
        "# note",
        "z = [\n    1,\n]",
        "x %= 2",
    ]
)
SOURCES = st.lists(LINES, min_size=1, max_size=4).map("\n".join)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20).map(str.rstrip)


@given(st.lists(st.one_of(st.tuples(st.just("code"), SOURCES), st.tuples(st.just("markdown"), WORDS)), max_size=5))
def test_the_cells_of_the_python_file_are_those_of_the_notebook(cells: list[tuple[str, str]]) -> None:
    """B9"""
    given = [code(source) if kind == "code" else prose(source) for kind, source in cells]
    assert read_back(percent(document(*given))) == [(kind, source.rstrip("\n")) for kind, source in cells]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=4), st.booleans())
def test_the_python_file_is_python_whatever_the_cells_are(sources: list[str], failed: bool) -> None:
    given = [*(code(source, failed=failed) for source in sources), *(prose(source) for source in sources)]
    compile(percent(document(*given)), "out.py", "exec")


# --- pages ------------------------------------------------------------------------------------------------------------

#: What would run, load or leave, each in its own way.
HOSTILE = (
    "<script>hit()</script>", "<img src=x onerror=hit()>", "<img src='http://evil.test/a.png'>",
    "<svg onload=hit()><script>hit()</script></svg>", "<iframe src='http://evil.test/'></iframe>",
    "<a href='javascript:hit()'>a</a>", "<a href='data:text/html,<script>hit()</script>'>b</a>",
    "<style>@import 'http://evil.test/b.css';body{background:url(http://evil.test/c.png)}</style>",
    "<td style='background:url(http://evil.test/d.png)'>c</td>", "<form action='http://evil.test/'><button>d</button></form>",
    "<meta http-equiv=refresh content='0;url=http://evil.test/'>", "<base href='http://evil.test/'>",
    "<link rel=stylesheet href='http://evil.test/e.css'>", "<object data='http://evil.test/f'></object>",
    "</pre></details></main><script>hit()</script>", "<math><mtext><table><mglyph><style><img src=x onerror=hit()>",
    "<table><tr><td>words<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9aGl0KCk+'></td></tr></table>",
)  # fmt: skip


def hostile() -> NotebookNode:
    everything = "\n".join(HOSTILE)
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='9' onload='hit()'><image href='http://evil.test/g'/></svg>"
    cells = [
        code(
            markup_,
            shows(text__html=f"words {markup_}", text__plain=markup_),
            shows(text__markdown=f"{markup_} ![x](http://evil.test/h.png) [y](javascript:hit())"),
            V4.new_output("stream", name="stdout", text=markup_),
            V4.new_output("error", ename=markup_, evalue=markup_, traceback=[markup_]),
        )
        for markup_ in (*HOSTILE, everything)
    ]
    cells += [code("svg", shows(image__svg_xml=svg))]
    cells += [code("chart", shows(**{"application__vnd.plotly.v1+json": {"layout": {"title": everything}}}))]
    receipt = {"number": "5", "kind": "output", "places": [{"line": everything}]}
    cells += [prose(f"5 {everything} ![x](http://evil.test/i.png) ![y][r]\n\n[r]: http://evil.test/j.png", receipt)]
    whole = document(*cells)
    whole.metadata["lci"]["title"] = everything
    return whole


ALLOWED = {"src": r"data:image/[\w+]+;base64,[\w+/=]+", "href": r"#[\w-]+|https?://.*|mailto:.*"}


@pytest.mark.parametrize("with_code", [True, False])
def test_nothing_hostile_is_left_in_a_page(with_code: bool) -> None:
    """B36"""
    tree = markup.document_fromstring(page(hostile(), ENGLISH, code=with_code))
    body = tree.body
    for element in body.iter():
        assert element.tag not in ("script", "style", "svg", "iframe", "form", "object", "link", "meta", "base"), (
            element
        )
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name)
            assert re.fullmatch(ALLOWED.get(name, r"(?!.*evil\.test).*"), str(value), re.DOTALL), (name, value)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_a_page_holds_all_and_a_report_what_there_is_to_read() -> None:
    """B9, B57: receipts are footnotes; code is folded, or not there."""
    tree = markup.document_fromstring(page(story(), ENGLISH))
    assert [each.text_content() for each in tree.xpath("//details/pre")] == [
        "1 / 0",
        "total = 10\nprint(total)",
        "draw()",
        "df",
    ]
    assert [each.get("href") for each in tree.xpath("//sup/a")] == ["#note-1", "#note-2"]
    (marked,) = tree.xpath("//p[sup]")
    assert marked.text_content() == "South with 5 in code and 5[1], which is 50[2] %."
    notes = [each.text_content() for each in tree.xpath("//li[starts-with(@id, 'note-')]")]
    assert notes == ["5: in an output: south | 5 ↑", "50: the share of 5, 10 ↑"]
    assert len(tree.xpath("//figure/img[starts-with(@src, 'data:image/png;base64,')]")) == 1
    report = markup.document_fromstring(page(story(), ENGLISH, code=False))
    assert not report.xpath("//details|//pre")
    assert len(report.xpath("//figure/img")) == len(report.xpath("//table")) == 1
    assert "2023" not in report.text_content() and "ZeroDivision" not in report.text_content()


def test_a_report_says_once_what_was_asked_first() -> None:
    whole = document(
        prose("# Which one?", role="title"), prose("## Which one?\n\n*Attached:* `a.csv`", role="prompt"),
        prose("## And then?", role="prompt"), prose("## Which one?", role="prompt"),
    )  # fmt: skip
    tree = markup.document_fromstring(page(whole, ENGLISH, code=False))
    assert [each.text_content() for each in tree.xpath("//h1|//h2|//p")] == [
        "Which one?", "Attached: a.csv", "And then?", "Which one?",
    ]  # fmt: skip


FORMULAS = (
    r"With $\mu_1 * \mu_2 = 5$ and $$\frac{a_1}{b_2}$$ it costs $5 or $10, `$x$` is code, "
    r"$a\hspace{999999}b$ and $\nosuch{<b>}$ are not known, [5 $a](https://example.org/5/$b$) and $数$."
)


@pytest.mark.parametrize("asked", ["Is List<int> ok & <b>fine</b>?", r"a \<b> c", "x < 5 and y<z"])
def test_what_was_asked_is_read_in_markdown_as_it_was_typed(asked: str) -> None:
    cells = prose(prompt_source(asked), role="prompt"), code("1", shows(image__png=picture()))
    with zipfile.ZipFile(io.BytesIO(markdown_zip(document(*cells), ENGLISH, "n.md"))) as archive:
        text = archive.read("n.md").decode()
    headings = [token.children for token in MarkdownIt("commonmark").parse(text) if token.type == "inline"]
    assert asked in ["".join(each.content for each in children or ()) for children in headings]


def test_formulas_are_drawn_where_they_are_known(tmp_path: Path) -> None:
    """B9: without a script; a formula's own signs are no Markdown, money and addresses are no formulas."""
    whole = document(prose(FORMULAS, SOUTH))
    tree = markup.document_fromstring(page(whole, ENGLISH))
    assert tree.xpath("//img[@class='formula']/@alt") == [r"\mu_1 * \mu_2 = 5", r"\frac{a_1}{b_2}"]
    assert tree.xpath("//main//a[starts-with(@href, 'http')]/@href") == ["https://example.org/5/$b$"]
    text = tree.xpath("string(//main/p)")
    assert text.startswith("With  and  it costs $5[1] or $10, $x$ is code, ")
    assert text.endswith(r"$a\hspace{999999}b$ and $\nosuch{<b>}$ are not known, 5 $a and $数$.")
    with zipfile.ZipFile(io.BytesIO(markdown_zip(whole, ENGLISH, "a.md"))) as archive:
        written = archive.read("a.md").decode()
    assert r"With $\mu_1 * \mu_2 = 5$ and $$\frac{a_1}{b_2}$$ it costs $5[^1] or" in written
    path = tmp_path / "a.docx"
    path.write_bytes(word_document(whole, ENGLISH))
    assert len(Document(str(path)).inline_shapes) == 2


def test_pictures_beside_the_notebook_are_taken_into_a_page() -> None:
    content = base64.b64decode(picture())
    whole = document(prose("![a](out/a.png) ![b](gone.png) ![c](../c.png) ![d](/etc/d.png)", role="files"))
    read: list[str] = []

    def beside(name: str) -> bytes | None:
        read.append(name)
        return content if name == "out/a.png" else None

    tree = markup.document_fromstring(page(whole, ENGLISH, code=False, read=beside))
    assert len(tree.xpath("//img")) == 1 and "/etc/d.png" not in read
    assert " b c d" in tree.text_content()


# --- Word and Markdown ------------------------------------------------------------------------------------------------


def test_word_opens_the_report(tmp_path: Path) -> None:
    """B9: by python-docx; whatever a cell put out, it is text there."""
    path = tmp_path / "a.docx"
    path.write_bytes(word_document(story(), ENGLISH))
    opened = Document(str(path))
    texts = [paragraph.text for paragraph in opened.paragraphs]
    assert texts[:2] == ["Sales & co", "Which region sells most?"]
    assert "South with 5 in code and 5[1], which is 50[2] %." in texts
    assert "1. 5: in an output: south | 5" in texts
    assert [[cell.text for cell in row.cells] for row in opened.tables[0].rows] == [["", "sales"], ["south", "5"]]
    assert len(opened.inline_shapes) == 1
    assert not any("total" in text for text in texts)
    bad = document(
        prose("\x01 a\x0b \ufffe"), code("x", shows(image__png="AAAA")), code("y", shows(image__svg_xml="<svg/>"))
    )
    path.write_bytes(word_document(bad, words_in("ja"), language="ja"))
    assert len(Document(str(path)).paragraphs) >= 3
    forged = document(code("x", shows(text__markdown="so it is 7\ue0001\ue001")))
    path.write_bytes(word_document(forged, ENGLISH))
    assert Document(str(path)).paragraphs[0].text == "so it is 71"
    path.write_bytes(word_document(hostile(), ENGLISH))
    assert not [each for each in Document(str(path)).part.rels.values() if each.is_external]


def test_markdown_comes_with_its_pictures(tmp_path: Path) -> None:
    """B9: and with no picture of any other place."""
    with zipfile.ZipFile(io.BytesIO(markdown_zip(story(), ENGLISH, "a.md"))) as archive:
        assert archive.namelist() == ["a.md", "images/figure-1.png"]
        text = archive.read("a.md").decode()
    assert "![Chart](images/figure-1.png)" in text
    assert "and 5[^1], which is 50[^2] %." in text
    assert "[^1]: 5: in an output: south \\| 5" in text
    assert "|  | sales |\n| --- | --- |\n| south | 5 |" in text
    with zipfile.ZipFile(io.BytesIO(markdown_zip(hostile(), ENGLISH, "a.md"))) as archive:
        text = archive.read("a.md").decode()
    # As a viewer that takes HTML in Markdown would show it.
    tree = markup.fromstring(f"<div>{MarkdownIt('commonmark', {'html': True}).render(text)}</div>")
    assert not [each for each in tree.iter() if each.tag in ("script", "style", "iframe", "form", "svg", "object")]
    assert [each.get("src") for each in tree.iter("img")] == ["images/figure-1.svg"]


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        r"\`<img src=http://evil/a.png>\`",
        r"\<img src=http://evil/a.png>",
        r"\\<img src=http://evil/a.png>",
        r"\\\<img src=http://evil/a.png>",
        "`a\n\nb <img src=http://evil/a.png> `c",
        "![a [b] c](http://evil/c.png)",
        "![evil]\n\n[evil]: http://evil/x.png",
    ],
)
def test_no_html_and_no_picture_of_another_place_is_in_the_markdown(source: str, tmp_path: Path) -> None:
    """As whoever reads CommonMark finds them, however the code around is meant."""
    content = markdown_zip(document(prose(source), code("1", shows(**{"text/markdown": source}))), ENGLISH, "n.md")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("n.md").decode()
    tokens = [token for block in MarkdownIt("commonmark").parse(text) for token in (block, *(block.children or ()))]
    assert not [token.type for token in tokens if token.type in ("html_block", "html_inline", "image")]
    assert "evil" in text


def fields(text: object) -> Any:
    match text:
        case str():
            return sorted(re.findall(r"\{\w+", text))
        case Mapping():
            return {key: fields(value) for key, value in text.items()}


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_every_language_has_every_sentence(language: str) -> None:
    """B9: in words of its own, with what is filled in."""
    english, other = dataclasses.asdict(ENGLISH), dataclasses.asdict(words_in(language))
    assert {name: fields(value) for name, value in other.items()} == {n: fields(v) for n, v in english.items()}
    assert not [name for name in english if english[name] == other[name]]
