"""Small tables for questions about wording: columns that repeat, and the plan that a question is understood as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from lci.analyst.reading import understood
from lci.analyst.tables import tables_of
from lci.analyst.telling import phrased
from lci.core.files import NamedValue, Preview
from tests.analyst.asking import brief_preview

ROWS = 120


def of(*values: object) -> list[object]:
    """These values again and again."""
    return [values[at % len(values)] for at in range(ROWS)]


def amounts(first: int, step: int, different: int) -> list[int]:
    """So many different numbers, from `first` on."""
    return [first + at * step % different for at in range(ROWS)]


def write(tables: Mapping[str, Mapping[str, Sequence[object]]], folder: Path) -> Path:
    """Write each table as CSV by its name."""
    for name, columns in tables.items():
        pd.DataFrame(columns).to_csv(folder / name, index=False)
    return folder


@cache
def previewed(path: Path) -> Preview:
    """What is known of a file."""
    return brief_preview(path)


def plan_of(path: Path, questions: str, *named: NamedValue) -> str | None:
    """The plan that the last of them is understood as, in words, without its table; None where it is not one."""
    plans = plans_of(path, questions, *named)
    return plans[0] if len(plans) == 1 else None


def plans_of(path: Path, questions: str, *named: NamedValue) -> list[str]:
    """The plans that the last of them may be understood as, in words, without their table."""
    *before, question = questions.split(" || ")
    plans = understood(question, tables_of(previewed(path), named), tuple(before)).plans
    return [phrased(plan, "en").rpartition(" · table")[0] for plan in plans]
