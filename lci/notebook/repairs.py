"""Which failed attempts a clean notebook can do without: those that bind no name which a later cell reads.

A cell that fails in its last line has run all the others, and the repair often builds on them. A question that came to
nothing but other questions has failed, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from lci.core.code.names import Names
from lci.core.turns import Cell, Repaired, Step, Turn, folded_attempts

STOPPED = frozenset({"interrupted", "timeout", "died", "running"})


def without_attempts(turns: Sequence[Turn]) -> list[tuple[Turn, list[Step]]]:
    """Each turn with the steps that remain: no stopped or declined cell, no repaired attempt unless it is needed.

    What was said between attempts goes with them. A turn that ran nothing, brought no file and only offered other
    questions is left out, but for the last of several that are all there is.
    """
    answered = [turn for turn in turns if turn.cells or turn.attachments or not turn.offered]
    turns = answered or turns[-1:]
    # Backwards, as a compiler does it: `needs` are the names that the cells after this place read.
    needs: set[str] = set()
    remaining: list[tuple[Turn, list[Step]]] = []
    for turn in reversed(turns):
        steps: list[Step] = []
        for step in reversed(list(folded_attempts(turn.steps))):
            match step:
                case Repaired(attempts, between):
                    needed: list[Step] = []
                    for attempt in reversed(attempts):
                        names = Names.of(attempt.source)
                        if attempt.status == "error" and names.bound & needs:
                            needs = (needs - names.bound) | names.free
                            needed.append(attempt)
                    if needed:
                        steps += [s for s in reversed(between) if not isinstance(s, Cell)]
                    steps += needed
                case Cell(status=status) if status in STOPPED or status == "rejected":
                    pass
                case Cell(source=source):
                    names = Names.of(source)
                    needs = (needs - names.bound) | names.free
                    steps.append(step)
                case _:
                    steps.append(step)
        remaining.append((turn, steps[::-1]))
    return remaining[::-1]
