"""All that a turn needs from the world around it, and what a person says of a waiting cell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lci.agent.limits import TurnLimits
from lci.agent.prompts.many_files import NotesOf, attached_notes
from lci.core.conversation import Conversation
from lci.core.events import Event
from lci.core.files import ValueLookup
from lci.core.inspection import Variable
from lci.core.messages import Message
from lci.core.outputs import BlobRef
from lci.core.ports import Kernel, KernelFacts, Model, ModelRequest, RequestedCall, Runs, Tool
from lci.core.privacy.veil import OPEN, Veil
from lci.core.transcript.building import RoundsOf, rounds_of
from lci.core.turns import Turn
from lci.errors import Problem


class TurnTool(Protocol):
    """Something a model may call beside code."""

    @property
    def offer(self) -> Tool:
        """Its name, what it is for, and its parameters, which are texts."""

    @property
    def instructions(self) -> str:
        """What the system prompt says of it while it is offered, how to call it from code among it."""

    def is_offered(self, context: TurnContext, veil: Veil) -> bool:
        """Whether this turn's model may call it, as long as it may see no more than `veil` shows."""

    def listed(self, context: TurnContext) -> str:
        """What it can be called with at this moment, in words for the model; empty for nothing to say."""

    def carried_out(
        self, context: TurnContext, call_id: str, call: RequestedCall, arguments: Mapping[str, str]
    ) -> AsyncIterator[Event]:
        """What the call brings: `ToolStarted` first, and last `ToolFinished`, also for what went wrong."""


async def _all_is_shown() -> Veil:
    return OPEN


async def _nothing_known() -> tuple[Variable, ...] | None:
    return None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person said of a waiting cell; `source` may have been edited."""

    approved: bool
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TurnContext:
    """All a turn needs: `conversation` gives the newest snapshot, `decision` waits for the person."""

    turn_id: str
    conversation: Callable[[], Conversation]
    model: Model
    kernel: Kernel
    surroundings: KernelFacts
    stop: asyncio.Event
    decision: Callable[[str], Awaitable[Decision]]
    limits: TurnLimits = TurnLimits()
    instructions: str = ""
    #: Seconds after which a cell is interrupted; 0 leaves that to a person.
    patience: float = 0.0
    #: Carries out cells that only install packages; None leaves them to the kernel.
    install: Callable[[], Runs] | None = None
    #: Stores a request for whoever wants to see what was sent.
    keep: Callable[[ModelRequest], BlobRef] | None = None
    #: Why no further request may be sent, if so: a budget that is used up.
    refusal: Callable[[], Problem | None] = lambda: None
    #: Makes the pictures of a request small; None sends none.
    small: Callable[[tuple[Message, ...]], Awaitable[tuple[Message, ...]]] | None = None

    #: The number of the kernel's present start in this conversation.
    generation: Callable[[], int] = lambda: 0
    #: What the model may see from now on.
    veil: Callable[[], Awaitable[Veil]] = _all_is_shown
    #: The variables in the kernel's memory now; None while nobody knows.
    variables: Callable[[], Awaitable[tuple[Variable, ...] | None]] = _nothing_known
    #: The messages of a turn's rounds, perhaps remembered.
    rounds: RoundsOf = rounds_of
    #: The notes on attached files, perhaps remembered.
    notes: NotesOf = attached_notes
    #: Looks words up among the values of a file; None where nothing does.
    values: ValueLookup | None = None
    #: What the model may call beside code.
    tools: Sequence[TurnTool] = ()
    #: Looks at pictures for a model that cannot.
    vision: Model | None = None

    @property
    def turn(self) -> Turn:
        """This turn as it stands now."""
        turn = self.conversation().turn(self.turn_id)
        assert turn is not None
        return turn
