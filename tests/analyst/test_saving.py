"""Tables that are saved: what lies in the file is what was computed, and the answer says where (B45)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from lci.analyst.columns import FileColumn
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.compiling.saving import file_name
from lci.analyst.plan import Condition, Field, FileForm, Measure, Rows, Summary
from lci.analyst.results import findings
from lci.analyst.sources import Source
from lci.analyst.telling import said
from tests.analyst.plan_tables import Row, as_label, computed, summaries, tables
from tests.analyst.running import ran
from tests.analyst.test_plan_properties import number, run

FORMS: tuple[FileForm, ...] = ("csv", "excel")
SALES = Source(
    "sales.csv",
    'pd.read_csv("sales.csv")',
    (FileColumn("place", "category"), FileColumn("amount", "number"), FileColumn("when", "date")),
)
TOTALS = Summary("sales.csv", (Measure("sum", Field("amount")),), (Field("place"),))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(places: list[object]) -> None:
    days = ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]
    frame = pd.DataFrame({"place": places, "amount": range(1, len(places) + 1), "when": days[: len(places)]})
    frame.to_csv("sales.csv", index=False)


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(name) if name.endswith(".csv") else pd.read_excel(name, engine="openpyxl")


def answer(plan: Summary | Rows, code: str = "en", source: Source = SALES) -> str:
    text = said(plan, findings(ran(compiled(plan, source)).printed), code)
    assert text is not None
    return text


@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(tables, summaries(), st.sampled_from(FORMS))
def test_what_is_saved_is_what_a_database_computes(rows: list[Row], plan: Summary, form: FileForm) -> None:
    if not plan.keys:
        return
    plan = replace(plan, saved=form)
    for old in Path().glob("my_table_*"):
        old.unlink()
    out = run(plan, rows)
    if not len(out.shown):
        assert not Path(file_name(plan)).exists()
        return
    depth = len(plan.keys)
    expected = {as_label(row[:depth]): row[depth:] for row in computed(plan, rows)}
    # Labels are compared as the code printed them: a file gives texts that look like numbers back as numbers.
    kept = read(file_name(plan))
    for label, values in zip(out.names["names"], kept.iloc[:, depth:].to_numpy().tolist(), strict=True):
        for one, other in zip(values, expected[label], strict=False):
            same = math.isclose(number(one), number(other), rel_tol=1e-6, abs_tol=1e-7)
            assert same or (math.isnan(number(one)) and other is None)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("code", ["en", "ja", "zh"])
def test_the_answer_links_the_file_and_says_its_rows(form: FileForm, code: str) -> None:
    write(["north", "south", "north"])
    plan = replace(TOTALS, saved=form)
    name = file_name(plan)
    assert name.startswith("sales_sum_amount_by_place_")
    text = answer(plan, code)
    assert f"[{name}]({name})" in text
    assert "2" in text.splitlines()[-1]
    assert read(name).to_dict("list") == {"place": ["north", "south"], "sum amount": [4, 2], "n": [2, 1]}


@pytest.mark.parametrize("form", FORMS)
def test_rows_are_saved_as_they_are(form: FileForm) -> None:
    """Without what the code made for a condition."""
    write(["=1+1", "+2", "東京", None])
    spring = Condition(Field("when", part="month_of_year"), "equal", (2, 3))
    plan = Rows("sales.csv", (spring,), saved=form)
    answer(plan)
    kept = read(file_name(plan))
    assert list(kept.columns) == ["place", "amount", "when"]
    assert list(kept["amount"]) == [2, 3]
    whole = Rows("sales.csv", columns=("place", "amount"), saved=form)
    answer(whole)
    assert read(file_name(whole))["place"].fillna("").tolist() == ["=1+1", "+2", "東京", ""]


def test_a_csv_with_han_opens_in_excel() -> None:
    write(["東京"])
    plan = replace(TOTALS, saved="csv")
    answer(plan)
    assert Path(file_name(plan)).read_bytes().startswith(b"\xef\xbb\xbf")


def test_times_of_a_zone_are_saved_in_a_sheet_as_those_of_utc() -> None:
    pd.DataFrame({"when": ["2020-01-01T01:00:00+09:00"], "amount": [1]}).to_csv("sales.csv", index=False)
    source = Source(
        "sales.csv",
        'pd.read_csv("sales.csv", parse_dates=["when"])',
        (FileColumn("when", "date", "zoned"), FileColumn("amount", "number")),
    )
    plan = Rows("sales.csv", saved="excel")
    answer(plan, source=source)
    assert str(read(file_name(plan))["when"][0]) == "2019-12-31 16:00:00"


def test_nothing_is_saved_where_no_row_is_left() -> None:
    write(["north"])
    nowhere = (Condition(Field("place"), "equal", ("south",)),)
    for plan in (Rows("sales.csv", nowhere, saved="csv"), replace(TOTALS, conditions=nowhere, saved="excel")):
        assert "Saved" not in answer(plan)
        assert [each.name for each in Path().iterdir()] == ["sales.csv"]


def test_groups_that_all_lack_a_value_are_not_said_to_be_saved() -> None:
    write([None, None])
    assert "Nothing was saved" in answer(replace(TOTALS, saved="csv"))


def test_a_sheet_holds_no_more_rows_and_it_is_said() -> None:
    printed = "rows kept = 1048580\nshown = 1048580\nsaved as = 'a.xlsx'\nrows saved = 1048575\n"
    text = said(Rows("sales.csv", saved="excel"), findings(printed), "en")
    assert text is not None
    assert "holds no more of the 1,048,580 rows" in text
    assert "head(1048575)" in compiled(Rows("sales.csv", saved="excel"), SALES)
    assert "head(" not in compiled(Rows("sales.csv", saved="excel"), replace(SALES, rows=1_000))


def test_one_number_is_no_table_to_save() -> None:
    with pytest.raises(NotCompiled):
        compiled(Summary("sales.csv", (Measure("rows"),), saved="csv"), SALES)


def test_different_plans_are_saved_under_different_names() -> None:
    """None of them that of the file that was read."""
    below, above = (Condition(Field("amount"), how, (5,)) for how in ("below", "above"))  # type: ignore[arg-type]
    plans: list[Summary | Rows] = [
        replace(TOTALS, saved="csv"),
        replace(TOTALS, saved="csv", order="upwards", limit=1),
        replace(TOTALS, saved="csv", conditions=(below,)),
        replace(TOTALS, saved="csv", conditions=(above,)),
        Rows("sales.csv", saved="csv"),
        Rows("sales.csv", (below,), saved="csv"),
        Rows("sales.csv", (above,), saved="csv"),
        Rows("sales.csv", columns=("place",), saved="csv"),
        Rows("a/sales.csv", columns=("p/lace",), saved="csv"),
        Rows("sales.csv", columns=("p.lace",), saved="csv"),
        replace(TOTALS, table="sales.xlsx", saved="csv"),
    ]
    names = [file_name(plan) for plan in plans]
    assert len(set(names)) == len(names)
    assert not any("/" in name or name == "sales.csv" for name in names)
    assert max(map(len, names)) < 80


def test_a_sheet_alters_no_number_and_no_day() -> None:
    """Beyond what it holds exactly they are texts."""
    ids, days = [123456789012345678, 5], ["1867-01-01", "2020-05-05"]
    pd.DataFrame({"place": ["a", "b"], "amount": ids, "when": days}).to_csv("sales.csv", index=False)
    source = replace(SALES, reader='pd.read_csv("sales.csv", parse_dates=["when"])')
    plan = Rows("sales.csv", saved="excel")
    answer(plan, source=source)
    kept = pd.read_excel(file_name(plan), engine="openpyxl", dtype=str)
    assert kept["amount"].tolist() == ["123456789012345678", "5"]
    assert kept["when"].tolist() == days
