"""A hostile file costs a worker, never the app (B20)."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from lci.core.files import Preview
from lci.workspace.workers import Previews


def run(work: Callable[[Previews], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def whole() -> None:
        previews = Previews(**settings)
        try:
            await work(previews)
        finally:
            previews.close()

    asyncio.run(whole())


def code(found: Preview) -> str | None:
    return found.error.code if found.error else None


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    return path


def test_previews_come_from_another_process(table: Path) -> None:
    """B20."""

    async def work(previews: Previews) -> None:
        found = await asyncio.gather(
            previews.preview(table, "a.csv"), previews.preview(table, "b.csv", 0, delimiter=";")
        )
        assert [each.name for each in found] == ["a.csv", "b.csv"]
        assert found[0].tables[0].head == (("1", "2"),)
        assert found[1].delimiter == ";"
        assert code(await previews.preview(table.parent / "none", "none")) == "file_missing"

    run(work)


def test_a_preview_that_takes_too_long_is_ended_and_the_next_one_works(table: Path) -> None:
    """B20: no file here is really slow; the limit is set to nothing for one call."""
    slow = table.parent / "slow.npy"
    slow.write_bytes(b"\xff\xff\xff\xff" + b"\0" * 100)

    async def work(previews: Previews) -> None:
        assert code(await previews.preview(table, "a.csv")) is None
        previews._seconds = 0.0
        found = await previews.preview(slow, "slow.npy")
        assert (code(found), found.bytes) == ("file_too_slow", 104)
        previews._seconds = 20.0
        assert code(await previews.preview(table, "a.csv")) is None

    run(work)


def test_a_crash_of_the_worker_is_an_error_of_that_file_only(table: Path) -> None:
    """B20."""

    async def work(previews: Previews) -> None:
        assert code(await previews.preview(table, "a.csv")) is None
        assert previews._worker is not None
        os.kill(previews._worker, signal.SIGKILL)
        assert code(await previews.preview(table, "a.csv")) in {"file_unreadable", None}
        assert code(await previews.preview(table, "a.csv")) is None

    run(work)


def test_a_worker_without_memory_says_so(table: Path) -> None:
    """B20."""
    large = table.parent / "large.json"
    with large.open("wb") as file:
        file.write(b"[0")
        for _ in range(50):
            file.write(b",1.5" * 250_000)
        file.write(b"]")

    async def work(previews: Previews) -> None:
        assert code(await previews.preview(large, "large.json")) == "file_unreadable"
        assert code(await previews.preview(table, "a.csv")) is None

    run(work, memory_bytes=300 << 20)


def test_cancelling_ends_the_worker(table: Path) -> None:
    async def work(previews: Previews) -> None:
        assert code(await previews.preview(table, "a.csv")) is None
        first = previews._worker
        task = asyncio.ensure_future(previews.preview(table, "a.csv"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert code(await previews.preview(table, "a.csv")) is None
        assert previews._worker != first

    run(work)
