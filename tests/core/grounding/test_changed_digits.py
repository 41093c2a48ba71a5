"""One digit changed of a number that stands in an output: how often it is marked, over 200 turns of each size (B57)."""

from __future__ import annotations

import pytest

from tests.core.grounding.changed_digits import Quoted, derived_outcomes, outcomes, rate

#: What is marked at least: of all sentences, and of those that name the row of their number. In a table of a thousand
#: numbers a changed one of few digits is often that of another row: only a sentence that names its row tells.
LEAST = {10: (0.99, 0.99), 100: (0.99, 0.99), 1_000: (0.95, 0.985)}


@pytest.mark.parametrize("size", LEAST)
def test_a_changed_digit_is_marked(size: int) -> None:
    """B57: the rates by size, digits and what the sentences name stand in docs/quality.md."""
    # All 200 turns of a thousand numbers take a quarter of a minute: `python -m tests.core.grounding.changed_digits`.
    results = list(outcomes(size, turns=60 if size == 1_000 else 200))
    assert sum(before == "Grounded" for _, before, _ in results) >= 0.98 * len(results)
    of_all, of_named = LEAST[size]
    assert rate(results).share >= of_all
    assert rate(each for each in results if _names_row(each[0])).share >= of_named


def _names_row(quoted: Quoted) -> bool:
    return quoted.names.startswith("row")


@pytest.mark.parametrize("size", LEAST)
def test_a_stated_calculation_is_known_and_a_changed_one_is_marked(size: int) -> None:
    """B57: differences, totals, multiples and changes of two rows that the sentence names."""
    results = list(derived_outcomes(size, turns=20 if size == 1_000 else 50))
    assert sum(before == "Derived" for _, before, _ in results) >= 0.98 * len(results)
    assert sum(after == "NotFound" for _, _, after in results) >= 0.98 * len(results)
