"""Any amount and any kind of text: bounded here, complete on disk, and the next cell works at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from lci.core.outputs import ErrorOutput, settled_text
from tests.kernels.driving import Driver, Ran

pytestmark = pytest.mark.kernel

MEGABYTE = 1_000_000


@pytest.fixture
def growth() -> Callable[[], int]:
    process = psutil.Process()
    before = process.memory_info().rss
    return lambda: process.memory_info().rss - before


@pytest.fixture
def usable_afterwards(kernel: Driver) -> Iterator[None]:
    yield
    done = kernel.fine("'next'")
    assert done.streams == []


def spooled(kernel: Driver, done: Ran) -> str:
    assert done.spool is not None
    return (kernel.slot.spool / done.spool).read_text("utf-8")


FLOODS = {
    "one-print": ("print('a' * 50_000_000 + 'b' * 50_000_000)", 100_000_001),
    "small-prints": ("for n in range(1_000_000): print(n % 10)", 2_000_000),
    "flushed": ("for n in range(100_000): print(f'{n:09d}', flush=True)", 1_000_000),
    "base64": ("import base64, os; print(base64.b64encode(os.urandom(30_000_000)).decode())", 40_000_001),
    "descriptor": ("import subprocess; subprocess.run(['head', '-c', '3000000', '/dev/zero'])", 3_000_000),
}


@pytest.mark.usefixtures("usable_afterwards")
@pytest.mark.parametrize("flood", FLOODS)
def test_huge_text_keeps_head_and_tail_and_the_exact_rest_on_disk(
    kernel: Driver, flood: str, growth: Callable[[], int]
) -> None:
    """B13"""
    source, total = FLOODS[flood]
    kernel.start()
    done = kernel.fine(source)
    assert growth() < 60 * MEGABYTE
    text = done.text()
    if flood != "descriptor":  # what a program wrote may come after the cell's end
        assert len(text) + done.omitted == total
        whole = spooled(kernel, done)
        assert len(whole) == total
        assert whole.startswith(text[:1000])
        assert whole.endswith(text[-1000:])
    assert done.omitted > 0.4 * MEGABYTE


@pytest.mark.usefixtures("usable_afterwards")
def test_an_error_comes_after_the_last_of_what_was_printed(kernel: Driver) -> None:
    """B13: as in a terminal, whatever was left out before."""
    kernel.start()
    done = kernel.run("for n in range(200_000): print(n)\n1/0")
    assert done.omitted and isinstance(done.outputs[-1], ErrorOutput)
    assert done.outputs[-2].text.endswith("199999\n")
    assert len(done.text()) + done.omitted == sum(len(f"{n}\n") for n in range(200_000))


def test_an_error_within_a_print_shows_no_code_of_the_app(kernel: Driver) -> None:
    kernel.start()
    done = kernel.run("import sys\nsys.stdout.write(3)")
    assert done.error.ename == "TypeError"
    assert "streams.py" not in "".join(done.error.traceback)


@pytest.mark.usefixtures("usable_afterwards")
def test_a_cell_that_shows_errors_itself_gets_no_more_room(kernel: Driver) -> None:
    """B13"""
    kernel.start()
    source = (
        "for again in range(40):\n    print('x' * 1_000_000)\n    try: 1/0\n"
        "    except ZeroDivisionError: get_ipython().showtraceback()\nprint('last')"
    )
    done = kernel.fine(source)
    assert len(done.text()) < MEGABYTE
    assert done.text().endswith("last\n")


@pytest.mark.usefixtures("usable_afterwards")
@pytest.mark.parametrize(
    "source",
    [
        "for n in range(5_000): display(n)",
        "handle = display(0, display_id=True)\nfor n in range(20_000): handle.update(n)",
        "from IPython.display import clear_output\nfor n in range(3_000):\n    clear_output(wait=True); print(n)",
    ],
    ids=["displays", "updates", "clearings"],
)
def test_floods_of_displays_are_bounded_and_end_in_the_last_state(
    kernel: Driver, source: str, growth: Callable[[], int]
) -> None:
    """B13"""
    kernel.start()
    done = kernel.fine(source)
    assert len(done.shown) <= 500
    if "range(5_000)" in source:
        assert len(done.shown) == 500
        assert "4,500 further displays left out" in done.text("stderr")
    elif "update" in source:
        assert done.updates[-1].data["text/plain"] == "19999"
    else:
        assert done.text().endswith("2999\n")
    assert growth() < 60 * MEGABYTE


@pytest.mark.usefixtures("usable_afterwards")
def test_nothing_is_lost_while_the_app_reads_nothing(kernel: Driver) -> None:
    """B13: a busy machine may keep the app from reading for seconds."""
    kernel.start()
    source = (
        "from IPython.display import clear_output\nfor n in range(3_000):\n    clear_output(wait=True); print(n)\n"
        "import sys; sys.stdout.flush(); open('written', 'w').close()"
    )

    def wait(_: object) -> None:
        deadline, pause = time.monotonic() + 50, threading.Event()
        while not (kernel.slot.work / "written").exists():
            assert time.monotonic() < deadline
            pause.wait(0.05)

    done = kernel.thread.call(kernel.ran(source, on_event=wait))
    assert done.status == "ok"
    assert [int(line) for line in done.text().splitlines()] == [*range(3_000)]
    assert len(done.clearings) == 3_000


@pytest.mark.usefixtures("usable_afterwards")
def test_an_oversize_display_does_not_reach_this_process(kernel: Driver, growth: Callable[[], int]) -> None:
    """B13"""
    done = kernel.fine("display({'text/html': 'x' * 100_000_000}, raw=True)")
    assert [list(output.data) for output in done.shown] == [["text/plain"]]
    done = kernel.fine("class Big:\n    def _repr_html_(self): return 'x' * 100_000_000\nBig()")
    assert [list(output.data) for output in done.shown] == [["text/plain"]]
    assert growth() < 60 * MEGABYTE


@pytest.mark.usefixtures("usable_afterwards")
def test_an_endless_error_is_shortened(kernel: Driver, growth: Callable[[], int]) -> None:
    """B13"""
    done = kernel.run("raise ValueError('x' * 50_000_000)")
    assert done.status == "error"
    assert len(done.error.evalue) < 100_000
    assert growth() < 60 * MEGABYTE


def test_an_error_after_many_displays_is_told(kernel: Driver) -> None:
    """B6"""
    done = kernel.run("for n in range(700): display(n)\n1 / 0")
    assert done.status == "error"
    assert done.error.ename == "ZeroDivisionError"


@pytest.mark.parametrize(
    "source",
    [
        "print('\\ud800')",
        "print('\\udc80')",
        "display({'text/plain': '\\ud800'}, raw=True)",
        "raise ValueError('\\ud800')",
        "raise ValueError('\\udc80')",
        "class A:\n    def __repr__(self): return 'r\\ud800'\nA()",
    ],
)
def test_a_lone_surrogate_loses_nothing_else(kernel: Driver, source: str) -> None:
    """B13"""
    done = kernel.run(source)
    assert done.status == ("error" if "raise" in source else "ok"), done.complaint()
    assert done.outputs
    assert "Traceback" not in done.text("stderr")
    assert kernel.value("1 + 1") == "2"


def test_bytes_of_programs_and_descriptors_are_captured(kernel: Driver) -> None:
    """B13"""
    assert "\ufffd" in until(kernel, "import os; os.write(1, b'bad \\xff\\xfe end\\n')", "end")
    until(kernel, "import subprocess; subprocess.run(['echo', 'from a program'])", "from a program")
    until(kernel, "import subprocess, sys; subprocess.run(['echo', 'given'], stdout=sys.stdout)", "given")


def until(kernel: Driver, source: str, wanted: str) -> str:
    """The text of a cell that waits in the kernel until its program's output was read."""
    text = kernel.fine(f"{source}\nimport time; time.sleep(0.5)").text()
    assert wanted in text
    return text


def test_closing_stdout_does_not_silence_the_next_cell(kernel: Driver) -> None:
    """B13"""
    kernel.run("import sys; sys.stdout.close()")
    assert kernel.fine("print('still here')").text() == "still here\n"


def test_stderr_is_told_apart(kernel: Driver) -> None:
    """B14"""
    done = kernel.fine("import sys; print('out'); print('err', file=sys.stderr)")
    assert (done.text("stdout"), done.text("stderr")) == ("out\n", "err\n")


def test_progress_settles_to_its_last_line(kernel: Driver) -> None:
    """B14"""
    done = kernel.fine("for n in range(100): print(f'\\r{n}%', end='', flush=True)")
    assert settled_text(done.text()) == "99%"


@pytest.mark.parametrize("source", ["input('name? ')", "import getpass; getpass.getpass()"])
def test_asking_the_user_fails_at_once(kernel: Driver, source: str) -> None:
    """B25"""
    done = kernel.run(source)
    assert done.status == "error"
    assert done.error.ename == "StdinNotImplementedError"


def test_reading_stdin_in_a_program_ends_at_once(kernel: Driver) -> None:
    """B25"""
    assert kernel.value("import subprocess; subprocess.run(['cat']).returncode") == "0"


def test_help_text_is_shown(kernel: Driver) -> None:
    assert "Return the number of items" in kernel.fine("len?").text()


def test_one_floods_while_the_other_answers(kernel: Driver, new_kernel: Callable[..., Driver]) -> None:
    """B32"""
    import asyncio

    quiet = new_kernel()
    quiet.start()

    async def both() -> Ran:
        begun = asyncio.Event()
        flood = asyncio.create_task(
            kernel.ran("print('ready', flush=True)\nwhile True: print('x' * 10_000)", None, lambda _: begun.set())
        )
        await begun.wait()
        for number in range(10):
            done = await quiet.ran(str(number))
            assert [output.data["text/plain"] for output in done.shown] == [str(number)]
        assert not flood.done()
        await kernel.kernel.interrupt()
        return await flood

    assert kernel.thread.call(both()).status == "interrupted"
