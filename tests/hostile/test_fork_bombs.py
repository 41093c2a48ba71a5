"""Processes that multiply end with their app at every level, also when it is killed and can end nothing itself.

Every bomb here is small: a few dozen processes at most, each of which ends by itself after a minute.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lci.core.conversation import LocalIsolation
from lci.kernels.limits import ResourceLimits
from lci.kernels.reaping import reap
from tests.examples import halved
from tests.kernels.ordinary import LEVELS, Ordinary, why_not
from tests.kernels.test_orphans import gone, mentioning

pytestmark = [pytest.mark.kernel, pytest.mark.alone]

BESIDE: tuple[LocalIsolation, ...] = ("landlock", "rlimits")

#: `multiply` forks as fast as it can until it may no more, and goes on trying; nothing lives longer than a minute.
_MULTIPLYING = """
import os, signal, subprocess, sys, time
until = time.time() + 60
def multiply():
    while time.time() < until:
        try: os.fork()
        except OSError: pass
    os._exit(0)
"""
BOMBS = {
    "copies of the kernel": "print('ready', flush=True)\nmultiply()",
    "copies that nothing can end but SIGKILL": (
        "for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "    signal.signal(number, signal.SIG_IGN)\n"
        "print('ready', flush=True)\nmultiply()"
    ),
    "copies in sessions of their own": (
        "print('ready', flush=True)\n"
        "while time.time() < until:\n"
        "    try:\n"
        "        if os.fork() == 0: os.setsid()\n"
        "    except OSError: pass\n"
        "os._exit(0)"
    ),
    "orphans": (
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork(): os._exit(0)\n    multiply()\n"
        "os.wait()\nprint('ready', flush=True)\ntime.sleep(50)"
    ),
    "programs with nothing in their environment": (
        "again = 'import os, sys, time\\nuntil = time.time() + 60\\n'\\\n"
        "    'while time.time() < until:\\n try: os.fork()\\n except OSError: pass\\n'\n"
        "subprocess.Popen([sys.executable, '-c', again, TOKEN], env={}, start_new_session=True)\n"
        "print('ready', flush=True)\ntime.sleep(50)"
    ),
}


@pytest.fixture
def app(level: LocalIsolation) -> Iterator[Ordinary]:
    """A kernel that may have few processes, and the process that plays its app."""
    if reason := why_not(level):
        pytest.skip(f"no {level} here: {reason}")
    made = Ordinary(level, ResourceLimits(memory_bytes=2 << 30, processes=40))
    made.fine("1")
    yield made
    if made.process.poll() is None:
        made.close()
    for pipe in (made.process.stdin, made.process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    reap(made.root / "data")
    shutil.rmtree(made.root, ignore_errors=True)


def begun(app: Ordinary, source: str) -> tuple[str, str]:
    """Run a cell that says `ready` and does not end; what its processes have in common, and its own token."""
    (note,) = (app.root / "data" / "running").glob("*.json")
    token = f"bomb-of-{app.root.name}"
    app.begin(f"TOKEN = {token!r}\n{_MULTIPLYING}{source}", until="ready")
    return Path(json.loads(note.read_text())["sockets"]).name, token


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("bomb", halved(BOMBS))
def test_a_bomb_ends_with_an_app_that_is_killed(app: Ordinary, bomb: str) -> None:
    """B33: nothing but the system and the supervisor can do it then; the next start would come too late."""
    sockets, token = begun(app, BOMBS[bomb])
    assert mentioning(sockets)
    app.process.kill()
    app.process.wait(60)
    assert gone(sockets), [process.cmdline()[-3:] for process in mentioning(sockets)]
    assert gone(token)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("bomb", halved(["copies of the kernel", "programs with nothing in their environment"]))
def test_a_bomb_ends_with_its_kernel(app: Ordinary, bomb: str) -> None:
    """B33"""
    sockets, token = begun(app, BOMBS[bomb])
    app.begin_closing()
    assert gone(sockets)
    assert gone(token)
    app.process.wait(60)


@pytest.mark.parametrize("level", BESIDE)
def test_a_kernel_ends_with_its_supervisor_while_the_app_is_stopped(app: Ordinary, level: LocalIsolation) -> None:
    """B33: a cell that holds the interpreter cannot see that its parent is gone."""
    sockets, _ = begun(app, "import collections, itertools; print('ready', flush=True); time.sleep(0.5)\n" + _ENDLESS)
    (supervisor,) = [process for process in mentioning(sockets) if process.ppid() == app.process.pid]
    app.process.send_signal(signal.SIGSTOP)
    supervisor.kill()
    try:
        left = [process for process in mentioning(sockets) if process.pid != supervisor.pid]
        _, alive = psutil.wait_procs(left, timeout=60)
        assert alive == []
    finally:
        app.process.kill()
        app.process.wait(60)


_ENDLESS = "signal.alarm(60); collections.deque(itertools.repeat(0), 0)"


@pytest.mark.parametrize("level", ["rlimits"])
def test_signals_of_a_cell_do_not_take_its_supervisor_away(app: Ordinary) -> None:
    """B33: under Landlock they do not reach it, where the system is new enough."""
    app.fine(
        "import os, signal\n"
        "for name in ('SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGPIPE'):\n"
        "    os.kill(os.getppid(), getattr(signal, name))"
    )
    sockets, _ = begun(app, BOMBS["orphans"])
    app.process.kill()
    app.process.wait(60)
    assert gone(sockets)


@pytest.mark.parametrize("level", ["rlimits"])
def test_what_a_cell_leaves_that_killed_its_supervisor_is_ended_by_the_app(app: Ordinary) -> None:
    """B33"""
    done = app.run(
        _MULTIPLYING + "if os.fork() == 0:\n    os.setsid()\n    if os.fork(): os._exit(0)\n    time.sleep(60)\n"
        "os.wait()\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(30)"
    )
    assert done.status == "died"
    assert app.fine("print('next')") == "next"
    (note,) = (app.root / "data" / "running").glob("*.json")
    kernel = Path(json.loads(note.read_text())["sockets"]).name
    left = [process for process in _marked() if kernel not in process.environ().values()]
    assert [process for process in left if str(app.root) in " ".join(process.environ().values())] == []


@pytest.mark.parametrize("level", ["rlimits"])
def test_what_a_cell_leaves_that_stopped_its_supervisor_is_ended_at_the_next_start(app: Ordinary) -> None:
    """B33: the one way round, and only where nothing is a wall; it is told in docs/isolation.md."""
    sockets, token = begun(
        app,
        "waiting = 'import time; time.sleep(100)'\n"
        "subprocess.Popen([sys.executable, '-c', waiting, TOKEN], env={}, start_new_session=True)\n"
        "os.kill(os.getppid(), signal.SIGSTOP)\nprint('ready', flush=True)\nwhile time.time() < until: pass",
    )
    app.process.kill()
    app.process.wait(60)
    assert reap(app.root / "data") == 1
    assert gone(sockets)
    assert gone(token)


def _marked() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if "LCI_KERNEL" in process.environ():
                found.append(process)
    return found
