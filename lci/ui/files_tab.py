"""The Files tab: the workspace as a tree, downloads, deleting with undo, and what each turn did to the files."""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import streamlit as st

from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.turns import FileChange, Turn
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.turn_changes import undoable
from lci.ui import attaching, commands, routes, state, uploading
from lci.ui.safety import plain
from lci.wording import plural, size, words
from lci.workspace.trash import Removal
from lci.workspace.zipping import covered

#: Files up to which all folders are drawn open.
_OPEN = 40
#: Turns whose changes are listed, the latest first, and changes listed of each.
_TURNS, _NAMED = 20, 8
#: Removals that can be undone from here.
_REMOVED = 30


def draw(live: Interpreter, now: Conversation) -> None:
    """The whole tab."""
    attaching.progress(live)
    uploading.uploader(live)
    _uploaded(now)
    removals = live.files.removals()
    for last in removals[:1]:
        _removal(last, "undo_remove")
    if now.files:
        _actions(live, now)
        with st.container(key="files_tree"):
            st.html(tree_html(now.files.values(), lambda name: routes.file_url(live.id, name)))
    else:
        attaching.by_path()
        st.caption(words().files_tab.empty)
    _changes(live, now)
    if earlier := removals[1:_REMOVED]:
        with st.expander(words().files_tab.removed_earlier, key="removed_earlier"):
            for each in earlier:
                _removal(each, f"put_back_{each.tokens[0]}")


def _uploaded(now: Conversation) -> None:
    """What was uploaded last and not asked about yet, to be taken out at once."""
    waiting = frozenset(now.waiting_files(now.head))
    names = tuple(name for name in state.value("uploaded_last", ()) if name in waiting)
    if not names:
        return
    text = words().files_tab
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text.uploaded.format(files=plural(len(names), *text.file)))
        st.button(
            words().panel.undo, key="undo_uploaded", icon=":material/undo:", type="tertiary",
            on_click=commands.remove_files, args=names,
        )  # fmt: skip


def _removal(removal: Removal, key: str) -> None:
    text, names = words().files_tab, removal.names
    many = text.removed_many.format(files=plural(len(names), *text.file))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(text.removed.format(name=names[0]) if len(names) == 1 else many))
        st.button(
            words().panel.undo, key=key, icon=":material/undo:", on_click=commands.restore_files, args=removal.tokens
        )


def _actions(live: Interpreter, now: Conversation) -> None:
    """Download all or what is chosen, delete what is chosen; a folder stands for all beneath it."""
    text = words().files_tab
    options = [*folders(now.files), *now.files]
    state.chosen("files_chosen", options)
    chosen = st.multiselect(
        text.choose, options, key="files_chosen", placeholder=text.choose, label_visibility="collapsed"
    )
    names = covered(chosen, now.files)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="files_actions"):
        if not names or len(names) == len(now.files):
            st.link_button(text.download_all, routes.zip_url(live.id), icon=":material/folder_zip:")
        elif len(names) == 1:
            st.link_button(text.download, routes.file_url(live.id, names[0]), icon=":material/download:")
        elif (address := routes.zip_url_of(live.id, chosen)) is not None:
            label = text.download_chosen.format(files=plural(len(names), *text.file))
            st.link_button(label, address, icon=":material/folder_zip:")
        else:
            st.caption(text.too_many_chosen)
        with st.popover(text.by_path, icon=":material/add:", key="files_by_path"):
            attaching.by_path()
        if names:
            st.button(
                text.remove, icon=":material/delete:", key="remove_chosen", on_click=commands.remove_files, args=names
            )


def folders(names: Iterable[str]) -> list[str]:
    """Every folder that holds one of these files, with a slash at its end, sorted."""
    every = {name[: at + 1] for name in names for at, char in enumerate(name) if char == "/"}
    return sorted(every)


# --- what each turn changed -------------------------------------------------------------------------------------------


def _changes(live: Interpreter, now: Conversation) -> None:
    turns = [turn for turn in reversed(now.branch()) if turn.changes][:_TURNS]
    if not turns:
        return
    st.markdown(f"###### {words().files_tab.changes}")
    for turn in turns:
        with st.container(key=f"changes_{turn.id}", gap=None):
            _turn(turn, busy=live.busy)


def _turn(turn: Turn, *, busy: bool) -> None:
    text = words().files_tab
    prompt = " ".join(turn.prompt.split())
    st.html(f'<div class="lci-turn"><b>{html.escape(prompt[:120])}</b>{_changes_html(turn.changes)}</div>')
    if turn.undone:
        st.caption(text.undone)
        st.button(
            text.redo_turn, key=f"redo_turn_{turn.id}", icon=":material/redo:", type="tertiary", disabled=busy,
            on_click=commands.redo_turn, args=(turn.id,),
        )  # fmt: skip
        return
    left = [change.name for change in turn.changes if not undoable(change)]
    if left:
        names = ", ".join(left[:_NAMED]) + (f", {_more(len(left))}" if len(left) > _NAMED else "")
        st.caption(plain(text.not_undoable.format(names=names)))
    if len(left) < len(turn.changes):
        st.button(
            text.undo_turn, key=f"undo_turn_{turn.id}", icon=":material/undo:", type="tertiary", disabled=busy,
            on_click=commands.undo_turn, args=(turn.id,),
        )  # fmt: skip


def _changes_html(changes: Sequence[FileChange]) -> str:
    text = words().files_tab
    lines = []
    # What was there before comes first: that is what one may want back.
    changes = sorted(changes, key=lambda change: change.change == "created")
    for change in changes[:_NAMED]:
        facts = f"<i>{size(change.size)}</i>" if change.change != "removed" else ""
        lines.append(f"<p><em>{text.changed[change.change]}</em><span>{html.escape(change.name)}</span>{facts}</p>")
    more = f"<p>{_more(len(changes))}</p>" if len(changes) > _NAMED else ""
    return "".join(lines) + more


def _more(count: int) -> str:
    return words().files_tab.more_changes.format(files=plural(count - _NAMED, *words().files_tab.file))


# --- the tree ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Folder:
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[WorkspaceFile] = field(default_factory=list)

    def totals(self) -> tuple[int, int]:
        below = [folder.totals() for folder in self.folders.values()]
        count = len(self.files) + sum(files for files, _ in below)
        return count, sum(file.size for file in self.files) + sum(total for _, total in below)


def tree_html(files: Iterable[WorkspaceFile], address: Callable[[str], str]) -> str:
    """Folders that open and close, files with size and time; `address` is where each can be fetched."""
    root = _Folder()
    for file in files:
        *parents, _ = file.name.split("/")
        folder = root
        for parent in parents:
            folder = folder.folders.setdefault(parent, _Folder())
        folder.files.append(file)
    is_open = root.totals()[0] <= _OPEN
    return f'<div class="lci-tree">{_inside(root, address, is_open=is_open)}</div>'


def _inside(folder: _Folder, address: Callable[[str], str], *, is_open: bool) -> str:
    lines = []
    for name, inner in sorted(folder.folders.items()):
        count, total = inner.totals()
        facts = f"{plural(count, *words().files_tab.file)} · {size(total)}"
        lines.append(
            f"<details{' open' if is_open else ''}><summary><b>{html.escape(name)}</b><i>{html.escape(facts)}</i>"
            f"</summary>{_inside(inner, address, is_open=is_open)}</details>"
        )
    lines += [_line(file, address(file.name)) for file in sorted(folder.files, key=lambda file: file.name)]
    return "".join(lines)


def _line(file: WorkspaceFile, address: str) -> str:
    name = html.escape(file.name.rpartition("/")[2])
    place = f'<em title="{html.escape(file.source)}">{words().files_tab.in_place}</em>' if file.source else ""
    # A person in another time zone than the machine reads the machine's: the files are there.
    at = datetime.datetime.fromtimestamp(min(max(file.modified, 0), 32_503_680_000))
    facts = f"<i>{size(file.size)}</i><i>{at:%Y-%m-%d %H:%M}</i>"
    return f'<p><a href="{html.escape(address)}" title="{html.escape(file.name)}">{name}</a>{place}{facts}</p>'
