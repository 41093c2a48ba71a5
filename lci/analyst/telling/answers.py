"""The answer of any plan, from what its code printed."""

from __future__ import annotations

from typing import assert_never

from lci.analyst.plan import Description, GroupTest, Odds, Picture, Plan, Relation, Rows, Summary
from lci.analyst.results import FindingMissing, Findings
from lci.analyst.telling.descriptions import description
from lci.analyst.telling.group_tests import group_test
from lci.analyst.telling.odds import odds
from lci.analyst.telling.phrases import phrases
from lci.analyst.telling.pictures import picture
from lci.analyst.telling.plan_words import conditions
from lci.analyst.telling.relations import relation
from lci.analyst.telling.rows import rows
from lci.analyst.telling.summaries import summary


def said(plan: Plan, findings: Findings, code: str) -> str | None:
    """The answer in the language `code`, or None where the output lacks what it needs."""
    text = phrases(code)
    try:
        if findings.count("rows kept") == 0:
            if plan.conditions:
                return text.say("no_rows", conditions=conditions(plan.conditions, text))
            if not isinstance(plan, Description | Summary) or (isinstance(plan, Summary) and plan.keys):
                return text["empty_table"]
        match plan:
            case Summary():
                return summary(plan, findings, text)
            case Rows():
                return rows(plan, findings, text)
            case Picture():
                return picture(plan, findings, text)
            case Relation():
                return relation(plan, findings, text)
            case Description():
                return description(plan, findings, text)
            case GroupTest():
                return group_test(plan, findings, text)
            case Odds():
                return odds(plan, findings, text)
            case _:
                assert_never(plan)
    except FindingMissing:
        return None
