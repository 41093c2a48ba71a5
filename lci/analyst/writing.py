"""How names, labels and numbers are written in Python and in Markdown, so that no value breaks out of its place."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

UNITS = {
    "mm": "mm", "cm": "cm", "m": "m", "km": "km", "g": "g", "kg": "kg", "mg": "mg", "t": "t", "ppm": "ppm", "s": "s",
    "ms": "ms", "sec": "s", "min": "min", "hours": "h", "c": "°C", "f": "°F", "hpa": "hPa", "kmh": "km/h", "mph": "mph",
    "usd": "USD", "eur": "EUR", "jpy": "JPY", "gbp": "GBP", "cny": "CNY", "pct": "%", "percent": "%", "kwh": "kWh",
    "kw": "kW", "mb": "MB", "gb": "GB",
}  # fmt: skip

_LABEL_CHARS = 60


def literal(text: str) -> str:
    """`text` as a Python string literal on one line, in double quotes where possible."""
    written = repr(text)
    if written.startswith("'") and '"' not in text:
        return f'"{written[1:-1]}"'
    return written


def literals(texts: tuple[str, ...] | list[str]) -> str:
    """A Python list of string literals, one a line once it gets long."""
    inline = "[" + ", ".join(literal(text) for text in texts) + "]"
    if len(inline) <= 90:
        return inline
    return "[\n" + "".join(f"    {literal(text)},\n" for text in texts) + "]"


#: Words before `_min` that make it minutes; else it is the lowest: `temp_min`.
_LASTING = ("time", "duration", "length", "delay", "runtime", "wait", "trip")
#: Units that names state in brackets: 売上（円）.
_BRACKETED = re.compile(r"^(?P<stem>.*\S)\s*[(（\[](?P<unit>[^()（）\[\]]{1,8})[)）\]]$")
_WRITTEN_UNITS = frozenset({
    *UNITS.values(), "years", "days", "lb", "lbs", "ft", "in", "$", "€", "£", "¥", "L", "ml", "km²", "m²", "m³", "㎡",
    "円", "万円", "億円", "元", "万元", "亿元", "人", "万人", "歳", "岁", "個", "个", "件", "台", "回", "次", "点",
    "千瓦时", "分钟", "千卡", "kcal", "字", "页", "ページ", "冊", "本",
    "克", "千克", "公斤", "米", "厘米", "毫米", "公里", "分", "秒", "時間", "小时", "天", "日", "年",
})  # fmt: skip


def _unit(name: str) -> tuple[str, str] | None:
    """A name without its unit, and the unit, where it ends in one."""
    bracketed = _BRACKETED.match(name)
    if bracketed is not None:
        return (bracketed["stem"], bracketed["unit"]) if bracketed["unit"] in _WRITTEN_UNITS else None
    stem, _, unit = name.rpartition("_")
    if not stem or unit.lower() not in UNITS:
        return None
    if unit.lower() == "min" and stem.lower().rpartition("_")[2] not in _LASTING:
        return None
    return stem, UNITS[unit.lower()]


def without_unit(name: str) -> str:
    """The name without a unit in brackets at its end: 売上金額(円)."""
    parted = _unit(name) if _BRACKETED.match(name) is not None else None
    return parted[0].strip() if parted is not None else name


def axis_label(name: str) -> str:
    """A column's name as an axis label: `flipper_length_mm` becomes `flipper length (mm)`, other names stay."""
    parted = _unit(name)
    if parted is None or not re.fullmatch(r"[A-Za-z0-9_]+", name):
        return name
    return f"{parted[0].replace('_', ' ')} ({parted[1]})"


def unit_of(name: str) -> str:
    """The unit a column's name ends in, with a leading space, or nothing."""
    parted = _unit(name)
    return f" {parted[1]}" if parted is not None else ""


def shown(name: str) -> str:
    """A file's or column's name as a Markdown code span."""
    flat = " ".join(name.split()) or " "
    runs = [len(run) for run in re.findall(r"`+", flat)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if "`" in flat else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def spoken(text: str) -> str:
    """`text` without the marks of code spans, in which names may stand in a question."""
    return text.replace("`", " ")


def escaped(label: str) -> str:
    """A value from the data as plain Markdown text, cut when long, safe inside a table cell."""
    flat = " ".join(label.split())
    if len(flat) > _LABEL_CHARS:
        flat = flat[: _LABEL_CHARS - 1] + "…"
    return re.sub(r"([\\`*_{}\[\]<>#|~$&]|:(?=[A-Za-z/])|(?<=www)\.)", r"\\\1", flat) or "(blank)"


def rounded(value: float, digits: int = 4) -> str:
    """`value` with at least `digits` significant digits; whole numbers keep all of theirs, grouped by commas."""
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if not -5 <= size < 15:
        return f"{value:.{digits - 1}e}"
    if float(value).is_integer():
        return f"{value:,.0f}"
    text = f"{value:,.{max(digits - 1 - size, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: float) -> str:
    """A coefficient with eight significant digits and no commas, fit to be copied."""
    return rounded(value, 8).replace(",", "")


def percent(share: float) -> str:
    """A share of one as a percentage."""
    if math.isnan(share):
        return "undefined"
    return f"{rounded(share * 100, 3)} %"


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table; the first column is left-aligned, the others right. Cells must be escaped already."""
    rule = "| --- |" + " ---: |" * (len(headings) - 1)
    return "\n".join(["| " + " | ".join(headings) + " |", rule, *("| " + " | ".join(row) + " |" for row in rows)])
