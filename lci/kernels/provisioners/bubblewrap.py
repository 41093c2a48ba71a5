"""A kernel inside bubblewrap: no network, a read-only system, one writable slot, no other processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lci.errors import KernelStartFailed
from lci.kernels.isolation import WORKING_DIRECTORY
from lci.kernels.launcher.supervisor import children
from lci.kernels.limits import ResourceLimits
from lci.kernels.provisioners.plain import LAUNCHER, LauncherProvisioner, kernel_environment, signalled
from lci.kernels.provisioners.walls import NETWORK_SETTINGS, PLAN, SETTINGS, inside_sandbox

HOME = "/home/user"
OVERLAY = "/opt/overlay"
SPOOL = "/run/spool"

#: Settings of the whole machine that root may write in any namespace; bubblewrap covers only some of them itself.
_PROC = (
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/acpi",
    "/proc/fs",
    "/proc/scsi",
    "/proc/mtrr",
)
#: These live in memory, where the limit on a process does not see them.
_TMP_BYTES = 2 << 30
_SHM_BYTES = 1 << 30


class BubblewrapProvisioner(LauncherProvisioner):
    """Starts the launcher in a sandbox; everything in it dies with it, and with this process."""

    _init_pid: int | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        read_end, write_end = os.pipe()
        command = [*self._sandbox(), "--info-fd", str(write_end), "--", *self.command(cmd[-1])]
        kwargs |= {"env": {"PATH": "/usr/local/bin:/usr/bin:/bin"}, "cwd": "/", "pass_fds": (write_end,)}
        try:
            info = await super().launch_kernel(command, **kwargs)
        finally:
            os.close(write_end)
        answer = await asyncio.to_thread(_read_all, read_end)
        if not answer:
            raise KernelStartFailed(reason="bubblewrap could not start")
        self._init_pid = int(json.loads(answer)["child-pid"])
        return info

    def _sandbox(self) -> list[str]:
        environment = kernel_environment(self.python, HOME, OVERLAY, SPOOL)
        # In a pid namespace the parent is always 1: ipykernel's parent poller would end the kernel at once.
        environment |= {
            "JPY_PARENT_PID": "0", "TMPDIR": "/tmp", "JUPYTER_RUNTIME_DIR": str(self.sockets), "USER": "user",
            "LOGNAME": "user", "MATPLOTLIBRC": self.matplotlibrc, PLAN: inside_sandbox(self.limits, self.network),
        }  # fmt: skip
        temporary = memory_folders(self.limits)
        places = (WORKING_DIRECTORY, HOME, OVERLAY, SPOOL, str(self.sockets))
        writable = dict(zip(map(str, (*self.slot.folders, self.sockets)), places, strict=True))
        in_place = {str(source): f"{WORKING_DIRECTORY}/{name}" for name, source in self.slot.in_place}
        readable = [*self.prefixes, str(LAUNCHER)]
        return sandbox(
            environment, temporary, readable, writable, WORKING_DIRECTORY, network=self.network, in_place=in_place
        )

    @property
    def kernel_pid(self) -> int | None:
        """The kernel's pid outside the sandbox: the one child of the namespace's first process."""
        try:
            return children(self._init_pid)[0] if self._init_pid is not None else None
        except (OSError, IndexError):
            return None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; a signal's number is negative (bubblewrap reports 128 + n)."""
        code = super().exit_code
        return -(code - 128) if code is not None and 128 < code <= 128 + signal.SIGRTMAX else code

    async def send_signal(self, signum: int) -> None:
        if signum == signal.SIGKILL:
            # Killing bubblewrap tears the pid namespace down: nothing inside survives.
            if self.process is not None:
                self.process.kill()
            return
        signalled(self.kernel_pid, signum)


def memory_folders(limits: ResourceLimits) -> list[str]:
    """Arguments that mount the folders in memory, which together take no more of it than the limit."""
    half = limits.memory_bytes // 2
    arguments: list[str] = []
    for folder, most in (("/dev/shm", _SHM_BYTES), ("/tmp", _TMP_BYTES)):
        arguments += ["--size", str(min(most, half or most)), "--tmpfs", folder]
    return arguments


def sandbox(
    environment: Mapping[str, str],
    temporary: Sequence[str],
    readable: Iterable[str],
    writable: Mapping[str, str],
    directory: str,
    *,
    network: bool,
    in_place: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """The command before `--` that starts a program with nothing but `/usr`, `readable`, and `writable` at its places.

    Files `in_place` are seen at theirs, within what is writable, and cannot be changed.
    `temporary` are arguments that mount folders in memory. The program begins in `directory`, ends with whoever
    started it, and sees no other process.
    """
    arguments = [
        "bwrap", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
        "--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--disable-userns", "--die-with-parent",
        "--new-session", "--cap-drop", "ALL", "--clearenv",
    ]  # fmt: skip
    if not network:
        arguments.append("--unshare-net")
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    arguments += ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib64", "/lib32"):
        path = Path(name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), name]
        elif path.exists():
            arguments += ["--ro-bind", name, name]
    for name in (*SETTINGS, *(NETWORK_SETTINGS if network else ())):
        arguments += ["--ro-bind-try", name, name]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for name in _PROC:
        arguments += ["--ro-bind-try", name, name]
    arguments += temporary
    for name in readable:
        arguments += ["--ro-bind", name, name]
    for source, target in writable.items():
        arguments += ["--bind", source, target]
    for source, target in in_place.items():
        arguments += ["--ro-bind", source, target]
    # The root and /dev are memory too, without a bound: nobody writes there.
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*arguments, "--chdir", directory]


def _read_all(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()
