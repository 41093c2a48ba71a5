"""One cell's outputs on the screen: what is worth seeing inline, and the full text behind the fold."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from typing import Literal, assert_never

import streamlit as st

from lci.core.artifacts import cell_figures, is_active, richest
from lci.core.outputs import (
    BlobRef,
    Bundle,
    Datum,
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Json,
    Output,
    StreamOutput,
    settled_text,
    without_ansi,
)
from lci.core.protocols import Blobs
from lci.core.transcript import plain_text
from lci.core.turns import Cell, Turn
from lci.runtime.interpreter import Interpreter
from lci.ui import routes, safety
from lci.wording import words

#: Characters of one stream that are drawn; the rest is in the file or the notebook.
SHOWN_CHARS = 20_000
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_WIDTH = 560
#: The folders above a library's own, where a traceback names a file.
_LIBRARY = re.compile(
    r"(File \"?)(?:[^\n:\"]:)?[^\n:\"]*?"
    r"[\\/](?:(?:site|dist)-packages|lib[\\/]python3\.\d+)[\\/](?!(?:site|dist)-packages)"
)


def inline(live: Interpreter, cell: Cell) -> None:
    """Figures, charts and tables, in order; text stays behind the fold."""
    for index, output in enumerate(cell.outputs):
        if isinstance(output, DisplayData | ExecuteResult) and _is_rich(output):
            bundle(live, output.data, f"{cell.call_id}-{index}")


def _is_rich(output: DisplayData | ExecuteResult) -> bool:
    return richest(output.data) not in (None, "text/plain", "application/json")


def bundle(live: Interpreter, data: Bundle, key: str, width: int = _WIDTH) -> None:
    """The best form of a MIME bundle."""
    mime = richest(data)
    if mime is None:
        return
    value = data[mime]
    if mime in _PICTURES:
        picture(live, mime, value, width)
    elif mime.startswith("application/vnd.plotly"):
        chart = safety.without_remote(_json(live, value))
        st.plotly_chart(chart, key=f"plot-{key}", config={"displaylogo": False})
    elif mime.startswith("application/vnd.vegalite"):
        chart = safety.without_remote(_json(live, value))
        if isinstance(chart, dict):
            st.vega_lite_chart(chart, key=f"chart-{key}")
    elif mime == "text/html":
        _html(live, value)
    elif mime == "text/latex":
        st.latex(_text(live, value).strip().strip("$"))
    elif mime == "text/markdown":
        st.markdown(safety.markdown(_text(live, value), routes.file_url(live.id, "")))
    elif mime == "application/json":
        st.json(_json(live, value), expanded=False)
    else:
        st.code(plain_text(data), language=None, wrap_lines=True)


def picture(live: Interpreter, mime: str, value: Datum, width: int = _WIDTH) -> None:
    """A picture by its address, which the browser caches; a click opens it by itself."""
    if isinstance(value, BlobRef):
        _picture(routes.figure_url(live.id, value, mime), width)


def file_picture(live: Interpreter, name: str, width: int = _WIDTH) -> None:
    """A picture file of the workspace."""
    _picture(routes.file_url(live.id, name) + "?inline", width)


def _picture(url: str, width: int) -> None:
    st.image(routes.for_widget(url), width=width, link=url, alt=words().figure[0])


def reserve(live: Interpreter, turns: Iterable[Turn]) -> None:
    """Keep the room of the turns' pictures before they are loaded: nothing jumps, and the pane ends at its end."""
    rules = []
    for turn in turns:
        for cell in turn.cells:
            for figure in cell_figures(turn, cell):
                if figure.mime == "image/png" and isinstance(figure.value, BlobRef):
                    width, height = _pixels(live.engine.store, figure.value)
                    rules.append(f'img[src*="{figure.value.digest}"]{{aspect-ratio:auto {width}/{height}}}')
    st.html(f"<style>{''.join(rules)}</style>")


@functools.lru_cache(maxsize=1_000)
def _pixels(blobs: Blobs, ref: BlobRef) -> tuple[int, int]:
    """Width and height as a PNG's header has them; a square when it has none."""
    try:
        header = blobs.get(ref)[:24]
    except KeyError:
        header = b""
    if len(header) < 24 or not header.startswith(b"\x89PNG"):
        return 1, 1
    return int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")


def _html(live: Interpreter, value: Datum) -> None:
    if is_active(value):
        if isinstance(value, BlobRef):
            st.iframe(routes.html_url(live.id, value), height=420)
        return
    st.html(f'<div class="lci-table">{safety.table_html(_text(live, value))}</div>')


def _text(live: Interpreter, value: Datum) -> str:
    if isinstance(value, BlobRef):
        try:
            return live.engine.store.get(value).decode("utf-8", "replace")
        except KeyError:
            return ""
    return value if isinstance(value, str) else json.dumps(value)


def _json(live: Interpreter, value: Datum) -> Json:
    if isinstance(value, BlobRef):
        parsed: Json = json.loads(_text(live, value) or "null")
        return parsed
    return value


def texts(live: Interpreter, cell: Cell, limit: int = SHOWN_CHARS) -> None:
    """What the cell printed, its plain results and its error."""
    for output in cell.outputs:
        _text_output(live, output, limit)


def newest(live: Interpreter, cell: Cell, lines: int = 12) -> None:
    """The last lines of what a running cell has printed, and its error if it has one."""
    printed = [output for output in cell.outputs if isinstance(output, StreamOutput)]
    text = settled_text(without_ansi("".join(output.text for output in printed)[-8_000:])).rstrip("\n")
    if text.strip():
        st.code("\n".join(text.split("\n")[-lines:]), language=None, wrap_lines=True)
    for output in cell.outputs:
        if not isinstance(output, StreamOutput):
            _text_output(live, output, 8_000)


def _text_output(live: Interpreter, output: Output, limit: int) -> None:
    match output:
        case StreamOutput(name, text, omitted, spool):
            if omitted:
                _omitted(live, omitted, spool)
            shown = _ends(settled_text(without_ansi(text)), limit)
            if shown.strip():
                if name == "stderr":
                    st.caption(words().errors_and_warnings)
                st.code(shown.rstrip("\n"), language=None, wrap_lines=True, height=height(shown))
        case DisplayData() | ExecuteResult():
            if not _is_rich(output) and (plain := _plain(live, output.data)):
                st.code(_ends(plain, limit), language=None, wrap_lines=True, height=height(plain))
        case ErrorOutput():
            st.code(error_text(output), language=None, height=height(error_text(output)))
        case _ as never:
            assert_never(never)


def _plain(live: Interpreter, data: Bundle) -> str:
    value = data.get("text/plain")
    return without_ansi(_text(live, value)) if isinstance(value, BlobRef) else plain_text(data)


def _ends(text: str, limit: int) -> str:
    """`text` cut to its beginning and end, with the number of characters between them."""
    cut = len(text) - limit
    return text if cut <= 0 else f"{text[: limit // 2]}\n… {cut:,} …\n{text[-limit // 2 :]}"


def _omitted(live: Interpreter, omitted: int, spool: str | None) -> None:
    said = words().output_omitted.format(count=f"{omitted:,}")
    if spool is not None:
        said += f" [{words().full_output}]({routes.spool_url(live.id, spool)})"
    st.caption(said)


def error_text(error: ErrorOutput) -> str:
    """The whole traceback without colours, without the line above it, and with libraries named as one imports them."""
    trace = without_ansi("\n".join(line for line in error.traceback if without_ansi(line).strip("- \n")))
    return _LIBRARY.sub(r"\1", trace) or f"{error.ename}: {error.evalue}"


def height(text: str) -> int | Literal["content"]:
    """How high a block of text is drawn: all of it, or a box that scrolls."""
    return 260 if text.count("\n") > 11 else "content"
