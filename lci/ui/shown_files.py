"""The files that a person chooses from: those of the workspace, and folders of Parquet files that are one table."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from lci.core.files import WorkspaceFile
from lci.core.parquet_folders import FolderTable
from lci.ui import state
from lci.ui.safety import plain
from lci.ui.same import Same
from lci.ui.view import queried_folders
from lci.wording import plural, words


@dataclass(frozen=True, slots=True)
class ShownFiles:
    """Files by name, a folder's table behind the last of its parts; hidden files are not among them."""

    files: Mapping[str, WorkspaceFile]
    folders: Mapping[str, FolderTable]

    def title(self, name: str) -> str:
        """What stands for it where one is chosen."""
        folder = self.folders.get(name)
        return name if folder is None else f"{name} · {plural(len(folder.parts), *words().files_tab.file)}"

    def folder_of(self, name: str) -> FolderTable | None:
        """The table that a file is a part of."""
        return next((each for each in self.folders.values() if name in each.call.parts), None)


def shown_files(files: Mapping[str, WorkspaceFile]) -> ShownFiles:
    """What can be chosen of these files."""
    return _shown(Same(files))


@functools.lru_cache(maxsize=16)
def _shown(same: Same[Mapping[str, WorkspaceFile]]) -> ShownFiles:
    files = same.value
    folders = {folder.name: folder for folder in queried_folders(files)}
    places = {name: at for at, name in enumerate(files)}
    behind = {max(folder.call.parts, key=places.__getitem__): folder for folder in folders.values()}
    shown: dict[str, WorkspaceFile] = {}
    for name, file in files.items():
        if not name.startswith("."):
            shown[name] = file
        if (folder := behind.get(name)) is not None:
            shown[folder.name] = folder.file()
    return ShownFiles(shown, folders)


def whole_folder(shown: ShownFiles, name: str) -> None:
    """For a part of a folder's table: the way to all of it."""
    folder = shown.folder_of(name)
    if folder is not None:
        st.button(
            plain(words().panel.whole_folder.format(name=shown.title(folder.name))),
            icon=":material/stacks:",
            key="whole_folder",
            type="tertiary",
            on_click=_pick,
            args=(folder.name,),
        )


def _pick(name: str) -> None:
    state.pick_file(name)
    state.look_closer(name)
