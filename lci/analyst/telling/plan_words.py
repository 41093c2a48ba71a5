"""A plan in words: what is computed, of which rows, for which groups; different plans never have the same words."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import assert_never

from lci.analyst.plan import (
    Clusters,
    Condition,
    Description,
    Groups,
    GroupTest,
    Measure,
    Odds,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
    Value,
)
from lci.analyst.telling.phrases import Phrases, phrases, visible
from lci.analyst.writing import shown

#: What stands between the parts of a plan.
BETWEEN_PARTS = " · "


def worded(plan: Plan, code: str) -> str:
    """The plan in words, in one sentence."""
    return phrases(code).say("plan", parts=phrased(plan, code))


def phrased(plan: Plan, code: str) -> str:
    """The plan in words alone, as it can be asked."""
    return BETWEEN_PARTS.join(parts_of(plan, phrases(code)))


def parts_of(plan: Plan, text: Phrases) -> list[str]:
    """The parts of the plan in words, in their order."""
    match plan:
        case Summary():
            parts = _summary(plan, text)
        case Rows():
            parts = _rows(plan, text)
        case Picture():
            parts = _picture(plan, text)
        case Relation():
            parts = [_relation(plan, text)]
        case Description(of="field" | "missing", field=place) if place is not None:
            key = "field" if plan.of == "field" else "missing_field"
            parts = [text.say(f"descriptions.{key}", field=text.field(place))]
        case Description():
            parts = [text.say(f"descriptions.{plan.of}", field="")]
        case GroupTest():
            parts = [text.say(f"analyses.{plan.of}_differ", y=text.field(plan.y), field=text.field(plan.by))]
        case Odds():
            x = text["list"].join(map(text.field, plan.x))
            parts = [text.say("odds_of", conditions=conditions((plan.of,), text), x=x)]
        case Clusters():
            parts = _clusters(plan, text)
        case Groups():
            parts = _groups(plan, text)
        case _:
            assert_never(plan)
    if plan.conditions:
        parts.append(text.say("only", conditions=conditions(plan.conditions, text)))
    if isinstance(plan, Summary | Rows | Picture | Relation) and plan.chart is not None:
        parts.append(text.say(f"charts.{plan.chart.kind}"))
        parts += [text["log_x"]] if plan.chart.log_x else []
        parts += [text["log_y"]] if plan.chart.log_y else []
    if isinstance(plan, Summary | Rows) and plan.saved is not None:
        parts.append(text.say(f"saves.{plan.saved}"))
    parts.append(text.say("table", table=shown(visible(plan.table))))
    return parts


def _summary(plan: Summary, text: Phrases) -> list[str]:
    parts = [measure(each, text) for each in plan.measures]
    if plan.compared is not None:
        parts.append(text.say(f"compared.{plan.compared}"))
    if plan.keys:
        parts.append(text.say("for_each", keys=text["list_and"].join(map(text.field, plan.keys))))
    parts += [text["as_shares"]] if plan.relative else []
    parts += [text.say("asked_share", values=_value(plan.asked, text))] if plan.asked is not None else []
    if plan.order is not None:
        parts.append(text["highest_first" if plan.order == "downwards" else "lowest_first"])
    if plan.limit is not None:
        parts.append(text["first_one"] if plan.limit == 1 else text.say("first_ones", number=plan.limit))
    return [*parts, *([text["last_of_these"]] if plan.last else [])]


def end_key(plan: Summary | Rows) -> str:
    """The key of the sentence that names what stands at the end asked for, or at a place from it."""
    is_top = plan.order == "downwards"
    if plan.last:
        return "place_from_top" if is_top else "place_from_bottom"
    return "top_is" if is_top else "bottom_is"


def _rows(plan: Rows, text: Phrases) -> list[str]:
    match plan.limit:
        case None:
            parts = [text["rows_all"]]
        case 1:
            parts = [text["rows_one"]]
        case limit:
            parts = [text.say("rows_first", number=limit)]
    if plan.by is not None:
        parts.append(text.say("with_value" if plan.order is None else "sorted_by", field=text.field(plan.by)))
    if plan.order is not None:
        parts.append(text["highest_first" if plan.order == "downwards" else "lowest_first"])
    parts += [text["last_of_these"]] if plan.last else []
    if plan.columns:
        columns = text["list"].join(shown(visible(name)) for name in plan.columns)
        parts.append(text.say("shows", columns=columns))
    return parts


def _picture(plan: Picture, text: Phrases) -> list[str]:
    x = text.field(plan.x)
    parts = [
        text.say("distribution", x=x) if plan.y is None else text.say("points", y=text.field(plan.y), x=x),
    ]
    parts += [text.say("colored", field=text.field(plan.color))] if plan.color is not None else []
    parts += [text.say("sized", field=text.field(plan.size))] if plan.size is not None else []
    return parts


def _relation(plan: Relation, text: Phrases) -> str:
    x = text["list"].join(map(text.field, plan.x))
    y = text.field(plan.y) if plan.y is not None else ""
    if plan.method == "line":
        return text.say("line_through", y=y, x=x)
    match bool(y), bool(x):
        case True, True:
            return text.say("correlation", y=y, x=x)
        case True, False:
            return text.say("correlation_of_one", y=y)
        case False, True:
            return text.say("correlation_among", x=x)
        case _:
            return text["correlation_of_all"]


def _clusters(plan: Clusters, text: Phrases) -> list[str]:
    alike = text.say("clusters_of", x=text["list"].join(map(text.field, plan.x))) if plan.x else text["clusters_of_all"]
    return [alike, *([text.say("clusters_number", number=plan.number)] if plan.number is not None else [])]


def _groups(plan: Groups, text: Phrases) -> list[str]:
    parts = [text.say(f"groups.{plan.of}", field=text.field(plan.key))]
    parts.append(text.say("groups.by", measure=measure(plan.measure, text)))
    if plan.limit is not None:
        parts.append(text.say(f"limits.{plan.limit.comparison}", limit=repr(plan.limit.number)))
    return parts


def measure(each: Measure, text: Phrases) -> str:
    """A measure in words."""
    if each.field is None or each.how == "rows":
        if each.among:
            return text.say("share_measure", conditions=conditions(each.among, text))
        return text["rows_measure"]
    return text.say(
        f"measures.{'per' if each.per is not None else each.how}",
        field=text.field(each.field),
        per=text.field(each.per) if each.per is not None else "",
        quantile=f"{each.quantile or 0:.15g}",
    )


def conditions(given: Sequence[Condition], text: Phrases) -> str:
    """Conditions in words."""
    return text["and"].join(_condition(each, text) for each in given)


def _condition(condition: Condition, text: Phrases) -> str:
    weekdays = text.group("weekdays") if condition.field.part == "weekday" else {}
    values = [weekdays.get(str(value)) or _value(value, text) for value in condition.values]
    if condition.middle is not None:
        values = [text.say(f"middles.{condition.middle}")]
    return text.say(
        f"comparisons.{condition.comparison}",
        field=text.field(condition.field),
        values=text["any_of"].join(values),
        low=values[0] if values else "",
        high=values[-1] if values else "",
    )


_SPACE = "\N{OPEN BOX}"
_MARKS = "`*_{}[]<>#|~$&”」"


def _value(value: Value, text: Phrases) -> str:
    """A text in quotes, all of it; other values as Python writes them, so that years have no commas."""
    return text.say("text_value", value=marked(value)) if isinstance(value, str) else repr(value)


def marked(value: str) -> str:
    """A text on one line in which every character shows, and none is Markdown."""
    plain = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    plain = re.sub(r"(?<= ) | (?= )|^ | $", _SPACE, plain.replace(_SPACE, f"\\{_SPACE}"))
    plain = "".join(c if c.isprintable() or c == _SPACE else _code_point(c) for c in plain)
    return re.sub(rf"([{re.escape(_MARKS)}])", r"\\\1", plain)


def _code_point(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


_MARKED = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))|(.)", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


def unmarked(text: str) -> str | None:
    """The text that is marked so, None where none is."""

    def plain(match: re.Match[str]) -> str:
        short, long, escaped, char = match.groups()
        if code := short or long:
            return chr(int(code, 16)) if int(code, 16) <= sys.maxunicode else ""
        if escaped is not None:
            return _CONTROLS.get(escaped, escaped)
        return " " if char == _SPACE else char

    value = _MARKED.sub(plain, text)
    return value if marked(value) == text else None
