"""The walls: what a model and a kernel must do, and the values that cross them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from lci.core.conversation import IsolationLevel
from lci.core.files import Preview, ValueLookup
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
from lci.core.messages import Message
from lci.core.outputs import Bundle, Json, Output
from lci.core.remarks import Remark
from lci.core.turns import Usage
from lci.errors import Problem

#: How a model asks for code to be run: it calls a tool, keeps to a JSON schema, or writes one fenced block of Python.
CodeProtocol: TypeAlias = Literal["tools", "schema", "fenced"]


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """Facts about one configured model; `window_tokens` counts prompt and answer together.

    `is_ai` is false for the built-in analyst, which must never pose as an AI model. `local` says that nothing leaves
    this machine. Until `protocol_proven` the model may turn out not to keep to its protocol. With `reads_back` it
    compares the numbers of its answer with the outputs once more.
    """

    id: str
    label: str
    provider: str
    window_tokens: int = 8192
    max_output_tokens: int = 4096
    is_ai: bool = True
    local: bool = False
    sees_images: bool = False
    window_estimated: bool = True
    protocol: CodeProtocol = "tools"
    protocol_proven: bool = False
    reads_back: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool offered to the model; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Json

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of its parameters, in the order they are written in code."""
        properties = self.parameters.get("properties") if isinstance(self.parameters, dict) else None
        return tuple(properties) if isinstance(properties, dict) else ()


@dataclass(frozen=True, slots=True)
class Parameters:
    """How a model is to answer; what is None or empty is left to its own settings."""

    temperature: float | None = None
    reasoning_effort: str = ""
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What the model gets: the messages, the tools, what is known of the files and a way to look words up in them.

    `schema` is the JSON schema that the whole answer is held to; None leaves it free.
    """

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    previews: tuple[Preview, ...] = ()
    schema: Json = None
    parameters: Parameters = Parameters()
    values: ValueLookup | None = None


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPiece:
    """A piece of the model's thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A piece of a tool call: `index` tells calls of one answer apart, `name` is the name so far."""

    index: int
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class RequestedCall:
    """A complete call as the model wrote it; `arguments` may be anything."""

    index: int
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    """The last event of every complete answer; `finish` is the provider's word, made uniform.

    `offers` are questions that could be asked next, word for word; `declined` says that this one was not answered.
    """

    finish: Literal["stop", "tool_calls", "length", "content_filter"]
    calls: tuple[RequestedCall, ...] = ()
    usage: Usage | None = None
    offers: tuple[str, ...] = ()
    declined: bool = False


ModelEvent: TypeAlias = TextPiece | ReasoningPiece | CallPiece | AnswerFinished


class Model(Protocol):
    """A language model, or something that answers like one."""

    @property
    def profile(self) -> ModelProfile:
        """Facts; they change only when the server refuses something, or by `settle_on`."""

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer `request`; the last event is `AnswerFinished`.

        Closing the iterator or cancelling the task cancels the request at the server. Raises `ProviderProblem`;
        `ProtocolRefused` when the server takes neither the tools nor the schema.
        """

    def settle_on(self, protocol: CodeProtocol) -> None:
        """Have the profile name this protocol, proven, for the rest of the model's life."""

    def calibrate(self, counted: int, reported: int) -> None:
        """Take note that a request we had counted as `counted` tokens was `reported` by the server."""

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` is for this model, estimated when unknown; never blocks on the network."""

    async def close(self) -> None:
        """Close connections."""


# --- kernels ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutputProduced:
    """The running cell put something out."""

    output: Output


@dataclass(frozen=True, slots=True)
class DisplayUpdated:
    """A display, of this or an earlier cell, shows something else."""

    display_id: str
    data: Bundle
    metadata: dict[str, Json]


@dataclass(frozen=True, slots=True)
class OutputCleared:
    """The running cell's outputs are cleared."""

    wait: bool


@dataclass(frozen=True, slots=True)
class ExecutionFinished:
    """The last event of every execution; `duration` in seconds.

    `died` means that the kernel process ended (`problem` says how) and memory is lost. `remarks` are facts worth
    telling the model.
    """

    status: Literal["ok", "error", "interrupted", "timeout", "died"]
    execution_count: int | None
    duration: float
    problem: Problem | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryHigh:
    """The kernel's memory is nearly at its limit; tables of these names were saved meanwhile. Only to listeners."""

    used_bytes: int
    limit_bytes: int
    saved: tuple[str, ...] = ()


KernelEvent: TypeAlias = OutputProduced | DisplayUpdated | OutputCleared | ExecutionFinished | MemoryHigh


#: A promise that does not hold for a kernel elsewhere: walls and limits are that server's, it does not say why a kernel
#: ended, keeps no full text of long outputs, may drop some, tells no memory, keeps files, or shares none at all.
KernelGap: TypeAlias = Literal[
    "isolation", "limits", "cause_of_death", "long_outputs", "rate", "memory", "leftovers", "installing", "files"
]


@dataclass(frozen=True, slots=True)
class KernelFacts:
    """A running kernel: versions of its `packages`; `host` is empty for this machine, `gaps` do not hold elsewhere."""

    python: str
    isolation: IsolationLevel
    network: bool
    packages: dict[str, str]
    working_directory: str
    host: str = ""
    gaps: tuple[KernelGap, ...] = ()


class Runs(Protocol):
    """What runs one cell at a time and can be told to stop."""

    def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:
        """Run `source`, yielding what happens; the last is `ExecutionFinished`."""

    async def interrupt(self) -> None:
        """End the running cell."""


@dataclass(frozen=True, slots=True)
class JupyterMessage:
    """A kernel's message, of the right shape; `parent` is the id of the request it belongs to."""

    kind: str
    parent: str | None
    content: Mapping[str, Json]

    @property
    def is_idle(self) -> bool:
        """Whether the kernel says that a request is over."""
        return self.kind == "status" and self.content.get("execution_state") == "idle"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Messages that were not read, and their bytes."""

    messages: int = 0
    bytes: int = 0


class Channels(Protocol):
    """How messages reach a Jupyter kernel and come back: over sockets of this machine, or by a server elsewhere.

    What comes back is untrusted: it is read in bounded pieces, and `left_out` counts what was more than that.
    """

    #: Set when shell or iopub have something.
    arrived: asyncio.Event

    async def open(self, deadline: float, given_up: Callable[[], bool]) -> None:
        """Connect what is not connected. Raises `TimeoutError` at the deadline, also when it is `given_up`."""

    @property
    def whole(self) -> bool:
        """Whether all is connected."""

    @property
    def shell_lost(self) -> bool:
        """Whether nothing can be asked any more."""

    def remade(self) -> bool:
        """Whether a connection was made again since this was last asked: what was on its way may be lost."""

    def drop_iopub(self) -> None:
        """End a connection that no longer brings anything; `open` makes a new one."""

    def close(self) -> None:
        """End all connections at once."""

    def ask(self, kind: str, content: Mapping[str, Json]) -> str:
        """Send a request to the shell; its id."""

    def ask_control(self, kind: str, content: Mapping[str, Json]) -> str:
        """Send a request that is answered also while a cell runs; its id."""

    def cell_began(self) -> None:
        """What earlier cells sent is not this one's concern: it may send as much as any."""

    @property
    def left_out(self) -> LeftOut:
        """What of this cell was not read."""

    async def wait(self, seconds: float) -> bool:
        """Wait for shell or iopub; whether something came. Only one may wait at a time."""

    def waiting(self) -> bool:
        """Whether shell or iopub have something that was not taken; `wait` returns at once then."""

    async def replies(self) -> list[JupyterMessage]:
        """What the shell has now."""

    async def published(self) -> list[JupyterMessage]:
        """What iopub has now, a batch at most."""

    async def wait_for_answer(self, seconds: float) -> bool:
        """Wait for control; whether something came."""

    async def answers(self) -> list[JupyterMessage]:
        """What control has now."""

    @property
    def oversized_answers(self) -> int:
        """How many answers on control were too large to be taken."""


class Inspector(Protocol):
    """Looks into a kernel silently, also while a cell runs; what the kernel does not answer in time is not there."""

    async def variables(self, seconds: float = 2.0) -> tuple[Variable, ...] | None:
        """The person's variables; None while nobody knows."""

    async def results(self) -> tuple[KeptResult, ...]:
        """The newest tables that cells ended with and that are kept without a name, newest first."""

    async def page(self, request: PageRequest) -> TablePage | NoTable:
        """Rows of a table in memory, of a variable or of a kept result."""

    def written_table(self, name: str, form: TableFormat) -> AsyncGenerator[bytes, None]:
        """All rows of a table in memory as a file of that format, piece by piece, as the kernel has written it.

        Whoever does not take all of it closes it. Raises `TableNotWritten`: with the first piece, or where the kernel
        stops answering.
        """

    async def failure_facts(self) -> FailureFacts:
        """What is known of the last error."""

    async def outside_files(self) -> tuple[str, ...]:
        """Paths of files that the last cell wrote outside its workspace, where a person does not find them."""

    async def figure_notes(self) -> tuple[FigureNote, ...]:
        """One note for each figure that the last cell showed."""

    async def call_facts(self, reader: str) -> CallFacts | None:
        """What that expression returns in this kernel's Python; None while nobody knows."""

    async def memory(self) -> int | None:
        """Bytes that the kernel's processes use, or None when unknown."""

    async def preload(self, modules: Sequence[str]) -> None:
        """Import these, as far as they are there, before a cell does. Raises `EvaluationFailed`."""

    async def enter_copy(self, copy: str) -> None:
        """Have cells run in that folder of the kernel's HOME. Raises `EvaluationFailed`."""

    async def leave_copy(self) -> None:
        """Have cells run in the workspace again. Raises `EvaluationFailed`."""


class Kernel(Protocol):
    """A place where code runs and variables stay."""

    @property
    def facts(self) -> KernelFacts | None:
        """None until `start` has returned."""

    @property
    def generation(self) -> int:
        """Grows with each start of the process; memory does not outlive a generation."""

    async def start(self) -> KernelFacts:
        """Start the process if none runs. Raises `KernelStartFailed` or `IsolationRequired`."""

    def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:
        """Run `source`, yielding what the kernel reports; the last is `ExecutionFinished`.

        One cell at a time. Starts the kernel if it is not running. `tag` names the cell to whoever listens.
        """

    def listen(self, heard: Callable[[str, KernelEvent], None]) -> None:
        """Have `heard(tag, event)` called for what a cell puts out after its end, on the kernel's loop.

        `ExecutionFinished` says that the kernel has ended by itself since.
        """

    @property
    def inspector(self) -> Inspector:
        """Looks into this kernel."""

    async def interrupt(self) -> None:
        """Interrupt the running cell; a cell that does not obey is killed after a while, with the kernel."""

    async def restart(self) -> KernelFacts:
        """Start again with empty memory."""

    async def close(self) -> None:
        """End the process and everything it started."""
