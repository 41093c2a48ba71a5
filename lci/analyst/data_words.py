"""The words of a table: phrases that name its columns and the values in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from lci.analyst.column_names import holds_names, numbered, says_total, says_who, without_addition, written_out
from lci.analyst.columns import FileColumn
from lci.analyst.common_words import common, concepts_of, phrases_of
from lci.analyst.flag_values import yes_of
from lci.analyst.plan import Field, Part
from lci.analyst.sources import Source
from lci.analyst.value_names import lone_sides, value_phrases
from lci.analyst.word_forms import folded, name_words, singular, split_words
from lci.analyst.writing import UNITS, without_unit
from lci.core.files import Value

Units = tuple[str, ...]

#: How far a phrase is from what it names: the whole name, all of it but its unit, its everyday word, a part of it.
_WHOLE, _BARE, _EVERYDAY, _HEAD, _PART, _TYPO = 0.0, 0.1, 0.25, 0.45, 0.6, 0.7
_TYPO_RATIO, _TYPO_LETTERS = 84.0, 5
#: Columns that are about as near to a phrase as the nearest, and how many of those there may be.
_AS_NEAR, _MOST_NEAR = 0.3, 6
#: How names begin that say whether something is so: is_delivered, has_garden.
SAID = frozenset({"is", "are", "has", "have", "was", "were", "did"})
_ORDER, _TOTAL = ("order",), "total"
#: What those are whom the one column of people names.
_PEOPLE = (("people",), ("person",))
#: Values that say that something comes in.
_INCOMES = (("income",), ("収", "入"), ("入", "金"), ("收", "入"), ("進", "項"))
#: Letters that stand for something, as against initials, at most.
_CODES = 4
#: Characters at the end of a name that are its head: the 国 of 出身国.
_PLACES = frozenset("国國州県省市区町")
#: What an age may be called where it is a column's name, and what says when elsewhere.
_YEAR, _DAY = ("年",), ("day",)
#: How names begin that tell how good something is, and not how much of it there is.
_QUALITY = ("quality", "of")
#: Units at the beginning of a name which by themselves are no name of it: ㎡単価.
_AREAS = frozenset({("m", "2"), ("m", "3"), ("m",), ("2",), ("3",)})
#: What ends a name that is not that of what it begins with: 捐款人, 購入日.
_HEADS = frozenset("人者日号期员員先")
#: The part of rows that have another name, from which on it is that of the row.
_NEARLY_EACH = 0.98
#: The part of rows with numbers of their own from which on each is to have one.
_ALL_BUT_SLIPS = 0.999
#: Fewer names are no people, but kinds of them.
_FEWEST_PEOPLE = 4
#: Names of persons, in a table that tells of which sex they are, or when they were born.
_NAMES = frozenset({("name",), ("full", "name")})
#: Values that may be called as their column, where it has so many.
_MANY = 24
_JOINED = 3  # words of one name
_EMPTY = frozenset({"of", "the", "in", "per", "and", "a", "id", "no", "is", "de", "to", "by", "on", "at", "for"})


@dataclass(frozen=True, slots=True)
class Named:
    """A column, or one of its values when `value` is not None, and how far the phrase is from its name."""

    column: FileColumn
    value: Value
    distance: float


@dataclass(frozen=True, slots=True)
class Ranges:
    """What is known of columns: which begin at zero, have times of day, no gaps, lie from 0 to 1, number months.

    `steps` is what each row is.
    """

    from_zero: frozenset[str] = frozenset()
    timed: frozenset[str] = frozenset()
    complete: frozenset[str] = frozenset()
    parts_of_one: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    #: The part of dates of which each is in one row.
    steps: Mapping[str, Part] = field(default_factory=dict)
    #: Columns of dates of which rows that are shown have the same day.
    repeated: frozenset[str] = frozenset()
    #: The part of cells that hold several values at once, comedy/crime, of columns that have such.
    listed: Mapping[str, float] = field(default_factory=dict)
    #: The least and the greatest number of columns.
    spans: Mapping[str, tuple[float, float]] = field(default_factory=dict)


class DataWords:
    """What phrases name in one table; made once a table, looked up a phrase at a time."""

    def __init__(
        self,
        table: Source,
        values: Mapping[str, Iterable[Value]],
        different: Mapping[str, int] = MappingProxyType({}),
        years: Mapping[str, tuple[int, int]] = MappingProxyType({}),
        ranges: Ranges | None = None,
        holding: Mapping[str, Sequence[str]] = MappingProxyType({}),
        *,
        is_looked_up: bool = False,
    ) -> None:
        """`values` are those known of each column, `different` how many, `years` the first and last, where known.

        Where they were looked up for a question, all that its words may name are among them; `holding` are then those
        in which one of its words is but a part: no question names them, but it may mean them.
        """
        self.holding = {name: tuple(each) for name, each in holding.items()}
        self._years = dict(years)
        self._different = dict(different)
        self.ranges = ranges if ranges is not None else Ranges()
        self.table = table
        self._known = {name: tuple(known) for name, known in values.items()}
        self._columns: dict[Units, dict[str, tuple[FileColumn, float]]] = {}
        self._values: dict[Units, list[Named]] = {}
        self._near: dict[Units, list[Named]] = {}
        #: What columns number, the order of an order id: where each has a row, and where some have several.
        self.numbered: set[Units] = set()
        self.repeated: set[Units] = set()
        self._everyday: dict[str, tuple[str, ...]] = {}
        self._called: dict[str, list[FileColumn]] = {}
        self._about: dict[str, list[FileColumn]] = {}
        self._of_kind: dict[str, list[FileColumn]] = {}
        #: What says the opposite of a column that says yes or no.
        self.denied: dict[Units, FileColumn] = {}
        self.longest = 1
        #: Nouns for rows of which such a column says yes or no, not what they do.
        self.holders = common().holders
        #: The value that says yes, of columns that say yes or no.
        self.flags = {name: yes for name, known in values.items() if (yes := yes_of(tuple(known))) is not None}
        for column in table.columns:
            self._of_kind.setdefault(column.kind, []).append(column)
            self._add_column(column)
        #: The columns that say who it was, and not only of what kind each is: 会員 or 一般.
        self.people = [column for column in table.columns if self._says_who(column)]
        if len(self.people) == 1 and self.repeats(self.people[0]):
            for called in _PEOPLE:
                self._name(called, self.people[0], _EVERYDAY)
        self._name_totals()
        self._name_sales()
        for column in table.columns:
            in_column = self.table_values(column.name) if column.kind in _NAMED_KINDS else ()
            sides = lone_sides(each for each in in_column if isinstance(each, str))
            for value in in_column:
                self._add_value(column, value, sides)
        for column in table.columns if values else ():
            if not holds_names(column.name):
                continue
            known = [each for each in self._known.get(column.name, ()) if isinstance(each, str)]
            if is_looked_up or self._different.get(column.name) == len(known):
                self._name_people(column, known)
        for column in table.columns:
            if column.name in self.flags:
                for concept in self._everyday.get(column.name, ()):
                    for phrase in common().opposites.get(concept, ()):
                        self.denied[phrase] = column
                        self.longest = max(self.longest, len(phrase))
        self._words = sorted(
            {units[0] for units in self._columns if len(units) == 1 and len(units[0]) >= _TYPO_LETTERS}
        )

    def table_values(self, column: str) -> tuple[Value, ...]:
        """The values of a column, where they are known."""
        return self._known.get(column, ())

    def different(self, place: Field) -> int | None:
        """How many different values a field has, where that is known."""
        return self._different.get(place.column) if place.part in (None, "day") else None

    def is_own_row(self, place: Field) -> bool:
        """Whether each value of a part of dates stands in one row."""
        return place.part is not None and self.ranges.steps.get(place.column) == place.part

    def repeats(self, column: FileColumn) -> bool:
        """Whether a value of the column is known to stand in several rows."""
        different = self._different.get(column.name)
        return different is not None and different < (self.table.rows or 0)

    def is_named(self, column: FileColumn) -> bool:
        """Whether nearly each row has another value of words in the column, as things have names."""
        different = self._different.get(column.name, 0)
        return column.kind in ("category", "text") and different >= _NEARLY_EACH * (self.table.rows or 1)

    def numbers_rows(self, column: FileColumn) -> bool:
        """Whether its numbers are those of the rows: each once, without a gap."""
        least, greatest = self.ranges.spans.get(column.name, (0.0, 0.0))
        return column.name in self.table.unique and greatest - least + 1 == self.table.rows

    def has_unique_id(self) -> bool:
        """Whether a column numbers the rows."""
        return any(
            column.kind in ("id", "number") and self._different.get(column.name) == self.table.rows
            for column in self.table.columns
            if column.name not in self.ranges.timed
        )

    def columns(self, phrase: Units) -> list[Named]:
        """The columns that it names, nearest first; none where so many are as near that it names no one."""
        if phrase not in self._near:
            listed = self._columns.get(phrase, {})
            if not listed and 1 < len(phrase) <= _JOINED and all(word.isascii() and word.isalpha() for word in phrase):
                # A column called beertax: of words that are not parted there it is known by all of them only.
                whole = self._columns.get(("".join(phrase),), {})
                listed = {name: each for name, each in whole.items() if each[1] <= _BARE}
            nearest = min((distance for _, distance in listed.values()), default=0.0)
            # What is a column's very name is no everyday word for another.
            farthest = nearest + _AS_NEAR if nearest else _BARE
            near = [Named(column, None, each) for column, each in listed.values() if each <= farthest]
            near.sort(key=lambda named: named.distance)
            self._near[phrase] = near if len(near) <= _MOST_NEAR else []
        return self._near[phrase]

    def no(self, column: str) -> Value:
        """The value that says no, of a column that says yes or no."""
        return next(value for value in self._known[column] if value != self.flags[column])

    def concepts(self, column: str) -> frozenset[str]:
        """What the column is about, in everyday words."""
        return frozenset(self._everyday.get(column, ()))

    def has_year(self, column: str, year: int) -> bool:
        """Whether the year lies among those of the column, as far as is known."""
        first, last = self._years.get(column, (year, year))
        return first <= year <= last

    def years(self, column: str) -> int | None:
        """How many years lie from the first to the last of its dates, where they are known."""
        first, last = self._years.get(column, (0, -1))
        return last - first + 1 or None

    def years_known(self) -> tuple[int, int] | None:
        """The first and the last year of its dates, where they are known of one column alone."""
        return next(iter(self._years.values())) if len(self._years) == 1 else None

    def only_year(self, column: str) -> int | None:
        """The year of all its dates, where they are known to be of one."""
        first, last = self._years.get(column, (0, 1))
        return first if first == last else None

    def called(self, concepts: str) -> list[FileColumn]:
        """The columns that are called by the first of the concepts that any is called by, by whole names first."""
        for names in (self._called, self._about):
            for concept in concepts.split():
                if columns := names.get(concept):
                    return columns
        return []

    def of_kind(self, kind: str) -> list[FileColumn]:
        """The columns of a kind, in the file's order."""
        return self._of_kind.get(kind, [])

    def values(self, phrase: Units) -> list[Named]:
        """The values that it names."""
        return self._values.get(phrase, [])

    def nearly(self, word: str) -> list[Named]:
        """Columns that a misspelt word may name."""
        if len(word) < _TYPO_LETTERS or not word.isalpha():
            return []
        hit = process.extractOne(word, self._words, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO)
        # Of five letters another one makes another word, prize of price; wieght has the same.
        swapped = (each for each in self._words if sorted(each) == sorted(word) and OSA.distance(word, each) == 1)
        near = hit[0] if hit is not None else next(swapped, None)
        if near is None or near[0] != word[0]:
            return []
        return [Named(named.column, None, named.distance + _TYPO) for named in self.columns((near,))]

    def _add_column(self, column: FileColumn) -> None:
        words = name_words(column.name) or split_words(folded(column.name.strip()))
        if not words:
            return
        if (thing := numbered(column, words)) is not None:
            # A number or two of many that are there twice were typed so.
            if self._different.get(column.name, self.table.rows or 0) >= _ALL_BUT_SLIPS * (self.table.rows or 0):
                self.numbered.add(thing)
            else:
                # Visits have patients, some of them several times: a row is a visit.
                self.repeated.add(thing)
                self._name(thing, column, _EVERYDAY)
        long = self._name_whole(words, column)
        bare = name_words(without_addition(without_unit(column.name))) or words
        while len(bare) > 1 and (bare[-1] in _UNIT_WORDS or bare[-2:] in _TIMES):
            bare = bare[:-1]
        self._name(bare, column, _BARE)
        about = dict.fromkeys((*concepts_of(bare), *concepts_of(long)))
        # 年 is an age, too, but not where it says when.
        self._everyday[column.name] = tuple(each for each in about if (each, column.kind) != ("age", "year"))
        for concept in self._everyday[column.name]:
            self._called.setdefault(concept, []).append(column)
            for phrase in common().columns[concept]:
                self._name(phrase, column, _EVERYDAY)
        for alias in phrases_of(long):
            self._name(alias, column, _EVERYDAY)
        self._name_parts(bare, column)
        if len(words) == 1 and len(long) > 1:
            self._name_joined(long, column)

    def _name_whole(self, words: Units, column: FileColumn) -> Units:
        """By all words of its name, as they are written or abbreviated; the words without abbreviations."""
        for each in {words, split_words(folded(column.name.strip()))}:
            self._name(each, column, _WHOLE)
        if len(words) > 1:
            self._name(("".join(words),), column, _BARE)
        if len(words) > 1 and words[0] in SAID:
            self._name(words[1:], column, _BARE)
        long = written_out(words)
        if long != words:
            self._name(long, column, _BARE)
        if len(words) == 2 and words[0].isascii():
            for pair in {words, long}:
                self._name(pair[::-1], column, _BARE)
        return long

    def _name_joined(self, long: Units, column: FileColumn) -> None:
        """By the parts of a name that joins them; of poptotal beside popdensity it is the population."""
        self._name_parts(long, column)
        for alias in phrases_of(tuple(word for word in long if word != _TOTAL)) if _TOTAL in long else ():
            self._name(alias, column, _EVERYDAY)

    def _name_parts(self, name: Units, column: FileColumn) -> None:
        """A part of a name names the column, too, the last of its words rather than others."""
        cjk = not name[0].isascii()
        if name[:2] == _QUALITY:
            # How well somebody sleeps is not how long.
            self._name((*name[2:], name[0]), column, _EVERYDAY)
            return
        for size in range(1, len(name)):
            for start in range(len(name) - size + 1):
                part = name[start : start + size]
                is_head = start + size == len(name)
                is_short = (cjk and size < 2) or len("".join(part)) < 2
                if (
                    part[0] in _EMPTY
                    or part[-1] in _EMPTY
                    or part[:2] in _AREAS
                    or (is_short and not (is_head and part[0] in _PLACES))
                ):
                    continue
                if cjk and not is_head and name[-1] in _HEADS:
                    continue  # a donation is no donor, nor is it a day
                for concept in concepts_of(part) if is_head else ():
                    if column not in self._about.setdefault(concept, []):
                        self._about[concept].append(column)
                distance = (_HEAD if is_head else _PART) + 0.02 * (len(name) - size)
                self._name(part, column, distance)
                # The sum invested in a shop is no shop.
                for alias in phrases_of(part) if is_head or not cjk or column.kind != "number" else ():
                    self._name(alias, column, distance + 0.05)

    def _says_who(self, column: FileColumn) -> bool:
        if column.kind not in ("category", "text") or column.name in self.flags:
            return False
        different = self._different.get(column.name)
        is_person = says_who(column.name) or (
            name_words(column.name) in _NAMES
            and bool(self.called("sex") or self.called("birth_date"))
            and not self.is_named(column)
        )
        return is_person and (different is None or different >= _FEWEST_PEOPLE)

    def _name_totals(self) -> None:
        """A column called the total of what others are parts of: all medals beside gold, silver and bronze."""
        for concept, ways in common().totals.items():
            has_parts = any(all(self.called(part) for part in parts) for parts in ways)
            if has_parts and not self._called.get(concept):
                for column in self.table.columns:
                    if says_total(column.name):
                        self._everyday[column.name] = (*self._everyday[column.name], concept)
                        self._called.setdefault(concept, []).append(column)
                        for phrase in common().columns[concept]:
                            self._name(phrase, column, _EVERYDAY)

    def _name_sales(self) -> None:
        """What a sale brings in is what its customer has spent; where a row is an order, it is the order's value."""
        totals = [each for each in self.of_kind("number") if says_total(each.name)]
        columns = totals or self.called("sales") or self.called("amount")
        # What a household pays is what it spends, where nothing in the same table comes in.
        is_budget = bool(columns) and not self.called("sales") and not any(map(self.values, _INCOMES))
        is_spent = bool(self.called("customer")) or (is_budget and columns[0].name not in self._below_zero())
        is_sold = sold_amount(self) is not None
        concepts = (("spending", is_spent), ("order_value", _ORDER in self.numbered), ("sales", is_sold))
        for concept, is_meant in concepts if len(columns) == 1 else ():
            if is_meant and not self.called(concept):
                for phrase in common().columns[concept]:
                    self._name(phrase, columns[0], _EVERYDAY)

    def has_incomes(self) -> bool:
        """Whether some of what is paid comes in, and some goes out."""
        return bool(self._below_zero()) or any(map(self.values, _INCOMES))

    def _below_zero(self) -> set[str]:
        return {name for name, (least, _) in self.ranges.spans.items() if least < 0}

    def _name(self, phrase: Units, column: FileColumn, distance: float) -> None:
        if (phrase == _YEAR and "age" in self.concepts(column.name)) or (phrase == _DAY and column.name in self.flags):
            return  # 每年 asks for no age, and not each day is a weekday
        entry = self._columns.setdefault(phrase, {})
        if column.name not in entry or entry[column.name][1] > distance:
            entry[column.name] = column, distance
        self.longest = max(self.longest, len(phrase))

    def _add_value(self, column: FileColumn, value: Value, sides: frozenset[str]) -> None:
        if isinstance(value, bool) or not isinstance(value, str):
            return
        is_called_so = column.name in self._columns.get(split_words(folded(value.strip())), {})
        if is_called_so and self._different.get(column.name, 0) > _MANY:
            return  # somebody's pet may be called Name: who has no name has none
        # F is a woman where there are two of them, and an initial among many.
        is_code = len(value.strip()) > 1 or not value.isascii() or (self._different.get(column.name, 0) <= _CODES)
        for phrase, distance in value_phrases(value, sides, self.concepts(column.name), is_code=is_code):
            self._value(phrase, column, value, distance)

    def _name_people(self, column: FileColumn, known: Iterable[str]) -> None:
        """First names and family names, where one of all has it."""
        named: dict[Units, list[str]] = {}
        for each in (name for name in known if len(name.split()) > 1):
            for part in {*each.split()}:
                if len(part) > 1 and not part.endswith("."):
                    named.setdefault(split_words(folded(part)), []).append(each)
        for phrase, people in named.items():
            if len(people) == 1 and phrase and phrase not in self._values:
                self._value(phrase, column, people[0], _EVERYDAY)

    def _value(self, phrase: Units, column: FileColumn, value: Value, distance: float) -> None:
        entry = self._values.setdefault(phrase, [])
        if all((named.column.name, named.value) != (column.name, value) for named in entry):
            entry.append(Named(column, value, distance))
        self.longest = max(self.longest, len(phrase))


def sold_amount(data: DataWords) -> FileColumn | None:
    """What was paid, of sales whose pieces and price of one stand beside it, where no other money does."""
    amounts = [column for concept in ("sales", "amount") for column in data.called(concept) if column.kind == "number"]
    is_only = len({each.name for each in amounts}) == 1 and not data.called("bill cost salary profit tip")
    return amounts[0] if is_only and data.called("quantity") and data.called("price") else None


#: Words that end a name as its unit; "min" is more often the least than a minute.
_UNIT_WORDS = {*map(singular, UNITS), "pct", "usd", "lb", "lbs", "pound", "in"} - {"min", "max"}
#: Kinds of columns whose values are called as they are written: code makes numbers of "10%".
_NAMED_KINDS = frozenset({"category", "text", "id"})
_TIMES = frozenset({("time", "minute"), ("time", "second"), ("time", "hour")})
