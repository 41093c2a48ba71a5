"""Parquet files of one folder that one call reads as one table, and what that call adds to their columns (B5, B20).

Nothing of it is stored: it follows from the files that are there and what their previews say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote

from lci.core.files import AS_FOUND, Column, Preview, Source, Table, Value, WorkspaceFile
from lci.core.united_tables import FEW_VALUES, united

#: What Arrow calls the folder of a missing value; it fails for it.
_MISSING = "__HIVE_DEFAULT_PARTITION__"
#: Arrow makes whole numbers of a key only where all are within 32 bits.
_MOST = 2**31 - 1
#: The first pandas that has a type of its own for texts.
_TEXTS_SINCE = 3
#: What says that a file was read in another pandas, and that a folder is not to be read there as one.
_READ_ELSEWHERE, _APART = "types_of_another_pandas", "folder_read_apart"
#: Types of whole numbers; where some are missing they are floats.
_WHOLE = frozenset(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))


@dataclass(frozen=True, slots=True)
class FolderCall:
    """The call that reads a folder, with the names of the files that it reads, in the order in which Arrow does."""

    folder: str
    parts: tuple[str, ...]

    @property
    def reader(self) -> str:
        """The call as Python; of categories, which Arrow makes of the keys, one cannot ask which is greater."""
        kinds = ", ".join(
            f"{_quoted(key)}: {_quoted(kind)}" for key, kind in zip(self.keys, self.key_types, strict=True)
        )
        return f"pd.read_parquet({_quoted(self.folder)})" + (f".astype({{{kinds}}})" if kinds else "")

    @property
    def keys(self) -> tuple[str, ...]:
        """What folders between are named for, as in `year=2024`: columns that the call adds behind the others."""
        return tuple(key for key, _ in self._pairs(self.parts[0]))

    @property
    def key_types(self) -> tuple[str, ...]:
        """What the call makes of the keys."""
        return tuple("int64" if isinstance(value, int) else "str" for value in self.key_values[0])

    @property
    def key_values(self) -> tuple[tuple[Value, ...], ...]:
        """The values of the keys in each part, as Arrow reads them."""
        texts = [[unquote(text) for _, text in self._pairs(name)] for name in self.parts]
        by_key = [_numbers_or_texts(column) for column in zip(*texts, strict=True)]
        return tuple(zip(*by_key, strict=True)) if by_key else ((),) * len(self.parts)

    def _pairs(self, name: str) -> list[tuple[str, str]]:
        below = PurePosixPath(name).parent.parts[len(PurePosixPath(self.folder).parts) :]
        return [(part.partition("=")[0], part.partition("=")[2]) for part in below if "=" in part]


@dataclass(frozen=True, slots=True)
class FolderTable:
    """The table of all Parquet files below the folder `name`, in the order in which Arrow reads them."""

    name: str
    parts: tuple[WorkspaceFile, ...]

    @property
    def call(self) -> FolderCall:
        """What reads it."""
        return FolderCall(self.name, tuple(part.name for part in self.parts))

    @property
    def source(self) -> Source:
        """The table for a query."""
        return Source(self.name, AS_FOUND, self.call.parts)

    @property
    def key_dtypes(self) -> tuple[str, ...]:
        """What the pandas that reads it makes of the keys: one that is older has no type of its own for texts."""
        remarks = [each for part in self.parts if part.preview is not None for each in part.preview.warnings]
        versions = [str(each.facts["pandas"]).partition(".")[0] for each in remarks if each.code == _READ_ELSEWHERE]
        is_older = any(version.isdigit() and int(version) < _TEXTS_SINCE for version in versions)
        return tuple("object" if is_older and kind == "str" else kind for kind in self.call.key_types)

    def preview(self, first: Preview | None = None, rows: int = 5) -> Preview:
        """The preview of the whole, with at most so many `rows`; `first` is a longer one of its first part."""
        previews = [part.preview for part in self.parts if part.preview is not None]
        if first is not None and _schema_of(first) == _schema_of(previews[0]):
            previews[0] = first
        call = self.call
        values = call.key_values
        tables = [_with_keys(p.tables[0], added) for p, added in zip(previews, values, strict=True)]
        whole = united(self.name, tables, rows)
        keys = tuple(
            _key_column(key, dtype, [row[at] for row in values])
            for at, (key, dtype) in enumerate(zip(call.keys, self.key_dtypes, strict=True))
        )
        types = dtypes_together(tables) or ()
        columns = [replace(column, dtype=dtype) for column, dtype in zip(whole.columns, types, strict=True)]
        whole = replace(whole, columns=(*columns, *keys))
        odd = {warning.code: warning for preview in previews for warning in preview.warnings}
        size = sum(part.size for part in self.parts)
        return Preview(self.name, "table", size, tables=(whole,), warnings=tuple(odd.values()), reader=call.reader)

    def file(self) -> WorkspaceFile:
        """The folder as if it were a file of the workspace."""
        size, modified = sum(part.size for part in self.parts), max(part.modified for part in self.parts)
        return WorkspaceFile(self.name, size, modified, self.parts[0].origin, self.preview())


def folder_tables(files: Mapping[str, WorkspaceFile]) -> tuple[FolderTable, ...]:
    """The tables that folders of these files are; none where a single call would return something else."""
    alike: dict[object, list[WorkspaceFile]] = {}
    for file in files.values():
        if _is_plain(file) and file.preview is not None:
            alike.setdefault(_schema_of(file.preview), []).append(file)
    return tuple(table for group in alike.values() for table in _tables(group, files))


def dtypes_together(tables: Sequence[Table]) -> tuple[str, ...] | None:
    """What pandas makes of the columns of all these tables, read as one; None where that is not known.

    The tables have the same columns of the same stored types: what differs is what pandas makes of missing values, and
    what a kernel's older pandas makes of texts, where not every part was read there.
    """
    every = []
    for columns in zip(*(table.columns for table in tables), strict=True):
        if not all(column.stored for column in columns):
            return None
        every.append(_dtype_together({column.dtype for column in columns}))
    return tuple(each for each in every if each) if all(every) else None


def _dtype_together(dtypes: set[str]) -> str:
    if len(dtypes) == 1:
        return next(iter(dtypes))
    if "float64" in dtypes and all(each in _WHOLE for each in dtypes - {"float64"}):
        return "float64"
    return "object" if dtypes in ({"bool", "object"}, {"str", "object"}) else ""


def united_files(files: Mapping[str, WorkspaceFile]) -> tuple[WorkspaceFile, ...]:
    """The files, with a folder that is one table in place of its parts: where the last of them stands."""
    tables = folder_tables(files)
    parts = {part.name for table in tables for part in table.parts}
    last = {[name for name in files if name in table.call.parts][-1]: table.file() for table in tables}
    return tuple(last.get(name, file) for name, file in files.items() if name in last or name not in parts)


def _numbers_or_texts(texts: Sequence[str]) -> list[Value]:
    if all(text.isascii() and text.removeprefix("-").isdigit() for text in texts):
        numbers = [int(text) for text in texts]
        if all(-_MOST <= each <= _MOST for each in numbers):
            return list(numbers)
    return list(texts)


def _is_plain(file: WorkspaceFile) -> bool:
    """Whether it is one Parquet table that the plain call reads."""
    preview = file.preview
    if preview is None or file.reading != AS_FOUND or len(preview.tables) != 1:
        return False
    return preview.reader == f"pd.read_parquet({_quoted(file.name)})"


def _schema_of(preview: Preview) -> tuple[tuple[str, str], ...]:
    return tuple((column.name, column.stored) for table in preview.tables for column in table.columns)


def _tables(group: Sequence[WorkspaceFile], files: Collection[str]) -> Iterable[FolderTable]:
    """One table of all these files, or those of the folders among them."""
    if len(group) < 2:
        return
    folder = _folder([PurePosixPath(file.name) for file in group])
    table = _one_table(group, folder, files)
    if table is not None and not _is_apart(table):
        yield table
        return
    below: dict[str, list[WorkspaceFile]] = {}
    for file in group:
        parts = PurePosixPath(file.name).parent.parts[len(folder.parts) :]
        if parts and "=" not in parts[0]:
            below.setdefault(parts[0], []).append(file)
    for inner in below.values():
        yield from _tables(inner, files)


def _is_apart(table: FolderTable) -> bool:
    """Whether the call that reads it as one was tried in the kernel's Python and returns something else there."""
    remarks = [each for part in table.parts if part.preview is not None for each in part.preview.warnings]
    return any(each.code == _APART and each.facts.get("folder") == table.name for each in remarks)


def _one_table(group: Sequence[WorkspaceFile], folder: PurePosixPath, files: Collection[str]) -> FolderTable | None:
    tables = [file.preview.tables[0] for file in group if file.preview is not None]
    paths = [PurePosixPath(file.name) for file in group]
    keys = {tuple(part.partition("=")[0] for part in _parts(path, folder) if "=" in part) for path in paths}
    if not folder.parts or len(keys) != 1 or dtypes_together(tables) is None:
        return None
    (added,) = keys
    names = {path.as_posix() for path in paths}
    others = [PurePosixPath(name) for name in files if name not in names]
    if not all(_is_read(path, folder) for path in paths) or any(_is_in_the_way(path, folder) for path in others):
        return None
    if set(added) & {column.name for column in tables[0].columns} or any(_MISSING in path.as_posix() for path in paths):
        return None
    return FolderTable(str(folder), tuple(sorted(group, key=lambda file: file.name)))


def _folder(paths: Sequence[PurePosixPath]) -> PurePosixPath:
    """The deepest folder of all these files, above those that are named for a value: year=2024."""
    common: list[str] = []
    for parts in zip(*(path.parent.parts for path in paths), strict=False):
        if len(set(parts)) > 1 or "=" in parts[0]:
            break
        common.append(parts[0])
    return PurePosixPath(*common)


def _parts(path: PurePosixPath, folder: PurePosixPath) -> tuple[str, ...]:
    return path.parent.parts[len(folder.parts) :]


def _is_read(path: PurePosixPath, folder: PurePosixPath) -> bool:
    """Whether the call reads this file: Arrow passes over what begins with a dot or an underscore."""
    if path.parts[: len(folder.parts)] != folder.parts:
        return False
    return not any(part.startswith((".", "_")) for part in path.parts[len(folder.parts) :])


def _is_in_the_way(path: PurePosixPath, folder: PurePosixPath) -> bool:
    """Whether the call would read this file, too, or it says that some of the parts are no longer rows of the table."""
    is_log = path.parts[: len(folder.parts)] == folder.parts and "_delta_log" in path.parts[len(folder.parts) :]
    return is_log or _is_read(path, folder)


def _with_keys(table: Table, added: tuple[Value, ...]) -> Table:
    head = tuple((*row, *added) for row in table.head)
    return replace(table, head=head, tail=tuple((*row, *added) for row in table.tail))


def _key_column(key: str, dtype: str, values: Sequence[Value]) -> Column:
    distinct: list[Value] = sorted(set(values))  # type: ignore[type-var]  # all numbers, or all texts
    low, high = (distinct[0], distinct[-1]) if dtype == "int64" else (None, None)
    return Column(key, dtype, 0, len(distinct), tuple(distinct) if len(distinct) <= FEW_VALUES else (), low, high)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
