"""A kernel that ends is noticed soon, says why, keeps what was printed, and the next cell works."""

from __future__ import annotations

import pytest

from tests.kernels.driving import Driver

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def plain_kernel(loop_thread, request):  # type: ignore[no-untyped-def]
    from tests.kernels.conftest import _drivers

    for make in _drivers(loop_thread):
        yield make("off")


DEATHS = {
    "exit-code": ("import os; os._exit(3)", "exited", 3),
    "segfault": ("import ctypes; ctypes.string_at(0)", "crashed", -11),
    "abort": ("import os; os.abort()", "crashed", -6),
    "kill": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed", -9),
    "term": ("import os, signal; signal.signal(15, signal.SIG_DFL); os.kill(os.getpid(), 15)", "killed", -15),
}


@pytest.mark.parametrize("which", ["kernel", "plain_kernel"])
@pytest.mark.parametrize("death", DEATHS)
def test_a_death_names_its_cause_and_the_next_cell_works(
    which: str, death: str, request: pytest.FixtureRequest
) -> None:
    """B4"""
    driver: Driver = request.getfixturevalue(which)
    source, cause, code = DEATHS[death]
    driver.start()
    generation = driver.kernel.generation
    done = driver.run(f"before = 1\nprint('partial')\nimport time; time.sleep(0.4)\n{source}")
    assert done.status == "died"
    assert done.text() == "partial\n"
    assert done.cause == cause
    assert done.finish.problem is not None
    assert done.finish.problem.facts["exit_code"] == code
    assert driver.kernel.facts is None
    assert driver.value("'before' in dir()") == "False"
    assert driver.kernel.generation == generation + 1
    assert driver.kernel.facts is not None


def test_a_flushed_print_right_before_a_crash_is_kept_or_the_death_is_still_told(kernel: Driver) -> None:
    """B4: what the sending thread had no time for is lost with the process; the death is told all the same."""
    done = kernel.run("print('last words', flush=True)\nimport os; os._exit(1)")
    assert done.status == "died"
    assert done.text() in ("", "last words\n")


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("exit()", "ok"),
        ("quit()", "ok"),
        ("import sys; sys.exit()", "ok"),
        ("import sys; print('a'); sys.exit(0); print('b')", "ok"),
        ("raise SystemExit", "ok"),
        ("exit(2)", "error"),
        ("import sys; sys.exit(3)", "error"),
        ("import sys; sys.exit('no data')", "error"),
    ],
)
def test_leaving_politely_ends_the_cell_and_keeps_variables(kernel: Driver, source: str, status: str) -> None:
    """B4: what names no failure is none; what follows in the cell does not run."""
    kernel.fine("kept = 5")
    generation = kernel.kernel.generation
    done = kernel.run(source)
    assert done.status == status, done.complaint()
    assert done.text() == ("a\n" if "print" in source else "")
    assert kernel.value("kept") == "5"
    assert kernel.kernel.generation == generation


def test_bare_exit_explains_itself(kernel: Driver) -> None:
    """B4"""
    assert "keeps running" in kernel.value("exit")


def test_a_death_between_cells_shows_in_the_facts_and_the_next_cell_starts_anew(kernel: Driver) -> None:
    """B4"""
    kernel.fine("import threading, os; threading.Timer(0.2, os._exit, (1,)).start()")
    kernel.thread.call(_gone(kernel))
    assert kernel.kernel.facts is None
    assert kernel.value("1 + 1") == "2"


async def _gone(driver: Driver) -> None:
    import asyncio

    async with asyncio.timeout(10):
        while driver.kernel.facts is not None:
            await asyncio.sleep(0.02)
