"""Amounts that a file holds as text, as $1,293.84, 10% or (5): told apart from words, and sorted as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lci.core.files import Value

#: A number with signs of money or per cent, or in parentheses, as accountants write one below zero.
_AMOUNT = re.compile(r"[-+]?[$€£¥￥]?[(+-]?[$€£¥￥]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)?(\.[0-9]+)? ?[%$€£¥円元]?\)?")
#: Characters of an amount at most: longer texts are none, and are not looked through.
_LONGEST = 40


def are_amounts(values: Iterable[Value]) -> bool:
    """Whether they are texts, some at least, and all of them amounts."""
    texts = [value for value in values if value is not None]
    return bool(texts) and all(isinstance(text, str) and _is_amount(text.strip()) for text in texts)


def _is_amount(text: str) -> bool:
    is_short = len(text) <= _LONGEST and any(map(str.isdigit, text))
    signs = sum(text.count(sign) for sign in "(+-")
    return is_short and signs <= 1 and text.count("(") == text.count(")") and _AMOUNT.fullmatch(text) is not None


def amount_sql(column: str) -> str:
    """The number that a text of the quoted column is, as SQL; NULL of one that has no digits."""
    digits = f"TRY_CAST(regexp_replace({column}, '[^0-9.]', '', 'g') AS DOUBLE)"
    return f"CASE WHEN regexp_matches({column}, '[(-]') THEN -{digits} ELSE {digits} END"
