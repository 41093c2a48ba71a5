"""Plans that use every word of a question and are still no answer to it: a list to how many, a number to who."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.measures import ROWS
from lci.analyst.assembling.sense import CALENDAR
from lci.analyst.chart import Item
from lci.analyst.column_names import says_total
from lci.analyst.common_words import common
from lci.analyst.data_words import DataWords
from lci.analyst.doubtful_summaries import is_doubtful
from lci.analyst.flag_values import excludes
from lci.analyst.money_meant import (
    adds_up_prices_of_one,
    has_both_signs,
    is_price_of_one,
    lengthens_money,
    limits_money_by_pieces,
    measures_no_money,
    spends,
)
from lci.analyst.plan import Description, Field, Groups, Measure, Plan, Rows, Summary
from lci.analyst.question_items import Words
from lci.analyst.untotalled import counts_costs
from lci.analyst.values_mistaken import (
    counts_kinds,
    counts_rows_for_kinds,
    lacks_another,
    takes_no_for_a_value,
    takes_what_somebody_did_for_a_value,
)
from lci.analyst.word_forms import holds, is_cjk, name_words

Units = tuple[str, ...]
#: How questions end that ask for a number.
_NUMBERS_OF = (("人", "数"), ("件", "数"), ("个", "数"), ("回", "数"))
#: Words that ask for money, and for days.
_MONEY = (("多", "少", "钱"), ("い", "く", "ら"), ("how", "much"))
_DAYS = (("几", "天"), ("多", "少", "天"), ("何", "日"), ("天", "数"), ("日", "数"))
#: Measures that are one row's own.
_OF_ONE = frozenset({"max", "min"})
#: Han and kana that begin the names of two columns.
_BEGINNING = 2
_AVERAGES = frozenset({"mean", "median"})
#: How many more rows than days there are where several are of one day, not just now and then.
_REPEATED = 1.1
#: Those who keep the table, not those of whom it tells.
_OURS = frozenset({"we", "us", "our", "i", "my", "私", "我"})
_ENDS_OF_QUESTIONS = frozenset("?。！!了呢呀吗啊")
#: Ends of questions in Han and kana that ask for somebody.
_SOMEBODY = (("人",), ("谁",), ("人", "は", "誰"), ("誰",))


def answers(plan: Plan, listed: Sequence[Item], words: Words, data: DataWords) -> bool:
    """Whether it is of the kind that is asked for, by the words of the question and what they may mean."""
    kinds = {item.kind for item in listed}
    if (
        takes_no_for_a_value(plan, listed)
        or lacks_another(plan, listed)
        or _asks_people_for_rows(plan, listed, words.units, data)
        or _asks_whose_name_is_missing(plan, data)
        or _lists_others(plan, data)
        or _passes_over_no_rows(plan, listed, words.units)
        or limits_money_by_pieces(plan, listed, data)
        or measures_no_money(plan, words.units, data)
        or lengthens_money(plan, listed, words.units, data)
        or adds_up_prices_of_one(plan, words.units, data)
        or _asks_whose(plan, words.units)
        or takes_what_somebody_did_for_a_value(plan, listed, words.units)
        or _takes_the_top_of_nothing(plan, words.units)
        or counts_kinds(plan, words.units)
        or counts_rows_for_kinds(plan, listed, words.units, data)
        or is_doubtful(plan, kinds, words.units, data)
    ):
        return False
    match plan:
        case Rows(by=None):
            is_amount = "asked_amount" in kinds or words.units[-2:] in _NUMBERS_OF
            return not (is_amount or _asks_for_the_most(plan, listed, words.units, data))
        case Rows(by=Field() as by):
            if _asks_which_days(plan, words.units, data):
                return False
            is_of_one = not plan.columns and is_price_of_one(by, words.units, data)
            return not (is_of_one or (spends(listed, words.units, data) and has_both_signs(by, data)))
        case Summary():
            if "asked_who" in kinds and any(each.how in _OF_ONE for each in plan.measures):
                return False
            if (
                _is_of_one_row(plan, words)
                or _counts_others(plan, listed, words, data)
                or _counts_rows_for_pieces(plan, words.units, data)
                or _joins_a_share(plan, words.units)
                or _counts_times_without(plan, words.units, data)
                or _counts_hours(plan, words.units, data)
                or _takes_degrees(plan, listed, words.units)
                or counts_costs(plan, words.units, data)
                or (
                    plan.measures == (ROWS,)
                    and bool(plan.keys)
                    and not plan.chart
                    and _asks_what_is_better(words.units)
                )
                or _counts_namesakes(plan, words.units, data)
            ):
                return False
            fields = [each.field for each in plan.measures if each.field is not None]
            if spends(listed, words.units, data) and data.called("customer") and _OURS & set(words.units):
                return False  # what we spend is nothing that customers do
            if spends(listed, words.units, data) and any(
                has_both_signs(each, data) or is_price_of_one(each, words.units, data) for each in fields
            ):
                return False
            if (
                plan.order is not None
                and plan.measures[0].how == "mean"
                and "how" not in kinds
                and _asks_most(words.units)
            ):
                return False
            is_said = plan.chart is not None or any(each.per is not None for each in plan.measures)
            if (
                "per" in words.units
                and not is_said
                and any(key.width is None and _is_amount(key, data) for key in plan.keys)
            ):
                return False
            return plan.measures != (Measure("rows"),) or not _asks_no_rows(listed, words.units, data)
        case Groups():
            if plan.measure == ROWS and plan.limit is None and _asks_of_one(listed, words):
                return False
            return not _takes_people_for_another_thing(plan, listed, words.units, data)
        case _:
            return True


def _asks_of_one(listed: Sequence[Item], words: Words) -> bool:
    """Whether a noun in the singular may be what each row is worth: the average order, which is no number of orders."""
    nouns = [item for item in listed if item.kind == "noun" and not is_cjk(words.units[item.start][0])]
    counts = any(item.kind in ("count", "often", "occasion") for item in listed)
    return bool(nouns) and not counts and all(words.typed[item.end - 1] == words.units[item.end - 1] for item in nouns)


#: What counts heads that are no people.
_VOTES = (("票",), ("张", "票"), ("何", "票"), ("vote",))


def _takes_people_for_another_thing(plan: Groups, listed: Sequence[Item], units: Units, data: DataWords) -> bool:
    """Whether people are counted where no word asks for people, nor names their column; or something else for them."""
    named = {item.content.column for item in listed if item.kind == "field"}
    asks_people = any(item.kind in ("heads", "asked_who") for item in listed) or any(
        holds(units, each) for each in (*_PEOPLE, *common().nouns["person"])
    )
    if any(item.kind == "heads" and units[item.start : item.end] not in _VOTES for item in listed):
        return plan.key.column not in {column.name for column in data.people}
    return plan.key.column not in named and plan.key.part is None and not asks_people


#: What says that somebody has never done something, which no row of several says.
_NEVER = (
    ("こ", "と", "が", "な", "い"),
    ("こ", "と", "の", "な", "い"),
    ("从", "未"),
    ("从", "来", "没"),
    ("从", "没"),
)
_PEOPLE = (("people",), ("person",), ("人",))
#: Words for what there is much of in all, which is not what one row holds most of.
_MOST = frozenset({"most", "fewest", "least"})


def _asks_people_for_rows(plan: Plan, listed: Sequence[Item], units: Units, data: DataWords) -> bool:
    """Whether rows are taken one by one where something of people is asked who have several of them."""
    if isinstance(plan, Groups):
        return False
    people = [column for column in data.people if data.repeats(column)]
    repeated = [*data.repeated, *(name_words(column.name) for column in people), *_PEOPLE]
    if not (data.repeated or people):
        return False
    if any(holds(units, each) for each in _NEVER):
        return True
    names = {column.name for column in people}
    match plan:
        case Summary():
            # Each is as old as often as there are rows of theirs; and who has no locker in one row has one in another.
            is_one = not plan.keys and any(map(excludes, plan.conditions))
            of_rows = any(item.kind == "noun" and item.content not in common().nouns["person"] for item in listed)
            return any(
                each.field is not None
                and (
                    (each.how in _AVERAGES and not of_rows and "age" in data.concepts(each.field.column))
                    or (each.how == "distinct" and each.field.column in names and is_one)
                )
                for each in plan.measures
            )
        case Rows(by=Field()):
            is_most = bool(_MOST & set(units)) or (is_cjk(units[0][0]) and _asks_most(units)) or (plan.limit or 0) > 1
            is_named = bool(names & set(plan.columns)) or any(holds(units, each) for each in repeated)
            return is_most and is_named
        case _:
            return False


#: What says that something is better or bigger, which numbers of rows are not.
_BETTER = frozenset({
    "better", "worse", "bigger", "larger", "smaller", "higher", "lower", "greater", "longer", "shorter",
})  # fmt: skip
_BETTER_IN_HAN = (
    ("更", "好"), ("更", "差"), ("更", "大"), ("更", "小"), ("更", "高"), ("更", "低"), ("良", "い"), ("悪", "い"),
)  # fmt: skip


def _asks_what_is_better(units: Units) -> bool:
    return bool(_BETTER & set(units)) or any(holds(units, each) for each in _BETTER_IN_HAN)


def _counts_others(plan: Summary, listed: Sequence[Item], words: Words, data: DataWords) -> bool:
    """Whether people are counted where the rows are that they have: 利用者の貸出件数, the number of loans."""
    kinds = {each.field.column for each in plan.measures if each.how == "distinct" and each.field is not None}
    if not kinds or any(each.how == "rows" for each in plan.measures):
        return False
    counts = [item for item in listed if item.kind == "count"]
    begins, ends = {item.start for item in counts}, {item.end for item in counts}
    nouns = [item for item in listed if item.kind in ("noun", "row") and (item.end in begins or item.start in ends)]
    phrases = [words.units[item.start : item.end] for item in nouns]
    return bool(phrases) and not any(
        phrase in _PEOPLE or any(named.column.name in kinds for named in data.columns(phrase)) for phrase in phrases
    )


def _asks_for_the_most(plan: Rows, listed: Sequence[Item], units: Units, data: DataWords) -> bool:
    """Whether the first rows are shown where those with the most of a number are meant: 风速前10."""
    numbers = {column.name for column in data.of_kind("number")} & set(plan.columns)
    named = {item.end for item in listed if item.kind == "field" and item.content.column in numbers}
    return plan.limit is not None and any(unit in ("前", "上") and at in named for at, unit in enumerate(units))


def _asks_which_days(plan: Rows, units: Units, data: DataWords) -> bool:
    """Whether days are asked for where rows are shown without them: 风速最大的三天, of several stations."""
    dates = [column.name for column in data.of_kind("date")]
    if len(dates) != 1 or dates[0] in plan.columns or data.is_own_row(Field(dates[0], "day")):
        return False
    return plan.by is not None and plan.by.column != dates[0] and units[-1:] in (("天",), ("日",), ("day",))


#: Values that may as well say how much there is of what stands behind them; and ends of an order that counts have not.
_DEGREES = frozenset(
    {"low", "high", "medium", "small", "large", "big", "short", "long", "good", "bad", "poor", "strong"}
)
_ENDS = frozenset({"highest", "lowest"})


def _takes_degrees(plan: Summary, listed: Sequence[Item], units: Units) -> bool:
    """Whether "low satisfaction" is what is low in another column, or "highest priority" what has the most rows."""
    columns = {each.field.column for each in plan.measures if each.field is not None}
    fields = [item for item in listed if item.kind == "field"]
    measured = {item.start for item in fields if item.content.column in columns}
    keyed = {item.start for item in fields if item.content in plan.keys}
    named = {str(value).lower() for each in plan.conditions for value in each.values} & _DEGREES
    is_taken = any(unit in named and at + 1 in measured for at, unit in enumerate(units))
    is_counted = plan.measures == (ROWS,) and any(unit in _ENDS and at + 1 in keyed for at, unit in enumerate(units))
    return is_taken or is_counted


#: Words that ask how many pieces there are, before the word for one: 何枚, 几张.
_HOW_MANY = (("何",), ("几",), ("多", "少"))


_PEOPLE_ASKED = (("多", "少", "人"), ("几", "个", "人"), ("何", "人"))


def _counts_no_people(measure: Measure) -> bool:
    """Whether it adds up numbers of other things: records, of people who have some."""
    is_added = measure.how == "sum" and measure.field is not None
    return is_added and measure.field is not None and measure.field.column.endswith(_OTHER_NUMBERS)


#: How names of columns end that count no people.
_OTHER_NUMBERS = ("记录数", "次数", "件数", "回数", "个数", "個数", "天数", "日数", "張数", "张数", "枚数")


def _counts_rows_for_pieces(plan: Summary, units: Units, data: DataWords) -> bool:
    """Whether rows are counted where a column says how many pieces each is of: 何枚 beside 枚数."""
    if holds(units, ("人", "の", "数")) and all(
        each.how not in ("rows", "distinct", "count") for each in plan.measures
    ):
        return True  # what people paid is not how many did
    if any(holds(units, each) for each in _PEOPLE_ASKED) and all(map(_counts_no_people, plan.measures)):
        return True
    if plan.measures != (ROWS,):
        return False
    if holds(units, ("何", "点")) and data.called("score"):
        return True  # how many points are asked for
    names = ["".join(name_words(column.name)) for column in data.of_kind("number")]
    pieces = {name[:-1] for name in names if len(name) == 2 and name.endswith("数")}
    return any(holds(units, (*asking, piece)) for asking in _HOW_MANY for piece in pieces)


#: Words that deny, in Han and kana, where no condition has taken them.
_DENIED = (("な", "か", "っ", "た"), ("な", "い"), ("没", "有"), ("没",))


def _counts_times_without(plan: Summary, units: Units, data: DataWords) -> bool:
    """Whether days or months with rows that are not so are counted for those without any: days with no bookings."""
    places = [each.field for each in plan.measures if each.how == "distinct" and each.field is not None]
    if not any(place.part is not None and not data.is_own_row(place) for place in places):
        return False
    is_stated = any(each.comparison in ("missing", "not_equal") for each in plan.conditions)
    return any(map(excludes, plan.conditions)) or (not is_stated and any(holds(units, each) for each in _DENIED))


_HOURS = (("how", "many", "hour"), ("何", "時", "間"), ("几", "小", "时"), ("多", "少", "小", "时"))


def _counts_hours(plan: Summary, units: Units, data: DataWords) -> bool:
    """Whether hours of the clock, or money, are told where it is asked how many hours something took."""
    if not any(holds(units, each) for each in _HOURS) or {"different", "distinct"} & set(units):
        return False
    money = {column.name for column in data.called("amount sales cost price bill")}
    places = [each.field for each in plan.measures if each.field is not None]
    return any(place.part == "hour" or place.column in money or says_total(place.column) for place in places)


#: What joins two conditions of which each row must meet both.
_BOTH = (("并", "且"), ("且",), ("同", "时"), ("か", "つ"))


def _joins_a_share(plan: Summary, units: Units) -> bool:
    """Whether of two conditions that are joined one is of the whole and one of the part: a share of both was asked."""
    is_parted = bool(plan.conditions) and any(each.among for each in plan.measures)
    return is_parted and any(holds(units, each) for each in _BOTH)


def _lists_others(plan: Plan, data: DataWords) -> bool:
    """Whether things are listed by their rows that are not so: airlines without delays have others that are."""
    if not isinstance(plan, Rows) or plan.by is not None or len(plan.columns) != 1:
        return False
    if not any(map(excludes, plan.conditions)):
        return False
    times = {column.name for column in (*data.of_kind("date"), *data.of_kind("year"))}
    if any(each.field.column in times for each in plan.conditions):
        return False  # in one year a country has one row
    return any(column.name in plan.columns and data.repeats(column) for column in data.of_kind("category"))


def _asks_whose(plan: Plan, units: Units) -> bool:
    """Whether it is asked whose value is missing, where the missing ones are counted."""
    return isinstance(plan, Description) and plan.of == "missing" and bool({"whose", "谁", "誰"} & set(units))


def _takes_the_top_of_nothing(plan: Plan, units: Units) -> bool:
    """Whether the greatest number of a row is told where what comes first is asked: top sales, 売上トップ."""
    is_end = isinstance(plan, Summary) and not plan.keys and any(each.how in _OF_ONE for each in plan.measures)
    return is_end and ("top" in units or holds(units, ("ト", "ッ", "プ")) or holds(units, ("トップ",)))


#: Before rows of which there are none.
_NO = (("no",), ("without",), ("without", "any"))


def _passes_over_no_rows(plan: Plan, listed: Sequence[Item], units: Units) -> bool:
    """Whether those with no rows at all are asked for, which are in none of them: customers with no orders in 2023."""
    nouns = {item.start for item in listed if item.kind == "noun"}
    return not isinstance(plan, Groups) and any(units[at - len(each) : at] == each for at in nouns for each in _NO)


def _counts_namesakes(plan: Summary, units: Units, data: DataWords) -> bool:
    """Whether kinds are counted by a word that begins an amount's name, too: 用电最多 beside 用电量 and 用电类型."""
    kinds = [each for each in plan.measures if each.how == "distinct"]
    amounts = {name_words(column.name)[:_BEGINNING] for column in data.of_kind("number")} if kinds else set()
    for each in kinds:
        name = name_words(each.field.column) if each.field is not None else ()
        beginning = name[:_BEGINNING]
        if name and beginning in amounts and is_cjk(name[0][0]) and not holds(units, name) and holds(units, beginning):
            return True
    return False


def _asks_whose_name_is_missing(plan: Plan, data: DataWords) -> bool:
    """Whether rows are meant that say of nobody who it is, where all do: the condition is of another column."""
    missing = {each.field.column for each in plan.conditions if each.comparison == "missing"}
    names = {column.name for column in (*data.of_kind("id"), *data.people)} if missing else set()
    return bool(missing & names & data.ranges.complete)


def _asks_no_rows(listed: Sequence[Item], units: Units, data: DataWords) -> bool:
    """Whether money is asked for, or days of which some have several rows; or it is not said what is counted."""
    if any(holds(units, each) for each in _MONEY):
        return True
    if any(holds(units, each) for each in _DAYS) and _repeats_days(data):
        return True
    # Of 工资有多少 it is not said whether the payments are counted, or added up; of 订单有多少 it is.
    things = {item.end for item in listed if item.kind in ("row", "noun")}
    asked = [at for at in range(len(units) - 1) if units[at : at + 2] == ("多", "少")]
    bare = [units[at + 2 : at + 3] for at in asked if not {at, at - (units[at - 1] == "有")} & things]
    paid = data.called("amount sales cost price bill fare")
    return bool(paid) and any(not after or after[0] in _ENDS_OF_QUESTIONS for after in bare)


def _is_of_one_row(plan: Summary, words: Words) -> bool:
    """Whether groups, or numbers alone, answer what asks for the one who has the most: 奖金最高的员工的部门."""
    units = tuple(unit for unit in words.units if unit not in _ENDS_OF_QUESTIONS)
    if not units or not is_cjk(units[-1][0]):
        return False
    if plan.keys and any(each.how in _OF_ONE for each in plan.measures):
        return any(units[-len(each) :] == each for each in _SOMEBODY)
    return plan.limit == 1 and plan.measures[0].how == "mean" and _names_the_one(units)


def _asks_most(units: Units) -> bool:
    """Whether 多い, or 最多, asks who has the most: in all, or in the mean, is not said."""
    text = "".join(units).replace("多少", "").replace("至少", "").replace("至多", "")
    return "多" in text or "少" in text


def _names_the_one(units: Units) -> bool:
    """Whether 最高的 stands before a thing, and 的 before what is asked of it."""
    places = [at for at in range(len(units) - 2) if units[at] == "最" and units[at + 2] == "的"]
    return any("的" in units[at + 4 : at + 8] for at in places)


def _repeats_days(data: DataWords) -> bool:
    dates = [column.name for column in data.of_kind("date")]
    known = [data.different(Field(name)) for name in dates]
    often = any(different is not None and _REPEATED * different <= (data.table.rows or 0) for different in known)
    return often or any(name in data.ranges.repeated for name in dates)


#: Different numbers up to which they are groups, where there are as many rows of each on the average.
_GROUPS, _OF_A_GROUP = 6, 4


def _is_amount(place: Field, data: DataWords) -> bool:
    """Whether it is a number, and none of a month, nor one of a few that are groups."""
    named = {column.name for column in data.of_kind("number")}
    if 0 < (data.different(place) or 0) <= _GROUPS and (data.table.rows or 0) > _OF_A_GROUP * _GROUPS:
        return False
    return place.part is None and place.column in named and not data.concepts(place.column) & CALENDAR
