"""Figures, tables and files found in outputs, each with the cell that made it: derived, never stored."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.conversation import Conversation
from lci.core.outputs import PICTURE_TYPES, BlobRef, Bundle, DisplayData, ExecuteResult, Json
from lci.core.turns import Cell, Turn

ArtifactKind: TypeAlias = Literal["image", "plotly", "vegalite", "html", "file"]

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp")
#: Addresses that scripts and styles of a page are loaded from, also of one that stands in a frame's `srcdoc`.
_LOADED = re.compile(
    r"<script\b[^<>]{0,2000}?\ssrc\s*=\s*[\"']?(?:https?:)?//([\w.-]+)|"
    r"<link\b[^<>]{0,2000}?\shref\s*=\s*[\"']?(?:https?:)?//([\w.-]+)",
    re.IGNORECASE,
)
#: Hosts that are named.
_HOSTS = 5
_SCRIPTS = re.compile(r"<script|<canvas|[\s/\"']on\w+\s*=|javascript:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something worth keeping: `mime` and `value` as in the bundle; for a `file`, `name` is its workspace name.

    `key` is unique and stable within the conversation; `title` is what the kernel says that it shows, if it can.
    """

    kind: ArtifactKind
    key: str
    turn_id: str
    cell_id: str | None
    mime: str
    value: Json | BlobRef
    name: str
    title: str = ""


def richest(data: Bundle) -> str | None:
    """The MIME type of a bundle that is best to show."""
    for mime in data:
        if mime.startswith(("application/vnd.plotly", "application/vnd.vegalite")):
            return mime
    for mime in PICTURE_TYPES:
        if mime in data:
            return mime
    for mime in ("text/html", "text/latex", "text/markdown", "application/json", "text/plain"):
        if mime in data:
            return mime
    return next(iter(data), None)


def bundles(cell: Cell) -> Iterator[tuple[int, Bundle, Mapping[str, Json]]]:
    """The MIME bundles of a cell with their places among its outputs."""
    for index, output in enumerate(cell.outputs):
        if isinstance(output, DisplayData | ExecuteResult):
            yield index, output.data, output.metadata


def cell_figures(turn: Turn, cell: Cell) -> tuple[Artifact, ...]:
    """The pictures and interactive charts that `cell` shows."""
    artifacts = []
    for index, data, metadata in bundles(cell):
        mime = richest(data)
        if mime is None:
            continue
        kind: ArtifactKind
        if mime in PICTURE_TYPES:
            kind = "image"
        elif mime.startswith("application/vnd.plotly"):
            kind = "plotly"
        elif mime.startswith("application/vnd.vegalite"):
            kind = "vegalite"
        elif mime == "text/html" and is_active(data[mime]) and frame_shape(metadata) is None:
            kind = "html"
        else:
            continue
        name = _noted(metadata, "file") or f"figure-{cell.id[-4:]}-{index + 1}"
        key, title = f"{cell.id}-{index}", _noted(metadata, "title")
        artifacts.append(Artifact(kind, key, turn.id, cell.id, mime, data[mime], name, title))
    return tuple(artifacts)


def _noted(metadata: Mapping[str, Json], what: str) -> str:
    """What our kernel has noted of an output."""
    ours = metadata.get("lci")
    noted = ours.get(what) if isinstance(ours, dict) else None
    return noted if isinstance(noted, str) else ""


def frame_shape(metadata: Mapping[str, Json]) -> tuple[int, int] | None:
    """Rows and columns of the frame that an output shows, all or some of; None for anything else."""
    ours = metadata.get("lci")
    match ours.get("shape") if isinstance(ours, dict) else None:
        case [int(rows), int(columns)]:
            return rows, columns
        case _:
            return None


def is_active(markup: Json | BlobRef) -> bool:
    """Whether HTML needs scripts or frames to be seen, or is too large to look at: it belongs in the sandbox."""
    if isinstance(markup, BlobRef):
        return True
    lowered = markup.lower() if isinstance(markup, str) else ""
    return any(tag in lowered for tag in ("<script", "<iframe", "<object", "<embed", "<canvas"))


def has_scripts(markup: str) -> bool:
    """Whether HTML has anything that would run where it is let run: scripts, handlers, addresses that are code."""
    # A page within a frame's `srcdoc` stands there escaped.
    is_nested = "srcdoc" in markup and _SCRIPTS.search(html.unescape(markup)) is not None
    return is_nested or _SCRIPTS.search(markup) is not None


def remote_hosts(markup: str) -> tuple[str, ...]:
    """The hosts that a page's scripts and styles come from, as a map's of folium do; some of many."""
    matches = (match for text in (markup, html.unescape(markup)) for match in _LOADED.finditer(text))
    hosts = dict.fromkeys((match[1] or match[2]).lower() for match in matches)
    return tuple(hosts)[:_HOSTS]


def saved_images(turn: Turn) -> tuple[Artifact, ...]:
    """Image files that the turn made and that none of its cells shows: they are shown from the file."""
    if any(cell_figures(turn, cell) for cell in turn.cells):
        return ()
    return tuple(
        Artifact("file", f"{turn.id}-{change.name}", turn.id, None, "", None, change.name)
        for change in turn.changes
        if change.change != "removed"
        and change.name.lower().endswith(IMAGE_ENDINGS)
        and change.name not in turn.attachments
    )


def figures(conversation: Conversation) -> tuple[Artifact, ...]:
    """Every figure of the branch in view, newest first, each once."""
    artifacts: list[Artifact] = []
    for turn in conversation.branch():
        for cell in turn.cells:
            artifacts.extend(cell_figures(turn, cell))
        artifacts.extend(saved_images(turn))
    return tuple(reversed(artifacts))
