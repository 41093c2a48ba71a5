"""What the log of another machine may say on this one.

Settings stay behind, for they choose programs that are run here and servers that are written to, and so does what
leads to files of that machine; previews are made anew, for code is read from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace

from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.core.outputs import DisplayData, ExecuteResult, StreamOutput

#: What our own ids consist of: they become keys of widgets and names of classes.
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
#: Of numbers, which every JSON reader knows exactly, and characters of a title.
_GREATEST, _TITLE_CHARS = 2**53, 120
_IDS = frozenset({"cell_id", "call_id", "after", "parent", "head", "upto"})
#: What is first stands after none, and a conversation without a turn has no last one.
_MAY_BE_EMPTY = frozenset({"after", "head"})


def harmless(event: e.Event | e.UnknownEvent, turn_id: object) -> e.Event | e.UnknownEvent:
    """The event as it is kept here. Raises `ValueError` for ids and numbers that none of our own have."""
    ids = [*_ids(event), *([] if turn_id is None else [turn_id])]
    if not all(isinstance(each, str) and _ID.fullmatch(each) for each in ids):
        raise ValueError("id")
    kept = _stripped(event)
    if not all(-_GREATEST < each < _GREATEST for each in _numbers(kept)):
        raise ValueError("number")
    return kept


def _stripped(event: e.Event | e.UnknownEvent) -> e.Event | e.UnknownEvent:
    match event:
        case e.ConversationChanged(title, settings, head):
            return e.ConversationChanged(
                title=title and title[:_TITLE_CHARS], settings=settings and _kept(settings), head=head
            )
        case e.FileAdded(file):
            return e.FileAdded(replace(file, preview=None, source=""))
        case e.FileChanged(file):
            return replace(event, file=replace(file, preview=None, source=""))
        case e.OutputAdded(cell_id, StreamOutput() as output):
            # The whole text lies in a folder of that machine.
            return e.OutputAdded(cell_id, replace(output, spool=None))
        case _:
            return event


@dataclass(slots=True)
class Tree:
    """The turns of a log, entry by entry, and where its cells ran: pages are drawn of them, and every way up ends."""

    _parents: dict[str, str | None] = field(default_factory=dict)
    _turns: dict[str, set[str]] = field(default_factory=dict)

    def takes(self, entry: e.Recorded) -> bool:
        """Whether it fits those before: no turn begins twice or follows a later one, no branch has a cell twice."""
        turn_id = entry.turn_id
        match entry.event:
            case e.TurnStarted(parent=parent):
                if turn_id is None or turn_id in self._parents or (parent is not None and parent not in self._parents):
                    return False
                self._parents[turn_id] = parent
                return True
            case e.CodeDelta(cell_id) | e.CellStarted(cell_id) | e.ApprovalAsked(cell_id) | e.ToolStarted(cell_id):
                others = self._turns.setdefault(cell_id, set())
                if turn_id is None or turn_id in others:
                    return True
                others.add(turn_id)
                above = {*self._above(turn_id)}
                # What a person put into the notebook may have run on several branches.
                return not any(each in above or turn_id in self._above(each) for each in others - {turn_id})
            case _:
                return True

    def _above(self, turn_id: str) -> Iterator[str]:
        at = self._parents.get(turn_id)
        while at is not None:
            yield at
            at = self._parents[at]


def _kept(settings: ConversationSettings) -> ConversationSettings:
    """What was kept from models there is to be kept from them here, too."""
    return ConversationSettings(sharing=settings.sharing, masked=settings.masked)


def _ids(event: e.Event | e.UnknownEvent) -> Iterator[str]:
    for each in fields(event):
        value = getattr(event, each.name)
        if each.name in _IDS and (value or (value is not None and each.name not in _MAY_BE_EMPTY)):
            yield value
        elif each.name == "cell_ids":
            yield from value


def _numbers(value: object) -> Iterator[float]:
    """All numbers of an event but those in what a cell put out, which may be any."""
    match value:
        case bool():
            return
        case int() | float():
            yield value
        case DisplayData() | ExecuteResult(execution_count=None):
            return
        case ExecuteResult(execution_count=int(count)):
            yield count
        case e.OutputUpdated() | e.UnknownEvent() | str():
            return
        case Mapping():
            for part in value.values():
                yield from _numbers(part)
        case list() | tuple():
            for part in value:
                yield from _numbers(part)
        case _ if is_dataclass(value):
            for each in fields(value):
                yield from _numbers(getattr(value, each.name))
