"""What is in the kernel's memory and in the working directory, for the model."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lci.core.inspection import Variable

#: Variables and files that are listed, and characters of the lists.
_LISTED = 60
_STATE_CHARS = 2_500


def state(variables: Sequence[Variable], files: Sequence[tuple[str, int]], listed: Sequence[str] = ()) -> str:
    """What is in memory, in the working directory and `listed` by tools at this moment; empty for nothing."""
    lines = []
    if variables:
        lines.append(_cut("In memory now: " + "; ".join(map(_variable, variables[:_LISTED])), len(variables)))
    if files:
        named = "; ".join(f"{json.dumps(name, ensure_ascii=False)} {size:,} bytes" for name, size in files[:_LISTED])
        lines.append(_cut(f"Files in the working directory: {named}", len(files)))
    lines += [line[:_STATE_CHARS] for line in listed if line]
    return "\n".join(f"[{line}]" for line in lines)


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
