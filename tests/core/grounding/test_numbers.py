"""Numbers as prose writes them, in several languages (B57)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lci.core.grounding.numbers import numbers


def values(text: str) -> list[str]:
    return [f"{number.value.normalize():f}" for number in numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a mean of 49.7", ["49.7"]),
        ("1,234,567.5 in all", ["1234567.5"]),
        ("12,34,567 rupees", ["1234567"]),
        ("1,234 rows", ["1234"]),
        ("It was -5.2, then −3.1, then –2 and +4", ["-5.2", "-3.1", "-2", "4"]),
        ("from 3–5 to 10-12", ["3", "5", "10", "12"]),
        ("$1,200.50, US$5, €3.5, -$7 and $-8", ["1200.5", "5", "3.5", "-7", "-8"]),
        ("USD 12.5 and 3.20 €", ["12.5", "3.2"]),
        ("1.2 million, 3k, 4.5M, 2bn", ["1200000", "3000", "4500000", "2000000000"]),
        ("7 thousand, 0.3 trillion", ["7000", "300000000000"]),
        ("1.2×10⁵, 3.5 x 10^-2, 1e-3, 2.5E+04, $4.1 \\times 10^{3}$", ["120000", "0.035", "0.001", "25000", "4100"]),
        ("p = .048", ["0.048"]),
        ("Im Mittel 1.234,56 Euro", ["1234.56"]),
        ("stieg um 12,5 % auf 1.234 Euro", ["12.5", "1234"]),
        ("2.345.678 Zeilen", ["2345678"]),
        ("3,5 Millionen und 2 Mrd.", ["3500000", "2000000000"]),
        ("1\u202f234,5 euros", ["1234.5"]),
        ("12 345,67 euros", ["12345.67"]),
        ("CHF 1'234.50", ["1234.5"]),
        ("平均は４９．７点", ["49.7"]),
        ("1億2,345万円", ["123450000"]),
        ("12.3万人と3万5000円", ["123000", "35000"]),
        ("１．５兆円、３００億円", ["1500000000000", "30000000000"]),
        ("约12.3亿元", ["1230000000"]),
        ("百分之十二点五", ["12.5"]),
        ("百分之35", ["35"]),
        ("三百二十人、二十三个", ["320", "23"]),
        ("3割5分、2割", ["35", "20"]),
        ("约3成", ["30"]),
        ("一般に十分な、万一の、第三四半期", []),
        ("two columns and a dozen", []),
        ("df2, x1, R2 and Q3", []),
    ],
)  # fmt: skip
def test_what_a_number_is_worth(text: str, expected: list[str]) -> None:
    """B57."""
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("49.7", "49.65", "49.75"),
        ("50", "49.5", "50.5"),
        ("1,200", "1199.5", "1200.5"),
        ("about 1,200", "1150", "1250"),
        ("over 1,200", "1150", "1300"),
        ("nearly 50", "40", "55"),
        ("1.2 million", "1150000", "1250000"),
        ("約1200", "1150", "1250"),
        ("1.20e3", "1195", "1205"),
    ],
)
def test_a_number_tells_as_much_as_its_digits(text: str, low: str, high: str) -> None:
    """B57: zeros at the end are digits, except of an approximation."""
    (number,) = numbers(text)
    assert (number.readings[0].low, number.readings[0].high) == (Decimal(low), Decimal(high))


def test_a_percentage_can_be_of_one_or_of_a_hundred() -> None:
    """B57."""
    assert [[str(r.value) for r in number.readings] for number in numbers("12.3 % and 5 percent")] == [
        ["12.3", "0.123"],
        ["5.0", "0.05"],
    ]


def test_the_first_of_a_range_shares_the_sign_behind_the_second() -> None:
    """B57."""
    assert [number.is_percent for number in numbers("3–5 %, 7 to 9 percent, 4 and others")] == [True] * 4 + [False]


def test_a_number_knows_its_place_in_the_text() -> None:
    """B57: wide digits keep their places."""
    text = "売上は１，２３４円、利益は$5.5M。"
    assert [text[number.start : number.end] for number in numbers(text)] == ["１，２３４", "$5.5M"]
