"""Numbers of a question as values of a column: which column a unit means, and what they are in its own unit."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.sense import NoPlan, kind_of
from lci.analyst.chart import Item
from lci.analyst.column_names import says_total, scale_of, unit_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field
from lci.analyst.quantities import Quantity
from lci.analyst.word_forms import name_words

#: Different numbers of a column of which one may be named without a word that compares: "3 bedrooms".
_FEW = 24
_LAST_YEAR = 2200
#: Concepts of columns that hold how long something took.
_TIMES = frozenset({"duration", "time_taken"})


def may_be_meant(items: Sequence[Item], place: Field, data: DataWords) -> bool:
    """Whether a number beside a column, or by its unit alone, can be one of its values."""
    kinds = [item.kind for item in items]
    if "ordinal_number" in kinds and "number" not in kinds and data.concepts(place.column) & _TIMES:
        return False  # the first time is when it was first
    if {*kinds} - {"number", "field", "and"} or "number" not in kinds or "field" not in kinds:
        return True
    number = next(item.content for item in items if item.kind == "number")
    different = data.different(place)
    if kind_of(place, data) == "year" and 1000 <= number.value <= _LAST_YEAR:
        return True
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
    "screen": ("寸", "英寸", "インチ", "inch", "型"),
    "wind": ("节", "ノット"),
    "party_size population": ("人", "名", "people"),
}


#: What counts rows, and how often something was: no unit of a column whose name does not say so.
OCCASIONS = frozenset({"回", "件", "次", "笔", "单", "单子", "time", "times", "趟"})
_PAID = frozenset({"sales", "profit", "price", "bill", "tip", "amount", "fare", "salary", "cost", "budget", "income"})


def measured_in(units: set[str], data: DataWords) -> Field:
    """The one column that numbers of these units are of. Raises `NoPlan`."""
    unit = next(iter(units), "")
    own = [column for column in data.of_kind("number") if _ends_in(unit, column.name)]
    if len(units) == len(own) == 1:
        return Field(own[0].name)  # 配達時間（分）, of 30分以上
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


def is_of_other_column(unit: str, place: Field, data: DataWords) -> bool:
    """Whether another column is in that unit by its name, and this one is not: 30分 of 配達時間（分）."""
    own = {column.name for column in data.of_kind("number") if _ends_in(unit, column.name)}
    return bool(unit) and bool(own) and place.column not in own


def _ends_in(unit: str, name: str) -> bool:
    plain = name.replace("㎡", "m2").replace("㎥", "m3")
    return bool(unit) and plain.endswith((f"({unit})", f"（{unit}）"))


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
    "second": ("s", 1.0), "minute": ("s", 60.0), "hour": ("s", 3600.0), "秒": ("s", 1.0), "分": ("s", 60.0),
    "分钟": ("s", 60.0), "小时": ("s", 3600.0), "時間": ("s", 3600.0),
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


def is_of_another(unit: str, place: Field, data: DataWords) -> bool:
    """Whether the unit is one that the column can hardly be in."""
    if unit in _HOURS and any(concept in _IN_MINUTES for concept in data.concepts(place.column)):
        return True
    concepts = data.concepts(place.column)
    if unit in _YEARS and concepts & _NEVER_YEARS:
        return True
    measured = _MEASURED_IN.get(unit)
    return measured is not None and not any(measured in concept for concept in data.concepts(place.column))


_PER_CENT = frozenset({"%", "percent", "パーセント"})


def numbers_of(items: Sequence[Item], place: Field, data: DataWords) -> tuple[int | float, ...]:
    """The numbers in the column's unit; of several the unit may be said of the last only: 4 to 5 kg.

    Raises `NoPlan` where the two measure other things.
    """
    quantities: list[Quantity] = [item.content for item in items if item.kind == "number"]
    unit = next((each.unit for each in reversed(quantities) if each.unit), "")
    if unit in _PER_CENT and place.column in data.ranges.parts_of_one:
        return tuple(each.value / 100 for each in quantities)
    scale, span = scale_of(place.column), data.ranges.spans.get(place.column)
    numbers = [_in_unit(Quantity(each.value, each.unit or unit), place) for each in quantities]
    # Of an income in thousands 100,000 dollars are 100; a number without a unit may be one of thousands already.
    is_single = span is not None and any(number > span[1] for number in numbers) and min(numbers) >= scale
    if scale > 1 and unit not in _PER_CENT and (unit or is_single):
        numbers = [_whole(number / scale) for number in numbers]
    return tuple(numbers)


def _in_unit(quantity: Quantity, place: Field) -> int | float:
    """The number in the unit that the column's name ends in. Raises `NoPlan` where the two measure other things."""
    last = name_words(place.column)[-1:]
    column = _UNITS.get(unit_of(place.column)) or (_UNITS.get(last[0]) if last else None)
    if column is None:
        return quantity.value
    begun = _BEGINNINGS.get(quantity.unit, {}).get(column[0])
    given = _UNITS.get(quantity.unit) if begun is None else (column[0], begun)
    if given is None:
        return quantity.value
    if given[0] != column[0]:
        raise NoPlan
    return _whole(quantity.value * given[1] / column[1])


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value
