"""Example questions that work as they are, with the real names of the columns where there is a file."""

from __future__ import annotations

import re

from lci.analyst.columns import FileColumn
from lci.analyst.sources import Source, source
from lci.core.files import Preview

_GENERIC = (
    "Give me an overview of the data",
    "Do a linear regression and plot it",
    "Which columns have missing values?",
)


def example_questions(previews: tuple[Preview, ...]) -> tuple[str, str, str]:
    """Three questions about the newest table that the analyst answers, the first with a chart."""
    for preview in reversed(previews):
        table = source(preview, "")
        if table is not None:
            return questions_about(table)
    return _GENERIC


def questions_about(table: Source) -> tuple[str, str, str]:
    """Three questions about one table: a chart of its most telling columns first."""
    numbers = table.of_kind("number")
    groups = table.of_kind("category")
    dates = table.of_kind("date")
    questions = []
    if dates and numbers:
        questions.append(f"Plot the monthly trend of {_named(numbers[0])}")
    if len(numbers) > 1:
        questions.append(f"Do a linear regression of {_named(numbers[-1])} on {_named(numbers[-2])} and plot it")
    if groups and numbers:
        questions.append(f"What is the average {_named(numbers[-1])} by {_named(groups[0])}?")
    if not questions and groups:
        questions.append(f"How many rows are there for each {_named(groups[0])}?")
    questions += ["Give me an overview of the data", "Which columns have missing values?", "What columns are there?"]
    first, second, third = questions[:3]
    return first, second, third


def _named(column: FileColumn) -> str:
    """A name as it can be said: bare where that reads back as the same column, else in backticks."""
    return column.name if re.fullmatch(r"[A-Za-z][\w]*", column.name) else f"`{column.name}`"
