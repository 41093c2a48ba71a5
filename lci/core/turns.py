"""What a turn is, as values: one prompt and everything until the assistant stops. Equal content means equal turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.files import FileOrigin
from lci.core.outputs import BlobRef, ErrorOutput, Output
from lci.core.remarks import Remark
from lci.errors import Problem

#: writing → (waiting →) running → one of the others, which are final.
CellStatus: TypeAlias = Literal[
    "writing", "waiting", "running", "ok", "error", "interrupted", "timeout", "died", "rejected", "dropped"
]

#: Why a turn ended: `done` with an answer; `stopped` by the person; `limit` of cells or failures; `cut` at the
#: answer's length limit; `failed` at the provider or kernel; `crashed` by a bug of ours; `lost` with the server.
TurnEnding: TypeAlias = Literal["done", "stopped", "limit", "cut", "empty", "failed", "crashed", "lost"]

#: How a turn came about; `continue` goes on where the turn before it ended, `import` is a notebook brought in.
TurnOrigin: TypeAlias = Literal["person", "continue", "regenerate", "edit", "import"]

#: Who wrote code or text: a language model, the built-in analyst, the person, a notebook brought in, another agent.
Author: TypeAlias = Literal["model", "analyst", "person", "import", "agent"]

#: What a model may see: everything, or only names, types and shapes.
Sharing: TypeAlias = Literal["full", "schema"]

#: The code of the notice that offers questions.
OFFERED = "questions_offered"

FINAL: frozenset[str] = frozenset({"ok", "error", "interrupted", "timeout", "died", "rejected", "dropped"})
FAILED: frozenset[str] = frozenset({"error", "timeout", "died"})


@dataclass(frozen=True, slots=True)
class Prose:
    """Text of the assistant, or of whoever else is its `author`; Markdown."""

    text: str
    round: int
    author: Author = "model"

    @property
    def is_answer(self) -> bool:
        """Whether its numbers are to come from what ran here."""
        return self.author in ("model", "analyst")


@dataclass(frozen=True, slots=True)
class Reasoning:
    """The model's thinking aloud; shown folded, never sent back as text."""

    text: str
    round: int


@dataclass(frozen=True, slots=True)
class Revision:
    """Code that a cell had before it was edited."""

    source: str
    author: Author


@dataclass(frozen=True, slots=True)
class Cell:
    """Code that runs, in answer to a call of the same id.

    `source` grows while a model writes it; `author` wrote what it is now, and what it was before stands in `revisions`,
    oldest first. `generation` is the start of the kernel it last ran in, `earlier_runs` when it began each time
    before, and with which source, oldest first. `duration` is in seconds; `reasons` says why approval is asked.
    """

    id: str
    round: int
    source: str = ""
    status: CellStatus = "writing"
    execution_count: int | None = None
    outputs: tuple[Output, ...] = ()
    duration: float | None = None
    started_at: float | None = None
    clear_pending: bool = False
    reasons: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    author: Author = "model"
    revisions: tuple[Revision, ...] = ()
    generation: int = 0
    earlier_runs: tuple[tuple[float, str], ...] = ()

    @property
    def asked_for(self) -> str:
        """The code as it first was: a model's own words, whoever edited them since."""
        return self.revisions[0].source if self.revisions else self.source

    @property
    def asked_by(self) -> Author:
        """Who wrote the code as it first was."""
        return self.revisions[0].author if self.revisions else self.author


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call that is not code, or one that could not be understood; `result` is what the model was told.

    `answered` says that it was carried out.
    """

    call_id: str
    round: int
    name: str
    arguments: str
    result: str | None = None
    answered: bool = False


Step: TypeAlias = Prose | Reasoning | Cell | ToolUse


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more requests; `estimated` when the server did not report them.

    Cached ones are among the prompt's, those of reasoning among the completion's.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    reasoning_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.estimated or other.estimated,
            self.reasoning_tokens + other.reasoning_tokens,
        )


@dataclass(frozen=True, slots=True)
class Retry:
    """A request that will be tried again; `until` is in seconds since the epoch."""

    attempt: int
    until: float
    problem: Problem


@dataclass(frozen=True, slots=True)
class Sent:
    """One request to the model: the exact body lies in the blob; `context_tokens` is our count of it.

    `sharing` and `masked` were in force for it; the numbers say what was shortened or left out to make it fit.
    """

    model: str
    body: BlobRef | None
    context_tokens: int
    sharing: Sharing = "full"
    masked: tuple[str, ...] = ()
    results_shortened: int = 0
    rounds_dropped: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model made of the branch up to and including round `round` of the turn that holds it.

    `sharing` and `masked` were in force then; `made_at` is in seconds since the epoch.
    """

    text: str
    round: int
    sharing: Sharing = "full"
    masked: tuple[str, ...] = ()
    made_at: float = 0.0


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a turn did to a file of the workspace.

    `before` is what it held before the turn, where that was kept; `origin` says who had brought a removed one.
    """

    name: str
    size: int
    change: Literal["created", "changed", "removed"]
    before: BlobRef | None = None
    origin: FileOrigin = "code"


@dataclass(frozen=True, slots=True)
class FileStep:
    """What became of one file at one moment, in seconds since the epoch.

    By a cell of the turn or, with no turn, by the person's hand; or, just after a step by hand that did it, by undoing
    what the turn had done, by doing that again, by bringing back what the turn's branch had there.
    """

    by: Literal["cell", "hand", "undo", "redo", "branch"]
    turn_id: str | None
    change: FileChange
    at: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt and everything until the assistant stops; `ending` is None while it runs.

    `parent` is the turn before it on its branch. Times are seconds since the epoch.
    """

    id: str
    parent: str | None
    prompt: str
    attachments: tuple[str, ...] = ()
    origin: TurnOrigin = "person"
    model: str = ""
    steps: tuple[Step, ...] = ()
    ending: TurnEnding | None = None
    problem: Problem | None = None
    rounds: int = 0
    usage: Usage = Usage()
    last_usage: Usage | None = None
    #: The same tokens by the model that used them.
    spent: tuple[tuple[str, Usage], ...] = ()
    retry: Retry | None = None
    requests: tuple[Sent, ...] = ()
    #: Requests that were no part of the conversation: for a summary, about a picture.
    asides: tuple[Sent, ...] = ()
    changes: tuple[FileChange, ...] = ()
    #: What undoing these did in turn, empty while they are in force; and when they were last undone or done again.
    undone: tuple[FileChange, ...] = ()
    undone_at: float | None = None
    notices: tuple[Remark, ...] = ()
    summary: Summary | None = None
    started_at: float = 0.0
    ended_at: float | None = None

    @property
    def text(self) -> str:
        """The assistant's prose, paragraphs in order."""
        return "\n\n".join(step.text.strip() for step in self.steps if isinstance(step, Prose) and step.text.strip())

    @property
    def offered(self) -> tuple[str, ...]:
        """Questions that were offered to be asked next, word for word."""
        lists = [notice.facts.get("questions") for notice in self.notices if notice.code == OFFERED]
        return tuple(str(question) for listed in lists if isinstance(listed, list | tuple) for question in listed)

    @property
    def declined(self) -> bool:
        """Whether the model said that it has no answer to the question."""
        return any(notice.facts.get("declined") is True for notice in self.notices if notice.code == OFFERED)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The turn's cells, in order."""
        return tuple(step for step in self.steps if isinstance(step, Cell))


@dataclass(frozen=True, slots=True)
class Repaired:
    """Failed cells that a later cell of the same turn put right; drawn as one line."""

    attempts: tuple[Cell, ...]
    between: tuple[Step, ...]

    @property
    def error(self) -> ErrorOutput | None:
        """The last attempt's error."""
        return error_of(self.attempts[-1])


def error_of(cell: Cell) -> ErrorOutput | None:
    """The exception that ended `cell`, if one did."""
    for output in reversed(cell.outputs):
        if isinstance(output, ErrorOutput):
            return output
    return None


def folded_attempts(steps: Iterable[Step]) -> Iterator[Step | Repaired]:
    """`steps` with each run of failed cells before a successful one folded into `Repaired`.

    Prose between the attempts stays in its place; only failed cells and what was said while repairing move.
    """
    pending: list[Step] = []
    for step in steps:
        match step:
            case Cell(status=status) if status in FAILED:
                pending.append(step)
            case Cell(status="ok") if any(isinstance(s, Cell) for s in pending):
                yield Repaired(
                    tuple(s for s in pending if isinstance(s, Cell)),
                    tuple(s for s in pending if not isinstance(s, Cell)),
                )
                pending.clear()
                yield step
            case _ if pending:
                pending.append(step)
            case _:
                yield step
    yield from pending
