"""What else could be measured, by which groups, in which order and drawn how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lci.analyst.assembling.measures import ROWS, is_stock, usual
from lci.analyst.changing.conditions import others
from lci.analyst.changing.drafts import Draft, Setting, without
from lci.analyst.compiling.frame import frame_of
from lci.analyst.compiling.group_figures import default_kind
from lci.analyst.compiling.summaries import is_word
from lci.analyst.plan import Chart, Condition, Field, How, Kind, Measure, Plan, Summary, without_broken_line
from lci.analyst.telling.plan_words import measure as measure_in_words

_HOWS: tuple[How, ...] = ("mean", "median", "std", "sum", "min", "max")
_LIMITS = (1, 5, 10, 20)
#: Second groups that are offered beside the first.
_SECOND = 4
#: Measures to which no further one is offered.
_MOST_MEASURES = 4


def summary_drafts(plan: Summary, setting: Setting) -> Iterator[Draft]:
    """The measures, the groups, what is said of them, their order and chart."""
    for at, measure in enumerate(plan.measures):
        yield _measure(plan, at, measure, setting)
    if plan.compared is None and not plan.relative and len(plan.measures) < _MOST_MEASURES:
        yield _further(plan, setting)
    if plan.compared is None:
        yield from _keys(plan, setting)
    else:
        yield _compared(plan, setting)
    if plan.relative:
        whole = (setting.own["leave_out"], replace(plan, relative=False, asked=None))
        yield Draft("shares", setting.text["as_shares"], (whole,))
    if plan.keys and plan.compared is None:
        yield _order(plan, setting)
        yield from _chart(plan, setting)


# --- measures ---------------------------------------------------------------------------------------------------------


def _measure(plan: Summary, at: int, measure: Measure, setting: Setting) -> Draft:
    text = setting.text
    choices: list[tuple[str, Plan]] = []
    for other in dict.fromkeys(_other_measures(measure, setting)):
        if other not in plan.measures:
            measures = (*plan.measures[:at], other, *plan.measures[at + 1 :])
            choices.append((measure_in_words(other, text), _suiting(replace(plan, measures=measures))))
    if len(plan.measures) > 1:
        rest = (*plan.measures[:at], *plan.measures[at + 1 :])
        choices.append((setting.own["leave_out"], _suiting(replace(plan, measures=rest))))
    elif plan.keys and not plan.relative and plan.compared is None and _is_total(measure):
        choices.append((text["as_shares"], replace(plan, relative=True)))
    return Draft(f"measure_{at}", measure_in_words(measure, text), tuple(choices))


def _further(plan: Summary, setting: Setting) -> Draft:
    """What could be measured besides."""
    others = dict.fromkeys(_other_measures(plan.measures[-1], setting))
    choices: list[tuple[str, Plan]] = [
        (measure_in_words(other, setting.text), _suiting(replace(plan, measures=(*plan.measures, other))))
        for other in others
        if other not in plan.measures
    ]
    return Draft("further", setting.own["also"], tuple(choices))


def _other_measures(measure: Measure, setting: Setting) -> Iterator[Measure]:
    """The same of another column, and others of the same."""
    place, data = measure.field, setting.data
    if measure.among:
        yield ROWS
        if len(measure.among) == 1:
            yield from (Measure("rows", among=(other,)) for other in others(measure.among[0], data))
    elif place is None or measure.how == "rows":
        yield from (usual(number, data) for number in setting.numbers() if number.column not in data.flags)
    elif measure.per is not None:
        yield from (Measure("sum", place), Measure("sum", measure.per), Measure("sum", measure.per, per=place))
    elif measure.how in ("count", "distinct"):
        yield ROWS
        yield from (Measure(measure.how, group) for group in setting.groups(place))
    elif place in setting.numbers():
        yield from (Measure(how, place) for how in _HOWS if how != measure.how and _makes_sense(how, place, setting))
        yield from (
            replace(measure, field=number)
            for number in setting.numbers(place)
            if _makes_sense(measure.how, number, setting)
        )
        yield ROWS
    else:
        yield from (Measure(how, place) for how in ("min", "max") if how != measure.how)
        yield ROWS


def _makes_sense(how: How, place: Field, setting: Setting) -> bool:
    """What is there at a time adds up to nothing over several times."""
    return how != "sum" or not is_stock(place, setting.data)


def _is_total(measure: Measure) -> bool:
    """Whether the measures of groups add up to that of all."""
    return measure.how in ("rows", "sum", "count") and not measure.among and measure.per is None


def _suiting(plan: Summary) -> Summary:
    """Without shares and pies of what does not add up."""
    if all(map(_is_total, plan.measures)):
        return plan
    is_pie = plan.chart is not None and plan.chart.kind == "pie"
    return replace(plan, relative=False, chart=None if is_pie else plan.chart, asked=None)


# --- groups -----------------------------------------------------------------------------------------------------------


def _keys(plan: Summary, setting: Setting) -> Iterator[Draft]:
    text, own, plan = setting.text, setting.own, replace(plan, asked=None)
    besides = [*plan.keys, *(each.field for each in plan.conditions if _is_one(each))]
    fields = [*setting.groups(*besides), *setting.times(*besides)]
    if not plan.keys:
        yield Draft(
            "group",
            own["group_by"],
            tuple((text.say("for_each", keys=text.field(place)), replace(plan, keys=(place,))) for place in fields),
        )
    for at, key in enumerate(plan.keys):
        choices: list[tuple[str, Plan]] = [
            (
                text.say("for_each", keys=text.field(place)),
                replace(plan, keys=(*plan.keys[:at], place, *plan.keys[at + 1 :])),
            )
            for place in fields
            if all(place.column != other.column for other in without(plan.keys, at))
        ]
        if len(plan.keys) == 1:
            seconds = [place for place in fields if place.column != key.column][:_SECOND]
            choices += setting.differing(plan, *(replace(plan, keys=(key, place)) for place in seconds))
        choices.append((own["not_grouped"] if len(plan.keys) == 1 else own["leave_out"], _without_key(plan, at)))
        yield Draft(f"group_{at}", text.say("for_each", keys=text.field(key)), tuple(choices))


def _is_one(condition: Condition) -> bool:
    return condition.comparison == "equal" and len(condition.values) == 1


def _without_key(plan: Summary, at: int) -> Summary:
    keys = without(plan.keys, at)
    if keys:
        return replace(plan, keys=keys)
    return replace(plan, keys=(), order=None, limit=None, relative=False, chart=None, last=False)


def _compared(plan: Summary, setting: Setting) -> Draft:
    label = setting.text.say(f"compared.{plan.compared}")
    ways = (replace(plan, compared="difference"), replace(plan, compared="ratio"), replace(plan, compared="change"))
    choices = setting.differing(plan, *(each for each in ways if each != plan))
    return Draft("compared", label, (*choices, (setting.own["leave_out"], replace(plan, compared=None))))


# --- order and chart --------------------------------------------------------------------------------------------------


def _order(plan: Summary, setting: Setting) -> Draft:
    text, own, plan = setting.text, setting.own, replace(plan, last=False)
    order = plan.order or "downwards"
    turned = replace(plan, order="upwards" if order == "downwards" else "downwards")
    groups = setting.data.different(plan.keys[0]) if len(plan.keys) == 1 else None
    limits = [each for each in _LIMITS if each != plan.limit and (groups is None or each < groups)]
    choices = setting.differing(plan, *([turned] if plan.order is not None else [replace(plan, order=order), turned]))
    cut = (without_broken_line(replace(plan, order=order, limit=limit)) for limit in limits)
    choices += setting.differing(plan, *cut)
    if plan.limit is not None:
        choices.append((own["all_groups"], replace(plan, limit=None)))
    if plan.order is not None:
        choices.append((own["own_order"], replace(plan, order=None, limit=None)))
    words = [text["highest_first" if plan.order == "downwards" else "lowest_first"]] if plan.order else []
    if plan.limit is not None:
        words.append(text["first_one"] if plan.limit == 1 else text.say("first_ones", number=plan.limit))
    return Draft("order", text["list"].join(words) or own["own_order"], tuple(choices))


def _chart(plan: Summary, setting: Setting) -> Iterator[Draft]:
    text, own = setting.text, setting.own
    frame = frame_of(plan, setting.data.table)
    if any(is_word(each, frame) for each in plan.measures):
        return
    usual = default_kind(plan, frame)
    now = plan.chart or (Chart(usual) if usual is not None else None)
    kinds: list[Kind] = ["bar"]
    kinds += ["line"] if any(frame.is_ordered(key) for key in plan.keys) else []
    kinds += ["pie"] if _is_total(plan.measures[0]) and len(plan.keys) == 1 else []
    kinds += ["heatmap"] if len(plan.keys) == 2 else []
    drawn = {kind: replace(plan, chart=None if kind == usual else Chart(kind)) for kind in kinds}
    choices: list[tuple[str, Plan]] = [
        (text.say(f"charts.{kind}"), other) for kind, other in drawn.items() if now is None or kind != now.kind
    ]
    if now is not None and now.kind in ("bar", "line"):
        is_logarithmic = now.log_x or now.log_y
        label = own["plain_axis"] if is_logarithmic else text["log_y"]
        choices.append((label, replace(plan, chart=Chart(now.kind, log_y=not is_logarithmic))))
    if plan.chart is not None and usual is None:
        choices.append((own["no_chart"], replace(plan, chart=None)))
    words = own["no_chart"] if now is None else text.say(f"charts.{now.kind}")
    yield Draft("chart", words, tuple(choices))
