"""Conversations for the tests of this folder, folded from events."""

from __future__ import annotations

from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.folding import folded
from lci.core.outputs import Output
from lci.core.turns import CellStatus

SECRET = "0123456789abcdef0123456789abcdef"


def ran(cell_id: str, source: str, *outputs: Output, status: CellStatus = "ok", count: int | None = 1) -> list[e.Event]:
    return [
        e.CodeDelta(cell_id, source),
        e.CellStarted(cell_id, source),
        *(e.OutputAdded(cell_id, output) for output in outputs),
        e.CellFinished(cell_id, status, count, 0.25),
    ]


def conversation(*happened: e.Event | list[e.Event], prompt: str = "Go", turn: str = "t1") -> Conversation:
    """One turn in which all that happened."""
    flat: list[e.Event] = [e.TurnStarted(prompt), e.RequestSent("m")]
    for part in happened:
        flat += part if isinstance(part, list) else [part]
    log = [e.Recorded(n, float(n), SECRET, turn, e.SCHEMA, event) for n, event in enumerate(flat, 1)]
    return folded(SECRET, log)
