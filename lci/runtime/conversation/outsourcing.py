"""What is large, binary or active in an event moves into blobs; the event keeps the address."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from lci.core import events as e
from lci.core.artifacts import is_active
from lci.core.outputs import (
    INLINE_LIMIT,
    RASTER_TYPES,
    BlobRef,
    Bundle,
    Datum,
    DisplayData,
    ExecuteResult,
    Output,
    without_ansi,
)
from lci.core.stores import Blobs

#: Characters of each end of a long plain text that stand in the event.
_END = 6_000


def with_blobs(event: e.Event, blobs: Blobs) -> e.Event:
    """The event as it is recorded."""
    match event:
        case e.OutputAdded(cell_id, output):
            return e.OutputAdded(cell_id, _output(output, blobs))
        case e.OutputUpdated(display_id, data, metadata):
            return e.OutputUpdated(display_id, _bundle(data, blobs), metadata)
        case _:
            return event


def _output(output: Output, blobs: Blobs) -> Output:
    match output:
        case DisplayData(data) | ExecuteResult(data):
            return replace(output, data=_bundle(data, blobs))
        case _:
            return output


def _bundle(data: Bundle, blobs: Blobs) -> Bundle:
    return {mime: _datum(mime, value, blobs) for mime, value in data.items()}


def _datum(mime: str, value: Datum, blobs: Blobs) -> Datum:
    if isinstance(value, BlobRef):
        return value
    if mime in RASTER_TYPES and isinstance(value, str):
        try:
            return blobs.put(base64.b64decode(value, validate=False), "bytes")
        except ValueError:
            return value
    if isinstance(value, str) and (mime == "image/svg+xml" or (mime == "text/html" and is_active(value))):
        # Served by address, never drawn in the app's own page.
        return blobs.put(value.encode("utf-8", "replace"), "text")
    if isinstance(value, str):
        return _text(mime, value, blobs) if len(value) > INLINE_LIMIT else value
    text = json.dumps(value)
    return blobs.put(text.encode(), "json") if len(text) > INLINE_LIMIT else value


def _text(mime: str, value: str, blobs: Blobs) -> BlobRef:
    ref = blobs.put(value.encode("utf-8", "replace"), "text")
    if mime != "text/plain":
        return ref
    # Escapes of colours are no text, and one that is cut would be read as some.
    plain = without_ansi(value)
    return replace(ref, head=plain[:_END], tail=plain[-_END:], omitted=max(0, len(plain) - 2 * _END))
