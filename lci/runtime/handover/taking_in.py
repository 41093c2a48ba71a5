"""Conversations from a file, a bundle or a notebook, or copied from one that is here: stored whole, or not at all."""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.folding import folded
from lci.core.ids import new_conversation_id
from lci.errors import ConversationUnknown, StoreUnwritable
from lci.removal import removed
from lci.runtime.conversation.outsourcing import with_blobs
from lci.runtime.engine import Engine
from lci.runtime.handover.packing import Rewritten
from lci.runtime.handover.unpacking import Bundle
from lci.storage.codec import recorded_of
from lci.workspace.workspace import Workspace
from lci.workspace.zipping import readable

#: How a zip begins.
_ZIP = b"PK"
#: Bytes of the disk that are left free, and of blobs that wait to be written.
_DISK_LEFT, _BLOBS_HELD = 500_000_000, 64_000_000
_FLUSH_SECONDS = 120


def taken_in(engine: Engine, content: BinaryIO, name: str) -> str:
    """The id of the new conversation that a bundle, or a notebook, becomes. Blocks; not on the engine's loop.

    `content` can be sought in. Raises `BundleRefused`, `FileUnreadable` and `StoreUnwritable`.
    """
    is_bundle = content.read(len(_ZIP)) == _ZIP
    content.seek(0)
    return _from_bundle(engine, Bundle(content, name)) if is_bundle else _from_notebook(engine, content, name)


def duplicated(engine: Engine, conversation_id: str) -> str:
    """The id of a copy of a stored conversation: its log, settings and files. Blocks; not on the engine's loop.

    Raises `ConversationUnknown`, `ConversationDamaged` and `StoreUnwritable`.
    """
    engine.store.flush().result(_FLUSH_SECONDS)
    before = folded(conversation_id, engine.store.log(conversation_id))
    if not before.seq:
        raise ConversationUnknown
    own = [name for name, file in before.files.items() if not file.source]
    with _arriving(engine) as (new_id, workspace):
        copied = {
            file.name: _placed(workspace, file.name, file.pieces)
            for file in readable(engine.workspace(conversation_id), own)
        }
        # Whoever gets a bundle of the copy is not to know the way to what it was made of.
        log = Rewritten(before, engine.store, new_id)
        _put(engine, (content for _, content in log.blobs()))
        entries = (recorded_of(json.loads(line), new_id) for line in log.lines())
        ending = _ending(before, copied, e.ConversationChanged(pinned=False, deleted=False))
        _keep(engine, new_id, itertools.chain(entries, ending))
    return new_id


def _from_bundle(engine: Engine, bundle: Bundle) -> str:
    home = engine.settings.home
    if bundle.size > shutil.disk_usage(home).free - _DISK_LEFT:
        raise StoreUnwritable(str(home), os.strerror(errno.ENOSPC))
    entries = bundle.entries()
    before = folded("", entries)
    with _arriving(engine) as (new_id, workspace):
        copied = {file: _placed(workspace, file, bundle.file(file)) for file in bundle.files}
        _put(engine, bundle.blobs())
        here = engine.settings.conversation
        is_open = here.sharing == before.settings.sharing == "full"
        masked = tuple(dict.fromkeys((*here.masked, *before.settings.masked)))
        settings = replace(here, sharing="full" if is_open else "schema", masked=masked)
        with bundle.refusals():
            _keep(engine, new_id, [*entries, *_ending(before, copied, e.ConversationChanged(settings=settings))])
    return new_id


def _from_notebook(engine: Engine, content: BinaryIO, name: str) -> str:
    # Loaded with the first notebook: the app is there without it.
    from lci.notebook.importing import imported
    from lci.notebook.reading import LARGEST

    notebook = imported(content.read(LARGEST + 1), name)
    begin = e.ConversationChanged(title=notebook.title, settings=engine.settings.conversation)
    now = time.time()
    with _arriving(engine) as (new_id, workspace):
        pictures = [_placed(workspace, picture.name, [picture.content]) for picture in notebook.attachments]
        events: list[tuple[str | None, e.Event]] = [(None, begin)]
        events += [*((None, e.FileAdded(file)) for file in pictures), *notebook.entries]
        _keep(engine, new_id, (e.Recorded(0, now, new_id, turn_id, e.SCHEMA, event) for turn_id, event in events))
    return new_id


@contextmanager
def _arriving(engine: Engine) -> Iterator[tuple[str, Workspace]]:
    """A new conversation's id and folders, held by nobody else; gone again when the block fails."""
    new_id = new_conversation_id()
    workspace = engine.workspace(new_id)
    engine.store.lease(new_id)
    try:
        workspace.create()
        yield new_id, workspace
    except BaseException:
        removed(workspace.root)
        raise
    finally:
        engine.store.release(new_id)


def _placed(workspace: Workspace, name: str, pieces: Iterable[bytes]) -> WorkspaceFile:
    with workspace.receiving(name) as incoming:
        for piece in pieces:
            incoming.write(piece)
        return incoming.placed()


def _ending(before: Conversation, files: Mapping[str, WorkspaceFile], change: e.Event) -> Iterator[e.Recorded]:
    """What makes a log end on what is here: these files, no kernel with anything in its memory, and `change`."""
    now = time.time()
    events: list[e.Event] = []
    for name, file in files.items():
        known = before.files.get(name, file)
        events.append(e.FileAdded(replace(known, name=file.name, size=file.size, modified=file.modified)))
    there = {file.name for file in files.values()}
    events += [e.FileRemoved(name) for name, file in before.files.items() if name not in there and not file.source]
    kernel = before.kernel
    latest = max([kernel.generation, *(cell.generation for turn in before.turns for cell in turn.cells)])
    events += [e.KernelChanged("stopped", kernel.isolation, kernel.python, latest), change]
    return (e.Recorded(0, now, before.id, None, e.SCHEMA, event) for event in events)


def _put(engine: Engine, blobs: Iterable[bytes]) -> None:
    """Keep these blobs, of which not all are held at once."""
    waiting = 0
    for blob in blobs:
        engine.store.put(blob, "bytes")
        waiting += len(blob)
        if waiting > _BLOBS_HELD:
            engine.store.flush().result(_FLUSH_SECONDS)
            waiting = 0


def _keep(engine: Engine, new_id: str, entries: Iterable[e.Recorded]) -> None:
    """Have these be the log of that conversation."""
    store = engine.store
    whole = []
    for seq, entry in enumerate(entries, 1):
        event = entry.event
        # What is active is never drawn in the app's own page: whoever wrote the log may have left it in.
        safe = event if isinstance(event, e.UnknownEvent) else with_blobs(event, store)
        whole.append(replace(entry, seq=seq, conversation_id=new_id, event=safe))
    store.flush().result(_FLUSH_SECONDS)
    store.append_all(whole)
