"""A conversation as a bundle, made piece by piece while it is sent."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from lci import __version__
from lci.core.artifacts import figures
from lci.core.blob_refs import blob_refs, listed_refs
from lci.core.conversation import Conversation
from lci.core.events import RequestSent
from lci.core.outputs import PICTURE_TYPES, BlobRef
from lci.core.ports import KernelFacts
from lci.core.stores import Store
from lci.runtime.handover.layout import (
    BLOBS,
    ENVIRONMENT,
    FIGURES,
    FILES,
    LOG,
    MANIFEST,
    NOBODY,
    NOTEBOOK,
    Manifest,
    Member,
)
from lci.storage.codec import as_json
from lci.workspace.workspace import Workspace
from lci.workspace.zipping import Packed, readable, zip_of

_ENDINGS = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def bundle(
    conversation: Conversation, store: Store, workspace: Workspace, notebook: bytes, surroundings: KernelFacts
) -> Iterator[bytes]:
    """The zip in pieces of about a megabyte: what is flushed of the log, and what belongs to it.

    Files used in place are not in it, nor blobs and files that are gone. Nowhere is the conversation's id.
    """
    return zip_of(_members(conversation, store, workspace, notebook, surroundings))


def _members(
    conversation: Conversation, store: Store, workspace: Workspace, notebook: bytes, surroundings: KernelFacts
) -> Iterator[Packed]:
    listed: dict[str, Member] = {}

    def noted(name: str, pieces: Iterable[bytes]) -> Packed:
        return Packed(name, _counted(listed, name, pieces))

    secret, nobody = conversation.id.encode(), NOBODY.encode()
    renamed: dict[str, str] = {}
    for ref in _blobs(conversation.id, store):
        with contextlib.suppress(KeyError):
            content = _with_names(store.get(ref).replace(secret, nobody), renamed)
            digest = hashlib.sha256(content).hexdigest()
            if digest not in renamed.values():
                yield noted(f"{BLOBS}{digest}", [content])
            renamed[ref.digest] = digest
    yield noted(LOG, _lines(conversation.id, store, renamed))
    yield noted(NOTEBOOK, [notebook])
    pictures = [figure for figure in reversed(figures(conversation)) if figure.mime in PICTURE_TYPES]
    for number, figure in enumerate(pictures, 1):
        with contextlib.suppress(KeyError):
            picture = store.get(figure.value) if isinstance(figure.value, BlobRef) else str(figure.value).encode()
            yield noted(f"{FIGURES}figure-{number}.{_ENDINGS[figure.mime]}", [picture.replace(secret, nobody)])
    for member in readable(workspace, [name for name, file in conversation.files.items() if not file.source], FILES):
        yield noted(member.name, member.pieces)
    yield noted(ENVIRONMENT, [_environment(conversation, surroundings).encode()])
    left_out = tuple(name for name, file in conversation.files.items() if file.source)
    manifest = Manifest(1, __version__, listed, left_out)
    yield Packed(MANIFEST, [json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode("utf-8", "replace")])


def _blobs(conversation_id: str, store: Store) -> Iterator[BlobRef]:
    """Those of the log, each once, and after the messages that it lists the body of a request."""
    seen: dict[str, BlobRef] = {}
    bodies: dict[str, BlobRef] = {}
    for entry in store.log(conversation_id):
        for ref in blob_refs(entry.event):
            (bodies if isinstance(entry.event, RequestSent) else seen)[ref.digest] = ref
    for body in bodies.values():
        with contextlib.suppress(KeyError):
            seen |= {ref.digest: ref for ref in listed_refs(store.get(body))}
    yield from seen.values()
    yield from bodies.values()


def _with_names(content: bytes, renamed: Mapping[str, str]) -> bytes:
    """The body of a request with the names that its messages have here; any other content as it is."""
    for ref in listed_refs(content):
        new = renamed.get(ref.digest, ref.digest)
        if new != ref.digest:
            content = content.replace(ref.digest.encode(), new.encode())
    return content


def _counted(listed: dict[str, Member], name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces; once all are gone, what is to be listed of them is."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        yield piece
    listed[name] = Member(size, digest.hexdigest())


def _lines(conversation_id: str, store: Store, renamed: Mapping[str, str]) -> Iterator[bytes]:
    for entry in store.log(conversation_id):
        line = json.dumps(as_json(entry), ensure_ascii=True, separators=(",", ":")).replace(conversation_id, NOBODY)
        for ref in blob_refs(entry.event):
            line = line.replace(ref.digest, renamed.get(ref.digest, ref.digest))
        yield f"{line}\n".encode()


def _environment(conversation: Conversation, surroundings: KernelFacts) -> str:
    """What a kernel had, one package a line, as pip reads it."""
    if conversation.settings.environment or conversation.settings.kernel:
        packages = dict(surroundings.packages)
    else:
        packages = {each.name: each.version for each in importlib.metadata.distributions() if each.name}
    lines = [f"{name}=={version}" for name, version in sorted(packages.items(), key=lambda one: one[0].lower())]
    return "\n".join([f"# Python {surroundings.python}", *lines, ""])
