"""The kernel: an interrupt reaches user code and nothing else, and the app can look in while a cell runs.

Stock ipykernel raises `KeyboardInterrupt` wherever the main thread is: at the wrong moment the reply of the cell is
lost, or the loop itself ends.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from ipykernel.ipkernel import IPythonKernel

#: All of these catch what is raised in them, `trigger` around what libraries do at a cell's end.
_USER = {
    ("_run_cell", "interactiveshell.py"),
    ("run_ast_nodes", "interactiveshell.py"),
    ("run_code", "interactiveshell.py"),
    ("trigger", "events.py"),
}
_OURS = {("cell_ended", "streams.py"), ("cell_ended", "displays.py")}


def _in_user_code(frame: FrameType | None) -> bool:
    """Whether a cell's code, or what libraries do at its end (drawing figures), is running."""
    in_user_code = False
    while frame is not None:
        place = (frame.f_code.co_name, frame.f_code.co_filename.rsplit("/", 1)[-1])
        if place in _OURS:
            return False
        in_user_code = in_user_code or place in _USER
        frame = frame.f_back
    return in_user_code


def obey(_: int, frame: FrameType | None) -> None:
    """The handler of SIGINT while a request is handled."""
    __tracebackhide__ = True
    if _in_user_code(frame):
        raise KeyboardInterrupt


class Kernel(IPythonKernel):
    """Interruptible in user code only, there also between the awaits of a cell; answers looks on its control thread."""

    control_msg_types = [*IPythonKernel.control_msg_types, "lci_look_request"]  # noqa: RUF012 - as ipykernel has it

    async def lci_look_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """The JSON text of a call in the inspection module; no cell's state, count or event is touched."""
        try:
            expression = str(parent["content"]["expression"])
            answer = eval(expression, vars(sys.modules["_lci_inspection"]))
            content = {"status": "ok", "value": answer.text}
        except Exception as error:  # noqa: BLE001 - whatever is in the namespace may raise anything
            content = {"status": "error", "ename": type(error).__name__}
        session: Any = self.session
        session.send(stream, "lci_look_reply", content, parent, ident)

    def pre_handler_hook(self) -> None:
        self.saved_sigint_handler = signal.signal(signal.SIGINT, obey)

    @contextlib.contextmanager
    def _cancel_on_sigint(self, future: Any) -> Iterator[None]:
        with super()._cancel_on_sigint(future):
            cancel = signal.getsignal(signal.SIGINT)

            def obey_or_cancel(number: int, frame: FrameType | None) -> None:
                __tracebackhide__ = True
                obey(number, frame)
                if callable(cancel):
                    cancel(number, frame)

            signal.signal(signal.SIGINT, obey_or_cancel)
            yield
