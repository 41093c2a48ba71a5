"""Sentences about whether groups differ: the test that was made, how large the difference is, and what limits both."""

from __future__ import annotations

import math

from lci.analyst.plan import GroupTest
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
    is_of_counts = plan.of == "shares"
    sentences = _shares(plan, findings, text) if is_of_counts else _numbers(plan, findings, text)
    lines = _table_of_counts(plan, findings, text) if is_of_counts else _table_of_numbers(plan, findings, text)
    rest = []
    groups, listed = findings.count("groups found"), len(findings.series.get("values in group", ()))
    if listed < groups:
        rest.append(text.say("listed", listed=listed, groups=text.noun("groups", groups)))
    if is_of_counts and (values := findings.count("values found")) > len(_values(findings)):
        rest.append(text.say("rarer", listed=len(_values(findings)), different=text.noun("values", values)))
    if n < rows:
        rest.append(text.say("tests.rows_used", n=f"{n:,}", rows=text.noun("rows", rows)))
    if "p value" in findings.values or "rank p" in findings.values:
        rest.append(text.say("tests.independent"))
    return "\n\n".join([text["gap"].join(sentences), lines, *([text["gap"].join(rest)] if rest else [])])


def _verdict(is_significant: bool, groups: int, text: Phrases) -> list[str]:
    verdict = text.say(f"tests.{'significant' if is_significant else 'not_significant'}")
    return [verdict, text.say("tests.which")] if is_significant and groups > 2 else [verdict]


def _p(findings: Findings, name: str, text: Phrases) -> str:
    return p_value(findings.number(name), text)


def _degrees(value: float, text: Phrases) -> str:
    """Degrees of freedom, which need not be whole."""
    one, many = text.heads("degrees_noun")
    return (one if value == 1 else many).format(number=text.number(value))


# --- numbers ----------------------------------------------------------------------------------------------------------


def _numbers(plan: GroupTest, findings: Findings, text: Phrases) -> list[str]:
    tested, field = findings.count("groups tested"), text.field(plan.by)
    if findings.count("groups found") < 2:
        return [text.say("tests.one_value", field=field)]
    if tested < 2:
        return [text.say("tests.too_few_groups", field=field, number=tested)]
    if findings.count("values tested") < 2:
        return [text.say("tests.constant", field=text.field(plan.y))]
    if "p value" in findings.values:
        sentences = _means(plan, findings, text)
    else:
        sentences = [*_verdict(findings.values.get("rank is significant") is True, tested, text)]
        if plan.of == "means":
            sentences.append(text.say("tests.no_spread", number=findings.count("groups without spread")))
        sentences += _ranks(plan, findings, text)
    if alone := findings.count("groups found") - tested:
        sentences.append(text.say("tests.left_out", groups=text.noun("groups", alone)))
    smallest = min((n for _, n in findings.numbers("values in group") if n >= 3), default=_FEW)
    return [*sentences, text.say("small_groups", number=f"{smallest:.0f}")] if smallest < _FEW else sentences


def _names(plan: GroupTest, findings: Findings, text: Phrases) -> dict[str, str]:
    return {name: text.label(findings.word(f"{name} group"), (plan.by,)) for name in ("first", "second")}


def _means(plan: GroupTest, findings: Findings, text: Phrases) -> list[str]:
    """What Welch's test says, and whether that of ranks says the same."""
    tested, is_significant = findings.count("groups tested"), findings.values.get("is significant") is True
    sentences, p = _verdict(is_significant, tested, text), _p(findings, "p value", text)
    y = text.field(plan.y)
    if tested > 2:
        f, eta = (text.number(findings.number(name)) for name in ("f", "eta squared"))
        between, within = (text.number(findings.number(f"degrees {name}")) for name in ("between", "within"))
        groups = text.noun("groups", tested)
        sentences += [
            text.say("tests.anova", groups=groups, f=f, between=between, within=within, p=p),
            text.say("tests.eta", eta=eta, y=y),
        ]
    else:
        difference = text.number(findings.number("computed difference"), unit(plan.y))
        low, high = (text.number(findings.number(f"difference {end}")) for end in ("from", "to"))
        names, degrees = _names(plan, findings, text), _degrees(findings.number("degrees of freedom"), text)
        sentences += [
            text.say("tests.difference", **names, y=y, difference=difference, low=low, high=high),
            text.say("tests.welch", t=text.number(findings.number("t")), degrees=degrees, p=p),
            text.say("tests.cohen", d=text.number(findings.number("cohens d"))),
        ]
    sentences.append(text.say("tests.ranks_beside", p=_p(findings, "rank p", text)))
    agrees = is_significant == (findings.values.get("rank is significant") is True)
    return sentences if agrees else [*sentences, text.say("tests.disagree")]


def _ranks(plan: GroupTest, findings: Findings, text: Phrases) -> list[str]:
    p, tested = _p(findings, "rank p", text), findings.count("groups tested")
    if tested > 2:
        h, epsilon = (text.number(findings.number(name)) for name in ("h", "epsilon squared"))
        degrees = _degrees(findings.number("rank degrees of freedom"), text)
        return [
            text.say("tests.kruskal", groups=text.noun("groups", tested), h=h, degrees=degrees, p=p),
            text.say("tests.epsilon", epsilon=epsilon),
        ]
    share = text.share(findings.number("probability"))
    return [
        text.say("tests.mann_whitney", u=text.number(findings.number("u")), p=p),
        text.say("tests.probability", **_names(plan, findings, text), share=share),
    ]


def _table_of_numbers(plan: GroupTest, findings: Findings, text: Phrases) -> str:
    columns = ("mean", "median", "deviation")
    heads = (cell(text.field(plan.by)), text["n_head"], *(text.say(f"tests.{name}_head") for name in columns))
    sizes = findings.numbers("values in group")
    values = [[value for _, value in findings.numbers(f"{name} of group")] for name in ("mean", "median", "std")]
    written = [_cells(each, plan, text) for each in values]
    lines = [
        (text.label(label, (plan.by,)), f"{n:,.0f}", *row) for (label, n), *row in zip(sizes, *written, strict=True)
    ]
    return table(heads, lines)


def _cells(values: list[float], plan: GroupTest, text: Phrases) -> list[str]:
    """A number of each group; of one value there is no deviation."""
    written = zip(values, text.numbers(values, unit(plan.y)), strict=True)
    return ["–" if math.isnan(value) else each for value, each in written]


# --- counts -----------------------------------------------------------------------------------------------------------


def _shares(plan: GroupTest, findings: Findings, text: Phrases) -> list[str]:
    for place, name in ((plan.by, "groups found"), (plan.y, "values found")):
        if findings.count(name) < 2:
            return [text.say("tests.one_value", field=text.field(place))]
    degrees = _degrees(findings.number("degrees of freedom"), text)
    chi, p = text.number(findings.number("chi squared")), _p(findings, "p value", text)
    sentences = [
        *_verdict(findings.values.get("is significant") is True, findings.count("groups found"), text),
        text.say("tests.chi_squared", chi=chi, degrees=degrees, p=p),
        text.say("tests.cramer", v=text.number(findings.number("cramers v"))),
    ]
    if (least := findings.number("least expected")) < _EXPECTED:
        cells, small = findings.count("cells"), findings.count("cells expected below 5")
        facts = {"least": text.number(least), "small": f"{small:,}", "cells": f"{cells:,}"}
        sentences.append(text.say("tests.expected", **facts))
    if "exact p" in findings.values:
        sentences.append(text.say("tests.fisher", p=_p(findings, "exact p", text)))
    return sentences


def _values(findings: Findings) -> list[str]:
    values = findings.values.get("values listed")
    if not isinstance(values, list):
        raise FindingMissing("values listed")
    return values


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
