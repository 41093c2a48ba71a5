"""Which part of a request a server refuses, read from its own words: that part is left out from then on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

#: `system` is the role of that name, `images` the parts of messages; the others are keys of the body.
Part: TypeAlias = Literal[
    "tools",
    "response_format",
    "images",
    "system",
    "stream_options",
    "temperature",
    "reasoning_effort",
    "max_tokens",
    "max_completion_tokens",
]

#: Statuses with which servers refuse a part of a request; llama.cpp and Ollama do so with 500, OpenRouter with 404.
STATUSES = (400, 404, 415, 422, 500, 501)

_REFUSES = re.compile(
    r"support|not (?:be )?(?:enabled|allowed|permitted|available|accept|valid|a valid|implemented)|n't (?:allow|accept)"
    r"|requires?\b|unrecogni[sz]ed|unknown|unexpected|extra (?:inputs?|fields?)|additional propert|invalid"
    r"|only allowed|cannot|must be a string|should be a valid string",
    re.IGNORECASE,
)
#: In the order in which they are looked for: a complaint about `tool_choice` may name other things as well.
_WORDS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("stream_options", re.compile(r"stream_options|include_usage", re.IGNORECASE)),
    ("reasoning_effort", re.compile(r"reasoning[_. ]effort", re.IGNORECASE)),
    ("temperature", re.compile(r"temperature", re.IGNORECASE)),
    ("max_tokens", re.compile(r"(?<!\w)max_tokens", re.IGNORECASE)),
    ("max_completion_tokens", re.compile(r"max_completion_tokens", re.IGNORECASE)),
    ("response_format", re.compile(r"response_format|json_schema|structured outputs?|grammar", re.IGNORECASE)),
    ("system", re.compile(r"system[ _](?:role|message|prompt|instruction)|role:? ['\"]?system", re.IGNORECASE)),
    ("images", re.compile(r"image|vision|multi-?modal|content (?:must|should) be a", re.IGNORECASE)),
    ("tools", re.compile(r"\btools?\b|\btool[_ -]?(?:choice|us|call)|\bfunctions?\b", re.IGNORECASE)),
)
#: Complaints about messages that hold calls, not about the offer of tools.
_ABOUT_MESSAGES = re.compile(
    r"tool_call_id|tool_calls\b|tool messages|messages\[|'messages|role 'tool'|response messages", re.IGNORECASE
)


def refused(status: int, message: str, param: str, body: Mapping[str, Any]) -> Part | None:
    """The part of `body` that the server's message refuses, if it names one; `param` is the one it names itself."""
    if status not in STATUSES:
        return None
    present = _present(body)
    if param in present:
        return present[param]
    if not _REFUSES.search(message):
        return None
    for part, words in _WORDS:
        if part in present.values() and words.search(message):
            if part == "tools" and _ABOUT_MESSAGES.search(message):
                continue
            return part
    return None


def _present(body: Mapping[str, Any]) -> dict[str, Part]:
    """The parts that `body` has, by the names servers call them."""
    messages = body.get("messages") or []
    parts: dict[str, Part] = {part: part for part, _ in _WORDS if part in body}
    if "tools" in body:
        parts["tool_choice"] = "tools"
    if "response_format" in body:
        parts["json_schema"] = "response_format"
    if any(message["role"] == "system" for message in messages):
        parts["system"] = "system"
    if any(isinstance(message["content"], list) for message in messages):
        parts["images"] = parts["image_url"] = "images"
    return parts
