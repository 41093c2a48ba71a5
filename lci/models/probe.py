"""Tries what a model can do with a handful of tiny requests (B54); the questions come from who asks."""

from __future__ import annotations

import json
import struct
import zlib
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from lci.core.messages import ImagePart, Message, TextPart
from lci.core.outputs import BlobRef, Json
from lci.core.ports import AnswerFinished, ModelRequest, TextPiece, Tool
from lci.errors import ProtocolRefused, ProviderProblem
from lci.models.capabilities import Capabilities
from lci.models.openai_chat import OpenAIChat
from lci.models.reported import Reported, reported

#: Characters of an answer after which nothing more is read of it.
_ENOUGH = 4_000


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked: the system's part, a greeting, and one question for each ability.

    `calls` wants two calls of `tool` at once, `answer` an object of `schema`, and `picture` the colour of a picture,
    which is one of `colours`.
    """

    system: str
    greeting: str
    calls: str
    tool: Tool
    answer: str
    schema: Json
    picture: str
    colours: tuple[str, ...]


class OnePicture:
    """The blobs of a probe: a small red square."""

    ref = BlobRef("0" * 64, 0, "bytes")

    def put(self, content: bytes, encoding: Literal["bytes", "text", "json"]) -> BlobRef:  # noqa: ARG002 - the Protocol's
        """There is only the one."""
        return self.ref

    def get(self, ref: BlobRef) -> bytes:  # noqa: ARG002 - the Protocol's
        """A PNG of 32 × 32."""
        row = b"\x00" + b"\xe0\x10\x10" * 32
        parts = (
            (b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(row * 32)),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in parts
        )


@dataclass(frozen=True, slots=True)
class _Answered:
    text: str
    finished: AnswerFinished | None


async def probed(model: OpenAIChat, questions: Questions) -> Capabilities:
    """What `model` can do; it must have been made with `OnePicture` and as one that sees images.

    Raises what a turn would: the first question finds out whether address, key and name are right. Later failures
    leave their ability untold.
    """
    greeted = await _answer(model, ModelRequest((_system(questions.system), _user(questions.greeting))))
    usage = greeted.finished is not None and greeted.finished.usage is not None
    tools, parallel = await _calls(model, questions)
    return Capabilities(
        tools=tools,
        parallel_tools=parallel,
        usage=usage,
        schema=await _keeps_to_schema(model, questions),
        vision=await _sees(model, questions),
        system_role="system" not in model.left_out,
        window_tokens=(await _reported(model)).window_tokens,
    )


def _system(text: str) -> Message:
    return Message("system", (TextPart(text),))


def _user(text: str) -> Message:
    return Message("user", (TextPart(text),))


async def _answer(model: OpenAIChat, request: ModelRequest) -> _Answered:
    said = ""
    finished: AnswerFinished | None = None
    async with aclosing(model.stream(request)) as events:  # type: ignore[type-var]  # it is an async generator
        async for event in events:
            if isinstance(event, TextPiece):
                said += event.text
            if isinstance(event, AnswerFinished):
                finished = event
            if len(said) > _ENOUGH:
                break
    return _Answered(said, finished)


async def _calls(model: OpenAIChat, questions: Questions) -> tuple[bool | None, bool | None]:
    request = ModelRequest((_system(questions.system), _user(questions.calls)), (questions.tool,))
    try:
        answered = await _answer(model, request)
    except ProtocolRefused:
        return False, None
    except ProviderProblem:
        return None, None
    if answered.finished is not None and answered.finished.finish == "length":
        return None, None
    calls = answered.finished.calls if answered.finished is not None else ()
    named = [call for call in calls if call.name == questions.tool.name]
    return bool(named), len(named) > 1 if named else None


async def _keeps_to_schema(model: OpenAIChat, questions: Questions) -> bool | None:
    request = ModelRequest((_system(questions.system), _user(questions.answer)), schema=questions.schema)
    try:
        answered = await _answer(model, request)
    except ProtocolRefused:
        return False
    except ProviderProblem:
        return None
    if answered.finished is None or answered.finished.finish == "length":
        return None if answered.finished is not None else False
    wanted = questions.schema.get("required") if isinstance(questions.schema, dict) else None
    try:
        found: object = json.loads(answered.text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(wanted, list) and all(key in found for key in wanted)


async def _sees(model: OpenAIChat, questions: Questions) -> bool | None:
    picture = ImagePart(OnePicture.ref, "image/png", "")
    message = Message("user", (TextPart(questions.picture), picture))
    try:
        answered = await _answer(model, ModelRequest((message,)))
    except ProviderProblem:
        return None
    if "images" in model.left_out:
        return False
    said = answered.text.lower()
    return any(colour in said for colour in questions.colours)


async def _reported(model: OpenAIChat) -> Reported:
    try:
        entries = await model.models()
    except ProviderProblem:
        entries = []
    return await reported(model.client, model.base_url, model.name, entries)
