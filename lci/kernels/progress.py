"""What messages of a cell mean: how far it has come, what of it was left out, and what comes when it has ended."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from lci.core.outputs import DisplayData, ErrorOutput, Json, StreamOutput
from lci.core.ports import JupyterMessage, KernelEvent, LeftOut, OutputProduced
from lci.kernels.iopub import MAX_DISPLAYS, kernel_event, page_text

#: Seconds of silence after which an idle message is lost once the reply is there, and until it is given up anyway.
_IDLE_DEADLINE, _IDLE_AT_MOST = 2.0, 20.0
#: The reply is sent before idle: it is late by moments only, or lost.
_REPLY_DEADLINE = 1.0
#: Characters of text, and errors, of one cell; the launcher sends less.
_TEXT = 2_000_000
_ERRORS = 20
#: Cells whose late output finds its way; older ones are forgotten.
_CELLS = 2_000


class Progress:
    """Takes the messages of one cell in their order."""

    def __init__(self) -> None:
        self.reply: Mapping[str, Json] | None = None
        self.idle = False
        self._half = 0.0
        self._latest = 0.0
        self._displays = self._errors = self._text = 0
        self._left_out = LeftOut()

    @property
    def done(self) -> bool:
        """Whether both halves of the end are there."""
        return self.reply is not None and self.idle

    @property
    def lost(self) -> bool:
        """One half of the end is there and the other does not come: it was dropped on the way."""
        if self.done or (self.reply is None and not self.idle):
            return False
        now = time.monotonic()
        if self.reply is None:
            return now - self._half > _REPLY_DEADLINE
        return now - max(self._half, self._latest) > _IDLE_DEADLINE or now - self._half > _IDLE_AT_MOST

    def replied(self, content: Mapping[str, Json]) -> None:
        """Take the shell's reply."""
        self.reply, self._half = content, time.monotonic()

    def event(self, message: JupyterMessage) -> KernelEvent | None:
        """The event of a message of this cell, unless it is more than a cell may bring."""
        self._latest = time.monotonic()
        if message.is_idle and not self.idle:
            self.idle, self._half = True, self._latest
        event = kernel_event(message)
        if isinstance(event, OutputProduced) and not self._has_room(event):
            return None
        return event

    def _has_room(self, event: OutputProduced) -> bool:
        match event.output:
            case DisplayData():
                self._displays += 1
                return self._displays <= MAX_DISPLAYS
            case StreamOutput(text=text):
                self._text += len(text)
                if self._text > _TEXT:
                    self._left_out = LeftOut(self._left_out.messages + 1, self._left_out.bytes + len(text))
                return self._text <= _TEXT
            case ErrorOutput():
                self._errors += 1
                if self._errors > _ERRORS:
                    self._left_out = LeftOut(self._left_out.messages + 1, self._left_out.bytes)
                return self._errors <= _ERRORS
            case _:
                return True

    def afterwords(self, unread: LeftOut) -> list[KernelEvent]:
        """What is known only at the end: what was left out, here and before it was `unread`; the text of `obj?`."""
        events: list[KernelEvent] = []
        if self._displays > MAX_DISPLAYS:
            events.append(_note(f"[{self._displays - MAX_DISPLAYS:,} further displays left out]\n"))
        messages = unread.messages + self._left_out.messages
        if messages:
            size = unread.bytes + self._left_out.bytes
            events.append(_note(f"[{messages:,} messages of {size:,} bytes left out: more than a cell may send]\n"))
        if page := page_text(self.reply or {}):
            events.append(OutputProduced(StreamOutput("stdout", page + "\n")))
        return events


def _note(text: str) -> OutputProduced:
    return OutputProduced(StreamOutput("stderr", text))


class Late:
    """Output of threads and tasks that a cell left running.

    Knows which cell a request ran, and tells `heard(tag, event)` what belongs to one that has ended.
    """

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
