"""Our messages in the form Chat Completions wants them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, assert_never

from lci.core.messages import ImagePart, Message, TextPart, ToolCall, ToolResult
from lci.core.outputs import Json
from lci.core.ports import Tool
from lci.core.stores import Blobs


def wire_messages(messages: Sequence[Message], blobs: Blobs | None) -> list[dict[str, Any]]:
    """The `messages` of a request; images become data URLs when `blobs` is given, their captions otherwise."""
    return [_wire_message(message, blobs) for message in messages]


def wire_tools(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The `tools` of a request."""
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
        }
        for tool in tools
    ]


def wire_schema(schema: Json) -> dict[str, Any]:
    """The `response_format` of a request whose answer is held to `schema`."""
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


def with_system_in_user(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """`messages` without the system role, which some templates reject: its text opens the first user message."""
    texts = [message["content"] for message in messages if message["role"] == "system"]
    others = [message for message in messages if message["role"] != "system"]
    if not texts:
        return others
    system = "\n\n".join(texts)
    first = others[0] if others and others[0]["role"] == "user" else None
    if first is None:
        return [{"role": "user", "content": system}, *others]
    content = first["content"]
    joined = f"{system}\n\n{content}" if isinstance(content, str) else [{"type": "text", "text": system}, *content]
    return [{**first, "content": joined}, *others[1:]]


def _wire_message(message: Message, blobs: Blobs | None) -> dict[str, Any]:
    match message.role:
        case "tool":
            result = message.parts[0]
            assert isinstance(result, ToolResult)
            return {"role": "tool", "tool_call_id": result.call_id, "content": _encodable(result.text)}
        case "assistant":
            # Never null: some servers reject it next to calls, the others without calls.
            wired: dict[str, Any] = {"role": "assistant", "content": _joined(message)}
            if message.calls:
                wired["tool_calls"] = [_wire_call(call) for call in message.calls]
            return wired
        case "system":
            return {"role": "system", "content": _joined(message)}
        case "user":
            if blobs is None or not any(isinstance(part, ImagePart) for part in message.parts):
                return {"role": "user", "content": _joined(message)}
            return {"role": "user", "content": [_wire_part(part, blobs) for part in message.parts]}
        case _ as never:
            assert_never(never)


def _joined(message: Message) -> str:
    parts = [part for part in message.parts if isinstance(part, TextPart | ImagePart)]
    return _encodable("\n\n".join(part.text if isinstance(part, TextPart) else part.caption for part in parts))


def _encodable(text: str) -> str:
    # File names and outputs may hold lone surrogates, which no request body can.
    return text.encode("utf-8", "replace").decode()


def _wire_call(call: ToolCall) -> dict[str, Any]:
    function = {"name": _encodable(call.name), "arguments": _encodable(call.arguments)}
    return {"id": call.call_id, "type": "function", "function": function}


def _wire_part(part: object, blobs: Blobs) -> dict[str, Any]:
    if isinstance(part, ImagePart):
        try:
            content = base64.b64encode(blobs.get(part.blob)).decode()
        except KeyError:
            return {"type": "text", "text": _encodable(part.caption)}
        return {"type": "image_url", "image_url": {"url": f"data:{part.mime};base64,{content}", "detail": "auto"}}
    assert isinstance(part, TextPart)
    return {"type": "text", "text": _encodable(part.text)}
