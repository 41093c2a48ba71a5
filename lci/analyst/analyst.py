"""The analyst as a `Model`: each answer is decided from the request alone, nothing is kept between calls."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from lci.analyst import recipes
from lci.analyst.intents import Analysis, Greeting, NoFile, NoTable, Unknown
from lci.analyst.repair import explained, repaired
from lci.analyst.replies import reply
from lci.analyst.results import findings, setback
from lci.analyst.understanding import understood
from lci.core.conversation import BUILTIN_ANALYST
from lci.core.files import Preview
from lci.core.messages import Message, TextPart, ToolResult
from lci.core.ports import (
    AnswerFinished,
    CallPiece,
    CodeProtocol,
    ModelEvent,
    ModelProfile,
    ModelRequest,
    RequestedCall,
    TextPiece,
)

TOOL = "execute_code"
_PIECE_CHARS = 160


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say and, when there is something to run, its source."""

    text: str
    source: str | None = None


class Analyst:
    """A rule-based model for tables; it offers no conversation beyond what its rules understand."""

    @property
    def profile(self) -> ModelProfile:
        """Always the same; `is_ai` is false."""
        return ModelProfile(
            id=BUILTIN_ANALYST,
            label="Built-in analyst",
            provider="Built-in",
            window_tokens=128_000,
            is_ai=False,
            local=True,
            window_estimated=False,
            protocol_proven=True,
        )

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer `request`; raises nothing of its own."""
        given = answer(request.messages, request.previews)
        for piece in _pieces(given.text):
            yield TextPiece(piece)
            await asyncio.sleep(0)
        if given.source is None:
            yield AnswerFinished("stop")
            return
        arguments = json.dumps({"code": given.source}, ensure_ascii=False)
        for start in range(0, len(arguments), _PIECE_CHARS):
            yield CallPiece(0, TOOL, arguments[start : start + _PIECE_CHARS])
            await asyncio.sleep(0)
        yield AnswerFinished("tool_calls", (RequestedCall(0, TOOL, arguments),))

    def settle_on(self, protocol: CodeProtocol) -> None:
        """Its code is always a call."""

    def calibrate(self, counted: int, reported: int) -> None:
        """Nothing is reported."""

    def count_tokens(self, text: str) -> int:
        """A quarter of the characters, rounded up."""
        return (len(text) + 3) // 4

    async def close(self) -> None:
        """There is nothing to close."""


def answer(messages: tuple[Message, ...], previews: tuple[Preview, ...]) -> Answer:
    """The answer to the last question in `messages`, given what its cells have put out so far."""
    asked = [at for at, message in enumerate(messages) if _question(message)]
    if not asked:
        return Answer(reply(Greeting("hello"), previews, ""))
    last = asked[-1]
    question = _question(messages[last])
    earlier = _question(messages[asked[-2]]) if len(asked) > 1 else ""
    reading = understood(question, previews, _attached(messages[last]), earlier)
    results = [part.text for message in messages[last:] for part in message.parts if isinstance(part, ToolResult)]
    match reading.intent:
        case Greeting() | NoFile() | NoTable() | Unknown():
            return Answer(reply(reading.intent, previews, question))
        case intent if not results:
            return Answer(" ".join([recipes.plan(intent), *reading.remarks]), recipes.code(intent))
        case intent:
            return _concluded(intent, results)


def _concluded(intent: Analysis, results: list[str]) -> Answer:
    text = recipes.prose(intent, findings(results[-1]))
    if text is not None:
        return Answer(text)
    failure = setback(results[-1])
    if failure.kind == "error" and len(results) == 1:
        cure = repaired(intent, failure)
        if cure is not None:
            return Answer(*cure)
    return Answer(explained(intent, failure))


def _question(message: Message) -> str:
    """What a person typed: their words, no note of the app, whatever they begin with; empty for other messages."""
    if message.role != "user":
        return ""
    texts = [part.text.strip() for part in message.parts if isinstance(part, TextPart) and part.kind == "words"]
    # Two prompts in a row, the first unanswered, arrive as one message: the last one counts.
    return next((text for text in reversed(texts) if text), "")


def _attached(message: Message) -> str:
    question = _question(message)
    return "\n".join(
        part.text for part in message.parts if isinstance(part, TextPart) and part.text.strip() != question
    )


def _pieces(text: str) -> list[str]:
    """`text` cut after words into pieces of some forty characters; joined they give `text` again."""
    return re.findall(r"(?s).{1,40}(?:\s+|$)|.{1,40}", text)
