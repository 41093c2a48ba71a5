"""Texts whose columns stand at the same places: rules, no names, names of several words (B5, B20)."""

from __future__ import annotations

import pytest

from lci.core.files import Preview
from tests.workspace.conftest import Folder, assert_reader_agrees, codes

NAMES = ("Catherine L", "Eve X", "Hal Oye", "Bob", "Gus", "Ann Smith", "Fay Wong", "Dee")
ROWS = "".join(f"{n:>5} {NAMES[n * 5 % 8]:<16} {n * 37.25:>9.2f} {('US', 'DE', 'FR')[n % 3]:<3}\n" for n in range(40))
HEAD = f"{'id':>5} {'name':<16} {'amount':>9} {'cc':<3}\n"
RULE = "----- ---------------- --------- ---\n"
COLUMNS = [("id", "int64"), ("name", "str"), ("amount", "float64"), ("cc", "str")]


def columns(found: Preview) -> list[tuple[str, str]]:
    return [(column.name, column.dtype) for column in found.tables[0].columns]


RULED: dict[str, tuple[str, list[tuple[str, str]], int]] = {
    "under the names": (HEAD + RULE + ROWS, COLUMNS, 40),
    "above and under the names and at the end": (RULE + HEAD + RULE + ROWS + RULE, COLUMNS, 40),
    "in one piece": (f"{HEAD}{'=' * 36}\n{ROWS}", COLUMNS, 40),
    "in few rows": (
        "name       city        pop\n---------- ----------- --------\nAnn Lee    New York    100\n"
        "Bob        Rome        2000\nCy Young   St Paul     30\n",
        [("name", "str"), ("city", "str"), ("pop", "int64")], 3,
    ),
    "beneath words alone": (
        "name      city\n--------  --------\nAnn Lee   New York\nBob       Rome\n",
        [("name", "str"), ("city", "str")], 2,
    ),
    "between words without blanks": (
        "id  name  n\n--- ----- ---\n1   ann   2.5\n2   bob   3.5\n",
        [("id", "int64"), ("name", "str"), ("n", "float64")], 2,
    ),
    "of which the text is split by chance": (
        "name      n\n--------- --\nAnn Lee   1\nBob May   2\nCat Oye   3\n", [("name", "str"), ("n", "int64")], 3
    ),
    "behind blank lines": (f"\n{HEAD}{RULE}\n{ROWS}", COLUMNS, 40),
}  # fmt: skip


@pytest.mark.parametrize("case", RULED)
def test_a_rule_is_no_row(folder: Folder, case: str) -> None:
    text, expected, rows = RULED[case]
    found = folder.preview("a.txt", text)
    assert found.tables, found.kind
    assert (columns(found), found.tables[0].rows) == (expected, rows), found.reader
    assert codes(found) == {"fixed_width"}
    assert_reader_agrees(folder, found)


UNNAMED = {
    "few rows, wide gaps": (
        "Ann Smith               1.50   US\nBob Lee                22.50   DE\nCy                    333.25   FR\n"
        "Dana K                  4.00   JP\n",
        ["str", "float64", "str"],
    ),
    "many rows, narrow gaps": (ROWS, ["int64", "str", "float64", "str"]),
}


@pytest.mark.parametrize("case", UNNAMED)
def test_columns_without_names_are_numbered(folder: Folder, case: str) -> None:
    text, types = UNNAMED[case]
    found = folder.preview("a.txt", text)
    assert found.tables, found.kind
    assert columns(found) == [(str(at), kind) for at, kind in enumerate(types)], found.reader
    assert found.tables[0].rows == text.count("\n")
    assert codes(found) == {"fixed_width", "no_header"}
    assert_reader_agrees(folder, found)


NAMED = {
    "split by chance": (HEAD + ROWS, COLUMNS, "Catherine L"),
    "split by chance, some rows short": (
        HEAD + "".join(f"{line if n % 3 else line[:22]}\n" for n, line in enumerate(ROWS.splitlines())),
        COLUMNS, "Catherine L",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NAMED)
def test_a_text_that_blanks_split_by_chance_stays_one(folder: Folder, case: str) -> None:
    text, expected, first = NAMED[case]
    found = folder.preview("a.txt", text)
    assert found.tables, found.kind
    assert columns(found) == expected, found.reader
    assert found.tables[0].head[0][1] == first
    assert_reader_agrees(folder, found)


TEXTS = {
    "a list": "1.  Buy milk\n2.  Wash car\n3.  Sleep\n4.  Sing\n5.  Walk\n6.  Dance\n7.  Dream\n8.  Rest\n",
    "a heading": "Title\n-----\nSome words stand here\nand some more of them\n",
    "a heading above numbers": "Title\n-----\nIn 1990 it was 5\nin 1991 it was 6\n",
    "prose": "It was in 1990 that\nthe first of them\ncame here on foot,\nand went by train.\n",
    "one value that reaches into the next column": (
        "id   name            amount  date\n0    Ann Smith         12.5  2024-01-01\n"
        "1    Bob             1234.0  2024-01-02\n2    Catherine Longname   3.2  2024-01-03\n"
        "3    Dee                 99  2024-01-04\n"
    ),
    "a log": "INFO  began 1 of 3\nWARN  slow\nINFO  at 12.5 percent\nINFO  ended\nWARN  after 3 s\n",
}


@pytest.mark.parametrize("case", TEXTS)
def test_other_texts_stay_texts(folder: Folder, case: str) -> None:
    found = folder.preview("a.txt", TEXTS[case])
    assert (found.kind, found.reader) == ("text", None)


def test_no_value_is_cut_that_is_longer_than_those_above(folder: Folder) -> None:
    """Neither those that pandas looks at by itself nor those that are looked at here say how long the last may be."""
    rows = "".join(f"{n:>6}  {('word', 'of them')[n % 2]:<8}\n" for n in range(3_000))
    found = folder.preview("a.txt", f"    id  text\n{rows}  3000  much more than a word\n")
    assert found.tables, found.kind
    assert folder.frame(found).iloc[-1].tolist() == [3000, "much more than a word"]
    assert_reader_agrees(folder, found)
    found = folder.preview("a.txt", f"    id  text\n{rows}  3000much more than a word\n")
    assert (found.kind, found.reader) == ("text", None)
