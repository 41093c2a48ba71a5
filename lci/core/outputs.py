"""What a cell puts out, in nbformat's own words.

Values over `INLINE_LIMIT` bytes, and every raster image, are content-addressed files; the output holds a `BlobRef`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
else:
    Json = object  # an alias that names itself cannot be looked into at run time

#: Types of pictures that are bytes, and of all pictures, the best to show first.
RASTER_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
PICTURE_TYPES = ("image/svg+xml", *RASTER_TYPES)

#: Bytes above which a value is stored beside the log instead of in it.
INLINE_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class BlobRef:
    """The address of stored bytes: sha256 in hex, their number, and what they encode.

    `bytes` is binary content (an image), `text` is UTF-8, `json` is UTF-8 JSON. Of a plain text `head` and `tail` stand
    here, too, for whoever may not read files; `omitted` counts the characters between them.
    """

    digest: str
    size: int
    encoding: Literal["bytes", "text", "json"]
    head: str = ""
    tail: str = ""
    omitted: int = 0


Datum: TypeAlias = Json | BlobRef
Bundle: TypeAlias = Mapping[str, Datum]


@dataclass(frozen=True, slots=True)
class StreamOutput:
    """Text written to stdout or stderr.

    `omitted` counts the characters the kernel's collector left out right before `text`; the whole text lies in the
    slot's spool folder under the name `spool`.
    """

    name: Literal["stdout", "stderr"]
    text: str
    omitted: int = 0
    spool: str | None = None


@dataclass(frozen=True, slots=True)
class DisplayData:
    """A MIME bundle shown by `display()`."""

    data: Bundle
    metadata: Mapping[str, Json] = field(default_factory=dict)
    display_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExecuteResult:
    """The MIME bundle of a cell's last expression."""

    data: Bundle
    metadata: Mapping[str, Json] = field(default_factory=dict)
    execution_count: int | None = None
    display_id: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorOutput:
    """An exception of user code; `traceback` lines carry ANSI colours as the kernel sent them."""

    ename: str
    evalue: str
    traceback: tuple[str, ...] = ()


Output: TypeAlias = StreamOutput | DisplayData | ExecuteResult | ErrorOutput

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")


def without_ansi(text: str) -> str:
    """`text` without terminal colour and cursor sequences."""
    return _ANSI.sub("", text)


def settled_text(text: str) -> str:
    r"""`text` as a terminal would leave it: `\r` rewrites the line, `\b` steps back (progress bars show one line)."""
    if "\r" not in text and "\b" not in text:
        return text
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        lines.append(_settled_line(line) if "\r" in line or "\b" in line else line)
    return "\n".join(lines)


def _settled_line(line: str) -> str:
    shown: list[str] = []
    at = 0
    for char in line:
        if char == "\r":
            at = 0
        elif char == "\b":
            at = max(0, at - 1)
        else:
            shown[at : at + 1] = [char]
            at += 1
    return "".join(shown)


def appended(outputs: tuple[Output, ...], new: Output) -> tuple[Output, ...]:
    """`outputs` with `new` at the end; text of the same stream is joined, as nbformat wants it."""
    joined = one_text(outputs[-1], new) if outputs else None
    return (*outputs, new) if joined is None else (*outputs[:-1], joined)


def one_text(first: Output, second: Output) -> StreamOutput | None:
    """Two neighbours as one text; None where they are not of one stream, or something was left out between them.

    Joined early or late, the outputs are the same.
    """
    if not isinstance(first, StreamOutput) or not isinstance(second, StreamOutput):
        return None
    if first.name != second.name or second.omitted:
        return None
    return StreamOutput(first.name, first.text + second.text, first.omitted, second.spool or first.spool)


def updated(
    outputs: tuple[Output, ...], display_id: str, data: Bundle, metadata: Mapping[str, Json]
) -> tuple[Output, ...]:
    """`outputs` with every display of that id showing `data`."""
    return tuple(
        DisplayData(data, metadata, display_id)
        if isinstance(output, DisplayData) and output.display_id == display_id
        else ExecuteResult(data, metadata, output.execution_count, display_id)
        if isinstance(output, ExecuteResult) and output.display_id == display_id
        else output
        for output in outputs
    )


def is_figure(data: Bundle) -> bool:
    """Whether the bundle is shown as a picture or an interactive chart."""
    return any(
        mime in PICTURE_TYPES or mime.startswith(("application/vnd.plotly", "application/vnd.vegalite"))
        for mime in data
    )
