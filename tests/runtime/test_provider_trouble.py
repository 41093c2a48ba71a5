"""Trouble of a provider in the middle of a turn (B17), over real sockets: seen, waited out, stopped, gone on from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lci.agent.limits import TurnLimits
from lci.core.ports import CodeProtocol
from lci.testing.server import Drop, Reply, ScriptedServer, chunk, code, error, spoken, text
from tests.runtime.talks import Talks

PATIENT = TurnLimits(retry_seconds=(600.0, 600.0, 600.0))


@pytest.mark.parametrize("reply", [error(429, "slow down", retry_after="100"), error(503, "busy")])
def test_stop_ends_the_wait_for_a_busy_server(talks: Talks, reply: Reply) -> None:
    """B2, B17: at once, however long the server asked to wait, and nothing more is sent."""
    with ScriptedServer([reply, text("never")]) as server:
        talks.model(server)
        with talks.opened(limits=PATIENT) as live:
            live.submit("Hello")
            assert live.wait(lambda now: now.running is not None and now.running.retry is not None, 30)
            live.stop()
            assert live.wait(lambda now: now.running is None, 30)
            turn = live.snapshot().turns[-1]
    assert (turn.ending, turn.retry, len(server.chats)) == ("stopped", None, 1)


def test_the_wait_that_a_server_asks_for_is_kept_and_shown(talks: Talks) -> None:
    """B17: the time of the next try is there to be counted down to."""
    with ScriptedServer([error(429, "slow down", retry_after="90")]) as server:
        talks.model(server)
        with talks.opened() as live:
            live.submit("Hello")
            assert live.wait(lambda now: now.running is not None and now.running.retry is not None, 30)
            running = live.snapshot().running
            assert running is not None and running.retry is not None
            assert running.retry.problem.code == "rate_limited"
            assert running.retry.until - running.started_at >= 89
            live.stop()
            assert live.wait(lambda now: now.running is None, 30)


def test_a_quota_that_is_used_up_is_not_waited_for(talks: Talks) -> None:
    """B12, B17"""
    with ScriptedServer([error(429, "pay", "insufficient_quota"), text("never")]) as server:
        talks.model(server)
        with talks.opened(limits=PATIENT) as live:
            turn = live.run("Hello").turn
    assert (turn.ending, turn.problem and turn.problem.code) == ("failed", "quota_exceeded")
    assert len(server.chats) == 1


HALF = {"name": "execute_code", "arguments": '{"code": "b = '}
CUT_CODE = Reply([chunk({"tool_calls": [{"index": 0, "id": "c", "function": HALF}]}), chunk(finish="length")])


@pytest.mark.parametrize(
    ("cut", "ending"),
    [
        (CUT_CODE, "cut"),
        (text("The answer is", finish="length"), "cut"),
        (Reply([chunk({"content": "The ans"}), Drop()]), "failed"),
        (error(401, "no", "invalid_api_key"), "failed"),
    ],
)
def test_continue_goes_on_from_the_last_finished_cell(talks: Talks, cut: Reply, ending: str) -> None:
    """B17: also after an answer that was cut at its length; nothing runs twice."""
    with ScriptedServer([code("a = 1"), cut, code("c = 3", call_id="c2"), text("Done.")]) as server:
        talks.model(server)
        with talks.opened() as live:
            first = live.run("go").turn
            assert first.ending == ending
            live.resume(first.id)
            assert live.wait(lambda now: len(now.turns) == 2 and now.running is None, 30)
            turn = live.snapshot().turns[-1]
        sources = talks.kernels[-1].sources
    assert (turn.ending, turn.text) == ("done", "Done.")
    assert sources == ["a = 1", "c = 3"]
    roles = [message["role"] for message in server.chats[2]["messages"]]
    calls = [call["id"] for message in server.chats[2]["messages"] for call in message.get("tool_calls") or []]
    assert roles.count("tool") == len(calls) == 1
    assert server.chats[2]["messages"][-1]["role"] == "user"


@pytest.mark.parametrize("protocol", ["tools", "schema", "fenced"])
def test_a_stream_that_breaks_before_anything_came_is_tried_again(talks: Talks, protocol: CodeProtocol) -> None:
    """B17"""
    answer = spoken('{"say": "Fine.", "code": ""}') if protocol == "schema" else text("Fine.")
    with ScriptedServer([Reply([Drop()]), answer]) as server:
        talks.model(server, protocol=protocol, protocol_proven=True)
        with talks.opened() as live:
            turn = live.run("Hello").turn
    assert (turn.ending, turn.text, len(server.chats)) == ("done", "Fine.", 2)
    assert replace(turn, steps=()).retry is None


def test_a_window_that_the_server_names_is_kept_to_at_once(talks: Talks) -> None:
    """B18: half of what was believed may still be many times too much, and there is one further try only."""
    named = "This model's maximum context length is 8192 tokens. However, your messages resulted in 21000 tokens."
    history = [text("Yes.")] * 10
    with ScriptedServer([*history, error(400, named, "context_length_exceeded"), text("Done.")]) as server:
        talks.model(server, window_tokens=64_000)
        with talks.opened() as live:
            for number in range(10):
                live.run(f"Remember {number}: " + "one two three four " * 400)
            turn = live.run("And now?").turn
            tokens = [
                sum(live.engine.model("m").count_tokens(str(m["content"])) for m in chat["messages"])
                for chat in server.chats
            ]
    assert (turn.ending, turn.text) == ("done", "Done.")
    assert tokens[-2] > 8192
    assert tokens[-1] < 8192 * 3 // 4
