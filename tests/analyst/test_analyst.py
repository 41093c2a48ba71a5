"""B45: the built-in analyst as a model: what it streams, what it claims to be, how it behaves when told no."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lci.analyst import Analyst
from lci.analyst.results import findings
from lci.analyst.writing import escaped, literal, rounded, shown
from lci.core.conversation import BUILTIN_ANALYST
from lci.core.files import Column, Preview, Table
from lci.core.messages import Message, TextPart
from lci.core.ports import AnswerFinished, CallPiece, TextPiece
from lci.workspace.samples import SAMPLES
from tests.analyst.asking import exchange, said_by, streamed, user

COLUMNS = (Column("shop", "VARCHAR"), Column("sales", "DOUBLE"), Column("staff", "BIGINT"))
TABLE = Table("", 2, True, COLUMNS, (("a", 1.5, 2),))
FILE = Preview("shops.csv", "table", 1, tables=(TABLE,), reader='pd.read_csv("shops.csv")')


def spoken(*messages: Message, previews: tuple[Preview, ...] = (FILE,)) -> str:
    return said_by(streamed(messages, previews))[0]


@pytest.mark.parametrize("question", ["who are you?", "help", "hello", "こんにちは", "你好"])
def test_it_does_not_pose_as_an_ai(question: str) -> None:
    profile = Analyst().profile
    assert (profile.id, profile.is_ai, profile.local) == (BUILTIN_ANALYST, False, True)
    text = spoken(user(question))
    assert any(denial in text for denial in ("not an AI model", "AI モデルではありません", "不是 AI 模型")), text


def test_an_answer_streams_text_then_the_call_and_ends_with_it_whole() -> None:
    stream = streamed([user("average sales by shop")], [FILE])
    finished = stream[-1]
    assert isinstance(finished, AnswerFinished) and finished.finish == "tool_calls"
    pieces = [event for event in stream if isinstance(event, CallPiece)]
    assert len(pieces) > 2 and isinstance(stream[0], TextPiece)
    assert "".join(piece.arguments for piece in pieces) == finished.calls[0].arguments
    assert 'pd.read_csv("shops.csv")' in json.loads(finished.calls[0].arguments)["code"]


def test_an_answer_begins_with_the_plan_in_words() -> None:
    text = spoken(user("average sales by shop"))
    assert all(part in text for part in ("mean of `sales`", "for each `shop`", "table `shops.csv`"))


def test_an_answer_without_code_stops() -> None:
    finished = streamed([user("hello")], [FILE])[-1]
    assert isinstance(finished, AnswerFinished) and (finished.finish, finished.calls) == ("stop", ())


@pytest.mark.parametrize("question", ["plot the trend", "推移をグラフにして", "画出变化趋势"])
def test_without_a_file_it_asks_for_one_and_names_the_samples(question: str) -> None:
    text = spoken(user(question), previews=())
    assert all(each.name in text for each in SAMPLES)


def test_of_a_file_without_a_table_it_says_so() -> None:
    text = spoken(user("average sales by shop"), previews=(Preview("notes.txt", "text", 9, text="a note"),))
    assert "found none in `notes.txt`" in text


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("write me a haiku about sales", "haiku"),
        ("delete all rows", "delete"),
        ("average sales of the sparkling shop", "sparkling"),
        ("売上の俳句を書いて", "俳句"),
        ("写一首关于销售的诗", "诗"),
        ("please 削除 every row", "削除"),
    ],
)
def test_what_it_does_not_understand_it_names_and_runs_nothing(question: str, word: str) -> None:
    """B58: a poem, a command and a word of nothing in the file are no questions to be answered by something else."""
    text, source = said_by(streamed([user(question)], [FILE]))
    assert source is None and word in text, text


@pytest.mark.parametrize(
    "question", ["average body mass by species " * 2_000, "種ごとの体重の平均は" * 500, "a" * 100_000]
)
def test_what_is_longer_than_a_question_is_declined_at_once(question: str) -> None:
    """What 1,000 words may mean together took minutes to find out."""
    text, source = said_by(streamed([user("average sales by month"), user(question)], [FILE]))
    assert source is None
    assert text.startswith(("That is longer than one question.", "一つの質問としては長すぎます。"))


def test_a_declined_question_leads_to_a_model_without_variables_of_the_environment() -> None:
    text = spoken(user("write me a haiku"))
    assert "connected model" in text and "API_KEY" not in text and "LCI_" not in text


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("The user rejected this code: too slow", "You rejected"),
        ("Stopped by the user after 3 s.", "stopped"),
        ("KeyboardInterrupt", "stopped"),
        ("The kernel died (out of memory) and was restarted.", "kernel ended"),
        ("ModuleNotFoundError: No module named 'scipy'", "Install scipy"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'shops.csv'", "Attach it again"),
        ("KeyError: 'sales'", "Its columns were `shop`, `sales` and `staff`"),
        ("UnicodeDecodeError: 'utf-8' codec can't decode byte 0x93", "could not be read as it looked before"),
        ("MemoryError", "not enough memory"),
        ("ValueError: something of pandas", "The code failed"),
        ("", "none is stated"),
        ("slope = 2.0\n", "none is stated"),
    ],
)
def test_a_cell_without_findings_is_reported_as_it_is_and_not_repeated(output: str, said: str) -> None:
    stream = streamed(exchange("total sales by shop", "…", output), [FILE])
    text, source = said_by(stream)
    assert source is None and said in text, text
    assert "2.0" not in text


def test_each_question_starts_afresh() -> None:
    answered = (*exchange("describe sales", "…", "x"), Message("assistant", (TextPart("done"),)))
    _, source = said_by(streamed([*answered, user("describe staff")], [FILE]))
    assert source is not None and "staff" in source


def test_a_follow_up_changes_the_plan_before() -> None:
    answered = (*exchange("total sales", "…", "x"), Message("assistant", (TextPart("done"),)))
    text = spoken(*answered, user("and by shop?"))
    assert "total of `sales`" in text and "for each `shop`" in text


def test_notes_of_the_app_are_not_taken_for_questions() -> None:
    note = Message("user", (TextPart("[The kernel was restarted.]", "note"),))
    assert "none is stated" in spoken(*exchange("describe sales", "…", "n = 1"), note)


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


def test_the_samples_are_there() -> None:
    for each in SAMPLES:
        assert Path(each.path).read_text(encoding="utf-8").count("\n") > 300


@pytest.mark.parametrize("prompt", ["[urgent] average sales by shop", "<b>average sales by shop</b>", "[a]"])
def test_a_prompt_is_one_whatever_it_begins_with(prompt: str) -> None:
    """B58: prompts that began with a bracket were taken for notes of the app, and greeted."""
    assert "Hello" not in spoken(user(prompt))
