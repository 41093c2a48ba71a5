"""An answer read back by its own model: its claims against the outputs, in one further request (B57)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from lci.agent.prompts.reading_back import says_that_all_holds
from lci.core import events as e
from lci.core.grounding.claims import claims
from lci.core.outputs import StreamOutput
from lci.core.ports import AnswerFinished, CodeProtocol, TextPiece
from lci.core.privacy.veil import Veil
from lci.core.turns import Usage
from lci.errors import Overloaded, Problem
from lci.testing.scripted import calls, says
from tests.agent.test_turn import PROFILE, Talk, ending, of

ANSWER = "The mean is 49.7.\n\nSince 2015 it rose."


def talk_of(*answers: Any, **facts: Any) -> Talk:
    talk = Talk(answers, replace(PROFILE, **{"reads_back": True, **facts}))
    talk.runs = {"mean": [StreamOutput("stdout", "mean 49.69\n")], "silent": []}
    return talk


class StoppedWhileReading(Talk):
    """The person presses Stop once the request is sent that reads back."""

    def take(self, turn_id: str, event: e.Event) -> None:
        super().take(turn_id, event)
        if isinstance(event, e.RequestSent) and event.aside:
            self.stop.set()


def notices(talk: Talk) -> list[str]:
    return [notice.code for notice in talk.conversation.turns[-1].notices]


def test_an_answer_that_holds_stays_alone() -> None:
    """B57: the person sees the answer and a remark, not another message."""
    talk = talk_of(calls("mean"), says(ANSWER), says("ALL HOLD", usage=Usage(70, 3)))
    events = talk.turn("What is the mean?")
    assert ending(events) == ("done", None)
    assert talk.conversation.turns[0].text == ANSWER
    assert notices(talk) == ["read_back"]
    request = talk.model.requests[2]
    words = "\n".join(message.text for message in request.messages)
    assert "- The mean is 49.7." in words
    assert "Since 2015" not in words
    assert "mean 49.69" in words
    assert "What is the mean?" in words
    assert request.tools == ()


def test_what_is_to_be_put_right_goes_on_after_the_answer() -> None:
    """B57: nothing is replaced; later turns know both."""
    talk = talk_of(calls("mean"), says("The mean is 48.7."), says("The mean is 49.7, ", "not 48.7."), says("Sure."))
    assert ending(talk.turn()) == ("done", None)
    assert talk.conversation.turns[0].text == "The mean is 48.7.\n\nThe mean is 49.7, not 48.7."
    assert notices(talk) == ["read_back_corrected"]
    talk.turn("Really?")
    told = "\n".join(message.text for message in talk.model.requests[3].messages)
    assert "The mean is 48.7.\n\nThe mean is 49.7, not 48.7." in told


@pytest.mark.parametrize("protocol", ["tools", "schema", "fenced"])
def test_every_protocol_reads_back(protocol: CodeProtocol) -> None:
    """B57."""
    code, said = {
        "tools": (calls("mean"), says("It is 49.7.")),
        "schema": (says('{"say": "", "code": "mean"}'), says('{"say": "It is 49.7.", "code": ""}')),
        "fenced": (says("```python\nmean\n```"), says("It is 49.7.")),
    }[protocol]
    talk = talk_of(code, said, says("ALL HOLD"), protocol=protocol)
    assert ending(talk.turn()) == ("done", None)
    assert (talk.conversation.turns[0].text.strip(), notices(talk)) == ("It is 49.7.", ["read_back"])
    assert len(talk.model.requests) == 3


def test_a_number_that_stands_nowhere_is_asked_about_in_one_way_only() -> None:
    """B57: one reminder a turn is enough."""
    talk = talk_of(calls("mean"), says("It is 777.25."), says("It is 49.7."))
    talk.turn()
    assert len(talk.model.requests) == 3
    assert of(e.ToolStarted, talk.log) == []


@pytest.mark.parametrize(
    "answers",
    [(says("It is 49.7."),), (calls("silent"), says("It is 49.7.")), (calls("mean"), says("It rose since 2015."))],
    ids=["no cell", "no output", "no number"],
)
def test_where_there_is_nothing_to_compare_nothing_is_asked(answers: tuple[Any, ...]) -> None:
    """B57."""
    talk = talk_of(*answers)
    talk.conversation = replace(talk.conversation, settings=replace(talk.conversation.settings, receipts=False))
    talk.turn()
    assert len(talk.model.requests) == len(answers)
    assert notices(talk) == []


def test_a_model_that_is_not_set_to_it_does_not_read_back() -> None:
    """B57: off by default."""
    talk = talk_of(calls("mean"), says("It is 49.7."), reads_back=False)
    talk.turn()
    assert len(talk.model.requests) == 2


@pytest.mark.parametrize(
    "reply",
    [
        [Overloaded("Test", 503)],
        [TextPiece("The mean")],
        [TextPiece("The mean"), AnswerFinished("length")],
        [AnswerFinished("stop")],
    ],
    ids=["refused", "broken off", "cut", "empty"],
)
def test_whatever_becomes_of_it_the_answer_stays(reply: Any) -> None:
    """B57: and it is said that it was not read back."""
    talk = talk_of(calls("mean"), says("It is 49.7."), reply)
    assert ending(talk.turn()) == ("done", None)
    assert talk.conversation.turns[0].text == "It is 49.7."
    assert notices(talk) == ["read_back_failed"]


def test_stopped_while_it_is_read_back_the_answer_stays() -> None:
    """B57, B9."""
    talk = StoppedWhileReading(
        (calls("mean"), says("It is 49.7."), [TextPiece("The "), asyncio.Event()]), replace(PROFILE, reads_back=True)
    )
    talk.runs = {"mean": [StreamOutput("stdout", "mean 49.69\n")]}
    assert ending(talk.turn()) == ("done", None)
    assert (talk.conversation.turns[0].text, notices(talk)) == ("It is 49.7.", ["read_back_failed"])


def test_a_budget_that_is_used_up_leaves_it_out() -> None:
    """B57."""
    talk = talk_of(calls("mean"), says("It is 49.7."))
    left = iter([None, None])
    assert ending(talk.turn(refusal=lambda: next(left, Problem("over_budget")))) == ("done", None)
    assert (len(talk.model.requests), notices(talk)) == (2, ["read_back_failed"])


def test_it_is_a_request_beside_the_conversation() -> None:
    """B57: it counts for what is used, not for how full the window is."""
    talk = talk_of(calls("mean"), says("It is 49.7.", usage=Usage(900, 9)), says("ALL HOLD", usage=Usage(70, 3)))
    talk.turn()
    turn = talk.conversation.turns[0]
    assert turn.last_usage == Usage(900, 9)
    assert turn.usage.prompt_tokens >= 970
    assert len(turn.asides) == 1


def test_a_small_window_gets_the_latest_outputs() -> None:
    """B57."""
    talk = talk_of(calls("long"), calls("mean"), says("It is 49.7."), says("ALL HOLD"), window_tokens=4_000)
    talk.runs["long"] = [StreamOutput("stdout", "\n".join(f"row {at} of a long list" for at in range(2_000)))]
    talk.turn()
    words = talk.model.requests[-1].messages[-1].text
    assert len(words) // 4 < 4_000
    assert "mean 49.69" in words


def test_a_model_that_may_not_see_all_values_is_not_asked() -> None:
    """B57."""

    async def veil() -> Veil:
        return Veil("statistics")

    talk = talk_of(calls("mean"), says("It is 49.7."))
    talk.turn(veil=veil)
    assert (len(talk.model.requests), notices(talk)) == (2, [])


@pytest.mark.parametrize(
    "reply", ["ALL HOLD", "**All hold.**", "OK", "Yes, all claims hold.", "All of the claims are correct."]
)
def test_ways_to_say_that_all_holds(reply: str) -> None:
    assert says_that_all_holds(reply)


@pytest.mark.parametrize(
    "reply", ["All hold but the mean.", "The mean is 49.7.", "Withdraw the claim on Paris.", "No."]
)
def test_anything_else_is_shown(reply: str) -> None:
    assert not says_that_all_holds(reply)


def test_claims_are_the_sentences_that_state_numbers() -> None:
    """B57."""
    answer = "In 2015 it began. The mean is 49.7, the sum 12.\n\n| a | b |\n| --- | --- |\n| x | 7.5 |\n\n1. Step one."
    assert claims(answer) == ("The mean is 49.7, the sum 12.", "| a | b | | x | 7.5 |")
