"""What a cell puts out, and what of it reaches a model as text (B13, B14)."""

from __future__ import annotations

import pytest

from lci.core.outputs import (
    BlobRef,
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Output,
    StreamOutput,
    appended,
    is_figure,
    settled_text,
    updated,
    without_ansi,
)
from lci.core.privacy.masking import MASK, MaskedValues
from lci.core.privacy.veil import Veil
from lci.core.transcript.output_text import output_text, plain_text
from tests.core.test_transcript import Plain


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain", "plain"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("10%\r20%\r100%", "100%"),
        ("100%\rok", "ok0%"),
        ("abc\b\bX", "aXc"),
        ("\b\bab", "ab"),
        ("a\b\b\bb", "b"),
        ("one\rtwo\nthree\rfour\nfive", "two\nfoure\nfive"),
        ("first\nab\bc\n", "first\nac\n"),
        ("x\r", "x"),
    ],
)
def test_a_text_is_shown_as_a_terminal_leaves_it(written: str, shown: str) -> None:
    """B14."""
    assert settled_text(written) == shown


def test_colours_and_links_of_a_terminal_are_left_out() -> None:
    assert without_ansi("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \x1bM.") == "red link ."


OUT, ERR = StreamOutput("stdout", "a"), StreamOutput("stderr", "e")
PICTURE = DisplayData({"text/plain": "p"}, {"w": 1}, "d")
RESULT = ExecuteResult({"text/plain": "r"}, {}, 7, "d")


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ((), OUT, (OUT,)),
        ((OUT,), StreamOutput("stdout", "b"), (StreamOutput("stdout", "ab"),)),
        ((OUT,), ERR, (OUT, ERR)),
        ((OUT, PICTURE), OUT, (OUT, PICTURE, OUT)),
        ((OUT,), PICTURE, (OUT, PICTURE)),
        ((OUT,), StreamOutput("stdout", "b", 5), (OUT, StreamOutput("stdout", "b", 5))),
        ((StreamOutput("stdout", "a", 3, "s"),), OUT, (StreamOutput("stdout", "aa", 3, "s"),)),
        (
            (StreamOutput("stdout", "a", 0, "s"),),
            StreamOutput("stdout", "b", 0, "t"),
            (StreamOutput("stdout", "ab", 0, "t"),),
        ),
    ],
)
def test_text_of_one_stream_is_one_output_but_for_what_was_left_out(
    before: tuple[Output, ...], new: Output, after: tuple[Output, ...]
) -> None:
    assert appended(before, new) == after


def test_every_display_of_an_id_shows_what_it_was_updated_with() -> None:
    other = DisplayData({"text/plain": "other"}, {}, "e")
    unnamed = DisplayData({"text/plain": "unnamed"})
    data = {"text/plain": "new"}
    assert updated((OUT, PICTURE, other, RESULT, unnamed), "d", data, {"w": 2}) == (
        OUT,
        DisplayData(data, {"w": 2}, "d"),
        other,
        ExecuteResult(data, {"w": 2}, 7, "d"),
        unnamed,
    )
    late = ExecuteResult({"text/plain": "late"}, {}, 8, "z")
    assert updated((late, DisplayData({}, {}, "z")), "d", data, {}) == (late, DisplayData({}, {}, "z"))


@pytest.mark.parametrize(
    ("mime", "is_one"),
    [
        ("image/png", True),
        ("image/svg+xml", True),
        ("image/webp", True),
        ("application/vnd.plotly.v1+json", True),
        ("application/vnd.vegalite.v5+json", True),
        ("text/html", False),
        ("application/json", False),
        ("image/tiff", False),
    ],
)
def test_pictures_and_charts_are_figures(mime: str, is_one: bool) -> None:
    assert is_figure({"text/plain": "x", mime: "…"}) is is_one


DRAWN, LONG = DisplayData({"image/png": "…"}), BlobRef("aa", 900, "text", "head", "tail", 50)
PAGE = "[a page, shown to the user; what it loads from the web comes only while the network is on]"
TEXTS: dict[str, tuple[tuple[Output, ...], str, int]] = {
    "nothing": ((), "", 0),
    "an empty line": ((StreamOutput("stdout", "\n\n"),), "", 0),
    "stdout as it is": ((StreamOutput("stdout", "\nw\nw\n"),), "w\nw", 0),
    "stderr once": ((StreamOutput("stderr", "w\nw\nv\n\n\n"),), "w (×2)\nv", 0),
    "empty lines of stderr": ((StreamOutput("stderr", "w\n\nv\n\nw"),), "w (×2)\n\nv", 0),
    "a gap": ((StreamOutput("stdout", "end", 9),), "[9 left out]\nend", 0),
    "a gap in stderr": ((StreamOutput("stderr", "end\nend", 9),), "[9 left out]\nend (×2)", 0),
    "figures": ((DRAWN, OUT, ExecuteResult({"image/png": "…"})), "[figure 1]\na\n[figure 2]", 2),
    "a result": ((ExecuteResult({"text/plain": "\x1b[31m5\x1b[0m", "text/html": "<b>5</b>"}),), "5", 0),
    "HTML alone": ((DisplayData({"text/html": "<img src=x>"}), DisplayData({"x/y": "z"}), OUT), "[image]\na", 0),
    "objects in a table": (
        (DisplayData({"text/html": BlobRef("aa", 9, "text"), "text/plain": "a\n0 <m.B object at 0x7f>"}),),
        "a\n0 <m.B object at 0x7f>",
        0,
    ),
    "a page": ((DisplayData({"text/html": BlobRef("aa", 9, "text"), "text/plain": "<a.B at 0x7f>"}),), PAGE, 0),
    "a long result": ((ExecuteResult({"text/plain": LONG}),), "head\n[50 left out]\ntail", 0),
    "one of unknown length": ((ExecuteResult({"text/plain": BlobRef("aa", 900, "text")}),), "[900 left out]", 0),
    "an error": ((ErrorOutput("KeyError", "'x'"),), "KeyError: 'x'", 0),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_what_a_cell_put_out_is_told_as_text(case: str) -> None:
    """B13, B14."""
    outputs, text, figures = TEXTS[case]
    assert output_text(outputs, Plain()) == (text, figures)
    assert output_text(outputs, Plain(), 3)[1] == figures + 3


def test_the_plainest_form_of_a_result_is_told() -> None:
    assert plain_text({"text/markdown": "*m*", "text/latex": "$l$", "text/plain": "p"}) == "p"
    assert plain_text({"text/markdown": "*m*", "text/latex": "$l$"}) == "*m*"
    assert plain_text({"text/latex": "$l$", "application/json": 1}) == "$l$"
    assert plain_text({"application/json": {"ä": [1]}}) == '{"ä": [1]}'
    assert plain_text({"application/json": BlobRef("aa", 9, "json")}) == ""
    assert plain_text({"text/html": "<p>"}) == ""


def test_what_may_be_cut_in_a_masked_value_is_masked_at_the_gap() -> None:
    """B51."""
    veil = Veil("full", ("name",), MaskedValues.of(["Zebrawald"]))
    outputs = (StreamOutput("stdout", "who: Zebra"), StreamOutput("stdout", "wald, too", 5))
    assert output_text(outputs, Plain(), veil=veil)[0] == f"who: {MASK}\n[5 left out]\n{MASK} too"
    assert output_text(outputs, Plain())[0] == "who: Zebra\n[5 left out]\nwald, too"
    first = (StreamOutput("stdout", "wald, too", 5),)
    assert output_text(first, Plain(), veil=veil)[0] == "[5 left out]\nwald, too"
