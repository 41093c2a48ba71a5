"""Long conversations are summed up by their own model before they no longer fit (B18), over real sockets."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lci.core.folding import folded
from lci.core.ports import CodeProtocol
from lci.core.turns import Prose, Turn, Usage
from lci.runtime.conversation.interpreter import Interpreter
from lci.testing.server import Drop, Gate, Reply, Request, ScriptedServer, chunk, code, error, spoken, text
from tests.runtime.talks import Talks

PROTOCOLS: tuple[CodeProtocol, ...] = ("tools", "schema", "fenced")
WINDOW = 10_000
ANSWER = 1_000
#: What a prompt may have of that window.
BUDGET = WINDOW - ANSWER - WINDOW // 20

WORDS = (
    "amount", "region", "price", "north", "south", "market", "yellow", "river", "window", "garden", "number", "letter",
    "simple", "branch", "silver", "copper", "forest", "island", "planet", "summer", "winter", "monday", "engine",
    "camera", "paper", "bridge", "doctor", "school", "ticket", "carpet",
)  # fmt: skip
#: Turns that leave room for one more question, and one that is long enough to fill it, by whichever count.
TURNS = 6
SUMMARY = "Goal: prices by region. Findings: the SILVER total is 41."


def bulk(number: int, words: int = 400) -> str:
    """A cell of about so many tokens, whose output is as long; no two are alike."""
    drawn = random.Random(number)
    return f"note_{number} = '{' '.join(drawn.choice(WORDS) for _ in range(words))}'"


QUESTION = f"{bulk(99, 1_400)}\nAnd the total?"


def runs(source: str, protocol: CodeProtocol, said: str = "") -> Reply:
    """Code, as the protocol has it, from a server that reports no usage."""
    match protocol:
        case "tools":
            return code(source, said, usage=None)
        case "schema":
            return spoken(json.dumps({"say": said, "code": source}), usage=None)
        case "fenced":
            return spoken(f"{said}\n\n```python\n{source}\n```\n", usage=None)


def says(answer: str, protocol: CodeProtocol, usage: tuple[int, int] | None = None) -> Reply:
    """A final answer."""
    return spoken(json.dumps({"say": answer, "code": ""}) if protocol == "schema" else answer, usage=usage)


def is_summary(body: dict[str, Any]) -> bool:
    """Whether the request asks for a summary."""
    return "Sum up the conversation so far" in str(body["messages"][-1]["content"])


def script(answers: Iterable[Reply], summaries: Iterable[Reply] = ()) -> Callable[[Request], Reply]:
    """Ordinary requests get `answers` in order, those for a summary get `summaries`."""
    ordinary, asides = iter(answers), iter(summaries)
    nothing_left = error(400, "script exhausted")
    return lambda request: next(asides if is_summary(request.body) else ordinary, nothing_left)


def asides(server: ScriptedServer) -> list[dict[str, Any]]:
    return [body for body in server.chats if is_summary(body)]


def ordinary(server: ScriptedServer) -> list[dict[str, Any]]:
    return [body for body in server.chats if not is_summary(body)]


def told(body: dict[str, Any]) -> str:
    """All that a request says, calls included, as one text."""
    return "\n".join(
        str(message["content"]) + "".join(call["function"]["arguments"] for call in message.get("tool_calls") or [])
        for message in body["messages"]
    )


def assert_paired(body: dict[str, Any]) -> None:
    """Each call is followed by its result, and no result stands alone."""
    open_calls: list[str] = []
    for message in body["messages"]:
        if message["role"] == "tool":
            assert open_calls.pop(0) == message["tool_call_id"]
        else:
            assert open_calls == []
            open_calls = [call["id"] for call in message.get("tool_calls") or []]
    assert open_calls == []


def modelled(talks: Talks, server: ScriptedServer, protocol: CodeProtocol = "tools", **facts: Any) -> None:
    usual = {"window_tokens": WINDOW, "max_output_tokens": ANSWER, "protocol_proven": True}
    talks.model(server, protocol=protocol, **{**usual, **facts})


def long_talk(live: Interpreter, turns: int, files: Sequence[Path] = ()) -> None:
    """So many turns of one long cell and a short answer; the first comes with `files`."""
    for number in range(turns):
        live.run(f"Question {number}", files if number == 0 else ())


def long_script(turns: int, protocol: CodeProtocol = "tools") -> list[Reply]:
    """What `long_talk` is answered."""
    return [
        reply
        for number in range(turns)
        for reply in (runs(bulk(number), protocol, f"Step {number}."), says(f"Answer {number}.", protocol))
    ]


def codes(turn: Turn) -> list[str]:
    return [notice.code for notice in turn.notices]


# --- a summary --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_long_conversation_is_summed_up_by_its_own_model(
    talks: Talks, tmp_path: Path, protocol: CodeProtocol
) -> None:
    """B18: the start, what is known of files, the last rounds and the question stay word for word."""
    (tmp_path / "prices.csv").write_text("region,price\nNorth,1\nSouth,2\n", "utf-8")
    answers = [*long_script(TURNS, protocol), says("It is so.", protocol)]
    with ScriptedServer(script(answers, [text(SUMMARY, usage=None)])) as server:
        modelled(talks, server, protocol)
        with talks.opened() as live:
            long_talk(live, TURNS, [tmp_path / "prices.csv"])
            assert asides(server) == []
            turn = live.run(QUESTION).turn
    assert (turn.ending, turn.text, codes(turn)) == ("done", "It is so.", ["summarised"])
    (aside,) = asides(server)
    assert server.chats[-2] is aside
    assert "tools" not in aside and "response_format" not in aside
    assert all(f"note_{number} =" in told(aside) for number in range(5))
    assert "note_5" not in told(aside)

    sent = told(server.chats[-1])
    for kept in (
        "Question 0",
        '"prices.csv"',
        "2 rows × 2 columns",
        SUMMARY,
        "note_5 =",
        "Answer 5.",
        "And the total?",
    ):
        assert kept in sent, kept
    for gone in [*(f"note_{number} =" for number in range(5)), "Answer 4.", "Question 3", "Question 4"]:
        assert gone not in sent, gone
    assert sent.count(SUMMARY) == 1
    assert str(server.chats[-1]["messages"][-1]["content"]).partition("\n\n[Files")[0].endswith("And the total?")


def test_calls_and_results_stay_together_after_a_summary(talks: Talks) -> None:
    """B18: in one turn of many rounds, whose question stays too."""
    answers = [*(runs(bulk(number, 450), "tools") for number in range(9)), says("Done.", "tools")]
    with ScriptedServer(script(answers, [text(SUMMARY, usage=None)] * 3)) as server:
        modelled(talks, server)
        with talks.opened() as live:
            turn = live.run("Note nine things.").turn
    assert (turn.ending, len(turn.cells)) == ("done", 9)
    assert len(asides(server)) == 1
    for body in ordinary(server):
        assert_paired(body)
        assert "Note nine things." in told(body)
    first_after = server.chats[server.chats.index(asides(server)[0]) + 1]
    results = [message for message in first_after["messages"] if message["role"] == "tool"]
    assert len(results) == 2
    assert SUMMARY in told(server.chats[-1])


def test_what_was_summed_up_stays_in_the_log(talks: Talks) -> None:
    """B18, B11: every step is still there, and the log folds to what the page saw."""
    answers = [*long_script(TURNS), says("It is so.", "tools")]
    with ScriptedServer(script(answers, [text(SUMMARY, usage=None)])) as server:
        modelled(talks, server)
        live = talks.opened()
        long_talk(live, TURNS)
        live.run(QUESTION)
        seen = live.snapshot()
        live.close()
        assert folded(live.id, talks.engine.store.log(live.id)) == seen
        with Interpreter(engine=talks.engine, conversation_id=live.id, create=False) as again:
            assert again.snapshot() == seen
    assert [cell.source for turn in seen.turns for cell in turn.cells] == [bulk(number) for number in range(TURNS)]
    assert all(cell.outputs for turn in seen.turns for cell in turn.cells)
    assert [turn.text for turn in seen.turns[:TURNS]] == [f"Step {n}.\n\nAnswer {n}." for n in range(TURNS)]
    assert [turn.summary.text for turn in seen.turns if turn.summary is not None] == [SUMMARY]


def test_a_conversation_opened_again_goes_on_from_its_summary(talks: Talks) -> None:
    """B11, B18."""
    answers = [*long_script(TURNS), says("It is so.", "tools"), says("Still so.", "tools")]
    with ScriptedServer(script(answers, [text(SUMMARY, usage=None)])) as server:
        modelled(talks, server)
        live = talks.opened()
        long_talk(live, TURNS)
        live.run(QUESTION)
        live.close()
        with Interpreter(engine=talks.engine, conversation_id=live.id, create=False) as again:
            assert again.run("Sure?").text == "Still so."
    assert len(asides(server)) == 1
    assert SUMMARY in told(server.chats[-1]) and "note_2 =" not in told(server.chats[-1])


def test_requests_after_a_summary_begin_as_the_one_before(talks: Talks) -> None:
    """B18: servers can use their work again; nothing is summed up twice."""
    answers = [*long_script(TURNS), runs("a = 1", "tools"), runs("b = 2", "tools"), *[says("Fine.", "tools")] * 2]
    with ScriptedServer(script(answers, [text(SUMMARY, usage=None)])) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            live.run(QUESTION)
            live.run("Sure?")
    assert len(asides(server)) == 1
    after = server.chats[server.chats.index(asides(server)[0]) + 1 :]
    assert len(after) == 4
    for before, following in pairwise(after):
        assert following["messages"][: len(before["messages"])] == before["messages"]


def test_a_second_summary_stands_on_the_first(talks: Talks) -> None:
    """B18."""
    answers = [*long_script(14), says("It is so.", "tools")]
    summaries = [text(SUMMARY, usage=None), text("Goal: as before. Findings: COPPER.", usage=None)]
    with ScriptedServer(script(answers, summaries)) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, 14)
            turn = live.run(QUESTION).turn
        turns = live.snapshot().turns
    assert turn.ending == "done"
    first, second = asides(server)
    assert SUMMARY not in told(first)
    assert SUMMARY in told(second) and "Question 0" in told(second)
    # What the first one covers is not told again.
    assert "note_0 =" in told(first) and "note_0 =" not in told(second)
    sent = told(server.chats[-1])
    assert "COPPER" in sent and SUMMARY not in sent and "Question 0" in sent
    assert sum("summarised" in codes(turn) for turn in turns) == 2
    assert not any("shortened" in codes(turn) for turn in turns)


def test_another_branch_is_not_told_the_summary_of_what_it_does_not_hold(talks: Talks) -> None:
    """B18, B22."""
    answers = [*long_script(TURNS), says("It is so.", "tools"), says("Another.", "tools")]
    with ScriptedServer(script(answers, [text(SUMMARY, usage=None)])) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            live.run(QUESTION)
            live.edit(live.snapshot().turns[2].id, "Something else")
            assert live.wait(lambda now: len(now.turns) == TURNS + 2 and now.running is None, 60)
    sent = told(server.chats[-1])
    assert SUMMARY not in sent
    assert all(kept in sent for kept in ("note_0 =", "note_1 =", "Something else")) and "note_2 =" not in sent


def test_what_a_summary_costs_is_counted_with_the_turn(talks: Talks) -> None:
    """B29: and it is listed as a request beside the conversation."""
    answers = [*long_script(TURNS), says("It is so.", "tools", (300, 30))]
    with ScriptedServer(script(answers, [text(SUMMARY, usage=(5_000, 70))])) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            turn = live.run(QUESTION).turn
    assert turn.usage == Usage(5_300, 100)
    assert turn.spent == (("m", Usage(5_300, 100)),)
    assert turn.last_usage == Usage(300, 30)
    (aside,) = turn.asides
    assert (aside.model, aside.body is not None, len(turn.requests)) == ("m", True, 1)
    assert 3_000 < aside.context_tokens <= BUDGET


def test_a_cell_run_again_after_its_summary_is_told_as_it_is_now(talks: Talks) -> None:
    """B18, B21"""
    answers = [*long_script(TURNS), says("It is so.", "tools"), says("I see.", "tools")]
    with ScriptedServer(script(answers, [text(SUMMARY, usage=None)])) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            live.run(QUESTION)
            assert "ANEW" not in told(server.chats[-1])
            cell = live.snapshot().turns[1].cells[0]
            live.cells.run(cell.id, "x = 'ANEW'")
            assert live.wait(lambda now: now.cell(cell.id).source == "x = 'ANEW'" and not live.busy, 30)
            live.run("And now?")
    sent = told(server.chats[-1])
    assert SUMMARY in sent and sent.count("x = 'ANEW'") == 2, "its code and its output"
    assert sent.index(SUMMARY) < sent.index("ANEW") < sent.index("And now?")
    assert "note_2 =" not in sent


def test_old_outputs_are_shortened_before_anything_is_summed_up(talks: Talks) -> None:
    """B18: what costs least goes first."""
    answers = [*(runs(f"words {700 + number}", "tools") for number in range(8)), says("Done.", "tools")]
    with ScriptedServer(script(answers)) as server:
        modelled(talks, server, window_tokens=16_000)
        with talks.opened() as live:
            turn = live.run("Print many things.").turn
    assert (turn.ending, asides(server)) == ("done", [])
    results = [message["content"] for message in server.chats[-1]["messages"] if message["role"] == "tool"]
    assert [("left out" in result) for result in results] == [True, True, True, True, False, False, False, False]
    assert (turn.requests[-1].results_shortened, turn.requests[-1].rounds_dropped) == (4, 0)
    assert codes(turn) == ["shortened"]


# --- no summary -------------------------------------------------------------------------------------------------------

CUT = Reply([chunk({"content": "Goal: "}), Drop()])
FAILURES = {
    "an error": error(500, "no"),
    "a busy server": error(503, "later"),
    "a cut connection": CUT,
    "nothing": text("", usage=None),
    "one cut at its length": text("Goal: ", finish="length", usage=None),
    "more than it replaces": text(" ".join(bulk(n) for n in range(20)), usage=None),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_without_a_summary_the_oldest_rounds_go(talks: Talks, failure: str) -> None:
    """B18: it is asked for once in the turn, which goes on all the same."""
    more = 13
    answers = [*(runs(bulk(number), "tools") for number in range(more)), says("Done.", "tools")]
    with ScriptedServer(script(answers, [FAILURES[failure]] * 5)) as server:
        modelled(talks, server)
        with talks.opened() as live:
            turn = live.run("Note many things.").turn
    assert (turn.ending, turn.text, len(turn.cells)) == ("done", "Done.", more)
    # What comes back and is no use is told apart from trouble that passes.
    unusable = ["summary_unusable"] if FAILURES[failure].status == 200 and failure != "a cut connection" else []
    assert codes(turn) == [*unusable, "shortened"]
    assert len(asides(server)) == 1
    assert turn.summary is None
    sent = told(server.chats[-1])
    assert "Note many things." in sent and f"note_{more - 1} =" in sent and "note_0 =" not in sent
    assert "left out for lack of room" in sent
    for body in server.chats:
        assert_paired(body)


def test_a_summary_is_asked_for_again_in_the_next_turn(talks: Talks) -> None:
    """B18: trouble passes."""
    answers = [*long_script(TURNS), *[says("Fine.", "tools")] * 2]
    with ScriptedServer(script(answers, [error(503, "later"), text(SUMMARY, usage=None)])) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            assert codes(live.run(QUESTION).turn) == []
            assert codes(live.run("And now?").turn) == ["summarised"]
    assert SUMMARY in told(server.chats[-1])


def test_a_summary_of_no_use_is_not_paid_for_in_every_turn(talks: Talks) -> None:
    """B18, B29"""
    useless = text(" ".join(bulk(n) for n in range(20)), usage=None)
    answers = [*long_script(TURNS), *[says("Fine.", "tools")] * 6]
    with ScriptedServer(script(answers, [useless] * 9)) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            told_in = [codes(live.run(f"{QUESTION} {number}").turn) for number in range(3)]
    assert len(asides(server)) == 1
    assert [("summary_unusable" in each) for each in told_in] == [True, False, False]


def test_stop_ends_a_turn_that_is_being_summed_up(talks: Talks) -> None:
    """B2, B18: at once, with nothing made of the half summary and no further request."""
    half = Reply([chunk({"content": "Goal: "}), Gate("never")])
    with ScriptedServer(script(long_script(TURNS), [half])) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            before = len(server.chats)
            live.submit(QUESTION)
            assert server.wait_for(lambda s: len(s.requests) == before + 1)
            assert live.snapshot().running is not None
            live.stop()
            assert live.wait(lambda now: now.running is None, 30)
            turn = live.snapshot().turns[-1]
            assert server.wait_for(lambda s: s.disconnects == 1)
    assert (turn.ending, turn.steps, turn.requests, codes(turn)) == ("stopped", (), (), [])
    assert len(turn.asides) == 1
    assert all(turn.summary is None for turn in live.snapshot().turns)
    assert len(server.chats) == before + 1


def test_a_short_conversation_with_long_outputs_is_not_summed_up(talks: Talks) -> None:
    """B18: the last two rounds stay word for word, and there is nothing else to sum up."""
    answers = [runs(bulk(0, 1_200), "tools"), runs(bulk(1, 1_200), "tools"), says("Done.", "tools")]
    with ScriptedServer(script(answers)) as server:
        modelled(talks, server, window_tokens=7_000)
        with talks.opened() as live:
            turn = live.run("Note two things.").turn
    assert (turn.ending, asides(server)) == ("done", [])
    assert "note_0 =" in told(server.chats[-1]) and "note_1 =" in told(server.chats[-1])


# --- windows ----------------------------------------------------------------------------------------------------------


def test_a_window_too_small_for_the_question_alone_is_said(talks: Talks) -> None:
    """B18: nothing is sent that the server must refuse."""
    with ScriptedServer([text("never")]) as server:
        modelled(talks, server, window_tokens=2_000, max_output_tokens=500, window_estimated=False)
        with talks.opened() as live:
            turn = live.run(bulk(0, 4_000)).turn
    assert turn.ending == "failed"
    assert turn.problem is not None and turn.problem.code == "window_too_small"
    assert turn.problem.facts["window_tokens"] == 2_000
    needed = turn.problem.facts["needed_tokens"]
    assert isinstance(needed, int) and needed > 2_000
    assert server.chats == []


def test_a_window_that_is_only_guessed_is_tried(talks: Talks) -> None:
    """B18: the server knows better."""
    with ScriptedServer([text("Read it all.")]) as server:
        modelled(talks, server, window_tokens=2_000, max_output_tokens=500, window_estimated=True)
        with talks.opened() as live:
            assert live.run(bulk(0, 4_000)).text == "Read it all."


def test_a_second_refusal_for_length_ends_the_turn(talks: Talks) -> None:
    """B18: it is asked again once, with less."""
    overflow = error(400, "Too long.", "context_length_exceeded")
    answers = [*long_script(5), overflow, overflow, says("never", "tools")]
    with ScriptedServer(script(answers)) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, 5)
            turn = live.run(QUESTION).turn
    assert (turn.ending, turn.problem and turn.problem.code) == ("failed", "context_exceeded")
    assert len(server.chats) == 12
    assert len(told(server.chats[-1])) < 0.7 * len(told(server.chats[-2]))
    assert "And the total?" in told(server.chats[-1])


def test_a_refused_summary_teaches_the_window_to_the_request_after_it(talks: Talks) -> None:
    """B18: the same window is not exceeded twice."""
    overflow = error(400, "This model's maximum context length is 6000 tokens.", "context_length_exceeded")
    answers = [*long_script(TURNS), says("Short.", "tools")]
    with ScriptedServer(script(answers, [overflow])) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            turn = live.run(QUESTION).turn
        assert talks.models["m"].profile.window_tokens == 6_000
    assert (turn.text, codes(turn)) == ("Short.", ["shortened"])
    (sent,) = turn.requests
    assert sent.context_tokens < 6_000 - ANSWER


def test_a_learned_window_leaves_room_for_the_conversation(talks: Talks) -> None:
    """B18: the answer, too, has to do with less."""
    overflow = error(400, "This model's maximum context length is 4096 tokens.", "context_length_exceeded")
    answers = [runs(bulk(0, 120), "tools"), overflow, *[says("Fine.", "tools")] * 2]
    with ScriptedServer(script(answers)) as server:
        modelled(talks, server, window_tokens=8_192, max_output_tokens=4_096)
        with talks.opened() as live:
            live.run("Note one thing.")
            turn = live.run("And?").turn
        learned = talks.models["m"].profile
    assert (learned.window_tokens, learned.max_output_tokens) == (4_096, 1_024)
    assert (turn.text, codes(turn)) == ("Fine.", [])
    assert bulk(0, 120) in server.chats[-1]["messages"][3]["content"]


def test_a_long_answer_asked_for_leaves_less_room_for_the_prompt(talks: Talks) -> None:
    """B18: prompt and answer share one window."""
    with ScriptedServer(script([*long_script(TURNS), says("Long.", "tools")], [text(SUMMARY, usage=None)])) as server:
        modelled(talks, server)
        with talks.opened() as live:
            long_talk(live, TURNS)
            live.change_settings(replace(live.snapshot().settings, max_output_tokens=4_500))
            turn = live.run("Write it all down.").turn
    assert turn.text == "Long."
    assert server.chats[-1]["max_tokens"] == 4_500
    assert turn.requests[-1].context_tokens + 4_500 <= WINDOW
    assert codes(turn)


def test_tokens_of_an_answer_are_not_counted_again_with_the_next(talks: Talks) -> None:
    """B29: where the server does not report them."""
    said = " ".join(random.Random(1).choice(WORDS) for _ in range(400))
    with ScriptedServer([runs("a = 1", "tools", said), text("Done.", usage=None)]) as server:
        modelled(talks, server)
        with talks.opened() as live:
            turn = live.run("go").turn
    assert [step.text for step in turn.steps if isinstance(step, Prose)] == [said, "Done."]
    assert turn.last_usage is not None and turn.last_usage.estimated
    assert turn.last_usage.completion_tokens < 20
