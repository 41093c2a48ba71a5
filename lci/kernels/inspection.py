"""Looking into a kernel: what is asked of the launcher's functions there, and their answers as values.

Code in the kernel may have forged an answer: what has not the shape of one is left out, and nothing here raises for it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeAlias

from lci.core.inspection import (
    CallFacts,
    FailureFacts,
    FigureNote,
    KeptResult,
    Label,
    NamedObject,
    NoTable,
    PageRequest,
    TableFormat,
    TablePage,
    Variable,
)
from lci.core.outputs import Json
from lci.core.readers import reader_imports
from lci.errors import EvaluationFailed, TableNotWritten
from lci.kernels.messages import count

#: Asks for the JSON value of an expression, for so many seconds. Raises `EvaluationFailed`.
Ask: TypeAlias = Callable[[str, float], Awaitable[Json]]

#: Seconds a page may take (the first sorted one of a large table is slow), and a look at anything else.
_PAGE, _LOOK = 30.0, 2.0
#: Seconds for importing ahead, for entering and leaving a copy, for saving tables, and for writing one.
_PRELOAD, _COPY, _SAVING, _WRITING = 60.0, 10.0, 30.0, 120.0
#: Seconds for a call that reads some megabytes, pandas' import included.
_READING = 30.0

#: Variables, results, names in a list, and characters of one text that are kept.
_VARIABLES, _RESULTS, _NAMES, _CHARS = 200, 50, 200, 1_000
#: Bytes of a table as a file, and of one piece of it: four thirds as many characters are one message.
_MOST_BYTES, _PIECE = 4 << 30, 6 << 20
#: Dimensions of a shape, rows and columns of a page, objects of a failure, figures of a cell, characters of their axes.
_DIMENSIONS, _ROWS, _COLUMNS, _OBJECTS, _FIGURES, _AXES = 32, 1_000, 200, 5, 20, 4_000


class Inspection:
    """The `Inspector` of a kernel in which the launcher's functions answer."""

    def __init__(self, ask: Ask, memory: Callable[[], Awaitable[int | None]]) -> None:
        self._ask = ask
        self._memory = memory

    async def _answer(self, expression: str, seconds: float) -> Json:
        try:
            return await self._ask(expression, seconds)
        except EvaluationFailed:
            return None

    async def variables(self, seconds: float = _LOOK) -> tuple[Variable, ...] | None:
        return _variables(await self._answer("variables()", seconds))

    async def results(self) -> tuple[KeptResult, ...]:
        answer = await self._answer("results()", _LOOK)
        entries = answer[:_RESULTS] if isinstance(answer, list) else []
        return tuple(filter(None, map(_result, entries)))

    async def page(self, request: PageRequest) -> TablePage | NoTable:
        rows = f"{request.name!r}, {request.start:d}, {request.stop:d}"
        order = f"{request.column!r}, {request.descending!r}, {request.containing!r}"
        return _page(await self._answer(f"page({rows}, {order})", _PAGE))

    async def written_table(self, name: str, form: TableFormat) -> AsyncGenerator[bytes, None]:
        answer = await self._answer(f"write_table({name!r}, {form!r})", _WRITING)
        match answer:
            case {"place": str(place), "bytes": int(size)} if 0 < size <= _MOST_BYTES:
                pass
            case {"place": str(place), "bytes": int()}:
                await self._answer(f"drop({place!r})", _LOOK)
                raise TableNotWritten(name, form, "size")
            case {"error": "missing" | "refused" as cause}:
                raise TableNotWritten(name, form, cause)
            case _:
                raise TableNotWritten(name, form, "gone")
        start = 0
        try:
            while start < size:
                piece = _decoded(await self._answer(f"piece({place!r}, {start}, {_PIECE})", _PAGE))
                if not 0 < len(piece) <= size - start:
                    raise TableNotWritten(name, form, "gone")
                start += len(piece)
                yield piece
        finally:
            if start < size:
                await self._answer(f"drop({place!r})", _LOOK)

    async def failure_facts(self) -> FailureFacts:
        return _failure(await self._answer("failure_facts()", _LOOK))

    async def outside_files(self) -> tuple[str, ...]:
        return _names(await self._answer("outside_files()", _LOOK))

    async def figure_notes(self) -> tuple[FigureNote, ...]:
        return _figures(await self._answer("figure_notes()", _LOOK))

    async def call_facts(self, reader: str) -> CallFacts | None:
        return _call(await self._answer(f"call_facts({list(reader_imports(reader))!r}, {reader!r})", _READING))

    async def memory(self) -> int | None:
        return await self._memory()

    async def preload(self, modules: Sequence[str]) -> None:
        await self._ask(f"preload({list(modules)!r})", _PRELOAD)

    async def enter_copy(self, copy: str) -> None:
        await self._ask(f"enter_copy({copy!r})", _COPY)

    async def leave_copy(self) -> None:
        await self._ask("leave_copy()", _COPY)

    async def save_tables(self) -> dict[str, str]:
        """Have the large tables written to files that a next kernel can read; their places by the tables' names."""
        places = await self._answer("save_tables()", _SAVING)
        return {str(name): str(place) for name, place in places.items()} if isinstance(places, dict) else {}


# --- answers ----------------------------------------------------------------------------------------------------------


def _variables(answer: Json) -> tuple[Variable, ...] | None:
    """The variables in memory; None for what is no list of them."""
    if not isinstance(answer, list):
        return None
    described = [_variable(each) for each in answer[:_VARIABLES] if isinstance(each, dict)]
    return tuple(each for each in described if each.name)


def _variable(answer: dict[str, Json]) -> Variable:
    shape, columns = answer.get("shape"), answer.get("columns")
    return Variable(
        _text(answer.get("name")),
        _text(answer.get("type")),
        _text(answer.get("module")),
        count(answer.get("bytes")),
        _lengths(shape) if isinstance(shape, list) else None,
        _names(columns) if isinstance(columns, list) else None,
        _text(answer.get("value")),
        answer.get("table") is True,
    )


def _result(answer: Json) -> KeptResult | None:
    match answer:
        case {"name": str(name), "code": str(code), "shape": list(shape), "variable": str(variable)}:
            return KeptResult(name[:_CHARS], code[:_CHARS], _lengths(shape), variable[:_CHARS])
        case _:
            return None


def _lengths(shape: Sequence[Json]) -> tuple[int, ...]:
    return tuple(length for each in shape[:_DIMENSIONS] if (length := count(each)) is not None)


def _page(answer: Json) -> TablePage | NoTable:
    if not isinstance(answer, dict):
        return NoTable()
    rows, columns, index, data = (answer.get(name) for name in ("rows", "columns", "index", "data"))
    total = count(rows)
    if total is None or not isinstance(columns, list) or not isinstance(index, list) or not isinstance(data, list):
        return NoTable()
    wide = [tuple(row) for row in data if isinstance(row, list) and len(row) == len(columns)]
    if len(wide) != len(data) or len(index) != len(data) or len(data) > _ROWS or len(columns) > _COLUMNS:
        return NoTable()
    return TablePage(total, tuple(map(_label, columns)), tuple(map(_label, index)), tuple(wide))


def _decoded(answer: Json) -> bytes:
    try:
        return base64.b64decode(answer, validate=True) if isinstance(answer, str) else b""
    except binascii.Error:
        return b""


def _label(label: Json) -> Label:
    """A label as a page may show it: those of several levels become one text."""
    if isinstance(label, list):
        return "(" + ", ".join(str(_label(part))[:_CHARS] for part in label[:_DIMENSIONS]) + ")"
    return label if label is None or isinstance(label, bool | int | float) else _text(label)


def _failure(answer: Json) -> FailureFacts:
    if not isinstance(answer, dict):
        return FailureFacts()
    objects = answer.get("objects")
    named = (
        [_object(each) for each in objects[:_OBJECTS] if isinstance(each, dict)] if isinstance(objects, list) else []
    )
    close, installed, files = (_names(answer.get(key)) for key in ("close", "installed", "files"))
    return FailureFacts(
        tuple(each for each in named if each.name), close, installed, files, _text(answer.get("folder"))
    )


def _object(answer: dict[str, Json]) -> NamedObject:
    name, kind, sample = (_text(answer.get(key)) for key in ("name", "type", "sample"))
    return NamedObject(name, kind, _names(answer.get("columns")), sample)


def _call(answer: Json) -> CallFacts | None:
    match answer:
        case {"error": str(error)}:
            return CallFacts(error=error[:_CHARS])
        case {"rows": int(rows), "columns": list(columns)}:
            return CallFacts(tuple(filter(None, map(_read_column, columns))), rows)
        case _:
            return None


def _read_column(column: Json) -> tuple[str, str, int] | None:
    match column:
        case [str(name), str(dtype), int(missing)]:
            return name[:_CHARS], dtype[:_CHARS], missing
        case _:
            return None


def _figures(answer: Json) -> tuple[FigureNote, ...]:
    notes = [each for each in answer[:_FIGURES] if isinstance(each, dict)] if isinstance(answer, list) else []
    return tuple(FigureNote(_axes(note.get("axes")), _names(note.get("findings"))) for note in notes)


def _axes(axes: Json) -> str:
    described = [each for each in axes[:_FIGURES] if isinstance(each, dict)] if isinstance(axes, list) else []
    # Whole panels, so that what is left can be read.
    while described and len(text := json.dumps(described, ensure_ascii=False)) > _AXES:
        described.pop()
    return text if described else ""


def _names(names: Json) -> tuple[str, ...]:
    return tuple(each[:_CHARS] for each in names[:_NAMES] if isinstance(each, str)) if isinstance(names, list) else ()


def _text(text: Json) -> str:
    return text[:_CHARS] if isinstance(text, str) else ""
