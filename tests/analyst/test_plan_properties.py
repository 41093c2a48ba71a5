"""Any plan over any table: what its code computes is what DuckDB computes, and what is said is that (B45, B57)."""

from __future__ import annotations

import math
import operator
import random
import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings, strategies as st

from lci.analyst.compiling import compiled
from lci.analyst.compiling.frame import measure_names
from lci.analyst.plan import (
    Chart,
    Clusters,
    Condition,
    Description,
    Field,
    Groups,
    GroupTest,
    Measure,
    Odds,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
)
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.results import Findings, findings
from lci.analyst.telling import phrased, said, worded
from lci.analyst.telling.phrases import Phrases, phrases
from lci.analyst.telling.plan_words import marked, unmarked
from lci.core.grounding.receipts import NotFound, receipts
from tests.analyst.plan_tables import (
    COUNT,
    KEYS,
    KIND,
    MASS,
    NUMBERS,
    PLACE,
    PRICE,
    SOURCE,
    WHEN,
    YEAR,
    Row,
    as_label,
    clusters,
    computed,
    conditions,
    group_tests,
    groups,
    measures,
    odds,
    summaries,
    tables,
    written,
)
from tests.analyst.running import Ran, ran
from tests.core.grounding.turns import basis_of, turn_of
from tests.examples import share

LANGUAGES = ("en", "ja", "zh")
#: Shrinking what fails would run code for minutes.
slow = settings(
    deadline=None,
    max_examples=40,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(plan: Plan, rows: list[Row]) -> Ran:
    written(rows).to_csv("my table.csv", index=False)
    return ran(compiled(plan, SOURCE))


def near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-7) or (math.isnan(one) and math.isnan(other))


def number(value: object) -> float:
    return math.nan if value is None else float(value)  # type: ignore[arg-type]


@slow
@given(tables, summaries())
def test_code_computes_what_a_database_computes(rows: list[Row], plan: Summary) -> None:
    """B45."""
    out = run(plan, rows)
    found, expected = findings(out.printed), computed(plan, rows)
    if not plan.keys:
        assert_single(plan, found, expected[0])
        return
    assert found.count("groups found") == len(expected)
    depth = len(plan.keys)
    by_label = {as_label(row[:depth]): row[depth:] for row in expected}
    table = out.shown
    assert len(table) == (len(expected) if plan.limit is None else min(plan.limit, len(expected)))
    for label, values in zip(out.names["names"], table.to_numpy().tolist(), strict=True):
        assert all(near(one, number(other)) for one, other in zip(values, by_label[label], strict=False)), label
    firsts = [number(row[depth]) for row in expected if row[depth] is not None]
    if plan.order is not None and firsts:
        in_order = sorted(firsts, reverse=plan.order == "downwards")
        shown = [value for value in table.iloc[:, 0] if not math.isnan(value)]
        assert all(near(one, other) for one, other in zip(shown, in_order, strict=False))
        if plan.limit is not None and len(shown) == plan.limit:
            assert found.count("tied") == sum(near(value, shown[-1]) for value in in_order[plan.limit :])
    elif plan.order is None and not plan.relative:
        for at, name in enumerate(measure_names(plan.measures)):
            values = [number(row[depth + at]) for row in expected if row[depth + at] is not None]
            if values:
                assert near(end(found, "value of highest group", name, plan), max(values))
                assert near(end(found, "value of lowest group", name, plan), min(values))
    if plan.relative and plan.asked is None:
        assert near(sum(table["part"]), 1.0) or not len(table)
    if plan.asked is not None and len(table):
        # Of all rows, those without a group among them.
        whole = number(computed(Summary(plan.table, plan.measures, (), plan.conditions), rows)[0][0])
        kept = found.number("total of the group")
        assert near(kept, number(by_label.get(str(plan.asked), (None,))[0]))
        assert near(found.number("share of the group"), kept / whole)


def end(found: Findings, printed: str, name: str, plan: Summary) -> float:
    """A finding of a measure, which bears the measure's name where there are several."""
    return found.number(printed) if len(plan.measures) == 1 else dict(found.numbers(printed))[name]


@slow
@given(tables, summaries(least_measures=2))
def test_each_of_several_measures_is_said_with_its_group(rows: list[Row], plan: Summary) -> None:
    """B45, B57: every number that a database computes stands in the answer, in its group's row and its own column."""
    out = run(plan, rows)
    answer, expected, text = said(plan, findings(out.printed), "en"), computed(plan, rows), phrases("en")
    assert answer is not None
    depth = len(plan.keys)
    if findings(out.printed).count("rows kept") == 0:
        return  # that no row meets the conditions is said of all measures at once
    if not depth:
        for each, value in zip(plan.measures, expected[0], strict=True):
            assert value is None or f"**{as_said(each, number(value), text)}" in answer
        return
    by_label = {as_label(row[:depth]): row[depth:] for row in expected}
    lines = [line for line in answer.splitlines() if line.startswith("|")][2:]
    assert len(lines) == len(out.shown) or len(out.shown) < 2
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[2:]] for line in lines]
    rows_of_labels = [by_label[label] for label in out.names["names"]][: len(lines)]
    for at, each in enumerate(plan.measures):
        column = [number(values[at]) for values in rows_of_labels]
        assert [line[at] for line in cells] == all_as_said(each, column, text)


def all_as_said(each: Measure, values: list[float], text: Phrases) -> list[str]:
    """Those of one column of a table."""
    return text.shares(values) if each.among else text.numbers(values, unit_said(each))


def as_said(each: Measure, value: float, text: Phrases) -> str:
    return text.share(value) if each.among else text.number(value, "" if math.isnan(value) else unit_said(each))


def unit_said(each: Measure) -> str:
    return " g" if each.field == MASS and each.how not in ("count", "distinct") else ""


def assert_single(plan: Summary, found: Findings, expected: Row) -> None:
    values = [value for _, value in found.series.get("value", ())]
    measured = [number(each) for each, m in zip(expected, plan.measures, strict=True) if m != Measure("rows")]
    assert len(values) == len(measured)
    assert all(near(float(one), other) for one, other in zip(values, measured, strict=True))  # type: ignore[arg-type]
    if Measure("rows") in plan.measures:
        assert found.count("rows kept") == expected[plan.measures.index(Measure("rows"))]


@slow
@given(tables, summaries(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Row], plan: Summary, shuffle: random.Random) -> None:
    mixed = shuffle.sample(rows, len(rows))
    first, second = (findings(run(plan, each).printed) for each in (rows, mixed))
    assert said(plan, first, "en") == said(plan, second, "en")


@slow
@given(tables, st.sampled_from(NUMBERS), st.sampled_from(KEYS[:4]), st.randoms(use_true_random=False))
def test_what_is_said_follows_the_values(rows: list[Row], value: Field, key: Field, shuffle: random.Random) -> None:
    """A column whose values change places changes the headline as a database says."""
    at = [column.name for column in SOURCE.columns].index(value.column)
    column = [row[at] for row in rows]
    shuffle.shuffle(column)
    changed = [(*row[:at], other, *row[at + 1 :]) for row, other in zip(rows, column, strict=True)]
    plan = Summary("my table.csv", (Measure("mean", value),), (key,))
    for table in (rows, changed):
        found, expected = findings(run(plan, table).printed), computed(plan, table)
        if expected:
            best = max(row[1] for row in expected)
            assert found.word("highest group") in {as_label(row[:1]) for row in expected if near(row[1], best)}


def grounded(plan: Plan, out: Ran) -> None:
    found = findings(out.printed)
    basis = basis_of(turn_of(*out.outputs, code=compiled(plan, SOURCE)))
    for language in LANGUAGES:
        answer = said(plan, found, language)
        assert answer is not None, out.printed
        text = f"{worded(plan, language)}\n\n{answer}"
        assert not [each.number.text for each in receipts(text, basis) if isinstance(each, NotFound)], text
        assert "nan" not in answer.split() and "None" not in answer


@slow
@given(tables, summaries())
def test_every_number_said_of_groups_is_grounded(rows: list[Row], plan: Summary) -> None:
    """B57."""
    grounded(plan, run(plan, rows))


# --- every kind of plan -----------------------------------------------------------------------------------------------

_some = st.lists(conditions, max_size=1).map(tuple)
_charts = st.sampled_from(("line", "bar", "scatter", "histogram", "box", "heatmap", "pie"))
_logs = st.builds(Chart, st.sampled_from(("line", "scatter", "bar")), st.booleans(), st.booleans())
drawn_summaries = st.builds(
    lambda plan, kind: replace(plan, chart=Chart(kind)) if plan.keys else plan, summaries(), _charts
)
_compared = st.builds(
    lambda key, how, given, found: Summary("my table.csv", (found,), (key,), given, compared=how),
    st.sampled_from((YEAR, KIND, Field("when", part="year"), Field("when", part="weekday"))),
    st.sampled_from(("difference", "ratio", "change")),
    st.sampled_from(
        (
            (),
            (Condition(KIND, "equal", ("y", "x")),),
            (Condition(YEAR, "between", (2001, 2004)),),
            (Condition(YEAR, "equal", (2005, 2003)),),
        )
    ),
    measures,
)
_rows = st.one_of(
    st.builds(
        Rows,
        st.just("my table.csv"),
        _some,
        st.none(),
        st.none(),
        st.sampled_from((None, 3)),
        st.sampled_from(((), ("place",), ("price", "when"))),
    ),
    st.builds(
        Rows,
        st.just("my table.csv"),
        _some,
        st.sampled_from((MASS, PRICE, WHEN, YEAR)),
        st.sampled_from((None, "downwards", "upwards")),
        st.sampled_from((None, 1, 4)),
        st.sampled_from(((), ("place",), ("year", "place", "mass_g"))),
        st.one_of(st.none(), st.builds(Chart, st.sampled_from(("bar", "line")))),
    ),
)
_pictures = st.one_of(
    st.builds(
        Picture,
        st.just("my table.csv"),
        st.builds(Chart, st.just("scatter"), st.booleans(), st.booleans()),
        st.sampled_from((MASS, YEAR, WHEN)),
        st.sampled_from((COUNT, PRICE)),
        st.sampled_from((None, PLACE, KIND)),
        st.sampled_from((None, COUNT)),
        _some,
    ),
    st.builds(
        Picture,
        st.just("my table.csv"),
        st.builds(Chart, st.just("line")),
        st.sampled_from((YEAR, WHEN, MASS)),
        st.sampled_from((COUNT, PRICE)),
        st.sampled_from((None, PLACE)),
        st.none(),
        _some,
    ),
    st.builds(
        Picture,
        st.just("my table.csv"),
        st.builds(Chart, st.just("histogram"), st.booleans()),
        st.sampled_from((MASS, PRICE)),
        st.none(),
        st.sampled_from((None, KIND)),
        st.none(),
        _some,
    ),
    st.builds(
        Picture,
        st.just("my table.csv"),
        st.builds(Chart, st.just("box")),
        st.sampled_from((PLACE, KIND, YEAR)),
        st.sampled_from((MASS, PRICE)),
        st.none(),
        st.none(),
        _some,
    ),
    st.builds(
        Picture,
        st.just("my table.csv"),
        st.builds(Chart, st.sampled_from(("bar", "pie"))),
        st.sampled_from((PLACE, YEAR)),
        st.none(),
        st.none(),
        st.none(),
        _some,
    ),
)
_relations = st.one_of(
    st.builds(
        Relation,
        st.just("my table.csv"),
        st.just("correlation"),
        st.just(MASS),
        st.sampled_from(((COUNT,), (COUNT, PRICE), ())),
        _some,
        st.sampled_from((None, Chart("scatter"))),
    ),
    st.builds(
        Relation, st.just("my table.csv"), st.just("correlation"), st.none(), st.sampled_from(((), NUMBERS)), _some
    ),
    st.builds(
        Relation,
        st.just("my table.csv"),
        st.just("line"),
        st.just(MASS),
        st.sampled_from(((COUNT,), (COUNT, PRICE), (YEAR,))),
        _some,
    ),
)
_descriptions = st.one_of(
    st.builds(Description, st.just("my table.csv"), st.sampled_from(("table", "columns", "missing")), st.none(), _some),
    st.builds(
        Description,
        st.just("my table.csv"),
        st.just("field"),
        st.sampled_from((PLACE, MASS, PRICE, WHEN, YEAR, Field("when", part="weekday"))),
        _some,
    ),
    st.builds(Description, st.just("my table.csv"), st.just("missing"), st.sampled_from((PLACE, MASS)), _some),
)


@slow
@given(tables, st.one_of(drawn_summaries, _compared))
def test_comparisons_and_charts_of_groups_are_told_and_grounded(rows: list[Row], plan: Summary) -> None:
    """B57."""
    grounded(plan, run(plan, rows))


@slow
@given(tables, st.one_of(_rows, _pictures))
def test_rows_and_charts_of_rows_are_told_and_grounded(rows: list[Row], plan: Plan) -> None:
    """B57."""
    grounded(plan, run(plan, rows))


@slow
@given(tables, st.one_of(_relations, _descriptions))
def test_relations_and_descriptions_are_told_and_grounded(rows: list[Row], plan: Plan) -> None:
    """B57."""
    grounded(plan, run(plan, rows))


def _weights_of_two_years() -> list[Row]:
    """So few groups and so close that both tests' p are said, and have their names beside twenty other numbers."""
    weights = {2001: (5.25, -3.25, 14.0, 5.5, 0.75), 2006: (-10.0, 0.75, 7.75, 2.5, -6.0), 2004: (6.25, 12.25)}
    single = {2002: -5.0, 2003: 16.25, 2005: -4.0}
    rows: list[Row] = [(None, None, weight, None, None, None, year) for year in weights for weight in weights[year]]
    return rows + [(None, None, weight, None, None, None, year) for year, weight in single.items()]


@slow
@example(_weights_of_two_years(), GroupTest("my table.csv", "means", Field("mass_g"), Field("year"), ()))
@given(tables, group_tests)
def test_tests_between_groups_are_told_and_grounded(rows: list[Row], plan: GroupTest) -> None:
    """B57."""
    grounded(plan, run(plan, rows))


@slow
@given(tables, odds)
def test_odds_are_told_and_grounded(rows: list[Row], plan: Odds) -> None:
    """B57."""
    grounded(plan, run(plan, rows))


#: Whether a group's number is within a limit.
WITHIN: dict[str, Callable[[float, float], bool]] = {
    "equal": operator.eq, "above": operator.gt, "at_least": operator.ge, "below": operator.lt, "at_most": operator.le,
}  # fmt: skip


@slow
@given(tables, groups)
def test_groups_are_counted_and_averaged_as_a_database_does(rows: list[Row], plan: Groups) -> None:
    """B45: each group is one, by the number that a database computes of it."""
    found = findings(run(plan, rows).printed)
    expected = computed(Summary(plan.table, (plan.measure,), (plan.key,), plan.conditions), rows)
    values = [number(row[1]) for row in expected if row[1] is not None]
    assert found.count("groups found") == len(values)
    if plan.limit is not None:
        # A mean or a ratio that a database rounds otherwise may lie on either side of the limit.
        unclear = sum(near(each, plan.limit.number) and each != int(each) for each in values)
        within = [each for each in values if WITHIN[plan.limit.comparison](each, plan.limit.number)]
        assert abs(found.count("groups within") - len(within)) <= unclear
    elif values:
        assert near(found.number("mean of groups"), statistics.fmean(values))
        assert near(found.number("median of groups"), statistics.median(values))


@slow
@given(tables, groups)
def test_groups_are_told_and_grounded(rows: list[Row], plan: Groups) -> None:
    """B57."""
    grounded(plan, run(plan, rows))


saved_forms = st.sampled_from(("csv", "excel"))


@slow
@given(tables, clusters)
def test_clusters_are_told_and_grounded(rows: list[Row], plan: Clusters) -> None:
    """B57."""
    grounded(plan, run(plan, rows))


every_plan = st.one_of(
    summaries(),
    drawn_summaries,
    _compared,
    _rows,
    _pictures,
    _relations,
    _descriptions,
    group_tests,
    odds,
    clusters,
    groups,
    st.builds(lambda plan, chart: replace(plan, chart=chart) if plan.keys else plan, summaries(), _logs),
    st.builds(lambda plan, form: replace(plan, saved=form), st.one_of(summaries(), _rows), saved_forms),
)


@settings(deadline=None, max_examples=share(300), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(every_plan, min_size=2, max_size=12, unique=True))
def test_different_plans_never_have_the_same_words(plans: list[Plan]) -> None:
    for language in LANGUAGES:
        assert len({worded(plan, language) for plan in plans}) == len(plans)


@settings(deadline=None, max_examples=share(300), suppress_health_check=[HealthCheck.too_slow])
@given(every_plan, st.sampled_from(LANGUAGES))
def test_the_words_of_a_plan_read_back_as_that_plan(plan: Plan, language: str) -> None:
    """B45: a plan that is offered in words can be asked in them."""
    for words in (phrased(plan, language), f"  {worded(plan, language)}\n"):
        assert plan_in_words(words, SOURCE) == (plan, language)


@given(st.text(max_size=20))
def test_every_text_reads_back_from_its_words(value: str) -> None:
    assert unmarked(marked(value)) == value
