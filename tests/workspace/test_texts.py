"""Names that are shortened, and files of which only a part is read (B5, B20)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from lci.core.files import Reading
from lci.errors import FileEmpty, FileUndecodable
from lci.workspace.names import numbered, safe_name
from lci.workspace.preview import preview
from lci.workspace.request import Request
from lci.workspace.sources import Source, head_bytes
from lci.workspace.texts import COUNTED_BYTES, HEAD_BYTES, Decoded, decoded


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("x" * 255, "x" * 255), ("x" * 256, "x" * 255), ("x" * 251 + ".csv", "x" * 251 + ".csv"),
        ("x" * 252 + ".csv", "x" * 251 + ".csv"), ("x" * 300 + ".csv.gz", "x" * 248 + ".csv.gz"),
        ("x" * 300 + ".gz", "x" * 252 + ".gz"), ("x" * 300 + ".CSV.ZST", "x" * 247 + ".CSV.ZST"),
        ("x" * 300 + ".csv.txt", "x" * 251 + ".txt"),
        ("x." + "y" * 39, "x." + "y" * 39), ("é" * 128, "é" * 127), ("." + "y" * 300, "." + "y" * 254),
        ("a" * 220 + "." + "y" * 39, "a" * 215 + "." + "y" * 39), ("a\u2028b", "ab"), ("a\ud800b", "ab"),
        ("a/b/", "b"), ("a\\b\\", "b"), ("\u2066a\u2069", "a"),
    ],
)  # fmt: skip
def test_a_name_is_shortened_before_its_ending(name: str, kept: str) -> None:
    assert safe_name(name) == kept


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("a.csv", 0, "a.csv"), ("a.csv", 1, "a.csv"), ("a.csv", 2, "a (2).csv"), ("a.csv.gz", 3, "a (3).csv.gz"),
        ("a", 2, "a (2)"),
        (".env", 2, ".env (2)"), ("a.b.gz", 2, "a (2).b.gz"), ("x" * 255, 2, "x" * 251 + " (2)"),
        ("x" * 251 + ".csv", 10, "x" * 246 + " (10).csv"), ("a." + "y" * 39, 2, "a (2)." + "y" * 39),
        ("a." + "y" * 40, 2, "a." + "y" * 40 + " (2)"),
    ],
)  # fmt: skip
def test_the_next_of_a_name_is_numbered_before_its_ending(name: str, number: int, expected: str) -> None:
    assert numbered(name, number) == expected


def read(path: Path, content: bytes, *, encoding: str | None = None, compressed: bool = False) -> Decoded:
    name = "a.txt"
    path.write_bytes(content)
    request = Request(path, name, len(content), reading=Reading(encoding=encoding))
    return decoded(request, Source(path, name, "gzip" if compressed else None))


def test_a_text_up_to_the_first_megabytes_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    whole = read(path, b"x" * HEAD_BYTES)
    assert (len(whole.text), whole.complete) == (HEAD_BYTES, True)
    part = read(path, b"x" * (HEAD_BYTES + 1))
    assert (len(part.text), part.complete) == (HEAD_BYTES, False)
    assert read(path, b"a\0b\n" * 9 + b"xxxx" * 99).nuls == 9


def test_a_character_that_is_cut_is_no_odd_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    text = ("é" * 99 + "\n") * (HEAD_BYTES // 199 + 10)
    part = read(path, b"x" + text.encode())
    assert part.encoding.name == "utf-8" and part.encoding.misfits == 0
    packed = read(path, gzip.compress(b"x" + text.encode()), compressed=True)
    assert packed.encoding.name == "utf-8" and packed.encoding.misfits == 0


def test_bytes_of_another_encoding_are_counted_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a"
    lines = "é line\n".encode() * (HEAD_BYTES // 8 + 10)
    assert read(path, lines + b"\xe9 odd\n").encoding.misfits == 1
    assert read(path, lines + b"\xe9 odd").encoding.misfits == 1
    assert read(path, b"\xe9 odd\n" + lines).encoding.misfits == 1


def test_of_a_large_file_places_all_over_it_say_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a"
    block = b"plain line\n" * 95_326
    with path.open("wb") as file:
        for _ in range(COUNTED_BYTES // len(block) + 1):
            file.write(block)
        file.seek(path.stat().st_size * 5 // 9)
        file.write("\ncafé crème brûlée\n".encode("cp1252") * 5_000)
    request = Request(path, "a.txt", path.stat().st_size)
    assert request.size > COUNTED_BYTES
    assert decoded(request, Source(path, "a.txt")).encoding.name == "cp1252"


@pytest.mark.parametrize("content", [b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0", b"\xef\xbb\xbf \n"])
def test_blanks_and_marks_alone_are_nothing(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileEmpty):
        read(tmp_path / "a", content)


def test_a_given_encoding_is_believed_and_must_exist(tmp_path: Path) -> None:
    assert read(tmp_path / "a", bytes(range(256)), encoding="latin-1").encoding.name == "latin-1"
    with pytest.raises(FileUndecodable):
        read(tmp_path / "a", b"abc", encoding="no-such")
    with pytest.raises(FileUndecodable):
        read(tmp_path / "a", bytes(range(32)) * 9)


def test_no_more_of_a_file_is_read_than_asked(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"0123456789" * 300_000)
    source = Source(path, "a")
    assert head_bytes(source, 0) == b"" and head_bytes(source, 5) == b"01234"
    assert len(head_bytes(source, 1_500_000)) == 1_500_000 and len(head_bytes(source, 5_000_000)) == 3_000_000


ROW = '{"n": 12345, "text": "some words and more of them"}\n'


def test_lines_of_json_beyond_the_first_megabytes_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    count = HEAD_BYTES // len(ROW) + 1_000
    path.write_text(ROW * count + '\n{"n": 1}\n')
    found = preview(path, "a.jsonl", 3)
    (table,) = found.tables
    assert (table.rows, table.rows_exact, len(table.head)) == (count + 1, True, 3)
    assert table.tail == (*[(12345, "some words and more of them")] * 4, (1, None))
    assert [(c.name, c.dtype, c.nulls) for c in table.columns] == [("n", "int64", 0), ("text", "str", 1)]
    assert found.warnings == ()
    path.write_bytes(gzip.compress((ROW * count).encode(), 1))
    packed = preview(path, "a.jsonl.gz", 3)
    assert (packed.tables[0].rows, packed.tables[0].rows_exact, packed.tables[0].tail) == (None, False, ())
    assert [each.code for each in packed.warnings] == ["rows_not_counted", "types_of_first_rows"]


def test_lines_of_json_of_a_large_file_are_estimated(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    block = (ROW * 20_000).encode()
    with path.open("wb") as file:
        for _ in range(COUNTED_BYTES // len(block) + 1):
            file.write(block)
    count = path.stat().st_size // len(ROW)
    found = preview(path, "a.jsonl", 3)
    (table,) = found.tables
    assert table.rows is not None and abs(table.rows - count) < count * 0.01 and not table.rows_exact
    assert [each.code for each in found.warnings] == ["estimated_rows", "types_of_first_rows"] and table.tail == ()


def test_a_document_of_json_beyond_the_first_megabytes_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rows = [{"n": n, "text": "some words and more of them"} for n in range(HEAD_BYTES // 40)]
    path.write_text(json.dumps(rows))
    assert path.stat().st_size > HEAD_BYTES
    found = preview(path, "a.json", 3)
    assert (found.kind, found.tables[0].rows) == ("table", len(rows))
    path.write_bytes(gzip.compress(json.dumps(rows).encode(), 1))
    assert preview(path, "a.json.gz", 3).kind == "text"


def test_the_beginning_of_a_long_text_says_that_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"x" * (HEAD_BYTES + 1))
    found = preview(path, "a.md")
    assert [each.code for each in found.warnings] == ["long_line", "text_shortened"]
    assert found.warnings[0].facts == {"bytes": HEAD_BYTES + 1}
    path.write_bytes(b"x\n" * HEAD_BYTES)
    assert [each.code for each in preview(path, "a.md").warnings] == ["text_shortened"]
    path.write_bytes(b"x\r" * HEAD_BYTES)
    assert [each.code for each in preview(path, "a.md").warnings] == ["text_shortened"]
    (tmp_path / "a.csv").write_bytes(b"x," * HEAD_BYTES)
    assert preview(tmp_path / "a.csv", "a.csv").kind == "text"
