"""Any model (B16): the same conversations over real sockets in all three protocols, with the same outcome."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lci.core.ports import CodeProtocol
from lci.core.turns import Prose, ToolUse, Turn
from lci.testing.server import Reply, Request, ScriptedServer, chunk, code, error, raw_call, spoken, text
from tests.runtime.talks import Talks

PROTOCOLS: tuple[CodeProtocol, ...] = ("tools", "schema", "fenced")


# --- the same scripts in every protocol -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Says:
    """A final answer."""

    text: str


@dataclass(frozen=True)
class Runs:
    """Code, with something said before it."""

    source: str
    said: str = ""


@dataclass(frozen=True)
class CutIn:
    """Code that is cut at the answer's length limit."""

    source: str


@dataclass(frozen=True)
class Refuses:
    """An error that passes."""

    status: int


Step = Says | Runs | CutIn | Refuses


def wired(step: Step, protocol: CodeProtocol, number: int = 0) -> Reply:
    """What a server sends for `step`."""
    match step, protocol:
        case Refuses(status), _:
            return error(status, "later")
        case Says(said), "schema":
            return spoken(json.dumps({"say": said, "code": ""}))
        case Says(said), _:
            return spoken(said)
        case Runs(source, said), "tools":
            return code(source, said, call_id=f"c{number}")
        case Runs(source, said), "schema":
            return spoken(json.dumps({"say": said, "code": source}, ensure_ascii=False), 9)
        case Runs(source, said), "fenced":
            return spoken(f"{said}\n\n````python\n{source}\n````\nThe output is: 42\n", 9)
        case CutIn(source), "tools":
            call = {"index": 0, "id": "c", "function": {"name": "execute_code", "arguments": '{"code": "' + source}}
            return Reply([chunk({"tool_calls": [call]}), chunk(finish="length")])
        case CutIn(source), "schema":
            return spoken('{"say": "", "code": "' + source, finish="length")
        case CutIn(source), "fenced":
            return spoken("```python\n" + source, finish="length")
    raise AssertionError(step)


ODD = 'print("表😀\\n", \'é\')\ns = """\n```\nnot an end\n```\n"""\nprint(s[0], r"\\d", {"a": [1]})'

SCRIPTS: dict[str, list[list[Step]]] = {
    "an answer": [[Says("It is 1.")]],
    "one cell": [[Runs("print(1)"), Says("It is 1.")]],
    "something said before": [[Runs("print(1)", "Let me see."), Says("It is 1.")]],
    "three cells": [[Runs("a = 1"), Runs("b = 2", "Next."), Runs("c = 3"), Says("Done.")]],
    "an error and its repair": [[Runs("raise x", "First."), Runs("x = 1", "It failed."), Says("Repaired.")]],
    "fences, quotes and other scripts in code": [[Runs(ODD, "Mind `this`."), Says('表: *fine*\n\n- "a"\n- b')]],
    "four failures": [[Runs("raise 1"), Runs("raise 2"), Runs("raise 3"), Runs("raise 4"), Says("never")]],
    "the same code again": [[Runs("print(1)"), Runs("print(1)"), Says("As before.")]],
    "a kernel that dies": [[Runs("die"), Says("It died.")]],
    "cut at the length limit": [[Runs("a = 1"), CutIn("print(1")]],
    "no answer at all": [[Says(""), Says("")]],
    "two turns and a server that is busy": [
        [Runs("a = 1", "So."), Says("One.")],
        [Refuses(503), Runs("b = 2"), Says("Two.")],
    ],
}


def summary(turns: Sequence[Turn]) -> list[Any]:
    return [
        (
            turn.ending,
            turn.text,
            [(cell.source, cell.status) for cell in turn.cells],
            [step.result for step in turn.steps if isinstance(step, ToolUse)],
        )
        for turn in turns
    ]


def played(talks: Talks, script: list[list[Step]], protocol: CodeProtocol) -> tuple[list[Any], list[Any]]:
    """The outcome of the script's turns, and the requests."""
    with ScriptedServer() as server:
        name = f"{protocol} {len(talks.models)}"
        talks.model(server, name, protocol=protocol, protocol_proven=True)
        with talks.opened(name) as live:
            for number, steps in enumerate(script):
                server.add(*(wired(step, protocol, at) for at, step in enumerate(steps)))
                live.run(f"Question {number}")
            return summary(live.snapshot().turns), server.chats


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_same_conversation_has_the_same_outcome_in_every_protocol(talks: Talks, name: str) -> None:
    outcomes = [played(talks, SCRIPTS[name], protocol) for protocol in PROTOCOLS]
    assert outcomes[1][0] == outcomes[0][0]
    assert outcomes[2][0] == outcomes[0][0]
    assert len({len(chats) for _, chats in outcomes}) == 1
    for protocol, (_, chats) in zip(PROTOCOLS, outcomes, strict=True):
        assert_well_formed(chats, protocol)


def assert_well_formed(chats: Sequence[dict[str, Any]], protocol: CodeProtocol) -> None:
    """What servers demand: offers only where they belong, roles that alternate, nothing empty where text must be."""
    for body in chats:
        assert ("tools" in body) == (protocol == "tools")
        assert ("response_format" in body) == (protocol == "schema")
        roles = [message["role"] for message in body["messages"]]
        assert roles[:2] == ["system", "user"]
        if protocol != "tools":
            assert roles[1:] == ["user", "assistant"] * ((len(roles) - 1) // 2) + ["user"]
            assert all(message["content"] and "tool_calls" not in message for message in body["messages"])


def test_the_scripts_mean_what_they_say(talks: Talks) -> None:
    """Equal outcomes would also be equally wrong."""
    (outcome,), chats = played(talks, SCRIPTS["fences, quotes and other scripts in code"], "fenced")
    assert outcome == ("done", 'Mind `this`.\n\n表: *fine*\n\n- "a"\n- b', [(ODD, "ok")], [])
    assert "not an end" in chats[1]["messages"][-1]["content"]
    (outcome,), _ = played(talks, SCRIPTS["four failures"], "schema")
    assert outcome[0] == "limit" and [status for _, status in outcome[2]] == ["error"] * 4
    (outcome,), _ = played(talks, SCRIPTS["the same code again"], "fenced")
    assert outcome[2] == [("print(1)", "ok")] and "not run again" in outcome[3][0]
    (outcome,), _ = played(talks, SCRIPTS["cut at the length limit"], "fenced")
    assert outcome[0] == "cut" and outcome[2] == [("a = 1", "ok"), ("print(1", "dropped")]


def test_what_is_made_up_after_a_block_is_never_read(talks: Talks) -> None:
    """The stream is closed at the closing fence: an endless tail is not waited for."""
    endless = Reply([chunk({"content": "```python\nx = 1\n```\n"}), *[chunk({"content": "Output: 5\n"})] * 100_000])
    with ScriptedServer([endless, text("Done.")]) as server:
        talks.model(server, protocol="fenced", protocol_proven=True)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert [step.text for step in turn.steps if isinstance(step, Prose)] == ["Done."]
    assert [cell.source for cell in turn.cells] == ["x = 1"]
    assert server.disconnects == 1


# --- switching (B30) --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", PROTOCOLS)
@pytest.mark.parametrize("first", PROTOCOLS)
def test_a_conversation_goes_on_with_a_model_of_another_protocol(
    talks: Talks, first: CodeProtocol, second: CodeProtocol
) -> None:
    """B30: history and kernel stay; what was said, run and put out is told in the new model's own form."""
    with ScriptedServer() as one, ScriptedServer() as two:
        talks.model(one, "one", protocol=first, protocol_proven=True)
        talks.model(two, "two", protocol=second, protocol_proven=True)
        steps: list[Step] = [Runs("a = '表'", "Looking."), Runs("raise b"), Runs("c = 3"), Says("First answer.")]
        one.add(*(wired(step, first, at) for at, step in enumerate(steps)))
        two.add(wired(Runs("d = 4"), second), wired(Says("Second answer."), second))
        with talks.opened("one") as live:
            live.run("Question one")
            live.change_settings(replace(live.snapshot().settings, model="two"))
            turn = live.run("Question two").turn
        assert (turn.text, [cell.source for cell in turn.cells]) == ("Second answer.", ["d = 4"])
        assert len(talks.kernels) == 1
        assert talks.kernels[0].sources == ["a = '表'", "raise b", "c = 3", "d = 4"]
    assert_well_formed(two.chats, second)
    sent = json.dumps(two.chats[-1]["messages"], ensure_ascii=False)
    for told in (
        "Question one",
        "Looking.",
        "a = '表'",
        "ValueError",
        "c = 3",
        "First answer.",
        "Question two",
        "d = 4",
    ):
        assert told in sent, told


def test_invented_tools_are_told_in_words_to_a_model_that_knows_none(talks: Talks) -> None:
    """B16, B30."""
    with ScriptedServer([raw_call('{"q": 1}', name="web_search"), text("Sorry.")]) as one, ScriptedServer() as two:
        talks.model(one, "one", protocol_proven=True)
        talks.model(two, "two", protocol="fenced")
        two.add(text("Fine."))
        with talks.opened("one") as live:
            live.run("Search")
            live.change_settings(replace(live.snapshot().settings, model="two"))
            live.run("Go on")
    contents = [message["content"] for message in two.chats[0]["messages"]]
    assert contents[2] == '[I called the tool web_search with {"q": 1}]'
    assert "no tool 'web_search'" in contents[3]


# --- downgrades -------------------------------------------------------------------------------------------------------

REFUSALS = {
    "Ollama": error(400, "registry.example/library/gemma:2b does not support tools"),
    "vLLM": error(400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    "llama.cpp": error(500, "tools param requires --jinja flag", type_="server_error"),
    "OpenRouter": error(404, "No endpoints found that support tool use."),
    "Azure": error(400, "Unrecognized request argument supplied: tools"),
    "a list of fields": Reply(status=422, body={"detail": [{"loc": ["body", "tools"], "msg": "Extra inputs: tools"}]}),
    "by the parameter": Reply(status=400, body={"error": {"message": "no", "param": "tools", "code": None}}),
}


@pytest.mark.parametrize("maker", REFUSALS)
def test_a_server_that_refuses_tools_is_asked_for_blocks_from_then_on(talks: Talks, maker: str) -> None:
    """B12, B16: once, and remembered."""

    def answer(request: Request) -> Reply:
        if "tools" in request.body:
            return REFUSALS[maker]
        done = sum("[Output of your code" in message["content"] for message in request.body["messages"])
        return spoken("Let me see.\n```python\nprint(7)\n```\n") if done % 2 == 0 else spoken("Seven.")

    with ScriptedServer(answer) as server:
        model = talks.model(server)
        with talks.opened() as live:
            first = live.run("go").turn
            live.run("once more")
    assert (first.ending, first.text) == ("done", "Let me see.\n\nSeven.")
    assert [(cell.source, cell.status) for cell in first.cells] == [("print(7)", "ok")]
    assert ["tools" in body for body in server.chats][:2] == [True, False]
    assert sum("tools" in body for body in server.chats) == 1
    assert model.profile.protocol == "fenced"
    assert "```python" in server.chats[1]["messages"][0]["content"]
    assert "execute_code" not in server.chats[1]["messages"][0]["content"]


def test_a_server_that_refuses_the_schema_is_asked_for_blocks(talks: Talks) -> None:
    def answer(request: Request) -> Reply:
        if "response_format" in request.body:
            return error(400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported")
        return spoken("Fine.")

    with ScriptedServer(answer) as server:
        model = talks.model(server, protocol="schema")
        with talks.opened() as live:
            assert live.run("go").text == "Fine."
    assert model.profile.protocol == "fenced"


def test_a_model_that_ignores_its_tools_has_its_block_run_and_is_asked_for_blocks(talks: Talks) -> None:
    """B16: servers take tools and drop them; the code is shown once, as a cell."""
    said = "I'll compute it.\n\n```python\nprint(7)\n```\n\nThis prints seven."
    with ScriptedServer([spoken(said), spoken("Seven.")]) as server:
        model = talks.model(server)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert [type(step).__name__ for step in turn.steps] == ["Prose", "Cell", "Prose"]
    assert (turn.text, turn.cells[0].source) == ("I'll compute it.\n\nSeven.", "print(7)")
    assert ["tools" in body for body in server.chats] == [True, False]
    assert (model.profile.protocol, model.profile.protocol_proven) == ("fenced", True)


def test_a_block_beside_a_call_is_prose(talks: Talks) -> None:
    """Many models show the code and call the tool with it: one cell, and the tools work."""
    said = "Like this:\n```python\nprint(7)\n```\n"
    with ScriptedServer([code("print(7)", said), spoken("Use\n```python\nx\n```\n")]) as server:
        model = talks.model(server)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert [cell.source for cell in turn.cells] == ["print(7)"]
    assert turn.text == f"{said.strip()}\n\nUse\n```python\nx\n```"
    assert (model.profile.protocol, model.profile.protocol_proven) == ("tools", True)


def test_a_model_known_to_call_tools_may_show_code(talks: Talks) -> None:
    answer = "Write:\n```python\nfor x in y: ...\n```\n"
    with ScriptedServer([spoken(answer)]) as server:
        talks.model(server, protocol_proven=True)
        with talks.opened() as live:
            turn = live.run("How do I loop?").turn
    assert (turn.text, turn.cells) == (answer.strip(), ())


def test_prose_instead_of_the_schema_is_read_as_prose_with_a_block(talks: Talks) -> None:
    with ScriptedServer([spoken("Sure.\n```python\nprint(7)\n```\n"), spoken("Seven.")]) as server:
        model = talks.model(server, protocol="schema")
        with talks.opened() as live:
            turn = live.run("go").turn
    assert (turn.text, [cell.source for cell in turn.cells]) == ("Sure.\n\nSeven.", ["print(7)"])
    assert model.profile.protocol == "fenced"


@pytest.mark.parametrize(
    ("answer", "said", "source"),
    [
        ('{"say": "Hm.", "code": "x = 1"}', "Hm.", "x = 1"),
        ('```json\n{"say": "Hm.", "code": "x = 1"}\n```', "Hm.", "x = 1"),
        ('{"say": "Hm.",\n"code": "x = 1\ny = 2"}', "Hm.", "x = 1\ny = 2"),
        ('{"thought": "Hm.", "python": "x = 1"}', "Hm.", "x = 1"),
        ('{"say": "Hm.", "code": "x = 1"} and more {', "Hm.", "x = 1"),
        ('{"code": "x = \\"\\ud83d\\ude00\\"", "say": "Hm."}', "Hm.", 'x = "😀"'),
    ],
)
def test_objects_are_read_in_whatever_form_they_come(talks: Talks, answer: str, said: str, source: str) -> None:
    with ScriptedServer([spoken(answer, 7), spoken('{"say": "End.", "code": ""}')]) as server:
        talks.model(server, protocol="schema")
        with talks.opened() as live:
            turn = live.run("go").turn
    assert (turn.text, [cell.source for cell in turn.cells]) == (f"{said}\n\nEnd.", [source])


def test_a_broken_object_gets_a_precise_answer(talks: Talks) -> None:
    with ScriptedServer([spoken('{"say": "Hm.", "code": "x = '), spoken('{"say": "End.", "code": ""}')]) as server:
        talks.model(server, protocol="schema")
        with talks.opened() as live:
            turn = live.run("go").turn
    (use,) = [step for step in turn.steps if isinstance(step, ToolUse)]
    assert "not valid JSON" in (use.result or "") and '"say"' in (use.result or "")
    assert turn.ending == "done"


def test_a_native_call_is_understood_in_every_protocol(talks: Talks) -> None:
    """B16: some models call what they were trained on, offered or not."""
    for protocol in PROTOCOLS:
        with ScriptedServer([code("print(7)", name="python"), wired(Says("Seven."), protocol)]) as server:
            talks.model(server, protocol, protocol=protocol)
            with talks.opened(protocol) as live:
                turn = live.run("go").turn
        assert (turn.text, [cell.source for cell in turn.cells]) == ("Seven.", ["print(7)"])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_code_that_is_only_thought_is_not_run_and_the_model_is_told(talks: Talks, protocol: CodeProtocol) -> None:
    """B16."""
    thought = "I should run\n```python\nprint(7)\n```\n"
    with ScriptedServer([Reply([chunk({"reasoning": thought}), chunk(finish="stop")])]) as server:
        server.add(wired(Runs("print(7)"), protocol), wired(Says("Seven."), protocol))
        talks.model(server, protocol=protocol, protocol_proven=True)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert (turn.text, [cell.source for cell in turn.cells]) == ("Seven.", ["print(7)"])
    assert "only thought" in server.chats[1]["messages"][-1]["content"]
    assert_well_formed(server.chats, protocol)


@pytest.mark.parametrize("protocol", ["tools", "fenced"])
def test_a_call_that_the_server_left_in_the_text_is_run(talks: Talks, protocol: CodeProtocol) -> None:
    """B16."""
    said = 'I look.\n<tool_call>\n{"name": "execute_code", "arguments": {"code": "print(7)"}}\n</tool_call>'
    with ScriptedServer([spoken(said, 9), spoken("Seven.")]) as server:
        model = talks.model(server, protocol=protocol)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert (turn.text, [cell.source for cell in turn.cells]) == ("I look.\n\nSeven.", ["print(7)"])
    assert model.profile.protocol == "fenced"
