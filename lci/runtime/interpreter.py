"""One conversation made live: the only writer of its log, and the synchronous face of the engine.

Reading (`snapshot`) never blocks. What changes the conversation runs on the engine loop; the methods post it there.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from lci.agent.guards import Limits, Unattended, allowed_unattended
from lci.agent.loop import Decision, Desk, executed, run_turn
from lci.core import events as e
from lci.core.artifacts import Artifact, cell_figures, is_active, saved_images
from lci.core.conversation import Conversation, ConversationSettings
from lci.core.files import Preview, WorkspaceFile, brief
from lci.core.folding import apply, folded
from lci.core.ids import new_conversation_id, new_turn_id
from lci.core.outputs import INLINE_LIMIT, BlobRef, Bundle, Datum, DisplayData, ExecuteResult, Json, Output
from lci.core.protocols import Kernel
from lci.core.turns import FINAL, Turn, TurnOrigin
from lci.errors import ConversationUnknown, EvaluationFailed, LciError, NotebookNotWritable, Problem, StorageProblem
from lci.runtime.engine import Engine
from lci.runtime.settings import load_settings
from lci.workspace.workspace import Changes, Workspace, changes

log = logging.getLogger("lci")

_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True, slots=True)
class Queued:
    """A prompt that waits for the running turn to end."""

    prompt: str
    attachments: tuple[str, ...] = ()
    origin: TurnOrigin = "person"
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one prompt brought."""

    turn: Turn
    files: tuple[str, ...]

    @property
    def text(self) -> str:
        """The assistant's words."""
        return self.turn.text

    @property
    def figures(self) -> tuple[Artifact, ...]:
        """The figures, oldest first."""
        shown = [artifact for cell in self.turn.cells for artifact in cell_figures(self.turn, cell)]
        return (*shown, *saved_images(self.turn))


@dataclass(frozen=True, slots=True)
class Listener:
    """Someone who wants each entry of the log as it is recorded, on the engine's thread."""

    heard: Callable[[e.Recorded], None]


class Interpreter:
    """A live conversation; a context manager.

    With no `engine` it makes one of its own from the settings and closes it again. `model` is a configured model's id.
    Raises `ConversationUnknown`, `ConversationInUse` and `ModelNotConfigured`.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        engine: Engine | None = None,
        conversation_id: str | None = None,
        settings: ConversationSettings | None = None,
        limits: Limits | None = None,
        notebook: Path | None = None,
        create: bool = True,
    ) -> None:
        self._owns_engine = engine is None
        self.engine = engine or Engine(load_settings())
        configured = self.engine.settings
        if model is not None:
            # Before the lease is taken: an unknown model must not leave the conversation locked.
            self.engine.model(model)
        self._limits = limits or Limits(configured.cells_per_turn, configured.failures_in_a_row)
        self._changed = threading.Condition()
        self._preparing = threading.Lock()
        self._version = 0
        self._listeners: list[Listener] = []
        self._notebook = notebook
        self._queued: Queued | None = None
        self._task: asyncio.Task[None] | None = None
        self._stop: asyncio.Event | None = None
        self._kernel: Kernel | None = None
        self._memory_generation = 0
        self._decisions: dict[str, asyncio.Future[Decision]] = {}
        self._previewing: dict[str, asyncio.Task[None]] = {}
        self._previews: dict[tuple[str, int, float, str], Preview | None] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._signature: dict[str, tuple[int, int]] = {}
        self._variables: list[Json] | None = None
        self._memory: int | None = None
        self._rerunning: str | None = None
        self._closed = False
        #: Names of files that are being copied in, and what was wrong with the last one that could not be.
        self.attaching: tuple[str, ...] = ()
        self.complaint: Problem | None = None
        store = self.engine.store
        self.id = conversation_id or new_conversation_id()
        self._prepared = False
        self.workspace: Workspace = self.engine.workspace(self.id)
        self._conversation = folded(self.id, store.log(self.id))
        if self._conversation.seq == 0:
            if conversation_id is not None and not create:
                raise ConversationUnknown
            chosen = settings or ConversationSettings(
                model=configured.default_model, approval=configured.approval, language=configured.language
            )
            self._conversation = replace(self._conversation, settings=chosen)
            self._fresh = True
        else:
            self._fresh = False
            self._prepare()
            # Folded again under the lease: another process may have written meanwhile.
            self._conversation = folded(self.id, store.log(self.id))
        self.engine.on_close(self, self._close)
        if model is not None and model != self._conversation.settings.model:
            self.change_settings(replace(self._conversation.settings, model=model))
        if not self._fresh:
            self.engine.call(self._end_lost())

    # --- reading ------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Conversation:
        """The conversation as it stands now; immutable."""
        return self._conversation

    @property
    def version(self) -> int:
        """Grows with everything a page may want to draw anew."""
        return self._version

    @property
    def queued(self) -> Queued | None:
        """The prompt that waits, if one does."""
        return self._queued

    @property
    def busy(self) -> bool:
        """Whether a turn runs, or a cell that a person started again."""
        return self._is_running()

    @property
    def variables(self) -> list[Json] | None:
        """The kernel's variables as of the last cell; None while unknown."""
        return self._variables

    @property
    def memory_bytes(self) -> int | None:
        """The kernel's memory as of the last look."""
        return self._memory

    @property
    def kernel_running(self) -> bool:
        """Whether a kernel process is up."""
        return self._kernel is not None and self._kernel.facts is not None

    def wait(self, until: Callable[[Conversation], bool], timeout: float | None) -> bool:
        """Wait until the snapshot fulfils `until`, without a `timeout` for ever; whether it did."""
        with self._changed:
            return self._changed.wait_for(lambda: until(self._conversation), timeout)

    def listen(self, heard: Callable[[e.Recorded], None]) -> None:
        """Have `heard` called with each entry from now on, on the engine's thread; it must be quick."""
        self._listeners.append(Listener(heard))

    # --- turns --------------------------------------------------------------------------------------------------------

    def submit(
        self, prompt: str, attachments: Sequence[str] = (), *, origin: TurnOrigin = "person", parent: str | None = None
    ) -> None:
        """Start a turn, or queue the prompt while one runs (one prompt: a later one takes its place)."""
        self.engine.call(self._submit(Queued(prompt, tuple(attachments), origin, parent)))

    def stop(self) -> None:
        """End the running turn: the model's stream, the running cell and the loop. Does not wait."""
        self.engine.post(self._stop_turn())

    def take_back(self) -> Queued | None:
        """Remove the queued prompt and return it."""
        queued, self._queued = self._queued, None
        self._touch()
        return queued

    def resume(self, turn_id: str, hint: str = "") -> None:
        """Go on after a turn that paused or failed, from its last finished cell; `hint` is the person's."""
        self.submit(hint, origin="continue", parent=turn_id)

    def regenerate(self, turn_id: str) -> None:
        """Answer that turn's prompt again, on a branch of its own."""
        turn = self._conversation.turn(turn_id)
        if turn is not None:
            self.submit(turn.prompt, turn.attachments, origin="regenerate", parent=turn.parent or "")

    def edit(self, turn_id: str, prompt: str) -> None:
        """Ask something else instead of that turn's prompt, on a branch of its own."""
        turn = self._conversation.turn(turn_id)
        if turn is not None:
            self.submit(prompt, turn.attachments, origin="edit", parent=turn.parent or "")

    def decide(self, call_id: str, decision: Decision) -> None:
        """Answer a waiting cell."""
        self.engine.call(self._decide(call_id, decision))

    def decide_soon(self, call_id: str, decision: Decision) -> None:
        """The same without waiting, for a listener on the engine's own thread; also before the cell asks."""
        self.engine.post(self._decide(call_id, decision))

    def run_cell(self, call_id: str, source: str) -> None:
        """Run a finished cell again with other source; its outputs are replaced. Nothing happens while a turn runs."""
        self.engine.call(self._start_cell(call_id, source))

    def run(
        self,
        prompt: str,
        files: Iterable[str | Path] = (),
        timeout: float | None = None,
        approve: Unattended = "reject-risky",
    ) -> Outcome:
        """Ask and wait for the end: attach `files`, submit `prompt`, return the finished turn.

        Nobody is asked: `approve` decides about cells that would wait. After `timeout` seconds the turn is stopped.
        """
        names = [self.attach_path(Path(file)).name for file in files]
        listener = Listener(lambda recorded: self._unattended(recorded.event, approve))
        self._listeners.append(listener)
        try:
            self.submit(prompt, names)
            if not self.wait(lambda _: not self.busy and self._queued is None, timeout):
                self.stop()
                self.wait(lambda _: not self.busy, 30)
        finally:
            if listener in self._listeners:
                self._listeners.remove(listener)
        return self.outcome()

    def _unattended(self, event: e.Event | e.UnknownEvent, approve: Unattended) -> None:
        if isinstance(event, e.ApprovalAsked):
            allowed = allowed_unattended(event.reasons, approve)
            reason = "" if allowed else "Nobody is there to allow it."
            self.decide_soon(event.call_id, Decision(allowed, "", reason))

    def outcome(self) -> Outcome:
        """What the last turn brought."""
        turn = self._conversation.branch()[-1]
        return Outcome(turn, tuple(change.name for change in turn.changes if change.change != "removed"))

    # --- kernel -------------------------------------------------------------------------------------------------------

    def interrupt_kernel(self) -> None:
        """Interrupt the running cell only; the turn goes on and the model is told."""
        self.engine.post(self._interrupt())

    def restart_kernel(self) -> None:
        """Start the kernel again with empty memory; a running turn is stopped first. Does not wait."""
        self.engine.post(self._restart())

    def look(self) -> None:
        """Refresh memory and variables soon, if a kernel is up."""
        self.engine.post(self._look())

    # --- files --------------------------------------------------------------------------------------------------------

    def attach_bytes(self, name: str, content: bytes, origin: Literal["upload", "sample"] = "upload") -> WorkspaceFile:
        """Put `content` into the workspace under `name`, or a numbered name when it is taken."""
        self._prepare()
        return self._attached(self.workspace.add_bytes(name, content, origin))

    def attach_stream(self, name: str, chunks: Iterable[bytes]) -> WorkspaceFile:
        """The same for content of any size, never held in memory as a whole."""
        self._prepare()
        return self._attached(self.workspace.add_stream(name, chunks))

    def attach_path(self, path: Path, origin: Literal["local", "sample"] = "local") -> WorkspaceFile:
        """Copy a file of this machine into the workspace."""
        self._prepare()
        return self._attached(self.workspace.add_path(path, origin))

    def attach_path_soon(self, path: Path) -> None:
        """The same in the background: see `attaching` and `complaint`."""
        self._prepare()
        self.engine.post(self._attach_path(path))

    def remove_file(self, name: str) -> str:
        """Take a file out of the workspace; the token puts it back."""
        token = self.workspace.remove(name)
        self.engine.call(self._forgot(name))
        return token

    def restore_file(self, token: str) -> WorkspaceFile:
        """Undo `remove_file`."""
        return self._attached(self.workspace.restore(token))

    def preview(
        self, name: str, rows: int = 1000, encoding: str | None = None, delimiter: str | None = None
    ) -> Preview | None:
        """A long preview of a workspace file; None while it is being made, and the version grows when it is there."""
        file = self._conversation.files.get(name)
        if file is None:
            return None
        key = (name, file.size, file.modified, f"{rows}|{encoding}|{delimiter}")
        if key not in self._previews:
            self._previews[key] = None
            self.engine.loop.call_soon_threadsafe(
                lambda: self._in_background(self._long_preview(key, rows, encoding, delimiter))
            )
        return self._previews[key]

    # --- the conversation itself --------------------------------------------------------------------------------------

    def change_settings(self, settings: ConversationSettings) -> None:
        """Use other settings from the next request on."""
        self.engine.call(self._recorded_now(e.ConversationChanged(settings=settings)))

    def rename(self, title: str) -> None:
        """Give the conversation a title."""
        self.engine.call(self._recorded_now(e.ConversationChanged(title=title.strip()[:120])))

    def show_branch(self, turn_id: str) -> None:
        """Bring the branch that ends in that turn into view."""
        last = turn_id
        while (child := next((t for t in reversed(self._conversation.turns) if t.parent == last), None)) is not None:
            last = child.id
        self.engine.call(self._recorded_now(e.ConversationChanged(head=last)))

    def write_notebook(self, path: Path | None) -> None:
        """Write the notebook to `path` now and after every cell; None ends that."""
        self._notebook = path
        if path is not None:
            self.engine.call(self._write_notebook())

    def export(self, path: str | Path, *, clean: bool = False) -> Path:
        """Write the conversation as a notebook; `clean` leaves out failed attempts."""
        from lci.notebook.export import notebook, written

        target = Path(path)
        document = notebook(self._conversation, self.engine.store, clean=clean)
        written(document, target)
        return target

    def notebook_bytes(self, *, clean: bool = False) -> bytes:
        """The notebook as the content of a file."""
        from lci.notebook.export import notebook
        from lci.notebook.files import as_bytes

        return as_bytes(notebook(self._conversation, self.engine.store, clean=clean))

    def mark_deleted(self, deleted: bool) -> None:
        """Put the conversation out of sight, or back."""
        self.engine.call(self._recorded_now(e.ConversationChanged(deleted=deleted)))

    def close(self) -> None:
        """Stop what runs, end the kernel, release the lease; with an engine of its own, end that too."""
        if not self._closed and not self.engine.closed:
            self.engine.call(self._close(), timeout=60)
        if self._owns_engine:
            self.engine.close()

    def __enter__(self) -> Interpreter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- on the engine's loop -----------------------------------------------------------------------------------------

    def _record(self, event: e.Event, turn_id: str | None = None) -> None:
        """Append to the log and fold; the only place that does. On the loop's thread."""
        recorded = e.Recorded(
            self._conversation.seq + 1,
            time.time(),
            self.id,
            turn_id,
            e.SCHEMA,
            self._with_blobs(event),
        )
        self.engine.store.append(recorded)
        folded_now = apply(self._conversation, recorded)
        with self._changed:
            self._conversation = folded_now
            self._version += 1
            self._changed.notify_all()
        for listener in list(self._listeners):
            try:
                listener.heard(recorded)
            except Exception:
                log.exception("A listener failed and is not called again")
                self._listeners.remove(listener)

    async def _recorded_now(self, event: e.Event) -> None:
        self._begin_log()
        self._record(event)
        await self._durable()

    def _prepare(self) -> None:
        """Take the lease and make the folders, the first time something is to be written.

        A page that was only looked at leaves nothing behind.
        """
        with self._preparing:
            if not self._prepared:
                self.engine.store.lease(self.id)
                self.workspace.create()
                self._signature = self.workspace.signature()
                self._prepared = True

    def _begin_log(self) -> None:
        """A conversation is stored from the first thing that happens in it, with the settings it began with."""
        self._prepare()
        if self._fresh:
            self._fresh = False
            self._record(e.ConversationChanged(settings=self._conversation.settings))

    def _touch(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    async def _durable(self) -> None:
        try:
            await asyncio.wrap_future(self.engine.store.flush())
        except StorageProblem as error:
            log.error("The log cannot be written: %s", error.code)

    def _with_blobs(self, event: e.Event) -> e.Event:
        match event:
            case e.OutputAdded(call_id, output):
                return e.OutputAdded(call_id, self._output_with_blobs(output))
            case e.OutputUpdated(display_id, data, metadata):
                return e.OutputUpdated(display_id, self._bundle_with_blobs(data), metadata)
            case _:
                return event

    def _output_with_blobs(self, output: Output) -> Output:
        match output:
            case DisplayData(data):
                return replace(output, data=self._bundle_with_blobs(data))
            case ExecuteResult(data):
                return replace(output, data=self._bundle_with_blobs(data))
            case _:
                return output

    def _bundle_with_blobs(self, data: Bundle) -> Bundle:
        return {mime: self._datum(mime, value) for mime, value in data.items()}

    def _datum(self, mime: str, value: Datum) -> Datum:
        if isinstance(value, BlobRef):
            return value
        store = self.engine.store
        if mime in _RASTER and isinstance(value, str):
            try:
                return store.put(base64.b64decode(value, validate=False), "bytes")
            except ValueError:
                return value
        if isinstance(value, str) and (mime == "image/svg+xml" or (mime == "text/html" and is_active(value))):
            # Served by address, never drawn in the app's own page.
            return store.put(value.encode("utf-8", "replace"), "text")
        if isinstance(value, str):
            return store.put(value.encode("utf-8", "replace"), "text") if len(value) > INLINE_LIMIT else value
        text = json.dumps(value)
        return store.put(text.encode(), "json") if len(text) > INLINE_LIMIT else value

    async def _submit(self, prompt: Queued) -> None:
        if self._is_running() or self._queued is not None:
            self._queued = prompt
            self._touch()
            return
        await self._settled()
        if self._is_running():
            # Another prompt came first while this one waited.
            self._queued = prompt
            self._touch()
            return
        self._begin_turn(prompt)

    def _is_running(self) -> bool:
        return self._conversation.running is not None or self._rerunning is not None

    async def _settled(self) -> None:
        """A turn has ended before its last writes have: wait for those; a matter of milliseconds."""
        while not self._is_running() and self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    def _begin_turn(self, prompt: Queued) -> None:
        self._begin_log()
        before = self._conversation
        turn_id = new_turn_id()
        follows = before.head if prompt.parent is None else prompt.parent or None
        started = e.TurnStarted(prompt.prompt, prompt.attachments, follows, prompt.origin, before.settings.model)
        self._record(started, turn_id)
        if not before.title and prompt.prompt.strip():
            self._record(e.ConversationChanged(title=_title(prompt.prompt)))
        if self._memory_is_gone():
            self._record(e.Notice("memory_empty"), turn_id)
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._turn(turn_id, self._stop))

    def _memory_is_gone(self) -> bool:
        ran = any(cell.status in ("ok", "error", "interrupted") for _, cell in self._conversation.cells())
        generation = self._kernel.generation if self.kernel_running and self._kernel is not None else -1
        return ran and generation != self._memory_generation

    async def _turn(self, turn_id: str, stop: asyncio.Event) -> None:
        try:
            await self._previews_of(self._conversation.turn(turn_id), stop)
            settings = self._conversation.settings
            desk = Desk(
                turn_id,
                self.snapshot,
                self.engine.model(settings.model),
                self._the_kernel(),
                self.engine.surroundings(settings),
                stop,
                self._decision,
                self._limits,
                self.engine.settings.instructions,
            )
            async for event in run_turn(desk):
                if isinstance(event, e.TurnEnded):
                    await self._files_changed(turn_id)
                self._record(event, turn_id)
                await self._after(event, turn_id)
        except asyncio.CancelledError:
            self._record(e.TurnEnded("lost"), turn_id)
            raise
        except LciError as error:
            self._record(e.TurnEnded("failed", error.problem), turn_id)
        except Exception:
            log.exception("A turn crashed")
            self._record(e.TurnEnded("crashed", Problem("crashed")), turn_id)
        finally:
            self._decisions.clear()
        await self._durable()
        self._task = None
        self._follow_queue()

    def _follow_queue(self) -> None:
        queued, self._queued = self._queued, None
        if queued is not None:
            self._begin_turn(queued)

    async def _after(self, event: e.Event, turn_id: str) -> None:
        """What follows from an event: durability, the files a cell wrote, the live notebook, the variables."""
        match event:
            case e.CellStarted():
                self._note_kernel()
            case e.CellFinished(status=status):
                if self._kernel is not None and status != "rejected":
                    self._memory_generation = self._kernel.generation if status != "died" else 0
                self._note_kernel()
                await self._files_changed(turn_id)
                await self._durable()
                await self._write_notebook()
                self._in_background(self._look())
            case e.TurnEnded():
                await self._durable()
                await self._write_notebook()
            case _:
                pass

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        task.add_done_callback(_reported)

    def _the_kernel(self) -> Kernel:
        if self._kernel is None:
            self._kernel = self.engine.kernel(self.workspace, self._conversation.settings)
        return self._kernel

    def _note_kernel(self) -> None:
        kernel = self._kernel
        if kernel is None or kernel.facts is None:
            return
        known = self._conversation.kernel
        if (known.status, known.generation) != ("ready", kernel.generation):
            facts = kernel.facts
            self._record(e.KernelChanged("ready", facts.isolation, facts.python, kernel.generation))

    async def _files_changed(self, turn_id: str | None) -> None:
        now = await asyncio.to_thread(self.workspace.signature)
        difference = changes(self._signature, now)
        self._signature = now
        listed = (
            {file.name: file for file in await asyncio.to_thread(self.workspace.files)}
            if difference != Changes()
            else {}
        )
        for name in difference.created:
            if name in listed and name not in self._conversation.files:
                self._record(e.FileAdded(listed[name]), turn_id)
        for name in difference.changed:
            if name in listed:
                known = self._conversation.files.get(name)
                origin = known.origin if known is not None else "code"
                self._record(e.FileChanged(replace(listed[name], origin=origin)), turn_id)
                self._start_preview(name)
        for name in difference.removed:
            if name in self._conversation.files:
                self._record(e.FileRemoved(name), turn_id)

    async def _write_notebook(self) -> None:
        if self._notebook is None:
            return
        from lci.notebook.export import notebook, written

        conversation, target = self._conversation, self._notebook
        try:
            await asyncio.to_thread(lambda: written(notebook(conversation, self.engine.store), target))
        except NotebookNotWritable as error:
            # The conversation itself is safe in the log; a folder that went away must not end the turn.
            log.error("The notebook cannot be written: %s", error.reason)

    async def _look(self) -> None:
        if self._kernel is None or self._kernel.facts is None:
            return
        try:
            found = await self._kernel.evaluate("variables()")
        except EvaluationFailed:
            found = None
        if isinstance(found, list):
            self._variables = found
        self._memory = await self._kernel.memory_bytes()
        self._touch()

    async def _decision(self, call_id: str) -> Decision:
        future = self._decisions.setdefault(call_id, asyncio.get_running_loop().create_future())
        return await future

    async def _decide(self, call_id: str, decision: Decision) -> None:
        future = self._decisions.setdefault(call_id, asyncio.get_running_loop().create_future())
        if not future.done():
            future.set_result(decision)

    async def _stop_turn(self) -> None:
        self._queued = None
        if self._stop is not None:
            self._stop.set()

    async def _interrupt(self) -> None:
        if self._kernel is not None:
            await self._kernel.interrupt()

    async def _restart(self) -> None:
        await self._stop_turn()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=10)
        kernel = self._the_kernel()
        self._begin_log()
        self._record(e.KernelChanged("starting", generation=kernel.generation))
        try:
            await kernel.restart()
        except LciError as error:
            self._record(e.KernelChanged("dead", generation=kernel.generation, cause=error.problem))
            return
        self._variables = None
        self._note_kernel()
        await self._look()

    async def _start_cell(self, call_id: str, source: str) -> None:
        await self._settled()
        turn = next((turn for turn, cell in self._conversation.cells() if cell.call_id == call_id), None)
        if turn is None or self._is_running():
            return
        self._rerunning = call_id
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._rerun(turn.id, call_id, source, self._stop))

    async def _rerun(self, turn_id: str, call_id: str, source: str, stop: asyncio.Event) -> None:
        try:
            self._record(e.OutputsCleared(call_id), turn_id)
            async for event in executed(self._the_kernel(), call_id, source, stop):
                self._record(event, turn_id)
                await self._after(event, turn_id)
        except LciError as error:
            self._record(e.CellFinished(call_id, "died", note=error.code), turn_id)
        except asyncio.CancelledError:
            self._record(e.CellFinished(call_id, "interrupted"), turn_id)
            raise
        finally:
            self._task = self._rerunning = None
            self._touch()
        self._follow_queue()

    async def _end_lost(self) -> None:
        """End what the log left open: the running turn, and cells of ended turns that were being run again."""
        turn = self._conversation.running
        for ended, cell in list(self._conversation.cells()):
            if ended is not turn and cell.status not in FINAL:
                self._record(e.CellFinished(cell.call_id, "interrupted"), ended.id)
        if turn is not None:
            self._record(e.TurnEnded("lost"), turn.id)
        for name, file in self._conversation.files.items():
            if file.preview is None and file.origin != "code":
                self._start_preview(name)
        await self._durable()

    # --- files on the loop --------------------------------------------------------------------------------------------

    def _attached(self, file: WorkspaceFile) -> WorkspaceFile:
        self.engine.call(self._added(file))
        return file

    async def _added(self, file: WorkspaceFile) -> None:
        self._begin_log()
        self._record(e.FileAdded(file))
        # Only this entry: what a running cell has written meanwhile is still to be found.
        known = await asyncio.to_thread(self.workspace.signature)
        if file.name in known:
            self._signature[file.name] = known[file.name]
        self._start_preview(file.name)
        await self._durable()

    async def _attach_path(self, path: Path) -> None:
        self.attaching = (*self.attaching, path.name)
        self.complaint = None
        self._touch()
        try:
            file = await asyncio.to_thread(self.workspace.add_path, path, "local")
            await self._added(file)
        except LciError as error:
            self.complaint = error.problem
        finally:
            left = list(self.attaching)
            left.remove(path.name)
            self.attaching = tuple(left)
            self._touch()

    async def _forgot(self, name: str) -> None:
        self._signature.pop(name, None)
        self._record(e.FileRemoved(name))
        await self._durable()

    def _start_preview(self, name: str) -> None:
        earlier = self._previewing.pop(name, None)
        if earlier is not None:
            earlier.cancel()
        self._previewing[name] = asyncio.create_task(self._short_preview(name))
        self._previewing[name].add_done_callback(_reported)

    async def _short_preview(self, name: str) -> None:
        try:
            path = self.workspace.resolve(name)
            preview = brief(await self.engine.previews.preview(path, name, 20))
        except LciError as error:
            preview = Preview(name, "other", 0, error=error.problem)
        file = self._conversation.files.get(name)
        if file is not None:
            self._record(e.FileChanged(replace(file, preview=preview)))

    async def _previews_of(self, turn: Turn | None, stop: asyncio.Event) -> None:
        tasks = [self._previewing[name] for name in (turn.attachments if turn else ()) if name in self._previewing]
        if not tasks:
            return
        stopping = asyncio.create_task(stop.wait())
        ready = asyncio.create_task(asyncio.wait(tasks, timeout=25))
        await asyncio.wait([ready, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        ready.cancel()

    async def _long_preview(
        self, key: tuple[str, int, float, str], rows: int, encoding: str | None, delimiter: str | None
    ) -> None:
        name = key[0]
        try:
            path = self.workspace.resolve(name)
        except LciError as error:
            self._previews[key] = Preview(name, "other", 0, error=error.problem)
            self._touch()
            return
        self._previews[key] = await self.engine.previews.preview(
            path, name, rows, encoding=encoding, delimiter=delimiter
        )
        while len(self._previews) > 20:
            self._previews.pop(next(iter(self._previews)))
        self._touch()

    async def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._queued = None
        if self._task is not None and not self._task.done():
            if self._conversation.running is not None:
                self._task.cancel()
            await asyncio.wait([self._task], timeout=5)
        for task in (*self._previewing.values(), *self._background):
            task.cancel()
        if self._kernel is not None:
            await self._kernel.close()
        await self._durable()
        self.engine.store.release(self.id)
        self.engine.forget(self)


def _reported(task: asyncio.Task[None]) -> None:
    """A bug in something nobody waits for must not pass unseen."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("Background work failed", exc_info=error)


def _title(prompt: str) -> str:
    line = " ".join(prompt.split())
    return line if len(line) <= 60 else line[:57].rsplit(" ", 1)[0] + "…"
