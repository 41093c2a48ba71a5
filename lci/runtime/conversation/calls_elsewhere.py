"""Calls that were told, checked where another Python runs them: what is told is what they return there (B40)."""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import Awaitable, Callable
from dataclasses import replace

from lci.agent.batching import or_stopped
from lci.core.files import Column, Preview, WorkspaceFile
from lci.core.inspection import CallFacts
from lci.core.ports import Kernel
from lci.core.remarks import Remark

#: Files larger than this are not read ahead in the kernel, and no more of them for one turn.
_BYTES, _FILES = 64 << 20, 30
_READ, _FAILS = "types_of_another_pandas", "call_fails_there"
#: Where there is none, and where nobody has said.
_NONE = "none"


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
        if facts is not None and facts.error != "FileNotFoundError":
            record(replace(file, preview=as_there(preview, facts, there)))


def _pandas_of(file: WorkspaceFile, own: str) -> str:
    """Whose types are told of a file."""
    warnings = file.preview.warnings if file.preview is not None else ()
    return next((str(each.facts["pandas"]) for each in warnings if each.code in (_READ, _FAILS)), own)


def as_there(preview: Preview, facts: CallFacts, pandas: str) -> Preview:
    """The preview as another pandas, of that version, reads the file; without a call where the call fails there."""
    if facts.error:
        remark = Remark(_FAILS, {"pandas": pandas, "error": facts.error})
        return replace(preview, warnings=(*preview.warnings, remark), reader=None)
    first = preview.tables[0]
    known = {column.name: column for column in first.columns}
    columns = tuple(_column_there(known.get(name), name, dtype, missing) for name, dtype, missing in facts.columns)
    table = replace(first, columns=columns, rows=facts.rows, rows_exact=True)
    remark = Remark(_READ, {"pandas": pandas})
    return replace(preview, warnings=(*preview.warnings, remark), tables=(table, *preview.tables[1:]))


def _column_there(known: Column | None, name: str, dtype: str, missing: int) -> Column:
    """A column as it is read there; its values as they are known here, where these are the same."""
    texts = ("str", "object")
    if known is None or known.nulls != missing or (known.dtype != dtype and not {known.dtype, dtype} <= {*texts}):
        return Column(name, dtype, missing, stored=known.stored if known is not None else "")
    return replace(known, dtype=dtype)


def told_alike(preview: Preview, checked: Preview | None) -> Preview:
    """A longer preview with what was found out for the short one: on the screen stands what the model is told."""
    remarks = tuple(each for each in (checked.warnings if checked is not None else ()) if each.code in (_READ, _FAILS))
    if checked is None or not remarks or not preview.tables:
        return preview
    known, first = checked.tables[0].columns, preview.tables[0]
    # A short preview leaves out the last of many columns.
    columns = (*known, *first.columns[len(known) :])
    tables = (
        (replace(first, columns=columns), *preview.tables[1:]) if len(columns) == len(first.columns) else preview.tables
    )
    return replace(preview, tables=tables, warnings=(*preview.warnings, *remarks), reader=checked.reader)
