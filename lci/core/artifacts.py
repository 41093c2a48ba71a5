"""Figures, tables and files found in outputs, each with the cell that made it: derived, never stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.conversation import Conversation
from lci.core.outputs import PICTURE_TYPES, BlobRef, Bundle, DisplayData, ExecuteResult, Json
from lci.core.turns import Cell, Turn

ArtifactKind: TypeAlias = Literal["image", "plotly", "vegalite", "html", "file"]

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp")
_SCRIPTS = re.compile(r"<script|<canvas|[\s/\"']on\w+\s*=|javascript:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something worth keeping: `mime` and `value` as in the bundle; for a `file`, `name` is its workspace name.

    `key` is unique and stable within the conversation.
    """

    kind: ArtifactKind
    key: str
    turn_id: str
    cell_id: str | None
    mime: str
    value: Json | BlobRef
    name: str


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
        elif mime == "text/html" and is_active(data[mime]):
            kind = "html"
        else:
            continue
        name = _file_name(metadata) or f"figure-{cell.id[-4:]}-{index + 1}"
        artifacts.append(Artifact(kind, f"{cell.id}-{index}", turn.id, cell.id, mime, data[mime], name))
    return tuple(artifacts)


def _file_name(metadata: Mapping[str, Json]) -> str | None:
    ours = metadata.get("lci")
    if isinstance(ours, dict):
        name = ours.get("file")
        return name if isinstance(name, str) else None
    return None


def is_active(html: Json | BlobRef) -> bool:
    """Whether HTML needs scripts or frames to be seen, or is too large to look at: it belongs in the sandbox."""
    if isinstance(html, BlobRef):
        return True
    lowered = html.lower() if isinstance(html, str) else ""
    return any(tag in lowered for tag in ("<script", "<iframe", "<object", "<embed", "<canvas"))


def has_scripts(html: str) -> bool:
    """Whether HTML has anything that would run where it is let run: scripts, handlers, addresses that are code."""
    return _SCRIPTS.search(html) is not None


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
