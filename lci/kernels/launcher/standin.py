"""The parent a kernel sees instead of the app: a cell may kill its parent, and that must not be the app.

Standard library only. The stand-in adopts what the kernel's cells leave running, ends with the app, ends the rest when
the kernel ends, and tells the app how it ended by ending the same way.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with(parent: int) -> None:
    """End with that parent, also while a cell holds the interpreter and ipykernel's own poller cannot run."""
    if sys.platform != "linux" or not parent:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def stand_in() -> int:
    """Fork: the pid of the stand-in, returned in the child only, which goes on to be the kernel."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        return parent
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    status = _outlived(child)
    _end_adopted()
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        _no_core()
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)


def _outlived(child: int) -> int:
    while True:
        pid, status = os.wait()
        if pid == child:
            return status


def _end_adopted() -> None:
    """End all that is left; what they had started is adopted in turn."""
    while True:
        for pid in _children():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def _children() -> list[int]:
    me = os.getpid()
    try:
        return [int(pid) for pid in Path("/proc/%d/task/%d/children" % (me, me)).read_text("ascii").split()]  # noqa: UP031
    except OSError:
        # Without the list the rest cannot be found here; the app looks for it by its mark.
        os._exit(1)


def _no_core() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
