"""Which cells show what the notebook, run from its top, would not give; and which to run so that all of them do."""

from __future__ import annotations

from collections.abc import Sequence
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
#: Where each of what is read is from, None where no run has made it.
_Origins: TypeAlias = dict[Read, _Origin | None]

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
    return tuple(cells[at] for at in sorted(_History.of(cells).replayed(frozenset()).wrong))


def affected(notebook: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells to run, in order, after which none is stale and memory is as if the notebook had run from its top.

    None where none is stale.
    """
    cells = _ran(notebook)
    history = _History.of(cells)
    chosen, more = frozenset[int](), history.replayed(frozenset()).wrong
    while more:
        chosen |= history.with_ancestors(more - chosen, chosen)
        more = history.replayed(chosen).needed - chosen
    return tuple(cells[at] for at in sorted(chosen))


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

    def origins(self, uses: Uses) -> _Origins:
        """Where what is read is from."""
        return {read: self.origin(*read) for read in uses.reads}

    def ran(self, uses: Uses, run: _Run) -> None:
        """Take in what that run made."""
        runs = {**dict.fromkeys(uses.makes, run), **{name: _Run(what, run.at) for name, what in uses.imports}}
        for name, maker in runs.items():
            self.objects[name] = maker
            self.parts.pop(name, None)
        for name, part in uses.adds:
            self.parts[name] = {**self.parts.get(name, {}), part: run}

    def copied(self) -> _Memory:
        """The same, to go on from."""
        return _Memory(dict(self.objects), dict(self.parts))


@dataclass(frozen=True, slots=True)
class _Replayed:
    """What comes of running some cells again: the cells that are wrong then, and those that have to run as well."""

    wrong: frozenset[int]
    needed: frozenset[int]


@dataclass(frozen=True, slots=True)
class _History:
    """The cells that ran, by their places: where what each reads is from, in its last run and from the top."""

    starts: tuple[float, ...]
    uses: tuple[Uses, ...]
    actual: tuple[_Origins, ...]
    due: tuple[_Origins, ...]
    memory: _Memory

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> _History:
        """The history of cells that all have run."""
        uses, starts = tuple(uses_of(cell.source) for cell in cells), tuple(cell.started_at or 0.0 for cell in cells)
        memory, actual = _Memory(), [dict[Read, _Origin | None]() for _ in cells]
        for began, at, source in sorted(_runs(cells)):
            # Of several runs the last stays.
            actual[at] = memory.origins(uses_of(source))
            memory.ran(uses_of(source), _Run((began, at), at))
        from_top, due = _Memory(), []
        for at, each in enumerate(uses):
            due.append(from_top.origins(each))
            from_top.ran(each, _Run((starts[at], at), at))
        return cls(starts, uses, tuple(actual), tuple(due), memory)

    def replayed(self, chosen: frozenset[int]) -> _Replayed:
        """What comes of running the chosen ones, in order."""
        memory, from_top = self.memory.copied(), _Memory()
        wrong, needed = set[int](), set[int]()
        for at, uses in enumerate(self.uses):
            has = memory.origins(uses) if at in chosen else self.actual[at]
            differing = _differing(from_top.origins(uses), has)
            if differing:
                wrong.add(at)
                needed |= _makers(differing, chosen, at) if at in chosen else {at}
            run = _Run((_YET if at in chosen or differing else self.starts[at], at), at)
            from_top.ran(uses, run)
            if at in chosen:
                memory.ran(uses, run)
        every = Uses(frozenset((name, "all") for name in from_top.objects.keys() | from_top.parts.keys()))
        left = _differing(from_top.origins(every), memory.origins(every))
        return _Replayed(frozenset(wrong), frozenset(needed | _makers(left, chosen, len(self.uses))))

    def with_ancestors(self, places: frozenset[int], chosen: frozenset[int]) -> frozenset[int]:
        """Those cells, and all above that they need since memory has something else by now, but the chosen ones."""
        pending, reached = set(places), set[int]()
        while pending:
            reached.add(at := pending.pop())
            differing = _differing(self.due[at], self.memory.origins(self.uses[at]))
            pending |= {run.at for due, has in differing for run in due - has} - chosen - reached
        return frozenset(reached)


def _differing(due: _Origins, actual: _Origins) -> list[tuple[_Origin, _Origin]]:
    """What is to be from elsewhere than it is: where from, and where it is from."""
    return [
        (origin, actual.get(read) or frozenset())
        for read, origin in due.items()
        if origin and origin != actual.get(read)
    ]


def _makers(differing: Sequence[tuple[_Origin, _Origin]], chosen: frozenset[int], before: int) -> set[int]:
    """The cells that bring about what is due, of those that are not chosen yet; all above where no single one does."""
    needed = set[int]()
    for due, actual in differing:
        makers = {run.at for run in due - actual} - chosen or {run.at for run in due} - chosen
        needed |= makers or set(range(before)) - chosen
    return needed
