"""Cells that go wrong on purpose: the person sees a plain end, the app stays, and the next cell works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lci.core.conversation import LocalIsolation
from lci.kernels.limits import ResourceLimits
from tests.examples import halved
from tests.kernels.ordinary import LEVELS, Ordinary, why_not

pytestmark = [pytest.mark.kernel, pytest.mark.alone]

#: Small ones: whatever a cell tries here must not be felt by the machine.
LIMITS = ResourceLimits(memory_bytes=600 << 20, processes=64, file_bytes=1 << 30, workspace_bytes=300 << 20)


@pytest.fixture(scope="module", params=LEVELS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Ordinary]:
    level: LocalIsolation = request.param
    if reason := why_not(level):
        pytest.skip(f"no {level} here: {reason}")
    made = Ordinary(level, LIMITS)
    yield made
    made.close()


def works(kernel: Ordinary) -> None:
    """The next cell, whatever the last one did to names it uses."""
    done = kernel.run("import sys; sys.stdout.write(str(1 + 1))")
    assert (done.status, done.text) == ("ok", "2"), done


SMALL_PIECES = "memory in small pieces"
#: What the cell does, and the error the person reads.
ERRORS = {
    "forks without end": ("import os\nwhile True: os.fork()", "BlockingIOError"),
    "programs without end": (
        "import subprocess\nstarted = []\nwhile True: started.append(subprocess.Popen(['sleep', '300']))",
        "BlockingIOError",
    ),
    "memory without end": ("kept = []\nwhile True: kept.append('a' * 10**8)", "MemoryError"),
    SMALL_PIECES: ("kept = []\nwhile True: kept.append(bytearray(1000))", "MemoryError"),
    "one huge array": ("import numpy as np; np.ones(10**10)", "MemoryError"),
    "a huge sparse file": ("with open('sparse', 'wb') as f: f.truncate(50 * 10**9)", "OSError: [Errno 27]"),
}
TIDIED = (
    "import os\nfor process in globals().get('started', []): process.kill(); process.wait()\n"
    "started, kept = [], []\nif os.path.exists('sparse'): os.unlink('sparse')"
)


@pytest.mark.parametrize("what", halved(ERRORS))
def test_too_much_is_an_error_that_keeps_the_kernel(kernel: Ordinary, what: str) -> None:
    """B33"""
    source, told = ERRORS[what]
    generation = kernel.run("1").generation
    done = kernel.run(source)
    if what == SMALL_PIECES and done.status == "died":
        # With the last byte taken, Python may not even tell it: then that is said, and the next cell has a kernel.
        assert done.error.startswith(told), done
        works(kernel)
        return
    assert (done.status, done.error[: len(told)]) == ("error", told), done
    works(kernel)
    kernel.fine(TIDIED)
    assert kernel.run("1").generation == generation


def test_memory_in_many_processes_ends_the_kernel_and_says_so(kernel: Ordinary) -> None:
    """B33: each of them stays below the limit for one."""
    # What earlier cells freed may still count for the process.
    kernel.restart()
    done = kernel.run(
        "import os, signal\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        held = b'x' * (200 << 20); signal.pause()\nsignal.pause()"
    )
    assert (done.status, done.cause) == ("died", "memory_limit")
    assert done.facts["limit"] == LIMITS.memory_bytes // 10**6
    assert done.facts["memory_mb"] > done.facts["limit"]
    assert f"{done.facts['limit']:,} MB are allowed" in done.sentence
    works(kernel)


def test_files_without_end_end_the_kernel_and_a_full_workspace_can_be_tidied(kernel: Ordinary) -> None:
    """B33"""
    done = kernel.run("n = 0\nwhile True:\n    n += 1\n    with open(f'part{n}', 'wb') as f: f.write(bytes(10**7))")
    assert (done.status, done.cause) == ("died", "disk_limit")
    assert "Delete" in done.sentence
    # Long enough to be looked at: what is not growing is let be.
    done = kernel.run("import threading; threading.Event().wait(1.5); print('kept')")
    assert (done.status, done.text) == ("ok", "kept\n"), done
    kernel.fine("import glob, os\nfor name in glob.glob('part*'): os.unlink(name)")
    works(kernel)


def test_forks_that_swallow_every_error_can_be_stopped(kernel: Ordinary) -> None:
    """B3, B33"""
    done = kernel.run(
        "import os\nprint('go', flush=True)\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        interrupt_at="go",
    )
    assert done.status in ("interrupted", "died"), done
    works(kernel)


def test_a_library_that_holds_the_interpreter_is_ended(kernel: Ordinary) -> None:
    """B3"""
    done = kernel.run(
        "import collections, itertools\nprint('go', flush=True)\n"
        "import threading; threading.Event().wait(0.3)\ncollections.deque(itertools.repeat(0), 0)",
        interrupt_at="go",
    )
    assert done.status in ("died", "interrupted"), done
    works(kernel)


HARMLESS = {
    "stdout closed": "import sys; sys.stdout.close(); sys.stderr.close()",
    "the descriptors closed": "import os; os.close(0)",
    "the workspace deleted": "import os, shutil; shutil.rmtree(os.getcwd(), ignore_errors=True)",
    "a pipe in the workspace": "import os; os.path.exists('pipe') or os.mkfifo('pipe')",
    "a link to the person's folder": "import os; os.path.lexists('link') or os.symlink({home!r}, 'link')",
    "a link to itself": "import os; os.path.lexists('round') or os.symlink('round', 'round')",
    "threads without end": "import threading as t\nfor _ in range(8): t.Thread(target=t.Event().wait).start()",
    "ten thousand files": "import os\nos.makedirs('many', exist_ok=True)\n"
    "for n in range(10_000): open(f'many/{{n}}', 'w').close()",
    "folders in folders": "import os\nhere = os.getcwd()\nfor _ in range(600):\n"
    "    os.makedirs('deeper', exist_ok=True); os.chdir('deeper')\nos.chdir(here)",
    "names taken": "import builtins\nbuiltins.print = builtins.open = None\nget_ipython = display = exit = None",
    "signals ignored": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "the environment emptied": "import os; os.environ.clear()",
    "recursion without end": "def f(): return f()\ntry: f()\nexcept RecursionError: pass",
    "a copy of the kernel": "import os; os.fork()",
}


@pytest.mark.parametrize("what", halved(HARMLESS))
def test_odd_cells_do_no_harm(kernel: Ordinary, what: str) -> None:
    """B33"""
    done = kernel.run(HARMLESS[what].format(home=str(kernel.home)))
    assert done.status == "ok", done
    works(kernel)
    kernel.restart()
    works(kernel)
