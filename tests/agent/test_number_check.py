"""Numbers of an answer that stand in no output: the model is asked once to compute or withdraw them (B57)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lci.agent.number_check import is_number_check
from lci.core import events as e
from lci.core.outputs import StreamOutput
from lci.core.ports import CodeProtocol
from lci.core.privacy.veil import Veil
from lci.core.turns import ToolUse
from lci.testing.scripted import calls, says
from tests.agent.test_turn import PROFILE, Talk, ending, of

MEAN = {"mean": [StreamOutput("stdout", "mean 49.69\n")], "median": [StreamOutput("stdout", "48.25\n")]}


def talk_of(*answers: Any, **facts: Any) -> Talk:
    talk = Talk(answers, replace(PROFILE, **facts))
    talk.runs = MEAN
    return talk


def questions(talk: Talk) -> list[ToolUse]:
    return [step for step in talk.conversation.turns[-1].steps if isinstance(step, ToolUse) and is_number_check(step)]


def test_numbers_that_stand_in_outputs_are_not_asked_about() -> None:
    """B57."""
    talk = talk_of(calls("mean"), says("The mean is 49.7, since 2015."))
    assert ending(talk.turn()) == ("done", None)
    assert len(talk.model.requests) == 2
    assert questions(talk) == []


def test_a_number_that_stands_nowhere_is_asked_about_and_computed() -> None:
    """B57: the question names it, and the model may run code for it."""
    talk = talk_of(
        calls("mean"), says("The mean is 49.7, the median 48.25."), calls("median"), says("The median holds.")
    )
    events = talk.turn()
    assert ending(events) == ("done", None)
    (use,) = questions(talk)
    assert "48.25" in (use.result or "")
    assert "49.7" not in (use.result or "")
    assert talk.model.requests[2].messages[-1].text.startswith(use.result or "?")
    assert [cell.source for cell in talk.conversation.turns[0].cells] == ["mean", "median"]


def test_a_model_is_asked_once_a_turn() -> None:
    """B57: what remains is marked on the screen."""
    talk = talk_of(says("It is 777.25."), says("It is 888.5, truly."), says("It is 999.5."))
    assert ending(talk.turn()) == ("done", None)
    assert len(talk.model.requests) == 2
    talk.turn("again")
    assert len(of(e.ToolStarted, talk.log)) == 0
    assert len(questions(talk)) == 1


def test_the_question_itself_is_no_output() -> None:
    """B57: that a number was asked about does not make it found."""
    talk = talk_of(says("It is 777.25."), says("As I said: 777.25."))
    talk.turn()
    talk.model.then(says("Still 777.25."), says("So be it."))
    talk.turn("again")
    assert len(questions(talk)) == 1


@pytest.mark.parametrize("protocol", ["tools", "schema", "fenced"])
def test_every_protocol_carries_the_question(protocol: CodeProtocol) -> None:
    """B57."""
    wrapped = '{{"say": "{}", "code": ""}}' if protocol == "schema" else "{}"
    talk = talk_of(says(wrapped.format("It is 777.25.")), says(wrapped.format("I withdraw it.")), protocol=protocol)
    assert ending(talk.turn()) == ("done", None)
    assert len(talk.model.requests) == 2
    assert "stand in no output" in "\n".join(message.text for message in talk.model.requests[1].messages)


def test_nothing_is_asked_where_it_is_switched_off() -> None:
    """B57."""
    talk = talk_of(says("It is 777.25."))
    talk.conversation = replace(talk.conversation, settings=replace(talk.conversation.settings, receipts=False))
    assert ending(talk.turn()) == ("done", None)
    assert len(talk.model.requests) == 1


def test_the_built_in_analyst_is_never_asked() -> None:
    """B57: it is no model."""
    talk = talk_of(says("It is 777.25."), is_ai=False)
    assert ending(talk.turn()) == ("done", None)
    assert len(talk.model.requests) == 1


def test_a_model_that_does_not_see_all_values_is_not_told_which_ones_there_are() -> None:
    """B51, B57."""
    talk = talk_of(calls("mean"), says("It is 777.25."))

    async def veil() -> Veil:
        return Veil("schema")

    assert ending(talk.turn(veil=veil)) == ("done", None)
    assert len(talk.model.requests) == 2
