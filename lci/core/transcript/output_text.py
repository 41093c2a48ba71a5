"""What a cell put out as text for a model: shortened here and nowhere else."""

from __future__ import annotations

import json
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

#: Characters of one tool result that the model gets at most, half from each end.
RESULT_CHARS = 8_000


class Gaps(Protocol):
    """The words for what is missing, written for a model."""

    def left_out(self, characters: int) -> str:
        """Marks a gap of so many characters."""

    def rounds_dropped(self, rounds: int) -> str:
        """Stands for earlier rounds that had to go."""


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
                plain = settled_text(without_ansi(text)).strip("\n")
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
                    add(plain_text(data))
            case ErrorOutput() as error:
                add(compact_traceback(error))
            case _ as never:
                assert_never(never)
    if not veil.is_open:
        for at, veiled in zip(spoken, veil.outputs([parts[at] for at in spoken]), strict=True):
            parts[at] = veiled
    return shortened("\n".join(parts), phrases, limit), figures


def plain_text(data: Bundle) -> str:
    """The bundle's own plain text, without colours; empty when it has none."""
    for mime in ("text/plain", "text/markdown", "text/latex"):
        value = data.get(mime)
        if isinstance(value, str):
            return without_ansi(value)
    if "application/json" in data and not isinstance(data["application/json"], BlobRef):
        return json.dumps(data["application/json"], ensure_ascii=False)
    return ""


def _distinct_lines(text: str) -> str:
    """Warnings come in swarms: each line once, with the number of times."""
    counts: dict[str, int] = {}
    for line in text.split("\n"):
        counts[line] = counts.get(line, 0) + 1
    return "\n".join(f"{line} (×{count})" if count > 1 and line.strip() else line for line, count in counts.items())


def shortened(text: str, phrases: Gaps, limit: int = RESULT_CHARS) -> str:
    """Head and tail of `text` with the exact number of characters between them that were left out."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n{phrases.left_out(len(text) - 2 * half)}\n{text[-half:]}"


def compact_traceback(error: ErrorOutput, frame_chars: int = 1_500) -> str:
    """User frames, the last library frame and the message; everything between is noise to the model."""
    frames = [without_ansi(frame) for frame in error.traceback]
    kept = [frame for frame in frames if frame.lstrip().startswith(("Cell In", "Input In"))]
    library = [frame for frame in frames if frame.lstrip().startswith("File ")]
    syntax = [frame for frame in library if "Cell In" in frame.split("\n", 1)[0]]
    kept += [frame for frame in syntax if frame not in kept]
    if library and library[-1] not in kept:
        kept.append(library[-1])
    message = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    return "\n".join([*(frame[:frame_chars].rstrip() for frame in kept), message])
