"""What a conversation does now: one thing at a time, a turn or cells that are run again; and the prompts that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TypeAlias

from lci.core.turns import TurnOrigin
from lci.runtime.conversation.journal import Journal

_Work: TypeAlias = Callable[[asyncio.Event], Coroutine[object, object, None]]


class Work:
    """Begins, stops and waits for it, on the engine's loop; `follows` is called whenever something has ended."""

    def __init__(self, journal: Journal, follows: Callable[[], None]) -> None:
        self._journal = journal
        self._follows = follows
        self._task: asyncio.Task[None] | None = None
        self._stop: asyncio.Event | None = None
        self._again = False

    @property
    def is_running(self) -> bool:
        """Whether a turn runs, or cells that a person started again."""
        return self._journal.conversation.running is not None or self._again

    def begin(self, work: _Work, *, again: bool = False) -> None:
        """Start `work`, which ends soon after its event is set; `again` where no turn of the log tells of it."""
        self._again = again
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._through(work(self._stop)))

    async def _through(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        finally:
            self._task, self._again = None, False
            self._journal.touch()
        self._follows()

    async def settled(self) -> None:
        """A turn has ended before its last writes have: wait for those; a matter of milliseconds."""
        while not self.is_running and self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    def stop(self) -> None:
        """Have it end; does not wait."""
        if self._stop is not None:
            self._stop.set()

    async def ended(self, seconds: float, *, cancelled: bool = False) -> None:
        """Wait so long for its end, after cancelling it if asked for."""
        if self._task is not None and not self._task.done():
            if cancelled:
                self._task.cancel()
            await asyncio.wait([self._task], timeout=seconds)


@dataclass(frozen=True, slots=True)
class Queued:
    """A prompt that waits for the running turn to end."""

    prompt: str
    attachments: tuple[str, ...] = ()
    origin: TurnOrigin = "person"
    parent: str | None = None
    #: The model that answers; empty for the conversation's.
    model: str = ""
    #: Seconds after which a cell is interrupted without asking; 0 where a person is there.
    patience: float = 0.0


def queued_with(waiting: tuple[Queued, ...], further: Queued) -> tuple[Queued, ...]:
    """`waiting` with `further` in it: words join those for the same model that wait last, others wait behind them."""
    if not waiting or further == waiting[-1]:
        return waiting or (further,)
    last = waiting[-1]
    if {(each.origin, each.parent, each.model) for each in (last, further)} != {("person", None, further.model)}:
        return (*waiting, further)
    attachments = tuple(dict.fromkeys((*last.attachments, *further.attachments)))
    prompt = f"{last.prompt}\n\n{further.prompt}"
    joined = replace(last, prompt=prompt, attachments=attachments, patience=max(last.patience, further.patience))
    return (*waiting[:-1], joined)
