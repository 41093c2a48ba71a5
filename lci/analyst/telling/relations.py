"""Sentences about how numbers go together."""

from __future__ import annotations

import math
import re

from lci.analyst.compiling.frame import key_name
from lci.analyst.plan import Field, Relation
from lci.analyst.results import FindingMissing, Findings
from lci.analyst.telling.phrases import Phrases, cell, p_value, visible
from lci.analyst.writing import exact, shown, table

#: Rows below which a relation is fragile.
_FEW = 10


def relation(plan: Relation, findings: Findings, text: Phrases) -> str:
    """The correlation or the line, how sure it is, and that it is no cause."""
    if plan.method == "correlation" and (plan.y is None or len(plan.x) != 1):
        return _pairs(findings, text)
    assert plan.y is not None
    n = findings.count("rows used")
    if "r" not in findings.values and "intercept" not in findings.values:
        if len(plan.x) > 1 and n > len(plan.x) + 1:
            return text.say("inseparable", fields=text["list_and"].join(map(text.field, plan.x)))
        fields = text["list"].join(map(text.field, (plan.y, *plan.x)))
        return text.say("too_few", fields=fields, rows=text.noun("rows", n))
    if plan.method == "correlation":
        sentences = _correlation(plan.y, plan.x[0], findings, text)
    elif len(plan.x) == 1:
        sentences = _line(plan.y, plan.x[0], findings, text)
    else:
        sentences = _lines(plan.y, plan.x, findings, text)
    rows = findings.count("rows kept")
    if n < rows:
        sentences.append(
            text["points_missing"] if n == 0 else text.say("rows_shown", shown=f"{n:,}", rows=text.noun("rows", rows))
        )
    if n < _FEW:
        sentences.append(text["few_points"])
    answer = text["gap"].join([*sentences, text["caveat"]])
    # A table stands by itself.
    return re.sub(r" ?\n\n ?", "\n\n", answer)


def _correlation(y: Field, x: Field, findings: Findings, text: Phrases) -> list[str]:
    facts = {"n": f"{findings.count('rows used'):,}", "p": p_value(findings.number("p"), text)}
    return [
        text.say("r_is", y=text.field(y), x=text.field(x), r=text.number(findings.number("r")), **facts),
        text.say("r_rank", r=text.number(findings.number("rank r"))),
    ]


def _line(y: Field, x: Field, findings: Findings, text: Phrases) -> list[str]:
    names = {"y": text.field(y), "x": text.field(x)}
    slope, intercept = (_coefficient(findings.number(name), text) for name in ("slope", "intercept"))
    low, high = (_plain(findings.number(name), text) for name in ("slope from", "slope to"))
    return [
        text.say("line_is", **names, intercept=intercept, slope=slope),
        text.say("slope_is", **names, slope=slope, low=low, high=high, p=p_value(findings.number("p"), text)),
        text.say("fit_is", r2=text.share(findings.number("r2")), n=f"{findings.count('rows used'):,}"),
    ]


def _coefficient(value: float, text: Phrases) -> str:
    """Digits enough to compute with."""
    return text["undefined"] if math.isnan(value) else exact(value)


def _plain(value: float, text: Phrases) -> str:
    """A number fit to be copied."""
    return text.number(value).replace(",", "")


def _lines(y: Field, x: tuple[Field, ...], findings: Findings, text: Phrases) -> list[str]:
    series = {name: dict(findings.numbers(name)) for name in ("slope", "slope from", "slope to", "p")}
    terms, lines = "", []
    for place in x:
        name = key_name(place)
        if any(name not in each for each in series.values()):
            raise FindingMissing(name)
        slope = _coefficient(series["slope"][name], text)
        low, high = (_plain(series[kind][name], text) for kind in ("slope from", "slope to"))
        terms += f" + **{slope}** × {text.field(place)}"
        lines.append(
            (
                cell(text.field(place)),
                slope,
                f"{low} … {high}",
                p_value(series["p"][name], text).removeprefix("p = ").removeprefix("p "),
            )
        )
    heads = ("", text["coefficient_head"], text["interval_head"], text["p_head"])
    intercept = _coefficient(findings.number("intercept"), text)
    return [
        text.say("lines_are", y=text.field(y), intercept=intercept, terms=terms),
        text.say("fit_is", r2=text.share(findings.number("r2")), n=f"{findings.count('rows used'):,}"),
        f"\n\n{table(heads, lines)}\n\n",
    ]


def _pairs(findings: Findings, text: Phrases) -> str:
    pairs = findings.count("pairs")
    if pairs == 0:
        return text.say("no_pairs", columns=text.noun("columns", findings.count("columns found")))
    lines, coefficients = [], []
    strongest = ("", "", "")
    for name, values in findings.series.get("pair", ()):
        if not isinstance(values, list) or len(values) != 5:
            raise FindingMissing(name)
        first, second = (shown(visible(each)) for each in values[:2])
        r, n, p = (float(each) for each in values[2:])
        strongest = strongest if strongest[0] else (first, second, text.number(r))
        p_text = p_value(p, text).removeprefix("p = ").removeprefix("p ")
        coefficients.append(r)
        lines.append((cell(f"{first} – {second}"), f"{n:,.0f}", p_text))
    y, x, r_text = strongest
    heads = (text["pair_head"], "r", text["n_head"], text["p_head"])
    lines_with_r = [(pair, r, *rest) for (pair, *rest), r in zip(lines, text.numbers(coefficients), strict=True)]
    return "\n\n".join([
        text.say("strongest", pairs=text.noun("pairs", pairs), y=y, x=x, r=r_text), table(heads, lines_with_r),
        text["caveat"],
    ])  # fmt: skip
