"""The Files tab and the ways in which files come."""

from __future__ import annotations

from lci.wording.file_words import FilesTab

FILES_TAB = FilesTab(
    attach="Attach files",
    attach_hint="CSV, Excel, Parquet, JSON, SQLite, images… up to 200 MB each; more and folders in the Files tab.",
    local_path="Or a file or folder of this machine, by its path",
    local_path_hint="/data/sales or ~/sales.parquet",
    attach_local="Attach",
    placement="How it is attached",
    placements={
        "auto": "Copy; from 500 MB on, in place",
        "copy": "Copy",
        "in_place": "In place, read-only, nothing copied",
    },
    bringing="Attaching {name}…",
    brought="Attached {files} of “{name}”.",
    brought_in_place="Attached {files} of “{name}” in place; code can read but not change them.",
    left_out="Left out, being hidden, a link or a device: {count}.",
    file=("file", "files"),
    upload={
        "files": "Choose files",
        "folder": "Choose a folder",
        "drop": "Large files and folders: drop them here",
        "cancel": "Cancel",
        "done": "{count} uploaded",
        "cancelled": "Cancelled; {count} were uploaded before",
        "hidden": "hidden files left out: {count}",
        "failed": "The connection broke; nothing of this file was kept. Try again.",
        "too_many": "A folder may hold at most {most} files.",
        "progress": "{name}: {sent} of {size} MB",
        "at": "{at} of {count}",
    },
    empty="Files you attach and files that code writes appear here.",
    in_place="in place",
    choose="Choose files or folders to download or delete",
    download="Download",
    download_all="Download all (zip)",
    download_chosen="Download {files} (zip)",
    too_many_chosen="Choose fewer files, a folder, or download all of them.",
    remove="Delete",
    removed="Deleted {name}.",
    removed_many="Deleted {files}.",
    changes="What each turn changed",
    changed={"created": "created", "changed": "changed", "removed": "deleted"},
    undo_turn="Undo these changes",
    redo_turn="Bring these changes back",
    undone="Undone: the files are as they were before this turn.",
    not_undoable="Too large to be undone: {names}.",
    more_changes="and {files} more",
)
