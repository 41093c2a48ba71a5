"""What a cell put out as text for a model: shortened here and nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Protocol, assert_never

from lci.core.outputs import (
    BlobRef,
    Bundle,
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Output,
    StreamOutput,
    is_figure,
    settled_text,
    without_ansi,
)
from lci.core.privacy.masking import without_ends
from lci.core.privacy.veil import OPEN, Veil
from lci.core.transcript.cutting import Gaps, cut
from lci.core.transcript.error_text import error_text
from lci.core.transcript.html_text import html_text
from lci.core.transcript.wide_tables import unwrapped

#: Characters of one tool result that the model gets at most.
RESULT_CHARS = 8_000


class FigureGaps(Gaps, Protocol):
    """The same, with the words for a figure."""

    def figure(self, number: int) -> str:
        """Stands for a figure in a tool result."""


def output_text(
    outputs: Sequence[Output], phrases: FigureGaps, figures: int = 0, limit: int = RESULT_CHARS, veil: Veil = OPEN
) -> tuple[str, int]:
    """What a cell put out as text for the model, cut to `limit`; and the number of figures so far.

    Progress bars arrive as their last state, repeated lines of stderr once, tracebacks as user frames and the last
    library frame. `veil`, which must not hide all values, masks before anything is cut.
    """
    parts: list[str] = []
    spoken: list[int] = []

    def add(text: str) -> None:
        if text:
            spoken.append(len(parts))
            parts.append(text)

    def add_after_gap(left_out: int, text: str) -> None:
        if spoken and not veil.is_open:
            parts[spoken[-1]] = without_ends(parts[spoken[-1]], end=True)
            text = without_ends(text, start=True)
        parts.append(phrases.left_out(left_out))
        add(text)

    for output in outputs:
        match output:
            case StreamOutput(name, text, left_out):
                plain = unwrapped(settled_text(without_ansi(text)).strip("\n"))
                veiled = _distinct_lines(plain) if plain and name == "stderr" else plain
                add_after_gap(left_out, veiled) if left_out else add(veiled)
            case DisplayData(data) | ExecuteResult(data):
                if is_figure(data):
                    figures += 1
                    parts.append(phrases.figure(figures))
                elif isinstance(long := data.get("text/plain"), BlobRef):
                    add(long.head)
                    add_after_gap(long.omitted or long.size, long.tail)
                else:
                    add(readable_text(data))
            case ErrorOutput() as error:
                add(error_text(error))
            case _ as never:
                assert_never(never)
    if not veil.is_open:
        for at, veiled in zip(spoken, veil.outputs([parts[at] for at in spoken]), strict=True):
            parts[at] = veiled
    return cut("\n".join(parts), phrases, limit), figures


def plain_text(data: Bundle) -> str:
    """The bundle's own plain text, without colours; empty when it has none."""
    for mime in ("text/plain", "text/markdown", "text/latex"):
        value = data.get(mime)
        if isinstance(value, str):
            return without_ansi(value)
    if "application/json" in data and not isinstance(data["application/json"], BlobRef):
        return json.dumps(data["application/json"], ensure_ascii=False)
    return ""


_PAGE = "[a page, shown to the user; what it loads from the web comes only while the network is on]"
#: What Python makes of a value that says nothing of itself: its class and perhaps its address.
_NOTHING_SAID = re.compile(r"\s*<[^<>\n]*(\bobject\b|\bat 0x[0-9a-fA-F]+)[^<>\n]*>\s*\Z")
#: The same within a text that says more.
_HARDLY_SAID = re.compile(r" object at 0x[0-9a-fA-F]+>")


def readable_text(data: Bundle) -> str:
    """What a model can read of the bundle: its plain text; where that only names a class, another form's words."""
    plain = plain_text({"text/plain": data.get("text/plain")})
    says_nothing = not plain.strip() or _NOTHING_SAID.match(plain) is not None
    if not says_nothing and not _HARDLY_SAID.search(plain):
        return unwrapped(plain)
    for mime in ("text/markdown", "text/latex"):
        value = data.get(mime)
        if isinstance(value, str) and value.strip():
            return without_ansi(value)
    value = data.get("application/json")
    if value is not None and not isinstance(value, BlobRef):
        return json.dumps(value, ensure_ascii=False)
    markup = data.get("text/html")
    if isinstance(markup, str) and (words := html_text(markup)):
        return words
    # One that is stored beside the log is a page with scripts or a very large table.
    return _PAGE if says_nothing and isinstance(markup, BlobRef) else unwrapped(plain)


def _distinct_lines(text: str) -> str:
    """Warnings come in swarms: each line once, with the number of times."""
    counts: dict[str, int] = {}
    for line in text.split("\n"):
        counts[line] = counts.get(line, 0) + 1
    return "\n".join(f"{line} (×{count})" if count > 1 and line.strip() else line for line, count in counts.items())
