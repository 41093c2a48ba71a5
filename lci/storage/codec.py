"""Events as JSON and back. The wire names are the classes' and fields' own; pydantic checks each value by its type.

Two marks exist in the JSON: `{"$": "StreamOutput", …}` names the member of a union, `{"$blob": …}` a `BlobRef` inside
a MIME bundle. Keys of users' own JSON that begin with `$` are written with one more. What a later version wrote, and
what this one never would, decodes to `UnknownEvent` and encodes to the same JSON again.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, cast

from pydantic import Discriminator, Tag, TypeAdapter, ValidationError

from lci.core import events as e
from lci.core.conversation import STRICTEST
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, Json, Output, StreamOutput
from lci.storage import earlier

_EVENTS: dict[str, type] = {kind.__name__: kind for kind in typing.get_args(e.Event)}


#: What holds a MIME bundle.
_SHOWING = (e.OutputUpdated, DisplayData, ExecuteResult)


def _mark(fields: Any) -> str | None:
    return fields.get("$") if isinstance(fields, dict) else None


@dataclasses.dataclass(frozen=True, slots=True)
class _OutputAdded:
    """The fields of `OutputAdded`, with the mark that tells which output it is."""

    cell_id: str
    output: Annotated[
        Annotated[StreamOutput, Tag("StreamOutput")]
        | Annotated[DisplayData, Tag("DisplayData")]
        | Annotated[ExecuteResult, Tag("ExecuteResult")]
        | Annotated[ErrorOutput, Tag("ErrorOutput")],
        Discriminator(_mark),
    ]


def encoded(event: e.Event | e.UnknownEvent) -> tuple[str, dict[str, Json]]:
    """The type name and the fields of `event`, as JSON values; what has its default is left out."""
    if isinstance(event, e.UnknownEvent):
        return event.type, dict(event.fields)
    return type(event).__name__, _fields(event)


def decoded(type_name: str, text: str, schema: int = e.SCHEMA) -> e.Event | e.UnknownEvent:
    """The event of that name from its fields as JSON; those not known are dropped, missing ones take their default.

    `schema` is that of the version which wrote it. Raises `ValueError` for what is no JSON object.
    """
    if schema < e.SCHEMA:
        text = earlier.upcast(type_name, text)
    kind = _EVENTS.get(type_name)
    if kind is not None:
        try:
            return cast(e.Event, _validated(kind, text))
        except ValidationError:
            pass
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError("no object")
    return e.UnknownEvent(type_name, fields)


def as_json(recorded: e.Recorded) -> dict[str, Json]:
    """One entry of the log as one JSON object, the form of `--json` and of bundles."""
    name, fields = encoded(recorded.event)
    return {
        "seq": recorded.seq,
        "at": recorded.at,
        "turn_id": recorded.turn_id,
        "schema": recorded.schema,
        "type": name,
        "event": fields,
    }


def recorded_of(entry: Mapping[str, Any], conversation_id: str) -> e.Recorded:
    """The entry that `as_json` gave. Raises `ValueError`, `TypeError` or `LookupError` for what is none."""
    event = decoded(entry["type"], json.dumps(entry["event"]), entry["schema"])
    schema = entry["schema"] if isinstance(event, e.UnknownEvent) else e.SCHEMA
    return e.Recorded(entry["seq"], entry["at"], conversation_id, entry["turn_id"], schema, event)


def _fields(value: Any) -> dict[str, Json]:
    plain = _marked if isinstance(value, _SHOWING) else _plain
    return {
        field.name: plain(getattr(value, field.name))
        for field in dataclasses.fields(value)
        if not _is_default(field, getattr(value, field.name))
    }


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(value == field.default and type(value) is type(field.default))
    return field.default_factory is not dataclasses.MISSING and value == field.default_factory()


def _plain(value: Any) -> Json:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = _fields(value)
        return {"$": type(value).__name__, **fields} if isinstance(value, Output) else fields
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return cast(Json, value)


def _marked(value: Any) -> Json:
    """The same of a MIME bundle, which holds users' own JSON and blobs."""
    if isinstance(value, BlobRef):
        return {"$blob": value.digest, **{name: part for name, part in _fields(value).items() if name != "digest"}}
    if isinstance(value, Mapping):
        return {f"${key}" if key.startswith("$") else key: _marked(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_marked(item) for item in value]
    return cast(Json, value)


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(_OutputAdded if kind is e.OutputAdded else kind)


def _validated(kind: type, text: str) -> Any:
    try:
        event = _adapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        # Python's own reader takes lone surrogates and deep nesting, which pydantic's does not.
        if error.errors()[0]["type"] != "json_invalid":
            if kind is not e.ConversationChanged:
                raise
            return _strictest(text, error)
        event = _adapter(kind).validate_python(json.loads(text))
    if kind is e.OutputAdded:
        output = event.output
        if isinstance(output, DisplayData | ExecuteResult):
            output = dataclasses.replace(output, data=_bundle(output.data), metadata=_raw(output.metadata))
        return e.OutputAdded(event.cell_id, output)
    if kind is e.OutputUpdated:
        return dataclasses.replace(event, data=_bundle(event.data), metadata=_raw(event.metadata))
    return event


def _strictest(text: str, error: ValidationError) -> Any:
    """The settings with their strictest value wherever what was written is not known; others take their default."""
    fields = json.loads(text)
    wrong = {
        str(place["loc"][1]) for place in error.errors() if place["loc"][0] == "settings" and len(place["loc"]) > 1
    }
    if not wrong:
        raise error
    rest = {name: value for name, value in fields["settings"].items() if name not in wrong}
    strict = {name: STRICTEST[name] for name in wrong & STRICTEST.keys()}
    changed = json.dumps({**fields, "settings": {**rest, **strict}})
    return _adapter(e.ConversationChanged).validate_json(changed, strict=True)


def _bundle(data: Mapping[str, Any]) -> dict[str, Json | BlobRef]:
    return {_key(mime): _datum(value) for mime, value in data.items()}


def _datum(value: Any) -> Json | BlobRef:
    if isinstance(value, dict) and "$blob" in value:
        return cast(BlobRef, _adapter(BlobRef).validate_python({**value, "digest": value["$blob"]}))
    return cast(Json, _raw(value))


def _raw(item: Any) -> Any:
    """Users' own JSON as it was."""
    if isinstance(item, dict):
        return {_key(key): _raw(part) for key, part in item.items()}
    return [_raw(part) for part in item] if isinstance(item, list) else item


def _key(written: str) -> str:
    return written.removeprefix("$") if written.startswith("$$") else written
