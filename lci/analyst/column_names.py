"""What names of columns say: what a column numbers, and words that stand together in one."""

from __future__ import annotations

import re

from lci.analyst.columns import FileColumn
from lci.analyst.common_words import common
from lci.analyst.word_forms import folded, split_words

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


def parted(word: str) -> Units:
    """`brainwt` as the two words that it stands for."""
    for short, whole in common().abbreviations.items():
        if word.endswith(short) and len(word) - len(short) > len(short):
            return word.removesuffix(short), whole
    return (common().abbreviations.get(word, word),)
