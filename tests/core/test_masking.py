"""Masked values are found again in any text, however they are written (B51)."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, strategies as st

from lci.core.privacy.masking import MASK, MaskedValues, without_ends, without_numbers

Value = str | int | float | bool | None


def masked(*values: Value) -> MaskedValues:
    made = MaskedValues.of(values)
    assert made is not None
    return made


words = st.text(st.characters(categories=["Ll", "Lu", "Lo"]), min_size=3, max_size=12)
around = st.text(st.sampled_from(" ,.;:()[]{}'\"\n\t|/-_=<>#%$"), max_size=6)


@given(words, around, around)
def test_a_word_never_comes_through_whatever_stands_around_it(word: str, left: str, right: str) -> None:
    """B51."""
    assert word not in masked(word).without(f"{left}{word}{right}")


@given(words, around)
def test_a_word_never_comes_through_in_json_or_as_bytes(word: str, left: str) -> None:
    """B51: `to_json` and `repr` write other scripts as escapes."""
    for written in (json.dumps(left + word), repr(word.encode()), ascii(word)):
        told = masked(word).without(written)
        assert word not in told
        assert json.dumps(word).strip('"') not in told


@given(st.floats(-1e12, 1e12).filter(lambda number: abs(number) >= 0.01), st.integers(0, 6))
def test_a_number_never_comes_through_at_any_precision(number: float, digits: int) -> None:
    """B51."""
    values = masked(number)
    for written in (repr(number), f"{number:.{digits}f}", f"{number:,.{digits}f}", f"{number:.{digits}e}"):
        assert not any(c.isdigit() for c in values.without(f"x = {written};"))


@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_never_comes_through(number: int) -> None:
    """B51: however it is written, as an integer, a float or in a name."""
    values = masked(number)
    for written in (str(number), f"{number:,}", f"{number}.0", f"row_{abs(number)}", f"id{abs(number)}x"):
        assert str(abs(number)) not in values.without(written)


@given(st.lists(st.integers(0, 10**6), max_size=20), st.text(max_size=60))
def test_what_holds_no_value_stays_as_it_is(numbers: list[int], text: str) -> None:
    plain = "".join(c for c in text if not c.isdigit() and c != "\\")
    # Two ways to write the same letter are one.
    assert masked(*numbers).without(plain) == unicodedata.normalize("NFC", plain)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ueda", "name: UEDA"),
        ("O'Brien", "Brien"),
        ("機密", "この機密は"),
        ("A-4711-Z", "4711"),
        ("2024-03-17", "17 March 2024"),
        (80417, "80,417.00"),
        (80417, "8.0417e+04"),
        (0.51234, "0.51"),
        (80417, "80417.00EUR"),
        (80417, "80 417"),
        (80417, "80.417,00"),
        (80417, "80.4k"),
        (80417, "80.4 k"),
        (80417, "about 80400"),
        (0.125, "12.5%"),
        (0.125, "12.5 %"),
        ("1.174.951", "1174951"),
        ("12,34,567", "1234567"),
        ("1980-05-12", "12.05.1980"),
        ("1980-05-12", "19800512"),
        ("1980-05-12", "05/12/1980"),
        ("090-1234-5678", "09012345678"),
        ("DE89 3704 0044 0532 0130 00", "370400440532013000"),
        ("Müller", "Muller"),
        ("Mu\u0308ller", "Müller"),
        ("Müller", "Mu\u0308ller"),
        ("김철수", "김철수님"),
        ("Zoë", "ZOE"),
        ("very long secret", "very long sec..."),
        ("very long secret", "very long secr…"),
        ("Ueda", repr(["one\nUeda", "Tanaka\tUeda"])),
        (80417, json.dumps("a\n80417")),
        ("new", "C:\\new"),
        ("ann@example.org", "ann@example.org"),
    ],
)
def test_other_spellings_are_found_too(value: Value, text: str) -> None:
    """B51."""
    told = masked(value).without(text)
    assert MASK in told
    assert not any(
        piece in told.casefold()
        for piece in (
            "ueda",
            "brien",
            "機密",
            "4711",
            "17",
            "804",
            "0.51",
            "secr",
            "new",
            "80.4",
            "80400",
            "12.5",
            "117",
            "123",
            "1980",
            "0901",
            "3704",
            "müller",
            "muller",
            "김",
            "zoe",
        )
    )


def test_other_values_stay_readable() -> None:
    told = masked("Ueda", 80417).without("Ueda sold 12 of 80417 in Tokyo, 0.5 each")
    assert told == f"{MASK} sold 12 of {MASK} in Tokyo, 0.5 each"


def test_too_many_different_values_are_too_many() -> None:
    assert MaskedValues.of(f"w{n}" for n in range(700_000)) is None


@given(st.lists(words, max_size=5), st.lists(words, max_size=5), st.text(max_size=40))
def test_two_columns_mask_at_least_what_each_masks(first: list[str], second: list[str], text: str) -> None:
    both = masked(*first) | masked(*second)
    for word in [*first, *second]:
        assert word not in both.without(f"{text} {word} {text}").split()


@given(st.floats(allow_nan=False, allow_infinity=False), st.text("abc ", max_size=9))
def test_without_numbers_no_digit_of_a_number_is_left(number: float, text: str) -> None:
    told = without_numbers(f"{text} {number} {text}")
    assert not any(c.isdigit() for c in told)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("17,3 and more", f"{MASK} and more", "17,3 and ▮"), ("", "", ""), (" a ", " a ", " a ")],
)
def test_what_may_be_cut_off_is_masked(text: str, start: str, end: str) -> None:
    assert without_ends(text, start=True) == start
    assert without_ends(text, end=True) == end


def test_a_long_run_of_a_script_without_spaces_is_masked_in_place() -> None:
    """B51: however long it is."""
    told = masked("男", "女").without("男女" * 2_000 + "です")
    assert told == MASK * 4_000 + "です"


def test_names_that_are_shared_anyway_stay_readable() -> None:
    """B51: a column of comments would mask the names of the others."""
    values = masked("sales by region were fine")
    assert values.without("region sales fine") == f"{MASK} {MASK} {MASK}"
    assert values.apart_from(["region", "Sales"]).without("region sales fine") == f"region sales {MASK}"


@pytest.mark.parametrize("text", ["total 247101EUR", "5M", "2.37k", "EUR247101", "q: 80,417.5kg"])
def test_without_numbers_a_unit_makes_no_difference(text: str) -> None:
    """B51"""
    assert not any(c.isdigit() for c in without_numbers(text))
    assert without_numbers("region_1 q1") == "region_▮ q1"
