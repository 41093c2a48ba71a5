"""How many kernels may be up at once: each has its place before it starts, and the longest idle one makes room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from lci.errors import TooManyKernels

#: Keeps a place while the kernel that asked for it starts.
Reserve: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class KernelSeat:
    """One kernel as the others see it; `idle_since` is None while it works.

    `is_up` says whether a process of it is there, one that is being ended included; `park` returns once none is.
    """

    is_up: Callable[[], bool]
    idle_since: Callable[[], float | None]
    park: Callable[[], Awaitable[None]]


class KernelCapacity:
    """The kernels of one engine. On the engine's loop only; a `limit` of 0 is none."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seats: list[KernelSeat] = []
        #: Those whose kernel is starting: it counts already.
        self._starting: list[KernelSeat] = []
        self._giving = asyncio.Lock()

    def enter(self, seat: KernelSeat) -> None:
        """Count this kernel from now on."""
        self._seats.append(seat)

    def leave(self, seat: KernelSeat) -> None:
        """Count it no more."""
        if seat in self._seats:
            self._seats.remove(seat)

    def all_idle(self) -> bool:
        """Whether no kernel that is up works."""
        return not any(seat.is_up() and seat.idle_since() is None for seat in self._seats)

    def has_room(self) -> bool:
        """Whether one more could start without parking another."""
        return not self._limit or len(self._taken()) < self._limit

    def _taken(self) -> list[KernelSeat]:
        """Those that are up or about to be."""
        starting = [seat for seat in self._starting if seat not in self._seats]
        return [*starting, *(each for each in self._seats if each in self._starting or each.is_up())]

    def reserved(self, newcomer: KernelSeat) -> AbstractAsyncContextManager[None]:
        """A place for a kernel that starts inside the block; idle kernels are parked for it.

        Raises `TooManyKernels` when all of them work. Whether it is up is asked again once the block is over.
        """
        return self._place(newcomer, self._make_room)

    def spare(self, newcomer: KernelSeat) -> AbstractAsyncContextManager[None]:
        """The same, but no other kernel is parked for it: where there is no room, `TooManyKernels` is raised."""
        return self._place(newcomer, self._check_room)

    @asynccontextmanager
    async def _place(
        self, newcomer: KernelSeat, prepare: Callable[[KernelSeat], Awaitable[None]]
    ) -> AsyncIterator[None]:
        async with self._giving:
            await prepare(newcomer)
            self._starting.append(newcomer)
        try:
            yield
        finally:
            self._starting.remove(newcomer)

    async def _check_room(self, _: KernelSeat) -> None:
        if not self.has_room():
            raise TooManyKernels(limit=self._limit)

    async def _make_room(self, newcomer: KernelSeat) -> None:
        while self._limit:
            others = [seat for seat in self._taken() if seat is not newcomer]
            if len(others) < self._limit:
                return
            idle = [(since, seat) for seat in others if (since := seat.idle_since()) is not None]
            if not idle:
                raise TooManyKernels(limit=self._limit)
            _, longest = min(idle, key=lambda pair: pair[0])
            await longest.park()
            # Even where that had nothing to wait for, the others go on.
            await asyncio.sleep(0)
