"""Which messages a conversation is for a model: in what order, with what, and after a summary (B18, B27)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lci.core.artifacts import cell_figures, figures, has_scripts, is_active, richest, saved_images
from lci.core.conversation import Conversation
from lci.core.files import ImageFacts, Preview, WorkspaceFile
from lci.core.messages import ImagePart, Message, TextPart, ToolCall, ToolResult
from lci.core.outputs import BlobRef, Bundle, DisplayData, ErrorOutput, ExecuteResult, Output, StreamOutput
from lci.core.pictures import figures_of, pictured, without_pictures
from lci.core.privacy.masking import MaskedValues
from lci.core.privacy.veil import OPEN, Veil
from lci.core.remarks import Remark
from lci.core.transcript.brought import ROOM
from lci.core.transcript.building import summarised, transcript
from lci.core.transcript.output_text import RESULT_CHARS
from lci.core.turns import Author, Cell, FileChange, Prose, Reasoning, Revision, Sent, Step, Summary, ToolUse, Turn
from tests.core.test_transcript import Plain

SYSTEM = Message("system", (TextPart("s"),))
OUT, PNG = StreamOutput("stdout", "out"), DisplayData({"image/png": BlobRef("aa", 1, "bytes")})
MASKS = Veil("full", ("salary",))


def user(text: str) -> Message:
    return Message("user", (TextPart(text),))


def said(text: str) -> Message:
    return Message("assistant", (TextPart(text),))


def called(call_id: str, source: str, result: str, text: str = "") -> list[Message]:
    words = (TextPart(text),) if text else ()
    call = ToolCall(call_id, "execute_code", f'{{"code": "{source}"}}')
    return [Message("assistant", (*words, call)), Message("tool", (ToolResult(call_id, result),))]


def turn(name: str, *steps: Step, parent: str | None = None, **more: object) -> Turn:
    return replace(Turn(name, parent, f"ask {name}", steps=steps, ending="done"), **more)  # type: ignore[arg-type]


def told(*turns: Turn, veil: Veil = OPEN, files: tuple[WorkspaceFile, ...] = ()) -> list[Message]:
    known = {file.name: file for file in files}
    conversation = Conversation("c", files=known, turns=turns, head=turns[-1].id)
    return list(transcript(conversation, "s", Plain(), veil=veil))


def ran(name: str, source: str = "1", number: int = 1, *outputs: Output, at: float = 1.0) -> Cell:
    return Cell(name, number, source, "ok", 1, outputs or (OUT,), 0.1, at)


def test_rounds_are_answers_with_their_results() -> None:
    """B18: thoughts are never sent back, blank text and what did not run neither."""
    steps = (
        Reasoning("hm", 1), Prose("first", 1), ran("x"), Prose(" \n", 2), ran("y", "2", 2),
        Cell("w", 2, "3", "writing"), Cell("d", 2, "4", "dropped"), Prose("done", 3),
    )  # fmt: skip
    assert told(turn("a", *steps)) == [
        SYSTEM, user("ask a"), *called("x", "1", "out", "first"), *called("y", "2", "out"), said("done"),
    ]  # fmt: skip
    assert told(turn("a", Reasoning("hm", 1))) == [SYSTEM, user("ask a")]


def test_calls_of_tools_stand_among_those_of_code_when_they_were_answered() -> None:
    steps = (
        ToolUse("x", 1, "look at!", "{}", "seen"), ToolUse("y", 1, "n" * 65, "broken", "no"),
        ToolUse("z", 1, "", "[1]", "no"),
        ToolUse("open", 1, "look", "{}"), ran("c", "1", 1), Prose("after", 1),
    )  # fmt: skip
    _, _, answer, *results = told(turn("a", *steps))
    assert answer.parts == (
        TextPart("after"), ToolCall("x", "look_at_", "{}"), ToolCall("y", "n" * 64, '{"raw": "broken"}'),
        ToolCall("z", "unknown", '{"raw": "[1]"}'), ToolCall("c", "execute_code", '{"code": "1"}'),
    )  # fmt: skip
    assert [message.text for message in results] == ["seen", "no", "no", "out"]


def test_figures_are_numbered_through_a_turn() -> None:
    """B27."""
    result = ExecuteResult({"image/png": BlobRef("bb", 1, "bytes")})
    first = turn("a", ran("x", "1", 1, PNG, OUT, result), ran("y", "1", 2, PNG))
    texts = [message.text for message in told(first) if message.role == "tool"]
    assert texts == ["[figure 1]\nout\n[figure 2]", "[figure 3]"]
    two = told(turn("a", ran("x", "1", 1, PNG)), turn("b", ran("y", "1", 1, PNG), parent="a"))
    assert [message.text for message in two if message.role == "tool"] == ["[figure 1]", "[figure 1]"]


FILE = WorkspaceFile(
    "a.png", 1, 0.0, "upload", Preview("a.png", "image", 1, image=ImageFacts("JPEG", 1, 1, BlobRef("aa", 1, "bytes")))
)
PLAIN_FILE = WorkspaceFile("b.csv", 1, 0.0, "upload")


def test_files_are_told_with_the_prompt_they_came_with_and_pictures_are_shown() -> None:
    """B5, B26."""
    asked = turn("a", attachments=("a.png", "b.csv", "gone"))
    _, message = told(asked, files=(FILE, PLAIN_FILE))
    assert [part.kind for part in message.parts[:2] if isinstance(part, TextPart)] == ["file", "file"]
    assert message.parts[2:] == (TextPart("ask a"), ImagePart(BlobRef("aa", 1, "bytes"), "image/jpeg", "a.png"))
    bare = replace(FILE, preview=Preview("a.png", "image", 1, image=ImageFacts("PNG", 1, 1)))
    assert not any(isinstance(part, ImagePart) for part in told(asked, files=(bare, PLAIN_FILE))[1].parts)


def test_an_edited_cell_keeps_the_code_that_was_asked_for() -> None:
    """B31."""
    edited = replace(ran("x", "mine"), revisions=(Revision("yours", "model"),))
    assert told(turn("a", edited))[2:] == called("x", "yours", "edited mine out")


SHORT = Summary("short", 1, made_at=5.0)


def test_a_summary_stands_for_what_it_covers() -> None:
    """B18: all but the first prompt, the current one, what is known of files and what ran again since."""
    first = turn("a", ran("x"), attachments=("b.csv",))
    second = turn("b", ran("y"), parent="a", summary=SHORT, attachments=("b.csv",))
    third = turn("c", Prose("end", 1), parent="b")
    messages = told(first, second, third, files=(PLAIN_FILE,))
    assert [message.role for message in messages] == ["system", "user", "assistant"]
    texts = messages[1].text.split("\n")
    assert texts == ["[file b.csv None]", "ask a", "[summary short]", "[file b.csv None]", "ask c"]


def test_a_summary_of_the_current_turn_keeps_its_prompt_and_what_came_after() -> None:
    last = turn("b", ran("x"), ran("y", "2", 2), parent="a", summary=SHORT)
    assert told(turn("a"), last) == [SYSTEM, *_joined("ask a", "[summary short]", "ask b"), *called("y", "2", "out")]
    alone = turn("a", ran("x"), ran("y", "2", 2), summary=SHORT)
    assert told(alone) == [SYSTEM, *_joined("ask a", "[summary short]"), *called("y", "2", "out")]


def test_a_summary_that_covers_part_of_an_earlier_turn_keeps_that_prompt() -> None:
    part = turn("b", ran("x"), ran("y", "2", 2), parent="a", summary=SHORT)
    messages = told(turn("a"), part, turn("c", parent="b"))
    assert messages == [SYSTEM, *_joined("ask a", "[summary short]", "ask b"), *called("y", "2", "out"), user("ask c")]


def _joined(*texts: str) -> list[Message]:
    parts = [TextPart(text, "summary" if text.startswith("[summary") else "words") for text in texts]
    return [Message("user", tuple(parts))]


def test_of_several_summaries_the_last_that_may_be_seen_counts() -> None:
    turns = (
        turn("a", summary=SHORT),
        turn("b", summary=Summary("x", 1, "full", ("salary",))),
        turn("c", summary=SHORT),
    )
    assert summarised(turns) == 2 and summarised(turns[:2]) == 1 and summarised(turns[2:]) == 0
    assert summarised(turns, MASKS) == 1
    assert summarised((turn("a"),)) == -1
    assert summarised((turn("a", summary=replace(SHORT, sharing="schema")),), Veil("schema")) == 0


def test_cells_that_ran_again_after_the_summary_are_told_anew() -> None:
    old, again = ran("x", "old", 1, at=4.0), ran("y", "again", 1, at=6.0)
    messages = told(turn("a", old, again, summary=SHORT), turn("b", parent="a"))
    assert messages[1].text == "ask a\n[summary short]\n[again again: out]\nask b"
    even = replace(again, started_at=5.0)
    assert "again" not in told(turn("a", old, even, summary=SHORT), turn("b", parent="a"))[1].text


def test_figures_before_a_summary_keep_their_numbers() -> None:
    """B27."""
    messages = told(turn("a", ran("x", "1", 1, PNG, PNG), ran("y", "2", 2, PNG), summary=SHORT))
    assert messages[-1].text == "[figure 3]"


def test_answers_made_of_what_may_no_longer_be_seen_are_withheld_once() -> None:
    """B51."""
    seen, hidden = Sent("m", None, 0, "full", ("salary",)), Sent("m", None, 0)
    steps = (ran("x", "1", 1, PNG), ran("y", "2", 2), ran("z", "3", 3, PNG))
    mixed = turn("a", *steps, requests=(hidden, hidden, seen))
    assert told(mixed, veil=MASKS)[2:] == [
        Message("assistant", (TextPart("[answer withheld]", "note"),)), *called("z", "3", "[figure 2]"),
    ]  # fmt: skip
    assert len(told(mixed)) == 8


def test_of_a_withheld_output_figures_are_told_and_the_kind_of_error() -> None:
    """B51."""
    seen = Sent("m", None, 0, "full", ("salary",))

    def result(*outputs: object) -> str:
        cell = replace(ran("x", "df.salary"), outputs=outputs)
        return told(turn("a", cell, requests=(seen,)), veil=MASKS)[-1].text

    assert result(PNG) == "[figure 1]"
    assert result(OUT, PNG) == "[figure 1]\n[withheld None]"
    assert result(DisplayData({"text/plain": "x"})) == "[withheld None]"
    assert result() == "(no output)"
    assert result(ErrorOutput("KeyError", "x")).startswith("[withheld Failure(kind='KeyError'")


def test_what_a_replay_said_of_an_error_is_told_without_its_text() -> None:
    """B51."""
    noted: list[Turn | None] = []

    class Listening(Plain):
        def prompt(self, turn: Turn, files: object, before: Turn | None) -> tuple[TextPart, ...]:
            noted.append(before)
            return (TextPart(turn.prompt),)

    replayed = Remark("replayed", {"error": "KeyError: 'Zebrawald'", "cells": 1})
    other = Remark("said", {"error": "E: x"})
    turns = (turn("a", notices=(replayed, other)), turn("b", parent="a"))
    conversation = Conversation("c", turns=turns, head="b")
    transcript(conversation, "s", Listening(), veil=MASKS)
    transcript(conversation, "s", Listening())
    assert [each and [notice.facts.get("error") for notice in each.notices] for each in noted] == [
        None, ["KeyError", "E: x"], None, ["KeyError: 'Zebrawald'", "E: x"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bundle", "best"),
    [
        ({"text/plain": "", "image/png": "", "application/vnd.plotly.v1+json": {}}, "application/vnd.plotly.v1+json"),
        ({"image/png": "", "image/svg+xml": "", "text/html": ""}, "image/svg+xml"),
        ({"text/plain": "", "text/html": ""}, "text/html"),
        ({"text/plain": "", "application/json": ""}, "application/json"),
        ({"text/x": "", "text/y": ""}, "text/x"),
        ({}, None),
    ],
)
def test_the_best_form_of_a_result_is_shown(bundle: Bundle, best: str | None) -> None:
    assert richest(bundle) == best


def test_figures_of_a_cell_are_told_with_their_kind_and_name() -> None:
    """B8."""
    outputs = (
        OUT, PNG, DisplayData({"application/vnd.plotly.v1+json": {}}, {"lci": {"file": "a.png"}}), DisplayData({}),
        ExecuteResult({"application/vnd.vegalite.v5+json": {}}, {"lci": {"file": 5}}),
        DisplayData({"text/html": "<script>"}, {"lci": 1}),
        DisplayData({"text/html": "<b>"}), DisplayData({"text/plain": "x"}),
    )  # fmt: skip
    cell = Cell("call_1234", 1, outputs=outputs)
    assert [(each.kind, each.key, each.name) for each in cell_figures(turn("t", cell), cell)] == [
        ("image", "call_1234-1", "figure-1234-2"), ("plotly", "call_1234-2", "a.png"),
        ("vegalite", "call_1234-4", "figure-1234-5"), ("html", "call_1234-5", "figure-1234-6"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("html", "active"),
    [
        ("<b>x</b>", False),
        ("<SCRIPT>", True),
        ("<iframe>", True),
        ("<object>", True),
        ("<embed>", True),
        ("<canvas>", True),
        (5, False),
    ],
)
def test_html_that_would_run_belongs_in_the_sandbox(html: str | int, active: bool) -> None:
    assert is_active(html) is active
    assert is_active(BlobRef("aa", 1, "text"))


@pytest.mark.parametrize(
    ("html", "runs"),
    [
        ("<b>", False),
        ("<Script>", True),
        ("<a onclick = 'x'>", True),
        ('<a href="JavaScript:x">', True),
        ("<b>on x=1</b>", False),
    ],
)
def test_html_with_scripts_is_told_from_html_without(html: str, runs: bool) -> None:
    assert has_scripts(html) is runs


def test_pictures_that_a_turn_saved_are_its_figures_when_no_cell_shows_any() -> None:
    """B8."""
    changes = (
        FileChange("A.PNG", 1, "created"), FileChange("b.svg", 1, "changed"), FileChange("c.png", 0, "removed"),
        FileChange("d.csv", 1, "created"), FileChange("e.png", 1, "changed"),
    )  # fmt: skip
    saved = turn("t", ran("x"), changes=changes, attachments=("e.png",))
    assert [each.name for each in saved_images(saved)] == ["A.PNG", "b.svg"]
    shown = turn("u", ran("y", "1", 1, PNG), parent="t", changes=changes)
    assert saved_images(shown) == ()
    conversation = Conversation("c", turns=(saved, shown), head="u")
    assert [each.key for each in figures(conversation)] == ["y-0", "t-b.svg", "t-A.PNG"]


def test_a_model_that_sees_is_shown_the_best_picture_of_each_output() -> None:
    jpeg, webp = BlobRef("jj", 1, "bytes"), BlobRef("ww", 1, "bytes")
    outputs = (
        OUT,
        DisplayData({"image/webp": webp, "image/jpeg": jpeg}),
        ExecuteResult({"image/png": "inline"}),
        DisplayData({"image/svg+xml": jpeg}),
    )
    assert figures_of(Cell("x", 1, outputs=outputs)) == (ImagePart(jpeg, "image/jpeg"),)


def test_of_many_pictures_the_newest_stay_with_their_words() -> None:
    """B26."""
    picture = [ImagePart(BlobRef(str(n), 1, "bytes"), "image/png") for n in range(3)]
    asked = Message("user", (TextPart("q"), picture[0], picture[1]))
    messages = (SYSTEM, asked, said("a"), Message("user", (TextPart("m"), picture[2])), said("b"))
    empty = Conversation("c")
    assert pictured(messages, empty, "t", "m", 3) == messages
    assert pictured(messages, empty, "t", "m", 2)[1].parts == (TextPart("q"), picture[1])
    assert pictured(messages, empty, "t", "m", 1)[1].parts == (TextPart("q"),)
    assert pictured(messages, empty, "t", "m", 0) == (SYSTEM, user("q"), said("a"), said("b"))
    assert without_pictures(asked) == user("q") and without_pictures(SYSTEM) is SYSTEM


# --- notebooks that were brought in -----------------------------------------------------------------------------------


def brought(name: str, source: str = "1", *outputs: Output, author: Author = "import") -> Cell:
    return replace(ran(name, source, 0, *outputs), author=author)


def notes(*texts: str) -> Message:
    return Message("user", tuple(TextPart(text, "note") for text in texts))


def notebook(*steps: Step) -> Turn:
    return turn("n", *steps, prompt="", origin="import")


MIXED = (Prose("# Title", 0, "import"), brought("x"), Prose("so", 0, "import"), brought("y", "2", PNG))


def test_a_notebook_is_told_as_the_user_s_in_its_order() -> None:
    """None of its code is a call of the assistant's, and none of its texts an answer."""
    _, message = told(notebook(*MIXED), veil=OPEN)
    (_, *parts) = message.parts
    assert Message("user", tuple(parts)) == notes(
        "[brought # Title]", "[brought 1: out]", "[brought so]", "[brought 2: [figure 1]]"
    )


def test_what_the_assistant_did_in_an_exported_notebook_stays_its_own_round_after_round() -> None:
    steps = (
        Prose("I look", 0), brought("x", author="model"), Prose("and", 0), brought("y", "2", author="analyst"),
        Prose("Mine", 0, "import"), brought("z", "3"), brought("p", "4", author="person"), Prose("done", 0),
    )  # fmt: skip
    assert told(turn("a", *steps)) == [
        SYSTEM, user("ask a"), *called("x", "1", "out", "I look"), *called("y", "2", "out", "and"),
        notes("[brought Mine]", "[brought 3: out]", "[by user 4: out]"), said("done"),
    ]  # fmt: skip


def test_code_of_a_notebook_that_was_edited_and_run_here_is_the_user_s_still() -> None:
    edited = replace(brought("x", "2"), author="person", revisions=(Revision("1", "import"),))
    assert told(notebook(edited))[1].parts[-1] == TextPart("[brought 2: out]", "note")


def test_of_a_notebook_values_are_kept_back_as_of_any_cell() -> None:
    """B51: what it put out, and its texts, which are often made of values."""
    values = MaskedValues.of(["Zebrawald", 80_417])
    steps = (
        Prose("The mean salary is 80417.", 0, "import"), Prose("Zebrawald leads.", 0, "import"),
        brought("x", "df.salary.mean()", StreamOutput("stdout", "80417")),
        brought("y", "df.city.head()", StreamOutput("stdout", "Zebrawald")),
        Prose("Mine", 0, "person"),
    )  # fmt: skip
    hidden = "\n".join(message.text for message in told(notebook(*steps), veil=Veil("schema", (), None)))
    assert "80417" not in hidden and "Zebrawald" not in hidden
    assert hidden.count("[brought text withheld]") == 1 and "df.salary.mean()" in hidden and "Mine" in hidden
    masked = "\n".join(message.text for message in told(notebook(*steps), veil=Veil("full", ("salary",), values)))
    assert "80417" not in masked and "Zebrawald" not in masked and " leads." in masked


def test_an_answer_of_an_exported_notebook_is_withheld_where_it_may_be_made_of_hidden_values() -> None:
    steps = (Prose("It is 7", 0), brought("x", "print(7)", author="model"), Prose("Theirs", 0, "import"))
    texts = [message.text for message in told(turn("a", *steps), veil=Veil("schema", (), None))]
    assert texts[2:] == ["[answer withheld]", "[brought text withheld]"]


def test_a_long_notebook_takes_no_more_than_its_room() -> None:
    long = [brought(f"c{n}", f"x{n} = {'1' * 3_000}") for n in range(20)]
    _, message = told(notebook(Prose("short", 0, "import"), *long))
    assert len(message.text) < 1.1 * ROOM * RESULT_CHARS
    assert "[brought short]" in message.text and all(f"x{n} = " in message.text for n in range(20))
    many = [brought(f"c{n}", f"x{n} = {'1' * 300}") for n in range(1_000)]
    _, message = told(notebook(*many))
    assert len(message.text) < 1.1 * ROOM * RESULT_CHARS
    assert "x0 = " in message.text and "x999 = " in message.text and "[840 cells left out]" in message.text
