"""A part of a plan with the plans that another choice would make of it, before it is known which can be computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Plan
from lci.analyst.questions import is_constant, is_worth_comparing
from lci.analyst.telling.phrases import Phrases, changes, phrases
from lci.analyst.telling.plan_words import parts_of

#: Columns that are offered in one place, and columns of dates whose parts are.
MOST_COLUMNS, _MOST_DATES = 8, 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A part by its name and in words, with each choice in words and the plan that it makes."""

    name: str
    label: str
    choices: tuple[tuple[str, Plan], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """The table that a plan is of, and the words of the language in which it is told."""

    data: DataWords
    code: str

    @property
    def text(self) -> Phrases:
        """The sentences of plans."""
        return phrases(self.code)

    @property
    def own(self) -> Phrases:
        """The words of changes."""
        return changes(self.code)

    def differing(self, plan: Plan, *others: Plan) -> list[tuple[str, Plan]]:
        """Each of the other plans with those of its parts that the plan does not have."""
        before = set(parts_of(plan, self.text))
        labels = ([part for part in parts_of(other, self.text) if part not in before] for other in others)
        return [(self.text["list"].join(label), other) for label, other in zip(labels, others, strict=True) if label]

    def numbers(self, *besides: Field | None) -> list[Field]:
        """The columns of numbers that vary, but for those."""
        columns = (each for each in self.data.of_kind("number") if not is_constant(each, self.data))
        fields = [place for each in columns if (place := Field(each.name)) not in besides]
        return fields[:MOST_COLUMNS]

    def groups(self, *besides: Field | None) -> list[Field]:
        """The columns of a few labels, but for those."""
        columns = (each for each in self.data.of_kind("category") if is_worth_comparing(each, self.data))
        fields = [place for each in columns if (place := Field(each.name)) not in besides]
        return fields[:MOST_COLUMNS]

    def times(self, *besides: Field | None) -> list[Field]:
        """Years, and the parts of dates by which rows can be grouped, but for those."""
        return [place for place in self._times() if place not in besides]

    def _times(self) -> Iterator[Field]:
        for year in self.data.of_kind("year")[:_MOST_DATES]:
            yield Field(year.name)
        for date in self.data.of_kind("date")[:_MOST_DATES]:
            step = self.data.ranges.steps.get(date.name)
            if self.data.years(date.name) != 1:
                yield Field(date.name, "year")
            if step != "year":
                yield Field(date.name, "month")
            if step not in ("year", "month"):
                yield Field(date.name, "weekday")


def without(items: Sequence[Field], at: int) -> tuple[Field, ...]:
    """The items but for that one."""
    return (*items[:at], *items[at + 1 :])
