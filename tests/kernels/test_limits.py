"""What a kernel may use, how more than that ends, and how its death is explained."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from lci.core.conversation import LocalIsolation
from lci.kernels.launcher import syscalls
from lci.kernels.limits import ResourceLimits, machine_memory, memory_cgroup, oom_kills, usual_limits
from lci.kernels.watchdog import Watch, death
from tests.kernels.driving import Driver
from tests.kernels.ordinary import LEVELS, Ordinary, why_not

LIMITS = ResourceLimits(memory_bytes=1 << 30, processes=64)


def test_the_usual_limits_fit_the_machine() -> None:
    """B33"""
    limits = usual_limits()
    assert 0 < limits.memory_bytes < machine_memory() <= psutil.virtual_memory().total
    assert limits.processes >= 512
    assert 0 < limits.file_bytes <= limits.workspace_bytes


CGROUPS = {
    "version 2": ("0::/app.scope\n", "app.scope", "memory.events", "low 0\noom 3\noom_kill {n}\n"),
    "version 1": ("4:memory:/app\n0::/\n", "memory/app", "memory.oom_control", "under_oom 0\noom_kill {n}\n"),
    "version 2 in a container": ("0::/host/path\n", ".", "memory.events", "oom_kill {n}\noom_group_kill 0\n"),
}


@pytest.mark.parametrize("kind", CGROUPS)
def test_a_kernel_ended_by_the_system_for_memory_is_told_apart_from_one_that_was_killed(
    tmp_path: Path, kind: str
) -> None:
    """B4"""
    table, folder, name, text = CGROUPS[kind]
    (tmp_path / "cgroup").write_text(table)
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder / name).write_text(text.format(n=7))
    found = memory_cgroup(tmp_path / "cgroup", tmp_path)
    assert found == tmp_path / folder
    assert oom_kills(found) == 7

    async def nothing() -> None: ...

    watch = Watch(LIMITS, (), 0, nothing, found)
    assert death(-9, watch).cause == "killed"
    (tmp_path / folder / name).write_text(text.format(n=8))
    assert death(-9, watch).cause == "out_of_memory"
    assert death(-11, watch).cause == "crashed"


def test_where_nothing_is_told_of_cgroups_none_is_found(tmp_path: Path) -> None:
    """B4"""
    assert memory_cgroup(tmp_path / "missing", tmp_path) is None
    assert oom_kills(None) is None


@pytest.fixture(scope="module", params=LEVELS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Ordinary]:
    level: LocalIsolation = request.param
    if reason := why_not(level):
        pytest.skip(f"no {level} here: {reason}")
    made = Ordinary(level, replace(LIMITS, cpu_seconds=2))
    yield made
    made.close()


@pytest.mark.kernel
def test_a_cell_that_computes_too_long_is_ended_and_says_so(kernel: Ordinary) -> None:
    """B33: what earlier cells computed does not count."""
    for _ in range(3):
        kernel.fine("import time; began = time.process_time()\nwhile time.process_time() - began < 0.8: pass")
    done = kernel.run("while True: pass")
    assert (done.status, done.cause, done.facts["limit"]) == ("died", "cpu_limit", 2)
    assert "2 seconds" in done.sentence
    assert kernel.fine("print(1 + 1)") == "2"


@pytest.mark.kernel
@pytest.mark.alone
def test_limits_hold_for_what_a_cell_starts(kernel: Ordinary) -> None:
    """B33"""
    program = "import resource as r; print(r.getrlimit(r.RLIMIT_DATA)[0], r.getrlimit(r.RLIMIT_CORE))"
    started = f"subprocess.run([sys.executable, '-c', {program!r}], capture_output=True, text=True).stdout"
    told = kernel.fine(f"import subprocess, sys; print({started})")
    assert told == f"{LIMITS.memory_bytes} (0, 0)"


@pytest.mark.kernel
def test_what_no_cell_needs_is_refused_by_the_filter(kernel: Ordinary) -> None:
    """B34: without walls the filter would be no wall either, and is not there."""
    if not syscalls.known_machine():
        pytest.skip("no filter for this processor")
    numbers = dict(zip(syscalls._REFUSED, syscalls._MACHINES[os.uname().machine][4], strict=True))
    source = (
        "import ctypes\nlibc, open_to = ctypes.CDLL(None, use_errno=True), []\n"
        f"for name, number in {numbers!r}.items():\n"
        "    ctypes.set_errno(0)\n    libc.syscall(number, -1, -1, -1, -1, -1, -1)\n"
        "    if ctypes.get_errno() != 1: open_to.append(name)\nprint(open_to)"
    )
    told = kernel.fine(source)
    assert (told == "[]") is (kernel.level != "rlimits"), told


@pytest.mark.kernel
def test_calls_newer_than_the_filter_do_not_exist(kernel: Ordinary) -> None:
    """B34: a call that a later system brings is refused without anyone having to know it."""
    if not syscalls.known_machine():
        pytest.skip("no filter for this processor")
    beyond = [*range(syscalls._NEWEST + 1, syscalls._NEWEST + 60), 511, 512, 1 << 20, 0x40000000, 0x40000001]
    told = kernel.fine(
        "import ctypes\nlibc, known = ctypes.CDLL(None, use_errno=True), []\n"
        f"for number in {beyond}:\n"
        "    ctypes.set_errno(0)\n    libc.syscall(number, -1, -1, -1, -1, -1, -1)\n"
        "    if ctypes.get_errno() != 38: known.append(number)\nprint(known)"
    )
    assert kernel.level == "rlimits" or told == "[]"


@pytest.mark.kernel
def test_a_process_cannot_begin_in_namespaces_of_its_own(kernel: Ordinary) -> None:
    """B34: clone can what unshare can, and clone3 hides its flags from a filter."""
    if not syscalls.known_machine():
        pytest.skip("no filter for this processor")
    clone = syscalls._MACHINES[os.uname().machine][3]
    told = kernel.fine(
        "import ctypes, os\nlibc, made = ctypes.CDLL(None, use_errno=True), []\n"
        "for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):\n"
        f"    child = libc.syscall({clone}, flag | 17, 0, 0, 0, 0)\n"
        "    if child == 0: os._exit(0)\n"
        "    if child > 0: os.waitpid(child, 0); made.append(flag)\n"
        "arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)\n"
        "child = libc.syscall(435, arguments, 88)\n"
        "if child == 0: os._exit(0)\n"
        "if child > 0: os.waitpid(child, 0); made.append('clone3')\n"
        "print(made)"
    )
    assert kernel.level == "rlimits" or told == "[]"


@pytest.mark.parametrize(
    ("machine", "header"),
    [("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), ("aarch64", "/usr/include/asm-generic/unistd.h")],
)
def test_the_filters_numbers_are_those_of_the_systems_headers(machine: str, header: str) -> None:
    """B34"""
    if not Path(header).exists():
        pytest.skip("no headers of the system here")
    lines = [line.split() for line in Path(header).read_text("utf-8").splitlines() if line.startswith("#define __NR")]
    numbers = {words[1].removeprefix("__NR_").removeprefix("__NR3264_"): words[2] for words in lines if len(words) > 2}
    _, socket, seccomp, clone, refused = syscalls._MACHINES[machine]
    ours = {"socket": socket, "seccomp": seccomp, "clone": clone, "clone3": syscalls._CLONE3}
    ours |= dict(zip(syscalls._REFUSED, refused, strict=True))
    assert {name: numbers.get(name) for name in ours} == {name: str(number) for name, number in ours.items()}


@pytest.mark.kernel
def test_sockets_in_folders_stay_possible_in_a_sandbox_only(kernel: Ordinary) -> None:
    """B34: under Landlock alone they would lead to every program of the same user; pairs lead nowhere."""
    assert kernel.fine("import socket; a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1))") == "b'x'"
    done = kernel.run("import socket; socket.socket(socket.AF_UNIX).bind('here')")
    assert (done.status == "error") is (kernel.level == "landlock"), done


@pytest.mark.kernel
@pytest.mark.alone
def test_too_many_processes_are_ended_where_the_system_does_not_count(new_kernel: Callable[..., Driver]) -> None:
    """B33: for root the system's limit does not hold; the watch's does."""
    driver = new_kernel("off")
    driver.close()
    driver.kernel = driver.another("off", limits=replace(LIMITS, processes=30))
    done = driver.run(
        "import signal, subprocess\nstarted = [subprocess.Popen(['sleep', '300']) for _ in range(40)]\nsignal.pause()"
    )
    if os.geteuid() == 0:
        assert (done.status, done.cause) == ("died", "too_many_processes")
    else:
        assert (done.status, done.error.ename) == ("error", "BlockingIOError")
    assert driver.value("1 + 1") == "2"


@pytest.mark.kernel
def test_counting_a_large_workspace_ends(new_kernel: Callable[..., Driver]) -> None:
    """B33: it is counted in slices, links that lead round in circles or outside are not followed."""
    driver = new_kernel()
    driver.close()
    driver.kernel = driver.another(limits=replace(LIMITS, workspace_bytes=30 << 20))
    driver.fine("import os\nos.makedirs('many')\nos.symlink('.', 'many/round'); os.symlink('/', 'many/out')")
    driver.fine("for n in range(5000): open(f'many/{n}', 'w').close()")
    done = driver.run("n = 0\nwhile True:\n    n += 1\n    with open(f'part{n}', 'wb') as f: f.write(bytes(10**6))")
    assert (done.status, done.cause) == ("died", "disk_limit")
