"""Results cut for a model: whole lines, whole values, and the exact number of characters left out, told once (B13)."""

from __future__ import annotations

import re

from hypothesis import given, strategies as st

from lci.core.transcript.cutting import cut

MARK = re.compile(r"\[… ([\d,]+) left out …\]")


class Words:
    def left_out(self, characters: int) -> str:
        return f"[… {characters:,} left out …]"

    def rounds_dropped(self, rounds: int) -> str:
        return f"[{rounds} rounds]"


def left_out(text: str) -> int:
    (number,) = MARK.findall(text)
    return int(number.replace(",", ""))


def kept(text: str) -> int:
    """The characters of a cut text that stood in the whole one; the words for the gap stand on a line of their own."""
    return len(text) - len(MARK.search(text)[0]) - 1  # type: ignore[index]  # left_out looked for it


@given(st.lists(st.text(alphabet="ab1,. \t世", max_size=120), max_size=60), st.integers(60, 900))
def test_what_is_kept_and_what_is_left_out_are_the_whole_and_within_the_limit(lines: list[str], limit: int) -> None:
    whole = "\n".join(lines)
    told = cut(whole, Words(), limit)
    assert len(told) <= max(limit, 0) or told == whole
    if len(whole) <= limit:
        assert told == whole
        return
    head, _, tail = told.partition(MARK.search(told)[0])  # type: ignore[index]  # it was cut
    shown = (head.removesuffix("\n") + tail.removeprefix("\n")).replace(" … ", "")
    breaks = 1 if "\n" in whole and head and tail else 0
    assert len(whole) - len(shown) - 2 * breaks <= left_out(told) <= len(whole) - len(shown) + 1


def test_lines_stay_whole() -> None:
    lines = [f"row {n}: {n * 1.5:.3f}" for n in range(2_000)]
    told = cut("\n".join(lines), Words(), 3_000)
    shown = [line for line in told.split("\n") if not MARK.fullmatch(line)]
    assert set(shown) <= set(lines) and shown[0] == lines[0] and shown[-1] == lines[-1]
    gone = [line for line in lines if line not in shown]
    assert left_out(told) == len("\n".join(gone))


def test_no_number_loses_a_digit() -> None:
    """Of one long line whole values go, also of such with thousands or decimals, dates and paths."""
    for value in ("1,234,567.89", "2026-11-26T10:00:00", "/data/in/file.csv", "-12.5%", "a_long_name"):
        line = ", ".join([value] * 1_000)
        for limit in range(200, 280):
            parts = re.split(r", |\n|\[…[^\]]*\]", cut(line, Words(), limit))
            assert {part.strip(", ") for part in parts if part.strip(", ")} == {value}


def test_wide_tables_lose_the_same_columns_in_every_row() -> None:
    table = ["".join(f"{name:>12}" for name in (f"col{n}" for n in range(300)))]
    table += ["".join(f"{row * 1000 + n:>12}" for n in range(300)) for row in range(5)]
    told = [line for line in cut("\n".join(table), Words(), 2_000).split("\n") if not MARK.fullmatch(line)]
    assert len(told) == len(table)
    names = told[0].replace("…", "").split()
    for row, line in enumerate(told[1:]):
        assert line.replace("…", "").split() == [str(row * 1000 + int(name[3:])) for name in names]
    assert len({line.index("…") for line in told}) == 1


def test_what_was_left_out_before_is_counted_in() -> None:
    """Cut for a request and cut again for a smaller one: one gap, of all that is missing."""
    whole = "\n".join(f"line {n}" for n in range(5_000))
    once = cut(whole, Words(), 8_000)
    twice = cut(once, Words(), 600)
    assert len(MARK.findall(twice)) == 1
    head, tail = MARK.split(twice)[0], MARK.split(twice)[2]
    assert left_out(twice) == len(whole) - len(head) - len(tail)
    ends = ["\n".join(f"line {n}" for n in range(1_000))] * 2
    collected = f"\n{Words().left_out(700_000)}\n".join(ends)
    told = cut(collected, Words(), 500)
    assert left_out(told) > 700_000 and len(MARK.findall(told)) == 1


def test_of_several_gaps_those_outside_the_new_one_stay() -> None:
    lines = ["b" * 30 for _ in range(100)]
    lines.insert(50, Words().left_out(700))
    lines.insert(1, Words().left_out(10))
    told = cut("\n".join(lines), Words(), 1_000)
    first, second = [int(number.replace(",", "")) for number in MARK.findall(told)]
    assert first == 10 and second > 700 and second % 31 == 700 % 31


def test_a_forged_gap_of_endless_digits_is_a_line_as_any() -> None:
    """Code can print what looks like our words."""
    forged = f"[… {'9' * 5_000} left out …]"
    assert len(cut("\n".join([forged, *("x" * 50 for _ in range(500))]), Words(), 1_000)) <= 1_000
