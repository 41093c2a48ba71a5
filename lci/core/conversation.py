"""The conversation so far: what folding its log gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from lci.core.arrangement import Arrangement
from lci.core.files import WorkspaceFile
from lci.core.turns import Cell, FileStep, Sharing, Turn
from lci.errors import Problem

Approval: TypeAlias = Literal["auto", "risky", "always"]
Language: TypeAlias = Literal["en", "ja", "zh"]
#: What keeps code in on this machine; elsewhere a person vouches for the server's walls, or nobody does.
LocalIsolation: TypeAlias = Literal["bubblewrap", "landlock", "rlimits", "none"]
IsolationLevel: TypeAlias = LocalIsolation | Literal["server", "server_open"]
KernelStatus: TypeAlias = Literal["absent", "starting", "ready", "dead", "stopped"]

BUILTIN_ANALYST = "builtin-analyst"

#: What counts where a later version, a damaged log or a typing error says something that is not known here.
STRICTEST: Mapping[str, object] = {"approval": "always", "sharing": "schema", "network": False}


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """What the person chose for this conversation; `environment` is empty for the app's own Python.

    `kernel` is the id of the Jupyter Server its code runs on, empty for this machine.

    `sharing` says what a model may see of values, and `masked` names the columns whose values it may never see. What is
    None or empty of temperature, effort, answer length and instructions is left to the model's own settings. `receipts`
    has the numbers of answers traced to outputs, and the model asked about those that are in none.
    For a value that is not known the strictest is taken.
    """

    model: str = BUILTIN_ANALYST
    approval: Approval = "auto"
    network: bool = False
    language: Language = "en"
    environment: str = ""
    kernel: str = ""
    sharing: Sharing = "full"
    masked: tuple[str, ...] = ()
    temperature: float | None = None
    reasoning_effort: str = ""
    max_output_tokens: int | None = None
    instructions: str = ""
    receipts: bool = True

    def __post_init__(self) -> None:
        known = {
            "approval": self.approval in get_args(Approval),
            "sharing": self.sharing in get_args(Sharing),
            "network": isinstance(self.network, bool),
        }
        for name, strictest in STRICTEST.items():
            if not known[name]:
                object.__setattr__(self, name, strictest)


@dataclass(frozen=True, slots=True)
class KernelState:
    """The kernel as last reported; `generation` grows with each start, and with it memory is empty."""

    status: KernelStatus = "absent"
    isolation: IsolationLevel = "none"
    python: str = ""
    generation: int = 0
    cause: Problem | None = None


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """What a list of conversations shows of one; `updated_at` is in seconds since the epoch.

    `file` is the first of its files, where it has no title.
    """

    id: str
    title: str
    updated_at: float
    turns: int
    pinned: bool
    file: str = ""

    @property
    def name(self) -> str:
        """What it goes by; empty for one in which nothing has been asked yet, and nothing lies."""
        return self.title or self.file

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it to come back to."""
        return not (self.turns or self.name)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation as a value; turns form a tree, `head` is the last turn of the branch in view.

    `arrangement` is how it differs as a notebook from what happened; `file_steps` are all changes of files, in time.
    """

    id: str
    title: str = ""
    settings: ConversationSettings = ConversationSettings()
    files: Mapping[str, WorkspaceFile] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    head: str | None = None
    parent: str | None = None
    kernel: KernelState = KernelState()
    arrangement: Arrangement = Arrangement()
    file_steps: tuple[FileStep, ...] = ()
    pinned: bool = False
    deleted: bool = False
    owner: str = ""
    created_at: float = 0.0
    seq: int = 0

    @property
    def running(self) -> Turn | None:
        """The turn that has not ended, if any; there is at most one."""
        if self.turns and self.turns[-1].ending is None:
            return self.turns[-1]
        return None

    def turn(self, turn_id: str) -> Turn | None:
        """The turn of that id."""
        return next((turn for turn in reversed(self.turns) if turn.id == turn_id), None)

    def branch(self, to: str | None = None) -> tuple[Turn, ...]:
        """The turns from the first to `to`, or to `head`, oldest first; a damaged log cannot make it run in circles."""
        by_id = {turn.id: turn for turn in self.turns}
        path: list[Turn] = []
        at = self.head if to is None else to
        while at is not None and (turn := by_id.pop(at, None)) is not None:
            path.append(turn)
            at = turn.parent
        return tuple(reversed(path))

    def waiting_files(self, to: str | None) -> tuple[str, ...]:
        """The names of files that a person brought and no turn up to `to` has told the model of; in their order."""
        mentioned = {name for turn in (self.branch(to) if to is not None else ()) for name in turn.attachments}
        return tuple(name for name, file in self.files.items() if file.origin != "code" and name not in mentioned)

    def siblings(self, turn: Turn) -> tuple[Turn, ...]:
        """The turns that share `turn`'s parent, itself included, oldest first."""
        return tuple(other for other in self.turns if other.parent == turn.parent)

    def cell(self, cell_id: str) -> Cell | None:
        """The cell of that call, on any branch."""
        for turn in reversed(self.turns):
            for cell in turn.cells:
                if cell.id == cell_id:
                    return cell
        return None

    def cells(self) -> Iterator[tuple[Turn, Cell]]:
        """The cells of the branch in view with their turns, oldest first."""
        for turn in self.branch():
            for cell in turn.cells:
                yield turn, cell


def title_from(prompt: str) -> str:
    """A title of at most 60 characters for a conversation that begins with `prompt`."""
    line = " ".join(prompt.split())
    return line if len(line) <= 60 else line[:57].rsplit(" ", 1)[0] + "…"
