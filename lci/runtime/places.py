"""How many kernels may be up at once: the longest idle one makes room for another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lci.errors import TooManyKernels


@dataclass(frozen=True, slots=True)
class Tenant:
    """One conversation's kernel as the others see it; `idle_since` is None while it works."""

    is_up: Callable[[], bool]
    idle_since: Callable[[], float | None]
    park: Callable[[], Awaitable[None]]


class Places:
    """The kernels of one engine. On the engine's loop only; a `limit` of 0 is none."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tenants: list[Tenant] = []

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

    async def make_room(self, newcomer: Tenant) -> None:
        """Park idle kernels until one more may start. Raises `TooManyKernels` when all of them work."""
        while self._limit:
            up = [tenant for tenant in self._tenants if tenant is not newcomer and tenant.is_up()]
            if len(up) < self._limit:
                return
            idle = [(since, tenant) for tenant in up if (since := tenant.idle_since()) is not None]
            if not idle:
                raise TooManyKernels(limit=self._limit)
            _, longest = min(idle, key=lambda pair: pair[0])
            await longest.park()
