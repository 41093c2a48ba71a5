"""Displays, updates and clearings of a kernel: bounded in number and size, paced, and always fit to be sent."""

from __future__ import annotations

import functools
import json
import math
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from jupyter_client.jsonutil import json_default
from jupyter_client.session import json_packer

#: Displays of one cell that are sent.
MAX_DISPLAYS = 500
#: Characters of one display, and of one error's text.
MAX_DISPLAY = 20_000_000
MAX_ERROR = 200_000
#: Bytes, as weighed, of the displays of one cell that are sent at once, and a second that may follow. The app reads a
#: little more than that.
BUDGET = 60_000_000
BUDGET_PER_SECOND = 3_000_000
#: Characters of displays that were not sent and are kept in a file.
SPOOL_LIMIT = 200_000_000
#: About what an element takes in the app's memory beyond its text.
_ELEMENT = 32
#: Seconds between two updates of one display: the last one always arrives.
UPDATE_INTERVAL = 0.05
#: Messages a second from user code: beyond, a full queue would silently drop some.
PACE = 2000

_INTERRUPTS = str(Path(__file__).with_name("interrupts.py"))


def packed(message: Any) -> bytes:
    """JSON that can always be sent: a lone surrogate would lose the message, an endless error would be sent twice.

    Numbers that JSON does not have become their names.
    """
    if isinstance(message, dict) and "ename" in message and "traceback" in message:
        message = _shortened(message)
    try:
        raw = json.dumps(message, default=json_default, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(message, ensure_ascii=False, default=str).encode("utf-8", "replace")
    except (TypeError, ValueError):
        raw = json_packer(_finite(message))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace").encode("utf-8")
    return raw


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return (
            value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        )
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value


def _shortened(error: dict[str, Any]) -> dict[str, Any]:
    # Where an interrupt was raised is no part of the user's code.
    lines = [line for line in error["traceback"] if _INTERRUPTS not in line]
    error = {**error, "traceback": lines}
    value = str(error.get("evalue", ""))
    if len(value) + sum(map(len, lines)) <= MAX_ERROR:
        return error
    return {**error, "evalue": _ends(value, 10_000), "traceback": [_ends(line, 10_000) for line in _few(lines)]}


def _few(lines: list[str]) -> list[str]:
    return lines if len(lines) <= 20 else [*lines[:5], f"[{len(lines) - 15} frames left out]", *lines[-10:]]


def _ends(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}[{len(text) - limit:,} characters left out]{text[-half:]}"


def _size(data: Any) -> int:
    """About the characters a value takes; containers are looked into."""
    if isinstance(data, str | bytes):
        return len(data)
    if isinstance(data, dict):
        return sum(_size(value) for value in data.values())
    return sum(_size(value) for value in data) if isinstance(data, list | tuple) else 8


def _weight(data: Any) -> int:
    """About the bytes a value takes in the app, weighed as the app does: what may be an element counts for more."""
    if isinstance(data, str):
        return len(data) + _ELEMENT * (data.count(",") + data.count("[") + data.count("{"))
    if isinstance(data, bytes):
        return len(data) * 4 // 3
    if isinstance(data, dict):
        return _ELEMENT + sum(_ELEMENT + len(str(key)) + _weight(value) for key, value in data.items())
    if isinstance(data, list | tuple):
        return _ELEMENT + sum(_ELEMENT + _weight(value) for value in data)
    return 20


class _Budget:
    """What of a cell's displays may still be sent; the others go to a file of the spool, as far as there is room."""

    def __init__(self) -> None:
        self._folder = os.environ.get("LCI_SPOOL", "")
        self._left, self._at = float(BUDGET), time.monotonic()
        self._kept = 0
        self._file: Path | None = None
        self.omitted = 0

    def refill(self) -> None:
        """A cell has ended."""
        self._left, self._at = float(BUDGET), time.monotonic()
        self._file, self._kept, self.omitted = None, 0, 0

    @property
    def file_name(self) -> str | None:
        """The name of the file in the spool, if there is one."""
        return None if self._file is None else self._file.name

    def fits(self, data: Any) -> bool:
        """Take from the budget what this display needs; whether there is enough."""
        now = time.monotonic()
        self._left = min(BUDGET, self._left + (now - self._at) * BUDGET_PER_SECOND)
        self._at = now
        weight = _weight(data)
        if weight > self._left:
            return False
        self._left -= weight
        return True

    def bounded(self, data: Any, parent: dict[str, Any]) -> Any:
        """The bundle, or, where it is too much, a line that says so."""
        if not isinstance(data, dict):
            return data
        size = _size(data)
        if size <= MAX_DISPLAY and self.fits(data):
            return data
        self.omitted += size
        self._keep(data, parent)
        return {"text/plain": "[display of %s characters left out: too large]" % format(size, ",")}  # noqa: UP031

    def _keep(self, data: dict[str, Any], parent: dict[str, Any]) -> None:
        if not self._folder:
            return
        self._file = self._file or Path(self._folder) / ("%s-displays.txt" % parent.get("msg_id", "output")[-24:])  # noqa: UP031
        for mime, value in data.items():
            room = SPOOL_LIMIT - self._kept
            if room <= 0 or isinstance(value, bytes):
                continue
            try:
                text = value if isinstance(value, str) else json.dumps(value, default=str)
                with self._file.open("a", encoding="utf-8", errors="replace") as stream:
                    stream.write("--- %s\n" % mime)  # noqa: UP031
                    self._kept += stream.write(text[:room])
                    stream.write("\n")
            except (OSError, ValueError, RecursionError):
                self._kept = SPOOL_LIMIT


class _Publishing:
    """What the running cell has displayed so far."""

    def __init__(self, publisher: Any) -> None:
        self._publisher = publisher
        self._publish = publisher.publish
        self._clear = publisher.clear_output
        self._lock = threading.Lock()
        self._shown = 0
        self._sent: dict[str, float] = {}
        self._waiting: dict[str, dict[str, Any]] = {}
        self._allowance, self._at = float(PACE) / 4, time.monotonic()
        self._budget = _Budget()
        #: What had been written and shown when the outputs were last cleared, and whether that waits for the next.
        self._cleared: tuple[int, int, bool] | None = None

    def publish(
        self, data: Any, metadata: Any = None, *, transient: Any = None, update: bool = False, **more: Any
    ) -> None:
        name = (transient or {}).get("display_id")
        if update and isinstance(name, str):
            self._update(name, data, metadata, transient)
            return
        self._shown += 1
        if self._shown > MAX_DISPLAYS:
            return
        self._pace()
        self._publish(self.bounded(data), metadata, transient=transient, update=update, **more)

    def bounded(self, data: Any) -> Any:
        """The bundle as far as the cell's budget goes."""
        with self._lock:
            return self._budget.bounded(data, self._publisher.parent_header)

    def clear_output(self, wait: bool = False) -> None:
        before = (_written(), self._shown)
        if self._cleared is not None and self._cleared[:2] == before and (wait or not self._cleared[2]):
            # There is nothing to clear.
            return
        self._cleared = (*before, wait)
        self._pace()
        self._clear(wait)

    def _pace(self) -> None:
        now = time.monotonic()
        self._allowance = min(PACE / 4, self._allowance + (now - self._at) * PACE)
        self._at = now
        if self._allowance < 1:
            time.sleep((1 - self._allowance) / PACE)  # noqa: TID251 - the wish is to be slow
        self._allowance -= 1

    def _update(self, name: str, data: Any, metadata: Any, transient: Any) -> None:
        now = time.monotonic()
        with self._lock:
            due = name not in self._waiting
            at_once = due and now - self._sent.get(name, 0.0) >= UPDATE_INTERVAL
            if at_once:
                self._sent[name] = now
            else:
                self._waiting[name] = {
                    "data": data, "metadata": metadata or {}, "transient": transient,
                    "parent": self._publisher.parent_header,
                }  # fmt: skip
        if at_once:
            self._publish(self.bounded(data), metadata, transient=transient, update=True)
        elif due:
            thread = sys.stdout.pub_thread if hasattr(sys.stdout, "pub_thread") else None
            if thread is not None:
                thread.schedule(lambda: thread.io_loop.call_later(UPDATE_INTERVAL, self._send_waiting, name))

    def _send_waiting(self, name: str) -> None:
        from ipykernel.jsonutil import encode_images, json_clean

        with self._lock:
            content = self._waiting.pop(name, None)
            self._sent[name] = time.monotonic()
        if content is None:
            return
        parent = content.pop("parent")
        content["data"] = encode_images(self.bounded(content["data"]))
        publisher = self._publisher
        message = publisher.session.msg("update_display_data", json_clean(content), parent=parent)
        publisher.session.send(publisher.pub_socket, message, ident=publisher.topic)

    def cell_ended(self, *_: object) -> None:
        """Send the last state of every display, and say what was left out."""
        for name in list(self._waiting):
            self._send_waiting(name)
        self._sent.clear()
        left, self._shown, self._cleared = self._shown - MAX_DISPLAYS, 0, None
        if left > 0:
            sys.stderr.write(f"[{left:,} further displays left out]\n")
        budget = self._budget
        if budget.omitted:
            self._tell(budget.omitted, budget.file_name)
        budget.refill()

    def _tell(self, omitted: int, file_name: str | None) -> None:
        """Say where the displays are that were not sent, as is said of text."""
        sys.stderr.flush()
        content: dict[str, Any] = {"name": "stderr", "lci": {"omitted": omitted}}
        content["text"] = f"[displays of {omitted:,} characters left out: more than a cell can show]\n"
        if file_name is not None:
            content["lci"]["spool"] = file_name
            content["text"] = f"[displays of {omitted:,} characters left out: kept in a file]\n"
        publisher = self._publisher
        message = publisher.session.msg("stream", content, parent=publisher.parent_header)
        publisher.session.send(publisher.pub_socket, message, ident=b"stream.stderr")


def _written() -> int:
    """How often code has written text."""
    return sum(getattr(stream, "written", 0) for stream in (sys.stdout, sys.stderr))


def install(shell: Any) -> None:
    """Stand between user code and the publisher."""
    publisher, hook = shell.display_pub, shell.displayhook
    publishing = _Publishing(publisher)
    publisher.publish = publishing.publish
    publisher.clear_output = publishing.clear_output
    write = hook.write_format_data

    @functools.wraps(write)
    def bounded(format_dict: Any, md_dict: Any = None) -> None:
        write(publishing.bounded(format_dict), md_dict)

    hook.write_format_data = bounded
    shell.events.register("post_run_cell", publishing.cell_ended)
