"""What one request says: the transcript as far as it fits and may be seen, pictures, and the state of the kernel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lci.agent.prompts.images import FIGURES_FOLLOW
from lci.agent.prompts.memory import state
from lci.agent.prompts.phrases import ModelPhrases
from lci.agent.prompts.room import Room
from lci.agent.prompts.system_prompt import system
from lci.agent.protocols.forms import FORMS
from lci.agent.tools.code_calls import EXECUTE_CODE
from lci.agent.tools.toolset import offered
from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.code.recency import ranked
from lci.core.conversation import Conversation
from lci.core.inspection import Variable
from lci.core.messages import ImagePart, Message, TextPart, ToolResult
from lci.core.outputs import BlobRef
from lci.core.parquet_folders import united_files
from lci.core.pictures import PICTURE_TOKENS, PICTURES, pictured, without_pictures
from lci.core.ports import ModelRequest, Parameters
from lci.core.privacy.veil import (
    OPEN,
    Veil,
    brought_files,
    derived_names,
    known_names,
    veiled_preview,
    veiled_variables,
)
from lci.core.transcript.building import transcript
from lci.core.transcript.fitting import Fitted, fitted
from lci.core.transcript.output_text import RESULT_CHARS
from lci.errors import WindowTooSmall

#: The part of a window that all notes on attached files may take, and their tokens at the very most.
_NOTES, _MOST_NOTES = 1 / 6, 6_000
#: The part of a window that the list of variables may take, and its tokens at the very most.
_MEMORY, _MOST_MEMORY = 1 / 20, 800
#: Libraries whose objects are pictures, or parts of them.
_DRAWING = frozenset({"matplotlib", "mpl_toolkits", "seaborn", "plotly", "altair"})
#: The part of the room from which on results are shortened, and the conversation is summed up.
_FULL = 0.8
#: Tokens that an answer needs at the very least.
_LEAST_ANSWER = 256


@dataclass(frozen=True, slots=True)
class Composed:
    """A request, our count of its tokens, what was in force for it and what it took to make it fit."""

    request: ModelRequest
    tokens: int
    veil: Veil
    results_shortened: int = 0
    rounds_dropped: int = 0

    @property
    def is_text(self) -> bool:
        """Whether it holds no picture, whose tokens every server counts in its own way."""
        return not any(isinstance(part, ImagePart) for message in self.request.messages for part in message.parts)

    def sent(self, model: str, keep: Callable[[ModelRequest], BlobRef] | None, *, aside: bool = False) -> e.RequestSent:
        """The entry of the log for it."""
        body = keep(self.request) if keep is not None else None
        veil = self.veil
        return e.RequestSent(
            model, body, self.tokens, veil.sharing, veil.columns, self.results_shortened, self.rounds_dropped, aside
        )


def window_budget(context: TurnContext) -> int:
    """Tokens that a prompt may have: the window without a margin and the answer, as long as this conversation wants."""
    profile, answer_tokens = context.model.profile, context.conversation().settings.max_output_tokens
    answer = profile.max_output_tokens if answer_tokens is None else min(answer_tokens, profile.window_tokens // 2)
    return max(512, profile.window_tokens - answer - profile.window_tokens // 20)


def phrases(context: TurnContext, veil: Veil) -> ModelPhrases:
    """The sentences of a transcript for this turn's model: its window says how much is told of files."""
    profile = context.model.profile
    room = Room(min(int(_NOTES * profile.window_tokens), _MOST_NOTES), context.model.count_tokens)
    sees = profile.sees_images and context.small is not None and veil.is_open
    return ModelPhrases(sees, room, context.notes)


def result_chars(window_tokens: int) -> int:
    """Characters that a result may have in a window of that size: what is promised there, and what is told."""
    return min(RESULT_CHARS, max(1_000, window_tokens * 3 // 8_000 * 1_000))


def parameters(context: TurnContext) -> Parameters:
    """How this conversation wants to be answered."""
    settings = context.conversation().settings
    return Parameters(settings.temperature, settings.reasoning_effort, settings.max_output_tokens)


def told_system(context: TurnContext, conversation: Conversation, veil: Veil) -> str:
    """The system prompt in force."""
    profile = context.model.profile
    own = (context.instructions, conversation.settings.instructions)
    instructions = "\n".join(text.strip() for text in own if text.strip())
    tools = [tool.instructions for tool in offered(context, veil)]
    return system(
        conversation.settings,
        context.surroundings,
        instructions,
        profile.protocol,
        veil,
        tools,
        result_chars=result_chars(profile.window_tokens),
        patience=context.patience,
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds while one request is made: what the model may see, and the state of the kernel in words.

    `pictures` is how many the request may hold; the messages have `room` tokens, and `fit` is how they fit into it.
    """

    veil: Veil
    state: str
    pictures: int
    room: int
    fit: Fitted

    @property
    def soft(self) -> int:
        """Tokens from which on old results are shortened, and a summary is made where that is not enough."""
        return _soft(self.room)


def _soft(room: int) -> int:
    return int(_FULL * room)


async def moment(context: TurnContext, budget: int) -> Moment:
    """The moment of a request that may have `budget` tokens."""
    # Our own analyst, which sends nothing anywhere, sees everything.
    veil = await context.veil() if context.model.profile.is_ai else OPEN
    conversation = context.conversation()
    state = await _state(context, conversation, veil) if context.model.profile.is_ai else ""
    pictures = 0
    if context.model.profile.sees_images and context.small is not None and veil.is_open:
        # A small window is better spent on words.
        pictures = PICTURES if budget > 4 * PICTURES * PICTURE_TOKENS else 1
    room = budget - pictures * PICTURE_TOKENS - (context.model.count_tokens(state) if state else 0)
    # Off the loop: counting a text of megabytes takes a while.
    return Moment(veil, state, pictures, room, await asyncio.to_thread(_fit, context, conversation, veil, room))


def _fit(context: TurnContext, conversation: Conversation, veil: Veil, room: int) -> Fitted:
    spoken, limit = phrases(context, veil), result_chars(context.model.profile.window_tokens)
    instructions = told_system(context, conversation, veil)
    messages = transcript(conversation, instructions, spoken, context.turn_id, veil, context.rounds, limit)
    return fitted(messages, room, context.model.count_tokens, spoken, soft=_soft(room))


async def composed(context: TurnContext, now: Moment) -> Composed:
    """The next request of the turn, within its room as far as possible. Raises `WindowTooSmall`."""
    conversation, profile, veil, state, fit = (
        context.conversation(),
        context.model.profile,
        now.veil,
        now.state,
        now.fit,
    )
    if fit.tokens + _LEAST_ANSWER > profile.window_tokens and profile.is_ai and not profile.window_estimated:
        raise WindowTooSmall(profile.provider, profile.window_tokens, fit.tokens)
    messages, tokens = fit.messages, fit.tokens
    if now.pictures and context.small is not None:
        figured = pictured(messages, conversation, context.turn_id, FIGURES_FOLLOW, now.pictures)
        messages = await context.small(figured)
        tokens += PICTURE_TOKENS * sum(isinstance(part, ImagePart) for message in messages for part in message.parts)
    elif not veil.is_open or not profile.sees_images:
        messages = tuple(without_pictures(message) for message in messages)
    previews = tuple(
        veiled_preview(file.preview, veil) for file in united_files(conversation.files) if file.preview is not None
    )
    tools = (EXECUTE_CODE, *(tool.offer for tool in offered(context, veil)))
    request = FORMS[profile.protocol].request(messages, previews, tools)
    if state:
        request = replace(request, messages=with_state(request.messages, state))
        tokens += context.model.count_tokens(state)
    tokens += sum(context.model.count_tokens(json.dumps(tool.parameters) + tool.description) for tool in request.tools)
    request = replace(request, parameters=parameters(context), values=context.values)
    return Composed(request, tokens, veil, fit.results_shortened, fit.rounds_dropped)


def with_state(messages: tuple[Message, ...], state: str) -> tuple[Message, ...]:
    """`messages` with the state of the kernel in the last one alone: all before stays what it was a round ago."""
    last = messages[-1]
    if last.role == "tool":
        (result,) = last.parts
        assert isinstance(result, ToolResult)
        message = Message("tool", (replace(result, text=f"{result.text}\n\n{state}"),))
    else:
        # After the prompt, which the next request repeats.
        at = max((i + 1 for i, part in enumerate(last.parts) if isinstance(part, TextPart)), default=len(last.parts))
        message = replace(last, parts=(*last.parts[:at], TextPart(state, "state"), *last.parts[at:]))
    return (*messages[:-1], message)


async def _state(context: TurnContext, conversation: Conversation, veil: Veil) -> str:
    """What is in memory and in the working directory, as far as it may be told; empty when there is nothing."""
    variables = await context.variables() or ()
    # Off the loop: the code of a long conversation is read for names.
    return await asyncio.to_thread(_told_state, context, conversation, veil, variables)


def _told_state(context: TurnContext, conversation: Conversation, veil: Veil, variables: tuple[Variable, ...]) -> str:
    known: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    if not veil.is_open:
        known = known_names(conversation, veil, context.turn_id)
        derived = derived_names(conversation.turns, veil, brought_files(conversation))
    # Those that code made, the newest first: of all others a note tells.
    by_code = sorted(
        (file for file in conversation.files.values() if file.origin == "code"), key=lambda file: -file.modified
    )
    files = [(file.name, file.size) for file in by_code if veil.is_open or file.name in known]
    listed = [tool.listed(context) for tool in offered(context, veil)]
    useful = veiled_variables(_of_use(variables, conversation), veil, known, derived)
    tokens = min(int(_MEMORY * context.model.profile.window_tokens), _MOST_MEMORY)
    return state(useful, files, listed, Room(tokens, context.model.count_tokens))


def _of_use(variables: Sequence[Variable], conversation: Conversation) -> list[Variable]:
    """The variables from the newest on, without pictures and their parts and what loops have left."""
    # Every branch, because all of them ran in one kernel.
    cells = [cell for turn in conversation.turns for cell in turn.cells if cell.started_at is not None]
    cells.sort(key=lambda cell: cell.started_at or 0.0)
    by_name = {variable.name: variable for variable in variables}
    order = ranked(tuple(by_name), [cell.source for cell in cells])
    return [
        by_name[name]
        for name in order.names
        if name not in order.left_over and by_name[name].module.partition(".")[0] not in _DRAWING
    ]
