"""A table's profile is that of every row: what pandas says of the same frame (B20)."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings, strategies as st

from lci.workspace.associations import Associations, AssociationsJob
from lci.workspace.quality import Quality, QualityJob
from lci.workspace.samples import sample
from lci.workspace.statistics import ColumnStatistics, StatisticsJob, TableStatistics
from lci.workspace.tables import TableJob
from tests.examples import share

ROWS = 3_000
NUMBERS = np.random.default_rng(5)
FRAME = pd.DataFrame({
    "skewed": NUMBERS.lognormal(3, 2, ROWS).round(3),
    "counted": (np.arange(ROWS) ** 2) % 9973,
    "gaps": np.where(np.arange(ROWS) % 3 == 0, np.nan, np.arange(ROWS)),
    "day": pd.Timestamp("2001-01-01") + pd.to_timedelta(np.arange(ROWS) % 977, "D"),
    "flag": np.arange(ROWS) % 4 == 0,
    'word "quoted"': np.array(["red", "green", "blue"])[np.arange(ROWS) % 3],
    "nothing": pd.Series([None] * ROWS, dtype="float64"),
})  # fmt: skip


def stored(frame: pd.DataFrame, folder: Path) -> Path:
    """The table that the profile is made of."""
    frame.to_parquet(folder / "a.parquet", index=False)
    return TableJob("a.parquet", "t").performed(folder / "a.parquet")


def statistics_of(table: Path) -> dict[str, ColumnStatistics]:
    columns: list[ColumnStatistics] = []
    while True:
        job = StatisticsJob("a.parquet", "t", len(columns))
        part: TableStatistics = job.read(job.performed(table))
        columns += part.columns
        if len(columns) >= part.width:
            return {column.name: column for column in columns}


def test_statistics_are_those_that_pandas_has(tmp_path: Path) -> None:
    """B20, B59: exact over every row, types in the words that were told."""
    seen = statistics_of(stored(FRAME, tmp_path))
    assert list(seen) == list(FRAME.columns)
    for name, column in seen.items():
        values = FRAME[name]
        assert (column.dtype, column.missing) == (str(values.dtype), int(values.isna().sum())), name
        assert column.distinct == values.nunique(), name
        if pd.api.types.is_numeric_dtype(values) and values.notna().any() and values.dtype != bool:
            assert (column.minimum, column.maximum) == (values.min(), values.max())
            assert column.quartiles == pytest.approx(values.quantile([0.25, 0.5, 0.75]).tolist(), rel=1e-12)
            assert (column.mean, column.deviation) == (pytest.approx(values.mean()), pytest.approx(values.std()))
    assert seen["flag"].mean == FRAME["flag"].mean()
    assert (seen["day"].minimum, seen["day"].maximum) == ("2001-01-01", "2003-09-04")
    assert seen["nothing"].quartiles == (None, None, None)
    assert seen['word "quoted"'].minimum == "blue"


def test_values_beyond_all_numbers_spoil_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1.0, math.inf, 3.0, None], "big": [2**62, 2**62 + 1, 1, 2]})
    seen = statistics_of(stored(frame, tmp_path))
    assert (seen["x"].mean, seen["x"].maximum) == (2.0, "inf")
    assert seen["big"].maximum == 2**62 + 1


_TEXTS = st.text("ab ,'\n日z", max_size=20)


@given(st.lists(st.lists(_TEXTS | st.none(), max_size=9), min_size=2, max_size=3), _TEXTS)
@settings(max_examples=share(30), deadline=None)
def test_least_and_greatest_are_those_of_every_row(texts: list[list[str | None]], always: str) -> None:
    """B20: also where DuckDB answers from what it noted as it stored the rows, those that were changed since, too."""
    parts = tuple(f"f/k={key}/0.parquet" for key in "bca"[: len(texts)])
    columns = [pd.Series([*words, always], dtype="str", name="word") for words in texts]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{at}.parquet" for at in range(len(parts))]
        for column, path in zip(columns, paths, strict=True):
            column.to_frame().to_parquet(path, index=False)
        seen = statistics_of(TableJob("f", "t", parts=parts).performed(*paths))
    whole = pd.concat(columns)
    word, key = seen["word"], seen["k"]
    assert (word.minimum, word.maximum) == (whole.min(), whole.max())
    assert (word.missing, word.distinct) == (whole.isna().sum(), whole.nunique())
    assert (key.minimum, key.maximum) == ("a" if len(parts) > 2 else "b", "c")


def test_wide_tables_come_in_parts(tmp_path: Path) -> None:
    """P8: a thousand columns are more than one answer, each of them once."""
    frame = pd.DataFrame(NUMBERS.normal(size=(2_000, 1_000))).rename(columns=str)
    seen = statistics_of(stored(frame, tmp_path))
    assert list(seen) == list(frame.columns)
    assert all(seen[name].maximum == frame[name].max() for name in frame.columns)


@pytest.mark.parametrize("also", ["other", "rowid"])
def test_what_is_estimated_is_said(tmp_path: Path, also: str) -> None:
    """B59: beyond a million rows distinct values and quartiles are estimates, everything else is exact."""
    rows = 2_300_000
    frame = pd.DataFrame({
        "sorted": np.arange(rows),
        "skewed": NUMBERS.lognormal(3, 2, rows),
        "every tenth": np.where(np.arange(rows) % 10 == 0, 1_000.0, np.arange(rows) % 10),
        "day": pd.Timestamp("2001-01-01") + pd.to_timedelta(np.arange(rows) % 977, "D"),
        # A column of this name hides the number that DuckDB gives to a row.
        also: np.where(np.arange(rows) % 5 == 0, np.nan, np.arange(rows) % 101),
        # So few values that a part of the rows may hold none of them.
        "sparse": np.where(np.arange(rows) % 600_000 == 7, np.arange(rows) / 1_000, np.nan),
        "unbounded": np.where(np.arange(rows) == 1_500_000, np.inf, np.arange(rows) % 97),
        "word": np.char.add("a rather long word ", (np.arange(rows) % 9_973).astype(str)),
    })  # fmt: skip
    job = StatisticsJob("a.parquet", "t")
    table = stored(frame, tmp_path)
    columns = statistics_of(table)
    assert not job.read(job.performed(table)).exact
    for name, column in columns.items():
        values = frame[name].dropna()
        assert column.missing == rows - len(values)
        assert column.distinct == pytest.approx(values.nunique(), rel=0.2)
        if name == "day":
            assert (column.minimum, column.maximum) == ("2001-01-01", "2003-09-04")
            moments = [pd.Timestamp(str(each)) for each in column.quartiles]
            assert all(
                _rank(values, each) == pytest.approx(rank, abs=0.003)
                for each, rank in zip(moments, SHARES, strict=True)
            )
            continue
        if name == "word":
            assert (column.minimum, column.maximum) == (values.min(), values.max())
            continue
        if name == "unbounded":
            assert (column.minimum, column.maximum) == (0.0, "inf")
            values = values[np.isfinite(values)]
        else:
            assert (column.minimum, column.maximum) == (values.min(), values.max())
        assert (column.mean, column.deviation) == (pytest.approx(values.mean()), pytest.approx(values.std()))
        if name == "sparse":
            assert column.quartiles == pytest.approx(values.quantile(list(SHARES)).tolist())
            continue
        for quartile, rank in zip(column.quartiles, SHARES, strict=True):
            assert isinstance(quartile, float)
            assert _rank(values, quartile) == pytest.approx(rank, abs=0.06 if name == "every tenth" else 0.007)


SHARES = (0.25, 0.5, 0.75)


def _rank(values: pd.Series, value: object) -> float:
    """The share of values below one, those equal to it counted by half."""
    return float((values < value).mean() + (values == value).mean() / 2)


def associations_of(frame: pd.DataFrame, folder: Path) -> Associations:
    job = AssociationsJob("a.parquet", "t")
    return job.read(job.performed(stored(frame, folder)))


def test_associations_are_those_of_scipy_and_by_hand(tmp_path: Path) -> None:
    """B20: numbers with numbers, categories with categories, one with the other."""
    group = NUMBERS.choice(["a", "b", "c"], ROWS)
    frame = pd.DataFrame({
        "x": (x := NUMBERS.normal(size=ROWS)),
        "y": np.where(np.arange(ROWS) % 10 == 0, np.nan, x + NUMBERS.normal(size=ROWS)),
        "group": group,
        "other": np.where(NUMBERS.random(ROWS) < 0.7, group, "c"),
        "by group": np.where(group == "a", 5.0, 0.0) + NUMBERS.normal(size=ROWS),
        "id": [f"id {n}" for n in range(ROWS)],
    })  # fmt: skip
    seen = associations_of(frame, tmp_path)
    strength = {(pair.first, pair.second): pair.strength for pair in seen.pairs}
    assert seen.columns == ("x", "y", "group", "other", "by group")
    assert strength["x", "y"] == pytest.approx(frame["x"].corr(frame["y"]))
    assert next(pair.rows for pair in seen.pairs if pair.second == "y") == ROWS - ROWS // 10
    table = pd.crosstab(frame["group"], frame["other"])
    plain = scipy.stats.contingency.association(table, "cramer")
    assert strength["group", "other"] == pytest.approx(plain, abs=0.01)
    groups = [part["by group"] for _, part in frame.groupby("group")]
    between = sum(len(part) * (part.mean() - frame["by group"].mean()) ** 2 for part in groups)
    ratio = math.sqrt(between / (frame["by group"].var(ddof=0) * ROWS))
    assert strength["by group", "group"] == pytest.approx(ratio)
    assert abs(seen.pairs[0].strength) == max(map(abs, strength.values()))


def test_independent_categories_do_not_go_together(tmp_path: Path) -> None:
    """Without the correction chance alone ties small tables of many categories."""
    frame = pd.DataFrame({name: NUMBERS.choice(list("abcdefghij"), 60) for name in "xy"})
    assert associations_of(frame, tmp_path).pairs[0].strength < 0.3
    assert associations_of(frame.head(1), tmp_path).pairs == ()


def quality_of(frame: pd.DataFrame, folder: Path) -> tuple[Quality, Path]:
    job, table = QualityJob("a.parquet", "t"), stored(frame, folder)
    return job.read(job.performed(table)), table


def test_what_is_odd_is_named_with_its_rows(tmp_path: Path) -> None:
    """B20: each finding's query gives as many rows as it says."""
    rows = 40
    frame = pd.DataFrame({
        "id": [f"k{n}" for n in range(rows)],
        "empty": pd.Series([None] * rows, dtype="float64"),
        "constant": "same",
        "gaps": [None, *map(float, range(rows - 1))],
        "mixed": ["unknown", *map(str, range(rows - 4)), "n/k", "n/l", "n/m"],
        "numbers": list(map(str, range(rows))),
        "dates": [f"2020-01-{1 + n % 28:02}" for n in range(rows)],
        "padded": [" a" if n == 3 else "bc" for n in range(rows)],
        "spelled": ["Male" if n % 3 else "male" for n in range(rows)],
        "far": [1_000.0 if n == 7 else float(n % 5) for n in range(rows)],
    })  # fmt: skip
    seen, table = quality_of(frame, tmp_path)
    counted = {(finding.kind, finding.column): finding.rows for finding in seen.findings}
    assert counted == {
        ("unique", "id"): rows, ("empty", "empty"): rows, ("constant", "constant"): rows, ("missing", "gaps"): 1,
        ("mixed", "mixed"): 4, ("unique", "mixed"): rows, ("numbers_as_text", "numbers"): rows,
        ("unique", "numbers"): rows, ("dates_as_text", "dates"): rows, ("padded", "padded"): 1,
        ("spellings", "spelled"): rows, ("far_out", "far"): 1,
    }  # fmt: skip
    with duckdb.connect(str(table), read_only=True) as connection:
        for finding in seen.findings:
            assert len(connection.sql(finding.sql).fetchall()) == finding.rows, finding
    examples = {finding.kind: finding.example for finding in seen.findings}
    assert (examples["mixed"], examples["far_out"], examples["padded"]) == ("unknown", 1_000.0, " a")


def test_equal_rows_are_found_in_every_column(tmp_path: Path) -> None:
    frame = pd.concat([FRAME, FRAME.head(5), FRAME.head(2)])
    [finding] = [each for each in quality_of(frame, tmp_path)[0].findings if each.kind == "duplicate_rows"]
    assert finding.rows == 7
    assert not [each for each in quality_of(FRAME, tmp_path)[0].findings if each.kind == "duplicate_rows"]


def test_a_clean_table_has_little_odd() -> None:
    """Nothing is said that the rows do not bear out."""
    path = sample("penguins").path
    table = TableJob("penguins.csv", "t").performed(path)
    job = QualityJob("penguins.csv", "t")
    kinds = {(finding.kind, finding.column) for finding in job.read(job.performed(table)).findings}
    assert kinds == {
        ("missing", name) for name in ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex")
    }
