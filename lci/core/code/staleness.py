"""Which cells show what the notebook, run from its top, would not give; and which to run so that all of them do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lci.core.code.uses import Extent, Part, Read, Uses, uses_of
from lci.core.turns import Cell

_RAN = frozenset({"ok", "error"})


@dataclass(frozen=True, slots=True)
class _Run:
    """What made something: one run of the cell at that place, by when it began, or an import, whichever cell's."""

    by: tuple[float, int] | str
    at: int = field(compare=False)


#: The runs that something comes from.
_Origin: TypeAlias = frozenset[_Run]

#: When a cell begins that is still to run.
_YET = float("inf")


def stale(notebook: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of a notebook whose last run read what another run had made than the one it should be from.

    It should be from the last run of the nearest cell above that makes it: a name, or a column of one. What such a cell
    makes is out of date too, and so are those that read that. Code says it, not values: a cell may be named that would
    give the same again. What a function or method changes behind a name is not seen, and a loop or branch is held to be
    taken.
    """
    cells = _ran(notebook)
    runs = [began for began, *_ in _runs(cells)]
    if len(runs) == len(cells) and runs == sorted(runs):
        return ()
    return tuple(cells[at] for at in sorted(_Replay.of(cells, frozenset()).wrong))


def affected(notebook: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells to run, in order, after which none is stale and memory is as if the notebook had run from its top.

    None where none is stale.
    """
    cells = _ran(notebook)
    chosen = frozenset[int]()
    while True:
        replay = _Replay.of(cells, chosen)
        more = (replay.wrong if not chosen else replay.needed) - chosen
        if not more:
            return tuple(cells[at] for at in sorted(chosen))
        chosen |= more


def _ran(notebook: Sequence[Cell]) -> tuple[Cell, ...]:
    return tuple(cell for cell in notebook if cell.status in _RAN and cell.started_at is not None)


def _runs(cells: Sequence[Cell]) -> list[tuple[float, int, str]]:
    """Every run of the cells: when it began, the place of the cell, its source then."""
    return [
        (began, at, source)
        for at, cell in enumerate(cells)
        for began, source in (*cell.earlier_runs, (cell.started_at or 0.0, cell.source))
    ]


@dataclass(frozen=True, slots=True)
class _Memory:
    """Of each name the run that it is from, and those that its parts are from which came later."""

    objects: dict[str, _Run] = field(default_factory=dict)
    parts: dict[str, dict[Part, _Run]] = field(default_factory=dict)

    def origin(self, name: str, of: Extent) -> _Origin | None:
        """Where that is from; None where no run has made it."""
        if name not in self.objects and name not in self.parts:
            return None
        whole = [self.objects[name]] if name in self.objects else []
        parts = self.parts.get(name, {})
        if of == "object":
            return frozenset(whole)
        return frozenset([*whole, *parts.values()] if of == "all" else [parts[of]] if of in parts else whole)

    def origins(self, uses: Uses) -> dict[Read, _Origin | None]:
        """Where what is read is from."""
        return {read: self.origin(*read) for read in uses.reads}

    def ran(self, uses: Uses, run: _Run) -> None:
        """Take in what that run made."""
        made = {**dict.fromkeys(uses.makes, run), **{name: _Run(what, run.at) for name, what in uses.imports}}
        for name, maker in made.items():
            self.objects[name] = maker
            self.parts.pop(name, None)
        for name, part in uses.adds:
            self.parts[name] = {**self.parts.get(name, {}), part: run}


@dataclass(frozen=True, slots=True)
class _Replay:
    """What comes of running some cells again: the cells that are wrong then, and those that have to run as well."""

    wrong: frozenset[int]
    needed: frozenset[int]

    @classmethod
    def of(cls, cells: tuple[Cell, ...], chosen: frozenset[int]) -> _Replay:
        uses = [uses_of(cell.source) for cell in cells]
        memory, found = _Memory(), [dict[Read, _Origin | None]() for _ in cells]
        for began, at, source in sorted(_runs(cells)):
            # Of several runs the last stays.
            found[at] = memory.origins(uses_of(source))
            memory.ran(uses_of(source), _Run((began, at), at))
        wrong, needed = set[int](), set[int]()
        #: As it would be, run from the top.
        due = _Memory()
        for at, cell in enumerate(cells):
            has = memory.origins(uses[at]) if at in chosen else found[at]
            differing = _differing(due.origins(uses[at]), has)
            if differing:
                wrong.add(at)
                needed |= _makers(differing, chosen, at) if at in chosen else {at}
            run = _Run((_YET if at in chosen or differing else cell.started_at or 0.0, at), at)
            due.ran(uses[at], run)
            if at in chosen:
                memory.ran(uses[at], run)
        every = due.origins(Uses(frozenset((name, "all") for name in due.objects.keys() | due.parts.keys())))
        left = _differing(every, {read: memory.origin(*read) for read in every})
        return cls(frozenset(wrong), frozenset(needed | _makers(left, chosen, len(cells))))


def _differing(
    due: Mapping[Read, _Origin | None],
    has: Mapping[Read, _Origin | None],
) -> list[tuple[_Origin, _Origin]]:
    """What is to be from elsewhere than it is."""
    return [
        (origin, has.get(read) or frozenset()) for read, origin in due.items() if origin and origin != has.get(read)
    ]


def _makers(differing: Sequence[tuple[_Origin, _Origin]], chosen: frozenset[int], before: int) -> set[int]:
    """The cells that bring about what is due, of those that are not chosen yet; all above where no single one does."""
    needed = set[int]()
    for due, has in differing:
        makers = {run.at for run in due - has} - chosen or {run.at for run in due} - chosen
        needed |= makers or set(range(before)) - chosen
    return needed
