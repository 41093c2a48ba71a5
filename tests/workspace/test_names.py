"""File names stay exactly what the person sees, and can never lead out (B5, B35)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from lci.errors import FileNameRefused
from lci.workspace.names import numbered, safe_name


@pytest.mark.parametrize(
    "name",
    [
        "sales 2024.csv",
        "売上データ.csv",
        'Ann\'s "best".csv',
        "😀👩‍💻.csv",
        "a" * 251 + ".csv",
        ".env",
        " padded ",
        "é.csv",
        "e\u0301.csv",
    ],
)
def test_usable_names_are_kept_exactly(name: str) -> None:
    """B5."""
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.csv", "a.csv"),
        ("a\0b\nc.csv", "abc.csv"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("folder/", "folder"),
    ],
)
def test_what_leads_elsewhere_is_taken_off(name: str, kept: str) -> None:
    """B35."""
    assert safe_name(name) == kept


@pytest.mark.parametrize("name", ["", "/", "..", ".", "...", "a/..", "\0", "   ", "\n\t"])
def test_names_of_which_nothing_is_left_are_refused(name: str) -> None:
    with pytest.raises(FileNameRefused):
        safe_name(name)


def test_long_names_keep_their_ending() -> None:
    """B5."""
    assert safe_name("数" * 300 + ".csv.gz").endswith("数.csv.gz")
    assert len(safe_name("数" * 300 + ".csv.gz").encode()) <= 255
    assert numbered("n" * 251 + ".csv", 2).endswith("n (2).csv")


@given(st.text(st.characters(), max_size=400))
def test_any_name_becomes_one_harmless_component_or_is_refused(name: str) -> None:
    """B35."""
    try:
        safe = safe_name(name)
    except FileNameRefused:
        return
    assert 0 < len(safe.encode()) <= 255
    assert "/" not in safe and "\\" not in safe
    assert not any(unicodedata.category(c) == "Cc" for c in safe)
    assert safe.strip(".") != ""
    assert safe_name(safe) == safe
    for number in (2, 10):
        assert len(numbered(safe, number).encode()) <= 255
        assert safe_name(numbered(safe, number)) == numbered(safe, number)
