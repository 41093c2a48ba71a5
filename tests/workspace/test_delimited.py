"""Delimited text: the right shape, header, types and rows (B20), and a reader that works the first time (B5)."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import warnings
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from lci.core.files import Reading
from lci.workspace.inference import MISSING
from lci.workspace.preview import preview
from lci.workspace.request import WARNING_CODES
from tests.examples import share
from tests.workspace.conftest import Folder, assert_reader_agrees, codes

PLAIN = "id,name,when,score,ok\n1,Ann,2024-01-02,1.5,True\n2,Bob,2024-01-03,2,False\n3,Ça,2024-02-01,,True\n"


def test_a_plain_table_has_its_shape_types_cells_and_missing_values(folder: Folder) -> None:
    """B20."""
    found = folder.preview("a.csv", PLAIN)
    (table,) = found.tables
    assert (found.kind, found.encoding, found.delimiter) == ("table", "utf-8", ",")
    assert (table.rows, table.rows_exact) == (3, True)
    assert [c.name for c in table.columns] == ["id", "name", "when", "score", "ok"]
    assert [c.dtype for c in table.columns] == ["int64", "str", "datetime64[us]", "float64", "bool"]
    assert [c.nulls for c in table.columns] == [0, 0, 0, 1, 0]
    assert table.head[2] == ("3", "Ça", "2024-02-01", None, "True")
    assert table.tail == table.head
    assert_reader_agrees(folder, found)


CASES = {
    "semicolons and decimal commas": (
        "a.csv",
        "price;total;city\n1,5;2.000,50;Köln\n12,25;1.000,00;Bonn\n",
        {"decimal_comma", "thousands_separator"},
    ),
    "tabs": ("a.tsv", "a\tb\n1\tx, y\n2\tz\n", set()),
    "pipes in a .txt": ("a.txt", "a|b|c\n1|2|3\n4|5|6\n", set()),
    "several spaces": ("a.txt", "x y  z\n1 2   3\n 4 5 6 \n7 8 9\n", set()),
    "a title above the header": ("a.csv", "Report 2024\n\nid,name,x\n1,a,2\n2,b,3\n", {"title_rows_above_header"}),
    "no header": ("a.csv", "1,2.5,x\n2,3.5,y\n", {"no_header"}),
    "years in the header": ("a.csv", "country,2019,2020\nJP,1,2\nDE,4,5\n", set()),
    "rows too long and too short": ("a.csv", "a,b\n1,2\n3,4,5\n6\n", {"ragged_rows", "columns_added"}),
    "a first row too long": ("a.csv", "a,b\n1,2,9\n3,4\n6\n", {"ragged_rows", "columns_added"}),
    "a delimiter at every end": ("a.csv", "a,b\n1,2,\n3,4,\n", {"ragged_rows"}),
    "row names as R writes them": ("a.csv", '"a","b"\n"1",5,"x"\n"2",6,"y"\n', set()),
    "a header only": ("a.csv", "a,b\n", {"header_only"}),
    "one column": ("a.csv", "name\nAnn\nBob\n", set()),
    "thousands": ("a.csv", 'city,pop\nA,"1,234"\nB,"12,345,678"\n', {"thousands_separator"}),
    "codes with leading zeros": ("a.csv", "zip,x\n00123,1\n00456,2\n", {"leading_zeros"}),
    "the same name twice": ("a.csv", "a,a,b\n1,2,3\n4,5,6\n", {"duplicate_columns"}),
    "a quote that never closes": ("a.csv", 'a,b\n1,"x\n2,y\n', {"unclosed_quote"}),
    "line ends in cells": ("a.csv", 'a,b\n1,"x\ny"\n2,"z, ""q"""\n', set()),
    "old Mac line ends": ("a.csv", "a,b\r1,2\r3,4\r", set()),
    "NUL bytes": ("a.csv", "a,b\n1,\0x\n3,4\n5,6\n7,8\n", {"nul_bytes"}),
    "many columns": ("a.csv", ",".join(f"c{n}" for n in range(900)) + "\n1" + ",1" * 899, {"many_columns"}),
    "a name with quotes": ("Ann's \"best\" 数据 😀.csv", PLAIN, set()),
    "a spreadsheet's ending": ("a.xlsx", "a,b\n1,2\n", {"wrong_extension"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_odd_layouts_are_seen_said_and_read(folder: Folder, case: str) -> None:
    """B5, B20."""
    name, content, expected = CASES[case]
    found = folder.preview(name, content)
    assert codes(found) == expected
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_reader_agrees(folder, found)


def test_numbers_with_decimal_commas_are_numbers_when_read(folder: Folder) -> None:
    """B5."""
    found = folder.preview("a.csv", "price;n\n1,5;2.000,50\n2,5;1.000,25\n")
    assert [c.dtype for c in found.tables[0].columns] == ["float64", "float64"]
    assert folder.frame(found).sum().tolist() == [4.0, 3000.75]


ENCODED = {
    "cp932": "名前,年齢,住所\n太郎,20,東京都\n花子,31,大阪府\n",
    "euc_jp": "メニュー,価格\nラーメン,800\nカレー,700\n",
    "gb18030": "姓名,年龄,城市\n张三,20,北京\n李四,30,上海\n",
    "big5": "姓名,年齡,城市\n張三,20,臺北\n李四,30,高雄\n",
    "cp949": "이름,나이,도시\n홍길동,20,서울\n김철수,30,부산\n",
    "cp1251": "имя,возраст,город\nИван,20,Москва\nПётр,30,Казань\n",
    "koi8-r": "имя,возраст,город\nИван,20,Москва\nПётр,30,Казань\n",
    "cp1252": "Name,Größe\nMüller,180\nJäger,175\nRené €,170\n",
    "cp850": "Name,Größe\nMüller,180\nJäger,175\nSchröder,170\n",
    "cp1250": "imię,miasto\nŁukasz,Łódź\nStanisław,Kraków\n",
    "utf-8-sig": "名前,x\n太郎,1\n",
    "utf-16": "名前,x\n太郎,1\n",
    "utf-16-le": "name,x\nTaro,1\nJiro,2\n",
    "utf-32": "name,x\n太郎,1\nJiro,2\n",
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_the_encoding_is_found_and_the_reader_passes_it(folder: Folder, encoding: str) -> None:
    """B5, B20."""
    content = ENCODED[encoding]
    found = folder.preview("a.csv", content.encode(encoding))
    rows = list(csv.reader(io.StringIO(content)))
    assert found.encoding == encoding
    assert [c.name for c in found.tables[0].columns] == rows[0]
    assert [list(row) for row in found.tables[0].head] == rows[1:]
    assert_reader_agrees(folder, found)
    assert folder.frame(found).columns.tolist() == rows[0]


def test_a_wrong_guess_can_be_corrected(folder: Folder) -> None:
    """B20."""
    found = folder.preview("a.csv", "ä;b,c\n1;2,3\n".encode("cp850"), reading=Reading(encoding="cp850", delimiter=","))
    assert (found.encoding, found.delimiter) == ("cp850", ",")
    assert [c.name for c in found.tables[0].columns] == ["ä;b", "c"]
    assert folder.preview("a.csv", "a,b\n1,2\n", reading=Reading(encoding="no-such")).error is not None


def test_bytes_of_another_encoding_are_said_and_replaced(folder: Folder) -> None:
    """B20."""
    found = folder.preview("a.csv", "n,c\né,1\nü,2\n".encode() + b"caf\xe9,3\n")
    assert codes(found) == {"mixed_encoding"}
    assert found.tables[0].head[2] == ("caf\ufffd", "3")
    assert_reader_agrees(folder, found)


def _zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("inner.csv", content)
    return target.getvalue()


COMPRESSED = {
    "a.csv.gz": ("gzip", gzip.compress),
    "a.csv.bz2": ("bz2", bz2.compress),
    "a.csv.xz": ("xz", lzma.compress),
    "a.zip": ("zip", _zipped),
    "a.csv.zst": ("zstd", lambda b: pa.compress(b, codec="zstd", asbytes=True)),
    "named.csv": ("gzip", gzip.compress),
}


@pytest.mark.parametrize("name", COMPRESSED)
def test_compressed_tables_are_read_through_their_compression(folder: Folder, name: str) -> None:
    """B20."""
    compression, compress = COMPRESSED[name]
    found = folder.preview(name, compress(PLAIN.encode()))
    assert (found.compression, found.tables[0].rows) == (compression, 3)
    assert_reader_agrees(folder, found)


def test_a_large_table_is_read_at_its_ends_and_estimated(tmp_path: Path) -> None:
    """B20: the tail comes from the end of the file, the count says that it is an estimate."""
    path = tmp_path / "large.csv"
    block = "".join(f'{n},"a, {n}",{n / 7:.6f}\n' for n in range(100_000)).encode()
    with path.open("wb") as file:
        file.write(b"n,text,x\n")
        for _ in range((68 << 20) // len(block) + 1):
            file.write(block)
    rows = 100_000 * ((68 << 20) // len(block) + 1)
    found = preview(path, "large.csv", 10)
    (table,) = found.tables
    assert codes(found) == {"estimated_rows", "types_of_first_rows"}
    assert not table.rows_exact
    assert table.rows is not None and abs(table.rows - rows) < rows * 0.05
    assert len(table.head) == 10
    assert [row[0] for row in table.tail] == ["99995", "99996", "99997", "99998", "99999"]


def test_a_table_beyond_the_first_megabytes_is_counted_to_its_end(tmp_path: Path) -> None:
    """B20: an odd row and an odd byte far behind the beginning are still found."""
    path = tmp_path / "medium.csv"
    rows = 400_000
    with path.open("wb") as file:
        file.write(b"n,text,x\n")
        file.writelines(b"%d,some text,1.5\n" % n for n in range(rows))
        file.write("7,caf\u00e9,1.5,more\n".encode("cp1252"))
    found = preview(path, "medium.csv", 10)
    assert found.encoding == "cp1252"
    assert (found.tables[0].rows, found.tables[0].rows_exact) == (rows + 1, True)
    assert codes(found) == {"ragged_rows", "columns_added"}
    assert found.tables[0].tail[-1] == ("7", "café", "1.5", "more")


def test_prose_with_commas_is_text(folder: Folder) -> None:
    """B20."""
    found = folder.preview("letter.txt", "Dear John,\nhow are you, my friend?\nBye\n")
    assert (found.kind, found.text) == ("text", "Dear John,\nhow are you, my friend?\nBye\n")


def test_every_warning_code_in_use_is_listed() -> None:
    import re

    used: set[str] = set()
    for module in (Path(__file__).parents[2] / "lci" / "workspace").glob("*.py"):
        used |= set(re.findall(r'\b(?:warning|_lose)\(\s*"(\w+)"', module.read_text(encoding="utf-8")))
    elsewhere = {"types_of_another_pandas", "call_fails_there", "folder_read_apart"}
    assert used | elsewhere == set(WARNING_CODES), "what the kernel says is added in the conversation"


@pytest.mark.parametrize(
    ("below", "kept"),
    [("A:,\n", 3), ("Source:,\n", 3), ("Source: the office,\n", 2), ("Notes:,\n(a) from the office,\n", 2)],
)
def test_a_word_with_a_colon_that_nothing_follows_is_a_row(folder: Folder, below: str, kept: int) -> None:
    """B20: it remarks nothing, while one with words behind it or below it does."""
    found = folder.preview("any.csv", f"name,number\nx,1\ny,2\n{below}")
    assert found.tables[0].rows == kept
    assert ("notes_below_table" in codes(found)) is (kept == 2)


CELL = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), include_characters='"\n,;\t|'), max_size=12
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])


@settings(max_examples=share(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), width=st.integers(2, 6), delimiter=st.sampled_from([",", ";", "\t", "|"]), encoding=ENCODINGS)
def test_any_table_comes_back_cell_by_cell(
    tmp_path: Path, data: st.DataObject, width: int, delimiter: str, encoding: str
) -> None:
    """B20: whatever is written by a correct writer is found again, the delimiter being known."""
    rows = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=0, max_size=8))
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    header = [f"column {n}" for n in range(width)]
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter, quoting=quoting).writerows([header, *rows])
    path = tmp_path / "any.csv"
    path.write_bytes((("\ufeff" if encoding == "utf-16-be" else "") + target.getvalue()).encode(encoding))
    found = preview(path, "any.csv", reading=Reading(delimiter=delimiter))
    assert found.error is None
    (table,) = found.tables
    assert [c.name for c in table.columns] == header
    assert [["" if cell is None else cell for cell in row] for row in table.head] == [
        ["" if cell in MISSING else cell for cell in row] for row in rows
    ]
    assert table.rows == len(rows)


NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6).map(str), st.floats(allow_nan=False, allow_infinity=False, width=32).map(str)
)
#: As words are: no umlaut stands beside another, which nobody could tell from other scripts.
WORDS = st.lists(st.sampled_from(["ba", "ko", "nä", "lin", "rü", "so", "tör", " e"]), min_size=1, max_size=4).map(
    lambda syllables: "".join(syllables).strip()
)


@settings(max_examples=share(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_the_delimiter_of_ordinary_tables_is_found(
    tmp_path: Path, data: st.DataObject, delimiter: str, encoding: str
) -> None:
    """B20: texts and numbers in columns, nothing said beforehand."""
    rows = data.draw(st.lists(st.tuples(WORDS, NUMBERS, WORDS), min_size=2, max_size=20))
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows([("name", "amount", "Größe"), *rows])
    path = tmp_path / "any.csv"
    path.write_bytes(target.getvalue().encode(encoding))
    found = preview(path, "any.csv")
    assert found.delimiter == delimiter
    assert found.tables[0].head == tuple(rows)
    assert [c.name for c in found.tables[0].columns] == ["name", "amount", "Größe"]


@pytest.mark.parametrize("titles", [3, 7, 20])
def test_as_many_as_twenty_lines_may_stand_above_the_header(folder: Folder, titles: int) -> None:
    """B20: exports begin with pages of remarks."""
    head = "".join(f"Remark {number}\n" for number in range(titles))
    rows = "".join(f"{number},x{number},{number * 2}\n" for number in range(60))
    (folder.path / "a.csv").write_text(f"{head}id,name,size\n{rows}", "utf-8")
    found = preview(folder.path / "a.csv", "a.csv")
    assert [column.name for column in found.tables[0].columns] == ["id", "name", "size"]
    assert found.tables[0].rows == 60
    assert [each.facts["rows"] for each in found.warnings if each.code == "title_rows_above_header"] == [titles]
    assert_reader_agrees(folder, found)
