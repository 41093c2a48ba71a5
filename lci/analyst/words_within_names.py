"""Words that stand in a name, without quotes: "with love in the title", 名前に島がつく, 名字带爱的."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lci.analyst.chart import Item
from lci.analyst.quantities import is_number
from lci.analyst.word_forms import is_cjk, joined

Units = tuple[str, ...]
#: Words, or characters of Han and kana, of what stands in a name without quotes at most.
_WORDS, _CHARACTERS = 3, 6
#: What it costs that they are not quoted.
_BARE = 0.1
#: Before such words in English, and behind them in Chinese.
_BEFORE = frozenset({"with", "containing", "contain", "have", "has", "having", "had"})
_BEHIND = frozenset({"字", "的"})
_ARTICLES = frozenset({"the", "a", "an"})
_DENYING = frozenset({"not", "no", "never", "without", "don't", "doesn't", "didn't", "cannot", "can't", "won't"})
#: Words that tell what kind of thing stands there, how many of them, or that it is one of several: nothing is quoted.
_ABOUT = frozenset({
    "or", "and", "any", "some", "most", "more", "less", "least", "fewest", "only", "just", "exactly", "same", "both",
    "all", "each", "every", "one", "two", "three", "four", "five", "number", "digit", "letter", "word", "vowel",
    "space", "character", "mark", "numeral", "color", "colour", "animal", "duplicate", "repeated", "than", "at",
    *_DENYING,
})  # fmt: skip
_ABOUT_HAN = frozenset("没有不无或和与跟及个几两数汉错别重复字母同も、")
_ABOUT_KANA = ("数字", "漢字", "ひらがな", "カタカナ", "文字", "記号", "同じ", "重複", "か", "と", "や", "も", "な")


def words_within(listed: Sequence[Item], units: Units, typed: Units) -> Iterator[Item]:
    """What stands between the words that say that it is in a name, quoted as it was typed."""
    stretches = [
        *(_before(item.start, units) for item in listed if item.kind == "in_name" and not is_cjk(units[item.start][0])),
        *(
            (name.end, item.start)
            for name in listed
            if name.kind == "in_name" and is_cjk(units[name.start][0])
            for item in listed
            if item.kind == "contain" and item.start > name.end
        ),
        *(_behind(item.end, units) for item in listed if item.kind == "contain" and item.content == "name"),
    ]
    for start, end in {each for each in stretches if each is not None}:
        if start < end and _may_be_quoted(units[start:end]) and units[start - 1] not in _DENYING:
            yield Item("quoted", start, end, joined(typed[start:end]), _BARE)


def _may_be_quoted(words: Units) -> bool:
    """Whether words are few, none of them a number or one that tells of what is in the name."""
    if not is_cjk(words[0][0]):
        bare = all(word.isalpha() for word in words)
        return bare and len(words) <= _WORDS and not _ABOUT & {*words}
    whole = "".join(words)
    if len(words) > _CHARACTERS or any(map(is_number, words)) or _ABOUT_HAN & {*whole}:
        return False
    # Kana alone are a name; beside Han they may join two.
    return not any(each in whole for each in _ABOUT_KANA) or (whole not in _ABOUT_KANA and not _has_han(whole))


def _has_han(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def _before(end: int, units: Units) -> tuple[int, int] | None:
    """The words before `end` and behind "with", where nothing denies it."""
    for start in range(end - 1, max(end - _WORDS - 2, 0), -1):
        if units[start - 1] in _BEFORE:
            if _DENYING & {*units[max(start - 3, 0) : start]}:
                return None
            return (start + (units[start] in _ARTICLES), end)
    return None


def _behind(start: int, units: Units) -> tuple[int, int] | None:
    """The characters from `start` to a word that ends them, or all that are left."""
    ends = [at for at in range(start, len(units)) if units[at] in _BEHIND]
    end = ends[0] if ends else len(units)
    return (start, end) if end > start else None
