"""What is in the kernel's memory and in the working directory, for the model."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lci.agent.prompts.file_notes import shown_name
from lci.agent.prompts.room import Room
from lci.core.inspection import Variable

#: Variables that are listed, columns of one, and characters of a value and of what tools list.
_LISTED, _COLUMNS = 60, 30
_VALUE_CHARS, _STATE_CHARS = 60, 2_500
#: Files that are listed, and characters of their names and sizes.
_FILES, _FILE_CHARS = 8, 400
#: What the list of variables may take where nobody says how many tokens there are.
_CHARACTERS = Room(_STATE_CHARS, len)


def state(
    variables: Sequence[Variable],
    files: Sequence[tuple[str, int]],
    listed: Sequence[str] = (),
    room: Room = _CHARACTERS,
) -> str:
    """What is in memory, in files that code made and `listed` by tools at this moment; empty for nothing.

    The first ones of `variables` and `files` are told for sure: variables take no more than `room`.
    """
    lines = []
    if variables:
        lines.append(f"In memory now: {_variables(variables, room)}")
    if files:
        lines.append(f"Files that code made: {_files(files)}")
    lines += [line[:_STATE_CHARS] for line in listed if line]
    return "\n".join(f"[{line}]" for line in lines)


def _variables(variables: Sequence[Variable], room: Room) -> str:
    """One after the other, the columns of those that come late left out before they are; and how many there are."""
    texts: list[str] = []
    left = room.tokens
    for variable in variables[:_LISTED]:
        forms = (_told(variable, _COLUMNS), _told(variable, 0), variable.name)
        text, size = next(((each, size) for each in forms if (size := room.count(f"{each}; ")) <= left), ("", 0))
        if not text:
            break
        texts.append(text)
        left -= size
    return "; ".join(texts) + (f" … {len(variables)} in all" if len(texts) < len(variables) else "")


def _files(files: Sequence[tuple[str, int]]) -> str:
    """Names with sizes, as many as there is room for, and how many there are in all."""
    listed: list[str] = []
    for name, size in files[:_FILES]:
        entry = f"{json.dumps(name, ensure_ascii=False)} {size:,} bytes"
        if sum(map(len, listed)) + len(entry) > _FILE_CHARS:
            break
        listed.append(entry)
    return "; ".join(listed) + (f" … {len(files)} in all" if len(listed) < len(files) else "")


def _told(variable: Variable, most_columns: int) -> str:
    columns, value = variable.columns, variable.value
    if variable.is_function:
        return f"def {variable.name}{value}"
    text = f"{variable.name}: {variable.type}"
    if variable.shape is not None:
        text += " " + "×".join(map(str, variable.shape))
    if columns is not None and most_columns:
        text += f" ({', '.join(map(shown_name, columns[:most_columns]))}{', …' if len(columns) > most_columns else ''})"
    if value:
        text += " = " + (value if len(value) <= _VALUE_CHARS else value[: _VALUE_CHARS - 1] + "…")
    return text
