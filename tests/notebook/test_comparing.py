"""Two runs of a cell: what is displayed differs where its content does, and not where only invented names do (B50)."""

from __future__ import annotations

import base64
import copy
import html
import json
import struct
from typing import Any

import nbformat
import pytest
from hypothesis import given, strategies as st
from nbformat import NotebookNode

from lci.notebook.comparing import differing_parts, outcome

Bundle = dict[str, Any]

STYLER = """<style type="text/css">#T_{id}_row1_col0 {{ background-color: {colour}; }}</style>
<table id="T_{id}"><thead><tr><th id="T_{id}_level0_col0" class="col_heading" >a</th></tr></thead>
<tbody><tr><td id="T_{id}_row1_col0" class="data row1 col0" >{value}</td></tr></tbody></table>"""
ALTAIR = """<style>#altair-viz-{id}.vega-embed {{ width: 100%; }}</style><div id="altair-viz-{id}"></div>
<script>(function(spec, embedOpt){{ document.getElementById("altair-viz-{id}"); }})(
{spec}, {{"mode": "vega-lite"}});</script>"""
SVG = """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><metadata><dc:date>{date}</dc:date></metadata>
<defs><clipPath id="{id}"><rect width="{width}" height="5"/></clipPath></defs>
<path clip-path="url(#{id})" d="M {x} 2"/></svg>"""


def page(markup: str) -> Bundle:
    return {"text/html": markup, "text/plain": "<IPython.core.display.HTML object>"}


def styler(name: str = "a1b2c", value: str = "1.500000", colour: str = "yellow", address: str = "7f1") -> Bundle:
    text = f"<pandas.io.formats.style.Styler at 0x{address}0000>"
    return {"text/html": STYLER.format(id=name, value=value, colour=colour), "text/plain": text}


def vega(value: float = 0.5, name: str = "data-1f2e", view: int = 1) -> Bundle:
    specification: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json", "data": {"name": name}, "mark": {"type": "bar"},
        "params": [{"name": f"param_{view}", "views": [f"view_{view}"]}], "name": f"view_{view}",
        "datasets": {name: [{"x": value}]},
    }  # fmt: skip
    return {"application/vnd.vegalite.v6+json": specification, "text/plain": "<Chart>"}


def altair_page(value: float = 0.5, name: str = "f00d", view: int = 1) -> Bundle:
    specification = json.dumps(vega(value, f"data-{name}", view)["application/vnd.vegalite.v6+json"])
    return {"text/html": ALTAIR.format(id=name, spec=specification), "text/plain": "alt.Chart(...)"}


def plotly(*values: float, uid: str = "u1", title: str = "t") -> Bundle:
    packed = base64.b64encode(struct.pack(f"<{len(values)}d", *values)).decode()
    trace = {"type": "bar", "y": {"dtype": "f8", "bdata": packed}, "uid": uid}
    return {"application/vnd.plotly.v1+json": {"data": [trace], "layout": {"title": {"text": title}}}}


def svg(name: str = "p1", date: str = "2026-01-01", width: int = 5, x: str = "1.5") -> Bundle:
    return {"image/svg+xml": SVG.format(id=name, date=date, width=width, x=x), "text/plain": "<SVG object>"}


def bokeh(value: float, first: int = 1001, *, is_page: bool = False) -> Bundle:
    roots = [{"type": "Figure", "id": f"p{first}", "attributes": {"x": {"id": f"p{first + 1}"}, "end": value}}]
    documents = json.dumps({f"{first}-aa": {"version": "3.9", "title": str(is_page), "roots": roots}})
    if is_page:
        script = html.escape(documents, quote=False)
        markup = f'<html>Bokeh<script type="application/json" id="{first}">\n {script}\n </script></html>'
        return {"text/html": markup, "text/plain": "<Bokeh figure>"}
    return {
        "application/javascript": f"Bokeh; const docs_json = {documents}; f()",
        "application/vnd.bokehjs_exec.v0+json": "",
    }


def cell(*outputs: Bundle | str) -> NotebookNode:
    """A cell that has displayed and printed these."""
    return nbformat.v4.new_code_cell(
        "…",
        outputs=[
            nbformat.v4.new_output("stream", name="stdout", text=each)
            if isinstance(each, str)
            else nbformat.v4.new_output("display_data", data=copy.deepcopy(each))
            for each in outputs
        ],
    )


def parts(before: Bundle | str, after: Bundle | str) -> tuple[str, ...]:
    return differing_parts(outcome(cell(before)), outcome(cell(after)))


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        (page("<b>1</b>"), page("<b>2</b>"), "text"),
        (page("<p>a <b>1</b></p>"), page("<p>a <i>1</i></p>"), "text"),
        (page("<script>draw(3)</script>"), page("<script>draw(4)</script>"), "text"),
        (page('<img src="data:image/png;base64,AAAA">'), page('<img src="data:image/png;base64,AAAB">'), "text"),
        (page("<p>a1b2c3d4a1b2c3d4</p>"), page("<p>b1b2c3d4a1b2c3d4</p>"), "text"),
        (
            page('<iframe srcdoc="&lt;b&gt;1&lt;/b&gt;"></iframe>'),
            page('<iframe srcdoc="&lt;b&gt;2"></iframe>'),
            "text",
        ),
        ({"text/markdown": "total **1**"}, {"text/markdown": "total **2**"}, "text"),
        ({"text/latex": "$1$"}, {"text/latex": "$2$"}, "text"),
        ({"application/json": {"v": 0.25}}, {"application/json": {"v": 0.26}}, "text"),
        ({"application/json": {"v": 1}}, {"application/json": {"w": 1}}, "text"),
        ({"application/geo+json": {"v": 1}}, {"application/geo+json": {"v": 2}}, "text"),
        ({"application/javascript": "alert(1)"}, {"application/javascript": "alert(2)"}, "text"),
        (styler(), styler(value="2.500000"), "text"),
        (styler(), styler(colour="red"), "text"),
        (svg(), svg(width=6), "pictures"),
        (svg(), svg(x="1.6"), "pictures"),
        (plotly(1.5, 2.5), plotly(1.5, 2.75), "pictures"),
        (plotly(1.5), plotly(1.5, title="another"), "pictures"),
        (vega(), vega(0.75), "pictures"),
        (vega(), altair_page(0.75), "pictures"),
        (altair_page(), altair_page(0.75), "pictures"),
        (bokeh(1.5), bokeh(2.5), "pictures"),
        (bokeh(1.5, is_page=True), bokeh(2.5), "pictures"),
        ("mean wait: 2.0 min\n", "mean wait: 20.0 min\n", "text"),
        ("12 s\n", "15 s\n", "text"),
        ("size 0xff00ff\n", "size 0xff00fe\n", "text"),
    ],
)
def test_what_shows_something_else_differs(before: Bundle | str, after: Bundle | str, part: str) -> None:
    """B50: whatever form it has."""
    assert parts(before, after) == (part,)
    assert parts(after, before) == (part,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (page("<b>1</b>\n"), page("<b> 1</b>")),
        (page("<b>0.30000000000000004</b>"), page("<b>0.3000000000000001</b>")),
        (page("<b>&lt;object object at 0x7f00&gt;</b>"), page("<b>&lt;object object at 0x7f11&gt;</b>")),
        (styler(), styler("9f8e7", address="7f9")),
        (
            page('<div id="map_9c23aa"></div><script>var map_9c23aa = L.map("map_9c23aa")</script>'),
            page('<div id="map_0b11cc"></div><script>var map_0b11cc = L.map("map_0b11cc")</script>'),
        ),
        (
            page("<script>f('0c48d2da-7295-4c4f-baab-30b3c174dbe6')</script>"),
            page("<script>f('deb7686c-63a9-4cea-a59b-52614b9e452b')</script>"),
        ),
        (svg(), svg("p2", "2027-02-02", x="1.5000001")),
        (plotly(0.1 + 0.2), plotly(0.3, uid="u2")),
        (vega(), vega(name="data-0000", view=3)),
        (vega(), altair_page(name="beef", view=2)),
        (altair_page(), altair_page(name="cafe")),
        (bokeh(1.5), bokeh(1.5, 2040)),
        (bokeh(1.5, is_page=True), bokeh(1.5, 1066)),
        ({"application/json": {"a": None}}, {"application/json": {"a": "nan"}}),
        ({"text/plain": "1", "text/html": "<b>1</b>"}, {"text/plain": "1"}),
        (
            {"text/plain": "<IPython.lib.display.IFrame at 0x7f00>", "text/html": "<html>inside</html>"},
            {"text/plain": "<IPython.lib.display.IFrame at 0x7f11>", "text/html": '<iframe src="a.html"></iframe>'},
        ),
        ("wrote /tmp/tmpab12_xyz/a.csv\n", "wrote /tmp/tmpzz98wvut/a.csv\n"),
        ("CPU times: user 25 μs, total: 28 μs\nWall time: 30.3 μs\n", "CPU times: user 1 s\nWall time: 1min 3s\n"),
        (
            "2.08 μs ± 1.26 μs per loop (mean ± std. dev. of 2 runs, 1 loop each)\n",
            "3 ms ± 1 μs per loop (mean ± std. dev. of 7 runs, 10 loops each)\n",
        ),
        ("The slowest run took 4.05 times longer than the fastest. This could\n", ""),
        ("It took 3.2 s.\nElapsed: 4 seconds\n", "It took 12.8 s.\nElapsed: 11 seconds\n"),
        ("done in 1 min 2.5 s\n2.1 s elapsed\n", "done in 2.5 s\n3.1 s elapsed\n"),
        ("3it [00:00, 100.5it/s]\n", "3it [00:01, 10.5it/s]\n"),
        ("a: 50%|## | 1/2 [00:00<00:01, 9.1it/s, loss=2]\n", "a: 50%|## | 1/2 [00:03<00:04, 1.2s/it, loss=2]\n"),
        ("5/5 ━━━━━━━━━━ 0s 3ms/step - loss: 0.5\n", "5/5 ━━━━━━━━━━ 1s 12ms/step - loss: 0.5\n"),
        (
            "Date:   Sat, 28 Nov 2026   Prob: 0.07\nTime:   15:25:26   AIC: 1.5\n",
            "Date:   Sun, 29 Nov 2026   Prob: 0.07\nTime:   01:02:03   AIC: 1.5\n",
        ),
    ],
)
def test_what_only_calls_itself_otherwise_is_the_same(before: Bundle | str, after: Bundle | str) -> None:
    """B50: names that a library invents, addresses, the last digits of fractions, how long the run took."""
    assert parts(before, after) == ()
    assert parts(after, before) == ()


def test_what_a_library_loads_before_it_draws_is_nothing_that_was_shown() -> None:
    loading = {"text/html": '<span id="1">Loading BokehJS ...</span>'}
    scripts = {"application/javascript": "load()", "application/vnd.bokehjs_load.v0+json": "load()"}
    place = {"text/html": '<div id="2" data-root-id="p1"></div>'}
    before, after = cell(bokeh(1.5, is_page=True)), cell(loading, scripts, place, bokeh(1.5))
    assert differing_parts(outcome(before), outcome(after)) == ()


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_any_json_is_the_same_as_itself(value: Any) -> None:
    as_sent = json.loads(json.dumps(value))
    assert parts({"application/json": value}, {"application/json": as_sent}) == ()


@given(st.text(st.sampled_from("<>/ab =\"'&#;id-!scriptyle\n"), max_size=60))
def test_any_markup_is_the_same_as_itself_and_can_be_compared(markup: str) -> None:
    assert parts(page(markup), page(markup)) == ()
    parts(page(markup), page(f"{markup}x"))
