"""What is offered where a question has no answer: the plans that differ least from it, in words that can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from lci.analyst.assembling.measures import ROWS
from lci.analyst.assembling.sense import is_number, is_time
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.data_words import DataWords
from lci.analyst.flag_values import excludes
from lci.analyst.lexicon import lexicon
from lci.analyst.nearby_plans import MOST, ROW, Nearby, nearby
from lci.analyst.plan import Field, Groups, Measure, Plan, Summary
from lci.analyst.question_items import items, words_of
from lci.analyst.questions import questions_about
from lci.analyst.reading import Understood, language_of
from lci.analyst.telling import phrased
from lci.analyst.word_forms import holds


def offers(meant: Understood, question: str, before: tuple[str, ...], code: str) -> tuple[str, ...]:
    """At most three: what the question may mean; without that what it means but for a word; or what suits the table."""
    asked = dict[str, None]()
    for plan in meant.plans or _suiting(meant, question, before):
        if _is_computable(plan, meant.data):
            asked.setdefault(phrased(plan, code))
        if len(asked) == MOST:
            break  # each further one is looked for anew
    return tuple(asked) or questions_about(meant.data, code)[:MOST]


def _suiting(meant: Understood, question: str, before: tuple[str, ...]) -> Iterator[Plan]:
    """Plans near the question that are not its opposite, nearest first: some of each way, and then the others."""
    ways = [
        (most, (each.plan for each in way if _may_suit(each, question, meant)))
        for most, way in nearby(meant, question, before)
    ]
    for most, plans in ways:
        yield from islice(plans, most)
    yield from chain.from_iterable(plans for _, plans in ways)


#: Words that deny, of which a plan without a condition that does would be the opposite.
_DENYING = frozenset({"not", "no", "without", "never", "none", "nothing", "没", "不", "未", "无", "匿"})
_NO_DENIALS = frozenset({
    "under", "until", "unit", "union", "unique", "united", "university", "unless", "universe", "understand", "uncle",
})  # fmt: skip
_DENYING_IN_KANA = (("な", "い"), ("な", "し"), ("ま", "せ", "ん"), ("な", "か", "っ", "た"), ("て", "な", "い"))
#: Words of the language that ask how many rows there are.
_COUNTING = frozenset({"count", "heads", "asked_amount", "number_of", "common", "limit", "occasion", "row", "noun"})


def _may_suit(near: Nearby, question: str, meant: Understood) -> bool:
    """Whether a plan of some of the words is no opposite of the question, and counts rows only where that is asked."""
    plan, words, data = near.plan, words_of(question), meant.data
    denies = any(
        unit in _DENYING or unit.endswith("n't") or (unit.startswith("un") and unit not in _NO_DENIALS)
        for unit in words.units
    )
    denies |= any(holds(words.units, each) for each in _DENYING_IN_KANA)
    is_limited = isinstance(plan, Groups) and plan.limit is not None
    stated = [*plan.conditions, *(each for measure in _measures(plan) for each in measure.among)]
    keys = {key.column for key in plan.keys} if isinstance(plan, Summary) else set[str]()
    denies &= keys.isdisjoint(data.flags)  # yes and no are told apart
    if denies and not any(excludes(each) or each.comparison in ("missing", "present") for each in stated):
        return is_limited
    if any(each.how in _OF_NUMBERS and not _is_ordered(each.field, data) for each in _measures(plan)):
        return False  # the greatest of names
    if _measures(plan) != (ROWS,) or is_limited or not meant.unused:
        return True
    if any(meaning in ROW.values() for _, meaning in near.read_as):
        return True
    listed = items(words, lexicon(language_of(question)), data)
    if isinstance(plan, Summary) and any(item.kind == "how" and item.content != "sum" for item in listed):
        return False  # a median is none of how many there are
    return any(item.kind in _COUNTING or (item.kind == "superlative" and "amount" in item.content) for item in listed)


#: Measures of what has an order.
_OF_NUMBERS = frozenset({"min", "max", "mean", "median", "sum"})


def _is_ordered(place: Field | None, data: DataWords) -> bool:
    return place is None or is_number(place, data) or is_time(place, data)


def _measures(plan: Plan) -> tuple[Measure, ...]:
    return plan.measures if isinstance(plan, Summary) else (plan.measure,) if isinstance(plan, Groups) else ()


def _is_computable(plan: Plan, data: DataWords) -> bool:
    if plan.table != data.table.file:
        return True  # of another file that the question fits as well
    try:
        compiled(plan, data.table)
    except NotCompiled:
        return False
    return True
