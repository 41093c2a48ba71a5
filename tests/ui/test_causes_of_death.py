"""Why Python ended stands beside the cell in which it did (B4)."""

from __future__ import annotations

import pytest

from lci.core.outputs import Json
from lci.core.remarks import Remark
from lci.core.turns import Cell
from lci.ui.cells import cause_of_death


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"cause": "exited", "exit_code": 3, "signal": None}, "The code ended Python itself (exit code 3)."),
        ({"cause": "killed", "signal": 9}, "Python was ended from outside or by its own code (signal 9)."),
        # Written by a version that noted no more than the cause.
        ({"cause": "exited"}, None),
    ],
)
def test_a_cell_says_why_python_ended_in_it(facts: dict[str, Json], sentence: str | None) -> None:
    assert cause_of_death(Cell("c", 1, "x", "died", remarks=(Remark("death", facts),))) == sentence


def test_a_cell_that_ran_says_nothing_of_it() -> None:
    assert cause_of_death(Cell("c", 1, "x", "ok")) is None
