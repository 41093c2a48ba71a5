"""Measures from the items that state them, and what is meant by a column alone."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.sense import NoPlan, fields_in, is_number, is_time, kind_of
from lci.analyst.calendar_fields import numbers_days
from lci.analyst.chart import Item
from lci.analyst.column_names import says_numbers_of, says_total, without_currency
from lci.analyst.common_words import common
from lci.analyst.data_words import SAID, DataWords
from lci.analyst.plan import Field, How, Measure
from lci.analyst.word_forms import name_words

#: What a measure costs that is not said.
IMPLIED = 0.3
ROWS = Measure("rows")
#: Everyday words of columns whose values are amounts: of several people mean the total.
_AMOUNTS = frozenset({
    "sales", "profit", "quantity", "votes", "medals", "gold", "silver", "bronze", "amount", "generation", "rain",
    "deaths", "passengers", "happenings", "consumption", "spending",
})  # fmt: skip
#: Of these the total is how many there are.
COUNTS = frozenset({
    "votes", "medals", "gold", "silver", "bronze", "quantity", "marriages", "divorces", "passengers", "deaths",
    "party_size", "happenings",
})  # fmt: skip
#: Different numbers from which on each is no group.
_MANY = 25
#: The part of rows that have different names, from which on the same name is chance.
_NEARLY_ALL = 0.8


def is_stock(place: Field, data: DataWords) -> bool:
    """Whether it is of what is there at a time, so that those of several times add up to nothing."""
    return "population" in data.concepts(place.column) and bool(data.of_kind("date") or data.of_kind("year"))


def measures_of(items: Sequence[Item], data: DataWords) -> list[Measure]:
    """What one constituent measures. Raises `NoPlan`."""
    kinds = {item.kind for item in items}
    fields = fields_in(items, "field")
    if "measured" in kinds:
        named = [item.content for item in items if item.kind == "measured"]
        if any(item.kind == "how" and item.content != "sum" for item in items):
            raise NoPlan  # the mean of what is taken in all is one of what is not said
        return [measured(how, place, data) for how, place in named]
    if kinds & {"per", "per_after"} and "noun" in kinds:
        return [measured(_how_of_each(items, data), place, data) for place in fields]
    if kinds & {"derived", "each_of", "share", "per", "each", "ratio"}:
        return [_ratio_of(items, fields, data)]
    if "averaged" in kinds:
        return [measured("mean", place, data) for place in fields]
    if "what" in kinds and "how" not in kinds:
        return [implied(place, data) for place in fields if is_number(place, data)] or _none()
    if "heads" in kinds:
        return [_summed_heads(items, fields[0], data)]
    if "percentile" in kinds:
        percent = next(item.content for item in items if item.kind == "number").value
        if not 0 < percent < 100:
            raise NoPlan
        return [measured(f"quantile.{percent / 100}", place, data) for place in fields]
    if kinds == {"by", "noun"}:
        return [ROWS]  # "top 3 countries by bookings"
    hows = [_how(item) for item in items if item.kind in ("how", "superlative")]
    if kinds & {"count", "count_kinds"} and hows not in ([], ["sum"]):
        raise NoPlan
    if hows:
        return [measured(how, place, data) for how in hows for place in fields] or _rows(
            kinds if hows == ["sum"] else set()
        )
    return [_number_of(items, fields, data)]


def _how_of_each(items: Sequence[Item], data: DataWords) -> str:
    """How a number of each row is told: the mean, also where that is not said.

    Raises `NoPlan` for totals, for people, of whom there may be several in a row, and for what has several rows.
    """
    hows = [str(item.content) for item in items if item.kind == "how"]
    others = {*common().nouns["person"], *data.repeated}
    if len(hows) > 1 or "sum" in hows or any(item.kind == "noun" and item.content in others for item in items):
        raise NoPlan
    return hows[0] if hows else "mean"


def _how(item: Item) -> str:
    """The measure that a word says, also a superlative in a list of measures. Raises `NoPlan`."""
    if item.kind == "how":
        return str(item.content)
    direction, form = item.content
    if form not in ("adjective", "") or direction not in ("downwards", "upwards"):
        raise NoPlan
    return "max" if direction == "downwards" else "min"


def _rows(kinds: set[str]) -> list[Measure]:
    return [ROWS] if kinds & {"noun", "row", "step"} else _none()


def _ratio_of(items: Sequence[Item], fields: list[Field], data: DataWords) -> Measure:
    """Of one number by another, in the order that the words between them say."""
    kinds = {item.kind for item in items}
    if "derived" in kinds:
        above, below = next(item.content for item in items if item.kind == "derived")
    elif "each_of" in kinds:
        above, below = fields[0], fields_in(items, "each_of")[0]
    elif kinds & {"base", "within"}:
        below, above = fields
    elif "each" in kinds:
        below, above = fields
        if (data.different(below) or _MANY) < _MANY:
            # "Each" of a number with few values tells groups.
            raise NoPlan
    else:
        above, below = fields
    if name_words(below.column) in _NUMBERED_TIMES:
        raise NoPlan  # deaths per week are divided by no number of a week
    return ratio(above, below, data)


#: Whole names of columns that number times.
_NUMBERED_TIMES = frozenset({
    ("week",), ("month",), ("day",), ("hour",), ("year",), ("quarter",), ("週",), ("月",), ("日",), ("周",), ("年",),
})  # fmt: skip


#: Words in the names of months.
_MONTHS = frozenset({"month", "月"})


def numbers_times(place: Field, data: DataWords) -> bool:
    """Whether its numbers are those of months, weekdays, hours: MonthSold, not months since something."""
    words = name_words(place.column)
    is_month = place.column in data.ranges.months and bool(_MONTHS.intersection(words))
    return is_month or words in _NUMBERED_TIMES or bool(data.concepts(place.column) & {"month", "weekday"})


def _number_of(items: Sequence[Item], fields: list[Field], data: DataWords) -> Measure:
    """How many there are of something, or of rows."""
    if len(fields) > 1 or (fields and is_number(fields[0], data) and any(each.kind == "number_of" for each in items)):
        raise NoPlan
    is_by = any(each.kind == "by" for each in items)
    if is_by and len(fields) == 1 and is_number(fields[0], data) and says_numbers_of(fields[0].column):
        if (data.different(fields[0]) or 0) < _MANY:
            raise NoPlan  # the number of stories tells groups
        return measured("sum", fields[0], data)  # counties by their number of students
    if people := fields_in(items, "peopled"):
        return measured("sum", people[0], data)
    if things := fields_in(items, "count_of"):
        return Measure("distinct", things[0])
    if any(item.kind == "distinct" for item in items):
        return Measure("distinct", fields[0]) if fields else _none()[0]
    return counted(fields[0], data) if fields else ROWS


def _summed_heads(items: Sequence[Item], place: Field, data: DataWords) -> Measure:
    """How many people or votes numbers of them are together, where rows are not people themselves."""
    hows = {item.content for item in items if item.kind == "how"}
    if hows - {"sum"} or not is_number(place, data) or data.called("sex age"):
        raise NoPlan
    return Measure("sum", place)


def _none() -> list[Measure]:
    raise NoPlan


def ratio(above: Field, below: Field, data: DataWords) -> Measure:
    """The total of one number divided by that of another. Raises `NoPlan`."""
    if above == below or not is_number(above, data) or not is_number(below, data):
        raise NoPlan
    if numbers_days(above) or numbers_days(below):
        raise NoPlan  # "days per month" divides no number of a day
    if _PER.intersection(name_words(above.column)) or any(each in above.column for each in _PER_IN_HAN_OR_KANA):
        raise NoPlan  # income per head is divided by heads already
    return Measure("sum", above, per=below)


#: What says in a column's name that it is a ratio.
_PER = frozenset({"per", "capita", "percap"})
_PER_IN_HAN_OR_KANA = ("人均", "あたり", "当たり", "平均")


def measured(how: str, place: Field, data: DataWords) -> Measure:
    """That measure of a field. Raises `NoPlan` where it has no such thing."""
    is_ordered = how in ("min", "max") and kind_of(place, data) in ("date", "year")
    if not is_number(place, data) and not is_ordered:
        raise NoPlan
    if place.column in data.flags and name_words(place.column)[:1] and name_words(place.column)[0] in SAID:
        raise NoPlan  # the total of gift orders is none of is_gift
    if how.startswith("quantile"):
        return Measure("quantile", place, quantile=float(how.removeprefix("quantile.")))
    name: How = how  # type: ignore[assignment]
    return Measure(name, place)


def counted(place: Field, data: DataWords) -> Measure:
    """How many of them there are. Raises `NoPlan`.

    Of "how many cities" each is counted once, but for what stands in its own row anyway.

    Where some of many are there twice, it is not known whether rows or names are meant.
    """
    if place.column in data.flags:
        raise NoPlan
    if is_number(place, data) and data.concepts(place.column) & COUNTS:
        return Measure("sum", place)
    if kind_of(place, data) in ("number", "date"):
        raise NoPlan
    if data.is_own_row(place):
        return ROWS
    if name_words(place.column) == _DAY and (data.different(place) or 0) <= _WEEK:
        # Where a column called day tells weekdays, days are asked for, and not how many of seven.
        if any(data.is_own_row(Field(column.name, "day")) for column in data.of_kind("date")):
            return ROWS
        raise NoPlan
    if place.part is None and is_what_rows_are(place, data):
        return ROWS if place.column in data.ranges.complete else Measure("count", place)
    different, rows = data.different(place), data.table.rows
    if different is None or rows is None:
        return Measure("distinct", place)
    if different == rows or (different > _NEARLY_ALL * rows and data.has_unique_id()):
        return ROWS
    if place.part is None and different > rows / 2:
        raise NoPlan
    return Measure("distinct", place)


_DAY, _WEEK = ("day",), 7
#: Kinds of such things at most.
_FEW_KINDS = 4
#: Columns that say of what kind each is that a row tells of: gold or silver, of each medal.
_EACH = frozenset({("medal",), ("奖", "牌"), ("メ", "ダ", "ル")})


def is_what_rows_are(place: Field, data: DataWords) -> bool:
    """Whether each row tells of one of what a column is called, and the column of which kind: gold or silver."""
    different = data.different(place)
    return name_words(place.column) in _EACH and different is not None and different <= _FEW_KINDS


def of_only_number(hows: list[How], data: DataWords) -> list[Measure]:
    """The measure that is said, of the one number that a table has; none where it has several."""
    numbers = data.of_kind("number")
    if len(set(hows)) != 1 or len(numbers) != 1:
        return []
    how = hows[0]
    hows.clear()
    return [measured(how, Field(numbers[0].name), data)]


def is_panel(group: Field, data: DataWords) -> bool:
    """Whether each of the groups has at most one row at each time, so that rows are nothing to count."""
    times = [Field(column.name) for kind in ("date", "year") for column in data.of_kind(kind)]
    rows, groups = data.table.rows, data.different(group)
    moments = data.different(times[0]) or data.years(times[0].column) if len(times) == 1 else None
    if rows is None or groups is None or moments is None or group in times:
        return False
    return rows <= groups * moments and groups * 2 <= rows


def add_up(fields: Sequence[Field], data: DataWords) -> bool:
    """Whether what is there at a time adds up where it is told apart, or limited, by these fields.

    So it does if each number is of one time and of several things: the people of a continent's countries in one year.
    """
    times = [each for each in fields if is_time(each, data)]
    rows, moments = data.table.rows, data.different(Field(times[0].column)) if times else None
    if rows is None or moments is None:
        return False
    others = [different for each in fields if each not in times and (different := data.different(each)) is not None]
    return max(others, default=1) * moments < rows


#: How the names of columns end that say how many of something there are.
_COUNTED = (
    "count",
    "counts",
    "次数",
    "回数",
    "件数",
    "人数",
    "台数",
    "个数",
    "個数",
    "笔数",
    "枚数",
    "冊数",
    "本数",
    "张数",
    "册数",
)


#: How names end in a character that says how many, which are no numbers of things.
_NO_COUNTS = (
    "点数",
    "年数",
    "歳数",
    "指数",
    "係数",
    "系数",
    "日数",
    "天数",
    "倍数",
    "分数",
    "回転数",
    "时数",
    "時間数",
    "度数",
    "岁数",
)


def _is_count(name: tuple[str, ...]) -> bool:
    written = "".join(name)
    if len(written) > 1 and written.endswith("数") and not written.endswith(_NO_COUNTS):
        return True
    return name[-1:] != () and (name[-1] in _COUNTED or "".join(name).endswith(_COUNTED[2:]))


#: How the names of amounts end that are paid now and then.
_CHARGES = frozenset({"fee", "cost", "charge", "expense", "payment", "tax", "discount"})
_CHARGED = ("費", "费", "料", "割引額", "优惠额", "成本")


def implied(place: Field, data: DataWords, *, at_a_time: bool = False) -> Measure:
    """What is meant by a column alone: the total of amounts, the mean of anything else. Raises `NoPlan`.

    What is there `at_a_time`, like people, adds up, too. Of a fee it is not said whether each is meant, or all in all.
    """
    measure = usual(place, data, at_a_time=at_a_time)
    if place.column in data.flags or (measure.how == "mean" and is_charge(place)):
        raise NoPlan
    return measure


def is_charge(place: Field) -> bool:
    """Whether its name says that it is paid now and then."""
    name = without_currency(place.column)
    return bool(name) and (name[-1] in _CHARGES or "".join(name).endswith(_CHARGED))


def usual(place: Field, data: DataWords, *, at_a_time: bool = False) -> Measure:
    """The total of a column of amounts, the mean of another."""
    name = name_words(place.column)
    adds_up = bool(data.concepts(place.column) & _AMOUNTS) or says_total(place.column) or _is_count(name)
    adds_up |= at_a_time and is_stock(place, data)
    return Measure("sum" if adds_up else "mean", place)
