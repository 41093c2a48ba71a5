"""Bad content gives one clear error or a warning: never a traceback, a hang, or code run (B20)."""

from __future__ import annotations

import gzip
import io
import pickle
import random
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from lci.core.files import Preview
from lci.workspace.preview import preview
from tests.workspace.conftest import Folder, codes


def code(found: Preview) -> str | None:
    return found.error.code if found.error else None


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path("ran").touch, ())


def test_empty_files(folder: Folder) -> None:
    """B20."""
    assert code(folder.preview("a.csv", b"")) == "file_empty"
    assert code(folder.preview("a.csv", b"\n \n\t\n")) == "file_empty"
    assert code(folder.preview("a.csv", b"\xef\xbb\xbf")) == "file_empty"
    assert code(folder.preview("a.csv.gz", gzip.compress(b""))) == "file_empty"


def test_no_file_and_no_regular_file(tmp_path: Path) -> None:
    """B20."""
    assert code(preview(tmp_path / "none.csv", "none.csv")) == "file_missing"
    assert code(preview(tmp_path, "folder")) == "file_not_regular"


def test_pickles_are_refused_by_content_and_by_ending(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """B20: never code execution."""
    monkeypatch.chdir(folder.path)
    bomb = pickle.dumps(Bomb())
    target = io.BytesIO()
    np.save(target, np.array([Bomb()], dtype=object))
    torch = io.BytesIO()
    with zipfile.ZipFile(torch, "w") as archive:
        archive.writestr("archive/data.pkl", bomb)
    for name, content in {
        "a.pkl": bomb,
        "a.csv": bomb,
        "a.joblib": b"text",
        "a.pkl.gz": gzip.compress(bomb),
        "a.npy": target.getvalue(),
        "a.zip": torch.getvalue(),
    }.items():
        assert code(folder.preview(name, content)) == "file_kind_refused", name
    assert not (folder.path / "ran").exists()


def test_noise_named_csv_is_undecodable(folder: Folder) -> None:
    """B20."""
    assert code(folder.preview("a.csv", random.Random(1).randbytes(5000))) == "file_undecodable"


def test_one_line_of_ten_megabytes_is_shown_as_text(folder: Folder) -> None:
    """B20."""
    found = folder.preview("a.csv", b"x,y," * 2_500_000)
    assert (found.kind, codes(found)) == ("text", {"long_line", "text_shortened"})
    wide = folder.preview("b.csv", b"a,b\n" + b'"' + b"x" * 10_000_000 + b'",2\n')
    assert wide.error is None


def test_xml_entities_are_refused(folder: Folder) -> None:
    """B20: neither other files nor endless text."""
    outside = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r><i>&e;</i></r>'
    laughs = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>'
    assert code(folder.preview("a.xml", outside)) == "file_kind_refused"
    assert code(folder.preview("a.svg", laughs)) == "file_kind_refused"


def test_an_image_of_too_many_pixels_is_not_opened(folder: Folder) -> None:
    """B20."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    assert code(folder.preview("a.png", b"\x89PNG\r\n\x1a\n" + chunk)) == "file_unreadable"


def test_an_encrypted_workbook_says_password(folder: Folder) -> None:
    """B20."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    found = folder.preview("a.xlsx", content)
    assert found.error is not None
    assert (found.error.code, found.error.facts["reason"]) == ("file_unreadable", "password")


def test_text_with_a_binary_formats_ending_is_read_as_text(folder: Folder) -> None:
    """B20."""
    assert codes(folder.preview("a.parquet", b"a,b\n1,2\n")) == {"wrong_extension"}


def test_json_that_breaks_off_or_nests_too_deep(folder: Folder) -> None:
    """B20."""
    assert code(folder.preview("a.json", b'{"a": [1, 2')) == "file_unreadable"
    assert code(folder.preview("a.json", b"[" * 200_000)) == "file_unreadable"


def test_a_bomb_in_a_gzip_is_not_unpacked(folder: Folder) -> None:
    """B20: 300 MB of zeros in a few hundred kilobytes."""
    squeeze = zlib.compressobj(wbits=31)
    content = b"".join(squeeze.compress(b"a,b\n1,2\n" * (1 << 17)) for _ in range(300)) + squeeze.flush()
    found = folder.preview("a.csv.gz", content)
    assert codes(found) == {"estimated_rows", "types_of_first_rows"}
    assert len(found.tables[0].head) == 1000


def test_any_name_is_previewed(folder: Folder) -> None:
    """B5, B20."""
    (folder.path / "x").write_bytes(b"a,b\n1,2\n")
    for name in ("../../etc/passwd", '😀 数据\'s "best".csv', "n" * 300 + ".csv", "a\nb.csv", ".csv", "\ud800.csv", ""):
        found = preview(folder.path / "x", name)
        assert found.error is None
        assert found.name == name


def _valid_files(path: Path) -> dict[str, bytes]:
    frame = pd.DataFrame({"a": [1, 2, 3] * 50, "b": ["x", "y", "z"] * 50})
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.save(path / "a.xlsx")
    frame.to_parquet(path / "a.parquet")
    frame.to_feather(path / "a.feather")
    frame.to_orc(path / "a.orc")
    frame.to_csv(path / "a.csv.gz")
    frame.to_csv(path / "a.csv.bz2")
    frame.to_csv(path / "a.csv.xz")
    frame.to_json(path / "a.json")
    frame.to_xml(path / "a.xml", parser="etree")
    np.save(path / "a.npy", frame["a"].to_numpy())
    import sqlite3
    from contextlib import closing

    import duckdb
    from PIL import Image

    with closing(sqlite3.connect(path / "a.sqlite")) as connection:
        connection.executescript("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
    with duckdb.connect(str(path / "a.duckdb")) as other:
        other.execute("CREATE TABLE t AS SELECT 1 AS a")
    Image.new("RGB", (5, 5)).save(path / "a.png")
    Image.new("RGB", (5, 5)).save(path / "a.tif")
    with zipfile.ZipFile(path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
        archive.writestr("b.csv", "a,b\n1,2\n")
    return {each.name: each.read_bytes() for each in sorted(path.glob("a.*"))}


def test_damaged_files_of_every_format_never_raise(tmp_path: Path) -> None:
    """B20: cut off anywhere, or with bytes changed anywhere."""
    chance = random.Random(7)
    originals = tmp_path / "originals"
    originals.mkdir()
    for name, content in _valid_files(originals).items():
        assert preview(originals / name, name).error is None, name
        for turn in range(24):
            damaged = bytearray(content)
            if turn % 2:
                damaged = damaged[: chance.randrange(1, len(damaged))]
            else:
                for _ in range(chance.choice([1, 8, 40])):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            (tmp_path / name).write_bytes(damaged)
            found = preview(tmp_path / name, name, 10)
            assert found.bytes == len(damaged)


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.zip", "a.csv.gz"])
def test_a_file_cut_in_half_is_one_clear_error(tmp_path: Path, name: str) -> None:
    """B20."""
    content = _valid_files(tmp_path)[name]
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    assert code(preview(tmp_path / name, name)) == "file_unreadable"
