"""Sentences about the odds of something, and the fields they go with."""

from __future__ import annotations

from lci.analyst.plan import Odds
from lci.analyst.results import FindingMissing, Findings
from lci.analyst.telling.phrases import Phrases, cell, p_value, visible
from lci.analyst.telling.plan_words import conditions
from lci.analyst.writing import shown, table

#: Rows for each field below which odds are fragile: Peduzzi et al. 1996 ask for ten in which it holds, and does not.
_FEW = 10


def odds(plan: Odds, findings: Findings, text: Phrases) -> str:
    """How often it holds, by how much the odds change with each field, and what to mind."""
    n, holds = findings.count("rows used"), findings.count("rows where it holds")
    of = conditions((plan.of,), text)
    sentences = [text.say("odds.base", of=of, holds=f"{holds:,}", rows=text.noun("rows", n))]
    rows = findings.count("rows kept")
    if n < rows:
        sentences += [text.say("rows_shown", shown=f"{n:,}", rows=text.noun("rows", rows)), text["points_missing"]]
    if (reason := _why_not(findings)) is not None:
        return text["gap"].join([*sentences, text.say(reason)])
    sentences.append(
        text.say("odds.fit", r2=text.number(findings.number("pseudo r2")), p=p_value(findings.number("p of all"), text))
    )
    notes = [text.say("odds.held")]
    if min(holds, n - holds) < _FEW * findings.count("fields found"):
        notes.append(text["few_points"])
    return "\n\n".join([
        text["gap"].join(sentences), _table(findings, text), text["gap"].join([*notes, text["caveat"]])
    ])  # fmt: skip


def _why_not(findings: Findings) -> str | None:
    """The sentence that says why there are no odds, where there are none."""
    if findings.values.get("values differ") is False:
        return "odds.one_value"
    if findings.values.get("fields are independent") is False:
        return "odds.dependent"
    if findings.values.get("odds are finite") is False:
        return "odds.decided"
    return None


def _table(findings: Findings, text: Phrases) -> str:
    series = {name: dict(findings.numbers(name)) for name in ("odds ratio", "ratio from", "ratio to", "p")}
    lines = []
    for name, ratio in findings.numbers("odds ratio"):
        if any(name not in each for each in series.values()):
            raise FindingMissing(name)
        low, high = (text.number(series[each][name]) for each in ("ratio from", "ratio to"))
        p = p_value(series["p"][name], text).removeprefix("p = ").removeprefix("p ")
        lines.append((cell(shown(visible(name))), text.number(ratio), f"{low} … {high}", p))
    if not lines:
        raise FindingMissing("odds ratio")
    return table(("", text.say("odds.ratio_head"), text["interval_head"], text["p_head"]), lines)
