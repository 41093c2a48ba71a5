"""A kernel as any Jupyter has it, without our launcher, behind walls where the machine can put them up."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal, TypeAlias

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager

from lci.errors import IsolationRequired
from lci.kernels.isolation import Policy, survey
from lci.kernels.platforms import current
from lci.kernels.provisioners.bubblewrap import sandbox
from lci.kernels.provisioners.walls import inherited_environment, interpreter_prefixes

#: Not where our own kernels find their files: what only runs there is to be noticed.
_DIRECTORY = "/home/user/work"


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


def stock_kernel(folder: Path, private: Path, isolation: StockIsolation) -> AsyncKernelManager:
    """A manager whose kernel works in `folder`, with bubblewrap the one place it may change; it has not started.

    `private` is an empty folder for its sockets. With bubblewrap it has no network and sees no other files.
    """
    program = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    if isolation == "bubblewrap":
        environment = inherited_environment() | {"HOME": "/tmp", "PATH": "/usr/local/bin:/usr/bin:/bin"}
        writable = {str(folder): _DIRECTORY, str(private): str(private)}
        walls = sandbox(environment, ["--tmpfs", "/tmp"], interpreter_prefixes(), writable, _DIRECTORY, network=False)
        program = [*walls, "--", *program]
    specification = private / "kernels" / "python3"
    specification.mkdir(parents=True)
    content = {"argv": program, "display_name": "Python 3", "language": "python"}
    (specification / "kernel.json").write_text(json.dumps(content), encoding="utf-8")
    return AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(private / "kernels")], ensure_native_kernel=False),
        connection_file=str(private / "c.json"),
        **current().transport(private),
    )
