"""Real kernels driven from tests: one loop thread for all, and what a cell did as one value."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from lci.core.inspection import NoTable, PageRequest, TableFormat, TablePage, Variable
from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.ports import DisplayUpdated, ExecutionFinished, KernelEvent, OutputCleared, OutputProduced
from lci.kernels.inspection import Inspection
from lci.kernels.isolation import Policy
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.process import KernelProcess
from lci.kernels.slots import Slot

T = TypeVar("T")


class LoopThread:
    """One event loop on one thread that lives as long as the tests: bubblewrap dies with the thread that began it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T], timeout: float = 60) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@dataclass
class Ran:
    """What one cell reported."""

    events: list[KernelEvent] = field(default_factory=list)

    @property
    def finish(self) -> ExecutionFinished:
        last = self.events[-1]
        assert isinstance(last, ExecutionFinished)
        assert sum(isinstance(event, ExecutionFinished) for event in self.events) == 1
        return last

    @property
    def status(self) -> str:
        return self.finish.status

    @property
    def cause(self) -> object:
        assert self.finish.problem is not None
        return self.finish.problem.facts["cause"]

    @property
    def outputs(self) -> list[Any]:
        return [event.output for event in self.events if isinstance(event, OutputProduced)]

    @property
    def streams(self) -> list[StreamOutput]:
        return [output for output in self.outputs if isinstance(output, StreamOutput)]

    def text(self, name: str = "stdout") -> str:
        return "".join(stream.text for stream in self.streams if stream.name == name)

    @property
    def omitted(self) -> int:
        return sum(stream.omitted for stream in self.streams)

    @property
    def spool(self) -> str | None:
        return next((stream.spool for stream in self.streams if stream.spool), None)

    @property
    def shown(self) -> list[DisplayData | ExecuteResult]:
        return [output for output in self.outputs if isinstance(output, DisplayData | ExecuteResult)]

    def with_mime(self, start: str) -> list[DisplayData | ExecuteResult]:
        return [output for output in self.shown if any(mime.startswith(start) for mime in output.data)]

    @property
    def error(self) -> ErrorOutput:
        return next(output for output in self.outputs if isinstance(output, ErrorOutput))

    @property
    def updates(self) -> list[DisplayUpdated]:
        return [event for event in self.events if isinstance(event, DisplayUpdated)]

    @property
    def clearings(self) -> list[OutputCleared]:
        return [event for event in self.events if isinstance(event, OutputCleared)]

    def complaint(self) -> str:
        """What went wrong, for assertion messages."""
        errors = [f"{o.ename}: {o.evalue}" for o in self.outputs if isinstance(o, ErrorOutput)]
        return f"{self.status} {errors} stderr={self.text('stderr')[-600:]!r}"


class Driver:
    """A kernel in folders of its own, with calls that wait."""

    def __init__(self, thread: LoopThread, root: Path, policy: Policy = "auto", **options: Any) -> None:
        self.thread, self.root = thread, root
        self.slot = Slot(root / "work", root / "home", root / "overlay", root / "spool")
        self.data = root / "data"
        self.process = KernelProcess(self.slot, policy=policy, home=self.data, **options)
        self.kernel = JupyterKernel(self.process)

    def another(self, policy: Policy = "auto", **options: Any) -> JupyterKernel:
        """A kernel in the same folders."""
        return JupyterKernel(KernelProcess(self.slot, policy=policy, home=self.data, **options))

    def run(self, source: str, *, interrupt_at: str | None = None, timeout: float = 60) -> Ran:
        """Run a cell; interrupt it once its text holds `interrupt_at`."""
        return self.thread.call(self.ran(source, interrupt_at), timeout)

    async def ran(
        self, source: str, interrupt_at: str | None = None, on_event: Callable[[KernelEvent], None] | None = None
    ) -> Ran:
        done, seen = Ran(), ""
        async for event in self.kernel.execute(source):
            done.events.append(event)
            if on_event is not None:
                on_event(event)
            if interrupt_at is None or not isinstance(event, OutputProduced):
                continue
            if isinstance(event.output, StreamOutput):
                seen += event.output.text
                if interrupt_at in seen:
                    interrupt_at = None
                    await self.kernel.interrupt()
        return done

    def fine(self, source: str, *, timeout: float = 60) -> Ran:
        """Run a cell that must succeed."""
        done = self.run(source, timeout=timeout)
        assert done.status == "ok", done.complaint()
        return done

    def value(self, expression: str) -> str:
        """The text of a last expression."""
        data = self.fine(expression).shown[-1].data["text/plain"]
        assert isinstance(data, str)
        return data

    def look(self, asked: Callable[[Inspection], Coroutine[Any, Any, T]]) -> T:
        return self.thread.call(asked(self.kernel.inspector))

    def variables(self) -> dict[str, Variable]:
        found = self.look(lambda inspector: inspector.variables(10))
        assert found is not None
        return {variable.name: variable for variable in found}

    def page(self, *asked: Any, **named: Any) -> TablePage | NoTable:
        return self.look(lambda inspector: inspector.page(PageRequest(*asked, **named)))

    def written_table(self, name: str, form: TableFormat) -> bytes:
        async def whole(inspector: Inspection) -> bytes:
            return b"".join([piece async for piece in inspector.written_table(name, form)])

        return self.look(whole)

    def start(self) -> None:
        self.thread.call(self.kernel.start())

    def close(self) -> None:
        self.thread.call(self.kernel.close())


def short_folder() -> Path:
    """A folder outside pytest's own, as the app's data folder would be."""
    return Path(tempfile.mkdtemp(prefix="test-kernels-"))
