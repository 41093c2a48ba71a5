"""Everything that can happen in a conversation, as frozen values, and the envelope that records them.

The union and the fields are frozen: the log of an older version must stay readable. A new field needs a default; a new
event needs a new class; a change of meaning needs a higher `SCHEMA`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lci.core.arrangement import CellKind
from lci.core.conversation import ConversationSettings, IsolationLevel, KernelStatus
from lci.core.files import WorkspaceFile
from lci.core.outputs import BlobRef, Bundle, Json, Output
from lci.core.remarks import Remark
from lci.core.turns import Author, CellStatus, FileChange, Sharing, TurnEnding, TurnOrigin, Usage
from lci.errors import Problem

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A prompt was submitted; `parent` is the turn it follows."""

    prompt: str
    attachments: tuple[str, ...] = ()
    parent: str | None = None
    origin: TurnOrigin = "person"
    model: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of the assistant, or of whoever else is its `author`; `apart` begins a piece of its own."""

    text: str
    apart: bool = False
    author: Author = "model"


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the model's thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeDelta:
    """More code of a call that is still being written."""

    cell_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CellStarted:
    """The cell runs; `source` is exactly what the kernel got, and `author` wrote it.

    `generation` is the start of the kernel in whose memory it runs, 0 where it leaves nothing in any.
    """

    cell_id: str
    source: str
    author: Author = "model"
    generation: int = 0


@dataclass(frozen=True, slots=True)
class OutputAdded:
    """The cell put something out."""

    cell_id: str
    output: Output


@dataclass(frozen=True, slots=True)
class OutputUpdated:
    """All displays of that id, of whichever cell, show something else."""

    display_id: str
    data: Bundle
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutputsCleared:
    """The cell's outputs are cleared; with `wait`, when its next output comes."""

    cell_id: str
    wait: bool = False


@dataclass(frozen=True, slots=True)
class CellFinished:
    """The cell reached a final status; `duration` in seconds; `remarks` say what the model may want to know of it."""

    cell_id: str
    status: CellStatus
    execution_count: int | None = None
    duration: float | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A call that is not code, or could not be understood."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """What the model was told in answer to that call, which was carried out if it is `answered`."""

    call_id: str
    result: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class RequestSent:
    """A request went to the model; with it a new round of the turn begins, unless it was asked something `aside`."""

    model: str
    body: BlobRef | None = None
    context_tokens: int = 0
    sharing: Sharing = "full"
    masked: tuple[str, ...] = ()
    results_shortened: int = 0
    rounds_dropped: int = 0
    aside: bool = False


@dataclass(frozen=True, slots=True)
class RetryScheduled:
    """The request failed in a way that may pass; it is sent again at `until` (seconds since the epoch)."""

    attempt: int
    until: float
    problem: Problem


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Tokens of the request just answered, or of one `aside`; `model` where it was another than the turn's."""

    usage: Usage
    model: str = ""
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Summarised:
    """From now on `text` stands for the branch up to and including round `round` of turn `upto`, its start excepted.

    It was made of what `sharing` and `masked` allowed.
    """

    text: str
    upto: str
    round: int
    sharing: Sharing = "full"
    masked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """The cell waits for the person; `reasons` are codes."""

    cell_id: str
    source: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """The person decided; `source` may have been edited; `reason` is theirs when rejecting."""

    cell_id: str
    approved: bool
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileAdded:
    """A file is now in the workspace."""

    file: WorkspaceFile


@dataclass(frozen=True, slots=True)
class FileChanged:
    """A file of the workspace has other content; `before` is what it held, where that was kept."""

    file: WorkspaceFile
    before: BlobRef | None = None


@dataclass(frozen=True, slots=True)
class FileRemoved:
    """A file is no longer in the workspace; `before` is what it held, where that was kept."""

    name: str
    before: BlobRef | None = None


@dataclass(frozen=True, slots=True)
class ChangesUndone:
    """The files are again as before the turn; `changes` is what that did to them. With none, it was done again."""

    changes: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class FilesBroughtBack:
    """Files that other branches had changed are as the branch of the turn left them; `changes` is what that did."""

    changes: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class KernelChanged:
    """The kernel's state changed."""

    status: KernelStatus
    isolation: IsolationLevel = "none"
    python: str = ""
    generation: int = 0
    cause: Problem | None = None


@dataclass(frozen=True, slots=True)
class CellsReplayed:
    """The cells were run again for their variables alone, in that start of the kernel; their outputs stay."""

    cell_ids: tuple[str, ...]
    generation: int


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """Something about the conversation itself; None means unchanged. `owner` is whose it is."""

    title: str | None = None
    settings: ConversationSettings | None = None
    head: str | None = None
    pinned: bool | None = None
    deleted: bool | None = None
    parent: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class CellInserted:
    """A cell of the notebook that no answer made, right after another cell, or first where `after` is empty."""

    cell_id: str
    after: str = ""
    kind: CellKind = "code"
    source: str = ""
    author: Author = "person"


@dataclass(frozen=True, slots=True)
class CellEdited:
    """Other words stand in a cell of the notebook; code among them has not run as it stands."""

    cell_id: str
    source: str
    author: Author = "person"


@dataclass(frozen=True, slots=True)
class CellMoved:
    """A cell of the notebook was put right after another, or first where `after` is empty."""

    cell_id: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class CellDeleted:
    """A cell is out of the notebook's sight, or in its place again; what it did stays done."""

    cell_id: str
    deleted: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know; the sentence is made from code and facts."""

    code: str
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The assistant stopped."""

    ending: TurnEnding
    problem: Problem | None = None


Event: TypeAlias = (
    TurnStarted
    | TextDelta
    | ReasoningDelta
    | CodeDelta
    | CellStarted
    | OutputAdded
    | OutputUpdated
    | OutputsCleared
    | CellFinished
    | ToolStarted
    | ToolFinished
    | RequestSent
    | RetryScheduled
    | UsageReported
    | Summarised
    | ApprovalAsked
    | ApprovalGiven
    | FileAdded
    | FileChanged
    | FileRemoved
    | ChangesUndone
    | FilesBroughtBack
    | KernelChanged
    | CellsReplayed
    | CellInserted
    | CellEdited
    | CellMoved
    | CellDeleted
    | ConversationChanged
    | Notice
    | TurnEnded
)


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a later version: kept as it is, understood by nobody here."""

    type: str
    fields: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of the log; `seq` counts from 1 without gaps, `at` is seconds since the epoch."""

    seq: int
    at: float
    conversation_id: str
    turn_id: str | None
    schema: int
    event: Event | UnknownEvent
