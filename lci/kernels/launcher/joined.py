"""For a kernel that another server started: put into it, while it runs, what the launcher puts into ours."""

from __future__ import annotations

import sys
from typing import Any

from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel


def join() -> None:
    """Install everything that needs no process of our own; once, before the first cell."""
    from IPython import get_ipython

    ours = {name: sys.modules[f"_lci_{name}"] for name in (
        "aftermath", "streams", "displays", "interrupts", "figures", "threads", "critique",
    )}  # fmt: skip
    shell: Any = get_ipython()
    kernel: Any = shell.kernel
    if type(kernel) is IPythonKernel:
        # The same object goes on, as ours: its interrupts reach user code only.
        kernel.__class__ = ours["interrupts"].Kernel
    look = ours["interrupts"].Kernel.lci_look_request.__get__(kernel)
    kernel.control_handlers["lci_look_request"] = look
    for stream in (sys.stdout, sys.stderr):
        if type(stream) is OutStream:
            stream.__class__ = ours["streams"].CappedStream
    kernel.session.pack = ours["displays"].packed
    for name in ("aftermath", "figures", "critique", "displays", "streams"):
        ours[name].install(shell)
    for name in ("exit", "quit"):
        shell.user_ns[name] = shell.user_ns_hidden[name] = ours["streams"].Leaving(name)
    ours["threads"].install()
