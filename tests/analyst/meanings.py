"""Asks the analyst what a question means, of real files with their previews and the values that a lookup finds."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from lci.analyst.lexicon import lexicon
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
)
from lci.analyst.question_items import words_of
from lci.analyst.reading import Understood, language_of, understood
from lci.analyst.tables import phrases_of, tables_of
from lci.analyst.word_forms import folded
from lci.core.files import NamedValue, Preview, brief
from lci.workspace.named_values import BETWEEN, WORDS
from lci.workspace.preview import preview
from tests.analyst.corpus import DATA, HERE, plan_of, records


def practice() -> list[dict[str, Any]]:
    """Further questions, by another author, to practise on."""
    listed: list[dict[str, Any]] = json.loads((HERE / "practice.json").read_text(encoding="utf-8"))
    return listed


def everyday() -> list[dict[str, Any]]:
    """Everyday ways to ask of each kind of plan, by those who build; without a plan, what must be declined."""
    listed: list[dict[str, Any]] = json.loads((HERE / "everyday.json").read_text(encoding="utf-8"))
    return listed


def questions() -> list[dict[str, Any]]:
    """All records that the analyst is built against."""
    return [*records("open"), *practice()]


def plans_of(record: dict[str, Any]) -> list[Plan]:
    """Its right plans."""
    return [plan_of(stated) for stated in (record["plan"], *record["also"]) if stated]


def _path(name: str) -> Path:
    """A file of the working folder, or of the corpora."""
    if Path(name).exists():
        return Path(name).resolve()
    return DATA / name if (DATA / name).exists() else HERE / "practice" / name


@cache
def preview_of(name: str) -> Preview:
    """What the app tells the analyst of a file."""
    return brief(preview(_path(name), name))


@cache
def _named(name: str) -> dict[str, list[NamedValue]]:
    """The values of a file's first table by what they are called."""
    reader = preview_of(name).reader
    assert reader is not None
    with contextlib.chdir(_path(name).parent):
        frame = eval(reader, {"pd": pd})  # our own preview wrote it
    named: dict[str, list[NamedValue]] = {}
    for column in frame.columns:
        for value in frame[column].dropna().unique():
            if isinstance(value, str):
                plain_value = folded(value.strip())
                for plain in dict.fromkeys((plain_value, plain_value.replace(".", ""), plain_value.replace("_", " "))):
                    named.setdefault(plain, []).append(NamedValue(str(column), value))
                for part in {*parts} if 1 < len(parts := re.split(BETWEEN, folded(value.strip()))) <= WORDS else ():
                    named.setdefault(part, []).append(NamedValue(str(column), value, False))
    return named


def named_values(name: str, *phrases: str) -> tuple[NamedValue, ...]:
    """The values of a file's first table that are called by one of the phrases, as the app's own lookup finds them."""
    values = [value for phrase in phrases for value in _named(name).get(phrase, [])]
    whole = {(each.column, each.value) for each in values if each.is_whole}
    return tuple(dict.fromkeys(each for each in values if each.is_whole or (each.column, each.value) not in whole))


def asked(question: str, files: list[str], before: tuple[str, ...] = ()) -> Understood:
    """What it is taken to mean: of the previews alone or, where that leaves words over, with values looked up."""
    tables = [table for name in files for table in tables_of(preview_of(name))]
    meant = understood(question, tables, before)
    if len(meant.plans) == 1 and not before and language_of(question) == "en":
        return meant
    language = lexicon(language_of(question))
    phrases = [phrase for each in (question, *before) for phrase in phrases_of(words_of(each), language)]
    tables = []
    for name in files:
        tables += tables_of(preview_of(name), named_values(name, *map(folded, phrases)))
    return understood(question, tables, before)


def same(plan: Plan, other: Plan) -> bool:
    """Whether two plans are the same as the corpus has it (README.md); `other` is the record's."""
    return _flat(plan, other) == _flat(other, other) or _flat(_bare(plan), other) == _flat(_bare(other), other)


def _bare(plan: Plan) -> Plan:
    """A comparison of two groups without the condition that leaves these two."""
    if not isinstance(plan, Summary) or plan.compared is None or len(plan.keys) != 1:
        return plan
    key = plan.keys[0]
    return replace(
        plan, conditions=tuple(each for each in plan.conditions if each.field != key or len(each.values) != 2)
    )


def _condition(each: Condition) -> Any:
    if each.comparison in ("equal", "not_equal"):
        return each.field, each.comparison, frozenset(map(str, each.values))
    return each.field, each.comparison, tuple(map(str, map(_as_float, each.values)))


def _as_float(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) else value


def _measure(each: Measure) -> Any:
    return each.how, each.field, each.quantile, each.per, frozenset(map(_condition, each.among))


def _flat(plan: Plan, record: Plan) -> Any:
    """What counts of a plan, where the record says whether a chart does."""
    kind, conditions = type(plan).__name__, frozenset(map(_condition, plan.conditions))
    chart = plan.chart if not isinstance(plan, Description | GroupTest | Odds | Clusters | Groups) else None
    shown = chart if getattr(record, "chart", None) is not None else None
    last = plan.last if isinstance(plan, Summary | Rows) else False
    common = kind, last, plan.table.partition("#")[0], conditions
    match plan:
        case Summary():
            order = plan.order if plan.limit is not None else None
            relative = plan.relative and not (chart is not None and chart.kind == "pie")
            measures = tuple(map(_measure, plan.measures))
            return (
                *common,
                measures,
                frozenset(plan.keys),
                order,
                plan.limit,
                relative,
                plan.compared,
                shown,
                plan.saved,
            )
        case Rows():
            return *common, plan.by, plan.order, plan.limit, plan.saved
        case Picture():
            return *common, plan.x, plan.y, plan.color, plan.size, plan.chart
        case Relation():
            pair = frozenset((plan.y, *plan.x)) if plan.method == "correlation" else (plan.y, plan.x)
            return *common, plan.method, pair
        case Description():
            return *common, plan.of, plan.field
        case GroupTest():
            return *common, plan.of, plan.y, plan.by
        case Odds():
            return *common, plan.of, frozenset(plan.x)
        case Clusters():
            return *common, frozenset(plan.x), plan.number
        case Groups():
            return *common, plan.of, plan.key, _measure(plan.measure), plan.limit
