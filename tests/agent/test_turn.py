"""A whole turn as its events, with a scripted model and kernel: what follows from each answer and cell (B2, B6, B9)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lci.agent.limits import TurnLimits
from lci.agent.loop import run_turn
from lci.agent.request_building import moment, window_budget
from lci.agent.turn_context import Decision, TurnContext
from lci.core import events as e
from lci.core.conversation import Approval, Conversation, ConversationSettings
from lci.core.folding import apply
from lci.core.inspection import Variable
from lci.core.messages import Message, TextPart
from lci.core.outputs import ErrorOutput, StreamOutput
from lci.core.ports import (
    AnswerFinished,
    CallPiece,
    ExecutionFinished,
    ModelProfile,
    ReasoningPiece,
    RequestedCall,
    TextPiece,
)
from lci.core.privacy.veil import Veil
from lci.core.turns import OFFERED, Usage
from lci.errors import ContextExceeded, LciError, Overloaded, Problem, ProtocolRefused, StreamCut
from lci.testing.scripted import ScriptedKernel, ScriptedModel, calls, calls_tool, says

PROFILE = ModelProfile("scripted", "Scripted", "Test", window_tokens=32_000, protocol_proven=True)
#: A number of the greatest length that code may have, without a repetition.
LONG = "".join(map(str, range(10_000, 60_000)))[:200_000]
ERROR = ErrorOutput("KeyError", "'x'")


class Talk:
    """One conversation in memory, a turn at a time."""

    def __init__(self, answers: Iterable[Any], profile: ModelProfile = PROFILE, approval: Approval = "auto") -> None:
        self.model = ScriptedModel(answers, profile)
        self.kernel = ScriptedKernel(self.behaviour)
        self.runs: dict[str, Sequence[Any]] = {}
        self.conversation = Conversation("c", settings=ConversationSettings("scripted", approval))
        self.decision = Decision(approved=True)
        self.log: list[e.Event] = []

    def behaviour(self, source: str) -> Sequence[Any]:
        return self.runs.get(source, [StreamOutput("stdout", f"ran {source}")])

    def take(self, turn_id: str, event: e.Event) -> None:
        seq = self.conversation.seq + 1
        self.conversation = apply(self.conversation, e.Recorded(seq, float(seq), "c", turn_id, e.SCHEMA, event))

    def turn(self, prompt: str = "go", *, stop_at: type | None = None, **more: Any) -> list[e.Event]:
        return asyncio.run(self._turn(prompt, stop_at, more))

    async def _turn(self, prompt: str, stop_at: type | None, more: dict[str, Any]) -> list[e.Event]:
        self.stop = asyncio.Event()
        turn_id = f"t{len(self.conversation.turns) + 1}"
        self.take(turn_id, e.TurnStarted(prompt, parent=self.conversation.head, model="scripted"))

        async def decision(cell_id: str) -> Decision:
            return self.decision

        context = TurnContext(
            turn_id, lambda: self.conversation, self.model, self.kernel, await self.kernel.start(), self.stop, decision,
            **{"limits": TurnLimits(retry_seconds=(0.0, 0.0)), **more},
        )  # fmt: skip
        self.context = context
        events: list[e.Event] = []
        async for event in run_turn(context):
            events.append(event)
            self.take(turn_id, event)
            if stop_at is not None and isinstance(event, stop_at):
                self.stop.set()
        return events


def kinds(events: Sequence[e.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def of(kind: type, events: Sequence[e.Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def ending(events: Sequence[e.Event]) -> tuple[str, str | None]:
    last = events[-1]
    assert isinstance(last, e.TurnEnded) and len(of(e.TurnEnded, events)) == 1
    return last.ending, last.problem.code if last.problem is not None else None


def test_an_answer_in_words_ends_the_turn() -> None:
    talk = Talk([says("Hel", "lo", usage=Usage(10, 2))])
    events = talk.turn()
    assert kinds(events) == ["RequestSent", "TextDelta", "UsageReported", "TurnEnded"]
    assert events[1:] == [e.TextDelta("Hello"), e.UsageReported(Usage(10, 2)), e.TurnEnded("done")]
    (sent,) = of(e.RequestSent, events)
    assert (sent.model, sent.body, sent.sharing, sent.masked, sent.aside) == ("scripted", None, "full", (), False)


def test_usage_that_is_not_reported_is_estimated() -> None:
    events = Talk([[ReasoningPiece("x" * 40), *says("y" * 40)]]).turn()
    (used,) = of(e.UsageReported, events)
    assert used.usage == Usage(of(e.RequestSent, events)[0].context_tokens, 20, estimated=True)


def test_code_is_written_run_and_answered() -> None:
    talk = Talk([calls("1 + 1", "Let me see."), says("2")])
    events = talk.turn()
    assert [kind for kind in kinds(events) if kind not in ("CodeDelta", "UsageReported")] == [
        "RequestSent", "TextDelta", "CellStarted", "OutputAdded", "CellFinished",
        "RequestSent", "TextDelta", "TurnEnded",
    ]  # fmt: skip
    (cell,) = talk.conversation.turns[0].cells
    assert (cell.source, cell.status, cell.author) == ("1 + 1", "ok", "model")
    assert "".join(delta.text for delta in of(e.CodeDelta, events)) == "1 + 1"
    assert talk.model.requests[1].messages[-1].text.startswith("ran 1 + 1")
    assert talk.kernel.sources == ["1 + 1"]


def test_each_call_of_an_answer_is_a_cell_of_its_own() -> None:
    pieces = [CallPiece(0, "python", '{"code": "a"}'), CallPiece(1, "python", '{"code": "b"}'), TextPiece("so")]
    both = (RequestedCall(0, "python", '{"code": "a"}'), RequestedCall(1, "python", '{"code": "b"}'))
    talk = Talk([[*pieces, AnswerFinished("tool_calls", both)], says("done")])
    events = talk.turn()
    assert talk.kernel.sources == ["a", "b"]
    assert len({cell.id for cell in talk.conversation.turns[0].cells}) == 2
    # What was said after the code stands after it.
    assert kinds(events)[1:4] == ["CodeDelta", "CodeDelta", "TextDelta"]


@pytest.mark.parametrize(
    ("finish", "expected"),
    [("length", ("cut", None)), ("content_filter", ("failed", "content_filtered"))],
)
def test_an_answer_that_is_not_whole_ends_the_turn_and_runs_nothing(
    finish: Any, expected: tuple[str, str | None]
) -> None:
    cut = [
        CallPiece(0, "python", '{"code": "a"}'),
        AnswerFinished(finish, (RequestedCall(0, "python", '{"code": "a"}'),)),
    ]
    talk = Talk([cut])
    assert ending(talk.turn()) == expected
    assert talk.kernel.sources == []


def test_an_empty_answer_is_asked_for_once_more() -> None:
    talk = Talk([[AnswerFinished("stop")], says("yes")])
    assert ending(talk.turn()) == ("done", None) and len(talk.model.requests) == 2
    twice = Talk([[AnswerFinished("stop")], [AnswerFinished("stop")], says("no")])
    assert ending(twice.turn()) == ("empty", None) and len(twice.model.requests) == 2


def test_code_that_was_only_thought_is_not_run_and_that_is_told() -> None:
    thought = [ReasoningPiece("```python\nx = 1\n```\n"), AnswerFinished("stop")]
    talk = Talk([thought, says("sorry")])
    events = talk.turn()
    assert talk.kernel.sources == [] and ending(events) == ("done", None)
    assert len(of(e.ToolStarted, events)) == len(of(e.ToolFinished, events)) == 1
    assert "only thought" in of(e.ToolFinished, events)[0].result
    assert of(e.ToolStarted, Talk([[ReasoningPiece("hm"), AnswerFinished("stop")], says("x")]).turn()) == []


def test_a_stream_that_breaks_off_ends_the_turn() -> None:
    assert ending(Talk([[TextPiece("half")]]).turn()) == ("failed", "stream_cut")
    assert ending(Talk([[TextPiece("half"), StreamCut(provider="Test")]]).turn()) == ("failed", "stream_cut")


def test_a_failure_that_passes_is_tried_again_as_often_as_allowed() -> None:
    overloaded = Overloaded("Test", 503)
    again = Talk([[overloaded], [overloaded], says("there")])
    events = again.turn()
    assert ending(events) == ("done", None)
    assert [retry.attempt for retry in of(e.RetryScheduled, events)] == [1, 2]
    assert of(e.RetryScheduled, events)[0].problem == overloaded.problem
    never = Talk([[overloaded]] * 3)
    assert ending(never.turn()) == ("failed", overloaded.problem.code) and len(never.model.requests) == 3
    late = Talk([[TextPiece("x"), overloaded], says("no")])
    assert ending(late.turn()) == ("failed", overloaded.problem.code)


def test_a_protocol_that_is_refused_is_changed_over_to_fenced_code() -> None:
    """B16."""
    talk = Talk([[ProtocolRefused("Test", "tools")], says("```python\n1\n```\n"), says("done")])
    assert ending(talk.turn()) == ("done", None)
    assert talk.model.profile.protocol == "fenced" and talk.kernel.sources == ["1"]
    refused = Talk([[ProtocolRefused("Test", "tools")]], replace(PROFILE, protocol="fenced"))
    assert ending(refused.turn())[0] == "failed" and len(refused.model.requests) == 1
    late = Talk([[TextPiece("x"), ProtocolRefused("Test", "tools")]])
    assert ending(late.turn())[0] == "failed" and len(late.model.requests) == 1


def test_a_window_that_was_exceeded_is_tried_once_with_less() -> None:
    """B18."""
    talk = Talk([says(LONG[:60_000]), [ContextExceeded("Test", 8_000)], says("short")])
    talk.turn()
    events = talk.turn("more")
    assert ending(events) == ("done", None)
    twice = Talk([[ContextExceeded("Test", None)], [ContextExceeded("Test", None)], says("no")])
    assert ending(twice.turn()) == ("failed", "context_exceeded") and len(twice.model.requests) == 2


@pytest.mark.parametrize("kind", [e.RequestSent, e.TextDelta, e.CellStarted, e.CellFinished])
def test_after_a_stop_nothing_more_is_asked(kind: type) -> None:
    """B2."""
    talk = Talk([calls("a", "words"), says("no")])
    events = talk.turn(stop_at=kind)
    assert ending(events) == ("stopped", None)
    assert len(talk.model.requests) <= 1


def test_a_cell_that_waits_is_interrupted_by_a_stop() -> None:
    """B2."""
    talk = Talk([calls("wait"), says("no")])
    talk.runs["wait"] = [StreamOutput("stdout", "begun"), asyncio.Event()]
    events = talk.turn(stop_at=e.OutputAdded)
    assert [event.status for event in of(e.CellFinished, events)] == ["interrupted"]
    assert ending(events) == ("stopped", None)


def test_a_cell_that_takes_too_long_is_told_so() -> None:
    talk = Talk([calls("wait"), says("shorter then")])
    talk.runs["wait"] = [asyncio.Event()]
    events = talk.turn(patience=0.01)
    (finished,) = of(e.CellFinished, events)
    assert finished.status == "timeout" and [remark.code for remark in finished.remarks] == ["time_limit"]
    assert ending(events) == ("done", None)


def test_failures_and_cells_are_counted_to_their_limits() -> None:
    """B7."""
    limits = TurnLimits(cells_per_turn=3, failures_in_a_row=2)
    failing = Talk([calls(f"bad{n}") for n in range(9)])
    failing.runs |= {
        f"bad{n}": [ErrorOutput("E", f"{chr(97 + n)}"), ExecutionFinished("error", 1, 0.1)] for n in range(9)
    }
    assert ending(failing.turn(limits=limits)) == ("limit", "failures_limit") and len(failing.model.requests) == 2
    busy = Talk([calls(f"ok{n}") for n in range(9)])
    assert ending(busy.turn(limits=limits)) == ("limit", "cells_limit") and len(busy.model.requests) == 3


def test_an_error_that_comes_again_is_told_so() -> None:
    """B6."""
    talk = Talk([calls("bad"), calls("bad2"), says("hm")])
    talk.runs["bad"] = talk.runs["bad2"] = [ERROR, ExecutionFinished("error", 1, 0.1)]
    first, second = of(e.CellFinished, talk.turn())
    assert [remark.code for remark in first.remarks] == []
    assert [remark.code for remark in second.remarks] == ["same_error_before"]


def test_calls_after_a_death_in_the_same_answer_are_dropped() -> None:
    """B23."""
    both = tuple(RequestedCall(n, "python", f'{{"code": "{code}"}}') for n, code in enumerate(("die", "after")))
    pieces = [CallPiece(call.index, call.name, call.arguments) for call in both]
    talk = Talk([[*pieces, AnswerFinished("tool_calls", both)], says("hm")])
    talk.runs["die"] = [ExecutionFinished("died", None, 0.1, Problem("kernel_died", {"cause": "killed", "signal": 9}))]
    events = talk.turn()
    assert [cell.status for cell in talk.conversation.turns[0].cells] == ["died", "dropped"]
    assert talk.kernel.sources == ["die"]
    assert of(e.CellFinished, events)[0].remarks[0].facts == {"cause": "killed", "signal": 9}


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("search", "{}", "no tool"), ("python", "", "no code"), ("python", "{}", "no key"),
        ("python", "{broken", "not valid JSON"), ("python", f'{{"code": "{LONG}0"}}', "200,001"),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_carried_out_is_answered_in_words(name: str, arguments: str, words: str) -> None:
    talk = Talk([calls_tool(name, arguments), says("sorry")])
    events = talk.turn()
    (started,), (finished,) = of(e.ToolStarted, events), of(e.ToolFinished, events)
    assert words in finished.result and not finished.answered and started.name == name
    assert len(started.arguments) == min(len(arguments), 4_000)
    assert ending(events) == ("done", None) and talk.kernel.sources == []


def test_the_longest_code_is_run_and_the_same_code_twice_in_a_row_is_not() -> None:
    long = Talk([calls(LONG), says("ok")])
    long.turn()
    assert long.kernel.sources == [LONG]
    talk = Talk([calls("same"), calls("same"), calls("other"), calls("same"), says("ok")])
    talk.turn()
    assert talk.kernel.sources == ["same", "other", "same"]


def test_a_cell_that_waits_for_the_person_runs_as_they_say() -> None:
    """B9."""
    asked = Talk([calls("a"), says("ok")], approval="always")
    events = asked.turn()
    assert of(e.ApprovalAsked, events)[0].reasons == ("always_ask",)
    assert asked.kernel.sources == ["a"] and of(e.CellStarted, events)[0].author == "model"
    edited = Talk([calls("a"), says("ok")], approval="always")
    edited.decision = Decision(approved=True, source="b")
    assert of(e.CellStarted, edited.turn())[0].author == "person" and edited.kernel.sources == ["b"]
    refused = Talk([calls("a"), says("ok")], approval="always")
    refused.decision = Decision(approved=False, reason="no")
    assert [event.status for event in of(e.CellFinished, refused.turn())] == ["rejected"]
    assert refused.kernel.sources == [] and "no" in refused.model.requests[1].messages[-1].text
    free = Talk([calls("a"), says("ok")])
    assert of(e.ApprovalAsked, free.turn()) == []


@pytest.mark.parametrize(
    ("approval", "asked"),
    [
        ("auto", ["installs_packages"]),
        ("risky", ["installs_packages"]),
        ("always", ["always_ask", "installs_packages"]),
    ],
)
def test_to_install_is_asked_once_in_a_conversation(approval: Approval, asked: list[str]) -> None:
    """B24: whatever else is allowed; the app carries it out, not the kernel."""
    answers = [calls("%pip install x"), calls("1"), calls("%pip install y"), says("ok")]
    talk = Talk(answers, approval=approval)
    installer = ScriptedKernel(lambda source: [StreamOutput("stdout", "installed")])
    events = talk.turn(install=lambda: installer)
    assert installer.sources == ["%pip install x", "%pip install y"] and talk.kernel.sources == ["1"]
    reasons = [list(event.reasons) for event in of(e.ApprovalAsked, events)]
    assert reasons == ([asked, ["always_ask"], asked] if approval == "always" else [asked])
    assert [event.generation for event in of(e.CellStarted, events)] == [0, 0, 0]
    refused = Talk([calls("%pip install x"), says("ok"), calls("%pip install x"), says("ok")])
    refused.decision = Decision(approved=False)
    assert (
        len(of(e.ApprovalAsked, [*refused.turn(install=lambda: installer), *refused.turn(install=lambda: installer)]))
        == 2
    )
    failing = ScriptedKernel(lambda source: [ErrorOutput("E", "x"), ExecutionFinished("error", 1, 0.1)])
    again = Talk([calls("%pip install x"), calls("%pip install z"), says("ok")])
    assert len(of(e.ApprovalAsked, again.turn(install=lambda: failing))) == 2
    kernel = Talk([calls("%pip install x"), says("ok")])
    assert of(e.ApprovalAsked, kernel.turn()) == [] and kernel.kernel.sources == ["%pip install x"]
    own = Talk([calls("%pip install x"), says("ok")], replace(PROFILE, is_ai=False))
    assert of(e.ApprovalAsked, own.turn(install=lambda: installer)) == []


def test_a_cell_is_told_the_start_of_the_kernel_it_runs_in() -> None:
    talk = Talk([calls("1"), says("ok")])
    (started,) = of(e.CellStarted, talk.turn(generation=lambda: 7))
    assert (started.generation, started.author, started.source) == (7, "model", "1")


def test_a_wait_that_a_server_asks_for_is_kept_and_a_long_one_is_the_persons_to_decide() -> None:
    asked = Overloaded("Test", 503, 0.01)
    talk = Talk([[asked], says("there")])
    (retry,) = of(e.RetryScheduled, talk.turn())
    assert retry.attempt == 1 and retry.until > 0
    long = Talk([[Overloaded("Test", 503, 900.0, "wait")], says("no")])
    assert ending(long.turn()) == ("failed", "overloaded") and len(long.model.requests) == 1


def test_what_did_not_fit_is_said_once_in_a_turn() -> None:
    """B18."""
    talk = Talk([], replace(PROFILE, window_tokens=4_000, max_output_tokens=300))
    for number in range(4):
        talk.model.then(
            calls(f"x{number} = '{LONG[number * 4_000 : number * 4_000 + 3_900]}'"),
            says(f"Answer {number}. {LONG[number * 9_000 : number * 9_000 + 3_900]}"),
        )
    events = [event for number in range(4) for event in talk.turn(f"Question {number}?")]
    noted = [event for event in of(e.Notice, events) if event.code == "shortened"]
    assert 1 <= len(noted) <= 4 and all(notice.facts["results"] or notice.facts["rounds"] for notice in noted)


def test_a_budget_that_is_used_up_asks_for_nothing() -> None:
    talk = Talk([says("no")])
    assert ending(talk.turn(refusal=lambda: Problem("budget_used_up", {}))) == ("limit", "budget_used_up")
    assert talk.model.requests == []


def test_an_answer_without_end_is_cut() -> None:
    talk = Talk([[TextPiece("again and again ") for _ in range(2_000)]])
    assert ending(talk.turn()) == ("limit", "repeating_answer")


def test_the_state_of_memory_stands_after_the_prompt_and_with_the_last_result() -> None:
    """B18."""

    async def variables() -> tuple[Variable, ...]:
        return (Variable("x", "int", value="41"),)

    talk = Talk([calls("a"), says("ok")])
    talk.turn(variables=variables)
    first, second = talk.model.requests
    assert [part.text for part in first.messages[-1].parts if isinstance(part, TextPart)] == [
        "go",
        "[In memory now: x: int = 41]",
    ]
    assert second.messages[-1].text == "ran a\n\n[In memory now: x: int = 41]"
    assert second.messages[: len(first.messages) - 1] == first.messages[:-1]


def test_what_a_veil_hides_is_not_in_the_state_either() -> None:
    """B51."""

    async def variables() -> tuple[Variable, ...]:
        return (Variable("secret", "int", value="41"),)

    async def veil() -> Veil:
        return Veil("schema", (), None)

    talk = Talk([says("ok")])
    events = talk.turn(variables=variables, veil=veil)
    assert "41" not in str(talk.model.requests[0].messages) and of(e.RequestSent, events)[0].sharing == "schema"


@pytest.mark.parametrize(
    ("window", "most", "wanted", "budget"),
    [
        (32_000, 4_000, None, 26_400), (32_000, 4_000, 8_000, 22_400), (32_000, 4_000, 30_000, 14_400),
        (32_000, 4_000, 1, 30_399), (1_000, 900, None, 512), (2_000, 1_388, None, 512), (2_000, 1_387, None, 513),
    ],
)  # fmt: skip
def test_a_prompt_has_the_window_without_the_answer_and_a_margin(
    window: int, most: int, wanted: int | None, budget: int
) -> None:
    """B18."""
    talk = Talk([says("ok")], replace(PROFILE, window_tokens=window, max_output_tokens=most, window_estimated=True))
    talk.conversation = replace(talk.conversation, settings=ConversationSettings("scripted", max_output_tokens=wanted))
    talk.turn()
    assert window_budget(talk.context) == budget


def test_the_messages_have_what_pictures_and_the_state_leave() -> None:
    """B18."""

    async def variables() -> tuple[Variable, ...]:
        return (Variable("x", "int", value="41"),)

    async def small(messages: tuple[Message, ...]) -> tuple[Message, ...]:
        return messages

    def room(budget: int, profile: ModelProfile = PROFILE, **more: Any) -> tuple[int, int, int]:
        talk = Talk([says("ok")], profile)
        talk.turn(**more)
        now = asyncio.run(moment(talk.context, budget))
        assert now.fit.tokens <= now.room
        return now.room, now.soft, now.pictures

    assert room(5_000) == (5_000, 4_000, 0)
    assert room(5_000, variables=variables) == (5_000 - len("[In memory now: x: int = 41]") // 4, 3_994, 0)
    seeing = replace(PROFILE, sees_images=True)
    assert room(16_001, seeing, small=small) == (12_001, 9_600, 4)
    assert room(16_000, seeing, small=small) == (15_000, 12_000, 1)
    assert room(16_000, seeing) == (16_000, 12_800, 0)


def test_a_window_that_is_too_small_is_said_unless_it_is_only_guessed() -> None:
    """B18."""
    small = replace(PROFILE, window_tokens=600, window_estimated=False)
    assert ending(Talk([says("no")], small).turn()) == ("failed", "window_too_small")
    assert ending(Talk([says("ok")], replace(small, window_estimated=True)).turn()) == ("done", None)
    assert ending(Talk([says("ok")], replace(small, is_ai=False)).turn()) == ("done", None)


def test_the_analyst_s_code_is_its_own_and_never_waits() -> None:
    talk = Talk([calls("import socket"), says("ok")], replace(PROFILE, is_ai=False), "always")
    events = talk.turn()
    assert of(e.ApprovalAsked, events) == [] and of(e.CellStarted, events)[0].author == "analyst"


def test_questions_that_an_answer_offers_are_recorded_and_are_those_of_the_turn() -> None:
    """B45: as a notice, which every version's log can hold."""
    talk = Talk([[TextPiece("Which?"), AnswerFinished("stop", offers=("this one", "that one"))]])
    events = talk.turn()
    assert of(e.Notice, events) == [e.Notice(OFFERED, {"questions": ["this one", "that one"]})]
    assert talk.conversation.turns[-1].offered == ("this one", "that one")
    assert ending(events) == ("done", None)
    assert not talk.conversation.turns[-1].declined


def test_a_question_that_an_answer_declines_is_known_as_such() -> None:
    """B39: also where nothing is offered in its place."""
    talk = Talk([[TextPiece("No."), AnswerFinished("stop", declined=True)]])
    assert ending(talk.turn()) == ("done", None)
    turn = talk.conversation.turns[-1]
    assert turn.declined and turn.offered == ()


def test_any_trouble_of_ours_ends_the_turn_with_its_problem() -> None:
    class Odd(LciError):
        pass

    assert ending(Talk([[Odd()]]).turn()) == ("failed", Odd().problem.code)


def test_wishes_for_the_answer_go_out_with_the_request() -> None:
    talk = Talk([says("ok")])
    wishes = ConversationSettings(
        "scripted", temperature=0.5, reasoning_effort="low", max_output_tokens=99, instructions="Be brief."
    )
    talk.conversation = replace(talk.conversation, settings=wishes)
    talk.turn(instructions="In verse.")
    (request,) = talk.model.requests
    assert (request.parameters.temperature, request.parameters.reasoning_effort) == (0.5, "low")
    assert request.parameters.max_output_tokens == 99
    assert "In verse.\nBe brief." in request.messages[0].text
    assert [tool.name for tool in request.tools] == ["execute_code"]
