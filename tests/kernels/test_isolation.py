"""What a cell in the sandbox must not be able to do, tried on a real kernel; each attempt must fail."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lci.errors import IsolationRequired
from lci.kernels.isolation import Policy, Probe, Survey, expected_level
from tests.kernels.driving import Driver, LoopThread, short_folder

KEY = "sk-test-a-key-that-must-never-be-seen"
REPOSITORY = Path(__file__).resolve().parents[2]


def test_required_refuses_to_start_where_isolation_does_not_work() -> None:
    """B34"""
    no, works = Probe(False, "no namespaces"), Probe(True)
    with pytest.raises(IsolationRequired) as raised:
        Survey(no, Probe(False, "too old"), works).level("required")
    assert raised.value.reason == "bubblewrap: no namespaces; landlock: too old"


@pytest.mark.parametrize(
    ("policy", "working", "level"),
    [
        ("auto", ("bubblewrap", "landlock", "rlimits"), "bubblewrap"),
        ("required", ("bubblewrap", "rlimits"), "bubblewrap"),
        ("auto", ("landlock", "rlimits"), "landlock"),
        ("required", ("landlock", "rlimits"), "landlock"),
        ("auto", ("rlimits",), "rlimits"),
        ("off", ("bubblewrap", "landlock", "rlimits"), "rlimits"),
        ("auto", (), "none"),
        ("off", (), "none"),
    ],
)
def test_the_best_level_that_works_is_chosen(policy: Policy, working: tuple[str, ...], level: str) -> None:
    """B34"""
    names = ("bubblewrap", "landlock", "rlimits")
    found = Survey(*(Probe(name in working, f"no {name}") for name in names))
    assert found.level(policy) == expected_level(policy, found) == level
    missing = [name for name in names[: (*names, "none").index(level)] if name not in working]
    assert found.refusals(found.level(policy)) == tuple((name, f"no {name}") for name in missing)


@dataclass
class Jail:
    """An isolated kernel and what lies outside of it."""

    driver: Driver
    facts: dict[str, object]

    def tried(self, source: str) -> str:
        """`escaped`, or how the attempt failed."""
        body = "\n".join(f"        {line}" for line in source.strip().split("\n"))
        setting = "".join(f"{name} = {value!r}\n" for name, value in self.facts.items())
        done = self.driver.fine(
            f"import os, socket, ctypes, subprocess, pathlib\n{setting}"
            f"def attempt():\n    try:\n{body}\n    except BaseException as error:\n"
            "        return f'{type(error).__name__}: {error}'\n    return 'escaped'\nprint(attempt())"
        )
        return done.text().strip()


@pytest.fixture(scope="module")
def jail(loop_thread: LoopThread) -> Iterator[Jail]:
    root = short_folder()
    driver = Driver(loop_thread, root / "workspaces" / "mine", "auto")
    app = root / "home"
    (app / "workspaces" / "other").mkdir(parents=True)
    (app / ".ssh").mkdir()
    for name in ("config.toml", "lci.sqlite", ".ssh/id_rsa", "workspaces/other/data.csv"):
        (app / name).write_text("secret")
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("LCI_HOME", str(app))
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        name = f"lci-test-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        outsider = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        facts = {
            "APP": str(app), "PORT": tcp.getsockname()[1], "ABSTRACT": name, "KEY": KEY, "OUTSIDE": outsider.pid,
            "SERVER": os.getpid(), "REPOSITORY": str(REPOSITORY), "VENV": sys.prefix, "HOST_HOME": str(Path.home()),
            "LAUNCHER": str(REPOSITORY / "lci/kernels/launcher"), "BASE": sys.base_prefix,
        }  # fmt: skip
        driver.start()
        yield Jail(driver, facts)
        assert outsider.poll() is None
        outsider.communicate(b"\n", timeout=10)
        driver.close()
    shutil.rmtree(root)


LIBC = "libc = ctypes.CDLL(None, use_errno=True)\n"
CHECKED = "if done != 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))"

ATTEMPTS = {
    "a key file": "open(f'{APP}/.ssh/id_rsa').read()",
    "the configuration": "open(f'{APP}/config.toml').read()",
    "the log": "open(f'{APP}/lci.sqlite').read()",
    "another conversation": "open(f'{APP}/workspaces/other/data.csv').read()",
    "listing the app's folder": "os.listdir(APP)",
    "host users": "open('/etc/passwd').read()",
    "host passwords": "open('/etc/shadow').read()",
    "host names": "open('/etc/hosts').read()",
    "private certificates": "os.listdir('/etc/ssl/private')",
    "the user's own folder": "assert set(os.listdir(HOST_HOME)) - {'.pyenv'}",
    "key in the environment": "assert any(KEY in value for value in os.environ.values())",
    "key in /proc/self": "assert KEY.encode() in open('/proc/self/environ', 'rb').read()",
    "key in /proc/1": "assert KEY.encode() in open('/proc/1/environ', 'rb').read()",
    "key in any process": "all = pathlib.Path('/proc').glob('[0-9]*/environ')\n"
    "assert any(KEY.encode() in p.read_bytes() for p in all)",
    "other processes": "assert len([p for p in os.listdir('/proc') if p.isdigit()]) > 3",
    "the server's process": "os.stat(f'/proc/{SERVER}')\nassert SERVER > 10",
    "loopback tcp": "socket.create_connection(('127.0.0.1', PORT), 2)",
    "loopback by name": "socket.create_connection(('localhost', PORT), 2)",
    "loopback ipv6": "socket.create_connection(('::1', PORT), 2)",
    "abstract socket": "s = socket.socket(socket.AF_UNIX); s.connect('\\0' + ABSTRACT)",
    "outside address": "socket.create_connection(('192.0.2.1', 80), 2)",
    "outside datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "raw socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "packet socket": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "writing /usr": "open('/usr/planted', 'w')",
    "writing /etc": "open('/etc/ssl/certs/planted', 'w')",
    "writing the environment": "open(f'{VENV}/planted', 'w')",
    "writing the base Python": "open(f'{BASE}/planted', 'w')",
    "changing the launcher": "open(f'{LAUNCHER}/streams.py', 'a')",
    "adding to the launcher": "open(f'{LAUNCHER}/planted.py', 'w')",
    "removing the launcher": "os.unlink(f'{LAUNCHER}/streams.py')",
    "new user namespace": "subprocess.run(['unshare', '-Ur', 'true'], check=True, capture_output=True)",
    "unshare by call": LIBC + "done = libc.unshare(0x10000000)\n" + CHECKED,
    "unshare mounts": LIBC + "done = libc.unshare(0x00020000)\n" + CHECKED,
    "mounting": LIBC + "done = libc.mount(b'none', b'/mnt/data', b'tmpfs', 0, None)\n" + CHECKED,
    "remounting /usr writable": LIBC + "done = libc.mount(None, b'/usr', None, 32 | 4096, None)\n" + CHECKED,
    "unmounting": LIBC + "done = libc.umount2(b'/proc', 2)\n" + CHECKED,
    "pivoting": LIBC + "done = libc.chroot(b'/proc/1/root')\n" + CHECKED,
    "killing outside": "os.kill(OUTSIDE, 9)",
    "tracing outside": LIBC + "done = libc.ptrace(16, OUTSIDE, 0, 0)\n" + CHECKED,
    "killing the server": "os.kill(SERVER, 0)\nassert SERVER > 10",
    "physical memory": "open('/dev/mem', 'rb')",
    "a disk": "open('/dev/sda', 'rb')",
    "the disk by its number": "os.mknod('/tmp/disk', 0o600 | 0o060000, os.makedev(254, 0)); open('/tmp/disk', 'rb')",
    "becoming root": "os.setuid(0)",
    "becoming nobody": "os.setgid(65534)",
    "capabilities": "assert any(line.startswith(('CapEff', 'CapPrm', 'CapBnd', 'CapAmb')) and int(line.split()[1], 16)"
    " for line in open('/proc/self/status'))",
    "new privileges": "assert 'NoNewPrivs:\\t1' not in open('/proc/self/status').read()",
    "a link to outside": "os.path.lexists('out') or os.symlink(f'{APP}/config.toml', 'out'); open('out').read()",
    "through /proc/1/root": "open(f'/proc/1/root{APP}/config.toml').read()",
    "through /proc/1/cwd": "open(f'/proc/1/cwd/../..{APP}/config.toml').read()",
    "entering another namespace": LIBC
    + "done = libc.setns(os.open('/proc/1/ns/pid', 0), 0)\n"
    + CHECKED
    + "\nassert os.readlink('/proc/1/ns/pid') != os.readlink('/proc/self/ns/pid')",
    "changing the kernel": "os.open('/proc/sys/kernel/hostname', os.O_WRONLY)",
    "the program for core dumps": "os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)",
    "the machine's memory settings": "os.open('/proc/sys/vm/drop_caches', os.O_WRONLY)",
    "triggering the kernel": "os.open('/proc/sysrq-trigger', os.O_WRONLY)",
    "the repository": "assert set(os.listdir(REPOSITORY)) - {'.venv', 'lci'}",
    "the package": "assert set(os.listdir(f'{REPOSITORY}/lci')) - {'kernels'}",
    "importing the package": "import lci.runtime",
    "importing it by path": "import sys; sys.path.insert(0, REPOSITORY)\ntry:\n    import lci.errors\n"
    "finally:\n    sys.path.remove(REPOSITORY)",
    "the git history": "os.listdir(f'{REPOSITORY}/.git')",
}  # fmt: skip


@pytest.mark.kernel
@pytest.mark.isolation
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_to_get_out_fails(jail: Jail, attempt: str) -> None:
    """B31, B34"""
    assert jail.tried(ATTEMPTS[attempt]) != "escaped"


@pytest.mark.kernel
@pytest.mark.isolation
def test_the_attempts_can_tell_success(jail: Jail) -> None:
    """An attempt that is allowed says so: the table above is not green by mistake."""
    assert jail.tried("open('mine.txt', 'w').write('x')") == "escaped"
    assert (jail.driver.slot.work / "mine.txt").read_text() == "x"


@pytest.mark.kernel
@pytest.mark.isolation
def test_no_descriptor_leads_outside(jail: Jail) -> None:
    """B34"""
    done = jail.driver.fine(
        "import os\nfor n in sorted(os.listdir('/proc/self/fd'), key=int):\n"
        "    try: print(os.readlink(f'/proc/self/fd/{n}'))\n    except OSError: pass\n"
        "    assert n not in ('0', '1', '2') or os.readlink(f'/proc/self/fd/{n}').startswith('pipe:')"
    )
    sockets = str(jail.driver.process.sockets)
    for target in done.text().split():
        assert target.startswith(
            ("socket:", "pipe:", "pid:", "anon_inode:", "/proc/", "/dev/", "/home/user/", sockets)
        ), target


@pytest.mark.kernel
@pytest.mark.isolation
def test_the_level_in_force_is_told(jail: Jail) -> None:
    """B34"""
    facts = jail.driver.kernel.facts
    assert facts is not None
    assert (facts.isolation, facts.network, facts.working_directory) == ("bubblewrap", False, "/mnt/data")


@pytest.mark.kernel
@pytest.mark.isolation
def test_a_link_planted_for_the_next_start_is_not_written_through(jail: Jail) -> None:
    """B34: the app itself writes settings when a kernel starts; a cell must not choose where."""
    driver = jail.driver
    victim = Path(str(jail.facts["APP"])) / "config.toml"
    driver.fine(
        "import os, shutil\nshutil.rmtree(os.path.expanduser('~/.config'), ignore_errors=True)\n"
        "os.makedirs(os.path.expanduser('~/.config/matplotlib'))\n"
        f"os.symlink({str(victim)!r}, os.path.expanduser('~/.config/matplotlib/matplotlibrc'))"
    )
    driver.thread.call(driver.kernel.restart())
    assert victim.read_text() == "secret"


@pytest.mark.kernel
def test_a_plain_kernel_has_no_keys_in_its_environment(
    loop_thread: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B31"""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    root = short_folder()
    driver = Driver(loop_thread, root, "off")
    try:
        assert driver.value(f"{KEY!r} in str(__import__('os').environ)") == "False"
    finally:
        driver.close()
        shutil.rmtree(root)
