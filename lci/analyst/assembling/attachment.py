"""What words belong to by where they stand: a superlative to what follows it, a share to what it is a share of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lci.analyst.assembling.parts import Parts
from lci.analyst.assembling.sense import fields_in, is_number, kind_of
from lci.analyst.chart import Constituent
from lci.analyst.common_words import common
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import First

_TIMES = frozenset({"year", "month", "weekday", "date", "decade"})


def is_of_another_thing(constituents: Sequence[Constituent], first: First, data: DataWords) -> bool:
    """Whether a number belongs to what a superlative stands before, and not to the superlative.

    "The price of the largest house" is not the largest price: by what the house is the largest is not said.
    """
    for at, each in enumerate(constituents):
        if first == "owned" and _is_beside_its_own(each, constituents[at + 1 : at + 2], data):
            return True
        if not any(item.kind == "superlative" and _is_of_something(item.content) for item in each.items):
            continue
        has_number = any(item.kind == "number" for item in each.items)
        if first == "owner" and at and not has_number and _is_group(constituents[at - 1], data):
            return True
        after = constituents[at + 1] if at + 1 < len(constituents) else None
        if after is None or not _is_thing(after, data):
            continue
        others = constituents[:at] if first == "owned" else constituents[at + 2 :]
        before = constituents[:at] if first == "owner" else constituents[at + 2 :]
        if any(_is_number(other, data) for other in others) and not any(_is_number(other, data) for other in before):
            return True
    return False


def _is_beside_its_own(each: Constituent, after: Sequence[Constituent], data: DataWords) -> bool:
    """Whether a word like "heaviest" stands before another number than its own: the heaviest brain is not weighed."""
    abouts = [item.content[1] for item in each.items if item.kind == "extreme"]
    numbers = [place for one in after if one.kind == "field" for place in fields_in(one.items, "field")]
    return bool(abouts) and any(is_number(place, data) and place not in abouts for place in numbers)


def _is_of_something(content: tuple[str, str]) -> bool:
    """Whether a superlative is an adjective, or of what is better, so that it belongs to something."""
    direction, form = content
    return form == "adjective" or direction in ("best", "worst")


def _is_group(each: Constituent, data: DataWords) -> bool:
    return each.kind == "field" and kind_of(each.items[-1].content, data) in ("category", "text")


def are_compounds(constituents: Sequence[Constituent], data: DataWords) -> bool:
    """Whether two numbers stand side by side with no word between, as parts of one name that no column has."""
    return any(
        each.kind == after.kind == "field"
        and each.end == after.start
        and _is_number(each, data)
        and _is_number(after, data)
        for each, after in pairwise(constituents)
    )


def is_of_some_measures(constituents: Sequence[Constituent]) -> bool:
    """Whether what is said of one of several measures may be of it alone: "the number of males and the mean weight".

    Groups between two are those of both, unless others stand before or behind.
    """
    if _counts_each(constituents):
        return False
    if "condition" in _kinds_between(constituents, "measure")[0]:
        return True  # dogs are counted, and pets
    between, around = _kinds_between(constituents, "measure", "further", "how")
    if "key" in between and "key" in around:
        return True
    measures = [each for each in constituents if each.kind in ("measure", "further")]
    counts_some = any(_counts_some(each, after) for each, after in pairwise(constituents) if each in measures[1:])
    if all(each.kind != "further" for each in constituents):
        return counts_some
    between, around = _kinds_between(constituents, "measure", "further")
    counts_some = counts_some or any(_counts_some(each, after) for each, after in pairwise(constituents))
    return bool(between - {"key"} or counts_some or (between and "condition" in around))


def _counts_each(constituents: Sequence[Constituent]) -> bool:
    """Whether each of several things is counted, and nothing else is asked: how many dogs and how many cats."""
    kinds = [each.kind for each in constituents]
    counts = all(
        {item.kind for item in each.items} <= {"count", "and", "noun", "row"}
        for each in constituents
        if each.kind != "condition"
    )
    named = kinds[1::2]
    return counts and kinds[::2] == ["measure", *["further"] * (len(named) - 1)] and {*named} == {"condition"}


#: What says when and where rows are from, of all that is measured; other conditions follow what they are said of.
_OF_ALL = frozenset({"value", "year", "month", "weekday", "date", "day_of_year", "decade", "only", "and", "field"})


#: What a count without a noun of its own is of, where it stands behind.
_COUNTED = frozenset({"condition", "predicate", "noun", "row", "rank", "field"})


def _counts_some(each: Constituent, after: Constituent) -> bool:
    """Whether a condition says what is counted: "the number of rainy days", "the orders that lost money"."""
    if each.items[-1].kind == "count" and after.kind in _COUNTED:
        return True
    counts = any(item.kind in ("count", "number_of") for item in each.items)
    is_limit = after.kind in ("condition", "predicate")
    return counts and is_limit and any(item.kind not in _OF_ALL for item in after.items)


def _kinds_between(constituents: Sequence[Constituent], *kinds: str) -> tuple[set[str], set[str]]:
    """The kinds of what stands between the first and the last of some kinds, and before and behind them."""
    places = [at for at, each in enumerate(constituents) if each.kind in kinds]
    if not places:
        return set(), set()
    between = {each.kind for each in constituents[places[0] : places[-1]]} - {*kinds}
    return between, {each.kind for each in (*constituents[: places[0]], *constituents[places[-1] + 1 :])}


def _is_thing(each: Constituent, data: DataWords) -> bool:
    if each.kind in ("noun", "row"):
        return True
    if each.kind not in ("field", "asked"):
        return False
    return any(kind_of(place, data) in ("category", "text") for place in fields_in(each.items, "field"))


def _is_number(each: Constituent, data: DataWords) -> bool:
    if each.kind not in ("field", "measure", "key"):
        return False
    return any(is_number(place, data) for place in fields_in(each.items, "field"))


def predicate(constituents: Sequence[Constituent], first: First) -> Constituent | None:
    """The one of several conditions that a share is of, where its place says so."""
    shares = [at for at, each in enumerate(constituents) if each.kind == "share"]
    conditions = [at for at, each in enumerate(constituents) if each.kind == "condition"]
    if len(shares) != 1 or len(conditions) < 2 or any(each.kind == "predicate" for each in constituents):
        return None
    (share,) = shares
    if first == "owner":
        # 女性のうち一等の割合: what stands before the word.
        return constituents[share - 1] if share - 1 in conditions else None
    # "The share of smokers among women": the others say of whom.
    rest = [constituents[at] for at in conditions if at != share + 1]
    if share + 1 not in conditions or not all(_only_says_of_what(each) for each in rest):
        return None
    return constituents[share + 1]


def is_share_of_groups(constituents: Sequence[Constituent], first: First) -> bool:
    """Whether what follows the word of a share are groups: "the share of each species"."""
    for at, each in enumerate(constituents):
        if each.kind == "share":
            beside = at - 1 if first == "owner" else at + 1
            return 0 <= beside < len(constituents) and constituents[beside].kind == "key"
    return False


def _only_says_of_what(each: Constituent) -> bool:
    return any(item.kind == "only" or item.kind in _TIMES for item in each.items)


def are_of_another(constituents: Sequence[Constituent], first: First) -> bool:
    """Whether a word is taken for itself, or for what is beside it, that belongs to the word right behind it."""
    pairs = list(pairwise(constituents))
    counted = any(_is_of_what_is_counted(each, after) for each, after in pairs)
    return counted or (first == "owner" and any(_is_describing(each, after) for each, after in pairs[:1]))


def _is_of_what_is_counted(each: Constituent, after: Constituent) -> bool:
    """Whether what is counted is taken for the column of a value behind it: how many counties in Ohio."""
    counts = each.kind == "measure" and each.items[-1].kind == "count" and each.end == after.start
    return counts and [item.kind for item in after.items] == ["field", "value"] and after.kind == "condition"


def _is_describing(each: Constituent, after: Constituent) -> bool:
    """Whether a word like 小さい, of nothing before it, describes what stands right behind it: small children."""
    if each.kind != "more" or each.end != after.start or after.kind not in ("field", "noun", "aged"):
        return False
    return each.items[0].content[1] is None


def is_one_with(each: Constituent, after: Constituent) -> bool:
    """Whether the one row at an end is asked for, by what rows are called: 一番重い車."""
    return each.kind == "noun" and after.kind == "rank" and after.items[0].kind in ("superlative", "extreme")


def is_one_behind(each: Constituent, after: Constituent) -> bool:
    """Whether what rows are called stands behind what says which is first: 座位最多的飞机."""
    return each.kind == "rank" and after.kind == "noun"


def begun(constituents: Sequence[Constituent], data: DataWords, first: First) -> Parts:
    """No parts yet, but what one constituent has to know of those behind it."""
    kinds = {each.kind for each in constituents}
    return Parts(
        first=first,
        is_limited="limit" in kinds,
        is_ranked="rank" in kinds,
        are_paid=any(_is_paid(each, data) for each in constituents),
    )


#: Nouns for what is as large as what is paid for it.
_PAID = ("order", "purchase", "sale", "payment", "invoice", "donation", "claim", "booking", "tip", "loan")


def _is_paid(each: Constituent, data: DataWords) -> bool:
    """Whether it calls rows by what is paid for each: orders, sales, donations.

    An order of several pieces, or that made a profit, may be large by these.
    """
    nouns = {item.content for item in each.items if item.kind == "noun"}
    paid = ("sale",) if data.called("quantity") or data.called("profit") else _PAID
    return any(nouns & {*common().nouns[noun]} for noun in paid)


def is_one_of(each: Constituent, after: Constituent) -> bool:
    """Whether the two name one of the rows: "the oldest woman", "the noble gas with the greatest density"."""
    if each.kind == "condition":
        return each.items[-1].kind == "having" and after.items[0].kind in ("superlative", "extreme")
    values = after.kind == "condition" and any(item.kind == "value" for item in after.items)
    return values and any(item.kind == "extreme" for item in each.items)


def is_chance(each: Constituent) -> bool:
    """Whether a share is said as a chance, which numbers have not."""
    return any(item.kind == "share" and item.content == "chance" for item in each.items)
