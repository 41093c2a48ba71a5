"""What is saved as a file: the table of groups, or rows as they are."""

from __future__ import annotations

from dataclasses import replace

from lci.analyst.assembling.parts import Parts
from lci.analyst.assembling.sense import NoPlan
from lci.analyst.data_words import DataWords
from lci.analyst.plan import FileForm, Plan, Rows, Summary


def as_file(plan: Plan, form: FileForm) -> Plan:
    """The plan with its table saved. Raises `NoPlan` for one that has no table, or where it is not clear which."""
    if any(each.comparison == "missing" for each in plan.conditions):
        raise NoPlan  # "without the age" may be the column that is left out
    match plan:
        case Summary(keys=(_, *_)) | Rows():
            return replace(plan, saved=form)
        case _:
            raise NoPlan


def all_rows(parts: Parts, data: DataWords, form: FileForm) -> Rows | None:
    """All rows saved with the columns that are named, of a question that says nothing else; None where it does.

    Raises `NoPlan`.
    """
    says_more = (
        parts.conditions, parts.keys, parts.measures, parts.hows, parts.ranks, parts.charts, parts.counts,
        parts.openings,
    )  # fmt: skip
    if any(says_more):
        return None
    columns = [*parts.asked, *parts.fields]
    if columns and "noun" in parts.marks:
        raise NoPlan  # "orders with profit" need not be all, and their profit
    parts.asked, parts.fields = [], []
    parts.use("list", "asked_row")
    return Rows(data.table.file, columns=tuple(each.column for each in columns), saved=form)
