"""A kernel's messages out of their frames: signed, of the right shape, not too deep, or none at all.

Code in a kernel knows its key and holds its sockets: it can sign and send anything.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from lci.core.ports import JupyterMessage

Sign: TypeAlias = Callable[[list[Any]], bytes]

_DELIMITER = b"<IDS|MSG>"
#: Bytes of a header and of a parent's.
_HEADER_BYTES = 64_000
#: Containers in containers; what is deeper could not be written down again.
_DEPTH = 100
#: About what an element takes in memory beyond its text.
_ELEMENT = 32


def weight(text: bytes | bytearray) -> int:
    """About the bytes a JSON text takes once it is read, without reading it."""
    return len(text) + _ELEMENT * (text.count(b",") + text.count(b"[") + text.count(b"{"))


def is_status(frames: Sequence[bytes | bytearray]) -> bool:
    """Whether a message says by its topic that it is the kernel's state: busy or idle."""
    return frames[0].endswith(b".status") and sum(map(len, frames)) < _HEADER_BYTES


def unpacked(frames: Sequence[bytes | bytearray], sign: Sign) -> JupyterMessage | None:
    """The message of frames from a kernel's own socket; None for what its session did not sign or is malformed."""
    try:
        at = frames.index(_DELIMITER)
    except ValueError:
        return None
    parts = frames[at + 1 : at + 6]
    if len(parts) < 5 or len(parts[0]) > _HEADER_BYTES:
        return None
    if not hmac.compare_digest(bytes(parts[0]), sign(list(parts[1:]))):
        return None
    return message(parts[1:])


def message(parts: Sequence[bytes | bytearray]) -> JupyterMessage | None:
    """The message of a header, a parent's header, metadata and content; None for what is malformed."""
    if max(map(len, parts[:2])) > _HEADER_BYTES:
        return None
    try:
        header, parent, _, content = map(value, parts)
    except ValueError:
        return None
    kind = header.get("msg_type") if isinstance(header, dict) else None
    if not isinstance(kind, str) or not isinstance(content, dict):
        return None
    request = parent.get("msg_id") if isinstance(parent, dict) else None
    return JupyterMessage(kind, request if isinstance(request, str) else None, content)


def value(text: bytes | bytearray) -> Any:
    """The value of a JSON text that can also be written down again. Raises `ValueError`."""
    try:
        parsed = json.loads(text)
        if b"\\ud" in text or b"\\uD" in text:
            # Half of a character, escaped, can be read but never stored.
            parsed = json.loads(json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("too deep") from None
    if text.count(b"[") + text.count(b"{") > _DEPTH:
        _check_depth(parsed)
    return parsed


def _check_depth(parsed: Any) -> None:
    level = [parsed]
    for _ in range(_DEPTH):
        level = [
            each
            for one in level
            for each in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(each, dict | list)
        ]
        if not level:
            return
    raise ValueError("too deep")


def count(number: object) -> int | None:
    """A number that counts something; None for what is none or no sensible one."""
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 53 else None
