"""Messages that fit into a window: a pure function of messages and budget.

What goes, goes in steps of several rounds, so that the beginning of one request is the beginning of the next and
servers can use their work on it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lci.core.messages import Message, TextPart, ToolCall, ToolResult, alternating
from lci.core.transcript.cutting import Gaps, cut

#: Characters that results of earlier rounds keep once room is short, and those of the last ones at the very last.
OLD_RESULT_CHARS = 3_000
LEAST_RESULT_CHARS = 600
#: Rounds that go together.
STEP = 4


@dataclass(frozen=True, slots=True)
class Fitted:
    """Messages that fit, and what it took: results shortened, rounds dropped, tokens counted.

    More `tokens` than the budget say that the pinned parts alone exceed it.
    """

    messages: tuple[Message, ...]
    tokens: int
    results_shortened: int = 0
    rounds_dropped: int = 0


def size(message: Message, count: Callable[[str], int]) -> int:
    """About the tokens of `message`: its text, and what every message and call costs beside (OpenAI's cookbook)."""
    texts: list[str] = []
    calls = 0
    for part in message.parts:
        if isinstance(part, TextPart | ToolResult):
            texts.append(part.text)
        elif isinstance(part, ToolCall):
            texts += (part.name, part.arguments)
            calls += 1
    return count("\n".join(texts) if len(texts) != 1 else texts[0]) + 4 + 8 * calls


def fitted(
    messages: tuple[Message, ...],
    budget: int,
    count: Callable[[str], int],
    gaps: Gaps,
    keep_rounds: int = 2,
    soft: int | None = None,
) -> Fitted:
    """`messages` within `budget` tokens, as far as the pinned parts allow.

    Pinned: system, the first user message, the current one and the last `keep_rounds` rounds. Beyond `soft` tokens (the
    budget where it is None) old results are shortened, beyond the budget the oldest rounds go, each call together with
    its results, each prompt but for what it tells of files; last, results of the pinned rounds are shortened, the
    newest after all others.
    """
    work = _Work(list(messages), [size(message, count) for message in messages], count, gaps)
    soft = budget if soft is None else min(soft, budget)
    if work.total <= soft:
        return Fitted(messages, work.total)
    groups = _groups(messages)
    pinned = _pinned(messages, groups, keep_rounds)
    loose = [group for index, group in enumerate(groups) if index not in pinned]
    steps = [loose[at : at + STEP] for at in range(0, len(loose), STEP)]

    whole = [group for step in steps if len(step) == STEP for group in step]
    for wave in (whole, loose):
        work.shorten(wave, OLD_RESULT_CHARS)
        if work.total <= soft:
            return Fitted(tuple(work.messages), work.total, len(work.short))
    if work.total <= budget:
        return Fitted(tuple(work.messages), work.total, len(work.short))

    dropped: set[int] = set()
    rounds = 0
    marker_size = count(gaps.rounds_dropped(len(loose))) + 4
    for step in steps:
        if work.total + (marker_size if dropped else 0) <= budget:
            break
        for group in step:
            rounds += 1
            # What is known of files stays when the prompt they came with goes.
            dropped.update(at for at in group if not work.keep_files(at))
            work.total -= sum(work.sizes[at] for at in group if at in dropped)
    last = [group for index, group in enumerate(groups) if index in pinned]
    # The newest result is what the next answer is about: it keeps what it has as long as anything else can give.
    before, newest = [*last[:-1], last[-1][:-1]], [last[-1][-1:]]
    for wave in (before, newest):
        for least in (OLD_RESULT_CHARS, LEAST_RESULT_CHARS):
            if work.total + (marker_size if dropped else 0) > budget:
                work.shorten(wave, least)

    kept = [message for at, message in enumerate(work.messages) if at not in dropped]
    if dropped:
        marker = Message("user", (TextPart(gaps.rounds_dropped(rounds), "note"),))
        first_user = next((i for i, message in enumerate(kept) if message.role == "user"), 0)
        kept.insert(first_user + 1, marker)
        work.total += size(marker, count)
    return Fitted(alternating(kept), work.total, len(work.short - dropped), rounds)


class _Work:
    """Messages with their sizes while results are being shortened."""

    def __init__(self, messages: list[Message], sizes: list[int], count: Callable[[str], int], gaps: Gaps) -> None:
        self.messages = messages
        self.sizes = sizes
        self.total = sum(sizes) + 3
        self.short: set[int] = set()
        self._count = count
        self._gaps = gaps

    def shorten(self, groups: Sequence[Sequence[int]], limit: int) -> None:
        """Cut the results of `groups` to `limit` characters."""
        for at in (at for group in groups for at in group):
            message = self.messages[at]
            result = message.parts[0] if message.role == "tool" else None
            if not isinstance(result, ToolResult) or len(result.text) <= limit + 100:
                continue
            short = Message("tool", (replace(result, text=cut(result.text, self._gaps, limit)),))
            self.messages[at] = short
            self.total -= self.sizes[at]
            self.sizes[at] = size(short, self._count)
            self.total += self.sizes[at]
            self.short.add(at)

    def keep_files(self, at: int) -> bool:
        """Leave of a message what it tells of files; whether that is anything."""
        notes = tuple(part for part in self.messages[at].parts if isinstance(part, TextPart) and part.kind == "file")
        if not notes:
            return False
        self.messages[at] = Message(self.messages[at].role, notes)
        self.total -= self.sizes[at]
        self.sizes[at] = size(self.messages[at], self._count)
        self.total += self.sizes[at]
        return True


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
    roles = [messages[group[0]].role for group in groups]
    pinned = {index for index, role in enumerate(roles) if role == "system"}
    users = [index for index, role in enumerate(roles) if role == "user"]
    if users:
        pinned |= {users[0], users[-1]}
    pinned |= set([index for index, role in enumerate(roles) if role == "assistant"][-keep_rounds:])
    return pinned
