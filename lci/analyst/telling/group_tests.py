"""Sentences about whether groups differ: the test that was taken, how large the difference is, and what limits both."""

from __future__ import annotations

import math

from lci.analyst.plan import Field, GroupTest
from lci.analyst.results import FindingMissing, Findings
from lci.analyst.telling.phrases import Phrases, cell, p_value, unit
from lci.analyst.writing import table

#: Rows of a group below which a test is fragile, and the expected count below which chi-squared is.
_FEW, _EXPECTED = 10, 5


def group_test(plan: GroupTest, findings: Findings, text: Phrases) -> str:
    """What the test says, or why there is none, with the groups below."""
    n, rows = findings.count("rows used"), findings.count("rows kept")
    if n == 0:
        fields = text["list_and"].join(map(text.field, (plan.y, plan.by)))
        return text.say("no_values", field=fields)
    sentences = _means(plan, findings, text) if plan.of == "means" else _shares(plan, findings, text)
    lines = [_table_of_means(plan, findings, text) if plan.of == "means" else _table_of_counts(plan, findings, text)]
    groups, listed = findings.count("groups found"), len(findings.series.get("values in group", ()))
    rest = [text.say("listed", listed=listed, groups=text.noun("groups", groups))] if listed < groups else []
    if plan.of == "shares" and (values := findings.count("values found")) > len(_values(findings)):
        rest.append(text.say("rarer", listed=len(_values(findings)), different=text.noun("values", values)))
    if n < rows:
        rest.append(text.say("tests.rows_used", n=f"{n:,}", rows=text.noun("rows", rows)))
    if "p" in findings.values:
        rest.append(text.say("tests.independent"))
    return "\n\n".join([text["gap"].join(sentences), *lines, *([text["gap"].join(rest)] if rest else [])])


def _verdict(findings: Findings, text: Phrases) -> str:
    return text.say(f"tests.{'significant' if findings.values.get('is significant') is True else 'not_significant'}")


def _sizes(findings: Findings) -> list[int]:
    return [int(size) for _, size in findings.numbers("values in group")]


def _alone(findings: Findings, text: Phrases) -> list[str]:
    """What is said of groups that are left out of the test, and of small ones."""
    alone = findings.count("groups found") - findings.count("groups tested")
    sentences = [text.say("tests.left_out", groups=text.noun("groups", alone))] if alone else []
    smallest = min((size for size in _sizes(findings) if size > 1), default=_FEW)
    return [*sentences, text.say("small_groups", number=smallest)] if smallest < _FEW else sentences


def _means(plan: GroupTest, findings: Findings, text: Phrases) -> list[str]:
    tested = findings.count("groups tested")
    if tested < 2:
        return [text.say("tests.too_few_groups", field=text.field(plan.by), groups=text.noun("groups", tested))]
    if findings.count("groups that vary") == 0:
        return [text.say("tests.constant", field=text.field(plan.y))]
    facts = {"p": p_value(findings.number("p"), text), "rank_p": p_value(findings.number("rank p"), text)}
    y = text.field(plan.y)
    if tested > 2:
        is_welch = findings.count("groups that vary") == tested
        key = "tests.anova_welch" if is_welch else "tests.anova_classical"
        f, eta = text.number(findings.number("f")), text.number(findings.number("eta squared"))
        test = text.say(key, f=f, groups=text.noun("groups", tested), **facts)
        return [_verdict(findings, text), test, text.say("tests.eta", eta=eta, y=y), *_alone(findings, text)]
    first, second = (text.label(findings.word(name), (plan.by,)) for name in ("first group", "second group"))
    difference = text.number(findings.number("computed difference"), unit(plan.y))
    low, high = (text.number(findings.number(f"difference {end}")) for end in ("from", "to"))
    return [
        _verdict(findings, text),
        text.say("tests.difference", first=first, second=second, y=y, difference=difference, low=low, high=high),
        text.say("tests.welch", t=text.number(findings.number("t")), **facts),
        text.say("tests.cohen", d=text.number(findings.number("cohens d"))),
        *_alone(findings, text),
    ]


def _shares(plan: GroupTest, findings: Findings, text: Phrases) -> list[str]:
    for place, name in ((plan.by, "groups found"), (plan.y, "values found")):
        if findings.count(name) < 2:
            return [text.say("tests.one_value", field=text.field(place))]
    sentences = [
        _verdict(findings, text),
        text.say(
            "tests.chi_squared",
            chi=text.number(findings.number("chi squared")),
            dof=f"{findings.count('degrees of freedom'):,}",
            p=p_value(findings.number("p"), text),
        ),
        text.say("tests.cramer", v=text.number(findings.number("cramers v"))),
    ]
    if (least := findings.number("least expected")) < _EXPECTED:
        cells, small = findings.count("cells"), findings.count("cells expected below 5")
        facts = {"least": text.number(least), "small": f"{small:,}", "cells": f"{cells:,}"}
        sentences.append(text.say("tests.expected", **facts))
        if "exact p" in findings.values:
            sentences.append(text.say("tests.fisher", p=p_value(findings.number("exact p"), text)))
    return sentences


def _values(findings: Findings) -> list[str]:
    values = findings.values.get("values listed")
    if not isinstance(values, list):
        raise FindingMissing("values listed")
    return values


def _table_of_means(plan: GroupTest, findings: Findings, text: Phrases) -> str:
    heads = (cell(text.field(plan.by)), text["n_head"], text.say("tests.mean_head"), text.say("tests.deviation_head"))
    sizes, means, deviations = (findings.numbers(f"{what} group") for what in ("values in", "mean of", "deviation of"))
    return table(heads, [
        (text.label(label, (plan.by,)), f"{n:,.0f}", text.number(mean, unit(plan.y)), _deviation(deviation, plan.y, text))
        for (label, n), (_, mean), (_, deviation) in zip(sizes, means, deviations, strict=True)
    ])  # fmt: skip


def _deviation(value: float, y: Field, text: Phrases) -> str:
    """Of one value there is none."""
    return text.number(value, unit(y)) if not math.isnan(value) else "–"


def _table_of_counts(plan: GroupTest, findings: Findings, text: Phrases) -> str:
    values = [text.label(value, (plan.y,)) for value in _values(findings)]
    lines = []
    counts, shares = (findings.series.get(f"{what} of group", ()) for what in ("counts", "shares"))
    for (label, n), (_, row), (_, parts) in zip(findings.numbers("values in group"), counts, shares, strict=True):
        if not isinstance(row, list) or not isinstance(parts, list):
            raise FindingMissing("counts of group")
        cells = [f"{int(count):,} ({text.share(float(part))})" for count, part in zip(row, parts, strict=True)]
        lines.append((text.label(label, (plan.by,)), f"{n:,.0f}", *cells))
    return table((cell(text.field(plan.by)), text["n_head"], *map(cell, values)), lines)
