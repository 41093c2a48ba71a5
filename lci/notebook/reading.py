"""Notebooks of anybody's hand as values: what is odd in them is put right where that harms nothing, else refused."""

from __future__ import annotations

import json
import logging
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import nbformat

from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, Json, Output, StreamOutput
from lci.errors import FileUnreadable
from lci.notebook.outputs import in_schema
from lci.notebook.texts import readable

#: Bytes of a notebook that is read.
LARGEST = 200_000_000

#: Lists and objects in it.
_MOST_VALUES = 5_000_000
#: How deep values may lie within one another.
_DEPTH = 100
#: Outputs of one cell: no page draws more, and each costs more than the one before it.
_MOST_OUTPUTS = 2_000
_MOST_RUNS = 2**31

#: What nbformat raises on its way through a document that is not what it says; a name it has not set is one of them.
_UNCONVERTIBLE = (
    nbformat.ValidationError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError,
)  # fmt: skip

#: nbformat writes what it refuses, whatever is in it, to the terminal; whoever asked is given the reason.
logging.getLogger("traitlets").addFilter(lambda record: "nbformat" not in Path(record.pathname).parts)

CellType: TypeAlias = Literal["code", "markdown", "raw"]


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell; `facts` are what we, or somebody in our name, have written into its metadata."""

    kind: CellType
    source: str
    outputs: tuple[Output, ...] = ()
    execution_count: int | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def role(self) -> str:
        """What it is in a notebook of ours; empty for any other."""
        return str(self.facts.get("role", ""))


@dataclass(frozen=True, slots=True)
class ReadNotebook:
    """A notebook's cells in order, and what its own metadata say in our name."""

    cells: tuple[ReadCell, ...]
    facts: Mapping[str, Json]


class _RefusedError(Exception):
    """The word for what is wrong."""


def read_notebook(content: bytes, name: str) -> ReadNotebook:
    """The notebook that `content` is, of any format up to 4. Raises `FileUnreadable` with the reason why not."""
    try:
        # Each value takes many times what it is written with.
        if len(content) > LARGEST or content.count(b"[") + content.count(b"{") > _MOST_VALUES:
            raise _RefusedError("large notebook")
        document = _document(content)
        cells = document.get("cells")
        if not isinstance(cells, list):
            raise _RefusedError("no notebook")
        metadata = _object(document.get("metadata"))
        _check_language(metadata)
        return ReadNotebook(tuple(map(_cell, cells)), _json_object(metadata.get("lci")))
    except _RefusedError as refusal:
        raise FileUnreadable(name, "notebook", str(refusal)) from refusal


def in_format_4(content: bytes, name: str) -> Mapping[str, Any]:
    """The notebook that `content` is as plain values of format 4. Raises `FileUnreadable` with the reason why not."""
    try:
        return _document(content)
    except _RefusedError as refusal:
        raise FileUnreadable(name, "notebook", str(refusal)) from refusal


def _document(content: bytes) -> Mapping[str, Any]:
    """The notebook as plain values of format 4."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _RefusedError("cut notebook") from error
    version = document.get("nbformat") if isinstance(document, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _RefusedError("no notebook")
    if version > nbformat.current_nbformat:
        raise _RefusedError("newer notebook")
    return _upgraded(document) if version < nbformat.current_nbformat else dict(document)


def _upgraded(document: dict[str, Any]) -> Mapping[str, Any]:
    if _count(document.get("nbformat_minor")) is None:
        document["nbformat_minor"] = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            upgraded: Mapping[str, Any] = nbformat.reads(json.dumps(document), as_version=nbformat.current_nbformat)
    except RecursionError as error:
        raise _RefusedError("deep notebook") from error
    except _UNCONVERTIBLE as error:
        raise _RefusedError("odd notebook") from error
    return upgraded


def _check_language(metadata: Mapping[str, Any]) -> None:
    named = (_object(metadata.get("kernelspec")).get("language"), _object(metadata.get("language_info")).get("name"))
    for language in named:
        if isinstance(language, str) and language and not language.lower().startswith(("python", "ipython")):
            raise _RefusedError("other language")


def _cell(cell: Any) -> ReadCell:
    match cell:
        case {"cell_type": str(kind), "source": source}:
            text = _text(source)
        case _:
            raise _RefusedError("odd notebook")
    facts = _json_object(_object(cell.get("metadata")).get("lci"))
    attachments = {
        readable(name): {readable(mime): _text(value) for mime, value in _object(bundle).items()}
        for name, bundle in _object(cell.get("attachments")).items()
    }
    match kind:
        case "code":
            outputs = cell.get("outputs", [])
            if not isinstance(outputs, list):
                raise _RefusedError("odd notebook")
            count = _count(cell.get("execution_count"))
            return ReadCell("code", text, _few(tuple(map(_output, outputs))), count, facts)
        case "markdown":
            return ReadCell("markdown", text, facts=facts, attachments=attachments)
        case _:
            return ReadCell("raw", text, facts=facts)


def _few(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """The outputs; of thousands the texts of each stream as one, where its first stood."""
    if len(outputs) <= _MOST_OUTPUTS:
        return outputs
    texts: dict[str, list[str]] = {}
    for output in outputs:
        if isinstance(output, StreamOutput):
            texts.setdefault(output.name, []).append(output.text)
    few: list[Output] = []
    for output in outputs:
        if not isinstance(output, StreamOutput):
            few.append(output)
        elif output.name in texts:
            few.append(StreamOutput(output.name, "".join(texts.pop(output.name))))
    if len(few) > _MOST_OUTPUTS:
        raise _RefusedError("many outputs")
    return tuple(few)


def _output(output: Any) -> Output:
    match output:
        case {"output_type": "stream", "text": text}:
            return StreamOutput("stderr" if output.get("name") == "stderr" else "stdout", _text(text))
        case {"output_type": "error" | "pyerr"}:
            lines = output.get("traceback")
            traceback = tuple(map(_line, lines)) if isinstance(lines, list) else ()
            return ErrorOutput(_line(output.get("ename", "")), _line(output.get("evalue", "")), traceback)
        case {"output_type": "execute_result" | "pyout", "data": dict(bundle)}:
            metadata = _json_object(output.get("metadata"))
            return ExecuteResult(_bundle(bundle), metadata, _count(output.get("execution_count")))
        case {"output_type": "display_data" | "update_display_data", "data": dict(bundle)}:
            return DisplayData(_bundle(bundle), _json_object(output.get("metadata")))
        case _:
            raise _RefusedError("odd notebook")


def _bundle(bundle: Mapping[str, Any]) -> dict[str, Json]:
    return dict(in_schema(readable(mime), _json(value)) for mime, value in bundle.items())


def _text(value: Any) -> str:
    """A text, which may be a list of its lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return readable("".join(value))
    if not isinstance(value, str):
        raise _RefusedError("odd notebook")
    return readable(value)


def _line(value: Any) -> str:
    """The same, of a value that is no text its JSON."""
    if isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value)):
        return _text(value)
    return json.dumps(_json(value), ensure_ascii=False)


def _count(value: Any) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value < _MOST_RUNS else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _json_object(value: Any) -> dict[str, Json]:
    return {readable(key): _json(item) for key, item in _object(value).items()}


def _json(value: Any, depth: int = _DEPTH) -> Json:
    """`value` with every text readable, and numbers that JSON does not know as null."""
    if depth == 0:
        raise _RefusedError("deep notebook")
    match value:
        case str():
            return readable(value)
        case float():
            return value if math.isfinite(value) else None
        case list():
            return [_json(item, depth - 1) for item in value]
        case dict():
            return {readable(key): _json(item, depth - 1) for key, item in value.items()}
        case bool() | int() | None:
            return value
        case _:
            raise _RefusedError("odd notebook")
