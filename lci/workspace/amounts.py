"""Amounts that a file holds as text, as $1,293.84, 10% or (5): told apart from words, and sorted as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lci.core.files import Value

#: A number with signs of money or per cent, or in parentheses, as accountants write one below zero.
_AMOUNT = re.compile(r"\s*[($€£¥￥+-]*\s*(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?\s*[%$€£¥円元)]*\s*")


def are_amounts(values: Iterable[Value]) -> bool:
    """Whether they are texts, some at least, and all of them amounts."""
    texts = [value for value in values if value is not None]
    return bool(texts) and all(
        isinstance(text, str) and any(map(str.isdigit, text)) and _AMOUNT.fullmatch(text) for text in texts
    )


def amount_sql(column: str) -> str:
    """The number that a text of the quoted column is, as SQL; NULL of one that is no amount."""
    signed = rf"regexp_replace({column}, '^\s*\((.*)\)', '-\1')"
    return f"TRY_CAST(regexp_replace({signed}, '[^0-9.eE+-]', '', 'g') AS DOUBLE)"
