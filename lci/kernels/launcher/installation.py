"""What makes a kernel ours, in one that the launcher starts and in one that another server has started."""

from __future__ import annotations

import sys
from typing import Any

from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel


def install(shell: Any) -> None:
    """Install everything that needs no process of our own; once, before the first cell."""
    ours = {name.removeprefix("_lci_"): module for name, module in sys.modules.items() if name.startswith("_lci_")}
    shell.kernel.session.pack = ours["displays"].packed
    # Figures shown at a cell's end count as its displays, and both come before the end of its text.
    for name in ("cell_hygiene", "outside", "figures", "figure_notes", "displays", "streams"):
        ours[name].install(shell)


def join() -> None:
    """The same for a kernel that runs already."""
    from IPython import get_ipython

    shell: Any = get_ipython()
    kernel: Any = shell.kernel
    interruptible = sys.modules["_lci_interrupts"].Kernel
    if type(kernel) is IPythonKernel:
        # The same object goes on, as ours: its interrupts reach user code only.
        kernel.__class__ = interruptible
    kernel.control_handlers["lci_look_request"] = interruptible.lci_look_request.__get__(kernel)
    for stream in (sys.stdout, sys.stderr):
        if type(stream) is OutStream:
            stream.__class__ = sys.modules["_lci_streams"].CappedStream
    install(shell)
