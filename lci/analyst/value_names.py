"""What a value of a table may be called: U.S. without points, タスマニア of タスマニア州, a side of "Washed / Wet"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from lci.analyst.common_words import alike, coded
from lci.analyst.lexicon import lexicon
from lci.analyst.word_forms import folded, split_words, values_in

Units = tuple[str, ...]
#: How far a phrase is from the value: all of it, all but signs, its everyday word, one side of it.
_WHOLE, _BARE, _SIDE, _EVERYDAY = 0.0, 0.1, 0.15, 0.25
#: Words of a value that is named by its words at most.
_MOST_WORDS = 12
#: Letters of one of the two names of a value at least.
_LETTERS = 3
#: What names of regions end in, and of how many characters they are with it at least.
_REGIONS, _SHORTEST_REGION = frozenset("州県縣省市区區郡"), 2


def value_phrases(
    value: str, sides: Collection[str], concepts: Collection[str], *, is_code: bool
) -> Iterator[tuple[Units, float]]:
    """Phrases for a value with how far each is from it; `sides` are the `lone_sides` of its column.

    `is_code` says that a single letter may stand for something, F for a woman; `concepts` are what the column is about.
    """
    words = split_words(folded(value.strip()))
    if not words or len(words) > _MOST_WORDS:
        return
    yield words, _WHOLE
    bare = tuple(word for word in words if word not in ("-", "."))
    if bare and ("-" in words[1:-1] or "." in words):
        yield bare, _BARE  # no-show, e-bike, U.S.: as one word, or as two
        if (whole := "".join(bare)) not in lexicon("en").words:
            yield (whole,), _BARE  # "me" is no M.E.
    if words[-1].isascii() and words[-1].endswith("s"):
        # Of "gases" the plural ending is taken for that of "gase".
        yield (*words[:-1], words[-1] + "e"), _BARE
    if words[-1] in _REGIONS and len(words) > _SHORTEST_REGION:
        yield words[:-1], _EVERYDAY  # タスマニア of タスマニア州
    for side in _sides_of(value, sides):
        yield side, _SIDE
    for phrase in (*(alike(words) if is_code else ()), *coded(value, tuple(concepts))):
        yield phrase, _EVERYDAY


def lone_sides(known: Iterable[str]) -> frozenset[str]:
    """What, in small letters, one value of a column alone is called, or called on one side of its sign."""
    counts = Counter(part for each in known for part in {each.strip().lower(), *map(str.lower, values_in(each))})
    return frozenset(part for part, times in counts.items() if times == 1)


def _sides_of(value: str, lone: Collection[str]) -> Iterator[Units]:
    """Both names of what has two, where no other value is called so: "Washed / Wet"."""
    sides = values_in(value)
    if len(sides) != 2 or any(len(side) < (_LETTERS if side.isascii() else 2) for side in sides):
        return  # N/A
    if all(side.lower() in lone for side in sides):
        named = (split_words(folded(side)) for side in sides)
        yield from (side for side in named if side and not (len(side) == 1 and side[0] in lexicon("en").words))
