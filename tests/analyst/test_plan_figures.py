"""Figures of plans are readable: not too much in one, colours told apart by everybody, years and names as they are."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
import seaborn as sns
from matplotlib.colors import to_hex

from lci.analyst import LANGUAGES
from lci.analyst.compiling import compiled
from lci.analyst.compiling.figure_words import figure_words
from lci.analyst.plan import (
    Chart,
    Condition,
    Description,
    Field,
    How,
    Measure,
    Part,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
)
from tests.analyst.corpus import DATA
from tests.analyst.running import corpus_source, ran

LIFE = Measure("mean", Field("lifeExp"))
YEAR, COUNTRY, CONTINENT = Field("year"), Field("country"), Field("continent")


@pytest.fixture(autouse=True)
def in_folder_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)


def axes_of(plan: Plan) -> Any:
    (figure,) = ran(compiled(plan, corpus_source(plan.table, str(DATA)))).figures
    return figure.axes[0]


def texts(labels: Any) -> list[str]:
    return [label.get_text() for label in labels if label.get_text()]


def test_at_most_ten_lines_and_forty_bars_are_drawn() -> None:
    lines = axes_of(Summary("gapminder.csv", (LIFE,), (YEAR, COUNTRY), chart=Chart("line"))).get_lines()
    assert len(lines) == 10
    bars = axes_of(Summary("gapminder.csv", (LIFE,), (COUNTRY,), chart=Chart("bar"))).patches
    assert len(bars) == 40


def test_colours_are_those_that_everybody_tells_apart() -> None:
    axes = axes_of(Summary("gapminder.csv", (LIFE,), (YEAR, CONTINENT), chart=Chart("line")))
    safe = {to_hex(colour) for colour in sns.color_palette("colorblind")}
    colours = [to_hex(line.get_color()) for line in axes.get_lines()]
    assert len(set(colours)) == 5 and set(colours) <= safe


def test_years_are_whole_numbers_on_the_axis() -> None:
    axes = axes_of(Summary("gapminder.csv", (LIFE,), (YEAR,), chart=Chart("line")))
    assert texts(axes.get_xticklabels()) and all(label.isdecimal() for label in texts(axes.get_xticklabels()))


def test_logarithmic_axes_write_their_numbers_out() -> None:
    """With formulas switched off, matplotlib's own labels of powers would show as source text."""
    plan = Picture("gapminder.csv", Chart("scatter", log_x=True, log_y=True), Field("gdpPercap"), Field("lifeExp"))
    axes = axes_of(plan)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    for axis in (axes.xaxis, axes.yaxis):
        labels = texts([*axis.get_majorticklabels(), *axis.get_minorticklabels()])
        assert labels and not [label for label in labels if "$" in label]


@pytest.mark.parametrize("kind", ["line", "bar", "scatter", "histogram", "box", "heatmap", "pie"])
@pytest.mark.parametrize("keys", [(CONTINENT,), (YEAR, CONTINENT)], ids=["one key", "two keys"])
def test_groups_are_drawn_as_any_kind(kind: Any, keys: tuple[Field, ...]) -> None:
    """B45: what the plan in words says is what is drawn."""
    axes = axes_of(Summary("gapminder.csv", (LIFE,), keys, chart=Chart(kind)))
    drawn = {
        "line": axes.get_lines(), "scatter": axes.get_lines(), "bar": axes.patches, "histogram": axes.patches,
        "box": axes.get_lines(), "heatmap": axes.get_images(), "pie": axes.patches,
    }  # fmt: skip
    assert len(drawn[kind])


CYLINDERS = Field("Cylinders")


@pytest.mark.parametrize(
    "plan",
    [
        Picture("cars.csv", Chart("histogram"), CYLINDERS),
        Picture("cars.csv", Chart("histogram"), CYLINDERS, color=Field("Origin")),
        Summary("cars.csv", (Measure("max", CYLINDERS),), (Field("Name"),), chart=Chart("histogram")),
        Rows("cars.csv", by=CYLINDERS, chart=Chart("histogram")),
        Description("cars.csv", "field", CYLINDERS),
    ],
    ids=["rows", "colours", "groups", "sorted", "described"],
)
def test_whole_numbers_that_are_few_have_a_bar_each_around_them(plan: Plan) -> None:
    axes = axes_of(plan)
    outlines = [axes.transData.inverted().transform(patch.get_verts())[:, 0] for patch in axes.patches]
    assert sorted({round(float(x), 6) for outline in outlines for x in outline}) == [*np.arange(2.5, 9)]
    assert all(label.isdecimal() for label in texts(axes.get_xticklabels()))


@pytest.mark.parametrize("column", ["Acceleration", "Weight_in_lbs"])
def test_numbers_that_are_many_have_thirty_bars(column: str) -> None:
    assert len(axes_of(Picture("cars.csv", Chart("histogram"), Field(column))).patches) == 30


def test_names_of_east_asia_stand_on_the_axes() -> None:
    axes = axes_of(Summary("売上.csv", (Measure("sum", Field("売上")),), (Field("地域"),), chart=Chart("bar")))
    assert set(texts(axes.get_xticklabels())) == {"中部", "南部", "東部", "西部"}


IN_2007 = (Condition(YEAR, "equal", (2007,)),)
AFRICA = Condition(CONTINENT, "equal", ("Africa",))


@pytest.mark.parametrize(
    ("plan", "title"),
    [
        (Summary("gapminder.csv", (LIFE,), (YEAR,), (AFRICA,)), "mean lifeExp · year · continent = Africa"),
        (
            Summary("gapminder.csv", (LIFE,), (YEAR, CONTINENT), (Condition(YEAR, "between", (1960, 1990)),),
                    chart=Chart("line")),
            "mean lifeExp · year · 1960 ≤ year ≤ 1990",
        ),
        (
            Summary("gapminder.csv", (Measure("rows"),), (CONTINENT,), IN_2007, chart=Chart("pie")),
            "rows · continent · year = 2007",
        ),
        (
            Picture("gapminder.csv", Chart("scatter"), Field("gdpPercap"), Field("lifeExp"), conditions=(
                AFRICA, Condition(COUNTRY, "not_equal", ("Chad", "Mali")))),
            "lifeExp · gdpPercap · continent = Africa, country ≠ Chad / Mali",
        ),
        (Rows("gapminder.csv", IN_2007, Field("pop"), limit=5, chart=Chart("pie")), "pop · country · year = 2007"),
        (Relation("gapminder.csv", "correlation", conditions=(AFRICA,)), "Pearson's r · continent = Africa"),
        (Description("gapminder.csv", "field", Field("lifeExp"), (AFRICA,)), "rows · lifeExp · continent = Africa"),
        (
            Summary("売上.csv", (Measure("sum", Field("売上")),), (Field("地域"),), (
                Condition(Field("地域"), "contains", ("部",)), Condition(Field("売上"), "at_least", (10.5,)))),
            "sum 売上 · 地域 · 地域 = …部…, 売上 ≥ 10.5",
        ),
        (Summary("gapminder.csv", (LIFE,), (YEAR,)), ""),
    ],
)  # fmt: skip
def test_figures_of_a_selection_say_which_rows_they_are_of(plan: Plan, title: str) -> None:
    """B45: else two of one conversation have one heading."""
    assert axes_of(plan).get_title() == title


def test_a_long_selection_is_cut_in_the_title() -> None:
    names = ("Chad", "Mali", "Niger", "Nigeria", "Namibia", "Kenya", "Ghana", "Gabon", "Benin", "Togo", "Mauritius")
    plan = Summary("gapminder.csv", (LIFE,), (YEAR,), (Condition(COUNTRY, "equal", names),))
    title = axes_of(plan).get_title()
    assert title.startswith("mean lifeExp · year · country = Chad / Mali") and title.endswith("…")


def test_bars_of_a_selection_are_those_of_its_groups() -> None:
    only = (Condition(YEAR, "equal", (2007,)), Condition(CONTINENT, "equal", ("Oceania",)))
    plan = Summary("gapminder.csv", (Measure("sum", Field("pop")),), (COUNTRY,), only, chart=Chart("bar"))
    assert [bar.get_height() for bar in axes_of(plan).patches] == [20434176, 4115771]


@pytest.mark.parametrize("chart", [Chart("bar"), None], ids=["asked for", "by default"])
def test_bars_of_groups_in_their_own_order_stand_as_in_the_table(chart: Chart | None) -> None:
    plan = Summary("gapminder.csv", (Measure("sum", Field("pop")),), (CONTINENT,), chart=chart)
    end = ran(compiled(plan, corpus_source(plan.table, str(DATA))))
    assert texts(end.figures[0].axes[0].get_xticklabels()) == [*end.shown.index]


def test_of_more_groups_than_bars_the_greatest_are_drawn_in_their_own_order() -> None:
    plan = Summary("gapminder.csv", (Measure("max", Field("pop")),), (COUNTRY,), chart=Chart("bar"))
    end = ran(compiled(plan, corpus_source(plan.table, str(DATA))))
    greatest = end.shown.nlargest(40, "max pop").index
    assert texts(end.figures[0].axes[0].get_xticklabels()) == sorted(name[:30] for name in greatest)


def test_measures_on_one_scale_are_drawn_together_and_others_not_at_all() -> None:
    lowest, highest = Measure("min", Field("lifeExp")), Measure("max", Field("lifeExp"))
    assert len(axes_of(Summary("gapminder.csv", (lowest, highest), (YEAR,))).get_lines()) == 2
    people = Summary("gapminder.csv", (LIFE, Measure("sum", Field("pop"))), (CONTINENT,))
    assert ran(compiled(people, corpus_source("gapminder.csv", str(DATA)))).figures == []


@pytest.mark.parametrize(
    ("code", "x", "y"),
    [
        ("en", "month of date", "mean temp max"),
        ("ja", "dateの年月", "temp_maxの平均"),
        ("zh", "date的年月", "temp_max的平均值"),
    ],
)
def test_axes_are_named_in_the_language_of_the_question(code: str, x: str, y: str) -> None:
    plan = Summary("seattle-weather.csv", (Measure("mean", Field("temp_max")),), (Field("date", "month"),))
    (figure,) = ran(compiled(plan, corpus_source(plan.table, str(DATA)), code)).figures
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel().replace("_", " ")) == (x, y.replace("_", " "))


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_part_and_measure_has_a_name_on_an_axis(code: str) -> None:
    words = figure_words(code)
    for part in get_args(Part):
        assert "day" in words.field(Field("day", part))
    for how in get_args(How):
        assert words.measure(Measure(how, None if how == "rows" else Field("x"), 0.5 if how == "quantile" else None))
    assert "x" in words.measure(Measure("sum", Field("x"), per=Field("y")))
    assert {*words.table} == {*figure_words("en").table}
