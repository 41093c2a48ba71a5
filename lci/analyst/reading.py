"""What a question asks for: the cheapest reading of all its words that makes a plan, over all tables there are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal

from lci.analyst.alike_columns import suiting
from lci.analyst.all_or_some import all_or_some
from lci.analyst.assembling import NoPlan, assembled, changed
from lci.analyst.chart import Constituent, Item, Reading, readings
from lci.analyst.common_words import things_called
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import First, lexicon
from lci.analyst.plan import Clusters, Measure, Plan, Rows, Summary, columns_of
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.question_items import Units, Words, items, words_of
from lci.analyst.row_numbers import takes_for_value, with_people_counted, with_who
from lci.analyst.tables_named import those_named
from lci.analyst.unanswered import answers
from lci.analyst.untotalled import with_totals
from lci.analyst.wholes import among, turning_points
from lci.analyst.word_forms import folded, holds, is_cjk, split_words
from lci.analyst.writing import spoken

#: Kinds of items that may stand alone.
SINGLES = frozenset({
    "field", "chart", "describe", "draw", "log", "log_x", "share", "difference", "ratio", "change", "compared",
    "relation", "fit", "missing", "row", "noun", "log_both", "list", "more", "how", "when", "step", "which_of",
    "sold", "aged", "asked_who", "differs", "test", "logistic", "spread", "never",
})  # fmt: skip
#: How much dearer a second reading must be than the first for the first to be taken without asking.
_CLEAR = 0.2
#: Characters, units of words, and words that are no single characters of Han or kana, of one question.
_CHARS, _UNITS, _WORDS = 600, 160, 60
#: Tried where a word begins only: of a word of 100,000 letters each would be tried to its end.
_JOINED = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9]*_[A-Za-z0-9_]*")
#: Kana, and Han as only Japanese writes them.
_JAPANESE = re.compile(
    r"[\u3040-\u30ff々続売価円県発図実対経総観読訳変駅関帰様広団労働込渋沢桜気検済齢戦毎単圧囲塩応権収従転伝鉄悩脳薬"
    r"両録緑歩査増徳拠挙継軽撃険圏験厳帯仮剤雑歯児処焼証乗銭専臓蔵歳払売買込畑辺豊]"
)

Greeting = Literal["hello", "thanks", "help"]


@dataclass(frozen=True, slots=True)
class Understood:
    """The plans a question may mean, nearest first; without any, the words that no reading uses, as they were typed.

    `data` is the table that was understood or, without a plan, came nearest; `beyond` is a year that is named and
    lies outside those of its dates, which are given after it.
    """

    plans: tuple[Plan, ...]
    unused: tuple[str, ...]
    cost: float
    data: DataWords
    beyond: tuple[int, int, int] | None = None


def language_of(question: str, before: Sequence[str] = ()) -> str:
    """Its code: by its writing, or English where Han and kana are but names among English words.

    Han alone that both write, as in 上位3件, are of the language of the questions before.
    """
    # A column's name, body_mass_g, says nothing about the language.
    units = words_of(_JOINED.sub(" ", question)).units
    foreign = sum(is_cjk(unit[0]) for unit in units)
    english = sum(unit.isalpha() and unit in lexicon("en").words for unit in units)
    if not foreign or (english > 1 and 2 * english >= foreign):
        return "en"
    if _JAPANESE.search(question):
        return "ja"
    earlier = (language_of(each) for each in reversed(before)) if _may_be_japanese(question) else ()
    return next((code for code in earlier if code != "en"), "zh")


def _may_be_japanese(question: str) -> bool:
    """Whether all its characters are written in Japan: no 个."""
    try:
        question.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def is_long(question: str) -> bool:
    """Whether it has more words, or characters of Han and kana, than one question: they are not looked at."""
    units = words_of(question[:_CHARS]).units
    return len(question) > _CHARS or len(units) > _UNITS or sum(not is_cjk(unit[0]) for unit in units) > _WORDS


def greeting(question: str) -> Greeting | None:
    """What kind of greeting it is, if it is nothing else."""
    language = lexicon(language_of(question))
    units, at = words_of(question).units, 0
    kinds: list[str] = []
    while at < len(units):
        for end in range(min(len(units), at + language.longest), at, -1):
            meanings = language.meanings.get(units[at:end], ())
            spoken = [meaning.partition(".")[2] for meaning in meanings if meaning.startswith("greeting.")]
            if spoken or "skip" in meanings:
                kinds += spoken
                at = end
                break
        else:
            return None
    return kinds[-1] if kinds else None  # type: ignore[return-value]


def understood(
    question: str,
    tables: Sequence[DataWords],
    before: tuple[str, ...] = (),
    *,
    files: Collection[str] = (),
    joined: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> Understood:
    """What `question` asks of the tables, the likelier of which come first; at least one.

    `before` are the earlier questions: one that makes no plan alone may change the plan of the last. `files` are all
    that there are, `joined` the two that a table is of which is of two: what is called after a file is in no other.
    """
    files = files or {data.table.file for data in tables}
    asked = those_named(question, tables)
    each = [_of_table(question, data, before, _Things.of(data, files, joined)) for data in asked]
    planned = [one for one in each if one.plans]
    if not planned:
        return min(each, key=lambda one: (len("".join(one.unused)), not one.data.holding, one.cost))
    best = min(planned, key=lambda one: one.cost)
    equal = [one for one in planned if one.cost <= best.cost + _CLEAR]
    first = equal[0]
    others = tuple(plan for one in equal[1:] if one.cost < first.cost for plan in one.plans)
    return replace(first, plans=(*first.plans, *others))


@dataclass(frozen=True, slots=True)
class _Things:
    """What rows are called that are not those of a table: of `elsewhere` it knows nothing, `joined` it does not count.

    Both as names of files say it: rows of customers.csv are customers.
    """

    elsewhere: frozenset[Units] = frozenset()
    joined: frozenset[Units] = frozenset()

    @classmethod
    def of(cls, data: DataWords, files: Collection[str], joined: Mapping[str, tuple[str, str]]) -> _Things:
        own, *added = joined.get(data.table.file, (data.table.file,))
        elsewhere = (_things(file) for file in files if file != own and file not in added)
        counted = frozenset().union(*map(_things, added)) - _things(own)
        return cls(frozenset().union(*elsewhere) - _things(own) - counted, counted)

    def named(self, plan: Plan, words: Words, data: DataWords) -> Units | None:
        """What of that a question names, and neither a column nor a value of the table is called so."""
        counts = isinstance(plan, Rows) or (
            isinstance(plan, Summary) and any(measure.how == "rows" for measure in plan.measures)
        )
        meanings = lexicon(language_of(" ".join(words.typed))).meanings
        for thing in (*self.elsewhere, *(self.joined if counts else frozenset[Units]())):
            known = meanings.get(thing, ())
            # Rows of any file are records; not all of them are orders.
            says_nothing = not thing or "skip" in known or ("row" in known and len(things_called(thing)) == 1)
            is_own = data.values(thing) or any(each.distance < _NEAR for each in data.columns(thing))
            if not says_nothing and holds(words.units, thing) and not is_own:
                return thing
        return None


#: How far from the whole name of a column words may be that mean it and not what its file is called after.
_NEAR = 0.3


@lru_cache(maxsize=256)
def _things(file: str) -> frozenset[Units]:
    """What rows of a file may be called."""
    return things_called(split_words(folded(PurePath(file).name.partition(".")[0])))


def _of_table(question: str, data: DataWords, before: tuple[str, ...], things: _Things) -> Understood:
    if (stated := plan_in_words(question, data.table)) is not None:
        return Understood((stated[0],), (), 0.0, data)
    question = spoken(question)
    code, words = language_of(question, before), words_of(question)
    return _of_items(words, items(words, lexicon(code), data), code, data, before, things)


def of_items(words: Words, listed: Sequence[Item], data: DataWords, code: str, before: tuple[str, ...]) -> Understood:
    """What a question in the language `code` asks of a table if `listed` is all that its words may mean."""
    return _of_items(words, list(listed), code, data, before, _Things())


def _of_items(
    words: Words, listed: list[Item], code: str, data: DataWords, before: tuple[str, ...], things: _Things
) -> Understood:
    language = lexicon(code)
    asks_amount = any(item.kind == "asked_amount" for item in listed)
    if asks_amount and "many" in words.units and "percent" not in words.units:
        # "How many crops do they grow" asks for no growth.
        listed = [item for item in listed if item.kind != "change" or words.units[item.start : item.end] != ("grow",)]
    read = readings(listed, len(words.units), language, SINGLES)
    whole = [reading for reading in read if not reading.unused]
    within = [item.start for item in listed if item.kind == "within"]
    within += turning_points(words, listed) if language.code == "en" else []
    plans = suiting(_plans(whole, data, language.first, within), listed, data)
    saves = {item.start: item.end for item in listed if item.kind == "save"}
    asks = any(
        (item.kind == "saved_before" and saves.get(item.start, 0) <= item.end)
        or (item.kind == "asking" and item.start == 0)
        for item in listed
    )
    plans = [each for each in plans if not (asks and _saves(each[0]))]
    says_little = all(_says_little(plan, whole) for plan, _ in plans)
    plans = [(with_who(plan, words.units, data), cost) for plan, cost in plans]
    counted = [(with_people_counted(plan, listed, words.units, data), cost) for plan, cost in plans]
    totalled = [
        (each, cost)
        for plan, cost in counted
        if plan is not None
        for each in with_totals(plan, listed, words.units, data)
    ]
    either = [(each, cost) for plan, cost in totalled for each in all_or_some(plan, listed, data)]
    plans = [(plan, cost) for plan, cost in dict(either).items() if answers(plan, listed, words, data)]
    refers = any(item.kind == "of_these" for item in listed)
    if before and (says_little or refers or _only_draws(whole) or (_only_ranks(whole) and _goes_on(listed, words))):
        # It says more about the question before than about rows; what is to be counted is only said there.
        changes = _changes(whole, before, data, language.first, things)
        says_nothing = _only_counts(whole) or _only_saves(whole) or _only_draws(whole) or _goes_on(listed, words)
        plans = changes if changes or says_nothing or refers else plans
    others = [things.named(plan, words, data) for plan, _ in plans]
    plans = [each for each, other in zip(plans, others, strict=True) if other is None]
    if plans:
        return Understood(tuple(plan for plan, _ in plans), (), plans[0][1], data)
    if (other := next(iter(others), None)) is not None:
        typed = tuple(typed for unit, typed in zip(words.units, words.typed, strict=True) if unit in other)
        return Understood((), typed, read[0].cost, data)
    if whole or not read:
        return Understood((), (), 0.0, data, _year_beyond(words, data))
    unused = tuple(words.typed[at] for at in read[0].unused)
    return Understood((), unused, read[0].cost, data, _year_beyond(words, data, unused))


#: Numbers that are taken for years.
_YEARS = range(1000, 3000)


def _year_beyond(words: Words, data: DataWords, unused: tuple[str, ...] = ()) -> tuple[int, int, int] | None:
    """A year outside those of the dates, with the first and the last of them: all that nothing uses, or called one."""
    known = data.years_known()
    years = [
        int(unit)
        for unit, after in zip_longest(words.units, words.units[1:])
        if unit.isascii() and unit.isdecimal() and int(unit) in _YEARS
        if unused == (unit,) or (not unused and after == "年")
    ]
    if known is None or len(years) != 1 or known[0] <= years[0] <= known[1]:
        return None
    return (years[0], *known)


def _goes_on(listed: Sequence[Item], words: Words) -> bool:
    """Whether a word at one of its ends says that it goes on from the question before: 1995年的呢？"""
    last = next((at for at in range(len(words.units), 0, -1) if words.units[at - 1] not in _MARKS), 0)
    return any(item.kind == "goes_on" and (item.start == 0 or item.end >= last) for item in listed)


_MARKS = frozenset("?？.。!！")


def _says_little(plan: Plan, whole: Sequence[Reading]) -> bool:
    """Whether it has a condition alone, or groups of rows which no word says are to be counted."""
    if isinstance(plan, Rows):
        return plan.by is None and not _states(whole, "opening", *(("noun", "row") if plan.saved else ()))
    if isinstance(plan, Clusters):
        return not plan.x
    return (
        isinstance(plan, Summary)
        and plan.measures == (Measure("rows"),)
        and (_only_counts(whole) or not _states(whole, "measure", "rank", "commonest"))
    )


def _only_counts(whole: Sequence[Reading]) -> bool:
    """Whether it says that something is counted, and not what: how many is that?"""
    return bool(whole) and [[item.kind for item in each.items] for each in whole[0].constituents] == [["count"]]


def _saves(plan: Plan) -> bool:
    return isinstance(plan, Summary | Rows) and plan.saved is not None


def _only_saves(whole: Sequence[Reading]) -> bool:
    """Whether it says that something is saved, and not what: as an Excel file, please."""
    return bool(whole) and all(each.kind == "saving" for each in whole[0].constituents)


def _only_draws(whole: Sequence[Reading]) -> bool:
    """Whether it says how something is drawn, and not what: as a line chart."""
    return bool(whole) and all(each.kind in ("chart", "draw") for each in whole[0].constituents)


def _only_ranks(whole: Sequence[Reading]) -> bool:
    """Whether it says what comes first, and nothing else: and the shortest?"""
    return bool(whole) and all(each.kind == "rank" for each in whole[0].constituents)


def _states(whole: Sequence[Reading], *kinds: str) -> bool:
    return any(each.kind in kinds for reading in whole for each in reading.constituents)


def _plans(
    whole: Sequence[Reading], data: DataWords, first: First, within: Sequence[int] = ()
) -> list[tuple[Plan, float]]:
    """Those of the readings that make one; `within` are the places of words for what stands before them as a whole."""
    plans: list[tuple[Plan, float]] = []
    for reading in whole:
        if plans and reading.cost > min(cost for _, cost in plans) + _CLEAR:
            break
        if takes_for_value(reading):
            continue
        try:
            plan, implied = assembled(reading.constituents, data, first)
        except NoPlan:
            continue
        turned = among(plan, reading, within, whole_first=first == "owner")
        if turned is None:
            continue  # of "those with overtime left" it is not said which are all
        plan = _listing_with(turned, [other for other, _ in plans])
        if all(not _is_less_of(plan, other) and not _is_same_row(plan, other, data) for other, _ in plans):
            plans = [each for each in plans if not _is_less_of(each[0], plan)]
            plans.append((plan, reading.cost + implied))
    plans.sort(key=lambda each: each[1])
    return [each for each in plans if each[1] <= plans[0][1] + _CLEAR]


#: Which end of an order the greatest and the least value stand at.
_ENDS = {"max": "downwards", "min": "upwards"}


def _listing_with(plan: Plan, others: Sequence[Plan]) -> Plan:
    """Rows that are listed with the columns of each reading: "holidays of 2019" are days as well as names."""
    for other in others:
        if isinstance(plan, Rows) and plan.by is None and isinstance(other, Rows) and plan.columns and other.columns:
            together = replace(plan, columns=tuple(dict.fromkeys((*other.columns, *plan.columns))))
            if other == replace(together, columns=other.columns):
                return together
    return plan


def _is_less_of(plan: Plan, other: Plan) -> bool:
    """Whether it is the other plan, or that without what its rows are called."""
    match plan, other:
        case Rows(by=None), Rows():
            return {*plan.columns} <= {*other.columns} and plan == replace(other, columns=plan.columns)
        case Rows(), Rows():
            return plan in (other, replace(other, columns=()))
        case Summary(order=str(), limit=None), Summary():
            # "Orders" are rows rather than an order.
            return other in (plan, replace(plan, order=None))
        case Rows(columns=(), limit=1), Summary(measures=(measure,), keys=(), compared=None) if measure.how in _ENDS:
            # "How old was the oldest" asks for the number.
            return (plan.conditions, plan.by, plan.order) == (other.conditions, measure.field, _ENDS[measure.how])
        case Rows(columns=(), limit=int()), Summary(measures=(measure,), keys=(_,), compared=None):
            ranked = plan.conditions, plan.by, plan.order, plan.limit
            return ranked == (other.conditions, measure.field, other.order, other.limit)
        case _:
            return plan == other


def _is_same_row(plan: Plan, other: Plan, data: DataWords) -> bool:
    """Whether one is the row at the top, and the other the top one of groups of which each is one row."""
    match plan, other:
        case (Rows() as row, Summary() as group) | (Summary() as group, Rows() as row):
            columns, sums = tuple(key.column for key in group.keys), tuple(each.field for each in group.measures)
            days = [replace(key, part=key.part or "day") for key in group.keys]
            is_own = len(days) == 1 and (data.is_own_row(days[0]) or data.different(group.keys[0]) == data.table.rows)
            ranked = group.conditions, group.order, group.limit, columns, sums
            return is_own and ranked == (row.conditions, row.order, row.limit, row.columns, (row.by,))
        case _:
            return False


def _changes(
    whole: Sequence[Reading], before: tuple[str, ...], data: DataWords, first: First, things: _Things
) -> list[tuple[Plan, float]]:
    """What the question before, changed by this one, may mean."""
    earlier = _of_table(before[-1], data, before[:-1], things)
    if len(earlier.plans) != 1:
        return []
    columns = columns_of(earlier.plans[0])
    for reading in sorted(whole, key=lambda each: not _names_of_these(each, columns)):
        for constituents in (reading.constituents, _of_the_same(reading.constituents, earlier.plans[0])):
            with suppress(NoPlan):
                return [(changed(earlier.plans[0], constituents, data, first), reading.cost)]
    return []


#: Comparisons with a number, which a follow-up may change without saying of what it is.
_LIMITS = frozenset({"above", "at_least", "below", "at_most", "between"})


def _of_the_same(constituents: Sequence[Constituent], plan: Plan) -> tuple[Constituent, ...]:
    """With the field that was limited before where a number alone is compared: and above 70?"""
    limited = {each.field for each in plan.conditions if each.comparison in _LIMITS}
    if len(limited) != 1:
        return tuple(constituents)
    field = next(iter(limited))
    return tuple(
        replace(each, items=(Item("field", each.start, each.start, field), *each.items))
        if each.kind == "condition" and {item.kind for item in each.items} <= _BARE_LIMIT
        else each
        for each in constituents
    )


_BARE_LIMIT = frozenset({"number", "compare", "between", "range", "until", "to", "and"})


def _names_of_these(reading: Reading, columns: Collection[str]) -> bool:
    """Whether the values that it names are of the columns: where both teams have the name, of the one asked before."""
    values = [item for each in reading.constituents for item in each.items if item.kind == "value"]
    return all(item.content.column.name in columns for item in values)
