"""What stands above the columns of the Data page."""

from __future__ import annotations

import pytest

from lci.core.files import Value
from lci.ui.grid import ends
from lci.workspace.column_facts import ColumnFacts


@pytest.mark.parametrize(
    ("dtype", "least", "greatest", "shown"),
    [
        ("int64", 1001, 1240, ("1001", "1240")),
        ("float64", 2.25, 119.5, ("2.25", "119.5")),
        ("datetime64[us]", "2024-01-04", "2024-06-28T10:30:00", ("2024-01-04", "2024-06-28")),
        (
            "datetime64[us]",
            "2024-01-04T08:00:00",
            "2024-01-04T10:30:00",
            ("2024-01-04 08:00:00", "2024-01-04 10:30:00"),
        ),
        ("str", None, None, ("", "")),
    ],
)
def test_the_ends_of_a_column_are_its_least_and_its_greatest_value(
    dtype: str, least: Value, greatest: Value, shown: tuple[str, str]
) -> None:
    assert ends(ColumnFacts("c", 0, 2, True, dtype=dtype, least=least, greatest=greatest)) == shown
