"""One loop thread for all kernels; one kernel for each module unless a test wants its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from lci.kernels.isolation import Policy, probe
from tests.kernels.driving import Driver, LoopThread, short_folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    found = probe()
    if found.works:
        return
    for item in items:
        if item.get_closest_marker("isolation"):
            item.add_marker(pytest.mark.skip(reason=f"bubblewrap does not work here: {found.reason}"))


@pytest.fixture(scope="session")
def loop_thread() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.end()


def _drivers(thread: LoopThread) -> Iterator[Callable[..., Driver]]:
    made: list[Driver] = []

    def make(policy: Policy = "auto") -> Driver:
        made.append(Driver(thread, short_folder(), policy))
        return made[-1]

    yield make
    for driver in made:
        driver.close()
        shutil.rmtree(driver.root)


@pytest.fixture
def new_kernel(loop_thread: LoopThread) -> Iterator[Callable[..., Driver]]:
    yield from _drivers(loop_thread)


@pytest.fixture(scope="module")
def kernel(loop_thread: LoopThread) -> Iterator[Driver]:
    for make in _drivers(loop_thread):
        yield make()
