"""A receipt for each number of an answer: the output it came from, or the calculation that its sentence states (B57).

Numbers are compared at the digits shown. A derived number counts only where the sentence states the relation and the
operands stand in that sentence, or in one row or column of one table that the sentence speaks of: anything looser
explains everything. See docs/decisions/0019-receipts.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.grounding.ambiguity import Found, ambiguous
from lci.core.grounding.data_names import within_names
from lci.core.grounding.exemptions import Exemptions, Reason
from lci.core.grounding.numbers import Number, Reading, numbers
from lci.core.grounding.relations import SIGNS, Calculation, Operand, Relation, falls, of_all, of_two, pairs, related
from lci.core.grounding.search import Hit, Search, between
from lci.core.grounding.sentences import Sentence, Sentences, words
from lci.core.grounding.shown import Place, Sheet, labelled_with, place, sheets, worth
from lci.core.grounding.tables import Table, TableCell, is_column, named_lines, names, table
from lci.core.turns import Turn

#: Numbers of a text that get receipts.
_MOST = 1_000
#: Turns back that an answer is checked against.
TURNS = 100
#: Operands that are compared with one another, numbers of which a total can be, and lines of tables, that are tried.
_OPERANDS, _WHOLE, _TABLE_LINES = 12, 100, 40
#: Characters of an output in which the number of rows is looked for.
_CHARS = 20_000
#: How probable a calculation with operands that the sentence does not name may be by chance.
_CHANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Grounded:
    """It stands in an output, or in what is known of a file: `place` is the one that fits the sentence best."""

    number: Number
    place: Place


@dataclass(frozen=True, slots=True)
class Derived:
    """Its sentence states how it comes of numbers that stand in outputs; `places` are where the operands stand."""

    number: Number
    calculation: Calculation
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Exempt:
    """It claims nothing of data."""

    number: Number
    reason: Reason


@dataclass(frozen=True, slots=True)
class NotFound:
    """It stands nowhere; `possible` is a calculation that would give it and that the sentence does not state."""

    number: Number
    possible: Calculation | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """It stands there, but so would most others: nothing names which of the `places` is meant, the likeliest first."""

    number: Number
    places: tuple[Place, ...]


Receipt: TypeAlias = Grounded | Derived | Exempt | Ambiguous | NotFound


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer can be checked against: what each turn showed, newest first, the questions, the code."""

    turns: tuple[tuple[Sheet, ...], ...]
    questions: str = ""
    code: str = ""
    _given: dict[str, frozenset[Decimal]] = field(default_factory=dict)
    _tables: dict[int, Table] = field(default_factory=dict)

    def given(self, reason: Reason) -> frozenset[Decimal]:
        """The numbers of the questions (`asked`) or of the code (`chosen`)."""
        if reason not in self._given:
            text = self.questions if reason == "asked" else self.code
            self._given[reason] = frozenset(abs(r.value) for number in numbers(text) for r in number.readings)
        return self._given[reason]

    @property
    def sheets(self) -> Iterator[Sheet]:
        """All that was shown, newest turn first."""
        return (sheet for turn in self.turns for sheet in turn)

    def table(self, sheet: Sheet) -> Table:
        """One of the sheets as a table."""
        if id(sheet) not in self._tables:
            self._tables[id(sheet)] = table(sheet)
        return self._tables[id(sheet)]


def evidence(conversation: Conversation, turn: Turn) -> Evidence:
    """What the answer of `turn` can be checked against: the last turns of its branch up to it, nothing later."""
    branch = conversation.branch(turn.id)[-TURNS:]
    return evidence_of(branch, [sheets(each, attached(conversation, each)) for each in branch])


def evidence_of(branch: Sequence[Turn], basis: Sequence[tuple[Sheet, ...]]) -> Evidence:
    """The same of a branch, of each of whose turns it is known what was shown."""
    return Evidence(
        tuple(reversed(basis)),
        "\n".join(turn.prompt for turn in branch),
        "\n".join(cell.source for turn in branch for cell in turn.cells),
    )


def attached(conversation: Conversation, turn: Turn) -> list[WorkspaceFile]:
    """The files that were given with a turn."""
    return [conversation.files[name] for name in turn.attachments if name in conversation.files]


def receipts(text: str, basis: Evidence) -> tuple[Receipt, ...]:
    """A receipt for each number of `text`, in order; for the first 1,000 of one that has more."""
    written = numbers(text, _MOST)
    if not written:
        return ()
    exemptions = Exemptions(text)
    reasons = [exemptions.reason(number) for number in written]
    sentences = Sentences(text, (n for n, reason in zip(written, reasons, strict=True) if reason is None))
    intervals = [(r.low, r.high) for n in written for r in _meant(n, sentences.around(n).text)]
    search = Search(intervals)
    hits = [search.hits(pages) for pages in basis.turns]
    if parts := within_names(text, (n for n, reason in zip(written, reasons, strict=True) if reason is None), hits):
        reasons = ["name" if n in parts else reason for n, reason in zip(written, reasons, strict=True)]
        sentences = Sentences(text, (n for n, reason in zip(written, reasons, strict=True) if reason is None))
    first: list[Receipt | None] = [
        Exempt(number, reason) if reason is not None else _grounded(number, sentences.around(number), basis, hits)
        for number, reason in zip(written, reasons, strict=True)
    ]
    found = [Found(r.number, sentences.around(r.number), r.place) for r in first if isinstance(r, Grounded)]
    unclear = _unclear(found, basis, hits)
    within: dict[int, list[Grounded]] = defaultdict(list)
    for each in (receipt for receipt in first if isinstance(receipt, Grounded)):
        within[id(sentences.around(each.number))].append(each)
    results: list[Receipt] = []
    for number, receipt in zip(written, first, strict=True):
        sentence = sentences.around(number)
        beside = [each for each in within[id(sentence)] if each.number is not number]
        if receipt is not None and number not in unclear:
            results.append(receipt)
            continue
        otherwise = _otherwise(number, sentence, beside, basis)
        is_there = receipt is not None and isinstance(otherwise, NotFound)
        results.append(_ambiguous(number, sentence, basis, hits) if is_there else otherwise)
    return tuple(results)


def _unclear(found: Sequence[Found], basis: Evidence, hits: Sequence[Sequence[Hit]]) -> frozenset[Number]:
    """Those that stand there as any other would: among all outputs, and among the turn's own if they stand in these."""
    unclear = ambiguous(found, basis.turns, basis.table)
    doubted = [each for each in found if each.number in unclear]
    here = [(each, _grounded(each.number, each.sentence, basis, hits[:1])) for each in doubted]
    own = [Found(each.number, each.sentence, at.place) for each, at in here if at is not None]
    return unclear - ({each.number for each in own} - ambiguous(own, basis.turns[:1], basis.table))


def _otherwise(number: Number, sentence: Sentence, beside: Sequence[Grounded], basis: Evidence) -> Receipt:
    """What becomes of a number that stands in no output."""
    reasons: tuple[Reason, ...] = ("asked", "chosen")
    for reason in reasons:
        if _is_given(number, basis.given(reason)):
            return Exempt(number, reason)
    return (
        _derived(number, sentence, beside, basis)
        or (Exempt(number, "count") if _counts_rows(number, basis) else None)
        or NotFound(number, _possible(number, beside))
    )


def _counts_rows(number: Number, basis: Evidence) -> bool:
    """Whether it counts the rows or columns of a table in the outputs."""
    if number.is_percent or number.is_signed or not number.text.isdecimal():
        return False
    tables = (basis.table(sheet) for sheet in basis.sheets)
    return any(int(number.value) in each.counts for each in tables)


def _is_given(number: Number, given: frozenset[Decimal]) -> bool:
    return any(abs(reading.value) in given for reading in number.readings)


# --- found as it stands -----------------------------------------------------------------------------------------------


#: How well a place fits: what the sentence names of it, whether it is written like that, how late it is.
_Rank: TypeAlias = tuple[int, bool, int]


def _places(
    number: Number, sentence: Sentence, basis: Evidence, hits: Sequence[Sequence[Hit]]
) -> Iterator[tuple[_Rank, Place]]:
    """Where it stands, each with how well that fits."""
    for age, of_turn in enumerate(hits):
        for reading in _meant(number, sentence.text):
            for hit in between(of_turn, reading):
                at = place(hit.sheet, hit.start, hit.end)
                if reading.unit and not labelled_with(at, reading.unit):
                    continue
                if not sentence.speaks_of(at, basis.table):
                    continue
                labels = words(f"{at.row} {at.column}")
                # In a Japanese sentence an English name is no word of its own.
                named = len(labels & sentence.words) + names(sentence.text, at.row) + names(sentence.text, at.column)
                yield (named, at.token in number.text, -age), at


def _grounded(number: Number, sentence: Sentence, basis: Evidence, hits: Sequence[Sequence[Hit]]) -> Grounded | None:
    best = max(_places(number, sentence, basis, hits), key=_rank, default=None)
    return Grounded(number, best[1]) if best is not None else None


def _ambiguous(number: Number, sentence: Sentence, basis: Evidence, hits: Sequence[Sequence[Hit]]) -> Ambiguous:
    ranked = sorted(_places(number, sentence, basis, hits), key=_rank, reverse=True)
    return Ambiguous(number, tuple(at for _, at in ranked))


def _rank(each: tuple[_Rank, Place]) -> _Rank:
    return each[0]


def _meant(number: Number, sentence: str) -> Iterator[Reading]:
    """What the number can be worth: below zero, too, where it has no sign and the sentence speaks of a fall."""
    yield from number.readings
    if not number.is_signed and falls(sentence):
        yield from (Reading(-r.value, -r.high, -r.low, r.unit) for r in number.readings)


# --- calculated -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """Numbers that may be compared with one another, each with its place, and all that a total would be of.

    `is_named` says that the sentence quotes or names some of them, or the line.
    """

    operands: tuple[tuple[Operand, Place], ...]
    whole: tuple[tuple[Operand, Place], ...] = ()
    is_named: bool = True


def _derived(number: Number, sentence: Sentence, beside: Sequence[Grounded], basis: Evidence) -> Derived | None:
    """The calculation that the sentence states, written out or in words, and that gives the number."""
    return (
        _written_out(number, sentence, beside)
        or _in_brackets(number, sentence, beside, basis)
        or _inwords(number, sentence.text, beside, basis)
    )


def _written_out(number: Number, sentence: Sentence, beside: Sequence[Grounded]) -> Derived | None:
    """Of "216 (1,204 − 988)": the numbers with a sign between them."""
    for at, first in enumerate(beside):
        group = [first]
        sign = ""
        for other in beside[at + 1 :]:
            between = sentence.between(group[-1].number, other.number)
            if len(between) != 1 or between not in SIGNS or (sign and (between != sign or SIGNS[sign] != "total")):
                break
            sign = between
            group.append(other)
        if not sign:
            continue
        relation = "share" if SIGNS[sign] == "quotient" and number.is_percent else SIGNS[sign]
        for operands in ([_operand(r.place) for r in group], [Operand(r.number.text, r.number.value) for r in group]):
            calculation = of_all(operands) if relation == "total" else of_two(relation, *operands[:2])
            if calculation is not None and _gives(calculation, number, sentence.text):
                return Derived(number, calculation, tuple(receipt.place for receipt in group))
    return None


_ROWS = re.compile(r"(\d[\d,]*) (?:rows|entries)\b|\b(?:rows|entries)\b\W{0,3}(\d[\d,]*)|\((\d+), \d+\)")


def _in_brackets(number: Number, sentence: Sentence, beside: Sequence[Grounded], basis: Evidence) -> Derived | None:
    """Of "152 (44.2 %)": the share of all rows, of its column's total, or of another number of the sentence."""
    counted = next((r for r in reversed(beside) if r.number.end <= number.start), None)
    if counted is None or not number.is_percent or not sentence.opens_bracket(counted.number, number):
        return None
    part = _operand(counted.place)
    wholes = [_operand(each.place) for each in beside if each is not counted]
    for sheet in basis.sheets:
        wholes += [Operand(text, worth(text)) for match in _ROWS.findall(sheet.text[:_CHARS]) for text in match if text]
        if sheet is counted.place.sheet:
            lines = [line for line in basis.table(sheet).lines if any(c.start == counted.place.offset for c in line)]
            totals = [of_all([Operand(c.token, c.value) for c in line]) for line in lines]
            wholes += [Operand(" + ".join(o.text for o in total.operands), total.result) for total in totals]
    for whole in wholes:
        calculation = of_two("share", part, whole)
        if calculation is not None and _gives(calculation, number, sentence.text):
            return Derived(number, calculation, (counted.place,))
    return None


def _inwords(number: Number, sentence: str, beside: Sequence[Grounded], basis: Evidence) -> Derived | None:
    stated = [*related(sentence)]
    if "share" in stated and "total" not in stated:
        # The whole that a share is of may be told beside it.
        stated.append("total")
    tried = 0
    for line in _lines(number, sentence, beside, basis) if stated else ():
        places = {id(operand): place for operand, place in (*line.operands, *line.whole)}
        for relation in stated:
            for calculation in _calculations(relation, line):
                tried += not line.is_named
                if _gives(calculation, number, sentence) and (line.is_named or _is_hardly_chance(number, tried)):
                    used = tuple(dict.fromkeys(places[id(o)] for o in calculation.operands if id(o) in places))
                    return Derived(number, calculation, used)
    return None


def _is_hardly_chance(number: Number, tried: int) -> bool:
    """Whether a number of so many digits would hardly be the result of one of so many calculations by chance."""
    reading = number.readings[0]
    return bool(reading.value) and tried * (reading.high - reading.low) / abs(reading.value) < _CHANCE


def _lines(number: Number, sentence: str, beside: Sequence[Grounded], basis: Evidence) -> Iterator[_Line]:
    """What the number may come of: the sentence's own numbers, then rows and columns, those it names first."""
    exact = tuple((_operand(each.place), each.place) for each in beside)[:_OPERANDS]
    as_written = tuple((Operand(each.number.text, each.number.value), each.place) for each in beside)[:_OPERANDS]
    for operands in (exact, as_written):
        yield _Line(operands, operands)
        # What is added up stands right before the total, or right after it.
        before = sum(each.number.start < number.start for each in beside[:_OPERANDS])
        for count in range(2, len(operands)):
            yield _Line((), operands[max(0, before - count) : before])
            yield _Line((), operands[before : before + count])
    lines = list(_table_lines(sentence, beside, basis))
    yield from (line for line in lines if line.is_named)
    yield from (line for line in lines if not line.is_named)


def _operand(place: Place) -> Operand:
    return Operand(place.token, worth(place.token))


def _table_lines(sentence: str, beside: Sequence[Grounded], basis: Evidence) -> Iterator[_Line]:
    """Rows and columns with those of their numbers that the sentence names or quotes, else with all of a short one."""
    count = 0
    for sheet in basis.sheets:
        each = basis.table(sheet)
        quoted = {other.place.offset for other in beside if other.place.sheet is sheet}
        named = named_lines(each, sentence, _TABLE_LINES)
        for line, (named_cells, itself) in zip(each.lines, named, strict=False):
            meant = named_cells | quoted
            chosen = [cell for cell in line if cell.start in meant] if meant else []
            is_named = bool(chosen) or itself
            if len(chosen) > 1:
                yield _Line((), _operands(each, chosen[:_WHOLE]))
            elif is_named and is_column(line):
                # Over a whole column a change is from its first to its last, a range from the least to the greatest.
                ends = (line[0], line[-1], min(line, key=_value), max(line, key=_value))
                chosen = list(dict.fromkeys((*chosen, *ends)))
            elif not is_named:
                chosen = list(line) if len(line) <= _OPERANDS else []
            yield _Line(_operands(each, chosen[:_OPERANDS]), _operands(each, line[:_WHOLE]), is_named)
            count += 1
            if count == _TABLE_LINES:
                return


def _value(cell: TableCell) -> Decimal:
    return cell.value


def _operands(each: Table, cells: Iterable[TableCell]) -> tuple[tuple[Operand, Place], ...]:
    return tuple((Operand(cell.token, cell.value), each.place(cell)) for cell in cells)


def _calculations(relation: Relation, line: _Line) -> Iterator[Calculation]:
    operands = [operand for operand, _ in line.operands]
    whole = [operand for operand, _ in line.whole]
    if relation == "total":
        for group in (operands, whole):
            if len(group) > 1:
                yield of_all(group)
        return
    for first, second in pairs(operands):
        if (calculation := of_two(relation, first, second)) is not None:
            yield calculation
    if relation == "share" and len(whole) > 1:
        total = of_all(whole)
        for operand in operands:
            of_total = of_two("share", operand, Operand(" + ".join(o.text for o in whole), total.result))
            if of_total is not None:
                yield of_total


def _gives(calculation: Calculation, number: Number, sentence: str) -> bool:
    """Whether the number, as it is meant in that relation, is the result at the digits shown."""
    result = calculation.result
    if not result.is_finite():
        return False
    match calculation.relation:
        case "share":
            readings = number.readings[1:] if number.is_percent else number.readings
            return result > 0 and any(r.low <= result <= r.high and r.value < 10 for r in readings)
        case "change":
            return number.is_percent and any(_is_told(result, r, number, sentence) for r in number.readings[1:])
        case "quotient":
            return any(r.low <= result <= r.high for r in number.readings)
        case "times":
            return number.is_multiple and any(r.low <= result <= r.high for r in number.readings)
        case "difference" | "total":
            return not number.is_multiple and any(_is_told(result, r, number, sentence) for r in number.readings)


def _is_told(result: Decimal, reading: Reading, number: Number, sentence: str) -> bool:
    if reading.low <= result <= reading.high:
        return True
    return not number.is_signed and falls(sentence) and reading.low <= -result <= reading.high


def _possible(number: Number, beside: Sequence[Grounded]) -> Calculation | None:
    operands = tuple((_operand(each.place), each.place) for each in beside)[:_OPERANDS]
    relations: tuple[Relation, ...] = ("difference", "share", "change", "times", "quotient", "total")
    tried = (c for relation in relations for c in _calculations(relation, _Line(operands)))
    return next((c for c in tried if _gives(c, number, "")), None)
