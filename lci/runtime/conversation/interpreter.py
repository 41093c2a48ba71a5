"""One conversation made live: its turns, and the synchronous face of its journal, files and kernel.

Reading (`snapshot`) never blocks. What changes the conversation runs on the engine loop; the methods post it there.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from lci.agent.approval import Unattended, allowed_unattended
from lci.agent.limits import TurnLimits
from lci.agent.loop import run_turn
from lci.agent.remembered_notes import RememberedNotes
from lci.agent.remembered_rounds import RememberedRounds
from lci.agent.tools.toolset import TOOLS
from lci.agent.turn_context import Decision, TurnContext, TurnTool
from lci.core import events as e
from lci.core.conversation import Conversation, ConversationSettings, title_from
from lci.core.ids import new_conversation_id, new_turn_id
from lci.core.outputs import StreamOutput
from lci.core.pictures import MISSING_GLYPHS
from lci.core.turns import FINAL, TurnOrigin
from lci.errors import LciError, NothingAsked, Problem
from lci.runtime.config.settings import load_settings
from lci.runtime.conversation.background import Background
from lci.runtime.conversation.cells import Cells
from lci.runtime.conversation.files import Files
from lci.runtime.conversation.journal import Journal, Listener
from lci.runtime.conversation.kernel import LiveKernel
from lci.runtime.conversation.live_notebook import Notebook
from lci.runtime.conversation.outcome import Outcome
from lci.runtime.conversation.privacy import Hidden, Privacy
from lci.runtime.conversation.queries import Queries
from lci.runtime.conversation.sent_requests import SentRequests
from lci.runtime.conversation.small_pictures import Pictures
from lci.runtime.conversation.turn_changes import TurnChanges, file_notices
from lci.runtime.conversation.work import Queued, Work, queued_with
from lci.runtime.engine import Engine, own_start
from lci.runtime.kernels.installing import Installing
from lci.runtime.models.costs import overspent
from lci.workspace.bringing import Placement
from lci.workspace.workspace import Workspace

log = logging.getLogger("lci")


class Interpreter:
    """A live conversation; a context manager.

    With no `engine` it makes one of its own from the settings and closes it again. `model` is a configured model's id,
    `tools` are what a model may call beside code.
    Raises `ConversationUnknown`, `ConversationInUse` and `ModelNotConfigured`.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        engine: Engine | None = None,
        conversation_id: str | None = None,
        settings: ConversationSettings | None = None,
        limits: TurnLimits | None = None,
        notebook: Path | None = None,
        tools: Sequence[TurnTool] = TOOLS,
        create: bool = True,
    ) -> None:
        self._owns_engine = engine is None
        self._tools = tools
        self._rounds = RememberedRounds()
        self._notes = RememberedNotes()
        self.engine = engine or Engine(load_settings())
        configured = self.engine.settings
        if model is not None:
            # Before the lease is taken: an unknown model must not leave the conversation locked.
            self.engine.model(model)
        self._limits = limits or TurnLimits(configured.cells_per_turn, configured.failures_in_a_row)
        self.id = conversation_id or new_conversation_id()
        self.workspace: Workspace = self.engine.workspace(self.id)
        if settings is None and (create or conversation_id is None):
            settings = configured.conversation
        self._journal = Journal(self.engine.store, self.id, settings, self._make_folders)
        self._background = Background(self.engine.loop)
        #: Its files: brought in, taken out, previewed.
        self.files = Files(self.engine, self._journal, self.workspace, self._background)
        #: What is asked of their rows.
        self.queries = Queries(self.engine, self._journal, self.workspace)
        self._work = Work(self._journal, self._follow_queue)
        #: What its turns did to the files, to be undone.
        self.changes = TurnChanges(self.engine, self._journal, self.workspace, self.files, self._work)
        #: Its kernel, and what is in its memory.
        self.kernel = LiveKernel(
            self.engine, self._journal, self.workspace, self._background, self._work, self._drop_work
        )
        #: Its cells, to be run again.
        self.cells = Cells(
            self.engine, self._journal, self.kernel, self._work, self._installing, self._after,
            self.files.begin_watching, self.changes.bring_back,
        )  # fmt: skip
        self._sent_requests = SentRequests(self.engine.store)
        self._pictures = Pictures(self.engine)
        self._privacy = Privacy(self.engine, self._journal, self.workspace)
        #: It as a notebook.
        self.notebook = Notebook(self.engine, self._journal, self.workspace, self._background, notebook)
        #: The prompts that wait, in their order.
        self.queued: tuple[Queued, ...] = ()
        self._decisions: dict[str, asyncio.Future[Decision]] = {}
        #: Whether it was closed: nothing can be asked any more, but the snapshot stays.
        self.closed = False
        #: When someone last looked, in seconds of the monotonic clock.
        self.seen_at = time.monotonic()
        self.engine.on_close(self, self._close)
        if model is not None and model != self.snapshot().settings.model:
            self.change_settings(replace(self.snapshot().settings, model=model))
        if not self._journal.is_new:
            self.engine.call(self._end_lost())

    # --- reading ------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Conversation:
        """The conversation as it stands now; immutable."""
        return self._journal.conversation

    @property
    def version(self) -> int:
        """Grows with everything a page may want to draw anew."""
        return self._journal.version

    @property
    def hidden(self) -> Hidden:
        """Why no value at all was shown to the model with the last request, although only columns are masked."""
        return self._privacy.hidden

    @property
    def busy(self) -> bool:
        """Whether a turn runs, or a cell that a person started again."""
        return self._work.is_running

    def look_at(self) -> None:
        """Someone looks: the conversation is kept open for a while from here on."""
        self.seen_at = time.monotonic()

    @property
    def rests(self) -> bool:
        """Whether nothing of it works or waits, and no kernel is up that would be lost."""
        waits = bool(self.queued or self.files.attaching or self.notebook.runs_apart)
        return not (self._work.is_running or waits or self.kernel.running)

    def wait(self, until: Callable[[Conversation], bool], timeout: float | None) -> bool:
        """Wait until the snapshot fulfils `until`, without a `timeout` for ever; whether it did."""
        return self._journal.wait(until, timeout)

    def listen(self, heard: Listener) -> None:
        """Have `heard` called with each entry from now on, on the engine's thread; it must be quick."""
        self._journal.listeners.append(heard)

    # --- turns --------------------------------------------------------------------------------------------------------

    def submit(
        self,
        prompt: str,
        attachments: Sequence[str] = (),
        *,
        origin: TurnOrigin = "person",
        parent: str | None = None,
        model: str = "",
    ) -> None:
        """Start a turn, or queue the prompt while one runs, joined with what waits; `model` instead of the set one."""
        self.engine.call(self._submit(Queued(prompt, tuple(attachments), origin, parent, model)))

    def stop(self) -> None:
        """End the running turn: the model's stream, the running cell and the loop. Does not wait."""
        self.engine.loop.call_soon_threadsafe(self._drop_work)

    def take_back(self) -> tuple[Queued, ...]:
        """Remove the queued prompts and return them."""
        queued, self.queued = self.queued, ()
        self._journal.touch()
        return queued

    def resume(self, turn_id: str, hint: str = "") -> None:
        """Go on after a turn that paused or failed, from its last finished cell; `hint` is the person's."""
        self.submit(hint, origin="continue", parent=turn_id)

    def regenerate(self, turn_id: str) -> None:
        """Answer that turn's prompt again, on a branch of its own."""
        turn = self.snapshot().turn(turn_id)
        if turn is not None:
            self.submit(turn.prompt, turn.attachments, origin="regenerate", parent=turn.parent or "")

    def edit(self, turn_id: str, prompt: str) -> None:
        """Ask something else instead of that turn's prompt, on a branch of its own."""
        turn = self.snapshot().turn(turn_id)
        if turn is not None:
            self.submit(prompt, turn.attachments, origin="edit", parent=turn.parent or "")

    def decide(self, cell_id: str, decision: Decision) -> None:
        """Answer a waiting cell."""
        self.engine.call(self._decide(cell_id, decision))

    def decide_soon(self, cell_id: str, decision: Decision) -> None:
        """The same without waiting, for a listener on the engine's own thread; also before the cell asks."""
        self.engine.post(self._decide(cell_id, decision))

    def run(
        self,
        prompt: str,
        files: Iterable[str | Path] = (),
        timeout: float | None = None,
        approve: Unattended = "reject-risky",
        placement: Placement = "auto",
    ) -> Outcome:
        """Ask and wait for the end: attach `files` and folders, submit `prompt`, return the finished turn.

        `placement` says whether they are copied or used in place; large ones are used in place where it is not said.
        Nobody is asked: `approve` decides about cells that would wait. After `timeout` seconds the turn is stopped.
        """
        names = [file.name for path in files for file in self.files.attach(Path(path), placement).files]

        def listener(recorded: e.Recorded) -> None:
            if isinstance(question := recorded.event, e.ApprovalAsked):
                allowed = allowed_unattended(question.reasons, approve)
                self.decide_soon(
                    question.cell_id, Decision(allowed, "", "" if allowed else "Nobody is there to allow it.")
                )

        self._journal.listeners.append(listener)
        try:
            self.engine.call(self._submit(Queued(prompt, tuple(names), patience=self.engine.settings.cell_seconds)))
            if not self.wait(lambda _: not self.busy and not self.queued, timeout):
                self.stop()
                self.wait(lambda _: not self.busy, 30)
        finally:
            if listener in self._journal.listeners:
                self._journal.listeners.remove(listener)
        return self.outcome()

    def outcome(self) -> Outcome:
        """What the last turn brought. Raises `NothingAsked` when there is none."""
        if not (turns := self.snapshot().branch()):
            raise NothingAsked
        turn = turns[-1]
        return Outcome(turn, tuple(change.name for change in turn.changes if change.change != "removed"))

    # --- the conversation itself --------------------------------------------------------------------------------------

    def change_settings(self, settings: ConversationSettings) -> None:
        """Use other settings from the next request on."""
        self.engine.call(self._recorded_now(e.ConversationChanged(settings=settings)))

    def rename(self, title: str) -> None:
        """Give the conversation a title."""
        self.engine.call(self._recorded_now(e.ConversationChanged(title=title.strip()[:120])))

    def show_branch(self, turn_id: str) -> None:
        """Bring the branch that ends in that turn into view."""
        latest, last = {turn.parent: turn.id for turn in self.snapshot().turns}, turn_id
        while last in latest:
            last = latest.pop(last)  # each once, whatever a damaged log says
        self.engine.call(self._recorded_now(e.ConversationChanged(head=last)))

    def mark(self, *, pinned: bool | None = None, deleted: bool | None = None) -> None:
        """Keep the conversation at the top of the lists, put it out of sight, or neither any more; None leaves it."""
        self.engine.call(self._recorded_now(e.ConversationChanged(pinned=pinned, deleted=deleted)))

    def close(self) -> None:
        """Stop what runs, end the kernel, release the lease; with an engine of its own, end that too."""
        if not self.closed and not self.engine.closed:
            self.engine.call(self._close(), timeout=60)
        if self._owns_engine:
            self.engine.close()

    def close_soon(self) -> concurrent.futures.Future[None]:
        """The same without waiting, for who shares the engine; from any thread."""
        return self.engine.post(self._close())

    def __enter__(self) -> Interpreter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_folders(self, is_new: bool) -> None:
        """Make the workspace's folders; a new conversation takes over a kernel that waits, and its folders with it."""
        if is_new:
            self.kernel.adopt()
        self.workspace.create()
        if not is_new:
            self.workspace.drop_leftovers(own_start())

    # --- on the engine's loop -----------------------------------------------------------------------------------------

    async def _recorded_now(self, event: e.Event) -> None:
        self._journal.record(event)
        await self._journal.durable()

    async def _submit(self, prompt: Queued) -> None:
        if not (self._work.is_running or self.queued):
            await self._work.settled()
        if self._work.is_running or self.queued:
            self.queued = queued_with(self.queued, prompt)
            self._journal.touch()
        else:
            self._begin_turn(prompt)

    def _begin_turn(self, prompt: Queued) -> None:
        before = self.snapshot()
        turn_id = new_turn_id()
        follows = before.head if prompt.parent is None else prompt.parent or None
        attachments = prompt.attachments
        if prompt.origin == "person":
            attachments = tuple(dict.fromkeys((*before.waiting_files(follows), *attachments)))
        model = prompt.model or before.settings.model
        self._journal.record(e.TurnStarted(prompt.prompt, attachments, follows, prompt.origin, model), turn_id)
        title = title_from(prompt.prompt) if not before.title and prompt.prompt.strip() else None
        if title is not None or before.deleted:
            # Whoever asks in one that was deleted, perhaps in another tab, goes on with it.
            self._journal.record(e.ConversationChanged(title=title, deleted=False if before.deleted else None))
        for notice in (*self.kernel.notices(), *file_notices(before, self.snapshot()), *self.notebook.notes(before)):
            self._journal.record(notice, turn_id)
        self._work.begin(lambda stop: self._turn(turn_id, stop, prompt.patience))

    def _installing(self) -> Installing:
        return Installing(self.workspace.overlay, self.snapshot().settings.environment)

    async def _turn(self, turn_id: str, stop: asyncio.Event, patience: float) -> None:
        engine = self.engine
        try:
            turn = self.snapshot().turn(turn_id)
            assert turn is not None
            await self.files.begin_watching()
            await self.files.previews_of(turn.attachments, stop)
            settings = self.snapshot().settings
            surroundings = await asyncio.to_thread(engine.surroundings, settings)
            if not settings.kernel:
                await self.files.check_calls(self.kernel.current(), surroundings.packages, stop)
            context = TurnContext(
                turn_id=turn_id,
                conversation=self.snapshot,
                model=engine.model(turn.model),
                kernel=self.kernel.current(),
                surroundings=surroundings,
                stop=stop,
                decision=self._decision,
                limits=self._limits,
                instructions=engine.instructions(turn.model),
                patience=patience,
                install=None if settings.kernel else self._installing,  # nothing of here is installed elsewhere
                values=self.queries.named_values,
                keep=self._sent_requests.keep,
                refusal=lambda: overspent(self.snapshot(), turn.model, engine.price, engine.settings.budget_usd),
                small=self._pictures.small,
                generation=lambda: self.kernel.generation,
                veil=self._privacy.current,
                variables=self.kernel.memory,
                rounds=self._rounds,
                notes=self._notes,
                tools=self._tools,
                vision=engine.vision_model(turn.model),
            )
            async for event in run_turn(context):
                if isinstance(event, e.TurnEnded):
                    await self.files.look_for_changes(turn_id)
                self._journal.record(event, turn_id)
                await self._after(event, turn_id)
                if isinstance(event, e.OutputAdded | e.OutputUpdated):
                    await asyncio.sleep(0)  # several large ones may come at once: others come in between
        except asyncio.CancelledError:
            self._journal.record(e.TurnEnded("lost"), turn_id)
            raise
        except LciError as error:
            self._journal.record(e.TurnEnded("failed", error.problem), turn_id)
        except Exception:
            log.exception("A turn crashed")
            self._journal.record(e.TurnEnded("crashed", Problem("crashed")), turn_id)
        finally:
            self._decisions.clear()
        await self._journal.durable()

    def _follow_queue(self) -> None:
        if not self.queued:
            return
        # Begun before it is taken from the queue: who waits for the end must not see neither.
        first = self.queued[0]
        self._begin_turn(first)
        self.queued = tuple(each for each in self.queued if each is not first)
        self._journal.touch()

    async def _after(self, event: e.Event, turn_id: str) -> None:
        """What follows from an event: durability, the files a cell wrote, the live notebook, the variables."""
        match event:
            case e.CellStarted():
                self.kernel.started()
                # It runs once this is over.
                await self.changes.keep()
            case e.OutputAdded(output=StreamOutput(name="stderr", text=text)) if MISSING_GLYPHS in text:
                turn = self.snapshot().turn(turn_id)
                if turn is not None and not any(notice.code == "missing_glyphs" for notice in turn.notices):
                    self._journal.record(e.Notice("missing_glyphs"), turn_id)
            case e.CellFinished(status=status):
                self.kernel.ran(status)
                await self.files.look_for_changes(turn_id)
                await self._journal.durable()
                await self.notebook.changed()
            case e.TurnEnded():
                await self._journal.durable()
                await self.notebook.changed()
            case _:
                pass

    async def _decision(self, cell_id: str) -> Decision:
        return await self._decisions.setdefault(cell_id, self.engine.loop.create_future())

    async def _decide(self, cell_id: str, decision: Decision) -> None:
        future = self._decisions.setdefault(cell_id, self.engine.loop.create_future())
        if not future.done():
            future.set_result(decision)

    def _drop_work(self) -> None:
        self.queued = ()
        self._work.stop()

    async def _end_lost(self) -> None:
        """End what the log left open: the running turn, and cells of ended turns that were being run again."""
        turn = self.snapshot().running
        for ended, cell in list(self.snapshot().cells()):
            if ended is not turn and cell.status not in FINAL:
                self._journal.record(e.CellFinished(cell.id, "interrupted"), ended.id)
        if turn is not None:
            self._journal.record(e.TurnEnded("lost"), turn.id)
        self.files.preview_missing()
        await self._journal.durable()

    async def _close(self) -> None:
        if self.closed:
            return
        self.closed, self.queued = True, ()
        await self._work.ended(5, cancelled=self.snapshot().running is not None)
        await self.kernel.none_ends()
        self._background.cancel()
        await self.kernel.close()
        await self.notebook.close()
        await self._journal.durable()
        self._journal.release()
        self.engine.forget(self)
