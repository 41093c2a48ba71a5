"""What is shown of an answer while it comes, and what it turns out to be, protocol by protocol (B16)."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from lci.agent.protocols.forms import FORMS
from lci.agent.tools.code_calls import EXECUTE_CODE
from lci.core.messages import CODE_TOOL, Message, TextPart
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

USED = Usage(5, 3)
STOP = AnswerFinished("stop", (), USED)


def reader(protocol: CodeProtocol, *, proven: bool = False):  # type: ignore[no-untyped-def]
    return FORMS[protocol].reader(ModelProfile("m", "M", "Maker", protocol=protocol, protocol_proven=proven))


def steps(protocol: CodeProtocol, *pieces: str | ModelEvent, proven: bool = False) -> list[list[ModelEvent]]:
    """What comes of each piece by itself."""
    reading = reader(protocol, proven=proven)
    return [reading.read([TextPiece(piece) if isinstance(piece, str) else piece]) for piece in pieces]


def runs(source: str, usage: Usage | None = USED) -> AnswerFinished:
    call = RequestedCall(0, CODE_TOOL, json.dumps({"code": source}, ensure_ascii=False))
    return AnswerFinished("tool_calls", (call,), usage)


def code(arguments: str) -> CallPiece:
    return CallPiece(0, CODE_TOOL, arguments)


def test_an_object_shows_its_words_and_its_code_as_they_come() -> None:
    assert steps("schema", '{"say": "He', 'llo", "code": "x =', ' 1\\ny"', "}") == [
        [TextPiece("He")],
        [TextPiece("llo"), code('{"code": "x =')],
        [code(" 1\\ny")],
        [runs("x = 1\ny", None)],
    ]


def test_an_object_that_is_whole_ends_the_answer() -> None:
    reading = reader("schema")
    events = reading.read([TextPiece('{"say": "Hi", "code": "x"}'), STOP])
    assert events == [TextPiece("Hi"), code('{"code": "x'), runs("x")]
    assert reading.complete and reading.settled is None
    final = reader("schema")
    assert final.read([TextPiece('{"say": "Hi", "code": " "}'), STOP]) == [TextPiece("Hi"), STOP]
    assert final.complete


@pytest.mark.parametrize(
    ("say", "key"), [("say", "code"), ("text", "python"), ("answer", "code"), ("message", "code"), ("thought", "code")]
)
def test_other_names_for_words_and_code_are_understood(say: str, key: str) -> None:
    events = reader("schema").read([TextPiece(json.dumps({say: "Hi", key: "x"})), STOP])
    assert events == [TextPiece("Hi"), code('{"code": "x'), runs("x")]


@pytest.mark.parametrize("fence", ["```json\n", "```\n", "  ```JSON \r\n", "\n```json\n\n"])
def test_a_fence_around_the_object_is_none_of_it(fence: str) -> None:
    assert steps("schema", fence, '{"say": "Hi", "code": ""}\n', "```", STOP)[1][0] == TextPiece("Hi")


def test_half_of_a_fence_is_waited_for() -> None:
    assert steps("schema", "`", "``", "json", "\n", '{"say": "Hi')[4] == [TextPiece("Hi")]
    assert steps("schema", "", " ", "\n") == [[], [], []]


def test_what_is_no_object_is_read_as_words_with_a_block() -> None:
    reading = reader("schema")
    assert reading.read([TextPiece("So:\n```python\n")]) == [TextPiece("So:\n")]
    assert reading.read([TextPiece("x\n```\n"), STOP]) == [code('{"code": "x'), runs("x")]
    assert reading.complete and reading.settled == "fenced"
    words = reader("schema")
    assert words.read([TextPiece("Just words."), STOP]) == [TextPiece("Just words."), STOP]
    assert not words.complete and words.settled is None
    thought = ReasoningPiece("hm")
    assert reader("schema").read([thought, TextPiece("Words"), STOP]) == [thought, TextPiece("Words"), STOP]


def test_an_object_that_breaks_off_runs_nothing_and_the_model_is_told() -> None:
    broken = '{"say": "Hi", "code": "x'
    assert reader("schema").read([TextPiece(broken), STOP])[-1] == AnswerFinished(
        "tool_calls", (RequestedCall(0, CODE_TOOL, broken),), USED
    )
    cut = AnswerFinished("length")
    assert reader("schema").read([TextPiece('{"say": "Hi", "code": "x"}'), cut])[-1] == cut
    assert reader("schema").read([STOP]) == [STOP]


def test_a_call_beside_an_object_is_the_call() -> None:
    end = AnswerFinished("stop", (RequestedCall(0, CODE_TOOL, '{"code": "y"}'),))
    assert reader("schema").read([TextPiece('{"say": "Hi", "code": "x"}'), end])[-1] == end


def test_half_of_a_pair_of_surrogates_is_replaced() -> None:
    assert reader("schema").read([TextPiece('{"say": "\\ud800", "code": ""}'), STOP])[0] == TextPiece("\ufffd")


def test_a_block_shows_line_by_line_and_ends_the_answer() -> None:
    reading = reader("fenced")
    assert reading.read([TextPiece("Look:\n```python\nx = "), TextPiece('"é"\ny')]) == [
        TextPiece("Look:\n"),
        code('{"code": "x = \\"é\\"'),
    ]
    assert reading.read([TextPiece("\n```\n"), STOP]) == [code("\\ny"), runs('x = "é"\ny')]
    assert reading.complete


def test_an_answer_without_a_block_is_final() -> None:
    assert steps("fenced", "Just ", "words.", STOP) == [[TextPiece("Just ")], [TextPiece("words.")], [STOP]]
    end = AnswerFinished("tool_calls", (RequestedCall(0, CODE_TOOL, "{}"),))
    assert steps("fenced", "Words", end)[1] == [end]


def test_a_model_that_has_shown_that_it_uses_tools_is_believed() -> None:
    assert steps("tools", "```python\nx\n```\n", STOP, proven=True) == [[TextPiece("```python\nx\n```\n")], [STOP]]


def test_until_then_a_block_is_held_back_to_the_end() -> None:
    """Some servers take tools and drop them."""
    reading = reader("tools")
    assert reading.read([TextPiece("So:\n```python\nx\n```\nmore")]) == [TextPiece("So:\n")]
    assert reading.read([STOP]) == [code('{"code": "x"}'), runs("x")]
    assert reading.settled == "fenced" and not reading.complete


@pytest.mark.parametrize("end", [AnswerFinished("length"), AnswerFinished("content_filter")])
def test_a_block_of_an_answer_that_was_cut_is_prose(end: AnswerFinished) -> None:
    reading = reader("tools")
    reading.read([TextPiece("So:\n```python\nx\n```\nmore")])
    assert reading.read([end]) == [TextPiece("```python\nx\n```\nmore"), end] and reading.settled is None


def test_a_block_beside_a_call_is_prose() -> None:
    reading = reader("tools")
    call = CallPiece(0, CODE_TOOL, '{"code": "y"}')
    assert reading.read([TextPiece("```python\nx\n```\n"), call]) == [TextPiece("```python\nx\n```\n"), call]
    end = AnswerFinished("tool_calls", (RequestedCall(0, CODE_TOOL, '{"code": "y"}'),))
    assert reading.read([end]) == [end] and reading.settled == "tools"
    only = reader("tools")
    only.read([TextPiece("```python\nx\n```\n")])
    assert only.read([replace_finish(end)]) == [TextPiece("```python\nx\n```\n"), replace_finish(end)]


def replace_finish(end: AnswerFinished) -> AnswerFinished:
    return AnswerFinished("stop", end.calls)


def test_words_alone_prove_nothing() -> None:
    reading = reader("tools")
    thought = ReasoningPiece("hm")
    assert reading.read([thought, TextPiece("a"), TextPiece("b"), STOP]) == [thought, TextPiece("ab"), STOP]
    assert reading.settled is None


def sent(protocol: CodeProtocol) -> tuple[int, bool]:
    request = FORMS[protocol].request((Message("user", (TextPart("q"),)),), (), (EXECUTE_CODE,))
    assert request.messages == (Message("user", (TextPart("q"),)),)
    return len(request.tools), request.schema is not None


def test_only_the_protocol_of_tools_sends_any_and_only_that_of_a_schema_one() -> None:
    protocols: Sequence[CodeProtocol] = ("tools", "schema", "fenced")
    assert [sent(protocol) for protocol in protocols] == [(1, False), (0, True), (0, False)]
