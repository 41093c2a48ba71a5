"""Attempts to reach what lies outside, at every level: under bubblewrap each fails, and what the other levels let pass
is written down here, attempt by attempt. docs/isolation.md says the same in words.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lci.core.conversation import LocalIsolation
from tests.kernels.ordinary import KEY, LEVELS, NOBODY, Ordinary, become_ordinary, why_not

pytestmark = pytest.mark.kernel

#: Where an attempt gets through. An empty set is refused everywhere.
NOWHERE: frozenset[str] = frozenset()
PLAIN = frozenset({"rlimits"})
BESIDE = frozenset({"landlock", "rlimits"})
#: Without walls it depends on the machine's own settings; behind them it is refused.
DEPENDS = frozenset({"rlimits?"})

LIBC = "libc = ctypes.CDLL(None, use_errno=True)\n"
CHECKED = "\nif done < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))"

ATTEMPTS: dict[str, tuple[frozenset[str], str]] = {
    # --- files ---
    "reading a key of the person": (PLAIN, "open(f'{PERSON}/.ssh/id_rsa').read()"),
    "listing the person's folder": (PLAIN, "os.listdir(PERSON)"),
    "reading the log": (PLAIN, "open(f'{APP}/lci.sqlite').read()"),
    "reading another conversation": (PLAIN, "open(f'{APP}/workspaces/other/data.csv').read()"),
    "writing into another conversation": (PLAIN, "open(f'{APP}/workspaces/other/planted', 'w').close()"),
    "planting a start-up file": (PLAIN, "open(f'{PERSON}/.profile', 'w').close()"),
    "emptying a file": (PLAIN, "os.truncate(VICTIM, 0)"),
    "deleting a file": (PLAIN, "os.unlink(VICTIM)"),
    "moving a file in": (PLAIN, "os.rename(VICTIM, 'taken')"),
    "moving a file out": (PLAIN, "open('mine', 'w').close(); os.rename('mine', f'{PERSON}/mine')"),
    "linking a file in": (PLAIN, "os.link(VICTIM, 'linked'); open('linked').read()"),
    "a link to the person's folder": (
        PLAIN, "os.path.lexists('way') or os.symlink(PERSON, 'way')\nopen('way/.ssh/id_rsa').read()"
    ),
    "a path upwards": (PLAIN, "open('../person/.ssh/id_rsa').read()"),
    "running a program of the person": (PLAIN, "subprocess.run([SCRIPT], check=True)"),
    "changing rights": (BESIDE, "os.chmod(VICTIM, 0o600)"),
    "changing times": (BESIDE, "os.utime(VICTIM, (0, 0))"),
    "whether a file exists": (BESIDE, "os.stat(VICTIM)"),
    "a device of the disk": (NOWHERE, "os.mknod('disk', 0o600 | 0o060000, os.makedev(254, 0)); open('disk', 'rb')"),
    "the machine's log": (NOWHERE, "open('/dev/kmsg', 'rb', buffering=0).read(1)"),
    "a file by its handle": (
        NOWHERE, LIBC + "done = libc.syscall({'x86_64': 304}.get(os.uname().machine, 265), 3, b' ' * 64, 0)" + CHECKED
    ),
    "a program with more rights": (NOWHERE, "subprocess.run(['su', '-c', 'true'], check=True, stdin=-3)"),
    # --- processes ---
    "seeing the app": (BESIDE, "open(f'/proc/{SERVER}/cmdline').read()\nassert SERVER > 20"),
    "the app's environment": (PLAIN, "assert KEY.encode() in open(f'/proc/{SERVER}/environ', 'rb').read()"),
    "the app's files": (PLAIN, "os.readlink(f'/proc/{SERVER}/fd/0')\nassert SERVER > 20"),
    "the app's memory": (DEPENDS, "open(f'/proc/{SERVER}/mem', 'r+b')\nassert SERVER > 20"),
    "the app's root": (PLAIN, "open(f'/proc/{SERVER}/root{APP}/lci.sqlite').read()"),
    "the key by way of the parent": (
        NOWHERE, "assert KEY.encode() in open(f'/proc/{os.getppid()}/environ', 'rb').read()"
    ),
    "killing another program": (PLAIN, "os.kill(OUTSIDE, 9)"),
    "killing it by descriptor": (PLAIN, "import signal; signal.pidfd_send_signal(os.pidfd_open(OUTSIDE), 9)"),
    "killing the app": (PLAIN, "os.kill(SERVER, 0)\nassert SERVER > 20"),
    "tracing another program": (
        DEPENDS, LIBC + "done = libc.ptrace(16, OUTSIDE, 0, 0)" + CHECKED + "\nos.waitpid(OUTSIDE, 0x40000000)\n"
        "libc.ptrace(17, OUTSIDE, 0, 0)"
    ),
    "reading its memory": (DEPENDS, LIBC + "done = libc.process_vm_readv(OUTSIDE, None, 0, None, 0, 0)" + CHECKED),
    "slowing another program": (BESIDE, "os.setpriority(os.PRIO_PROCESS, OUTSIDE, 5)"),
    "limiting another program": (BESIDE, "import resource\nresource.prlimit(OUTSIDE, resource.RLIMIT_NOFILE)"),
    "raising its own limits": (
        NOWHERE, "import resource\nresource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY,) * 2)"
    ),
    "leaving the limit on files": (
        NOWHERE, "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)"
    ),
    # --- sockets ---
    "the machine's loopback": (PLAIN, "socket.create_connection(('127.0.0.1', PORT), 2)"),
    "the same over multipath TCP": (
        DEPENDS, "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); s.connect(('127.0.0.1', PORT))"
    ),
    "a datagram": (
        PLAIN, "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(5)\n"
        "s.connect(('127.0.0.1', DATAGRAMS)); s.send(b'x'); s.recv(1)"
    ),
    "a socket in a folder": (PLAIN, "socket.socket(socket.AF_UNIX).connect(f'{APP}/socket')"),
    "an abstract socket": (PLAIN, "socket.socket(socket.AF_UNIX).connect('\\0' + ABSTRACT)"),
    "a raw socket": (NOWHERE, "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
    "a packet socket": (NOWHERE, "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"),
    "a socket to the host of this machine": (DEPENDS, "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)"),
    "the kernel's cipher sockets": (DEPENDS, "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)"),
    "the machine's interfaces": (BESIDE, "assert [n for _, n in socket.if_nameindex() if n != 'lo']"),
    "a connection by a program": (
        PLAIN, "subprocess.run([sys.executable, '-c', "
        "f'import socket; socket.create_connection((\"127.0.0.1\", {PORT}), 2)'], check=True)"
    ),
    # --- namespaces, mounts, keys ---
    "a user namespace": (DEPENDS, LIBC + "done = libc.unshare(0x10000000)" + CHECKED),
    "a user namespace by a program": (
        DEPENDS, "subprocess.run(['unshare', '--user', '--map-root-user', 'true'], check=True)"
    ),
    "a sandbox in the sandbox": (
        DEPENDS, "subprocess.run(['bwrap', '--unshare-user', '--bind', '/', '/', 'true'], check=True)"
    ),
    "the namespace of the app": (
        NOWHERE, LIBC + "done = libc.setns(os.open(f'/proc/{SERVER}/ns/mnt', 0), 0)" + CHECKED
    ),
    "mounting": (NOWHERE, LIBC + "done = libc.mount(b'none', b'.', b'tmpfs', 0, None)" + CHECKED),
    "changing the root": (NOWHERE, LIBC + "done = libc.chroot(b'/')" + CHECKED),
    "the person's keyring": (
        DEPENDS, LIBC + "done = libc.syscall({'x86_64': 250}.get(os.uname().machine, 219), 0, -4, 0)" + CHECKED
    ),
    "a program in the kernel": (
        NOWHERE, LIBC + "done = libc.syscall({'x86_64': 321}.get(os.uname().machine, 280), 0, None, 0)" + CHECKED
    ),
    "a ring of system calls": (DEPENDS, LIBC + "done = libc.syscall(425, 4, b' ' * 120)" + CHECKED),
    "the name of the machine": (NOWHERE, "socket.sethostname('planted')"),
    "the clock": (NOWHERE, "import time; time.clock_settime(time.CLOCK_REALTIME, time.time())"),
    "becoming root": (NOWHERE, "os.setuid(0)"),
    "capabilities": (
        NOWHERE, "assert any(line.startswith(('CapEff', 'CapPrm', 'CapAmb')) and int(line.split()[1], 16)"
        " for line in open('/proc/self/status'))"
    ),
    "new privileges": (NOWHERE, "assert 'NoNewPrivs:\\t1' not in open('/proc/self/status').read()"),
    # --- what was inherited ---
    "a key in the environment": (NOWHERE, "assert KEY in str(os.environ)"),
    "a file of the app left open": (
        NOWHERE, "for n in os.listdir('/proc/self/fd'):\n"
        "    with contextlib.suppress(OSError):\n"
        "        if APP in os.readlink(f'/proc/self/fd/{n}') or PERSON in os.readlink(f'/proc/self/fd/{n}'): break\n"
        "else: raise OSError('none')"
    ),
    "typing into the terminal": (
        NOWHERE, "import fcntl, termios; fcntl.ioctl(os.open('/dev/tty', os.O_RDWR), termios.TIOCSTI, b'x')"
    ),
    "shared memory of another program": (BESIDE, "open(f'/dev/shm/{SHARED}').read()"),
}  # fmt: skip


@dataclass
class Place:
    """A kernel at one level and what lies outside of it."""

    kernel: Ordinary
    facts: dict[str, object]

    def tried(self, source: str) -> str:
        """`escaped`, or how the attempt failed."""
        body = "\n".join(f"        {line}" for line in source.strip().split("\n"))
        with _others() as (victim, outside):
            facts = {**self.facts, "OUTSIDE": outside}
            _own(self.kernel.home / "victim")
            setting = "".join(f"{name} = {value!r}\n" for name, value in facts.items())
            done = self.kernel.run(
                f"import os, sys, socket, ctypes, subprocess, pathlib, contextlib\n{setting}"
                f"def attempt():\n    try:\n{body}\n    except BaseException as error:\n"
                "        return f'{type(error).__name__}: {error}'\n    return 'escaped'\nprint(attempt())"
            )
            if self.kernel.level == "bubblewrap":
                assert victim.poll() is None
                assert (self.kernel.home / "victim").read_text() == "secret"
        assert done.status == "ok", done
        return done.text.strip().split("\n")[-1]


@contextlib.contextmanager
def _others() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A program of the same user that is nobody's business."""
    command = [*become_ordinary(), "sh", "-c", "echo; exec sleep 300"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
        try:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"\n"
            yield victim, victim.pid
        finally:
            victim.kill()


def _own(path: Path) -> None:
    """A file of the ordinary user's with something secret in it."""
    path.write_text("secret", "ascii")
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def _answer(listening: socket.socket) -> None:
    """Answer datagrams until an empty one comes."""
    while (told := listening.recvfrom(1))[0]:
        listening.sendto(b"y", told[1])


@pytest.fixture(scope="module", params=LEVELS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    level: LocalIsolation = request.param
    if reason := why_not(level):
        pytest.skip(f"no {level} here: {reason}")
    kernel = Ordinary(level)
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        answering = threading.Thread(target=_answer, args=(udp,))
        answering.start()
        stack.callback(answering.join)
        stack.callback(lambda: udp.sendto(b"", udp.getsockname()))
        abstract, name = stack.enter_context(socket.socket(socket.AF_UNIX)), f"lci-test-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        in_folder = stack.enter_context(socket.socket(socket.AF_UNIX))
        in_folder.bind(str(kernel.app / "socket"))
        in_folder.listen(100)
        (kernel.app / "socket").chmod(0o777)
        shared = Path(f"/dev/shm/{kernel.root.name}")
        _own(shared)
        stack.callback(shared.unlink)
        script = kernel.home / "script"
        script.write_text("#!/bin/sh\n", "ascii")
        script.chmod(0o755)
        stack.callback(kernel.close)
        yield Place(kernel, {
            "PERSON": str(kernel.home), "APP": str(kernel.app), "VICTIM": str(kernel.home / "victim"),
            "SCRIPT": str(script), "SERVER": kernel.process.pid, "KEY": KEY, "PORT": tcp.getsockname()[1],
            "DATAGRAMS": udp.getsockname()[1], "ABSTRACT": name, "SHARED": shared.name,
        })  # fmt: skip


def test_there_are_enough_attempts() -> None:
    """B34"""
    assert len(ATTEMPTS) >= 40


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_gets_through_only_where_it_is_said_to(place: Place, attempt: str) -> None:
    """B31, B34"""
    where, source = ATTEMPTS[attempt]
    level = place.kernel.level
    told = place.tried(source)
    if f"{level}?" not in where:
        assert (told == "escaped") is (level in where), told


def test_the_attempts_can_tell_success(place: Place) -> None:
    """An attempt that is allowed says so: the table above is not green by mistake."""
    assert place.tried("open('mine.txt', 'w').close()") == "escaped"
    assert (place.kernel.work / "mine.txt").exists()
