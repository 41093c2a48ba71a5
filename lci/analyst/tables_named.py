"""Where a question names the file or the sheet that it is asked of: "how many rows in big.csv"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.word_forms import folded, name_words, split_words

Units = tuple[str, ...]
#: Letters of a word of a sheet's name that means the sheet, and what it costs to take it so.
_SHEET_LETTERS, _A_WORD = 4, 0.02
#: Words beside the name of a file without its ending that say that it is one.
_FILE = frozenset({"file", "table", "dataset", "sheet", "文件", "表", "csv", "excel"})
#: What is in a file, whatever it is about: of rows "in sales" sales are the file, of a rise they are not.
_HELD = frozenset({"row", "record", "line", "entry", "data", "column", "observation"})


def table_names(units: Units, data: DataWords) -> Iterator[Item]:
    """Where the file or the sheet is named, or a word of the sheet's name: it is passed over."""
    yield from (Item("skip", start, end) for start, end in _file_named(units, data))
    name = name_words(data.table.sheet or "")
    yield from (Item("skip", start, start + len(name)) for start in _starts(units, name))
    for start, unit in enumerate(units):
        if unit in name and unit.isalpha() and len(unit) >= _SHEET_LETTERS:
            yield Item("skip", start, start + 1, cost=_A_WORD)
        pair = units[start : start + 2]
        if len(name) > 2 and pair in (name[:2], name[1:3]):
            yield Item("skip", start, start + 2, cost=_A_WORD)


def those_named(question: str, tables: Sequence[DataWords]) -> list[DataWords]:
    """The tables whose files a question names; all where it names none."""
    units = split_words(folded(question))
    return [data for data in tables if any(_file_named(units, data))] or list(tables)


def _file_named(units: Units, data: DataWords) -> Iterator[tuple[int, int]]:
    """Where the file's name stands as it is, or without its ending and with a word beside it that says so."""
    file = PurePath(data.table.file).name
    whole, stem = split_words(folded(file)), split_words(folded(PurePath(file).stem))
    for start in _starts(units, whole) if whole != stem else ():
        yield start, start + len(whole)
    # A file of 2020 may hold rows of other years.
    for start in _starts(units, stem) if not all(word.isdecimal() for word in stem) else ():
        end = start + len(stem)
        is_held = units[start - 1 : start] in (("in",), ("of",), ("from",)) and _HELD & {
            *units[max(start - 2, 0) : start]
        }
        if is_held or _FILE & {*units[max(start - 1, 0) : start], *units[end : end + 1]}:
            yield start, end


def _starts(units: Units, name: Units) -> Iterator[int]:
    return (start for start in range(len(units) - len(name) + 1) if name and units[start : start + len(name)] == name)
