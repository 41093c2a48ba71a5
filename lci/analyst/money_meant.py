"""Plans that take something else for money, or one kind of money for another: pieces, the price of one, both signs."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.units import is_money, is_of_pieces
from lci.analyst.chart import Item
from lci.analyst.claimed_words import is_name
from lci.analyst.column_names import says_total
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Groups, Plan, Rows, Summary
from lci.analyst.word_forms import holds, name_words

Units = tuple[str, ...]


def limits_money_by_pieces(plan: Plan, listed: Sequence[Item], data: DataWords) -> bool:
    """Whether so many pieces are taken for so much money, of which nothing is said: 3枚以上 of a price."""
    pieces = {
        item.content.value
        for item in listed
        if item.kind == "number" and item.content.unit and is_of_pieces(item.content.unit, data)
    }
    if isinstance(plan, Groups) and plan.limit is not None and plan.measure.field is not None:
        return plan.limit.number in pieces and is_money(plan.measure.field.column, data)
    named = {item.content.column for item in listed if item.kind == "field"}
    return any(
        each.field.column not in named and pieces.intersection(each.values) and is_money(each.field.column, data)
        for each in plan.conditions
    )


#: What says how long something was, of which no amount tells.
_LONG = frozenset({"longest", "shortest", "longer", "shorter", "長", "短", "长"})


def lengthens_money(plan: Plan, listed: Sequence[Item], units: Units, data: DataWords) -> bool:
    """Whether the longest is taken for the dearest: a loan may be long, and its amount is not named."""
    if not isinstance(plan, Rows) or plan.by is None or not _LONG & {*units}:
        return False
    named = {item.content.column for item in listed if item.kind == "field"}
    return plan.by.column not in named and is_money(plan.by.column, data)


def measures_no_money(plan: Plan, units: Units, data: DataWords) -> bool:
    """Whether money is asked for where something else is added up: いくら売れた beside pieces and their sales."""
    # Asked first: to know what is money takes a look at every column, of which there may be thousands.
    if not any(holds(units, each) for each in _OF_MONEY):
        return False
    measures = plan.measures if isinstance(plan, Summary) else (plan.measure,) if isinstance(plan, Groups) else ()
    summed = {each.field.column for each in measures if each.field is not None and each.how == "sum"}
    money = {column.name for column in data.of_kind("number") if is_money(column.name, data)}
    return bool(summed and money) and not summed & money


_OF_MONEY = (("い", "く", "ら"), ("多", "少", "钱"), ("how", "much", "money"))


def is_price_of_one(by: Field, units: Units, data: DataWords) -> bool:
    """Whether it is one kind of what is paid, a price of one or extras, where another column holds all of it."""
    prices = {each.name for concept in ("price", "fare", "cost", "fee") for each in data.called(concept)}
    if by.column not in prices:
        return False
    is_named = any(name_words(by.column)[-1:] == (unit,) for unit in units)
    totals = [each.name for each in data.of_kind("number") if says_total(each.name)]
    totals += [each.name for each in data.called("sales amount bill")]
    return bool(set(totals) - {by.column}) and not is_named


def adds_up_prices_of_one(plan: Plan, units: Units, data: DataWords) -> bool:
    """Whether prices of one are added up where another column holds what was paid: 单价 beside 金额."""
    measures = plan.measures if isinstance(plan, Summary) else (plan.measure,) if isinstance(plan, Groups) else ()
    summed = [each.field for each in measures if each.field is not None and each.how == "sum" and each.per is None]
    return any(is_price_of_one(each, units, data) for each in summed)


def spends(listed: Sequence[Item], units: Units, data: DataWords) -> bool:
    """Whether it is asked what is spent, by a word that is none of the data."""
    return any(item.kind == "spends" and not is_name(units[item.start : item.end], data) for item in listed)


def has_both_signs(place: Field, data: DataWords) -> bool:
    """Whether what is spent may be what lies below zero, of which the most is the least."""
    least, greatest = data.ranges.spans.get(place.column, (0, 0))
    return least < 0 < greatest
