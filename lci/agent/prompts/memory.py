"""What is in the kernel's memory and in the working directory, for the model."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lci.core.inspection import Variable

#: Variables that are listed, and characters of a list.
_LISTED = 60
_STATE_CHARS = 2_500
#: Files that are listed, and characters of their names and sizes.
_FILES, _FILE_CHARS = 8, 400


def state(variables: Sequence[Variable], files: Sequence[tuple[str, int]], listed: Sequence[str] = ()) -> str:
    """What is in memory, in the working directory and `listed` by tools at this moment; empty for nothing.

    The first ones of `files` are told for sure.
    """
    lines = []
    if variables:
        lines.append(_cut("In memory now: " + "; ".join(map(_variable, variables[:_LISTED])), len(variables)))
    if files:
        lines.append(f"Files in the working directory: {_files(files)}")
    lines += [line[:_STATE_CHARS] for line in listed if line]
    return "\n".join(f"[{line}]" for line in lines)


def _files(files: Sequence[tuple[str, int]]) -> str:
    """Names with sizes, as many as there is room for, and how many there are in all."""
    listed: list[str] = []
    for name, size in files[:_FILES]:
        entry = f"{json.dumps(name, ensure_ascii=False)} {size:,} bytes"
        if sum(map(len, listed)) + len(entry) > _FILE_CHARS:
            break
        listed.append(entry)
    return "; ".join(listed) + (f" … {len(files)} in all" if len(listed) < len(files) else "")


def _cut(line: str, count: int) -> str:
    if count <= _LISTED and len(line) <= _STATE_CHARS:
        return line
    return f"{line[:_STATE_CHARS]} … {count} in all"


def _variable(variable: Variable) -> str:
    text, columns, value = f"{variable.name}: {variable.type}", variable.columns, variable.value
    if variable.shape is not None:
        text += " " + "×".join(map(str, variable.shape))
    if columns is not None:
        text += " (" + ", ".join(columns[:30]) + (", …" if len(columns) > 30 else "") + ")"
    if value:
        text += " = " + (value if len(value) <= 60 else value[:59] + "…")
    return text
