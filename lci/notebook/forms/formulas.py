"""Formulas in prose, found before Markdown takes their signs for its own, and drawn: no page needs scripts for them."""

from __future__ import annotations

import functools
import io
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

#: Stands for the first formula of a text, the next character for the second; nothing else means anything by these.
_FIRST, _MOST = 0xE100, 1_000
PLACES = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + _MOST - 1)}]")

#: As the chat has it: a dollar sign before a digit is money.
_FORMULA = re.compile(
    r"\$\$(?P<block>.+?)\$\$|\\\[(?P<square>.+?)\\\]|\\\((?P<round>.+?)\\\)"
    r"|(?<![\\$\w])\$(?P<line>(?![\s\d])[^$\n]*?[^\s\\$])\$(?![\d$])",
    re.DOTALL,
)
_LONGEST = 400
_POINTS = 12
#: Points beyond which a formula is no formula: whoever wrote it may have asked for any space.
_WIDEST, _HIGHEST = 2_000, 600
# Matplotlib's reader of formulas is one for the process.
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Formula:
    """TeX between its signs, and all of it as it stood there."""

    tex: str
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A formula as a picture, in points: as high as that, so much of it below the line."""

    content: bytes
    height: float
    depth: float


def without_formulas(source: str, closed: Sequence[tuple[int, int]]) -> tuple[str, tuple[Formula, ...]]:
    """`source` with a sign in the place of each formula outside of the `closed` stretches."""
    formulas: list[Formula] = []

    def place(match: re.Match[str]) -> str:
        if len(formulas) >= _MOST or any(start < match.end() and match.start() < end for start, end in closed):
            return match[0]
        formulas.append(Formula(next(part for part in match.groups() if part is not None).strip(), match[0]))
        return chr(_FIRST + len(formulas) - 1)

    return _FORMULA.sub(place, PLACES.sub("", source)), tuple(formulas)


def formula_at(place: str, formulas: Sequence[Formula]) -> Formula | None:
    """The formula that this sign stands for."""
    number = ord(place) - _FIRST
    return formulas[number] if number < len(formulas) else None


def with_formulas(text: str, formulas: Sequence[Formula], shown: Callable[[Formula], str]) -> str:
    """`text` with what is `shown` of each formula in its place."""

    def of(match: re.Match[str]) -> str:
        formula = formula_at(match[0], formulas)
        return "" if formula is None else shown(formula)

    return PLACES.sub(of, text)


@functools.lru_cache(maxsize=500)
def drawn(tex: str, form: Literal["svg", "png"]) -> Drawing | None:
    """The formula as matplotlib draws it; None for what it does not know."""
    if len(tex) > _LONGEST or not tex.isascii() or "$" in tex:
        return None
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    line, font, content = f"${' '.join(tex.split())}$", FontProperties(size=_POINTS), io.BytesIO()
    try:
        with _DRAWING:
            # In points: a dot of theirs is one.
            width, height, depth, _, _ = MathTextParser("path").parse(line, dpi=72, prop=font)
            if not (0 < width <= _WIDEST and 0 < height <= _HIGHEST):
                return None
            figure = Figure(figsize=(width / 72, height / 72))
            figure.text(0, depth / height, line, fontproperties=font)
            figure.savefig(content, dpi=288, format=form, transparent=True)
    except (ValueError, RecursionError, RuntimeError, KeyError, IndexError, ZeroDivisionError):
        return None
    return Drawing(content.getvalue(), height, depth)
