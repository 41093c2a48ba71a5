"""Events as JSON and back. The wire names are the classes' and fields' own; a value's type follows from its field.

Two marks exist in the JSON: `{"$": "StreamOutput", …}` names the member of a union, `{"$blob": …}` a `BlobRef` inside
a MIME bundle. Keys of users' own JSON that begin with `$` are written with one more. An event type of a later version
decodes to `UnknownEvent` and encodes to the same JSON again.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Union

from lci.core import conversation, events, files, outputs, turns
from lci.core.events import Event, Recorded, UnknownEvent
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, Json, StreamOutput
from lci.errors import Problem

_EVENTS: dict[str, type] = {kind.__name__: kind for kind in typing.get_args(Event)}
_OUTPUTS: dict[str, type] = {kind.__name__: kind for kind in (StreamOutput, DisplayData, ExecuteResult, ErrorOutput)}
_NAMESPACE = {
    **vars(conversation),
    **vars(files),
    **vars(outputs),
    **vars(turns),
    **vars(events),
    "Problem": Problem,
    # At run time the aliases are strings; any JSON value is just an object here.
    "Json": object,
}


def encoded(event: Event | UnknownEvent) -> tuple[str, dict[str, Json]]:
    """The type name and the fields of `event`, as JSON values."""
    if isinstance(event, UnknownEvent):
        return event.type, dict(event.fields)
    return type(event).__name__, _fields(event)


def decoded(type_name: str, fields: Mapping[str, Json]) -> Event | UnknownEvent:
    """The event of that name; fields that are not known are dropped, missing ones take their default."""
    kind = _EVENTS.get(type_name)
    if kind is None:
        return UnknownEvent(type_name, fields)
    try:
        return typing.cast(Event, _built(kind, fields))
    except (TypeError, ValueError, KeyError, AttributeError):
        # A later version changed this event beyond what defaults can mend: keep it, understand nothing.
        return UnknownEvent(type_name, fields)


def as_json(recorded: Recorded) -> dict[str, Json]:
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


def _fields(value: Any) -> dict[str, Json]:
    return {
        field.name: _plain(getattr(value, field.name))
        for field in dataclasses.fields(value)
        if not _is_default(field, getattr(value, field.name))
    }


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(value == field.default and type(value) is type(field.default))
    return field.default_factory is not dataclasses.MISSING and value == field.default_factory()


def _plain(value: Any) -> Json:
    if isinstance(value, BlobRef):
        return {"$blob": value.digest, **{name: part for name, part in _fields(value).items() if name != "digest"}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = _fields(value)
        return {"$": type(value).__name__, **fields} if type(value).__name__ in _OUTPUTS else fields
    if isinstance(value, Mapping):
        return {f"${key}" if key.startswith("$") else key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return typing.cast(Json, value)


@cache
def _types(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, globalns=_NAMESPACE | vars(typing))


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = _types(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _built(kind: type, fields: Mapping[str, Json]) -> Any:
    hints = _hints(kind)
    return kind(**{name: _value(hints[name], item) for name, item in fields.items() if name in hints})


def _value(hint: Any, item: Json) -> Any:
    """`item` as the type that `hint` names; marks count only where the hint allows their type."""
    if not isinstance(item, dict | list):
        return item
    options = typing.get_args(hint) if typing.get_origin(hint) in (Union, types.UnionType) else (hint,)
    kinds = [option for option in options if dataclasses.is_dataclass(option)]
    if isinstance(item, dict) and kinds:
        if BlobRef in kinds:
            return _blob(item) if "$blob" in item else _raw(item)
        if "$" in item:
            return _built(_OUTPUTS[str(item["$"])], {name: part for name, part in item.items() if name != "$"})
        return _built(typing.cast(type, kinds[0]), item)
    origin = typing.get_origin(hint)
    if origin is tuple and isinstance(item, list):
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, part) for part in item)
    if isinstance(item, dict) and origin is not None and issubclass(origin, Mapping):
        inner = typing.get_args(hint)[1]
        return {_key(key): _value(inner, part) for key, part in item.items()}
    return _raw(item)


def _blob(item: Mapping[str, Json]) -> BlobRef:
    return typing.cast(BlobRef, _built(BlobRef, {"digest": item["$blob"], **item}))


def _raw(item: Json) -> Json:
    if isinstance(item, dict):
        return {_key(key): _raw(part) for key, part in item.items()}
    return [_raw(part) for part in item] if isinstance(item, list) else item


def _key(written: str) -> str:
    return written.removeprefix("$") if written.startswith("$$") else written
