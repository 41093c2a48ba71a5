"""Batches of a stream: order, completeness, prompt ends, and nothing left running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings, strategies as st

from lci.agent import batching
from lci.agent.batching import batches, unless_stopped

T = TypeVar("T")

#: Far beyond what any of these needs: a bound on hangs only.
PATIENCE = 20


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main`; afterwards nothing it started may still be pending."""

    async def watched() -> T:
        result = await asyncio.wait_for(main, PATIENCE)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    return asyncio.run(watched())


class Source:
    """Yields numbers with pauses and gates between them, and remembers how far it came and how it ended."""

    def __init__(self, steps: Sequence[int | asyncio.Event | Exception | None]) -> None:
        self.steps = steps
        self.yielded = 0
        self.cancelled = False
        self.closed = False

    async def stream(self) -> AsyncIterator[int]:
        try:
            for step in self.steps:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, asyncio.Event):
                    await step.wait()
                elif step is None:
                    await asyncio.sleep(0)
                else:
                    self.yielded += 1
                    yield step
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        finally:
            self.closed = True


async def flat(paced: AsyncIterator[list[int]], into: list[int] | None = None) -> list[int]:
    got = [] if into is None else into
    async for batch in paced:
        assert batch
        got += batch
    return got


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.one_of(st.none(), st.integers()), max_size=60),
    st.sampled_from([0.0, 0.001]),
    st.booleans(),
)
def test_order_is_kept_and_nothing_lost(steps: list[int | None], interval: float, fails: bool) -> None:
    async def main() -> None:
        source = Source([*steps, ValueError("end")] if fails else steps)
        got: list[int] = []
        if fails:
            with pytest.raises(ValueError, match="end"):
                await flat(batches(source.stream(), interval=interval), got)
        else:
            await flat(batches(source.stream(), asyncio.Event(), interval), got)
        assert got == [step for step in steps if step is not None]
        assert source.closed

    run(main())


def test_the_first_item_is_not_held_back() -> None:
    async def main() -> None:
        gate = asyncio.Event()
        paced = batches(Source([1, gate, 2]).stream(), interval=3600)
        assert await anext(paced) == [1]
        gate.set()
        assert await flat(paced) == [2]

    run(main())


def test_the_end_is_not_held_back() -> None:
    async def main() -> None:
        source = Source([1, None, None, 2, None, 3])
        assert await flat(batches(source.stream(), interval=3600)) == [1, 2, 3]

    run(main())


def test_items_between_two_batches_come_together() -> None:
    async def main() -> None:
        gate = asyncio.Event()
        paced = batches(Source([1, gate, 2, None, None, 3, None, None]).stream(), interval=3600)
        assert await anext(paced) == [1]
        gate.set()
        assert [batch async for batch in paced] == [[2, 3]]

    run(main())


def test_nothing_is_given_out_before_its_time() -> None:
    async def main() -> None:
        gate, late = asyncio.Event(), asyncio.Event()
        paced = batches(Source([1, gate, 2, late, 3]).stream(), interval=3600)
        assert await anext(paced) == [1]
        gate.set()
        rest = asyncio.ensure_future(anext(paced))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not rest.done()
        late.set()
        assert await rest == [2, 3]
        assert await flat(paced) == []

    run(main())


def test_an_empty_source_gives_no_batches() -> None:
    async def main() -> None:
        assert await flat(batches(Source([]).stream(), asyncio.Event())) == []

    run(main())


def test_stop_cancels_a_silent_source_and_keeps_what_came_in() -> None:
    """B2."""

    async def main() -> None:
        stop, gate, never = asyncio.Event(), asyncio.Event(), asyncio.Event()
        source = Source([1, gate, 2, 3, never])
        paced = batches(source.stream(), stop, interval=3600)
        assert await anext(paced) == [1]
        gate.set()
        rest = asyncio.ensure_future(anext(paced))
        while source.yielded < 3:
            await asyncio.sleep(0)
        stop.set()
        got = await rest
        # What was there already may come as a batch of its own.
        got = await flat(paced, got)
        assert got == [2, 3] and source.cancelled and source.closed

    run(main())


def test_a_stopped_source_is_over_before_the_rest_is_given_out() -> None:
    """B2: a reader that takes its time with the last batch does not keep the source alive."""

    async def main() -> None:
        stop, gate = asyncio.Event(), asyncio.Event()
        source = Source([1, gate, 2, 3, asyncio.Event()])
        paced = batches(source.stream(), stop, interval=0)
        assert await anext(paced) == [1]
        gate.set()
        while source.yielded < 3:
            await asyncio.sleep(0)
        stop.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert await anext(paced) == [2, 3]
        assert source.cancelled and source.closed
        assert await flat(paced) == []

    run(main())


def test_stop_ends_a_source_that_never_pauses_for_long() -> None:
    async def main() -> None:
        stop = asyncio.Event()
        got: list[int] = []
        source = Source([step for number in range(100_000) for step in (number, None)])
        async for batch in batches(source.stream(), stop, interval=0):
            got += batch
            if len(got) > 50:
                stop.set()
        assert source.cancelled
        assert got == list(range(source.yielded)) and source.yielded < 100_000

    run(main())


def test_stop_set_beforehand_starts_nothing() -> None:
    async def main() -> None:
        stop = asyncio.Event()
        stop.set()
        source = Source([1])
        assert await flat(batches(source.stream(), stop)) == []
        assert source.yielded == 0

    run(main())


def test_the_backlog_is_bounded_and_still_nothing_is_lost_at_a_stop() -> None:
    async def main() -> None:
        stop = asyncio.Event()
        source = Source(range(3 * batching._BACKLOG))
        paced = batches(source.stream(), stop, interval=3600)
        got = await anext(paced)
        for _ in range(50):
            await asyncio.sleep(0)
        waiting = source.yielded - len(got)
        assert 0 < waiting <= batching._BACKLOG
        stop.set()
        assert await flat(paced, got) == list(range(source.yielded))
        assert source.closed and source.yielded < 3 * batching._BACKLOG

    run(main())


def test_a_slow_reader_gets_everything() -> None:
    async def main() -> None:
        source = Source(range(2 * batching._BACKLOG + 7))
        got: list[int] = []
        async for batch in batches(source.stream(), interval=0):
            got += batch
            for _ in range(5):
                await asyncio.sleep(0)
        assert got == list(range(2 * batching._BACKLOG + 7))

    run(main())


def test_closing_the_batches_cancels_the_source() -> None:
    async def main() -> None:
        source = Source([1, asyncio.Event()])
        paced = batches(source.stream(), asyncio.Event())
        assert await anext(paced) == [1]
        await paced.aclose()  # type: ignore[attr-defined]
        assert source.cancelled and source.closed

    run(main())


@pytest.mark.parametrize("turns", range(8))
def test_cancelling_the_reader_at_any_moment_cancels_the_source(turns: int) -> None:
    async def main() -> None:
        source = Source([1, None, 2, asyncio.Event()])
        reading = asyncio.create_task(flat(batches(source.stream(), asyncio.Event(), interval=0)))
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert source.closed or source.yielded == 0

    run(main())


@pytest.mark.parametrize("turns", range(12))
def test_a_cancellation_is_never_swallowed(turns: int) -> None:
    """Even one that comes while the end of the source is being tidied up."""

    async def main() -> None:
        async def reader() -> None:
            await flat(batches(Source([1]).stream(), asyncio.Event(), interval=0))
            await asyncio.Event().wait()

        reading = asyncio.create_task(reader())
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    run(main())


def test_an_error_after_items_comes_after_them() -> None:
    async def main() -> None:
        got: list[int] = []
        with pytest.raises(ValueError, match="broken"):
            await flat(batches(Source([1, 2, ValueError("broken")]).stream(), interval=3600), got)
        assert got == [1, 2]

    run(main())


def test_waiting_ends_at_once_with_stop_and_says_so() -> None:
    async def main() -> None:
        stop = asyncio.Event()
        assert await unless_stopped(0.001, stop)
        waiting = asyncio.ensure_future(unless_stopped(3600, stop))
        await asyncio.sleep(0)
        stop.set()
        assert not await waiting
        assert not await unless_stopped(0, stop)

    run(main())
