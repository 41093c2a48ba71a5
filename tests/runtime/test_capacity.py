"""Room for kernels: reserved before a kernel starts, so that however many begin at once, never more are up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from lci.agent.turn_context import Decision
from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.errors import TooManyKernels
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.runtime.kernels.capacity import KernelCapacity, KernelSeat
from lci.testing.scripted import ScriptedModel, calls, says


class Kernel:
    """Takes a while to start and to end, and counts with the others how many are there at once."""

    there = most = 0

    def __init__(self, capacity: KernelCapacity, *, works: bool = False) -> None:
        self._places = capacity
        self.up = False
        self._ending = False
        self._works = works
        self.seat = KernelSeat(lambda: self.up or self._ending, lambda: None if self._works else 1.0, self.end)
        capacity.enter(self.seat)

    async def start(self) -> None:
        async with self._places.reserved(self.seat):
            Kernel.there += 1
            Kernel.most = max(Kernel.most, Kernel.there)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            self.up = True

    async def end(self) -> None:
        if self.up:
            self.up, self._ending = False, True
            await asyncio.sleep(0)
            Kernel.there -= 1
            self._ending = False


@pytest.fixture(autouse=True)
def counted() -> None:
    Kernel.there = Kernel.most = 0


def started(limit: int, works: Callable[[int], bool], count: int = 30) -> list[BaseException | None]:
    """Start so many kernels at once; what each start raised."""

    async def all_at_once() -> list[BaseException | None]:
        capacity = KernelCapacity(limit)
        kernels = [Kernel(capacity, works=works(number)) for number in range(count)]
        return await asyncio.gather(*(kernel.start() for kernel in kernels), return_exceptions=True)

    return asyncio.run(all_at_once())


def test_thirty_starts_at_once_never_make_more_than_the_cap() -> None:
    """B33"""
    outcomes = started(8, lambda _: True)
    assert Kernel.most == 8
    assert sum(isinstance(outcome, TooManyKernels) for outcome in outcomes) == 22


def test_idle_ones_are_parked_one_at_a_time_and_gone_before_another_starts() -> None:
    """B33"""
    assert started(8, lambda number: number < 4) == [None] * 30
    assert Kernel.most == 8


def test_without_a_cap_all_start() -> None:
    assert started(0, lambda _: True) == [None] * 30
    assert Kernel.most == 30


def test_a_place_that_was_not_used_is_free_again() -> None:
    async def work() -> None:
        capacity = KernelCapacity(1)
        first, second = Kernel(capacity), Kernel(capacity)
        with pytest.raises(ZeroDivisionError):
            async with capacity.reserved(first.seat):
                raise ZeroDivisionError
        await second.start()

    asyncio.run(work())
    assert Kernel.most == 1


def test_a_spare_place_parks_nobody() -> None:
    async def work() -> None:
        capacity = KernelCapacity(1)
        idle, ahead = Kernel(capacity), Kernel(capacity)
        await idle.start()
        with pytest.raises(TooManyKernels):
            async with capacity.spare(ahead.seat):
                raise AssertionError
        assert idle.up

    asyncio.run(work())


def allow(live: Interpreter, recorded: e.Recorded) -> None:
    if isinstance(recorded.event, e.ApprovalAsked):
        live.decide_soon(recorded.event.cell_id, Decision(True, "", ""))


@pytest.mark.kernel
def test_turns_that_begin_at_once_have_no_more_kernels_than_the_cap(home: Path) -> None:
    """B33: with real kernels, counted by the processes themselves."""
    models: dict[str, ScriptedModel] = {}
    engine = Engine(
        Settings(home=home, model="builtin-analyst", kernels=2, isolation="off"),
        make_model=lambda name: models.setdefault(
            name, ScriptedModel([calls("import time; time.sleep(1)"), says("done")])
        ),
    )
    try:
        lives = [
            Interpreter(engine=engine, settings=ConversationSettings(model=f"m{n}", approval="auto")) for n in range(6)
        ]
        most = 0
        for live in lives:
            live.listen(partial(allow, live))
            live.submit("go")
        while any(live.busy for live in lives):
            most = max(most, len(list((home / "running").glob("*.json"))))
            lives[0].wait(lambda _: not any(live.busy for live in lives), 0.05)
        assert 1 <= most <= 2
        endings = [live.snapshot().turns[-1] for live in lives]
        assert sum(turn.ending == "done" and turn.cells[0].status == "ok" for turn in endings) >= 2
        assert all(turn.ending != "crashed" for turn in endings)
    finally:
        engine.close()
