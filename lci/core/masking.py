"""Values that may not leave, found again in any text: their words whole, their numbers at any precision.

It would rather mask too much than too little: a number in a text is masked when a masked value could be printed so,
and what is cut off where it could be the beginning of one is masked, too.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from lci.core.files import Value

#: What stands where a value stood.
MASK = "▮"

#: Distinct words and numbers beyond which a column is too much to look for.
_MOST = 300_000

_NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?")
# A number that is not glued to letters, or a run of letters and digits of any script.
_TOKEN = re.compile(rf"(?<![^\W_])(?:{_NUMERAL.pattern})(?![^\W_])|[^\W_]+")
#: The same after a line's end or a tab as `repr` and JSON write them, whose letter would be taken for the word's first.
_TOKEN_AFTER_ESCAPE = re.compile(rf"(?<=\\[abfnrtv])(?:{_NUMERAL.pattern}(?![^\W_])|[^\W_]+)")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
#: Scripts that write without spaces: a word may stand anywhere in a run of them.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
#: Characters written as Python's `repr` and JSON write them.
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|(?:\\x[0-9a-fA-F]{2})+")
_CUT_OFF = ("...", "…")
#: Letters or digits of a mixed word that are looked for by themselves, at least.
_PART_CHARS = 3
_LONGEST_UNSPACED = 24


@dataclass(frozen=True, slots=True)
class MaskedValues:
    """What to look for: words in lower case, magnitudes of numbers in ascending order."""

    words: frozenset[str] = frozenset()
    numbers: tuple[float, ...] = ()

    @classmethod
    def of(cls, values: Iterable[Value]) -> MaskedValues | None:
        """What `values` are made of; None when there are too many different ones to look for."""
        words: set[str] = set()
        numbers: set[float] = set()
        for value in values:
            if value is None:
                continue
            for token in _TOKEN.findall(str(value)):
                number = _number(token)
                if number is not None:
                    numbers.add(number[0])
                else:
                    words.update(_words(token))
            if len(words) > _MOST or len(numbers) > _MOST:
                return None
        return cls(frozenset(words), tuple(sorted(numbers)))

    def __or__(self, other: MaskedValues) -> MaskedValues:
        return MaskedValues(self.words | other.words, tuple(sorted({*self.numbers, *other.numbers})))

    def without(self, text: str) -> str:
        """`text` with the mask in place of each word and number that could be one of the values."""
        if not self.words and not self.numbers:
            return text

        def told(token: re.Match[str]) -> str:
            return MASK if token.string.startswith(_CUT_OFF, token.end()) else self._told(token[0])

        return _TOKEN_AFTER_ESCAPE.sub(told, _TOKEN.sub(told, _ESCAPED.sub(_unescaped, text)))

    def _told(self, token: str) -> str:
        number = _number(token)
        if number is not None:
            return MASK if self._holds(*number) else token
        if any(word in self.words for word in _words(token)) or any(
            (part := _number(digits)) is not None and self._holds(*part)
            for digits in _PARTS.findall(token)
            if digits.isascii() and digits.isdigit()
        ):
            return MASK
        return _UNSPACED.sub(lambda run: self._unspaced(run[0]), token)

    def _unspaced(self, run: str) -> str:
        for size in range(min(len(run), _LONGEST_UNSPACED), 0, -1):
            for start in range(len(run) - size + 1):
                if run[start : start + size] in self.words:
                    return self._unspaced(run[:start]) + MASK + self._unspaced(run[start + size :])
        return run

    def _holds(self, number: float, unit: float) -> bool:
        """Whether a value, rounded or cut to multiples of `unit`, could read `number`."""
        # No finer than floats of this size are.
        unit = max(unit, 2 * math.ulp(number))
        at = bisect_left(self.numbers, number - unit)
        # Both ends of the interval are open, but floats are not exact.
        while at < len(self.numbers) and self.numbers[at] < number + unit:
            if abs(self.numbers[at] - number) < unit * (1 - 1e-9):
                return True
            at += 1
        return False


def without_numbers(text: str) -> str:
    """`text` with the mask in place of each number."""
    return re.sub(rf"(?<![^\W_])(?:{_NUMERAL.pattern})(?![^\W_])", MASK, text)


def without_ends(text: str, *, start: bool = False, end: bool = False) -> str:
    """`text` with the mask in place of the token that it begins or ends with: it may have been cut off there."""
    if start:
        text = re.sub(r"^[\w.,+-]+", MASK, text)
    return re.sub(r"[\w.,+-]+$", MASK, text) if end else text


def _unescaped(run: re.Match[str]) -> str:
    """The characters that a run of escapes stands for; the run itself where it stands for none."""
    written = run[0]
    try:
        if written[1] == "u":
            return str(json.loads(f'"{written}"')).encode("utf-16", "surrogatepass").decode("utf-16")
        content = bytes.fromhex(written.replace("\\x", ""))
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return content.decode("latin-1")
    except ValueError:
        return written


def _words(token: str) -> set[str]:
    """A run of letters and digits as it is looked for: whole, and its longer parts."""
    parts = {part.casefold() for part in _PARTS.findall(token) if len(part) >= _PART_CHARS and not part.isdigit()}
    return {token.casefold(), *parts}


def _number(token: str) -> tuple[float, float] | None:
    """The magnitude that `token` writes and the unit of its last digit."""
    if not _NUMERAL.fullmatch(token) or not token.isascii():
        return None
    plain = token.replace(",", "").lower()
    digits, _, exponent = plain.partition("e")
    decimals = len(digits.partition(".")[2])
    try:
        return float(plain), 10.0 ** (int(exponent or 0) - decimals)
    except (ValueError, OverflowError):
        return None
