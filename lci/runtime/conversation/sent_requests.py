"""What was sent to a model: each request whole, its messages kept once however many requests repeat them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias, assert_never

from lci.core.messages import ImagePart, Message, Part, TextPart, ToolCall, ToolResult
from lci.core.outputs import BlobRef, Json
from lci.core.ports import Blobs, ModelRequest

#: What a part is: text by where it is from, a call, what a call brought, a picture; and what goes with the messages.
SentKind: TypeAlias = Literal[
    "system", "words", "note", "file", "state", "summary", "answer", "call", "result", "image", "offer"
]


@dataclass(frozen=True, slots=True)
class SentPart:
    """One part of a request as it was given to the model; of a picture its type and caption."""

    kind: SentKind
    text: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message of a request."""

    role: str
    parts: tuple[SentPart, ...]

    @property
    def text(self) -> str:
        """All that is text, and what stands for pictures."""
        return "\n".join(part.text for part in self.parts)

    @property
    def images(self) -> int:
        """The number of pictures."""
        return sum(part.kind == "image" for part in self.parts)


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A whole request: its messages, and in `offered` the tools, schema and parameters that went with them as JSON."""

    messages: tuple[SentMessage, ...]
    offered: str = ""


class SentRequests:
    """Keeps requests of one conversation in its blobs."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._known: dict[str, BlobRef] = {}

    def keep(self, request: ModelRequest) -> BlobRef:
        """Store what is new of the request; the address of the list of its messages."""
        listed = [self._kept(_told(message)) for message in request.messages]
        return self._blobs.put(
            json.dumps({"messages": listed, "offered": self._kept(_offered(request))}).encode(), "json"
        )

    def _kept(self, told: Json) -> dict[str, Json]:
        content = json.dumps(told).encode("utf-8", "replace")
        digest = hashlib.sha256(content).hexdigest()
        ref = self._known.get(digest)
        if ref is None:
            ref = self._known[digest] = self._blobs.put(content, "json")
        return {"digest": ref.digest, "size": ref.size}


def sent(ref: BlobRef, blobs: Blobs) -> SentRequest:
    """A kept request. Raises `KeyError` when something of it is gone."""
    listed = json.loads(blobs.get(ref))

    def read(each: dict[str, Any]) -> Any:
        return json.loads(blobs.get(BlobRef(each["digest"], each["size"], "json")))

    messages = tuple(_message(read(each)) for each in listed["messages"])
    # Requests of earlier versions were kept without what went with them.
    offered = read(listed["offered"]) if "offered" in listed else {}
    return SentRequest(messages, json.dumps(offered, indent=2, ensure_ascii=False) if offered else "")


def _told(message: Message) -> Json:
    return {"role": message.role, "parts": [_part(part) for part in message.parts]}


def _part(part: Part) -> dict[str, Json]:
    match part:
        case TextPart(text, kind):
            return {"kind": kind, "text": text}
        case ToolCall(_, name, arguments):
            return {"kind": "call", "text": f"{name} {arguments}"}
        case ToolResult(_, text):
            return {"kind": "result", "text": text}
        case ImagePart(_, mime, caption):
            return {"kind": "image", "text": f"[{mime}] {caption}".strip()}
        case _:
            assert_never(part)


def _offered(request: ModelRequest) -> dict[str, Json]:
    parameters: dict[str, Json] = {
        name: value for name, value in asdict(request.parameters).items() if value not in (None, "")
    }
    offered: dict[str, Json] = dict(parameters)
    if request.tools:
        offered["tools"] = [asdict(tool) for tool in request.tools]
    if request.schema is not None:
        offered["schema"] = request.schema
    return offered


def _message(told: dict[str, Any]) -> SentMessage:
    return SentMessage(told["role"], tuple(_sent_part(part) for part in told["parts"]))


def _sent_part(part: dict[str, Any]) -> SentPart:
    # Earlier versions kept every text as `text`.
    return SentPart("words" if part["kind"] == "text" else part["kind"], part["text"])
