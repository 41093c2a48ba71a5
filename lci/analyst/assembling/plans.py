"""Which kind of plan the parts of a question make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lci.analyst.assembling.clusters import clusters
from lci.analyst.assembling.counts import with_counts
from lci.analyst.assembling.group_tests import group_test, is_of_groups, is_of_numbers, names_two_groups
from lci.analyst.assembling.groups import are_groups, groups
from lci.analyst.assembling.measures import ROWS
from lci.analyst.assembling.parts import Parts, direction_of
from lci.analyst.assembling.pictures import picture
from lci.analyst.assembling.rankings import listed, opening, ranked
from lci.analyst.assembling.relations import description, missing_values, relation
from lci.analyst.assembling.saving import all_rows, as_file
from lci.analyst.assembling.sense import CALENDAR, Doubtful, NoPlan, is_number, may_hold
from lci.analyst.assembling.shares import share
from lci.analyst.assembling.summaries import summary
from lci.analyst.assembling.taking import parts_of
from lci.analyst.chart import Constituent
from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import First
from lci.analyst.plan import Description, Field, FileForm, Measure, Plan, Relation, Rows, Summary, columns_of

_NUMBERED = CALENDAR - {"year"}
#: Different numbers from which on each is no group beside others.
_MANY = 25


def assembled(constituents: Sequence[Constituent], data: DataWords, first: First) -> tuple[Plan, float]:
    """The plan that uses every constituent, and the cost of what it implies. Raises `NoPlan`."""
    parts = parts_of(constituents, data, first)
    form = parts.form_used()
    if "cluster" in parts.marks and form is None:
        plan: Plan = clusters(parts, data)
    elif form is None and are_groups(parts):
        plan = groups(parts, data)
    else:
        plan = _plan(parts, data) if form is None else _saved(parts, data, form)
    parts.finished()
    plan = with_counts(plan, constituents, data)
    if isinstance(plan, Summary) and any(_measures_what_is_said(each, plan) for each in plan.measures):
        raise NoPlan
    if any(each.middle is not None for each in plan.conditions):
        if _is_of_other_middle(plan, data) or any(map(_names_periods, constituents)):
            raise NoPlan
        if len(plan.conditions) > 1:
            raise Doubtful(plan)  # Japanese cars above the average may be above that of Japanese ones
    if any(data.concepts(each.field.column) & _NUMBERED and not may_hold(each, data) for each in plan.conditions):
        raise NoPlan  # "days with more than 100 ozone" are no hundredth days; a year may well be one that has no rows
    says_relation = any(each.kind in ("relation", "correlation", "fit", "chart", "describe") for each in constituents)
    if isinstance(plan, Relation) and not (plan.y or plan.x or says_relation):
        raise NoPlan
    if _looks_into_cells(plan, data):
        raise NoPlan
    if _is_of_columns(plan, data) or _counts_what_is_one(plan, data) or _tells_apart_twice(plan, data):
        raise NoPlan
    if _ranks_single_rows(plan, data):
        raise NoPlan
    return plan, parts.implied


def _measures_what_is_said(measure: Measure, plan: Summary) -> bool:
    """Whether the one value that rows have to have is what is measured of them: the mean of 17s."""
    named = {each.field for each in plan.conditions if each.comparison == "equal" and len(each.values) == 1}
    return measure.how in ("mean", "median", "min", "max") and measure.field in named


def _is_of_other_middle(plan: Plan, data: DataWords) -> bool:
    """Whether another mean than that of all rows may be meant: of each region, or of their totals."""
    named = {column.name: column for column in data.table.columns}
    listed = plan.columns if isinstance(plan, Rows) else ()
    measures = plan.measures if isinstance(plan, Summary) else ()
    counted = (each.field.column for each in measures if each.how == "distinct" and each.field is not None)
    return any(name in named and _may_repeat(named[name], data) for name in (*listed, *counted))


def _may_repeat(column: FileColumn, data: DataWords) -> bool:
    """Whether a value may stand in several rows: days do, unless each is known to have one."""
    if column.kind == "date":
        return not data.is_own_row(Field(column.name, "day")) and data.different(Field(column.name)) != data.table.rows
    return data.repeats(column)


def _names_periods(each: Constituent) -> bool:
    """Whether months or years are named, of which each has a mean of its own."""
    return any(item.kind == "field" and item.content.part not in (None, "day") for item in each.items)


def _is_of_columns(plan: Plan, data: DataWords) -> bool:
    """Whether a number is told apart by names that other numbers have: who won is not who the votes are for."""
    if not isinstance(plan, Summary | Rows):
        return False
    named = {column.name for column in data.of_kind("number")}
    keys = plan.keys if isinstance(plan, Summary) else ()
    fields = [each.field for each in plan.measures if each.per is None] if isinstance(plan, Summary) else [plan.by]
    groups = {*keys, *(each.field for each in plan.conditions)}
    parties = named & {value for group in groups for value in data.table_values(group.column)}
    return len(parties) > 1 and any(place is not None and place.column not in parties for place in fields)


def _counts_what_is_one(plan: Plan, data: DataWords) -> bool:
    """Whether it asks how many different values there are where a condition names some, or of two in each group."""
    named = {each.field for each in plan.conditions if each.comparison in ("equal", "not_equal")}
    measures = plan.measures if isinstance(plan, Summary) else ()
    few = {each.field for each in measures if each.field is not None and data.different(each.field) == 2}
    keys = plan.keys if isinstance(plan, Summary) else ()
    return any(
        each.how == "distinct"
        and each.field is not None
        and (
            each.field in (*named, *keys)
            or (each.field in few and (bool(keys) or "sex" in data.concepts(each.field.column)))
        )
        for each in measures
    )


def _ranks_single_rows(plan: Plan, data: DataWords) -> bool:
    """Whether it asks which has the most rows of what stands in one row each."""
    if not isinstance(plan, Summary) or plan.measures != (ROWS,) or plan.order is None or len(plan.keys) != 1:
        return False
    columns = [column for column in data.table.columns if column.name == plan.keys[0].column]
    return plan.limit is not None and plan.keys[0].part is None and any(map(data.is_named, columns))


def _tells_apart_twice(plan: Plan, data: DataWords) -> bool:
    """Whether its groups are days and parts of those days, or each number of many beside others."""
    if not isinstance(plan, Summary) or len(plan.keys) < 2:
        return False
    columns = [key.column for key in plan.keys]
    whole = {key.column for key in plan.keys if key.part in (None, "day")}
    if any(columns.count(column) > 1 for column in whole):
        return True
    return any(is_number(key, data) and key.width is None and (data.different(key) or 0) > _MANY for key in plan.keys)


def _looks_into_cells(plan: Plan, data: DataWords) -> bool:
    """Whether it groups, compares or measures lists and objects within cells, which can only be shown and missed."""
    if isinstance(plan, Description):
        return False
    whole = {each.field.column for each in plan.conditions if each.comparison in ("missing", "present")}
    shown = {*plan.columns} if isinstance(plan, Rows) else set[str]()
    return bool({column.name for column in data.of_kind("nested")} & (columns_of(plan) - shown - whole))


def _saved(parts: Parts, data: DataWords, form: FileForm) -> Plan:
    if (rows := all_rows(parts, data, form)) is not None:
        return rows
    # Rows are meant where nothing is measured, as where they are to be listed.
    parts.marks.add("list")
    plan = _plan(parts, data)
    parts.use("list")
    return as_file(plan, form)


def _is_of_points(parts: Parts, data: DataWords) -> bool:
    """Whether two numbers are set against each other, and not by groups or over time."""
    if any(not is_number(each, data) for each in parts.fields) or len(parts.fields) != 2 or parts.keys or parts.ranks:
        return False
    return "pair" in parts.marks or bool(parts.colors or parts.sizes)


def _plan(parts: Parts, data: DataWords) -> Plan:
    if "missing" in parts.marks:
        return missing_values(parts, data)
    if parts.descriptions:
        return description(parts, data)
    if (
        "fit" not in parts.marks
        and (parts.colors or parts.sizes)
        and parts.use("relation", "correlation")
        and not parts.charts
    ):
        parts.charts.append("scatter")
    if parts.charts == ["box"] and not parts.tests:
        parts.use("relation", "pair")  # a box for each tells how they go together
    if is_of_numbers(parts, data):
        parts.tests.clear()
        return relation(parts, data)
    if not parts.tests and names_two_groups(parts) and parts.use("differs"):
        # Of two groups that are named it is the difference that is asked for.
        parts.marks.add("difference")
    if parts.tests or is_of_groups(parts, data):
        return group_test(parts, data)
    if parts.marks & {"relation", "fit", "logistic"} or parts.comparatives > 1:
        return relation(parts, data)
    if not parts.charts and _is_of_points(parts, data):
        parts.charts.append("scatter")
    if set(parts.charts) & {"scatter", "histogram", "box"}:
        return picture(parts, data)
    if parts.openings:
        return opening(parts, data)
    _sort_rows_by_number(parts, data)
    if any(not rank.sorts for rank in parts.ranks) or (parts.ranks and parts.counts):
        parts.use("list")
        return ranked(parts, data)
    return _listed_or_summarized(parts, data)


def _listed_or_summarized(parts: Parts, data: DataWords) -> Plan:
    """Shares, rows that are listed, or measures of them; a change is said in per cent anyway. Raises `NoPlan`."""
    if "share" in parts.marks and "change" not in parts.marks:
        rank = parts.rank_used()
        plan = share(parts, data)
        if rank is None:
            return plan
        if not isinstance(plan, Summary) or not plan.keys or rank.by is not None or plan.order is not None:
            raise NoPlan
        return replace(plan, order=direction_of(rank, None, frozenset()))
    _sort_by_what_is_limited(parts, data)
    lists = parts.use("list")
    sorts_rows = all(rank.by is not None for rank in parts.ranks)
    says_more = bool(
        # "The total of food" is of the one number that there is.
        (parts.hows and parts.conditions and not lists)
        or parts.measures
        or parts.keys
        or parts.charts
        or not sorts_rows
        or parts.marks - {"noun", "row", "asked_row", "one_row"}
    )
    if not says_more or (lists and not (parts.measures or parts.keys or parts.charts)):
        return listed(parts, data, may_show_all=lists)
    return summary(parts, data)


def _sort_rows_by_number(parts: Parts, data: DataWords) -> None:
    """Rows "sorted by price" are put in that order, and are no groups for each of its numbers."""
    says_other = parts.measures or parts.fields or parts.charts or parts.asked or parts.hows or "share" in parts.marks
    if len(parts.ranks) != 1 or len(parts.keys) != 1 or says_other:
        return
    (rank,), (key,) = parts.ranks, parts.keys
    is_bare = rank.sorts and rank.by is None
    if is_bare and is_number(key, data) and key.width is None and (data.different(key) or _MANY) >= _MANY:
        parts.ranks, parts.keys = [replace(rank, by=key)], []


def _sort_by_what_is_limited(parts: Parts, data: DataWords) -> None:
    """Rows to be sorted, of which one number is limited, are sorted by that: 脈拍が100以上の人を高い順に."""
    names_other = parts.measures or parts.keys or parts.fields or parts.charts or parts.asked or parts.hows
    limited = {each.field for each in parts.conditions if each.comparison in ("above", "at_least", "below", "at_most")}
    is_of_rows = bool(parts.marks & {"noun", "row"})  # "orders above 50" are rows, and to be put in no order
    if len(parts.ranks) == len(limited) == 1 and parts.ranks[0].by is None and is_of_rows and not names_other:
        place = next(iter(limited))
        if is_number(place, data):
            parts.ranks = [replace(parts.ranks[0], by=place)]
