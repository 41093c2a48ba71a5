"""Parquet files of one folder that one call reads as one table, and what that call adds to their columns (B5, B20)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from lci.agent.prompts.file_notes import quoted, shown_name
from lci.core.files import Column, Preview, Table


def at_once(previews: Sequence[Preview], beside: Collection[str]) -> str | None:
    """What reads these files, of one schema, as one table; None where no single call does.

    `beside` are the names of all other files: where one lies in the same folder, the call would read it, too.
    """
    tables = [preview.tables[0] for preview in previews if len(preview.tables) == 1]
    plain = [preview.reader == f"pd.read_parquet({quoted(preview.name)})" for preview in previews]
    if len(tables) < len(previews) or not all(plain) or not _are_of_one_type(tables):
        return None
    paths = [PurePosixPath(preview.name) for preview in previews]
    folder = _folder(paths)
    keys = {tuple(part.partition("=")[0] for part in _parts(path, folder) if "=" in part) for path in paths}
    # Arrow fails for a folder that stands for a missing value.
    if any(part.endswith("=__HIVE_DEFAULT_PARTITION__") for path in paths for part in path.parts):
        return None
    if not folder.parts or len(keys) != 1 or any(_is_read(PurePosixPath(name), folder) for name in beside):
        return None
    (added,) = keys
    if not all(_is_read(path, folder) for path in paths) or set(added) & {each.name for each in tables[0].columns}:
        return None
    counts = [table.rows for table in tables]
    rows = f"{sum(count or 0 for count in counts):,} rows" if None not in counts else "all rows"
    more = f", and of the folders' names {', '.join(map(shown_name, added))} (category)" if added else ""
    return f"At once: pd.read_parquet({quoted(str(folder))}) returns {rows} with these columns{more}."


def _are_of_one_type(tables: Sequence[Table]) -> bool:
    """Whether the columns have the same types in all files, none of which pandas' word for it leaves open."""
    types = {tuple(column.dtype for column in table.columns) for table in tables}
    if len(types) != 1 or "object" in next(iter(types)):
        return False
    floats = [
        [each for each in columns if each.dtype == "float64"]
        for columns in zip(*(t.columns for t in tables), strict=True)
    ]
    return all(len({_may_be_whole(column) for column in columns}) < 2 for columns in floats)


def _may_be_whole(column: Column) -> bool:
    """Whether a column of floats may be one of whole numbers with gaps in its file: Arrow does not unite the two."""
    ends = (column.low, column.high)
    return column.nulls != 0 and all(end is None or float(end) == int(end) for end in ends if not isinstance(end, str))


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
