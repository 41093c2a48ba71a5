"""Names of columns that a particle parts in a question: 旅客機の死者数 of a column called 旅客機死者数."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lci.analyst.chart import Item
from lci.analyst.column_names import without_addition
from lci.analyst.word_forms import holds, name_words

Units = tuple[str, ...]
#: What stands between the parts.
_PARTICLES = frozenset({"の", "的"})
#: What it costs that the parts are all of a name, and that they are some of it.
_WHOLE, _SOME = 0.05, 0.2


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
                if holds(name, parts):
                    yield Item("field", first.start, second.end, first.content, _WHOLE if name == parts else _SOME)
