"""The side panel: Data, Variables, Figures, Files, Notebook; each drawn only when its tab is open."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lci.core.artifacts import Artifact, figures
from lci.core.conversation import Conversation
from lci.core.files import Preview, Table, WorkspaceFile
from lci.core.outputs import BlobRef
from lci.runtime.interpreter import Interpreter
from lci.ui import commands, outputs, routes, state
from lci.ui.safety import plain
from lci.wording import explained, plural, size, warning, words

_RUNNING, _PENDING = 1.0, 0.6
_ENCODINGS = (
    "utf-8",
    "cp1252",
    "latin-1",
    "cp932",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
    "utf-16",
    "cp1251",
)
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}
_BARS = 12
#: What pandas reads as a missing value.
_MISSING = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A"})


def side_panel(live: Interpreter) -> None:
    """The panel of the chat page, a fragment of its own: it redraws by itself while something is on its way."""
    now = live.snapshot()
    unread = any(file.preview is None and file.origin != "code" for file in now.files.values())
    waiting = unread or bool(live.attaching)
    every = _RUNNING if now.running is not None else _PENDING if waiting else None

    @st.fragment(key="panel_fragment", run_every=every)
    def fragment() -> None:
        text = words()
        tabs = st.tabs(
            [
                f":material/table: {text.data}",
                f":material/data_object: {text.variables}",
                f":material/image: {text.figures}",
                f":material/folder: {text.files}",
                f":material/menu_book: {text.notebook}",
            ],
            key="panel",
            on_change="rerun",
        )
        for tab, draw in zip(tabs, (_data, _variables, _figures, _files, _notebook), strict=True):
            if tab.open:
                with tab:
                    draw(live, live.snapshot())

    fragment()


# --- data -------------------------------------------------------------------------------------------------------------


def _data(live: Interpreter, now: Conversation) -> None:
    names = [name for name in now.files if not name.startswith(".")]
    _attaching(live)
    if not names:
        _uploader()
        st.caption(words().upload_hint)
        _local_path()
        st.caption(words().data_empty)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if state.value("file") not in names:
            state.put("file", names[-1])
        name = st.selectbox(words().files, names, key="file", label_visibility="collapsed")
        with st.popover("", icon=":material/upload:", help=words().upload):
            _uploader()
            _local_path()
    if name is not None:
        file_preview(live, now.files[name], rows=200)


def _uploader() -> None:
    st.file_uploader(
        words().upload,
        accept_multiple_files=True,
        key="upload",
        label_visibility="collapsed",
        on_change=commands.upload,
    )


def _local_path() -> None:
    # A form's button fires once; a changed text would be reported again with every redraw until it is cleared.
    with st.form("attach_local", clear_on_submit=True, border=False):
        st.text_input(
            words().local_path, key="local_path", placeholder=words().local_path_hint, help=words().local_path_hint
        )
        st.form_submit_button(words().attach, icon=":material/add:", on_click=commands.attach_local)


def _attaching(live: Interpreter) -> None:
    """What is being copied in, and what could not be."""
    for name in live.attaching:
        st.caption(f":material/hourglass_top: {plain(words().copying.format(name=name))}")
    if live.complaint is not None:
        st.warning(plain(str(explained(live.complaint))), icon=":material/error:")


def file_preview(live: Interpreter, file: WorkspaceFile, rows: int, height: int = 250) -> None:
    """What can be shown of a file; a short preview at once, the longer one when it is there."""
    encoding, delimiter = state.value(f"encoding_{file.name}"), state.value(f"delimiter_{file.name}")
    preview = live.preview(file.name, rows, encoding or None, delimiter or None) or file.preview
    if preview is None:
        st.skeleton(height=220)
        st.caption(words().reading)
        return
    st.caption(" · ".join(_facts(file, preview)))
    if preview.error is not None:
        explanation = explained(preview.error)
        st.info(plain(str(explanation)), icon=":material/info:")
    for each in preview.warnings:
        st.caption(f":material/warning: {plain(warning(each.code, each.facts))}")
    if preview.image is not None:
        outputs.file_picture(live, file.name, 360)
    if preview.tables:
        _tables(file, preview, height)
    elif preview.members:
        st.dataframe(pd.DataFrame({words().files: list(preview.members)}), hide_index=True, height=height)
    elif preview.text:
        st.code(preview.text[:20_000], language=None, wrap_lines=True, height=height)
    if preview.delimiter is not None or preview.encoding is not None:
        _correction(file, preview)
    with st.container(horizontal=True):
        st.button(
            words().ask_about,
            icon=":material/chat:",
            key=f"ask_{file.name}",
            on_click=commands.ask,
            args=(words().ask_about_prompt.format(name=file.name),),
        )
        st.link_button(words().download, routes.file_url(live.id, file.name), icon=":material/download:")


def _facts(file: WorkspaceFile, preview: Preview) -> list[str]:
    facts = []
    if preview.tables:
        table = preview.tables[0]
        rows = "?" if table.rows is None else f"{'' if table.rows_exact else words().rows_estimated}{table.rows:,}"
        facts.append(
            f"{rows} {words().row[0 if table.rows == 1 else 1]} × {plural(len(table.columns), *words().column)}"
        )
    if preview.image is not None:
        facts.append(f"{preview.image.format} {preview.image.width}×{preview.image.height}")
    if preview.encoding:
        facts.append(preview.encoding.upper())
    if preview.delimiter:
        facts.append(_DELIMITERS.get(preview.delimiter, repr(preview.delimiter)))
    if preview.compression:
        facts.append(preview.compression)
    return [*facts, size(file.size)]


def _tables(file: WorkspaceFile, preview: Preview, height: int) -> None:
    table = preview.tables[0]
    if len(preview.tables) > 1:
        chosen = st.selectbox(
            words().table[0], [t.name for t in preview.tables], key=f"table_{file.name}", label_visibility="collapsed"
        )
        table = next((t for t in preview.tables if t.name == chosen), table)
    frame = table_frame(table)
    st.dataframe(frame, height=height, hide_index=True, placeholder="", key=f"rows_{file.name}_{table.name}")
    st.caption(words().columns)
    st.dataframe(
        _columns(table, frame),
        hide_index=True,
        height=min(300, 38 + 35 * len(table.columns)),
        key=f"columns_{file.name}_{table.name}",
        column_config={
            "distribution": st.column_config.BarChartColumn(width=70),
            "column": st.column_config.TextColumn(width=110),
        },
    )


def table_frame(table: Table) -> pd.DataFrame:
    """The head of a table as a frame, numbers as numbers so that they line up."""
    names = _distinct([column.name for column in table.columns])
    frame = pd.DataFrame(list(table.head), columns=names) if table.head else pd.DataFrame(columns=names)
    for column, name in zip(table.columns, names, strict=True):
        if column.dtype.startswith(("int", "float")):
            given = frame[name].replace(list(_MISSING), None)
            numbers = pd.to_numeric(given, errors="coerce")
            if numbers.notna().sum() == given.notna().sum():
                frame[name] = numbers
        elif frame[name].dtype == object:
            frame[name] = frame[name].astype("string")
    return frame


def _distinct(names: list[str]) -> list[str]:
    """Duplicate names get a number: a frame on the screen needs distinct ones."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made


def _columns(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """One line a column: type, missing values, range or most frequent value, a small histogram of what is shown."""
    rows = []
    for column, name in zip(table.columns, frame.columns, strict=True):
        values = frame[name].dropna()
        numeric = pd.api.types.is_numeric_dtype(values) and len(values) > 0
        missing = column.nulls if column.nulls is not None else int(frame[name].isna().sum())
        top = "" if numeric or values.empty else str(values.mode().iloc[0])[:30]
        rows.append(
            {
                "column": name,
                "type": column.dtype,
                "missing": f"{missing:,}",
                "min / top": _rounded(values.min()) if numeric else top,
                "max": _rounded(values.max()) if numeric else "",
                "distribution": _histogram(values) if numeric else [],
            }
        )
    return pd.DataFrame(rows)


def _rounded(number: float) -> str:
    return f"{number:.4g}" if abs(number) < 1e6 else f"{number:,.0f}"


def _histogram(values: pd.Series) -> list[int]:
    finite = values[values.abs() != float("inf")].astype(float)
    if finite.empty:
        return []
    if finite.min() == finite.max():
        return [len(finite)]
    counts = pd.cut(finite, _BARS).value_counts(sort=False)
    return [int(count) for count in counts]


def _correction(file: WorkspaceFile, preview: Preview) -> None:
    with st.popover(words().correct_reading, icon=":material/tune:", type="tertiary"):
        st.selectbox(
            words().encoding,
            ("", *_ENCODINGS),
            format_func=lambda found: found or f"{words().detected}: {preview.encoding}",
            key=f"encoding_{file.name}",
        )
        st.selectbox(
            words().delimiter,
            ("", *_DELIMITERS),
            format_func=lambda found: _DELIMITERS.get(found, f"{words().detected}: {preview.delimiter!r}"),
            key=f"delimiter_{file.name}",
        )


# --- variables --------------------------------------------------------------------------------------------------------


def _variables(live: Interpreter, now: Conversation) -> None:
    found = live.variables
    if not found:
        st.caption(words().variables_empty)
        return
    if now.running is not None:
        st.caption(words().variables_stale)
    rows = [_variable(each) for each in found if isinstance(each, dict)]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="variables", height="content")


def _variable(told: Mapping[str, object]) -> dict[str, str]:
    shape = told.get("shape")
    columns = told.get("columns")
    value = str(told.get("value") or "")
    if isinstance(columns, list):
        value = ", ".join(str(column) for column in columns[:8])
    used = told.get("bytes")
    return {
        "name": str(told.get("name", "")),
        "type": str(told.get("type", "")),
        "shape": " × ".join(f"{part:,}" for part in shape) if isinstance(shape, list) else "",
        "memory": size(used) if isinstance(used, int) else "",
        "value": value[:120],
    }


# --- figures ----------------------------------------------------------------------------------------------------------


def _figures(live: Interpreter, now: Conversation) -> None:
    found = figures(now)
    if not found:
        st.caption(words().figures_empty)
        return
    for artifact in found[:40]:
        with st.container(border=False, key=f"figure_{artifact.key}"):
            _figure(live, artifact)


def _figure(live: Interpreter, artifact: Artifact) -> None:
    if artifact.kind == "file":
        outputs.file_picture(live, artifact.name, 480)
        url = routes.file_url(live.id, artifact.name)
    else:
        outputs.bundle(live, {artifact.mime: artifact.value}, f"panel-{artifact.key}", 480)
        if not isinstance(artifact.value, BlobRef) or artifact.kind != "image":
            return
        url = routes.figure_url(live.id, artifact.value, artifact.mime)
    label = words().download_png if artifact.mime in ("image/png", "") else words().download
    st.link_button(label, url, icon=":material/download:", type="tertiary")


# --- files ------------------------------------------------------------------------------------------------------------


def _files(live: Interpreter, now: Conversation) -> None:
    removed = state.removed_file()
    if removed is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(plain(words().removed.format(name=removed[0])))
            st.button(words().undo, key="undo_remove", icon=":material/undo:", on_click=commands.restore_file)
    if not now.files:
        st.caption(words().files_empty)
        return
    for name, file in now.files.items():
        with st.container(horizontal=True, vertical_alignment="center", key=f"entry_{name}"):
            st.link_button(
                f"{plain(name)} · {size(file.size)}",
                routes.file_url(live.id, name),
                icon=":material/download:",
                type="tertiary",
                help=words().download,
            )
            st.button(
                "",
                icon=":material/delete:",
                type="tertiary",
                key=f"remove_{name}",
                help=words().remove,
                on_click=commands.remove_file,
                args=(name,),
            )


# --- notebook ---------------------------------------------------------------------------------------------------------


def _notebook(live: Interpreter, now: Conversation) -> None:
    download_notebook(live, now)
    _outline(now)


def download_notebook(live: Interpreter, now: Conversation) -> None:
    """The download button; the notebook is made when it is pressed."""
    if not any(turn.cells for turn in now.branch()):
        st.caption(words().notebook_empty)
        return
    clean = st.checkbox(words().clean_notebook, key="clean_notebook")

    st.download_button(
        words().download_notebook,
        data=lambda: live.notebook_bytes(clean=clean),
        file_name=_file_name(now),
        mime="application/x-ipynb+json",
        icon=":material/download:",
        key="download_notebook",
        on_click="ignore",
        width="stretch",
    )


def _file_name(now: Conversation) -> str:
    kept = "".join(char if char.isalnum() or char in " -_" else "" for char in now.title).strip().replace(" ", "-")
    return f"{kept[:60] or 'conversation'}.ipynb"


def _outline(now: Conversation) -> None:
    for turn in now.branch():
        st.caption(plain(turn.prompt[:100]))
        for cell in turn.cells:
            if cell.status == "dropped":
                continue
            first = next((line for line in cell.source.split("\n") if line.strip()), "")
            count = cell.execution_count if cell.execution_count is not None else " "
            st.code(f"[{count}] {first[:80]}", language="python")


# --- pages ------------------------------------------------------------------------------------------------------------


def data_page(live: Interpreter) -> None:
    """One data set at full width."""
    now = live.snapshot()
    st.markdown(f"### {words().data}")
    names = list(now.files)
    if not names:
        _uploader()
        st.caption(words().data_empty)
        return
    name = st.selectbox(words().files, names, key="data_file")
    if name is not None:
        file_preview(live, now.files[name], rows=1000, height=480)


def notebook_page(live: Interpreter) -> None:
    """The conversation as a notebook: cells with their outputs."""
    now = live.snapshot()
    st.markdown(f"### {words().notebook}")
    download_notebook(live, now)
    for turn in now.branch():
        st.markdown(f"**{plain(turn.prompt[:200].strip())}**")
        for cell in turn.cells:
            if cell.status == "dropped":
                continue
            st.code(cell.source, language="python", line_numbers=True, wrap_lines=True)
            outputs.texts(live, cell)
            outputs.inline(live, cell)
