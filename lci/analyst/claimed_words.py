"""Words of the language that the data claim as names of their own, which then say what they say there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from lci.analyst.chart import Item
from lci.analyst.common_words import common
from lci.analyst.data_words import DataWords, Named
from lci.analyst.lexicon import Lexicon
from lci.analyst.plan import Field
from lci.analyst.quantities import is_number
from lci.analyst.word_forms import is_cjk, name_words

Units = tuple[str, ...]
#: How far from the whole of a name, its unit or "is" at most, a phrase is that is that name.
NAMED = 0.1
#: Letters of a name of the data that is not passed over as a word that says nothing.
_NAME_LETTERS = 4
_HAN_LETTERS = 2


_TOWARDS = frozenset({"to", "for", "from", "in", "of"})


def says_something(phrase: Units, after: Units, data: DataWords) -> bool:
    """Whether words that say nothing do so here: those who left, where a column says who did, and "with a bonus"."""
    is_long = len("".join(phrase)) >= (_HAN_LETTERS if is_cjk(phrase[0][0]) else _NAME_LETTERS)
    if is_long and is_name(phrase, data):
        return True
    if len(phrase) == 1 and phrase[0].isascii() and any(is_name((form,), data) for form in _done(phrase[0])):
        return True  # runs are rows of Running
    if len(phrase) == 2 and phrase[1] == "of" and is_name(phrase[:1], data):
        return True  # each type of job, where a column says of which type each is
    if len(phrase) == 2 and phrase[1] == "us" and phrase[0] in _TOWARDS and data.values(("us",)):
        return True  # to the United States
    named = after[1:] if after[:1] in (("a",), ("an",)) else after
    is_with = phrase[0] == "with" and phrase[1:] in ((), ("a",), ("an",))
    columns = [each.column for each in data.columns(named[:1]) if each.distance <= NAMED] if is_with else []
    is_limited = any(is_number(unit) for unit in after[:6])
    return not is_limited and any(each.kind == "number" and each.name not in data.flags for each in columns)


def _done(word: str) -> tuple[str, ...]:
    """What a verb is called when it is done: run, running; bike, biking; yawn, yawned."""
    return f"{word}ing", f"{word}{word[-1:]}ing", f"{word.removesuffix('e')}ing", f"{word.removesuffix('e')}ed"


def is_name(phrase: Units, data: DataWords) -> bool:
    """Whether it is a value or a column by its whole name, of which no word may be passed over: the 都 of 成都."""
    return any(named.distance <= NAMED for named in (*data.values(phrase), *data.columns(phrase)))


#: What may as well be a column of numbers, or a value, of that very name.
CALLED = frozenset({"count", "heads", "missing", "no", "no_after"})


def called_so(meaning: str, phrase: Units, data: DataWords) -> list[Named]:
    if meaning in ("count", "heads"):
        named = [*data.columns(phrase), *(data.columns(("人", "数")) if phrase == ("何", "人") else [])]
        return [each for each in named if each.column.kind == "number"]
    if not is_cjk(phrase[0][0]):
        return []
    return data.values(phrase[:-1] if phrase[-1] == "の" else phrase)


def begins_with_another(phrase: Units, place: Field, data: DataWords) -> bool:
    """Whether words about one column begin with the very name of another: 销量最高 beside a column 销量 and 销售额."""
    own = [each for size in range(1, len(phrase)) for each in data.columns(phrase[:size]) if each.distance == 0]
    return bool(own) and all(each.column.name != place.column for each in own)


#: Kinds of meanings that say which of two is more.
_MORE = ("more.", "superlative.", "rank", "extreme.")


def is_bare(phrase: Units, units: Units, data: DataWords, language: Lexicon) -> bool:
    """Whether a value of one character says how something is compared, and its column is not named: 哪个价格高."""
    if len(phrase) != 1 or not is_cjk(phrase[0][0]):
        return False
    compares = any(meaning.startswith(_MORE) for meaning in language.meanings.get(phrase, ()))
    columns = [name_words(named.column.name) for named in data.values(phrase)]
    return compares and not any(
        units[at : at + len(name)] == name for name in columns for at in range(len(units) - len(name) + 1)
    )


def is_adjective(item: Item, units: Units, language: Lexicon, data: DataWords) -> bool:
    """Whether it takes a word of the language, in small letters, for somebody who is called so: young employees."""
    phrase = units[item.start : item.end]
    if item.kind != "value" or len(phrase) != 1 or phrase[0] not in language.words:
        return False
    value, column = str(item.content.value), item.content.column.name
    name = name_words(column)
    if not value[:1].isupper() or name == units[max(item.start - len(name), 0) : item.start]:
        return False
    others = [str(each).split() for each in data.table_values(column)]
    return any(len(names) > 1 and not _speaks(names, language) for names in others)


def _speaks(names: Sequence[str], language: Lexicon) -> bool:
    """Whether they are rather words, or have no capital, than the names of somebody."""
    return any(name.lower() in language.words or not name[:1].isupper() for name in names)


def with_what_is_together(listed: Sequence[Item], units: Units) -> list[Item]:
    """Without passing over words one by one that mean something together.

    So does what a column says yes or no to, who made it; and what columns are called elsewhere: 用时 is no 用 and 时.
    """
    wholes = [(item.start, item.end) for item in listed if item.kind == "does" and item.cost < 0]
    for start in range(len(units)):
        ends = range(start + 2, min(len(units), start + _LONGEST_NAME) + 1)
        wholes += [(start, end) for end in ends if units[start:end] in _names_in_han()]
    return [item for item in listed if item.kind != "skip" or not any(_is_less(item, *each) for each in wholes)]


def _is_less(item: Item, start: int, end: int) -> bool:
    return start <= item.start and item.end <= end and (item.start, item.end) != (start, end)


#: Characters of the longest such names.
_LONGEST_NAME = 5


@cache
def _names_in_han() -> frozenset[Units]:
    """What columns are called in Han or kana, in two characters or more."""
    concepts = common().columns.items()
    # 7月份 is a month of its own, with what a column of months is called.
    called = (phrase for concept, phrases in concepts if concept not in ("year", "month", "date") for phrase in phrases)
    return frozenset(phrase for phrase in called if 1 < len(phrase) <= _LONGEST_NAME and is_cjk(phrase[0][0]))
