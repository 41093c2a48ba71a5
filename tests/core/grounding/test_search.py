"""The search for an answer's numbers in outputs: none that stands there is passed over, however it is written (B57)."""

from __future__ import annotations

import random
from decimal import Decimal

from hypothesis import given, strategies as st

from lci.core.grounding.receipts import Evidence, Grounded, receipts
from lci.core.grounding.search import Search
from lci.core.grounding.shown import Sheet

VALUES = st.decimals(-(10**12), 10**12, places=6) | st.decimals(-2, 2, places=8) | st.integers(-3000, 3000).map(Decimal)
FORMS = ("{:f}", "{:.2f}", "{:.0f}", "{:,.3f}", "{:,.0f}", "{:.3e}", "{:.2E}", "00{:.1f}")
AROUND = (("", ""), ("North  ", "  12"), ("[", ", 3]"), ("a=", "\n"), ("$", "%"), ("2024-01-05 ", ""), ("| ", " |"))


@given(VALUES, st.sampled_from(FORMS), st.sampled_from(AROUND), st.decimals(0, 3, places=3))
def test_a_number_of_an_interval_is_found_however_it_is_written(
    value: Decimal, form: str, around: tuple[str, str], width: Decimal
) -> None:
    """B57: only numbers that begin as the wanted ones are read, and none of those is missed."""
    written = form.format(abs(value))
    worth = Decimal(written.replace(",", ""))
    text = f"head\n{around[0]}{written}{around[1]}"
    hits = Search([(worth - width, worth + width / 2)]).hits([Sheet(text)])
    assert (worth, written) in [(hit.worth, text[hit.start : hit.end]) for hit in hits]


@given(st.lists(VALUES, min_size=1, max_size=30), st.integers(0, 29), st.decimals(0, 3, places=3))
def test_nothing_else_is_found(values: list[Decimal], at: int, width: Decimal) -> None:
    """B57."""
    low, high = values[at % len(values)] - width, values[at % len(values)] + width
    hits = Search([(low, high)]).hits([Sheet("\n".join(f"{value:f}" for value in values))])
    meant = {hit.worth for hit in hits if low <= hit.worth <= high}
    assert meant == {value for value in values if low <= value <= high}
    assert all(low <= hit.worth <= high or low <= -hit.worth <= high for hit in hits)


def test_a_wide_interval_does_not_hide_a_narrow_one() -> None:
    """B57: of a round number's many candidates some are looked at, and the others are all looked for."""
    chance = random.Random(1)
    lines = [f"{chance.uniform(0, 10_000):.2f}" for _ in range(20_000)]
    sheet = Sheet("\n".join(lines))
    receipt = receipts(f"About 5,000, and at the end {lines[-1]}.", Evidence(((sheet,),)))[1]
    assert isinstance(receipt, Grounded)
    assert receipt.place.token == lines[-1]
    assert len(Search([(Decimal(0), Decimal(9_000))]).hits([sheet])) < 1_000


def test_the_parts_of_a_version_are_no_numbers() -> None:
    """B57: 1.2.3 does not show 0.3."""
    assert not Search([(Decimal("0.25"), Decimal("0.35"))]).hits([Sheet("pandas 1.2.3")])
