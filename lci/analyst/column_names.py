"""What names of columns say: what a column numbers, and words that stand together in one."""

from __future__ import annotations

import re
from functools import cache

from lci.analyst.columns import FileColumn
from lci.analyst.common_words import common
from lci.analyst.word_forms import folded, name_words, split_words
from lci.analyst.writing import without_unit

Units = tuple[str, ...]
#: What ends the name of a column that numbers things, and things that are called otherwise there.
_NUMBERS = ("id", "no", "number", "番号", "番號", "コード", "编号", "編號", "代码", "号")
_THINGS = {"学": "学生", "学籍": "学生", "工": "员工", "单": "订单"}


#: What names a car, of which there may be several rows.
_PLATES = frozenset(map(split_words, (
    "plate", "license plate", "licence plate", "number plate", "vin", "车牌", "车牌号", "车牌号码", "ナンバープレート",
    "車両番号",
)))  # fmt: skip


def numbered(column: FileColumn, words: Units) -> Units | None:
    """What a column like order_id or 社員番号 numbers, and a plate."""
    if words in _PLATES:
        return ("car",)
    if len(words) == 2 and words[1] in _NUMBERS and words[0].isascii():
        return words[:1]
    name = folded(column.name.strip())
    ending = next((each for each in _NUMBERS if name.endswith(each) and name != each), None)
    if column.kind != "id" or ending is None or name.isascii():
        return None
    thing = name.removesuffix(ending)
    return split_words(_THINGS.get(thing, thing))


#: What follows a name in parentheses, which says in what it is counted: 失業者数(千人).
_ADDITION = re.compile(r"(?<=.)[(（\[][^()（）\[\]]*[)）\]]\s*$")


def without_addition(name: str) -> str:
    """The name without what stands in parentheses at its end."""
    return _ADDITION.sub("", name)


def unit_of(name: str) -> str:
    """What stands in parentheses at the end of a name, mostly its unit; "" without that."""
    addition = _ADDITION.search(name)
    return folded(addition.group().strip()[1:-1].strip()) if addition is not None else ""


#: How many units one is of a column that counts them in thousands and the like: 千人, "in thousands", income_million.
_SCALES = {
    "十万": 1e5, "百万": 1e6, "千万": 1e7, "千": 1e3, "万": 1e4, "億": 1e8, "亿": 1e8,
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "000": 1e3,
}  # fmt: skip
#: What begins like a thousand and is a unit of its own: kilograms.
_KILO = ("千克", "千米", "千瓦", "千卡", "千焦", "千帕", "千赫", "千伏")


def scale_of(name: str) -> float:
    """How many of what a question counts are one in a column called so: 1,000 of (千美元), 1 of most."""
    unit = unit_of(name)
    if unit.startswith(_KILO):
        return 1.0
    words = split_words(unit) if unit.isascii() else ()
    begun = (_SCALES[each] for each in sorted(_SCALES, key=len, reverse=True) if unit.startswith(each))
    said = (_SCALES[word] for word in (*words, *name_words(name)[-1:]) if word in _SCALES and word.isascii())
    return next(begun, next(said, 1.0))


def written_out(words: Units) -> Units:
    """The words of a name without abbreviations, and a single one as the words that it joins."""
    return parted(words[0]) if len(words) == 1 else tuple(common().abbreviations.get(word, word) for word in words)


def parted(word: str) -> Units:
    """`brainwt` as the two words that it stands for."""
    for short, whole in common().abbreviations.items():
        if word.endswith(short) and len(word) - len(short) > len(short):
            return word.removesuffix(short), whole
    if word in common().abbreviations or word in _vocabulary():
        return (common().abbreviations.get(word, word),)
    return tuple(common().abbreviations.get(part, part) for part in _segments(word)) or (word,)


#: Words of names of columns that stand for no column themselves.
_BESIDES = frozenset({
    "total", "mean", "avg", "average", "max", "min", "sum", "rate", "perc", "below", "above", "under", "over", "per",
    "count", "num", "level", "type", "index", "ratio", "share", "change", "growth", "adult", "child", "elderly",
})  # fmt: skip
#: Letters of each word of a name that joins them, and how many it joins.
_LETTERS, _MOST_SEGMENTS = 3, 3


@cache
def _vocabulary() -> frozenset[str]:
    """Single words, in Latin letters, of names of columns and rows."""
    phrases = (*common().columns.values(), *common().nouns.values())
    words = {unit for each in phrases for phrase in each for unit in phrase if unit.isascii() and unit.isalpha()}
    return frozenset(word for word in words if len(word) >= _LETTERS) | {*common().abbreviations} | _BESIDES


def _segments(word: str, most: int = _MOST_SEGMENTS) -> Units:
    """The known words that a longer one is joined of, the longest first; none where it is not: percbelowpoverty."""
    if word in _vocabulary():
        return (word,)
    for end in range(len(word) - _LETTERS, _LETTERS - 1, -1) if most > 1 else ():
        if word[:end] in _vocabulary() and (rest := _segments(word[end:], most - 1)):
            return (word[:end], *rest)
    return ()


#: Words of names that tell of what kind something is, not which it is.
KINDS = frozenset({"type", "kind", "category", "class", "group"})
_KINDS_IN_HAN_OR_KANA = (
    "类型", "类别", "種類", "种类", "種別", "类", "類", "タイプ", "カテゴリ", "カテゴリー", "区分", "级别",
)  # fmt: skip


def says_kind(name: str) -> bool:
    """Whether a column called so tells of what kind something is: room type, Type.of.Breach, 部屋タイプ."""
    words = name_words(name)
    if len(words) < 2:
        return False
    return (
        words[-1] in KINDS or (words[0] in KINDS and words[1] == "of") or "".join(words).endswith(_KINDS_IN_HAN_OR_KANA)
    )


def says_numbers_of(name: str) -> bool:
    """Whether a column called so holds how many there are of something: `deaths`, number of students."""
    words = name_words(name)
    return bool(words) and name.isascii() and name.lower().endswith("s") and not name.lower().endswith(words[-1])


def says_who(name: str) -> bool:
    """Whether a column called so says of whom a row is."""
    return name_words(name) in common().people


def holds_names(name: str) -> bool:
    """Whether a column called so holds names of people, those among them who serve."""
    return says_who(name) or name_words(name) in common().staff


#: Words of a name that say nothing alone.
_TOTALS = frozenset({("total",), ("合", "計"), ("総", "数"), ("总", "数"), ("合", "计"), ("总", "计")})
_TOTALS_OF_MONEY = frozenset({"合計金額", "合計額", "総額", "総計", "合计金额", "总金额", "总额", "总价"})
#: Words of currencies, at the end of a name.
_CURRENCY_WORDS = frozenset({"usd", "eur", "gbp", "jpy", "cny"})


def without_currency(name: str) -> Units:
    """The words of a column's name without the currency at its end: total_usd, 売上金額(円)."""
    words = name_words(without_unit(name))
    return words[:-1] if len(words) > 1 and words[-1] in _CURRENCY_WORDS else words


def says_total(name: str) -> bool:
    """Whether a column is called a total, and not of what; in Han, a total of money too."""
    words = without_currency(name)
    return words in _TOTALS or "".join(words) in _TOTALS_OF_MONEY
