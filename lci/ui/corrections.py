"""How a person says that a file is to be read: a popover whose choices are kept with the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from lci.core.files import AS_FOUND, Preview, Reading, WorkspaceFile
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, state
from lci.ui.safety import plain
from lci.wording import words
from lci.workspace.calls import function_in

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
_AS_FOUND = ""
#: Rows that may be said to be the header.
_ROWS = 30
#: Calls that can be told where the header stands, and those that can be told what the columns hold.
_WITH_HEADER = frozenset({"read_csv", "read_fwf", "read_excel"})
_WITH_TYPES = _WITH_HEADER | {"read_html", "read_xml"}


def draw(live: Interpreter, file: WorkspaceFile, preview: Preview | None) -> None:
    """The popover, for a file that could be read in another way; it stays open while the file is read again."""
    if preview is None:
        preview = Preview(file.name, "other", file.size)
    is_text = preview.encoding is not None or (preview.error is not None and preview.error.code == "file_undecodable")
    function = function_in(preview.reader or "")
    has_header, has_types = function in _WITH_HEADER, function in _WITH_TYPES
    if not is_text and not has_types and file.reading == AS_FOUND:
        return
    text = words().panel
    with st.popover("", icon=":material/tune:", type="tertiary", key="correction", help=text.correct_reading):
        with st.container(horizontal=True, gap="small"):
            if is_text or file.reading.encoding:
                _choice(live, file, "encoding", text.encoding, _ENCODINGS, str, preview.encoding or "")
            if preview.delimiter is not None or file.reading.delimiter:
                detected = _delimiter_name(preview.delimiter) if preview.delimiter else ""
                _choice(live, file, "delimiter", text.delimiter, tuple(text.delimiters), _delimiter_name, detected)
        if has_header or file.reading.header is not None:
            _choice(live, file, "header", text.header, tuple(range(_ROWS + 1)), _header_name, "")
        if has_types and preview.tables:
            _kinds(live, file, preview)
        if file.reading != AS_FOUND:
            st.button(
                text.read_as_found,
                icon=":material/undo:",
                key=f"as_found_{file.name}",
                on_click=commands.correct,
                args=(file.name, lambda _: AS_FOUND),
            )


def member(live: Interpreter, file: WorkspaceFile, preview: Preview | None) -> None:
    """The files in an archive, one of which can be chosen: it is what the archive is read as from then on."""
    listed = preview.members if preview is not None else ()
    is_archive = preview is not None and (preview.kind == "archive" or preview.compression == "zip")
    names = [each for each in listed if not each.endswith("/")]
    if file.reading.member is None and (len(names) < 2 or not is_archive):
        return
    text = words().panel
    _choice(live, file, "member", text.member, tuple(names), str, as_found=text.whole_archive)


def _delimiter_name(delimiter: str) -> str:
    return words().panel.delimiters.get(delimiter, repr(delimiter))


def _header_name(row: int) -> str:
    text = words().panel
    return text.header_row.format(row=row) if row else text.no_header


def _choice(
    live: Interpreter,
    file: WorkspaceFile,
    part: str,
    label: str,
    choices: tuple[Any, ...],
    named: Callable[[Any], str],
    detected: str = "",
    as_found: str | None = None,
) -> None:
    """One part of the reading; what the file says is what the widget holds, whatever another tab has chosen."""
    chosen = getattr(file.reading, part)
    # A select box shows no choice for None.
    begins = _AS_FOUND if chosen is None else chosen
    key = state.anew(f"{part}_{live.id}_{file.name}", begins)
    if as_found is None:
        as_found = f"{words().panel.detected}: {detected}" if detected and chosen is None else words().panel.detected
    offered = (_AS_FOUND, *choices, *({chosen} - {None, *choices}))

    def choose() -> None:
        choice = state.choice(key, offered)
        if choice is not None:
            corrected: dict[str, Any] = {part: None if choice == _AS_FOUND else choice}
            # What was said of one member is true of no other.
            commands.correct(file.name, lambda now: replace(AS_FOUND if part == "member" else now, **corrected))

    st.selectbox(
        label,
        offered,
        offered.index(begins),
        format_func=lambda choice: as_found if choice == _AS_FOUND else named(choice),
        key=key,
        on_change=choose,
    )


def _kinds(live: Interpreter, file: WorkspaceFile, preview: Preview) -> None:
    """What one column holds; those that were said are listed."""
    text = words().panel
    kinds: dict[str, Any] = dict(file.reading.kinds)
    offered = (_AS_FOUND, *text.kinds)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        names = [each.name for each in preview.tables[0].columns]
        column = st.selectbox(text.column, names, key=f"kind_of_{live.id}_{file.name}")
        begins = kinds.get(column or "", _AS_FOUND)
        key = state.anew(f"kind_{live.id}_{file.name}", (column, begins))

        def choose() -> None:
            choice = state.choice(key, offered)
            if choice is not None:
                commands.correct(file.name, lambda reading: _with_kind(reading, column, choice))

        st.selectbox(
            text.read_as,
            offered,
            offered.index(begins),
            format_func=lambda kind: text.detected if kind == _AS_FOUND else text.kinds[kind],
            key=key,
            on_change=choose,
        )
    if kinds:
        st.caption(plain(" · ".join(f"{name}: {text.kinds[kind]}" for name, kind in kinds.items())))


def _with_kind(reading: Reading, column: str | None, kind: Any) -> Reading:
    others = [each for each in reading.kinds if each[0] != column]
    return replace(reading, kinds=(*others, *([(column, kind)] if column and kind != _AS_FOUND else [])))
