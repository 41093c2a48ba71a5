"""Questions worth asking of a table that the analyst answers as they are, with the real names of its columns."""

from __future__ import annotations

import re

from lci.analyst.columns import FileColumn
from lci.analyst.sources import Source, source
from lci.analyst.telling.phrases import questions
from lci.core.files import Preview


def example_questions(previews: tuple[Preview, ...], code: str = "en") -> tuple[str, ...]:
    """Three questions about the newest table, the first with a chart; without a table such as any one answers."""
    for preview in reversed(previews):
        table = source(preview, "")
        if table is not None:
            return questions_about(table, code)[:3]
    text = questions(code)
    return text["overview"], text["missing"], text["columns"]


def questions_about(table: Source, code: str = "en") -> tuple[str, ...]:
    """Up to six: trend, comparison of groups, relation, distribution, missing values, overview."""
    text = questions(code)
    numbers, groups = table.of_kind("number"), table.of_kind("category")
    times = (*table.of_kind("date"), *table.of_kind("year"))
    listed: list[str] = []
    if len(times) == 1 and numbers:
        listed.append(text.say("trend", number=_named(numbers[0])))
    if groups and numbers:
        listed.append(text.say("by_group", number=_named(numbers[-1]), group=_named(groups[0])))
    if len(numbers) > 1:
        listed.append(text.say("relation", y=_named(numbers[-1]), x=_named(numbers[-2])))
    if numbers:
        listed.append(text.say("distribution", number=_named(numbers[0])))
    elif groups:
        listed.append(text.say("counts", group=_named(groups[0])))
    return tuple(dict.fromkeys((*listed, text["missing"], text["overview"], text["columns"])))[:6]


def _named(column: FileColumn) -> str:
    """A name as it can be said: bare where that reads back as the same column, else in backticks."""
    return column.name if re.fullmatch(r"[A-Za-z][\w]*", column.name) else f"`{column.name}`"
