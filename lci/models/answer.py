"""One streamed answer, put together from chunks; every oddity here was seen from a real server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import (
    Choice,
    ChoiceDelta,
    ChoiceDeltaToolCall,
    ChoiceDeltaToolCallFunction,
)

from lci.core.ports import AnswerFinished, CallPiece, ModelEvent, ReasoningPiece, RequestedCall, TextPiece
from lci.core.turns import Usage
from lci.models.thoughts import Thoughts

#: Calls of one answer, and tokens of a request, that anyone could mean.
_MOST_CALLS, _MOST_TOKENS = 128, 1_000_000_000


@dataclass(slots=True)
class _Call:
    name: str = ""
    arguments: str = ""
    server_id: str = ""


@dataclass(slots=True)
class Answer:
    """What of one answer has come in; `thoughts` tells thinking from text.

    `alias` maps a reused index to the call it now means; `halves` keeps the first half of a character that was sent in
    two.
    """

    thoughts: Thoughts = field(default_factory=Thoughts)
    calls: dict[int, _Call] = field(default_factory=dict)
    alias: dict[int, int] = field(default_factory=dict)
    halves: dict[object, str] = field(default_factory=dict)
    last: int | None = None
    finish: str | None = None
    usage: CompletionUsage | None = None
    chunks: int = 0


def is_error(chunk: Any) -> bool:
    """Whether a server tells its trouble in a bare object instead of `{"error": ...}`."""
    return (
        isinstance(chunk, ChatCompletionChunk)
        and not chunk.choices
        and (str(chunk.object) == "error" or "message" in (chunk.model_extra or {}))
    )


def events_of(chunk: Any, answer: Answer) -> list[ModelEvent]:
    """What one chunk says; every oddity here was seen from a real server. Raises `ValueError` for what is no chunk."""
    _expect(chunk, ChatCompletionChunk)
    if isinstance(chunk.usage, CompletionUsage):
        answer.usage = chunk.usage
    events: list[ModelEvent] = []
    for choice in chunk.choices or []:
        _expect(choice, Choice)
        if choice.index not in (0, None):
            continue
        answer.finish = choice.finish_reason or answer.finish
        delta = choice.delta
        if delta is None:
            continue
        _expect(delta, ChoiceDelta)
        extra = delta.model_extra or {}
        if reasoning := _paired(extra.get("reasoning_content") or extra.get("reasoning"), "reasoning", answer):
            events.append(ReasoningPiece(reasoning))
        if text := _paired(delta.content, "text", answer):
            events += answer.thoughts.read(text)
        if refusal := _paired(delta.refusal, "refusal", answer):
            events.append(TextPiece(refusal))
        if delta.tool_calls:
            events += answer.thoughts.end()
        for part in delta.tool_calls or []:
            events.append(_call_piece(part, answer))
    return events


def _expect(value: object, kind: type) -> None:
    # The SDK builds its values unchecked: whatever a server sends comes through.
    if not isinstance(value, kind):
        raise ValueError(f"{type(value).__name__} in place of {kind.__name__}")


def _paired(value: object, channel: object, answer: Answer) -> str:
    """`value` as text; half a surrogate pair at its end waits for the other half, which may come in the next chunk."""
    if isinstance(value, list):
        value = "".join(str(part.get("text") or "") for part in value if isinstance(part, dict))
    if not isinstance(value, str):
        return ""
    text = answer.halves.pop(channel, "") + value
    if "\ud800" <= text[-1:] <= "\udbff":
        answer.halves[channel] = text[-1]
        text = text[:-1]
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _call_piece(part: Any, answer: Answer) -> CallPiece:
    """The call a fragment belongs to: indexes may be missing or used twice, ids and names sent again and again."""
    _expect(part, ChoiceDeltaToolCall)
    function: Any = part.function or ChoiceDeltaToolCallFunction()
    _expect(function, ChoiceDeltaToolCallFunction)
    name = function.name if isinstance(function.name, str) else ""
    index = _index(part, answer)
    if len(answer.calls) > _MOST_CALLS:
        raise ValueError("too many calls")
    call = answer.calls.get(index)
    if call is not None and _is_another(call, part.id, name, function.arguments):
        index = max(answer.calls) + 1
        if part.index is not None:
            answer.alias[part.index] = index
    call = answer.calls.setdefault(index, _Call())
    answer.last = index
    call.server_id = part.id or call.server_id
    call.name = name or call.name
    if isinstance(function.arguments, str | None):
        fragment = _paired(function.arguments, index, answer)
        call.arguments += fragment
    else:
        fragment = call.arguments = json.dumps(function.arguments, ensure_ascii=False)
    return CallPiece(index, call.name, fragment)


def _index(part: Any, answer: Answer) -> int:
    if isinstance(part.index, int):
        return answer.alias.get(part.index, part.index)
    same = (index for index, call in answer.calls.items() if part.id and call.server_id == part.id)
    return next(same, answer.last or 0)


def _is_another(call: _Call, server_id: str | None, name: str, arguments: object) -> bool:
    """Whether a fragment that seems to continue `call` begins another one."""
    if not name:
        return False
    if server_id and call.server_id:
        return server_id != call.server_id
    # Without ids, only that the call before is whole tells two calls apart.
    return bool(arguments) and not str(arguments).isspace() and _is_whole(call.arguments)


def _is_whole(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments, strict=False), dict)
    except (ValueError, RecursionError):
        return False


def is_complete(answer: Answer) -> bool:
    """Some servers never send a finish reason: calls whose arguments are whole JSON count as complete."""
    return bool(answer.calls) and all(_is_whole(call.arguments) for call in answer.calls.values())


def finished(answer: Answer) -> AnswerFinished:
    calls = tuple(RequestedCall(index, call.name, call.arguments) for index, call in sorted(answer.calls.items()))
    usage = _usage(answer.usage)
    match answer.finish:
        case "length":
            return AnswerFinished("length", (), usage)
        case "content_filter":
            return AnswerFinished("content_filter", (), usage)
        # Others say "stop" with calls, "eos" or nothing: what counts is whether there are calls.
        case _:
            return AnswerFinished("tool_calls" if calls else "stop", calls, usage)


def _usage(reported: CompletionUsage | None) -> Usage | None:
    if reported is None:
        return None
    prompt, answer = reported.prompt_tokens_details, reported.completion_tokens_details
    return Usage(
        _number(reported.prompt_tokens),
        _number(reported.completion_tokens),
        _number(getattr(prompt, "cached_tokens", None)),
        reasoning_tokens=_number(getattr(answer, "reasoning_tokens", None)),
    )


def _number(reported: object) -> int:
    if not isinstance(reported, int) or isinstance(reported, bool):
        return 0
    return reported if 0 <= reported <= _MOST_TOKENS else 0
