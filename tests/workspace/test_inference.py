"""Types of columns, from texts as `pd.read_csv` finds them and from typed values as pandas makes them (B20)."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Sequence

import pytest

from lci.core.files import Value
from lci.workspace.inference import (
    Numbers,
    has_leading_zeros,
    is_date,
    is_number,
    numbers_in,
    plain_value,
    value_dtype,
)

WHOLE = ["0", "-1", "+7", " 12 ", "9223372036854775807"]


@pytest.mark.parametrize(
    "cell", [*WHOLE, "1.5", ".5", "5.", "1e3", "1,5", ",5", "1,234", "1,234,567.8", "1.234,5", "INF", "Infinity"]
)
def test_any_usual_way_to_write_a_number_is_one(cell: str) -> None:
    assert is_number(cell)


@pytest.mark.parametrize(
    "cell", ["", "x", "1.234.567", "1,5,6", "12,34,567", "1 2", "--1", "1e", "٣", "nan", "0x1f", "1-2"]
)
def test_what_only_looks_like_a_number_is_none(cell: str) -> None:
    assert not is_number(cell)


@pytest.mark.parametrize(
    "cell",
    ["2024-01-02", "2024/1/2", "2024.01.02", "1.2.2024", "31/12/2024", " 2024-01-02 ", "2024-01-02T03:04",
     "2024-01-02 3:04:05", "2024-01-02T03:04:05.123456Z", "2024-01-02T03:04:05+09:00", "2024-01-02 03:04:05 -0500"],
)  # fmt: skip
def test_dates_with_and_without_a_time_are_dates(cell: str) -> None:
    assert is_date(cell)


@pytest.mark.parametrize(
    "cell", ["2024", "2024-01", "24-01-02", "2024-01-02T", "2024-01-02 3", "x2024-01-02", "1.2.24", "03:04"]
)
def test_parts_of_a_date_are_none(cell: str) -> None:
    assert not is_date(cell)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["007", "12"], True),
        (["7", "12"], False),
        (["007", "x"], False),
        (["007", "", "NA"], True),
        ([], False),
        (["0"], False),
    ],
)
def test_zeros_that_reading_as_numbers_would_lose_are_seen(cells: Sequence[str], expected: bool) -> None:
    assert has_leading_zeros(cells) is expected


COLUMNS: dict[str, tuple[dict[str, list[str]], str, Numbers]] = {
    "plain": ({"a": ["1", "2.5"], "b": ["x", "y"]}, ",", Numbers()),
    "decimal commas": ({"a": ["1,5", "2"]}, ";", Numbers(",", None, ("a",))),
    "thousands": ({"a": ["1,234", "5"]}, ",", Numbers(".", ",", (), ("a",))),
    "thousands with decimals": ({"a": ["1,234.5", "5"]}, ";", Numbers(".", ",", (), ("a",))),
    "three decimals or thousands, by the delimiter": ({"a": ["1,234", "5,678"]}, ";", Numbers(",", None, ("a",))),
    "dots in thousands": ({"a": ["1.234,5"], "b": ["1,5"]}, ";", Numbers(",", ".", ("a", "b"), ("a",))),
    "missing values": ({"a": ["", "1,5", "NA"]}, ";", Numbers(",", None, ("a",))),
    "only missing values": ({"a": ["", "NA"]}, ";", Numbers()),
    "a text among them": ({"a": ["1,5", "x"]}, ";", Numbers()),
    "a version among decimal commas": ({"a": ["1,5"], "b": ["1.2.3"]}, ";", Numbers(comma_columns=("a",))),
    "decimal dots beside decimal commas": ({"a": ["1,5"], "b": ["1.5"]}, ";", Numbers(comma_columns=("a",))),
    "both ways in two columns": (
        {"a": ["1,5"], "b": ["1,234", "1.5"]}, ",", Numbers(comma_columns=("a",), grouped_columns=("b",)),
    ),
    "commas in a text": ({"a": ["Ann, Bob", "Cy"]}, ";", Numbers()),
    "a comma in one cell of many": ({"a": ["1", "2", "3,5"]}, ";", Numbers(",", None, ("a",))),
}  # fmt: skip


@pytest.mark.parametrize("case", COLUMNS)
def test_how_a_file_writes_decimals_and_thousands_is_found(case: str) -> None:
    """B5."""
    columns, delimiter, expected = COLUMNS[case]
    assert numbers_in(list(columns.items()), delimiter) == expected


DAY = datetime.date(2024, 1, 2)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "object"),
        ([None], "object"),
        ([""], "object"),
        ([1, 2], "int64"),
        ([1, None], "float64"),
        ([1, ""], "float64"),
        ([1.0, 2.0], "int64"),
        ([1.5], "float64"),
        ([1, 1.5], "float64"),
        ([2**63 - 1], "int64"),
        ([2**63], "object"),
        ([-(2**63)], "int64"),
        ([-(2**63) - 1], "object"),
        ([float(2**53 - 1)], "int64"),
        ([float(2**53)], "float64"),
        ([-float(2**53)], "float64"),
        ([float("inf")], "float64"),
        ([True, False], "bool"),
        ([True, None], "object"),
        ([True, 1], "object"),
        (["a"], "str"),
        (["a", None], "str"),
        (["a", 1], "object"),
        ([DAY, datetime.datetime(2024, 1, 2, 3)], "datetime64"),
        ([DAY, None], "datetime64"),
        ([b"x"], "object"),
        ([[1]], "object"),
    ],
)
def test_the_type_of_values_is_what_pandas_makes_of_them(values: Sequence[object], expected: str) -> None:
    """B20."""
    assert value_dtype(values) == expected


UTC = datetime.UTC


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (2**63 - 1, 2**63 - 1),
        (2**63, str(2**63)),
        (-(2**63), str(-(2**63))),
        (1.5, 1.5),
        (float("nan"), None),
        (float("inf"), "inf"),
        (float("-inf"), "-inf"),
        ("é", "é"),
        ("a\ud800b", "a?b"),
        ("x" * 10_001, "x" * 10_000),
        ("é" * 10_001, "é" * 10_000),
        (datetime.datetime(2024, 1, 2), "2024-01-02"),
        (datetime.datetime(2024, 1, 2, tzinfo=UTC), "2024-01-02T00:00:00+00:00"),
        (datetime.datetime(2024, 1, 2, 3, 4), "2024-01-02T03:04:00"),
        (DAY, "2024-01-02"),
        (datetime.time(3, 4), "03:04:00"),
        (datetime.timedelta(days=1), "1 days 00:00:00"),
        (decimal.Decimal("1.50"), "1.50"),
        (b"\x00\xff", "0x00ff"),
        (b"\x01" * 32, "0x" + "01" * 32),
        (b"\x01" * 33, "0x" + "01" * 32 + "…"),
        ({"ä": (1, DAY)}, '{"ä": [1, "2024-01-02"]}'),
        (["x" * 20_000], '["' + "x" * 9_998),
        (range(3), "range(0, 3)"),
    ],
)
def test_any_value_becomes_one_that_json_can_hold(value: object, expected: Value) -> None:
    plain = plain_value(value)
    assert (type(plain), plain) == (type(expected), expected)
    assert json.loads(json.dumps(plain)) == plain
