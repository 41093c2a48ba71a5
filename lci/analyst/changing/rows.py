"""Which other rows could be shown, and what else single rows could be drawn or fitted as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from lci.analyst.changing.drafts import MOST_COLUMNS, Draft, Setting, without
from lci.analyst.plan import Chart, Clusters, Description, Field, Kind, Picture, Plan, Relation, Rows
from lci.analyst.telling.plan_words import parts_of

_LIMITS = (1, 5, 10, 20)
_NUMBERS = (2, 3, 4, 5, 6)


def rows_drafts(plan: Rows, setting: Setting) -> Iterator[Draft]:
    """How many rows, by what they are sorted, and which columns they show."""
    text, own, data = setting.text, setting.own, setting.data
    limits = [limit for limit in _LIMITS if data.table.rows is None or limit < data.table.rows]
    yield Draft(
        "limit",
        parts_of(plan, text)[0],
        tuple(setting.differing(plan, *(replace(plan, limit=each, last=False) for each in (*limits, None)))),
    )
    if plan.by is not None:
        key = "with_value" if plan.order is None else "sorted_by"
        dates = [Field(date.name) for date in data.of_kind("date") if date.name != plan.by.column]
        fields = [*setting.numbers(plan.by), *dates][:MOST_COLUMNS]
        label = text.say(key, field=text.field(plan.by))
        yield Draft("by", label, tuple(setting.differing(plan, *(replace(plan, by=each) for each in fields))))
    if plan.order is not None:
        turned = replace(plan, order="upwards" if plan.order == "downwards" else "downwards")
        label = text["highest_first" if plan.order == "downwards" else "lowest_first"]
        yield Draft("order", label, tuple(setting.differing(plan, turned)))
    if plan.columns:
        label = next(part for part in parts_of(plan, text) if part not in parts_of(replace(plan, columns=()), text))
        yield Draft("columns", label, ((own["all_columns"], replace(plan, columns=())),))
    if plan.by is not None:
        label = own["no_chart"] if plan.chart is None else text.say(f"charts.{plan.chart.kind}")
        drawn = (replace(plan, chart=Chart("bar")), replace(plan, chart=Chart("histogram")))
        choices = setting.differing(plan, *(each for each in drawn if each != plan))
        if plan.chart is not None:
            choices.append((own["no_chart"], replace(plan, chart=None)))
        yield Draft("chart", label, tuple(choices))


def picture_drafts(plan: Picture, setting: Setting) -> Iterator[Draft]:
    """What stands on each axis, what tells points apart, and how they are drawn."""
    text, own = setting.text, setting.own
    used = (plan.x, plan.y, plan.color, plan.size)
    groups = setting.groups(*used)
    xs = groups if plan.x in setting.groups() else setting.numbers(*used)
    yield Draft("x", text.field(plan.x), _renamed(setting, [replace(plan, x=each) for each in xs], "x"))
    if plan.y is not None:
        ys = [replace(plan, y=each) for each in setting.numbers(*used)]
        yield Draft("y", text.field(plan.y), _renamed(setting, ys, "y"))
    colors = setting.differing(plan, *(replace(plan, color=each) for each in groups))
    if plan.color is None:
        yield Draft("color", own["no_color"], tuple(colors))
    else:
        label = text.say("colored", field=text.field(plan.color))
        yield Draft("color", label, (*colors, (own["no_color"], replace(plan, color=None))))
    if plan.size is not None:
        label = text.say("sized", field=text.field(plan.size))
        sizes = setting.differing(plan, *(replace(plan, size=each) for each in setting.numbers(*used)))
        yield Draft("size", label, (*sizes, (own["leave_out"], replace(plan, size=None))))
    kinds: tuple[Kind, ...] = (
        ("scatter", "line", "heatmap", "box") if plan.y is not None else ("histogram", "box", "bar", "pie")
    )
    drawn = [replace(plan, chart=Chart(kind)) for kind in kinds if kind != plan.chart.kind]
    yield Draft(
        "chart", text.say(f"charts.{plan.chart.kind}"), (*setting.differing(plan, *drawn), *_axes(plan, setting))
    )


def _renamed(setting: Setting, plans: list[Picture], axis: str) -> tuple[tuple[str, Plan], ...]:
    """Each of the plans by the field of that axis."""
    fields = [each.x if axis == "x" else each.y for each in plans]
    return tuple((setting.text.field(place), each) for place, each in zip(fields, plans, strict=True) if place)


def _axes(plan: Picture, setting: Setting) -> list[tuple[str, Plan]]:
    """The same with logarithmic axes, where numbers stand on them."""
    numbers, chart = setting.numbers(), plan.chart
    if chart.log_x or chart.log_y:
        return [(setting.own["plain_axis"], replace(plan, chart=Chart(chart.kind)))]
    scaled: list[Plan] = []
    if plan.x in numbers and chart.kind in ("scatter", "line", "histogram"):
        scaled.append(replace(plan, chart=replace(chart, log_x=True)))
    if plan.y in numbers and chart.kind in ("scatter", "line"):
        scaled.append(replace(plan, chart=replace(chart, log_y=True)))
    return setting.differing(plan, *scaled)


def relation_drafts(plan: Relation, setting: Setting) -> Iterator[Draft]:
    """What is explained, by what, and by which method."""
    text, own = setting.text, setting.own
    free = setting.numbers(plan.y, *plan.x)
    if plan.y is not None:
        choices: list[tuple[str, Plan]] = [(text.field(each), replace(plan, y=each)) for each in free]
        yield Draft("y", text.field(plan.y), tuple(choices))
    for at, x in enumerate(plan.x):
        choices = [(text.field(each), replace(plan, x=(*plan.x[:at], each, *plan.x[at + 1 :]))) for each in free]
        if len(plan.x) > 1:
            choices.append((own["leave_out"], replace(plan, x=without(plan.x, at))))
        yield Draft(f"x_{at}", text.field(x), tuple(choices))
    if plan.y is not None and len(plan.x) == 1:
        other = replace(plan, method="correlation" if plan.method == "line" else "line", chart=Chart("scatter"))
        label = parts_of(plan, text)[0]
        yield Draft("method", label, tuple(setting.differing(plan, other)))


def description_drafts(plan: Description, setting: Setting) -> Iterator[Draft]:
    """What is described: the table, its columns, what is missing, or a field."""
    data = setting.data
    of_table = [replace(plan, of=of, field=None) for of in ("table", "columns", "missing")]
    columns = [Field(column.name) for column in data.table.columns]
    of_fields = [replace(plan, of="field", field=place) for place in columns[:MOST_COLUMNS]]
    others = [each for each in (*of_table, *of_fields) if each != plan]
    yield Draft("description", parts_of(plan, setting.text)[0], tuple(setting.differing(plan, *others)))


def clusters_drafts(plan: Clusters, setting: Setting) -> Iterator[Draft]:
    """How many clusters, and by which numbers."""
    text, own = setting.text, setting.own
    numbered = setting.differing(plan, *(replace(plan, number=each) for each in _NUMBERS if each != plan.number))
    if plan.number is None:
        label = own["clearest"]
    else:
        label = text.say("clusters_number", number=plan.number)
        numbered.append((own["clearest"], replace(plan, number=None)))
    yield Draft("number", label, tuple(numbered))
    for at, x in enumerate(plan.x):
        free = setting.numbers(*plan.x)
        choices: list[tuple[str, Plan]] = [
            (text.field(each), replace(plan, x=(*plan.x[:at], each, *plan.x[at + 1 :]))) for each in free
        ]
        if len(plan.x) > 1:
            choices.append((own["leave_out"], replace(plan, x=without(plan.x, at))))
        yield Draft(f"x_{at}", text.field(x), tuple(choices))
    if not plan.x:
        fields = setting.numbers()
        pairs = [replace(plan, x=(one, other)) for one, other in combinations(fields[:4], 2)]
        yield Draft("x", text["clusters_of_all"], tuple(setting.differing(plan, *pairs)))
