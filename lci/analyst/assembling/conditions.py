"""Conditions from the items that state them."""

from __future__ import annotations

from calendar import day_name
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lci.analyst.assembling.sense import NoPlan, fields_in, kind_of
from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords, says_total
from lci.analyst.plan import Comparison, Condition, Field
from lci.analyst.quantities import Quantity
from lci.analyst.question_items import ValueOf
from lci.analyst.word_forms import name_words


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
    if any(_is_of_another(number.unit, place, data) for number in _contents(items, "number")):
        raise NoPlan
    return Condition(place, side, _numbers(items, place, data))


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
    return Condition(_measured({size.unit}, data), "equal", (size.value,))


def _of_decade(items: Sequence[Item], _: DataWords, negated: bool) -> Condition:
    place, first = _contents(items, "decade")[0]
    if negated:
        raise NoPlan
    return Condition(place, "between", (first, first + 9))


def _of_flags(items: Sequence[Item], data: DataWords, negated: bool) -> Condition:
    (column, holds), *others = _contents(items, "flag", "does", "holder")
    if any(item.kind == "versus" for item in items):
        # Smokers against non-smokers.
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


def _of_values(items: Sequence[Item], _: DataWords, negated: bool) -> Condition:
    values: list[ValueOf] = _contents(items, "value")
    columns = {each.column.name for each in values}
    if len(columns) > 1 or any(field.column not in columns for field in fields_in(items, "field")):
        raise NoPlan
    different = dict.fromkeys(each.value for each in values if each.value is not None)
    return Condition(Field(columns.pop()), "not_equal" if negated else "equal", tuple(different))


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
    """What a text contains. Raises `NoPlan` where it is not said of which column."""
    fields = fields_in(items, "field")
    if negated or len(fields) != 1 or kind_of(fields[0], data) not in ("category", "text"):
        raise NoPlan
    return Condition(fields[0], "contains", tuple(item.content for item in items if item.kind == "quoted"))


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
    units = {item.content.unit for item in items if item.kind == "number"}
    if not fields and any(item.kind in ("aged", "noun") for item in items):
        fields = [Field(column.name) for column in data.called("age")]
    place = fields[0] if fields else _measured(units, data)
    kinds = {item.kind for item in items}
    if place.part == "hour" and _is_how_long(items):
        raise NoPlan  # longer than two hours is no time of the day
    if place.column in data.flags and _comparison(items) != "equal":
        raise NoPlan
    if "age" in data.concepts(place.column) and any(each.value > _OLDEST for each in _contents(items, "number")):
        raise NoPlan  # employees before 2012 are not so old
    if kind_of(place, data) not in ("number", "year", "part") or (negated and (_comparison(items) != "equal")):
        raise NoPlan
    if not _may_be_meant(items, place, data) or place.part not in (None, "year", "hour", "month_of_year"):
        raise NoPlan
    if kinds & {"negative", "positive"} and not negated:
        return Condition(place, "below" if "negative" in kinds else "above", (0,))
    if any(item.kind == "number" and _is_of_another(item.content.unit, place, data) for item in items):
        raise NoPlan
    numbers = _numbers(items, place, data) or tuple(
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
#: Different numbers of a column of which one may be named without a word that compares: "3 bedrooms".
_FEW = 24


#: Concepts of columns that hold how long something took.
_TIMES = frozenset({"duration", "time_taken"})


def _may_be_meant(items: Sequence[Item], place: Field, data: DataWords) -> bool:
    """Whether a number beside a column, or by its unit alone, can be one of its values."""
    kinds = [item.kind for item in items]
    if "ordinal_number" in kinds and "number" not in kinds and data.concepts(place.column) & _TIMES:
        return False  # the first time is when it was first
    if {*kinds} - {"number", "field", "and"} or "number" not in kinds or "field" not in kinds:
        return True
    number = next(item.content for item in items if item.kind == "number")
    different = data.different(place)
    return number.unit not in _COUNTERS and (different is None or different <= _FEW)


#: Words that count things in a row, no units of a value.
_COUNTERS = frozenset({"つ", "ヶ国", "か国", "カ国"})
#: What is counted in a unit, in everyday words of columns.
_UNITS_OF = {
    "age": ("歳", "才", "岁", "周岁"),
    "distance": ("mile", "km", "公里"),
    "time_taken duration": ("minute", "分", "分钟", "hour", "時間", "小时"),
    "body_mass weight": (
        "kg",
        "g",
        "公斤",
        "千克",
        "克",
        "キロ",
        "キログラム",
        "グラム",
        "kilogram",
        "kilo",
        "gram",
        "pound",
        "lb",
    ),
    "sales price bill amount fare salary": ("$", "€", "£", "¥", "dollar", "euro", "usd", "美元", "ドル", "円", "元"),
    "temperature": ("degree", "度"),
    "grade": ("年生", "年级"),
    "nights": ("泊", "晚"),
    "month": ("月",),
    "party_size": ("人", "名", "people"),
}


#: What counts rows, and how often something was: no unit of a column whose name does not say so.
OCCASIONS = frozenset({"回", "件", "次", "笔", "单", "单子", "time", "times", "趟"})
_PAID = frozenset({"sales", "profit", "price", "bill", "tip", "amount", "fare", "salary", "cost", "budget", "income"})


def _measured(units: set[str], data: DataWords) -> Field:
    """The one column that numbers of these units are of. Raises `NoPlan`."""
    unit = next(iter(units), "")
    about = next((concepts for concepts, of_it in _UNITS_OF.items() if unit in of_it), None)
    if about is not None and "$" in _UNITS_OF[about]:
        # Whatever is paid is in that unit.
        columns = [column for column in data.of_kind("number") if data.concepts(column.name) & _PAID]
    else:
        columns = data.called(about) if about is not None else data.of_kind("number")
    if len(units) > 1 or len(columns) != 1 or _is_other(unit, columns[0].name, data):
        raise NoPlan
    return Field(columns[0].name)


def _is_other(unit: str, column: str, data: DataWords) -> bool:
    """Whether it counts what the one column of numbers does not hold: how often, or how many pieces beside money."""
    return bool(unit) and is_of_pieces(unit, data) and (unit in OCCASIONS or is_money(column, data))


def is_of_pieces(unit: str, data: DataWords) -> bool:
    """Whether a unit counts pieces, people or times, none of which a column of the table is named after."""
    about = next((concepts for concepts, of_it in _UNITS_OF.items() if unit in of_it), None)
    return (
        bool(unit)
        and about is None
        and unit not in _PER_CENT
        and all(unit not in each.name for each in data.of_kind("number"))
    )


def is_money(column: str, data: DataWords) -> bool:
    """Whether a column holds what is paid."""
    return bool(data.concepts(column) & _PAID) or says_total(column)


#: What one of a unit is in the smallest of its kind.
_UNITS: dict[str, tuple[str, float]] = {
    "mg": ("g", 1e-3), "g": ("g", 1.0), "kg": ("g", 1e3), "t": ("g", 1e6),
    "克": ("g", 1.0), "千克": ("g", 1e3), "公斤": ("g", 1e3),
    "mm": ("mm", 1.0), "cm": ("mm", 10.0), "m": ("mm", 1e3), "km": ("mm", 1e6),
    "毫米": ("mm", 1.0), "厘米": ("mm", 10.0), "米": ("mm", 1e3), "公里": ("mm", 1e6),
    "ミリグラム": ("g", 1e-3), "グラム": ("g", 1.0), "キログラム": ("g", 1e3), "トン": ("g", 1e6),
    "ミリメートル": ("mm", 1.0), "センチ": ("mm", 10.0), "センチメートル": ("mm", 10.0), "メートル": ("mm", 1e3),
    "キロメートル": ("mm", 1e6),
    "milligram": ("g", 1e-3), "gram": ("g", 1.0), "kilogram": ("g", 1e3), "kilo": ("g", 1e3), "tonne": ("g", 1e6),
    "pound": ("g", 453.59237), "lb": ("g", 453.59237), "lbs": ("g", 453.59237),
    "millimeter": ("mm", 1.0), "millimetre": ("mm", 1.0), "centimeter": ("mm", 10.0), "centimetre": ("mm", 10.0),
    "meter": ("mm", 1e3), "metre": ("mm", 1e3), "kilometer": ("mm", 1e6), "kilometre": ("mm", 1e6),
    "inch": ("mm", 25.4), "foot": ("mm", 304.8),
}  # fmt: skip
#: Beginnings of units, which stand for those of what the column measures.
_BEGINNINGS = {"キロ": {"g": 1e3, "mm": 1e6}, "ミリ": {"g": 1e-3, "mm": 1.0}}


#: What is measured in units that a name seldom ends in.
_YEARS = frozenset({"year", "歳", "才", "岁", "周岁"})
_NEVER_YEARS = frozenset({
    "population", "sales", "profit", "price", "quantity", "gdp_per_capita", "distance", "temperature",
    "max_temperature", "min_temperature", "body_mass", "weight", "height", "salary", "bill", "tip", "votes", "medals",
    "rain", "wind",
})  # fmt: skip
_HOURS = frozenset({"hour", "時間", "小时", "day", "日", "天"})
_IN_MINUTES = frozenset({"departure_delay", "arrival_delay", "delay", "time_taken"})
_MEASURED_IN = {"mile": "distance", "degree": "temperature", "度": "temperature"}


def _is_of_another(unit: str, place: Field, data: DataWords) -> bool:
    """Whether the unit is one that the column can hardly be in."""
    if unit in _HOURS and any(concept in _IN_MINUTES for concept in data.concepts(place.column)):
        return True
    concepts = data.concepts(place.column)
    if unit in _YEARS and concepts & _NEVER_YEARS:
        return True
    measured = _MEASURED_IN.get(unit)
    return measured is not None and not any(measured in concept for concept in data.concepts(place.column))


_PER_CENT = frozenset({"%", "percent", "パーセント"})


def _numbers(items: Sequence[Item], place: Field, data: DataWords) -> tuple[int | float, ...]:
    """The numbers in the column's unit; of several the unit may be said of the last only: 4 to 5 kg."""
    quantities: list[Quantity] = _contents(items, "number")
    unit = next((each.unit for each in reversed(quantities) if each.unit), "")
    if unit in _PER_CENT and place.column in data.ranges.parts_of_one:
        return tuple(each.value / 100 for each in quantities)
    return tuple(_in_unit(Quantity(each.value, each.unit or unit), place) for each in quantities)


def _in_unit(quantity: Quantity, place: Field) -> int | float:
    """The number in the unit that the column's name ends in. Raises `NoPlan` where the two measure other things."""
    own = name_words(place.column)[-1:]
    column = _UNITS.get(own[0]) if own else None
    if column is None:
        return quantity.value
    begun = _BEGINNINGS.get(quantity.unit, {}).get(column[0])
    given = _UNITS.get(quantity.unit) if begun is None else (column[0], begun)
    if given is None:
        return quantity.value
    if given[0] != column[0]:
        raise NoPlan
    value = quantity.value * given[1] / column[1]
    return int(value) if float(value).is_integer() else value
