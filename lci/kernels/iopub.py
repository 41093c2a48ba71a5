"""From the kernel's messages to kernel events; pure, so that recorded messages test it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.protocols import DisplayUpdated, KernelEvent, OutputCleared, OutputProduced

#: A cell shows at most so many displays; plots in a loop end somewhere.
MAX_DISPLAYS = 500
#: Bytes of one display above which its data is left out and said so.
MAX_DISPLAY_BYTES = 20_000_000

_SPOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\.txt")


def parent_id(message: Mapping[str, Any]) -> str | None:
    """The id of the request a message belongs to."""
    parent = message.get("parent_header")
    found = parent.get("msg_id") if isinstance(parent, Mapping) else None
    return found if isinstance(found, str) else None


def kernel_event(message: Mapping[str, Any]) -> KernelEvent | None:
    """The event a message stands for; None for those that only concern the protocol.

    A cell can send anything over its own kernel's socket: what is no proper message is None too.
    """
    content = message["content"]
    if not isinstance(content, Mapping):
        return None
    match message["header"]["msg_type"]:
        case "stream":
            return _stream(content)
        case "display_data":
            return OutputProduced(DisplayData(_data(content), _metadata(content), _display_id(content)))
        case "execute_result":
            count = content.get("execution_count")
            return OutputProduced(
                ExecuteResult(
                    _data(content),
                    _metadata(content),
                    count if isinstance(count, int) else None,
                    _display_id(content),
                )
            )
        case "update_display_data":
            display_id = _display_id(content)
            if display_id is None:
                return None
            return DisplayUpdated(display_id, _data(content), _metadata(content))
        case "error":
            traceback = content.get("traceback")
            lines = tuple(map(str, traceback)) if isinstance(traceback, list) else ()
            return OutputProduced(ErrorOutput(str(content.get("ename", "")), str(content.get("evalue", "")), lines))
        case "clear_output":
            return OutputCleared(bool(content.get("wait")))
        case _:
            return None


def _stream(content: Mapping[str, Any]) -> KernelEvent | None:
    name, text, told = content.get("name"), content.get("text"), content.get("lci")
    if name not in ("stdout", "stderr") or not isinstance(text, str):
        return None
    told = told if isinstance(told, Mapping) else {}
    omitted, spool = told.get("omitted"), told.get("spool")
    return OutputProduced(
        StreamOutput(
            name,
            text,
            omitted if isinstance(omitted, int) else 0,
            spool if isinstance(spool, str) and _SPOOL_NAME.fullmatch(spool) else None,
        )
    )


def _metadata(content: Mapping[str, Any]) -> dict[str, Any]:
    found = content.get("metadata")
    return dict(found) if isinstance(found, Mapping) else {}


def _display_id(content: Mapping[str, Any]) -> str | None:
    # `transient` may be there and None.
    transient = content.get("transient")
    found = transient.get("display_id") if isinstance(transient, Mapping) else None
    return found if isinstance(found, str) else None


def _data(content: Mapping[str, Any]) -> dict[str, Any]:
    found = content.get("data")
    data = dict(found) if isinstance(found, Mapping) else {}
    size = sum(len(value) if isinstance(value, str) else len(json.dumps(value)) for value in data.values())
    if size <= MAX_DISPLAY_BYTES:
        return data
    return {"text/plain": f"[display of {size:,} characters left out: too large]"}


def page_text(reply: Mapping[str, Any]) -> str:
    """The text of `obj?`, which comes with the reply and nowhere else."""
    parts = [
        str(payload.get("data", {}).get("text/plain", ""))
        for payload in reply.get("payload") or []
        if payload.get("source") == "page"
    ]
    return "\n".join(part for part in parts if part)
