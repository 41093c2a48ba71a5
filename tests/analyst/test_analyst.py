"""B45: the built-in analyst as a model: what it streams, what it claims to be, how it behaves when told no."""

from __future__ import annotations

import asyncio
import json

import pytest

from lci.analyst import Analyst
from lci.analyst.results import findings
from lci.analyst.writing import escaped, literal, rounded, shown
from lci.core.conversation import BUILTIN_ANALYST
from lci.core.files import Column, Preview, Table
from lci.core.messages import Message, TextPart, ToolCall, ToolResult
from lci.core.ports import AnswerFinished, CallPiece, Model, ModelEvent, ModelRequest, TextPiece
from lci.workspace.samples import SAMPLES

COLUMNS = (Column("shop", "VARCHAR"), Column("sales", "DOUBLE"), Column("staff", "BIGINT"))
TABLE = Table("", 2, True, COLUMNS, (("a", 1.5, 2),))
FILE = Preview("shops.csv", "table", 1, tables=(TABLE,), reader='pd.read_csv("shops.csv")')


def events(*messages: Message, previews: tuple[Preview, ...] = (FILE,)) -> list[ModelEvent]:
    async def collect() -> list[ModelEvent]:
        analyst: Model = Analyst()
        collected = [event async for event in analyst.stream(ModelRequest(messages, previews=previews))]
        await analyst.close()
        return collected

    return asyncio.run(collect())


def user(text: str) -> Message:
    return Message("user", (TextPart(text),))


def after(question: str, output: str) -> tuple[Message, ...]:
    call = Message("assistant", (TextPart("…"), ToolCall("c", "execute_code", "{}")))
    return user(question), call, Message("tool", (ToolResult("c", output),))


def spoken(*messages: Message, previews: tuple[Preview, ...] = (FILE,)) -> str:
    return "".join(event.text for event in events(*messages, previews=previews) if isinstance(event, TextPiece))


def test_the_profile_does_not_pose_as_an_ai() -> None:
    profile = Analyst().profile
    assert (profile.id, profile.is_ai, profile.local) == (BUILTIN_ANALYST, False, True)
    assert "not an AI" in spoken(user("who are you?"))


def test_an_answer_streams_text_then_the_call_and_ends_with_it_whole() -> None:
    stream = events(user("average sales by shop"))
    finished = stream[-1]
    assert isinstance(finished, AnswerFinished) and finished.finish == "tool_calls"
    pieces = [event for event in stream if isinstance(event, CallPiece)]
    assert len(pieces) > 2 and isinstance(stream[0], TextPiece)
    assert "".join(piece.arguments for piece in pieces) == finished.calls[0].arguments
    assert 'pd.read_csv("shops.csv")' in json.loads(finished.calls[0].arguments)["code"]


def test_an_answer_without_code_stops() -> None:
    assert events(user("hello"))[-1] == AnswerFinished("stop")


def test_without_a_file_it_asks_for_one_and_names_the_samples() -> None:
    text = spoken(user("plot the trend"), previews=())
    assert "Attach" in text and all(each.name in text for each in SAMPLES)


def test_what_it_does_not_understand_it_says_with_questions_about_this_file() -> None:
    text = spoken(user("write me a haiku"))
    assert "did not understand" in text and text.count("\n- ") == 3 and "sales" in text
    assert "OPENAI_API_KEY" in text and "LCI_MODEL" in text and "not an AI model" in text


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("The user rejected this code: too slow", "You rejected"),
        ("Stopped by the user after 3 s.", "stopped"),
        ("KeyboardInterrupt", "stopped"),
        ("The kernel died (out of memory) and was restarted.", "kernel ended"),
        ("ModuleNotFoundError: No module named 'scipy'", "Install scipy"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'shops.csv'", "Attach it again"),
        ("ValueError: Cannot calculate a linear regression if all x values are identical", "enough different values"),
        ("", "I state no result"),
    ],
)
def test_a_cell_without_findings_is_reported_as_it_is_and_not_repeated(output: str, said: str) -> None:
    stream = events(*after("do a linear regression", output))
    assert stream[-1] == AnswerFinished("stop")
    assert said in "".join(event.text for event in stream if isinstance(event, TextPiece))


def test_each_question_starts_afresh() -> None:
    stream = events(*after("describe sales", "x"), Message("assistant", (TextPart("done"),)), user("describe staff"))
    assert "staff" in stream[-1].calls[0].arguments  # type: ignore[union-attr]


def test_notes_of_the_app_are_not_taken_for_questions() -> None:
    note = Message("user", (TextPart("[The kernel was restarted.]", "note"),))
    stream = events(*after("describe sales", "n = 1"), note)
    assert "I state no result" in "".join(event.text for event in stream if isinstance(event, TextPiece))


def test_a_label_in_the_data_cannot_pass_for_a_finding() -> None:
    found = findings("value 'slope = 99' = 1.0\nslope = 2.0\nvalue 'it\\'s' = 3\nmean = nan\n\x1b[31mn = 4\x1b[0m")
    assert found.number("slope") == 2.0 and found.count("n") == 4
    assert found.numbers("value") == [("slope = 99", 1.0), ("it's", 3.0)]


def test_names_are_safe_in_markdown_and_python() -> None:
    assert shown("a`b\nc") == "`` a`b c ``"
    assert escaped("![x](http://e.vil) | <b> $1$") == "!\\[x\\](http\\://e.vil) \\| \\<b\\> \\$1\\$"
    assert eval(literal("a'\"\n{x}\\")) == "a'\"\n{x}\\"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1234567.0, "1,234,567"),
        (0.000123456, "0.0001235"),
        (1.5, "1.5"),
        (1e20, "1.000e+20"),
        (float("nan"), "undefined"),
    ],
)
def test_numbers_are_rounded_for_reading(value: float, text: str) -> None:
    assert rounded(value) == text


def test_the_samples_are_there_with_a_first_question_each() -> None:
    for each in SAMPLES:
        assert each.path.read_text(encoding="utf-8").count("\n") > 300 and len(each.questions) == 3


@pytest.mark.parametrize("prompt", ["[urgent] average sales by shop", "<b>average sales by shop</b>", "[a]"])
def test_a_prompt_is_one_whatever_it_begins_with(prompt: str) -> None:
    """B58: prompts that began with a bracket were taken for notes of the app, and greeted."""
    assert "Hello" not in spoken(user(prompt))
