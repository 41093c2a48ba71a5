"""What outputs show, as lines, and what names the row and the column of a number there.

An output is read as lines: frames in HTML as one line a row with tabs between the cells, so that rows and columns are
the same there and in what was printed.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import assert_never

from lci.core.files import Value, WorkspaceFile
from lci.core.grounding.numbers import labels, numbers
from lci.core.messages import CHECK_TOOL
from lci.core.outputs import (
    BlobRef,
    Bundle,
    Datum,
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Json,
    Output,
    StreamOutput,
    settled_text,
    without_ansi,
)
from lci.core.turns import Cell, ToolUse, Turn

#: Characters of one output that are read, half from each end (a model sees less), and all that are read of a turn.
_MOST, _ALL = 1_000_000, 2_000_000
#: Characters above a line in which its table begins.
_ABOVE = 40_000

#: The text of stored bytes; empty where they are gone.
Reader = Callable[[BlobRef], str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One output of a cell as lines, or what is known of a file where `file` names one; `output` counts from 0."""

    text: str
    cell_id: str = ""
    output: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands: its line, from `start` to `end` in it, and what names the row and the column.

    `offset` is where it begins in the whole sheet.
    """

    sheet: Sheet
    line: str
    start: int
    end: int
    offset: int
    row: str = ""
    column: str = ""

    @property
    def token(self) -> str:
        """The number as it is written there."""
        return self.line[self.start : self.end]


# --- outputs as lines -------------------------------------------------------------------------------------------------


def stored_ends(ref: BlobRef) -> str:
    """What the log itself holds of a stored text."""
    return f"{ref.head}\n{ref.tail}"


def sheets(turn: Turn, files: Sequence[WorkspaceFile] = (), read: Reader = stored_ends) -> tuple[Sheet, ...]:
    """What the turn's cells put out and its pictures were said to show, and the facts of the files it was given."""
    room = _ALL
    pages: list[Sheet] = []
    for page in (*_put_out(turn, read), *map(_facts, files)):
        text = page.text if len(page.text) <= _MOST else f"{page.text[: _MOST // 2]}\n{page.text[-_MOST // 2 :]}"
        text = text[:room]
        room -= len(text)
        if text.strip():
            pages.append(Sheet(_without_counter(text), page.cell_id, page.output, page.file))
    return tuple(pages)


def _put_out(turn: Turn, read: Reader) -> Iterator[Sheet]:
    for step in turn.steps:
        match step:
            case Cell() as cell:
                for at, output in enumerate(cell.outputs):
                    for text in _texts(output, read):
                        yield Sheet(text, cell.id, at)
                facts = "\n".join(f"{key}: {value}" for remark in cell.remarks for key, value in remark.facts.items())
                yield Sheet(facts, cell.id, max(0, len(cell.outputs) - 1))
            case ToolUse(call_id, _, name, _, result, answered) if answered and result and name != CHECK_TOOL:
                yield Sheet(result, call_id)
            case _:
                pass


def _texts(output: Output, read: Reader) -> Iterator[str]:
    match output:
        case StreamOutput(_, text):
            yield settled_text(without_ansi(text))
        case ErrorOutput(_, evalue):
            yield without_ansi(evalue)
        case DisplayData(data) | ExecuteResult(data):
            yield from _bundle(data, read)
        case _ as never:
            assert_never(never)


def _bundle(data: Bundle, read: Reader) -> Iterator[str]:
    def text(value: Datum) -> str:
        return read(value) if isinstance(value, BlobRef) else value if isinstance(value, str) else _lines(value)

    markup = text(data["text/html"]) if "text/html" in data else ""
    is_table = "<table" in markup
    if markup:
        yield _rows(markup)
    for mime in ("text/plain", "text/markdown", "text/latex", "application/json"):
        if mime in data and not (is_table and mime == "text/plain"):
            yield without_ansi(text(data[mime]))


def _lines(value: Json) -> str:
    """A typed value as lines, one for each element of a list."""
    if isinstance(value, list):
        return "\n".join(json.dumps(each, ensure_ascii=False) for each in value)
    return json.dumps(value, ensure_ascii=False, indent=1)


_UNREAD = re.compile(r"<(style|script)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_BETWEEN_CELLS = re.compile(r"</t[hd]\s*>\s*<t[hd]\b[^<>]*>", re.IGNORECASE)
_BLANKS = re.compile(r"\s*\n\s*")
_LINE_ENDS = re.compile(r"</(?:tr|p|div|li|h\d|table|caption)\s*>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def _rows(markup: str) -> str:
    """HTML as lines, one for each row of its tables, with tabs between the cells.

    In a few passes over the whole: `transcript.html_text`, which knows more elements, takes seconds for a large table.
    """
    text = _BLANKS.sub(" ", _UNREAD.sub("", markup))
    text = _TAG.sub("", _LINE_ENDS.sub("\n", _BETWEEN_CELLS.sub("\t", text)))
    return "\n".join(line.strip(" ") for line in html.unescape(text).split("\n"))


def _facts(file: WorkspaceFile) -> Sheet:
    """What is told of a file, as lines."""
    lines: list[str] = []
    for table in file.preview.tables if file.preview is not None else ():
        count = f"{table.rows} rows, " if table.rows is not None else ""
        lines.append(f"{table.name}: {count}{len(table.columns)} columns")
        for column in table.columns:
            known = {"missing": column.nulls, "distinct": column.distinct, "least": column.low, "greatest": column.high}
            facts = [f"{value} {name}" for name, value in known.items() if value is not None]
            lines.append(f"{column.name}: " + ", ".join((*facts, *map(str, column.values))))
        between = tuple(row.cells for row in table.between)
        rows: tuple[tuple[Value, ...], ...] = (
            tuple(column.name for column in table.columns), *table.head, *between, *table.tail,
        )  # fmt: skip
        lines += ["\t".join("" if value is None else str(value) for value in row) for row in rows]
    return Sheet("\n".join(lines), file=file.name)


_COUNTER = re.compile(r"^(\d+)(?=[ \t])", re.MULTILINE)


_FIRST_COUNT, _FURTHER_COUNT = re.compile(r"0+[ \t]"), re.compile(r"\n0+[ \t]")


def _without_counter(text: str) -> str:
    """`text` without the numbers by which a frame counts its own rows (0, 1, 2, …): they are places, not values."""
    if _FIRST_COUNT.match(text) is None and _FURTHER_COUNT.search(text) is None:
        return text
    spans: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    after = -1
    for match in (*_COUNTER.finditer(text), None):
        number = int(match[1]) if match is not None and match.end() - match.start() < 12 else -1
        goes_on = bool(run) and (number == after or (number > after and ".." in text[run[-1][1] : match.start()]))  # type: ignore[union-attr]
        if not goes_on:
            spans += run if len(run) > 1 else []
            run = []
        if match is not None and (goes_on or number == 0):
            run.append(match.span())
            after = number + 1
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join((*pieces, text[at:]))


# --- numbers in lines -------------------------------------------------------------------------------------------------

_DATES = r"\d{4}-\d\d?-\d\d?(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?|\d\d?:\d\d(?::\d\d)?(?:\.\d+)?|"
_PLAIN = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_GROUPED = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?!,?\d)(?:\.\d+)?|{_PLAIN})"
_NAMES = r"[A-Za-z_]\w*"
_SIGN = r"(?:(?<![\w)\]])[-\u2212])?"
#: Numbers by what else is in the text: dates and hyphens, commas between thousands. Names are passed over, like dates;
#: what is not there costs nothing to look for.
_TOKENS = {
    (has_hyphens, has_groups): re.compile(
        (f"{_DATES}{_NAMES}|({_SIGN}" if has_hyphens else f"{_NAMES}|(-?") + f"{_GROUPED if has_groups else _PLAIN})"
    )
    for has_hyphens in (True, False)
    for has_groups in (True, False)
}
# A pattern that begins with the rarest character runs through a long text fastest.
_HYPHENS = re.compile(r"[-:\u2212](?<=[\w)\]].)\d")
_GROUPS = re.compile(r",(?<=\d.)\d")
#: Characters around a number that tell where it begins and ends, and lines above it that tell what it is.
_AROUND = 40


def has_groups(sheet: Sheet) -> bool:
    """Whether commas stand between thousands there, and not between values."""
    if _GROUPS.search(sheet.text) is None:
        return False
    sample = sheet.text[:4_000]
    counts = [line.count(",") for line in sample.split("\n") if line.strip()]
    is_delimited = len(counts) > 1 and counts[0] > 0 and counts[0] == counts[1] and ", " not in sample
    return not is_delimited


def token_pattern(sheet: Sheet) -> re.Pattern[str]:
    """How numbers are written there."""
    return _TOKENS[_HYPHENS.search(sheet.text) is not None, has_groups(sheet)]


def worth(token: str) -> Decimal:
    """What a number is worth as outputs write it, words of scale included."""
    try:
        return Decimal(token.replace(",", "").replace("\u2212", "-"))
    except InvalidOperation:
        return next((number.value for number in numbers(token)), Decimal("NaN"))


def token_at(sheet: Sheet, at: int, pattern: re.Pattern[str]) -> tuple[int, int] | None:
    """Where the number begins and ends whose digits stand there; None where they belong to a date or a name."""
    first = max(0, at - _AROUND)
    for match in pattern.finditer(sheet.text, first, at + _AROUND):
        if match.end() > at:
            return match.span() if match[1] and match.start() <= at else None
    return None


def place(sheet: Sheet, start: int, end: int) -> Place:
    """The place of the number that stands from `start` to `end` in the sheet."""
    begin = sheet.text.rfind("\n", 0, start) + 1
    stop = sheet.text.find("\n", end)
    line = sheet.text[begin : stop if stop >= 0 else len(sheet.text)]
    block = sheet.text.rfind("\n\n", max(0, begin - _ABOVE), begin)
    above = sheet.text[block + 2 if block >= 0 else 0 : begin].split("\n", 2)[:2]
    column = heading(above, line, start - begin, end - begin)
    return Place(sheet, line, start - begin, end - begin, start, " ".join(row_label(line)), column)


def row_label(line: str) -> tuple[str, ...]:
    """What names a row, in parts: the words before its first number, or that number where there are none."""
    first = next((match for match in _TOKENS[True, True].finditer(line) if match[1]), None)
    words = line[: first.start()] if first is not None else line
    parts = [part.strip(" :=|,*-'\"{([") for part in re.split(r"\t|\s{2,}|\|", words)]
    return tuple(part for part in parts if part) or ((first[0],) if first is not None else ())


_KEY = re.compile(r"([^\W\d][\w .-]*?)[\"']?\s?[:=]\s?$")
#: Characters before a number, and behind it, that may name it.
_KEY_CHARS = 200


def heading(above: Sequence[str], line: str, start: int, end: int) -> str:
    """What names a column: a key before the number, or what stands above it in the first lines of the table.

    Above it is the field of the same place, or the word that ends where the number does.
    """
    before = line[max(0, start - _KEY_CHARS) : start]
    # Asked first: the pattern begins anew at each of the characters.
    if before.rstrip().endswith((":", "=")) and (key := _KEY.search(before)) is not None:
        return key[1]
    for top in above:
        if "\t" in line:
            names, at = top.split("\t"), line[:start].count("\t")
            if at < len(names) and names[at].strip():
                return names[at].strip()
        elif _TOKENS[True, True].fullmatch(line.strip()):
            return top.strip()
        elif len(top) >= end and not top[end : end + 1].strip():
            word = re.search(r"\S+(?: \S+)*$", top[max(0, end - _KEY_CHARS) : end])
            if word is not None:
                return word[0]
    return ""


def labelled_with(at: Place, unit: str) -> bool:
    """Whether what stands around a number in its line, or its heading, names that scale or unit."""
    words = labels(unit)
    around = at.line[max(0, at.start - _KEY_CHARS) : at.end + _KEY_CHARS]
    return any(words.search(text) is not None for text in (around, at.column))
