"""B45: the code the analyst writes runs, and what it says afterwards comes from what the code printed."""

from __future__ import annotations

import ast
import contextlib
import csv
import io
import re
import shutil
import traceback
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lci.analyst import example_questions
from lci.analyst.analyst import answer
from lci.analyst.results import findings
from lci.core.files import Column, Preview, Table
from lci.core.messages import Message, TextPart, ToolCall, ToolResult
from lci.workspace.samples import SAMPLES, sample

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", lambda: None)
    for each in SAMPLES:
        shutil.copy(each.path, tmp_path / each.file)
    yield tmp_path
    plt.close("all")


def text_preview(name: str, reader: str | None = None) -> Preview:
    """A preview as a reader without types would make it: every value text as in the file."""
    with Path(name).open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    columns = tuple(Column(column, _dtype([row[at] for row in rows])) for at, column in enumerate(header))
    table = Table("", len(rows), True, columns, tuple(map(tuple, rows[:5])), tuple(map(tuple, rows[-2:])))
    return Preview(name, "table", 1, tables=(table,), reader=reader or f"pd.read_csv({name!r})")


def _dtype(values: list[str]) -> str:
    known = [value for value in values if value not in {"", "NA"}]
    for dtype, convert in (("BIGINT", int), ("DOUBLE", float)):
        with contextlib.suppress(ValueError):
            _ = [convert(value) for value in known]
            return dtype
    return "VARCHAR"


def conversation(question: str, *rounds: tuple[str, str]) -> tuple[Message, ...]:
    messages = [Message("user", (TextPart(question),))]
    for number, (said, output) in enumerate(rounds):
        messages.append(Message("assistant", (TextPart(said), ToolCall(f"c{number}", "execute_code", "{}"))))
        messages.append(Message("tool", (ToolResult(f"c{number}", output),)))
    return tuple(messages)


def run(source: str) -> str:
    """What the code prints, its traceback at the end, as a kernel would report it."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(source, "<cell>", "exec"), {})
        except Exception:  # noqa: BLE001  # whatever user code raises is output
            out.write(traceback.format_exc())
    return out.getvalue()


def ask(question: str, *previews: Preview) -> tuple[str, str]:
    """The printed output of the first cell and the final text."""
    first = answer(conversation(question), previews)
    assert first.source is not None, first.text
    ast.parse(first.source)
    output = run(first.source)
    assert "Traceback" not in output, output
    last = answer(conversation(question, (first.text, output)), previews)
    assert last.source is None
    return output, last.text


def figures() -> int:
    return len(plt.get_fignums())


@pytest.mark.parametrize(("name", "question"), [(each.name, q) for each in SAMPLES for q in each.questions])
def test_the_questions_of_the_samples_are_answered_with_a_figure(name: str, question: str) -> None:
    _, text = ask(question, text_preview(sample(name).file))
    assert "no result" not in text and figures() == 1
    assert all(ax.get_xlabel() for ax in plt.gcf().axes if ax.get_visible())


@pytest.mark.parametrize("name", [each.name for each in SAMPLES])
def test_the_example_questions_are_answered_as_they_are(name: str) -> None:
    preview = text_preview(sample(name).file)
    for question in example_questions((preview,)):
        assert "no result" not in ask(question, preview)[1]
    assert figures() >= 1


@pytest.mark.parametrize("name", [each.name for each in SAMPLES])
@pytest.mark.parametrize(
    "question",
    [
        "overview",
        "which columns have missing values and why?",
        "correlations",
        "what columns are there?",
        "first 3 rows",
        "do a linear regression and plot it",
        "plot the trend over time",
    ],
)
def test_general_questions_work_on_every_sample(name: str, question: str) -> None:
    assert "no result" not in ask(question, text_preview(sample(name).file))[1]


def test_a_regression_states_the_coefficients_of_polyfit() -> None:
    output, text = ask("regress body mass on flipper length", text_preview("penguins.csv"))
    data = pd.read_csv("penguins.csv")[["flipper_length_mm", "body_mass_g"]].dropna()
    slope, intercept = np.polyfit(data["flipper_length_mm"], data["body_mass_g"], 1)
    found = findings(output)
    assert found.number("slope") == pytest.approx(slope, rel=1e-6)
    assert found.number("intercept") == pytest.approx(intercept, rel=1e-6)
    assert found.count("n") == 342 and found.count("rows dropped") == 2
    said = re.search(r"Slope ([\d.]+).*?Intercept (-?[\d.]+)", text, re.DOTALL)
    assert said is not None
    assert float(said[1]) == pytest.approx(slope, rel=1e-6)
    assert float(said[2]) == pytest.approx(intercept, rel=1e-6)
    assert "n = 342; 2 rows left out" in text


def test_the_equation_is_drawn_beside_the_residuals() -> None:
    ask("do a linear regression and plot it", text_preview("penguins.csv"))
    left, right = plt.gcf().axes
    assert "y = 49.6856 x -5780.83" in left.get_legend().get_texts()[0].get_text()
    assert right.get_title() == "Residuals"


def test_columns_that_are_not_named_are_the_strongest_pair_of_measurements() -> None:
    output, text = ask("do a linear regression", text_preview("penguins.csv"))
    assert findings(output).word("x column") == "flipper_length_mm"
    assert "I chose `flipper_length_mm` and `body_mass_g`" in text and "year" not in text


def test_a_date_is_a_predictor_in_years() -> None:
    output, _ = ask("linear regression of co2 on date", text_preview("co2.csv"))
    data = pd.read_csv("co2.csv", parse_dates=["date"])
    years = (data["date"] - data["date"].min()).dt.days / 365.25
    kept = data["co2_ppm"].notna()
    assert findings(output).number("slope") == pytest.approx(
        np.polyfit(years[kept], data["co2_ppm"][kept], 1)[0], rel=1e-6
    )


def test_group_means_are_those_of_pandas() -> None:
    output, text = ask("average body mass by species", text_preview("penguins.csv"))
    expected = pd.read_csv("penguins.csv").groupby("species")["body_mass_g"].mean()
    assert dict(findings(output).numbers("value")) == pytest.approx(expected.to_dict())
    assert "**Gentoo** (5,076.02 g)" in text and "342 of 344 rows used" in text


@pytest.mark.parametrize("question", ["average amount by shop", "monthly amount by shop", "bottom 20 shops by amount"])
def test_the_headline_is_over_all_groups(question: str, desk: Path) -> None:
    """B45: also where the highest is none of those listed."""
    months = pd.date_range("2020-01-01", periods=40, freq="MS").strftime("%Y-%m-%d")
    amounts = [*range(20, 40), 900, *range(41, 60)]
    frame = pd.DataFrame({"date": months, "shop": [f"shop {n:02}" for n in range(40)], "amount": amounts})
    frame.to_csv("shops.csv", index=False)
    _, text = ask(question, text_preview("shops.csv"))
    first = text.split("\n")[0]
    assert "lowest for **" in first and "shop 00** (20)" in first
    assert question.startswith("bottom") or "shop 20** (900)" in first, first


@pytest.mark.usefixtures("desk")
def test_the_longest_run_of_missing_values_is_looked_for_in_every_column() -> None:
    """B45: a column with few missing values may have the longest run."""
    frame = pd.DataFrame({f"c{n}": [None if (row + n) % 2 else 1 for row in range(60)] for n in range(6)})
    frame["late"] = [None] * 20 + [1] * 40
    frame.to_csv("gaps.csv", index=False)
    assert "without `late` is 20 rows" in ask("which values are missing?", text_preview("gaps.csv"))[1]


def test_a_trend_states_first_last_peak_and_low() -> None:
    output, text = ask("plot the monthly trend of CO2", text_preview("co2.csv"))
    data = pd.read_csv("co2.csv", parse_dates=["date"])
    monthly = data.groupby(data["date"].dt.to_period("M"))["co2_ppm"].mean().dropna()
    found = findings(output)
    assert found.number("first value") == pytest.approx(monthly.iloc[0])
    assert found.number("peak value") == pytest.approx(monthly.max())
    assert found.word("low period") == str(monthly.idxmin())
    assert "5 months in between have no value" in text


def test_a_column_is_described_by_its_own_numbers() -> None:
    output, text = ask("what is the median of bill depth?", text_preview("penguins.csv"))
    assert findings(output).number("median") == pd.read_csv("penguins.csv")["bill_depth_mm"].median()
    assert text.startswith("**The median of `bill_depth_mm` is 17.3 mm.**")


def test_an_overview_counts_rows_missing_values_and_duplicates() -> None:
    _, text = ask("overview", text_preview("penguins.csv"))
    assert "344 rows and 8 columns" in text and "`sex` 11 (3.2 %)" in text and "No row is an exact duplicate" in text


@pytest.mark.parametrize(
    "question",
    [
        "overview",
        "describe body mass",
        "average body mass by species",
        "yearly trend of body mass",
        "do a linear regression and plot it",
    ],
)
def test_other_data_give_another_answer(question: str, desk: Path) -> None:
    preview = text_preview("penguins.csv")
    _, before = ask(question, preview)
    data = pd.read_csv("penguins.csv")
    data["body_mass_g"] = data["body_mass_g"] * 1.1 + np.arange(len(data))
    data.to_csv("penguins.csv", index=False)
    _, after = ask(question, preview)
    assert set(re.findall(r"\d[\d,.]*", after)) != set(re.findall(r"\d[\d,.]*", before))


def test_nothing_is_said_that_the_output_does_not_hold() -> None:
    preview = text_preview("penguins.csv")
    text = answer(conversation("do a linear regression", ("…", "slope = 2.0\n")), (preview,)).text
    assert "no result" in text and "2" not in text


@pytest.mark.parametrize(
    "question",
    [
        "total amount per month and shop",
        "amount by quarter",
        "top 2 shops by amount",
        "amount over time",
        "describe amount",
        "describe when",
        "count by shop",
        "overview",
        "correlations",
        "missing values",
        "plot monthly amount by shop",
        "number of different shops by when",
    ],
)
def test_awkward_values_are_converted(question: str, desk: Path) -> None:
    rows = [("31/12/2020", "$1,200.50", "A$B$", 3), ("01/02/2021", "$3.00", "*x*", 4), ("05/03/2021", "", "A$B$", 5)]
    rows += [(f"{day:02}/04/2021", f"${day}.25", "new\nline", day) for day in range(1, 20)]
    pd.DataFrame(rows, columns=["when", "amount", "shop", "visits"]).to_csv("odd $x$ 'q'.csv", index=False)
    _, text = ask(question, text_preview("odd $x$ 'q'.csv"))
    assert "no result" not in text
    plt.gcf().canvas.draw()


def test_a_misnamed_column_is_matched_again_once(desk: Path) -> None:
    preview = text_preview("penguins.csv")
    data = pd.read_csv("penguins.csv")
    data.rename(columns={"body_mass_g": " Body_Mass_G "}).to_csv("penguins.csv", index=False)
    question = "describe body mass"
    first = answer(conversation(question), (preview,))
    second = answer(conversation(question, (first.text, run(first.source or ""))), (preview,))
    assert second.source is not None
    last = answer(conversation(question, (first.text, "KeyError: 'body_mass_g'"), ("", run(second.source))), (preview,))
    assert "a mean of 4,201.75 g" in last.text


@pytest.mark.filterwarnings("ignore:One or more sample arguments is too small")
def test_a_single_period_is_no_trend(desk: Path) -> None:
    pd.DataFrame({"date": ["2020-01-01", "2020-01-02", "2020-01-03"], "v": [1.0, 2.0, 4.5]}).to_csv(
        "v.csv", index=False
    )
    assert "one month, 2020-01: the mean of `v` is 2.5." in ask("plot the monthly trend", text_preview("v.csv"))[1]


def test_another_encoding_is_tried_once(desk: Path) -> None:
    pd.DataFrame({"店": ["東", "西"], "v": [1, 2]}).to_csv("店.csv", index=False)
    preview = text_preview("店.csv")
    Path("店.csv").write_bytes(Path("店.csv").read_text("utf-8").encode("cp932"))
    first = answer(conversation("overview"), (preview,))
    error = run(first.source or "")
    assert "UnicodeDecodeError" in error
    second = answer(conversation("overview", (first.text, error)), (preview,))
    rounds = (("", error), ("", run(second.source or "")))
    assert "2 rows and 2 columns" in answer(conversation("overview", *rounds), (preview,)).text


def test_a_second_failure_is_admitted() -> None:
    preview = text_preview("penguins.csv")
    error = "Traceback (most recent call last):\nKeyError: 'body_mass_g'"
    last = answer(conversation("describe body mass", ("", error), ("", error)), (preview,))
    assert last.source is None and "`KeyError: 'body_mass_g'`" in last.text


ODD = st.sampled_from(['"', "'\"", "{x}", "a\nb", "$y", "\\", "`", "売上"])
QUESTIONS = (
    "overview",
    "missing values",
    "correlations",
    "do a linear regression",
    "describe {0}",
    "average {1} by {0}",
    "regress {1} on {2}",
    "trend of {1}",
    "count by {0}",
    "what columns are there",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(), min_size=1, max_size=12) | ODD, min_size=4, max_size=4, unique=True))
def test_any_column_name_gives_code_that_parses(names: list[str]) -> None:
    types = (("VARCHAR", "a"), ("DOUBLE", 1.5), ("DOUBLE", 2.5), ("DATE", "2020-01-01"))
    columns = tuple(Column(name, dtype) for name, (dtype, _) in zip(names, types, strict=True))
    table = Table("t", 3, True, columns, (tuple(value for _, value in types),))
    preview = Preview(f"{names[0]}.csv", "table", 1, tables=(table,))
    for template in QUESTIONS:
        given_answer = answer(conversation(template.format(*(f"`{name}`" for name in names))), (preview,))
        if given_answer.source is not None:
            ast.parse(given_answer.source)
