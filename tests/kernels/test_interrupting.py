"""Output arrives while a cell runs; stopping it keeps the variables; what does not obey is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from lci.core.ports import ExecutionFinished, KernelEvent, OutputProduced
from tests.kernels.driving import Driver, Ran

pytestmark = pytest.mark.kernel

SLEEPING = "import time; kept = 41; print('ready', flush=True); time.sleep(60)"


def test_output_arrives_while_the_cell_runs(kernel: Driver) -> None:
    """B15"""
    kernel.start()
    (kernel.slot.work / "seen").unlink(missing_ok=True)

    def seen(event: KernelEvent) -> None:
        if isinstance(event, OutputProduced):
            (kernel.slot.work / "seen").touch()

    # The cell ends only because somebody read its first line while it ran.
    waiting = "import pathlib, time\nprint('early')\nwhile not pathlib.Path('seen').exists(): time.sleep(0.02)"
    done = kernel.thread.call(kernel.ran(waiting + "\nprint('late')", None, seen))
    assert done.status == "ok", done.complaint()
    assert done.text() == "early\nlate\n"


@pytest.mark.parametrize(
    "source",
    [
        SLEEPING,
        "kept = 41\nprint('ready', flush=True)\nwhile True: pass",
        "import asyncio; kept = 41; print('ready', flush=True); await asyncio.sleep(60)",
        "kept = 41\nprint('ready', flush=True)\nwhile True: print('x' * 1000)",
        "kept = 41\nprint('ready', flush=True)\nwhile True: print('x' * 10, flush=True)",
        "from IPython.display import display\nkept = 41\nprint('ready', flush=True)\nwhile True: display('x')",
        "import subprocess; kept = 41; print('ready', flush=True); subprocess.run(['sleep', '60'])",
    ],
    ids=["sleep", "busy", "await", "flood", "flushing-flood", "display-flood", "subprocess"],
)
def test_an_interrupted_cell_ends_without_a_kill_and_keeps_variables(kernel: Driver, source: str) -> None:
    """B2"""
    generation = kernel.kernel.generation
    done = kernel.run("kept = None\n" + source, interrupt_at="ready")
    assert done.status == "interrupted", done.complaint()
    assert not any("interrupts.py" in line for line in done.error.traceback)
    assert kernel.value("kept + 1") == "42"
    assert kernel.kernel.generation == max(1, generation)


def test_the_next_cell_never_receives_the_earlier_interrupt(kernel: Driver) -> None:
    """B3"""
    for number in range(20):
        assert kernel.run(SLEEPING, interrupt_at="ready").status == "interrupted"
        assert kernel.value(str(number)) == str(number)


def test_an_interrupt_at_the_very_end_of_a_cell_hits_no_later_one(kernel: Driver) -> None:
    """B3"""

    async def ended_while_interrupted() -> Ran:
        first = await kernel.ran("print('ready', flush=True)", "ready")
        assert first.status in ("ok", "interrupted")
        return await kernel.ran("import time; time.sleep(0.05); 'through'")

    for _ in range(20):
        second = kernel.thread.call(ended_while_interrupted())
        assert second.status == "ok", second.complaint()


def test_an_interrupt_between_cells_does_nothing(kernel: Driver) -> None:
    """B3"""
    kernel.thread.call(kernel.kernel.interrupt())
    assert kernel.value("1 + 1") == "2"


UNRULY = {
    "except": "import time\nsaid = 0\nwhile True:\n    try:\n        said or print('ready', flush=True); said = 1\n"
    "        time.sleep(1)\n    except BaseException:\n        pass",
    # The first interrupt ends the sleep: what is printed leaves the process only while others may run.
    "gil": "import collections, itertools, time\ntry:\n    print('ready', flush=True)\n    time.sleep(9)\n"
    "except KeyboardInterrupt:\n    collections.deque(itertools.repeat(0), 0)",
    "await": "import asyncio\nsaid = 0\nwhile True:\n    try:\n        said or print('ready', flush=True); said = 1\n"
    "        await asyncio.sleep(60)\n    except BaseException:\n        pass",
}


def test_cells_that_ignore_interrupts_are_killed_and_the_next_cell_is_fine(
    new_kernel: Callable[..., Driver],
) -> None:
    """B3"""
    drivers = {name: new_kernel("off" if name == "except" else "auto") for name in UNRULY}

    async def all_at_once() -> list[tuple[Ran, Ran]]:
        async def one(driver: Driver, source: str) -> tuple[Ran, Ran]:
            return await driver.ran(source, "ready"), await driver.ran("'kept' in dir()")

        return await asyncio.gather(*(one(drivers[name], source) for name, source in UNRULY.items()))

    for died, then in drivers[next(iter(drivers))].thread.call(all_at_once()):
        assert died.status == "died"
        assert died.cause == "unresponsive"
        assert died.text().startswith("ready\n")
        assert then.status == "ok", then.complaint()
    assert {driver.kernel.generation for driver in drivers.values()} == {2}


@pytest.mark.parametrize("verb", ["close", "restart"])
def test_closing_or_restarting_during_a_cell_ends_it(new_kernel: Callable[..., Driver], verb: str) -> None:
    """B2: the reader of a cell is never left waiting for a process that was ended on purpose."""
    driver = new_kernel()

    async def ended() -> ExecutionFinished:
        begun = asyncio.Event()
        task = asyncio.create_task(
            driver.ran("import time\nprint('ready', flush=True)\ntime.sleep(60)", on_event=lambda _: begun.set())
        )
        await begun.wait()
        await getattr(driver.kernel, verb)()
        return (await asyncio.wait_for(task, 10)).finish

    finish = driver.thread.call(ended())
    assert finish.status == "died"
    if verb == "restart":
        assert driver.value("1 + 1") == "2"
