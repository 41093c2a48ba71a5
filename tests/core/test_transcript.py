from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, strategies as st

from lci.core import events as e
from lci.core.files import WorkspaceFile
from lci.core.folding import folded
from lci.core.messages import Message, TextPart, ToolCall, ToolResult
from lci.core.outputs import StreamOutput
from lci.core.privacy.failures import Failure
from lci.core.transcript.building import transcript
from lci.core.transcript.fitting import fitted
from lci.core.transcript.output_text import output_text
from lci.core.turns import Cell, Turn
from tests.core.strategies import logs


class Plain:
    def left_out(self, characters: int) -> str:
        return f"[{characters} left out]"

    def prompt(self, turn: Turn, files: Sequence[TextPart], before: Turn | None) -> tuple[TextPart, ...]:
        return (*files, TextPart(turn.prompt or "(empty)"))

    def file(self, file: WorkspaceFile) -> TextPart:
        return TextPart(f"[file {file.name} {file.preview}]", "file")

    def files(self, attached: Sequence[Sequence[WorkspaceFile]]) -> Sequence[tuple[TextPart, ...]]:
        return [tuple(map(self.file, files)) for files in attached]

    def withheld(self, failure: Failure | None) -> str:
        return f"[withheld {failure}]"

    def answer_withheld(self) -> str:
        return "[answer withheld]"

    def ran_again(self, source: str, result: str) -> TextPart:
        return TextPart(f"[again {source}: {result}]", "note")

    def ran_by_user(self, source: str, result: str) -> str:
        return f"[by user {source}: {result}]"

    def brought_text(self, text: str) -> str:
        return f"[brought {text}]"

    def brought_cell(self, source: str, result: str) -> str:
        return f"[brought {source}: {result}]"

    def brought_text_withheld(self) -> str:
        return "[brought text withheld]"

    def cells_left_out(self, cells: int) -> str:
        return f"[{cells} cells left out]"

    def summary(self, text: str) -> TextPart:
        return TextPart(f"[summary {text}]", "summary")

    def remarks(self, cell: Cell) -> str:
        return ""

    def edited(self, source: str, result: str) -> str:
        return f"edited {source} {result}"

    def result(self, cell: Cell, output: str, remarks: str) -> str:
        return output or "(no output)"

    def figure(self, number: int) -> str:
        return f"[figure {number}]"

    def rounds_dropped(self, rounds: int) -> str:
        return f"[{rounds} rounds dropped]"


def assert_well_formed(messages: Sequence[Message]) -> None:
    """Every call is answered right after its message, nothing else is, and users never follow users."""
    open_calls: list[str] = []
    for at, message in enumerate(messages):
        if message.role == "tool":
            (part,) = message.parts
            assert isinstance(part, ToolResult)
            assert part.call_id == open_calls.pop(0)
        else:
            assert not open_calls
            open_calls = [call.call_id for call in message.calls]
            if at and message.role == "user":
                assert messages[at - 1].role != "user"
    assert not open_calls


@given(logs())
def test_every_call_has_its_result_whatever_happened(log: list) -> None:
    """B18: tool call and result are never separated."""
    messages = transcript(folded("c", log), "system", Plain())
    assert messages[0] == Message("system", (TextPart("system"),))
    assert_well_formed(messages)


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Message, ...]:
    messages = [Message("system", (TextPart("s"),)), Message("user", (TextPart("question"),))]
    for number in range(draw(st.integers(0, 12))):
        text = "x" * draw(st.sampled_from([10, 500, 5_000]))
        messages.append(Message("assistant", (ToolCall(f"c{number}", "execute_code", "{}"),)))
        messages.append(Message("tool", (ToolResult(f"c{number}", text),)))
        if draw(st.booleans()):
            messages.append(Message("assistant", (TextPart("so"),)))
            messages.append(Message("user", (TextPart("next"),)))
    return tuple(messages)


@given(rounds(), st.integers(50, 20_000))
def test_fitting_keeps_pairs_and_pinned_parts_and_the_budget(messages: tuple[Message, ...], budget: int) -> None:
    """B18: system, first message and the last rounds stay; the budget is kept unless they alone exceed it."""
    result = fitted(messages, budget, len, Plain())
    assert_well_formed(result.messages)
    assert result.messages[0] == messages[0]
    assert result.messages[1].text.startswith("question")
    if result.rounds_dropped == 0 and result.results_shortened == 0:
        assert result.messages == messages
    assert result.messages[-1].role == messages[-1].role
    if result.tokens > budget:
        assert sum(message.role == "assistant" for message in result.messages) <= 2


def test_long_output_keeps_head_and_tail_and_says_exactly_what_is_missing() -> None:
    """B13: head + tail with the exact amount left out."""
    text, _ = output_text((StreamOutput("stdout", "a" * 6_000 + "b" * 6_000),), Plain())
    head, gap, tail = text.split("\n")
    assert (set(head), set(tail), len(text) <= 8_000) == ({"a"}, {"b"}, True)
    assert gap == f"[{12_000 - len(head) - len(tail)} left out]"


def test_a_progress_bar_reaches_the_model_as_its_last_state() -> None:
    """B14: progress bars reach the model as their last state, stderr without repetitions."""
    bar = "".join(f"\r{n}%" for n in range(101)) + "\n"
    text, _ = output_text((StreamOutput("stderr", bar + "warn\nwarn\nwarn\n"),), Plain())
    assert text == "100%\nwarn (×3)"


def test_a_cell_after_the_summary_is_told_once_though_it_ran_later() -> None:
    """B18: only what the summary speaks of can have been run again."""
    log = [
        e.TurnStarted("go"),
        *_ran("a", "first = 1"),
        e.Summarised("so far", "t1", 1),
        *_ran("b", "second = 2"),
        *_ran("a", "first = 10"),
    ]
    recorded = [e.Recorded(n, float(n), "c", "t1", e.SCHEMA, event) for n, event in enumerate(log, 1)]
    told = str(transcript(folded("c", recorded), "system", Plain()))
    assert told.count("[again first = 10") == 1
    assert told.count("second = 2") == 1
    assert "[again second" not in told


def _ran(call: str, source: str) -> list[e.Event]:
    return [
        e.RequestSent("m"),
        e.CodeDelta(call, source),
        e.CellStarted(call, source),
        e.CellFinished(call, "ok", 1, 0.1),
    ]
