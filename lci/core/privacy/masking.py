"""Values that may not leave, found again in any text: their words whole, their numbers as they are usually printed.

It would rather mask too much than too little: a number in a text is masked when a masked value could be printed so,
rounded, grouped, scaled or with a unit, and what is cut off where it could be the beginning of one is masked, too.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from lci.core.files import Value

#: What stands where a value stood.
MASK = "▮"

#: Distinct words and numbers beyond which a column is too much to look for.
_MOST = 300_000

_NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?")
_THOUSANDS = "k|tsd|mn|mio|mrd|bn|[mb]"
#: A number with decimals keeps them also when a unit follows without a gap; one without is scaled by what follows so.
_WITH_UNIT = rf"\d+(?:,\d{{3}})*(?:\.\d+(?=[^\W\d_])(?![eE][+-]?\d)|(?=(?i:{_THOUSANDS})(?![^\W_])))"
# A number that is not glued to letters, or a run of letters and digits of any script.
_TOKEN = re.compile(rf"(?<![^\W_]){_WITH_UNIT}|(?<![^\W_])(?:{_NUMERAL.pattern})(?![^\W_])|[^\W_]+")
#: The same after a line's end or a tab as `repr` and JSON write them, whose letter would be taken for the word's first.
_TOKEN_AFTER_ESCAPE = re.compile(rf"(?<=\\[abfnrtv])(?:{_WITH_UNIT}|{_NUMERAL.pattern}(?![^\W_])|[^\W_]+)")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
#: Digits in groups, whatever stands between them: `80 417`, `1.174.951`, `090-1234-5678`, `1980-05-12`.
_GROUPED = re.compile(r"(?<![^\W_])\d{1,4}(?:[ .,'’\u00a0\u202f_/-]\d{2,4})+(?:[.,]\d+)?(?![^\W_])")
_DATE = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
#: What a number is multiplied by when this follows it.
_SCALES = {"k": 1e3, "tsd": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9, "mrd": 1e9, "%": 1e-2}
_SCALE = re.compile(rf"[ \u00a0]?({_THOUSANDS})(?![^\W_])|[ \u00a0]?(%)", re.IGNORECASE)
#: Scripts that write without spaces, or join endings to words: a word may stand anywhere in a run of them.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+"
)
#: Characters written as Python's `repr` and JSON write them.
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|(?:\\x[0-9a-fA-F]{2})+")
_CUT_OFF = ("...", "…")
#: Letters or digits of a mixed word that are looked for by themselves, at least.
_PART_CHARS = 3
_LONGEST_UNSPACED = 24


@dataclass(frozen=True, slots=True)
class MaskedValues:
    """What to look for: words in lower case without accents, magnitudes of numbers in ascending order."""

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
            text = unicodedata.normalize("NFC", str(value))
            for token in _TOKEN.findall(text):
                number = _number(token)
                if number is not None:
                    numbers.add(number[0])
                else:
                    words.update(_words(token))
            if not text.isalpha():
                numbers.update(_joined(text))
            if len(words) > _MOST or len(numbers) > _MOST:
                return None
        return cls(frozenset(words), tuple(sorted(numbers)))

    def __or__(self, other: MaskedValues) -> MaskedValues:
        if not other.words and not other.numbers:
            return self
        return MaskedValues(self.words | other.words, tuple(sorted({*self.numbers, *other.numbers})))

    def apart_from(self, shown: Iterable[str]) -> MaskedValues:
        """The same without the words of `told`, which are shared anyway."""
        shared = {word for text in shown for token in _TOKEN.findall(text) for word in _words(token)}
        return MaskedValues(self.words - shared, self.numbers) if shared & self.words else self

    def without(self, text: str) -> str:
        """`text` with the mask in place of each word and number that could be one of the values."""
        if not self.words and not self.numbers:
            return text
        plain = unicodedata.normalize("NFC", _ESCAPED.sub(_unescaped, text))
        plain = _GROUPED.sub(self._grouped, plain)
        return _TOKEN_AFTER_ESCAPE.sub(self._replaced, _TOKEN.sub(self._replaced, plain))

    def _replaced(self, token: re.Match[str]) -> str:
        if token.string.startswith(_CUT_OFF, token.end()):
            return MASK
        written = token[0]
        number = _number(written)
        if number is None:
            return self._token_shown(written)
        scale = _SCALE.match(token.string, token.end())
        factor = _SCALES[(scale[1] or scale[2]).lower()] if scale is not None else 1.0
        if self._holds(*number) or (factor != 1.0 and self._holds(number[0] * factor, number[1] * factor)):
            return MASK
        return written

    def _grouped(self, run: re.Match[str]) -> str:
        return MASK if any(self._holds(number, 1.0) for number in _joined(run[0])) else run[0]

    def _token_shown(self, token: str) -> str:
        if any(word in self.words for word in _words(token)) or any(
            (part := _number(digits)) is not None and self._holds(*part)
            for digits in _PARTS.findall(token)
            if digits.isascii() and digits.isdigit()
        ):
            return MASK
        return _UNSPACED.sub(lambda run: self._unspaced(run[0]), token)

    def _unspaced(self, run: str) -> str:
        texts: list[str] = []
        at = 0
        while at < len(run):
            longest = min(_LONGEST_UNSPACED, len(run) - at)
            size = next((size for size in range(longest, 0, -1) if _folded(run[at : at + size]) in self.words), 0)
            texts.append(MASK if size else run[at])
            at += size or 1
        return "".join(texts)

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
    """`text` with the mask in place of each number, with or without a unit; single digits in names stay."""
    return re.sub(rf"(?<![^\W_])(?:{_NUMERAL.pattern})|(?<=[^\W\d_])\d{{3,}}(?:[.,]\d+)*", MASK, text)


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


def _folded(word: str) -> str:
    """A word as it is compared: in lower case, without accents, whatever way it was encoded."""
    if word.isascii():
        return word.casefold()
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain).casefold()


def _words(token: str) -> set[str]:
    """A run of letters and digits as it is looked for: whole, and its longer parts."""
    parts = {_folded(part) for part in _PARTS.findall(token) if len(part) >= _PART_CHARS and not part.isdigit()}
    return {_folded(token), *parts}


def _number(token: str) -> tuple[float, float] | None:
    """The magnitude that `token` writes and the unit of its last digit; zeros at its end may have been rounded to."""
    if not _NUMERAL.fullmatch(token) or not token.isascii():
        return None
    plain = token.replace(",", "").lower()
    digits, _, exponent = plain.partition("e")
    decimals = len(digits.partition(".")[2])
    try:
        number, unit = float(plain), 10.0 ** (int(exponent or 0) - decimals)
    except (ValueError, OverflowError):
        return None
    if unit == 1.0 and number >= 100:
        zeros = len(digits) - len(digits.rstrip("0"))
        unit = 10.0 ** min(zeros, len(digits) - 2)
    return number, unit


def _joined(text: str) -> set[float]:
    """The numbers that digits in groups may be, and dates in the orders they are written in."""
    runs = _GROUPED.findall(text)
    # The last group may be decimals.
    numbers = {float(re.sub(r"\D", "", run)) for each in runs for run in (each, re.sub(r"[.,]\d+$", "", each))}
    for year, month, day in _DATE.findall(text):
        month, day = month.zfill(2), day.zfill(2)
        numbers |= {float(f"{year}{month}{day}"), float(f"{day}{month}{year}"), float(f"{month}{day}{year}")}
        numbers |= {float(f"{day}{month}{year[2:]}"), float(f"{month}{day}{year[2:]}")}
    return numbers
