"""macOS and Windows as far as they can be had here: real kernels, started and ended as those systems would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lci.kernels.platforms import Platform, System
from tests.kernels.driving import Driver, LoopThread, short_folder

pytestmark = pytest.mark.kernel


@pytest.fixture(params=["macos", "windows"])
def elsewhere(request: pytest.FixtureRequest, loop_thread: LoopThread) -> Iterator[Driver]:
    """A plain kernel with that system's transport, interrupts and parent."""
    system: System = request.param
    driver = Driver(loop_thread, short_folder(), "off", platform=Platform(system))
    yield driver
    driver.close()


def test_cells_run_and_variables_stay(elsewhere: Driver) -> None:
    """B42"""
    elsewhere.fine("x = 20")
    assert elsewhere.value("x + 1") == "21"
    assert elsewhere.run("1/0").error.ename == "ZeroDivisionError"


def test_a_cell_is_interrupted_and_the_next_one_works(elsewhere: Driver) -> None:
    """B2, B42"""
    done = elsewhere.run("kept = 1; print('ready', flush=True)\nwhile True: pass", interrupt_at="ready")
    assert done.status == "interrupted", done.complaint()
    assert elsewhere.value("kept") == "1"


def test_a_death_is_noticed_and_the_kernel_comes_back(elsewhere: Driver) -> None:
    """B4, B42"""
    assert elsewhere.run("import os; os._exit(1)").cause == "exited"
    assert elsewhere.value("1 + 1") == "2"


def test_closing_leaves_no_process(loop_thread: LoopThread) -> None:
    """B33, B42"""
    for system in ("macos", "windows"):
        driver = Driver(loop_thread, short_folder(), "off", platform=Platform(system))
        pid = int(driver.value("import os; os.getpid()"))
        driver.close()
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_windows_talks_over_ports_and_needs_no_fork() -> None:
    """B42"""
    windows, macos = Platform("windows"), Platform("macos")
    assert windows.transport(Path("x")) == {}
    assert macos.transport(Path("x"))["transport"] == "ipc"
    assert not windows.has_supervisor
    assert macos.has_supervisor
