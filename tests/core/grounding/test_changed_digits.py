"""One digit changed of a number that stands in an output: how often it is marked, over 200 turns of each size (B57)."""

from __future__ import annotations

import pytest

from tests.core.grounding.changed_digits import derived_outcomes, outcomes, rate

SIZES = (10, 100, pytest.param(1_000, marks=pytest.mark.nightly))


@pytest.mark.parametrize("size", SIZES)
def test_a_changed_digit_is_marked(size: int) -> None:
    """B57: the rates by size, digits and what the sentences name stand in docs/quality.md."""
    # All 200 turns of a thousand numbers take a quarter of a minute: `python -m tests.core.grounding.changed_digits`.
    results = list(outcomes(size, turns=60 if size == 1_000 else 200))
    assert sum(before in ("Grounded", "Ambiguous") for _, before, _ in results) >= 0.98 * len(results)
    assert rate(results).share >= 0.99
    assert rate(results).doubted <= 0.05 * len(results)
    assert not rate(each for each in results if each[0].names == "row and column").doubted


@pytest.mark.parametrize("size", SIZES)
def test_a_stated_calculation_is_known_and_a_changed_one_is_marked(size: int) -> None:
    """B57: differences, totals, multiples and changes of two rows that the sentence names."""
    results = list(derived_outcomes(size, turns=20 if size == 1_000 else 50))
    assert sum(before == "Derived" for _, before, _ in results) >= 0.98 * len(results)
    assert sum(after == "NotFound" for _, _, after in results) >= 0.98 * len(results)
