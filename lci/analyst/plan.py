"""The query plan: what a question about tables asks for, as a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Literal, TypeAlias

#: Calendar parts. `year` … `day` keep what is above them (2020-03); the others do not (March of any year).
Part: TypeAlias = Literal[
    "decade", "year", "quarter", "month", "week", "day", "quarter_of_year", "month_of_year", "day_of_month", "weekday",
    "hour"
]  # fmt: skip
Value: TypeAlias = str | int | float | bool
Comparison: TypeAlias = Literal[
    "equal", "not_equal", "above", "at_least", "below", "at_most", "between", "missing", "present", "contains"
]
#: What lies in the middle of a field's values.
Middle: TypeAlias = Literal["mean", "median"]
How: TypeAlias = Literal["rows", "count", "distinct", "sum", "mean", "median", "std", "quantile", "min", "max"]
Kind: TypeAlias = Literal["line", "bar", "scatter", "histogram", "box", "heatmap", "pie"]
#: Clusters that may be asked for.
MOST_CLUSTERS = 20
#: What a table is saved as.
FileForm: TypeAlias = Literal["csv", "excel"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column as it is used: its values, the calendar `part` of its dates, or bins of its numbers `width` wide."""

    column: str
    part: Part | None = None
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows that are kept: those whose field compares so.

    `equal` and `not_equal` with several values mean any and none of them; `between` has two and includes both;
    `missing` and `present` have none. A year in words is a value of a field with the part `year`. With a `middle` a
    number is compared with that of the field in all rows of the table, in place of a value: above the mean.
    """

    field: Field
    comparison: Comparison
    values: tuple[Value, ...] = ()
    middle: Middle | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of some rows.

    `rows` counts rows, and with a condition `among` gives the share of rows that meet it; `count` counts values that
    are there, `distinct` different ones. With `per`, the sum of `field` is divided by the sum of `per`.
    """

    how: How
    field: Field | None = None
    quantile: float | None = None
    per: Field | None = None
    among: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture beside the numbers; what stands on its axes follows from the plan."""

    kind: Kind
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """Measures of the rows that meet all conditions, for each group if there are keys.

    `order` sorts groups by the first measure, downwards or upwards, `limit` keeps the first of them, of which the
    `last` may be what is asked for: the second highest of two. Without an order groups stand in their own order.
    `relative` says each group's share of the total, `compared` what lies between the two groups or periods that are
    left: the difference, the ratio, or the change in per cent from the first to the last. Of the shares of all groups
    that of one may be `asked`. The table of groups is saved as a file where `saved` says so.
    """

    table: str
    measures: tuple[Measure, ...]
    keys: tuple[Field, ...] = ()
    conditions: tuple[Condition, ...] = ()
    order: Literal["downwards", "upwards"] | None = None
    limit: int | None = None
    relative: bool = False
    compared: Literal["difference", "ratio", "change"] | None = None
    chart: Chart | None = None
    saved: FileForm | None = None
    last: bool = False
    asked: Value | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as they are that meet all conditions, sorted by a field; `columns` are those asked for, none means all.

    Of "which country has the highest population in 2007" it is the one row at the top, with its country; of the second
    highest the `last` of two. The rows are saved as a file where `saved` says so.
    """

    table: str
    conditions: tuple[Condition, ...] = ()
    by: Field | None = None
    order: Literal["downwards", "upwards"] | None = None
    limit: int | None = None
    columns: tuple[str, ...] = ()
    chart: Chart | None = None
    saved: FileForm | None = None
    last: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of single rows: points, or the distribution of a field, in the colours of a group or sized by a field."""

    table: str
    chart: Chart
    x: Field
    y: Field | None = None
    color: Field | None = None
    size: Field | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """How fields go together: `correlation` of two, or of all numbers if there are none; `line` fits y on x."""

    table: str
    method: Literal["correlation", "line"]
    y: Field | None = None
    x: tuple[Field, ...] = ()
    conditions: tuple[Condition, ...] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a whole table, its columns, its missing values, or one field."""

    table: str
    of: Literal["table", "columns", "missing", "field"]
    field: Field | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupTest:
    """Whether groups differ by more than chance: in the mean or the ranks of a number `y`, or in its shares.

    Which test fits depends on how many groups there are in the rows, and on how values vary there; the code chooses it.
    """

    table: str
    of: Literal["means", "ranks", "shares"]
    y: Field
    by: Field
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Odds:
    """How the odds that rows meet the condition `of` go with other fields: logistic regression.

    A field of categories counts by each of its values, against the first of them.
    """

    table: str
    of: Condition
    x: tuple[Field, ...]
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which rows are alike in `x`, all numbers if there are none: k-means, each field on the same scale.

    `number` says how many clusters; where it is not said, those that stand apart most clearly.
    """

    table: str
    x: tuple[Field, ...] = ()
    number: int | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """What a number of a group has to be."""

    comparison: Literal["equal", "above", "at_least", "below", "at_most"]
    number: int | float


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups as one each, by the `measure` of each: customers by their orders, days by what was sold.

    Asked is the `number` of those within the `limit`, or `which` they are, highest first; or the `mean` or `median` of
    all groups, which have no limit then. A group is there if one of the rows that meet all conditions is in it.
    """

    table: str
    of: Literal["number", "which", "mean", "median"]
    key: Field
    measure: Measure
    limit: Limit | None = None
    conditions: tuple[Condition, ...] = ()


Plan: TypeAlias = Summary | Rows | Picture | Relation | Description | GroupTest | Odds | Clusters | Groups


def without_broken_line(plan: Summary) -> Summary:
    """The first groups in an order without the line of all: the best five months do not follow one another."""
    is_line = plan.chart is not None and plan.chart.kind == "line"
    return replace(plan, chart=None) if is_line and plan.order is not None and plan.limit is not None else plan


def columns_of(plan: Plan) -> frozenset[str]:
    """The columns that a plan speaks of."""
    shown = plan.columns if isinstance(plan, Rows) else ()
    return frozenset((*shown, *_columns_in(plan)))


def _columns_in(part: object) -> Iterator[str]:
    if isinstance(part, Field):
        yield part.column
    elif isinstance(part, tuple):
        for each in part:
            yield from _columns_in(each)
    elif is_dataclass(part):
        for each in fields(part):
            yield from _columns_in(getattr(part, each.name))
