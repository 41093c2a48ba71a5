"""From the kernel's messages to kernel events; pure, so that recorded messages test it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.protocols import DisplayUpdated, KernelEvent, OutputCleared, OutputProduced

#: A cell shows at most so many displays; plots in a loop end somewhere.
MAX_DISPLAYS = 500
#: Bytes of one display above which its data is left out and said so.
MAX_DISPLAY_BYTES = 20_000_000


def parent_id(message: Mapping[str, Any]) -> str | None:
    """The id of the request a message belongs to."""
    parent = message.get("parent_header") or {}
    found = parent.get("msg_id")
    return found if isinstance(found, str) else None


def kernel_event(message: Mapping[str, Any]) -> KernelEvent | None:
    """The event a message stands for; None for those that only concern the protocol."""
    content = message["content"]
    match message["header"]["msg_type"]:
        case "stream":
            extra = content.get("lci") or {}
            return OutputProduced(
                StreamOutput(content["name"], content["text"], int(extra.get("omitted", 0)), extra.get("spool"))
            )
        case "display_data":
            return OutputProduced(DisplayData(_data(content), content.get("metadata") or {}, _display_id(content)))
        case "execute_result":
            return OutputProduced(
                ExecuteResult(
                    _data(content),
                    content.get("metadata") or {},
                    content.get("execution_count"),
                    _display_id(content),
                )
            )
        case "update_display_data":
            display_id = _display_id(content)
            if display_id is None:
                return None
            return DisplayUpdated(display_id, _data(content), content.get("metadata") or {})
        case "error":
            return OutputProduced(
                ErrorOutput(content["ename"], content["evalue"], tuple(content.get("traceback") or ()))
            )
        case "clear_output":
            return OutputCleared(bool(content.get("wait")))
        case _:
            return None


def _display_id(content: Mapping[str, Any]) -> str | None:
    # `transient` may be there and None.
    found = (content.get("transient") or {}).get("display_id")
    return found if isinstance(found, str) else None


def _data(content: Mapping[str, Any]) -> dict[str, Any]:
    data = dict(content.get("data") or {})
    size = sum(len(value) for value in data.values() if isinstance(value, str))
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
