"""One cell's outputs on the screen: what is worth seeing inline, and the full text behind the fold."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, assert_never

import streamlit as st
from streamlit.errors import Error as StreamlitError

from lci.core.artifacts import cell_figures, has_scripts, remote_hosts, richest
from lci.core.outputs import (
    PICTURE_TYPES,
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
from lci.core.stores import Blobs
from lci.core.transcript.output_text import plain_text
from lci.core.turns import Cell, Turn
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import charts, commands, framed, output_tables, players, routes, safety, state
from lci.ui.state import services
from lci.wording import number, words
from lci.workspace.chart_specs import Chart, vega_lite

#: Characters of one stream that are drawn; the rest is in the file or the notebook.
SHOWN_CHARS = 20_000
_WIDTH = 560
_MAP_HEIGHT = 480
#: Pixels of a box that scrolls.
_SCROLLED = 260
#: What drawing raises for what is no chart, formula or table: what it holds is anybody's, and so is where it breaks.
_UNDRAWABLE = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, MemoryError, StreamlitError,
)  # fmt: skip
#: The folders above a library's own, where a traceback names a file.
_LIBRARY = re.compile(
    r"(File \"?)(?:[^\n:\"]:)?[^\n:\"]*?"
    r"[\\/](?:(?:site|dist)-packages|lib[\\/]python3\.\d+)[\\/](?!(?:site|dist)-packages)"
)


def inline(live: Interpreter, cell: Cell) -> None:
    """Figures, charts and tables, in order, the first of them and more on request; text stays behind the fold."""
    rich = [
        (index, output.data)
        for index, output in enumerate(cell.outputs)
        if isinstance(output, DisplayData | ExecuteResult) and _is_rich(output)
    ]
    drawn = state.first_of(rich, cell.id)
    waiting = next((index for index, data in drawn if _waits(live, data)), None)
    for index, data in drawn:
        bundle(live, data, f"{cell.id}-{index}")
        if "text/html" in data:
            displayed = None if isinstance(cell.outputs[index], ExecuteResult) else index
            output_tables.all_rows(live, cell, _text(data["text/html"]), displayed)
        if index == waiting:
            st.button(
                words().turns.run_html,
                icon=":material/play_arrow:",
                help=words().turns.run_html_help,
                key=f"draw_{cell.id}",
                on_click=commands.let_html_run,
            )
    more(len(rich), cell.id)


def more(count: int, key: str) -> None:
    """The button that draws more of `count` outputs, of which `state.first_of` gave the first."""
    hidden = count - state.drawn_of(count, key)
    if hidden > 0:
        st.button(
            words().turns.more_outputs.format(count=number(hidden)),
            icon=":material/expand_more:",
            key=f"more_{key}",
            on_click=state.draw_more,
            args=(key,),
        )


def _is_rich(output: DisplayData | ExecuteResult) -> bool:
    return richest(output.data) not in (None, "text/plain")


def bundle(live: Interpreter, data: Bundle, key: str, width: int = _WIDTH) -> None:
    """The best form of a MIME bundle; what cannot be drawn is shown as text and takes nothing else down."""
    try:
        _best(live, data, key, width)
    except _UNDRAWABLE:
        st.caption(f":material/broken_image: {words().turns.undrawable}")
        if shown := _ends(_as_text(data), SHOWN_CHARS):
            st.code(shown, language=None, wrap_lines=True, height=height(shown))


def _as_text(data: Bundle) -> str:
    """What there is to read of a bundle that cannot be drawn."""
    try:
        if text := _plain(data):
            return text
        return "\n".join(_text(value) for value in data.values())
    except _UNDRAWABLE:
        return ""


def _best(live: Interpreter, data: Bundle, key: str, width: int) -> None:
    mime = richest(data)
    if mime is None:
        return
    value = data[mime]
    if mime in PICTURE_TYPES:
        picture(live, mime, value, width)
    elif mime.startswith("application/vnd.plotly"):
        _plotly(live, value, key)
    elif mime.startswith("application/vnd.vegalite"):
        chart = _chart(value, vega_lite)
        st.vega_lite_chart(chart.content, key=f"chart-{key}")
        _needs_web(chart)
    elif mime == "text/html":
        _html(live, value, key)
    elif mime == "text/latex":
        st.latex(safety.formula(_text(value)))
    elif mime == "text/markdown":
        st.markdown(safety.markdown(_text(value), routes.file_url(live.id, "")))
    elif mime == "application/json":
        _tree(value)
    else:
        st.code(plain_text(data), language=None, wrap_lines=True)


def _tree(value: Datum) -> None:
    """JSON as a tree, its first level open; as text where a browser would have to build too much of it."""
    written = _text(value)
    if len(written) > SHOWN_CHARS:
        st.code(_ends(written, SHOWN_CHARS), language="json", wrap_lines=True, height=_SCROLLED)
    else:
        st.json(_json(value), expanded=1)


def _plotly(live: Interpreter, value: Datum, key: str) -> None:
    chart = _chart(value, charts.plotly)
    if chart.needs_web and live.snapshot().settings.network:
        st.iframe(routes.map_url(live.id, value), height=_MAP_HEIGHT)
        return
    config = charts.plotly_config(_json(value)) | {"topojsonURL": routes.outlines_url()}
    st.plotly_chart(chart.content, key=f"plot-{key}", config=config)
    _needs_web(chart)


@dataclass(frozen=True, slots=True)
class _Of:
    """What a chart is made from as the key of a cache: the digest of a blob, else the very object that was stored."""

    value: Datum

    def __hash__(self) -> int:
        return hash(self.value.digest) if isinstance(self.value, BlobRef) else id(self.value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Of):
            return False
        if isinstance(self.value, BlobRef) and isinstance(other.value, BlobRef):
            return self.value.digest == other.value.digest
        return self.value is other.value


def _chart(value: Datum, build: Callable[[Json], Chart]) -> Chart:
    """The chart in a bundle, made once: each redraw of the page would make it anew."""
    return _chart_of(_Of(value), build, services().store)


@functools.lru_cache(maxsize=200)
def _chart_of(of: _Of, build: Callable[[Json], Chart], blobs: Blobs) -> Chart:
    return build(_parsed(blobs, of.value))


def _needs_web(chart: Chart) -> None:
    if chart.needs_web:
        st.caption(f":material/cloud_off: {words().turns.chart_without_web}")


def picture(live: Interpreter, mime: str, value: Datum, width: int = _WIDTH) -> None:
    """A picture by its address, which the browser caches; a click opens it by itself."""
    if isinstance(value, BlobRef):
        _picture(routes.figure_url(live.id, value, mime), width)


def file_picture(live: Interpreter, name: str, width: int = _WIDTH) -> None:
    """A picture file of the workspace."""
    _picture(routes.file_url(live.id, name) + "?inline", width)


def _picture(url: str, width: int) -> None:
    st.image(routes.for_widget(url), width=width, link=url, alt=words().turns.figure[0])


def reserve(cells: Iterable[tuple[Turn, Cell]]) -> None:
    """Keep the room of the cells' pictures before they are loaded: nothing jumps, and the pane ends at its end."""
    rules = []
    for turn, cell in cells:
        for figure in cell_figures(turn, cell):
            if figure.mime == "image/png" and isinstance(figure.value, BlobRef):
                width, height = _pixels(services().store, figure.value)
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


def _html(live: Interpreter, value: Datum, key: str) -> None:
    markup = _text(value)
    if output_tables.draw(markup, key) or players.drawn(markup, lambda name: routes.file_url(live.id, name)):
        return
    if (
        isinstance(value, BlobRef)
        and not live.snapshot().settings.network
        and (hosts := _hosts(services().store, value))
    ):
        st.caption(
            f":material/cloud_off: {safety.plain(words().turns.html_without_web.format(hosts=', '.join(hosts)))}"
        )
    if not isinstance(value, BlobRef):
        st.html(f'<div class="lci-table">{safety.table_html(markup)}</div>')
    elif not _runs(services().store, value):
        st.iframe(routes.html_url(live.id, value, framed.theme()), height=framed.HEIGHT)
    elif permit := state.permit(live.id):
        st.iframe(routes.running_html_url(live.id, value, permit, framed.theme()), height=framed.HEIGHT)
    else:
        st.caption(f":material/play_disabled: {words().turns.html_waits}")
        if still := safety.still_html(markup):
            st.html(f'<div class="lci-table">{still}</div>')


def _waits(live: Interpreter, data: Bundle) -> bool:
    """Whether what is drawn of a bundle waits for the person to let scripts run."""
    value = data["text/html"] if richest(data) == "text/html" else None
    return not state.permit(live.id) and isinstance(value, BlobRef) and _runs(services().store, value)


@functools.lru_cache(maxsize=1_000)
def _runs(blobs: Blobs, ref: BlobRef) -> bool:
    """Whether stored HTML has anything that would run."""
    return has_scripts(_stored(blobs, ref))


@functools.lru_cache(maxsize=1_000)
def _hosts(blobs: Blobs, ref: BlobRef) -> tuple[str, ...]:
    return remote_hosts(_stored(blobs, ref))


def _text(value: Datum) -> str:
    if isinstance(value, BlobRef):
        return _stored(services().store, value)
    return value if isinstance(value, str) else json.dumps(value)


def _stored(blobs: Blobs, ref: BlobRef) -> str:
    try:
        return blobs.get(ref).decode("utf-8", "replace")
    except KeyError:
        return ""


def _json(value: Datum) -> Json:
    return _parsed(services().store, value)


def _parsed(blobs: Blobs, value: Datum) -> Json:
    if isinstance(value, BlobRef):
        parsed: Json = json.loads(_stored(blobs, value) or "null")
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
                    st.caption(words().turns.errors_and_warnings)
                st.code(shown.rstrip("\n"), language=None, wrap_lines=True, height=height(shown))
        case DisplayData() | ExecuteResult():
            if not _is_rich(output) and (plain := _plain(output.data)):
                st.code(_ends(plain, limit), language=None, wrap_lines=True, height=height(plain))
        case ErrorOutput():
            st.code(error_text(output), language=None, height=height(error_text(output)))
        case _ as never:
            assert_never(never)


def _plain(data: Bundle) -> str:
    value = data.get("text/plain")
    return without_ansi(_text(value)) if isinstance(value, BlobRef) else plain_text(data)


def _ends(text: str, limit: int) -> str:
    """`text` cut to its beginning and end, with the number of characters between them."""
    cut = len(text) - limit
    return text if cut <= 0 else f"{text[: limit // 2]}\n… {number(cut)} …\n{text[-limit // 2 :]}"


def _omitted(live: Interpreter, omitted: int, spool: str | None) -> None:
    sentence = words().turns.output_omitted.format(count=number(omitted))
    if spool is not None:
        sentence += f" [{words().turns.full_output}]({routes.spool_url(live.id, spool)})"
    st.caption(sentence)


def error_text(error: ErrorOutput) -> str:
    """The whole traceback without colours, without the line above it, and with libraries named as one imports them."""
    trace = without_ansi("\n".join(line for line in error.traceback if without_ansi(line).strip("- \n")))
    return _LIBRARY.sub(r"\1", trace) or f"{error.ename}: {error.evalue}"


def height(text: str) -> int | Literal["content"]:
    """How high a block of text is drawn: all of it, or a box that scrolls."""
    return _SCROLLED if text.count("\n") > 11 else "content"
