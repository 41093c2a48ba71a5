"""What a model reads and writes, independent of any provider's wire form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.outputs import BlobRef

TextKind: TypeAlias = Literal["words", "note", "file", "state", "summary", "result"]
Role: TypeAlias = Literal["system", "user", "assistant", "tool"]

#: The tool that every model may call.
CODE_TOOL = "execute_code"
#: The name under which the app asks about numbers that stand in no output; no model may call it.
CHECK_TOOL = "check_numbers"


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text; `kind` says where it is from: what was written, what is known of a file, the state of the kernel.

    `result` is what a call brought, for models that know no results.
    """

    text: str
    kind: TextKind = "words"


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image for models that can see; `caption` stands in for it elsewhere."""

    blob: BlobRef
    mime: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of the assistant; `arguments` is always valid JSON text."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The answer to a call; exactly one for each."""

    call_id: str
    text: str


Part: TypeAlias = TextPart | ImagePart | ToolCall | ToolResult


@dataclass(frozen=True, slots=True)
class Message:
    """One message: a `tool` message holds one `ToolResult`, an `assistant` message text and calls."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text parts and results, joined."""
        return "\n".join(part.text for part in self.parts if isinstance(part, TextPart | ToolResult))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls, in order."""
        return tuple(part for part in self.parts if isinstance(part, ToolCall))


def alternating(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Two user messages in a row become one: templates of local models demand strict alternation."""
    joined: list[Message] = []
    for message in messages:
        if joined and message.role == "user" and joined[-1].role == "user":
            joined[-1] = Message("user", (*joined[-1].parts, *message.parts))
        else:
            joined.append(message)
    return tuple(joined)
