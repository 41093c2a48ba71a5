"""How much of a request a part of it may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """So many tokens, and how they are counted."""

    tokens: int
    count: Callable[[str], int]
