"""Which other groups could be counted or averaged, by what, and within which limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lci.analyst.assembling.measures import ROWS, usual
from lci.analyst.changing.drafts import Draft, Setting
from lci.analyst.plan import Field, Groups, Limit, Measure, Plan
from lci.analyst.telling.plan_words import measure as measure_in_words, parts_of


def groups_drafts(plan: Groups, setting: Setting) -> Iterator[Draft]:
    """What is said of the groups, by which field they are, the number of each, and its limit."""
    text = setting.text
    if plan.limit is None:
        other: Plan = replace(plan, of="median" if plan.of == "mean" else "mean")
    else:
        other = replace(plan, of="which" if plan.of == "number" else "number")
    yield Draft("of", parts_of(plan, text)[0], tuple(setting.differing(plan, other)))
    keys = [place for place in (*_who(setting), *setting.groups(), *setting.times()) if place != plan.key]
    choices: list[tuple[str, Plan]] = [(text.field(place), replace(plan, key=place)) for place in dict.fromkeys(keys)]
    yield Draft("key", text.field(plan.key), tuple(choices))
    numbers = setting.numbers(plan.key)
    totals = [Measure("sum", each) for each in numbers]
    measures = dict.fromkeys((ROWS, *totals, *(usual(each, setting.data) for each in numbers)))
    choices = [(measure_in_words(each, text), replace(plan, measure=each)) for each in measures if each != plan.measure]
    yield Draft("measure", measure_in_words(plan.measure, text), tuple(choices))
    if (limit := plan.limit) is not None:
        near = (limit.number - 1, limit.number + 1) if isinstance(limit.number, int) else ()
        limits = [replace(limit, number=each) for each in near if each >= 0]
        limits += [Limit(comparison, limit.number) for comparison in ("above", "at_least", "below", "at_most")]
        plans = [replace(plan, limit=each) for each in limits if each != limit]
        label = text.say(f"limits.{limit.comparison}", limit=repr(limit.number))
        yield Draft("limit", label, tuple(setting.differing(plan, *plans)))


def _who(setting: Setting) -> list[Field]:
    return [Field(column.name) for column in setting.data.people]
