"""What was sent to a model: each request whole, its messages kept once however many requests repeat them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias, assert_never

from lci.core.messages import ImagePart, Part, TextPart, ToolCall, ToolResult
from lci.core.outputs import BlobRef, Json
from lci.core.ports import ModelRequest
from lci.core.stores import Blobs

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
        self._refs: dict[str, BlobRef] = {}

    def keep(self, request: ModelRequest) -> BlobRef:
        """Store what is new of the request; the address of the list of its messages."""
        messages = [SentMessage(message.role, tuple(map(_part, message.parts))) for message in request.messages]
        listed = {"messages": [self._kept(asdict(each)) for each in messages], "offered": self._kept(_offered(request))}
        return self._blobs.put(json.dumps(listed).encode(), "json")

    def _kept(self, value: Any) -> dict[str, Json]:
        content = json.dumps(value).encode("utf-8", "replace")
        digest = hashlib.sha256(content).hexdigest()
        ref = self._refs.get(digest)
        if ref is None:
            ref = self._refs[digest] = self._blobs.put(content, "json")
        return {"digest": ref.digest, "size": ref.size}


def sent(ref: BlobRef, blobs: Blobs) -> SentRequest:
    """A kept request. Raises `KeyError` when something of it is gone, or is none: it may have come from elsewhere."""
    try:
        return _sent(ref, blobs)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise KeyError(ref.digest) from error


def _sent(ref: BlobRef, blobs: Blobs) -> SentRequest:
    listed = json.loads(blobs.get(ref))

    def read(each: dict[str, Any]) -> Any:
        return json.loads(blobs.get(BlobRef(each["digest"], each["size"], "json")))

    messages = tuple(_message(read(each)) for each in listed["messages"])
    # Requests of earlier versions were kept without what went with them.
    offered = read(listed["offered"]) if "offered" in listed else {}
    return SentRequest(messages, json.dumps(offered, indent=2, ensure_ascii=False) if offered else "")


def _part(part: Part) -> SentPart:
    match part:
        case TextPart(text, kind):
            return SentPart(kind, text)
        case ToolCall(_, name, arguments):
            return SentPart("call", f"{name} {arguments}")
        case ToolResult(_, text):
            return SentPart("result", text)
        case ImagePart(_, mime, caption):
            return SentPart("image", f"[{mime}] {caption}".strip())
        case _:
            assert_never(part)


def _offered(request: ModelRequest) -> dict[str, Json]:
    offered: dict[str, Json] = {
        name: value for name, value in asdict(request.parameters).items() if value not in (None, "")
    }
    if request.tools:
        offered["tools"] = [asdict(tool) for tool in request.tools]
    if request.schema is not None:
        offered["schema"] = request.schema
    return offered


def _message(fields: dict[str, Any]) -> SentMessage:
    # Earlier versions kept every text as `text`.
    parts = (SentPart("words" if each["kind"] == "text" else each["kind"], each["text"]) for each in fields["parts"])
    return SentMessage(fields["role"], tuple(parts))
