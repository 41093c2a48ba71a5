"""Sentences about measures of all rows or of their groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from lci.analyst.compiling.extremes import ROWS_SHOWN
from lci.analyst.compiling.frame import measure_names
from lci.analyst.compiling.group_figures import draws_first_only
from lci.analyst.compiling.summaries import averaged, name_of_series, valued
from lci.analyst.plan import Field, Measure, Rows, Summary
from lci.analyst.results import Finding, FindingMissing, Findings
from lci.analyst.telling.phrases import Phrases, cell, unit
from lci.analyst.telling.plan_words import end_key, measure
from lci.analyst.telling.rows import printed_columns
from lci.analyst.writing import table

#: Values of a group below which its mean is fragile.
_FEW = 5
#: Rows of a table that stand below a line of the same groups.
_BESIDE_A_LINE = 15


def summary(plan: Summary, findings: Findings, text: Phrases) -> str:
    """What was measured."""
    return _grouped(plan, findings, text) if plan.keys else _single(plan, findings, text)


def _unit(each: Measure) -> str:
    return "" if each.how in ("rows", "count", "distinct") or each.per is not None else unit(each.field)


# --- all rows ---------------------------------------------------------------------------------------------------------


def _single(plan: Summary, findings: Findings, text: Phrases) -> str:
    stated = [
        (_statement(each, name, findings, text), _coverage(each, name, findings))
        for each, name in zip(plan.measures, measure_names(plan.measures), strict=True)
    ]
    sentences: list[str] = []
    # Over how many rows several numbers are computed is said once.
    for coverage, same in groupby(stated, key=itemgetter(1)):
        statements = [statement for statement, _ in same]
        sentences += statements
        if coverage is not None:
            sentences += _over(coverage, findings.count("rows kept"), text, several=len(statements) > 1)
    return text["gap"].join(dict.fromkeys(sentences)) + _rows_of_it(plan, findings, text)


def _rows_of_it(plan: Summary, findings: Findings, text: Phrases) -> str:
    """The rows in which the greatest or least value stands, or how many those are."""
    if not findings.values.get("rows of it"):
        return ""
    number = findings.count("rows of it")
    if number > ROWS_SHOWN:
        return text["gap"] + text.say("rows_of_it", rows=text.noun("rows", number))
    columns = printed_columns(Rows(plan.table), findings, text)
    return "\n\n" + table(tuple(head for head, _ in columns), list(zip(*(each for _, each in columns), strict=True)))


def _statement(each: Measure, name: str, findings: Findings, text: Phrases) -> str:
    """What the measure is, in one sentence."""
    if each.among:
        return _share(name, findings, text)
    if each.field is None or each.how == "rows":
        return _count(findings, text)
    if _coverage(each, name, findings) is None:
        return text.say("no_values", field=text.field(each.field))
    value = dict(findings.series["value"])[name]
    if each.how == "distinct" and isinstance(value, int):
        return text.say("distinct_is", field=text.field(each.field), values=text.noun("distinct", value))
    return text.say("one_number", measure=measure(each, text), value=text.value(value, _unit(each)))


@dataclass(frozen=True, slots=True)
class _Coverage:
    """Of how many rows a number is computed, and how many lack a value, or that by which it is divided."""

    n: int
    missing: int
    divisor: Field | None = None
    lacking: int = 0


def _coverage(each: Measure, name: str, findings: Findings) -> _Coverage | None:
    """None where no row has a value, and where rows are counted themselves."""
    if each.field is None or each.how == "rows":
        return None
    n, missing = (int(_labelled(findings, series, name)) for series in ("n", "missing"))
    if n == 0 and each.how not in ("count", "distinct"):
        return None
    if each.per is None:
        return _Coverage(n, missing)
    return _Coverage(n, missing, each.per, int(_labelled(findings, "without divisor", name)))


def _over(coverage: _Coverage, rows: int, text: Phrases, *, several: bool) -> list[str]:
    each = "each_" if several else ""
    whole = text.noun("rows", rows)
    if coverage.missing:
        missing = text.noun("rows", coverage.missing)
        sentences = [text.say(f"{each}over_some", n=f"{coverage.n:,}", rows=whole, missing=missing)]
    else:
        sentences = [text.say(f"{each}over_all", rows=whole)]
    if coverage.divisor is not None and coverage.lacking:
        lacking, divisor = text.noun("rows", coverage.lacking), text.field(coverage.divisor)
        sentences.append(text.say("no_value_in", missing=lacking, field=divisor))
    return sentences


def _share(name: str, findings: Findings, text: Phrases) -> str:
    rows = findings.count("rows kept")
    return text.say(
        "share_is",
        share=text.share(float(_labelled(findings, "value", name))),
        matching=f"{float(_labelled(findings, 'n', name)):,.0f}",
        rows=text.noun("rows", rows),
    )


def _count(findings: Findings, text: Phrases) -> str:
    rows = text.noun("rows", findings.count("rows kept"))
    if "rows in the file" in findings.values:
        return text.say("count_of", rows=rows, whole=f"{findings.count('rows in the file'):,}")
    return text.say("count_is", rows=rows)


def _labelled(findings: Findings, series: str, name: str) -> float:
    value = dict(findings.series.get(series, ())).get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        if series == "value" and value is not None:
            return float("nan")
        raise FindingMissing(name)
    return value


# --- groups -----------------------------------------------------------------------------------------------------------


def _grouped(plan: Summary, findings: Findings, text: Phrases) -> str:
    if findings.count("groups found") == 0:
        place = plan.measures[0].field
        return text.say("no_values", field=text.field(place if place is not None else plan.keys[0]))
    listed = findings.count("groups listed")
    series = "part of group" if plan.relative else "value of group"
    pairs = findings.series.get(series, ())[:listed]
    if len(pairs) != listed:
        raise FindingMissing(series)
    headline = _headline if len(plan.measures) == 1 else _headlines
    sentences = [headline(plan, pairs, findings, text), *_tied(plan, findings, text), *_chart(plan, findings, text)]
    sentences += [*_left_out(plan, findings, text), *_not_whole(plan, pairs, findings, text)]
    answer = text["gap"].join(sentences)
    if listed > 1 and plan.compared is None and not _is_seen(plan, listed):
        answer += "\n\n" + _table(plan, pairs, findings, text)
        # Of 60 groups, the table lists 40.
        if (groups := _cut(plan, findings)) > listed:
            answer += "\n\n" + text.say("listed", listed=listed, groups=text.noun("groups", groups))
    return answer


def _is_seen(plan: Summary, listed: int) -> bool:
    """Whether a line shows the groups better than so many rows of a table would."""
    return plan.chart is not None and plan.chart.kind == "line" and listed > _BESIDE_A_LINE


def _cut(plan: Summary, findings: Findings) -> int:
    """How many groups there are, of those that the plan asks for."""
    groups = findings.count("groups found")
    return groups if plan.limit is None else min(groups, plan.limit)


def _written(plan: Summary, found: Finding, text: Phrases) -> str:
    if plan.relative and isinstance(found, int | float):
        return text.share(float(found))
    return measured_value(plan.measures[0], found, text)


def measured_value(each: Measure, found: Finding, text: Phrases) -> str:
    """A number of a measure as it is said: a share in per cent, others with their unit."""
    if each.among and isinstance(found, int | float):
        return text.share(float(found))
    return text.value(found, _unit(each))


def measured_values(each: Measure, column: Sequence[Finding], text: Phrases) -> list[str]:
    """The numbers of a measure as they stand below one another."""
    numbers = [value for value in column if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(column):
        return [measured_value(each, value, text) for value in column]
    return text.shares(numbers) if each.among else text.numbers(numbers, _unit(each))


def _headline(plan: Summary, pairs: tuple[tuple[str, Finding], ...], findings: Findings, text: Phrases) -> str:
    at = len(pairs) - 1 if plan.last else 0
    if plan.last and len(pairs) != plan.limit:
        return text.say("no_place", number=plan.limit, groups=text.noun("groups", len(pairs)))
    label, value = text.label(pairs[at][0], plan.keys), _written(plan, pairs[at][1], text)
    if plan.compared is not None:
        return _compared(plan, findings, text)
    if plan.asked is not None:
        return _asked(str(plan.asked), plan, findings, text)
    if plan.order is not None:
        return text.say(end_key(plan), number=plan.limit, label=label, value=value)
    if findings.count("groups found") == 1:
        return text.say("only_group", label=label, value=value)
    if "highest group" not in findings.values:
        place = plan.measures[0].field
        return text.say("no_values", field=text.field(place if place is not None else plan.keys[0]))
    high, low = findings.values["value of highest group"], findings.values["value of lowest group"]
    if high == low:
        groups = text.noun("groups", _cut(plan, findings))
        return text.say("all_equal", groups=groups, value=_written(plan, high, text))
    sentences = [
        text.say(
            "high_low",
            label=text.label(findings.word("highest group"), plan.keys), value=_written(plan, high, text),
            low_label=text.label(findings.word("lowest group"), plan.keys), low_value=_written(plan, low, text),
        )
    ]  # fmt: skip
    for key, sentence in (("groups as high", "also_high"), ("groups as low", "also_low")):
        if (number := findings.count(key)) > 1:
            sentences.append(text.say(sentence, number=f"{number:,}"))
    return text["gap"].join(sentences)


#: A group, and what its total is a part of.
_WHOLE = ("the group", "all groups")


def _asked(group: str, plan: Summary, findings: Findings, text: Phrases) -> str:
    """What part of the total the one group is whose part is asked."""
    label, share = text.label(group, plan.keys), findings.number("share of the group")
    if math.isnan(share):
        return text.say("asked_share_missing", label=label)
    value, whole = (measured_value(plan.measures[0], findings.number(f"total of {each}"), text) for each in _WHOLE)
    return text.say("asked_share_is", label=label, share=text.share(share), value=value, whole=whole)


def _headlines(plan: Summary, pairs: tuple[tuple[str, Finding], ...], findings: Findings, text: Phrases) -> str:
    """What is said first of several measures: all of the first group where they are sorted, else each of its ends."""
    label, names = text.label(pairs[0][0], plan.keys), measure_names(plan.measures)
    if plan.order is not None or findings.count("groups found") == 1:
        found = [_first(name, names, findings) for name in names]
        firsts = [
            text.say("value_of", measure=measure(each, text), value=measured_value(each, value, text))
            for each, value in zip(plan.measures, found, strict=True)
        ]
        key = "only_group" if plan.order is None else "top_is" if plan.order == "downwards" else "bottom_is"
        return text.say(key, label=label, value=text["list"].join(firsts))
    ends = (_ends(each, name, plan, findings, text) for each, name in zip(plan.measures, names, strict=True))
    return text["gap"].join(ends)


def _first(name: str, names: tuple[str, ...], findings: Findings) -> Finding:
    """The measure of the first group."""
    found = findings.series.get(name_of_series(names, name), ())
    if not found:
        raise FindingMissing(name)
    return found[0][1]


def _ends(each: Measure, name: str, plan: Summary, findings: Findings, text: Phrases) -> str:
    """Between which groups one of several measures lies."""

    def printed(series: str) -> Finding:
        return dict(findings.series.get(series, ())).get(name)

    highest, lowest = printed("highest group"), printed("lowest group")
    if not isinstance(highest, str) or not isinstance(lowest, str):
        return text.say("no_values", field=text.field(each.field if each.field is not None else plan.keys[0]))
    high, low = printed("value of highest group"), printed("value of lowest group")
    if high == low:
        return text.say("all_equal_of", measure=measure(each, text), value=measured_value(each, high, text))
    sentences = [
        text.say(
            "high_low_of", measure=measure(each, text),
            label=text.label(highest, plan.keys), value=measured_value(each, high, text),
            low_label=text.label(lowest, plan.keys), low_value=measured_value(each, low, text),
        )
    ]  # fmt: skip
    for key, sentence in (("groups as high", "also_high"), ("groups as low", "also_low")):
        if isinstance(number := printed(key), int) and number > 1:
            sentences.append(text.say(sentence, number=f"{number:,}"))
    return text["gap"].join(sentences)


def _tied(plan: Summary, findings: Findings, text: Phrases) -> list[str]:
    if plan.order is None or plan.limit is None or plan.compared is not None:
        return []
    tied = findings.count("tied")
    return [text.say("tied", number=f"{tied:,}")] if tied else []


def _chart(plan: Summary, findings: Findings, text: Phrases) -> list[str]:
    """What the chart leaves out."""
    values, sentences = findings.values, list[str]()
    if plan.chart is not None and draws_first_only(plan, plan.chart.kind):
        sentences.append(text.say("draws_first", measure=measure(plan.measures[0], text)))
    if "drawn" in values and findings.count("drawn") < _cut(plan, findings):
        groups = text.noun("groups", _cut(plan, findings))
        sentences.append(text.say("drawn", drawn=f"{findings.count('drawn'):,}", groups=groups))
    if values.get("not positive"):
        sentences.append(text.say("not_positive", number=f"{findings.count('not positive'):,}"))
    if "lines found" in values and findings.count("lines drawn") < findings.count("lines found"):
        sentences.append(text.say(
            "lines_drawn", drawn=f"{findings.count('lines drawn'):,}", all=f"{findings.count('lines found'):,}",
            field=text["list_and"].join(text.field(key) for key in plan.keys[1:]),
        ))  # fmt: skip
    if "along found" in values and findings.count("along drawn") < findings.count("along found"):
        groups = text.noun("groups", findings.count("along found"))
        sentences.append(text.say("drawn", drawn=f"{findings.count('along drawn'):,}", groups=groups))
    return sentences


def _left_out(plan: Summary, findings: Findings, text: Phrases) -> list[str]:
    """Rows and groups that count for nothing, and groups too small to say much."""
    sentences = []
    if number := findings.count("rows lacking the group"):
        keys = text["any_of"].join(map(text.field, plan.keys))
        sentences.append(text.say("without_group", rows=text.noun("rows", number), keys=keys))
    for place, (_, lacking) in zip(valued(plan.measures), findings.numbers("rows lacking the value"), strict=True):
        if lacking and all(each.field == place for each in plan.measures):
            sentences.append(text.say("without_value", rows=text.noun("rows", lacking), field=text.field(place)))
        elif lacking:
            # They count in the other measures.
            sentences.append(text.say("no_value_in", missing=text.noun("rows", lacking), field=text.field(place)))
    if findings.values.get("groups lacking the value"):
        groups = text.noun("groups", findings.count("groups lacking the value"))
        sentences.append(text.say("groups_without_value", groups=groups))
    if averaged(plan.measures):
        smallest, largest = findings.count("smallest group"), findings.count("largest group")
        if largest == 1 and findings.count("groups found") > 1:
            sentences.append(text["single_rows"])
        elif smallest < _FEW:
            sentences.append(text.say("small_groups", number=smallest))
    return sentences


#: How many usual steps from date to date may lack of a period that is whole, and days at least.
_STEPS, _DAYS = 2, 2


def _not_whole(plan: Summary, pairs: tuple[tuple[str, Finding], ...], findings: Findings, text: Phrases) -> list[str]:
    """That the dates begin or end within a year, quarter or month of which a total is told."""
    if "usual step" not in findings.values:
        return []
    least = max(_DAYS, _STEPS * findings.number("usual step"))
    groups = {label for label, _ in pairs}
    sentences = []
    for end, lacking, key in (
        ("first", "days before the first", "begins_within"),
        ("last", "days after the last", "ends_within"),
    ):
        period = findings.word(f"{end} period")
        if findings.number(lacking) > least and any(_is_of(period, group.split(" / ")[0], plan) for group in groups):
            label = period if plan.keys[0].part in _RECURRING else text.label(period, plan.keys[:1])
            sentences.append(text.say(key, day=findings.word(f"{end} day"), label=label))
    return sentences


#: Parts of dates that come again each year.
_RECURRING = frozenset({"quarter_of_year", "month_of_year"})


def _is_of(period: str, group: str, plan: Summary) -> bool:
    """Whether the rows of a period are told in a group: of 2024Q4 also in those of all fourth quarters."""
    key = plan.keys[0]
    if key.part not in _RECURRING:
        return group == period
    year, number = int(period[:4]), int(period[5:].lstrip("Q-"))
    of_years = [each for each in plan.conditions if each.field == Field(key.column, "year")]
    return group == str(number) and all(
        each.comparison in ("equal", "between") and min(map(int, each.values)) <= year <= max(map(int, each.values))
        for each in of_years
    )


def _table(plan: Summary, pairs: tuple[tuple[str, Finding], ...], findings: Findings, text: Phrases) -> str:
    names = measure_names(plan.measures)
    heads = [" / ".join(map(text.field, plan.keys)), *(measure(each, text) for each in plan.measures)]
    columns: list[list[str]] = []
    for each, name in zip(plan.measures, names, strict=True):
        found = findings.series.get(name_of_series(names, name), ())[: len(pairs)]
        if len(found) != len(pairs):
            raise FindingMissing(name)
        columns.append(measured_values(each, [value for _, value in found], text))
    if plan.relative:
        heads.append(text["share_head"])
        columns.append(text.shares([value if isinstance(value, int | float) else math.nan for _, value in pairs]))
    counted = findings.series.get("values in group", ())[: len(pairs)]
    if len(counted) == len(pairs) and findings.values.get("largest group") != 1:
        heads.append(text["n_head"])
        columns.append([text.value(value) for _, value in counted])
    labels = [text.label(label, plan.keys) for label, _ in pairs]
    return table(tuple(map(cell, heads)), list(zip(labels, *columns, strict=True)))


def _compared(plan: Summary, findings: Findings, text: Phrases) -> str:
    if findings.count("groups found") < 2:
        return text["one_to_compare"]
    first, second = (text.label(findings.word(name), plan.keys) for name in ("first group", "second group"))
    before, after = findings.number("value before"), findings.number("value after")
    for label, value in ((first, before), (second, after)):
        if math.isnan(value):
            return text.say("nothing_there", label=label)
    own = _unit(plan.measures[0])
    written = text.share if plan.measures[0].among else lambda value: text.number(value, own)
    difference = findings.number("computed difference")
    plus, minus = (second, first) if _is_forward(before, after, difference) else (first, second)
    facts = {"first": first, "second": second, "before": written(before), "after": written(after)}
    match plan.compared:
        case "difference":
            return text.say("difference_is", **facts, plus=plus, minus=minus, difference=written(difference))
        case "ratio":
            return text.say(
                "ratio_is", **facts, plus=plus, minus=minus, ratio=text.number(findings.number("computed ratio"))
            )
        case _ if before <= 0:
            return text.say("rise_is", **facts, difference=written(difference))
        case _:
            change = text.share(findings.number("computed change"))
            return text.say("change_is", **facts, difference=written(difference), change=change)


def _is_forward(before: float, after: float, difference: float) -> bool:
    """Whether the first was taken from the second."""
    return abs((after - before) - difference) <= abs((before - after) - difference)
