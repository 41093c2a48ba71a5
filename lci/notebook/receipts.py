"""Receipts in a notebook: where the numbers of its prose come from, as metadata of the Markdown cells (B57)."""

from __future__ import annotations

from collections.abc import Sequence

from lci.core.conversation import Conversation
from lci.core.grounding.receipts import (
    TURNS,
    Ambiguous,
    Derived,
    Evidence,
    Exempt,
    Grounded,
    NotFound,
    attached,
    evidence_of,
    receipts,
)
from lci.core.grounding.shown import Place, sheets
from lci.core.outputs import Json
from lci.core.turns import Turn
from lci.notebook.outputs import Document

#: How an answer was read back, by the notice that says so.
READ_BACK = {"read_back": "holds", "read_back_corrected": "corrected", "read_back_failed": "failed"}

#: Places that are told of a number that may be any of them.
_POSSIBLE = 5


def evidence_by_turn(conversation: Conversation, turns: Sequence[Turn]) -> dict[str, Evidence]:
    """What each turn's answer can be checked against, by the turn's id; none where receipts are switched off."""
    if not conversation.settings.receipts:
        return {}
    basis = [sheets(turn, attached(conversation, turn)) for turn in turns]
    starts = [max(0, at + 1 - TURNS) for at in range(len(turns))]
    return {
        turn.id: evidence_of(turns[start : at + 1], basis[start : at + 1])
        for at, (turn, start) in enumerate(zip(turns, starts, strict=True))
    }


def reading_back(turn: Turn) -> str:
    """What the model found that read its answer back; empty where it did not."""
    return next((READ_BACK[each.code] for each in turn.notices if each.code in READ_BACK), "")


def receipt_list(text: str, basis: Evidence) -> list[Json]:
    """The receipts of a text's numbers, in their order; those that claim nothing are not among them."""
    entries: list[Json] = []
    for receipt in receipts(text, basis):
        entry: Document = {"number": receipt.number.text}
        match receipt:
            case Exempt():
                continue
            case Grounded(_, place):
                entry |= {"kind": "output", "places": [_place(place)]}
            case Derived(_, calculation, places):
                operands: list[Json] = [operand.text for operand in calculation.operands]
                entry |= {"kind": "derived", "relation": calculation.relation, "operands": operands}
                entry["places"] = [_place(place) for place in places]
            case Ambiguous(_, places):
                entry |= {"kind": "ambiguous", "places": [_place(place) for place in places[:_POSSIBLE]]}
            case NotFound():
                entry["kind"] = "missing"
        entries.append(entry)
    return entries


def _place(place: Place) -> Document:
    """The line, and the cell by its `call_id` and the output by its number, or the file."""
    if place.sheet.file:
        return {"file": place.sheet.file, "line": place.line[:500]}
    return {"call_id": place.sheet.cell_id, "output": place.sheet.output, "line": place.line[:500]}
