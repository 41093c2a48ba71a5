"""Columns: what kind of values they hold, judged from a preview."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from lci.analyst.common_words import common
from lci.analyst.word_forms import name_words, singular
from lci.core.files import Column, Table, Value

Kind: TypeAlias = Literal["number", "date", "year", "category", "text", "id", "nested"]
Form: TypeAlias = Literal["typed", "plain", "symbols", "iso", "zoned", "dayfirst", "compact"]

_NUMBER_TYPE = re.compile(
    r"^(u?(tiny|small|medium|big|huge)?int(?!erval)|float|double|decimal|numeric|real|number)", re.I
)
_DATE_TYPE = re.compile(r"^(date|timestamp)", re.I)
_FLAG_TYPE = re.compile(r"^bool", re.I)
_ID_NAME = re.compile(
    r"^(unnamed.*|index|row ?(id|no|number|num)?"
    r"|.*(\b|[\u3040-\u9fff])(id|uuid|guid|key|zip|zipcode|postcode|phone|code)"
    r"|.*(番号|番號|コード|编号|編號|代码|工号|学号|单号))$"
)
_YEAR_NAME = re.compile(
    r"^(.*\b|.*[\u3040-\u9fff])?(year|yr|年|年度|年份)$"
    r"|^(year|yr) ?(of )?(built|build|sold|sale|made|founded|established|opened|released?|published|born|birth|joined"
    r"|hired|started|issued|produced|renovated|constructed|construction|completed)$"
)
_DATE_NAME = re.compile(r"date|day|time|日|月")
_PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_SYMBOLS = re.compile(r"^[($€£¥￥]*\s*[+-]?[$€£¥￥]?\s*\d{1,3}(,\d{3})*(\d*)(\.\d+)?\s*[%$€£¥円元)]*$")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATES = re.compile(
    rf"^(\d{{4}}[-/.](0?[1-9]|1[0-2])([-/.]\d{{1,2}}([T ]\d.*)?)?|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}( \d.*)?"
    rf"|\d{{1,2}}[ -]{_MONTH}[ ,-]+\d{{2,4}}|{_MONTH} ?(\d{{1,2}},? )?[ -]?\d{{4}})$",
    re.I,
)
#: A season or a financial year, which ends in the year after: 2021/22.
_TWO_YEARS = re.compile(r"^\d\d(\d\d)[-/–](\d\d)$")
_ZONE = re.compile(r"\d(Z|[+-]\d\d:?\d\d)$")
_FIRST_PART = re.compile(r"^(\d{1,2})([-/.])\d{1,2}[-/.]\d{2,4}")
_COMPACT = re.compile(r"^(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])$")
#: The part of a column's different values that are numbers, where it is one of numbers.
_NEARLY_ALL = 0.9
#: Who it was, by a number: a number of people is called otherwise.
_PERSON = re.compile(
    "^(subject|participant|rater|judge|assessor|panelist|panellist|respondent|taster|interviewer|評価者|被験者|回答者"
    "|審査員|測定者|担当者|受診者|受験者|評者|评委|评价者|受试者|被试|受访者|测试者|评分者|评审)$",
    re.I,
)
_MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "?"}


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column with the kind of its values; `form` says how they are written, which decides the conversion."""

    name: str
    kind: Kind
    form: Form = "typed"


def file_columns(table: Table) -> tuple[FileColumn, ...]:
    """The columns of `table` with their kinds, judged from their types and the rows shown."""
    rows = table.head + table.tail
    judged = [_judged(column, [row[at] for row in rows if at < len(row)]) for at, column in enumerate(table.columns)]
    # A number of its own for each row, called after what rows are, numbers them: the patient of a patient.
    numbered = unique_columns(table)
    return tuple(
        replace(each, kind="id") if each.kind == "number" and each.name in numbered and _is_noun(each.name) else each
        for each in judged
    )


def unique_columns(table: Table) -> frozenset[str]:
    """The columns that have another value in each row, as far as all rows were looked at."""
    whole = table.looked_at == table.rows
    return frozenset(
        column.name for column in table.columns if whole and column.nulls == 0 and column.distinct == table.rows
    )


def _is_noun(name: str) -> bool:
    words, typed = name_words(name), name.strip().lower()
    if singular(typed) != typed:
        return False  # "passengers" are how many there were
    return any(words in phrases for phrases in common().nouns.values())


def _judged(column: Column, values: Iterable[Value]) -> FileColumn:
    name = " ".join(_parts(column.name))
    known = [value for value in values if value is not None and str(value).strip().lower() not in _MISSING]
    texts = [str(value).strip() for value in known]
    if _DATE_TYPE.match(column.dtype):
        return FileColumn(column.name, "date", _date_form(texts))
    if column.dtype == "object" and texts and all(map(_is_nested, texts)):
        return FileColumn(column.name, "nested")
    if _FLAG_TYPE.match(column.dtype):
        return FileColumn(column.name, "category")
    numeric = bool(_NUMBER_TYPE.match(column.dtype))
    if _YEAR_NAME.match(name) and (numeric or texts) and all(_is_year(text) for text in texts):
        return FileColumn(column.name, "year", "typed" if numeric else "plain")
    if texts and _DATE_NAME.search(name) and all(_COMPACT.match(text.removesuffix(".0")) for text in texts):
        return FileColumn(column.name, "date", "compact")
    if _ID_NAME.match(name) or (numeric and _PERSON.match(name)):
        return FileColumn(column.name, "id")
    if numeric:
        return FileColumn(column.name, "number")
    different = [str(value).strip() for value in column.values if str(value).strip().lower() not in _MISSING]
    if _mostly(_PLAIN, texts) and not _mostly(_PLAIN, different or texts, _NEARLY_ALL):
        return FileColumn(column.name, "category")  # room 101, 102 and the great hall
    return _judged_text(column.name, texts)


def _is_nested(text: str) -> bool:
    """Whether a preview shows a list or an object, which cannot be compared with others."""
    return text[:1] + text[-1:] in ("[]", "{}")


def _judged_text(name: str, texts: list[str]) -> FileColumn:
    if _mostly(_PLAIN, texts):
        return FileColumn(name, "number", "plain")
    if _mostly(_DATES, texts) and not _are_two_years(texts):
        return FileColumn(name, "date", _date_form(texts))
    if _mostly(_SYMBOLS, texts):
        return FileColumn(name, "number", "symbols")
    if texts and sum(map(len, texts)) / len(texts) > 40:
        return FileColumn(name, "text")
    return FileColumn(name, "category")


def _mostly(pattern: re.Pattern[str], texts: list[str], least: float = 0.8) -> bool:
    return bool(texts) and sum(1 for text in texts if pattern.match(text)) >= least * len(texts)


def _are_two_years(texts: list[str]) -> bool:
    """Whether each names a year and the one after it, and more than one such pair is there: 2011/12 is no December."""
    named = [_TWO_YEARS.match(text) for text in texts]
    return len(set(texts)) > 1 and all(each is not None and (int(each[1]) + 1) % 100 == int(each[2]) for each in named)


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
