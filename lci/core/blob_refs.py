"""Which blobs a value refers to, such as an event, and which the body of a request lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from lci.core.outputs import BlobRef

#: As `runtime.conversation.sent_requests` writes a message's address.
_LISTED = re.compile(rb'"digest": ?"([0-9a-f]{64})", ?"size": ?(\d{1,15})')


def blob_refs(value: object) -> Iterator[BlobRef]:
    """The blobs that stand anywhere in a value of ours; not those that are listed in blobs."""
    if isinstance(value, BlobRef):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from blob_refs(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from blob_refs(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from blob_refs(part)


def listed_refs(body: bytes) -> Iterator[BlobRef]:
    """The messages, and what went with them, that the body of a request lists."""
    for digest, size in _LISTED.findall(body):
        yield BlobRef(digest.decode(), int(size), "json")
