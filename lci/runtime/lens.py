"""What was sent to a model: each request's messages, kept once however many requests repeat them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, assert_never

from lci.core.messages import ImagePart, Message, Part, TextPart, ToolCall, ToolResult
from lci.core.outputs import BlobRef
from lci.core.protocols import Blobs, ModelRequest


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message of a request as it was given to the model; `images` counts pictures, which are not in `text`."""

    role: str
    text: str
    images: int = 0


class Lens:
    """Keeps requests of one conversation in its blobs."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._known: dict[str, BlobRef] = {}

    def keep(self, request: ModelRequest) -> BlobRef:
        """Store what is new of the request; the address of the list of its messages."""
        listed = [self._message(message) for message in request.messages]
        tools = [tool.name for tool in request.tools]
        return self._blobs.put(json.dumps({"messages": listed, "tools": tools}).encode(), "json")

    def _message(self, message: Message) -> dict[str, Any]:
        text = json.dumps({
            "role": message.role, "parts": [_part(part) for part in message.parts],
        })  # fmt: skip
        content = text.encode("utf-8", "replace")
        digest = hashlib.sha256(content).hexdigest()
        ref = self._known.get(digest)
        if ref is None:
            ref = self._known[digest] = self._blobs.put(content, "json")
        return {"digest": ref.digest, "size": ref.size}


def sent(ref: BlobRef, blobs: Blobs) -> tuple[SentMessage, ...]:
    """The messages of a kept request. Raises `KeyError` when something of it is gone."""
    listed = json.loads(blobs.get(ref))
    return tuple(
        _read(json.loads(blobs.get(BlobRef(each["digest"], each["size"], "json")))) for each in listed["messages"]
    )


def _part(part: Part) -> dict[str, str]:
    match part:
        case TextPart(text):
            return {"kind": "text", "text": text}
        case ToolCall(_, name, arguments):
            return {"kind": "call", "text": f"{name} {arguments}"}
        case ToolResult(_, text):
            return {"kind": "result", "text": text}
        case ImagePart(_, mime, caption):
            return {"kind": "image", "text": f"[{mime}] {caption}".strip()}
        case _:
            assert_never(part)


def _read(told: dict[str, Any]) -> SentMessage:
    parts = told["parts"]
    text = "\n".join(part["text"] for part in parts)
    return SentMessage(told["role"], text, sum(part["kind"] == "image" for part in parts))
