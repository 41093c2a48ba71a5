"""Charts of Vega and Vega-Lite are pictures in other forms of a notebook, and nothing they name is loaded (B9)."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import altair as alt
import nbformat
import pandas as pd
import pytest
import vl_convert
from docx import Document
from PIL import Image

from lci.core.conversation import LocalIsolation
from lci.errors import ChartUndrawn
from lci.kernels.enclosing import enclosed
from lci.kernels.limits import ResourceLimits
from lci.runtime.drawing import can_draw, drawing, drawings
from lci.runtime.forms import Form, content_of, names_charts_only
from tests.kernels.ordinary import LEVELS, become_ordinary, why_not

LITE, VEGA = "application/vnd.vegalite.v6+json", "application/vnd.vega.v6+json"
PNG = b"\x89PNG"
INLINE = "data:image/png;base64," + base64.b64encode(PNG).decode()


def bars(rows: int = 3, **settings: Any) -> Any:
    frame = pd.DataFrame({"day": range(rows), "sales": range(rows)})
    with alt.data_transformers.disable_max_rows():
        return alt.Chart(frame, title="Sales", **settings).mark_bar().encode(x="day:O", y="sales:Q").to_dict()


def points(rows: int) -> Any:
    places = {channel: {"field": name, "type": "quantitative"} for channel, name in (("x", "day"), ("y", "sales"))}
    return {**bars(rows), "mark": "point", "encoding": places}


BARS = bars()


def notebook(*bundles: dict[str, Any]) -> Any:
    outputs = [nbformat.v4.new_output("display_data", data=bundle) for bundle in bundles]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("draw()", outputs=outputs)])


def content(form: Form, document: Any) -> bytes:
    return content_of(form, document, name="a", language="en", read=lambda _: None)


def drawn(*charts: tuple[str, Any], seconds: float = 60.0) -> list[str | None]:
    return [each and each.mime for each in drawings(charts, "svg", seconds=seconds)]


def test_a_chart_of_altair_is_a_picture_in_every_form() -> None:
    """B9: one that scales in pages, one of pixels in Word and beside Markdown; the notebook itself stays as it was."""
    document = notebook({LITE: BARS, "text/plain": "<Chart>"})
    for form in ("html", "report"):
        page = content(form, document).decode()
        (svg,) = re.findall(r"<figure><img src=\"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", page)
        assert b"Sales" in base64.b64decode(svg)
        assert "interactive chart" not in page
    with zipfile.ZipFile(io.BytesIO(content("md", document))) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".png")]
        assert f"![Chart]({name})" in archive.read("a.md").decode()
        with Image.open(io.BytesIO(archive.read(name))) as picture:
            assert len(set(picture.convert("L").tobytes())) > 5
    assert len(Document(io.BytesIO(content("docx", document))).inline_shapes) == 1
    assert set(document.cells[0].outputs[0].data) == {LITE, "text/plain"}


def test_a_notebook_is_exported_where_an_event_loop_runs() -> None:
    """B39: as in JupyterLab, where somebody uses the library."""

    async def exported() -> bytes:
        return content("html", notebook({LITE: BARS, "text/plain": "<Chart>"}))

    assert b"<figure><img src=" in asyncio.run(exported())


def test_every_version_is_drawn() -> None:
    """By the nearest there is; Vega itself, too."""
    mimes = [f"application/vnd.vegalite.v{version}+json" for version in (4, 5, 6, 99)] + ["application/vnd.vegalite."]
    charts = [*((mime, BARS) for mime in mimes), (VEGA, vl_convert.vegalite_to_vega(BARS))]
    assert drawn(*charts) == ["image/svg+xml"] * len(charts)


def test_more_than_five_thousand_rows_are_drawn() -> None:
    """A drawing that would be long is a picture of pixels."""
    assert drawn((LITE, points(5_001)), (LITE, points(15_001))) == ["image/svg+xml", "image/png"]


def test_without_the_package_a_chart_is_named_and_the_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is without a browser for Plotly's."""
    document = notebook({LITE: BARS})
    assert can_draw() and not names_charts_only("html", document)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert not can_draw()
    assert names_charts_only("html", document) and not names_charts_only("py", document)
    assert not names_charts_only("html", notebook({"text/plain": "3"}))
    assert "Sales: an interactive chart." in content("html", document).decode()
    assert not Document(io.BytesIO(content("docx", document))).inline_shapes
    with zipfile.ZipFile(io.BytesIO(content("md", document))) as archive:
        assert archive.namelist() == ["a.md"]
    with pytest.raises(ChartUndrawn):
        drawing(LITE, BARS, "png")


#: What a worker's child does, at the level that is being tried.
CHILD = """
import json, os, sys
from pathlib import Path
from lci.runtime import worker_process
from lci.workspace.drawing import DrawingJob
worker_process._confined(json.loads(os.environ["LCI_CONFINEMENT"]), [0])
spec = Path(f"/proc/self/fd/{os.dup(0)}")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
print(DrawingJob("chart", sys.argv[1], "png").performed(spec)[:4])
"""


@pytest.mark.isolation
@pytest.mark.parametrize("level", LEVELS)
def test_a_chart_is_drawn_at_every_level_of_isolation(level: LocalIsolation) -> None:
    """B34: what draws it needs nothing that the walls keep from it."""
    ordinary = level == "landlock"
    if ordinary and (reason := why_not(level)):
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="lci-test-") as name, tempfile.TemporaryFile() as spec:
        spec.write(json.dumps(BARS).encode())
        spec.seek(0)
        scratch = Path(name)
        scratch.chmod(0o777)
        begun = enclosed("lci.runtime.worker_process", level, scratch, ResourceLimits(2 << 30, processes=64))
        if ordinary:
            # It was opened by another user than the one who reads it.
            os.fchmod(spec.fileno(), 0o644)
        done = subprocess.run(
            [*(become_ordinary() if ordinary else ()), *begun.command[:-2], "-c", CHILD, LITE],
            env=begun.environment | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, stdin=spec,
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
    assert done.stdout.strip() == str(PNG), done.stderr[-2000:]


# --- what a spec may not do -------------------------------------------------------------------------------------------


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'[{"a": 1}]')

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()
    thread.join()


def loading(address: str) -> list[tuple[str, Any]]:
    """Charts that name an address wherever one can stand."""
    one, x = {"values": [{"a": 1, "u": f"{address}/field.png"}]}, {"x": {"field": "a"}}
    lite: list[Any] = [
        {"mark": "bar", "data": {"url": f"{address}/data.json"}, "encoding": x},
        {"mark": "text", "data": {"url": f"{address}/a.csv", "format": {"type": "csv"}}, "encoding": {"text": x["x"]}},
        {"data": one, "mark": {"type": "image", "url": f"{address}/mark.png", "width": 9, "height": 9}, "encoding": x},
        {"data": one, "mark": {"type": "image", "url": {"expr": f"'{address}/e.png'"}, "width": 9, "height": 9}},
        {"data": one, "mark": {"type": "image", "width": 9, "height": 9}, "encoding": {**x, "url": {"field": "u"}}},
        {
            "data": one, "mark": {"type": "image", "style": "mine", "width": 9, "height": 9}, "encoding": x,
            "config": {"style": {"mine": {"url": {"expr": f"'{address}/style.png'"}}}},
        },
        {"data": one, "mark": {"type": "point", "href": f"{address}/link"}, "encoding": x},
        {"data": one, "mark": {"type": "bar", "fill": f"url({address}/fill.svg#a)"}, "encoding": x},
        {"data": one, "layer": [{"data": {"url": f"{address}/nested.json"}, "mark": "bar", "encoding": x}]},
        {
            "data": one, "mark": "bar", "encoding": x,
            "transform": [
                {"lookup": "a", "from": {"data": {"url": f"{address}/lookup.json"}, "key": "a", "fields": ["b"]}}
            ],
        },
        {"data": one, "mark": "bar", "encoding": x, "usermeta": {"embedOptions": {"config": f"{address}/config"}}},
    ]  # fmt: skip
    image = {
        "type": "image",
        "encode": {"enter": {"url": {"signal": f"'{address}/signal.png'"}, "width": {"value": 9}}},
    }
    whole: list[Any] = [
        {"width": 9, "height": 9, "data": [{"name": "a", "url": f"{address}/vega.json"}], "marks": []},
        {"width": 9, "height": 9, "data": [{"name": "a", "url": {"signal": f"'{address}/s.json'"}}], "marks": []},
        {"width": 9, "height": 9, "marks": [image]},
        {"width": 9, "height": 9, "marks": [{"type": "group", "marks": [image]}]},
    ]
    return [*((LITE, spec) for spec in lite), *((VEGA, spec) for spec in whole)]


#: Draws each file's chart without walls, or, where it is told so, without anything of ours, and prints what came of it.
UNWALLED = """
import json, sys
from pathlib import Path
import vl_convert
from lci.errors import FileUnreadable
from lci.workspace.drawing import DrawingJob
folder, ours = Path(sys.argv[1]), sys.argv[2] == "ours"
for at, (mime, spec) in enumerate(json.loads((folder / "charts.json").read_text("utf-8"))):
    if not ours:
        print(vl_convert.vegalite_to_svg(spec))
        continue
    (folder / "spec.json").write_text(json.dumps(spec), "utf-8")
    for form in ("svg", "png"):
        try:
            picture = DrawingJob("chart", mime, form).performed(folder / "spec.json")
        except FileUnreadable as error:
            picture = error.reason.encode()
        print(at, form, picture.decode("utf-8", "replace"))
"""


def without_walls(charts: list[tuple[str, Any]], folder: Path, whose: str = "ours") -> str:
    (folder / "charts.json").write_text(json.dumps(charts), "utf-8")
    command = [sys.executable, "-c", UNWALLED, str(folder), whose]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout


def test_nothing_is_asked_of_an_address_that_a_chart_names(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    """B36: neither behind walls nor, what the walls would hide, without any."""
    address, paths = asked
    without_walls(loading(address)[:1], tmp_path, "theirs")
    assert paths == ["/data.json"]
    paths.clear()
    drawn_there = without_walls(loading(address), tmp_path)
    assert drawn_there.count("<svg") == len(loading(address)), drawn_there
    drawings(loading(address), "png")
    assert paths == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "/etc/passwd", "../../../../../../etc/passwd"])
def test_no_file_that_a_chart_names_is_read(address: str, tmp_path: Path) -> None:
    """B36."""
    text = {"text": {"field": "root:x:0:0:root:/root:/bin/bash"}}
    data = {"url": address, "format": {"type": "csv"}}
    lite = {"data": data, "mark": "text", "encoding": text}
    whole = {
        "width": 9,
        "height": 9,
        "data": [{"name": "a", **data}],
        "marks": [{"type": "text", "from": {"data": "a"}}],
    }
    drawn_there = without_walls([(LITE, lite), (VEGA, whole)], tmp_path)
    assert drawn_there.count("<svg") == 2 and "nologin" not in drawn_there


DEEP: Any = 1
for _ in range(3_000):
    DEEP = {"layer": [DEEP]}
HOSTILE: dict[str, Any] = {
    "no object": [1, 2],
    "nothing": None,
    "no view": {"data": {"values": []}},
    "wide": {**BARS, "width": 1e9},
    "high": {**BARS, "width": 50, "height": 1e300},
    "steps": {**BARS, "width": {"step": 1e8}},
    "padding": {**BARS, "padding": 1e9},
    "too deep": {"layer": [DEEP]},
    "wrong inside": {"mark": {"type": "nonsense"}, "data": {"values": 3}},
}


def test_a_chart_that_cannot_be_drawn_is_named_and_the_next_one_is_drawn() -> None:
    """B34."""
    charts = [(LITE, spec) for spec in HOSTILE.values()]
    assert drawn(*charts, (LITE, BARS)) == [None] * len(charts) + ["image/svg+xml"]
    with pytest.raises(ChartUndrawn):
        drawing(LITE, HOSTILE["wide"], "png")


def test_a_chart_that_never_ends_costs_its_own_time_only() -> None:
    """B34: it ends with the process that draws it."""
    endless = {
        "data": {"values": [{"a": "a" * 60 + "!"}]},
        "transform": [{"calculate": "test(/(a+)+$/, datum.a)", "as": "b"}],
        "mark": "text", "encoding": {"text": {"field": "b"}},
    }  # fmt: skip
    assert drawn((LITE, endless), seconds=5.0) == [None]


@pytest.mark.nightly
def test_a_chart_that_takes_all_memory_costs_that_of_its_own_process_only() -> None:
    """B34."""
    endless = {"data": {"sequence": {"start": 0, "stop": 1e8}}, "mark": "point", "encoding": {"x": {"field": "data"}}}
    assert drawn((LITE, endless), (LITE, BARS)) == [None, "image/svg+xml"]


def test_nested_values_are_data_like_others() -> None:
    rows = [{"a": {"b": [1, {"c": "x"}]}, "n": n, "url": INLINE} for n in range(3)]
    spec = {"data": {"values": rows}, "mark": "bar", "encoding": {"x": {"field": "a.b[0]"}, "y": {"field": "n"}}}
    assert drawn((LITE, spec)) == ["image/svg+xml"]


def test_a_large_chart_is_drawn_with_fewer_pixels() -> None:
    """As many as a picture may have."""
    picture = drawing(LITE, bars(width=9_000, height=9_000), "png")
    with Image.open(io.BytesIO(picture)) as image:
        assert 3_000 < image.width < 4_200
