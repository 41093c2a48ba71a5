"""What came of running a notebook again, as values: how many cells reproduce, what differs and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

#: What of a cell differs.
Part: TypeAlias = Literal["text", "error", "pictures"]

#: What of a kernel can be too much: then it was ended.
Limit: TypeAlias = Literal["memory_limit", "disk_limit", "too_many_processes", "cpu_limit"]

Cause: TypeAlias = (
    Literal[
        "random", "input", "package", "clock", "order", "fails", "path", "network", "file", "earlier", "stopped",
        "widget", "beside", "unknown",
    ]
    | Limit
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """A code cell that does not reproduce: its place among all cells, its number among the code cells, and why.

    `detail` is what the cause is about: a package, a path, the names of files, an error.
    """

    place: int
    number: int
    parts: tuple[Part, ...]
    cause: Cause
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of running `cells` code cells again; `differing` are places in the notebook's list of cells.

    `errors` has one line for each cell that failed without the tag `raises-exception`, or that did not end. `findings`
    say of each differing cell what differs and why; `inputs` are the digests of the files that it may read and
    `versions` those of the packages it imported. `replaced` are the digests in the notebook's metadata of inputs that
    are others now.
    """

    cells: int
    reproduced: int
    differing: tuple[int, ...] = ()
    errors: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    inputs: Mapping[str, str] = field(default_factory=dict, compare=False)
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)
    replaced: Mapping[str, str] = field(default_factory=dict, compare=False)
