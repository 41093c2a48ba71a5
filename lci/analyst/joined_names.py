"""Names of columns parted by a particle in a question, or cut to one character: 旅客機の死者数, the 村 of 各村."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lci.analyst.chart import Item
from lci.analyst.column_names import without_addition
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field
from lci.analyst.word_forms import is_cjk, name_words

Units = tuple[str, ...]
#: What stands between the parts.
_PARTICLES = frozenset({"の", "的"})
#: What it costs that the parts are all of a name, and that they are some of it.
_WHOLE, _SOME = 0.05, 0.2


#: Kinds of words behind which one character stands for a column in Chinese: 各村, 哪个村, 按村.
_BEFORE = frozenset({"each", "which", "which_of", "by"})
#: What it costs that one character stands for a name of two.
_SHORT, _TWO = 0.3, 2


def behind_each(listed: Sequence[Item], units: Units, data: DataWords) -> Iterator[Item]:
    """The columns of groups that one character names where nothing else does: the 村 of 村庄 in 各村."""
    ends = {item.end for item in listed if item.kind in _BEFORE and is_cjk(units[item.start][0])}
    meant = {item.start for item in listed if item.kind not in ("skip", "unit", "name_word")}
    names = {column.name: name_words(column.name) for column in (*data.of_kind("category"), *data.of_kind("text"))}
    for at in sorted(end for end in ends if end < len(units) and end not in meant):
        called = [name for name, words in names.items() if len(words) == _TWO and units[at] in words]
        if len(called) == 1 and is_cjk(units[at][0]):
            yield Item("field", at, at + 1, Field(called[0]), _SHORT)


def over_particles(listed: Sequence[Item], units: Units) -> Iterator[Item]:
    """The columns that both sides of a particle name, of which each by itself may mean several."""
    fields = [item for item in listed if item.kind == "field" and item.content.part is None]
    for first in fields:
        if units[first.end : first.end + 1] == () or units[first.end] not in _PARTICLES:
            continue
        for second in fields:
            if second.start == first.end + 1 and second.content == first.content:
                parts = units[first.start : first.end] + units[second.start : second.end]
                name = name_words(without_addition(first.content.column))
                if name[: len(parts)] == parts:
                    yield Item("field", first.start, second.end, first.content, _WHOLE if name == parts else _SOME)
