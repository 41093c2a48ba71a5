"""P15: how long the built-in analyst takes to understand a question about a table of 3,000 columns."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial

from rapidfuzz import process

from benchmarks.report import Row, sample
from lci.analyst.reading import understood
from lci.analyst.tables import tables_of
from lci.core.files import Column, Preview, Table

COLUMNS, LIMIT, TIMES = 3_000, 50.0, 5
_PARTS = (
    "sales", "profit", "region", "date", "year", "price", "weight", "count", "total", "mean", "speed", "level", "score",
    "rate", "unit", "cost", "group", "class", "type", "code", "value", "index", "north", "south", "east", "west",
)  # fmt: skip


def measure() -> list[Row]:
    """Each question several times on one table, beside a search for its words among the names by rapidfuzz alone."""
    chance = random.Random(1)
    columns = tuple(
        Column(f"{'_'.join(chance.sample(_PARTS, 3))}_{at}", chance.choice(["int64", "float64", "str"]))
        for at in range(COLUMNS)
    )
    table = Table("", 1_000, True, columns, (tuple(1 for _ in columns),) * 3, looked_at=1_000)
    preview = Preview("wide.csv", "table", 1, tables=(table,), reader='pd.read_csv("wide.csv")')
    start = time.perf_counter()
    tables = tables_of(preview)
    once = time.perf_counter() - start
    names = [column.name for column in columns]
    questions = {
        "a count": "how many rows",
        "two columns by name": f"average {names[7]} for each {names[2]}",
        "words that many columns have": "what is the total of price and weight in the north by region and class",
    }
    rows = [Row("P15", "the words of the table, once a file", sample([once]), None, "", "no budget", None)]
    for what, question in questions.items():
        # The first question of a process reads the lexicon.
        understood(question, tables)
        ours = [_seconds(partial(understood, question, tables)) for _ in range(TIMES)]
        raw = [_seconds(partial(_nearest, question, names)) for _ in range(TIMES)]
        is_met = max(ours) * 1000 <= LIMIT
        rows.append(Row("P15", what, sample(ours), sample(raw), "nearest names", f"≤ {LIMIT:.0f} ms", is_met))
    return rows


def _nearest(question: str, names: list[str]) -> None:
    """What rapidfuzz alone takes to look for each of the words among the names."""
    for word in question.split():
        process.extract(word, names)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
