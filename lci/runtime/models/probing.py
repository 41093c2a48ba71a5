"""Tries what a model can do with a handful of tiny requests, configured or about to be (B54): "Test connection"."""

from __future__ import annotations

import base64
import json
from contextlib import aclosing
from dataclasses import replace
from typing import Literal

from lci.agent.prompts import probing_questions as questions
from lci.agent.protocols.schema import ANSWER_SCHEMA
from lci.agent.tools.code_calls import EXECUTE_CODE
from lci.core.messages import ImagePart, Message, Part, TextPart
from lci.core.outputs import BlobRef
from lci.core.ports import AnswerFinished, ModelRequest, TextPiece
from lci.errors import ProtocolRefused, ProviderProblem
from lci.models.openai_chat import OpenAIChat
from lci.runtime.config.settings import ModelSettings
from lci.runtime.models.catalogue import connection, profile, wishes
from lci.runtime.models.facts import Capabilities

#: Tokens of one answer: thinking takes some, and a model that never stops must.
_ANSWER_TOKENS = 2_000
#: Characters of an answer after which nothing more is read of it.
_ENOUGH = 4_000
#: Seconds without a byte; a local server may have to load the model first.
_PATIENCE = 120.0

_RED_SQUARE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR4nGN4ICBAU8QwasGoBaMWjFowasGoBaMWjFowasGoBaMWDBULALgcAD1rtB2c"
    "AAAAAElFTkSuQmCC"
)
_SYSTEM = Message("system", (TextPart(questions.SYSTEM),))


async def probe(settings: ModelSettings) -> Capabilities:
    """What the model that `settings` describe can do.

    Raises the `ProviderProblem` that a turn would end with: the first question finds out whether address, key and name
    are right. Later failures leave their ability untold.
    """
    model = OpenAIChat(
        connection(settings),
        replace(profile(settings), sees_images=True),
        wishes=replace(wishes(settings), max_output_tokens=settings.max_output_tokens or _ANSWER_TOKENS),
        blobs=_OnePicture(),
        read_timeout=_PATIENCE,
    )
    try:
        _, greeting = await _answer(model, ModelRequest((_SYSTEM, _user(TextPart(questions.GREETING)))))
        return Capabilities(
            tools=await _calls(model),
            usage=greeting is not None and greeting.usage is not None,
            schema=await _keeps_to_schema(model),
            vision=await _sees(model),
            window_tokens=await model.reported_window(),
        )
    finally:
        await model.close()


class _OnePicture:
    """The blobs of a probe: a small red square."""

    ref = BlobRef("0" * 64, 0, "bytes")

    def put(self, content: bytes, encoding: Literal["bytes", "text", "json"]) -> BlobRef:  # noqa: ARG002 - the Protocol's
        return self.ref

    def get(self, ref: BlobRef) -> bytes:  # noqa: ARG002 - the Protocol's
        """A PNG of 32 × 32."""
        return _RED_SQUARE


def _user(*parts: Part) -> Message:
    return Message("user", parts)


async def _answer(model: OpenAIChat, request: ModelRequest) -> tuple[str, AnswerFinished | None]:
    """The text of an answer, and its end unless it went on for too long."""
    text, end = "", None
    async with aclosing(model.stream(request)) as events:  # type: ignore[type-var]  # it is an async generator
        async for event in events:
            if isinstance(event, TextPiece):
                text += event.text
            if isinstance(event, AnswerFinished):
                end = event
            if len(text) > _ENOUGH:
                break
    return text, end


async def _calls(model: OpenAIChat) -> bool | None:
    try:
        _, end = await _answer(model, ModelRequest((_SYSTEM, _user(TextPart(questions.CALLS))), (EXECUTE_CODE,)))
    except ProtocolRefused:
        return False
    except ProviderProblem:
        return None
    if end is not None and end.finish == "length":
        return None
    return end is not None and any(call.name == EXECUTE_CODE.name for call in end.calls)


async def _keeps_to_schema(model: OpenAIChat) -> bool | None:
    request = ModelRequest((_SYSTEM, _user(TextPart(questions.ANSWER))), schema=ANSWER_SCHEMA)
    try:
        text, end = await _answer(model, request)
    except ProtocolRefused:
        return False
    except ProviderProblem:
        return None
    if end is None or end.finish == "length":
        return None if end is not None else False
    try:
        answer: object = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and {"say", "code"} <= answer.keys()


async def _sees(model: OpenAIChat) -> bool | None:
    picture = ImagePart(_OnePicture.ref, "image/png", "")
    try:
        text, _ = await _answer(model, ModelRequest((_user(TextPart(questions.PICTURE), picture),)))
    except ProviderProblem:
        return None
    return "images" not in model.left_out and any(colour in text.lower() for colour in questions.COLOURS)
