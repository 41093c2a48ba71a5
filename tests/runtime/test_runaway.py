"""B7, B16: models that would never end are cut, with a clear ending; over real sockets."""

from __future__ import annotations

import json
import random
import string
from typing import Any

import pytest

from lci.core.turns import ToolUse
from lci.testing.server import Reply, Request, ScriptedServer, Step, chunk, code, raw_call, spoken
from tests.runtime.talks import Talks

OPENING = {"index": 0, "id": "c", "function": {"name": "execute_code", "arguments": '{"code": "'}}


def more(kind: str, piece: str) -> dict[str, Any]:
    if kind == "arguments":
        return chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
    return chunk({kind: piece})


@pytest.mark.parametrize("kind", ["content", "reasoning", "arguments"])
@pytest.mark.parametrize("piece", ["The same line again.\\n", "top_"])
def test_a_model_that_repeats_itself_is_cut(talks: Talks, kind: str, piece: str) -> None:
    steps: list[Step] = [chunk({"tool_calls": [OPENING]})] if kind == "arguments" else []
    with ScriptedServer([Reply([*steps, *[more(kind, piece)] * 1_000_000]), spoken("Another way.")]) as server:
        talks.model(server, protocol_proven=True)
        with talks.opened() as live:
            turn = live.run("go").turn
            assert (turn.ending, turn.problem and turn.problem.code) == ("limit", "repeating_answer")
            assert all(cell.status == "dropped" for cell in turn.cells)
            assert turn.usage.estimated
            live.resume(turn.id, "Be brief.")
            assert live.wait(lambda now: len(now.turns) == 2 and now.running is None, 20)
            assert live.outcome().text == "Another way."
        assert server.wait_for(lambda s: s.disconnects == 1)


def test_a_megabyte_of_arguments_is_answered_and_the_conversation_goes_on(talks: Talks) -> None:
    data = ", ".join(str(number * number) for number in range(120_000))
    assert len(data) > 1_000_000
    with ScriptedServer([code(f"data = [{data}]", pieces=2_000), spoken("The data stay in the file.")]) as server:
        talks.model(server, protocol_proven=True)
        with talks.opened() as live:
            turn = live.run("go").turn
    use = turn.steps[0]
    assert isinstance(use, ToolUse)
    assert "characters, so nothing was run" in (use.result or "")
    assert (turn.ending, turn.text) == ("done", "The data stay in the file.")
    assert [source for kernel in talks.kernels for source in kernel.sources] == []
    assert len(json.dumps(server.chats[1])) < 40_000


def test_a_megabyte_of_broken_arguments_is_answered(talks: Talks) -> None:
    # Truly without a pattern: what repeats is cut before it is ever read as arguments.
    noisy = "".join(random.Random(7).choices(string.ascii_lowercase, k=1_000_000))
    with ScriptedServer([raw_call('{"code": "' + noisy, pieces=500), spoken("Sorry.")]) as server:
        talks.model(server, protocol_proven=True)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert (turn.ending, turn.text) == ("done", "Sorry.")
    assert len(server.chats) == 2
    assert len(json.dumps(server.chats[1])) < 40_000
    assert [source for kernel in talks.kernels for source in kernel.sources] == []


def test_a_model_that_calls_for_ever_is_paused(talks: Talks) -> None:
    def again(request: Request) -> Reply:
        return code(f"print({len(request.body['messages'])})")

    with ScriptedServer(again) as server:
        talks.model(server)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert (turn.ending, turn.problem and turn.problem.code, len(turn.cells)) == ("limit", "cells_limit", 25)


def test_a_model_that_sends_the_same_code_for_ever_is_told_and_paused(talks: Talks) -> None:
    with ScriptedServer(lambda _: code("print(1)")) as server:
        talks.model(server)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert (turn.ending, turn.problem and turn.problem.code) == ("limit", "failures_limit")
    assert talks.kernels[0].sources == ["print(1)"]
    assert "Send other code" in server.chats[2]["messages"][-1]["content"]
