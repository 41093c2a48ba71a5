"""stdout and stderr of a kernel: sent in pieces, capped per cell, the whole text spooled to a file."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ipykernel.iostream import OutStream

#: Characters of one message; zmq queues count messages, not bytes.
PIECE = 64 * 1024
#: Characters of one cell that are sent while they come, and at its end.
HEAD = 512 * 1024
TAIL = 64 * 1024
#: Characters of one cell that are kept in the file.
SPOOL_LIMIT = 200 * 1024 * 1024
#: Seconds between two sends forced by user code: print(..., flush=True) in a loop must not cost a message each.
FLUSH_INTERVAL = 0.05


class Leaving:
    """`exit` and `quit` of a notebook: they end the cell, not the process with every variable."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"{self._name}() ends a cell here: the kernel keeps running"

    def __call__(self, code: object = None) -> None:
        raise SystemExit(code)


class _Cell:
    """What one cell has printed so far; used on the thread that sends, and at the cell's end."""

    def __init__(self, parent: dict[str, Any]) -> None:
        self.parent = parent
        self.sent = 0
        self.head: list[tuple[str, str]] = []
        self.tail = ""
        self.tail_name = "stdout"
        self.omitted = 0
        self.spooled = 0
        self.spool: Path | None = None
        #: Whether an error has already had the last of the output sent before it.
        self.failed = False


class _Cap:
    """Shared by stdout and stderr; keeps only the latest cell."""

    def __init__(self) -> None:
        self._cell: _Cell | None = None
        self._lock = threading.Lock()
        self._folder = os.environ.get("LCI_SPOOL", "")

    def pieces(self, name: str, parent: dict[str, Any], text: str) -> Iterator[str]:
        """What of `text` is to be sent now."""
        with self._lock:
            cell = self._of(parent)
            room = HEAD - cell.sent
            now, later = text[: max(0, room)], text[max(0, room) :]
            cell.sent += len(now)
            if cell.spool is None and now:
                cell.head.append((name, now))
            if later:
                self._keep(cell, name, later)
        for at in range(0, len(now), PIECE):
            yield now[at : at + PIECE]

    def _of(self, parent: dict[str, Any]) -> _Cell:
        if self._cell is None or self._cell.parent.get("msg_id") != parent.get("msg_id"):
            self._cell = _Cell(parent)
        return self._cell

    def _keep(self, cell: _Cell, name: str, text: str) -> None:
        """To the file, and the last of it for the end."""
        if cell.spool is None and self._folder:
            cell.spool = Path(self._folder) / f"{cell.parent.get('msg_id', 'output')[-24:]}.txt"
            for _, head in cell.head:
                self._write(cell, head)
            cell.head.clear()
        self._write(cell, text)
        kept = (cell.tail + text)[-TAIL:] if len(text) < TAIL else text[-TAIL:]
        cell.omitted += len(cell.tail) + len(text) - len(kept)
        cell.tail, cell.tail_name = kept, name

    def _write(self, cell: _Cell, text: str) -> None:
        part = text[: max(0, SPOOL_LIMIT - cell.spooled)]
        if not part or cell.spool is None:
            return
        try:
            with cell.spool.open("a", encoding="utf-8", errors="replace") as stream:
                stream.write(part)
            cell.spooled += len(part)
        except OSError:
            cell.spooled = SPOOL_LIMIT

    def ended(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The parent and the content of the message that ends a capped cell."""
        with self._lock:
            cell, self._cell = self._cell, None
            return self._last(cell)

    def fails(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The same before an error, which is told after what came before it; of one error in a cell only.

        The cell goes on with what it may still send: code that shows errors itself gets no more room by that.
        """
        with self._lock:
            cell = self._cell
            if cell is None or cell.failed:
                return None
            cell.failed, last = True, self._last(cell)
            cell.tail, cell.omitted = "", 0
            return last

    @staticmethod
    def _last(cell: _Cell | None) -> tuple[dict[str, Any], dict[str, Any]] | None:
        if cell is None or not cell.tail:
            return None
        gap: dict[str, Any] = {"omitted": cell.omitted}
        if cell.spool is not None:
            gap["spool"] = cell.spool.name
        return cell.parent, {"name": cell.tail_name, "text": cell.tail, "lci": gap}


_CAP = _Cap()


class CappedStream(OutStream):
    """An `OutStream` whose messages are small and whose cells end somewhere."""

    _last_forced = 0.0
    #: How often something was written.
    written = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        copy = getattr(self, "_original_stdstream_copy", None)
        if copy is not None:
            # What programs print is echoed there: a log file of the app that would grow without end.
            with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device
                os.dup2(nowhere.fileno(), copy)

    def fileno(self) -> int:
        """The watched descriptor: what a program started with `stdout=sys.stdout` prints is captured too."""
        watched = getattr(self, "_original_stdstream_fd", None)
        return super().fileno() if watched is None else int(watched)

    def close(self) -> None:
        """Flush; a cell that closes `sys.stdout` must not silence the next one."""
        self.flush()

    def write(self, string: str) -> int:
        __tracebackhide__ = True  # who is interrupted while printing sees code of their own
        self.written += 1
        # A lone surrogate cannot be sent: the whole message would be lost.
        if isinstance(string, str) and not string.isascii():
            try:
                string.encode("utf-8")
            except UnicodeEncodeError:
                string = string.encode("utf-8", "replace").decode("utf-8")
        return super().write(string) or 0

    def reconfigure(self, **_: object) -> None:
        """Text is sent as it is, whatever it was to be encoded as."""

    @property
    def buffer(self) -> io.BufferedIOBase:
        """Bytes that are written here are text of the same stream."""
        return _Bytes(self)

    def flush(self) -> None:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if not caller.startswith(("ipykernel", "IPython", "_lci")):
            now = time.monotonic()
            if now - self._last_forced < FLUSH_INTERVAL:
                return
            self._last_forced = now
        super().flush()

    def _flush_buffers(self) -> Iterator[tuple[dict[str, Any], str]]:
        for parent, data in super()._flush_buffers():
            for piece in _CAP.pieces(self.name, parent, data):
                yield parent, piece


class _Bytes(io.BufferedIOBase):
    """The stream as programs see it that wrap its bytes once more; what they wrapped stays open."""

    def __init__(self, stream: CappedStream) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._stream.write(self._decoder.decode(bytes(data)))
        return len(data)

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        """Flush: whoever wraps the stream closes what it wrapped."""
        self.flush()


def install(shell: Any) -> None:
    """Send what a cell's end or its error brings: what is still buffered, then the tail of a capped output.

    `exit` ends nothing.
    """
    for name in ("exit", "quit"):
        shell.user_ns[name] = shell.user_ns_hidden[name] = Leaving(name)

    own, errors = sys.stdout, sys.stderr

    def cell_begins(*_: object) -> None:
        # ipykernel tells it to whatever stands in their place. While `%%capture` runs a cell, nothing is to be told.
        parent = getattr(shell.display_pub, "parent_header", None)
        for stream in (own, errors):
            if parent is not None and isinstance(stream, CappedStream):
                stream.set_parent(parent)

    def flushed() -> None:
        for stream in (sys.stdout, sys.stderr, own, errors):
            # What a cell has put in their place may hold text back, and may be closed.
            with contextlib.suppress(Exception):
                stream.flush()

    def send(last: tuple[dict[str, Any], dict[str, Any]] | None) -> None:
        stream = own
        if last is None or not isinstance(stream, CappedStream) or stream.pub_thread is None:
            return
        parent, content = last
        topic = f"stream.{content['name']}".encode()
        session, thread = stream.session, stream.pub_thread
        message = session.msg("stream", content, parent=parent)
        thread.schedule(lambda: session.send(thread, message, ident=topic))

    def cell_ended(*_: object) -> None:
        flushed()
        send(_CAP.ended())

    show_error = shell._showtraceback

    def error_follows(*error: Any) -> Any:
        flushed()
        send(_CAP.fails())
        return show_error(*error)

    shell._showtraceback = error_follows
    shell.events.register("pre_run_cell", cell_begins)
    shell.events.register("post_run_cell", cell_ended)
