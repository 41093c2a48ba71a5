"""Words that mean something else where they stand: may within a sentence, the log that somebody keeps."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lci.analyst.chart import Item
from lci.analyst.quantities import is_number

Units = tuple[str, ...]
#: Words before a month, which "may" is not without them.
_BEFORE_MONTHS = frozenset({
    "in", "for", "of", "last", "this", "each", "every", "since", "from", "to", "until", "till", "between", "and", "or",
    "during", "by", "before", "after",
})  # fmt: skip
#: What states a limit, and no end of an order.
_LIMITS = (("at", "least"), ("at", "most"))
#: Behind "paid", by which it is said how, not whether.
_BY_MEANS = (("by",), ("with",), ("in",), ("via",))
#: Behind "last", which is no end of an order then, but how long ago.
_SPANS = frozenset({
    "year", "month", "week", "quarter", "day", "night", "weekend", "spring", "summer", "autumn", "fall", "winter",
    "few", "couple", "two", "three", "four", "five", "six", "seven", "ten", "twelve", "name", "?", "long", "longer",
})  # fmt: skip
#: Before what is kept, not what an axis is.
_ARTICLES = frozenset({"the", "this", "my", "our", "a", "that"})
#: Days of the week by one character, as columns of them hold.
_DAYS = frozenset("日月火水木金土")


def is_day_alone(units: Units, start: int, end: int) -> bool:
    """Whether a character that is a day of the week stands alone, where it rather is a day or a month: 一番売れた日."""
    beside = {*units[max(start - 1, 0) : start], *units[end : end + 1]}
    return end - start == 1 and units[start] in _DAYS and not beside & (_DAYS | {"曜", "周", "週", "「", '"', "が"})


#: What a value is one of, or is asked of it.
_VALUED = frozenset({
    "field", "how", "missing", "distinct", "superlative", "extreme", "ordered_extreme", "measured", "value", "count",
    "derived", "common", "not", "no",
})  # fmt: skip


def _is_of_something(item: Item, units: Units, listed: Sequence[Item]) -> bool:
    """Whether it is said of what it is a value: else a column may be called so, in another file."""
    beside = any(each.kind in _VALUED and (each.end == item.start or each.start == item.end) for each in listed)
    return beside or units[item.end : item.end + 1] in (("of",), ("in",), ("for",))


def may_not_be(item: Item, units: Units, listed: Sequence[Item]) -> bool:
    """Whether a word is taken for what it is not where it stands: a "may" within a sentence, or a person, for a month.

    So are "at least" for an end of an order, a log that is kept for a scale, "last year" for what comes last, and
    "paid by" for whether it was paid.
    """
    if item.kind == "month" and item.start > 1 and units[item.start - 1] == "." and len(units[item.start - 2]) == 1:
        return True  # the family name of A. March
    if item.kind == "skip" and units[item.start : item.end] == ("value",):
        return not _is_of_something(item, units, listed)
    if item.kind == "superlative" and units[item.start - 1 : item.end] in _LIMITS:
        return True
    if item.kind == "log" and item.end - item.start == 1 and units[max(item.start - 1, 0)] in _ARTICLES:
        return True  # people in the log
    if item.kind == "extreme" and units[item.start : item.end] == ("last",):
        after = units[item.end : item.end + 1]
        return not after or after[0] in _SPANS or is_number(after[0])
    if item.kind in ("flag", "does") and units[item.start : item.end] == ("paid",):
        return units[item.end : item.end + 1] in _BY_MEANS
    is_may = item.kind == "month" and units[item.start : item.end] == ("may",)
    is_dated = any(is_number(unit) for unit in units[item.end : item.end + 1])
    return is_may and item.start > 0 and not is_dated and units[item.start - 1] not in _BEFORE_MONTHS


#: What a phrase may mean whose words must not be passed over one by one.
DENYING = frozenset({"not", "not_after", "no", "no_after", "missing"})
#: Whether there is one or none: 有没有.
WHETHER = ("有", "没", "有")


def without_parts_of_whether(listed: list[Item], units: Units, flags: Collection[str]) -> list[Item]:
    """Without the 没有 of 有没有 before a yes or no, which asks whether, and says nowhere that there is none."""
    asked = {item.start for item in listed if item.kind == "field" and item.content.column in flags}
    whether = (at for at in range(len(units) - 2) if units[at : at + 3] == WHETHER)
    # 所有没有 is not one of these: all without.
    places = [at for at in whether if units[max(at - 1, 0)] != "所" and asked & {at + 2, at + 3}]
    return [
        item
        for item in listed
        if item.kind not in (*DENYING, "skip") or not any(at <= item.start and item.end <= at + 3 for at in places)
    ]


def with_what_is_inside(listed: list[Item]) -> list[Item]:
    """Without passing over "in their" before a column: a word in their name is not the name."""
    fields = {item.start for item in listed if item.kind == "field"}
    inside = [item for item in listed if item.kind == "inside" and item.end in fields]
    return [
        item
        for item in listed
        if item.kind != "skip" or not any(item.start < each.end and each.start < item.end for each in inside)
    ]


#: Kinds of words that say which end of an order is meant.
_RANKING = frozenset({"superlative", "extreme", "ordered_extreme"})


def with_pronouns(listed: list[Item], units: Units) -> list[Item]:
    """Without the number one where it stands for what comes first: the heaviest one."""
    ends = {item.end for item in listed if item.kind in _RANKING}
    places = [at for at, unit in enumerate(units) if unit == "one" and at in ends]
    kept = [item for item in listed if item.kind != "number" or item.start not in places]
    return [*kept, *(Item("skip", at, at + 1) for at in places)]
