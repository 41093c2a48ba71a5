"""When a cell waits for the person and when the loop must not go on (B7)."""

from __future__ import annotations

import pytest

from lci.agent.approval import Unattended, allowed_unattended, approval_reasons, risks
from lci.agent.limits import TurnLimits, failures_in_a_row, fingerprint, limit_reached, repeats, sent_before
from lci.agent.repetition import Repetition
from lci.core.conversation import Approval, IsolationLevel
from lci.core.outputs import ErrorOutput
from lci.core.turns import Cell, CellStatus, Step, ToolUse, Turn

DEEP = "-" * 100_000 + "1"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", ()),
        ("df.rename(columns={}).replace(1, 2)", ()),
        ("items.remove(3)", ()),
        ("open('a.csv').read()", ()),
        ("open('a.csv', 'rb')", ()),
        ("from urllib.parse import urlsplit", ()),
        ("print('os.remove')", ()),
        ("import os\nos.remove('a')", ("deletes_files",)),
        ("from os import remove\nremove('a')", ("deletes_files",)),
        ("from os import getcwd", ()),
        ("Path('a').unlink()", ("deletes_files",)),
        ("shutil.rmtree('a')", ("deletes_files",)),
        ("import shutil", ("deletes_files",)),
        ("os.rename('a', 'b')", ("overwrites_files",)),
        ("open('a', 'w')", ("overwrites_files",)),
        ("open('a', mode='wb')", ("overwrites_files",)),
        ("open('a', 'w', -1)", ("overwrites_files",)),
        ("%%writefile a.py\nx = 1", ("overwrites_files",)),
        ("os.system('ls')", ("starts_programs",)),
        ("import subprocess as sp", ("starts_programs",)),
        ("!ls", ("starts_programs",)),
        ("files = !ls", ("starts_programs",)),
        ("%%bash\nrm x", ("starts_programs",)),
        ("!pip install x", ("installs_packages",)),
        ("%pip install x", ("installs_packages",)),
        ("pip install x", ("installs_packages",)),
        ("import requests", ("network",)),
        ("import urllib.request as r", ("network",)),
        ("from urllib import request", ("network",)),
        ("from urllib.request import urlopen", ("network",)),
        ("pd.read_csv('https://example.org/a.csv')", ("network",)),
        ("pd.read_csv('a.csv')", ()),
        ("%matplotlib inline\nimport socket", ("network",)),
        ("df?\nimport socket", ("network",)),
        ("if x:\n    !ls\n    os.remove('a')", ("starts_programs", "deletes_files")),
        ("import socket\nimport socket, requests\nimport ctypes", ("network", "starts_programs")),
        ("if x:\n    !lsof\n    os.remove('a')", ("starts_programs", "deletes_files")),
        ("if x:\n  %pip install y\n  import socket", ("installs_packages", "network")),
        ("open('a', 'r', -1)", ()),
        ("open('a', mode='rb')", ()),
        ("open(mode='w', file='a')", ("overwrites_files",)),
        ("open('a', encoding='w')", ()),
        ("pd.read_parquet('s3://bucket/a')", ("network",)),
        ("pd.to_csv('https://example.org/a.csv')", ()),
        ("import os.path", ()),
        ("import urllib", ()),
        ("import requests.adapters", ("network",)),
        ("import requestsx", ()),
        ("from os import path, rename", ("overwrites_files",)),
        ("from shutil import copy", ("deletes_files",)),
        ("x.rename('a')", ()),
        ("x.unlink()", ("deletes_files",)),
        ("a, b = !ls", ("starts_programs",)),
        ("a == !ls", ()),
        ("uv pip install x", ("installs_packages",)),
        ("!uv run x", ("installs_packages",)),
        ("pipeline = 1", ()),
        ("?x", ()),
        ("%sx ls", ("starts_programs",)),
        ('import os\nre.compile("\\d")\nos.remove("a")', ("deletes_files",)),
        ("def f(:", ()),
        ("\x00", ()),
        (DEEP, ()),
        ("1+" * 50_000 + "1", ()),
    ],
)
def test_risks_are_named(source: str, expected: tuple[str, ...]) -> None:
    assert risks(source) == expected


@pytest.mark.parametrize(
    ("approval", "isolation", "own_code", "calm", "risky"),
    [
        ("auto", "bubblewrap", False, (), ()),
        ("auto", "landlock", False, (), ()),
        ("auto", "rlimits", False, ("no_isolation",), ("no_isolation", "network")),
        ("auto", "none", False, ("no_isolation",), ("no_isolation", "network")),
        ("risky", "bubblewrap", False, (), ("network",)),
        ("risky", "none", False, ("no_isolation",), ("no_isolation", "network")),
        ("always", "bubblewrap", False, ("always_ask",), ("always_ask", "network")),
        ("always", "none", True, (), ()),
        ("risky", "bubblewrap", True, (), ()),
    ],
)
def test_what_waits_depends_on_policy_isolation_and_author(
    approval: Approval, isolation: IsolationLevel, own_code: bool, calm: tuple[str, ...], risky: tuple[str, ...]
) -> None:
    assert approval_reasons("x = 1", approval, isolation, own_code=own_code) == calm
    assert approval_reasons("import socket", approval, isolation, own_code=own_code) == risky


@pytest.mark.parametrize(
    ("reasons", "approve", "allowed"),
    [
        (("network",), "auto", True),
        (("no_isolation",), "auto", True),
        (("always_ask",), "reject-risky", True),
        ((), "reject-risky", True),
        (("network",), "reject-risky", False),
        (("always_ask", "network"), "reject-risky", False),
        (("no_isolation",), "reject-risky", False),
        ((), "reject-all", False),
        (("always_ask",), "reject-all", False),
    ],
)
def test_what_runs_when_nobody_is_there_to_be_asked(
    reasons: tuple[str, ...], approve: Unattended, allowed: bool
) -> None:
    """B9."""
    assert allowed_unattended(reasons, approve) is allowed


def cells(*statuses: CellStatus) -> list[Cell]:
    return [Cell(f"c{at}", at, status=status) for at, status in enumerate(statuses)]


def turn(*steps: Step) -> Turn:
    return Turn("t", None, "question", steps=steps)


UNUSABLE = ToolUse("u", 0, "web_search", "{}", "There is no such tool.")


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], None),
        (["ok", "ok"], None),
        (["ok", "ok", "ok"], "cells_limit"),
        (["error", "error"], "failures_limit"),
        (["error", "timeout"], "failures_limit"),
        (["died", "error", "ok"], "cells_limit"),
        (["error", "ok"], None),
        (["error", "interrupted"], None),
        (["ok", "ok", "writing", "dropped", "rejected"], None),
        (["error", "rejected", "error"], "failures_limit"),
    ],
)
def test_a_turn_pauses_at_its_limits(statuses: list[CellStatus], code: str | None) -> None:
    reached = limit_reached(turn(*cells(*statuses)), TurnLimits(cells_per_turn=3, failures_in_a_row=2))
    assert (reached.code if reached else None) == code


def test_calls_that_cannot_be_understood_count_too() -> None:
    limits = TurnLimits(cells_per_turn=3, failures_in_a_row=2)
    failed = limit_reached(turn(UNUSABLE, UNUSABLE), limits)
    assert failed is not None and failed.code == "failures_limit"
    assert limit_reached(turn(UNUSABLE, *cells("ok")), limits) is None
    many = limit_reached(turn(UNUSABLE, *cells("ok"), UNUSABLE), limits)
    assert many is not None and many.code == "cells_limit"


def test_failures_count_back_to_the_last_success() -> None:
    assert failures_in_a_row([]) == 0
    assert failures_in_a_row(cells("error", "ok", "error", "died", "timeout")) == 3
    assert failures_in_a_row(cells("error", "ok")) == 0


def failed(call_id: str, name: str, message: str) -> Cell:
    return Cell(call_id, 0, status="error", outputs=(ErrorOutput(name, message, ()),))


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("KeyError", "'sales'"), ("KeyError", "'sales'"), True),
        (("KeyError", "'sales'"), ("KeyError", "'shop'"), False),
        (("KeyError", "'sales'"), ("NameError", "'sales'"), False),
        (("ValueError", "line 3 of 10"), ("ValueError", "line 7 of 12"), True),
        (("TypeError", "<A at 0x7FAB>"), ("TypeError", "<A at 0x12cd>"), True),
    ],
)
def test_an_error_repeats_when_only_numbers_and_addresses_differ(
    first: tuple[str, str], second: tuple[str, str], same: bool
) -> None:
    both = turn(failed("a", *first), *cells("ok"), failed("b", *second))
    assert repeats(both, "b") is same


def test_a_cell_without_an_error_repeats_nothing() -> None:
    lone = turn(failed("a", "KeyError", "x"), Cell("b", 0, status="ok"), Cell("c", 0, status="ok"))
    assert fingerprint(lone.cells[1]) is None
    assert not repeats(lone, "a") and not repeats(lone, "b") and not repeats(lone, "unknown")


@pytest.mark.parametrize(
    ("ran", "sent", "again"),
    [
        ((), "x = 1", False),
        ((Cell("a", 0, "x = 1", "ok"),), "x = 1\n", True),
        ((Cell("a", 0, "x = 1", "error"),), "x = 1", True),
        ((Cell("a", 0, "x = 1", "ok"),), "x = 2", False),
        ((Cell("a", 0, "x = 1", "ok"), Cell("b", 0, "y", "ok")), "x = 1", False),
        ((Cell("a", 0, "x = 1", "ok"), UNUSABLE), "x = 1", True),
        ((Cell("a", 0, "x = 1", "ok"), Cell("b", 0, "x = 1", "writing")), "x = 1", True),
        ((Cell("a", 0, "x = 1", "died"),), "x = 1", False),
        ((Cell("a", 0, "x = 1", "timeout"),), "x = 1", False),
    ],
)
def test_code_is_sent_again_when_the_last_cell_is_the_same(ran: tuple[Step, ...], sent: str, again: bool) -> None:
    """B7: a cell that a death or a limit ended may have to be run again."""
    assert sent_before(turn(*ran), sent) is again


def endless(text: str, size: int = 7) -> bool:
    repetition = Repetition()
    for at in range(0, len(text), size):
        repetition.read(text[at : at + size])
    return repetition.endless


NUMBERS = ", ".join(str(number * number) for number in range(4_000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The same line.\n" * 2_000, True),
        ("top_" * 3_000, True),
        ("a" * 20_000, True),
        ("A paragraph of several lines.\nWith a second one.\n\n- and a list\n" * 300, True),
        ("A good beginning. " + "And so on. " * 2_000, True),
        ("The same line.\n" * 100, False),
        ("\n" * 20_000, False),
        (NUMBERS, False),
        ("\n".join(f"| {number} | row |" for number in range(2_000)), False),
        ("word " * 500 + NUMBERS, False),
    ],
)
def test_endless_repetition_is_noticed_and_long_text_is_not_taken_for_it(text: str, expected: bool) -> None:
    """B7."""
    assert endless(text) is expected
    assert endless(text, 10_000) is expected
