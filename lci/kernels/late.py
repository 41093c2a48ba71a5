"""Output that comes when its cell has ended: from threads and tasks it left running."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from lci.core.ports import JupyterMessage, KernelEvent
from lci.kernels.iopub import kernel_event

#: Cells whose late output finds its way; older ones are forgotten.
_CELLS = 2_000


class Late:
    """Knows which cell a request ran, and tells `heard(tag, event)` what belongs to one that has ended."""

    def __init__(self) -> None:
        self.heard: Callable[[str, KernelEvent], None] | None = None
        self._tags: OrderedDict[str, str] = OrderedDict()

    def began(self, request: str, tag: str) -> None:
        """From now on `request` means the cell of that tag."""
        self._tags[request] = tag
        while len(self._tags) > _CELLS:
            self._tags.popitem(last=False)

    def came(self, message: JupyterMessage) -> None:
        """Pass on a message that is not the running cell's."""
        tag = self._tags.get(message.parent or "")
        if tag is None or self.heard is None:
            return
        event = kernel_event(message)
        if event is not None:
            self.heard(tag, event)
