"""What each stretch of a question may mean for one table: words of the language, of the data, numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lci.analyst.calendar_fields import as_named
from lci.analyst.chart import Item
from lci.analyst.claimed_words import (
    CALLED,
    begins_with_another,
    called_so,
    is_adjective,
    is_bare,
    is_name,
    says_something,
    with_what_is_together,
)
from lci.analyst.column_names import KINDS, says_kind
from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords
from lci.analyst.joined_names import behind_each, over_particles
from lci.analyst.lexicon import Lexicon
from lci.analyst.misspelt_words import misspelt
from lci.analyst.plan import Field
from lci.analyst.quantities import CURRENCIES, dates, is_number, priced, quantities
from lci.analyst.row_names import is_verb_of_rows, named_by_file_alone, row_names, step_names
from lci.analyst.spoken_items import LONGER, spoken
from lci.analyst.tables_named import table_names
from lci.analyst.unlikely_items import (
    DENYING,
    is_day_alone,
    may_not_be,
    with_pronouns,
    with_what_is_inside,
    without_parts_of_whether,
)
from lci.analyst.word_forms import folded, is_cjk, joined, split_words, written_words
from lci.analyst.words_beside_names import with_prefixes, with_short_names, with_suffixes
from lci.analyst.words_within_names import words_within
from lci.core.files import Value

#: Kinds of meanings that a word of the data may also have; the data's own word is preferred a little less then.
_AMBIGUOUS = 0.3
#: What it costs to pass over words that say nothing, and words that say nothing only now and then.
_SKIPPED, _IGNORED = 0.02, 0.3
#: What it costs to pass over a part of a longer word.
_PART_OF_WORD = 0.9
#: How much likelier a word that says what someone does is what is asked.
_DOES = 0.35
#: What it costs that a value and a column are called alike.
_ALSO_COLUMN = 0.2
#: What asks how many kinds of something there are.
_ASKED_KINDS = frozenset({"種", "种", "类", "different", "distinct", "unique", *KINDS})
#: How far a phrase is from a name of which it is but a part.
_OF_PARTS = 0.6
#: Different numbers from which on rows are meant rather than a column that numbers them.
_MANY = 24

Units = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueOf:
    """A value that a phrase names, with its column."""

    column: FileColumn
    value: Value


@dataclass(frozen=True, slots=True)
class Words:
    """A question cut into units: as they are compared, and as they were typed."""

    units: tuple[str, ...]
    typed: tuple[str, ...]
    #: The places of words in capitals, within a question that is not: codes rather than words.
    capitals: frozenset[int] = frozenset()
    #: Those of words that begin with one.
    initials: frozenset[int] = frozenset()


def words_of(question: str) -> Words:
    """The units of a question."""
    text = folded(question)
    units, typed = split_words(text), written_words(question)
    # Where folding makes other words of them, it is not known which began so.
    initials = [at for at, word in enumerate(typed) if word[:1].isupper()] if len(typed) == len(units) else []
    return Words(units, written_words(text), _capitals(question), frozenset(initials))


def _capitals(question: str) -> frozenset[int]:
    if question.isupper() or not question.isascii():
        return frozenset()
    # A sentence begins with a capital anyway, and a person is always one.
    return frozenset(at for at, word in enumerate(written_words(question)) if at and word.isupper() and word != "I")


def items(words: Words, language: Lexicon, data: DataWords) -> list[Item]:
    """Everything that a stretch of the question may mean."""
    units = words.units
    listed: list[Item] = []
    longest = max(language.longest, data.longest)
    wholes: dict[int, int] = {}
    for start in range(len(units)):
        for end in range(start + 1, min(len(units), start + longest) + 1):
            phrase = units[start:end]
            meanings = language.meanings.get(phrase, ()) if not _is_minus(units, start) else ()
            if end == start + 1 and start in words.capitals:
                meanings = _of_capitals(phrase, meanings, data)
            if end - start > 1 and (_is_whole(meanings, phrase) or is_name(phrase, data)):
                wholes[start] = end
            listed += _of_language(meanings, start, end, units, language, data)
            if not _is_rank(meanings, units[end : end + 1], language):
                named = _of_data(units, start, end, data, language, is_spoken=bool(meanings))
                listed += [
                    item for item in named if start in words.initials or not is_adjective(item, units, language, data)
                ]
        listed += _beginning(words, start, language, data)
    listed = with_what_is_together(without_parts_of_whether(listed, units, data.flags), units)
    listed = with_pronouns([item for item in _with_all_values(listed) if not may_not_be(item, units, listed)], units)
    trends = {item.start: item.end for item in listed if item.kind == "trend"}
    # "Over time" is no time over which something is.
    listed = [item for item in listed if item.kind != "over" or trends.get(item.start, 0) <= item.end]
    unclear = [item for item in listed if item.kind == "unclear" and not is_name(units[item.start : item.end], data)]
    if unclear:
        # 平均每月 may be the mean in each month, or that of the months' totals.
        listed = [item for item in listed if not any(_overlap(item, each) for each in unclear)]
    listed = _with_whole_names(_with_whole_days(listed), units, data)
    if not any(item.kind in ("count", "heads", "asked_amount") for item in listed):
        # What is known of patients is known of each of their visits.
        for thing in data.repeated:
            places = (at for at in range(len(units)) if units[at : at + len(thing)] == thing)
            listed += [Item("skip", at, at + len(thing), cost=_IGNORED) for at in places]
    listed += [*with_short_names(listed, units), *over_particles(listed, units)]
    listed += list(behind_each(listed, units, data))
    listed = _one_or_some(_without_parts(with_what_is_inside(listed), wholes), words)
    named = [*with_suffixes(listed, units, language, data), *with_prefixes(listed, units, language, data)]
    within = words_within(listed, units, words.typed)
    return [*listed, *named, *within, *table_names(units, data)]


def _of_language(
    meanings: tuple[str, ...], start: int, end: int, units: Units, language: Lexicon, data: DataWords
) -> Iterator[Item]:
    """What the language means by a phrase, as far as the data do not mean something else by it."""
    phrase = units[start:end]
    for meaning in meanings:
        if meaning == "count" and phrase[-1] == "of" and is_name(phrase[:-1], data):
            continue  # the amount of orders where there is a column of amounts
        if meaning in CALLED and any(named.distance == 0 for named in called_so(meaning, phrase, data)):
            continue  # 人数 where that is a column, なし where that is a value
        if meaning != "skip":
            for item in spoken(meaning, start, end, units, language, data):
                about = item.content[1] if item.kind in _ABOUT_FIELDS else None
                if not isinstance(about, Field) or not begins_with_another(phrase, about, data):
                    yield item
        elif (start or not _asks(meanings)) and not says_something(phrase, units[end:], data):
            yield Item("skip", start, end, cost=_SKIPPED if len(meanings) == 1 else _IGNORED)


#: Kinds of meanings that say how the values of a column are ordered or compared.
_ABOUT_FIELDS = frozenset({"extreme", "ordered_extreme", "beyond"})


def _asks(meanings: tuple[str, ...]) -> bool:
    return any(each.partition(".")[0] in _ASKING for each in meanings)


def _with_all_values(listed: list[Item]) -> list[Item]:
    """Without passing over a value that stands beside another of its column: the 中 of 高和中."""
    values = {(item.start, item.end, item.content.column.name) for item in listed if item.kind == "value"}
    links = {(item.start, item.end) for item in listed if item.kind == "and"}
    linked = {
        (start, end)
        for start, end, column in values
        for other_start, other_end, other in values
        if column == other and ((other_end, start) in links or (end, other_start) in links)
    }
    return [item for item in listed if item.kind != "skip" or (item.start, item.end) not in linked]


def _with_whole_days(listed: list[Item]) -> list[Item]:
    """Without parts of the names of days: the 星期 and the 一 of 星期一."""
    days = [item for item in listed if item.kind == "weekday"]
    return [item for item in listed if item.kind == "value" or not any(_is_within(item, day) for day in days)]


def _with_whole_names(listed: list[Item], units: Units, data: DataWords) -> list[Item]:
    """Without what rows are called at the beginning of a column's whole name, and without others' parts within it.

    The donation of the donor, 捐款人; and the households of 賃貸戸数 within 総戸数.
    """
    wholes = [
        item
        for item in listed
        if item.kind == "field" and any(each.distance == 0 for each in data.columns(units[item.start : item.end]))
    ]
    return [
        item
        for item in listed
        if item.kind not in ("noun", "field") or not any(_is_less_than(item, each) for each in wholes)
    ]


def _is_less_than(item: Item, whole: Item) -> bool:
    """Whether a noun begins a column's whole name, or another column is called by a part of it, in Han or kana."""
    if item.kind == "noun":
        return item.start == whole.start and item.end < whole.end
    return _is_within(item, whole) and item.content.column != whole.content.column and item.cost > whole.cost


def _is_within(one: Item, other: Item) -> bool:
    return other.start <= one.start and one.end <= other.end and (one.start, one.end) != (other.start, other.end)


def _overlap(one: Item, other: Item) -> bool:
    return one.start < other.end and other.start < one.end


def _one_or_some(listed: list[Item], words: Words) -> list[Item]:
    """Of a word that opens one row or some: one where the row is in the singular, as typed, and right behind it."""
    both = {(item.start, item.end) for item in listed if item.kind == "opening" and item.content == "one"}
    one = {
        row.start
        for row in listed
        if row.kind in ("row", "noun") and words.typed[row.end - 1] == words.units[row.end - 1]
    }
    return [
        item
        for item in listed
        if item.kind != "opening" or (item.start, item.end) not in both or (item.content == "one") == (item.end in one)
    ]


def _beginning(words: Words, start: int, language: Lexicon, data: DataWords) -> Iterator[Item]:
    """Dates, numbers, misspelt words, names of rows and quotations that begin at `start`."""
    units, unit = words.units, words.units[start]
    yield from dates(units, start, language, data)
    if unit in CURRENCIES and start + 1 < len(units) and is_number(units[start + 1]):
        yield from priced(units, start, language, data)
    if _is_minus(units, start):
        for item in quantities(units, start + 1, language, data):
            if item.kind == "number":
                yield replace(item, start=start, content=replace(item.content, value=-item.content.value))
    if is_number(unit):
        yield from quantities(units, start, language, data)
    elif unit not in language.words and not data.columns((unit,)) and not data.values((unit,)):
        if is_verb_of_rows(units, start, data):
            yield Item("noun", start, start + 1, (unit,), _OF_VERB)
        yield from misspelt(units, start, language, data)
        for named in data.nearly(unit):
            yield Item("field", start, start + 1, Field(named.column.name), named.distance)
            if named.column.name in data.flags:
                yield Item("flag", start, start + 1, (named.column, True), named.distance)
    for kind, names in (("step", step_names(data)), ("noun", row_names(data))):
        for name, cost in names.items():
            if units[start : start + len(name)] == name and not (
                kind == "noun" and not _is_extreme(units, start, language) and _is_mass(name, words, start, data)
            ):
                yield Item(kind, start, start + len(name), name, cost - LONGER * (len(name) - 1))
    if unit in _QUOTES:
        yield from _quoted(words, start)


#: What it costs that rows are named by their verb.
_OF_VERB = 0.2
#: Words before what can be counted in the singular, as against "the most energy".
_OF_ONE = frozenset({"each", "every", "per", "which", "what", "a", "an", "one", "single", "this", "that"})


def _is_mass(name: Units, words: Words, start: int, data: DataWords) -> bool:
    """Whether a word that only the file's name makes one for rows stands as no rows would: in the singular."""
    last = start + len(name) - 1
    is_plural = words.typed[last] != words.units[last] or name[-1].endswith("s")
    if name not in named_by_file_alone(data) or is_cjk(name[0][0]) or is_plural:
        return False
    return not _OF_ONE.intersection(words.units[max(start - 2, 0) : start])


#: Words of what says which end of an order is meant: most fuel efficient.
_LONGEST_EXTREME = 3


def _is_extreme(units: Units, end: int, language: Lexicon) -> bool:
    """Whether a word like "tallest" stands before: the tallest olympian is one."""
    before = (units[max(end - size, 0) : end] for size in range(1, _LONGEST_EXTREME + 1))
    meanings = (each for phrase in before for each in language.meanings.get(phrase, ()))
    return any(each.startswith("extreme") or each.endswith(".adjective") for each in meanings)


_MINUS = frozenset({"-", "−"})


def _is_minus(units: Units, start: int) -> bool:
    """Whether a sign stands before a number, and not between two: 1952-2007."""
    if units[start] not in _MINUS or start + 1 >= len(units) or not is_number(units[start + 1]):
        return False
    return start == 0 or not is_number(units[start - 1])


def _without_parts(listed: list[Item], wholes: dict[int, int]) -> list[Item]:
    """What is passed over in the midst of a longer word that means something costs as much as to use it."""
    counts = {(item.start, item.end) for item in listed if item.kind == "count"}
    denials = [(item.start, item.end) for item in listed if item.kind in DENYING]
    # The ない of ではない says of nothing that it is missing.
    listed = [
        item
        for item in listed
        if item.kind not in DENYING
        or not any(
            start <= item.start and item.end <= end and end - start > item.end - item.start for start, end in denials
        )
    ]
    return [
        replace(item, cost=item.cost + _PART_OF_WORD) if _is_part(item, wholes) else item
        for item in listed
        if item.kind != "which" or (item.start, item.end + 1) not in counts or not _is_counter(item, listed)
    ]


def _is_counter(which: Item, listed: list[Item]) -> bool:
    """Whether what is asked for is how many, by a word that only counts: the 何 of 何人 is no "which"."""
    return any(item.kind in ("heads", "unit") and item.start == which.end == item.end - 1 for item in listed)


#: What says something at the beginning of a question, and nothing within: "penguins who …".
_ASKING = frozenset({"asked_who", "asked_else", "list"})


def _is_whole(meanings: tuple[str, ...], phrase: Units) -> bool:
    """Whether the parts of a phrase may not be passed over: single Han and kana, and words that deny."""
    if not meanings or "skip" in meanings:
        return False
    return is_cjk(phrase[0][0]) or any(each in DENYING for each in meanings)


def _is_part(item: Item, wholes: dict[int, int]) -> bool:
    return item.kind == "skip" and any(
        begin <= item.start and item.end <= end and item.end - item.start < end - begin for begin, end in wholes.items()
    )


def _of_capitals(phrase: Units, meanings: tuple[str, ...], data: DataWords) -> tuple[str, ...]:
    """What a word in capitals may mean: a value of the data is that, and none is passed over."""
    if data.values(phrase):
        return ()
    return tuple(each for each in meanings if each != "skip") if len(phrase[0]) > 1 else meanings


def _is_rank(meanings: tuple[str, ...], after: Units, language: Lexicon) -> bool:
    """Whether an ordinal number stands before a superlative: the second best is not the best of the second."""
    ends = language.meanings.get(after, ())
    return any(each.startswith("ordinal_number") for each in meanings) and any(
        each.startswith(("superlative", "extreme")) for each in ends
    )


#: Han that make another word with one after them: 中国 is no 国.
_MADE_WITH = frozenset("中大小上下外本全新老高低前后後左右东東西南北内")


def _ends_a_word(phrase: Units, before: str) -> bool:
    return len(phrase) == 1 and before in _MADE_WITH and is_cjk(phrase[0][0])


def _of_data(units: Units, start: int, end: int, data: DataWords, language: Lexicon, *, is_spoken: bool) -> list[Item]:
    """What the words of the table mean by a phrase; one that the language or rows have, too, is that a little less."""
    phrase, before = units[start:end], units[start - 1] if start else ""
    is_noun = phrase in row_names(data)
    listed = []
    longer = -LONGER * (end - start - 1)
    for named in data.columns(phrase) if not _ends_a_word(phrase, before) else ():
        cost = named.distance + longer + (_AMBIGUOUS if is_spoken and named.distance else 0.0)
        if data.values(phrase):
            cost += _ALSO_COLUMN
        is_of_part = named.distance >= _OF_PARTS or (named.distance and says_kind(named.column.name))
        if is_noun and is_of_part and not _ASKED_KINDS.intersection(units):
            continue  # per order is not per day of order_date, nor are breaches the types of breach
        if is_noun and named.column.kind in ("number", "id"):
            if (data.different(Field(named.column.name)) or 0) > _MANY:
                continue
            cost += _AMBIGUOUS
        # "Survivors" are rows; "smoker" is also what its own column is called.
        is_holder = named.column.name in data.flags and phrase in data.holders and named.distance > 0
        if not is_holder:
            listed.append(Item("field", start, end, _field(named.column), cost))
        if named.column.name in data.flags and not (named.distance >= _OF_PARTS and phrase[0].isascii()):
            # Developers are not those who do DevOps.
            listed.append(Item("flag", start, end, (named.column, True), cost + 0.1))
            kind, likelier = ("holder", 0.0) if phrase in data.holders else ("does", _DOES)
            listed.append(Item(kind, start, end, (named.column, True), cost - likelier))
    if phrase in data.denied:
        listed.append(Item("flag", start, end, (data.denied[phrase], False), longer))
        if phrase not in data.holders:
            listed.append(Item("does", start, end, (data.denied[phrase], False), longer - _DOES))
    may_be_value = not is_bare(phrase, units, data, language) and not is_day_alone(units, start, end)
    for named in data.values(phrase) if may_be_value else ():
        cost = named.distance + longer + (_AMBIGUOUS if is_spoken else 0.0)
        if data.columns(phrase):
            cost += _ALSO_COLUMN
        if phrase[0].isdecimal() and len(phrase) == 1:
            cost += 2 * _AMBIGUOUS
        listed.append(Item("value", start, end, ValueOf(named.column, named.value), cost))
    return listed


#: What opens a quotation, and what closes it.
_QUOTES = {'"': '"', "“": "”", "「": "」", "『": "』", "‘": "’", "《": "》"}


def _quoted(words: Words, start: int) -> Iterator[Item]:
    """What stands in quotes from `start` on, as it was typed."""
    closing = _QUOTES[words.units[start]]
    for end in range(start + 2, len(words.units)):
        if words.units[end] == closing:
            yield Item("quoted", start, end + 1, joined(words.typed[start + 1 : end]))
            return


def _field(column: FileColumn) -> Field:
    """The column as its name means it."""
    return as_named(column) if column.kind == "date" else Field(column.name)
