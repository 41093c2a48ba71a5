"""All values of a masked column are known, whatever the format, or it is said that they are not (B51)."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from lci.core.privacy.masking import MASK
from lci.workspace.columns import column_values

NAMES = [f"Zeb{n}wald" for n in range(400)]
FRAME = pd.DataFrame(
    {"city": ["Kyoto", "Nara"] * 200, "name": NAMES, "pay": [80_000 + 7 * n + 0.25 for n in range(400)]}
)


def sqlite(path: Path) -> None:
    with sqlite3.connect(path) as store:
        FRAME.to_sql("staff", store, index=False)


def workbook(path: Path) -> None:
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"x": [1]}).to_excel(book, sheet_name="first", index=False)
        FRAME.to_excel(book, sheet_name="staff", index=False)


WRITTEN: dict[str, Callable[[Path], object]] = {
    "a.csv": lambda path: FRAME.to_csv(path, index=False),
    "a.tsv": lambda path: FRAME.to_csv(path, index=False, sep="\t"),
    "semicolons.csv": lambda path: FRAME.to_csv(path, index=False, sep=";", decimal=","),
    "utf16.csv": lambda path: FRAME.to_csv(path, index=False, encoding="utf-16"),
    "a.csv.gz": lambda path: path.write_bytes(gzip.compress(FRAME.to_csv(index=False).encode())),
    "a.parquet": lambda path: FRAME.to_parquet(path),
    "a.feather": lambda path: FRAME.to_feather(path),
    "a.json": lambda path: FRAME.to_json(path, orient="records"),
    "a.jsonl": lambda path: FRAME.to_json(path, orient="records", lines=True),
    "a.xlsx": workbook,
    "a.sqlite": sqlite,
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_value_of_the_column_is_known_in_every_format(tmp_path: Path, name: str) -> None:
    """B51: the last ones, too, which no preview shows."""
    path = tmp_path / name
    WRITTEN[name](path)
    by_column = column_values(path, name, ("name", "pay"))
    assert by_column is not None and by_column.keys() == {"name", "pay"}
    found = by_column["name"] | by_column["pay"]
    text = "\n".join(f"{row.city} {row.name_} {row.pay} {row.pay:,.0f}" for row in FRAME.rename(
        columns={"name": "name_"}
    ).itertuples())  # fmt: skip
    told = found.without(text)
    assert not any(name in told for name in NAMES)
    assert not any(c.isdigit() for c in told)
    assert told.split("\n")[-1] == f"Nara {MASK} {MASK} {MASK}"


def test_rows_that_fit_no_layout_are_not_passed_over(tmp_path: Path) -> None:
    """B51: where they cannot be read the column's values are not known, and then no value at all is shown."""
    path = tmp_path / "ragged.csv"
    path.write_text("city,name\nKyoto,Zebrawald\nNara,Quorndale,extra\nOsaka\nKobe,Vexmoor\n", "utf-8")
    found = column_values(path, "ragged.csv", ("name",))
    assert found is None or found["name"].without("Zebrawald Quorndale Vexmoor Osaka") == f"{MASK} {MASK} {MASK} Osaka"


def test_the_same_name_twice_is_masked_twice(tmp_path: Path) -> None:
    """B51"""
    path = tmp_path / "twice.csv"
    path.write_text("name,city,name\nZebrawald,Kyoto,Quorndale\n", "utf-8")
    found = column_values(path, "twice.csv", ("name",))
    assert found is not None and found["name"].without("Zebrawald Quorndale Kyoto") == f"{MASK} {MASK} Kyoto"


def test_a_file_without_the_column_masks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    FRAME.to_csv(path, index=False)
    assert column_values(path, "a.csv", ("salary",)) == {}


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b"PK\x03\x04broken"])
def test_what_cannot_be_read_is_not_taken_for_empty(tmp_path: Path, content: bytes) -> None:
    """B51: nobody knows what it holds."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert not column_values(path, "a.xlsx", ("name",))


def test_too_many_different_values_are_said_to_be_too_many(tmp_path: Path) -> None:
    """B51: then no value at all is shown."""
    path = tmp_path / "many.csv"
    pd.DataFrame({"name": [f"w{n}x" for n in range(310_000)]}).to_csv(path, index=False)
    assert column_values(path, "many.csv", ("name",)) is None


def test_sheets_beyond_those_that_are_listed_are_not_passed_over(tmp_path: Path) -> None:
    """B51: nobody read them, so the column's values are not known."""
    path = tmp_path / "weeks.xlsx"
    with pd.ExcelWriter(path) as book:
        for week in range(53):
            pd.DataFrame({"name": [f"Zeb{week}wald"]}).to_excel(book, sheet_name=f"w{week}", index=False)
    assert column_values(path, "weeks.xlsx", ("name",)) is None


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.xlsx", "a.parquet"])
def test_the_end_of_a_long_text_is_known_too_or_it_is_said_that_it_is_not(tmp_path: Path, name: str) -> None:
    """B51: a preview shows the first ten thousand characters of a cell."""
    path = tmp_path / name
    for length, whole in ((9_000, True), (10_000, False)):
        frame = pd.DataFrame({"note": ["x " * (length // 2) + "Zebrawald"], "n": [1]})
        match path.suffix:
            case ".csv":
                frame.to_csv(path, index=False)
            case ".json":
                frame.to_json(path, orient="records")
            case ".xlsx":
                frame.to_excel(path, index=False)
            case _:
                frame.to_parquet(path)
        found = column_values(path, name, ("note",))
        assert found is None or found["note"].without("Zebrawald") == MASK
        assert found is not None or not whole


def test_what_is_taken_for_a_remark_is_not_passed_over(tmp_path: Path) -> None:
    """B51: it may be a short row that holds the column's value."""
    path = tmp_path / "a.csv"
    path.write_text("name,n,m\nAnn,1,2\nBob,2,3\nZebrawald\n", "utf-8")
    assert column_values(path, "a.csv", ("name",)) is None


def test_tables_one_below_the_other_are_all_searched(tmp_path: Path) -> None:
    """B51: those of a text are listed; those of one sheet are not, and then no value is shown."""
    text = "name,n\nAnn,1\nBob,2\n\nname,n\nZebrawald,3\nQuorndale,4\n"
    (tmp_path / "a.csv").write_text(text, "utf-8")
    found = column_values(tmp_path / "a.csv", "a.csv", ("name",))
    assert found is not None and found["name"].words == {"ann", "bob", "zebrawald", "quorndale"}
    book = openpyxl.Workbook()
    for line in text.split("\n"):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")] if line else [])
    book.save(tmp_path / "a.xlsx")
    assert column_values(tmp_path / "a.xlsx", "a.xlsx", ("name",)) is None


def test_members_of_an_archive_beside_its_table_are_not_passed_over(tmp_path: Path) -> None:
    """B51: they may hold the column's values too."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a-first.json", '[{"name": "Vexmoor"}]')
        archive.writestr("people.csv", "name,n\nZebrawald,1\nQuorndale,2\n")
    assert column_values(path, "a.zip", ("name",)) is None
