"""What is offered where a question has no answer: the plans that differ least from it, in words that can be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from lci.analyst.assembling.measures import ROWS, implied
from lci.analyst.assembling.sense import NoPlan, is_number, time_of
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.data_words import DataWords
from lci.analyst.flag_values import excludes
from lci.analyst.lexicon import lexicon
from lci.analyst.plan import Chart, Condition, Field, Groups, Measure, Plan, Summary
from lci.analyst.question_items import Words, items, words_of
from lci.analyst.questions import questions_about
from lci.analyst.reading import Understood, language_of, understood
from lci.analyst.telling import phrased
from lci.analyst.word_forms import holds, joined

MOST = 3
#: Words up to which a question is read again without each of them: a reading takes some milliseconds.
_WORDS = 20


def offers(meant: Understood, question: str, before: tuple[str, ...], code: str) -> tuple[str, ...]:
    """At most three: what the question may mean; without that what it means but for a word; or what suits the table."""
    plans = list(meant.plans) or [
        plan for plan in _nearest(meant, question, before) if _may_suit(plan, question, meant)
    ]
    asked = [phrased(plan, code) for plan in plans if _is_computable(plan, meant.data)]
    return tuple(dict.fromkeys(asked))[:MOST] or questions_about(meant.data, code)[:MOST]


def _nearest(meant: Understood, question: str, before: tuple[str, ...]) -> Iterator[Plan]:
    """What the question asks without the words that nothing uses, or else without one of them."""
    words = words_of(question)
    yield from _trends(words, meant.data, language_of(question))
    unused = set(meant.unused)
    if unused:
        yield from _plans(_as_rows(words, unused, language_of(question, before)), meant.data, before)
        yield from _plans([word for word in words.typed if word not in unused], meant.data, before)
        return
    if len(words.typed) <= _WORDS:
        for at in range(len(words.typed)):
            yield from _plans([*words.typed[:at], *words.typed[at + 1 :]], meant.data, before)


#: Words that deny, of which a plan without a condition that does would be the opposite.
_DENYING = frozenset({"not", "no", "without", "never", "none", "nothing", "没", "不", "未", "无", "匿"})
_DENYING_IN_KANA = (("な", "い"), ("な", "し"), ("ま", "せ", "ん"), ("な", "か", "っ", "た"), ("て", "な", "い"))
#: Words of the language that ask how many rows there are.
_COUNTING = frozenset({"count", "heads", "asked_amount", "number_of", "common", "limit", "occasion", "row", "noun"})


def _may_suit(plan: Plan, question: str, meant: Understood) -> bool:
    """Whether a plan of some of the words is no opposite of the question, and counts rows only where that is asked."""
    if not meant.unused:
        return True
    words = words_of(question)
    denies = any(unit in _DENYING or unit.endswith("n't") or unit.startswith("un") for unit in words.units)
    denies |= any(holds(words.units, each) for each in _DENYING_IN_KANA)
    stated = [*plan.conditions, *(each for measure in _measures(plan) for each in measure.among)]
    if denies and not any(excludes(each) or each.comparison in ("missing", "present") for each in stated):
        return isinstance(plan, Groups) and plan.limit is not None
    if not isinstance(plan, Summary) or plan.measures != (ROWS,):
        return True
    listed = items(words, lexicon(language_of(question)), meant.data)
    return any(item.kind in _COUNTING for item in listed)


def _measures(plan: Plan) -> tuple[Measure, ...]:
    return plan.measures if isinstance(plan, Summary) else (plan.measure,) if isinstance(plan, Groups) else ()


#: What any row may be called.
_ROW = {"en": "rows", "ja": "行", "zh": "行"}


def _as_rows(words: Words, unused: Collection[str], code: str) -> list[str]:
    """The words with one for rows where the first of those stand that nothing uses: over 50 stops are as many rows."""
    read: list[str] = []
    for word in words.typed:
        if word not in unused:
            read.append(word)
        elif _ROW[code] not in read:
            read.append(_ROW[code])
    return read


def _trends(words: Words, data: DataWords, code: str) -> Iterator[Plan]:
    """What became of the numbers that are named, where it is asked what will become of them."""
    listed = sorted(items(words, lexicon(code), data), key=lambda item: item.cost)
    if not any(item.kind == "ahead" for item in listed):
        return
    named = dict.fromkeys(item.content for item in listed if item.kind == "field" and is_number(item.content, data))
    values = {(item.content.column.name, item.content.value) for item in listed if item.kind == "value"}
    columns = {column for column, _ in values}
    conditions = tuple(
        Condition(Field(column), "equal", tuple(value for name, value in sorted(values, key=str) if name == column))
        for column in sorted(columns)
    )
    for place in named:
        with suppress(NoPlan):
            time = time_of(data)
            yield Summary(data.table.file, (implied(place, data),), (time,), conditions, chart=Chart("line"))


def _plans(words: Iterable[str], data: DataWords, before: tuple[str, ...]) -> tuple[Plan, ...]:
    question = joined(words)
    return understood(question, [data], before).plans if question else ()


def _is_computable(plan: Plan, data: DataWords) -> bool:
    if plan.table != data.table.file:
        return True  # of another file that the question fits as well
    try:
        compiled(plan, data.table)
    except NotCompiled:
        return False
    return True
