"""A kernel beside the app, with a clean environment: within Landlock's walls, or plain, no security boundary."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Instance, List, Unicode

from lci.core.cjk import FONT_FILES
from lci.kernels.limits import ResourceLimits
from lci.kernels.platforms import Platform
from lci.kernels.provisioners.walls import NETWORK_SETTINGS, PLAN, SETTINGS, Walls, beside_app, inherited_environment
from lci.kernels.slots import Slot

#: Run by path: the kernel's environment need not have this package.
LAUNCHER = Path(__file__).resolve().parent.parent / "launcher"

#: Names the kernel in the environment of everything it starts: daemons that left its session are found by it.
MARK = "LCI_KERNEL"
_MATPLOTLIBRC = "matplotlibrc"

#: Seconds a supervisor has to end everything.
_SUPERVISOR_DEADLINE = 3.0
#: Looks at the processes below another, while they come and go.
_LOOKS = 10

#: DuckDB, joblib and multiprocessing end without these two; what of other processes they tell is in docs/isolation.md.
_KERNEL_FILES = ("/proc", "/sys")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts")
_SHARED_MEMORY = "/dev/shm"


def kernel_environment(python: str, home: str, overlay: str, spool: str) -> dict[str, str]:
    """The whole environment of a kernel: nothing is inherited but locale and time zone."""
    return inherited_environment() | {
        "PATH": os.pathsep.join([str(Path(python).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": home,
        "MPLCONFIGDIR": f"{home}/.config/matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": f"{home}/.ipython",
        "JUPYTER_CONFIG_DIR": f"{home}/.jupyter",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        # HOME is a folder that cells write to: nothing there is run as a Python starts.
        "PYTHONNOUSERSITE": "1",
        "PLOTLY_RENDERER": "plotly_mimetype",
        "PIP_TARGET": overlay,
        "LCI_OVERLAY": overlay,
        "LCI_SPOOL": spool,
    }


def cjk_family() -> str | None:
    """The font family that draws Chinese, Japanese and Korean here, if there is one."""
    return next((name for file, name in FONT_FILES.items() if Path(file).exists()), None)


def write_matplotlib_settings(folder: Path) -> None:
    """Write a matplotlibrc with a CJK family behind the usual one, where such a font exists.

    The family list gives glyph by glyph fallback; `font.sans-serif` would not. `folder` must be one that no cell has
    written to: a planted link would lead the write anywhere.
    """
    family = cjk_family()
    families = "sans-serif" if family is None else f"sans-serif, {family}"
    (folder / _MATPLOTLIBRC).write_text(f"font.family: {families}\naxes.unicode_minus: True\n", "utf-8")


class LauncherProvisioner(LocalProvisioner):
    """Starts the launcher; `sockets` is the kernel's own new folder, `prefixes` are those of its Python."""

    python = Unicode()
    slot = Instance(Slot)
    sockets = Instance(Path)
    prefixes = List(Unicode())
    network = Bool()
    limits = Instance(ResourceLimits)
    platform = Instance(Platform)

    @property
    def matplotlibrc(self) -> str:
        """The file of `write_matplotlib_settings`."""
        return str(self.sockets / _MATPLOTLIBRC)

    def command(self, connection_file: str) -> list[str]:
        """What starts the launcher."""
        return [self.python, "-s", "-Xfrozen_modules=off", str(LAUNCHER), "-f", connection_file]

    @property
    def kernel_pid(self) -> int | None:
        """The pid of the kernel itself."""
        return self.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; a signal's number is negative."""
        process: subprocess.Popen[bytes] | None = self.process
        return process.poll() if process is not None else None


class PlainProvisioner(LauncherProvisioner):
    """Starts it in the slot's working directory, as child of a supervisor that ends with this process."""

    def environment(self) -> dict[str, str]:
        """The whole environment of this kernel."""
        slot = self.slot
        return kernel_environment(self.python, str(slot.home), str(slot.overlay), str(slot.spool)) | {
            "JPY_PARENT_PID": str(os.getpid()), "MATPLOTLIBRC": self.matplotlibrc, MARK: self.kernel_id,
            PLAN: beside_app(self.limits, self.walls(), self.platform),
        }  # fmt: skip

    def walls(self) -> Walls | None:
        """What is left open; None for everything."""
        return None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        return await super().launch_kernel(
            self.command(cmd[-1]), **kwargs | {"env": self.environment(), "cwd": str(self.slot.work)}
        )

    @property
    def kernel_pid(self) -> int | None:
        """The pid of the kernel itself: the first child of the supervisor."""
        if self.pid is None or not self.platform.has_supervisor:
            return self.pid
        try:
            children = psutil.Process(self.pid).children()
        except psutil.Error:
            return None
        # Whatever the supervisor adopts began later.
        return min(children, key=lambda child: (child.create_time(), child.pid)).pid if children else None

    async def send_signal(self, signum: int) -> None:
        if not self.platform.has_supervisor:
            await super().send_signal(signum)
            return
        if signum == self.platform.end_signal:
            await asyncio.to_thread(self._end_all)
            return
        signalled(self.kernel_pid, signum)

    def _end_all(self) -> None:
        """End the supervisor and all below it, also while it grows.

        The supervisor does it better, for it adopts what others leave; a cell without walls may have stopped it.
        """
        process: subprocess.Popen[bytes] | None = self.process
        if process is None or process.poll() is not None:
            return
        if self.platform.system == "linux":
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_SUPERVISOR_DEADLINE)
                return
        stopped = below(process.pid)
        process.kill()
        kill(stopped)


class LandlockProvisioner(PlainProvisioner):
    """Starts the launcher beside the app; it may read the system and its Python, and write its slot."""

    @property
    def temporary(self) -> Path:
        """The kernel's own folder for temporary files: the machine's is out of bounds."""
        folder: Path = self.sockets / "tmp"
        return folder

    def environment(self) -> dict[str, str]:
        """As of a plain kernel, with its own folder for temporary files."""
        return super().environment() | {"TMPDIR": str(self.temporary)}

    def walls(self) -> Walls:
        """What is left open."""
        settings = NETWORK_SETTINGS if self.network else ()
        in_place = (str(source) for _, source in self.slot.in_place)
        read = (*readable_system(), *settings, *self.prefixes, str(LAUNCHER), *in_place)
        write = (*map(str, (*self.slot.folders, self.sockets)), _SHARED_MEMORY)
        return Walls(read, write, _DEVICES, self.network)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        self.temporary.mkdir(mode=0o700, exist_ok=True)
        return await super().launch_kernel(cmd, **kwargs)


def readable_system() -> tuple[str, ...]:
    """What of the machine any Python program has to read."""
    return (*_SYSTEM, *_KERNEL_FILES, *SETTINGS)


def signalled(pid: int | None, signum: int) -> None:
    """Send a signal to a kernel; an interrupt reaches the programs its cells started too, for it leads its session."""
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        if signum == signal.SIGINT:
            os.killpg(pid, signum)
        else:
            os.kill(pid, signum)


def kill(processes: Iterable[psutil.Process]) -> None:
    """End what of these is still there."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def below(pid: int) -> list[psutil.Process]:
    """Everything that process started and its children started, stopped: what is stopped starts nothing more."""
    stopped: dict[int, psutil.Process] = {}
    while new := [child for child in _children(pid) if child.pid not in stopped]:
        for child in new:
            stopped[child.pid] = child
            with contextlib.suppress(psutil.Error):
                child.suspend()
    return list(stopped.values())


def _children(pid: int) -> list[psutil.Process]:
    # While they come and go, a look may meet one that is gone already.
    for _ in range(_LOOKS):
        try:
            return psutil.Process(pid).children(recursive=True)
        except psutil.NoSuchProcess as error:
            if error.pid == pid:
                return []
        except psutil.Error:
            continue
    return []
