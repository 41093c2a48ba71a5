"""Which cells the kernel's memory comes from, and where that is not what the branch in view would have made.

One kernel serves all branches of a conversation: what a cell of another branch has bound since is what a name holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lci.core.code.installs import packages
from lci.core.code.names import names_of
from lci.core.conversation import Conversation
from lci.core.turns import Cell, Turn

_REPLAYED = ("replayed", "replayed_all")
_RAN = frozenset({"ok", "error", "interrupted", "timeout"})


def repeatable(branch: Sequence[Turn]) -> list[Cell]:
    """The cells whose variables can be brought back by running them again, in order.

    What was installed is still there, and the kernel itself could not install it.
    """
    cells = (cell for turn in branch for cell in turn.cells)
    return [cell for cell in cells if cell.status == "ok" and cell.source.strip() and packages(cell.source) is None]


def missing(conversation: Conversation, start: int) -> tuple[Cell, ...]:
    """The cells of the branch in view that left nothing in the memory of that start of the kernel; 0 is no kernel.

    Only since the model was last told that memory is empty, or earlier cells were run again.
    """
    expected: list[Cell] = []
    died = False
    for turn in conversation.branch():
        if any(notice.code == "memory_empty" for notice in turn.notices):
            expected.clear()
        for cell in turn.cells:
            if cell.status in _RAN and packages(cell.source) is None:
                # The model was told of the death, and went on; a person who ran a cell was told nothing by it.
                goes_on = died and cell.asked_by != "person"
                expected = [cell] if goes_on else [*expected, cell]
            died = cell.status == "died" or (died and (cell.status not in _RAN or cell.asked_by == "person"))
        if any(each.code in _REPLAYED and each.facts.get("cells") != 0 for each in turn.notices):
            # What was run again is of the newest kernel then; the rest is known to be gone.
            newest = max((cell.generation for cell in expected), default=0)
            expected = [cell for cell in expected if cell.generation == newest]
    return tuple(cell for cell in expected if not start or cell.generation != start)


def saved_tables(conversation: Conversation, ran_again: Iterable[Cell]) -> dict[str, str]:
    """The tables of the branch in view that lie in files since a kernel ended: the place of each by its name.

    Only those that the cells run again do not make, and that no cell of another branch had a hand in.
    """
    branch = conversation.branch()
    own, again = {turn.id for turn in branch}, _handled(ran_again)
    named = _handled(cell for turn in branch for cell in turn.cells)
    places: dict[str, str] = {}
    for dead in (cell for turn in branch for cell in turn.cells if cell.status == "died"):
        others = (cell for turn in conversation.turns if turn.id not in own for cell in turn.cells)
        foreign = _handled(cell for cell in others if (cell.started_at or 0.0) < (dead.started_at or 0.0))
        for remark in dead.remarks:
            if remark.code == "tables_saved":
                back = remark.facts.keys() & (named - again - foreign)
                places |= {name: str(remark.facts[name]) for name in sorted(back)}
    return places


def _handled(cells: Iterable[Cell]) -> frozenset[str]:
    """The names that cells bind or alter."""
    every = [names_of(cell.source) for cell in cells]
    return frozenset[str]().union(*(names.bound | names.altered for names in every))


def overwritten(conversation: Conversation, start: int) -> tuple[str, ...]:
    """The names that cells of the branch in view have bound and cells of another one have bound or altered since.

    In alphabetical order. Only since the model was last told so on this branch.
    """
    branch = conversation.branch()
    own = {turn.id for turn in branch}
    told_at = max((turn.started_at for turn in branch if _tells_of_another_branch(turn)), default=0.0)
    cells = sorted(_in_memory(conversation, start), key=lambda each: each[1].started_at or 0.0)
    if all(turn.id in own for turn, _ in cells):
        return ()
    #: Whether another branch was the last to bind the name.
    foreign: dict[str, bool] = {}
    for turn, cell in cells:
        names = names_of(cell.source)
        if turn.id in own:
            foreign |= dict.fromkeys(names.bound, False)
        elif (cell.started_at or 0.0) > told_at:
            foreign |= dict.fromkeys((names.bound | names.altered) & foreign.keys(), True)
    return tuple(sorted(name for name, is_foreign in foreign.items() if is_foreign))


def _tells_of_another_branch(turn: Turn) -> bool:
    return any(notice.code == "memory_of_another_branch" for notice in turn.notices)


def _in_memory(conversation: Conversation, start: int) -> Iterator[tuple[Turn, Cell]]:
    for turn in conversation.turns:
        for cell in turn.cells:
            if start and cell.generation == start and cell.status in _RAN:
                yield turn, cell
