"""Of plans that differ in which of several like columns they take those that the words of the question suit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Plan, columns_of
from lci.analyst.quantities import Quantity
from lci.analyst.word_forms import name_words

Costed = tuple[Plan, float]


def suiting(plans: list[Costed], listed: Sequence[Item], data: DataWords) -> list[Costed]:
    """Those that remain; all of them where no word tells them apart."""
    if len(plans) < 2:
        return plans
    return _by_names(_in_unit(_of_dimension(plans, listed), listed), data)


def _of_dimension(plans: list[Costed], listed: Sequence[Item]) -> list[Costed]:
    """Of columns that are called alike those that a word like "longest" suits."""
    dimensions = {item.content for item in listed if item.kind == "dimension"}
    return [each for each in plans if any(dimensions & {*name_words(name)} for name in columns_of(each[0]))] or plans


def _in_unit(plans: list[Costed], listed: Sequence[Item]) -> list[Costed]:
    """Those with a column that counts in the unit of a number: 50件 of 件数 rather than 死者数."""
    units = {item.content.unit for item in listed if isinstance(item.content, Quantity) and item.content.unit}
    ends = tuple(f"{unit}数" for unit in units if not unit.isascii())
    return [each for each in plans if ends and any(name.endswith(ends) for name in columns_of(each[0]))] or plans


#: How names of columns end that hold codes of what others name.
_CODES = frozenset({"code", "iso", "iso2", "iso3", "abbreviation", "abbr", "コード", "代码", "代碼"})


def _is_code(name: str) -> bool:
    return any(word in _CODES for word in name_words(name)) or name.endswith(("コード", "代码", "代碼"))


def _by_names(plans: list[Costed], data: DataWords) -> list[Costed]:
    """Without those that take the code of what another names, one for one: `country_code` beside `country_name`."""
    lesser = {
        at
        for (_, one), (at, other) in permutations(list(enumerate(each for each, _ in plans)), 2)
        if _differ_by_code(one, other, data)
    }
    return [each for at, each in enumerate(plans) if at not in lesser]


def _differ_by_code(one: Plan, other: Plan, data: DataWords) -> bool:
    """Whether all that differs is that the other has the code."""
    named, coded = columns_of(one) - columns_of(other), columns_of(other) - columns_of(one)
    if len(named) != 1 or len(coded) != 1:
        return False
    (name,), (code,) = named, coded
    is_one_for_one = data.different(Field(name)) == data.different(Field(code)) is not None
    return (
        is_one_for_one
        and _is_code(code)
        and not _is_code(name)
        and repr(one).replace(repr(name), repr(code)) == repr(other)
    )
