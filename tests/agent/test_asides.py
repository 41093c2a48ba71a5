"""Requests beside the conversation: for a summary of it, and about a picture (B18, B26, B27)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from lci.agent.prompts import images
from lci.agent.prompts.cell_remarks import remark_text
from lci.agent.tools.inquire_image import InquireImage, pictures_by_name
from lci.core import events as e
from lci.core.files import ImageFacts, Preview, WorkspaceFile
from lci.core.inspection import FailureFacts, FigureNote, NamedObject
from lci.core.messages import ImagePart, Message
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, StreamOutput
from lci.core.ports import AnswerFinished, ExecutionFinished, ModelProfile, TextPiece
from lci.core.privacy.veil import Veil
from lci.core.turns import Usage
from lci.errors import Overloaded, Problem
from lci.testing.scripted import ScriptedModel, calls, calls_tool, says
from tests.agent.test_turn import PROFILE, Talk, ending, kinds, of

WINDOW = replace(PROFILE, window_tokens=10_000, max_output_tokens=1_000)


def bulk(number: int, characters: int = 4_000) -> str:
    """Code of so many characters without a repetition."""
    return (
        f"x{number} = "
        + "".join(str(digit) for digit in range(10_000 * (number + 1), 10_000 * (number + 1) + characters))[:characters]
    )


def long_talk(*answers: Any, turns: int = 3, profile: ModelProfile = WINDOW) -> Talk:
    """A conversation that nearly fills its window: each turn has a long cell and a word."""
    talk = Talk([], profile)
    for number in range(turns):
        talk.model.then(calls(bulk(number)), says(f"Answer {number}."))
        talk.turn(f"Question {number}?")
    talk.model.requests.clear()
    talk.model.then(*answers)
    return talk


#: A question that does not fit beside three such turns.
QUESTION = f"{bulk(9, 6_000)} And now?"


def summaries(events: Sequence[e.Event]) -> list[e.Event]:
    return [event for event in events if isinstance(event, e.Summarised)]


SUMMARY = says("What was found.", usage=Usage(50, 5))


def test_a_long_conversation_is_summed_up_before_its_next_answer() -> None:
    """B18."""
    talk = long_talk(SUMMARY, says("Done."))
    events = talk.turn(QUESTION)
    assert kinds(events) == [
        "RequestSent", "UsageReported", "Summarised", "Notice",
        "RequestSent", "TextDelta", "UsageReported", "TurnEnded",
    ]  # fmt: skip
    sent, used, summary, notice = events[:4]
    assert isinstance(sent, e.RequestSent) and sent.aside and not of(e.RequestSent, events)[1].aside
    assert used == e.UsageReported(Usage(50, 5), "scripted", aside=True)
    # All but the last two rounds: the last turn's cell and its answer.
    assert summary == e.Summarised("What was found.", "t2", 2, "full", ())
    assert notice == e.Notice("summarised", {"rounds": 4})
    asking, after = talk.model.requests
    assert asking.tools == () and asking.messages[-1].role == "user"
    assert (
        "Answer 1." in str(asking.messages)
        and "Answer 2." not in str(asking.messages)
        and "And now?" not in str(asking.messages)
    )
    told = str(after.messages)
    assert "What was found." in told and "Answer 1." not in told and "Answer 2." in told and "And now?" in told


def test_a_summary_is_asked_for_in_as_many_words_as_it_may_have() -> None:
    talk = long_talk(SUMMARY, says("Done."))
    talk.turn(QUESTION)
    (words,) = {int(number) for number in re.findall(r"\b(\d+) words", talk.model.requests[0].messages[-1].text)}
    assert words == 600


def test_a_conversation_that_fits_is_not_summed_up() -> None:
    talk = long_talk(says("Done."))
    assert summaries(talk.turn("And now?")) == [] and len(talk.model.requests) == 1


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        ([TextPiece("What was"), AnswerFinished("length")], True),
        ([AnswerFinished("stop")], True),
        (says("".join(str(n) for n in range(9_000))), True),
        ([Overloaded("Test", 503)], False),
        ([TextPiece("half")], False),
    ],
)
def test_a_summary_of_no_use_is_not_kept_and_not_asked_for_again_at_once(answer: list[Any], noted: bool) -> None:
    """B18: the oldest rounds go instead, and some turns later it is tried again only where the server was at fault."""
    talk = long_talk(answer, calls("1"), says("Done."), says("Next."))
    events = talk.turn(QUESTION)
    assert summaries(events) == [] and ending(events) == ("done", None)
    assert [notice.code for notice in of(e.Notice, events) if notice.code == "summary_unusable"] == [
        "summary_unusable"
    ] * noted
    assert [request.aside for request in of(e.RequestSent, events)].count(True) == 1
    if noted:
        assert not any(request.aside for request in of(e.RequestSent, talk.turn("More?")))


def test_after_four_turns_a_summary_is_asked_for_again() -> None:
    talk = long_talk(
        [AnswerFinished("stop")], *(says(f"Word {number}.") for number in range(4)), SUMMARY, says("Done.")
    )
    prompts = [QUESTION, *(f"More {number}?" for number in range(4))]
    asides = [any(request.aside for request in of(e.RequestSent, talk.turn(prompt))) for prompt in prompts]
    assert asides == [True, False, False, False, True]


def test_nothing_is_summed_up_by_the_analyst_or_beyond_a_budget() -> None:
    own = long_talk(says("Done."), profile=replace(WINDOW, is_ai=False))
    assert len(own.model.requests) == 0 and not any(request.aside for request in of(e.RequestSent, own.turn(QUESTION)))
    spent = long_talk(says("Done."))
    assert kinds(spent.turn(QUESTION, refusal=lambda: Problem("budget_used_up", {}))) == ["TurnEnded"]


def test_a_stop_while_it_is_summed_up_keeps_nothing() -> None:
    """B2."""
    talk = long_talk(SUMMARY, says("Done."))
    events = talk.turn(QUESTION, stop_at=e.RequestSent)
    assert kinds(events) == ["RequestSent", "TurnEnded"] and ending(events) == ("stopped", None)


BLOB = BlobRef("aa", 1, "bytes")
FILE = WorkspaceFile(
    "Photo.png", 1, 0.0, "upload", Preview("Photo.png", "image", 1, image=ImageFacts("JPEG", 1, 1, BLOB))
)
SEES = replace(PROFILE, id="eyes", sees_images=True)


async def as_they_are(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    return messages


def asked(
    arguments: str, answers: Any, vision: ModelProfile = SEES, **more: Any
) -> tuple[Talk, list[e.Event], ScriptedModel]:
    talk = Talk([calls_tool("inquire_image", arguments), says("I see.")])
    talk.take("t0", e.TurnStarted("earlier"))
    talk.take("t0", e.FileAdded(FILE))
    talk.take("t0", e.OutputAdded("old", DisplayData({"image/png": BlobRef("bb", 1, "bytes")})))
    talk.take("t0", e.OutputAdded("old", DisplayData({"application/vnd.plotly.v1+json": {}})))
    talk.take("t0", e.OutputAdded("old", DisplayData({"image/png": BlobRef("cc", 1, "bytes")})))
    talk.take("t0", e.TurnEnded("done"))
    eyes = ScriptedModel([answers], vision)
    events = talk.turn("What is in it?", **{"tools": (InquireImage(),), "vision": eyes, "small": as_they_are, **more})
    return talk, events, eyes


def test_a_model_that_cannot_see_asks_one_that_can() -> None:
    """B26."""
    talk, events, eyes = asked('{"image": "Photo.png", "question": "Which animal?"}', says("A cat.", usage=Usage(7, 2)))
    (started,), (finished,) = of(e.ToolStarted, events), of(e.ToolFinished, events)
    assert started.name == "inquire_image" and (finished.result, finished.answered) == ("A cat.", True)
    system, question = eyes.requests[0].messages
    assert system.text == images.LOOKING and question.text == "Which animal?"
    assert question.parts[1] == ImagePart(BLOB, "image/jpeg", "Photo.png")
    (aside,) = [request for request in of(e.RequestSent, events) if request.aside]
    words = images.LOOKING + "Which animal?"
    assert (aside.model, aside.context_tokens) == ("eyes", len(words) // 4 + 1_000)
    assert e.UsageReported(Usage(7, 2), "eyes", aside=True) in events
    assert talk.model.requests[1].messages[-1].text.startswith("A cat.")
    assert 'Pictures for inquire_image: "Photo.png", "figure 1", "figure 3"' in talk.model.requests[0].messages[-1].text
    assert [tool.name for tool in talk.model.requests[0].tools] == ["execute_code", "inquire_image"]


def test_what_was_not_reported_is_estimated_with_the_picture() -> None:
    _, events, _ = asked('{"image": "figure 3", "question": ""}', says("x" * 400))
    (used,) = [event.usage for event in of(e.UsageReported, events) if event.aside]
    assert used.estimated and used.completion_tokens == 100 and used.prompt_tokens > 1_000


@pytest.mark.parametrize(
    ("image", "blob"),
    [
        ("figure 1", "bb"),
        ("Figure 3", "cc"),
        (" Photo.png ", "aa"),
        ("figure 2", None),
        ("photo.png", None),
        ("x", None),
    ],
)
def test_a_picture_is_found_by_its_name(image: str, blob: str | None) -> None:
    _, events, eyes = asked(f'{{"image": "{image}"}}', says("Seen."))
    (finished,) = of(e.ToolFinished, events)
    assert finished.answered is (blob is not None)
    if blob is not None:
        part = eyes.requests[0].messages[1].parts[1]
        assert isinstance(part, ImagePart) and part.blob.digest == blob
        assert eyes.requests[0].messages[1].text == images.DESCRIBE_PICTURE
    else:
        assert finished.result.startswith("There is no picture") and eyes.requests == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [([Overloaded("Test", 503)], "overloaded"), ([AnswerFinished("stop")], "empty"), (says(" \n"), "empty")],
)
def test_a_picture_that_was_not_looked_at_is_told_with_the_reason(answer: list[Any], words: str) -> None:
    _, events, _ = asked('{"image": "Photo.png"}', answer)
    (finished,) = of(e.ToolFinished, events)
    assert not finished.answered and f"({words})" in finished.result


@pytest.mark.parametrize("length", [4_000, 4_001])
def test_a_long_answer_about_a_picture_is_cut(length: int) -> None:
    _, events, _ = asked('{"image": "Photo.png"}', says("x" * length))
    assert of(e.ToolFinished, events)[0].result == "x" * 4_000


def test_a_tool_that_cannot_be_had_is_not_offered() -> None:
    """B26, B51."""

    async def veil() -> Veil:
        return Veil("schema", (), None)

    for more in ({"vision": None}, {"small": None}, {"veil": veil}):
        _, events, eyes = asked('{"image": "Photo.png"}', says("Seen."), **more)
        assert not of(e.ToolFinished, events)[0].answered and eyes.requests == []
    _, events, eyes = asked('{"image": "Photo.png"}', says("Seen."), PROFILE)
    assert eyes.requests == []


def test_pictures_are_those_of_files_and_of_the_last_turn_that_drew_any() -> None:
    talk, _, _ = asked('{"image": "x"}', says("Seen."))
    assert list(pictures_by_name(talk.conversation, "t2")) == ["Photo.png", "figure 1", "figure 3"]
    talk.take("t9", e.TurnStarted("again", parent="t2"))
    talk.take("t9", e.OutputAdded("new", DisplayData({"image/png": BlobRef("dd", 1, "bytes")})))
    later = pictures_by_name(talk.conversation, "t9")
    assert {name: picture.blob.digest for name, picture in later.items()} == {"Photo.png": "aa", "figure 1": "dd"}
    talk.take("t10", e.TurnStarted("words", parent="t9"))
    assert list(pictures_by_name(talk.conversation, "t10")) == ["Photo.png", "figure 1"]


def test_pictures_go_to_a_model_that_sees_as_many_as_its_window_bears() -> None:
    """B26."""
    wide = Talk([says("ok")], replace(PROFILE, sees_images=True, window_tokens=40_000))
    narrow = Talk([says("ok")], replace(PROFILE, sees_images=True, window_tokens=16_000))
    blind = Talk([says("ok")], replace(PROFILE, sees_images=False))
    shown = []
    for talk in (wide, narrow, blind):
        for number in range(3):
            talk.take("t0", e.FileAdded(replace(FILE, name=f"p{number}.png")))
        talk.take("t0", e.TurnStarted("look", tuple(f"p{number}.png" for number in range(3))))
        talk.take("t0", e.TurnEnded("done"))
        events = talk.turn("What?", small=as_they_are)
        shown.append(
            [
                part
                for message in talk.model.requests[0].messages
                for part in message.parts
                if isinstance(part, ImagePart)
            ]
        )
        assert len(shown[-1]) * 1_000 <= of(e.RequestSent, events)[0].context_tokens
    assert [len(pictures) for pictures in shown] == [3, 1, 0]


def test_what_figures_show_is_told_and_once_how_to_improve_them() -> None:
    """B27."""
    talk = Talk([calls("plot1"), calls("plot2"), calls("words"), says("ok")])
    picture = DisplayData({"image/png": BLOB})
    boxes = StreamOutput("stderr", "Glyph 25968 missing from font(s) DejaVu Sans.")
    talk.runs |= {"plot1": [picture, boxes], "plot2": [picture], "words": [StreamOutput("stdout", "x")]}
    talk.kernel.inspector.known_figures = (FigureNote("line of 3", ("no_x_label",)),)
    first, second, third = of(e.CellFinished, talk.turn())
    assert [(remark.code, remark.facts) for remark in first.remarks] == [
        ("figures", {"axes": ["line of 3"]}), ("figure_advice", {"findings": [["no_x_label", "missing_glyphs"]]}),
    ]  # fmt: skip
    assert [remark.code for remark in second.remarks] == ["figures"] and third.remarks == ()


def test_facts_stand_at_the_number_of_the_figure_they_are_of() -> None:
    """B8, B27: charts of other libraries are figures, too."""
    talk = Talk([calls("plots"), says("ok")])
    chart, picture = DisplayData({"application/vnd.plotly.v1+json": {}}), DisplayData({"image/png": BLOB})
    talk.runs["plots"] = [chart, picture, chart, picture]
    talk.kernel.inspector.known_figures = (FigureNote("first", ("no_x_label",)), FigureNote("second"))
    (done,) = of(e.CellFinished, talk.turn())
    assert [(remark.code, remark.facts) for remark in done.remarks] == [
        ("figures", {"axes": ["", "first", "", "second"]}),
        ("figure_advice", {"findings": [[], ["no_x_label"], [], []]}),
    ]


def test_facts_about_a_failure_are_told_with_it() -> None:
    """B6."""
    talk = Talk([calls("bad"), says("ok")])
    talk.runs["bad"] = [
        ErrorOutput("NameError", "name 'inquire_image' is not defined"),
        ExecutionFinished("error", 1, 0.1),
    ]
    talk.kernel.inspector.known_failure = FailureFacts((NamedObject("df", "DataFrame 1×1", ("a",)),), ("b",))
    events = talk.turn(tools=(InquireImage(),), vision=ScriptedModel([], SEES), small=as_they_are)
    (finished,) = of(e.CellFinished, events)
    assert [remark.code for remark in finished.remarks] == ["failure_facts", "tool_among_code"]
    assert "df: DataFrame 1×1, columns" in remark_text(finished.remarks[0])
    assert finished.remarks[1].facts == {"tool": "inquire_image"}


@pytest.mark.parametrize(
    ("error", "codes"),
    [
        (ErrorOutput("AttributeError", "'DataFrame' object has no attribute 'append'"), ["removed_name"]),
        (ErrorOutput("RuntimeError", "asyncio.run() cannot be called from a running event loop"), ["await_works"]),
        (ErrorOutput("RuntimeError", "This event loop is already running"), ["await_works"]),
        (ErrorOutput("RuntimeError", "config could not be loaded"), []),
    ],
)
def test_what_an_error_of_a_known_kind_means_is_told_with_it(error: ErrorOutput, codes: list[str]) -> None:
    """B6."""
    talk = Talk([calls("bad"), says("ok")])
    talk.runs["bad"] = [error, ExecutionFinished("error", 1, 0.1)]
    (finished,) = of(e.CellFinished, talk.turn())
    assert [remark.code for remark in finished.remarks] == codes
    assert all(remark_text(remark) for remark in finished.remarks)


@pytest.mark.parametrize(
    ("source", "codes"), [("open('/tmp/out.csv', 'w')", ["outside_files"]), ("open('out.csv', 'w')", [])]
)
def test_what_a_cell_wrote_outside_its_folder_is_told_with_its_result(source: str, codes: list[str]) -> None:
    """B6: only code that could is asked about."""
    talk = Talk([calls(source), says("ok")])
    talk.kernel.inspector.known_outside = ("/tmp/out.csv",)
    (finished,) = of(e.CellFinished, talk.turn())
    assert [remark.code for remark in finished.remarks] == codes
    assert ("/tmp/out.csv. Write it by a plain name" in talk.model.requests[1].messages[-1].text) is bool(codes)
