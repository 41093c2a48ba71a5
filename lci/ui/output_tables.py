"""Frames that cells put out, as tables one can sort and search: read back from pandas' own HTML, whose cells are texts.

What is no plain frame (several levels of names, a styled one, a page) is none of them and stays HTML.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from lxml import etree, html as lxml_html

from lci.core.code.parsing import parsed
from lci.core.inspection import TABLE_FORMATS
from lci.core.turns import Cell
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import routes, state
from lci.wording import number, words

#: Characters of HTML that are read back.
_MOST = 2_000_000
#: Rows that are shown without scrolling, and the height of more in pixels.
_WHOLE, _HEIGHT = 10, 420
_SHAPE = re.compile(r"\s*(\d+) rows? × (\d+) columns?\s*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(\d+))?")
_MISSING = frozenset({"NaN", "None", "NaT", "<NA>"})
_GAP = "..."


@dataclass(frozen=True, slots=True)
class OutputTable:
    """The rows and columns that are in an output, and how many there are (`rows`, `width`)."""

    columns: tuple[str, ...]
    index: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    rows: int
    width: int


@functools.lru_cache(maxsize=200)
def output_table(html: str) -> OutputTable | None:
    """The frame that pandas wrote as `html`, None for any other HTML."""
    if 'class="dataframe"' not in html or len(html) > _MOST:
        return None
    try:
        root = lxml_html.fromstring(html)
    except (etree.LxmlError, ValueError):
        return None
    tables = root.xpath("descendant-or-self::table")
    plain = {"div", "style", "table", "thead", "tbody", "tr", "th", "td", "p"}
    if len(tables) != 1 or any(each.tag not in plain or "id" in each.attrib for each in root.iter()):
        return None
    if root.xpath("//*[@rowspan or @colspan]"):
        return None
    heads = [[cell.text_content() for cell in row] for row in tables[0].xpath("thead/tr")]
    rows = [[cell.text_content() for cell in row] for row in tables[0].xpath("tbody/tr")]
    labels = tables[0].xpath("count(tbody/tr[1]/th)") or 1
    # A second line of the head has the name of the index and nothing else.
    if not heads or len(heads) > 2 or labels != 1 or any(any(head[1:]) for head in heads[1:]):
        return None
    if any(len(row) != len(heads[0]) for row in (*heads, *rows)):
        return None
    shape_line = _SHAPE.fullmatch("".join(each.text_content() for each in root.xpath("//p")))
    return _table(heads[0][1:], rows, shape_line)


def _table(names: Sequence[str], rows: Sequence[Sequence[str]], shape_line: re.Match[str] | None) -> OutputTable:
    # Only of a frame that is too long does pandas say the shape, and mark what it leaves out.
    kept = [at for at, name in enumerate(names) if shape_line is None or name != _GAP]
    whole = [row for row in rows if shape_line is None or any(row[at + 1] != _GAP for at in kept)]
    cells = tuple(tuple(row[at + 1] for at in kept) for row in whole)
    shape = (int(shape_line[1]), int(shape_line[2])) if shape_line is not None else (len(rows), len(names))
    return OutputTable(tuple(names[at] for at in kept), tuple(row[0] for row in whole), cells, *shape)


def draw(html: str, key: str) -> bool:
    """The table in `html` with its size, to be sorted and searched; whether there is one."""
    table = output_table(html)
    if table is None or not table.columns:
        return False
    frame, formats = _frame(table)
    st.dataframe(
        frame,
        height="content" if len(frame) <= _WHOLE else _HEIGHT,
        placeholder="–",
        key=f"table-{key}",
        column_config={name: st.column_config.NumberColumn(format=form) for name, form in formats.items()},
    )
    st.caption(_size(table))
    return True


def download(live: Interpreter, name: str, key: str) -> None:
    """All rows of a variable as a file."""
    text = words().data
    with st.popover(text.download, icon=":material/download:", type="tertiary", key=f"download_table_{key}"):
        for form in TABLE_FORMATS:
            url = routes.table_url(live.id, name, form)
            st.link_button(text.formats[form], url, icon=":material/download:", width="stretch")


def all_rows(live: Interpreter, cell: Cell, html: str) -> None:
    """Where the frame is a variable that is still what was put out: the way to other rows of it, and all as a file."""
    table, name = output_table(html), _shown_name(cell.source)
    if table is None or name is None:
        return
    shape = (table.rows, table.width)
    if any(each.name == name and each.is_table and each.shape == shape for each in live.kernel.variables or ()):
        with st.container(horizontal=True, gap="small", key=f"rows_line_{cell.id}"):
            if (len(table.cells), len(table.columns)) != shape:
                st.button(
                    words().turns.all_rows.format(name=name),
                    icon=":material/table_rows:",
                    type="tertiary",
                    key=f"all_rows_{cell.id}",
                    on_click=state.show_variable,
                    args=(name, f":material/data_object: {words().panel.variables}"),
                )
            download(live, name, cell.id)


def _shown_name(source: str) -> str | None:
    """The variable that a cell ends with."""
    tree = parsed(source)
    last = tree.body[-1] if tree is not None and tree.body else None
    match last:
        case ast.Expr(value=ast.Name(id=name)):
            return name
        case _:
            return None


def _size(table: OutputTable) -> str:
    text = words().turns
    parts = []
    for shown, count, forms in (
        (len(table.cells), table.rows, text.row),
        (len(table.columns), table.width, text.column),
    ):
        part = text.part_of.format(shown=number(shown), total=number(count)) if shown < count else number(count)
        parts.append(f"{part} {forms[0] if count == 1 else forms[-1]}")
    return " × ".join(parts)


def _frame(table: OutputTable) -> tuple[pd.DataFrame, dict[str, str]]:
    """The texts as a frame, columns of plain numbers as numbers so that they are sorted as such, and their formats."""
    names = _distinct(table.columns)
    columns: dict[str, pd.Series] = {}
    formats = {}
    for at, name in enumerate(names):
        texts = [None if row[at] in _MISSING else row[at] for row in table.cells]
        decimals = _decimals([text for text in texts if text is not None])
        if decimals is None:
            columns[name] = pd.Series(texts, dtype="string")
        else:
            columns[name] = pd.Series([None if text is None else float(text) for text in texts], dtype="Float64")
            formats[name] = f"%.{decimals}f"
    frame = pd.DataFrame(columns, columns=names)
    frame.index = pd.Index([int(label) for label in table.index] if _decimals(table.index) == 0 else list(table.index))
    return frame, formats


def _decimals(texts: Sequence[str]) -> int | None:
    """How many decimals all of these numbers have; None where one is no number that comes back as it is written."""
    matches = [_NUMBER.fullmatch(text) for text in texts]
    places = {len(match[1] or "") for match in matches if match is not None}
    long = any(len(text) > 15 for text in texts)
    return None if None in matches or len(places) != 1 or long else places.pop()


def _distinct(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0)
    texts = []
    for name in names:
        seen[name] += 1
        texts.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return texts
