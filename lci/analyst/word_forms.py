"""Words as they are compared: without case, accents and plural, cut as their language cuts them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache

#: A run of letters of one script, a number, or a sign of its own.
_PIECES = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?|\S", re.UNICODE)
#: What joins two words to one.
_INNER_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff々〆ー]")


def folded(text: str) -> str:
    """`text` in lower case, full-width forms as their usual ones, without accents on Latin letters."""
    if text.isascii():
        return text.casefold()
    flat = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    decomposed = unicodedata.normalize("NFD", flat)
    kept: list[str] = []
    for at, char in enumerate(decomposed):
        if unicodedata.combining(char) and at and kept and kept[-1].isascii():
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def singular(word: str) -> str:
    """A word without its English plural ending; crude, but the same on both sides of a comparison."""
    if not word.isascii():
        return word
    if len(word) > 4 and word.endswith(("ies", "ie")):
        return word.removesuffix("s")[:-2] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


#: Words that are the same in names and in questions.
_SAME = {"maximum": "max", "minimum": "min", "avg": "average", "pct": "percent", "colour": "color", "grey": "gray"}


def is_cjk(char: str) -> bool:
    """Whether the character is one of those that are written without blanks between words."""
    return _CJK.match(char) is not None


def split_words(text: str) -> tuple[str, ...]:
    """The units that phrases are compared by: words in the singular, numbers, signs, single Han and kana."""
    return tuple(_SAME.get(word, word) for word in map(singular, written_words(text)))


def written_words(text: str) -> tuple[str, ...]:
    """The same units as they are written."""
    units: list[str] = []
    for piece in _PIECES.findall(_INNER_HYPHEN.sub(" ", text.replace("_", " "))):
        if any(map(is_cjk, piece)):
            units.extend(_cut(piece))
        else:
            # Whose it is: "Japan's" names Japan.
            units.append(piece.removesuffix("'s") or piece)
    return tuple(units)


def _cut(piece: str) -> list[str]:
    """A run that holds Han or kana: each of those by itself, Latin letters together."""
    units: list[str] = []
    for char in piece:
        if not is_cjk(char) and units and not is_cjk(units[-1][0]):
            units[-1] += char
        else:
            units.append(char)
    return units


#: Signs in names, without the period of a number: PM2.5.
_SIGNS = re.compile(r"(?:(?!(?<=\d)\.\d)[_\W])+")


@lru_cache(maxsize=32_768)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a column's name: `lifeExp`, `life_exp` and `Life Exp` are the same."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.replace("㎡", "m2").replace("㎥", "m3"))
    return split_words(folded(_SIGNS.sub(" ", spaced)))


#: What stands between several values of one cell.
_BETWEEN_VALUES = re.compile(r"\s*[/|;、；・]\s*")


def values_in(cell: str) -> list[str]:
    """The values that a cell holds: one, or several with signs between, comedy/crime."""
    return _BETWEEN_VALUES.split(cell.strip())


#: What stands between several values of one cell where each of them is the whole of another, Rain-Snow.
_BETWEEN_KNOWN = re.compile(r"\s*[-+&,，]\s*")


def known_values_in(cell: str, known: Container[str]) -> list[str]:
    """The values that a cell holds where those of the column are known: also with signs that stand within values."""
    parts = _BETWEEN_KNOWN.split(cell.strip())
    return parts if len(parts) > 1 and all(part in known for part in parts) else values_in(cell)


def joined(words: Iterable[str]) -> str:
    """Words as they stand in a text: with blanks, but none beside Han and kana."""
    text = ""
    for word in words:
        text += word if not text or is_cjk(word[0]) or is_cjk(text[-1]) else f" {word}"
    return text


def holds(units: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    """Whether the phrase stands somewhere among the units."""
    return any(units[at : at + len(phrase)] == phrase for at in range(len(units) - len(phrase) + 1))
