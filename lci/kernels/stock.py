"""A kernel as any Jupyter has it, without our launcher, behind walls where the machine can put them up."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any, Literal, TypeAlias

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Instance

from lci.errors import IsolationRequired
from lci.kernels.isolation import Policy, survey
from lci.kernels.limits import ExcessCause, ResourceLimits
from lci.kernels.platforms import current
from lci.kernels.provisioners.bubblewrap import memory_folders, sandbox
from lci.kernels.provisioners.plain import MARK
from lci.kernels.provisioners.walls import inherited_environment, interpreter_prefixes
from lci.kernels.watchdog import Watch

#: Not where our own kernels find their files: what only runs there is to be noticed.
_DIRECTORY = "/home/user/work"

#: A process that hits its own limit gets a MemoryError and loses nothing; then it becomes the kernel.
_LIMITED = """\
import os, resource, sys
for kind, most in ((resource.RLIMIT_DATA, int(sys.argv[1])), (resource.RLIMIT_FSIZE, int(sys.argv[2]))):
    hard = resource.getrlimit(kind)[1]
    if most:
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
os.execv(sys.argv[3], sys.argv[3:])
"""

StockIsolation: TypeAlias = Literal["bubblewrap", "none"]


def stock_isolation(policy: Policy) -> StockIsolation:
    """What there is between such a kernel and the machine: other walls need our launcher.

    Raises `IsolationRequired` where there is nothing, and the policy demands something.
    """
    machine = survey()
    if policy != "off" and machine.bubblewrap.works:
        return "bubblewrap"
    if policy not in ("auto", "off"):
        raise IsolationRequired(reason=f"bubblewrap: {machine.bubblewrap.reason}")
    return "none"


class StockKernel(AsyncKernelManager):
    """The manager of such a kernel, which ends it when it and all it started use more than `limits` allow."""

    limits = Instance(ResourceLimits)
    folder = Instance(Path)
    _watch: Watch | None = None

    async def _async_post_start_kernel(self, **options: Any) -> None:
        await super()._async_post_start_kernel(**options)
        assert isinstance(self.provisioner, LocalProvisioner) and self.provisioner.pid is not None
        self._watch = Watch(self.limits, [self.folder], self.provisioner.pid, self.provisioner.kill)
        self._watch.start()

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        if self._watch is not None:
            await self._watch.end()
        await super()._async_cleanup_resources(restart=restart)

    post_start_kernel = _async_post_start_kernel
    cleanup_resources = _async_cleanup_resources

    def cell_began(self) -> None:
        """Count what one cell may use from here."""
        if self._watch is not None:
            self._watch.cell_began()

    @property
    def excess(self) -> tuple[ExcessCause, int] | None:
        """What the kernel was ended for, and the limit of it; None where it was not."""
        excess = self._watch.excess if self._watch is not None else None
        return (excess.cause, excess.limit) if excess is not None else None


def stock_kernel(folder: Path, private: Path, isolation: StockIsolation, limits: ResourceLimits) -> StockKernel:
    """A manager whose kernel works in `folder`, with bubblewrap the one place it may change; it has not started.

    `private` is an empty folder for its sockets. With bubblewrap it has no network and sees no other files. What it
    starts is marked with the name of the folder that `private` is in.
    """
    program = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    if importlib.util.find_spec("resource") is not None:
        most = [str(limits.memory_bytes), str(limits.file_bytes)]
        program = [sys.executable, "-I", "-S", "-c", _LIMITED, *most, *program]
    if isolation == "bubblewrap":
        environment = inherited_environment() | {"HOME": "/tmp", "PATH": "/usr/local/bin:/usr/bin:/bin"}
        writable = {str(folder): _DIRECTORY, str(private): str(private)}
        temporary = memory_folders(limits)
        walls = sandbox(environment, temporary, interpreter_prefixes(), writable, _DIRECTORY, network=False)
        program = [*walls, "--", *program]
    specification = private / "kernels" / "python3"
    specification.mkdir(parents=True)
    mark = {MARK: private.parent.name}
    content = {"argv": program, "display_name": "Python 3", "language": "python", "env": mark}
    (specification / "kernel.json").write_text(json.dumps(content), encoding="utf-8")
    return StockKernel(
        limits=limits,
        folder=folder,
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(private / "kernels")], ensure_native_kernel=False),
        connection_file=str(private / "c.json"),
        **current().transport(private),
    )
