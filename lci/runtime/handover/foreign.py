"""What the log of another machine may say on this one.

Settings stay behind, for they choose programs that are run here and servers that are written to, and so does what
leads to files of that machine; previews are made anew, for code is read from them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import fields, replace

from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.core.outputs import StreamOutput

#: What our own ids consist of: they become keys of widgets and names of classes.
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_IDS = frozenset({"cell_id", "call_id", "after", "parent", "head", "upto"})


def harmless(event: e.Event | e.UnknownEvent, turn_id: object) -> e.Event | e.UnknownEvent:
    """The event as it is kept here. Raises `ValueError` for ids and numbers that none of our own have."""
    ids = [*_ids(event), *([] if turn_id is None else [turn_id])]
    if not all(isinstance(each, str) and _ID.fullmatch(each) for each in ids):
        raise ValueError("id")
    if not all(math.isfinite(each) for each in _numbers(event)):
        raise ValueError("number")
    match event:
        case e.ConversationChanged(title, settings, head):
            return e.ConversationChanged(title=title, settings=settings and _kept(settings), head=head)
        case e.FileAdded(file):
            return e.FileAdded(replace(file, preview=None, source=""))
        case e.FileChanged(file):
            return replace(event, file=replace(file, preview=None, source=""))
        case e.OutputAdded(cell_id, StreamOutput() as output):
            # The whole text lies in a folder of that machine.
            return e.OutputAdded(cell_id, replace(output, spool=None))
        case _:
            return event


def _kept(settings: ConversationSettings) -> ConversationSettings:
    """What was kept from models there is to be kept from them here, too."""
    return ConversationSettings(sharing=settings.sharing, masked=settings.masked)


def _ids(event: e.Event | e.UnknownEvent) -> Iterator[str]:
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name in _IDS and value:
            yield value
        elif field.name == "cell_ids":
            yield from value


def _numbers(event: e.Event | e.UnknownEvent) -> Iterator[float]:
    for field in fields(event):
        value = getattr(event, field.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            # An integer of any length is one, but no float that long is.
            yield float(value)
