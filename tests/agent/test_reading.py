"""B16: an answer is read the same however its stream is cut, in every protocol."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given, strategies as st

from lci.agent.protocols.forms import FORMS
from lci.agent.tools.code_calls import CodeCall, code_so_far, understood
from lci.core.ports import (
    AnswerFinished,
    CallPiece,
    CodeProtocol,
    ModelEvent,
    ModelProfile,
    ReasoningPiece,
    RequestedCall,
    TextPiece,
)
from lci.core.turns import Usage

PROTOCOLS: tuple[CodeProtocol, ...] = ("tools", "schema", "fenced")
END = AnswerFinished("stop", (), Usage(5, 3))


def read(protocol: CodeProtocol, batches: Sequence[Sequence[ModelEvent]], *, proven: bool = False) -> list[ModelEvent]:
    reading = FORMS[protocol].reader(ModelProfile("m", "M", "Maker", protocol=protocol, protocol_proven=proven))
    made: list[ModelEvent] = []
    for batch in batches:
        made += reading.read(batch)
        if reading.complete:
            break
    return made


def outcome(events: Sequence[ModelEvent]) -> tuple[str, list[str], str]:
    """Text, code and finish; the code shown on the way is the beginning of what is run."""
    *before, last = events
    assert isinstance(last, AnswerFinished) and not any(isinstance(event, AnswerFinished) for event in before)
    said = "".join(event.text for event in before if isinstance(event, TextPiece))
    meant = [understood(call) for call in last.calls]
    sources = [call.source for call in meant if isinstance(call, CodeCall)]
    written = "".join(event.arguments for event in before if isinstance(event, CallPiece))
    if sources:
        shown = code_so_far(written)
        assert sources[0].startswith(shown) or shown.startswith(sources[0])
    return said, sources, last.finish


def cut(text: str, sizes: Sequence[int]) -> list[list[ModelEvent]]:
    batches: list[list[ModelEvent]] = []
    at = 0
    for size in sizes:
        if at >= len(text):
            break
        batches.append([TextPiece(text[at : at + size])])
        at += size
    rest: list[ModelEvent] = [TextPiece(text[at:])] if at < len(text) else []
    return [*batches, [*rest, END]]


ANSWERS = st.one_of(
    st.builds(lambda say, code: json.dumps({"say": say, "code": code}), st.text(max_size=20), st.text(max_size=30)),
    st.builds(lambda say, code: f"{say}\n```python\n{code}\n```\nmore", st.text(max_size=20), st.text(max_size=30)),
    st.text(alphabet='`{}"py\n :cdeosay', max_size=40),
)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(ANSWERS, st.lists(st.integers(1, 4), max_size=60))
@example('{"say": "表\\ud83d\\ude00", "code": "x = \\"\\\\n\\""}', [1] * 60)
@example('```json\n{"say": "a", "code": "b"}\n```', [1] * 60)
@example("a\n```python\nx\n```\nmade up", [1] * 60)
def test_how_an_answer_is_cut_makes_no_difference(protocol: CodeProtocol, text: str, sizes: list[int]) -> None:
    assert outcome(read(protocol, cut(text, sizes))) == outcome(read(protocol, cut(text, [])))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(ANSWERS)
def test_an_answer_that_was_cut_off_runs_nothing(protocol: CodeProtocol, text: str) -> None:
    """B17: unless its block was whole before."""
    events = read(protocol, [[TextPiece(text)], [AnswerFinished("length")]])
    last = events[-1]
    assert isinstance(last, AnswerFinished)
    assert last.finish == "length" or read(protocol, [[TextPiece(text)]])[-1] == last


def test_usage_that_came_with_the_answer_is_kept() -> None:
    answer = "```python\nx = 1\n```\n"
    for protocol in PROTOCOLS:
        last = read(protocol, [[TextPiece(answer), END]])[-1]
        assert isinstance(last, AnswerFinished) and last.usage == Usage(5, 3)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_thoughts_go_through_untouched(protocol: CodeProtocol) -> None:
    thought = ReasoningPiece("```python\nrm()\n```\n")
    events = read(protocol, [[thought], [TextPiece('{"say": "ok", "code": ""}')], [END]])
    assert events[0] == thought
    assert isinstance(events[-1], AnswerFinished) and events[-1].calls == ()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_native_calls_go_through_untouched(protocol: CodeProtocol) -> None:
    piece = CallPiece(0, "execute_code", '{"code": "x"}')
    end = AnswerFinished("tool_calls", (RequestedCall(0, "execute_code", '{"code": "x"}'),))
    assert read(protocol, [[piece], [end]]) == [piece, end]
