"""Chat Completions over real sockets: what every kind of server sends, and what becomes of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import openai
import pytest

from lci.core.messages import ImagePart, Message, Role, TextPart, ToolCall, ToolResult
from lci.core.outputs import BlobRef
from lci.core.ports import (
    AnswerFinished,
    CallPiece,
    ModelEvent,
    ModelProfile,
    ModelRequest,
    Parameters,
    ReasoningPiece,
    RequestedCall,
    TextPiece,
    Tool,
)
from lci.core.turns import Usage
from lci.errors import (
    AccessDenied,
    AddressWrong,
    ContentFiltered,
    ContextExceeded,
    KeyRejected,
    ModelUnknown,
    NotAnApi,
    Overloaded,
    ProviderProblem,
    QuotaExceeded,
    RateLimited,
    RedirectRefused,
    ReplyUnreadable,
    RequestRefused,
    StreamCut,
    TimedOut,
    Unreachable,
)
from lci.models.connecting import Connection
from lci.models.openai_chat import OpenAIChat
from lci.models.providers import is_local, without_credentials
from lci.models.refusals import Part
from lci.models.translation import translated
from lci.testing.scripted import MemoryBlobs
from lci.testing.server import (
    Drop,
    Gate,
    Raw,
    Reply,
    Request,
    Script,
    ScriptedServer,
    Step,
    chunk,
    code,
    error,
    raw_call,
    text,
    usage_chunk,
)

KEY = "sk-very-secret-0123456789"
HELLO = ModelRequest((Message("user", (TextPart("Hello"),)),))
SOURCE = 'print("表😀\\n")\n# é'
ARGUMENTS = json.dumps({"code": SOURCE})
#: A bound on hangs only.
PATIENCE = 30

Replies = Sequence[Reply] | Script


def model_at(
    url: str,
    *,
    key: str = KEY,
    model: str = "m",
    sees_images: bool = False,
    limit_name: Part = "max_tokens",
    **options: Any,
) -> OpenAIChat:
    profile = ModelProfile("m", "M", "Maker", local=is_local(url), sees_images=sees_images)
    return OpenAIChat(Connection(url, key, model, limit_name=limit_name), profile, **options)


def events_of(model: OpenAIChat, request: ModelRequest = HELLO, times: int = 1) -> list[ModelEvent]:
    """All events of `times` answers; the model is closed afterwards."""

    async def collected() -> list[ModelEvent]:
        try:
            return [event for _ in range(times) async for event in model.stream(request)]
        finally:
            await model.close()

    return asyncio.run(asyncio.wait_for(collected(), PATIENCE))


@dataclass
class Answered:
    """One answer in parts."""

    text: str
    reasoning: str
    pieces: list[CallPiece]
    finished: AnswerFinished
    server: ScriptedServer = field(repr=False)

    @property
    def calls(self) -> list[tuple[str, str]]:
        return [(call.name, call.arguments) for call in self.finished.calls]


def answered(replies: Replies, request: ModelRequest = HELLO, **options: Any) -> Answered:
    with ScriptedServer(replies) as server:
        events = events_of(model_at(server.url, **options), request)
    finished = events[-1]
    assert isinstance(finished, AnswerFinished)
    assert not any(isinstance(event, AnswerFinished) for event in events[:-1])
    return Answered(
        "".join(event.text for event in events if isinstance(event, TextPiece)),
        "".join(event.text for event in events if isinstance(event, ReasoningPiece)),
        [event for event in events if isinstance(event, CallPiece)],
        finished,
        server,
    )


def problem(replies: Replies, **options: Any) -> ProviderProblem:
    with ScriptedServer(replies) as server, pytest.raises(ProviderProblem) as caught:
        events_of(model_at(server.url, **options))
    return caught.value


def same(one: ProviderProblem, other: ProviderProblem) -> bool:
    return type(one) is type(other) and one.problem == other.problem


def tool_delta(**fields: Any) -> dict[str, Any]:
    return chunk({"tool_calls": [fields]})


def called(*steps: Step, finish: str | None = "tool_calls") -> Reply:
    return Reply([*steps, *([chunk(finish=finish)] if finish else [])])


def sse(line: str) -> Raw:
    return Raw(f"data: {line}\n\n".encode())


# --- well-formed streams ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", [None, 1, 2, 3, 7])
def test_text_is_whole_however_the_bytes_are_cut(split: int | None) -> None:
    reply = text("Grüße ", "表と", "😀.")
    got = answered([Reply(reply.steps, split=split)])
    assert got.text == "Grüße 表と😀."
    assert got.finished == AnswerFinished("stop", (), Usage(100, 10))


@pytest.mark.parametrize("split", [None, 1, 3])
@pytest.mark.parametrize("pieces", [1, 4, len(ARGUMENTS)])
def test_a_call_is_whole_however_its_arguments_are_cut(split: int | None, pieces: int) -> None:
    """With as many pieces as characters every `\\uXXXX` is cut in all its places."""
    reply = raw_call(ARGUMENTS, said="Let me see.", pieces=pieces)
    got = answered([Reply(reply.steps, split=split)])
    assert got.text == "Let me see."
    assert got.finished.calls == (RequestedCall(0, "execute_code", ARGUMENTS),)
    assert got.finished.finish == "tool_calls"
    assert "".join(piece.arguments for piece in got.pieces) == ARGUMENTS
    assert {(piece.index, piece.name) for piece in got.pieces} == {(0, "execute_code")}


def test_halves_of_a_character_sent_apart_are_joined() -> None:
    halves = ["\\ud83d", "\\ude00"]
    reply = Reply(
        [sse(f'{{"choices":[{{"index":0,"delta":{{"content":"{half}"}}}}]}}') for half in halves]
        + [sse(f'{{"choices":[{{"index":0,"delta":{{"reasoning":"{half}"}}}}]}}') for half in halves]
        + [
            sse(f'{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"{half}"}}}}]}}}}]}}')
            for half in halves
        ]
        + [chunk({"content": "!"}, "stop")]
    )
    got = answered([reply])
    assert (got.text, got.reasoning) == ("😀!", "😀")
    assert got.calls == [("", "😀")]


def test_half_a_character_alone_becomes_no_broken_text() -> None:
    got = answered([Reply([sse('{"choices":[{"delta":{"content":"a\\ude00b\\ud83d"}}]}'), chunk(finish="stop")])])
    assert got.text == "a\ufffdb"


def test_thousands_of_small_pieces_and_one_huge_piece_come_through() -> None:
    many = answered([text(*["ab"] * 2_000, "x" * 1_000_000)])
    assert len(many.text) == 1_004_000


def test_comments_line_ends_and_missing_blanks_do_not_matter() -> None:
    first, last = json.dumps(chunk({"content": "a"})), json.dumps(chunk({"content": "b"}, "stop"))
    got = answered([Reply([Raw(f": ping\r\n\r\ndata:{first}\r\n\r\n: ping\n\ndata: {last}\r\n\r\n".encode())])])
    assert got.text == "ab"


# --- usage, reasoning and the like ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extra", "usage"),
    [
        ([], None),
        ([{**chunk(), "choices": [], "usage": None}], None),
        (list(usage_chunk((5, 3))), Usage(5, 3)),
        ([*usage_chunk((5, 3)), {**chunk(), "usage": None}], Usage(5, 3)),
        ([{**chunk(), "choices": None, "usage": {"prompt_tokens": 5, "completion_tokens": 3}}], Usage(5, 3)),
        (
            [
                {
                    **chunk(),
                    "usage": {
                        "prompt_tokens": 5,
                        "completion_tokens": 3,
                        "prompt_tokens_details": {"cached_tokens": 4},
                    },
                }
            ],
            Usage(5, 3, 4),
        ),
        ([{**chunk(), "usage": {"prompt_tokens": None}}], Usage()),
        ([{**chunk(), "usage": {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": None}}}], Usage(5)),
        ([{**chunk(), "usage": "many"}], None),
    ],
)
def test_usage_is_the_last_that_was_told(extra: list[Step], usage: Usage | None) -> None:
    assert answered([Reply([chunk({"content": "a"}, "stop"), *extra])]).finished.usage == usage


@pytest.mark.parametrize("choices", [None, []])
def test_chunks_without_choices_are_passed_over(choices: list[Any] | None) -> None:
    """B12: Azure begins with one, `object` empty and the filter's results beside it."""
    azure = {**chunk(), "object": "", "choices": choices, "prompt_filter_results": [{"prompt_index": 0}]}
    assert answered([Reply([azure, chunk({"content": "a"}), chunk(finish="stop")])]).text == "a"


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_is_told_apart_in_both_spellings(key: str) -> None:
    got = answered([Reply([chunk({key: "I "}), chunk({key: "think"}), chunk({"content": "so"}, "stop")])])
    assert (got.reasoning, got.text) == ("I think", "so")


def test_reasoning_that_is_no_text_is_passed_over() -> None:
    assert answered([Reply([chunk({"reasoning": {"a": 1}}), chunk({"content": "b"}, "stop")])]).reasoning == ""


def test_a_refusal_is_text() -> None:
    got = answered([Reply([chunk({"refusal": "I can"}), chunk({"refusal": "not."}), chunk(finish="stop")])])
    assert got.text == "I cannot."


def test_content_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
    assert answered([Reply([chunk({"content": parts}, "stop")])]).text == "ab"


def test_other_choices_are_not_mixed_in() -> None:
    second = chunk({"content": "no"})
    second["choices"][0]["index"] = 1
    assert answered([Reply([chunk({"content": "yes"}), second, chunk(finish="stop")])]).text == "yes"


# --- odd tool calls ---------------------------------------------------------------------------------------------------

F = dict[str, Any]


def function(name: str | None = None, arguments: Any = None) -> F:
    return {"name": name, "arguments": arguments}


ODD_CALLS: dict[str, tuple[list[Step], list[tuple[str, str]]]] = {
    "two interleaved": (
        [
            tool_delta(index=0, id="a", function=function("execute_code", "")),
            tool_delta(index=1, id="b", function=function("python", "")),
            tool_delta(index=0, function=function(None, '{"code"')),
            tool_delta(index=1, function=function(None, '{"code": ')),
            tool_delta(index=0, function=function(None, ': "1"}')),
            tool_delta(index=1, function=function(None, '"2"}')),
        ],
        [("execute_code", '{"code": "1"}'), ("python", '{"code": "2"}')],
    ),
    "id and name repeated": (
        [
            tool_delta(index=0, id="a", function=function("execute_code", part))
            for part in ("", '{"code"', ': "1"', "}", "")
        ],
        [("execute_code", '{"code": "1"}')],
    ),
    "name repeated without id": (
        [tool_delta(index=0, function=function("execute_code", part)) for part in ('{"code"', ': "1"}', "", " ")],
        [("execute_code", '{"code": "1"} ')],
    ),
    "no index": (
        [
            tool_delta(id="a", function=function("execute_code", '{"code": ')),
            tool_delta(function=function(None, '"1"}')),
            tool_delta(id="b", function=function("python", '{"code": ')),
            tool_delta(id="b", function=function(None, '"2"}')),
        ],
        [("execute_code", '{"code": "1"}'), ("python", '{"code": "2"}')],
    ),
    "no index, told apart by id": (
        [
            tool_delta(id="a", function=function("execute_code", '{"code": ')),
            tool_delta(id="b", function=function("python", '{"code": ')),
            tool_delta(id="a", function=function(None, '"1"}')),
            tool_delta(id="b", function=function(None, '"2"}')),
        ],
        [("execute_code", '{"code": "1"}'), ("python", '{"code": "2"}')],
    ),
    "no index after an index": (
        [
            tool_delta(index=1, id="a", function=function("execute_code", '{"code": "1"}')),
            tool_delta(id="b", function=function("python", '{"code": "2"}')),
        ],
        [("execute_code", '{"code": "1"}'), ("python", '{"code": "2"}')],
    ),
    "no id": (
        [
            tool_delta(index=0, function=function("execute_code", '{"code": ')),
            tool_delta(index=0, function=function(None, '"1"}')),
        ],
        [("execute_code", '{"code": "1"}')],
    ),
    "neither index nor id": (
        [
            tool_delta(function=function("execute_code", '{"code": "1"}')),
            tool_delta(function=function("execute_code", '{"code": "2"}')),
        ],
        [("execute_code", '{"code": "1"}'), ("execute_code", '{"code": "2"}')],
    ),
    "two in one chunk": (
        [
            chunk(
                {
                    "tool_calls": [
                        {"index": 0, "id": "a", "function": function("execute_code", '{"code": "1"}')},
                        {"index": 1, "id": "b", "function": function("python", '{"code": "2"}')},
                    ]
                }
            )
        ],
        [("execute_code", '{"code": "1"}'), ("python", '{"code": "2"}')],
    ),
    "index used again": (
        [
            tool_delta(index=0, id="a", function=function("execute_code", '{"code": "1"}')),
            tool_delta(index=0, id="b", function=function("python", '{"code": ')),
            tool_delta(index=0, function=function(None, '"2"}')),
            tool_delta(index=0, id="c", function=function("ipython", '{"code": "3"}')),
        ],
        [("execute_code", '{"code": "1"}'), ("python", '{"code": "2"}'), ("ipython", '{"code": "3"}')],
    ),
    "index from 1": (
        [
            tool_delta(index=1, id="a", function=function("execute_code", '{"code": "1"}')),
            tool_delta(index=2, id="b", function=function("python", '{"code": "2"}')),
        ],
        [("execute_code", '{"code": "1"}'), ("python", '{"code": "2"}')],
    ),
    "arguments as an object": (
        [tool_delta(index=0, id="a", function=function("execute_code", {"code": "é"}))],
        [("execute_code", '{"code": "é"}')],
    ),
    "arguments as a list": (
        [tool_delta(index=0, id="a", function=function("execute_code", ["1"]))],
        [("execute_code", '["1"]')],
    ),
    "no arguments": ([tool_delta(index=0, id="a", function=function("execute_code"))], [("execute_code", "")]),
    "no function": (
        [
            tool_delta(index=0, id="a", type="function"),
            tool_delta(index=0, function=function("execute_code", "{}")),
        ],
        [("execute_code", "{}")],
    ),
    "malformed arguments": (
        [tool_delta(index=0, id="a", function=function("execute_code", "{code: 1}"))],
        [("execute_code", "{code: 1}")],
    ),
    "unknown tool": (
        [tool_delta(index=0, id="a", function=function("web_search", "{}"))],
        [("web_search", "{}")],
    ),
}


@pytest.mark.parametrize("finish", ["tool_calls", "stop", "eos", "function_call"])
@pytest.mark.parametrize("kind", ODD_CALLS)
def test_calls_are_told_apart_however_they_are_numbered(kind: str, finish: str) -> None:
    """B16: whatever the finish reason, what counts is that there are calls."""
    steps, expected = ODD_CALLS[kind]
    got = answered([called(*steps, finish=finish)])
    assert got.calls == expected
    assert got.finished.finish == "tool_calls"
    indexes = [call.index for call in got.finished.calls]
    assert len(set(indexes)) == len(indexes) and indexes == sorted(indexes)
    for call in got.finished.calls:
        pieces = [piece for piece in got.pieces if piece.index == call.index]
        assert "".join(piece.arguments for piece in pieces) == call.arguments
        assert pieces[-1].name == call.name


def test_whole_calls_need_no_finish_reason() -> None:
    call = tool_delta(index=0, id="a", function=function("execute_code", '{"code": "a\nb"}'))
    got = answered([called(call, finish=None)])
    assert got.calls == [("execute_code", '{"code": "a\nb"}')]


def test_an_answer_cut_at_its_length_has_no_calls() -> None:
    """B17: half a cell is never run."""
    call = tool_delta(index=0, id="a", function=function("execute_code", '{"code": "rm'))
    got = answered([called(chunk({"content": "So "}), call, finish="length")])
    assert got.finished == AnswerFinished("length")
    assert got.text == "So "


def test_a_filtered_answer_has_no_calls() -> None:
    got = answered([called(*ODD_CALLS["no id"][0], finish="content_filter")])
    assert got.finished == AnswerFinished("content_filter")


# --- streams that break -----------------------------------------------------------------------------------------------

HALF_CALL = tool_delta(index=0, id="a", function=function("execute_code", '{"code": "pri'))


@pytest.mark.parametrize(
    "reply",
    [
        Reply([chunk({"content": "a"})]),
        Reply([chunk({"content": "a"})], done=False),
        Reply([chunk({"content": "a"})], done=False, terminate=False),
        Reply([HALF_CALL], done=False),
        Reply([chunk({"content": "a"}), Drop(reset=True)]),
        Reply([chunk({"content": "a"}), Drop(reset=False)]),
        Reply([HALF_CALL, Drop()]),
        Reply([chunk({"content": "a"}), Raw(b'data: {"choices": [{"del'), Drop(reset=False)]),
        Reply([chunk({"content": "a"}), Raw(b"data: " + json.dumps(chunk(finish="stop")).encode())], done=False),
        Reply([]),
        Reply([], done=False),
    ],
    ids=lambda reply: str(reply.steps)[-60:],
)
def test_an_answer_that_breaks_off_is_never_taken_for_whole(reply: Reply) -> None:
    """B17."""
    assert isinstance(problem([reply]), StreamCut)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"error": {"message": "GPU lost", "code": null}}', StreamCut("Maker", "GPU lost")),
        ('{"error": {"code": 500}}', StreamCut("Maker", "error event")),
        ('{"error": "GPU lost"}', StreamCut("Maker", "GPU lost")),
        ('{"error": [{"message": "GPU lost"}]}', StreamCut("Maker", "GPU lost")),
        ('{"object": "error", "message": "GPU lost", "code": 500}', StreamCut("Maker", "GPU lost")),
        ('{"error": {"message": "no", "code": "content_filter"}}', ContentFiltered("Maker")),
        ('{"error": {"message": "no", "code": "insufficient_quota"}}', QuotaExceeded("Maker")),
        (
            '{"error": {"message": "too long", "type": "exceed_context_size_error", "n_ctx": 4096}}',
            ContextExceeded("Maker", 4096),
        ),
        (
            '{"object": "error", "message": "maximum context length is 2048 tokens", "code": 400}',
            ContextExceeded("Maker", 2048),
        ),
    ],
)
@pytest.mark.parametrize("begun", [True, False])
def test_an_error_in_the_stream_is_told(line: str, expected: ProviderProblem, begun: bool) -> None:
    """B12, B17."""
    steps: list[Step] = [chunk({"content": "a"})] if begun else []
    assert same(problem([Reply([*steps, sse(line), chunk(finish="stop")])]), expected)


def test_an_error_event_is_told() -> None:
    told = problem([Reply([chunk({"content": "a"}), Raw(b'event: error\ndata: {"message": "GPU lost"}\n\n')])])
    assert same(told, StreamCut("Maker", "GPU lost"))


@pytest.mark.parametrize(
    "content",
    [
        b"data: {oops\n\n",
        b'data: {"choices": \xff\xfe}\n\n',
        b"event: error\ndata: GPU lost\n\n",
        b'data: "text"\n\n',
        b"data: 5\n\n",
        b"data: null\n\n",
        b'data: {"choices": [null]}\n\n',
        b'data: {"choices": "x"}\n\n',
        b'data: {"choices": [{"delta": "x"}]}\n\n',
        b'data: {"choices": [{"delta": {"tool_calls": ["x"]}}]}\n\n',
        b'data: {"choices": [{"delta": {"tool_calls": {"x": 1}}}]}\n\n',
        b'data: {"choices": [{"delta": {"tool_calls": [{"function": "x"}]}}]}\n\n',
    ],
)
def test_what_is_no_completion_is_unreadable(content: bytes) -> None:
    assert isinstance(problem([Reply([chunk({"content": "a"}), Raw(content), chunk(finish="stop")])]), ReplyUnreadable)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b"<html><body>Sign in</body></html>"),
        ("text/html; charset=utf-8", b""),
        ("application/json", {"error": "Unexpected endpoint or method."}),
        ("application/json", {"choices": [{"message": {"content": "not streamed"}}]}),
    ],
)
def test_a_page_or_plain_json_is_no_stream(content_type: str, body: Any) -> None:
    """B12: a login page, or an address that answers something else."""
    told = problem([Reply(headers={"content-type": content_type}, body=body)])
    assert isinstance(told, NotAnApi) and told.content_type == content_type.split(";")[0]


# --- refusals ---------------------------------------------------------------------------------------------------------


def page(status: int, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers={"content-type": "text/html", **named}, body=b"<html>oops</html>")


def said(status: int, body: Any) -> Reply:
    return Reply(status=status, body=body)


PLAIN = {"content-type": "text/plain"}
OPENAI_OVERFLOW = (
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 140000 tokens. "
    "Please reduce the length of the messages."
)
LLAMA_OVERFLOW = {
    "code": 400,
    "message": "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it",
    "type": "exceed_context_size_error",
    "n_prompt_tokens": 9000,
    "n_ctx": 4096,
}
VLLM_OVERFLOW = {
    "object": "error",
    "message": "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
    "type": "BadRequestError",
    "param": None,
    "code": 400,
}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (error(401, "Incorrect API key", "invalid_api_key"), KeyRejected("Maker")),
        (page(401), KeyRejected("Maker")),
        (error(403, "Country not supported"), AccessDenied("Maker", "Country not supported")),
        (error(404, "The model `m` does not exist", "model_not_found"), ModelUnknown("Maker", "m")),
        (error(404, "gone", "DeploymentNotFound"), ModelUnknown("Maker", "m")),
        (error(404, 'model "x" not found, try pulling it first'), ModelUnknown("Maker", "m")),
        (error(400, "no such thing", "model_not_found"), ModelUnknown("Maker", "m")),
        (error(402, "Insufficient Balance"), QuotaExceeded("Maker")),
        (error(429, "slow down"), RateLimited("Maker", None)),
        (error(429, "slow down", retry_after="7"), RateLimited("Maker", 7.0)),
        (error(429, "slow down", retry_after="180"), RateLimited("Maker", 180.0)),
        (error(429, "slow down", retry_after="100000"), RateLimited("Maker", 100_000.0, "wait")),
        (error(503, "busy", retry_after="1e300"), Overloaded("Maker", 503, 31_536_000.0, "wait")),
        (error(429, "slow down", retry_after_ms="1500"), RateLimited("Maker", 1.5)),
        (error(429, "slow down", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), RateLimited("Maker", None)),
        (error(429, "slow down", retry_after="soon"), RateLimited("Maker", None)),
        (error(429, "slow down", retry_after="nan"), RateLimited("Maker", None)),
        (error(429, "slow down", retry_after="-5"), RateLimited("Maker", None)),
        (page(429, retry_after="3"), RateLimited("Maker", 3.0)),
        (error(429, "pay", "insufficient_quota"), QuotaExceeded("Maker")),
        (error(429, "pay", type_="insufficient_quota", retry_after="7"), QuotaExceeded("Maker")),
        (error(500, "oops"), Overloaded("Maker", 500)),
        (page(503), Overloaded("Maker", 503)),
        (page(503, retry_after="4"), Overloaded("Maker", 503, 4.0)),
        (error(409, "busy"), Overloaded("Maker", 409)),
        (error(400, OPENAI_OVERFLOW, "context_length_exceeded"), ContextExceeded("Maker", 128_000)),
        (error(400, "too long", "context_length_exceeded"), ContextExceeded("Maker", None)),
        (said(400, {"error": LLAMA_OVERFLOW}), ContextExceeded("Maker", 4096)),
        (said(400, VLLM_OVERFLOW), ContextExceeded("Maker", 8192)),
        (error(400, "the context size has been exceeded"), ContextExceeded("Maker", None)),
        (page(413), ContextExceeded("Maker", None)),
        (error(400, "filtered", "content_filter"), ContentFiltered("Maker")),
        (error(400, "temperature is not supported"), RequestRefused("Maker", 400, "temperature is not supported")),
        (
            said(422, {"detail": [{"loc": ["body"], "msg": "field required"}, {"msg": "too short"}]}),
            RequestRefused("Maker", 422, "field required; too short"),
        ),
        (said(400, [{"error": {"code": 400, "message": "bad key"}}]), RequestRefused("Maker", 400, "bad key")),
        (said(400, {"error": "just a text"}), RequestRefused("Maker", 400, "just a text")),
        (Reply(status=400, headers=PLAIN, body=b"no\nway"), RequestRefused("Maker", 400, "no way")),
        (said(400, {"error": None}), RequestRefused("Maker", 400, "")),
        (said(400, []), RequestRefused("Maker", 400, "")),
    ],
)
def test_each_refusal_is_told_as_what_it_is(reply: Reply, expected: ProviderProblem) -> None:
    """B12."""
    assert same(problem([reply]), expected)


@pytest.mark.parametrize(
    "reply",
    [
        said(404, {"detail": "Not Found"}),
        error(404, "Invalid URL (POST /chat/completions)"),
        Reply(status=404, headers=PLAIN, body=b"404 page not found"),
        page(404),
        said(405, {"detail": "Method Not Allowed"}),
    ],
)
def test_a_path_that_is_not_there_is_a_wrong_address(reply: Reply) -> None:
    """B12: most often `/v1` is missing."""
    with ScriptedServer([reply]) as server, pytest.raises(AddressWrong) as caught:
        events_of(model_at(server.url, model="chat"))
    assert caught.value.base_url == server.url


def test_a_page_that_refuses_is_no_api() -> None:
    told = problem([page(403)])
    assert isinstance(told, NotAnApi) and told.content_type == "text/html"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8080/v1",
        "http://",
        "ftp://127.0.0.1/v1",
        "http://127.0.0.1:port/v1",
        "http://127.0.0.1:99999/v1",
        "http://[::1/v1",
    ],
)
def test_an_address_that_is_none_is_told_before_anything_is_sent(url: str) -> None:
    with pytest.raises(AddressWrong):
        events_of(model_at(url))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_wrong_port_is_unreachable() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(Unreachable) as caught:
        events_of(model_at(url))
    assert caught.value.base_url == url and caught.value.passing


def test_a_machine_that_takes_no_connection_is_unreachable_rather_than_slow() -> None:
    class ConnectTimeout(Exception):
        """As the transport names it."""

    late = openai.APITimeoutError(request=None)  # type: ignore[arg-type]
    late.__cause__ = ConnectTimeout()
    told = translated(late, "Maker", "http://host/v1", "m", streaming=False, secrets=())
    assert same(told, Unreachable("Maker", "http://host/v1", "no answer"))


@pytest.mark.parametrize("begun", [True, False])
def test_silence_beyond_the_time_limit_is_told(begun: bool) -> None:
    steps: list[Step] = [chunk({"content": "a"})] if begun else []
    assert isinstance(problem([Reply([*steps, Gate()])], read_timeout=0.3), TimedOut)


def test_headers_that_never_come_time_out() -> None:
    held = threading.Event()

    def silent(_: Request) -> Reply:
        held.wait(PATIENCE)
        return text("late")

    with ScriptedServer(silent) as server:
        with pytest.raises(TimedOut):
            events_of(model_at(server.url, read_timeout=0.3))
        held.set()


def test_a_server_that_knows_no_usage_option_is_asked_without_it_from_then_on() -> None:
    """B12, B16."""

    def old(request: Request) -> Reply:
        if "stream_options" in request.body:
            return error(400, "Unrecognized request argument supplied: stream_options")
        return text("a", usage=None)

    with ScriptedServer(old) as server:
        events = events_of(model_at(server.url), times=2)
    assert [event for event in events if isinstance(event, TextPiece)] == [TextPiece("a")] * 2
    assert ["stream_options" in body for body in server.chats] == [True, False, False]


def test_a_server_that_refuses_again_is_not_asked_for_ever() -> None:
    told = problem(lambda _: error(400, "Unknown parameter: stream_options"))
    assert isinstance(told, RequestRefused)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_no_request_is_repeated_silently(status: int) -> None:
    with ScriptedServer(lambda _: error(status, "no")) as server, pytest.raises(ProviderProblem):
        events_of(model_at(server.url))
    assert len(server.requests) == 1


# --- secrets ----------------------------------------------------------------------------------------------------------


def sent_headers(server: ScriptedServer) -> str:
    return repr([request.headers for request in server.requests])


def test_the_key_goes_to_the_configured_address() -> None:
    got = answered([text("a")])
    assert f"Bearer {KEY}" in sent_headers(got.server)


def test_keys_and_accounts_of_the_environment_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """B31."""
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", f"from-environment-{name}")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{free_port()}/v1")
    got = answered([text("a")], key="")
    assert got.text == "a"
    assert "from-environment" not in sent_headers(got.server)
    assert "openai-organization" not in sent_headers(got.server).lower()


def test_nothing_follows_a_redirect_elsewhere() -> None:
    """B31: neither the key nor the conversation."""
    with ScriptedServer([text("a")]) as elsewhere:
        url = f"{elsewhere.url}/chat/completions"
        told = Reply(status=307, headers={"location": url}, body={})
        with ScriptedServer([told]) as server:
            with pytest.raises(RedirectRefused):
                events_of(model_at(server.url))
            assert KEY in sent_headers(server)
        assert elsewhere.requests == []


def test_requests_to_this_machine_never_go_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """B31."""
    with ScriptedServer(lambda _: text("proxied")) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        assert answered([text("direct")]).text == "direct"
        assert proxy.requests == []
        events = events_of(model_at("http://model.example/v1"))
        assert events[0] == TextPiece("proxied")
        assert proxy.requests[0].path == "http://model.example/v1/chat/completions"


@pytest.mark.parametrize("proxy", ["socks5://user:word@127.0.0.1:1", "bogus://user:word@127.0.0.1:1"])
def test_an_unusable_proxy_is_told_without_its_password(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """B12."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(Unreachable) as caught:
        events_of(model_at("http://model.example/v1"))
    assert "proxy" in caught.value.reason and "word" not in str(caught.value)


ECHO = f"Your key {KEY} is wrong" + " x" * 200


@pytest.mark.parametrize(
    "reply",
    [
        *(error(status, ECHO) for status in (400, 401, 403, 404, 429, 500)),
        said(403, {"detail": ECHO}),
        said(400, ECHO),
        said(422, {"detail": [{"msg": ECHO}]}),
        error(400, "." * 285 + KEY),
        Reply([sse(json.dumps({"error": {"message": ECHO}}))]),
        Reply([sse(json.dumps({"error": ECHO}))]),
        Reply([sse(json.dumps({"object": "error", "message": ECHO}))]),
        Reply([sse(f"{{ {KEY}")]),
    ],
)
def test_no_error_repeats_the_key(reply: Reply) -> None:
    """B31: servers do repeat it."""
    told = problem([reply])
    for shown in (str(told), repr(told), repr(told.problem), repr(told.args)):
        assert KEY not in shown and KEY[:12] not in shown


@pytest.mark.parametrize("key", [f"{KEY}\n{KEY}", f"{KEY}\x00", f"{KEY}é", f"“{KEY}”"])
def test_a_key_that_fits_no_header_is_rejected_without_being_shown(key: str) -> None:
    """B12, B31: the transport would repeat it in its message."""
    with ScriptedServer([text("a")]) as server, pytest.raises(KeyRejected) as caught:
        events_of(model_at(server.url, key=key))
    assert server.requests == []
    assert KEY not in repr(caught.value)


def test_blanks_around_a_pasted_key_do_no_harm() -> None:
    got = answered([text("a")], key=f" {KEY}\n")
    assert f"Bearer {KEY}'" in sent_headers(got.server)


def test_no_repr_shows_the_key() -> None:
    """B31."""
    connection = Connection("http://127.0.0.1/v1", KEY, "m")
    model = OpenAIChat(connection, ModelProfile("m", "M", "Maker"))
    for shown in (repr(connection), str(connection), repr(model), str(model), repr(model.profile)):
        assert KEY not in shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:word@host:1/v1?key=secret#x", "http://host:1/v1"),
        ("https://host/v1", "https://host/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("user:word@host/v1?key=secret", "host/v1"),
        ("http://user:word@[::1/v1", "[::1/v1"),
        ("", ""),
    ],
)
def test_addresses_are_shown_without_credentials(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:1234/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://127.8.8.8/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://0.0.0.0:1/v1", True),
        ("http://127.0.0.1.example.org/v1", False),
        ("http://127.example.org/v1", False),
        ("http://localhost.example.org/v1", False),
        ("https://api.openai.com/v1", False),
        ("http://192.168.1.2/v1", False),
        ("http://[::1/v1", False),
        ("", False),
    ],
)
def test_only_this_machine_is_local(url: str, local: bool) -> None:
    assert is_local(url) is local


# --- stopping ---------------------------------------------------------------------------------------------------------


def running(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, PATIENCE))


def test_cancelling_while_the_model_is_silent_closes_the_socket() -> None:
    """B2."""

    async def main(server: ScriptedServer) -> None:
        model = model_at(server.url)
        stream = model.stream(HELLO)
        assert await anext(stream) == TextPiece("a")
        silent = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        silent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(silent, PATIENCE)
        # The model is still open: it is the answer's own socket that closes.
        assert await asyncio.to_thread(server.wait_for, lambda s: s.disconnects == 1)
        await model.close()

    with ScriptedServer([Reply([chunk({"content": "a"}), Gate()])]) as server:
        running(main(server))


def test_cancelling_while_text_flows_closes_the_socket() -> None:
    """B2."""
    flood: list[Step] = [chunk({"content": "word " * 200})] * 200_000

    async def main(server: ScriptedServer) -> None:
        model = model_at(server.url)
        flowing = asyncio.Event()

        async def consumed() -> None:
            async for _ in model.stream(HELLO):
                flowing.set()

        consuming = asyncio.create_task(consumed())
        await flowing.wait()
        consuming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consuming
        assert await asyncio.to_thread(server.wait_for, lambda s: s.disconnects == 1)
        await model.close()

    with ScriptedServer([Reply(flood)]) as server:
        running(main(server))


def test_cancelling_while_waiting_for_headers_closes_the_socket() -> None:
    """B2."""
    held = threading.Event()

    def late(_: Request) -> Reply:
        held.wait(PATIENCE)
        return Reply([chunk({"content": "a" * 10_000}), Gate("after"), *[chunk({"content": "a"})] * 1000])

    async def main(server: ScriptedServer) -> None:
        model = model_at(server.url)
        consuming = asyncio.ensure_future(anext(model.stream(HELLO)))
        assert await asyncio.to_thread(server.wait_for, lambda s: len(s.requests) == 1)
        consuming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(consuming, PATIENCE)
        held.set()
        assert await asyncio.to_thread(server.wait_for, lambda s: s.disconnects == 1)
        await model.close()

    with ScriptedServer(late) as server:
        running(main(server))


def test_closing_the_iterator_closes_the_socket() -> None:
    """B2: without waiting for the garbage collector."""

    async def main(server: ScriptedServer) -> None:
        model = model_at(server.url)
        stream = model.stream(HELLO)
        assert await anext(stream) == TextPiece("a")
        await stream.aclose()  # type: ignore[attr-defined]
        assert await asyncio.to_thread(server.wait_for, lambda s: s.disconnects == 1)
        await model.close()

    with ScriptedServer([Reply([chunk({"content": "a"}), Gate()])]) as server:
        running(main(server))


def test_a_model_answers_again_after_a_stop() -> None:
    """B2."""

    async def main(server: ScriptedServer) -> None:
        model = model_at(server.url)
        stream = model.stream(HELLO)
        assert await anext(stream) == TextPiece("a")
        await stream.aclose()  # type: ignore[attr-defined]
        again = [event async for event in model.stream(HELLO)]
        assert again[0] == TextPiece("b")
        await model.close()

    with ScriptedServer([Reply([chunk({"content": "a"}), Gate()]), text("b")]) as server:
        running(main(server))


# --- what is sent -----------------------------------------------------------------------------------------------------


def conversation(*messages: tuple[Role, Any]) -> ModelRequest:
    return ModelRequest(tuple(Message(role, parts) for role, parts in messages))


TALK = conversation(
    ("system", (TextPart("Be brief."),)),
    ("user", (TextPart("One"), TextPart("Two"))),
    ("assistant", (TextPart("Looking."), ToolCall("c1", "execute_code", "{}"), ToolCall("c2", "execute_code", "{}"))),
    ("tool", (ToolResult("c1", "1"),)),
    ("tool", (ToolResult("c2", ""),)),
    ("assistant", (ToolCall("c3", "execute_code", ARGUMENTS),)),
    ("tool", (ToolResult("c3", "表"),)),
    ("assistant", (TextPart("Done."),)),
    ("user", (TextPart("Thanks"),)),
)


def test_messages_have_the_form_servers_want() -> None:
    sent = answered([text("a")], TALK).server.chats[0]
    calls = [{"id": f"c{n}", "type": "function", "function": function("execute_code", "{}")} for n in (1, 2)]
    third = {"id": "c3", "type": "function", "function": function("execute_code", ARGUMENTS)}
    assert sent["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One\n\nTwo"},
        {"role": "assistant", "content": "Looking.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": ""},
        {"role": "assistant", "content": "", "tool_calls": [third]},
        {"role": "tool", "tool_call_id": "c3", "content": "表"},
        {"role": "assistant", "content": "Done."},
        {"role": "user", "content": "Thanks"},
    ]
    assert (sent["model"], sent["stream"], sent["stream_options"]) == ("m", True, {"include_usage": True})
    assert "tools" not in sent


def test_tools_have_the_form_servers_want() -> None:
    parameters = {"type": "object", "properties": {"code": {"type": "string"}}}
    request = ModelRequest(HELLO.messages, (Tool("execute_code", "Runs code.", parameters),))
    sent = answered([code("1")], request).server.chats[0]
    assert sent["tools"] == [
        {
            "type": "function",
            "function": {"name": "execute_code", "description": "Runs code.", "parameters": parameters},
        }
    ]


WISHED = Parameters(max_output_tokens=500, temperature=0.7, reasoning_effort="low")
OWN = {"temperature": 0.7, "reasoning_effort": "low", "max_tokens": 500}


@pytest.mark.parametrize(
    ("parameters", "asked"),
    [
        (Parameters(), OWN),
        (Parameters(temperature=0.0), OWN | {"temperature": 0.0}),
        (Parameters(reasoning_effort="high"), OWN | {"reasoning_effort": "high"}),
        (Parameters(max_output_tokens=90), OWN | {"max_tokens": 90}),
        (Parameters(1.5, "minimal", 7), {"temperature": 1.5, "reasoning_effort": "minimal", "max_tokens": 7}),
    ],
)
def test_what_a_request_says_wins_over_what_the_model_was_set_to(parameters: Parameters, asked: dict[str, Any]) -> None:
    request = ModelRequest(HELLO.messages, parameters=parameters)
    sent = answered([text("a")], request, wishes=WISHED).server.chats[0]
    assert {key: sent[key] for key in OWN} == asked
    alone = answered([text("a")], request).server.chats[0]
    said = (
        ("temperature", parameters.temperature is not None),
        ("reasoning_effort", parameters.reasoning_effort != ""),
    )
    assert all((key in alone) is is_said for key, is_said in said)


def test_a_request_limits_its_answer_by_the_name_the_server_knows() -> None:
    request = ModelRequest(HELLO.messages, parameters=Parameters(max_output_tokens=90))
    sent = answered([text("a")], request, limit_name="max_completion_tokens").server.chats[0]
    assert sent["max_completion_tokens"] == 90 and "max_tokens" not in sent

    def strict(asked: Request) -> Reply:
        return error(400, "Unsupported parameter: 'max_tokens'") if "max_tokens" in asked.body else text("a")

    got = answered(strict, request)
    assert [body.get("max_completion_tokens") for body in got.server.chats] == [None, 90]


def test_a_refused_temperature_is_left_out_once_and_the_answer_still_comes() -> None:
    request = ModelRequest(HELLO.messages, parameters=Parameters(temperature=0.0, reasoning_effort="low"))

    def strict(asked: Request) -> Reply:
        refusal = error(400, "Unsupported value: 'temperature' does not support 0 with this model.")
        return refusal if "temperature" in asked.body else text("Fine.")

    got = answered(strict, request)
    assert got.text == "Fine."
    assert [body.get("temperature") for body in got.server.chats] == [0.0, None]
    assert [body["reasoning_effort"] for body in got.server.chats] == ["low", "low"]


def test_text_that_is_no_text_still_goes_out() -> None:
    """Names of files and outputs may hold what no request body can."""
    broken = "a\ud800b"
    request = conversation(
        ("user", (TextPart(broken),)),
        ("assistant", (ToolCall("c", "execute_code", broken),)),
        ("tool", (ToolResult("c", broken),)),
    )
    sent = answered([text("a")], request).server.chats[0]["messages"]
    assert sent[0]["content"] == sent[1]["tool_calls"][0]["function"]["arguments"] == sent[2]["content"] == "a?b"


def test_images_go_to_models_that_see_and_captions_to_the_others() -> None:
    blobs = MemoryBlobs()
    picture = blobs.put(b"PNG", "bytes")
    lost = BlobRef("0" * 64, 3, "bytes")
    request = conversation(
        ("user", (TextPart("See"), ImagePart(picture, "image/png", "a chart"), ImagePart(lost, "image/png", "lost")))
    )
    blind = answered([text("a")], request, blobs=blobs).server.chats[0]["messages"]
    assert blind == [{"role": "user", "content": "See\n\na chart\n\nlost"}]
    seeing = answered([text("a")], request, blobs=blobs, sees_images=True).server.chats[0]["messages"]
    assert seeing[0]["content"] == [
        {"type": "text", "text": "See"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,UE5H", "detail": "auto"}},
        {"type": "text", "text": "lost"},
    ]


def test_without_a_name_the_first_listed_model_answers() -> None:
    with ScriptedServer([text("a"), text("b")], models=["first", "second"]) as server:
        events_of(model_at(server.url, model=""), times=2)
    assert [body["model"] for body in server.chats] == ["first", "first"]
    assert [request.method for request in server.requests] == ["GET", "POST", "POST"]


def test_a_server_without_models_has_none_to_answer() -> None:
    with ScriptedServer([text("a")], models=[]) as server, pytest.raises(ModelUnknown):
        events_of(model_at(server.url, model=""))


@pytest.fixture
def page_server() -> Iterator[str]:
    """A web server that answers everything with the same page."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listening.accept()
        except OSError:
            return  # nobody came before the end
        with connection:
            connection.recv(65_536)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>"
            )

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    with contextlib.suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(PATIENCE)
    listening.close()


def test_a_page_in_place_of_the_list_of_models_is_no_api(page_server: str) -> None:
    """B12."""
    with pytest.raises(NotAnApi):
        events_of(model_at(page_server, model=""))


def test_a_model_counts_tokens_without_a_connection() -> None:
    assert model_at("").count_tokens("Some words to count, a sentence or so of them, enough to be remembered.") > 5


def test_a_redirect_to_a_login_page_names_where_that_is(page_server: str) -> None:
    """B12: an expired session of a company's gateway."""
    away = Reply(status=302, headers={"location": f"{page_server}/login"}, body={})
    refused = problem([away])
    assert isinstance(refused, RedirectRefused)
    assert refused.host in page_server


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_that_is_not_followed_is_told(status: int) -> None:
    """B12: where a header holds the key, nothing is sent elsewhere."""
    away = Reply(status=status, headers={"location": "http://127.0.0.1:9/login"}, body={})
    with ScriptedServer([away]) as server, pytest.raises(ProviderProblem) as caught:
        events_of(
            OpenAIChat(Connection(server.url, KEY, "m", headers={"x-team": "a"}), ModelProfile("m", "M", "Maker"))
        )
    assert isinstance(caught.value, RedirectRefused)
