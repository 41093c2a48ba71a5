"""A Jupyter kernel as the `Kernel` Protocol wants it, wherever it runs: started when first needed, started again."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from lci.core.outputs import Json, StreamOutput
from lci.core.ports import ExecutionFinished, KernelEvent, KernelFacts, OutputProduced
from lci.errors import EvaluationFailed
from lci.kernels.progress import Late
from lci.kernels.session import CLOSED, LIVENESS, Place, Session, died


class JupyterKernel:
    """One kernel at a time, at one place; it starts inside of `reserve`. Only the engine loop may touch it."""

    def __init__(self, place: Place, reserve: Callable[[], AbstractAsyncContextManager[None]] = nullcontext) -> None:
        self.reserve = reserve
        self._place = place
        self.inspector = place.inspection(self._look)
        self._session: Session | None = None
        self._facts: KernelFacts | None = None
        self.generation = 0
        self._late = Late()
        self._shell = asyncio.Lock()
        self._starting = asyncio.Lock()

    @property
    def facts(self) -> KernelFacts | None:
        return None if self._place.dead else self._facts

    async def start(self) -> KernelFacts:
        if (facts := self.facts) is not None:
            return facts
        # The place first: whoever gives it may wait for another kernel's start or end.
        async with self.reserve(), self._starting:
            if (facts := self.facts) is not None:
                return facts
            return await self._begin()

    async def restart(self) -> KernelFacts:
        async with self.reserve(), self._starting:
            return await self._begin()

    async def close(self) -> None:
        async with self._starting:
            await self._end()
        # Who reads a cell sees the end within one look at the process, and closes its own sockets.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * LIVENESS), self._shell:
                pass
        self._place.release()

    async def _begin(self) -> KernelFacts:
        await self._end()
        channels, facts = await self._place.begin(self._pressed)
        self._session, self._facts = Session(channels, self._place, self._late), facts
        self.generation += 1
        return facts

    async def _end(self) -> None:
        session, self._session, self._facts = self._session, None, None
        if session is not None:
            await session.close()
        await self._place.end()

    async def _pressed(self, used_bytes: int, limit_bytes: int) -> None:
        """Save what is large while there is still room, so that an end for want of memory costs less."""
        tables = await self.inspector.save_tables()
        if self._session is not None:
            self._session.saved(tables, used_bytes, limit_bytes)

    def listen(self, heard: Callable[[str, KernelEvent], None]) -> None:
        self._late.heard = heard

    async def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:
        await self.start()
        async with self._shell:
            session = self._session
            if session is None:
                yield died(time.monotonic(), CLOSED)
                return
            await self._place.bring()
            # Who leaves at the last event must not leave a cell that is not over to the next one.
            async with contextlib.aclosing(session.execute(source, tag)) as events:
                async for event in events:
                    if isinstance(event, ExecutionFinished) and (line := await self._place.fetch()):
                        yield OutputProduced(StreamOutput("stderr", line))
                    yield event

    async def interrupt(self) -> None:
        if self._session is not None:
            await self._session.interrupt()

    async def _look(self, expression: str, seconds: float) -> Json:
        if self.facts is None or self._session is None:
            raise EvaluationFailed(reason="not running")
        return await self._session.look(expression, seconds)
