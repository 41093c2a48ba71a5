"""A file's preview: facts, rows, columns with a small histogram each, a way to correct how it is read."""

from __future__ import annotations

import functools
import html

import pandas as pd
import streamlit as st

from lci.core.files import Column, ImageFacts, Preview, Table, WorkspaceFile
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import corrections, outputs, written_numbers
from lci.ui.safety import plain
from lci.ui.same import Same
from lci.ui.shown_files import shown_files, whole_folder
from lci.wording import explained, number, plural, size, warning, words

_BARS = 12
#: Columns listed at most; the rows show the others.
_LISTED = 200
_DECIMALS = 6
#: What pandas reads as a missing value.
_MISSING = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A"})


def current(live: Interpreter, file: WorkspaceFile, rows: int) -> Preview | None:
    """The preview of so many rows; the short one while it is being made."""
    return live.files.preview(file.name, rows) or file.preview


def file_preview(
    live: Interpreter, file: WorkspaceFile, preview: Preview | None, height: int, rows: int
) -> Table | None:
    """What can be shown of a file, at most `rows` of a table; returns the table in view, if it is one."""
    _facts_line(live, file, preview)
    if preview is None:
        st.skeleton(height=220)
        st.caption(words().panel.reading)
        return None
    oddities(preview)
    if preview.image is not None:
        _picture(live, file, preview.image)
    if preview.tables:
        return rows_of(file, preview, height, rows)
    if preview.members:
        listed = pd.DataFrame({words().panel.files: list(preview.members)})
        st.dataframe(listed, hide_index=True, height=min(height, _height(listed)))
    elif preview.text:
        st.code(preview.text[:20_000], language=None, wrap_lines=True, height=height)
    return None


def facts(live: Interpreter, file: WorkspaceFile, preview: Preview) -> None:
    """What is known of a file as a whole, what is odd about it, and the way to correct how it is read."""
    _facts_line(live, file, preview)
    oddities(preview)


def oddities(preview: Preview) -> None:
    """What is odd about a file, and why nothing of it can be shown where that is so."""
    if preview.error is not None:
        st.info(plain(str(explained(preview.error))), icon=":material/info:")
    for each in preview.warnings:
        st.caption(f":material/warning: {plain(warning(each.code, each.facts))}")


def _picture(live: Interpreter, file: WorkspaceFile, facts: ImageFacts) -> None:
    if facts.format != "PDF":
        outputs.file_picture(live, file.name, 360)
    elif file.preview is not None and file.preview.image is not None and file.preview.image.blob is not None:
        outputs.picture(live, "image/png", file.preview.image.blob, 360)


def shape(table: Table) -> str:
    """`344 rows × 8 columns`."""
    text = words()
    about = "" if table.rows_exact else text.panel.rows_estimated
    rows = f"? {text.turns.row[-1]}" if table.rows is None else about + plural(table.rows, *text.turns.row)
    return f"{rows} × {plural(len(table.columns), *text.turns.column)}"


def _facts_line(live: Interpreter, file: WorkspaceFile, preview: Preview | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="facts_line"):
        st.caption(" · ".join(_facts(file, preview)) if preview is not None else size(file.size))
        corrections.draw(live, file, preview)
    whole_folder(shown_files(live.snapshot().files), file.name)
    corrections.member(live, file, preview)


def _facts(file: WorkspaceFile, preview: Preview) -> list[str]:
    facts = [shape(preview.tables[0])] if preview.tables else []
    if preview.image is not None:
        facts.append(f"{preview.image.format} {preview.image.width}×{preview.image.height}")
    if preview.encoding:
        facts.append(preview.encoding.upper())
    if preview.delimiter:
        facts.append(words().panel.delimiters.get(preview.delimiter, repr(preview.delimiter)))
    if preview.compression:
        facts.append(preview.compression)
    return [*facts, size(file.size)]


# --- rows and columns -------------------------------------------------------------------------------------------------


def rows_of(file: WorkspaceFile, preview: Preview, height: int, rows: int) -> Table:
    """The first rows of a file's table, or of one that is chosen; the table in view."""
    table = preview.tables[0]
    if len(preview.tables) > 1:
        chosen = st.selectbox(
            words().turns.table[0],
            [t.name for t in preview.tables],
            key=f"table_{file.name}",
            label_visibility="collapsed",
        )
        table = next((t for t in preview.tables if t.name == chosen), table)
    frame, formats = _drawn(Same(table))
    st.dataframe(
        frame.head(rows),
        height=min(height, _height(frame)),
        hide_index=True,
        placeholder="–",
        key=f"rows_{file.name}_{table.name}",
        column_config={name: st.column_config.NumberColumn(format=form) for name, form in formats.items()},
    )
    return table


def _height(frame: pd.DataFrame) -> int:
    """Pixels of all rows: a header, the rows, a border."""
    return 35 * (len(frame) + 1) + 3


@functools.lru_cache(maxsize=16)
def _drawn(same: Same[Table]) -> tuple[pd.DataFrame, dict[str, str]]:
    """The frame, and for numbers with decimals a format that gives a column as many in every row."""
    frame, marked = table_frame(same.value)
    # The browser's own marks stand for those of the file.
    formats = dict.fromkeys(marked, "localized")
    for index, name in enumerate(frame.columns):
        if name not in marked and pd.api.types.is_float_dtype(frame[name]):
            decimals = max((_decimals(row[index]) for row in same.value.head), default=0)
            if 0 <= decimals <= _DECIMALS:
                formats[name] = f"%.{decimals}f"
    return frame, formats


def _decimals(value: object) -> int:
    """The decimals of a number as the file has it; many for one that is no plain decimal number."""
    if value is None or (isinstance(value, str) and value in _MISSING):
        return 0
    whole, _, decimals = str(value).partition(".")
    if not whole.strip("+-").isdigit() or (decimals and not decimals.isdigit()):
        return _DECIMALS + 1
    return len(decimals)


def table_frame(table: Table) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The head of a table as a frame, numbers as numbers so that they line up; which are written with marks."""
    marked = []
    names = _distinct([column.name for column in table.columns])
    frame = pd.DataFrame(list(table.head), columns=names) if table.head else pd.DataFrame(columns=names)
    for column, name in zip(table.columns, names, strict=True):
        if column.dtype.startswith(("int", "float")):
            given = frame[name].replace(list(_MISSING), None)
            numbers = pd.to_numeric(given, errors="coerce")
            if numbers.notna().sum() == given.notna().sum():
                frame[name] = numbers
            elif (grouped := written_numbers.numbers(column, given)) is not None:
                frame[name] = grouped
                marked.append(name)
        elif frame[name].dtype == object:
            frame[name] = frame[name].astype("string")
    return frame, tuple(marked)


def _distinct(names: list[str]) -> list[str]:
    """Duplicate names get a number: a frame on the screen needs distinct ones."""
    seen: dict[str, int] = {}
    texts = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        texts.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return texts


def columns_title(table: Table) -> str:
    """What the columns' ranges and histograms are made from, where that is not every row."""
    partial = table.rows is None or table.rows > len(table.head)
    return words().panel.columns_partial.format(rows=number(len(table.head))) if partial else words().panel.columns


def columns(table: Table) -> None:
    """One line a column, as wide as the panel: what is cut has the whole in its tooltip."""
    st.html(columns_html(Same(table)))


@functools.lru_cache(maxsize=16)
def columns_html(same: Same[Table]) -> str:
    """Name, type, missing values, range or most frequent value, and a histogram of the rows that are shown."""
    table, (frame, _) = same.value, _drawn(same)
    heads = "".join(f"<th>{html.escape(head)}</th>" for head in words().panel.column_heads)
    lines = [
        _column_html(column, name, frame[name])
        for column, name in list(zip(table.columns, frame.columns, strict=True))[:_LISTED]
    ]
    return (
        f'<div class="lci-columns"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
    )


def _column_html(column: Column, name: str, given: pd.Series) -> str:
    values = given.dropna()
    numeric = pd.api.types.is_numeric_dtype(values) and len(values) > 0
    missing = column.nulls if column.nulls is not None else int(given.isna().sum())
    if numeric:
        shown = tip = f"{_rounded(values.min())} – {_rounded(values.max())}"
        bars = _bars(_histogram(values))
    else:
        written = values.astype(str)
        counts = written[~written.isin(_MISSING)].value_counts()
        shown = ", ".join(str(value)[:40] for value in counts.index[:3])
        tip = ", ".join(f"{str(value)[:60]} ({count})" for value, count in counts.head(5).items())
        bars = _bars([int(count) for count in counts]) if len(counts) <= _BARS else ""
    cells = (
        _cell(name, name),
        _cell(column.dtype, column.dtype),
        _cell(number(missing) if missing else "–", ""),
        _cell(shown, tip),
        f"<td>{bars}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _cell(shown: str, tip: str) -> str:
    return f'<td title="{html.escape(tip)}">{html.escape(shown)}</td>'


def _bars(counts: list[int]) -> str:
    highest = max(counts, default=0)
    if not highest:
        return ""
    drawn = "".join(f'<i style="height:{round(100 * count / highest)}%"></i>' for count in counts)
    return f'<span class="lci-bars">{drawn}</span>'


def _rounded(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else number(value)


def _histogram(values: pd.Series) -> list[int]:
    finite = values[values.abs() != float("inf")].astype(float)
    if finite.empty:
        return []
    if finite.min() == finite.max():
        return [len(finite)]
    counts = pd.cut(finite, _BARS).value_counts(sort=False)
    return [int(count) for count in counts]
