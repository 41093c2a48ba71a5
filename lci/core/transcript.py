"""What the model sees of a conversation: a pure function of it. Truncation for the model happens here alone.

The words come from `Phrases`, which `agent.prompts` implements: this module decides what is said, not how.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, assert_never

from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.messages import ImagePart, Message, TextPart, ToolCall, ToolResult
from lci.core.outputs import (
    BlobRef,
    Bundle,
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Output,
    StreamOutput,
    settled_text,
    without_ansi,
)
from lci.core.turns import Cell, Prose, Reasoning, Step, ToolUse, Turn

CODE_TOOL = "execute_code"

#: Characters of one tool result that the model gets at most, half from each end.
RESULT_CHARS = 8_000
#: The same for results of earlier rounds, once room is short.
OLD_RESULT_CHARS = 3_000


class Phrases(Protocol):
    """The sentences the transcript needs, written for a model."""

    def left_out(self, characters: int) -> str:
        """Marks a gap of so many characters."""

    def prompt(
        self, turn: Turn, files: Sequence[WorkspaceFile], before: Turn | None, memory_empty: bool
    ) -> tuple[str, ...]:
        """The user's message: notes on what happened and on newly attached files, then the prompt, last."""

    def result(self, cell: Cell, output: str) -> str:
        """The tool result of `cell` whose outputs read `output`."""

    def figure(self, number: int) -> str:
        """Stands for a figure in a tool result."""

    def rounds_dropped(self, rounds: int) -> str:
        """Stands for earlier rounds that had to go."""


def transcript(
    conversation: Conversation, system: str, phrases: Phrases, turn_id: str | None = None
) -> tuple[Message, ...]:
    """The messages for the next request of a turn: system, then each turn up to it, every call with its result.

    Without `turn_id` it is the last turn of the branch in view.
    """
    messages = [Message("system", (TextPart(system),))]
    before: Turn | None = None
    for turn in conversation.branch(turn_id):
        files = [conversation.files[name] for name in turn.attachments if name in conversation.files]
        memory_empty = any(notice.code == "memory_empty" for notice in turn.notices)
        texts = phrases.prompt(turn, files, before, memory_empty)
        messages.append(Message("user", (*(TextPart(text) for text in texts), *_attached_pictures(files))))
        messages.extend(_rounds(turn, phrases) if turn.ending is None else _finished_rounds(turn, phrases))
        before = turn
    return alternating(messages)


def _attached_pictures(files: Sequence[WorkspaceFile]) -> Iterable[ImagePart]:
    for file in files:
        facts = file.preview.image if file.preview is not None else None
        if facts is not None and facts.blob is not None:
            yield ImagePart(facts.blob, facts.blob_type, file.name)


#: Messages of turns that have ended, by the turn's identity: the same for every later request.
_FINISHED: OrderedDict[int, tuple[Turn, Phrases, tuple[Message, ...]]] = OrderedDict()
_REMEMBERED = 4_000


def _finished_rounds(turn: Turn, phrases: Phrases) -> tuple[Message, ...]:
    known = _FINISHED.get(id(turn))
    if known is not None and known[0] is turn and known[1] is phrases:
        return known[2]
    made = tuple(_rounds(turn, phrases))
    _FINISHED[id(turn)] = (turn, phrases, made)
    while len(_FINISHED) > _REMEMBERED:
        _FINISHED.popitem(last=False)
    return made


def _rounds(turn: Turn, phrases: Phrases) -> Iterable[Message]:
    by_round: dict[int, list[Step]] = {}
    for step in turn.steps:
        by_round.setdefault(step.round, []).append(step)
    figures = 0
    for number in sorted(by_round):
        said: list[TextPart | ToolCall] = []
        results: list[Message] = []
        for step in by_round[number]:
            match step:
                case Prose(text):
                    if text.strip():
                        said.append(TextPart(text))
                case Reasoning():
                    pass
                case ToolUse(call_id, _, name, arguments, result):
                    if result is not None:
                        said.append(ToolCall(call_id, _known_name(name), _valid_json(arguments)))
                        results.append(Message("tool", (ToolResult(call_id, result),)))
                case Cell() as cell:
                    if cell.status in ("writing", "dropped"):
                        continue
                    arguments = json.dumps({"code": cell.source}, ensure_ascii=False)
                    said.append(ToolCall(cell.call_id, CODE_TOOL, arguments))
                    text, figures = output_text(cell.outputs, phrases, figures)
                    results.append(Message("tool", (ToolResult(cell.call_id, phrases.result(cell, text)),)))
                case _ as never:
                    assert_never(never)
        # Text first, then calls: the wire form knows no other order.
        ordered = [p for p in said if isinstance(p, TextPart)] + [p for p in said if isinstance(p, ToolCall)]
        if ordered:
            yield Message("assistant", tuple(ordered))
            yield from results


def _known_name(name: str) -> str:
    """Templates of local servers reject names with odd characters, and the model made this one up anyway."""
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in name)[:64] or "unknown"


def _valid_json(arguments: str) -> str:
    try:
        if isinstance(json.loads(arguments), dict):
            return arguments
    except ValueError:
        pass
    return json.dumps({"raw": arguments}, ensure_ascii=False)


def alternating(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Two user messages in a row become one: templates of local models demand strict alternation."""
    joined: list[Message] = []
    for message in messages:
        if joined and message.role == "user" and joined[-1].role == "user":
            joined[-1] = Message("user", (*joined[-1].parts, *message.parts))
        else:
            joined.append(message)
    return tuple(joined)


def output_text(
    outputs: Sequence[Output], phrases: Phrases, figures: int = 0, limit: int = RESULT_CHARS
) -> tuple[str, int]:
    """What a cell put out as text for the model, cut to `limit`; and the number of figures so far.

    Progress bars arrive as their last state, repeated lines of stderr once, tracebacks as user frames and the last
    library frame.
    """
    parts: list[str] = []
    omitted = 0
    for output in outputs:
        match output:
            case StreamOutput(name, text, left_out):
                omitted += left_out
                plain = settled_text(without_ansi(text)).strip("\n")
                if left_out:
                    parts.append(phrases.left_out(left_out))
                if plain:
                    parts.append(_distinct_lines(plain) if name == "stderr" else plain)
            case DisplayData(data) | ExecuteResult(data):
                if is_figure(data):
                    figures += 1
                    parts.append(phrases.figure(figures))
                else:
                    text = plain_text(data)
                    if text:
                        parts.append(text)
            case ErrorOutput() as error:
                parts.append(compact_traceback(error))
            case _ as never:
                assert_never(never)
    return shortened("\n".join(parts), phrases, limit), figures


FIGURE_TYPES = ("image/png", "image/jpeg", "image/svg+xml", "image/gif", "image/webp")


def is_figure(data: Bundle) -> bool:
    """Whether the bundle is shown as a picture or an interactive chart."""
    return any(
        mime in FIGURE_TYPES or mime.startswith(("application/vnd.plotly", "application/vnd.vegalite")) for mime in data
    )


def plain_text(data: Bundle) -> str:
    """The bundle's own plain text, without colours; empty when it has none."""
    for mime in ("text/plain", "text/markdown", "text/latex"):
        value = data.get(mime)
        if isinstance(value, str):
            return without_ansi(value)
    if "application/json" in data and not isinstance(data["application/json"], BlobRef):
        return json.dumps(data["application/json"], ensure_ascii=False)
    return ""


def _distinct_lines(text: str) -> str:
    """Warnings come in swarms: each line once, with the number of times."""
    counts: dict[str, int] = {}
    for line in text.split("\n"):
        counts[line] = counts.get(line, 0) + 1
    return "\n".join(f"{line} (×{count})" if count > 1 and line.strip() else line for line, count in counts.items())


def shortened(text: str, phrases: Phrases, limit: int = RESULT_CHARS) -> str:
    """Head and tail of `text` with the exact number of characters between them that were left out."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n{phrases.left_out(len(text) - 2 * half)}\n{text[-half:]}"


def compact_traceback(error: ErrorOutput, frame_chars: int = 1_500) -> str:
    """User frames, the last library frame and the message; everything between is noise to the model."""
    frames = [without_ansi(frame) for frame in error.traceback]
    kept = [frame for frame in frames if frame.lstrip().startswith(("Cell In", "Input In"))]
    library = [frame for frame in frames if frame.lstrip().startswith("File ")]
    syntax = [frame for frame in library if "Cell In" in frame.split("\n", 1)[0]]
    kept += [frame for frame in syntax if frame not in kept]
    if library and library[-1] not in kept:
        kept.append(library[-1])
    message = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    return "\n".join([*(frame[:frame_chars].rstrip() for frame in kept), message])


@dataclass(frozen=True, slots=True)
class Fitted:
    """Messages that fit, and what it took: results shortened, rounds dropped, tokens counted."""

    messages: tuple[Message, ...]
    tokens: int
    results_shortened: int = 0
    rounds_dropped: int = 0


def fitted(
    messages: tuple[Message, ...], budget: int, count: Callable[[str], int], phrases: Phrases, keep_rounds: int = 2
) -> Fitted:
    """`messages` within `budget` tokens, as far as the pinned parts allow.

    Pinned: system, the first user message, the current one and the last `keep_rounds` rounds. First old results are
    shortened, then the oldest rounds go, each call together with its results.
    """

    def size(message: Message) -> int:
        text = message.text + "".join(call.name + call.arguments for call in message.calls)
        return count(text) + 4 + 8 * len(message.calls)

    sizes = [size(message) for message in messages]
    total = sum(sizes) + 3
    if total <= budget:
        return Fitted(messages, total)

    groups = _groups(messages)
    pinned = _pinned(messages, groups, keep_rounds)
    loose = [group for index, group in enumerate(groups) if index not in pinned]
    current = list(messages)
    shortened_results = 0
    for at in (at for group in loose for at in group):
        short = _with_short_result(current[at], phrases)
        if short is not None:
            current[at] = short
            total -= sizes[at] - size(short)
            sizes[at] = size(short)
            shortened_results += 1
    if total <= budget:
        return Fitted(tuple(current), total, shortened_results)

    dropped: set[int] = set()
    rounds = 0
    marker_size = count(phrases.rounds_dropped(len(loose))) + 4
    for group in loose:
        if total + (marker_size if dropped else 0) <= budget:
            break
        dropped.update(group)
        rounds += 1
        total -= sum(sizes[at] for at in group)
    kept = [message for at, message in enumerate(current) if at not in dropped]
    if dropped:
        marker = Message("user", (TextPart(phrases.rounds_dropped(rounds)),))
        first_user = next((i for i, message in enumerate(kept) if message.role == "user"), 0)
        kept.insert(first_user + 1, marker)
        total += size(marker)
    final = alternating(kept)
    return Fitted(final, total, shortened_results, rounds)


def _with_short_result(message: Message, phrases: Phrases) -> Message | None:
    """`message` with its long tool result shortened; None when there is nothing to shorten."""
    result = message.parts[0] if message.role == "tool" else None
    if not isinstance(result, ToolResult) or len(result.text) <= OLD_RESULT_CHARS:
        return None
    return Message("tool", (replace(result, text=shortened(result.text, phrases, OLD_RESULT_CHARS)),))


def _groups(messages: Sequence[Message]) -> list[list[int]]:
    """Indexes that must stay or go together: an assistant message with its results, or one other message."""
    groups: list[list[int]] = []
    for index, message in enumerate(messages):
        if message.role == "tool" and groups:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _pinned(messages: Sequence[Message], groups: Sequence[Sequence[int]], keep_rounds: int) -> set[int]:
    roles: list[Literal["system", "user", "assistant", "tool"]] = [messages[group[0]].role for group in groups]
    pinned = {index for index, role in enumerate(roles) if role == "system"}
    users = [index for index, role in enumerate(roles) if role == "user"]
    if users:
        pinned |= {users[0], users[-1]}
    pinned |= set([index for index, role in enumerate(roles) if role == "assistant"][-keep_rounds:])
    return pinned
