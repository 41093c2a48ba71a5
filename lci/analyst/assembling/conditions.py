"""Conditions from the items that state them."""

from __future__ import annotations

from calendar import day_name
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from lci.analyst.assembling.sense import NoPlan, fields_in, kind_of
from lci.analyst.assembling.units import is_of_another, is_of_other_column, may_be_meant, measured_in, numbers_of
from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Comparison, Condition, Field
from lci.analyst.quantities import Quantity
from lci.analyst.question_items import ValueOf
from lci.analyst.row_names import name_column
from lci.analyst.word_forms import known_values_in, name_words, values_in


def conditions_of(items: Sequence[Item], data: DataWords) -> list[Condition]:
    """What one constituent states; of a month of a year, or of a day of any year, it is both. Raises `NoPlan`."""
    kinds = {item.kind for item in items}
    if "day_of_year" in kinds:
        column, month, day = _contents(items, "day_of_year")[0]
        of_year, of_month = Field(column, "month_of_year"), Field(column, "day_of_month")
        return [Condition(of_year, "equal", (month,)), Condition(of_month, "equal", (day,))]
    if sum(item.kind == "compare" for item in items) > 1:
        return _between_two(items, data)
    if {"value", "number"} <= kinds and "field" not in kinds:
        return _of_people(items, data)
    if {"month", "year"} <= kinds:
        return [condition_of([item for item in items if item.kind == kind], data) for kind in ("year", "month")]
    return [condition_of(items, data)]


def _of_people(items: Sequence[Item], data: DataWords) -> list[Condition]:
    """Of women between 20 and 40 that they are women, and so old. Raises `NoPlan` of what has no age."""
    values, rest = [item for item in items if item.kind == "value"], [item for item in items if item.kind != "value"]
    ages = data.called("age")
    if len(ages) != 1 or any("sex" not in data.concepts(item.content.column.name) for item in values):
        raise NoPlan
    return [condition_of(values, data), _of_numbers(rest, [Field(ages[0].name)], data, negated=False)]


def _between_two(items: Sequence[Item], data: DataWords) -> list[Condition]:
    """Above one number and below another. Raises `NoPlan` for two on one side, of which one would say nothing."""
    if "or" in _contents(items, "and"):
        raise NoPlan  # above 200 or below 100 is either
    fields = [item for item in items if item.kind == "field"]
    numbers, compared = ([item for item in items if item.kind == kind] for kind in ("number", "compare"))
    stated = [condition_of([*fields, *pair], data) for pair in zip(numbers, compared, strict=True)]
    if {each.comparison in ("above", "at_least") for each in stated} != {True, False}:
        raise NoPlan
    return stated


def condition_of(items: Sequence[Item], data: DataWords) -> Condition:
    """The one condition that the items state. Raises `NoPlan`."""
    kinds = {item.kind for item in items}
    if "middle" in kinds:
        return _beyond_middle(items, data)
    negated = bool(kinds & {"not", "not_after", "no_after"} or {"no", "flag"} <= kinds)
    for kind, stating in _STATING.items():
        if kind in kinds:
            return stating(items, data, negated)
    if kinds & {"no", "no_after"} and "number" not in kinds:
        return _without(fields_in(items, "field")[0], data)
    return _of_numbers(items, fields_in(items, "field"), data, negated=negated)


def _contents(items: Sequence[Item], *kinds: str) -> list[Any]:  # Any: as `Item.content`
    return [item.content for item in items if item.kind in kinds]


def _beyond(items: Sequence[Item], data: DataWords, negated: bool) -> Condition:
    """Of a column that the word itself names: heavier than."""
    side, place = _contents(items, "beyond")[0]
    if negated or any(field != place for field in fields_in(items, "field")):
        raise NoPlan
    if any(is_of_another(number.unit, place, data) for number in _contents(items, "number")):
        raise NoPlan
    return Condition(place, side, numbers_of(items, place, data))


#: On which side of the middle what is more or less lies.
_SIDES: dict[str, Comparison] = {"downwards": "above", "upwards": "below"}


def _beyond_middle(items: Sequence[Item], data: DataWords) -> Condition:
    """Above or below the mean or median of all rows. Raises `NoPlan`."""
    named = _contents(items, "beyond", "more")
    places = {*fields_in(items, "field"), *(place for _, place in named if place is not None)}
    sides = [_SIDES.get(side, side) for side, _ in named] or _contents(items, "compare")
    if len(places) != 1 or len(sides) != 1 or sides[0] not in ("above", "at_least", "below", "at_most"):
        raise NoPlan
    place = places.pop()
    if kind_of(place, data) != "number" or place.column in data.flags:
        raise NoPlan
    return Condition(place, sides[0], middle=_contents(items, "middle")[0])


def _stated(items: Sequence[Item], _: DataWords, negated: bool) -> Condition:
    if negated:
        raise NoPlan
    stated: Condition = _contents(items, "stated")[0]
    return stated


def _of_size(items: Sequence[Item], data: DataWords, _: bool) -> Condition:
    """Of a number whose unit says what it is a number of: 3年生."""
    size: Quantity = _contents(items, "sized")[0]
    return Condition(measured_in({size.unit}, data), "equal", (size.value,))


def _of_decade(items: Sequence[Item], _: DataWords, negated: bool) -> Condition:
    place, first = _contents(items, "decade")[0]
    if negated:
        raise NoPlan
    return Condition(place, "between", (first, first + 9))


def _of_flags(items: Sequence[Item], data: DataWords, negated: bool) -> Condition:
    (column, holds), *others = _contents(items, "flag", "does", "holder")
    kinds = {item.kind for item in items}
    if "versus" in kinds or {"and", "not"} <= kinds:
        # Smokers against non-smokers, students and non-students.
        negated = False
        others = [(each, holds != (each == column)) for each, _ in others]
    if others:
        # Smokers and non-smokers: both, told apart.
        if negated or len(others) > 1 or others[0][0] != column or others[0][1] == holds:
            raise NoPlan
        return both_of(column.name, data)
    value = data.flags[column.name] if holds != negated else data.no(column.name)
    return Condition(Field(column.name), "equal", () if value is None else (value,))


def both_of(column: str, data: DataWords) -> Condition:
    """That a column which says yes or no says either."""
    both = (data.flags[column], data.no(column))
    return Condition(Field(column), "equal", tuple(value for value in both if value is not None))


def names_all(condition: Condition, data: DataWords) -> bool:
    """Whether it names all values of a column, both of one that says yes or no."""
    several = condition.comparison == "equal" and len(set(condition.values)) > 1
    if several and data.different(condition.field) == len(set(condition.values)):
        return True
    return condition.field.column in data.flags and condition == both_of(condition.field.column, data)


def _of_missing(items: Sequence[Item], data: DataWords, negated: bool) -> Condition:
    if any(place.column in data.flags or _names_none(place, data) for place in fields_in(items, "field")):
        raise NoPlan  # what is not so is said by its value
    return Condition(fields_in(items, "field")[0], "present" if negated else "missing")


#: Values that say that there is nothing, beside which a value may be missing, too.
_NONE = frozenset({"なし", "無し", "無", "无", "没有", "none", "no", "nothing"})


def _names_none(place: Field, data: DataWords) -> bool:
    return any(str(value).strip().lower() in _NONE for value in data.table_values(place.column))


def _of_months(items: Sequence[Item], _: DataWords, negated: bool) -> Condition:
    """Months or quarters of any year. Raises `NoPlan` of both at once."""
    months = _contents(items, "month")
    places, numbers = {place for place, _ in months}, tuple(number for _, number in months)
    if len(places) > 1:
        raise NoPlan
    place = months[0][0]
    if _is_range(items):
        first, last = numbers
        most = 4 if place.part == "quarter_of_year" else 12
        numbers = tuple((first + step - 1) % most + 1 for step in range((last - first) % most + 1))
    return Condition(place, "not_equal" if negated else "equal", numbers)


def _of_weekdays(items: Sequence[Item], _: DataWords, negated: bool) -> Condition:
    """Raises `NoPlan` of all days, which may rather be told apart: weekends against weekdays."""
    named = _contents(items, "weekday")
    days = tuple(dict.fromkeys(day for _, several in named for day in several))
    if _is_range(items):
        if len(days) != len(named):
            raise NoPlan  # from weekend to weekend
        first, last = map(list(day_name).index, (days[0], days[-1]))
        days = tuple(day_name[(first + step) % _WEEK] for step in range((last - first) % _WEEK + 1))
    if len({place for place, _ in named}) > 1 or len(days) == _WEEK:
        raise NoPlan
    return Condition(named[0][0], "not_equal" if negated else "equal", days)


def _comparison(items: Sequence[Item]) -> Comparison:
    return next((item.content for item in items if item.kind == "compare"), "equal")


def _is_range(items: Sequence[Item]) -> bool:
    return any(item.kind in ("between", "range", "through", "to", "till", "until") for item in items)


#: The parts of cells with several values from which on one that is named may be one of several, and mostly is.
_SOME, _MANY = 0.1, 0.4


def _of_values(items: Sequence[Item], data: DataWords, negated: bool) -> Condition:
    values: list[ValueOf] = _contents(items, "value")
    columns = {each.column.name for each in values}
    if len(columns) > 1 or any(field.column not in columns for field in fields_in(items, "field")):
        raise NoPlan
    different = dict.fromkeys(each.value for each in values if each.value is not None)
    part = max(data.ranges.listed.get(name, 0.0) for name in columns)
    if part > _SOME and all(len(values_in(str(value))) == 1 for value in different):
        # Comedies are also those that are crime films.
        if len(different) == 1 and not negated:
            (name,), (value,) = columns, different
            if _is_within_another(str(value), name, data):
                raise NoPlan
            return Condition(Field(name), "contains", (value,))
        if negated or part > _MANY or _stand_together(different, columns, data):
            raise NoPlan
    return Condition(Field(columns.pop()), "not_equal" if negated else "equal", tuple(different))


def _stand_together(values: Iterable[object], columns: Iterable[str], data: DataWords) -> bool:
    """Whether one cell holds several of the values: with rain and snow may mean it, or either of them."""
    for name in columns:
        known = frozenset(str(each) for each in data.table_values(name))
        if any(len({*known_values_in(each, known)}.intersection(map(str, values))) > 1 for each in known):
            return True
    return False


def _is_within_another(value: str, column: str, data: DataWords) -> bool:
    """Whether another value of the column contains it, male within female, or may, for not all are known."""
    known = frozenset(str(each) for each in data.table_values(column))
    parts = {part for each in known for part in known_values_in(each, known)}
    is_all = data.different(Field(column)) == len(known)
    return not is_all or any(value.lower() in part.lower() for part in parts - {value})


def _of_times(items: Sequence[Item], _: DataWords, negated: bool) -> Condition:
    """Of years, or of days."""
    named = _contents(items, "year", "date")
    place, times = named[0][0], tuple(time for _, time in named)
    if any(field.column != place.column for field in fields_in(items, "field")):
        raise NoPlan
    comparison = _comparison(items)
    if negated and (comparison != "equal" or _is_range(items)):
        raise NoPlan
    if _is_range(items):
        return Condition(place, "between", tuple(sorted(times)))
    return Condition(place, "not_equal" if negated else comparison, times)


def _of_text(items: Sequence[Item], data: DataWords, negated: bool) -> Condition:
    """What a text contains, or the name of what rows are. Raises `NoPlan` where it is not said of which column."""
    fields = fields_in(items, "field")
    says_name = any(item.kind in ("in_name", "contain_name") for item in items) or "name" in _contents(items, "contain")
    if says_name and (not fields or _stands_behind(items)):
        named = [place for place in (name_column(data),) if place is not None]
        if fields and data.called("name title") and fields != named:
            raise NoPlan  # of 名称里带猫的表情 the name holds the word, not what is called so
        fields = fields or named
    if negated or len(fields) != 1 or kind_of(fields[0], data) not in ("category", "text"):
        raise NoPlan
    if says_name and fields[0].column.lower().endswith(_KINDS):
        raise NoPlan  # a kind of customers has no customer's name
    return Condition(fields[0], "contains", tuple(item.content for item in items if item.kind == "quoted"))


def _stands_behind(items: Sequence[Item]) -> bool:
    """Whether the column is named behind the word that is looked for."""
    quoted = [item.start for item in items if item.kind == "quoted"]
    return any(item.kind == "field" and item.start > min(quoted, default=item.start) for item in items)


#: How names of columns end that say of what kind something is.
_KINDS = ("类型", "类别", "种类", "種類", "種別", "タイプ", "区分", "type", "kind", "category", "class")


def _within_text(items: Sequence[Item], data: DataWords, negated: bool) -> Condition:
    """That a word stands in a text, also where some text is that word alone. Raises `NoPlan`."""
    values = [item.content for item in items if item.kind == "value"]
    if any(each.column.name != fields_in(items, "field")[0].column for each in values):
        raise NoPlan
    quoted = [
        replace(item, kind="quoted", content=str(item.content.value).lower()) for item in items if item.kind == "value"
    ]
    return _of_text([*items, *quoted], data, negated)


def _without(place: Field, data: DataWords) -> Condition:
    """Of numbers that begin at zero none is zero; of others, without a value. Raises `NoPlan` where all have one."""
    if place.column in data.flags or _names_none(place, data):
        raise NoPlan
    if place.part is not None:
        raise NoPlan
    if place.column in data.ranges.from_zero and place.column in data.ranges.complete:
        return Condition(place, "equal", (0,))
    if place.column in data.ranges.complete:
        raise NoPlan
    return Condition(place, "missing")


def _of_numbers(items: Sequence[Item], fields: list[Field], data: DataWords, *, negated: bool) -> Condition:
    units, kinds = {item.content.unit for item in items if item.kind == "number"}, {item.kind for item in items}
    if not fields and any(item.kind in ("aged", "noun", "years_old") for item in items):
        fields = [Field(column.name) for column in data.called("age")]
        if not fields and "years_old" in kinds:
            raise NoPlan
    place = fields[0] if fields else _of_amount(items, units, data) or measured_in(units, data)
    if ("of" in kinds and units == {""}) or (place.part == "hour" and _is_how_long(items)):
        raise NoPlan  # the price of 10 houses is no price of 10, longer than two hours no time of the day
    if place.column in data.flags and _comparison(items) != "equal":
        raise NoPlan
    if "age" in data.concepts(place.column) and any(each.value > _OLDEST for each in _contents(items, "number")):
        raise NoPlan  # employees before 2012 are not so old
    if kind_of(place, data) not in ("number", "year", "part") or (negated and (_comparison(items) != "equal")):
        raise NoPlan
    if not may_be_meant(items, place, data) or place.part not in (None, "year", "hour", "month_of_year"):
        raise NoPlan
    if kinds & {"negative", "positive"} and not negated:
        return Condition(place, "below" if "negative" in kinds else "above", (0,))
    if any(
        item.kind == "number"
        and (is_of_another(item.content.unit, place, data) or is_of_other_column(item.content.unit, place, data))
        for item in items
    ):
        raise NoPlan
    numbers = numbers_of(items, place, data) or tuple(
        int(item.content) for item in items if item.kind == "ordinal_number"
    )
    if not numbers or (kind_of(place, data) == "year" and max(numbers) > _LAST_YEAR):
        raise NoPlan
    if negated and _is_range(items):
        raise NoPlan
    if _is_range(items):
        return Condition(place, "between", tuple(sorted(numbers)))
    comparison = _comparison(items)
    if len(numbers) > 1 and (comparison != "equal" or "or" not in _contents(items, "and")):
        raise NoPlan  # whoever asks for 1 and 2 may mean each of them
    return Condition(place, "not_equal" if negated else comparison, numbers)


#: What ends the name of the number by which things are measured: loans above 35000, by their loan_amount.
_AMOUNTS = frozenset({"amount", "price", "value", "total", "cost", "金額", "額", "価格", "金额", "额", "价格", "总额"})


def _of_amount(items: Sequence[Item], units: set[str], data: DataWords) -> Field | None:
    """How much each of the rows is, where one column is called so after them."""
    nouns = [item.content for item in items if item.kind == "noun"]
    if len(nouns) != 1 or units != {""}:
        return None
    (noun,) = nouns
    names = [(column.name, name_words(column.name)) for column in data.of_kind("number")]
    called = [name for name, words in names if words[: len(noun)] == noun and "".join(words[len(noun) :]) in _AMOUNTS]
    return Field(called[0]) if len(called) == 1 else None


def _is_how_long(items: Sequence[Item]) -> bool:
    """Whether a number of hours is compared: more than two hours, as against after two o'clock."""
    hours = {item.start for item in items if item.kind == "field"}
    return _comparison(items) != "equal" and any(item.end in hours for item in items if item.kind == "number")


#: What states a condition, by the first kind of item that is there.
_STATING: dict[str, Callable[[Sequence[Item], DataWords, bool], Condition]] = {
    "inside": _within_text,
    "beyond": _beyond,
    "stated": _stated,
    "quoted": _of_text,
    "sized": _of_size,
    "date": _of_times,
    "decade": _of_decade,
    "value": _of_values,
    "flag": _of_flags,
    "does": _of_flags,
    "holder": _of_flags,
    "missing": _of_missing,
    "year": _of_times,
    "month": _of_months,
    "weekday": _of_weekdays,
}
_LAST_YEAR = 9999
_WEEK = 7
#: Years of somebody's age.
_OLDEST = 150
