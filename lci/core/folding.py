"""Fold the log: `apply(conversation, recorded) -> conversation`. The only place where events get their meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias, assert_never

from lci.core.arrangement import Arrangement, Written
from lci.core.branch_files import file_steps
from lci.core.conversation import Conversation, KernelState
from lci.core.events import (
    ApprovalAsked,
    ApprovalGiven,
    CellDeleted,
    CellEdited,
    CellFinished,
    CellInserted,
    CellMoved,
    CellsReplayed,
    CellStarted,
    ChangesUndone,
    CodeDelta,
    ConversationChanged,
    Event,
    FileAdded,
    FileChanged,
    FileRemoved,
    FilesBroughtBack,
    KernelChanged,
    Notice,
    OutputAdded,
    OutputsCleared,
    OutputUpdated,
    ReasoningDelta,
    Recorded,
    RequestSent,
    RetryScheduled,
    Summarised,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from lci.core.outputs import appended, updated
from lci.core.remarks import Remark
from lci.core.turns import (
    FINAL,
    Cell,
    FileChange,
    Prose,
    Reasoning,
    Retry,
    Revision,
    Sent,
    Step,
    Summary,
    ToolUse,
    Turn,
    Usage,
)

_CellEvent: TypeAlias = (
    CodeDelta | CellStarted | OutputAdded | OutputsCleared | CellFinished | ApprovalAsked | ApprovalGiven
)
#: What changes the turn it is recorded with and nothing else.
_IN_TURN = (
    _CellEvent
    | TextDelta
    | ReasoningDelta
    | ToolStarted
    | ToolFinished
    | RequestSent
    | RetryScheduled
    | UsageReported
    | Notice
    | TurnEnded
)
_PIECES = TextDelta | ReasoningDelta | CodeDelta
_TurnChange: TypeAlias = Callable[[Turn], Turn]
_CellChange: TypeAlias = Callable[[Cell], Cell]


def folded(conversation_id: str, log: Iterable[Recorded]) -> Conversation:
    """The conversation that `log` tells of."""
    conversation = Conversation(conversation_id)
    # Most entries change one turn again and again: it is put back into the conversation once, not each time.
    turn: Turn | None = None
    #: Those it may have by now: among thousands no other one is looked for.
    cells: set[str] = set()
    for recorded in _joined(log):
        if turn is not None and recorded.turn_id == turn.id and isinstance(recorded.event, _IN_TURN):
            cell_id = getattr(recorded.event, "cell_id", "")
            is_new = cell_id not in cells
            cells.add(cell_id)
            turn, last = _turn_after(turn, recorded, is_new=is_new), recorded
            continue
        if turn is not None:
            conversation, turn = _put_back(conversation, turn, last), None
        conversation = apply(conversation, recorded)
        if isinstance(recorded.event, _IN_TURN | TurnStarted) and recorded.turn_id is not None:
            turn, last = conversation.turn(recorded.turn_id), recorded
            cells = {cell.id for cell in turn.cells} if turn is not None else set()
    return conversation if turn is None else _put_back(conversation, turn, last)


def _joined(log: Iterable[Recorded]) -> Iterator[Recorded]:
    """The same log with neighbouring pieces of one text or one cell's code as one entry."""
    held: Recorded | None = None
    pieces: list[str] = []
    seq = 0
    for recorded in log:
        if held is not None and recorded.turn_id == held.turn_id and _continues(held.event, recorded.event):
            pieces.append(recorded.event.text)  # type: ignore[union-attr]  # only text events continue one another
            seq = recorded.seq
            continue
        if held is not None:
            yield _whole(held, pieces, seq)
            held = None
        if isinstance(recorded.event, _PIECES):
            held, pieces, seq = recorded, [recorded.event.text], recorded.seq
        else:
            yield recorded
    if held is not None:
        yield _whole(held, pieces, seq)


def _continues(event: Event | UnknownEvent, following: Event | UnknownEvent) -> bool:
    if isinstance(event, CodeDelta):
        return isinstance(following, CodeDelta) and following.cell_id == event.cell_id
    if isinstance(event, TextDelta):
        return isinstance(following, TextDelta) and not following.apart and following.author == event.author
    return isinstance(event, _PIECES) and type(following) is type(event)


def _whole(held: Recorded, pieces: list[str], seq: int) -> Recorded:
    if len(pieces) == 1 or not isinstance(held.event, _PIECES):
        return held
    return replace(held, seq=seq, event=replace(held.event, text="".join(pieces)))


def _put_back(conversation: Conversation, turn: Turn, last: Recorded) -> Conversation:
    return replace(_turn_replaced(conversation, turn.id, lambda _: turn), seq=last.seq)


def apply(conversation: Conversation, recorded: Recorded) -> Conversation:
    """The conversation after `recorded`; events that fit nothing known change only `seq`."""
    steps = conversation.file_steps + tuple(file_steps(conversation, recorded))
    moved = replace(conversation, seq=recorded.seq, created_at=conversation.created_at or recorded.at, file_steps=steps)
    match recorded.event:
        case UnknownEvent():
            return moved
        case TurnStarted() as started:
            # One that a damaged log begins twice is one turn: what it holds is told by its name.
            if recorded.turn_id is None or moved.turn(recorded.turn_id) is not None:
                return moved
            turn = Turn(
                recorded.turn_id,
                started.parent,
                started.prompt,
                started.attachments,
                started.origin,
                started.model,
                started_at=recorded.at,
            )
            return replace(moved, turns=(*moved.turns, turn), head=turn.id)
        case FileAdded(file):
            files = {**moved.files, file.name: file}
            change = FileChange(file.name, file.size, "created")
            return _with_change(replace(moved, files=files), recorded.turn_id, change)
        case FileChanged(file, before):
            files = {**moved.files, file.name: file}
            change = FileChange(file.name, file.size, "changed", before)
            return _with_change(replace(moved, files=files), recorded.turn_id, change)
        case FileRemoved(name, before):
            gone = moved.files.get(name)
            change = FileChange(name, 0, "removed", before, gone.origin if gone is not None else "code")
            files = {known: file for known, file in moved.files.items() if known != name}
            return _with_change(replace(moved, files=files), recorded.turn_id, change)
        case KernelChanged(status, isolation, python, generation, cause):
            return replace(moved, kernel=KernelState(status, isolation, python, generation, cause))
        case CellsReplayed(cell_ids, generation):
            return _each_cell(moved, frozenset(cell_ids), lambda cell: replace(cell, generation=generation))
        case CellInserted() | CellEdited() | CellMoved() | CellDeleted() as change:
            return replace(moved, arrangement=_rearranged(moved.arrangement, change, recorded.at))
        case Summarised(text, upto, number, sharing, masked):
            summary = Summary(text, number, sharing, masked, recorded.at)
            return _turn_replaced(moved, upto, lambda turn: replace(turn, summary=summary))
        case ConversationChanged() as change:
            return _changed(moved, change)
        case OutputUpdated(display_id, data, metadata):
            # A display may have been made by an earlier cell, also of a turn that has ended.
            showing = frozenset(cell.id for turn in moved.turns for cell in turn.cells if _shows(cell, display_id))
            return _each_cell(
                moved,
                showing,
                lambda cell: replace(cell, outputs=updated(cell.outputs, display_id, data, metadata)),
            )
        case _ if recorded.turn_id is None:
            return moved
        case _:
            return _in_turn(moved, recorded.turn_id, recorded)


def _rearranged(
    arrangement: Arrangement, change: CellInserted | CellEdited | CellMoved | CellDeleted, at: float
) -> Arrangement:
    match change:
        case CellInserted(cell_id, after, kind, source, author):
            inserted = arrangement.with_own(cell_id, kind, after)
            return inserted.with_text(cell_id, Written(source, at, author)) if source else inserted
        case CellEdited(cell_id, source, author):
            return arrangement.with_text(cell_id, Written(source, at, author))
        case CellMoved(cell_id, after):
            return arrangement.with_place(cell_id, after)
        case CellDeleted(cell_id, deleted):
            return arrangement.with_deleted(cell_id, deleted)
        case _ as never:
            assert_never(never)


def _each_cell(conversation: Conversation, cell_ids: frozenset[str], change: _CellChange) -> Conversation:
    turns = tuple(
        replace(
            turn,
            steps=tuple(
                change(step) if isinstance(step, Cell) and step.id in cell_ids else step for step in turn.steps
            ),
        )
        if any(cell.id in cell_ids for cell in turn.cells)
        else turn
        for turn in conversation.turns
    )
    return replace(conversation, turns=turns)


def _shows(cell: Cell, display_id: str) -> bool:
    return any(getattr(output, "display_id", None) == display_id for output in cell.outputs)


def _changed(conversation: Conversation, change: ConversationChanged) -> Conversation:
    return replace(
        conversation,
        title=conversation.title if change.title is None else change.title,
        settings=change.settings or conversation.settings,
        head=change.head or conversation.head,
        pinned=conversation.pinned if change.pinned is None else change.pinned,
        deleted=conversation.deleted if change.deleted is None else change.deleted,
        parent=change.parent or conversation.parent,
        owner=conversation.owner if change.owner is None else change.owner,
    )


def _with_change(conversation: Conversation, turn_id: str | None, change: FileChange) -> Conversation:
    if turn_id is None:
        return conversation
    return _turn_replaced(conversation, turn_id, lambda turn: replace(turn, changes=_merged(turn.changes, change)))


def _merged(changes: tuple[FileChange, ...], new: FileChange) -> tuple[FileChange, ...]:
    earlier = next((change for change in changes if change.name == new.name), None)
    others = tuple(change for change in changes if change.name != new.name)
    if earlier is None:
        return (*others, new)
    if earlier.change == "created":
        return others if new.change == "removed" else (*others, replace(new, change="created"))
    # It was there before the turn: what it held then counts, whatever became of it since.
    return (*others, replace(earlier, size=new.size, change="removed" if new.change == "removed" else "changed"))


def _turn_replaced(conversation: Conversation, turn_id: str, change: _TurnChange) -> Conversation:
    turns = conversation.turns
    for index in range(len(turns) - 1, -1, -1):
        if turns[index].id == turn_id:
            return replace(conversation, turns=(*turns[:index], change(turns[index]), *turns[index + 1 :]))
    return conversation


def _in_turn(conversation: Conversation, turn_id: str, recorded: Recorded) -> Conversation:
    return _turn_replaced(conversation, turn_id, lambda turn: _turn_after(turn, recorded))


def _turn_after(turn: Turn, recorded: Recorded, *, is_new: bool = False) -> Turn:
    """The turn after an event; `is_new` where it is the first of a cell that the turn does not have."""
    match recorded.event:
        case TextDelta(text, apart, author):
            last = turn.steps[-1] if turn.steps else None
            if isinstance(last, Prose) and not apart and (last.round, last.author) == (turn.rounds, author):
                return replace(turn, steps=(*turn.steps[:-1], replace(last, text=last.text + text)), retry=None)
            return replace(turn, steps=(*turn.steps, Prose(text, turn.rounds, author)), retry=None)
        case ReasoningDelta(text):
            last = turn.steps[-1] if turn.steps else None
            if isinstance(last, Reasoning) and last.round == turn.rounds:
                return replace(turn, steps=(*turn.steps[:-1], Reasoning(last.text + text, last.round)), retry=None)
            return replace(turn, steps=(*turn.steps, Reasoning(text, turn.rounds)), retry=None)
        case (
            CodeDelta(cell_id)
            | CellStarted(cell_id)
            | OutputAdded(cell_id)
            | OutputsCleared(cell_id)
            | CellFinished(cell_id)
            | ApprovalAsked(cell_id)
            | ApprovalGiven(cell_id)
        ) as event:
            if isinstance(event, CodeDelta):
                turn = replace(turn, retry=None)
            return _with_cell(turn, cell_id, lambda cell: _cell_after(cell, event, recorded.at), is_new=is_new)
        case ToolStarted(call_id, name, arguments):
            kept = tuple(s for s in turn.steps if not (isinstance(s, Cell) and s.id == call_id))
            return replace(turn, steps=(*kept, ToolUse(call_id, turn.rounds, name, arguments)), retry=None)
        case ToolFinished(call_id, result, answered):
            steps = tuple(
                replace(step, result=result, answered=answered)
                if isinstance(step, ToolUse) and step.call_id == call_id
                else step
                for step in turn.steps
            )
            return replace(turn, steps=steps)
        case RequestSent(model, body, tokens, sharing, masked, aside=True):
            return replace(turn, asides=(*turn.asides, Sent(model, body, tokens, sharing, masked)))
        case RequestSent(model, body, tokens, sharing, masked, shortened, dropped):
            return replace(
                turn,
                rounds=turn.rounds + 1,
                model=model,
                retry=None,
                requests=(*turn.requests, Sent(model, body, tokens, sharing, masked, shortened, dropped)),
            )
        case RetryScheduled(attempt, until, problem):
            return replace(turn, retry=Retry(attempt, until, problem))
        case UsageReported(usage, model, aside):
            own = not aside and (not model or model == turn.model)
            return replace(
                turn,
                usage=turn.usage + usage,
                last_usage=usage if own else turn.last_usage,
                spent=_spent(turn.spent, model or turn.model, usage),
            )
        case Notice(code, facts):
            return replace(turn, notices=(*turn.notices, Remark(code, facts)))
        case ChangesUndone(changes):
            return replace(turn, undone=changes, undone_at=recorded.at)
        case TurnEnded(ending, problem):
            return replace(
                turn,
                ending=ending,
                problem=problem,
                retry=None,
                ended_at=recorded.at,
                steps=tuple(_settled(step) for step in turn.steps),
            )
        case (
            UnknownEvent()
            | TurnStarted()
            | OutputUpdated()
            | FileAdded()
            | FileChanged()
            | FileRemoved()
            | FilesBroughtBack()
            | KernelChanged()
            | CellsReplayed()
            | CellInserted()
            | CellEdited()
            | CellMoved()
            | CellDeleted()
            | ConversationChanged()
            | Summarised()
        ):
            return turn
        case _ as never:
            assert_never(never)


def _cell_after(cell: Cell, event: _CellEvent, at: float) -> Cell:
    match event:
        case CodeDelta(_, text):
            return replace(cell, source=cell.source + text)
        case CellStarted() as started:
            return _begun(cell, started, at)
        case OutputAdded(_, output):
            outputs = appended(() if cell.clear_pending else cell.outputs, output)
            return replace(cell, outputs=outputs, clear_pending=False)
        case OutputsCleared(_, wait):
            return replace(cell, clear_pending=True) if wait else replace(cell, outputs=())
        case CellFinished(_, status, execution_count, duration, remarks):
            return replace(
                cell,
                status=status,
                execution_count=execution_count,
                duration=duration,
                remarks=(*cell.remarks, *remarks),
            )
        case ApprovalAsked(_, source, reasons):
            return replace(cell, source=source, status="waiting", reasons=reasons)
        case ApprovalGiven(_, approved, source, reason):
            return replace(
                _edited(cell, source) if source else cell,
                status="running" if approved else "rejected",
                remarks=(Remark("reason", {"text": reason}),) if reason else (),
            )
        case _ as never:
            assert_never(never)


def _spent(spent: tuple[tuple[str, Usage], ...], model: str, usage: Usage) -> tuple[tuple[str, Usage], ...]:
    known = dict(spent)
    known[model] = known[model] + usage if model in known else usage
    return tuple(known.items())


def _settled(step: Step) -> Step:
    """No cell outlives its turn: what had not finished was interrupted, what had not started was dropped."""
    if isinstance(step, Cell) and step.status not in FINAL:
        return replace(step, status="interrupted" if step.status == "running" else "dropped")
    return step


def _begun(cell: Cell, started: CellStarted, at: float) -> Cell:
    if cell.status == "writing" or (cell.source == started.source and not cell.revisions):
        begun = replace(cell, source=started.source, author=started.author)
    else:
        # Only a person changes a cell that has run; a log of schema 1 does not say so.
        begun = _edited(cell, started.source)
    before = (*cell.earlier_runs, (cell.started_at, cell.source)) if cell.started_at is not None else ()
    return replace(
        begun, status="running", started_at=at, generation=started.generation, remarks=(), earlier_runs=before
    )


def _edited(cell: Cell, source: str) -> Cell:
    if source == cell.source:
        return cell
    earlier = Revision(cell.source, cell.author)
    return replace(cell, source=source, author="person", revisions=(*cell.revisions, earlier))


def _with_cell(turn: Turn, cell_id: str, change: _CellChange, *, is_new: bool) -> Turn:
    # The newest first: of thousands it is nearly always the one that changes.
    for index in () if is_new else range(len(turn.steps) - 1, -1, -1):
        step = turn.steps[index]
        if isinstance(step, Cell) and step.id == cell_id:
            return replace(turn, steps=(*turn.steps[:index], change(step), *turn.steps[index + 1 :]))
    return replace(turn, steps=(*turn.steps, change(Cell(cell_id, turn.rounds))))
