"""What the model sees of a conversation: a pure function of it. Truncation for the model happens here alone.

The words come from `Phrases`, which `agent.prompts` implements: this module decides what is said, not how.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal, Protocol, TypeAlias, assert_never

from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.messages import CODE_TOOL, ImagePart, Message, TextPart, ToolCall, ToolResult, alternating
from lci.core.outputs import (
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Json,
    is_figure,
)
from lci.core.privacy.failures import Failure, failure
from lci.core.privacy.veil import OPEN, Veil, brought_files, sent_for, veiled_file, withheld_cells
from lci.core.remarks import Remark
from lci.core.transcript.brought import ROOM, NotebookPhrases, within
from lci.core.transcript.output_text import RESULT_CHARS, FigureGaps, output_text
from lci.core.turns import Cell, Prose, Reasoning, Step, Summary, ToolUse, Turn


class Phrases(FigureGaps, NotebookPhrases, Protocol):
    """The sentences the transcript needs."""

    def prompt(self, turn: Turn, files: Sequence[TextPart], before: Turn | None) -> tuple[TextPart, ...]:
        """The user's message: notes on what happened and those on newly attached `files`, then the prompt, last."""

    def files(self, attached: Sequence[Sequence[WorkspaceFile]]) -> Sequence[tuple[TextPart, ...]]:
        """The notes on the files that came with each turn."""

    def remarks(self, cell: Cell) -> str:
        """What was noticed of `cell`, in sentences."""

    def result(self, cell: Cell, output: str, remarks: str) -> str:
        """The tool result of `cell` whose outputs and remarks read so."""

    def edited(self, source: str, result: str) -> str:
        """The same of a cell whose code the user changed; the call holds the code that was asked for."""

    def ran_by_user(self, source: str, result: str) -> str:
        """A cell that the user wrote and ran, with its result: none of the assistant's."""

    def withheld(self, failure: Failure | None) -> str:
        """Stands for outputs whose values the model may not see; an error is told without them."""

    def answer_withheld(self) -> str:
        """Stands for an answer, and its code, made of values that the model may no longer see."""

    def summary(self, text: str) -> TextPart:
        """What a model made of the part that is left out."""

    def ran_again(self, source: str, result: str) -> TextPart:
        """A cell of that part that the user has run again since."""


#: The round before the first: what a person ran or brought without asking a model belongs to round 0.
BEFORE_ALL = -1

RoundsOf: TypeAlias = Callable[[Turn, Phrases, Veil, frozenset[str], int, int], Iterable[Message]]


def transcript(
    conversation: Conversation,
    system: str,
    phrases: Phrases,
    turn_id: str | None = None,
    veil: Veil = OPEN,
    rounds: RoundsOf | None = None,
    result_chars: int = RESULT_CHARS,
) -> tuple[Message, ...]:
    """The messages for the next request of a turn: system, then each turn up to it, every call with its result.

    Without `turn_id` it is the last turn of the branch in view. A summary stands for what it covers, all but the first
    prompt, what is known of files and cells that ran again since. What the veil hides is not in any message. `rounds`
    may remember what `rounds_of` gave; a result has `result_chars` characters at most.
    """
    messages = [Message("system", (TextPart(system),))]
    branch = conversation.branch(turn_id)
    # Every branch, because all of them ran in one kernel.
    withheld = withheld_cells(conversation.turns, veil, brought_files(conversation))
    covered = summarised(branch, veil)
    before: Turn | None = None
    attached = [
        [veiled_file(conversation.files[name], veil) for name in turn.attachments if name in conversation.files]
        for turn in branch
    ]
    notes = phrases.files(attached)
    for at, turn in enumerate(branch):
        pictures = _attached_pictures(attached[at])
        summary = turn.summary if at == covered else None
        if at == 0 or at > covered or (summary is not None and not _covers(summary, branch, at)):
            prompt = phrases.prompt(_plain(turn, veil), notes[at], before and _plain(before, veil))
        else:
            prompt = notes[at]
        if summary is not None:
            again = _ran_again(branch[: at + 1], summary, phrases, veil, withheld, result_chars)
            opening = (phrases.summary(veil.text(summary.text)), *again)
            prompt = (*prompt, *opening) if at == 0 else (*opening, *prompt)
        if prompt:
            messages.append(Message("user", (*prompt, *pictures)))
        if at >= covered:
            after = summary.round if summary is not None else BEFORE_ALL
            messages.extend((rounds or rounds_of)(turn, phrases, veil, withheld, after, result_chars))
        before = turn
    return alternating(messages)


def summarised(branch: Sequence[Turn], veil: Veil = OPEN) -> int:
    """The place in `branch` of the turn whose summary stands for everything up to it; -1 when there is none.

    A summary made of more than may be seen now does not count.
    """
    positions = (
        at for at in range(len(branch) - 1, -1, -1) if (summary := branch[at].summary) and veil.allows(summary)
    )
    return next(positions, -1)


def _covers(summary: Summary, branch: Sequence[Turn], at: int) -> bool:
    """Whether nothing of that turn, its prompt included, is left to be told: the last one's prompt always is."""
    return at < len(branch) - 1 and all(step.round <= summary.round for step in branch[at].steps)


def _ran_again(
    covered: Sequence[Turn], summary: Summary, phrases: Phrases, veil: Veil, withheld: frozenset[str], result_chars: int
) -> Iterable[TextPart]:
    """The cells that the summary speaks of as they were before the user ran them again."""
    for turn in covered:
        for cell in turn.cells:
            is_later = cell.started_at is not None and cell.started_at > summary.made_at
            is_told = turn is covered[-1] and cell.round > summary.round
            if is_later and not is_told and veil.allows(sent_for(turn, cell)):
                yield phrases.ran_again(cell.source, _result(cell, phrases, 0, veil, withheld, result_chars)[0])


def _plain(turn: Turn, veil: Veil) -> Turn:
    """`turn` with notices that quote neither an error nor an answer: their texts may hold a value."""
    return turn if veil.is_open else replace(turn, notices=tuple(map(_plain_notice, turn.notices)))


def _plain_notice(notice: Remark) -> Remark:
    match notice.code, notice.facts:
        case "replayed", {"error": error}:
            return replace(notice, facts={**notice.facts, "error": str(error).partition(":")[0]})
        case "notebook_written", {"cells": [*cells]}:
            # Passages and code were an answer's, perhaps of another veil; a note is wholly the user's.
            notes: list[Json] = [cell for cell in cells if isinstance(cell, list) and cell[:1] == ["note"]]
            return replace(notice, facts={"cells": notes})
        case _:
            return notice


def _attached_pictures(files: Sequence[WorkspaceFile]) -> Iterable[ImagePart]:
    for file in files:
        facts = file.preview.image if file.preview is not None else None
        if facts is not None and facts.blob is not None:
            yield ImagePart(facts.blob, facts.blob_type, file.name)


def rounds_of(
    turn: Turn,
    phrases: Phrases,
    veil: Veil,
    withheld: frozenset[str],
    after: int = BEFORE_ALL,
    result_chars: int = RESULT_CHARS,
) -> Iterable[Message]:
    """The messages of a turn's rounds after round `after`; those of `withheld` cells without what they put out.

    What the user wrote and what a notebook brought is the user's. It comes after the rounds, but for what was there
    before any request: that is in its order.
    """
    figures = 0
    was_withheld = False
    for steps in _exchanges(turn):
        whose = _whose(steps[0])
        if steps[0].round <= after:
            figures += _figures(steps)
        elif whose != "assistant":
            parts, figures = _users_parts(steps, whose, phrases, veil, withheld, figures, result_chars)
            if parts:
                yield Message("user", tuple(parts))
        elif not veil.is_open and not veil.allows(sent_for(turn, steps[0])):
            if not was_withheld:
                yield Message("assistant", (TextPart(phrases.answer_withheld(), "note"),))
            was_withheld = True
            figures += _figures(steps)
        else:
            messages, figures = _round(steps, phrases, veil, withheld, figures, result_chars)
            yield from messages


def _exchanges(turn: Turn) -> Iterator[Sequence[Step]]:
    """The steps that are told together: of each round what the assistant did, and what is the user's in their order.

    Without any request it is not known which steps answered one: text after a call does.
    """
    yield from _in_order(step for step in turn.steps if step.round == 0)
    by_round: dict[int, list[Step]] = {}
    for step in turn.steps:
        if step.round > 0 and _whose(step) == "assistant":
            by_round.setdefault(step.round, []).append(step)
    yield from (by_round[number] for number in sorted(by_round))
    # A summary stands for some of the rounds, and for what the user did until then.
    users = [step for step in turn.steps if step.round > 0 and _whose(step) != "assistant"]
    for _, steps in groupby(users, lambda step: step.round):
        yield from _in_order(steps)


def _in_order(steps: Iterable[Step]) -> Iterator[Sequence[Step]]:
    group: list[Step] = []
    for step in steps:
        answers = isinstance(step, Prose | Reasoning) and bool(group) and isinstance(group[-1], Cell | ToolUse)
        if group and (_whose(step) != _whose(group[-1]) or (answers and _whose(step) == "assistant")):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _whose(step: Step) -> Literal["assistant", "person", "import"]:
    """Who a step is told as: the assistant, the user, or a notebook of theirs."""
    match step:
        case Cell(asked_by="person" | "import" as author) | Prose(author="person" | "import" as author):
            return author
        case _:
            return "assistant"


def _users_parts(
    steps: Sequence[Step],
    whose: Literal["person", "import"],
    phrases: Phrases,
    veil: Veil,
    withheld: frozenset[str],
    figures: int,
    result_chars: int,
) -> tuple[list[TextPart], int]:
    """What is told of the user's steps, and the number of figures so far."""
    texts: list[str] = []
    for step in steps:
        match step:
            case Prose(text) if text.strip():
                text = _notebook_text(text, whose, phrases, veil)
                if texts[-1:] != [text]:
                    texts.append(text)
            case Cell(status="writing" | "dropped"):
                pass
            case Cell() as cell:
                answer, figures = _result(cell, phrases, figures, veil, withheld, result_chars)
                tell = phrases.brought_cell if whose == "import" else phrases.ran_by_user
                texts.append(tell(cell.source, answer))
            case _:
                pass
    if whose == "import":
        texts = within(texts, phrases, ROOM * result_chars)
    return [TextPart(text, "note") for text in texts], figures


def _notebook_text(text: str, whose: Literal["person", "import"], phrases: Phrases, veil: Veil) -> str:
    """A text of the notebook; one that was brought in is often made of values, which nobody has asked to be told."""
    if veil.is_open or whose == "person":
        return phrases.brought_text(text)
    if veil.hides_all_values:
        return phrases.brought_text_withheld()
    (veiled,) = veil.outputs([text])
    return phrases.brought_text(veiled)


def _figures(steps: Iterable[Step]) -> int:
    """The number of figures that have been given a number in these steps."""
    outputs = [output for step in steps if isinstance(step, Cell) for output in step.outputs]
    return sum(isinstance(output, DisplayData | ExecuteResult) and is_figure(output.data) for output in outputs)


def _round(
    steps: Sequence[Step], phrases: Phrases, veil: Veil, withheld: frozenset[str], figures: int, result_chars: int
) -> tuple[list[Message], int]:
    """One answer with the results of its calls, none when nothing of it is left; and the number of figures so far."""
    parts: list[TextPart | ToolCall] = []
    results: list[Message] = []
    for step in steps:
        match step:
            case Prose(text):
                if text.strip():
                    parts.append(TextPart(text))
            case Reasoning():
                pass
            case ToolUse(call_id, _, name, arguments, result):
                if result is not None:
                    parts.append(ToolCall(call_id, _known_name(name), _valid_json(arguments)))
                    results.append(Message("tool", (ToolResult(call_id, result),)))
            case Cell() as cell:
                if cell.status in ("writing", "dropped"):
                    continue
                arguments = json.dumps({"code": cell.asked_for}, ensure_ascii=False)
                parts.append(ToolCall(cell.id, CODE_TOOL, arguments))
                answer, figures = _result(cell, phrases, figures, veil, withheld, result_chars)
                answer = phrases.edited(cell.source, answer) if cell.source != cell.asked_for else answer
                results.append(Message("tool", (ToolResult(cell.id, answer),)))
            case _ as never:
                assert_never(never)
    # Text first, then calls: the wire form knows no other order.
    ordered = [p for p in parts if isinstance(p, TextPart)] + [p for p in parts if isinstance(p, ToolCall)]
    return ([Message("assistant", tuple(ordered)), *results] if ordered else []), figures


def _result(
    cell: Cell, phrases: Phrases, figures: int, veil: Veil, withheld: frozenset[str], result_chars: int
) -> tuple[str, int]:
    """What the model is told of a cell, and the number of figures so far."""
    remarks = phrases.remarks(cell)
    if cell.id in withheld:
        text, figures = _withheld_output(cell, phrases, figures)
    else:
        text, figures = output_text(cell.outputs, phrases, figures, result_chars, veil)
        remarks = remarks if veil.is_open else veil.text(remarks)
    return phrases.result(cell, text, remarks), figures


def _withheld_output(cell: Cell, phrases: Phrases, figures: int) -> tuple[str, int]:
    parts: list[str] = []
    others = False
    error: ErrorOutput | None = None
    for output in cell.outputs:
        if isinstance(output, ErrorOutput):
            error = output
        elif isinstance(output, DisplayData | ExecuteResult) and is_figure(output.data):
            figures += 1
            parts.append(phrases.figure(figures))
        else:
            others = True
    if others or error is not None:
        parts.append(phrases.withheld(failure(error, cell.source) if error is not None else None))
    return "\n".join(parts), figures


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
