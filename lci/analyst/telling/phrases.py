"""The sentences of a language, and how numbers, labels and names stand in them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lci.analyst.plan import Field
from lci.analyst.results import Finding
from lci.analyst.telling.columns import aligned
from lci.analyst.writing import escaped, percent, rounded, shown, unit_of

#: Codes of the languages there are: one more is a file, and its code here.
LANGUAGES = ("en", "ja", "zh")
#: Significant digits of a computed number and of a share in per cent; of the greatest of a column as many at most.
_DIGITS, _SHARE_DIGITS = 5, 3
_ROOM, _SHARE_ROOM = 8, 4


@cache
def _part(code: str, part: str) -> Phrases:
    text = (resources.files("lci.analyst") / "languages" / f"{code}.toml").read_text("utf-8")
    return Phrases(tomllib.loads(text)[part])


def phrases(code: str) -> Phrases:
    """The sentences of a language about data. Raises FileNotFoundError for one that is not there."""
    return _part(code, "sentences")


def replies(code: str) -> Phrases:
    """What it says where there is nothing to compute."""
    return _part(code, "replies")


def questions(code: str) -> Phrases:
    """Questions it asks, with places for columns."""
    return _part(code, "questions")


def changes(code: str) -> Phrases:
    """What it calls changes of a plan that the plan's own words have no name for."""
    return _part(code, "changes")


@dataclass(frozen=True)
class Phrases:
    """What a language says, by what it is about."""

    table: Mapping[str, Any]

    def __getitem__(self, key: str) -> str:
        return str(self.table[key])

    def say(self, key: str, **facts: object) -> str:
        """A sentence with its places filled; `group.name` is in a group of them."""
        group, _, name = key.rpartition(".")
        template: str = self.table[group][name] if group else self.table[name]
        return template.format(**facts)

    def group(self, key: str) -> Mapping[str, str]:
        """A group of sentences or words."""
        found: Mapping[str, str] = self.table[key]
        return found

    def heads(self, key: str) -> tuple[str, ...]:
        """The heads of a table."""
        return tuple(self.table[key])

    def noun(self, key: str, number: float) -> str:
        """A count with what is counted."""
        one, many = self.table[f"{key}_noun"]
        return str((one if number == 1 else many).format(number=f"{number:,.0f}"))

    def number(self, value: float, unit: str = "") -> str:
        """A computed number, with its unit."""
        if math.isnan(value):
            return self["undefined"]
        return f"{rounded(value, _DIGITS)}{unit}"

    def numbers(self, values: Sequence[float], unit: str = "") -> list[str]:
        """Computed numbers of one column of a table."""
        return self._column(values, _DIGITS, _ROOM, unit)

    def shares(self, values: Sequence[float]) -> list[str]:
        """Shares of one column of a table."""
        return self._column([100 * value for value in values], _SHARE_DIGITS, _SHARE_ROOM, " %")

    def _column(self, values: Sequence[float], digits: int, room: int, unit: str) -> list[str]:
        written = zip(values, aligned(values, digits, room), strict=True)
        return [self["undefined"] if math.isnan(value) else f"{text}{unit}" for value, text in written]

    def share(self, value: float) -> str:
        """A share of one in per cent."""
        return self["undefined"] if math.isnan(value) else percent(value)

    def value(self, found: Finding, unit: str = "") -> str:
        """A number, or a date or text as it is written."""
        if isinstance(found, int | float) and not isinstance(found, bool):
            return self.number(float(found), unit)
        return escaped(str(found))

    def names(self, names: Sequence[str], most: int = 12) -> str:
        """Names of columns as a sentence lists them."""
        spans = [shown(name) for name in names[:most]]
        if len(names) > most:
            spans.append(self.say("more_names", number=len(names) - most))
        if len(spans) < 2:
            return "".join(spans)
        return self["list"].join(spans[:-1]) + self["list_and"] + spans[-1]

    def field(self, place: Field) -> str:
        """A field in words."""
        column = shown(visible(place.column))
        if place.part is not None:
            return self.say(f"parts.{place.part}", column=column)
        if place.width is not None:
            return self.say("in_steps", column=column, width=f"{place.width:.15g}")
        return column

    def label(self, label: str, keys: Sequence[Field]) -> str:
        """The label of a group, its years and weekdays as the language writes them."""
        parts = label.split(" / ")
        if len(parts) != len(keys):
            return escaped(label)
        return " / ".join(self._part(part, key) for part, key in zip(parts, keys, strict=True))

    def _part(self, label: str, key: Field) -> str:
        if key.part == "weekday":
            return self.group("weekdays").get(label, escaped(label))
        template = self.group("labels").get(key.part or "")
        return template.format(label=escaped(label)) if template and label.isdecimal() else escaped(label)


def visible(name: str) -> str:
    """A name whose blanks all show: as it is, or quoted where some would be lost in a sentence."""
    is_plain = name == " ".join(name.split()) and name and name[0] not in "'\""
    return name if is_plain else repr(name)


def unit(place: Field | None) -> str:
    """The unit of a field's values, where its column's name ends in one."""
    return unit_of(place.column) if place is not None and place.part is None else ""


def p_value(p: float, text: Phrases) -> str:
    """How probable it is by chance, with the digits that keep it on its side of the usual level of 0.05."""
    if math.isnan(p):
        return f"p {text['undefined']}"
    if p < 0.001:
        return "p < 0.001"
    written = (f"{p:.{digits}g}" for digits in range(2, 18))
    return f"p = {next(each for each in written if (float(each) < 0.05) == (p < 0.05))}"


def cell(text: str) -> str:
    """A code span inside a table."""
    return text.replace("|", "\\|")
