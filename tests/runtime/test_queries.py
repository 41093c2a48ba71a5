"""Queries of a live conversation: every row of its files, read once for each state of a file (P18, B34, B35)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pandas as pd
import psutil
import pytest

from lci.core.files import NamedValue, Source
from lci.core.parquet_folders import folder_tables
from lci.errors import Problem
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.queries import Query
from lci.runtime.conversation.stored_tables import StoredTables
from lci.runtime.engine import Engine
from lci.runtime.worker import Worker
from lci.testing.scripted import ScriptedKernel, ScriptedModel
from lci.workspace.column_facts import TableFacts
from lci.workspace.queries import QueryPage
from lci.workspace.workspace import Workspace
from tests.runtime.conftest import behaviour

T = TypeVar("T")
ENDLESS = Query(
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range < b.range", (("t", Source("t.csv")),)
)
ROWS = "a,b\n" + "".join(f"{n},{n % 3}\n" for n in range(300))


@pytest.fixture
def live(home: Path) -> Iterator[Interpreter]:
    engine = Engine(
        Settings(home=home, model="builtin-analyst"),
        make_kernel=lambda workspace, settings, blobs: ScriptedKernel(behaviour),
        make_model=lambda model_id: ScriptedModel([]),
    )
    made = Interpreter(engine=engine)
    made.files.attach_bytes("t.csv", ROWS.encode())
    yield made
    engine.close()


def answered(live: Interpreter, ask: Callable[[], T | None]) -> T:
    """What is asked for, once it is there."""
    live.wait(lambda _: ask() is not None, 60)
    answer = ask()
    assert answer is not None
    return answer


def page(live: Interpreter, sql: str, *files: str, offset: int = 0) -> QueryPage | Problem:
    tables = tuple((name.partition(".")[0], Source(name)) for name in files or ("t.csv",))
    return answered(live, lambda: live.queries.page(Query(sql, tables), offset, 100))


def stored(live: Interpreter) -> list[Path]:
    return sorted((live.workspace.root / "tables").glob("*"))


def test_every_row_is_reached_page_by_page(live: Interpreter) -> None:
    """P18."""
    pages = [page(live, "FROM t", offset=at) for at in (0, 100, 200)]
    rows = [row for each in pages if isinstance(each, QueryPage) for row in each.rows]
    assert rows == [(n, n % 3) for n in range(300)]
    assert [each.total for each in pages if isinstance(each, QueryPage)] == [300, 300, 300]


def test_while_a_large_file_is_read_it_is_said_how_far(live: Interpreter) -> None:
    """P18: the first look takes a while; what is said of it is there only as long as it lasts."""
    live.files.attach_bytes("large.csv", b"n,w\n" + b"".join(b"%d,%s\n" % (n, b"x" * 30) for n in range(800_000)))
    shares = set()

    def seen(_: object) -> bool:
        shares.add(live.queries.progress("large.csv"))
        return live.queries.facts("large", Source("large.csv")) is not None

    while not live.wait(seen, 0.02):
        pass
    assert len(shares - {None}) > 2
    assert live.queries.progress("large.csv") is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each job has a process of its own")
def test_pages_one_after_the_other_are_answered_by_one_process(live: Interpreter) -> None:
    """P18: what opening a table takes is spent once."""
    seen = set()
    for offset in range(5):
        assert isinstance(page(live, "SELECT * FROM t", offset=offset), QueryPage)
        worker = live.engine.queries.pid
        assert worker is not None
        seen.add(max(psutil.Process(worker).children(recursive=True), key=psutil.Process.create_time))
    assert len(seen) == 1


def test_a_file_is_read_once_and_again_when_it_changed(live: Interpreter) -> None:
    assert isinstance(page(live, "FROM t"), QueryPage)
    first = stored(live)
    assert isinstance(page(live, "SELECT sum(a) FROM t"), QueryPage)
    assert stored(live) == first and len(first) == 1
    status = (live.workspace.work / "t.csv").stat()
    (live.workspace.work / "t.csv").write_text(ROWS.replace("299,2", "999,2"), "utf-8")
    # Code may set the times of a file as it likes.
    os.utime(live.workspace.work / "t.csv", ns=(status.st_atime_ns, status.st_mtime_ns))
    found = page(live, "SELECT max(a) FROM t")
    assert isinstance(found, QueryPage)
    assert found.rows == ((999,),)


def test_the_tables_lie_where_no_kernel_reaches(live: Interpreter) -> None:
    """B34."""
    page(live, "FROM t")
    (table,) = stored(live)
    assert table.stat().st_mode & 0o077 == 0 and table.parent.stat().st_mode & 0o077 == 0
    assert not any(
        table.is_relative_to(bound) for bound in (live.workspace.work, live.workspace.home, live.workspace.overlay)
    )


def test_files_are_joined(live: Interpreter) -> None:
    live.files.attach_bytes("other.csv", b"b,label\n0,none\n1,one\n2,two\n")
    found = page(live, "SELECT label, count(*) FROM t JOIN other USING (b) GROUP BY 1 ORDER BY 1", "t.csv", "other.csv")
    assert isinstance(found, QueryPage)
    assert found.rows == (("none", 100), ("one", 100), ("two", 100))


def test_a_query_reaches_no_file_of_the_machine_even_where_duckdb_would(live: Interpreter, home: Path) -> None:
    """B34."""
    for sql in (f"FROM read_text('{home}/*')", "FROM read_text('/proc/self/environ')", "FROM glob('/proc/self/fd/*')"):
        found = page(live, sql)
        assert isinstance(found, Problem)
        assert (found.code, found.facts["cause"]) == ("query_refused", "permission")


def test_a_file_that_is_gone_or_no_table_is_a_sentence(live: Interpreter) -> None:
    live.files.attach_bytes("n.txt", b"only words here\nand there\n")
    for name, code in (("n.txt", "file_unreadable"), ("nowhere.csv", "file_missing")):
        found = page(live, "SELECT 1", name)
        assert isinstance(found, Problem)
        assert found.code == code


def test_what_stands_above_columns_comes_with_the_call_that_was_told(live: Interpreter) -> None:
    facts = answered(live, lambda: live.queries.facts("t", Source("t.csv")))
    assert isinstance(facts, TableFacts)
    assert (facts.rows, facts.reader) == (300, 'pd.read_csv("t.csv")')
    assert [bar.rows for bar in facts.columns[1].bars] == [100, 100, 100]


def test_all_rows_of_a_query_are_a_file_for_who_has_its_token(live: Interpreter) -> None:
    query = Query("SELECT a FROM t WHERE b = 0", (("t", Source("t.csv")),))
    with live.queries.written(live.queries.result(query), "csv") as file:  # type: ignore[union-attr]
        assert file.read().split() == [b"a", *(str(n).encode() for n in range(0, 300, 3))]
    assert live.queries.result(query) == live.queries.result(query)
    assert live.queries.written("0" * 32, "csv") is None


def test_a_query_that_is_left_keeps_no_other_waiting(live: Interpreter) -> None:
    """B2: another one is run in its place, and it is asked anew by whoever comes back."""
    page(live, "FROM t")
    assert live.queries.page(ENDLESS, 0, 100) is None
    live.queries.leave(ENDLESS)
    assert isinstance(page(live, "SELECT 2 FROM t"), QueryPage)
    assert live.queries.page(ENDLESS, 0, 100) is None
    live.queries.leave(ENDLESS)


def test_a_word_of_the_first_question_is_looked_up_though_nothing_runs_yet(live: Interpreter) -> None:
    """B58: the file is read, and a process started, before the moment of the lookup begins."""
    towns = "town,n\n" + "".join(f"town {n},{n}\n" for n in range(200_000))
    live.files.attach_bytes("towns.csv", towns.encode())
    assert live.engine.queries.pid is None
    found = live.engine.call(live.queries.named_values("towns.csv", ("town 77777",)))
    assert found == (NamedValue("town", "town 77777"),)


def test_a_lookup_that_is_cancelled_leaves_what_it_waited_for_to_the_next(live: Interpreter) -> None:
    """A process that is ended with each question would have to begin with each."""
    begun = live.engine.post(live.queries.named_values("t.csv", ("2",)))
    live.wait(lambda _: live.engine.whole_files.pid is not None, 60)
    process = live.engine.whole_files.pid
    begun.cancel()
    assert live.engine.call(live.queries.named_values("t.csv", ("nothing",))) == ()
    assert live.engine.whole_files.pid == process


def test_after_a_stop_words_are_looked_up_again(live: Interpreter) -> None:
    live.files.attach_bytes("towns.csv", ("town,n\n" + "".join(f"town {n},{n}\n" for n in range(200_000))).encode())
    begun = live.engine.post(live.queries.named_values("towns.csv", ("town 77777",)))
    live.wait(lambda _: live.engine.whole_files.pid is not None, 60)
    live.queries.stop()
    begun.result(60)
    found = live.engine.call(live.queries.named_values("towns.csv", ("town 77777",)))
    assert found == (NamedValue("town", "town 77777"),)


def test_what_is_stopped_is_said_and_can_be_asked_again(live: Interpreter) -> None:
    """B2."""
    page(live, "FROM t")
    assert live.queries.page(ENDLESS, 0, 100) is None
    live.queries.stop()
    found = answered(live, lambda: live.queries.page(ENDLESS, 0, 100))
    assert isinstance(found, Problem)
    assert found.facts["cause"] == "stopped"
    assert isinstance(page(live, "SELECT 1 FROM t"), QueryPage)


def test_tables_used_longest_ago_go_when_they_take_too_much(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.create()

    async def sizes(budget: int) -> list[int]:
        worker = Worker()
        tables = StoredTables(worker, workspace, budget)
        try:
            for name in ("a", "b", "c"):
                (workspace.work / f"{name}.csv").write_text(f"{name}\n1\n")
                (await tables.open(name, Source(f"{name}.csv"))).close()
            return [each.stat().st_size for each in (tmp_path / "tables").iterdir()]
        finally:
            worker.close()

    one, *others = asyncio.run(sizes(1 << 30))
    assert len(others) == 2
    assert len(asyncio.run(sizes(2 * one))) == 2


def test_a_cell_of_the_person_is_a_turn_that_no_model_answers(live: Interpreter) -> None:
    """B19: it stands in the log as any other, the model is told of it, and it says who wrote it."""
    live.cells.keep("print(1)", "Rows of t.csv, by SQL")
    live.wait(lambda now: bool(now.turns) and now.running is None and not live.busy, 20)
    (turn,) = live.snapshot().turns
    assert (turn.prompt, turn.ending, turn.model, turn.attachments) == ("Rows of t.csv, by SQL", "done", "", ("t.csv",))
    (cell,) = turn.cells
    assert (cell.source, cell.author, cell.status, cell.revisions) == ("print(1)", "person", "ok", ())
    assert live.snapshot().title == "Rows of t.csv, by SQL"


def test_the_model_is_told_of_a_cell_of_the_person(live: Interpreter) -> None:
    """B6."""
    from lci.agent.prompts.phrases import ModelPhrases
    from lci.core.transcript.building import transcript

    live.cells.keep("print(12345)", "Rows")
    live.wait(lambda now: bool(now.turns) and now.running is None and not live.busy, 20)
    told = repr(transcript(live.snapshot(), "system", ModelPhrases()))
    assert "print(12345)" in told


def test_a_folder_of_parquet_files_is_one_table_however_many(live: Interpreter, tmp_path: Path) -> None:
    """B20: more parts than one message to the worker can carry; the folder keeps its name, which the call needs."""
    for part in range(300):
        file = tmp_path / f"sales/year={2000 + part // 30}/part-{part:03d}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame({"n": [part, -part]}).to_parquet(file, index=False)
    came = live.files.attach(tmp_path / "sales")
    assert {file.name.partition("/")[0] for file in came.files} == {"sales"}
    assert live.wait(lambda now: all(each.preview is not None for each in now.files.values()), 120)
    (folder,) = folder_tables(live.snapshot().files)
    longer = answered(live, lambda: live.files.preview("sales", 1000))
    assert (longer.tables[0].rows, longer.tables[0].head[-1]) == (600, (-299, 2009))
    query = Query("SELECT year, count(*), max(n) FROM sales GROUP BY year ORDER BY year", (("sales", folder.source),))
    result = answered(live, lambda: live.queries.page(query, 0, 100))
    assert isinstance(result, QueryPage), result
    assert result.rows == tuple((2000 + at, 60, 30 * at + 29) for at in range(10))
    live.files.remove("sales/year=2000/part-000.parquet")
    (folder,) = folder_tables(live.snapshot().files)
    result = answered(live, lambda: live.queries.page(Query("FROM sales", (("sales", folder.source),)), 0, 100))
    assert isinstance(result, QueryPage)
    assert (result.total, result.rows[0]) == (598, (1, 2000))
