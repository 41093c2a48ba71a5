"""Servers of models that are hostile or broken: bounded memory, one sentence, Stop works, and so does the next turn."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lci.core.ports import ModelProfile
from lci.models.connecting import Connection
from lci.models.openai_chat import OpenAIChat
from lci.runtime.conversation.interpreter import Interpreter
from lci.testing.server import Chunk, Drop, Gate, Raw, Reply, Request, ScriptedServer, Step, chunk, error, text
from lci.wording import explained
from tests.hostile.memory import MEGABYTE, peak
from tests.runtime.talks import Talks

KEY = "sk-test-Vb7Qm2Lx9TzR4wKp8Nc3"


class Forever:
    """The same steps without end, until the client goes."""

    def __init__(self, *steps: Step, first: tuple[Step, ...] = ()) -> None:
        self._steps, self._first = steps, first

    def __iter__(self) -> Iterator[Step]:
        yield from self._first
        while True:
            yield from self._steps


class Growing:
    """Calls under ever new numbers."""

    def __iter__(self) -> Iterator[Step]:
        number = 0
        while True:
            number += 1
            function = {"name": "execute_code", "arguments": "{"}
            yield chunk({"tool_calls": [{"index": number, "id": f"c{number}", "function": function}]})


def forever(*steps: Step, first: tuple[Step, ...] = (), **more: Any) -> Reply:
    return Reply(Forever(*steps, first=first), **more)  # type: ignore[arg-type]  # iterated once only


def raw(content: bytes, **more: Any) -> Reply:
    return Reply([Raw(content)], **more)


@cache
def bomb() -> bytes:
    """Half a gigabyte of nothing in half a megabyte."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(500)), packer.flush()])


def data(content: str) -> Raw:
    return Raw(b"data: " + content.encode() + b"\n\n")


def counted(**usage: Any) -> Reply:
    return Reply([chunk({"content": "Fine."}), chunk(finish="stop"), {**chunk(), "choices": [], "usage": usage}])


@dataclass(frozen=True)
class Case:
    """A server's reply, and how the turn may end: with one of these problems, or `done`."""

    reply: Callable[[], Reply]
    ends: tuple[str, ...] = ("reply_unreadable",)
    said: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


FINE = chunk({"content": "Fine."})
CASES: dict[str, Case] = {
    "a line without end": Case(lambda: forever(Raw(b"x" * 60_000), first=(Raw(b"data: "),))),
    "an event without end": Case(lambda: forever(Raw(b"data: " + b"x" * 1_000 + b"\n"))),
    "comments without end": Case(lambda: forever(Raw(b": " + b"x" * 60_000 + b"\n\n"))),
    "no line ends but CR": Case(lambda: forever(Raw(b"data: x\r" * 1_000))),
    "a page without end": Case(lambda: forever(Raw(b"<html>" * 10_000), headers={"content-type": "text/html"})),
    "a text without end": Case(
        lambda: forever(*(chunk({"content": f"{n} " * 1_000}) for n in range(97))),
        ("answer_endless", "done"),
        "2,000,000 characters",
    ),
    "thoughts without end": Case(
        lambda: forever(*(chunk({"reasoning_content": f"{n} " * 1_000}) for n in range(97))), ("answer_endless",)
    ),
    "code without end": Case(
        lambda: forever(
            *(chunk({"tool_calls": [{"index": 0, "function": {"arguments": f"{n} " * 1_000}}]}) for n in range(97)),
            first=(chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "execute_code"}}]}),),
        ),
        ("answer_endless",),
    ),
    "calls without end": Case(lambda: Reply(Growing())),  # type: ignore[arg-type]
    "chunks that say nothing": Case(lambda: forever(*[data('{"choices":[{"index":0,"delta":{}}]}')] * 100)),
    "a gzip bomb": Case(lambda: raw(bomb(), headers={"content-encoding": "gzip"}, done=False)),
    "a gzip that is none": Case(lambda: raw(b"no gzip" * 100, headers={"content-encoding": "gzip"}, done=False)),
    "packed as nobody asked": Case(lambda: raw(b"x" * 100, headers={"content-encoding": "br"}, done=False)),
    "deep JSON": Case(lambda: Reply([data("[" * 100_000)])),
    "deep and closed JSON": Case(
        lambda: Reply([data('{"choices": ' + "[" * 5_000 + "]" * 5_000 + "}")]), ("reply_unreadable", "stream_cut")
    ),
    "a number of too many digits": Case(lambda: Reply([data('{"created": ' + "9" * 100_000 + "}")])),
    "no objects": Case(lambda: Reply([data("3"), data('"x"'), data("[1]"), data("null")])),
    "choices of wrong types": Case(lambda: Reply([data('{"choices": {"a": 1}}'), data('{"choices": [3]}')])),
    "a delta of the wrong type": Case(lambda: Reply([data('{"choices": [{"index": 0, "delta": [1]}]}')])),
    "calls of wrong types": Case(
        lambda: Reply([data('{"choices": [{"index": 0, "delta": {"tool_calls": [{"index": {}, "function": 3}]}}]}')])
    ),
    "bytes that are no UTF-8": Case(
        lambda: Reply([Raw(b'data: {"choices": [{"index": 0, "delta": {"content": "\xff\xfe"}}]}\n\n')]),
        ("reply_unreadable", "stream_cut"),
    ),
    "counts beyond reason": Case(
        lambda: counted(prompt_tokens=10**300, completion_tokens=-5, total_tokens="many"), ("done",)
    ),
    "counts of wrong types": Case(
        lambda: counted(prompt_tokens=[], completion_tokens={}, prompt_tokens_details={"cached_tokens": True}),
        ("done",),
    ),
    "an error of 30 MB": Case(lambda: Reply(status=400, body=b"x" * 30_000_000), ("request_refused",)),
    "an error of deep JSON": Case(lambda: Reply(status=400, body=b"[" * 200_000), ("request_refused",)),
    "an error with a window beyond reason": Case(
        lambda: error(400, "maximum context length is " + "9" * 200 + " tokens"), ("context_exceeded",)
    ),
    "a wait of a day": Case(
        lambda: error(429, "slow down", retry_after="86400"), ("rate_limited",), "24 h 0 min", {"requests": 1}
    ),
    "a wait beyond reason": Case(
        lambda: error(503, "busy", retry_after="1e308"), ("overloaded",), "asks to wait", {"requests": 1}
    ),
    "a wait until a day in the future": Case(
        lambda: error(503, "busy", retry_after="Fri, 01 Jan 2099 00:00:00 GMT"), ("overloaded",), "asks to wait"
    ),
    "a wait that is no number": Case(lambda: error(429, "slow down", retry_after="nan"), ("rate_limited",)),
    "a header without end": Case(
        lambda: Reply([FINE], headers={"x-long": "y" * 500_000}), ("unreachable", "stream_cut")
    ),
    "nothing after a beginning": Case(lambda: Reply([Drop()]), ("stream_cut", "unreachable")),
    "no end after the last word": Case(
        lambda: Reply([FINE, chunk(finish="stop"), Raw(b"data: [DONE]\n\n"), Gate("never")]), ("done",)
    ),
    "more and more after the last word": Case(
        lambda: forever(Raw(b": " + b"x" * 20_000), first=(FINE, chunk(finish="stop"), Raw(b"data: [DONE]\n\n"))),
        ("done",),
    ),
}


@dataclass
class Changing:
    """The hostile reply to everything, until the server is told to be good."""

    reply: Callable[[], Reply]
    good: bool = False

    def __call__(self, _: Request) -> Reply:
        return text("All is well.") if self.good else self.reply()


def ended(live: Interpreter) -> tuple[str, str]:
    turn = live.snapshot().turns[-1]
    return str(turn.ending), turn.problem.code if turn.problem is not None else ""


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_server_costs_a_sentence_and_the_next_turn_works(talks: Talks, name: str) -> None:
    """B12, B17"""
    case = CASES[name]
    script = Changing(case.reply)
    bomb()
    with ScriptedServer(script) as server:
        talks.model(server)
        with talks.opened() as live:
            with peak() as growth:
                turn = live.run("Hello", timeout=100).turn
            ending, code = ended(live)
            assert code in case.ends or ending in case.ends, (ending, turn.problem)
            assert ending != "crashed"
            if turn.problem is not None:
                sentence = str(explained(turn.problem))
                assert "\n" not in sentence
                assert 20 < len(sentence) < 500
                assert case.said in sentence or ending in case.ends
            assert growth.bytes < 100 * MEGABYTE
            assert case.facts.get("requests", len(server.chats)) == len(server.chats)
            script.good = True
            assert live.run("And now?", timeout=60).turn.text == "All is well."


@pytest.mark.parametrize("name", CASES)
def test_stop_works_at_each_of_them(talks: Talks, name: str) -> None:
    """B2, B12"""
    script = Changing(CASES[name].reply)
    bomb()
    with ScriptedServer(script) as server:
        talks.model(server)
        with talks.opened() as live:
            live.submit("Hello")
            assert server.wait_for(lambda seen: bool(seen.chats), 60)
            live.stop()
            assert live.wait(lambda _: not live.busy, 60)
            assert ended(live)[0] in ("stopped", "failed", "done")
            script.good = True
            assert live.run("And now?", timeout=60).turn.text == "All is well."


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("keyed", [False, True])
def test_a_redirect_to_another_place_is_refused_and_told(talks: Talks, status: int, keyed: bool) -> None:
    """B12, B31: the conversation was sent there again."""
    with ScriptedServer([text("from elsewhere")]) as elsewhere:
        away = Reply(status=status, body={}, headers={"location": f"{elsewhere.url}/chat/completions"})
        with ScriptedServer(lambda _: away) as server:
            talks.models["m"] = OpenAIChat(
                Connection(server.url, KEY if keyed else "", "m", key_header="x-key" if keyed else ""),
                ModelProfile("m", "M", "Maker", window_tokens=64_000),
            )
            with talks.opened() as live:
                turn = live.run("Hello").turn
        assert elsewhere.requests == []
    assert turn.problem is not None
    assert turn.problem.code == "redirect_refused"
    assert f"127.0.0.1:{elsewhere.port}; nothing was sent there" in str(explained(turn.problem))


def test_a_redirect_to_the_same_place_is_followed_and_one_in_circles_is_not(talks: Talks) -> None:
    """B12"""

    def answer(request: Request) -> Reply:
        if "moved" in request.path:
            return text("From where it moved to.")
        return Reply(status=307, body={}, headers={"location": "/v1/moved/chat/completions"})

    def circle(_: Request) -> Reply:
        return Reply(status=307, body={}, headers={"location": "/v1/chat/completions"})

    with ScriptedServer(answer) as server:
        talks.model(server)
        with talks.opened() as live:
            assert live.run("Hello").turn.text == "From where it moved to."
    with ScriptedServer(circle) as server:
        talks.model(server, "circle")
        with talks.opened("circle") as live:
            turn = live.run("Hello").turn
    assert turn.ending == "failed"


PIECES = [
    [f"The key is {KEY}, really."],
    [*f"The key is {KEY}, really."],
    ["The key is ", KEY[:9], KEY[9:], ", really."],
    ["The key is s", KEY[1:-1], KEY[-1] + ", really."],
]


@pytest.mark.parametrize("pieces", PIECES, ids=["whole", "letters", "halves", "ends"])
def test_a_key_that_a_model_says_back_is_not_stored(talks: Talks, home: Path, pieces: list[str]) -> None:
    """B12, B31"""
    said: list[Chunk] = [chunk({"content": piece}) for piece in pieces]
    thought: list[Chunk] = [chunk({"reasoning_content": piece}) for piece in pieces]
    with ScriptedServer([Reply([*thought, *said, chunk(finish="stop")]), text("sk")]) as server:
        talks.models["m"] = OpenAIChat(
            Connection(server.url, KEY, "m"), ModelProfile("m", "M", "Maker", window_tokens=64_000)
        )
        with talks.opened() as live:
            turn = live.run("Which key?").turn
            assert turn.text == "The key is •••, really."
            assert live.run("And the beginning of one?").turn.text == "sk"
    talks.engine.close()
    assert not any(KEY.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_key_in_the_code_of_a_model_is_not_run_or_stored(talks: Talks, home: Path) -> None:
    """B31"""
    arguments = '{"code": "key = \'' + KEY + "'\"}"
    parts = [arguments[at : at + 7] for at in range(0, len(arguments), 7)]
    first = {"index": 0, "id": "c", "function": {"name": "execute_code", "arguments": ""}}
    steps = [chunk({"tool_calls": [first]})]
    steps += [chunk({"tool_calls": [{"index": 0, "function": {"arguments": part}}]}) for part in parts]
    with ScriptedServer([Reply([*steps, chunk(finish="tool_calls")]), text("done")]) as server:
        talks.models["m"] = OpenAIChat(
            Connection(server.url, KEY, "m"), ModelProfile("m", "M", "Maker", window_tokens=64_000)
        )
        with talks.opened() as live:
            live.run("go")
        assert talks.kernels[-1].sources == ["key = '•••'"]
    talks.engine.close()
    assert not any(KEY.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize("body", [b"x" * 30_000_000, b"[" * 100_000, b'{"data": [' + b"{}," * 1_200_000 + b"{}]}"])
def test_a_list_of_models_beyond_reason_is_no_list(talks: Talks, body: bytes) -> None:
    """B12"""
    with ScriptedServer([text("never")]) as server:
        server.pages["/v1/models"] = body
        talks.models["m"] = OpenAIChat(Connection(server.url, "", ""), ModelProfile("m", "M", "Maker"))
        with talks.opened() as live, peak() as growth:
            turn = live.run("Hello").turn
    assert turn.ending == "failed"
    assert growth.bytes < 100 * MEGABYTE + 2 * len(body)
