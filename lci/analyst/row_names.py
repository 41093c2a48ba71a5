"""What one row of a table may be called: "how many passengers" counts rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby, takewhile

from lci.analyst.calendar_fields import calendar
from lci.analyst.column_names import without_addition
from lci.analyst.common_words import common
from lci.analyst.data_words import DataWords, Named
from lci.analyst.lexicon import lexicon
from lci.analyst.plan import Field, Part
from lci.analyst.word_forms import folded, is_cjk, name_words, singular, split_words

Phrase = tuple[str, ...]
#: How near a phrase is to a name that it means the column.
_NEAR = 0.5
_GROUPS = frozenset({"category", "text"})
_ANY = frozenset({"number", "date", "year", "id", *_GROUPS})
#: What it costs that a noun is a column, too.
_ALSO_COLUMN = 0.1
#: Words of files' names that are no names of rows.
_LETTERS = 3
_OF_STEPS: dict[Part, tuple[Phrase, ...]] = {
    "day": (("day",), ("date",), ("日",), ("日", "数"), ("天",), ("天", "数"), ("日", "子")),
    "month": (("month",), ("月",), ("ヶ", "月"), ("か", "月"), ("月", "份"), ("个", "月")),
    "year": (("year",), ("年",), ("年", "份")),
}


#: Names of columns that number months, and days of months.
_NUMBERED = ((("month",), ("月",), ("月", "份")), (("day",), ("日",)))
_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31


@lru_cache(maxsize=64)
def row_names(data: DataWords) -> Mapping[Phrase, float]:
    """By the file's name, by the column that numbers rows, and by what the columns are about, with their cost."""
    stem = name_words(data.table.file.rsplit(".", 1)[0])
    of_file = _phrases(stem)
    names = {
        phrase
        for phrase in of_file
        if not (_names(phrase, _ANY, data) or _ends_as_column(phrase, data) or _begins_amount(phrase, data))
    }
    within = _nouns_within(stem, data)
    is_known = False
    # Of pizzas, whose name stands in the rows of many orders, a row is none.
    named_again = _are_named_again(data)
    for noun, phrases in common().nouns.items():
        is_thing = noun not in common().events
        if is_thing and (_comes_back((noun,), data) or (noun in common().things and named_again)):
            names -= {*phrases}  # of a family several children have a row
        elif noun in within or any(phrase in of_file for phrase in phrases):
            # Of animals that the file is called after mammals are some.
            names.update(each for each in phrases if not _names(each, _GROUPS, data) and not says_which(each, data))
            is_known = True
        elif any(data.called(concept) for concept in common().rows.get(noun, ())):
            names.update(phrase for phrase in phrases if not _names(phrase, _ANY, data))
            is_known = True
    if not is_known and not data.numbered and any(map(data.is_named, data.called("name title"))):
        things = (phrase for noun in common().things for phrase in common().nouns[noun])
        names.update(phrase for phrase in things if not _names(phrase, _ANY, data))
    names.update(phrase for phrase in data.numbered if not _names(phrase, _GROUPS, data))
    # The patient that numbers patients is what rows are.
    called = frozenset(phrase for phrases in common().nouns.values() for phrase in phrases)
    names.update(
        words
        for column in data.of_kind("id")
        if column.name in data.table.unique and (words := name_words(column.name)) in called
    )
    if data.called("sex") and data.called("age") and not data.repeated and not data.called(_ROLES_OF_SOME):
        # Runners, where each row is of a person and none says what each of them does.
        names.update(phrase for phrase in common().roles if not _names(phrase, _ANY, data) and not data.values(phrase))
    names.update(phrase for phrase in _happenings(data) if not _names(phrase, _ANY, data))
    # Where each has a row of its own, the states are the rows, and occupations jobs.
    for column in data.of_kind("category"):
        if data.different(Field(column.name)) == data.table.rows:
            names.add(name_words(column.name))
            names.update(phrase for each in data.concepts(column.name) for phrase in common().columns[each])
    # Of flights.csv it is not known whether a flight is a row, or a flight_no that comes back.
    file_words = split_words(folded(" ".join(name_words(data.table.file.rsplit(".", 1)[0]))))
    names -= data.repeated - {file_words}
    names -= _counted_in_numbers(names, data)
    if data.called("sex"):
        names -= {phrase for phrase in names if "men" in phrase}  # men and women are told apart there
    names |= data.repeated & {file_words}
    return {name: _ALSO_COLUMN if _names(name, _ANY, data) else 0.0 for name in names}


#: Columns that say what somebody does, so that a word for it may be one of several.
_ROLES_OF_SOME = "job position employment status population"


#: How a column is called that holds what each row is called: 空港名.
_NAMES = ("name", "title", "名", "名称")


def name_column(data: DataWords) -> Field | None:
    """The column with the names of what rows are, where one alone may be it: in whose name a word stands."""
    called = [column for column in data.called("name title") if column.kind in _GROUPS]
    if not called:
        named = [column for column in data.table.columns if data.is_named(column)]
        called = [column for column in named if column.name.lower().endswith(_NAMES)] or named
    return Field(called[0].name) if len(called) == 1 else None


#: The part of rows with different names below which each is in several.
_OFTEN = 0.5


def _are_named_again(data: DataWords) -> bool:
    """Whether names stand in several rows each, and no other column tells rows apart."""
    named = data.called("name title")
    tells = any(column.kind in ("id", *_GROUPS) and column.name in data.table.unique for column in data.table.columns)
    rows = data.table.rows or 0
    often = any((data.different(Field(column.name)) or rows) < _OFTEN * rows for column in named)
    return often and not any(map(data.is_named, named)) and not tells


def _counted_in_numbers(names: Iterable[Phrase], data: DataWords) -> set[Phrase]:
    """What a column holds numbers of, which so are no rows, with other words for it: the `deaths` of each day."""
    plural = {name_words(column.name): column.name for column in data.of_kind("number")}
    of_many = {
        words
        for words, name in plural.items()
        if len(words) == 1 and name.lower().endswith("s") and words[0] != name.lower()
    }
    counted = {phrase for phrase in names if phrase[-1:] in of_many}
    alike = (phrases for phrases in common().nouns.values() if counted.intersection(phrases))
    return counted.union(*alike)


def is_own_name(phrase: Phrase, data: DataWords) -> bool:
    """Whether it is what the file is called."""
    return phrase == name_words(data.table.file.rsplit(".", 1)[0])


def says_which(phrase: Phrase, data: DataWords) -> Named | None:
    """The value that it is where only some rows have that: mammals, of all animals."""
    rows = data.table.rows or 0
    for each in data.values(phrase) if rows else ():
        if not each.distance and 1 < (data.different(Field(each.column.name)) or 1) <= _OFTEN * rows:
            return each
    return None


def _comes_back(phrase: Phrase, data: DataWords) -> bool:
    """Whether a column is called so of which some value is in several rows."""
    return any(each.distance == 0 and data.repeats(each.column) for each in data.columns(phrase))


def _begins_amount(phrase: Phrase, data: DataWords) -> bool:
    """Whether a column says with one character more, in Han, how much of it there is: the 用电 of 用电量."""
    columns = (name_words(without_addition(column.name)) for column in data.of_kind("number"))
    return is_cjk(phrase[0][0]) and any(name[:-1] == phrase and name[-1] in "量数额額費费" for name in columns)


def _ends_as_column(phrase: Phrase, data: DataWords) -> bool:
    """Whether it ends as a column is called, in Han or kana: 电脑价格 is no row, but the 价格 of one."""
    ends = (phrase[at:] for at in range(1, len(phrase))) if is_cjk(phrase[0][0]) else ()
    return any(len(end) > 1 and any(each.distance < _NEAR for each in data.columns(end)) for end in ends)


#: Nouns for what asks those that the word before it calls: 学生アンケート.
_ASKING = frozenset({"survey"})


def _nouns_within(stem: Phrase, data: DataWords) -> frozenset[str]:
    """What rows are by the last noun within a name in Han or kana, and by the one before it of a survey."""
    ends: dict[str, tuple[int, int]] = {}
    for noun, phrases in common().nouns.items():
        for phrase in phrases:
            # One character is another word's in the midst of a name, and rows are shops where they have numbers.
            is_numbered = any(name_words(name)[:1] == phrase for name in data.table.unique)
            at_end = range(max(len(stem) - 1, 2), len(stem)) if is_numbered else range(0)
            starts = range(len(stem) - len(phrase) + 1) if len(phrase) > 1 else at_end
            for at in starts if is_cjk(phrase[0][0]) else ():
                if stem[at : at + len(phrase)] == phrase:
                    ends[noun] = max(ends.get(noun, (0, 0)), (at + len(phrase), len(phrase)))
    last = {noun for noun, end in ends.items() if end == max(ends.values())}
    before = {noun: end for noun, end in ends.items() if noun not in last}
    if last & _ASKING and before:
        last |= {noun for noun, end in before.items() if end == max(before.values())}
    return frozenset(last)


#: Letters with which the verb of a noun begins at least, and how nouns of verbs and their verbs end.
_STEM = 4
_NOUN_ENDINGS = frozenset({
    "", "e", "y", "s", "t", "er", "or", "r", "ee", "al", "ing", "ion", "ation", "tion", "ment", "ance", "ence", "ure",
})  # fmt: skip
_VERB_ENDINGS = frozenset({"", "s", "ed", "d", "e", "es", "ing"})


def _letters_alike(one: str, other: str) -> int:
    """With how many letters both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


#: How names of columns end that say when something was, who did it or which it was, in Han and kana.
_OF_HAPPENINGS = ("日期", "时间", "日時", "番号", "编号", "編號", "日", "人", "者", "号")
#: Of such a name the beginning that is what happened.
_HAPPENING = 2


def _happenings(data: DataWords) -> set[Phrase]:
    """What each row is, by columns that no row lacks: donations, of which each has a day, and nearly each a name."""
    stems: set[Phrase] = set()
    for column in data.table.columns:
        name = name_words(column.name)
        ending = next((each for each in _OF_HAPPENINGS if column.name.endswith(each)), "")
        if name and is_cjk(name[0][0]) and ending and column.name in data.ranges.complete and column.kind != "number":
            stem = name[: len(name) - len(ending)]
            if len(stem) == _HAPPENING and not data.values(stem):
                stems.add(stem)
    return stems


#: What stands behind a verb of one character.
_BEHIND_VERBS = frozenset("了过的得几多")


def is_verb_of_rows(units: Phrase, at: int, data: DataWords) -> bool:
    """Whether a word says that there is a row: a rental that is rented, a visit of who visited, 捐了 of 捐款."""
    word = units[at]
    if is_cjk(word[0]):
        return (
            units[at + 1 : at + 2] != ()
            and units[at + 1] in _BEHIND_VERBS
            and any(word in stem for stem in _happenings(data))
        )
    # Who is called a runner for the age and sex that are told need not have run.
    names = [name[0] for name in row_names(data) if len(name) == 1 and name[0].isascii() and name not in common().roles]
    # A house is a thing, and nothing that housing does.
    is_thing = any((word,) in phrases for noun, phrases in common().nouns.items() if noun not in common().events)
    return word not in names and not is_thing and any(_is_verb_of(word, name) for name in names)


def _is_verb_of(word: str, noun: str) -> bool:
    stem = _letters_alike(word, noun)
    return stem >= _STEM and noun[stem:] in _NOUN_ENDINGS and word[stem:] in _VERB_ENDINGS


@lru_cache(maxsize=64)
def named_by_file_alone(data: DataWords) -> frozenset[Phrase]:
    """What rows may be called only because their file is, which may as well be what the numbers are of: energy."""
    called = frozenset(phrase for phrases in common().nouns.values() for phrase in phrases)
    return frozenset(_phrases(name_words(data.table.file.rsplit(".", 1)[0]))) - called - data.numbered


@lru_cache(maxsize=64)
def step_names(data: DataWords) -> Mapping[Phrase, float]:
    """What the part of dates is called of which each row is one, at no cost."""
    return {
        phrase: 0.0
        for part, phrases in _OF_STEPS.items()
        if any(data.is_own_row(place) for place in calendar(part, data)) or (part == "day" and _are_numbered_days(data))
        for phrase in phrases
    }


def _are_numbered_days(data: DataWords) -> bool:
    """Whether there is a row for each day of some months, whose numbers two columns hold."""
    named = {name_words(column.name): Field(column.name) for column in data.of_kind("number")}
    months, days = (next((named[each] for each in each_of if each in named), None) for each_of in _NUMBERED)
    rows, number = data.table.rows, data.different(months) if months is not None else None
    if days is None or number is None or rows is None:
        return False
    return _SHORTEST_MONTH * number <= rows <= _LONGEST_MONTH * number


def _phrases(stem: Phrase) -> set[Phrase]:
    """The words of a file's name, Han and kana in runs, and all of it."""
    runs: list[Phrase] = [stem]
    for together, units in groupby(stem, key=lambda unit: is_cjk(unit[0])):
        words = tuple(units)
        runs += [words] if together else [(word,) for word in words]
    # What ends in "us" is not taken for a plural in a question: cpus.
    runs += [(f"{run[0]}s",) for run in runs if len(run) == 1 and singular(f"{run[0]}s") != run[0]]
    runs += [part for run in runs if len(run) == 1 for part in _joined(run[0])]
    return {run for run in runs if len("".join(run)) >= _LETTERS or (len(run) > 1 and is_cjk(run[0][0]))} - {()}


#: Letters of a word of a file's name that may be joined of two, and of the first and second of them at least.
_TWO_WORDS, _FIRST, _SECOND = 8, 2, 3


def _joined(word: str) -> list[Phrase]:
    """The two words that one may be joined of, and the second alone: birdstrikes.csv has bird strikes, or strikes."""
    if len(word) < _TWO_WORDS or not word.isascii() or not word.isalpha():
        return []
    parts = [(word[:at], word[at:]) for at in range(_FIRST, len(word) - _SECOND + 1)]
    return [*parts, *((second,) for _, second in parts if second not in lexicon("en").words)]


def _names(phrase: Phrase, kinds: frozenset[str], data: DataWords) -> bool:
    """Whether it is rather a column of one of the kinds; of groups, values are meant where they are counted."""
    return any(named.column.kind in kinds and named.distance < _NEAR for named in data.columns(phrase))
