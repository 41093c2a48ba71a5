"""The names in the code of a plan: its tables, the columns it works with, and those it makes from dates and numbers."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, assert_never

from lci.analyst.columns import FileColumn
from lci.analyst.compiling.figure_words import FigureWords, figure_words
from lci.analyst.compiling.opening import converted
from lci.analyst.joins import BETWEEN_FILES
from lci.analyst.plan import (
    Clusters,
    Condition,
    Description,
    Field,
    Groups,
    GroupTest,
    Measure,
    Odds,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
)
from lci.analyst.sources import Source
from lci.analyst.writing import axis_label, literal

#: What the values of a field are, which decides how they are compared, labelled and drawn.
FieldKind: TypeAlias = Literal["number", "year", "date", "period", "weekday", "text"]

_TAKEN = frozenset({
    "selected", "groups", "result", "top", "names", "points", "known", "last", "missing", "empty", "compared", "drawn",
    "table", "values", "measure", "fit", "samples", "varied", "different", "shares", "columns", "numbers",
    "happens", "explaining", "weights", "is_finite", "can_fit", "warnings",
    "frequent", "dates", "figure", "axes",
    "sample", "can_cluster", "fits", "labels", "sizes", "differing", "across", "score", "model", "by_size",
    "days", "begun", "ended", "bars", "share", "edges", "highest", "lowest",
    "saved", "as_texts", "workbook", "column", "times",
    "pd", "plt", "stats", "np", "sns", "sm", "calendar",
    "print", "len", "str", "float", "int", "range", "list", "zip", "min", "max", "sum", "repr",
})  # fmt: skip


class NotCompiled(ValueError):
    """The plan asks for nothing that can be computed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A table in code: the variable of all rows, that of the rows that conditions keep, and columns made for fields."""

    source: Source
    whole: str
    kept: str
    columns: frozenset[str] = frozenset()
    made: Mapping[Field, str] = field(default_factory=dict)
    among: Mapping[tuple[Condition, ...], str] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    words: FigureWords = field(default_factory=lambda: figure_words("en"))

    def column(self, place: Field) -> FileColumn:
        """The column of the file that a field is of."""
        return next(column for column in self.source.columns if column.name == place.column)

    def kind(self, place: Field) -> FieldKind:
        """What the field's values are."""
        if place.width is not None:
            return "number"
        column = self.column(place)
        match place.part:
            case None:
                kinds: dict[str, FieldKind] = {"number": "number", "date": "date", "year": "year"}
                return kinds.get(column.kind, "text")
            case "decade" | "year":
                return "year"
            case "weekday":
                return "weekday"
            case "quarter_of_year" | "month_of_year" | "day_of_month" | "hour":
                return "number"
            case "quarter" | "month" | "week" | "day":
                return "year" if column.kind == "year" else "period"
            case _:
                assert_never(place.part)

    def is_time(self, place: Field) -> bool:
        """Whether the field is a time that goes on."""
        return self.kind(place) in ("date", "year", "period")

    def is_ordered(self, place: Field) -> bool:
        """Whether its values stand in an order of their own."""
        return self.kind(place) != "text"

    def name(self, place: Field) -> str:
        """The column of the frame that holds the field."""
        return self.made.get(place, place.column)

    def is_read(self, place: Field) -> bool:
        """Whether its values are what its kind says: those of columns that nothing needs stay as the file has them."""
        is_used = place in self.made or place.column in self.columns
        return is_used or converted(self.column(place), self.whole) is None

    def at(self, table: str, place: Field) -> str:
        """The expression of the field's values in `table`."""
        if place in self.made or _is_plain(place, self.column(place)):
            return f"{table}[{literal(self.name(place))}]"
        return self._expression(table, place)

    def label(self, place: Field) -> str:
        """How an axis names the field."""
        return self.words.field(place) if place in self.made else axis_label(place.column)

    def reading(self) -> list[str]:
        """The lines that read the table, convert the columns in use and make those that fields need."""
        lines = [f"{self.whole} = {self.source.reader}"]
        for column in self.source.columns:
            if column.name in self.columns:
                at = f"{self.whole}[{literal(column.name)}]"
                expression = converted(column, at)
                if expression is None and column.kind != "date" and self._needs_dates(column.name):
                    expression = f'pd.to_datetime({at}, errors="coerce")'
                if expression is not None:
                    lines.append(f"{at} = {expression}")
        lines += [
            f"{self.whole}[{literal(name)}] = {self._expression(self.whole, place)}"
            for place, name in self.made.items()
        ]
        return lines

    def _needs_dates(self, name: str) -> bool:
        return any(place.column == name and place.part is not None for place in self.made) and (
            self.column(Field(name)).kind not in ("date", "year")
        )

    def _expression(self, table: str, place: Field) -> str:
        at = f"{table}[{literal(place.column)}]"
        if place.width is not None:
            return f"{at} // {place.width:.15g} * {place.width:.15g}"
        if self.column(place).kind == "year":
            return f"{at} // 10 * 10" if place.part == "decade" else at
        match place.part:
            case None:
                return at
            case "decade":
                return f"{at}.dt.year // 10 * 10"
            case "year" | "hour":
                return f"{at}.dt.{place.part}"
            case "quarter_of_year":
                return f"{at}.dt.quarter"
            case "month_of_year":
                return f"{at}.dt.month"
            case "day_of_month":
                return f"{at}.dt.day"
            case "weekday":
                return f"{at}.dt.day_name().astype(pd.CategoricalDtype(list(calendar.day_name), ordered=True))"
            case "quarter" | "month" | "week" | "day":
                return f'{at}.dt.to_period("{place.part[0].upper()}")'
            case _:
                assert_never(place.part)


def _is_plain(place: Field, column: FileColumn) -> bool:
    return place.width is None and (place.part is None or (column.kind == "year" and place.part != "decade"))


def frame_of(plan: Plan, source: Source, code: str = "en") -> Frame:
    """The frame of a plan; a description makes no columns, for it counts those of the file."""
    fields = list(dict.fromkeys(_fields(plan, source)))
    by_name = {column.name: column for column in source.columns}
    taken = set(by_name)
    made: dict[Field, str] = {}
    among: dict[tuple[Condition, ...], str] = {}
    if not isinstance(plan, Description):
        for place in fields:
            if place.column in by_name and not _is_plain(place, by_name[place.column]):
                made[place] = _free(key_name(place), taken)
    if isinstance(plan, Summary | Groups):
        for measure in plan.measures if isinstance(plan, Summary) else (plan.measure,):
            if measure.among and measure.among not in among:
                among[measure.among] = _free("is counted", taken)
    whole = _table_name(source.file)
    return Frame(
        source, whole, "selected" if plan.conditions else whole,
        frozenset(place.column for place in fields), made, among, plan.conditions, figure_words(code),
    )  # fmt: skip


def _free(name: str, taken: set[str]) -> str:
    number, candidate = 2, name
    while candidate in taken:
        candidate, number = f"{name} {number}", number + 1
    taken.add(candidate)
    return candidate


def _table_name(file: str) -> str:
    """A name for the table: the file's own where it can be one; of two joined ones the first's."""
    stem = re.sub(r"\W+", "_", file.partition(BETWEEN_FILES)[0].rsplit(".", 1)[0]).strip("_").lower()
    return stem if stem.isidentifier() and not keyword.iskeyword(stem) and stem not in _TAKEN else "data"


def _fields(plan: Plan, source: Source) -> Iterable[Field]:
    """The fields that the code works with."""
    yield from (each.field for each in plan.conditions)
    places: list[Field | None] = []
    match plan:
        case Summary():
            places += [*plan.keys, *(place for measure in plan.measures for place in _measured(measure))]
        case Rows():
            places += [plan.by, *map(Field, plan.columns)]
        case Picture():
            places += [plan.x, plan.y, plan.color, plan.size]
        case Relation():
            places += [plan.y, *plan.x]
        case Description():
            places += [plan.field]
        case GroupTest():
            places += [plan.y, plan.by]
        case Odds():
            places += [plan.of.field, *plan.x]
        case Clusters():
            places += clustered(plan, source)
        case Groups():
            places += [plan.key, *_measured(plan.measure)]
        case _:
            assert_never(plan)
    yield from (place for place in places if place is not None)


def _measured(measure: Measure) -> list[Field | None]:
    return [measure.field, measure.per, *(each.field for each in measure.among)]


def clustered(plan: Clusters, source: Source) -> tuple[Field, ...]:
    """The fields by which rows are alike: those named, or all numbers."""
    return plan.x or tuple(Field(column.name) for column in source.of_kind("number"))


def key_name(key: Field) -> str:
    """What a field is called in a table that the code makes."""
    if key.part is not None:
        return f"{key.part.replace('_', ' ')} of {key.column}"
    return key.column if key.width is None else f"{key.column} in steps of {key.width:.15g}"


def measure_names(measures: Iterable[Measure]) -> tuple[str, ...]:
    """What measures are called in a table that the code makes, each differently."""
    taken = {"n", "part"}
    return tuple(_free(_measure_name(measure), taken) for measure in measures)


def _measure_name(measure: Measure) -> str:
    if measure.field is None:
        return "share" if measure.among else "rows"
    name = key_name(measure.field)
    if measure.per is not None:
        return f"{name} per {key_name(measure.per)}"
    match measure.how:
        case "quantile":
            return f"quantile {measure.quantile:.15g} of {name}"
        case "distinct":
            return f"different {name}"
        case how:
            return f"{how} {name}"


def labels(keys: tuple[Field, ...], frame: Frame, index: str, most: int | None = None) -> str:
    """The expression of a list of texts, one for each group in `index`, as the file writes the values.

    Texts of the data are cut after `most` characters; those of numbers and dates are short.
    """
    cut = "" if most is None else f"[:{most}]"
    if len(keys) == 1:
        kind = frame.kind(keys[0])
        return f"[{_label(kind, 'label', alone=True)}{cut if kind == 'text' else ''} for label in {index}]"
    names = ("first", "second", "third", "fourth")[: len(keys)]
    parts = [_label(frame.kind(key), name, alone=False) for key, name in zip(keys, names, strict=True)]
    return f'[f"{" / ".join(parts)}"{cut} for {", ".join(names)} in {index}]'


def _label(kind: FieldKind, name: str, *, alone: bool) -> str:
    match kind:
        case "number" | "year":
            return f'f"{{{name}:.15g}}"' if alone else f"{{{name}:.15g}}"
        case "date":
            midnight = '" 00:00:00"' if alone else "' 00:00:00'"
            text = f"str({name}).removesuffix({midnight})"
            return text if alone else f"{{{text}}}"
        case _:
            return f"str({name})" if alone else f"{{{name}}}"
