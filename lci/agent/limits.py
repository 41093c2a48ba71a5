"""When a turn must not go on by itself: too many cells, too many failures, the same again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lci.core.turns import FAILED, Cell, ToolUse, Turn, error_of
from lci.errors import Problem


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """How long a turn may go on by itself; `retry_seconds` are the waits before each further try of a request."""

    cells_per_turn: int = 25
    failures_in_a_row: int = 4
    retry_seconds: tuple[float, ...] = (1.0, 3.0, 8.0)


def limit_reached(turn: Turn, limits: TurnLimits) -> Problem | None:
    """Why the turn has to pause, if it has to (B7)."""
    calls = [
        step
        for step in turn.steps
        if isinstance(step, ToolUse)
        or (isinstance(step, Cell) and step.status not in ("writing", "dropped", "rejected"))
    ]
    if failures_in_a_row(calls) >= limits.failures_in_a_row:
        return Problem("failures_limit", {"failures": limits.failures_in_a_row})
    if len(calls) >= limits.cells_per_turn:
        return Problem("cells_limit", {"cells": limits.cells_per_turn})
    return None


def failures_in_a_row(calls: Sequence[Cell | ToolUse]) -> int:
    """How many of the last calls failed, one after the other; a call that was not carried out is a failure."""
    count = 0
    for call in reversed(calls):
        if call.answered if isinstance(call, ToolUse) else call.status not in FAILED:
            break
        count += 1
    return count


def fingerprint(cell: Cell) -> str | None:
    """What makes two errors the same: type and message, without numbers and addresses."""
    error = error_of(cell)
    if error is None:
        return None
    return f"{error.ename}: {re.sub(r'0x[0-9a-fA-F]+|[0-9]+', '#', error.evalue)[:300]}"


def repeats(turn: Turn, cell_id: str) -> bool:
    """Whether this cell's error is one the turn has met before."""
    prints = {cell.id: fingerprint(cell) for cell in turn.cells}
    mine = prints.pop(cell_id, None)
    return mine is not None and mine in prints.values()


def sent_before(turn: Turn, source: str) -> bool:
    """Whether the last cell that this turn ran, well or badly, is exactly `source`."""
    ran = [cell for cell in turn.cells if cell.status not in ("writing", "waiting", "dropped")]
    return bool(ran) and ran[-1].status in ("ok", "error") and ran[-1].source.strip() == source.strip()
