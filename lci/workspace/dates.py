"""The form in which a column of texts writes dates, as `date_format` has it, and whether it could be another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lci.core.files import ColumnKind

if TYPE_CHECKING:
    import pandas as pd

#: Texts that a form is found from; the whole column must have it in the end.
_LOOKED_AT = 200
_DAY_AND_MONTH = ("%m{0}%d{0}%Y", "%d{0}%m{0}%Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", "T%H:%M:%S.%f")
_MONTH_NAMES = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%b %Y", "%B %Y")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_DIGITS = re.compile(r"(?:19|20)\d{6}")
_SHAPE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}( .*)?|\d{4}年\d{1,2}月\d{1,2}日"
    r"|\d{1,2}[ -][A-Za-z]{3,9}\.?[ -]\d{2,4}|[A-Za-z]{3,9}\.? (\d{1,2}, )?\d{4}"
)


@dataclass(frozen=True, slots=True)
class DateForm:
    """`pattern` for `date_format`, None where pandas finds it by itself; `other` is a pattern that fits as well."""

    pattern: str | None
    other: str | None = None


def date_form(texts: pd.Series, kind: ColumnKind | None = None) -> DateForm | None:
    """The form of these texts, none of them missing; None where they are no dates, or of several forms.

    Where the person says by `kind` that they are dates, digits alone may be some, and the order is as it says.
    """
    distinct = texts.drop_duplicates().str.strip()
    first = list(distinct.iloc[:_LOOKED_AT])
    if kind is not None and first and all(_DIGITS.fullmatch(text) for text in first):
        return DateForm("%Y%m%d") if _read(distinct, "%Y%m%d").notna().all() else None
    if not first or not all(_SHAPE.fullmatch(text) for text in first):
        return None
    if all(map(_ISO.fullmatch, first)):
        return DateForm(None if len({len(text) for text in first}) == 1 else "ISO8601")
    fitting = [each for each in _candidates(first[0]) if all(_has_form(text, each) for text in first)]
    whole = [(each, dates) for each in fitting if (dates := _read(distinct, each)).notna().all()]
    if not whole:
        return None
    if kind is not None:
        begins = "%m" if kind == "month_first" else "%d"
        return DateForm(min(whole, key=lambda each: not each[0].startswith(begins))[0])
    # Rows are often in the order of time: of two forms that one is likelier under which they are.
    likely = sorted(whole, key=lambda each: not each[1].is_monotonic_increasing)
    return DateForm(likely[0][0], likely[1][0] if len(likely) > 1 else None)


def _read(texts: pd.Series, form: str) -> pd.Series:
    import pandas as pd

    return pd.to_datetime(texts, format=form, errors="coerce")


def _candidates(text: str) -> Iterator[str]:
    if "年" in text:
        yield "%Y年%m月%d日"
        return
    if re.search(r"[A-Za-z]{3}", text[:8]):
        yield from _MONTH_NAMES
        return
    mark = re.sub(r"\d", "", text)[:1]
    year_first = re.match(r"\d{4}\D", text) is not None
    dates = [f"%Y{mark}%m{mark}%d"] if year_first else [each.format(mark) for each in _DAY_AND_MONTH]
    # With dots the day comes first wherever they are used.
    for date in dates[-1:] if mark == "." else dates:
        yield from (date + time for time in _TIMES)


def _has_form(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
