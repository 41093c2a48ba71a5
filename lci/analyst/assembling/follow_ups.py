"""A follow-up changes the plan of the question before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lci.analyst.assembling.parts import NoPlan, parts_of
from lci.analyst.chart import Constituent
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Description, Picture, Plan, Relation, Rows, Summary


def changed(plan: Plan, constituents: Sequence[Constituent], data: DataWords) -> Plan:
    """The plan with other conditions, groups, chart or order, as a follow-up says. Raises `NoPlan`."""
    if not constituents:
        raise NoPlan
    parts = parts_of(constituents, data)
    is_logarithmic = bool(parts.marks & {"log", "log_x"})
    chart, rank, new = parts.chart_used(), parts.rank_used(), parts.conditions_used()
    keys, parts.keys = tuple(parts.keys), []
    parts.finished()
    conditions = (*(old for old in plan.conditions if all(old.field != each.field for each in new)), *new)
    match plan:
        case Summary():
            if rank is not None and not (keys or plan.keys):
                raise NoPlan
            return replace(
                plan,
                conditions=conditions,
                keys=keys or plan.keys,
                chart=_chart(plan.chart, chart, is_logarithmic),
                order=rank.direction if rank is not None else plan.order,
                limit=rank.number if rank is not None else plan.limit,
            )
        case Rows() if not keys and chart is None:
            limit = rank.number if rank is not None else plan.limit
            return replace(plan, conditions=conditions, limit=limit, order=rank.direction if rank else plan.order)
        case Picture() if rank is None and len(keys) < 2:
            drawn = _chart(plan.chart, chart, is_logarithmic) or plan.chart
            return replace(plan, conditions=conditions, color=keys[0] if keys else plan.color, chart=drawn)
        case Relation() | Description() if rank is None and chart is None and not keys:
            return replace(plan, conditions=conditions)
        case _:
            raise NoPlan


def _chart(before: Chart | None, new: Chart | None, is_logarithmic: bool) -> Chart | None:
    """The chart of a follow-up; one that only asks for other axes keeps its kind."""
    if new is None or before is None:
        return new or before
    if is_logarithmic and new.kind == "bar":
        return replace(before, log_x=before.log_x or new.log_x, log_y=before.log_y or new.log_y)
    return new
