"""What was noticed, as a value: sentences are made of it at the edges, for people and for models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lci.core.outputs import Json


@dataclass(frozen=True, slots=True)
class Remark:
    """Something noticed of a cell, a file or a turn: a code, and the facts that a sentence about it needs."""

    code: str
    facts: Mapping[str, Json] = field(default_factory=dict)
