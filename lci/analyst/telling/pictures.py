"""Sentences about charts of single rows."""

from __future__ import annotations

from lci.analyst.plan import Picture
from lci.analyst.results import Findings
from lci.analyst.telling.phrases import Phrases, cell, unit
from lci.analyst.writing import table


def picture(plan: Picture, findings: Findings, text: Phrases) -> str:
    """How many rows are drawn, and what the chart shows of their spread."""
    rows, n = findings.count("rows kept"), findings.count("rows used")
    if n == 0:
        return text.say("no_values", field=text.field(plan.y if plan.y is not None else plan.x))
    sentences = [text.say("points_drawn", n=f"{n:,}", rows=text.noun("rows", rows))]
    not_positive = findings.values.get("not positive")
    if not_positive:
        sentences.append(text.say("not_positive", number=f"{findings.count('not positive'):,}"))
    elif n < rows and "groups found" not in findings.values:
        sentences.append(text["points_missing"])
    if "groups found" in findings.values and findings.count("groups drawn") < findings.count("groups found"):
        groups = text.noun("groups", findings.count("groups found"))
        sentences.append(text.say("colors_drawn", drawn=f"{findings.count('groups drawn'):,}", groups=groups))
    if "median" in findings.values:
        measured = plan.y if plan.chart.kind == "box" and plan.y is not None else plan.x
        own = unit(measured)
        spread = {how: text.number(findings.number(how), own) for how in ("min", "median", "mean", "max")}
        sentences.append(text.say("spread", **spread))
    answer = text["gap"].join(sentences)
    medians = findings.numbers("value")
    if medians:
        group = plan.x if plan.chart.kind != "box" or plan.y is not None else plan.color
        keys = (group,) if group is not None else ()
        head = text["medians"] if plan.chart.kind == "box" else text["count_head"]
        own = unit(plan.y if plan.y is not None else plan.x) if plan.chart.kind == "box" else ""
        labels = [text.label(label, keys) for label, _ in medians]
        lines = list(zip(labels, text.numbers([value for _, value in medians], own), strict=True))
        answer += "\n\n" + table((cell(text.field(keys[0]) if keys else text["label_head"]), head), lines)
    return answer
