"""How one number comes of others: the relations a sentence can state, the words that state them, the arithmetic."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Literal, TypeAlias

Relation: TypeAlias = Literal["difference", "share", "total", "times", "change", "quotient"]

#: The words that state a relation, in English (with some German and French), Japanese and Chinese. A quotient
#: that is neither a share nor a multiple is stated by nothing but the calculation written out.
_WORDS: dict[Relation, str] = {
    "difference": (
        r"differen|\bgap\b|\bmore\b|\bless\b|\bfewer\b|higher|lower|larger|smaller|above|below|\bthan\b|\bexceed|\bspread\b|"
        r"\brange\b|increas|decreas|\brose\b|\brise|\bfell\b|\bfall|drop|grew|growth|gain|declin|\bup\b|\bdown\b|\bby\b|"
        r"ahead|behind|margin of|remain|left over|Unterschied|Differenz|mehr als|weniger|différence|écart|"
        r"差|増|減|多い|少ない|高い|低い|上回|下回|より|残り|"
        r"比|多|少|高|低|增|减|上升|下降|下跌|超出|剩|其余"
    ),
    "share": (
        r"share|(?:%|percent|per cent) of\b|\d of (?:the )?\d|out of|proportion|portion|fraction|ratio|account|"
        r"makes? up|made up|represent|constitut|rate\b|contribut|Anteil|Prozent der|part de|représente|"
        r"(?:の|的)\s?[\d.]+\s?[%％]|中有|中的|占|割合|比率|率|割|成|构成|比例|うち|其中|百分之"
    ),
    "total": (
        r"total|\bsums?\b|altogether|combined|together|in all|overall|\badd(?:s|ed)? up|insgesamt|Summe|zusammen|"
        r"全体|ensemble|somme|合計|計|総|合わせ|全部|总|總|共|合计|加起来|累計|累计"
    ),
    "times": r"times|\bfold\b|-fold|\d\s?x\b|×|doubl|tripl|ratio|factor|multiple|mal so|-?fach|fois|倍|比率|比值",
    "change": (
        r"increas|decreas|\brose\b|\brise|\bfell\b|\bfall|drop|grew|grow|gain|declin|chang|higher|lower|\bmore\b|\bless\b|"
        r"fewer|larger|smaller|\bup\b|\bdown\b|jump|climb|shr[aiu]nk|reduc|improv|premium|discount|cheaper|dearer|faster|"
        r"slower|gestiegen|gesunken|Zunahme|Rückgang|stieg|sank|hausse|baisse|augment|diminu|"
        r"増|減|上昇|下落|低下|伸び|成長|変化|高い|低い|多い|少ない|增|减|涨|跌|升|降|变化|提高|高出|低于"
    ),
}
#: The signs of a calculation that is written out.
SIGNS: dict[str, Relation] = {
    **dict.fromkeys("-−－–", "difference"), **dict.fromkeys("/÷／", "quotient"), **dict.fromkeys("+＋", "total"),
}  # fmt: skip
_PATTERNS = {relation: re.compile(words, re.IGNORECASE) for relation, words in _WORDS.items()}

#: Words by which a number without a sign may stand for one below zero.
_FALLING = re.compile(
    r"decreas|\bfell\b|\bfall|drop|declin|\bdown\b|lower|below|\bloss|\blost\b|\blose|negativ|deficit|\bminus\b|\bless\b|"
    r"fewer|under|behind|shorter|cheaper|colder|cooler|smaller|slower|worse|shr[aiu]nk|reduc|cut\b|differen|\bgap\b|"
    r"short of|contract|drag|invers|drawdown|sank|gesunken|Rückgang|Verlust|weniger|baiss|perte|"
    r"減|低下|下落|下が|赤字|損|マイナス|負|少な|低い|下回|差|减|降|跌|亏|损|少|低|负|下滑",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=256)
def related(sentence: str) -> tuple[Relation, ...]:
    """The relations that words of a sentence state; remembered, for each of its numbers asks."""
    return tuple(relation for relation, words in _PATTERNS.items() if words.search(sentence) is not None)


@functools.lru_cache(maxsize=256)
def falls(sentence: str) -> bool:
    """Whether a number without a sign may stand for one below zero there."""
    return _FALLING.search(sentence) is not None


@dataclass(frozen=True, slots=True)
class Operand:
    """A number that another came of: how it is written, and what it is worth there and in the sentence."""

    text: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Calculation:
    """How a number comes of its operands, in their order: a − b, a ÷ b, their sum; `result` before it was rounded.

    A share and a change are of 1, not of 100.
    """

    relation: Relation
    operands: tuple[Operand, ...]
    result: Decimal


def of_two(relation: Relation, first: Operand, second: Operand) -> Calculation | None:
    """`second` compared with `first` by that relation; None where there is no such number."""
    a, b = first.value, second.value
    try:
        match relation:
            case "difference":
                result = a - b
            case "share" | "times" | "quotient":
                result = a / b
            case "change":
                result = (a - b) / abs(b)
            case "total":
                result = a + b
    except (DivisionByZero, InvalidOperation):
        return None
    return Calculation(relation, (first, second), result)


def of_all(operands: Sequence[Operand]) -> Calculation:
    """Their total."""
    return Calculation("total", tuple(operands), sum((operand.value for operand in operands), Decimal(0)))


def pairs(operands: Sequence[Operand]) -> Iterator[tuple[Operand, Operand]]:
    """Every two of them, either way round."""
    for at, first in enumerate(operands):
        for other, second in enumerate(operands):
            if at != other:
                yield first, second
