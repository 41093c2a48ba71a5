"""The walls a kernel puts around itself before code of a cell can run: limits and, where it is told so, Landlock.

Run by path in the kernel's own Python; standard library only. As a program it tries Landlock on itself and says on
stdout what does not work: nothing said means that it works.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any

_PR_SET_NO_NEW_PRIVS = 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
#: Below 3 files outside can be emptied, below 4 TCP cannot be refused.
OLDEST_ABI = 4
_SCOPES_ABI = 6
_IOCTL_ABI = 5

#: Bytes, and threads, a kernel has for its own work when a cell has used all it may.
RESERVE = 64 << 20
RESERVED_TASKS = 16

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_READING = _EXECUTE | _READ | _LIST
_BIND_AND_CONNECT = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3


def enter(plan: dict[str, Any]) -> None:
    """Apply the plan to this process and all it will start. Raises `OSError` where a wall cannot be put up."""
    if sys.platform == "linux":
        _no_new_privileges()
    _no_core_dumps()
    limits = plan.get("limits")
    if limits:
        _limit(limits)
    walls = plan.get("landlock")
    if walls:
        _wall(walls["read"], walls["write"], walls["devices"], walls["network"])


def _no_new_privileges() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise _failed("no new privileges")


def _failed(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, "%s: %s" % (what, os.strerror(number)))  # noqa: UP031 - old Pythons run this too


# --- limits -----------------------------------------------------------------------------------------------------------


def _no_core_dumps() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit(limits: dict[str, Any]) -> None:
    try:
        import resource
    except ImportError:
        return
    # The address space would be the wrong measure: Arrow, DuckDB and every thread reserve more than they use.
    if limits["memory"]:
        _lower(resource, resource.RLIMIT_DATA, limits["memory"], limits["memory"] + RESERVE)
    if limits["file"]:
        _lower(resource, resource.RLIMIT_FSIZE, limits["file"], limits["file"])
    if limits["processes"] and sys.platform == "linux":
        others = _tasks_of_user() if limits["shared_user"] else 0
        _lower_processes(resource, limits["processes"] + others)


def install(shell: Any) -> None:
    """Keep something from cells: when one has used up the rest, its error can still be told and the next one run."""
    try:
        import resource
    except ImportError:
        return
    kinds = [resource.RLIMIT_DATA, *([resource.RLIMIT_NPROC] if sys.platform == "linux" else [])]
    limits = [(kind, *resource.getrlimit(kind)) for kind in kinds]

    def for_cells(*_: object) -> None:
        for kind, soft, hard in limits:
            resource.setrlimit(kind, (soft, hard))

    def for_the_rest(*_: object) -> None:
        for kind, _soft, hard in limits:
            resource.setrlimit(kind, (hard, hard))

    plain = shell.showtraceback

    def showtraceback(*arguments: Any, **named: Any) -> Any:
        for_the_rest()
        return plain(*arguments, **named)

    shell.showtraceback = showtraceback
    shell.events.register("pre_run_cell", for_cells)
    shell.events.register("post_run_cell", for_the_rest)
    for_the_rest()


def _lower(resource: Any, kind: int, soft: int, hard: int) -> None:
    now = resource.getrlimit(kind)[1]
    if now != resource.RLIM_INFINITY:
        soft, hard = min(soft, now), min(hard, now)
    resource.setrlimit(kind, (soft, hard))


def _lower_processes(resource: Any, bound: int) -> None:
    """The system counts per user, also what runs out of sight in containers: keep the limit only if it leaves room."""
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    most = before[1] if before[1] != resource.RLIM_INFINITY else bound + RESERVED_TASKS
    resource.setrlimit(resource.RLIMIT_NPROC, (min(bound, most), before[1]))
    ended = threading.Event()
    one_more = threading.Thread(target=ended.wait)
    try:
        one_more.start()
    except RuntimeError:
        resource.setrlimit(resource.RLIMIT_NPROC, before)
        return
    ended.set()
    # Walls are put up for one thread and what it starts: no other may be left.
    one_more.join()
    resource.setrlimit(resource.RLIMIT_NPROC, (min(bound, most), min(bound + RESERVED_TASKS, most)))


def _tasks_of_user() -> int:
    user, tasks = os.getuid(), 0
    for name in os.listdir("/proc"):  # noqa: PTH208
        if not name.isdigit():
            continue
        try:
            if os.stat("/proc/" + name).st_uid == user:  # noqa: PTH116
                with open("/proc/" + name + "/stat", "rb") as stream:  # noqa: PTH123
                    # The name in parentheses may hold anything; the number of threads is the 18th field after it.
                    tasks += int(stream.read().rpartition(b")")[2].split()[17])
        except (OSError, ValueError, IndexError):
            continue
    return tasks


# --- Landlock ---------------------------------------------------------------------------------------------------------


def landlock_abi() -> int:
    """The version of Landlock this system has; 0 or less where there is none."""
    if sys.platform != "linux":
        return 0
    return int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, 0, 1))


def _wall(read: list[str], write: list[str], devices: list[str], network: bool) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    abi = landlock_abi()
    everything = (1 << (16 if abi >= _IOCTL_ABI else 15)) - 1
    rules = struct.pack("QQ", everything, 0 if network else _BIND_AND_CONNECT)
    if abi >= _SCOPES_ABI:
        rules += struct.pack("Q", _ABSTRACT_SOCKETS_AND_SIGNALS)
    ruleset = libc.syscall(_CREATE_RULESET, rules, len(rules), 0)
    if ruleset < 0:
        raise _failed("landlock")
    try:
        for paths, rights in (
            (read, _READING), (write, everything), (devices, (_READ | _WRITE | _TRUNCATE | _IOCTL) & everything),
        ):  # fmt: skip
            for path in paths:
                _allow(libc, ruleset, path, rights)
        if libc.syscall(_RESTRICT_SELF, ruleset, 0) != 0:
            raise _failed("landlock")
    finally:
        os.close(ruleset)


def _allow(libc: Any, ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112
            rights &= _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
        rule = struct.pack("=Qi", rights, place)
        if libc.syscall(_ADD_RULE, ruleset, 1, rule, 0) != 0:
            raise _failed(path)
    finally:
        os.close(place)


def _tried(folder: str) -> str:
    """What of Landlock does not work here; empty if all does. `folder` is a new one with a folder `in` inside."""
    if os.geteuid() == 0:
        return "it does not hold back root"
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    import syscalls  # type: ignore[import-not-found,unused-ignore]

    if not syscalls.known_machine():
        return "there is no filter of system calls for this processor"
    abi = landlock_abi()
    if abi < OLDEST_ABI:
        return "the kernel is too old" if abi > 0 else "the kernel has it not switched on"
    inside = os.path.join(folder, "in")  # noqa: PTH118
    try:
        _no_new_privileges()
        _wall(["/usr", "/proc"], [inside], [], False)
        syscalls.refuse(network=False, sandboxed=False)
        with open(os.path.join(inside, "file"), "w") as stream:  # noqa: PTH118, PTH123, PLW1514
            stream.write("x")
    except OSError as error:
        return str(error)
    attempts: list[tuple[str, Callable[[], object]]] = [
        ("what it should", lambda: os.listdir(folder)),  # noqa: PTH208
        ("datagrams", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()),
        ("connections", lambda: socket.socket().connect(("127.0.0.1", 9))),
    ]
    return next((f"it does not refuse {what}" for what, attempt in attempts if not _refused(attempt)), "")


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except PermissionError:
        return True
    except OSError:
        pass
    return False


if __name__ == "__main__":
    print(_tried(sys.argv[1]))  # noqa: T201 - the probe's answer
