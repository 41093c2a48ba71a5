"""What the model is told of files with the same columns: one note for all of them, and in what they differ (B5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from lci.agent.prompts.file_notes import Detail, column_lines, name_parts, quoted, shown_name, whole_lines
from lci.agent.prompts.name_patterns import names_listed
from lci.core.files import AS_FOUND, Column, Preview, Table, WorkspaceFile
from lci.core.parquet_folders import FolderTable
from lci.core.united_tables import comparable, united

#: Ways in which files are read otherwise, and folders that are one table.
_OTHERWISE, _FOLDERS = 3, 5


def alike(files: Sequence[WorkspaceFile]) -> list[list[WorkspaceFile]]:
    """The files in groups that one note can describe, each in its first file's place."""
    groups: dict[object, list[WorkspaceFile]] = {}
    for file in files:
        groups.setdefault(_schema(file), []).append(file)
    return list(groups.values())


def _schema(file: WorkspaceFile) -> object:
    """What files have in common that one note can describe; the name for one that stands alone."""
    preview = file.preview
    if preview is None or file.reading != AS_FOUND:
        return file.name if preview is not None else None
    if preview.tables and preview.reader:
        tables = tuple(
            (table.name if table.name != file.name else "", tuple(column.name for column in table.columns))
            for table in preview.tables
        )
        return preview.reader.partition("(")[0], bool(file.source), tables
    if preview.image is not None:
        return preview.image.format
    return file.name


def schema_note(files: Sequence[WorkspaceFile], detail: Detail, folders: Sequence[FolderTable] = ()) -> str:
    """One note for files of one schema: their names, what holds for all of them, and in what they differ.

    `folders` are those of them that one call reads as one table.
    """
    names = names_listed([file.name for file in files])
    previews = [file.preview for file in files if file.preview is not None]
    if not previews:
        return f"[{len(files)} attached files: {names}]"
    if not previews[0].tables:
        sizes = sorted((each.image.width, each.image.height) for each in previews if each.image is not None)
        ends = [f"{width}×{height}" for width, height in dict.fromkeys((sizes[0], sizes[-1]))]
        return f"[{len(files)} attached images, {_schema(files[0])} {' to '.join(ends)}: {names}]"
    heading = f"[{len(files)} attached files with the same columns, read in the same way: {names}]"
    whole, at_once = _united(previews), [_at_once(folder) for folder in folders[:_FOLDERS]]
    if detail <= Detail.COLUMNS:
        call, *tables = name_parts(whole, _together, previews[0].name)
        calls = [call] if "(" in call else []
        return f"{heading[:-1]}; {'; '.join([*calls, *tables, *(each[:-1] for each in at_once)])}]"
    lines = whole_lines(whole, _together) if detail is Detail.ALL else column_lines(whole, _together)
    return "\n".join([heading, *lines, *_differing(previews), *at_once])


def _at_once(folder: FolderTable) -> str:
    """What reads a folder's files as one table."""
    rows, call = folder.preview().tables[0].rows, folder.call
    counted = "all rows" if rows is None else f"{rows:,} rows"
    keys = [f"{shown_name(key)} ({dtype})" for key, dtype in zip(call.keys, folder.key_dtypes, strict=True)]
    named = f", and of the folders' names {', '.join(keys)}" if keys else ""
    return f"At once: {call.reader} returns {counted} with these columns{named}."


def _together(table: Table) -> str:
    return f"Tables {quoted(table.name)}, together: " if table.name else "Together: "


def _calls(preview: Preview) -> tuple[str, ...]:
    """The calls that read the file and its tables."""
    return (preview.reader or "", *(table.reader for table in preview.tables if table.reader))


def _nameless(preview: Preview) -> tuple[str, ...]:
    """The same, whatever the file's name."""
    return tuple(call.replace(quoted(preview.name), "", 1) for call in _calls(preview))


def _united(previews: Sequence[Preview]) -> Preview:
    """What is known of the files as if they were one, in their order."""
    first = previews[0]
    odd = {warning.code: warning for preview in reversed(previews) for warning in preview.warnings}
    tables = tuple(
        replace(
            _shortened(united("" if table.name == first.name else table.name, [each.tables[at] for each in previews])),
            reader=table.reader,
        )
        for at, table in enumerate(first.tables)
    )
    return Preview(first.name, first.kind, 0, tables=tables, warnings=tuple(odd.values()), reader=first.reader)


def _shortened(table: Table) -> Table:
    return replace(table, head=table.head[:1], tail=table.tail[-1:])


def _differing(previews: Sequence[Preview]) -> Iterable[str]:
    """In what files of one schema differ."""
    calls: dict[tuple[str, ...], list[Preview]] = {}
    for preview in previews:
        calls.setdefault(_nameless(preview), []).append(preview)
    usual, *others = calls
    for same in (calls[each] for each in others[:_OTHERWISE]):
        both = zip(_calls(same[0]), _nameless(same[0]), strict=True)
        otherwise = "; ".join(call for call, nameless in both if nameless not in usual)
        yield f"Otherwise {names_listed([each.name for each in same])}: {otherwise}"
    if left := [each.name for other in others[_OTHERWISE:] for each in calls[other]]:
        yield f"Other arguments than those are needed for {names_listed(left)}."
    for at, first in enumerate(previews[0].tables):
        tables = [preview.tables[at] for preview in previews]
        named = "" if first.name == previews[0].name else f"In {quoted(first.name)}: "
        yield from (f"{named}{each}" for each in _differing_tables(tables, [preview.name for preview in previews]))


def _differing_tables(tables: Sequence[Table], names: Sequence[str]) -> Iterable[str]:
    counts = sorted(table.rows for table in tables if table.rows is not None)
    if len(counts) == len(tables):
        yield f"Each has {counts[0]:,}{f' to {counts[-1]:,}' if counts[0] < counts[-1] else ''} rows."
    keys, apart = [], []
    for at, column in enumerate(tables[0].columns):
        columns = [table.columns[at] for table in tables]
        usual = Counter(each.dtype for each in columns).most_common(1)[0][0]
        for dtype in dict.fromkeys(each.dtype for each in columns if each.dtype != usual):
            those = [name for name, each in zip(names, columns, strict=True) if each.dtype == dtype]
            yield f"{shown_name(column.name)} is {dtype} in {names_listed(those)}."
        if all(table.columns[at].distinct == table.rows and not table.columns[at].nulls for table in tables):
            keys.append(column.name)
        if _apart(columns):
            apart.append(column.name)
    if keys:
        yield f"All distinct in each file: {', '.join(map(shown_name, keys))}."
    if apart:
        yield f"Each file has its own part of: {', '.join(map(shown_name, apart))}."


def _apart(columns: Sequence[Column]) -> bool:
    """Whether no two of these columns have a value in common, as far as that is known."""
    if all(column.values for column in columns):
        values = [value for column in columns for value in column.values]
        return len(set(values)) == len(values)
    ends = [end for column in columns for end in (column.low, column.high)]
    if not comparable(ends):
        return False
    spans = sorted((column.low, column.high) for column in columns)
    return all(before[1] < after[0] for before, after in pairwise(spans))  # type: ignore[operator]
