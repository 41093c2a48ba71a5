"""An exception for a model: its own frames, the last one of a library, and what it was caused by, each thing once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lci.core.outputs import ErrorOutput, without_ansi

#: What Python says between two exceptions of one chain, and how the later one relates to the earlier.
_CAUSED, _HANDLED = "direct cause of the following exception", "During handling of the above exception"
#: Characters of one frame, and of one message.
_FRAME, _MESSAGE = 1_500, 2_000
_USER = ("Cell In", "Input In")
_HEADING = re.compile(r"-{20,}\Z|\S+ +Traceback \(most recent call last\)\Z")
#: Frames that IPython or the kernel left out.
_GAP = re.compile(r"\s*\[(\.\.\. skipping similar frames|\d+ frames left out)")


@dataclass(frozen=True, slots=True)
class _Raised:
    """One exception of a chain: its frames, what it says with its notes, and how the next one came of it."""

    frames: tuple[str, ...]
    words: tuple[str, ...]
    link: str = ""


def error_text(error: ErrorOutput) -> str:
    """What a model is told of an exception: where the person's code failed, the message, notes, the causes in order.

    Frames are a person's own and the last of a library; one that repeats stands once, with the number of times.
    """
    chain = _chain([without_ansi(line) for line in error.traceback])
    message = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    last = chain[-1] if chain else _Raised((), ())
    # What comes after the message in the list are its notes.
    notes = last.words[1:]
    frames = _distinct(_told_frames(last.frames))
    # Code that cannot be compiled has one frame, and that ends with the message.
    own = [] if frames and frames[-1].endswith(message) else [_short(message)]
    causes = [line for earlier in reversed(chain[:-1]) for line in _cause(earlier)]
    return "\n".join([*frames, *own, *map(_short, notes), *causes])


def _cause(raised: _Raised) -> list[str]:
    relation = "caused by" if _CAUSED in raised.link else "while handling"
    # Not where: a kernel tells the line that its frame had reached by then.
    words = [_short(each) for each in raised.words if each.strip()] or ["another exception"]
    return [f"{relation} {words[0]}", *words[1:]]


def _chain(traceback: Sequence[str]) -> list[_Raised]:
    chain: list[_Raised] = []
    frames: list[str] = []
    words: list[str] = []
    for line in traceback:
        if _CAUSED in line or _HANDLED in line:
            chain.append(_Raised(tuple(frames), tuple(words), line))
            frames, words = [], []
        elif line.lstrip().startswith((*_USER, "File ")) or _GAP.match(line):
            frames.append(line)
        elif line.strip() and not _HEADING.match(line.strip()):
            words.append(line.strip("\n"))
    return [*chain, _Raised(tuple(frames), tuple(words))]


def _told_frames(frames: Sequence[str]) -> list[str]:
    kept = [frame.strip("\n") for frame in frames if frame.lstrip().startswith(_USER) or _GAP.match(frame)]
    library = [frame for frame in frames if frame.lstrip().startswith("File ")]
    # Where a file could not be compiled, its name stands in the place of a frame.
    kept += [frame for frame in library if "Cell In" in frame.split("\n", 1)[0]]
    if library and library[-1] not in kept:
        kept.append(library[-1])
    return [frame[:_FRAME].rstrip() for frame in kept]


def _distinct(frames: Sequence[str]) -> list[str]:
    counts: dict[str, int] = {}
    for frame in frames:
        counts[frame] = counts.get(frame, 0) + 1
    return [f"{frame}\n[this frame {count} times]" if count > 1 else frame for frame, count in counts.items()]


def _short(message: str) -> str:
    return message if len(message) <= _MESSAGE else f"{message[: _MESSAGE - 1]}…"
