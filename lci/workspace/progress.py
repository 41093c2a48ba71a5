"""How far a job has come, told while it works to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[float], None] | None] = ContextVar("listener", default=None)


def reporter() -> Callable[[float], None]:
    """What is to be told how much of the work is done, from 0 to 1, by whichever thread does it.

    An estimate will do: nobody is told of all of it before it is done.
    """
    listener = _listener.get()
    return lambda share: None if listener is None else listener(min(0.99, max(0.0, share)))


@contextmanager
def heard_by(listener: Callable[[float], None]) -> Iterator[None]:
    """Have `listener` told of every share that is reported inside."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
