"""A model and a kernel that do exactly what a test tells them to, and a store that keeps nothing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Literal, TypeAlias

from lci.core.conversation import Conversation, ConversationSummary
from lci.core.events import Recorded, TurnStarted
from lci.core.folding import folded
from lci.core.inspection import (
    CallFacts,
    FailureFacts,
    FigureNote,
    KeptResult,
    NoTable,
    PageRequest,
    TableFormat,
    TablePage,
    Variable,
)
from lci.core.outputs import BlobRef, Output
from lci.core.ports import (
    AnswerFinished,
    CallPiece,
    CodeProtocol,
    ExecutionFinished,
    KernelEvent,
    KernelFacts,
    ModelEvent,
    ModelProfile,
    ModelRequest,
    OutputProduced,
    RequestedCall,
    TextPiece,
)
from lci.core.searching import KINDS, Hit, Pieces, has_all, hit, terms
from lci.core.turns import Usage
from lci.errors import ConversationInUse, LciError, StoreUnwritable, TableNotWritten

Answer: TypeAlias = Sequence[ModelEvent | LciError | asyncio.Event]


def says(*pieces: str, usage: Usage | None = None) -> list[ModelEvent]:
    """An answer of text."""
    return [*(TextPiece(piece) for piece in pieces), AnswerFinished("stop", usage=usage)]


def calls(source: str, said: str = "", usage: Usage | None = None) -> list[ModelEvent]:
    """An answer that calls `execute_code`, its arguments in two pieces."""
    return calls_tool("execute_code", json.dumps({"code": source}), said, usage)


def calls_tool(name: str, arguments: str, said: str = "", usage: Usage | None = None) -> list[ModelEvent]:
    """An answer that calls any tool with any arguments."""
    half = len(arguments) // 2
    spoken: list[ModelEvent] = [TextPiece(said)] if said else []
    return [
        *spoken,
        CallPiece(0, name, arguments[:half]),
        CallPiece(0, name, arguments[half:]),
        AnswerFinished("tool_calls", (RequestedCall(0, name, arguments),), usage),
    ]


class ScriptedModel:
    """Answers each request with the next of `answers`; an error in an answer is raised, an event awaited."""

    def __init__(self, answers: Iterable[Answer], profile: ModelProfile | None = None) -> None:
        self._answers = list(answers)
        self.profile = profile or ModelProfile(
            "scripted", "Scripted", "Test", window_tokens=32_000, protocol_proven=True
        )
        self.requests: list[ModelRequest] = []
        self.cancelled = 0

    def then(self, *answers: Answer) -> None:
        """Add to the script."""
        self._answers.extend(answers)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.requests.append(request)
        answer = self._answers.pop(0) if self._answers else says("(script exhausted)")
        try:
            for step in answer:
                if isinstance(step, LciError):
                    raise step
                if isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    yield step
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    def settle_on(self, protocol: CodeProtocol) -> None:
        self.profile = replace(self.profile, protocol=protocol, protocol_proven=True)

    def calibrate(self, counted: int, reported: int) -> None:
        """Its counts are what they are."""

    def count_tokens(self, text: str) -> int:
        return len(text) // 4

    async def close(self) -> None:
        """Nothing is open."""


Encoding: TypeAlias = Literal["bytes", "text", "json"]
Run: TypeAlias = Sequence[Output | ExecutionFinished | asyncio.Event]


class ScriptedInspector:
    """Sees in a kernel what a test puts there."""

    def __init__(self) -> None:
        self.known_variables: tuple[Variable, ...] | None = None
        self.known_results: tuple[KeptResult, ...] = ()
        self.known_calls: dict[str, CallFacts] = {}
        self.known_outside: tuple[str, ...] = ()
        self.known_failure = FailureFacts()
        self.known_figures: tuple[FigureNote, ...] = ()
        self.known_files: dict[tuple[str, TableFormat], bytes] = {}
        self.folder = ""

    async def variables(self, seconds: float = 2.0) -> tuple[Variable, ...] | None:  # noqa: ARG002 - the Protocol's
        return self.known_variables

    async def results(self) -> tuple[KeptResult, ...]:
        return self.known_results

    async def page(self, request: PageRequest) -> TablePage | NoTable:  # noqa: ARG002
        return NoTable()

    async def written_table(self, name: str, form: TableFormat) -> AsyncGenerator[bytes, None]:
        content = self.known_files.get((name, form))
        if content is None:
            raise TableNotWritten(name, form, "gone")
        yield content

    async def failure_facts(self) -> FailureFacts:
        return self.known_failure

    async def outside_files(self) -> tuple[str, ...]:
        return self.known_outside

    async def figure_notes(self) -> tuple[FigureNote, ...]:
        return self.known_figures

    async def call_facts(self, reader: str) -> CallFacts | None:
        return self.known_calls.get(reader)

    async def memory(self) -> int | None:
        return 1 << 20

    async def preload(self, modules: Sequence[str]) -> None:
        """Everything is there."""

    async def enter_copy(self, copy: str) -> None:
        self.folder = copy

    async def leave_copy(self) -> None:
        self.folder = ""


class ScriptedKernel:
    """Runs each source through `behaviour`, which says what comes out; `interrupt` ends a run that waits."""

    def __init__(self, behaviour: Callable[[str], Run]) -> None:
        self._behaviour = behaviour
        self.inspector = ScriptedInspector()
        self.sources: list[str] = []
        self.generation = 0
        self._interrupted = asyncio.Event()
        self.facts: KernelFacts | None = None
        self._count = 0
        self.heard: Callable[[str, KernelEvent], None] | None = None

    async def start(self) -> KernelFacts:
        if self.facts is None:
            self.generation += 1
            self.facts = KernelFacts("3.11", "bubblewrap", False, {"pandas": "3.1"}, "/work")
        return self.facts

    def listen(self, heard: Callable[[str, KernelEvent], None]) -> None:
        self.heard = heard

    async def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:  # noqa: ARG002 - the Protocol's
        await self.start()
        self.sources.append(source)
        self._interrupted.clear()
        self._count += 1
        for step in self._behaviour(source):
            if isinstance(step, ExecutionFinished):
                if step.status == "died":
                    self.facts = None
                yield step
                return
            if isinstance(step, asyncio.Event):
                if await self._waited(step):
                    yield ExecutionFinished("interrupted", self._count, 0.1)
                    return
            else:
                yield OutputProduced(step)
        yield ExecutionFinished("ok", self._count, 0.1)

    async def _waited(self, event: asyncio.Event) -> bool:
        """Wait for `event` or an interrupt; whether it was the interrupt."""
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(self._interrupted.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return self._interrupted.is_set()

    async def interrupt(self) -> None:
        self._interrupted.set()

    async def restart(self) -> KernelFacts:
        self.facts = None
        return await self.start()

    async def close(self) -> None:
        self.facts = None


class MemoryBlobs:
    """Content-addressed bytes in memory."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def put(self, content: bytes, encoding: Encoding) -> BlobRef:
        digest = hashlib.sha256(content).hexdigest()
        self._contents[digest] = content
        return BlobRef(digest, len(content), encoding)

    def get(self, ref: BlobRef) -> bytes:
        return self._contents[ref.digest]


class MemoryStore(MemoryBlobs):
    """Log, leases and blobs in memory, for tests and for talks that should leave no trace: all is there at once."""

    failure: StoreUnwritable | None = None

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, list[Recorded]] = {}
        self._held: set[str] = set()
        self._lock = threading.Lock()

    def append(self, recorded: Recorded) -> None:
        json.dumps(recorded.event, default=_fields)
        self._entries.setdefault(recorded.conversation_id, []).append(recorded)

    def append_all(self, entries: Iterable[Recorded]) -> None:
        whole = list(entries)
        json.dumps([recorded.event for recorded in whole], default=_fields)
        for recorded in whole:
            self.append(recorded)

    def flush(self) -> Future[None]:
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def log(self, conversation_id: str) -> Iterator[Recorded]:
        return iter(tuple(self._entries.get(conversation_id, ())))

    def holds(self, conversation_id: str) -> bool:
        return conversation_id in self._entries

    def summaries(self) -> list[ConversationSummary]:
        shown = [_summary(log) for log in self._folded() if not log[0].deleted]
        return sorted(shown, key=lambda summary: (not summary.pinned, -summary.updated_at))

    def deleted(self) -> list[ConversationSummary]:
        return sorted((_summary(log) for log in self._folded() if log[0].deleted), key=lambda each: -each.updated_at)

    def _folded(self) -> list[tuple[Conversation, list[Recorded]]]:
        return [(folded(conversation_id, log), log) for conversation_id, log in self._entries.items()]

    def search(self, query: str, limit: int) -> list[Hit]:
        words, hits = terms(query), dict[str, list[Hit]]()
        for conversation, log in sorted(self._folded(), key=lambda each: -each[1][-1].at):
            pieces = Pieces()
            for recorded in log:
                pieces.add(recorded.turn_id, recorded.event)
            matching = [piece for piece in pieces if words and not conversation.deleted and has_all(piece.text, words)]
            best = sorted(matching, key=lambda piece: KINDS.index(piece.kind))[:3]
            if best and len(hits) < limit:
                hits[conversation.id] = [hit(conversation.id, piece, words) for piece in best]
        return [each for several in hits.values() for each in several]

    def sizes(self) -> dict[str, int]:
        return {each: len(json.dumps(log, default=_fields)) for each, log in self._entries.items()}

    def forget(self, conversation_id: str) -> None:
        self.lease(conversation_id)
        self._entries.pop(conversation_id, None)
        self.release(conversation_id)

    def sweep(self) -> None:
        pass

    def lease(self, conversation_id: str) -> None:
        with self._lock:
            if conversation_id in self._held:
                raise ConversationInUse
            self._held.add(conversation_id)

    def release(self, conversation_id: str) -> None:
        with self._lock:
            self._held.discard(conversation_id)

    def close(self) -> None:
        self._held.clear()


def _fields(value: object) -> object:
    if not hasattr(value, "__dataclass_fields__"):
        raise TypeError(type(value).__name__)
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _summary(log: tuple[Conversation, list[Recorded]]) -> ConversationSummary:
    conversation, entries = log
    turns = sum(isinstance(recorded.event, TurnStarted) for recorded in entries)
    file = "" if conversation.title else next(iter(conversation.files), "")
    return ConversationSummary(conversation.id, conversation.title, entries[-1].at, turns, conversation.pinned, file)
