"""What goes out to a model, in whichever protocol it keeps to: messages, tools, schema.

The transcript always speaks of calls and results; the other protocols tell the same as text (B30).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import assert_never

from lci.agent.prompts import calls
from lci.core.files import Preview
from lci.core.messages import Message, TextPart, ToolCall, ToolResult
from lci.core.outputs import Json
from lci.core.protocols import CodeProtocol, ModelRequest, Tool
from lci.core.transcript import CODE_TOOL, alternating

#: What an answer is held to in the schema protocol; servers that enforce it demand every key.
ANSWER_SCHEMA: Json = {
    "type": "object",
    "properties": {
        "say": {"type": "string", "description": "what the user reads"},
        "code": {"type": "string", "description": "Python to run now; empty for the final answer"},
    },
    "required": ["say", "code"],
    "additionalProperties": False,
}


def request(
    messages: Sequence[Message], previews: Sequence[Preview], protocol: CodeProtocol, tools: Sequence[Tool]
) -> ModelRequest:
    """The request that says `messages` in this protocol, and offers `tools` where calls are known."""
    spoken = tuple(messages) if protocol == "tools" else told(messages, protocol)
    match protocol:
        case "tools":
            return ModelRequest(spoken, tuple(tools), tuple(previews))
        case "schema":
            return ModelRequest(spoken, (), tuple(previews), ANSWER_SCHEMA)
        case "fenced":
            return ModelRequest(spoken, (), tuple(previews))
        case _ as never:
            assert_never(never)


def told(messages: Sequence[Message], protocol: CodeProtocol) -> tuple[Message, ...]:
    """`messages` without calls and results: each call is an answer of its own, followed by what came of it."""
    made: list[Message] = []
    results = {
        part.call_id: part.text for message in messages for part in message.parts if isinstance(part, ToolResult)
    }
    for message in messages:
        if message.role == "assistant":
            made += _rounds(message, results, protocol)
        elif message.role != "tool":
            made.append(message)
    return alternating(made)


def _rounds(message: Message, results: dict[str, str], protocol: CodeProtocol) -> list[Message]:
    made: list[Message] = []
    said = "\n\n".join(part.text for part in message.parts if isinstance(part, TextPart))
    for call in message.calls:
        if asking := _asking(said, call, protocol):
            made.append(_assistant(asking))
        if call.call_id in results:
            made.append(Message("user", (TextPart(calls.code_result(results[call.call_id]), "result"),)))
        said = ""
    if not message.calls:
        made.append(_assistant(_object(said, "") if protocol == "schema" else said))
    return made


def _assistant(text: str) -> Message:
    return Message("assistant", (TextPart(text),))


def _asking(said: str, call: ToolCall, protocol: CodeProtocol) -> str:
    source = _source(call)
    if source is None:
        # What was no call at all is not shown as one.
        if call.name == CODE_TOOL and not json.loads(call.arguments).get("raw"):
            return said
        said = f"{said}\n\n{calls.other_call(call.name, call.arguments)}".strip()
        return _object(said, "") if protocol == "schema" else said
    if protocol == "schema":
        return _object(said, source)
    fence = calls.fence_around(source)
    return f"{said}\n\n{fence}python\n{source}\n{fence}".strip()


def _source(call: ToolCall) -> str | None:
    """The call as code: that of `execute_code`, or a tool's name with its arguments; None for what was no call."""
    arguments: object = json.loads(call.arguments)
    if not isinstance(arguments, dict) or "raw" in arguments:
        return None
    if call.name == CODE_TOOL:
        source = arguments.get("code")
        return source if isinstance(source, str) else None
    if not arguments or not all(isinstance(value, str) for value in arguments.values()):
        return None
    return f"{call.name}({', '.join(json.dumps(value, ensure_ascii=False) for value in arguments.values())})"


def _object(said: str, source: str) -> str:
    return json.dumps({"say": said, "code": source}, ensure_ascii=False)
