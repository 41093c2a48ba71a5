"""Messages of turns that have ended: the same for every later request of a conversation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from lci.core.messages import Message
from lci.core.privacy.veil import Veil
from lci.core.transcript.building import BEFORE_ALL, Phrases, rounds_of
from lci.core.turns import Turn

#: Turns whose messages are kept; the longest unused go first.
_KEPT = 1_500


class RememberedRounds:
    """`rounds_of`, worked out once for each ended turn as long as nothing else is asked of it; one conversation's."""

    def __init__(self) -> None:
        #: By the turn's identity: a turn that changes is another value.
        self._known: OrderedDict[int, tuple[Turn, tuple[Phrases, Veil, frozenset[str], int], tuple[Message, ...]]] = (
            OrderedDict()
        )

    def __call__(
        self, turn: Turn, phrases: Phrases, veil: Veil, withheld: frozenset[str], after: int, result_chars: int
    ) -> Iterable[Message]:
        if turn.ending is None or after != BEFORE_ALL:
            return rounds_of(turn, phrases, veil, withheld, after, result_chars)
        own = withheld & frozenset(cell.id for cell in turn.cells)
        known = self._known.get(id(turn))
        asked = (phrases, veil, own, result_chars)
        if known is not None and known[0] is turn and known[1] == asked:
            return known[2]
        messages = tuple(rounds_of(turn, phrases, veil, own, result_chars=result_chars))
        self._known[id(turn)] = (turn, asked, messages)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return messages
