"""Sentences about groups as one each: how many, which they are, what is typical of them."""

from __future__ import annotations

from lci.analyst.plan import Groups
from lci.analyst.results import Finding, FindingMissing, Findings
from lci.analyst.telling.phrases import Phrases, cell
from lci.analyst.telling.plan_words import measure
from lci.analyst.telling.summaries import measured_value, measured_values
from lci.analyst.writing import table

#: Groups of which the numbers are listed beside how many there are.
_BESIDE = 10


def groups(plan: Groups, findings: Findings, text: Phrases) -> str:
    """How many there are within the limit and the first of them, or the mean and the median of all."""
    group_count = findings.count("groups found")
    if group_count == 0:
        return text.say("no_values", field=text.field(plan.measure.field or plan.key))
    sentences = _typical(plan, findings, text) if plan.limit is None else [_within(plan, findings, text)]
    if number := findings.count("rows lacking the group"):
        sentences.append(text.say("without_group", rows=text.noun("rows", number), keys=text.field(plan.key)))
    for _, lacking in findings.numbers("rows lacking the value"):
        if lacking and plan.measure.field is not None:
            rows = text.noun("rows", lacking)
            sentences.append(text.say("without_value", rows=rows, field=text.field(plan.measure.field)))
    if findings.values.get("groups lacking the value"):
        lacking_groups = text.noun("groups", findings.count("groups lacking the value"))
        sentences.append(text.say("groups_without_value", groups=lacking_groups))
    answer = text["gap"].join(sentences)
    if plan.limit is None:
        return answer
    pairs = findings.series.get("value of group", ())
    listed = findings.count("groups listed")
    if len(pairs) != listed:
        raise FindingMissing("value of group")
    shown = pairs if plan.of == "which" else pairs[:_BESIDE]
    if not shown:
        return answer
    answer += "\n\n" + _table(plan, shown, text)
    if (within := findings.count("groups within")) > len(shown):
        answer += "\n\n" + text.say("listed", listed=len(shown), groups=text.noun("groups", within))
    return answer


def _within(plan: Groups, findings: Findings, text: Phrases) -> str:
    within, group_count = findings.count("groups within"), findings.count("groups found")
    return text.say(
        "groups_within", within=f"{within:,}", groups=text.noun("groups", group_count), field=text.field(plan.key)
    )


def _typical(plan: Groups, findings: Findings, text: Phrases) -> list[str]:
    group_count = findings.count("groups found")
    ends = (findings.number(f"{how} of groups") for how in ("mean", "median", "min", "max"))
    mean, median, low, high = (measured_value(plan.measure, each, text) for each in ends)
    key = "groups_mean" if plan.of == "mean" else "groups_median"
    sentences = [text.say(key, groups=text.noun("groups", group_count), mean=mean, median=median, low=low, high=high)]
    if "periods from first to last" in findings.values:
        periods = findings.count("periods from first to last")
        if periods > group_count:
            all_periods = measured_value(plan.measure, findings.number("mean of all periods"), text)
            sentences.append(
                text.say(
                    "groups_lacking",
                    all=f"{periods:,}",
                    empty=f"{findings.count('periods without a row'):,}",
                    mean=all_periods,
                )
            )
    return sentences


def _table(plan: Groups, pairs: tuple[tuple[str, Finding], ...], text: Phrases) -> str:
    head = text["share_head"] if plan.measure.among else cell(measure(plan.measure, text))
    labels = [cell(text.label(label, (plan.key,))) for label, _ in pairs]
    rows = list(zip(labels, measured_values(plan.measure, [value for _, value in pairs], text), strict=True))
    return table((cell(text.field(plan.key)), head), rows)
