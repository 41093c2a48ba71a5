"""What of a cell's events reaches the log: neighbours joined, and nothing that the same moment clears again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from lci.agent.cell_run import executed
from lci.core import events as e
from lci.core.outputs import DisplayData, StreamOutput
from lci.core.ports import DisplayUpdated, ExecutionFinished, KernelEvent, OutputCleared, OutputProduced


class Events:
    """A kernel that reports these events at once."""

    def __init__(self, *events: KernelEvent) -> None:
        self._events = events

    async def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:
        for event in self._events:
            yield event
        yield ExecutionFinished("ok", 1, 0.1)

    async def interrupt(self) -> None:
        """Nothing runs."""


def recorded(*events: KernelEvent) -> Sequence[e.Event]:
    """What of these comes between the start and the end of a cell."""

    async def run() -> list[e.Event]:
        return [event async for event in executed(Events(*events), e.CellStarted("c", ""), asyncio.Event())]

    return asyncio.run(run())[1:-1]


def printed(text: str) -> OutputProduced:
    return OutputProduced(StreamOutput("stdout", text))


def test_text_of_one_stream_is_joined() -> None:
    assert recorded(printed("a"), printed("b")) == [e.OutputAdded("c", StreamOutput("stdout", "ab"))]


def test_a_hundred_thousand_clearings_are_a_few() -> None:
    """B13"""
    flood = [event for n in range(4_000) for event in (OutputCleared(False), printed(str(n)))]
    events = recorded(*flood)
    assert len(events) < 200
    assert events[-1] == e.OutputAdded("c", StreamOutput("stdout", "3999"))


def test_a_clearing_that_waits_takes_what_was_before_only_with_the_next_output() -> None:
    shown = OutputProduced(DisplayData({"text/plain": "1"}))
    waiting = OutputCleared(True)
    assert recorded(printed("a"), waiting, waiting) == [
        e.OutputAdded("c", StreamOutput("stdout", "a")),
        e.OutputsCleared("c", True),
    ]
    assert recorded(printed("a"), waiting, waiting, shown) == [
        e.OutputsCleared("c", True),
        e.OutputAdded("c", DisplayData({"text/plain": "1"})),
    ]


def test_updates_of_other_cells_displays_are_kept() -> None:
    update = DisplayUpdated("of another cell", {"text/plain": "2"}, {})
    assert e.OutputUpdated("of another cell", {"text/plain": "2"}, {}) in recorded(
        printed("a"), update, OutputCleared(False)
    )
