"""Words before and behind a name that say what it is of: the number of bedrooms, the 数 of 病死者数, code JFK."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords, Named
from lci.analyst.lexicon import Lexicon
from lci.analyst.unlikely_items import WHETHER
from lci.analyst.word_forms import is_cjk, name_words

Units = tuple[str, ...]


#: What may stand behind a value of Han that says of what kind it is: 银行业, 日本製.
_ENDINGS = tuple((each,) for each in "业類类型级級族系部科班组組队款牌产産製制式者")


def with_suffixes(listed: list[Item], units: Units, language: Lexicon, data: DataWords) -> Iterator[Item]:
    """Columns and values with a word after their name that says what they are: the 数 of 病死者数, the 业 of 银行业."""
    numbers = {column.name for column in data.of_kind("number")}
    for item in listed:
        if item.kind == "value" and units[item.end : item.end + 1] in _ENDINGS:
            yield replace(item, end=item.end + 1, cost=item.cost + 0.02)
        elif item.kind == "field":
            start = item.end + (units[item.end : item.end + 1] in (("の",), ("的",)))
            if item.content.column in numbers:
                ends = (start + len(each) for each in _amounts(data) if units[start : start + len(each)] == each)
                yield from (replace(item, end=end, cost=item.cost + 0.02) for end in ends)
            for size in (3, 2, 1):
                after = units[start : start + size]
                meanings = language.meanings.get(after, ()) if len(after) == size else ()
                whole = (*data.columns(units[item.start : start + size]), *_called(after, data))
                if any(named.column.name != item.content.column for named in whole):
                    continue  # 失業者 of 失業者数 is no 失業率; a score beside a score is another
                # 種類の数 is how many there are, 病死者の数 the column itself.
                counts = item.content.column not in numbers and bool({"count", "number_of"} & set(meanings))
                # Resolution time is what resolution_hours tells.
                lasts = "time_word" in meanings and name_words(item.content.column)[-1] in _LASTING
                if lasts or ("name_word" in meanings and not counts):
                    yield replace(item, end=start + size, cost=item.cost + 0.02)


#: Characters of a word that says of what there is so much, and how it ends.
_LONGEST_AMOUNT = 4
_AMOUNTS = frozenset("量数额額")


@lru_cache(maxsize=64)
def _amounts(data: DataWords) -> tuple[Units, ...]:
    """What the numbers of a table are amounts of, by the end of its file's name: the 生産量 of 食肉生産量.csv."""
    stem = name_words(data.table.file.rsplit(".", 1)[0])
    if not stem or not is_cjk(stem[-1][0]) or stem[-1] not in _AMOUNTS:
        return ()
    ends = (stem[at:] for at in range(1, len(stem)))
    return tuple(end for end in ends if 1 < len(end) <= _LONGEST_AMOUNT and not data.columns(end))


def _called(phrase: Units, data: DataWords) -> list[Named]:
    """The columns whose whole name that is."""
    return [named for named in data.columns(phrase) if named.distance == 0]


#: What it costs that a name is said without what is in its midst.
_SHORTENED = 0.15


def with_short_names(listed: list[Item], units: Units) -> Iterator[Item]:
    """Columns of which Han or kana leave out what is in the midst of their name: the 期末分数 of 期末考试分数."""
    fields = [item for item in listed if item.kind == "field" and is_cjk(units[item.start][0])]
    whole = {(item.start, item.end) for item in fields}
    for first in fields:
        for last in fields:
            if last.start != first.end or last.content != first.content or (first.start, last.end) in whole:
                continue
            name, start, end = (
                "".join(part)
                for part in (
                    name_words(first.content.column),
                    units[first.start : first.end],
                    units[last.start : last.end],
                )
            )
            if min(len(start), len(end)) > 1 and name.startswith(start) and end in name[len(start) :]:
                yield Item("field", first.start, last.end, first.content, _SHORTENED)


#: Units of time, at the end of a column's name.
_LASTING = frozenset({"hour", "hr", "h", "minute", "min", "second", "sec", "day", "時間", "分钟", "小时"})
#: Kinds of words that say something of the number that each row has.
_OF_EACH = frozenset({"how", "compare", "beyond", "relation", "fit", "spread", "logistic", "describe", "versus"})


#: Kinds of words that say what comes first.
_RANKING = frozenset({"superlative", "extreme", "ordered_extreme"})
_BY = (("by",), ("per",), ("against",), ("versus",), ("vs",))


#: Words before a value that say that it is a code, or a name.
_CALLED = (("code",), ("abbreviation",), ("named",), ("called",))
#: Verbs before what somebody became, and before what somebody did or did not eat.
_BECAME = (("got",), ("get",), ("getting",), ("became",), ("become",), ("becoming",), ("fell",))
_ATE = (("ate",), ("eat",), ("eating",), ("eaten",), ("drank",), ("drink",), ("drinking",), ("drunk",))


def with_prefixes(listed: list[Item], units: Units, language: Lexicon, data: DataWords) -> Iterator[Item]:
    """Columns of numbers with words before their name that say so: the number of bedrooms."""
    numbers = {column.name for column in data.of_kind("number")}
    kinds = {item.kind for item in listed}
    has_each, ranks = bool(kinds & _OF_EACH), bool(kinds & _RANKING)
    for item in listed:
        if item.kind == "field" and item.content.column in data.flags:
            # Of 有没有保险 the column 有保险, or 保险.
            for start in (item.start - 3, item.start - 2):
                if start >= 0 and units[start : start + 3] == WHETHER:
                    yield replace(item, start=start, cost=item.cost + 0.02)
        if item.kind == "field" and item.content.column in numbers:
            for size in (3, 2):
                before = units[max(item.start - size, 0) : item.start]
                # The number of nights by country is all of them, which the mean of a column is not.
                is_of_each = has_each or (not ranks and units[item.start - size - 1 : item.start - size] in _BY)
                if len(before) == size and is_of_each and "name_before" in language.meanings.get(before, ()):
                    yield replace(item, start=item.start - size, cost=item.cost + 0.02)
        before = units[max(item.start - 1, 0) : item.start]
        if (item.kind == "value" and before in (*_CALLED, *_BECAME)) or (
            item.kind in ("flag", "does") and before in (*_BECAME, *_ATE)
        ):
            yield replace(item, start=item.start - 1, cost=item.cost + 0.02)
