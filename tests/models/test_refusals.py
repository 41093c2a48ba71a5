"""B12, B16: what a server refuses of a request is left out, once and from then on; over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from lci.core.messages import ImagePart, Message, TextPart, ToolCall, ToolResult
from lci.core.ports import ModelProfile, ModelRequest, Parameters, TextPiece, Tool
from lci.errors import ContextExceeded, ProtocolRefused, ProviderProblem, RequestRefused
from lci.models.connecting import Connection
from lci.models.openai_chat import OpenAIChat
from lci.models.refusals import Part
from lci.testing.scripted import MemoryBlobs
from lci.testing.server import Reply, Request, ScriptedServer, error, text

BLOBS = MemoryBlobs()
PICTURE = ImagePart(BLOBS.put(b"PNG", "bytes"), "image/png", "a chart")
TOOL = Tool("execute_code", "Runs code.", {"type": "object"})
REQUEST = ModelRequest(
    (
        Message("system", (TextPart("Be brief."),)),
        Message("user", (TextPart("See"), PICTURE)),
        Message("assistant", (ToolCall("c1", "execute_code", "{}"),)),
        Message("tool", (ToolResult("c1", "1"),)),
    ),
    (TOOL,),
)
WISHES = Parameters(max_output_tokens=500, temperature=0.2, reasoning_effort="low")

Answer = Callable[[Request], Reply]


def asked(
    answer: Answer, times: int = 2, wishes: Parameters = WISHES, limit_name: Part = "max_tokens"
) -> tuple[list[Any], OpenAIChat]:
    """The bodies of the requests for that many answers."""

    async def all_of(server: ScriptedServer) -> OpenAIChat:
        model = OpenAIChat(
            Connection(server.url, "", "m", limit_name=limit_name),
            ModelProfile("m", "M", "Maker", sees_images=True),
            wishes=wishes,
            blobs=BLOBS,
        )
        try:
            for _ in range(times):
                events = [event async for event in model.stream(REQUEST)]
                assert events[0] == TextPiece("Fine.")
        finally:
            await model.close()
        return model

    with ScriptedServer(answer) as server:
        model = asyncio.run(all_of(server))
        return server.chats, model


def without(present: Callable[[Any], bool], refusal: Reply) -> Answer:
    """A server that refuses requests in which something is present."""
    return lambda request: refusal if present(request.body) else text("Fine.")


def has_image(body: Any) -> bool:
    return any(isinstance(message["content"], list) for message in body["messages"])


def has_system(body: Any) -> bool:
    return any(message["role"] == "system" for message in body["messages"])


def has(key: str) -> Callable[[Any], bool]:
    return lambda body: key in body


@pytest.mark.parametrize(
    ("present", "refusal"),
    [
        (has("temperature"), error(400, "Unsupported value: 'temperature' does not support 0.2 with this model.")),
        (has("temperature"), error(400, "nope", code="unsupported_parameter", type_="x")),
        (has("stream_options"), error(400, "Unrecognized request argument supplied: stream_options")),
        (has("stream_options"), Reply(status=422, body={"detail": [{"msg": "Extra inputs: stream_options"}]})),
        (has("reasoning_effort"), error(400, "Unknown parameter: 'reasoning_effort'.")),
        (has("max_tokens"), error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")),
        (has_image, error(400, "Invalid content type. image_url is only supported by certain models.")),
        (has_image, error(500, "image input is not supported - hint: if this is unexpected, provide the mmproj")),
        (has_image, error(422, "messages[1].content must be a string")),
        (has_system, error(400, "System role not supported")),
        (has_system, error(500, "Jinja exception: System role not supported", type_="server_error")),
    ],
)
def test_a_refused_part_is_left_out_from_then_on(present: Callable[[Any], bool], refusal: Reply) -> None:
    if refusal.body.get("error", {}).get("message") == "nope":
        refusal.body["error"]["param"] = "temperature"
    chats, _ = asked(without(present, refusal))
    assert [present(body) for body in chats] == [True, False, False]
    kept = {"messages", "tools", "stream", "model"}
    assert all(kept <= set(body) for body in chats)


def test_the_limit_goes_by_its_other_name_and_then_by_none() -> None:
    names = ("max_tokens", "max_completion_tokens")

    def neither(request: Request) -> Reply:
        found = [name for name in names if name in request.body]
        return error(400, f"Unsupported parameter: '{found[0]}'") if found else text("Fine.")

    chats, _ = asked(neither, times=1)
    assert [[name for name in names if name in body] for body in chats] == [
        ["max_tokens"],
        ["max_completion_tokens"],
        [],
    ]
    first, _ = asked(
        lambda _: text("Fine."), wishes=Parameters(max_output_tokens=9), limit_name="max_completion_tokens"
    )
    assert first[0]["max_completion_tokens"] == 9 and "max_tokens" not in first[0]


def test_several_parts_are_left_out_one_after_the_other() -> None:
    def strict(request: Request) -> Reply:
        for key in ("temperature", "stream_options", "reasoning_effort", "max_tokens", "max_completion_tokens"):
            if key in request.body:
                return error(400, f"Unknown parameter: {key}")
        return error(400, "images are not supported") if has_image(request.body) else text("Fine.")

    chats, model = asked(strict)
    assert len(chats) == 8
    assert not model.profile.sees_images
    assert chats[-1]["messages"][1]["content"] == "See\n\na chart"


def test_what_is_not_asked_for_is_not_sent() -> None:
    chats, _ = asked(lambda _: text("Fine."), wishes=Parameters())
    assert set(chats[0]) == {"model", "messages", "stream", "stream_options", "tools"}


def test_without_a_system_role_its_text_opens_the_first_message() -> None:
    chats, _ = asked(without(has_system, error(400, "System role not supported")), times=1)
    assert chats[-1]["messages"][0]["content"][:2] == [
        {"type": "text", "text": "Be brief."},
        {"type": "text", "text": "See"},
    ]


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (error(400, "This model does not support tools"), ProtocolRefused),
        (error(404, "No endpoints found that support tool use."), ProtocolRefused),
        (
            error(400, "An assistant message with 'tool_calls' must be followed by tool messages; invalid"),
            RequestRefused,
        ),
        (error(400, "Invalid parameter: messages with role 'tool' must be a response to 'tool_calls'"), RequestRefused),
        (
            error(
                400, "maximum context length is 4096 tokens; max_tokens 500 is not supported", "context_length_exceeded"
            ),
            ContextExceeded,
        ),
        (error(400, "no"), RequestRefused),
    ],
)
def test_a_refusal_of_something_else_is_told(refusal: Reply, kind: type[ProviderProblem]) -> None:
    with pytest.raises(kind):
        asked(lambda _: refusal, times=1)


def test_a_server_that_refuses_everything_is_not_asked_for_ever() -> None:
    refusal = "temperature, stream_options, reasoning_effort, max_tokens, images, system role: unsupported"
    with ScriptedServer(lambda _: error(400, refusal)) as server:

        async def once() -> None:
            model = OpenAIChat(Connection(server.url, "", "m"), ModelProfile("m", "M", "Maker"), wishes=WISHES)
            try:
                async for _ in model.stream(REQUEST):
                    pass
            finally:
                await model.close()

        with pytest.raises(ProviderProblem):
            asyncio.run(once())
        assert len(server.chats) <= 9
