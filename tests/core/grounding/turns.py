"""Turns as a model and a kernel make them, for the tests of receipts: cells with outputs, and an answer."""

from __future__ import annotations

from lci.core.grounding.receipts import Evidence, Receipt, receipts
from lci.core.grounding.shown import sheets
from lci.core.outputs import Output, StreamOutput
from lci.core.turns import Cell, Turn


def turn_of(*outputs: str | Output, question: str = "", code: str = "") -> Turn:
    """A turn whose cells put out these, texts on stdout."""
    cells = tuple(
        Cell(f"c{at}", 1, code, "ok", outputs=(StreamOutput("stdout", each) if isinstance(each, str) else each,))
        for at, each in enumerate(outputs)
    )
    return Turn("t", None, question, steps=cells)


def basis_of(turn: Turn, *earlier: Turn) -> Evidence:
    """What that turn's answer can be checked against; of the `earlier` ones the latest comes first."""
    shown = tuple(sheets(each) for each in (turn, *earlier))
    return Evidence(shown, turn.prompt, "\n".join(cell.source for cell in turn.cells))


def checked(answer: str, *outputs: str | Output, question: str = "", code: str = "") -> tuple[Receipt, ...]:
    """The receipts of an answer to outputs."""
    return receipts(answer, basis_of(turn_of(*outputs, question=question, code=code)))


def kinds(answer: str, *outputs: str | Output, question: str = "", code: str = "") -> list[str]:
    """The receipts' kinds, each with the number as it is written."""
    return [f"{type(r).__name__} {r.number.text}" for r in checked(answer, *outputs, question=question, code=code)]
