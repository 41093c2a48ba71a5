"""What a call of pandas must be told so that it loses nothing: codes, ids, dates, words that are no missing values.

Decided by what the call returns beside the cells as they are written: an argument is there only if it changes a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from lci.core.files import ColumnKind
from lci.core.remarks import Remark
from lci.workspace.calls import Call
from lci.workspace.dates import date_form
from lci.workspace.inference import MISSING
from lci.workspace.request import warning

if TYPE_CHECKING:
    import pandas as pd

#: Integers beyond are no longer exact as floats, which a column with gaps is made of.
_EXACT = 2**53
#: Columns that are looked at one by one.
_COLUMNS = 500
_SHOWN = 20
_DATES = ("day_first", "month_first")
_TYPES: Mapping[ColumnKind, Any] = {"text": str, "integer": "Int64", "number": "float64"}

#: Names of columns with what the person says they hold.
Kinds: TypeAlias = Sequence[tuple[str, ColumnKind]]


@dataclass(frozen=True, slots=True)
class Amended:
    """A call, what it returns, the cells as written in the same shape, and what is odd about them."""

    call: Call
    frame: pd.DataFrame
    cells: pd.DataFrame
    warnings: tuple[Remark, ...]


def amended(read: Callable[[Call], pd.DataFrame], call: Call, cells: pd.DataFrame, kinds: Kinds = ()) -> Amended:
    """The call with what it must be told about the columns, whose `cells` it would return as texts.

    `read` carries a call out; `kinds` is what the person says of columns. Raises what pandas raises for the call.
    """
    plain, frame = call, read(call)
    warnings: list[Remark] = []
    names = list(frame.columns)[:_COLUMNS]
    texts: list[Any] = []
    exact: list[Any] = []
    zeros: list[Any] = []
    reformed: list[Any] = []
    given = {name: kind for name in frame.columns for column, kind in kinds if str(name) == column}
    for at, name in enumerate(names):
        written, returned = cells.iloc[:, at], frame.iloc[:, at]
        if name in given or _is_text(returned):
            continue
        # A row that is too short has no text there at all.
        known = [text for text in written.tolist() if isinstance(text, str) and text not in MISSING]
        if _is_mixed(returned):
            texts.append(name)
        elif _has_zeros(known):
            zeros.append(name)
        elif _loses_digits(known, returned):
            exact.append(name)
        elif str(returned.dtype) == "float64" and _is_reformed(known):
            reformed.append(name)
    types = dict.fromkeys((*texts, *zeros), str) | dict.fromkeys(exact, "Int64")
    if zeros:
        warnings.append(warning("leading_zeros", names=_joined(zeros)))
    if texts:
        warnings.append(warning("mixed_types", names=_joined(texts)))
    if reformed:
        warnings.append(warning("numbers_rewritten", names=_joined(reformed)))
    call = call.with_(dtype=types or None)
    call, remarks = _with_dates(call, cells, frame, given)
    warnings += remarks
    call, remarks = _with_words(call, cells, frame)
    warnings += remarks
    frame = frame if call == plain else read(call)
    if given:
        call, frame, remarks = _with_kinds(read, call, frame, given)
        warnings += remarks
    return Amended(call, frame, cells, tuple(warnings))


def _with_kinds(
    read: Callable[[Call], pd.DataFrame], call: Call, frame: pd.DataFrame, given: Mapping[Any, ColumnKind]
) -> tuple[Call, pd.DataFrame, list[Remark]]:
    """The columns as the person says, one after the other: what cannot be read so stays as it is, and is named."""
    refused = [
        name for name, kind in given.items() if kind in _DATES and name not in call.arguments.get("parse_dates", ())
    ]
    for name, kind in given.items():
        if kind in _DATES:
            continue
        typed = call.with_(dtype={**call.arguments.get("dtype", {}), name: _TYPES[kind]})
        try:
            frame, call = read(typed), typed
        except (ValueError, TypeError, OverflowError):
            refused.append(name)
    return call, frame, [warning("kinds_refused", names=_joined(refused))] if refused else []


def _is_text(read: pd.Series) -> bool:
    return str(read.dtype) == "str"


def _is_mixed(read: pd.Series) -> bool:
    """Whether parts of a long column were read as numbers, others as texts."""
    return read.dtype == object and len(set(map(type, read.dropna()))) > 1


# Texts are matched one by one until one decides: pandas' own matching looks at each of them, and takes longer for it.
_ZERO, _DIGITS = re.compile(r"\s*(?:0\d|\+\d{7})"), re.compile(r"\s*\+?\d+\s*")
_LONG, _INTEGER = re.compile(r"\s*[+-]?\d{16,}\s*"), re.compile(r"\s*[+-]?\d{1,19}\s*")
_POWER, _VERSION = re.compile(r"\s*\d+[eE]\d+\s*"), re.compile(r"\s*\d+\.\d{1,2}\s*")


def _has_zeros(known: Sequence[str]) -> bool:
    """Whether reading these digits as numbers would lose zeros, or the sign before a telephone number."""
    return all(map(_DIGITS.fullmatch, known)) and any(map(_ZERO.match, known))


def _loses_digits(known: Sequence[str], read: pd.Series) -> bool:
    """Whether integers became floats that cannot hold them, for the want of some."""
    if not str(read.dtype).startswith("float") or not all(map(_INTEGER.fullmatch, known)):
        return False
    if not any(map(_LONG.fullmatch, known)):
        return False
    return _EXACT < max(abs(int(text)) for text in known) < 2**63


def _is_reformed(known: Sequence[str]) -> bool:
    """Whether numbers look like names that a number cannot keep: versions (1.9, 1.10), codes such as 2E10."""
    if any(map(_POWER.fullmatch, known)):
        return True
    if not known or not all(map(_VERSION.fullmatch, known)):
        return False
    decimals = {text.strip().partition(".")[2] for text in known}
    return len(set(map(len, decimals))) > 1 and any(each.endswith("0") for each in decimals if len(each) > 1)


def _with_dates(
    call: Call, cells: pd.DataFrame, frame: pd.DataFrame, given: Mapping[Any, ColumnKind]
) -> tuple[Call, list[Remark]]:
    formats: dict[Any, str] = {}
    columns: list[Any] = []
    unclear: list[Any] = []
    if frame.columns.nlevels > 1:
        return call, []
    for at, name in enumerate(list(frame.columns)[:_COLUMNS]):
        kind = given.get(name)
        if kind not in _DATES if kind is not None else not _is_text(frame.iloc[:, at]):
            continue
        written = cells.iloc[:, at]
        form = date_form(written[~written.isin(list(MISSING))], kind)
        if form is None:
            continue
        columns.append(name)
        if form.pattern is not None:
            formats[name] = form.pattern
        if form.other is not None:
            unclear.append(name)
    if not columns:
        return call, []
    patterns = set(formats.values())
    alone = len(patterns) == 1 and len(formats) == len(columns)
    dated = call.with_(parse_dates=columns, date_format=(patterns.pop() if alone else formats) or None)
    return dated, [
        warning("ambiguous_dates", names=_joined(unclear), order=_order(formats, unclear))
    ] if unclear else []


def _order(formats: dict[Any, str], unclear: Sequence[Any]) -> str:
    return "day first" if formats[unclear[0]].startswith("%d") else "month first"


def _with_words(call: Call, cells: pd.DataFrame, frame: pd.DataFrame) -> tuple[Call, list[Remark]]:
    """Keep words such as NA where they are a value among others of their kind; say where they are read as missing."""
    names = list(frame.columns)
    words: dict[Any, list[str]] = {}
    for at, name in enumerate(names[:_COLUMNS]):
        if not _is_text(frame.iloc[:, at]):
            continue
        written = cells.iloc[:, at]
        there = [word for word in written[written.isin(list(MISSING))].unique() if word]
        if there:
            words[name] = there
    if not words or frame.columns.nlevels > 1:
        return call, []
    dates = call.arguments.get("parse_dates", ())
    texts = {at for at, name in enumerate(names) if name in words and name not in dates}
    # What a column of numbers or dates writes where it has none is the file's word for nothing.
    other = cells.iloc[:, [at for at in range(min(len(names), _COLUMNS)) if at not in texts]]
    is_level = not (other == _LEVEL).any(axis=None)
    kept = [
        name
        for at, name in enumerate(names)
        if name in words
        and (_are_codes(cells.iloc[:, at], words[name]) or (is_level and _are_levels(cells.iloc[:, at], words[name])))
    ]
    lost = [name for name in words if name not in kept]
    warnings = [warning("missing_words", names=_joined(lost), words=", ".join(words[lost[0]]))] if lost else []
    if not kept:
        return call, warnings
    missing = {
        name: sorted(set(cells.iloc[:, at].unique()) & MISSING if name not in kept else {""})
        for at, name in enumerate(names)
        if name not in kept or (cells.iloc[:, at] == "").any()
    }
    used = {name: each for name, each in missing.items() if each}
    alone = used and all(each == [""] for each in used.values())
    warnings.append(warning("words_kept", names=_joined(kept), words=", ".join(words[kept[0]])))
    return call.with_(keep_default_na=False, na_values=([""] if alone else used) or None), warnings


def _are_codes(written: pd.Series, words: Sequence[str]) -> bool:
    """Whether the column holds short codes of one shape, which the word has, too: NA among NO, NR, JP."""
    others = {text for text in written.unique() if text and text not in MISSING}
    if words != ["NA"] or len(others) < 2:
        return False
    return all(re.fullmatch(r"[A-Z]{2}", text) for text in others)


#: A word of people, as in low, some, none, as well as of programs; `none` and `NONE` pandas keeps anyway.
_LEVEL = "None"
_FEW = 12
_ANSWERS = frozenset({"true", "false", "yes", "no", "y", "n", _LEVEL.lower()})


def _are_levels(written: pd.Series, words: Sequence[str]) -> bool:
    """Whether the word is one of a few that come back: None beside Low and High."""
    known = written[~written.isin(list(MISSING - {_LEVEL}))]
    if words != [_LEVEL] or {text.lower() for text in known} <= _ANSWERS:
        return False
    return 2 < known.nunique() <= _FEW and known.nunique() * 2 <= len(known)


def _joined(names: Sequence[Any]) -> str:
    return ", ".join(map(str, names[:_SHOWN]))
