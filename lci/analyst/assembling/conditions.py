"""Conditions from the items that state them."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.sense import NoPlan, fields_in, kind_of
from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Comparison, Condition, Field
from lci.analyst.question_items import Quantity, ValueOf
from lci.analyst.word_forms import name_words


def conditions_of(items: Sequence[Item], data: DataWords) -> list[Condition]:
    """What one constituent states; of a month of a year it is both. Raises `NoPlan`."""
    kinds = {item.kind for item in items}
    if {"month", "year"} <= kinds:
        return [condition_of([item for item in items if item.kind == kind], data) for kind in ("year", "month")]
    return [condition_of(items, data)]


def condition_of(items: Sequence[Item], data: DataWords) -> Condition:
    """The one condition that the items state. Raises `NoPlan`."""
    kinds = {item.kind for item in items}
    negated = bool(kinds & {"not", "not_after", "no_after"} or {"no", "flag"} <= kinds)
    fields = fields_in(items, "field")
    if "beyond" in kinds:
        side, place = next(item.content for item in items if item.kind == "beyond")
        return Condition(place, side, _numbers(items, place))
    if "value" in kinds:
        return _of_values([item.content for item in items if item.kind == "value"], fields, negated=negated)
    if "flag" in kinds:
        (column, holds), *others = [item.content for item in items if item.kind == "flag"]
        if others:
            # Smokers and non-smokers: both, told apart.
            if len(others) > 1 or others[0][0] != column or others[0][1] == holds:
                raise NoPlan
            both = (data.flags[column.name], data.no(column.name))
            return Condition(Field(column.name), "equal", tuple(value for value in both if value is not None))
        value = data.flags[column.name] if holds != negated else data.no(column.name)
        return Condition(Field(column.name), "equal", () if value is None else (value,))
    if "missing" in kinds:
        return Condition(fields[0], "present" if negated else "missing")
    if "year" in kinds:
        return _of_years(items, negated=negated)
    if "month" in kinds:
        months = [item.content for item in items if item.kind == "month"]
        numbers = tuple(number for _, number in months)
        if _is_range(items):
            first, last = numbers
            numbers = tuple((first + step - 1) % 12 + 1 for step in range((last - first) % 12 + 1))
        return Condition(months[0][0], "not_equal" if negated else "equal", numbers)
    if kinds & {"no", "no_after"} and "number" not in kinds:
        return Condition(fields[0], "missing")
    return _of_numbers(items, fields, data, negated=negated)


def _comparison(items: Sequence[Item]) -> Comparison:
    return next((item.content for item in items if item.kind == "compare"), "equal")


def _is_range(items: Sequence[Item]) -> bool:
    return any(item.kind in ("between", "range", "to") for item in items)


def _of_values(values: list[ValueOf], fields: list[Field], *, negated: bool) -> Condition:
    columns = {each.column.name for each in values}
    if len(columns) > 1 or (fields and fields[0].column not in columns):
        raise NoPlan
    different = dict.fromkeys(each.value for each in values if each.value is not None)
    return Condition(Field(columns.pop()), "not_equal" if negated else "equal", tuple(different))


def _of_years(items: Sequence[Item], *, negated: bool) -> Condition:
    years = [item.content for item in items if item.kind == "year"]
    place, numbers = years[0][0], tuple(year for _, year in years)
    comparison = _comparison(items)
    if negated and (comparison != "equal" or _is_range(items)):
        raise NoPlan
    if any(item.kind == "decade_mark" for item in items):
        if numbers[0] % 10:
            raise NoPlan
        return Condition(place, "between", (numbers[0], numbers[0] + 9))
    if _is_range(items):
        return Condition(place, "between", tuple(sorted(numbers)))
    return Condition(place, "not_equal" if negated else comparison, numbers)


def _of_numbers(items: Sequence[Item], fields: list[Field], data: DataWords, *, negated: bool) -> Condition:
    place = fields[0] if fields else _only_number(data)
    if negated or kind_of(place, data) not in ("number", "year", "part"):
        raise NoPlan
    kinds = {item.kind for item in items}
    if kinds & {"negative", "positive"}:
        return Condition(place, "below" if "negative" in kinds else "above", (0,))
    if any(item.kind == "number" and _is_of_another(item.content.unit, place, data) for item in items):
        raise NoPlan
    numbers = _numbers(items, place) or tuple(int(item.content) for item in items if item.kind == "ordinal_number")
    if not numbers:
        raise NoPlan
    if _is_range(items):
        return Condition(place, "between", tuple(sorted(numbers)))
    return Condition(place, _comparison(items), numbers)


def _only_number(data: DataWords) -> Field:
    numbers = data.table.of_kind("number")
    if len(numbers) != 1:
        raise NoPlan
    return Field(numbers[0].name)


#: What one of a unit is in the smallest of its kind.
_UNITS: dict[str, tuple[str, float]] = {
    "mg": ("g", 1e-3), "g": ("g", 1.0), "kg": ("g", 1e3), "t": ("g", 1e6),
    "克": ("g", 1.0), "千克": ("g", 1e3), "公斤": ("g", 1e3),
    "mm": ("mm", 1.0), "cm": ("mm", 10.0), "m": ("mm", 1e3), "km": ("mm", 1e6),
    "毫米": ("mm", 1.0), "厘米": ("mm", 10.0), "米": ("mm", 1e3), "公里": ("mm", 1e6),
}  # fmt: skip


#: What is measured in units that a name seldom ends in.
_MEASURED_IN = {"mile": "distance", "degree": "temperature", "度": "temperature"}


def _is_of_another(unit: str, place: Field, data: DataWords) -> bool:
    """Whether the unit is one that the column can hardly be in."""
    measured = _MEASURED_IN.get(unit)
    return measured is not None and not any(measured in concept for concept in data.concepts(place.column))


def _numbers(items: Sequence[Item], place: Field) -> tuple[int | float, ...]:
    return tuple(_in_unit(item.content, place) for item in items if item.kind == "number")


def _in_unit(quantity: Quantity, place: Field) -> int | float:
    """The number in the unit that the column's name ends in. Raises `NoPlan` where the two measure other things."""
    own = name_words(place.column)[-1:]
    given, column = _UNITS.get(quantity.unit), _UNITS.get(own[0]) if own else None
    if given is None or column is None:
        return quantity.value
    if given[0] != column[0]:
        raise NoPlan
    value = quantity.value * given[1] / column[1]
    return int(value) if float(value).is_integer() else value
