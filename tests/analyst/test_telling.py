"""What is said of results: in three languages, grounded, with what is left out (B45, B57)."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lci.analyst.columns import FileColumn
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.plan import (
    Chart,
    Clusters,
    Condition,
    Description,
    Field,
    GroupTest,
    Measure,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
)
from lci.analyst.results import Setback, findings
from lci.analyst.sources import Source
from lci.analyst.telling import explained, said, worded
from lci.analyst.telling.columns import aligned
from lci.core.grounding.receipts import Ambiguous, NotFound, receipts
from tests.analyst.asking import ask, brief_preview
from tests.analyst.corpus import DATA, plan_of, records
from tests.analyst.running import corpus_source, ran
from tests.core.grounding.turns import basis_of, turn_of

LANGUAGES = ("en", "ja", "zh")
PENGUINS = corpus_source("penguins.csv", str(DATA))


@pytest.fixture
def in_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)


def answer(plan: Plan, source: Source = PENGUINS, language: str = "en") -> str:
    text = said(plan, findings(ran(compiled(plan, source)).printed), language)
    assert text is not None
    return text


def leaves(table: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        match value:
            case dict():
                yield from leaves(value, f"{above}{key}.")
            case list():
                yield from ((f"{above}{key}.{at}", each) for at, each in enumerate(value))
            case _:
                yield above + key, value


def places(sentence: str) -> list[str]:
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name})


def test_sentences_of_all_languages_have_the_same_keys_and_places() -> None:
    """B45."""
    of_language = {}
    for code in LANGUAGES:
        text = (resources.files("lci.analyst") / "languages" / f"{code}.toml").read_text("utf-8")
        of_language[code] = {key: places(sentence) for key, sentence in leaves(tomllib.loads(text)["sentences"])}
    assert of_language["ja"] == of_language["en"]
    assert of_language["zh"] == of_language["en"]


ANSWERED = [record for record in records("open") if record["plan"]]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(record, id=record["id"], marks=() if at % 3 == 0 else pytest.mark.nightly)
        for at, record in enumerate(ANSWERED)
    ],
)
@pytest.mark.usefixtures("in_corpus")
def test_every_number_said_of_the_corpus_is_grounded(record: dict[str, Any]) -> None:
    """B57: in all three languages, the plan in words too."""
    plan = plan_of(record["plan"])
    code = compiled(plan, corpus_source(record["plan"]["table"], str(DATA)))
    out = ran(code)
    basis = basis_of(turn_of(*out.outputs, code=code))
    for language in LANGUAGES:
        text = said(plan, findings(out.printed), language)
        assert text is not None
        whole = f"{worded(plan, language)}\n\n{text}"
        assert not [each.number.text for each in receipts(whole, basis) if isinstance(each, NotFound)], whole


MASS, SPECIES, SEX = Field("body_mass_g"), Field("species"), Field("sex")
MALE = (Condition(SEX, "equal", ("male",)),)


@pytest.mark.usefixtures("in_corpus")
def test_what_is_missing_is_told() -> None:
    """B45."""
    assert "over 342 of 344 rows; no value in 2 rows" in answer(Summary("penguins.csv", (Measure("mean", MASS),)))
    grouped = answer(Summary("penguins.csv", (Measure("mean", MASS),), (SEX,)))
    assert "In no group: 11 rows without `sex`." in grouped
    assert "Left out: 2 rows without `body_mass_g`." in grouped


@pytest.mark.usefixtures("in_corpus")
def test_units_of_columns_stand_with_numbers_and_years_have_no_commas() -> None:
    assert "**4,201.8 g**" in answer(Summary("penguins.csv", (Measure("mean", MASS),)))
    last = answer(Summary("penguins.csv", (Measure("max", Field("year")),)))
    assert "**2009**" in last
    weather = corpus_source("seattle-weather.csv", str(DATA))
    coldest = answer(Summary(weather.file, (Measure("mean", Field("temp_min")),)), weather)
    assert " min**" not in coldest, "the lowest temperature is not in minutes"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "`species` has **3** different values."),
        ("ja", "`species`には **3** 種類の値があります。"),
        ("zh", "`species`有 **3** 种不同的值。"),
    ],
)
@pytest.mark.usefixtures("in_corpus")
def test_how_many_different_values_there_are_is_told_in_a_sentence(language: str, sentence: str) -> None:
    """B45."""
    assert answer(Summary("penguins.csv", (Measure("distinct", SPECIES),)), PENGUINS, language).startswith(sentence)


@pytest.mark.parametrize(
    ("values", "digits", "room", "texts"),
    [
        ([3.2, 2.0 + 10 / 11], 5, 8, ["3.2000", "2.9091"]),
        ([21.6867, 16.0, 13.4146], 3, 4, ["21.7", "16.0", "13.4"]),
        ([272, 208], 5, 8, ["272", "208"]),
        ([12345.678, 980.25, 0.5], 5, 8, ["12,345.68", "980.25", "0.50"]),
        ([12345678.9, 0.125], 5, 8, ["12,345,678.90", "0.12"]),
        ([45.6, 0.1234, 100.0], 3, 4, ["45.60", "0.12", "100.00"]),
        ([-3.25, 0.0, float("nan"), float("inf")], 5, 8, ["-3.25", "0.00", "undefined", "∞"]),
        ([1e-9, 2.5], 5, 8, ["1.0000e-09", "2.5"]),
        ([], 5, 8, []),
    ],
)
def test_numbers_of_one_column_have_as_many_decimals(
    values: list[float], digits: int, room: int, texts: list[str]
) -> None:
    assert aligned(values, digits, room) == texts


@pytest.mark.parametrize(
    "plan",
    [
        Summary("penguins.csv", (Measure("mean", Field("bill_depth_mm")),), (Field("year"), SPECIES)),
        Summary(
            "penguins.csv", (Measure("rows", among=(Condition(SEX, "equal", ("male",)),)),), (Field("year"), SPECIES)
        ),
        Summary("penguins.csv", (Measure("rows"),), (Field("year"), SPECIES), relative=True),
        Rows("penguins.csv", by=Field("bill_length_mm"), order="downwards", limit=20),
        Picture("penguins.csv", Chart("box"), SPECIES, Field("bill_length_mm")),
        Description("penguins.csv", "field", SPECIES),
        Relation("penguins.csv", "correlation"),
        GroupTest("penguins.csv", "means", Field("bill_depth_mm"), SPECIES),
        Clusters("penguins.csv", (Field("bill_depth_mm"), Field("bill_length_mm")), 4),
    ],
    ids=["means", "among", "shares", "rows", "medians", "labels", "correlations", "tests", "clusters"],
)
@pytest.mark.usefixtures("in_corpus")
def test_the_tables_of_answers_have_aligned_numbers(plan: Plan) -> None:
    """B45."""
    lines = [line.strip("| ").split(" | ") for line in answer(plan).splitlines() if line.startswith("|")]
    columns = [*zip(*lines[2:], strict=True)]
    for column in columns[1:]:
        decimals = {len(match[1] or "") for each in column if (match := re.match(r"-?[\d,]+(?:\.(\d+))?", each))}
        assert len(decimals) <= 1 or lines[0][columns.index(column)] == "p", column
    assert any("." in each for column in columns[1:] for each in column)


@pytest.mark.usefixtures("in_corpus")
def test_headlines_are_of_all_groups_and_the_table_says_how_many_it_lists() -> None:
    """B45, B59: of 142 countries the highest is not among the first forty."""
    source = corpus_source("gapminder.csv", str(DATA))
    text = answer(Summary(source.file, (Measure("max", Field("pop")),), (Field("country"),)), source)
    assert "Lowest: **Sao Tome and Principe**" in text
    assert "The table lists 40 of 142 groups." in text
    assert "The chart shows 40 of 142 groups." in text


@pytest.mark.usefixtures("in_corpus")
def test_a_line_through_many_moments_needs_no_table_below() -> None:
    """B58: forty rows of dates hid the chart that was asked for."""
    source = corpus_source("gapminder.csv", str(DATA))
    measures = (Measure("mean", Field("lifeExp")),)
    years = Summary(source.file, measures, (Field("year"),), chart=Chart("line"))
    assert "| ---" in answer(years, source)
    countries = Summary(source.file, measures, (Field("country"),), chart=Chart("line"))
    assert "| ---" not in answer(countries, source)
    assert "| ---" in answer(Summary(source.file, measures, (Field("country"),), chart=Chart("bar")), source)


@pytest.mark.usefixtures("in_corpus")
def test_many_lines_are_cut_and_that_is_told() -> None:
    source = corpus_source("gapminder.csv", str(DATA))
    keys = (Field("year"), Field("country"))
    plan = Summary(source.file, (Measure("mean", Field("lifeExp")),), keys, chart=Chart("line"))
    assert "The chart shows 10 of 142 values of `country`" in answer(plan, source)


@pytest.mark.usefixtures("in_corpus")
def test_rows_equal_to_the_last_one_are_told() -> None:
    plan = Rows("penguins.csv", (), MASS, "upwards", 1, ("species",))
    assert "more are equal" not in answer(plan)
    flat = Rows("penguins.csv", (), Field("year"), "upwards", 3, ("species",))
    assert "107 more are equal to the last one shown." in answer(flat)


@pytest.mark.usefixtures("in_corpus")
def test_weekdays_and_months_stand_in_their_order_and_language() -> None:
    source = corpus_source("seattle-weather.csv", str(DATA))
    plan = Summary(source.file, (Measure("mean", Field("temp_max")),), (Field("date", part="weekday"),))
    lines = [line for line in answer(plan, source, "ja").split("\n") if "曜日 |" in line]
    assert [line.split(" ")[1] for line in lines if "`" not in line] == [f"{day}曜日" for day in "月火水木金土日"]


@pytest.mark.usefixtures("in_corpus")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "plan",
    [
        Summary("penguins.csv", (Measure("mean", MASS),), conditions=(Condition(SPECIES, "equal", ("Emperor",)),)),
        Summary("penguins.csv", (Measure("mean", MASS),), (SEX,), (Condition(SPECIES, "equal", ("Emperor",)),)),
        Rows("penguins.csv", (Condition(SPECIES, "equal", ("Emperor",)),), MASS, "downwards", 1),
        Picture("penguins.csv", Chart("box"), SPECIES, MASS, conditions=(Condition(SPECIES, "equal", ("Emperor",)),)),
        Relation("penguins.csv", "line", MASS, (Field("bill_depth_mm"),), (Condition(SPECIES, "equal", ("Emperor",)),)),
        Description("penguins.csv", "table", None, (Condition(SPECIES, "equal", ("Emperor",)),)),
    ],
    ids=lambda plan: type(plan).__name__,
)
def test_a_selection_without_rows_is_told_as_that(plan: Plan, language: str) -> None:
    """B45: nothing fails, and the condition that nothing meets is named."""
    assert "Emperor" in answer(plan, language=language)


def test_labels_that_look_like_findings_or_markup_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B45: a table shown below the findings is no finding, and labels are no Markdown."""
    monkeypatch.chdir(tmp_path)
    labels = ["rows kept = 99 ", "value of group 'x' = 7", "**bold** | [link](http://x.org)", "highest group = 'x'"]
    rows = "".join(f'"{label}",{at}\n' for at, label in enumerate(labels))
    (tmp_path / "odd.csv").write_text("label,number\n" + rows, "utf-8")
    source = Source(
        "odd.csv", 'pd.read_csv("odd.csv")', (FileColumn("label", "category"), FileColumn("number", "number"))
    )
    plan = Summary("odd.csv", (Measure("sum", Field("number")),), (Field("label"),))
    out = ran(compiled(plan, source))
    found = findings(out.printed + "\n" + out.shown.to_string())
    assert found.count("rows kept") == 4
    text = said(plan, found, "en")
    assert text is not None and "Highest: **highest group = 'x'** (3)" in text
    assert "**bold**" not in text and r"\*\*bold\*\* \| \[link\](http" in text


# --- relations as a database computes them ----------------------------------------------------------------------------


@pytest.mark.usefixtures("in_corpus")
def test_correlations_and_lines_are_those_of_a_database() -> None:
    """B45."""
    x, y = Field("flipper_length_mm"), MASS
    found = findings(ran(compiled(Relation("penguins.csv", "line", y, (x,)), PENGUINS)).printed)
    pair = f"{y.column}, {x.column}"
    sql = (
        f"select regr_slope({pair}), regr_intercept({pair}), regr_r2({pair}), corr({pair}) "
        "from read_csv('penguins.csv', nullstr = ['NA', ''])"
    )
    slope, intercept, r2, r = duckdb.sql(sql).fetchall()[0]
    assert found.number("slope") == pytest.approx(slope)
    assert found.number("intercept") == pytest.approx(intercept)
    assert found.number("r2") == pytest.approx(r2)
    found = findings(ran(compiled(Relation("penguins.csv", "correlation", y, (x,)), PENGUINS)).printed)
    assert found.number("r") == pytest.approx(r)
    every = findings(ran(compiled(Relation("penguins.csv", "correlation"), PENGUINS)).printed)
    pairs = dict(every.series["pair"])
    assert float(pairs["flipper_length_mm / body_mass_g"][2]) == pytest.approx(r)  # type: ignore[index]


@pytest.mark.usefixtures("in_corpus")
def test_several_fields_explain_one_by_least_squares() -> None:
    """B45: at the coefficients that are said, residuals go with none of the fields."""
    fields = (Field("flipper_length_mm"), Field("bill_depth_mm"))
    plan = Relation("penguins.csv", "line", MASS, fields)
    found = findings(ran(compiled(plan, PENGUINS)).printed)
    slopes = dict(found.numbers("slope"))
    predicted = f"{found.number('intercept')} + " + " + ".join(
        f"{slopes[each.column]} * {each.column}" for each in fields
    )
    residual = f"(body_mass_g - ({predicted}))"
    sql = (
        f"select avg({residual}), covar_pop({residual}, flipper_length_mm), covar_pop({residual}, bill_depth_mm) "
        "from read_csv('penguins.csv', nullstr = ['NA', ''])"
    )
    assert duckdb.sql(sql).fetchall()[0] == pytest.approx((0, 0, 0), abs=1e-5)
    assert "cause" in answer(plan)


def test_fields_that_follow_from_one_another_are_not_fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "twice.csv").write_text("a,b,c\n" + "".join(f"{n},{2 * n},{n % 7}\n" for n in range(30)), "utf-8")
    source = Source("twice.csv", 'pd.read_csv("twice.csv")', tuple(FileColumn(name, "number") for name in "abc"))
    assert "cannot be told apart" in answer(Relation("twice.csv", "line", Field("c"), (Field("a"), Field("b"))), source)


# --- what cannot be computed, and what went wrong ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "plan",
    [
        Summary("penguins.csv", ()),
        Summary("penguins.csv", (Measure("mean", MASS),), compared="difference"),
        Summary("penguins.csv", (Measure("rows"),), chart=Chart("bar")),
        Summary("penguins.csv", (Measure("mean", Field("wing_span")),)),
        Rows("penguins.csv", order="downwards"),
        Picture("penguins.csv", Chart("scatter"), MASS),
        Relation("penguins.csv", "line", MASS),
        Relation("penguins.csv", "correlation", MASS, (SPECIES,)),
        Description("penguins.csv", "field"),
    ],
    ids=repr,
)
def test_plans_without_a_sense_are_not_compiled(plan: Plan) -> None:
    with pytest.raises(NotCompiled):
        compiled(plan, PENGUINS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("setback", "named"),
    [
        (Setback("declined"), ""),
        (Setback("stopped"), ""),
        (Setback("died"), ""),
        (Setback("silent"), ""),
        (Setback("error", "FileNotFoundError", "[Errno 2] No such file: 'penguins.csv'"), "`penguins.csv`"),
        (Setback("error", "ModuleNotFoundError", "No module named 'seaborn'"), "seaborn"),
        (Setback("error", "KeyError", "'wing'"), "`flipper_length_mm`"),
        (Setback("error", "UnicodeDecodeError", "'utf-8' codec can't decode"), "`penguins.csv`"),
        (Setback("error", "MemoryError"), "`penguins.csv`"),
        (Setback("error", "ValueError", "strange"), "`ValueError: strange`"),
    ],
    ids=lambda value: value.name or value.kind if isinstance(value, Setback) else "",
)
def test_setbacks_say_what_happened_and_what_to_do(setback: Setback, named: str, language: str) -> None:
    """B45: no result is stated, and every sentence is the language's own."""
    text = explained(PENGUINS, setback, language)
    assert named in text and "{" not in text
    assert text.isascii() == (language == "en")


@pytest.mark.parametrize(
    "question", ["Plot co2_ppm over time", "What is the average CO2 per year?", "Top 5 rows by co2_ppm"]
)
def test_numbers_of_the_first_sample_are_not_doubted(
    question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B57: among 2,000 numbers one of three digits has many neighbours, of other days than the one that is named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "co2.csv").write_bytes((resources.files("lci.workspace") / "samples" / "co2.csv").read_bytes())
    asked = ask(question, brief_preview(tmp_path / "co2.csv"))
    assert asked.source is not None
    assert asked.out is not None
    basis = basis_of(turn_of(*asked.out.outputs, code=asked.source))
    doubted = [each.number.text for each in receipts(asked.answer, basis) if isinstance(each, Ambiguous | NotFound)]
    assert not doubted, asked.answer
