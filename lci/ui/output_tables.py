"""Frames that cells put out, as tables one can sort and search: read back from pandas' own HTML, whose cells are texts.

What is no plain frame (a styled one, a page) is none of them and stays HTML.
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
from lci.core.inspection import TABLE_FORMATS, source_digest
from lci.core.turns import Cell
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import routes, safety, state
from lci.wording import number, words

#: Characters of HTML that are read back.
_MOST = 2_000_000
#: Rows that are shown without scrolling, and the height of more in pixels.
_WHOLE, _HEIGHT = 10, 420
_SHAPE = re.compile(r"\s*(\d+) rows? × (\d+) columns?\s*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(\d+))?")
_MISSING = frozenset({"NaN", "None", "NaT", "<NA>"})
_GAP = "..."
#: Between the levels of a name.
_LEVELS = " / "


@dataclass(frozen=True, slots=True)
class OutputTable:
    """The rows and columns that are in an output, and how many there are (`rows`, `width`).

    `head` counts the rows before a gap, all of them where there is none. A label has a text for each level; `levels`
    names those of the index, empty where one has no name.
    """

    columns: tuple[tuple[str, ...], ...]
    index: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[str, ...], ...]
    rows: int
    width: int
    head: int
    levels: tuple[str, ...] = ("",)


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
    heads, body = tables[0].xpath("thead/tr"), tables[0].xpath("tbody/tr")
    if not heads or not body:
        return None
    labels = max(sum(cell.tag == "th" for cell in row) for row in body) or 1
    width = max(len(row) for row in body)
    names, rows = _spread(heads, width), _spread(body, width)
    if names is None or rows is None:
        return None
    # Below the names of the columns a line may name the levels of the index and nothing else.
    named = len(names) > 1 and any(names[-1][:labels]) and not any(names[-1][labels:])
    levels = names.pop()[:labels] if named else ("",) * labels
    # The last label of each other line may name a level of the columns.
    if any(any(line[: labels - 1]) for line in names):
        return None
    columns = tuple(zip(*(line[labels:] for line in names), strict=True))
    shape_line = _SHAPE.fullmatch("".join(each.text_content() for each in root.xpath("//p")))
    return _table(columns, levels, rows, shape_line)


def _spread(lines: Sequence[lxml_html.HtmlElement], width: int) -> list[tuple[str, ...]] | None:
    """The texts of a head or a body, those that span several places in each of them; None where places are left."""
    filled: list[dict[int, str]] = [{} for _ in lines]
    for at, line in enumerate(lines):
        place = 0
        for cell in line:
            while place in filled[at]:
                place += 1
            high, wide = (
                int(cell.get(name, "1")) if cell.get(name, "1").isdigit() else 0 for name in ("rowspan", "colspan")
            )
            if not 0 < high <= len(lines) - at or not 0 < wide <= width - place:
                return None
            text = cell.text_content()
            for below in range(high):
                filled[at + below].update(dict.fromkeys(range(place, place + wide), text))
    if any(sorted(line) != list(range(width)) for line in filled):
        return None
    return [tuple(line[place] for place in range(width)) for line in filled]


def _table(
    columns: Sequence[tuple[str, ...]],
    levels: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    shape_line: re.Match[str] | None,
) -> OutputTable:
    # Only of a frame that is too long does pandas say the shape, and mark what it leaves out.
    labels = len(levels)
    kept = [at for at, name in enumerate(columns) if shape_line is None or name[-1] != _GAP]
    gaps = [shape_line is not None and all(row[at + labels] == _GAP for at in kept) for row in rows]
    whole = [row for row, is_gap in zip(rows, gaps, strict=True) if not is_gap]
    return OutputTable(
        columns=tuple(columns[at] for at in kept),
        index=tuple(row[:labels] for row in whole),
        cells=tuple(tuple(row[at + labels] for at in kept) for row in whole),
        rows=int(shape_line[1]) if shape_line is not None else len(rows),
        width=int(shape_line[2]) if shape_line is not None else len(columns),
        head=gaps.index(True) if True in gaps else len(whole),
        levels=levels,
    )


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


def all_rows(live: Interpreter, cell: Cell, html: str, displayed: int | None = None) -> None:
    """Where the frame is still in memory as it was put out: the way to its other rows, and all of them as a file.

    `displayed` is the place among the outputs of one that was displayed along the way, None for what the cell ended in.
    """
    table = output_table(html)
    name = None if table is None else _in_memory(live, cell, table, displayed=displayed is not None)
    if table is None or name is None:
        return
    key = cell.id if displayed is None else f"{cell.id}-{displayed}"
    with st.container(horizontal=True, gap="small", key=f"rows_line_{key}"):
        if (len(table.cells), len(table.columns)) != (table.rows, table.width):
            st.button(
                words().turns.all_rows.format(name=safety.plain(name)),
                icon=":material/table_rows:",
                type="tertiary",
                key=f"all_rows_{key}",
                on_click=state.show_variable,
                args=(name, f":material/data_object: {words().panel.variables}"),
            )
        download(live, name, key)


def _in_memory(live: Interpreter, cell: Cell, table: OutputTable, *, displayed: bool) -> str | None:
    """By which name the kernel has the frame: that of a variable, or of the result it keeps of that very run."""
    kernel, shape = live.kernel, (table.rows, table.width)
    if not kernel.running or cell.generation != kernel.generation:
        return None
    if not displayed:
        place, code = f"Out[{cell.execution_count}]", source_digest(cell.source)
        kept = (each for each in kernel.results if (each.name, each.code, each.shape) == (place, code, shape))
        return next((each.variable or each.name for each in kept), None)
    names = displayed_names(cell.source)
    tables = [each for each in kernel.variables or () if each.name in names and each.is_table]
    fitting = [each.name for each in tables if each.shape == shape]
    return fitting[0] if len(fitting) == 1 else None


def displayed_names(source: str) -> frozenset[str]:
    """The variables that a cell hands to `display`."""
    tree = parsed(source)
    calls = [
        statement.value.args
        for statement in (tree.body if tree is not None else ())
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == "display"
    ]
    return frozenset(each.id for shown in calls for each in shown if isinstance(each, ast.Name))


def _size(table: OutputTable) -> str:
    text = words().turns
    parts = []
    for shown, count, forms in (
        (len(table.cells), table.rows, text.row),
        (len(table.columns), table.width, text.column),
    ):
        part = text.part_of.format(shown=number(shown), total=number(count)) if shown < count else number(count)
        if forms is text.row and 0 < table.head < shown:
            ends = {"first": number(table.head), "last": number(shown - table.head)}
            part = text.ends_of.format(**ends, total=number(count))
        parts.append(f"{part} {forms[0] if count == 1 else forms[-1]}")
    return " × ".join(parts)


def _frame(table: OutputTable) -> tuple[pd.DataFrame, dict[str, str]]:
    """The texts as a frame, columns of plain numbers as numbers so that they are sorted as such, and their formats."""
    names = _distinct([_LEVELS.join(filter(None, name)) for name in table.columns])
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
    frame.index = _index(table)
    return frame, formats


def _index(table: OutputTable) -> pd.Index:
    levels = [
        [int(label) for label in labels] if _decimals(labels) == 0 else list(labels)
        for labels in zip(*table.index, strict=True)
    ]
    if len(levels) == 1:
        return pd.Index(levels[0])
    return pd.MultiIndex.from_arrays(levels, names=_distinct(table.levels) if all(table.levels) else None)


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
