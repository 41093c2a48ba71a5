"""The parts of a question by what they are for; a plan takes what it uses, and must leave none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from lci.analyst.assembling.sense import NoPlan, is_time
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import First
from lci.analyst.plan import Chart, Condition, Field, FileForm, How, Kind, Limit, Measure

Direction = Literal["downwards", "upwards"]
#: What comes first where it depends on what is measured which end that is.
Judged = Literal["best", "worst"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rank:
    """What comes first, how many of them and by what, if that is said; `sorts` where all are to be shown so."""

    direction: Direction | Judged
    number: int | None = None
    sorts: bool = False
    by: Field | None = None
    #: Whether it counts what is named, "most flights", or says nothing but that there is an end: top.
    counts: bool = False
    is_bare: bool = False
    #: Whether of so many the last is asked for: the second highest.
    last: bool = False


@dataclass
class Parts:
    """The parts that no plan has used yet. `marks` are words that stand for one thing, like `share` or `draw`."""

    conditions: list[Condition] = field(default_factory=list)
    #: Those of the conditions that say what others are asked about: "of the women, who survived".
    predicates: list[Condition] = field(default_factory=list)
    #: What a value that is among the conditions is compared with.
    others: list[Condition] = field(default_factory=list)
    keys: list[Field] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    asked: list[Field] = field(default_factory=list)
    colors: list[Field] = field(default_factory=list)
    sizes: list[Field] = field(default_factory=list)
    #: What is told apart only where the question compares or draws: of "average income across all jobs" the jobs.
    over_all: list[Field] = field(default_factory=list)
    #: What is to have a logarithmic axis.
    logs: list[Field] = field(default_factory=list)
    ranks: list[Rank] = field(default_factory=list)
    #: Measures without what is measured, as follow-ups say them.
    hows: list[How] = field(default_factory=list)
    #: What is counted by its name, of which no one value is meant: "how many counties in Ohio" is of no county.
    counted: list[Field] = field(default_factory=list)
    #: How many are asked for ("which five").
    counts: list[int] = field(default_factory=list)
    #: How many of the rows at the beginning of the table are asked for.
    openings: list[int] = field(default_factory=list)
    charts: list[Kind] = field(default_factory=list)
    #: What the table is to be saved as.
    forms: list[FileForm] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    #: How many clusters rows are to be sorted into.
    clusters: list[int] = field(default_factory=list)
    #: Statistical tests that are asked for, "" where it is not said which.
    tests: list[str] = field(default_factory=list)
    #: What groups must have: how many rows, or different ones.
    limits: list[tuple[Limit, Measure]] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    #: Words like "heavier", each of them.
    comparatives: int = 0
    leanings: set[Direction] = field(default_factory=set)
    #: Whether a number of people makes sense at one time only.
    needs_time: bool = False
    limits_age: bool = False
    #: Whether values are named with "or" between, so that rows of any are meant.
    either: bool = False
    #: Whether groups are counted that have so many of something, however often each is named.
    is_limited: bool = False
    #: Whether it is asked for what comes first.
    is_ranked: bool = False
    #: Whether rows are called by what is paid for each of them: orders, sales, donations.
    are_paid: bool = False
    #: Whether what is measured is named as all that was taken or spent.
    takings: bool = False
    #: Whether keys are said to be one each: per month.
    of_each: bool = False
    first: First = "owned"
    #: What was taken to be meant without being said.
    implied: float = 0.0

    def use(self, *marks: str) -> bool:
        """Take these marks, and say whether one of them was there."""
        used = self.marks & set(marks)
        self.marks -= used
        return bool(used)

    def conditions_used(self) -> tuple[Condition, ...]:
        """Take all conditions. Raises `NoPlan` where one field has a value and another, or is beyond one, too.

        So it does where what is counted has one.
        """
        conditions = tuple(dict.fromkeys(self.conditions))
        if any(each.field in self.counted and each.comparison == "equal" for each in conditions):
            raise NoPlan
        equal = {each.field for each in conditions if each.comparison == "equal"}
        if any(sum(each.field == place for each in conditions) > 1 for place in equal):
            raise NoPlan
        # "January and Q1" are both meant, which rows of both are not.
        if any(place.part == "quarter_of_year" and replace(place, part="month_of_year") in equal for place in equal):
            raise NoPlan
        self.conditions.clear()
        self.predicates.clear()
        return conditions

    def rank_used(self) -> Rank | None:
        """Take the one rank, with how many are asked for. Raises `NoPlan` where there are several."""
        bare = [each for each in self.ranks if each.is_bare and each.number is not None]
        if len(bare) == 1 and len(self.ranks) == 2:
            # "Top 5 … with the worst …": how many, and by what.
            self.ranks.remove(bare[0])
            self.counts.append(bare[0].number or 1)
        rank = one_of(self.ranks)
        if rank is None:
            return None
        number = one_of(self.counts)
        if number is not None and rank.number not in (None, number):
            raise NoPlan
        return rank if number is None else replace(rank, number=number)

    def chart_used(self) -> Chart | None:
        """Take what is said of a chart; bars where only a picture is asked for. Raises `NoPlan` for two kinds."""
        both = self.use("log_both")
        log_y, log_x = self.use("log") or both, self.use("log_x") or both
        kind = one_of(self.charts)
        draws = self.use("draw")
        if kind is not None:
            return Chart(kind, log_x, log_y)
        return Chart("bar", log_x, log_y) if draws or log_x or log_y else None

    def form_used(self) -> FileForm | None:
        """Take what the table is to be saved as; CSV where it is not said.

        Raises `NoPlan` for two of them, and for a picture, which is no table.
        """
        saves = self.use("save")
        if saves and not self.forms and (self.charts or "draw" in self.marks):
            raise NoPlan
        return one_of(self.forms) or ("csv" if saves else None)

    def finished(self) -> None:
        """Raises `NoPlan` where something was said that nothing has used; what rows are called says nothing more."""
        self.use("noun", "row", "bare_count", "one_row")
        rest = (
            self.conditions, self.others, self.keys, self.measures, self.fields, self.asked, self.colors, self.sizes,
            self.logs, self.ranks, self.hows, self.counts, self.openings, self.charts, self.forms, self.descriptions,
            self.clusters, self.tests, self.limits, self.marks,
        )  # fmt: skip
        if any(rest):
            raise NoPlan


def with_logs(chart: Chart, x: Field, ys: Sequence[Field], parts: Parts) -> Chart:
    """The chart with the axes that are said to be logarithmic. Raises `NoPlan` for what stands on neither."""
    logs, parts.logs = set(parts.logs), []
    if logs - {x, *ys}:
        raise NoPlan
    return replace(chart, log_x=chart.log_x or x in logs, log_y=chart.log_y or bool(logs & set(ys)))


def two_times(
    conditions: Sequence[Condition], keys: Sequence[Field], parts: Parts, data: DataWords
) -> tuple[Field, ...]:
    """Two years or months that are named are told apart: population in 1952 and 2007; days of the week are not."""
    pairs = [each.field for each in conditions if each.comparison == "equal" and len(each.values) == 2]
    named = [each for each in pairs if each.part != "weekday"]
    times = tuple(each for each in named if is_time(each, data) and each not in keys)
    return times if len(times) == 1 and not parts.either else ()


def told_apart(conditions: Sequence[Condition], keys: Sequence[Field], data: DataWords) -> list[Field]:
    """What several values are of that are named: of "males and females on each island" each."""
    named = [each.field for each in conditions if each.comparison == "equal" and len(each.values) > 1]
    return [each for each in named if each not in keys and not is_time(each, data)]


def one_of(parts: list[T]) -> T | None:
    """Take the one part there is, if there is one. Raises `NoPlan` where there are different ones."""
    if len(set(parts)) > 1:
        raise NoPlan
    one = parts[0] if parts else None
    parts.clear()
    return one


def direction_of(rank: Rank, place: Field | None, concepts: frozenset[str]) -> Direction:
    """Which end comes first of a field about these `concepts`. Raises `NoPlan` where none is known to be better."""
    if rank.direction in ("downwards", "upwards"):
        return rank.direction
    if place is None or not concepts & (_GOOD | _BAD):
        raise NoPlan
    is_good = bool(concepts & _GOOD)
    return "downwards" if is_good == (rank.direction == "best") else "upwards"


#: Columns of which more is better, and worse.
_GOOD = frozenset({
    "sales", "profit", "score", "rating", "survived", "life_expectancy", "fuel_economy", "grade", "quality", "yield",
    "medals", "gold", "silver", "bronze", "salary", "income", "city_mileage", "highway_mileage", "hourly_wage",
    "gdp_per_capita", "votes", "tip", "quantity", "return",
})  # fmt: skip
_BAD = frozenset({
    "departure_delay", "arrival_delay", "delay", "crime", "murder", "poverty", "deaths", "price", "fare", "discount",
    "time_taken", "divorces", "cost", "unemployment",
})  # fmt: skip
