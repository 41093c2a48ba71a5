"""Which names came last into memory, and which a loop has left there (B18)."""

from __future__ import annotations

import pytest

from lci.core.code.recency import ranked


def test_names_come_from_the_newest_to_the_oldest() -> None:
    """B18: by the last cell that bound them or changed them in place."""
    sources = ["a = 1\nb = 2\nc = 3", "d = a", "a['x'] = 5", "b.append(4)"]
    assert ranked(("a", "b", "c", "d", "z"), sources).names == ("b", "a", "d", "c", "z")


def test_of_names_that_no_cell_mentions_the_last_bound_is_the_newest() -> None:
    assert ranked(("v1", "v2", "v3"), ["exec(code)"]).names == ("v3", "v2", "v1")


LEFT = {
    "what a loop runs over": ("for i, (j, k) in pairs: x = i", {"i", "j", "k"}),
    "a loop within a loop": ("for i in a:\n  for j in i: print(j)", {"i", "j"}),
    "a loop within a condition": ("if a:\n  for i in a: pass\nelse:\n  for j in a: pass", {"i", "j"}),
    "a loop that is guarded": (
        "try:\n  for i in a: pass\nexcept E:\n  for j in a: pass\nfinally:\n  for k in a: pass", {"i", "j", "k"},
    ),
    "with a file": ("with open(p) as f:\n  for line in f: pass", {"line"}),
    "bound elsewhere, too": ("i = 5\nfor i in a: pass", set()),
    "bound by a name of a file": ("with open(p) as i:\n  pass\nfor i in a: pass", set()),
    "in a function": ("def f():\n  for i in a: pass", set()),
    "in a list": ("b = [i for i in a]", set()),
    "no Python": ("for i in", set()),
    "with a magic": ("%matplotlib inline\nfor i in a: pass", {"i"}),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT)
def test_what_a_loop_leaves_is_known(case: str) -> None:
    """B18."""
    source, left = LEFT[case]
    assert ranked(("i", "j", "k", "f", "line", "x", "b"), [source]).left_over == left


def test_a_name_that_another_cell_binds_is_no_leftover() -> None:
    assert ranked(("row",), ["for row in rows: pass", "row = table.iloc[0]"]).left_over == frozenset()
