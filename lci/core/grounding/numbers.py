"""Numbers as prose writes them: where they stand, what they are worth, and what the last digit is worth.

Number words ("two", 一つ) are no numbers here: whoever counts in words enumerates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Literal, TypeAlias

#: How exactly a number is meant: as it stands, or as an approximation from one side or both.
Hedge: TypeAlias = Literal["", "about", "above", "below"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One worth a written number can have: what lies from `low` to `high` is told by it.

    `unit` names the scale or measure that whatever it stands for must be labelled with: "1.2 million" may be 1.2 of a
    column in millions.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text, from `start` to `end`, with currency, scale and percent sign."""

    start: int
    end: int
    text: str
    readings: tuple[Reading, ...]
    is_percent: bool = False
    is_multiple: bool = False
    is_signed: bool = False

    @property
    def value(self) -> Decimal:
        """What it is worth, as it is first read."""
        return self.readings[0].value


# --- what is around the digits ----------------------------------------------------------------------------------------

_WIDE = str.maketrans("０１２３４５６７８９．，％＋－：／（）", "0123456789.,%+-:/()")
_SPACE = "\u00a0\u2009\u202f"
_MINUS = "-\u2212\u2013\uff0d"
_CURRENCY = r"(?:(?:US|A|C|NZ|HK|S|R)?[$¥₩￥]|\\\$|(?:[€£₹]|USD|EUR|GBP|JPY|CNY|RMB|CHF)[ \u00a0\u202f]?(?=\d))"

#: The ways to write digits, most particular first, each with the decimal sign that it shows; None where it shows none.
_FORMS: tuple[tuple[str, str | None], ...] = (
    (r"\d{1,3}(?:,\d{3})+\.\d+", "."),
    (r"\d{1,3}(?:\.\d{3})+,\d+", ","),
    (r"\d{1,3}(?:,\d{3}){2,}(?![.,]?\d)", "."),
    (r"\d{1,3}(?:\.\d{3}){2,}(?![.,]?\d)", ","),
    (r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?", "."),
    (r"\d{1,3}(?:['’]\d{3})+(?:[.,]\d+)?(?!\d)", None),
    (rf"\d{{1,3}}(?:[{_SPACE}]\d{{3}})+,\d+", ","),
    (rf"\d{{1,3}}(?:[{_SPACE}]\d{{3}})+(?:\.\d+)?(?!\d)", None),
    (r"[1-9]\d{0,2}(?: \d{3})+,\d{1,2}(?!\d)", ","),
    (r"[1-9]\d{0,2},\d{3}(?![.,]?\d)", None),
    (r"\d+,(?:\d{1,2}|\d{4,}|(?<=\b0,)\d{3})(?!,?\d)", ","),
    (r"[1-9]\d{0,2}\.\d{3}(?!\d)", None),
    (r"\d+\.\d+", "."),
    (r"\.\d+", "."),
    (r"\d+", None),
)
_DIGITS = re.compile("|".join(f"(?P<f{at}>{form})" for at, (form, _) in enumerate(_FORMS)))
_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_])(?<![0-9][.,'’^])(?P<sign>[{_MINUS}+±](?=[\d.$€£¥₩₹\\U]))?(?P<currency>{_CURRENCY})?"
    rf"(?P<sign2>[{_MINUS}](?=\d))?(?P<digits>(?:{_DIGITS.pattern}))"
)
_EXPONENT = re.compile(
    rf"[eE](?P<e>[{_MINUS}+]?\d+)(?![A-Za-z\d])"
    rf"|\s?(?:[×xX*·]|\\times|\\cdot)\s?10(?:\^\{{?(?P<p>[{_MINUS}+]?\d+)\}}?|\*\*(?P<q>-?\d+)|(?P<s>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))"
)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

#: Scales: what they are worth, and how a heading or line names them.
SCALES: dict[str, tuple[int, re.Pattern[str]]] = {
    "thousand": (10**3, re.compile(r"thousand|(?:^|[\W_\d])k(?![a-z])|tausend|\btsd|millier|千|000s", re.IGNORECASE)),
    "ten thousand": (10**4, re.compile("万")),
    "million": (
        10**6,
        re.compile(r"million|(?<![a-z])(?:mn|mm|mio)(?![a-z])|(?:^|[\W_\d])m(?![a-z])|百万", re.IGNORECASE),
    ),
    "hundred million": (10**8, re.compile("[億亿]")),
    "billion": (
        10**9,
        re.compile(r"billion|milliard|(?<![a-z])(?:bn|mrd)(?![a-z])|(?:^|[\W_\d])b(?![a-z])|十億|十亿", re.I),
    ),
    "trillion": (10**12, re.compile(r"trillion|billionen|(?<![a-z])tn(?![a-z])|兆|万亿", re.IGNORECASE)),
}
_WORDS: tuple[tuple[str, str], ...] = (
    ("thousand", r"\s?(?:thousand\b|tausend\b|Tsd\.?|mille\b)|千(?!葉)"),
    ("trillion", r"\s?(?:trillions?\b|tn\b|Billionen\b)|[ \u00a0]?(?:万亿|兆)"),
    ("million", r"\s?(?:millions?\b|mn\b|mio\b\.?|Millionen\b|Mio\.?)|[ \u00a0]?百万"),
    ("billion", r"\s?(?:billions?\b|bn\b|Milliarden?\b|Mrd\.?|milliards?\b)|[ \u00a0]?十[億亿]"),
    ("ten thousand", r"[ \u00a0]?万"),
    ("hundred million", r"[ \u00a0]?[億亿]"),
)
_SCALE = re.compile("|".join(f"(?P<{name.replace(' ', '_')}>{words})" for name, words in _WORDS))
_LETTER = re.compile(r"[kKMBm](?![A-Za-z\d/²³])|(?<=\d)bn(?![A-Za-z])")
_LETTERS = {"k": "thousand", "K": "thousand", "M": "million", "m": "million", "B": "billion", "bn": "billion"}
#: Units of measure that are told in another size than they stand in: by how much, and labelled with what.
UNITS: dict[str, re.Pattern[str]] = {
    "s": re.compile(r"(?<![A-Za-z])(?:s|secs?|seconds?)(?![A-Za-z])|(?<![ミ毫\w])秒"),
    "ms": re.compile(r"(?<![A-Za-z])(?:ms|msecs?|milliseconds?)(?![A-Za-z])|ミリ秒|毫秒"),
    "m": re.compile(r"(?<![A-Za-z])(?:m|met(?:er|re)s?)(?![A-Za-z])|(?<![キ千公])(?:メートル|米)"),
    "km": re.compile(r"(?<![A-Za-z])(?:km|kilomet(?:er|re)s?)(?![A-Za-z])|キロメートル|公里|千米"),
    "g": re.compile(r"(?<![A-Za-z])(?:g|grams?)(?![A-Za-z])|(?<![キ千])(?:グラム|克)"),
    "kg": re.compile(r"(?<![A-Za-z])(?:kg|kilograms?|kilos?)(?![A-Za-z])|キログラム|千克|公斤"),
    "MB": re.compile(r"(?<![A-Za-z])(?:MB|megabytes?)(?![A-Za-z])"),
    "GB": re.compile(r"(?<![A-Za-z])(?:GB|gigabytes?)(?![A-Za-z])"),
}
CONVERSIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "s": (("1000", "ms"),), "ms": (("0.001", "s"),), "m": (("0.001", "km"),), "km": (("1000", "m"),),
    "g": (("0.001", "kg"),), "kg": (("1000", "g"),), "MB": (("0.001", "GB"),), "GB": (("1000", "MB"),),
}  # fmt: skip
_UNIT = re.compile(r"[ \u00a0]?(?:" + "|".join(f"(?P<{name}>{words.pattern})" for name, words in UNITS.items()) + ")")
_PERCENT = re.compile(
    rf"[ {_SPACE}]?(?:%|\\%|per\s?cent\b|percent(?:age)?\b|pct\b|pp\b|Prozent|pour\s?cent|"
    r"パーセント|ポイント|个百分点)",
    re.IGNORECASE,
)
_MINUS_BEFORE = re.compile(rf"[\w`)*] ?[{_MINUS}] $")
_TENTHS = re.compile(r"割(?:(?P<more>\d)分)?|成(?![為为功立果員员本長长就分])")
_MULTIPLE = re.compile(r"\s?(?:[x×](?![A-Za-z\d])|times\b|-?fold\b|倍|mal\b|fois\b)|\s?(?:-fold)", re.IGNORECASE)

_HEDGES: tuple[tuple[Hedge, str], ...] = (
    (
        "above",
        r"(?:more than|over|above|at least|exceed(?:s|ing|ed)?|upwards of|mehr als|über|plus de|超过|超過|超|>)\s*",
    ),
    (
        "below",
        r"(?:less than|under|below|almost|nearly|just short of|up to|close to|fast|knapp|près de|近|将近|不到|<)\s*",
    ),
    (
        "about",
        r"(?:about|around|roughly|approximately|approx\.?|circa|ca\.|some|~|≈|etwa|rund|ungefähr|environ|"
        r"約|约|およそ|ほぼ|大约|大約|左右)\s*(?:US|R)?\s*",
    ),
)
_HEDGE = re.compile("|".join(f"(?P<{name}>{words})$" for name, words in _HEDGES), re.IGNORECASE)
_HEDGE_AFTER: tuple[tuple[Hedge, re.Pattern[str]], ...] = (
    ("above", re.compile(r"\S{0,3}(?:超(?![过過])|余り|多(?!い|く)|以上)")),
    ("below", re.compile(r"\S{0,3}(?:弱|近く|未満)")),
    ("about", re.compile(r"\S{0,3}(?:左右|前後|ほど|程度)")),
)

_RANGE = re.compile(r"\s*(?:[-–—~〜～]|to|bis|à|から|至|到|and|und|et|or|と)\s*")
_LONGEST_HEDGE = 20


def labels(unit: str) -> re.Pattern[str]:
    """The words that name a scale or a unit of measure."""
    return SCALES[unit][1] if unit in SCALES else UNITS[unit]


def narrow(text: str) -> str:
    """`text` with the wide digits and signs of East Asia as the usual ones; every character keeps its place."""
    return text.translate(_WIDE)


def numbers(text: str, most: int | None = None) -> tuple[Number, ...]:
    """The numbers of `text`, in order; the first `most` of one that has more."""
    plain = narrow(text)
    decimal_sign = _decimal_sign(plain)
    first: list[Number] = []
    at = 0
    while (most is None or len(first) < most) and (match := _NUMBER.search(plain, at)) is not None:
        at = match.end()
        number = _number(plain, match, decimal_sign)
        if number is not None:
            first.append(replace(number, text=text[number.start : number.end]))
            at = number.end
    written = {place for number in first for place in range(number.start, number.end)}
    spelled = [each for each in islice(_spelled(plain), most) if written.isdisjoint(range(each.start, each.end))]
    in_order = sorted([*first, *spelled], key=lambda number: number.start)[:most]
    return tuple(_as_range(plain, in_order))


def _decimal_sign(text: str) -> str:
    """The decimal sign of the whole text: a comma where it shows that and never a point."""
    signs = {sign for match in _DIGITS.finditer(text) if (sign := _FORMS[_form(match)][1]) is not None}
    return "," if signs == {","} else "."


def _form(match: re.Match[str]) -> int:
    return next(at for at in range(len(_FORMS)) if match[f"f{at}"] is not None)


def _number(text: str, match: re.Match[str], decimal_sign: str) -> Number | None:
    start, end = match.start(), match.end()
    sign = match["sign"] or match["sign2"] or ""
    if match["sign"] and match["sign"] != "±" and _joins(text, start):
        start += 1
        sign = match["sign2"] or ""
    mantissa, decimals = _mantissa(match["digits"], _FORMS[_form(match)][1] or decimal_sign)
    if mantissa is None:
        return None
    is_negative = bool(sign) and sign in _MINUS
    exponent, end = _exponent(text, end)
    step = Decimal(1).scaleb(exponent - decimals)
    mantissa = mantissa.scaleb(exponent)
    worth, step_scaled, scale, end = _scaled(text, end, mantissa, step)
    readings = [(worth, step_scaled, "")]
    if scale:
        # It may stand in a column of millions, or of billions.
        readings += [(worth / factor, step_scaled / factor, name) for name, (factor, _) in SCALES.items()]
    elif (unit := _UNIT.match(text, end)) is not None:
        readings += [(mantissa * Decimal(f), step * Decimal(f), name) for f, name in CONVERSIONS[str(unit.lastgroup)]]
    elif (letter := _LETTER.match(text, end)) is not None and end == match.end():
        scale = _LETTERS[letter[0]]
        scaled = (mantissa * SCALES[scale][0], step * SCALES[scale][0], "")
        # 5 m may be metres.
        readings = [(mantissa, step, ""), scaled] if letter[0] == "m" else [scaled, (mantissa, step, scale)]
        end = letter.end()
    is_percent = False
    if (tenths := _TENTHS.match(text, end)) is not None:
        more = Decimal(tenths["more"] or 0)
        step = Decimal(1) if tenths["more"] else step * 10
        worth, is_percent, end = mantissa * 10 + more, True, tenths.end()
        readings = [(worth, step, "")]
    elif (percent := _PERCENT.match(text, end)) is not None or text.endswith("百分之", 0, start):
        is_percent, end = True, percent.end() if percent is not None else end
        start = start if percent is not None else start - 3
    if is_percent:
        readings = [readings[0], (readings[0][0] / 100, readings[0][1] / 100, "")]
    if not is_negative and _MINUS_BEFORE.search(text[max(0, start - 4) : start]) is not None:
        # Of "y = 2 x − 5.1" the constant is below zero.
        readings += [(-value, size, label) for value, size, label in readings]
    multiple = _MULTIPLE.match(text, end)
    hedge = _hedge(text, start, end)
    return Number(
        start,
        end,
        text[start:end],
        tuple(_reading(-value if is_negative else value, size, hedge, label) for value, size, label in readings),
        is_percent,
        multiple is not None,
        is_negative,
    )


def _joins(text: str, at: int) -> bool:
    """Whether the sign at `at` is a hyphen or a dash between two things and no minus."""
    before = text[:at][-2:]
    return bool(before) and (
        (before[-1].isascii() and (before[-1].isalnum() or before[-1] in "%)]")) or before[-1] in "年月日"
    )


def _mantissa(digits: str, decimal_sign: str) -> tuple[Decimal | None, int]:
    """The worth of digits with marks, and the number of decimals."""
    clean = re.sub(rf"[ '’{_SPACE}]", "", digits)
    if clean != digits:
        # Where blanks or apostrophes mark the thousands, the one other mark is the decimal sign.
        decimal_sign = "," if "," in clean else "."
    whole, sign, decimals = clean.rpartition(decimal_sign)
    if not sign:
        whole, decimals = decimals, ""
    whole = re.sub(r"[.,]", "", whole)
    try:
        return Decimal(f"{whole or '0'}.{decimals or '0'}"), len(decimals)
    except InvalidOperation:
        return None, 0


def _exponent(text: str, at: int) -> tuple[int, int]:
    match = _EXPONENT.match(text, at)
    if match is None:
        return 0, at
    written = match["e"] or match["p"] or match["q"] or match["s"].translate(_SUPERSCRIPT)
    power = int(re.sub(f"[{_MINUS}]", "-", written))
    return (power, match.end()) if abs(power) < 400 else (0, at)


def _scaled(text: str, at: int, mantissa: Decimal, step: Decimal) -> tuple[Decimal, Decimal, str, int]:
    """The worth with the scale words that follow, also of 3億4,500万; the step, the last scale and where it ends."""
    worth, last, unit = Decimal(0), "", step
    while (match := _SCALE.match(text, at)) is not None:
        last = str(match.lastgroup).replace("_", " ")
        factor = SCALES[last][0]
        worth, unit, at = worth + mantissa * factor, step * factor, match.end()
        following = _DIGITS.match(text, at)
        if following is None or text[at - 1] not in "千万億亿兆" or not following[0][:1].isdigit():
            return worth, unit, last, at
        more, decimals = _mantissa(following[0], ".")
        if more is None or more >= factor:
            return worth, unit, last, at
        mantissa, step, at = more, Decimal(1).scaleb(-decimals), following.end()
        unit = step
        if _SCALE.match(text, at) is None:
            return worth + mantissa, unit, last, at
    return (worth, unit, last, at) if last else (mantissa, step, "", at)


def _hedge(text: str, start: int, end: int) -> Hedge:
    before = _HEDGE.search(text[max(0, start - _LONGEST_HEDGE) : start])
    if before is not None:
        return next(name for name, _ in _HEDGES if before[name] is not None)
    return next((name for name, words in _HEDGE_AFTER if words.match(text, end)), "")


def _reading(value: Decimal, step: Decimal, hedge: Hedge, unit: str = "") -> Reading:
    """What the number tells at the digits shown; of an approximation, zeros at the end are no digits."""
    if hedge and value and step == step.to_integral_value() and value == value.to_integral_value():
        while value % (step * 10) == 0:
            step *= 10
    half = step / 2
    low, high = value - half, value + half
    if hedge == "above":
        high = value + step
    elif hedge == "below":
        low = value - step
    return Reading(value, low, high, unit)


def _as_range(text: str, parts: Sequence[Number]) -> Iterator[Number]:
    """The numbers, where the first of "3–5 %" or "1–2 million" can also be read with what stands behind the second."""
    for at, number in enumerate(parts):
        after = parts[at + 1] if at + 1 < len(parts) else None
        if after is None or not _RANGE.fullmatch(text[number.end : after.start]):
            yield number
            continue
        extra: list[Reading] = []
        if after.is_percent and not number.is_percent:
            extra = [_times(number.readings[0], Decimal("0.01"))]
        elif (scale := _SCALE.search(after.text)) is not None and len(number.readings) == 1:
            factor = SCALES[str(scale.lastgroup).replace("_", " ")][0]
            extra = [_times(number.readings[0], Decimal(factor))]
        yield replace(number, readings=(*number.readings, *extra), is_percent=number.is_percent or after.is_percent)


def _times(reading: Reading, factor: Decimal) -> Reading:
    return Reading(reading.value * factor, reading.low * factor, reading.high * factor)


# --- numerals of East Asia --------------------------------------------------------------------------------------------

_NUMERALS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12}
#: At least two signs, a digit among them: 一般 and 十分 are words, 万一 too.
_SPELLED = re.compile(
    r"(?<![第数几幾千百万])(?P<part>百分之)?(?P<digits>[〇零一二三四五六七八九十百千万億亿兆两兩]+(?:点[〇零一二三四五六七八九]+)?)(?P<tenths>[割成])?"
)


def _spelled(text: str) -> Iterator[Number]:
    """Numbers in Chinese numerals, where they are unmistakably numbers."""
    for match in _SPELLED.finditer(text):
        digits = match["digits"]
        whole, _, decimals = digits.partition("点")
        has_both = any(c in _NUMERALS for c in whole) and any(c in _TENS or c in _MYRIADS for c in whole)
        if not (match["part"] or match["tenths"] or (has_both and len(whole) >= 2 and whole[0] not in "百千万億亿兆")):
            continue
        value = Decimal(_numeral(whole))
        if decimals:
            value += Decimal("0." + "".join(str(_NUMERALS[c]) for c in decimals))
        step = Decimal(1).scaleb(-len(decimals))
        is_percent = bool(match["part"] or match["tenths"])
        if match["tenths"]:
            value, step = value * 10, step * 10
        hedge = _hedge(text, match.start(), match.end())
        readings = [_reading(value, step, hedge)]
        if is_percent:
            readings.append(_reading(value / 100, step / 100, hedge))
        is_multiple = _MULTIPLE.match(text, match.end()) is not None
        yield Number(match.start(), match.end(), match[0], tuple(readings), is_percent, is_multiple)


def _numeral(digits: str) -> int:
    if all(c in _NUMERALS for c in digits):
        return int("".join(str(_NUMERALS[c]) for c in digits))
    total = section = digit = 0
    for c in digits:
        if c in _NUMERALS:
            digit = _NUMERALS[c]
        elif c in _TENS:
            section += (digit or 1) * _TENS[c]
            digit = 0
        else:
            total += ((section + digit) or 1) * _MYRIADS[c]
            section = digit = 0
    return total + section + digit
