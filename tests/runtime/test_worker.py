"""A hostile file costs a process of its own, behind walls, and never the app (B20, B31, B34)."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import psutil
import pytest
from PIL import Image

from lci.core.conversation import IsolationLevel
from lci.core.files import Preview, Reading
from lci.core.privacy.masking import MASK
from lci.errors import FileTooSlow, FileUnreadable
from lci.kernels.enclosing import enclosed
from lci.kernels.limits import ResourceLimits
from lci.runtime.worker import Worker, _Answer
from lci.runtime.worker_process import ANSWER, LENGTH, PROGRESS, SHARE
from lci.workspace.jobs import ColumnValuesJob, PreviewJob, ShrinkJob, asked
from lci.workspace.preview import preview
from lci.workspace.queries import QueryJob, QueryPage
from lci.workspace.statistics import StatisticsJob
from lci.workspace.tables import TableJob
from tests.kernels.ordinary import LEVELS, become_ordinary, why_not


def run(work: Callable[[Worker], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def whole() -> None:
        worker = Worker(**settings)
        try:
            await work(worker)
        finally:
            worker.close()

    asyncio.run(whole())


async def seen(worker: Worker, path: Path, job: PreviewJob | None = None) -> Preview:
    with path.open("rb") as file:
        return await worker.preview(job or PreviewJob(path.name), file)


def code(found: Preview) -> str | None:
    return found.error.code if found.error else None


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    return path


def test_previews_come_from_another_process(table: Path) -> None:
    """B20."""

    async def work(worker: Worker) -> None:
        found = await asyncio.gather(
            seen(worker, table), seen(worker, table, PreviewJob("b.csv", 0, reading=Reading(delimiter=";")))
        )
        assert [each.name for each in found] == ["a.csv", "b.csv"]
        assert found[0].tables[0].head == (("1", "2"),)
        assert found[1].delimiter == ";"

    run(work)


def _files(folder: Path) -> list[Path]:
    """One of nearly every format, each with what its reader opens in its own way."""
    frame = pd.DataFrame({"n": [1, 2, 3], "text": ["a", None, "数据"], "x": [1.5, float("nan"), 1e300]})
    text = frame.to_csv(index=False)
    (folder / "a.csv").write_text(text, "utf-8")
    (folder / "b.csv").write_text(text, "utf-16")
    (folder / "c.csv.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "d.json").write_text(frame.to_json(orient="records"), "utf-8")
    (folder / "e.txt").write_text("only words\n" * 3, "utf-8")
    (folder / "broken.xlsx").write_bytes(b"\0\1\2" * 100)
    (folder / "half.txt").write_bytes(b"a \xed\xa0\x80 b")
    frame.to_excel(folder / "f.xlsx", index=False)
    frame.to_parquet(folder / "g.parquet")
    frame.to_feather(folder / "h.feather")
    frame.to_orc(folder / "i.orc")
    np.save(folder / "j.npy", np.arange(6).reshape(2, 3))
    with closing(sqlite3.connect(folder / "k.sqlite")) as connection:
        frame.to_sql("t", connection, index=False)
    with duckdb.connect(str(folder / "l.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n")
    with zipfile.ZipFile(folder / "m.zip", "w") as archive:
        archive.writestr("x", "1")
        archive.writestr("y", "2")
    with tarfile.open(folder / "n.tar", "w") as tar:
        tar.add(folder / "a.csv", "a.csv")
    Image.new("RGB", (30, 20), "red").save(folder / "o.png")
    return sorted(folder.iterdir())


def test_a_descriptor_shows_what_the_path_shows_in_every_format(tmp_path: Path) -> None:
    """B5, B34: told and read are the same, although the process has nothing but the descriptor."""
    paths = _files(tmp_path)

    async def work(worker: Worker) -> None:
        for path in paths:
            assert repr(await seen(worker, path)) == repr(preview(path, path.name)), path.name

    assert len(paths) == 17
    run(work)


def test_profiles_values_and_small_pictures_come_by_descriptor_too(tmp_path: Path) -> None:
    _files(tmp_path)

    async def work(worker: Worker) -> None:
        for name in ("a.csv", "b.csv", "c.csv.gz", "f.xlsx", "g.parquet"):
            with (tmp_path / name).open("rb") as file:
                values = await worker.run(ColumnValuesJob(name, ("text",)), file)
            assert values is not None
            assert values["text"].without("数据") == MASK, name
        with (tmp_path / "o.png").open("rb") as file:
            small = await worker.run(ShrinkJob("o.png", "image/png", 10), file)
        with Image.open(io.BytesIO(small)) as picture:
            assert max(picture.size) == 10
        with (tmp_path / "a.csv").open("rb") as file:
            assert await worker.run(ShrinkJob("a.csv", "image/png"), file) == b""
            with pytest.raises(FileUnreadable):
                await worker.run(TableJob("a.csv", "t", Reading(encoding="no such")), file)

    run(work)


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_works(table: Path) -> None:
    """B20: no file here is really slow; the patience of one job is nothing."""

    async def work(worker: Worker) -> None:
        assert code(await seen(worker, table)) is None
        with table.open("rb") as file, pytest.raises(FileTooSlow):
            await worker.run(PreviewJob("a.csv"), file, seconds=0.0)
        assert code(await seen(worker, table)) is None

    run(work)


def test_a_crash_is_an_error_of_that_file_only(table: Path) -> None:
    """B20."""

    async def work(worker: Worker) -> None:
        assert code(await seen(worker, table)) is None
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        assert code(await seen(worker, table)) in {"file_unreadable", None}
        assert code(await seen(worker, table)) is None

    run(work)


def test_a_file_that_needs_too_much_memory_says_so(table: Path) -> None:
    """B20."""
    large = table.parent / "large.json"
    with large.open("wb") as file:
        file.write(b"[0")
        for _ in range(50):
            file.write(b",1.5" * 250_000)
        file.write(b"]")

    async def work(worker: Worker) -> None:
        assert code(await seen(worker, large)) == "file_unreadable"
        assert code(await seen(worker, table)) is None

    run(work, memory_bytes=300 << 20)


def test_cancelling_ends_the_process(table: Path) -> None:
    async def work(worker: Worker) -> None:
        assert code(await seen(worker, table)) is None
        first = worker.pid
        task = asyncio.ensure_future(seen(worker, table))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert code(await seen(worker, table)) is None
        assert worker.pid != first

    run(work)


@pytest.mark.parametrize("answer", [b"", b"{}", b"[]", b'{"name": 5}', b"[" * 100_000, b"\xff", b'"' + b"x" * 100])
def test_an_answer_that_is_none_is_an_error_of_that_file(answer: bytes) -> None:
    """A file that took its process over may answer anything."""
    with pytest.raises(FileUnreadable):
        PreviewJob("a.csv").read(answer)
    with pytest.raises(FileUnreadable):
        StatisticsJob("a.csv", "t").read(answer)


def test_an_answer_cannot_name_a_picture_of_another_conversation() -> None:
    image = {"format": "PNG", "width": 1, "height": 1}
    blob = {"digest": "0" * 64, "size": 1, "encoding": "bytes"}
    answer = {"name": "other", "kind": "image", "bytes": 1, "image": image | {"blob": blob}}
    found = PreviewJob("a.png").read(json.dumps(answer).encode())
    assert (found.name, found.image and found.image.blob) == ("a.png", None)


#: What a file that has taken its process over would try: run in its place, with the same walls put up by itself.
_ATTEMPTS = """
import json, os, socket, sys
from lci.runtime import worker_process
plan = json.loads(os.environ["LCI_CONFINEMENT"])
worker_process._confined(plan, [0])
outside, mine = sys.argv[1:]
done = {"descriptor": open("/proc/self/fd/0").read()}
def tried(name, what):
    try:
        what()
    except (OSError, ValueError) as error:
        return
    done[name] = True
tried("secret", lambda: open(outside).read())
tried("outside", lambda: open(os.path.dirname(outside) + "/new", "w"))
tried("users", lambda: open("/etc/passwd").read())
tried("connection", lambda: socket.create_connection(("127.0.0.1", int(mine)), 5))
try:
    # In a network of its own this arrives nowhere.
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(mine)))
except OSError:
    pass
print(json.dumps(done))
"""


@pytest.mark.isolation
@pytest.mark.parametrize("level", [level for level in LEVELS if level != "rlimits"])
def test_behind_its_walls_there_is_nothing_but_the_one_file(tmp_path: Path, level: IsolationLevel) -> None:
    """B34: neither files nor network, also when code of a file runs there."""
    ordinary = level == "landlock"
    if ordinary and (reason := why_not(level)):
        pytest.skip(reason)
    with (
        tempfile.TemporaryDirectory(prefix="lci-test-") as name,
        socket.socket() as listener,
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
    ):
        folder = Path(name)
        folder.chmod(0o777)
        secret, scratch = folder / "config.toml", folder / "scratch"
        secret.write_text("sk-secret", "utf-8")
        secret.chmod(0o666)
        scratch.mkdir()
        scratch.chmod(0o777)
        (folder / "data.csv").write_text("a,b\n", "utf-8")
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        datagrams.bind(listener.getsockname())
        begun = enclosed("lci.runtime.worker_process", level, scratch, ResourceLimits(2 << 30))
        *program, module_flag, module = begun.command
        assert (module_flag, module) == ("-m", "lci.runtime.worker_process")
        with (folder / "data.csv").open("rb") as file:
            done = subprocess.run(
                [*(become_ordinary() if ordinary else ()), *program, "-c", _ATTEMPTS, str(secret),
                 str(listener.getsockname()[1])],
                env=begun.environment | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, stdin=file, capture_output=True,
                text=True, timeout=60, check=False,
            )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        assert json.loads(done.stdout) == {"descriptor": "a,b\n"}
        for each in (listener, datagrams):
            each.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
        with pytest.raises(BlockingIOError):
            datagrams.recv(1)


def test_where_there_is_no_fork_a_process_reads_one_file(table: Path) -> None:
    """B42: as on Windows, where the file is the process's standard input."""
    begun = enclosed("lci.runtime.worker_process", "none", table.parent, ResourceLimits(2 << 30))
    job = PreviewJob("a.csv")
    plan = json.loads(begun.environment["LCI_CONFINEMENT"]) | {"parent": 0}
    with table.open("rb") as file:
        done = subprocess.run(
            [*begun.command, asked(job).decode()], env=begun.environment | {"LCI_CONFINEMENT": json.dumps(plan)},
            stdin=file, capture_output=True, timeout=60, check=True, cwd=Path(sys.prefix),
        )  # fmt: skip
    assert done.stdout.startswith(b"=")
    assert job.read(done.stdout[1 + LENGTH.size :]).tables[0].head == (("1", "2"),)


def test_the_scratch_folder_hides_nothing_wherever_the_app_lies(tmp_path: Path) -> None:
    """An app below `/tmp` found neither its interpreter nor itself there, and no file could be read."""
    command = enclosed("lci.runtime.worker_process", "bubblewrap", tmp_path, ResourceLimits(2 << 30)).command
    [at] = [at for at, word in enumerate(command) if word == "--bind"]
    assert command[at + 1] == str(tmp_path)
    for place in ("/tmp", "/home", "/root", "/opt", "/srv", "/usr", "/var"):
        assert Path(command[at + 2]) not in {Path(place), *Path(place).parents}


def test_how_far_a_long_job_has_come_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n,w\n" + "".join(f"{n},{'x' * 30}\n" for n in range(800_000)))

    async def work(worker: Worker) -> None:
        shares: list[float] = []
        with path.open("rb") as file, (tmp_path / "a.duckdb").open("wb") as target:
            await worker.fetch(TableJob("a.csv", "t"), file, into=target, most=1 << 30, heard=shares.append)
        assert len(shares) > 4
        assert shares == sorted(shares)
        assert 0 <= shares[0] < 0.2 < 0.7 < shares[-1] < 1

    run(work)
    with duckdb.connect(str(tmp_path / "a.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchall() == [(800_000,)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_shares_are_told_apart_from_the_answer_however_they_come(size: int) -> None:
    said = PROGRESS + SHARE.pack(250) + PROGRESS + SHARE.pack(65_000) + ANSWER + LENGTH.pack(4) + b"%=!%"
    shares: list[float] = []
    into = io.BytesIO()
    answer = _Answer(into, io.BytesIO(), 100, shares.append)
    for at in range(0, len(said), size):
        answer.add(said[at : at + size])
    assert (into.getvalue(), answer.whole, shares) == (b"%=!%", True, [0.25, 1.0])


FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="each job has a process of its own")


# --- a child that stays -----------------------------------------------------------------------------------------------


def _table(folder: Path, name: str, rows: int) -> Path:
    (folder / f"{name}.csv").write_text("n\n" + "".join(f"{n}\n" for n in range(rows)))
    return TableJob(f"{name}.csv", name).performed(folder / f"{name}.csv")


async def _first(worker: Worker, table: Path, sql: str, *others: Path, steady: bool = False) -> object:
    """The first cell that a query gives, or the cause of its refusal."""
    with ExitStack() as opened:
        files = [opened.enter_context(path.open("rb")) for path in (table, *others)]
        answer = await worker.run(QueryJob("a.csv", sql, steady=steady), *files)
    return answer.rows[0][0] if isinstance(answer, QueryPage) else answer.facts["cause"]


def _reading(worker: Worker) -> psutil.Process:
    """The process that reads: the newest of those the worker has begun."""
    assert worker.pid is not None
    return max(psutil.Process(worker.pid).children(recursive=True), key=psutil.Process.create_time)


@FORKS
def test_queries_of_the_same_tables_are_answered_by_one_child(tmp_path: Path) -> None:
    """P18: whoever asks again, other tables, or after a failure, gets what a fresh one would say."""
    a, b = _table(tmp_path, "a", 5), _table(tmp_path, "b", 7)

    async def work(worker: Worker) -> None:
        assert await _first(worker, a, "SELECT count(*) FROM a") == 5
        stays = _reading(worker)
        assert await _first(worker, a, "SELECT max(n) FROM a") == 4
        assert _reading(worker) == stays
        assert await _first(worker, b, "SELECT count(*) FROM b") == 7
        assert _reading(worker) != stays
        assert await _first(worker, a, "SELECT count(*) FROM b") == "table"
        assert await _first(worker, a, "SELECT n FROM a ORDER BY n DESC", steady=True) == 4
        assert await _first(worker, a, "SELECT count(*) FROM a JOIN b USING (n)", b) == 5
        assert await _first(worker, a, "SET threads=4") == "statement"
        assert await _first(worker, a, "SELECT min(n) FROM a") == 0
        with (tmp_path / "a.csv").open("rb") as file:
            assert (await worker.preview(PreviewJob("a.csv", 5), file)).tables[0].rows == 5
        assert await _first(worker, a, "SELECT min(n) + 1 FROM a") == 1

    run(work)


@FORKS
def test_a_child_that_stayed_and_is_gone_is_followed_by_another(tmp_path: Path) -> None:
    a = _table(tmp_path, "a", 5)

    async def work(worker: Worker) -> None:
        for _ in range(3):
            assert await _first(worker, a, "SELECT count(*) FROM a") == 5
            _reading(worker).kill()
        Path(_table(tmp_path, "a", 9)).replace(a)
        # Another file in the same place is another table.
        assert await _first(worker, a, "SELECT count(*) FROM a") == 9

    run(work)


@FORKS
def test_a_query_that_is_given_up_leaves_a_worker_that_answers(tmp_path: Path) -> None:
    a = _table(tmp_path, "a", 5)

    async def work(worker: Worker) -> None:
        assert await _first(worker, a, "SELECT count(*) FROM a") == 5
        reading = _reading(worker)
        endless = asyncio.ensure_future(_first(worker, a, "SELECT count(*) FROM range(10000000000000), a"))
        while reading.cpu_times().user < 0.1 and reading.is_running():
            await asyncio.sleep(0.01)
        endless.cancel()
        with pytest.raises(asyncio.CancelledError):
            await endless
        assert await _first(worker, a, "SELECT count(*) FROM a") == 5
        # It ends with its worker, if not at once.
        reading.wait(20)

    run(work)
