"""What of an output can be shown where nothing runs: a picture, a table, a text, or that there was a chart."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from nbformat import NotebookNode

from lci.core.outputs import RASTER_TYPES, settled_text, without_ansi
from lci.core.transcript.html_text import html_text

#: How the types of charts begin that only their library draws.
CHARTS = ("application/vnd.plotly", "application/vnd.vegalite", "application/vnd.vega.")
_SVG = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Picture:
    """An image by its bytes."""

    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Table:
    """HTML as a cell gave it, with a table or words to read; `text` is its plain form."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Markdown:
    """Markdown that a cell displayed."""

    source: str


@dataclass(frozen=True, slots=True)
class Text:
    """What was printed, or a value in words; `beside` is what goes to the side: warnings and progress."""

    text: str
    kind: Literal["printed", "beside", "value", "failure"]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that only its library draws."""

    title: str


Shown: TypeAlias = Picture | Table | Markdown | Text | Chart


def shown(cell: NotebookNode) -> Iterator[Shown]:
    """What a code cell's outputs show, in order; pieces of one stream are one text."""
    for output in cell.get("outputs", []):
        match output.get("output_type"):
            case "stream":
                text = settled_text(without_ansi(str(output.text))).strip("\n")
                if text.strip():
                    yield Text(text, "beside" if output.name == "stderr" else "printed")
            case "error":
                trace = without_ansi("\n".join(map(str, output.traceback))).strip("\n")
                yield Text(trace or f"{output.ename}: {output.evalue}", "failure")
            case "display_data" | "execute_result":
                if (best := _best(output.data)) is not None:
                    yield best


def of_bundle(data: Mapping[str, Any]) -> Picture | None:
    """The picture in a MIME bundle, pixels before drawings; None where there is none."""
    for mime in RASTER_TYPES:
        if mime in data:
            try:
                return Picture(mime, base64.b64decode(_text(data[mime]), validate=False))
            except (binascii.Error, ValueError):
                continue
    return Picture(_SVG, _text(data[_SVG]).encode()) if _SVG in data else None


def _best(data: Mapping[str, Any]) -> Shown | None:
    if (picture := of_bundle(data)) is not None:
        return picture
    if (chart := next((mime for mime in data if mime.startswith(CHARTS)), None)) is not None:
        return Chart(_chart_title(data[chart]))
    plain = without_ansi(_text(data.get("text/plain", ""))).strip("\n")
    if "text/html" in data:
        html = _text(data["text/html"])
        words = html_text(html)
        return Table(html, plain or words) if words.strip() else (Text(plain, "value") if plain else None)
    if "text/markdown" in data:
        return Markdown(_text(data["text/markdown"]))
    if "text/latex" in data:
        return Text(_text(data["text/latex"]), "value")
    if "application/json" in data:
        return Text(_indented(data["application/json"]), "value")
    if plain.strip():
        return Text(plain, "value")
    return None


def _indented(value: Any) -> str:
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        parsed = value
    return json.dumps(parsed, ensure_ascii=False, indent=2)


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case list() if all(isinstance(line, str) for line in value):
            return "".join(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _chart_title(specification: Any) -> str:
    """What a chart is called, in Plotly's and in Vega's form."""
    match specification:
        case {"layout": {"title": {"text": str(title)}}} | {"layout": {"title": str(title)}}:
            return html_text(title)
        case {"title": {"text": str(title)}} | {"title": str(title)}:
            return title
        case _:
            return ""
