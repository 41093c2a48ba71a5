"""The turns of a conversation as a tree to be read from above, each branch indented where it leaves the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lci.core.conversation import Conversation
from lci.core.turns import Turn


@dataclass(frozen=True, slots=True)
class Place:
    """A turn in the tree: how many forks lie above it, and whether it is in view."""

    turn: Turn
    forks: int
    in_view: bool


def branch_map(conversation: Conversation) -> Iterator[Place]:
    """Every turn once, each after the one it follows, the versions of one in the order in which they came."""
    known = {turn.id for turn in conversation.turns}
    following: dict[str | None, list[Turn]] = {}
    for turn in conversation.turns:
        # One whose parent a damaged log has lost begins anew.
        following.setdefault(turn.parent if turn.parent in known else None, []).append(turn)
    in_view = {turn.id for turn in conversation.branch()}
    waiting = [(turn, int(len(following[None]) > 1)) for turn in reversed(following.get(None, []))]
    while waiting:
        turn, forks = waiting.pop()
        yield Place(turn, forks, turn.id in in_view)
        versions = following.pop(turn.id, [])
        waiting += [(each, forks + (len(versions) > 1)) for each in reversed(versions)]
