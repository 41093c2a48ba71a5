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
class Tenant:
    """One kernel as the others see it; `idle_since` is None while it works.

    `is_up` says whether a process of it is there, one that is being ended included; `park` returns once none is.
    """

    is_up: Callable[[], bool]
    idle_since: Callable[[], float | None]
    park: Callable[[], Awaitable[None]]


class Places:
    """The kernels of one engine. On the engine's loop only; a `limit` of 0 is none."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tenants: list[Tenant] = []
        #: Those whose kernel is starting: it counts already.
        self._starting: list[Tenant] = []
        self._giving = asyncio.Lock()

    def enter(self, tenant: Tenant) -> None:
        """Count this kernel from now on."""
        self._tenants.append(tenant)

    def leave(self, tenant: Tenant) -> None:
        """Count it no more."""
        if tenant in self._tenants:
            self._tenants.remove(tenant)

    def all_idle(self) -> bool:
        """Whether no kernel that is up works."""
        return not any(tenant.is_up() and tenant.idle_since() is None for tenant in self._tenants)

    def has_room(self) -> bool:
        """Whether one more could start without parking another."""
        return not self._limit or len(self._taken()) < self._limit

    def _taken(self) -> list[Tenant]:
        """Those that are up or about to be."""
        starting = [tenant for tenant in self._starting if tenant not in self._tenants]
        return [*starting, *(each for each in self._tenants if each in self._starting or each.is_up())]

    @asynccontextmanager
    async def reserved(self, newcomer: Tenant) -> AsyncIterator[None]:
        """A place for a kernel that starts inside the block; idle kernels are parked for it.

        Raises `TooManyKernels` when all of them work. Whether it is up is asked again once the block is over.
        """
        async with self._giving:
            await self._make_room(newcomer)
            self._starting.append(newcomer)
        try:
            yield
        finally:
            self._starting.remove(newcomer)

    @asynccontextmanager
    async def spare(self, newcomer: Tenant) -> AsyncIterator[None]:
        """The same, but no other kernel is parked for it: where there is no room, `TooManyKernels` is raised."""
        async with self._giving:
            if not self.has_room():
                raise TooManyKernels(limit=self._limit)
            self._starting.append(newcomer)
        try:
            yield
        finally:
            self._starting.remove(newcomer)

    async def _make_room(self, newcomer: Tenant) -> None:
        while self._limit:
            others = [tenant for tenant in self._taken() if tenant is not newcomer]
            if len(others) < self._limit:
                return
            idle = [(since, tenant) for tenant in others if (since := tenant.idle_since()) is not None]
            if not idle:
                raise TooManyKernels(limit=self._limit)
            _, longest = min(idle, key=lambda pair: pair[0])
            await longest.park()
            # Even where that had nothing to wait for, the others go on.
            await asyncio.sleep(0)
