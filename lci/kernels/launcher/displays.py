"""Displays, updates and clearings of a kernel: bounded in number and size, paced, and always fit to be sent."""

from __future__ import annotations

import functools
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from jupyter_client.session import json_packer

#: Displays of one cell that are sent.
MAX_DISPLAYS = 500
#: Characters of one display, and of one error's text.
MAX_DISPLAY = 20_000_000
MAX_ERROR = 200_000
#: Seconds between two updates of one display: the last one always arrives.
UPDATE_INTERVAL = 0.05
#: Messages a second from user code: beyond, a full queue would silently drop some.
PACE = 2000

_INTERRUPTS = str(Path(__file__).with_name("interrupts.py"))


def packed(message: Any) -> bytes:
    """JSON that can always be sent: a lone surrogate would lose the message, an endless error would be sent twice."""
    if isinstance(message, dict) and "ename" in message and "traceback" in message:
        message = _shortened(message)
    try:
        raw = json_packer(message)
    except UnicodeEncodeError:
        return json.dumps(message, ensure_ascii=False, default=str).encode("utf-8", "replace")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace").encode("utf-8")
    return raw


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


def _bounded(data: Any) -> Any:
    if isinstance(data, dict) and (size := _size(data)) > MAX_DISPLAY:
        return {"text/plain": f"[display of {size:,} characters left out: too large]"}
    return data


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

    def publish(
        self, data: Any, metadata: Any = None, *, transient: Any = None, update: bool = False, **more: Any
    ) -> None:
        data = _bounded(data)
        name = (transient or {}).get("display_id")
        if update and isinstance(name, str):
            self._update(name, data, metadata, transient)
            return
        self._shown += 1
        if self._shown > MAX_DISPLAYS:
            return
        self._pace()
        self._publish(data, metadata, transient=transient, update=update, **more)

    def clear_output(self, wait: bool = False) -> None:
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
        parent = self._publisher.parent_header
        with self._lock:
            if now - self._sent.get(name, 0.0) >= UPDATE_INTERVAL and name not in self._waiting:
                self._sent[name] = now
                due = False
            else:
                due = name not in self._waiting
                self._waiting[name] = {
                    "data": data, "metadata": metadata or {}, "transient": transient, "parent": parent,
                }  # fmt: skip
        if name not in self._waiting:
            self._publish(data, metadata, transient=transient, update=True)
        elif due:
            thread = sys.stdout.pub_thread if hasattr(sys.stdout, "pub_thread") else None
            if thread is not None:
                thread.schedule(lambda: thread.io_loop.call_later(UPDATE_INTERVAL, self._send_waiting, name))

    def _send_waiting(self, name: str) -> None:
        from ipykernel.jsonutil import encode_images, json_clean

        with self._lock:
            told = self._waiting.pop(name, None)
            self._sent[name] = time.monotonic()
        if told is None:
            return
        parent = told.pop("parent")
        told["data"] = encode_images(told["data"])
        publisher = self._publisher
        message = publisher.session.msg("update_display_data", json_clean(told), parent=parent)
        publisher.session.send(publisher.pub_socket, message, ident=publisher.topic)

    def cell_ended(self, *_: object) -> None:
        """Send the last state of every display, and say what was left out."""
        for name in list(self._waiting):
            self._send_waiting(name)
        self._sent.clear()
        left, self._shown = self._shown - MAX_DISPLAYS, 0
        if left > 0:
            sys.stderr.write(f"[{left:,} further displays left out]\n")


def install(shell: Any) -> None:
    """Stand between user code and the publisher."""
    publisher, hook = shell.display_pub, shell.displayhook
    publishing = _Publishing(publisher)
    publisher.publish = publishing.publish
    publisher.clear_output = publishing.clear_output
    write = hook.write_format_data

    @functools.wraps(write)
    def bounded(format_dict: Any, md_dict: Any = None) -> None:
        write(_bounded(format_dict), md_dict)

    hook.write_format_data = bounded
    shell.events.register("post_run_cell", publishing.cell_ended)
