"""Prompts that wait for the running turn to end."""

from __future__ import annotations

from dataclasses import dataclass

from lci.core.turns import TurnOrigin


@dataclass(frozen=True, slots=True)
class Queued:
    """A prompt that waits for the running turn to end."""

    prompt: str
    attachments: tuple[str, ...] = ()
    origin: TurnOrigin = "person"
    parent: str | None = None
    #: Seconds after which a cell is interrupted without asking; 0 where a person is there.
    patience: float = 0.0


def queued_with(waiting: tuple[Queued, ...], further: Queued) -> tuple[Queued, ...]:
    """`waiting` with `further` in it: words join the words that wait last, a branch of its own waits behind them."""
    if not waiting or further == waiting[-1]:
        return waiting or (further,)
    last = waiting[-1]
    if (last.origin, last.parent) != ("person", None) or (further.origin, further.parent) != ("person", None):
        return (*waiting, further)
    attachments = tuple(dict.fromkeys((*last.attachments, *further.attachments)))
    joined = Queued(f"{last.prompt}\n\n{further.prompt}", attachments, patience=max(last.patience, further.patience))
    return (*waiting[:-1], joined)
