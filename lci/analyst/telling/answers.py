"""The answer of any plan, from what its code printed."""

from __future__ import annotations

from typing import assert_never

from lci.analyst.compiling.unknowns import GREATEST, IN_WHOLE, LEAST, LEFT_OUT, MIDDLES
from lci.analyst.plan import (
    Clusters,
    Description,
    Field,
    Groups,
    GroupTest,
    Odds,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
)
from lci.analyst.results import FindingMissing, Findings
from lci.analyst.telling.clusters import clusters
from lci.analyst.telling.descriptions import description
from lci.analyst.telling.group_tests import group_test
from lci.analyst.telling.groups import groups
from lci.analyst.telling.odds import odds
from lci.analyst.telling.phrases import Phrases, phrases, unit
from lci.analyst.telling.pictures import picture
from lci.analyst.telling.plan_words import conditions
from lci.analyst.telling.relations import relation
from lci.analyst.telling.rows import rows
from lci.analyst.telling.summaries import summary


def said(plan: Plan, findings: Findings, code: str) -> str | None:
    """The answer in the language `code`, or None where the output lacks what it needs."""
    text = phrases(code)
    try:
        answer = _of_plan(plan, findings, text)
        # A sentence below a table is a paragraph of its own.
        besides = (*_middles(findings, text), *_unknown(findings, text), *_ends(findings, text))
        answer = (text["gap"] if "\n" not in answer else "\n\n").join([answer, *besides])
        is_saved = isinstance(plan, Summary | Rows) and plan.saved is not None and findings.count("rows kept")
        return f"{answer}\n\n{_saved(findings, text)}" if is_saved else answer
    except FindingMissing:
        return None


def _saved(findings: Findings, text: Phrases) -> str:
    """Where the table lies, and how much of it; nothing where there was nothing to save."""
    if "saved as" not in findings.values:
        return text["saves_nothing"]
    name, rows = findings.word("saved as"), findings.count("rows saved")
    sentences = [text.say("saved_as", file=f"[{name}]({name})", rows=text.noun("rows", rows))]
    if "shown" in findings.values and rows < findings.count("shown"):
        sentences.append(text.say("saves_first", rows=text.noun("rows", findings.count("shown"))))
    return text["gap"].join(sentences)


def _middles(findings: Findings, text: Phrases) -> list[str]:
    """What numbers were compared with, where that is no number of the question."""
    middles = ("mean", "median")
    return [
        text.say("middle_is", measure=text.say(f"measures.{each}", field=text.field(Field(column))), value=written)
        for each in middles
        for column, value in findings.numbers(f"{MIDDLES}{each}")
        for written in text.numbers([value], unit(Field(column)))
    ]


def _ends(findings: Findings, text: Phrases) -> list[str]:
    """Between which numbers a column lies that is limited beyond all of them, so that a misread limit is seen."""
    greatest = dict(findings.numbers(GREATEST))
    return [
        text.say("lies_between", field=text.field(Field(column)), least=written[0], greatest=written[1])
        for column, least in findings.numbers(LEAST)
        for written in [text.numbers([least, greatest[column]], unit(Field(column)))]
        if column in greatest
    ]


def _unknown(findings: Findings, text: Phrases) -> list[str]:
    """The rows of which is not known whether they belong to what is asked, and what became of them."""
    return [
        text.say(key, rows=text.noun("rows", int(rows)), field=text.field(Field(column)))
        for name, key in ((LEFT_OUT, "left_out_unknown"), (IN_WHOLE, "in_whole_unknown"))
        for column, rows in findings.numbers(name)
        if rows
    ]


def _of_plan(plan: Plan, findings: Findings, text: Phrases) -> str:
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
        case Clusters():
            return clusters(plan, findings, text)
        case Groups():
            return groups(plan, findings, text)
        case _:
            assert_never(plan)
