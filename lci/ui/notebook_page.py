"""The Notebook page: the conversation's cells as a notebook that one works in.

Only the cell in hand has an editor and buttons: a hundred cells are drawn as what they show.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import streamlit as st
from markdown_it import MarkdownIt

from lci.core.conversation import Conversation
from lci.core.notebook_cells import CodeCell, MarkdownCell, NotebookCell, PromptCell, with_deleted
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import (
    cells,
    commands,
    earlier_cells,
    editor,
    framed,
    notebook_commands as notebook,
    outputs,
    panels,
    routes,
    safety,
    state,
    uploading,
)
from lci.ui.safety import plain
from lci.wording import duration, number, words

_ASSETS = Path(__file__).with_name("assets")
_outline = st.components.v2.component(
    "lci_notebook",
    html="<details>\n<summary></summary><ul></ul></details>",
    css=(_ASSETS / "notebook.css").read_text("utf-8"),
    js=(_ASSETS / "notebook.js").read_text("utf-8"),
)

#: Cells drawn at least, at first and with each click on "Show earlier"; those that leave go together, as each that does
#: moves all others, and the browser draws those anew.
_CELLS, _STEP = 60, 20
#: Attachments that are named under what was asked, and characters of a heading in the outline.
_ATTACHED, _HEADING = 6, 80
_WINDOW = "notebook_cells"
_OPEN = ("writing", "waiting", "running")


@dataclass(frozen=True, slots=True)
class _Page:
    """What every cell is drawn with: those in sight, in order, which one is in hand, which are out of date."""

    live: Interpreter
    shown: tuple[NotebookCell, ...]
    in_hand: str
    out_of_date: frozenset[str]


def draw(live: Interpreter) -> None:
    """The whole page."""
    now = live.snapshot()
    every = with_deleted(now)
    gone = now.arrangement.deleted
    shown = tuple(
        cell for cell in every if cell.id not in gone and not (isinstance(cell, PromptCell) and cell.is_blank)
    )
    page = _Page(live, shown, notebook.in_hand(shown), earlier_cells.out_of_date(now))
    with st.container(key="notebook"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"### {words().sidebar.notebook}")
            st.space("stretch")
            with st.popover(words().conversations.bring_in, icon=":material/upload_file:", key="bring_in"):
                uploading.taking_in("take_in")
        _download(live, now)
        _outline(
            key="notebook_outline",
            data={"title": words().notebook.outline, "headings": [*_headings(shown)]},
            on_picked_change=notebook.pick_clicked,
            on_hidden_change=functools.partial(_show_back_to_asked, shown),
        )
        if not shown:
            st.caption(words().notebook.empty)
        hidden = _hidden(shown)
        if page.in_hand in (cell.id for cell in shown[:hidden]):
            _show_back_to(page.in_hand, shown)
            hidden = _hidden(shown)
        if hidden:
            st.button(
                words().notebook.earlier.format(count=number(hidden)),
                key="earlier_cells",
                type="tertiary",
                on_click=state.draw_more,
                args=(_WINDOW, _CELLS),
            )
        drawn = {cell.id for cell in shown[hidden:]}
        outputs.reserve(
            (each.turn, each.cell) for each in shown[hidden:] if isinstance(each, CodeCell) and each.turn is not None
        )
        for cell in every:
            if gone and cell.id == gone[-1] == notebook.deleted_here():
                _deleted(cell.id)
            elif cell.id in drawn:
                _cell(page, cell)
        _end(page, gone)
        _bar(live)
        framed.listen()


def _show_back_to_asked(shown: Sequence[NotebookCell]) -> None:
    """Draw from the cell on that the outline was asked for."""
    asked = getattr(state.value("notebook_outline"), "hidden", None)
    _show_back_to(str(asked), shown)


def _show_back_to(cell_id: str, shown: Sequence[NotebookCell]) -> None:
    ids = [cell.id for cell in shown]
    if cell_id in ids:
        state.draw_more(_WINDOW, len(ids) - ids.index(cell_id))


def _hidden(shown: Sequence[NotebookCell]) -> int:
    """How many cells, the first ones, are not drawn."""
    return (len(shown) - state.drawn_of(len(shown), _WINDOW, _CELLS)) // _STEP * _STEP


def _download(live: Interpreter, now: Conversation) -> None:
    panels.download_notebook(live, now)


def _bar(live: Interpreter) -> None:
    """What is going on, or could be done about earlier cells; always in sight."""
    with st.container(key="notebook_bar"):
        earlier_cells.offer(live)
        if live.busy:
            st.button(
                words().composer.stop,
                key="stop",
                type="primary",
                icon=":material/stop_circle:",
                shortcut="Esc",
                on_click=commands.stop,
            )


def _end(page: _Page, gone: Sequence[str]) -> None:
    """Cells can be added below the last one, whatever is in hand; and those deleted some time ago come back."""
    last = page.shown[-1].id if page.shown else ""
    with st.container(horizontal=True, gap="small", key="notebook_end"):
        _adding(last, "end")
        if gone and gone[-1] != notebook.deleted_here():
            _undo(words().notebook.put_back, gone[-1])


def _adding(after: str, place: str) -> None:
    text = words().notebook
    for kind, label, tip in (
        ("code", text.add_code, text.add_code_help),
        ("markdown", text.add_text, text.add_text_help),
    ):
        st.button(
            label,
            icon=":material/add:",
            key=f"add_{kind}_{place}",
            help=tip,
            type="tertiary",
            on_click=notebook.insert,
            args=(kind, after),
        )


def _deleted(cell_id: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="deleted_cell"):
        st.caption(f":material/delete: {words().notebook.deleted}")
        _undo(words().notebook.undo, cell_id)


def _undo(label: str, cell_id: str) -> None:
    st.button(
        label,
        icon=":material/undo:",
        key="undelete_cell",
        type="tertiary",
        on_click=notebook.delete,
        args=(cell_id, False),
    )


# --- one cell ---------------------------------------------------------------------------------------------------------


def _cell(page: _Page, cell: NotebookCell) -> None:
    chosen = cell.id == page.in_hand
    with st.container(key=f"nb_now_{cell.id}" if chosen else f"nb_{cell.id}", gap="small"):
        if chosen:
            _tools(page, cell)
        match cell:
            case PromptCell():
                _prompt(cell, chosen=chosen)
            case MarkdownCell():
                _markdown(page.live, cell, chosen=chosen)
            case CodeCell():
                _code(page, cell, chosen=chosen)
            case _ as never:
                assert_never(never)


def _pick(cell: NotebookCell, label: str = "") -> None:
    st.button(
        label,
        icon=":material/edit:",
        key=f"pick_{cell.id}" if isinstance(cell, CodeCell) else f"pick_text_{cell.id}",
        type="tertiary",
        help=words().notebook.edit,
        on_click=notebook.pick,
        args=(cell.id,),
    )


def _prompt(cell: PromptCell, *, chosen: bool) -> None:
    st.text(cell.turn.prompt.strip())
    for name in cell.turn.attachments[:_ATTACHED]:
        st.caption(f":material/attach_file: {plain(name)}")
    if chosen:
        st.caption(words().notebook.fixed)
    else:
        _pick(cell)


def _markdown(live: Interpreter, cell: MarkdownCell, *, chosen: bool) -> None:
    if chosen:
        editor.draw(cell.id, "markdown", cell.text, focus=notebook.focus(), variables=(), on_typed=notebook.typed)
    else:
        text = safety.markdown(safety.closed(cell.text), routes.file_url(live.id, ""))
        st.markdown(text if text.strip() else f"*{words().notebook.empty_text}*")
        _pick(cell)


def _code(page: _Page, cell: CodeCell, *, chosen: bool) -> None:
    live, ran = page.live, cell.cell
    if not chosen and ran.status in _OPEN and not cell.is_unrun:
        cells.open_cell(live, ran)
        return
    count = ran.execution_count if ran.execution_count is not None else " "
    line = f"`[{count}]` {' · '.join(_facts(page, cell))}"
    if chosen:
        st.caption(line)
        editor.draw(
            cell.id,
            "code",
            cell.source,
            focus=notebook.focus(),
            variables=live.kernel.variables or (),
            on_typed=notebook.typed,
        )
    else:
        _pick(cell, line)
        st.code(cell.source or " ", language="python", line_numbers=True, wrap_lines=True)
    if ran.outputs:
        with st.container(key=f"nbout_{cell.id}", gap="small"):
            outputs.texts(live, ran)
            outputs.inline(live, ran)


def _facts(page: _Page, cell: CodeCell) -> Iterator[str]:
    """What is to be known of a cell beside its code and outputs."""
    text = words()
    ran = cell.cell
    if ran.author == "person":
        yield text.notebook.yours
    if cell.turn is None:
        yield text.notebook.unrun
    elif cell.draft is not None:
        yield text.notebook.draft if ran.outputs else text.notebook.unrun
    elif ran.status == "running" and ran.started_at is not None:
        yield f"{text.turns.cell_status[ran.status]} · {int(time.time() - ran.started_at)} s"
    elif ran.status != "ok":
        yield text.turns.cell_status[ran.status]
        if (cause := cells.cause_of_death(ran)) is not None:
            yield plain(cause)
    elif ran.duration is not None:
        yield duration(ran.duration)
    if cell.id in page.out_of_date:
        yield f":material/update: {text.composer.out_of_date}"


def _tools(page: _Page, cell: NotebookCell) -> None:
    """What can be done with the cell in hand."""
    text, busy = words().notebook, page.live.busy
    ids = [each.id for each in page.shown]
    at = ids.index(cell.id)
    with st.container(horizontal=True, vertical_alignment="center", gap=None, key="cell_tools"):
        if isinstance(cell, CodeCell):
            st.button(
                text.run,
                icon=":material/play_arrow:",
                key="run_picked",
                type="tertiary",
                help="Shift+Enter",
                disabled=busy,
                on_click=notebook.run,
                args=(cell.id,),
            )
            _tool(":material/fast_forward:", "run_from", text.run_from, busy, notebook.run_from, cell.id)
        _tool(":material/arrow_upward:", "move_up", text.move_up, at == 0, notebook.move, cell.id, ["", *ids][at - 1])
        below = ids[at + 1] if at + 1 < len(ids) else ""
        _tool(":material/arrow_downward:", "move_down", text.move_down, not below, notebook.move, cell.id, below)
        _adding(cell.id, "below")
        _tool(":material/delete:", "delete_cell", text.delete, False, notebook.delete, cell.id)
        _tool(":material/check:", "close_cell", text.close, False, notebook.pick, "")


def _tool(icon: str, key: str, tip: str, disabled: bool, command: notebook.Command, *args: str) -> None:
    st.button("", icon=icon, key=key, type="tertiary", help=tip, disabled=disabled, on_click=command, args=args)


# --- the outline ------------------------------------------------------------------------------------------------------


def _headings(shown: Sequence[NotebookCell]) -> Iterator[dict[str, str | int]]:
    """What was asked, and the headings of Markdown, with the cells where they stand."""
    for cell in shown:
        match cell:
            case PromptCell(_, turn):
                asked = " ".join(turn.prompt.split())
                headings: tuple[tuple[int, str], ...] = ((2, asked),) if asked else ()
            case MarkdownCell(_, text):
                headings = headings_of(text)
            case CodeCell():
                headings = ()
            case _ as never:
                assert_never(never)
        for level, heading in headings:
            yield {"cell": cell.id, "level": level, "text": heading[:_HEADING]}


@functools.lru_cache(maxsize=5_000)
def headings_of(text: str) -> tuple[tuple[int, str], ...]:
    """The headings of Markdown with their levels; a line of code that begins with `#` is none."""
    tokens = MarkdownIt().parse(text)
    return tuple(
        (int(opening.tag[1]), "".join(part.content for part in content.children or ()))
        for opening, content in itertools.pairwise(tokens)
        if opening.type == "heading_open" and content.content.strip()
    )
