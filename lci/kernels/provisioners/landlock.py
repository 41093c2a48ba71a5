"""A kernel that Landlock holds to its own folders: for machines where namespaces are not allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lci.kernels.provisioners.plain import LAUNCHER, PlainProvisioner
from lci.kernels.provisioners.walls import NETWORK_SETTINGS, SETTINGS, Walls

#: DuckDB, joblib and multiprocessing end without these two; what of other processes they tell is in docs/isolation.md.
_KERNEL_FILES = ("/proc", "/sys")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts")
_SHARED_MEMORY = "/dev/shm"


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
        read = (*readable_system(), *settings, *self.prefixes, str(LAUNCHER))
        write = (*map(str, (*self.slot.folders, self.sockets)), _SHARED_MEMORY)
        return Walls(read, write, _DEVICES, self.network)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        self.temporary.mkdir(mode=0o700, exist_ok=True)
        return await super().launch_kernel(cmd, **kwargs)


def readable_system() -> tuple[str, ...]:
    """What of the machine any Python program has to read."""
    return (*_SYSTEM, *_KERNEL_FILES, *SETTINGS)
