"""A wide frame is told as one table, its digits as they were printed (B13)."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from lci.core.transcript.wide_tables import unwrapped

_NAMES = st.text("abcdefg_", min_size=1, max_size=14)


@given(
    st.lists(_NAMES, min_size=12, max_size=30, unique=True),
    st.integers(1, 6),
    st.booleans(),
    st.integers(0, 10**9),
)
def test_a_wrapped_frame_has_each_row_in_one_line(names: list[str], rows: int, is_named: bool, seed: int) -> None:
    values = [[(seed * (r + 3) * (c + 7)) % 100_003 / (1 + c % 3) for c in range(len(names))] for r in range(rows)]
    labels = [f"{'New York' if n % 2 else 'x'} {n}" for n in range(rows)]
    frame = pd.DataFrame(values, columns=names, index=labels if is_named else None)
    with pd.option_context("display.width", 80, "display.max_columns", 100):
        printed = str(frame)
    with pd.option_context("display.width", 100_000, "display.max_columns", 100):
        whole = str(frame)
    told = unwrapped(f"before\n{printed}\n\nafter").split("\n")
    assert (told[0], told[-1]) == ("before", "after")
    assert [line.split() for line in told[1:-2]] == [line.split() for line in whole.split("\n")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a \\\nb",
        "cmd \\\n  --flag\n\nnext",
        "a  b \\\n0  1\n\n   c\n1  2",
        "a \\\n\n\n",
        "x \\",
        "a  b  \\\n0  1  2",
    ],
)
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert unwrapped(text) == text


def test_many_lines_that_end_with_the_mark_are_looked_at_once_each() -> None:
    """A program's text; looked through from each line it took minutes."""
    text = "x \\\n" * 200_000
    assert unwrapped(text) == text
