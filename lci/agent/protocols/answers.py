"""Pieces of answers that readers share: code as a call, neighbouring text as one."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lci.core.messages import CODE_TOOL
from lci.core.ports import AnswerFinished, ModelEvent, RequestedCall, TextPiece
from lci.core.turns import Usage


def handed(source: str) -> str:
    """The arguments of a call that runs `source`."""
    return json.dumps({"code": source}, ensure_ascii=False)


def finished(source: str, usage: Usage | None) -> AnswerFinished:
    """The end of an answer that runs `source`."""
    return AnswerFinished("tool_calls", (RequestedCall(0, CODE_TOOL, handed(source)),), usage)


def usage_of(events: Sequence[ModelEvent]) -> Usage | None:
    """The usage among `events`, if it is."""
    return next((event.usage for event in events if isinstance(event, AnswerFinished)), None)


def inside_json(text: str) -> str:
    """`text` as it stands between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def joined(events: Sequence[ModelEvent]) -> list[ModelEvent]:
    """The events with neighbouring text joined."""
    together: list[ModelEvent] = []
    for event in events:
        if isinstance(event, TextPiece) and together and isinstance(together[-1], TextPiece):
            together[-1] = TextPiece(together[-1].text + event.text)
        else:
            together.append(event)
    return together
