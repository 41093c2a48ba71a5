"""A conversation as a bundle, made piece by piece while it is sent."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

from lci import __version__
from lci.core.artifacts import figures
from lci.core.blob_refs import blob_refs, listed_refs
from lci.core.conversation import Conversation
from lci.core.events import Recorded, RequestSent
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
    is_allowed,
)
from lci.storage.codec import as_json
from lci.workspace.workspace import Workspace
from lci.workspace.zipping import Packed, readable, zip_of

_ENDINGS = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def bundle(
    conversation: Conversation, store: Store, workspace: Workspace, notebook: bytes, surroundings: KernelFacts
) -> Iterator[bytes]:
    """The zip in pieces of about a megabyte: what is flushed of the log, and what belongs to it.

    Files used in place are not in it, nor those whose names lead astray elsewhere, nor what is gone. But for the files,
    which are as they are, the conversation's id is nowhere in it.
    """
    return zip_of(_members(conversation, store, workspace, notebook, surroundings))


def _members(
    conversation: Conversation, store: Store, workspace: Workspace, notebook: bytes, surroundings: KernelFacts
) -> Iterator[Packed]:
    listed: dict[str, Member] = {}

    def noted(name: str, pieces: Iterable[bytes]) -> Packed:
        return Packed(name, _counted(listed, name, pieces))

    secret, nobody = conversation.id.encode(), NOBODY.encode()
    log = Rewritten(conversation, store, NOBODY)
    for digest, content in log.blobs():
        if f"{BLOBS}{digest}" not in listed:
            yield noted(f"{BLOBS}{digest}", [content])
    yield noted(LOG, (f"{line}\n".encode() for line in log.lines()))
    yield noted(NOTEBOOK, [notebook])
    pictures = [figure for figure in reversed(figures(conversation)) if figure.mime in PICTURE_TYPES]
    for number, figure in enumerate(pictures, 1):
        with contextlib.suppress(KeyError):
            picture = store.get(figure.value) if isinstance(figure.value, BlobRef) else str(figure.value).encode()
            yield noted(f"{FIGURES}figure-{number}.{_ENDINGS[figure.mime]}", [picture.replace(secret, nobody)])
    taken = [name for name, file in conversation.files.items() if not file.source and is_allowed(f"{FILES}{name}")]
    for member in readable(workspace, taken, FILES):
        yield noted(member.name, member.pieces)
    yield noted(ENVIRONMENT, [_environment(conversation, surroundings).encode()])
    left_out = tuple(name for name in conversation.files if f"{FILES}{name}" not in listed)
    manifest = Manifest(1, __version__, listed, left_out)
    yield Packed(MANIFEST, [json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode("utf-8", "replace")])


def _counted(listed: dict[str, Member], name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces; once all are gone, what is to be listed of them is."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        yield piece
    listed[name] = Member(size, digest.hexdigest())


@dataclass(slots=True)
class Rewritten:
    """A conversation's log up to what `conversation` is, with `instead` wherever its id stood, which is as long.

    Blobs that held it have other names then: they are asked for first.
    """

    conversation: Conversation
    store: Store
    instead: str
    _renamed: dict[str, str] = field(default_factory=dict)

    def blobs(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each blob that is there, those that the body of a request lists before it."""
        secret, instead = self.conversation.id.encode(), self.instead.encode()
        for ref in self._refs():
            with contextlib.suppress(KeyError):
                content = self._with_names(self.store.get(ref).replace(secret, instead))
                digest = self._renamed[ref.digest] = hashlib.sha256(content).hexdigest()
                yield digest, content

    def lines(self) -> Iterator[str]:
        """Each entry as JSON."""
        for entry in self._entries():
            line = json.dumps(as_json(entry), ensure_ascii=True, separators=(",", ":"))
            line = line.replace(self.conversation.id, self.instead)
            for ref in blob_refs(entry.event):
                line = line.replace(ref.digest, self._renamed.get(ref.digest, ref.digest))
            yield line

    def _entries(self) -> Iterator[Recorded]:
        # A turn may go on meanwhile: what it adds has its blobs not here.
        return itertools.takewhile(
            lambda entry: entry.seq <= self.conversation.seq, self.store.log(self.conversation.id)
        )

    def _refs(self) -> Iterator[BlobRef]:
        others: dict[str, BlobRef] = {}
        bodies: dict[str, BlobRef] = {}
        for entry in self._entries():
            for ref in blob_refs(entry.event):
                (bodies if isinstance(entry.event, RequestSent) else others)[ref.digest] = ref
        for body in bodies.values():
            with contextlib.suppress(KeyError):
                others |= {ref.digest: ref for ref in listed_refs(self.store.get(body))}
        yield from others.values()
        yield from bodies.values()

    def _with_names(self, content: bytes) -> bytes:
        """The body of a request with the names that its messages have now; any other content as it is."""
        for ref in listed_refs(content):
            new = self._renamed.get(ref.digest, ref.digest)
            if new != ref.digest:
                content = content.replace(ref.digest.encode(), new.encode())
        return content


def _environment(conversation: Conversation, surroundings: KernelFacts) -> str:
    """What a kernel had, one package a line, as pip reads it."""
    if conversation.settings.environment or conversation.settings.kernel:
        packages = dict(surroundings.packages)
    else:
        packages = {each.name: each.version for each in importlib.metadata.distributions() if each.name}
    lines = [f"{name}=={version}" for name, version in sorted(packages.items(), key=lambda one: one[0].lower())]
    return "\n".join([f"# Python {surroundings.python}", *lines, ""])
