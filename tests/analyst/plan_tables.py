"""Generated tables and plans, and what DuckDB computes for a plan: nothing of the compiler is used here."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd
from hypothesis import strategies as st

from lci.analyst.columns import FileColumn
from lci.analyst.plan import Clusters, Condition, Field, Groups, GroupTest, Limit, Measure, Odds, Summary
from lci.analyst.sources import Source

#: Labels that break what is not careful: quotes, ends of lines, Markdown, formulas, findings, and near equals.
LABELS = (
    "north",
    "North",
    "it's",
    'say "so"',
    "two\nlines",
    "a | b",
    "*bold* _x_ `code`",
    "$x^2$ and $y$",
    "rows kept = 3",
    "value of group 'north' = 99",
    "a / b",
    "[link](http://x.org)",
    "<b>tag</b>",
    "\\n",
    "東京 北",
    "{0}",
    "%s",
    "north ",
)
COLUMNS = (
    FileColumn("place", "category"),
    FileColumn("kind|of", "category"),
    FileColumn("mass_g", "number"),
    FileColumn("count", "number"),
    FileColumn("price", "number", "symbols"),
    FileColumn("when", "date", "iso"),
    FileColumn("year", "year", "typed"),
)
SOURCE = Source("my table.csv", 'pd.read_csv("my table.csv")', COLUMNS)
Row = tuple[Any, ...]


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy, strategy, strategy)


_ROWS = st.tuples(
    _maybe(st.sampled_from(LABELS)),
    _maybe(st.sampled_from(("x", "y"))),
    _maybe(st.integers(-40, 80).map(lambda number: number / 4)),
    _maybe(st.integers(1, 9)),
    _maybe(st.integers(0, 5_000)),
    _maybe(st.dates(datetime.date(1998, 1, 1), datetime.date(2012, 12, 31))),
    st.integers(2001, 2006),
)
tables = st.lists(_ROWS, min_size=1, max_size=30)


def written(rows: list[Row]) -> pd.DataFrame:
    """The table as a file holds it: amounts as texts with signs and commas."""
    frame = pd.DataFrame(rows, columns=[column.name for column in COLUMNS], dtype=object)
    frame["price"] = [f"${value:,}" if value is not None else None for value in frame["price"]]
    return frame


# --- plans ------------------------------------------------------------------------------------------------------------

PLACE, KIND, MASS, COUNT, PRICE, YEAR = (
    Field(name) for name in ("place", "kind|of", "mass_g", "count", "price", "year")
)
WHEN = Field("when")
KEYS = (
    PLACE,
    KIND,
    YEAR,
    COUNT,
    Field("year", part="decade"),
    Field("mass_g", width=10),
    *(
        Field("when", part=part)
        for part in (
            "decade",
            "year",
            "quarter",
            "month",
            "day",
            "quarter_of_year",
            "month_of_year",
            "day_of_month",
            "weekday",
        )
    ),
)
NUMBERS = (MASS, COUNT, PRICE)

conditions = st.one_of(
    st.builds(
        Condition,
        st.just(PLACE),
        st.sampled_from(("equal", "not_equal")),
        st.lists(st.sampled_from(LABELS), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    st.builds(Condition, st.sampled_from((PLACE, MASS, WHEN)), st.sampled_from(("missing", "present"))),
    st.builds(
        Condition,
        st.sampled_from(NUMBERS),
        st.sampled_from(("above", "at_least", "below", "at_most", "equal", "not_equal")),
        st.integers(-5, 20).map(lambda v: (v,)),
    ),
    st.builds(
        Condition,
        st.sampled_from(NUMBERS),
        st.sampled_from(("above", "at_least", "below", "at_most")),
        st.just(()),
        st.sampled_from(("mean", "median")),
    ),
    st.builds(
        Condition,
        st.sampled_from((YEAR, Field("when", part="year"))),
        st.just("between"),
        st.tuples(st.integers(2000, 2003), st.integers(2004, 2008)),
    ),
    st.builds(Condition, st.just(Field("when", part="month_of_year")), st.just("equal"), st.just((3, 4, 5))),
    st.builds(Condition, st.just(Field("when", part="quarter_of_year")), st.just("not_equal"), st.just((2, 4))),
    st.builds(
        Condition,
        st.just(Field("when", part="weekday")),
        st.sampled_from(("equal", "not_equal")),
        st.sampled_from((("Sunday",), ("Saturday", "Sunday"))),
    ),
    st.builds(Condition, st.just(WHEN), st.sampled_from(("above", "at_most")), st.just(("2004-05-06",))),
    st.builds(Condition, st.just(PLACE), st.just("contains"), st.sampled_from((("o",), ("$",), ("NORTH",)))),
)
_some_conditions = st.lists(conditions, max_size=2).map(tuple)
measures = st.one_of(
    st.just(Measure("rows")),
    st.builds(
        Measure, st.sampled_from(("count", "sum", "mean", "median", "std", "min", "max")), st.sampled_from(NUMBERS)
    ),
    st.builds(Measure, st.just("distinct"), st.sampled_from((PLACE, KIND, MASS))),
    st.builds(Measure, st.just("quantile"), st.sampled_from(NUMBERS), st.sampled_from((0.1, 0.25, 0.9))),
    st.just(Measure("sum", PRICE, per=COUNT)),
    st.builds(lambda condition: Measure("rows", among=(condition,)), conditions),
)


@st.composite
def summaries(draw: st.DrawFn, *, most_keys: int = 2, least_measures: int = 1) -> Summary:
    """Summaries that mean something, without charts."""
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=most_keys, unique=True))
    found = draw(st.lists(measures, min_size=least_measures, max_size=3, unique=True))
    plan = Summary("my table.csv", tuple(found), tuple(keys), draw(_some_conditions))
    if not keys:
        return plan
    if found == [Measure("rows")] and draw(st.booleans()):
        asked = draw(st.sampled_from((None, *LABELS))) if keys == [PLACE] else None
        return replace(plan, relative=True, asked=asked)
    order = draw(st.sampled_from((None, "downwards", "upwards")))
    limit = draw(st.sampled_from((None, 1, 3))) if order is not None else None
    last = limit == 3 and len(found) == 1 and draw(st.booleans())
    return replace(plan, order=order, limit=limit, last=last)


clusters = st.builds(
    Clusters,
    st.just("my table.csv"),
    st.sampled_from(((), (MASS,), (MASS, COUNT), (PRICE, YEAR, COUNT))),
    st.sampled_from((None, 2, 3)),
    _some_conditions,
)
_limits = st.builds(
    Limit,
    st.sampled_from(("equal", "above", "at_least", "below", "at_most")),
    st.one_of(st.integers(-1, 4), st.sampled_from((0.5, 2.25))),
)
#: Groups as one each, by one number of their rows.
groups = st.builds(
    lambda of, key, measure, limit, kept: Groups(
        "my table.csv", of, key, measure, None if of in ("mean", "median") else limit, kept
    ),
    st.sampled_from(("number", "which", "mean", "median")),
    st.sampled_from(KEYS),
    measures,
    _limits,
    _some_conditions,
).filter(lambda plan: plan.measure.field != plan.key)
#: Odds of a value of a field, as one to three others explain them.
odds = st.builds(
    Odds,
    st.just("my table.csv"),
    st.sampled_from((Condition(KIND, "equal", ("x",)), Condition(COUNT, "equal", (3,)))),
    st.lists(st.sampled_from((PLACE, MASS, PRICE, YEAR)), min_size=1, max_size=3, unique=True).map(tuple),
    _some_conditions,
)

#: Whether groups differ: each kind of test, of a field that is not the groups' own.
group_tests = st.one_of(
    st.builds(
        GroupTest,
        st.just("my table.csv"),
        st.sampled_from(("means", "ranks")),
        st.sampled_from(NUMBERS),
        st.sampled_from(KEYS),
        _some_conditions,
    ),
    st.builds(
        GroupTest,
        st.just("my table.csv"),
        st.just("shares"),
        st.sampled_from((PLACE, KIND, COUNT)),
        st.sampled_from(KEYS),
        _some_conditions,
    ),
).filter(lambda plan: plan.y.column != plan.by.column)


# --- the same in SQL --------------------------------------------------------------------------------------------------

_PARTS = {
    "decade": "year({0}) // 10 * 10",
    "year": "year({0})",
    "month": "strftime({0}, '%Y-%m')",
    "quarter": "year({0}) || 'Q' || quarter({0})",
    "day": "strftime({0}, '%Y-%m-%d')",
    "quarter_of_year": "quarter({0})",
    "month_of_year": "month({0})",
    "day_of_month": "day({0})",
    "weekday": "dayname({0})",
}


def _field(place: Field) -> str:
    name = f'"{place.column}"'
    if place.width is not None:
        return f"floor({name} / {place.width}) * {place.width}"
    if place.column == "year":
        return f"{name} // 10 * 10" if place.part == "decade" else name
    return _PARTS[place.part].format(name) if place.part else name


def _value(value: Any, place: Field) -> str:
    if not isinstance(value, str):
        return str(value)
    text = "'" + value.replace("'", "''") + "'"
    return f"date {text}" if place == WHEN else text


def _condition(condition: Condition) -> str:
    at, values = _field(condition.field), [_value(value, condition.field) for value in condition.values]
    if condition.middle is not None:
        values = [f"(select {'avg' if condition.middle == 'mean' else 'median'}({at}) from t)"]
    match condition.comparison:
        case "equal":
            return f"{at} in ({', '.join(values)})"
        case "not_equal":
            return f"{at} not in ({', '.join(values)})"
        case "between":
            return f"{at} between {values[0]} and {values[1]}"
        case "missing":
            return f"{at} is null"
        case "present":
            return f"{at} is not null"
        case "contains":
            return f"contains(lower({at}), lower({values[0]}))"
        case comparison:
            sign = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}[comparison]
            return f"{at} {sign} {values[0]}"


def _measure(measure: Measure) -> str:
    if measure.field is None:
        if measure.among:
            met = " and ".join(map(_condition, measure.among))
            return f"avg(case when {met} then 1.0 else 0.0 end)"
        return "count(*)"
    at = _field(measure.field)
    if measure.per is not None:
        return f"sum({at}) / sum({_field(measure.per)})"
    name = {"mean": "avg", "std": "stddev_samp"}.get(measure.how, measure.how)
    match measure.how:
        case "distinct":
            return f"count(distinct {at})"
        case "quantile":
            return f"quantile_cont({at}, {measure.quantile})"
        case _:
            return f"{name}({at})"


def computed(plan: Summary, rows: list[Row]) -> list[Row]:
    """The groups of a plan with their measures, as DuckDB computes them; those of which nothing is known left out."""
    types = ("varchar", "varchar", "double", "double", "double", "date", "bigint")
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{column.name}" {kind}' for column, kind in zip(COLUMNS, types, strict=True))
        connection.execute(f"create table t ({columns})")
        connection.executemany("insert into t values (?, ?, ?, ?, ?, ?, ?)", rows)
        keys = [f"cast({_field(key)} as varchar)" for key in plan.keys]
        where = [f"({_condition(each)})" for each in plan.conditions] + [
            f"{_field(key)} is not null" for key in plan.keys
        ]
        sql = f"select {', '.join([*keys, *map(_measure, plan.measures)])} from t"
        sql += f" where {' and '.join(where)}" if where else ""
        sql += f" group by {', '.join(str(at + 1) for at in range(len(keys)))}" if keys else ""
        found = connection.execute(sql).fetchall()
    return [row for row in found if not keys or any(value is not None for value in row[len(keys) :])]


def as_label(parts: Row) -> str:
    """The label of a group, whose numbers are written without a point where they are whole."""
    return " / ".join(str(part).removesuffix(".0") for part in parts)
