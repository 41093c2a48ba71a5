"""Real tables, as packages that are installed here bring them: what is told of each is what is read (B5, P16)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lci.workspace.preview import preview
from tests.workspace.conftest import Folder
from tests.workspace.test_told_is_read import assert_told_is_read

PACKAGES = ("sklearn", "statsmodels", "numpy")
#: Rows and columns where DuckDB's own reader sees others: columns parted by white space, headers, remarks. By hand.
BY_HAND = {
    "linnerud_exercise.csv": (20, 3), "linnerud_physiological.csv": (20, 3), "diabetes_data_raw.csv.gz": (442, 10),
    "anes96.csv": (944, 11), "E6_jmulti.csv": (107, 2), "unemp.csv": (203, 5), "scotvote.csv": (32, 43),
    "spector.csv": (32, 5), "phat_mnlogit.csv": (944, 7), "yhat_mnlogit.csv": (944, 7),
    "survival_data_1000_10.csv": (1000, 13), "survival_data_100_5.csv": (100, 8), "survival_data_20_1.csv": (20, 4),
    "survival_data_50_1.csv": (50, 4), "survival_data_50_2.csv": (50, 5), "results_wpi1_ar3_matlab_ssm.csv": (123, 12),
    "AROLSConstantPredict.csv": (416, 5), "AROLSNoConstantPredict.csv": (416, 5), "arima212_forecast.csv": (223, 6),
    "test_coint.csv": (173, 8),
}  # fmt: skip
#: One page of facts and a table of three blocks, each for eyes only.
NOT_READ = {"scotland_population.csv"}


def tables() -> list[Path]:
    """The delimited files of the packages."""
    found = []
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec is not None and spec.origin is not None
        files = [each for each in Path(spec.origin).parent.rglob("*.csv*") if each.name.endswith((".csv", ".csv.gz"))]
        found += [each for each in files if 20 < each.stat().st_size < 1 << 20 and each.name not in NOT_READ]
    return sorted(found)


TABLES = tables()


def test_there_are_many_of_them() -> None:
    assert len(TABLES) >= 200


@pytest.mark.parametrize(
    "path",
    # Every second one for every change.
    [pytest.param(path, marks=[pytest.mark.nightly] * (at % 2)) for at, path in enumerate(TABLES)],
    ids=lambda path: path.name,
)
def test_a_real_table_is_told_as_it_is_read(folder: Folder, path: Path) -> None:
    """P16: and its shape is that of an independent reading."""
    (folder.path / path.name).write_bytes(path.read_bytes())
    found = preview(folder.path / path.name, path.name)
    assert found.error is None and found.tables
    assert_told_is_read(found, folder.frame(found))
    table = found.tables[0]
    # Two files of one name may lie in two folders, laid out in two ways.
    assert (table.rows, len(table.columns)) in (BY_HAND.get(path.name), shape(path)), found.reader


def shape(path: Path) -> tuple[int, int]:
    relation: Any = duckdb.read_csv(str(path), all_varchar=True)
    return len(relation.fetchall()), len(relation.columns)
