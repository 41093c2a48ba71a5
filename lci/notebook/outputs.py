"""Outputs as nbformat's plain dicts, whatever a kernel has sent: values that the schema refuses become text."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import TypeAlias, assert_never

from lci.core.outputs import (
    BlobRef,
    Bundle,
    Datum,
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Json,
    Output,
    StreamOutput,
    settled_text,
)
from lci.core.stores import Blobs
from lci.notebook.words import Words

Document: TypeAlias = dict[str, Json]

#: The types whose values nbformat takes as JSON; all others must be text.
_JSON_TYPE = re.compile(r"^application/(.*\+)?json$")


def document(output: Output, execution_count: int | None, blobs: Blobs, words: Words) -> Document:
    """`output` in the form of nbformat 4.5; `execution_count` is the cell's, for a result that has none."""
    match output:
        case StreamOutput(name, text, omitted):
            gap = words.left_out.format(characters=omitted) + "\n" if omitted > 0 else ""
            return {"output_type": "stream", "name": name, "text": gap + settled_text(text)}
        case DisplayData(data, metadata):
            return {"output_type": "display_data", "data": _bundle(data, blobs, words), "metadata": dict(metadata)}
        case ExecuteResult(data, metadata, count):
            return {
                "output_type": "execute_result",
                "execution_count": execution_count if count is None else count,
                "data": _bundle(data, blobs, words),
                "metadata": dict(metadata),
            }
        case ErrorOutput(ename, evalue, traceback):
            return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": list(traceback)}
        case _ as never:
            assert_never(never)


def _bundle(data: Bundle, blobs: Blobs, words: Words) -> Document:
    shown: Document = {}
    missing = []
    for mime, datum in data.items():
        try:
            value = _value(mime, datum, blobs)
        except KeyError:
            missing.append(words.missing.format(content=mime))
            continue
        kind, content = in_schema(mime, value)
        shown[kind] = content
    if missing:
        plain = shown.get("text/plain")
        shown["text/plain"] = "\n".join([*([plain] if isinstance(plain, str) else []), *missing])
    return shown


def in_schema(mime: str, value: Json) -> tuple[str, Json]:
    """A type and its value as nbformat's schema takes them: what is no text under a type that must be one gets another.

    Altair 6 calls its JSON `application/vnd.vegalite.v6.json`; whoever draws it looks for `+json`.
    """
    if _JSON_TYPE.match(mime) or isinstance(value, str):
        return mime, value
    if mime.endswith(".json") and isinstance(value, dict):
        return f"{mime.removesuffix('.json')}+json", value
    return mime, _text(value)


def _value(mime: str, datum: Datum, blobs: Blobs) -> Json:
    if not isinstance(datum, BlobRef):
        return datum
    content = blobs.get(datum)
    match datum.encoding:
        case "bytes":
            if mime.startswith("text/") or mime.endswith("+xml"):
                return content.decode("utf-8", "replace")
            return base64.b64encode(content).decode("ascii")
        case "text":
            return content.decode("utf-8", "replace")
        case "json":
            try:
                value: Json = json.loads(content)
            except ValueError:
                return content.decode("utf-8", "replace")
            return value
        case _ as never:
            assert_never(never)


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(line for line in value if isinstance(line, str))
    return json.dumps(value, ensure_ascii=False)


def pictures(outputs: list[Document]) -> dict[str, Mapping[str, Json]]:
    """The pictures among `outputs` as attachments of a Markdown cell, by name."""
    attachments: dict[str, Mapping[str, Json]] = {}
    for output in outputs:
        data = output.get("data")
        for mime, value in data.items() if isinstance(data, dict) else ():
            if mime.startswith("image/"):
                ending = mime.removeprefix("image/").removesuffix("+xml")
                attachments[f"figure-{len(attachments) + 1}.{ending}"] = {mime: value}
                break
    return attachments
