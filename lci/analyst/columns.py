"""Columns: what kind of values they hold, judged from a preview, and which of them a question speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from lci.analyst.vocabulary import QUESTION_WORDS
from lci.analyst.writing import UNITS
from lci.core.files import Column, Table, Value

Kind: TypeAlias = Literal["number", "date", "year", "category", "text", "id"]
Form: TypeAlias = Literal["typed", "plain", "symbols", "iso", "zoned", "dayfirst", "compact"]

_NUMBER_TYPE = re.compile(
    r"^(u?(tiny|small|medium|big|huge)?int(?!erval)|float|double|decimal|numeric|real|number)", re.I
)
_DATE_TYPE = re.compile(r"^(date|timestamp)", re.I)
_FLAG_TYPE = re.compile(r"^bool", re.I)
_ID_NAME = re.compile(
    r"^(unnamed.*|index|row ?(id|no|number|num)?|.*\b(id|uuid|guid|key|zip|zipcode|postcode|phone|code))$"
)
_YEAR_NAME = re.compile(r"^(.*\b)?(year|yr|年|年度|年份)$")
_DATE_NAME = re.compile(r"date|day|time|日|月")
_PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_SYMBOLS = re.compile(r"^[($€£¥]*\s*[+-]?[$€£¥]?\s*\d{1,3}(,\d{3})*(\d*)(\.\d+)?\s*[%$€£¥)]*$")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATES = re.compile(
    rf"^(\d{{4}}[-/.]\d{{1,2}}([-/.]\d{{1,2}}([T ]\d.*)?)?|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}( \d.*)?"
    rf"|\d{{1,2}}[ -]{_MONTH}[ ,-]+\d{{2,4}}|{_MONTH} ?(\d{{1,2}},? )?[ -]?\d{{4}})$",
    re.I,
)
_ZONE = re.compile(r"\d(Z|[+-]\d\d:?\d\d)$")
_FIRST_PART = re.compile(r"^(\d{1,2})([-/.])\d{1,2}[-/.]\d{2,4}")
_COMPACT = re.compile(r"^(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])$")
_MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "?"}


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column with the kind of its values; `form` says how they are written, which decides the conversion."""

    name: str
    kind: Kind
    form: Form = "typed"

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its name, lower case and singular."""
        return words(self.name)


@dataclass(frozen=True, slots=True)
class Mention:
    """A column named in a question, where it stands there, and the other columns the words could have meant."""

    column: FileColumn
    start: int
    end: int
    phrase: str
    score: float
    others: tuple[str, ...] = ()


def file_columns(table: Table) -> tuple[FileColumn, ...]:
    """The columns of `table` with their kinds, judged from their types and the rows shown."""
    rows = table.head + table.tail
    return tuple(_judged(column, [row[at] for row in rows if at < len(row)]) for at, column in enumerate(table.columns))


def _judged(column: Column, values: Iterable[Value]) -> FileColumn:
    name = " ".join(_parts(column.name))
    known = [value for value in values if value is not None and str(value).strip().lower() not in _MISSING]
    texts = [str(value).strip() for value in known]
    if _DATE_TYPE.match(column.dtype):
        return FileColumn(column.name, "date", _date_form(texts))
    if _FLAG_TYPE.match(column.dtype):
        return FileColumn(column.name, "category")
    numeric = bool(_NUMBER_TYPE.match(column.dtype))
    if _YEAR_NAME.match(name) and (numeric or texts) and all(_is_year(text) for text in texts):
        return FileColumn(column.name, "year", "typed" if numeric else "plain")
    if texts and _DATE_NAME.search(name) and all(_COMPACT.match(text.removesuffix(".0")) for text in texts):
        return FileColumn(column.name, "date", "compact")
    if _ID_NAME.match(name):
        return FileColumn(column.name, "id")
    if numeric:
        return FileColumn(column.name, "number")
    return _judged_text(column.name, texts)


def _judged_text(name: str, texts: list[str]) -> FileColumn:
    if _mostly(_PLAIN, texts):
        return FileColumn(name, "number", "plain")
    if _mostly(_DATES, texts):
        return FileColumn(name, "date", _date_form(texts))
    if _mostly(_SYMBOLS, texts):
        return FileColumn(name, "number", "symbols")
    if texts and sum(map(len, texts)) / len(texts) > 40:
        return FileColumn(name, "text")
    return FileColumn(name, "category")


def _mostly(pattern: re.Pattern[str], texts: list[str]) -> bool:
    return bool(texts) and sum(1 for text in texts if pattern.match(text)) >= 0.8 * len(texts)


def _is_year(text: str) -> bool:
    digits = text.removesuffix(".0")
    return digits.isdecimal() and 1000 <= int(digits) <= 2200


def _date_form(texts: list[str]) -> Form:
    if any(_ZONE.search(text) and ":" in text for text in texts):
        return "zoned"
    firsts = [match for text in texts if (match := _FIRST_PART.match(text))]
    if any(int(match[1]) > 12 or match[2] == "." for match in firsts):
        return "dayfirst"
    return "iso"


def _parts(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [part for part in re.split(r"[\W_]+", spaced.lower()) if part]


def singular(word: str) -> str:
    """A word without its plural ending; crude, but the same on both sides of a comparison."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def words(text: str) -> tuple[str, ...]:
    """The words of a name or question, lower case and singular."""
    return tuple(singular(part) for part in _parts(text))


def mentions(question: str, columns: tuple[FileColumn, ...]) -> tuple[Mention, ...]:
    """The columns `question` names, in the order of the words; no two share a word.

    Quoted and backticked names must fit exactly but for case; everything else may miss a unit, a plural or a letter.
    """
    candidates = [*_quoted(question, columns), *_verbatim(question, columns), *_by_words(question, columns)]
    candidates.sort(key=lambda m: (-m.score, m.start - m.end, m.start))
    taken: list[Mention] = []
    for candidate in candidates:
        if all(candidate.end <= other.start or candidate.start >= other.end for other in taken):
            rivals = tuple(
                dict.fromkeys(
                    other.column.name
                    for other in candidates
                    if (other.start, other.end, other.score) == (candidate.start, candidate.end, candidate.score)
                    and other.column != candidate.column
                )
            )
            taken.append(
                Mention(candidate.column, candidate.start, candidate.end, candidate.phrase, candidate.score, rivals)
            )
    return tuple(sorted(taken, key=lambda m: m.start))


def _quoted(question: str, columns: tuple[FileColumn, ...]) -> Iterable[Mention]:
    for match in re.finditer(r"`([^`]+)`|\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|'([^']+)'(?!\w)", question):
        name = next(group for group in match.groups() if group is not None)
        for column in columns:
            if column.name.strip().lower() == name.strip().lower():
                yield Mention(column, match.start(), match.end(), name, 3.0 if column.name == name else 2.9)


def _verbatim(question: str, columns: tuple[FileColumn, ...]) -> Iterable[Mention]:
    """Names that word splitting cannot find: other scripts without spaces, names full of signs."""
    low = question.lower()
    for column in columns:
        name = column.name.strip().lower()
        start = low.find(name)
        odd = not name.isascii() or not re.fullmatch(r"\w+", name)
        if odd and len(name) > 1 and start >= 0 and len(low) == len(question):
            yield Mention(column, start, start + len(name), name, 1.5 + min(len(name), 99) / 1000)


def _by_words(question: str, columns: tuple[FileColumn, ...]) -> Iterable[Mention]:
    tokens = [
        (match[0].lower(), match.start(), match.end()) for match in re.finditer(r"[^\W_]+(?:_[^\W_]+)*", question)
    ]
    for column in columns:
        for first in range(len(tokens)):
            for last in range(first, min(first + 6, len(tokens))):
                window = tokens[first : last + 1]
                phrase = question[window[0][1] : window[-1][2]]
                score = _likeness(tuple(word for token, _, _ in window for word in words(token)), phrase, column)
                if score > 0:
                    yield Mention(column, window[0][1], window[-1][2], phrase, score)


def _likeness(words: tuple[str, ...], text: str, column: FileColumn) -> float:
    """How well words fit a column's name: above 1 the whole name, below 0.8 a part or a misspelling of it."""
    name = column.words
    if not name or not words:
        return 0.0
    if words == name:
        return 1.2 + len(words) / 100
    if "".join(words) == "".join(name):
        return 1.1 + len(words) / 100
    bare = name[:-1] if len(name) > 1 and name[-1] in {singular(unit) for unit in UNITS} else name
    if words == bare:
        return 1.0 + len(words) / 100
    spoken = {word for part in text.lower().split() for word in (part, singular(part))}
    if spoken & QUESTION_WORDS or len("".join(words)) < 3:
        return 0.0
    if len(words) < len(name) and _contains(name, words):
        # The last word of an English name is its head: "mass" is nearer to body_mass than to mass_unit.
        return 0.7 + len(words) / 100 + (0.02 if bare[-len(words) :] == words else 0.0)
    ratio = SequenceMatcher(None, "".join(words), "".join(bare)).ratio()
    if len("".join(words)) >= 4 and ratio >= 0.82 and abs(len(words) - len(bare)) <= 1:
        return 0.6 * ratio
    if len(words) == 1 and any(_one_begins_other(words[0], word) for word in bare):
        return 0.55
    return 0.0


def _one_begins_other(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return len(short) >= 4 and long.startswith(short)


def _contains(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(name[at : at + len(words)] == words for at in range(len(name) - len(words) + 1))
