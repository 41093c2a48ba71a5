"""What each part of a plan could be instead: the choices that can be computed and asked in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import assert_never

from lci.analyst.changing.conditions import condition_drafts
from lci.analyst.changing.drafts import Draft, Setting
from lci.analyst.changing.group_tests import group_test_drafts
from lci.analyst.changing.groups import groups_drafts
from lci.analyst.changing.rows import clusters_drafts, description_drafts, picture_drafts, relation_drafts, rows_drafts
from lci.analyst.changing.summaries import summary_drafts
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.data_words import DataWords
from lci.analyst.joins import BETWEEN_FILES, joined_files
from lci.analyst.plan import Clusters, Description, Groups, GroupTest, Odds, Picture, Plan, Relation, Rows, Summary
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.tables import tables_of
from lci.analyst.telling import phrased
from lci.analyst.telling.phrases import visible
from lci.analyst.writing import shown
from lci.core.files import Preview

#: Files that are offered instead of the one that a plan is of.
_OTHER_FILES = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """What a part could be, in words, and the whole plan with it: as a value, and as the question that asks it."""

    label: str
    question: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a plan by its name, which none of its other parts has, and in words, with what it could be instead."""

    name: str
    label: str
    choices: tuple[Choice, ...]


def changes_of(answer: str, previews: tuple[Preview, ...]) -> tuple[Part, ...]:
    """The parts of the plan that an answer begins with; none where it begins with no plan of one table.

    Of many files the newest few are offered instead.
    """
    named = [preview for preview in previews if shown(visible(preview.name)) in answer]
    newest = [preview for preview in previews if preview not in named][-_OTHER_FILES:]
    # Looked for where one may be meant only: an answer is drawn again and again.
    pairs = [both.preview for both in joined_files((*named, *newest))] if BETWEEN_FILES in answer else []
    joined = [both for both in pairs if shown(visible(both.name)) in answer]
    stated = answer.partition("\n\n")[0]  # what words were read as may follow
    return _changes_of(stated, tuple(table for preview in (*named, *newest, *joined) for table in tables_of(preview)))


@lru_cache(maxsize=16)
def _changes_of(answer: str, tables: tuple[DataWords, ...]) -> tuple[Part, ...]:
    stated = [(table, *read) for table in tables if (read := plan_in_words(answer, table.table)) is not None]
    # Sheets of one file may have the same columns: whose the words are, they do not say.
    return changes(stated[0][1], stated[0][0], stated[0][2], tables) if len(stated) == 1 else ()


def changes(plan: Plan, data: DataWords, code: str, tables: tuple[DataWords, ...] = ()) -> tuple[Part, ...]:
    """The parts of a plan for `data` that could be something else, in the language `code`.

    Each choice compiles, and its question reads back as its plan and no other, also where `tables` are all there are.
    """
    setting = Setting(data, code)
    parts = []
    for draft in (*_drafts(plan, setting), *_of_tables(plan, setting, tables)):
        choices = tuple(dict.fromkeys(_asked(plan, draft, code, tables or (data,))))
        if choices:
            parts.append(Part(draft.name, draft.label, choices))
    return tuple(parts)


def _drafts(plan: Plan, setting: Setting) -> Iterator[Draft]:
    match plan:
        case Summary():
            yield from summary_drafts(plan, setting)
        case Rows():
            yield from rows_drafts(plan, setting)
        case Picture():
            yield from picture_drafts(plan, setting)
        case Relation():
            yield from relation_drafts(plan, setting)
        case Description():
            yield from description_drafts(plan, setting)
        case GroupTest():
            yield from group_test_drafts(plan, setting)
        case Clusters():
            yield from clusters_drafts(plan, setting)
        case Groups():
            yield from groups_drafts(plan, setting)
        case Odds():
            pass
        case _:
            assert_never(plan)
    yield from condition_drafts(plan, setting)


def _of_tables(plan: Plan, setting: Setting, tables: tuple[DataWords, ...]) -> Iterator[Draft]:
    """The same of another table that has the columns."""
    files = dict.fromkeys(table.table.file for table in tables if table.table.file != plan.table)
    choices = tuple(
        (setting.text.say("table", table=shown(visible(file))), replace(plan, table=file)) for file in files
    )
    yield Draft("table", setting.text.say("table", table=shown(visible(plan.table))), choices)


def _asked(plan: Plan, draft: Draft, code: str, tables: tuple[DataWords, ...]) -> Iterator[Choice]:
    """The choices of a draft that can be computed and asked."""
    for label, other in draft.choices:
        question = phrased(other, code)
        reads = [
            (table, read)
            for table in tables
            if table.table.file == other.table and (read := plan_in_words(question, table.table)) is not None
        ]
        if other != plan and [read for _, read in reads] == [(other, code)] and _is_computable(other, reads[0][0]):
            yield Choice(label, question, other)


def _is_computable(plan: Plan, data: DataWords) -> bool:
    try:
        compiled(plan, data.table)
    except NotCompiled:
        return False
    return True
