"""Charts that only their library draws, found in a notebook, and put into it again as pictures."""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from lci.core.outputs import PICTURE_TYPES, RASTER_TYPES
from lci.notebook.forms.shown import CHARTS, Picture


@dataclass(frozen=True, slots=True)
class Undrawn:
    """A chart by the MIME type of its bundle and its specification."""

    mime: str
    specification: Any


def undrawn(document: NotebookNode) -> list[Undrawn]:
    """The charts in outputs that have no picture of them, in order."""
    return [Undrawn(mime, bundle[mime]) for bundle, mime in _charts(document)]


def with_pictures(document: NotebookNode, pictures: Sequence[Picture | None]) -> NotebookNode:
    """A copy of the notebook with a picture beside each of `undrawn`, where there is one."""
    result: NotebookNode = copy.deepcopy(document)
    for (bundle, _), picture in zip(list(_charts(result)), pictures, strict=True):
        if picture is not None:
            is_raster = picture.mime in RASTER_TYPES
            content = base64.b64encode(picture.content) if is_raster else picture.content
            bundle[picture.mime] = content.decode("utf-8", "replace")
    return result


def _charts(document: NotebookNode) -> Iterator[tuple[dict[str, Any], str]]:
    for cell in document.cells:
        for output in cell.get("outputs", []):
            bundle = output.get("data") or {}
            mime = next((mime for mime in bundle if mime.startswith(CHARTS)), None)
            if mime is not None and not any(each in bundle for each in PICTURE_TYPES):
                yield bundle, mime
