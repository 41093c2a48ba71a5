"""The files behind a cell's values, as far as its code and that before it name them (B57)."""

from __future__ import annotations

from lci.core.grounding.origins import files_behind
from lci.core.turns import Cell

FILES = ("sales.csv", "costs.csv", "other.csv")


def behind(*sources: str) -> tuple[str, ...]:
    return files_behind([Cell(f"c{at}", 1, source, "ok") for at, source in enumerate(sources)], "c1", FILES)


def test_a_cell_reads_what_it_names() -> None:
    """B57."""
    assert behind("", "pd.read_csv('sales.csv').mean()") == ("sales.csv",)
    assert behind("", "pd.read_csv('./data/../costs.csv').mean()") == ("costs.csv",)


def test_and_what_the_cells_before_it_read_into_what_it_uses() -> None:
    """B57: a file that came into a name which it does not use is none of its own; nor is one that came later."""
    assert behind("df = pd.read_csv('sales.csv')\nx = 1", "df.mean()", "pd.read_csv('costs.csv')") == ("sales.csv",)
    assert behind("other = pd.read_csv('other.csv')", "df = pd.read_csv('sales.csv')\ndf.mean()") == ("sales.csv",)


def test_code_that_is_no_python_names_nothing_it_does_not_say() -> None:
    """B57."""
    assert behind("", "this is no python") == ()
