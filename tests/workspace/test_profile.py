"""Column statistics over all rows of any table (B20)."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from lci.errors import FileUnreadable
from lci.workspace.profile import ProfileCancelled, profile
from lci.workspace.quartiles import Ordered, quartiles
from lci.workspace.samples import sample

FRAME = pd.DataFrame({"n": range(1, 101), "größe": [1.5, None] * 50, "text": ["a", "b", "c", "a"] * 25})


def _written(path: Path) -> None:
    match path.name:
        case "a.csv":
            FRAME.to_csv(path, index=False)
        case "latin.csv":
            FRAME.to_csv(path, index=False, sep=";", decimal=",", encoding="cp1252")
        case "a.csv.gz":
            FRAME.to_csv(path, index=False)
        case "a.parquet":
            FRAME.to_parquet(path)
        case "a.xlsx":
            FRAME.to_excel(path, index=False)
        case "a.duckdb":
            import duckdb

            with duckdb.connect(str(path)) as connection:
                connection.register("frame", FRAME)
                connection.execute("CREATE TABLE t AS FROM frame")
        case _:
            FRAME.to_json(path, orient="records")


@pytest.mark.parametrize("name", ["a.csv", "latin.csv", "a.csv.gz", "a.parquet", "a.xlsx", "a.duckdb", "a.json"])
def test_statistics_are_those_of_the_whole_table(tmp_path: Path, name: str) -> None:
    """B20."""
    _written(tmp_path / name)
    parts: list[float] = []
    found = profile(tmp_path / name, name, progress=parts.append)
    number, size, text = found.columns
    assert found.rows == 100
    assert (number.name, str(number.minimum), str(number.maximum), float(str(number.mean))) == ("n", "1", "100", 50.5)
    assert (size.name, size.nulls_percent) == ("größe", 50.0)
    assert (text.distinct, text.mean) == (3, None)
    assert parts[-1] == 1.0


def test_what_pandas_takes_for_missing_is_missing_here_too() -> None:
    """B20: numbers with NA among them stay numbers."""
    found = {column.name: column for column in profile(sample("penguins").path, "penguins.csv").columns}
    mass = found["body_mass_g"]
    assert (float(str(mass.minimum)), float(str(mass.maximum))) == (2700.0, 6300.0)
    assert mass.nulls_percent == pytest.approx(100 * 2 / 344, abs=0.01)
    assert found["sex"].nulls_percent == pytest.approx(100 * 11 / 344, abs=0.01)


def test_a_ragged_table_is_profiled_all_the_same(tmp_path: Path) -> None:
    """B20."""
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3\n4,5\n", encoding="utf-8")
    assert profile(tmp_path / "a.csv", "a.csv").rows == 3


def test_a_profile_can_be_cancelled(tmp_path: Path) -> None:
    _written(tmp_path / "a.csv")
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(ProfileCancelled):
        profile(tmp_path / "a.csv", "a.csv", cancel=cancel)


def test_what_is_no_table_has_no_profile(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Dear John", encoding="utf-8")
    for name in ("a.txt", "none.csv"):
        with pytest.raises(FileUnreadable):
            profile(tmp_path / name, name)


def test_names_with_quotes_are_no_sql(tmp_path: Path) -> None:
    name = "it's; DROP TABLE t --.csv"
    (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
    assert profile(tmp_path / name, name).rows == 1


def test_quartiles_over_every_row_are_exact(tmp_path: Path) -> None:
    """B20: what is said of every row is counted over every row, not estimated."""
    rows = 30_000
    frame = pd.DataFrame({
        "skewed": np.random.default_rng(5).lognormal(3, 2, rows).round(3),
        "counted": (np.arange(rows) ** 2) % 9973,
        "when": pd.date_range("2001-01-01", periods=rows, freq="h").strftime("%Y-%m-%d %H:%M:%S"),
        "price \"net\"": np.arange(rows) * 0.01,
        "empty": [None] * rows,
        "some": np.where(np.arange(rows) % 3 == 0, np.nan, np.arange(rows)),
    })  # fmt: skip
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        found = {column.name: column for column in profile(tmp_path / name, name).columns}
        for column in ("skewed", "counted", 'price "net"', "some"):
            expected = frame[column].quantile([0.25, 0.5, 0.75]).tolist()
            assert [float(str(value)) for value in found[column].quartiles] == pytest.approx(expected, rel=1e-12), (
                column
            )
        assert found["empty"].quartiles == (None, None, None)
    found = {column.name: column for column in profile(tmp_path / "a.csv", "a.csv").columns}
    assert str(found["when"].quartiles[1])[:19] == frame["when"][rows // 2 - 1]


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 101, 1000])
def test_quartiles_by_sorting_are_those_in_memory(rows: int) -> None:
    """B20: a table too long for memory gets the same figures."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE t AS SELECT (range * 7919) % 1009 AS n, if(range % 4 = 0, NULL, range / 3) AS f, "
        f"DATE '2020-01-01' + range::INT AS d, NULL::INTEGER AS none FROM range({rows})"
    )
    columns = [Ordered("n", "BIGINT"), Ordered("f", "DOUBLE"), Ordered("d", "DATE"), Ordered("none", "INTEGER")]

    def query(sql: str) -> list[tuple[object, ...]]:
        return connection.execute(sql).fetchall()

    in_memory, by_sorting = (quartiles(query, "t", columns, rows, at_once) for at_once in (rows, 0))
    for name, values in in_memory.items():
        assert by_sorting[name] == (pytest.approx(values) if name in "nf" and values[0] is not None else values), name


def test_the_member_that_is_shown_is_the_one_that_is_profiled(tmp_path: Path) -> None:
    """B20: whatever stands before it in the archive."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a-first.md", "# Words\n\nand more of them, three lines,\nand again\n")
        archive.writestr("people.csv", "name,n\nAnn,1\nBob,2\n")
    found = profile(path, "a.zip")
    assert (found.rows, [column.name for column in found.columns]) == (2, ["name", "n"])
