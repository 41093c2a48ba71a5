"""How many rows a delimited text has and which are the last, exact or told to be estimated (B20)."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from lci.workspace.counting import Count, _counted, _counted_text, count_of
from lci.workspace.decoding import Encoding
from lci.workspace.dialects import Dialect, lines_of, rows_of
from lci.workspace.layouts import Layout, layout_of
from lci.workspace.request import Request
from lci.workspace.sources import Source
from lci.workspace.texts import COUNTED_BYTES, HEAD_BYTES, Decoded

COMMAS = Dialect(",")


def layout(text: str, dialect: Dialect = COMMAS) -> Layout:
    found = layout_of(list(rows_of(lines_of(text), dialect)), dialect)
    assert found is not None
    return found


def count(text: str, dialect: Dialect = COMMAS) -> Count:
    start = Decoded(text, Encoding("utf-8"), complete=True, nuls=0)
    request, source = Request(Path("x"), "x.csv", len(text)), Source(Path("x"), "x.csv")
    return count_of(request, source, start, layout(text, dialect))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n", Count(0, True, longest=2, width=2)),
        ("a,b\n1,2\n3,4\n", Count(2, True, (("1", "2"), ("3", "4")), longest=2, width=2)),
        (
            "a,b\n1,2\n\n3\n4,5,6\n7,8,9,0\n",
            Count(4, True, (("1", "2"), ("3",), ("4", "5", "6"), ("7", "8", "9", "0")), 3, 2, 2, 4, 2, 2),
        ),
        ("a,b\n1,2,3\n4\n", Count(2, True, (("1", "2", "3"), ("4",)), 2, 1, 1, 3, 2, 1)),
    ],
)  # fmt: skip
def test_every_row_of_a_whole_text_is_counted(text: str, expected: Count) -> None:
    """B20: and those that are too long or too short, and which was the first of these."""
    assert count(text) == expected


_CELL = st.text(st.sampled_from(' ab0,;\t"\r'), max_size=3)
_LINE = st.lists(_CELL, min_size=1, max_size=4).map(",".join)


@given(st.lists(_LINE, max_size=12), st.sampled_from(("\n", "\r\n")), st.sampled_from(('"', "'", "")))
def test_rows_that_are_counted_without_being_split_are_those_that_are(lines: list[str], end: str, quote: str) -> None:
    """Blank lines, lines of blanks, stray returns and all: the quicker way says what the longer one does."""
    text = end.join(["x,y,z", "1,2,3", *lines, ""])
    dialect = Dialect(",", quote=quote)
    rows = list(rows_of(lines_of(text), dialect))
    found = layout_of(rows, dialect)
    if found is None:
        return
    width = max(map(len, found.table.names), default=len(found.table.rows[0].cells))
    assert _counted_text(text, found, width) == _counted(lines_of(text), found, width)


def test_titles_and_headers_are_no_rows() -> None:
    assert count("Title\n\na,b\n1,2\n").rows == 1
    assert count("1,2\n3,4\n").rows == 2
    assert count('a,b\n1,"2\n3,4\n', Dialect(",", quote="")).rows == 2
    assert count('a,b\n1,"2\n3",4\n').rows == 1


def test_the_last_five_rows_are_kept() -> None:
    rows = count("a,b\n" + "".join(f"{n},x\n" for n in range(9)))
    assert rows.tail == tuple((str(n), "x") for n in range(4, 9))


class Beginning:
    """A file of which the first hundred rows are known; where it is made large, a hole lies before its last rows."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "a.csv"

    def count(self, text: str, encoding: str = "utf-8", size: int = 0) -> Count:
        content = text.encode(encoding)
        with self.path.open("wb") as file:
            file.write(content[:4])
            file.seek(max(0, size - len(content)))
            file.write(content)
        known = "".join(text.splitlines(keepends=True)[:101])
        start = Decoded(known, Encoding(encoding), complete=False, nuls=0)
        request = Request(self.path, "a.csv", self.path.stat().st_size)
        return count_of(request, Source(self.path, "a.csv"), start, layout(known))


ROWS = "a,b\n" + "".join(f"{n:06d},x\n" for n in range(60_000))
LARGE = COUNTED_BYTES + (1 << 20)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]


@pytest.fixture
def beginning(tmp_path: Path) -> Beginning:
    return Beginning(tmp_path)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_beyond_its_beginning_is_read_to_the_end(beginning: Beginning, encoding: str) -> None:
    counted = beginning.count(ROWS, encoding)
    assert (counted.rows, counted.exact, counted.ragged) == (60_000, True, 0)
    assert counted.tail[-1] == ("059999", "x")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_that_is_too_large_is_estimated_from_its_beginning(beginning: Beginning, encoding: str) -> None:
    counted = beginning.count(ROWS, encoding, LARGE)
    assert counted.rows == int(100 / (HEAD_BYTES / LARGE))
    assert not counted.exact
    assert (counted.ragged, counted.longer, counted.longest, counted.first_ragged) == (0, 0, 2, 0)
    assert counted.tail == tuple((f"{n:06d}", "x") for n in range(59_995, 60_000))


def test_up_to_64_megabytes_every_row_is_counted(beginning: Beginning) -> None:
    assert beginning.count(ROWS, size=COUNTED_BYTES).exact
    assert not beginning.count(ROWS, size=COUNTED_BYTES + 1).exact


def test_odd_rows_of_the_beginning_are_told_of_an_estimate(beginning: Beginning) -> None:
    odd = beginning.count(ROWS.replace("000003,x", "000003,x,y").replace("000005,x", "000005"), size=LARGE)
    assert (odd.ragged, odd.first_ragged, odd.longer, odd.longest) == (2, 4, 1, 3)


@pytest.mark.parametrize("last", ["000099", "000099,x,y"])
def test_a_last_row_that_was_cut_is_no_odd_one(beginning: Beginning, last: str) -> None:
    cut = beginning.count(ROWS.replace("000099,x", last), size=LARGE)
    assert (cut.ragged, cut.first_ragged, cut.longer, cut.longest) == (0, 0, 0, 2)


def test_the_last_rows_of_a_large_file_are_whole(beginning: Beginning) -> None:
    """Its end is read from anywhere, which may be inside a quoted cell."""
    ended = beginning.count(ROWS + '1000,"one\ntwo"\n', size=LARGE)
    assert ended.tail[-1] == ("1000", "one\ntwo")
    assert all(len(row) == 2 for row in ended.tail)
    assert beginning.count(ROWS + "1,2,3,4\n", size=LARGE).tail == ()


def test_what_is_compressed_is_counted_to_its_end_or_estimated_without_a_tail(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    source = Source(path, "a.csv.gz", "gzip")
    start = Decoded(ROWS[:1_000], Encoding("utf-8"), complete=False, nuls=0)
    path.write_bytes(gzip.compress(ROWS.encode()))
    whole = count_of(Request(path, "a.csv.gz", path.stat().st_size), source, start, layout(ROWS[:1_000]))
    assert (whole.rows, whole.exact, whole.tail[-1]) == (60_000, True, ("059999", "x"))
    rows = COUNTED_BYTES // 1_000 + 2_000
    path.write_bytes(gzip.compress(("a,b\n" + f"x,{'y' * 997}\n" * rows).encode(), 1))
    part = count_of(Request(path, "a.csv.gz", path.stat().st_size), source, start, layout(ROWS[:1_000]))
    assert not part.exact and part.tail == () and abs(part.rows - rows) < rows * 0.05
