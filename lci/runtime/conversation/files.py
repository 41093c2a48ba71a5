"""A conversation's files: brought in, taken out, watched for what cells did to them, and previewed."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from lci.core import events as e
from lci.core.files import AS_FOUND, Preview, Reading, WorkspaceFile, brief
from lci.core.outputs import BlobRef
from lci.core.parquet_folders import folder_tables
from lci.core.ports import Kernel
from lci.errors import FileMissing, InPlaceRefused, InputProblem, LciError, Problem
from lci.runtime.conversation.background import AskedOnce, Background
from lci.runtime.conversation.calls_elsewhere import checked_elsewhere, told_alike
from lci.runtime.conversation.journal import Journal
from lci.runtime.engine import Engine
from lci.workspace.bringing import Brought, Placement, brought, in_place_possible
from lci.workspace.jobs import PreviewJob, ShrinkJob
from lci.workspace.trash import Removal, removals
from lci.workspace.workspace import Changes, Incoming, Workspace, changes

#: Long previews kept per conversation.
_KEPT_PREVIEWS = 20
#: Seconds a turn waits for the previews of its first attachments, and how many these are; and the same of the others,
#: which take no more than some hundredths of a second each as a rule.
_PREVIEW_WAIT, _AWAITED = 25.0, 12
_MORE_WAIT, _MORE_AWAITED = 20.0, 200


#: One way to read one state of one file: its size and time are the others.
_Reading: TypeAlias = tuple[PreviewJob, int, float]


class Files:
    """The files of one live conversation. Methods without `async` may be called from any thread but the engine's."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace, background: Background) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._background = background
        self._signature: dict[str, tuple[int, int]] | None = None
        #: Names whose short previews are to be made, in this order, and who waits for them.
        self._waiting: dict[str, asyncio.Event] = {}
        #: What files held before the cell that runs, with size and time then, as far as `TurnChanges` kept it.
        self.kept: Mapping[str, tuple[tuple[int, int], BlobRef]] = {}
        self._previewing: asyncio.Task[None] | None = None
        self._long = AskedOnce(background, self._long_preview, journal.touch, _KEPT_PREVIEWS)
        self._asking = threading.Lock()
        #: Names of files and folders that are being brought in, what came of the last one, and what was wrong with one
        #: that could not be.
        self.attaching: tuple[str, ...] = ()
        self.brought: Brought | None = None
        self.complaint: Problem | None = None
        self._note_in_place()

    # --- from a page or a program -------------------------------------------------------------------------------------

    def attach_bytes(self, name: str, content: bytes, origin: Literal["upload", "sample"] = "upload") -> WorkspaceFile:
        """Put `content` into the workspace under `name`, or a numbered name when it is taken."""
        self._prepare()
        return self._attached(self._workspace.add_bytes(name, content, origin))

    @contextmanager
    def receiving(self, name: str) -> Iterator[Incoming]:
        """The same for content of any size that comes piece by piece; what is not `placed` by the end leaves nothing.

        `name` may have folders.
        """
        self._prepare()
        with self._workspace.receiving(name) as incoming:
            yield Incoming(incoming.write, lambda: self._attached(incoming.placed()))

    def attach_path(self, path: Path, origin: Literal["local", "sample"] = "local") -> WorkspaceFile:
        """Copy a file of this machine into the workspace."""
        self._prepare()
        return self._attached(self._workspace.add_path(path, origin))

    def attach(self, path: Path, placement: Placement = "auto") -> Brought:
        """Bring in a file or folder of this machine, as a copy or in place: see `workspace.bringing`.

        Raises `InPlaceRefused`, too.
        """
        self._prepare()
        came = self._bring(path, placement)
        self._engine.call(self.came(*came.files))
        return came

    def attach_soon(self, path: Path, placement: Placement = "auto") -> None:
        """The same in the background: see `attaching`, `brought` and `complaint`."""
        self._prepare()
        self._engine.post(self._attach(path, placement))

    def remove(self, *names: str) -> tuple[str, ...]:
        """Take files out of the workspace; the tokens put them back. Those that are gone already are passed over."""
        tokens, act = [], secrets.token_hex(8)
        for name in names:
            with suppress(FileMissing):
                tokens.append(self._workspace.remove(name, act))
        self._engine.call(self.gone(names))
        return tuple(tokens)

    def restore(self, *tokens: str) -> tuple[WorkspaceFile, ...]:
        """Undo `remove`."""
        files = tuple(self._workspace.restore(token) for token in tokens)
        self._engine.call(self.came(*files))
        return files

    def removals(self) -> tuple[Removal, ...]:
        """What `remove` took out and `restore` can put back, the latest first."""
        return removals(self._workspace.trash)

    def correct(self, name: str, reading: Reading) -> None:
        """From now on the file is read as `reading` says: by every preview, and by what is said to the model."""
        self._engine.call(self._corrected(name, reading))

    def preview(self, name: str, rows: int = 1000) -> Preview | None:
        """A long preview of a workspace file, or of a folder that is one table; None while it is being made.

        The version grows when it is there.
        """
        files = self._journal.conversation.files
        file = files.get(name)
        if file is None:
            folder = next((each for each in folder_tables(files) if each.name == name), None)
            first = None if folder is None else self.preview(folder.parts[0].name, rows)
            return None if folder is None or first is None else folder.preview(first, rows)
        preview = self._long.get((PreviewJob(name, rows, file.reading), file.size, file.modified))
        return None if preview is None else told_alike(preview, file.preview)

    def _prepare(self) -> None:
        self._journal.prepare()
        if self._signature is None:
            self._signature = self._workspace.signature()

    def _attached(self, file: WorkspaceFile) -> WorkspaceFile:
        self._engine.call(self.came(file))
        return file

    # --- on the engine's loop -----------------------------------------------------------------------------------------

    async def look_for_changes(self, turn_id: str | None) -> None:
        """Record what came, changed and went since the last look."""
        now = await asyncio.to_thread(self._workspace.signature)
        before, self._signature = self._signature, now
        difference = changes(before or {}, now)
        if difference == Changes():
            return
        listed = {file.name: file for file in await asyncio.to_thread(self._workspace.files)}
        files = self._journal.conversation.files
        for name in difference.created:
            if name in listed and name not in files:
                self._journal.record(e.FileAdded(listed[name]), turn_id)
        for name in difference.changed:
            if name in listed:
                known = files.get(name)
                same = {"origin": known.origin, "reading": known.reading} if known is not None else {"origin": "code"}
                changed = e.FileChanged(replace(listed[name], **same), self._held(name, before))
                self._journal.record(changed, turn_id)
                self._start_preview(name)
        for name in difference.removed:
            if name in files:
                self._journal.record(e.FileRemoved(name, self._held(name, before)), turn_id)

    def _held(self, name: str, signature: Mapping[str, tuple[int, int]] | None) -> BlobRef | None:
        """What the file held when it was last looked at, where that was kept."""
        state, held = self.kept.get(name, (None, None))
        return held if signature is not None and signature.get(name) == state else None

    async def check_calls(self, kernel: Kernel, packages: dict[str, str], stop: asyncio.Event) -> None:
        """Have what is told of files be what their calls return in that kernel, whose Python has those packages."""

        async def again(name: str) -> None:
            self._start_preview(name)
            await self._waiting[name].wait()

        def brought() -> list[WorkspaceFile]:
            return [file for file in self._journal.conversation.files.values() if file.origin != "code"]

        def record(file: WorkspaceFile) -> None:
            self._journal.record(e.FileChanged(file))

        await checked_elsewhere(brought, kernel, packages, again, record, stop)

    async def begin_watching(self) -> None:
        """Take the workspace as it is now: only what happens from here on is a change.

        What is used in place may have been changed by its owner: it is looked at again.
        """
        if self._signature is None:
            self._signature = await asyncio.to_thread(self._workspace.signature)
        for file in list(self._journal.conversation.files.values()):
            if not file.source:
                continue
            with suppress(LciError):
                now = await asyncio.to_thread(self._workspace.file, file.name)
                if (now.size, now.modified) != (file.size, file.modified):
                    changed = replace(file, size=now.size, modified=now.modified, preview=None)
                    self._journal.record(e.FileChanged(changed))
                    self._start_preview(file.name)

    def preview_missing(self) -> None:
        """Preview what a closed app had no time for."""
        for name, file in self._journal.conversation.files.items():
            if file.preview is None and file.origin != "code":
                self._start_preview(name)

    async def previews_of(self, names: Iterable[str], stop: asyncio.Event) -> None:
        """Wait a while for the previews of these files, and of those that are to be read in another way.

        Those are corrected ones, and the first of those in place that their owner has changed. For the first ones
        longer than for the many others. Or until `stop` is set.
        """
        files = self._journal.conversation.files
        corrected = [name for name, file in files.items() if file.reading != AS_FOUND]
        in_place = [name for name in self._waiting if name in files and files[name].source]
        attached = list(names)
        first = dict.fromkeys((*attached[:_AWAITED], *corrected, *in_place[:_AWAITED]))
        await self._looked_at_or_stopped(first, stop, _PREVIEW_WAIT)
        await self._looked_at_or_stopped(attached[_AWAITED:_MORE_AWAITED], stop, _MORE_WAIT)

    async def _looked_at_or_stopped(self, names: Iterable[str], stop: asyncio.Event, seconds: float) -> None:
        ready = [self._waiting[name] for name in names if name in self._waiting]
        if not ready or stop.is_set():
            return
        stopping = asyncio.create_task(stop.wait())
        looking = asyncio.create_task(_all_set(ready))
        await asyncio.wait((stopping, looking), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        looking.cancel()

    async def came(self, *files: WorkspaceFile) -> None:
        """Record that these files are there, and have them looked at."""
        # Only these entries: what a running cell has written meanwhile is still to be found.
        states = await asyncio.to_thread(self._workspace.states, [file.name for file in files if not file.source])
        if self._signature is not None:
            self._signature |= states
        for file in files:
            self._journal.record(e.FileAdded(file))
            self._start_preview(file.name)
        await self._journal.durable()

    async def _attach(self, path: Path, placement: Placement) -> None:
        self.attaching = (*self.attaching, path.name)
        self.complaint = self.brought = None
        self._journal.touch()
        try:
            came = await asyncio.to_thread(self._bring, path, placement)
            await self.came(*came.files)
            self.brought = came
        except LciError as error:
            self.complaint = error.problem
        finally:
            left = list(self.attaching)
            left.remove(path.name)
            self.attaching = tuple(left)
            self._journal.touch()

    async def _corrected(self, name: str, reading: Reading) -> None:
        file = self._journal.conversation.files.get(name)
        if file is not None:
            self._journal.record(e.FileChanged(replace(file, reading=reading, preview=None)))
            self._start_preview(name)
            await self._journal.durable()

    def _bring(self, path: Path, placement: Placement) -> Brought:
        level = self._engine.surroundings(self._journal.conversation.settings).isolation
        possible = in_place_possible(path, level, self._engine.settings.home)
        if placement == "in_place" and not possible:
            raise InPlaceRefused(path.name, level)
        return brought(self._workspace, path, placement, in_place_possible=possible)

    def _note_in_place(self) -> None:
        """Take from the log, after a new start, which files are used in place."""
        files = self._journal.conversation.files.values()
        self._workspace.in_place |= {file.name: Path(file.source) for file in files if file.source}

    async def gone(self, names: Iterable[str]) -> None:
        """Record that these files are there no more."""
        for name in names:
            if self._signature is not None:
                self._signature.pop(name, None)
            self._journal.record(e.FileRemoved(name))
        await self._journal.durable()

    def _start_preview(self, name: str) -> None:
        """Have the file looked at after those that wait already: one after another, so that many keep nothing up."""
        if name not in self._waiting:
            self._waiting[name] = asyncio.Event()
        if self._previewing is None or self._previewing.done():
            self._previewing = self._background.start(self._short_previews())

    async def _short_previews(self) -> None:
        while self._waiting:
            name, again = next(iter(self._waiting)), False
            try:
                again = not await self._looked_at(name)
            finally:
                if not again:
                    self._waiting.pop(name).set()

    async def _looked_at(self, name: str) -> bool:
        """Preview the file of that name; false when meanwhile it is another, or is to be read in another way."""
        before = self._journal.conversation.files.get(name)
        preview = await self._short_preview(name, before.reading if before is not None else AS_FOUND)
        file = self._journal.conversation.files.get(name)
        if file is None:
            return True
        if before is None or _state(file) != _state(before):
            return False
        self._journal.record(e.FileChanged(replace(file, preview=preview)))
        return True

    async def _short_preview(self, name: str, reading: Reading) -> Preview:
        try:
            with self._workspace.open_reading(name) as content:
                preview = brief(await self._engine.previews.preview(PreviewJob(name, 20, reading), content))
                return await self._with_picture(content, preview)
        except LciError as error:
            return Preview(name, "other", 0, error=error.problem)

    async def _with_picture(self, content: BinaryIO, preview: Preview) -> Preview:
        """An image's preview with a small copy for models that see."""
        facts = preview.image
        if facts is None:
            return preview
        try:
            small = await self._engine.previews.run(ShrinkJob(preview.name, facts.blob_type), content)
        except InputProblem:
            small = b""
        if not small:
            return preview
        return replace(preview, image=replace(facts, blob=self._engine.store.put(small, "bytes")))

    async def _long_preview(self, reading: _Reading) -> Preview:
        job, _, _ = reading
        try:
            with self._workspace.open_reading(job.name) as content:
                return await self._engine.previews.preview(job, content)
        except LciError as error:
            return Preview(job.name, "other", 0, error=error.problem)


async def _all_set(events: Iterable[asyncio.Event]) -> None:
    for event in events:
        await event.wait()


def _state(file: WorkspaceFile) -> tuple[int, float, str, Reading]:
    return file.size, file.modified, file.source, file.reading
