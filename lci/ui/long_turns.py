"""Which steps of a turn are drawn: a notebook that was brought in has thousands, which no browser lays out at once."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lci.core.turns import Cell, Repaired, Step, Turn, folded_attempts
from lci.ui import state
from lci.wording import number, words

#: Steps drawn at first and with each click; those that leave go together, as each that does moves all others.
_AT_ONCE, _TOGETHER = 60, 20


@dataclass(frozen=True, slots=True)
class Sight:
    """All steps of a turn, and which are drawn: from `first` on, without `past`."""

    turn_id: str
    all_steps: tuple[Step | Repaired, ...]
    first: int
    past: int

    @property
    def steps(self) -> tuple[Step | Repaired, ...]:
        """Those that are drawn."""
        return self.all_steps[self.first : self.past]

    def cells(self) -> list[Cell]:
        """The cells among them."""
        return [cell for step in self.steps for cell in _cells(step)]

    def earlier(self) -> None:
        """The button that draws earlier ones, where there are any."""
        if self.first > 0:
            label = words().turns.earlier_steps.format(count=number(self.first))
            self._button("earlier_steps_", label, max(0, self.first - _AT_ONCE), self.past)

    def later(self) -> None:
        """The same for later ones."""
        if hidden := len(self.all_steps) - self.past:
            label = words().turns.later_steps.format(count=number(hidden))
            self._button("later_steps_", label, self.first, self.past + _AT_ONCE)

    def _button(self, name: str, label: str, first: int, past: int) -> None:
        st.button(
            label, key=f"{name}{self.turn_id}", type="tertiary", width="stretch",
            on_click=self._ask, args=(first, past),
        )  # fmt: skip

    def bring(self, cell: Cell) -> None:
        """Have the step of that cell drawn, with some around it."""
        at = next((at for at, step in enumerate(self.all_steps) if cell.id in {each.id for each in _cells(step)}), None)
        if at is not None and not self.first <= at < self.past:
            self._ask(max(0, at - _TOGETHER), at + _AT_ONCE - _TOGETHER)

    def _ask(self, first: int, past: int) -> None:
        # Up to the end means also what comes yet.
        state.put(f"steps_{self.turn_id}", (first, None if past >= len(self.all_steps) else past))
        state.start_reading()


def sight_of(turn: Turn) -> Sight:
    """The last steps of a turn, or those that a person has asked for."""
    steps = tuple(folded_attempts(turn.steps))
    first, past = state.value(f"steps_{turn.id}", (max(0, len(steps) - _AT_ONCE) // _TOGETHER * _TOGETHER, None))
    return Sight(turn.id, steps, first, len(steps) if past is None else min(past, len(steps)))


def _cells(step: Step | Repaired) -> tuple[Cell, ...]:
    match step:
        case Cell():
            return (step,)
        case Repaired():
            return step.attempts
        case _:
            return ()
