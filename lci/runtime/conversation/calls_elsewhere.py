"""Calls that were told, checked where another Python runs them: what is told is what they return there (B40)."""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from lci.agent.batching import or_stopped
from lci.core.files import Column, Preview, Table, WorkspaceFile
from lci.core.inspection import CallFacts
from lci.core.parquet_folders import FolderTable, folder_tables
from lci.core.ports import Kernel
from lci.core.remarks import Remark

#: Files larger than this are not read ahead in the kernel, and no more of them for one turn.
_BYTES, _FILES = 64 << 20, 30
_READ, _FAILS, _APART = "types_of_another_pandas", "call_fails_there", "folder_read_apart"
#: Where there is none, and where nobody has said.
_NONE = "none"
_NO_OTHERS: Mapping[str, CallFacts] = {}


async def checked_elsewhere(
    files: Callable[[], list[WorkspaceFile]],
    kernel: Kernel,
    packages: dict[str, str],
    preview_again: Callable[[str], Awaitable[None]],
    record: Callable[[WorkspaceFile], None],
    stop: asyncio.Event,
) -> None:
    """Have the previews of `files` tell what their calls return in `kernel`, whose Python has those `packages`.

    Starts the kernel where something is to be checked; raises what its start raises. `stop` ends it between files, or
    leaves a call that still runs to itself.
    """
    own = importlib.metadata.version("pandas")
    there = packages.get("pandas", _NONE)
    for file in files():
        if _pandas_of(file, own) not in (own, there):
            await preview_again(file.name)
    if there == own:
        return
    for file in [file for file in files() if _pandas_of(file, own) != there and file.size <= _BYTES][:_FILES]:
        preview = file.preview
        if preview is None or preview.reader is None or not preview.tables:
            continue
        if stop.is_set():
            return
        await kernel.start()
        facts = await or_stopped(kernel.inspector.call_facts(preview.reader), stop)
        # A kernel whose code has gone to another folder finds no file by its name.
        if facts is None or facts.error == "FileNotFoundError":
            continue
        others: dict[str, CallFacts] = {}
        for table in [] if facts.error else _others_read(file):
            other = await or_stopped(kernel.inspector.call_facts(table.reader or ""), stop)
            others |= {table.name: other} if other is not None else {}
        record(replace(file, preview=as_there(preview, facts, there, others)))
    for folder in folder_tables({file.name: file for file in files()}):
        if stop.is_set():
            return
        if _is_to_be_tried(folder, there):
            await kernel.start()
            facts = await or_stopped(kernel.inspector.call_facts(folder.call.reader), stop)
            if facts is not None and facts.error != "FileNotFoundError":
                record(tried_there(folder, facts, there))


def _others_read(file: WorkspaceFile) -> list[Table]:
    """The tables beside the first that calls of their own read, as many as are no more together than one large file."""
    tables = [table for table in (file.preview.tables if file.preview is not None else ()) if table.reader]
    return tables[: _BYTES // max(1, file.size)]


def _is_to_be_tried(folder: FolderTable, pandas: str) -> bool:
    """Whether some of its files were read in that pandas, and the folder as one was not."""
    remarks = [each for part in folder.parts if part.preview is not None for each in part.preview.warnings]
    read = [each.facts for each in remarks if each.code == _READ and each.facts["pandas"] == pandas]
    is_small = sum(part.size for part in folder.parts) <= _BYTES
    return is_small and bool(read) and all(facts.get("tried") != folder.name for facts in read)


def tried_there(folder: FolderTable, facts: CallFacts, pandas: str) -> WorkspaceFile:
    """The part of a folder that notes that the call which reads all of them was tried in that pandas.

    Where that fails there, or returns something else than is told, they are no table any more but files.
    """
    part = next(each for each in folder.parts if each.preview is not None and _pandas_of(each, "") == pandas)
    assert part.preview is not None
    if not _returns(facts, folder.preview().tables[0]):
        remark = Remark(_APART, {"pandas": pandas, "folder": folder.name})
        return replace(part, preview=replace(part.preview, warnings=(*part.preview.warnings, remark)))
    warnings = tuple(
        replace(each, facts={**each.facts, "tried": folder.name}) if each.code == _READ else each
        for each in part.preview.warnings
    )
    return replace(part, preview=replace(part.preview, warnings=warnings))


def _returns(facts: CallFacts, table: Table) -> bool:
    """Whether a call returns what is told of a table, as far as that is known."""
    if facts.error or len(facts.columns) != len(table.columns) or table.rows not in (None, facts.rows):
        return False
    return all(
        (name, dtype) == (column.name, column.dtype) and column.nulls in (None, missing)
        for (name, dtype, missing), column in zip(facts.columns, table.columns, strict=True)
    )


def _pandas_of(file: WorkspaceFile, own: str) -> str:
    """Whose types are told of a file."""
    warnings = file.preview.warnings if file.preview is not None else ()
    return next((str(each.facts["pandas"]) for each in warnings if each.code in (_READ, _FAILS)), own)


def as_there(preview: Preview, facts: CallFacts, pandas: str, others: Mapping[str, CallFacts] = _NO_OTHERS) -> Preview:
    """The preview as another pandas, of that version, reads the file; without the calls that fail there.

    `others` is what the calls of tables beside the first return, by their names, as far as they were tried.
    """
    if facts.error:
        remark = Remark(_FAILS, {"pandas": pandas, "error": facts.error})
        unread = tuple(replace(table, reader=None) for table in preview.tables)
        return replace(preview, warnings=(*preview.warnings, remark), tables=unread, reader=None)
    tables = (
        _table_there(preview.tables[0], facts),
        *(_table_there(each, others[each.name]) if each.name in others else each for each in preview.tables[1:]),
    )
    remarks = [
        Remark(_READ, {"pandas": pandas}),
        *(
            Remark(_FAILS, {"pandas": pandas, "error": other.error, "sheets": name})
            for name, other in others.items()
            if other.error
        ),
    ]
    return replace(preview, warnings=(*preview.warnings, *remarks), tables=tables)


def _table_there(table: Table, facts: CallFacts) -> Table:
    if facts.error:
        return replace(table, reader=None)
    known = {column.name: column for column in table.columns}
    columns = tuple(_column_there(known.get(name), name, dtype, missing) for name, dtype, missing in facts.columns)
    return replace(table, columns=columns, rows=facts.rows, rows_exact=True)


def _column_there(known: Column | None, name: str, dtype: str, missing: int) -> Column:
    """A column as it is read there; its values as they are known here, where these are the same."""
    texts = ("str", "object")
    if known is None or known.nulls != missing or (known.dtype != dtype and not {known.dtype, dtype} <= {*texts}):
        return Column(name, dtype, missing, stored=known.stored if known is not None else "")
    return replace(known, dtype=dtype)


def told_alike(preview: Preview, checked: Preview | None) -> Preview:
    """A longer preview with what was found out for the short one: on the screen stands what the model is told."""
    remarks = tuple(
        each for each in (checked.warnings if checked is not None else ()) if each.code in (_READ, _FAILS, _APART)
    )
    if checked is None or not remarks or not preview.tables:
        return preview
    # A short preview leaves out the last of many tables.
    pairs = zip(preview.tables, checked.tables, strict=False)
    tables = (*(_table_alike(table, known) for table, known in pairs), *preview.tables[len(checked.tables) :])
    return replace(preview, tables=tables, warnings=(*preview.warnings, *remarks), reader=checked.reader)


def _table_alike(table: Table, known: Table) -> Table:
    # And the last of many columns.
    columns = (*known.columns, *table.columns[len(known.columns) :])
    return replace(table, columns=columns, reader=known.reader) if len(columns) == len(table.columns) else table
