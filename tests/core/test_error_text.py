"""What a model is told of an exception: its own frames, the message, notes and the whole chain of causes (B6)."""

from __future__ import annotations

import pytest

from lci.core.outputs import ErrorOutput
from lci.core.transcript.error_text import error_text

USER = "Cell In[3], line 1\n----> 1 f()"
LIBRARY = "File pandas/frame.py:4102, in __getitem__\n   4102 x"
LAST = "File pandas/base.py:3812, in get_loc\n   3812 y"
SYNTAX = "File <tokenize>:1, Cell In[4]\n    x ="
CAUSED = "\nThe above exception was the direct cause of the following exception:\n"
HANDLED = "\nDuring handling of the above exception, another exception occurred:\n"
DASHES = "\x1b[31m" + "-" * 75 + "\x1b[0m"


def heading(kind: str) -> str:
    return f"\x1b[31m{kind}\x1b[39m" + " " * 20 + "Traceback (most recent call last)"


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        ((), "E: v"),
        (("E: v",), "E: v"),
        ((DASHES, heading("E"), USER, LIBRARY, LAST, "E: v"), f"{USER}\n{LAST}\nE: v"),
        ((LIBRARY, LAST), f"{LAST}\nE: v"),
        (("  Input In [3]\n x", LIBRARY), f"  Input In [3]\n x\n{LIBRARY}\nE: v"),
        ((SYNTAX,), f"{SYNTAX}\nE: v"),
        (
            ("  Cell In[5], line 1\n    x = = 3\n        ^\nE: v\n",),
            "  Cell In[5], line 1\n    x = = 3\n        ^\nE: v",
        ),
        ((SYNTAX, LAST), f"{SYNTAX}\n{LAST}\nE: v"),
        (("Cell In[1]" + "x" * 2_000,), "Cell In[1]" + "x" * 1_490 + "\nE: v"),
        ((USER, "E: v", "first note", "second note"), f"{USER}\nE: v\nfirst note\nsecond note"),
    ],
)
def test_frames_of_one_s_own_the_last_one_of_a_library_and_the_message_are_told(
    frames: tuple[str, ...], text: str
) -> None:
    assert error_text(ErrorOutput("E", "v", frames)) == text


def test_an_error_without_a_message_is_its_name() -> None:
    assert error_text(ErrorOutput("StopIteration", "")) == "StopIteration"


def test_frames_that_repeat_stand_once_with_their_number() -> None:
    """Endless recursion, in one function or in two that call each other."""
    other = "Cell In[3], line 2, in g(n)\n----> 2 f()"
    skipped = "    [... skipping similar frames: f at line 1 (900 times)]\n"
    told = error_text(ErrorOutput("RecursionError", "too deep", (*(USER, other) * 500, skipped, USER)))
    assert told == (
        f"{USER}\n[this frame 501 times]\n{other}\n[this frame 500 times]\n{skipped.strip(chr(10))}\n"
        "RecursionError: too deep"
    )


def test_the_causes_follow_in_order_with_their_notes() -> None:
    chain = (
        DASHES, heading("KeyError"), "Cell In[2], line 4, in load(p)\n----> 4     return d[p]", "KeyError: 'p'",
        CAUSED, heading("ValueError"), LIBRARY, "ValueError: no such p", "a note",
        HANDLED, heading("RuntimeError"), USER, "RuntimeError: failed", "its note",
    )  # fmt: skip
    assert error_text(ErrorOutput("RuntimeError", "failed", chain)).split("\n") == [
        *USER.split("\n"),
        "RuntimeError: failed",
        "its note",
        "while handling ValueError: no such p",
        "a note",
        "caused by KeyError: 'p'",
    ]


def test_a_long_message_loses_its_end_and_nothing_else_does() -> None:
    told = error_text(ErrorOutput("E", "v" * 5_000, (DASHES, heading("K"), "K: " + "k" * 5_000, HANDLED, USER, "E: v")))
    assert [len(line) for line in told.split("\n")[2:]] == [2_000, len("while handling ") + 2_000]
