"""Plans that describe a table or how its columns go together."""

from __future__ import annotations

from lci.analyst.assembling.measures import ROWS
from lci.analyst.assembling.odds import odds
from lci.analyst.assembling.parts import Parts
from lci.analyst.assembling.sense import NoPlan, kind_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Description, Field, Odds, Relation


def missing_values(parts: Parts, data: DataWords) -> Description:
    """Where values are missing: in which columns, or of one. Raises `NoPlan`."""
    parts.use("missing")
    # "How many values are missing in which columns" asks for the same.
    parts.measures = [each for each in parts.measures if each != ROWS]
    if "columns" in parts.descriptions:
        parts.use("more")  # which column has more gaps is seen beside the others
        parts.ranks = [each for each in parts.ranks if each.by is not None]
    parts.descriptions = [each for each in parts.descriptions if each != "columns"]
    place = _at_most_one(parts)
    return Description(data.table.file, "missing", place, parts.conditions_used())


def description(parts: Parts, data: DataWords) -> Description:
    """The whole table, its columns, or one field. Raises `NoPlan`."""
    if parts.fields:
        # "Describe the column age" is about the column.
        parts.descriptions = [each for each in parts.descriptions if each != "columns"]
    if len(set(parts.descriptions)) != 1:
        raise NoPlan
    of = parts.descriptions[0]
    if of == "columns" and any(each.comparison not in ("equal", "not_equal") for each in parts.conditions):
        raise NoPlan
    parts.descriptions.clear()
    parts.use("draw")
    place = _at_most_one(parts)
    conditions = parts.conditions_used()
    if place is not None:
        if of != "table":
            raise NoPlan
        return Description(data.table.file, "field", place, conditions)
    return Description(data.table.file, "columns" if of == "columns" else "table", None, conditions)


def _at_most_one(parts: Parts) -> Field | None:
    if len(parts.fields) > 1:
        raise NoPlan
    return parts.fields.pop() if parts.fields else None


def relation(parts: Parts, data: DataWords) -> Relation | Odds:
    """How two fields go together, or all numbers. Raises `NoPlan`."""
    fits, is_logistic = parts.use("fit"), parts.use("logistic")
    # Whether there is a relation to those who smoke asks for no correlation of all numbers, of them.
    says_of_what = "correlation" not in parts.marks
    parts.use("relation", "correlation", "compared", "more", "noun", "pair")
    says_which = False
    if fits:
        says_which = parts.use("fitted") or (len(parts.fields) == 1 and bool(parts.keys))
        if len(parts.fields) + len(parts.keys) > 2 and not says_which:
            raise NoPlan  # any of them may be what is explained
        # "Tip as a function of the bill".
        parts.fields, parts.keys = [*parts.fields, *parts.keys], []
    if is_logistic:
        fields, parts.fields = parts.fields, []
        says_which = parts.use("fitted") or says_which
        return odds(fields, parts, data, says_which=says_which)
    chart = parts.chart_used()
    if chart is not None and chart.kind == "bar":
        chart = Chart("scatter", chart.log_x, chart.log_y)
    if chart is not None and chart.kind != "scatter":
        raise NoPlan
    fields, parts.fields = parts.fields, []
    if any(kind_of(each, data) not in ("number", "year") for each in fields):
        raise NoPlan
    table, conditions = data.table.file, parts.conditions_used()
    match fits, fields:
        case True, [y, _, *_]:
            return Relation(table, "line", y, tuple(fields[1:]), conditions, chart or Chart("scatter"))
        case False, [y, x]:
            return Relation(table, "correlation", y, (x,), conditions, chart)
        case False, [] if not says_of_what or not conditions:
            return Relation(table, "correlation", None, (), conditions, chart)
        case _:
            raise NoPlan
