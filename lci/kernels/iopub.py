"""From the kernel's messages to kernel events; pure, so that recorded messages test it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.ports import DisplayUpdated, JupyterMessage, KernelEvent, OutputCleared, OutputProduced
from lci.kernels.messages import count

#: A cell shows at most so many displays; plots in a loop end somewhere.
MAX_DISPLAYS = 500
#: Bytes of one display above which its data is left out and said so.
MAX_DISPLAY_BYTES = 20_000_000
#: MIME types of one display, characters of a MIME type's name, and of the rest that is kept with it.
_MIMES, _MIME_CHARS, _METADATA_CHARS = 50, 200, 100_000
#: Characters of one error's text, and of one line of its traceback where there are too many.
_ERROR_CHARS, _LINE_CHARS = 400_000, 10_000

_SPOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\.txt")


def kernel_event(message: JupyterMessage) -> KernelEvent | None:
    """The event a message stands for; None for those that only concern the protocol.

    A cell can send anything over its own kernel's socket: what is no proper message is None too.
    """
    content = message.content
    match message.kind:
        case "stream":
            return _stream(content)
        case "display_data":
            return OutputProduced(DisplayData(_data(content), _metadata(content), _display_id(content)))
        case "execute_result":
            number = count(content.get("execution_count"))
            return OutputProduced(ExecuteResult(_data(content), _metadata(content), number, _display_id(content)))
        case "update_display_data":
            display_id = _display_id(content)
            if display_id is None:
                return None
            return DisplayUpdated(display_id, _data(content), _metadata(content))
        case "error":
            return OutputProduced(_error(content))
        case "clear_output":
            return OutputCleared(bool(content.get("wait")))
        case _:
            return None


def _stream(content: Mapping[str, Any]) -> KernelEvent | None:
    name, text, gap = content.get("name"), content.get("text"), content.get("lci")
    if name not in ("stdout", "stderr") or not isinstance(text, str):
        return None
    gap = gap if isinstance(gap, Mapping) else {}
    omitted, spool = gap.get("omitted"), gap.get("spool")
    return OutputProduced(
        StreamOutput(
            name,
            text,
            count(omitted) or 0,
            spool if isinstance(spool, str) and _SPOOL_NAME.fullmatch(spool) else None,
        )
    )


def _error(content: Mapping[str, Any]) -> ErrorOutput:
    name, words, traceback = content.get("ename"), content.get("evalue"), content.get("traceback")
    name, words = name if isinstance(name, str) else "", words if isinstance(words, str) else ""
    lines = [line for line in traceback if isinstance(line, str)] if isinstance(traceback, list) else []
    if len(name) + len(words) + sum(map(len, lines)) > _ERROR_CHARS:
        name, words = name[:_METADATA_CHARS], words[:_METADATA_CHARS]
        lines = [line[:_LINE_CHARS] for line in (*lines[:5], *lines[5:][-10:])]
    return ErrorOutput(name, words, tuple(lines))


def _metadata(content: Mapping[str, Any]) -> dict[str, Any]:
    metadata = content.get("metadata")
    kept = dict(metadata) if isinstance(metadata, Mapping) else {}
    return kept if len(json.dumps(kept)) <= _METADATA_CHARS else {}


def _display_id(content: Mapping[str, Any]) -> str | None:
    # `transient` may be there and None.
    transient = content.get("transient")
    display_id = transient.get("display_id") if isinstance(transient, Mapping) else None
    return display_id if isinstance(display_id, str) and len(display_id) <= _MIME_CHARS else None


def _data(content: Mapping[str, Any]) -> dict[str, Any]:
    data = content.get("data")
    bundle = data if isinstance(data, Mapping) else {}
    mimes = [mime for mime in bundle if isinstance(mime, str) and 0 < len(mime) <= _MIME_CHARS][:_MIMES]
    data = {mime: bundle[mime] for mime in mimes}
    size = sum(len(value) if isinstance(value, str) else len(json.dumps(value)) for value in data.values())
    if size <= MAX_DISPLAY_BYTES:
        return data
    return {"text/plain": f"[display of {size:,} characters left out: too large]"}


def page_text(reply: Mapping[str, Any]) -> str:
    """The text of `obj?`, which comes with the reply and nowhere else."""
    payload = reply.get("payload")
    pages = [each for each in payload[:_MIMES] if isinstance(each, dict)] if isinstance(payload, list) else []
    bundles = [page.get("data") for page in pages if page.get("source") == "page"]
    texts = [bundle.get("text/plain") for bundle in bundles if isinstance(bundle, dict)]
    return "\n".join(text[:_ERROR_CHARS] for text in texts if isinstance(text, str) and text)
