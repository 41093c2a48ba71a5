"""P18: a page, a sort, a filter of a 1 GB CSV on the Data page after the first look, beside DuckDB alone in one run.

Ours is asked as the page asks, through the worker and its walls, and counts the rows of a query with its first page.
DuckDB alone opens a table that it made of the same file by itself, does the same, and closes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.report import Row, sample
from lci.core.files import Source
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.queries import Query
from lci.runtime.engine import Engine
from lci.ui.view import ROWS
from lci.workspace.queries import QueryPage
from lci.workspace.selection import Contains, OneOf, Order, Range, Selection

BYTES, TIMES, LIMIT = 1 << 30, 5, 1.2
_MADE = """
COPY (
    SELECT
        i AS id, 'customer ' || hash(i) % 100000 AS customer,
        ['north', 'south', 'east', 'west'][1 + (hash(i + 1) % 4)::INT] AS region,
        round(hash(i + 2) % 1000000 / 100, 2) AS amount, (hash(i + 3) % 100)::INT AS quantity,
        DATE '2020-01-01' + (hash(i + 4) % 1500)::INT AS day,
        CASE WHEN hash(i + 5) % 10 > 0 THEN round(hash(i + 6) % 10000 / 1000, 3) END AS score,
        'note number ' || hash(i + 7) AS note
    FROM range({rows}) AS made(i)
) TO '{path}' (HEADER)
"""
_SELECTIONS: dict[str, tuple[Selection, int]] = {
    "a page near the beginning": (Selection("t"), ROWS),
    "a page in the middle": (Selection("t"), 6_000_000),
    "sorted by a number": (Selection("t", order=Order("amount", descending=True)), 0),
    "sorted by a text": (Selection("t", order=Order("customer")), 0),
    "sorted, a page in the middle": (Selection("t", order=Order("amount", descending=True)), 6_000_000),
    "a range": (Selection("t", (Range("amount", 100, 200, closed=False),)), 0),
    "a text within, of one region": (Selection("t", (OneOf("region", ("north",)), Contains("note", "777"))), 0),
}


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as name:
        folder = Path(name)
        csv = folder / "t.csv"
        duckdb.execute(_MADE.format(rows=12_900_000, path=csv))
        assert csv.stat().st_size >= BYTES
        alone, its_seconds = _made_alone(folder, csv)
        engine = Engine(Settings(home=folder / "home", model="builtin-analyst"))
        try:
            with Interpreter(engine=engine) as live:
                live.files.attach_path(csv)
                first = _seconds(lambda: _asked(live, Selection("t"), 0))
                rows = [Row("P18", "1 GB of CSV: the first look", sample([first], "s"), sample([its_seconds], "s"),
                            "DuckDB makes its own table:", "", None)]  # fmt: skip
                return [*rows, *(_row(live, alone, what, *each) for what, each in _SELECTIONS.items())]
        finally:
            engine.close()


def _row(live: Interpreter, alone: Path, what: str, selection: Selection, offset: int) -> Row:
    ours, its, warm = [], [], []
    # Turn by turn, each time another page: what either remembers of the last one answers nothing.
    for turn in range(TIMES):
        at = offset + turn * ROWS
        ours.append(_seconds(lambda at=at: _asked(live, selection, at)))  # type: ignore[misc]
        its.append(_seconds(lambda at=at: _alone(alone, selection, at, counts=at == offset)))  # type: ignore[misc]
    with duckdb.connect(str(alone), read_only=True) as connection:
        for turn in range(TIMES):
            at = offset + turn * ROWS
            warm.append(_seconds(lambda at=at: _page(connection, selection, at)))  # type: ignore[misc]
    mine, reference = sample(ours), sample(its)
    said = f"DuckDB alone ({sample(warm).median:.0f} ms in a connection that is open already):"
    return Row("P18", f"… {what}", mine, reference, said, f"≤ {LIMIT} ×", mine.median <= LIMIT * reference.median)


def _asked(live: Interpreter, selection: Selection, offset: int) -> None:
    query = Query(selection.sql, (("t", Source("t.csv")),), Selection("t", selection.conditions).sql)
    live.wait(lambda _: live.queries.page(query, offset, ROWS) is not None, 600)
    assert isinstance(live.queries.page(query, offset, ROWS), QueryPage)


def _made_alone(folder: Path, csv: Path) -> tuple[Path, float]:
    place = folder / "alone.duckdb"
    with duckdb.connect(str(place)) as connection:
        made = _seconds(lambda: connection.execute(f"CREATE TABLE t AS FROM read_csv('{csv}')"))
    return place, made


def _alone(place: Path, selection: Selection, offset: int, *, counts: bool) -> None:
    with duckdb.connect(str(place), read_only=True) as connection:
        if counts:
            counted = Selection("t", selection.conditions).sql
            connection.execute(f"SELECT count(*) FROM ({counted})").fetchall()
        _page(connection, selection, offset)


def _page(connection: duckdb.DuckDBPyConnection, selection: Selection, offset: int) -> None:
    connection.execute(f"{selection.sql}\nLIMIT {ROWS} OFFSET {offset}").fetchall()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
