"""Polluted files with the table that each of them holds: kinds of pollution × delimiters × tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Gold:
    """A table as texts: what its columns are called, and its cells."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Polluted:
    """One file; `kind` is what was done to it."""

    kind: str
    delimiter: str
    content: str
    gold: Gold


def _table(names: str, *rows: str) -> Gold:
    return Gold(tuple(names.split("/")), tuple(tuple(row.split("/")) for row in rows))


#: What people keep: people, sales, measurements, a survey, places.
TABLES = (
    _table("name/age/city", "Ann/31/Oslo", "Bob Stone/27/New York", "Cy/44/Lyon", "Dee Lane/39/Bonn", "Eve/58/Rome"),
    _table(
        "order/date/amount/shipped", "1001/2024-01-05/19.90/True", "1002/2024-01-06/120.00/False",
        "1003/2024-01-06/7.50/True", "1004/2024-01-09/64.25/True", "1005/2024-01-11/3.10/False",
        "1006/2024-02-01/88.00/True",
    ),
    _table(
        "station/hour/temperature", "M01/00:00/1.5", "M01/01:00/1.1", "M01/02:00/0.4", "M02/00:00/2.5", "M02/01:00/2.0",
        "M02/02:00/1.9", "M03/00:00/-0.5",
    ),
    _table(
        "id/question/answer/score", "1/How was it?/Very good/5", "2/Again?/Perhaps not/2", "3/What was missing?/Time/3",
        "4/Anything else?/No thanks/4",
    ),
    _table(
        "code/place/people/area", "A1/Nara/360310/276.9", "B2/Kyoto/1453956/827.8", "C3/Uji/179630/67.5",
        "D4/Otsu/345070/464.5", "E5/Gifu/402557/203.6",
    ),
)  # fmt: skip


def _written(rows: list[list[str]], delimiter: str, quoting: int = csv.QUOTE_MINIMAL, end: str = "\n") -> str:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return target.getvalue()


def _rows(gold: Gold) -> list[list[str]]:
    return [list(gold.names), *map(list, gold.rows)]


def _with_texts(gold: Gold, text: str) -> Gold:
    """The table with one more column of texts."""
    return Gold((*gold.names, "note"), tuple((*row, f"{text} {at}") for at, row in enumerate(gold.rows)))


def _others(delimiter: str) -> str:
    return " ".join(mark for mark in ";|," if mark != delimiter)


def _plain(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return _written(_rows(gold), delimiter), gold


def _all_quoted(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return _written(_rows(gold), delimiter, csv.QUOTE_ALL), gold


def _windows(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return _written(_rows(gold), delimiter, end="\r\n"), gold


def _own_mark_in_quotes(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    table = _with_texts(gold, f"one{delimiter} two{delimiter} three")
    return _written(_rows(table), delimiter), table


def _other_marks_in_quotes(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    table = _with_texts(gold, f"good {_others(delimiter)} cheap")
    return _written(_rows(table), delimiter, csv.QUOTE_NONNUMERIC), table


def _other_marks_unquoted(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    table = _with_texts(gold, "good; cheap" if delimiter != ";" else "good, cheap")
    return "".join(f"{delimiter.join(row)}\n" for row in _rows(table)), table


def _lines_in_cells(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    table = _with_texts(gold, "first line\nsecond line")
    return _written(_rows(table), delimiter), table


def _doubled_quotes(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    table = _with_texts(gold, 'said "yes"')
    return _written(_rows(table), delimiter), table


def _escaped_quotes(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    table = _with_texts(gold, f'said "yes"{delimiter} twice')
    lines = [[*row[:-1], '"' + row[-1].replace('"', '\\"') + '"'] for row in _rows(table)]
    return "".join(f"{delimiter.join(line)}\n" for line in lines), table


def _single_quotes(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    table = _with_texts(gold, f"one{delimiter} two")
    return "".join(delimiter.join(f"'{cell}'" for cell in row) + "\n" for row in _rows(table)), table


def _padded(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return "".join(f"{(delimiter + ' ').join(row)}\n" for row in _rows(gold)), gold


def _comments_above(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return "# made by a program, version 2\n# units; degC\n" + _written(_rows(gold), delimiter), gold


def _comments_between(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    first, *rest = _written(_rows(gold), delimiter).splitlines(keepends=True)
    return "".join([first, *rest[:2], "# a pause\n", *rest[2:]]), gold


def _title(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return "Report of the year 2024\n" + _written(_rows(gold), delimiter), gold


def _titles_and_blank(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return f"Report, final\nMade on 2024-05-06; by hand\n\n{_written(_rows(gold), delimiter)}", gold


def _hint(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return f"sep={delimiter}\n" + _written(_rows(gold), delimiter), gold


def _mark_at_each_end(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    first, *rest = _rows(gold)
    return "".join(f"{delimiter.join(row)}\n" for row in [first, *[[*row, ""] for row in rest]]), gold


def _gaps(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    rows = tuple(
        tuple("" if (at + place) % 4 == 3 else cell for place, cell in enumerate(row))
        for at, row in enumerate(gold.rows)
    )
    table = Gold(gold.names, rows)
    return _written(_rows(table), delimiter), table


def _short_rows(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    rows = tuple((*row[:-1], "") if at % 3 == 2 else row for at, row in enumerate(gold.rows))
    lines = [list(gold.names), *[list(row[:-1] if at % 3 == 2 else row) for at, row in enumerate(rows)]]
    return "".join(f"{delimiter.join(line)}\n" for line in lines), Gold(gold.names, rows)


def _source_below(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return _written(_rows(gold), delimiter) + "\nSource: the office of statistics\n", gold


def _mark_of_order(gold: Gold, delimiter: str) -> tuple[str, Gold]:
    return "\ufeff" + _written(_rows(gold), delimiter), gold


KINDS: dict[str, Callable[[Gold, str], tuple[str, Gold]]] = {
    "as it should be": _plain,
    "every cell quoted": _all_quoted,
    "Windows' line ends": _windows,
    "a byte order mark": _mark_of_order,
    "the delimiter within quotes": _own_mark_in_quotes,
    "other marks within quotes": _other_marks_in_quotes,
    "other marks without quotes": _other_marks_unquoted,
    "line ends within quotes": _lines_in_cells,
    "doubled quotes": _doubled_quotes,
    "escaped quotes": _escaped_quotes,
    "single quotes": _single_quotes,
    "blanks behind delimiters": _padded,
    "comments above": _comments_above,
    "comments between": _comments_between,
    "a title above": _title,
    "titles and a blank line above": _titles_and_blank,
    "a line that names the delimiter": _hint,
    "a delimiter at the end of each row": _mark_at_each_end,
    "cells that are missing": _gaps,
    "rows that are short": _short_rows,
    "a source below": _source_below,
}


def files() -> Iterator[Polluted]:
    """Every kind with every delimiter and every table."""
    for kind, pollute in KINDS.items():
        for delimiter in DELIMITERS:
            for table in TABLES:
                content, gold = pollute(table, delimiter)
                yield Polluted(kind, delimiter, content, gold)
