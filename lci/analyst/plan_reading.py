"""A plan's own words read back as that plan, so that a plan can be offered, clicked and asked as any question is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Any, TypeAlias

from lci.analyst.plan import (
    Chart,
    Clusters,
    Condition,
    Description,
    Field,
    Groups,
    GroupTest,
    Limit,
    Measure,
    Middle,
    Odds,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
    Value,
)
from lci.analyst.sources import Source
from lci.analyst.telling.phrases import LANGUAGES, Phrases, phrases, visible
from lci.analyst.telling.plan_words import BETWEEN_PARTS, phrased, unmarked
from lci.analyst.writing import shown

#: What a stretch may be read as, and where it ends.
_Read: TypeAlias = Iterator[tuple[Any, int]]
_Reader: TypeAlias = Callable[[int], _Read]
_INTEGER = re.compile(r"\d+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
#: A part of a plan: what it is, and what stands in its places.
_Part: TypeAlias = tuple[str, dict[str, Any]]
_MOST_PARTS = 20


def plan_in_words(question: str, table: Source) -> tuple[Plan, str] | None:
    """The plan for that table whose words the question is, with the code of their language; None for other words."""
    for code in LANGUAGES:
        text = phrases(code)
        if text.say("table", table=shown(visible(table.file))) not in question:
            continue
        before, _, after = text["plan"].partition("{parts}")
        words = question.strip()
        if words.startswith(before) and words.endswith(after):
            words = words[len(before) : len(words) - len(after)]
        for parts in _Reading(words, table, text).parts(0, 0):
            plan = _built(parts, table.file)
            # Different plans never have the same words: the one that has these is meant.
            if plan is not None and phrased(plan, code) == words:
                return plan, code
    return None


@dataclass(frozen=True, slots=True)
class _Middle:
    """What stands where a value may: the mean or median of all rows."""

    name: Middle


#: What may be said of a number and of that.
_MEASURED = frozenset({"above", "at_least", "below", "at_most"})


@dataclass(frozen=True, slots=True)
class _Reading:
    words: str
    table: Source
    text: Phrases

    def parts(self, at: int, depth: int) -> Iterator[list[_Part]]:
        """The parts from `at` to the end."""
        if depth == _MOST_PARTS:
            return
        for part, end in self._part(at):
            if end == len(self.words):
                yield [part]
            elif self.words.startswith(BETWEEN_PARTS, end):
                for rest in self.parts(end + len(BETWEEN_PARTS), depth + 1):
                    yield [part, *rest]

    def _part(self, at: int) -> Iterator[tuple[_Part, int]]:
        for key, template in _templates(self.text):
            for places, end in self._filled(template, at):
                yield (key, places), end

    def _filled(self, template: str, at: int) -> Iterator[tuple[dict[str, Any], int]]:
        """What stands in the places of a template that begins at `at`."""

        def go(pieces: tuple[tuple[str, str | None], ...], at: int, places: dict[str, Any]) -> _Read:
            if not pieces:
                yield places, at
                return
            (literal, place), *rest = pieces
            if not self.words.startswith(literal, at):
                return
            at += len(literal)
            if place is None:
                yield from go(tuple(rest), at, places)
                return
            for content, end in self._places()[place](at):
                yield from go(tuple(rest), end, {**places, place: content})

        yield from go(_pieces(template), at, {})

    def _places(self) -> Mapping[str, _Reader]:
        return {
            "field": self._field,
            "per": self._field,
            "y": self._field,
            "x": lambda at: self._several(self._field, self.text["list"], at),
            "keys": lambda at: self._several(self._field, self.text["list_and"], at),
            "columns": lambda at: self._several(self._column, self.text["list"], at),
            "conditions": lambda at: self._several(self._condition, self.text["and"], at),
            "values": lambda at: self._several(self._value, self.text["any_of"], at),
            "low": self._value,
            "high": self._value,
            "column": self._column,
            "number": lambda at: self._matched(_INTEGER, int, at),
            "limit": lambda at: self._matched(_NUMBER, _as_number, at),
            "measure": self._measure,
            "width": lambda at: self._matched(_NUMBER, float, at),
            "quantile": lambda at: self._matched(_NUMBER, float, at),
            "table": self._file,
        }

    def _matched(self, pattern: re.Pattern[str], kind: Callable[[str], Any], at: int) -> _Read:
        if (match := pattern.match(self.words, at)) is not None:
            yield kind(match.group()), match.end()

    def _several(self, reader: _Reader, between: str, at: int) -> _Read:
        for one, end in reader(at):
            yield (one,), end
            if self.words.startswith(between, end):
                for rest, last in self._several(reader, between, end + len(between)):
                    yield (one, *rest), last

    def _span(self, at: int) -> str:
        """The code span that begins there, or nothing."""
        fence = re.compile("`+").match(self.words, at)
        if fence is None:
            return ""
        ending = re.compile(rf"(?<!`){fence.group()}(?!`)").search(self.words, fence.end())
        return self.words[at : ending.end()] if ending is not None else ""

    def _column(self, at: int) -> _Read:
        span = self._span(at)
        if (name := _columns(self.table).get(span)) is not None:
            yield name, at + len(span)

    def _file(self, at: int) -> _Read:
        span = shown(visible(self.table.file))
        if self.words.startswith(span, at):
            yield self.table.file, at + len(span)

    def _field(self, at: int) -> _Read:
        for name, end in self._column(at):
            yield Field(name), end
        for part, template in self.text.group("parts").items():
            for places, end in self._filled(template, at):
                yield Field(places["column"], part), end  # type: ignore[arg-type]
        for places, end in self._filled(self.text["in_steps"], at):
            yield Field(places["column"], width=places["width"]), end

    def _measure(self, at: int) -> _Read:
        for (key, places), end in self._part(at):
            if (measure := _measure(key, places)) is not None:
                yield measure, end

    def _value(self, at: int) -> _Read:
        before, after = self.text["text_value"].split("{value}")
        if self.words.startswith(before, at):
            start = end = at + len(before)
            while end < len(self.words) and not self.words.startswith(after, end):
                end += 2 if self.words[end] == "\\" else 1
            if (value := unmarked(self.words[start:end])) is not None:
                yield value, end + len(after)
        for day, word in self.text.group("weekdays").items():
            if self.words.startswith(word, at):
                yield day, at + len(word)
        for name, word in self.text.group("middles").items():
            if self.words.startswith(word, at):
                yield _Middle(name), at + len(word)  # type: ignore[arg-type]
        for word in ("True", "False"):
            if self.words.startswith(word, at):
                yield word == "True", at + len(word)
        yield from self._matched(_NUMBER, _as_number, at)

    def _condition(self, at: int) -> _Read:
        for comparison, template in self.text.group("comparisons").items():
            for places, end in self._filled(template, at):
                values = places.get("values", ())
                if "low" in places:
                    values = (places["low"], places["high"])
                middle = next((each for each in values if isinstance(each, _Middle)), None)
                if middle is None:
                    yield Condition(places["field"], comparison, values), end  # type: ignore[arg-type]
                elif len(values) == 1 and comparison in _MEASURED:
                    yield Condition(places["field"], comparison, middle=middle.name), end  # type: ignore[arg-type]


def _as_number(written: str) -> Value:
    return int(written) if re.fullmatch(r"-?\d+", written) else float(written)


@lru_cache(maxsize=16)
def _columns(table: Source) -> Mapping[str, str]:
    """Columns by their names as they stand in words."""
    return {shown(visible(column.name)): column.name for column in table.columns}


@lru_cache(maxsize=1_024)
def _pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, place) for literal, place, _, _ in Formatter().parse(template))


_GROUPS = ("measures", "compared", "charts", "descriptions", "analyses", "saves", "groups", "limits")
_SINGLE = (
    "rows_measure", "share_measure", "for_each", "as_shares", "asked_share", "highest_first", "lowest_first",
    "first_one", "first_ones", "last_of_these", "rows_all", "rows_one", "rows_first", "sorted_by", "with_value",
    "shows", "points", "distribution", "colored", "sized", "correlation", "correlation_of_one", "correlation_among",
    "correlation_of_all", "line_through", "odds_of", "clusters_of", "clusters_of_all", "clusters_number", "only",
    "log_x", "log_y", "table",
)  # fmt: skip


def _templates(text: Phrases) -> list[tuple[str, str]]:
    grouped = [(f"{group}.{key}", each) for group in _GROUPS for key, each in text.group(group).items()]
    return [*((key, text[key]) for key in _SINGLE), *grouped]


# --- from parts to a plan ---------------------------------------------------------------------------------------------


def _built(parts: list[_Part], file: str) -> Plan | None:
    """A plan of those parts; one in which something of them is lost has other words."""
    by_key = dict(parts)
    chart = _chart(parts)
    conditions = by_key.get("only", {}).get("conditions", ())
    measures = tuple(measure for key, places in parts if (measure := _measure(key, places)) is not None)
    order: Any = "downwards" if "highest_first" in by_key else "upwards" if "lowest_first" in by_key else None
    saved: Any = next((key.partition(".")[2] for key in by_key if key.startswith("saves.")), None)
    last = "last_of_these" in by_key
    described = next((key.partition(".")[2] for key in by_key if key.startswith("descriptions.")), None)
    if measures:
        compared: Any = next((key.partition(".")[2] for key in by_key if key.startswith("compared.")), None)
        keys = by_key.get("for_each", {}).get("keys", ())
        limit = _limit(by_key, "first_one", "first_ones")
        relative = "as_shares" in by_key
        asked = next(iter(by_key.get("asked_share", {}).get("values", ())), None)
        return Summary(file, measures, keys, conditions, order, limit, relative, compared, chart, saved, last, asked)
    if described is not None:
        of: Any = {"missing_field": "missing"}.get(described, described)
        return Description(file, of, by_key[f"descriptions.{described}"].get("field"), conditions)
    if by_key.keys() & {"rows_all", "rows_one", "rows_first"}:
        by = (by_key.get("sorted_by") or by_key.get("with_value") or {}).get("field")
        columns = by_key.get("shows", {}).get("columns", ())
        limit = _limit(by_key, "rows_one", "rows_first")
        return Rows(file, conditions, by, order, limit, columns, chart, saved, last)
    drawn = by_key.get("points") or by_key.get("distribution")
    if drawn is not None and chart is not None and len(drawn["x"]) == 1:
        color, size = (by_key.get(key, {}).get("field") for key in ("colored", "sized"))
        return Picture(file, chart, drawn["x"][0], drawn.get("y"), color, size, conditions)
    if (tested := next((key for key in by_key if key.startswith("analyses.")), None)) is not None:
        differing: Any = tested.removeprefix("analyses.").removesuffix("_differ")
        return GroupTest(file, differing, by_key[tested]["y"], by_key[tested]["field"], conditions)
    if (of := next((key for key in by_key if key.startswith("groups.") and key != "groups.by"), None)) is not None:
        return _groups(of.removeprefix("groups."), by_key, file, conditions)
    if (explained := by_key.get("odds_of")) is not None and len(explained["conditions"]) == 1:
        return Odds(file, explained["conditions"][0], explained["x"], conditions)
    if by_key.keys() & {"clusters_of", "clusters_of_all"}:
        number = by_key.get("clusters_number", {}).get("number")
        return Clusters(file, by_key.get("clusters_of", {}).get("x", ()), number, conditions)
    for key, method in (("line_through", "line"), *((key, "correlation") for key in _SINGLE if "correlation" in key)):
        if key in by_key:
            places = by_key[key]
            return Relation(file, method, places.get("y"), places.get("x", ()), conditions, chart)  # type: ignore[arg-type]
    return None


def _groups(of: Any, by_key: Mapping[str, dict[str, Any]], file: str, conditions: tuple[Condition, ...]) -> Plan | None:
    if "groups.by" not in by_key:
        return None
    limits: Any = [(key.removeprefix("limits."), by_key[key]["limit"]) for key in by_key if key.startswith("limits.")]
    limit = Limit(*limits[0]) if limits else None
    return Groups(file, of, by_key[f"groups.{of}"]["field"], by_key["groups.by"]["measure"], limit, conditions)


def _limit(by_key: Mapping[str, dict[str, Any]], one: str, several: str) -> int | None:
    return 1 if one in by_key else by_key.get(several, {}).get("number")


def _chart(parts: list[_Part]) -> Chart | None:
    kind: Any = next((key.partition(".")[2] for key, _ in parts if key.startswith("charts.")), None)
    keys = {key for key, _ in parts}
    return Chart(kind, "log_x" in keys, "log_y" in keys) if kind is not None else None


def _measure(key: str, places: dict[str, Any]) -> Measure | None:
    if key == "rows_measure":
        return Measure("rows")
    if key == "share_measure":
        return Measure("rows", among=places["conditions"])
    group, _, how = key.partition(".")
    if group != "measures":
        return None
    if how == "per":
        return Measure("sum", places["field"], per=places["per"])
    return Measure(how, places["field"], places.get("quantile"))  # type: ignore[arg-type]
