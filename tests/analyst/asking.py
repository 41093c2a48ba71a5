"""Asks the analyst as a conversation would, without one: brief previews, and its code run in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lci.analyst import Analyst
from lci.core.files import Preview, ValueLookup, brief
from lci.core.messages import Message, TextPart, ToolCall, ToolResult
from lci.core.ports import AnswerFinished, ModelEvent, ModelRequest, TextPiece
from lci.workspace.preview import preview
from tests.analyst.running import Ran, ran


def brief_preview(path: Path) -> Preview:
    """What is known of a file without opening it again."""
    return brief(preview(path, path.name))


def user(text: str) -> Message:
    """What a person typed."""
    return Message("user", (TextPart(text),))


def exchange(question: str, said: str, output: str, call: str = "c") -> tuple[Message, ...]:
    """A question, what was said with the code, and what the code put out."""
    return (
        user(question),
        Message("assistant", (TextPart(said), ToolCall(call, "execute_code", "{}"))),
        Message("tool", (ToolResult(call, output),)),
    )


def streamed(
    messages: Sequence[Message], previews: Sequence[Preview], values: ValueLookup | None = None
) -> list[ModelEvent]:
    """Everything that the analyst answers."""

    async def collected() -> list[ModelEvent]:
        stream: AsyncIterator[ModelEvent] = Analyst().stream(
            ModelRequest(tuple(messages), previews=tuple(previews), values=values)
        )
        return [event async for event in stream]

    return asyncio.run(collected())


@dataclass(frozen=True)
class Asked:
    """What came of a question: what was said first, the code with what it left, and the answer; the last two if any."""

    opening: str
    source: str | None = None
    out: Ran | None = None
    answer: str = ""
    messages: tuple[Message, ...] = field(default=(), repr=False)

    @property
    def figures(self) -> list[Any]:
        """The figures that its code drew."""
        return self.out.figures if self.out is not None else []


def said_by(events: Sequence[ModelEvent]) -> tuple[str, str | None]:
    """The text of an answer, and the code it wants run."""
    finished = events[-1]
    assert isinstance(finished, AnswerFinished)
    text = "".join(event.text for event in events if isinstance(event, TextPiece))
    return text, json.loads(finished.calls[0].arguments)["code"] if finished.calls else None


def ask(question: str, *previews: Preview, before: Sequence[Message] = (), values: ValueLookup | None = None) -> Asked:
    """Ask, run the code, and hear the answer; the files lie in the current folder."""
    opening, source = said_by(streamed((*before, user(question)), previews, values))
    if source is None:
        return Asked(opening, messages=(*before, user(question), Message("assistant", (TextPart(opening),))))
    out = ran(source)
    messages = (*before, *exchange(question, opening, out.printed))
    answer, further = said_by(streamed(messages, previews, values))
    assert further is None
    return Asked(opening, source, out, answer, (*messages, Message("assistant", (TextPart(answer),))))
