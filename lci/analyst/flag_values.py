"""Pairs of values of which one says yes and the other no, and conditions that ask for what is not so."""

from __future__ import annotations

from lci.analyst.plan import Condition
from lci.core.files import Value

_YES_AND_NO = (
    ("true", "false"), ("1", "0"), ("yes", "no"), ("y", "n"), ("是", "否"), ("有", "无"),
    ("はい", "いいえ"), ("t", "f"), ("する", "しない"), ("した", "しない"), ("した", "しなかった"),
    ("あり", "なし"), ("有り", "無し"), ("有", "無"),
)  # fmt: skip
#: "F" is as often a woman.
_NO = frozenset(no for _, no in _YES_AND_NO) - {"f"}


def yes_of(known: tuple[Value, ...]) -> Value:
    """The value that means yes where the others mean no, None where they mean neither."""
    if len(known) != 2:
        return None
    by_word = {_word(value): value for value in known}
    for yes, no in _YES_AND_NO:
        if by_word.keys() == {yes, no}:
            return by_word[yes]
    return None


def is_no(value: Value) -> bool:
    """Whether the value says no, whatever its column says."""
    return _word(value) in _NO


def excludes(condition: Condition) -> bool:
    """Whether rows are asked for that are not so; of a column of yes and no that is asked by its no."""
    return condition.comparison == "not_equal" or (
        condition.comparison == "equal" and len(condition.values) == 1 and is_no(condition.values[0])
    )


def _word(value: Value) -> str:
    return str(value).strip().lower()
