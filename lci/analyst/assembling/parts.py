"""The parts of a question by what they are for; a plan takes what it uses, and must leave none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from lci.analyst.assembling.conditions import condition_of, conditions_of
from lci.analyst.assembling.measures import measures_of
from lci.analyst.assembling.sense import NoPlan, fields_in
from lci.analyst.chart import Constituent
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Condition, Field, Kind, Measure
from lci.analyst.question_items import Quantity

__all__ = ["Direction", "NoPlan", "Parts", "Rank", "parts_of"]

Direction = Literal["downwards", "upwards"]
_MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Rank:
    """What comes first, and how many; `sorts` where all are to be shown in that order."""

    direction: Direction
    number: int | None = None
    sorts: bool = False


@dataclass
class Parts:
    """The parts that no plan has used yet. `marks` are words that stand for one thing, like `share` or `draw`."""

    conditions: list[Condition] = field(default_factory=list)
    keys: list[Field] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    asked: list[Field] = field(default_factory=list)
    colors: list[Field] = field(default_factory=list)
    sizes: list[Field] = field(default_factory=list)
    ranks: list[Rank] = field(default_factory=list)
    #: How many are asked for ("which five").
    counts: list[int] = field(default_factory=list)
    charts: list[Kind] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    #: What was taken to be meant without being said.
    implied: float = 0.0

    def use(self, *marks: str) -> bool:
        """Take these marks, and say whether one of them was there."""
        used = self.marks & set(marks)
        self.marks -= used
        return bool(used)

    def conditions_used(self) -> tuple[Condition, ...]:
        """Take all conditions. Raises `NoPlan` for two values of one field that are not said in one breath."""
        conditions = tuple(dict.fromkeys(self.conditions))
        equal = [each.field for each in conditions if each.comparison == "equal"]
        if len(set(equal)) < len(equal):
            raise NoPlan
        self.conditions.clear()
        return conditions

    def rank_used(self) -> Rank | None:
        """Take the one rank, with how many are asked for. Raises `NoPlan` where there are several."""
        rank = _one(self.ranks)
        if rank is None:
            return None
        number = _one(self.counts)
        if number is not None and rank.number not in (None, number):
            raise NoPlan
        return Rank(rank.direction, rank.number if number is None else number, rank.sorts)

    def chart_used(self) -> Chart | None:
        """Take what is said of a chart; bars where only a picture is asked for. Raises `NoPlan` for two kinds."""
        both = self.use("log_both")
        log_y, log_x = self.use("log") or both, self.use("log_x") or both
        kind = _one(self.charts)
        draws = self.use("draw")
        if kind is not None:
            return Chart(kind, log_x, log_y)
        return Chart("bar", log_x, log_y) if draws or log_x or log_y else None

    def finished(self) -> None:
        """Raises `NoPlan` where something was said that nothing has used; what rows are called says nothing more."""
        self.use("noun", "row")
        rest = (self.conditions, self.keys, self.measures, self.fields, self.asked, self.colors, self.sizes)
        if any(rest) or self.ranks or self.counts or self.charts or self.descriptions or self.marks:
            raise NoPlan


T = TypeVar("T")


def _one(parts: list[T]) -> T | None:
    if len(set(parts)) > 1:
        raise NoPlan
    one = parts[0] if parts else None
    parts.clear()
    return one


def parts_of(constituents: Sequence[Constituent], data: DataWords) -> Parts:
    """The parts that the constituents are. Raises `NoPlan`."""
    parts = Parts()
    for each in constituents:
        taking = _TAKING.get(each.kind)
        if taking is None:
            parts.marks.add(each.kind)
        else:
            taking(parts, each, data)
    parts.measures = list(dict.fromkeys(parts.measures))
    parts.keys = list(dict.fromkeys(parts.keys))
    parts.fields = list(dict.fromkeys(parts.fields))
    return parts


def _content(each: Constituent, kind: str) -> Any:  # Any: as `Item.content`
    return next((item.content for item in each.items if item.kind == kind), None)


def _number(each: Constituent) -> int | None:
    quantity = _content(each, "number")
    if quantity is None:
        return None
    assert isinstance(quantity, Quantity)
    if quantity.unit == "%" or not isinstance(quantity.value, int) or not 0 < quantity.value <= _MOST_ROWS:
        raise NoPlan
    return quantity.value


def _take_condition(parts: Parts, each: Constituent, data: DataWords) -> None:
    parts.conditions += conditions_of(each.items, data)


def _take_versus(parts: Parts, each: Constituent, data: DataWords) -> None:
    parts.conditions.append(condition_of(each.items, data))
    parts.marks.add("difference")


def _take_flag_share(parts: Parts, each: Constituent, data: DataWords) -> None:
    parts.conditions.append(condition_of(each.items, data))
    parts.marks |= {"share", "flag_share"}


def _take_key(parts: Parts, each: Constituent, _: DataWords) -> None:
    fields = fields_in(each.items, "field") or fields_in(each.items, "period")
    parts.keys += fields
    if not fields:
        parts.marks.add("trend")


def _take_measure(parts: Parts, each: Constituent, data: DataWords) -> None:
    parts.keys += fields_in(each.items, "period")
    if any(item.kind == "value" for item in each.items):
        parts.conditions.append(condition_of([item for item in each.items if item.kind == "value"], data))
    measures = measures_of(each.items, data)
    if parts.measures and measures != parts.measures:
        # Two things that are measured are said in one breath, else one of them is something else.
        raise NoPlan
    parts.measures = measures


def _take_rank(parts: Parts, each: Constituent, _: DataWords) -> None:
    number = _number(each)
    extreme, superlative = _content(each, "extreme"), _content(each, "superlative")
    if extreme is not None:
        parts.fields.append(extreme[1])
        parts.ranks.append(Rank(extreme[0], number))
    elif superlative is not None:
        parts.ranks.append(Rank(superlative, number))
    elif _content(each, "sorted_up") is not None:
        parts.ranks.append(Rank("upwards", number, sorts=True))
    else:
        parts.ranks.append(Rank("downwards", number, sorts=True))


def _take_commonest(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.ranks.append(Rank(_content(each, "common"), _number(each)))
    parts.fields += fields_in(each.items, "field")
    parts.marks.add("row")


def _take_asked(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.asked += fields_in(each.items, "field")
    if (number := _number(each)) is not None:
        parts.counts.append(number)


def _take_fields(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.fields += fields_in(each.items, "field")


def _take_color(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.colors += fields_in(each.items, "field")


def _take_size(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.sizes += fields_in(each.items, "field")


def _take_chart(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.charts.append(_content(each, "chart"))


def _take_description(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.descriptions.append(str(_content(each, "describe")))


_TAKING: dict[str, Callable[[Parts, Constituent, DataWords], None]] = {
    "condition": _take_condition,
    "versus": _take_versus,
    "flag_share": _take_flag_share,
    "key": _take_key,
    "measure": _take_measure,
    "rank": _take_rank,
    "commonest": _take_commonest,
    "asked": _take_asked,
    "pair": _take_fields,
    "field": _take_fields,
    "color": _take_color,
    "size": _take_size,
    "chart": _take_chart,
    "describe": _take_description,
}
