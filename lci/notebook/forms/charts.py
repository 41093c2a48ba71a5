"""Charts that only their library draws, found in a notebook, and put into it again as pictures."""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterator, Sequence
from typing import Any

from nbformat import NotebookNode

from lci.core.outputs import PICTURE_TYPES

_PLOTLY = "application/vnd.plotly"


def undrawn(document: NotebookNode) -> list[Any]:
    """The specifications of Plotly's charts in outputs that have no picture of them, in order."""
    return [specification for _, specification in _charts(document)]


def with_pictures(document: NotebookNode, pictures: Sequence[bytes | None]) -> NotebookNode:
    """A copy of the notebook with a PNG beside each of `undrawn`, where there is one."""
    result: NotebookNode = copy.deepcopy(document)
    for (bundle, _), content in zip(list(_charts(result)), pictures, strict=True):
        if content is not None:
            bundle["image/png"] = base64.b64encode(content).decode()
    return result


def _charts(document: NotebookNode) -> Iterator[tuple[dict[str, Any], Any]]:
    for cell in document.cells:
        for output in cell.get("outputs", []):
            bundle = output.get("data") or {}
            mime = next((mime for mime in bundle if mime.startswith(_PLOTLY)), None)
            if mime is not None and not any(each in bundle for each in PICTURE_TYPES):
                yield bundle, bundle[mime]
