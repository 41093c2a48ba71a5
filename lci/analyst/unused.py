"""The words of a question that the chosen analysis would not use: where there are any, it is not answered.

An analysis says what it uses: its columns, its statistic, its calendar unit, its number of groups or rows, and the
words that ask for what it does anyway. Everyday words are used by all. Whatever is left is a value of a column, a year,
a comparison, a condition or a wish that the answer would leave out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from lci.analyst.columns import FileColumn, Mention, words
from lci.analyst.intents import (
    Analysis,
    Correlations,
    Describe,
    GroupBy,
    How,
    ListColumns,
    Missing,
    Overview,
    Regression,
    ShowRows,
    Trend,
    Unit,
)
from lci.analyst.sources import Source
from lci.analyst.vocabulary import EVERYDAY_WORDS, PLAIN_WORDS, QUESTION_WORDS

_TOKEN = re.compile(r"[^\W_]+(?:[_'’.][^\W_]+)*|[<>=≤≥≠≈!]+")
_OF_THE_STATISTIC: dict[How, str] = {
    "mean": r"averages?|means?|avg|typical(?:ly)?",
    "sum": r"totals?|sums?|overall|altogether",
    "count": r"how many|numbers? of|counts?(?: of)?|counted|how often|frequency|frequencies|many",
    "median": r"medians?",
    "min": r"min(?:imum)?s?",
    "max": r"max(?:imum)?s?",
    "std": r"standard deviations?|std|spread|variability|deviations?",
    "nunique": r"how many|numbers? of|counts?(?: of)?|unique|distinct|different",
}
_OF_THE_UNIT: dict[Unit, str] = {
    "day": r"daily|days?",
    "week": r"weekly|weeks?",
    "month": r"monthly|months?",
    "quarter": r"quarterly|quarters?",
    "year": r"yearly|annual(?:ly)?|years?",
}
#: Before a unit these make a condition of it: this year is one year, not each.
_ONE_PERIOD = r"(?<!\bthis )(?<!\bthat )(?<!\bsame )"
_EXTREMES = (
    r"highest|largest|biggest|most|best|greatest|longest|heaviest|lowest|smallest|least|worst|fewest|shortest|lightest"
)
_GROUPING = r"by|per|group(?:ed)?|broken down|split|separately|across|between|among|different|overall|bars?|ranked"
_RELATING = (
    r"compar(?:e|ed|es|ing|isons?)|differ(?:s|ences?|ent)?|vary|varies|variation|versus|vs|against|relation(?:ship)?s?"
    r"|relate[sd]?|depends?|affect(?:s|ed)?|influenc(?:e|es|ed)|impacts?|effects?|associat(?:ion|ed)"
)
_IN_TIME = (
    r"trends?|over time|time series|over the (?:years|months|weeks|days|quarters)|through time|with time|evol\w+"
    r"|develop(?:s|ed|ment)?|chang(?:e|es|ed|ing)|grow(?:s|n|th|ing)?|grew|ris(?:e|es|ing|en)|rose|fall(?:s|ing|en)?|fell"
    r"|increas(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|timeline|over|lines?"
)
_REGRESSION = (
    r"linear(?:ly)?|simple|regress\w*|fits?|fitted|fitting|line of best fit|best[- ]fit|straight|lines?|models?|ols"
    r"|slope|predict(?:s|ed|ing|or)?|scatter(?: ?plots?)?|correlat\w+|explain(?:s|ed)?|driv(?:e|es|en)|between|function"
    r"|given|using|(?:as|with) (?:the )?[xy]|independent|dependent|trend ?lines?"
)
_PICKING = r"strong(?:est|ly)|closely|closest|most|best"
_MISSING = (
    r"missing|nulls?|nans?|empty|incomplete|gaps?|cells?|why|reasons?|causes?|caused|where|patterns?|how many"
    r"|numbers? of|counts?|total|percent(?:age)?s?|shares?|most|many"
)
_COLUMNS = (
    r"names?|list|headers?|data ?types?|types?|dtypes?|schema|shape|size|how (?:big|large|many)|numbers? of|lines?"
)
_OVERVIEW = (
    r"overview|summar(?:y|ise|ize|ies)|describe|description|profile|explor(?:e|ation)|eda|about|introduc\w+|structure"
    r"|distributions?|distributed|duplicates?|duplicated|insights?|analy[sz]e|analysis|inspect|first look|histograms?"
    r"|statistics?|stats|basic|general|interesting|contents?|contains?|info(?:rmation)?|details?|happening|going"
)
_OF_A_COLUMN = r"distribut\w+|describe|description|statistics?|stats|summar(?:y|ise|ize)|overview|profile|explore|range"
_OF_NUMBERS = (
    r"histograms?|outliers?|quartiles?|skew(?:ness|ed)?|highest|largest|biggest|greatest|lowest|smallest|unique"
    r"|distinct"
)
_OF_CATEGORIES = (
    r"unique|distinct|different|most (?:common|frequent|often)|common|often|shares?|percent(?:age)?s?|proportions?"
    r"|bars?"
)
_OF_DATES = r"earliest|latest|first|last|gaps?|unique|distinct|different|histograms?|start|end"
#: Other words for the one column of amounts that was taken because of them.
_SOLD = r"sales?|sells?|sold|selling|revenues?|turnover|amounts?"


def unused(question: str, intent: Analysis, mentioned: tuple[Mention, ...], source: Source) -> tuple[str, ...]:
    """The words and phrases of `question` that `intent` leaves out, in their order; empty when it uses them all."""
    left = list(question)
    used = [mention for mention in mentioned if _is_used(mention, question, intent)]
    _blank(left, ((mention.start, mention.end) for mention in used))
    others = [(mention.start, mention.end) for mention in mentioned if mention not in used]
    named = (*_values_named("".join(left), source), *others)
    kept = {at: left[at] for start, end in named for at in range(start, end)}
    for pattern in (r"^\W*who", *_used(intent)):
        expression = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.I)
        _blank(left, (match.span() for match in expression.finditer("".join(left))))
    for at, char in kept.items():
        left[at] = char
    known = EVERYDAY_WORDS | set(words(source.file.split(".", maxsplit=1)[0])) | set(words(source.sheet or ""))
    shouted = question.isupper() or not re.search(r"(?<!\w)[a-z]", question)
    remaining = [
        token.span()
        for token in _TOKEN.finditer("".join(left))
        if token.start() in kept or not _is_everyday(token[0], known, first=token.start() == 0 or shouted)
    ]
    return tuple(dict.fromkeys(question[start:end] for start, end in _joined(question, remaining)))


def not_known(question: str, mentioned: tuple[Mention, ...]) -> tuple[str, ...]:
    """The words of a question that fits no analysis which are neither columns nor words of questions."""
    left = list(question)
    _blank(left, ((mention.start, mention.end) for mention in mentioned))
    remaining = [
        token.span()
        for token in _TOKEN.finditer("".join(left))
        if token[0].lower() not in QUESTION_WORDS and not _is_everyday(token[0], EVERYDAY_WORDS, first=True)
    ]
    return tuple(dict.fromkeys(question[start:end] for start, end in _joined(question, remaining)))


def _blank(left: list[str], spans: Iterator[tuple[int, int]]) -> None:
    for start, end in list(spans):
        left[start:end] = " " * (end - start)


def _joined(question: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring words as one phrase."""
    phrases: list[tuple[int, int]] = []
    for start, end in spans:
        if phrases and not question[phrases[-1][1] : start].strip(" -"):
            phrases[-1] = (phrases[-1][0], end)
        else:
            phrases.append((start, end))
    return phrases


def _is_everyday(token: str, known: set[str] | frozenset[str], *, first: bool) -> bool:
    """Whether a word means nothing by itself. Written in capitals it may be a name: IT, US, A."""
    plain = token.lower().replace("’", "'")
    if not first and token.isupper() and token != "I":
        return False
    if plain in known:
        return True
    parts = words(plain)
    return bool(parts) and all(part in known for part in parts) and not any(char.isdigit() for char in plain)


def _values_named(question: str, source: Source) -> Iterator[tuple[int, int]]:
    """Where values of the columns stand in the question, as far as the preview shows them."""
    for value in source.values:
        low = value.lower()
        for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", question, re.I):
            ordinary = low in EVERYDAY_WORDS or low in QUESTION_WORDS
            if not ordinary or (match[0] == value and value != low and match.start() > 0):
                yield match.span()


# --- what an analysis uses --------------------------------------------------------------------------------------------


def _is_used(mention: Mention, question: str, intent: Analysis) -> bool:
    before = question[: mention.start].lower()
    match intent:
        case Missing():
            # All columns are looked at, but in no groups.
            return not re.search(r"\b(by|per|each|every|across|between|among)\W*$", before)
        case GroupBy(value=None) | Trend(value=None) if re.search(
            r"\b(how many|numbers? of|counts?( of)?)\W*$", before
        ):
            # What is counted are the rows, by the name of their key.
            return True
        case _:
            return mention.column in _columns(intent)


def _columns(intent: Analysis) -> tuple[FileColumn | None, ...]:
    match intent:
        case Overview() | ListColumns() | ShowRows() | Missing() | Correlations():
            return ()
        case Describe():
            return (intent.column,)
        case GroupBy():
            return (*(key.column for key in intent.keys), intent.value)
        case Trend():
            return (intent.date, intent.value)
        case Regression():
            return (intent.x, intent.y)
        case _:
            assert_never(intent)


def _used(intent: Analysis) -> Iterator[str]:
    """Patterns of the words that ask for what `intent` does, whole phrases first."""
    match intent:
        case Overview():
            yield _OVERVIEW
        case ListColumns():
            yield _COLUMNS
        case ShowRows():
            yield rf"{'first|top|head' if intent.end == 'first' else 'last|tail'}|lines?|{intent.rows}"
        case Missing():
            yield _MISSING
        case Correlations():
            yield rf"correlat\w+|heat ?maps?|matrix|pairs?|pairwise|between|relation(?:ship)?s?|{_PICKING}"
        case Describe():
            yield from _used_of_a_column(intent)
        case GroupBy():
            yield from _used_of_groups(intent)
        case Trend():
            yield r"^\W*when"
            yield _IN_TIME
            yield rf"{_EXTREMES}|by|per|versus|vs|against|{_ONE_PERIOD}(?:{_OF_THE_UNIT[intent.unit]})"
            yield _OF_THE_STATISTIC[intent.how]
            yield from _sold(intent.value)
        case Regression():
            yield _REGRESSION
            yield _RELATING
            if intent.x is None or intent.y is None:
                yield _PICKING
        case _:
            assert_never(intent)


def _used_of_a_column(intent: Describe) -> Iterator[str]:
    yield rf"{_OF_A_COLUMN}|{_OF_THE_STATISTIC['count']}|missing"
    match intent.column.kind:
        case "number":
            yield _OF_NUMBERS
            for how in ("mean", "sum", "median", "min", "max", "std"):
                yield _OF_THE_STATISTIC[how]
        case "date":
            yield rf"{_OF_DATES}|{_OF_THE_STATISTIC['min']}|{_OF_THE_STATISTIC['max']}"
        case _:
            yield _OF_CATEGORIES


def _used_of_groups(intent: GroupBy) -> Iterator[str]:
    if intent.limit is not None:
        yield rf"(?:{_EXTREMES}|top|bottom)\s+{intent.limit}"
    units = [key.unit for key in intent.keys if key.unit is not None]
    if units:
        yield _IN_TIME
    for unit in units:
        yield rf"{_ONE_PERIOD}(?:{_OF_THE_UNIT[unit]})"
    yield _OF_THE_STATISTIC[intent.how]
    yield rf"{_EXTREMES}|top|bottom|common|frequent|{_GROUPING}|{_RELATING}"
    yield from _sold(intent.value)


def _sold(value: FileColumn | None) -> Iterator[str]:
    if value is not None and any(re.fullmatch(_SOLD, word) for word in value.words):
        yield _SOLD


def is_bare(words: str, mentioned: tuple[Mention, ...]) -> bool:
    """Whether nothing is left of `words` but column names and the everyday words of questions."""
    left = list(words)
    for mention in mentioned:
        left[mention.start : mention.end] = " " * (mention.end - mention.start)
    remaining = re.findall(r"[^\W\d_]+(?:'[a-z]+)?", "".join(left).lower())
    return all(word in QUESTION_WORDS or word in PLAIN_WORDS for word in remaining)
