"""The parent a kernel sees instead of the app: a cell may kill its parent, and that must not be the app.

Standard library only. The supervisor adopts what the kernel's cells leave running, ends all of it with the app or when
the kernel ends, also while it multiplies, and tells the app how the kernel ended by ending the same way.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
from pathlib import Path

#: Seconds between two looks for what is left.
_PAUSE = 0.01
#: What the supervisor waits for: a child's end, and its app's. Named, for not every system has them.
_AWAITED = ("SIGCHLD", "SIGTERM")
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
#: What would end the supervisor by default, sent by a cell: it stays, for nobody else ends what is left.
_UNHEEDED = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGPIPE")


def die_with(parent: int) -> None:
    """End with that parent, also while a cell holds the interpreter and ipykernel's own poller cannot run."""
    if sys.platform != "linux" or not parent:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def supervise(app: int) -> int:
    """Fork: the pid of the supervisor, returned in the child only, which goes on to be the kernel."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        return parent
    _outlast(app)
    status = _outlived(child)
    _end_all()
    if os.WIFSIGNALED(status):
        _end_by(os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)


def _outlast(app: int) -> None:
    """Adopt what loses its parent, and have the app's end arrive as a signal that waits until it is asked for."""
    for name in _UNHEEDED:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    # Blocked, not handled: a handler's signal that arrives just before a call that waits is acted upon after it.
    signal.pthread_sigmask(signal.SIG_BLOCK, _awaited())
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
        # Killed along with the app it could not end the copies a cell has made: the kernel's own end does not.
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if app and os.getppid() != app:
            os.kill(os.getpid(), signal.SIGTERM)


def _outlived(child: int) -> int:
    """The status with which the child ended, or was ended along with all else as the app ended."""
    while True:
        # Looked at before the first wait too: what ends before its signal is blocked leaves none.
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == child:
                return ended[1]
        if signal.sigwait(_awaited()) == signal.SIGTERM:
            return signal.SIGTERM


def _awaited() -> set[int]:
    return {getattr(signal, name) for name in _AWAITED}


def _end_all() -> None:
    """End all that is left, and what that has started meanwhile: what is stopped starts nothing more."""
    while True:
        stopped: set[int] = set()
        while new := _below() - stopped:
            for pid in new:
                _send(pid, signal.SIGSTOP)
            stopped |= new
        for pid in stopped:
            _send(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        # Never a wait without end: the lists of children may miss one that comes or moves while they are read.
        select.select([], [], [], _PAUSE)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _below() -> set[int]:
    """Every process that this one, or one that it has, is the parent of."""
    pids: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        try:
            new = set(children(pid)) - pids
        except OSError:
            if pid == os.getpid():
                # Without the list the rest cannot be found here; the app looks for it by its mark.
                os._exit(1)
            continue
        pids |= new
        waiting += new
    return pids


def children(pid: int) -> list[int]:
    """The pids of those it is the parent of, as far as the system lists them. Raises `OSError` for one that is gone."""
    pids: list[int] = []
    for task in os.listdir("/proc/%d/task" % pid):  # noqa: PTH208, UP031
        with contextlib.suppress(OSError):
            pids += map(int, Path("/proc/%d/task/%s/children" % (pid, task)).read_text("ascii").split())  # noqa: UP031
    return pids


def _end_by(number: int) -> None:
    """End by that signal, leaving no core."""
    import resource

    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), number)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (number,))
