"""What every `Kernel` does: one here, one on a Jupyter Server, a scripted one. What does not hold is declared, and no
more than that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from lci.core.inspection import CallFacts, FailureFacts, NoTable, PageRequest, TablePage
from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.ports import ExecutionFinished, Kernel, KernelEvent, KernelGap, OutputProduced
from lci.errors import KernelDied, TableNotWritten
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.process import KernelProcess
from lci.kernels.server.place import GAPS, ServedKernel
from lci.kernels.server.rest import Server
from lci.kernels.slots import Slot
from lci.testing.scripted import Run, ScriptedKernel
from lci.workspace.workspace import Workspace
from tests.kernels.driving import LoopThread, Ran, short_folder

T = TypeVar("T")

HELLO = "print('hello'); 41 + 1"
FAILS = "1 / 0"
SLEEPS = "print('ready', flush=True)\nimport time; time.sleep(60)"
AWAITS = "import asyncio; print('ready', flush=True)\nawait asyncio.sleep(60)"
DIES = "import os; os._exit(3)"
KEEPS = "kept = 5"
KNOWS = "print('kept' in dir())"
TABLE = "import pandas as pd; frame = pd.DataFrame({'n': [1, 2, 3]})"
FIGURE = "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()"
LONG = "print('x' * 3_000_000)"
LATE = "import threading; threading.Timer(0.3, lambda: print('later', flush=True)).start()"
WHERE = "import os; print(sorted(os.listdir('.')))"


def _scripted(source: str) -> Run:
    died = ExecutionFinished("died", None, 0.1, KernelDied(cause="exited", exit_code=3).problem)
    scripts: dict[str, Run] = {
        HELLO: [StreamOutput("stdout", "hello\n"), ExecuteResult({"text/plain": "42"}, {}, 1)],
        FAILS: [ErrorOutput("ZeroDivisionError", "division by zero", ()), ExecutionFinished("error", 1, 0.1)],
        SLEEPS: [StreamOutput("stdout", "ready\n"), asyncio.Event()],
        AWAITS: [StreamOutput("stdout", "ready\n"), asyncio.Event()],
        DIES: [died],
    }
    return scripts.get(source, [])


@dataclass
class Subject:
    """A kernel under test, and what the scripted one cannot show for want of a Python."""

    thread: LoopThread
    kernel: Kernel
    gaps: tuple[KernelGap, ...] = ()
    is_python: bool = True
    workspace: Workspace | None = None
    late: list[tuple[str, KernelEvent]] = field(default_factory=list)

    def run(self, source: str, *, interrupt: bool = False, tag: str = "") -> Ran:
        async def ran() -> Ran:
            done, interrupted = Ran(), False
            async for event in self.kernel.execute(source, tag):
                done.events.append(event)
                if interrupt and not interrupted and isinstance(event, OutputProduced):
                    interrupted = True
                    await self.kernel.interrupt()
            return done

        return self.call(ran())

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        return self.thread.call(work)


Opened = Callable[[], Subject]


@pytest.fixture(params=["here", "there", "gateway", "scripted"])
def subject(request: pytest.FixtureRequest, loop_thread: LoopThread) -> Iterator[Subject]:
    root = short_folder()
    workspace = Workspace(root / "c")
    workspace.create()
    match request.param:
        case "here":
            slot = Slot(workspace.work, workspace.home, workspace.overlay, workspace.spool)
            subject = Subject(loop_thread, JupyterKernel(KernelProcess(slot, home=root / "data")), workspace=workspace)
        case "there":
            server: Server = request.getfixturevalue("there")
            place = ServedKernel(server, workspace, root.name, vouched=True)
            subject = Subject(loop_thread, JupyterKernel(place), GAPS, workspace=workspace)
        case "gateway":
            server = request.getfixturevalue("gateway")
            place = ServedKernel(server, workspace, root.name, vouched=True)
            subject = Subject(loop_thread, JupyterKernel(place), (*GAPS, "files"), workspace=workspace)
        case _:
            subject = Subject(loop_thread, ScriptedKernel(_scripted), is_python=False)
    subject.kernel.listen(lambda tag, event: subject.late.append((tag, event)))
    yield subject
    subject.call(subject.kernel.close())


pytestmark = pytest.mark.kernel


def test_it_starts_when_first_needed_and_says_what_it_is(subject: Subject) -> None:
    """B61"""
    assert (subject.kernel.facts, subject.kernel.generation) == (None, 0)
    assert subject.run(HELLO).status == "ok"
    facts = subject.kernel.facts
    assert facts is not None
    assert facts == subject.call(subject.kernel.start())
    assert facts.python.startswith("3.")
    assert subject.kernel.generation == 1
    assert facts.gaps == subject.gaps, "what does not hold is what it says does not hold"
    assert bool(facts.host) is ("isolation" in subject.gaps)


def test_a_cell_yields_its_outputs_and_then_its_end(subject: Subject) -> None:
    """B4, B61"""
    done = subject.run(HELLO)
    assert (done.status, done.text()) == ("ok", "hello\n")
    assert done.shown[-1].data["text/plain"] == "42"
    assert done.finish.execution_count == 1


def test_an_error_is_an_output(subject: Subject) -> None:
    """B6, B61"""
    done = subject.run(FAILS)
    assert (done.status, done.error.ename) == ("error", "ZeroDivisionError")


@pytest.mark.parametrize("source", [SLEEPS, AWAITS], ids=["sleep", "await"])
def test_an_interrupted_cell_ends_and_the_kernel_goes_on(subject: Subject, source: str) -> None:
    """B2, B61"""
    subject.run(KEEPS)
    assert subject.run(source, interrupt=True).status == "interrupted"
    assert subject.run(HELLO).status == "ok"
    assert subject.kernel.generation == 1


GARBAGE = """
kernel = get_ipython().kernel
for frames in ([b"{", b"{}", b"{}", b"{}"], [b"[]", b"[]", b"[]", b"[]"]):
    kernel.iopub_socket.send_multipart([b"forged", b"<IDS|MSG>", kernel.session.sign(frames), *frames])
print("sent")
"""


def test_garbage_that_a_cell_sends_costs_its_own_outputs_at_most(subject: Subject) -> None:
    """B32, B61: a Jupyter Server stumbles over it; the cell ends all the same, and the next one is whole."""
    if subject.is_python:
        assert subject.run(GARBAGE).status == "ok"
        assert subject.run(HELLO).text() == "hello\n"


def test_a_death_is_told_and_the_next_cell_gets_a_new_kernel(subject: Subject) -> None:
    """B3, B61"""
    subject.run(KEEPS)
    done = subject.run(DIES)
    assert done.status == "died"
    assert done.finish.problem is not None
    known = done.finish.problem.facts["cause"] == "exited"
    assert known is ("cause_of_death" not in subject.gaps)
    assert subject.kernel.facts is None
    done = subject.run(KNOWS)
    assert subject.kernel.generation == 2
    assert not subject.is_python or done.text() == "False\n"


def test_a_restart_empties_the_memory(subject: Subject) -> None:
    """B4, B61"""
    subject.run(KEEPS)
    subject.call(subject.kernel.restart())
    assert subject.kernel.generation == 2
    assert not subject.is_python or subject.run(KNOWS).text() == "False\n"


def test_what_is_in_memory_can_be_seen(subject: Subject) -> None:
    """B19, B61"""
    subject.run(TABLE)
    inspector = subject.kernel.inspector
    assert subject.call(inspector.page(PageRequest("absent", 0, 1))) == NoTable()
    assert (subject.call(inspector.memory()) is None) is ("memory" in subject.gaps)
    if subject.is_python:
        variables = subject.call(inspector.variables(20))
        assert variables is not None
        assert [(each.name, each.shape, each.is_table) for each in variables] == [("frame", (3, 1), True)]
        page = subject.call(inspector.page(PageRequest("frame", 1, 3)))
        assert page == TablePage(3, ("n",), (1, 2), ((2,), (3,)))


def test_a_table_in_memory_becomes_a_file(subject: Subject) -> None:
    """B19, B61: piece by piece, whole or not at all."""
    subject.run(TABLE)

    async def written(name: str) -> bytes:
        return b"".join([piece async for piece in subject.kernel.inspector.written_table(name, "csv")])

    with pytest.raises(TableNotWritten) as refusal:
        subject.call(written("absent"))
    assert refusal.value.cause == "gone"
    if subject.is_python:
        assert subject.call(written("frame")) == b"n\n1\n2\n3\n"


def test_a_look_is_answered_while_a_cell_runs(subject: Subject) -> None:
    """B19, B61"""
    subject.run(KEEPS)

    async def seen() -> object:
        found: object = None
        async for event in subject.kernel.execute(SLEEPS):
            if isinstance(event, OutputProduced):
                found = await subject.kernel.inspector.variables(20) or found
                await subject.kernel.interrupt()
        return found

    found = subject.call(seen())
    assert not subject.is_python or "kept" in str(found)


def _columns(facts: FailureFacts) -> dict[str, tuple[str, ...]]:
    return {each.name: each.columns for each in facts.objects}


def test_a_failure_has_facts_and_a_figure_a_note(subject: Subject) -> None:
    """B6, B8, B27, B61"""
    inspector = subject.kernel.inspector
    subject.run(TABLE)
    subject.run("frame['m']")
    assert not subject.is_python or _columns(subject.call(inspector.failure_facts())) == {"frame": ("n",)}
    done = subject.run(FIGURE)
    assert not subject.is_python or [type(shown) for shown in done.shown] == [DisplayData]
    read = subject.call(inspector.call_facts("pd.DataFrame({'n': [1, None]})"))
    assert not subject.is_python or read == CallFacts((("n", "float64", 1),), 2)
    fails = subject.call(inspector.call_facts("pd.read_csv('nowhere.csv')"))
    assert not subject.is_python or (fails is not None and fails.error == "FileNotFoundError")
    notes = subject.call(inspector.figure_notes())
    assert not subject.is_python or "no_x_label" in notes[0].findings


def test_a_long_text_is_cut_and_kept_whole_where_that_holds(subject: Subject) -> None:
    """B13, B61"""
    done = subject.run(LONG)
    if subject.is_python:
        assert 0 < sum(len(stream.text) for stream in done.streams) < 1_000_000
        assert done.omitted > 2_000_000
        assert (done.spool is None) is ("long_outputs" in subject.gaps)


def test_what_comes_after_a_cells_end_is_heard(subject: Subject) -> None:
    """B7, B61"""
    if not subject.is_python:
        assert isinstance(subject.kernel, ScriptedKernel) and subject.kernel.heard is not None
        return
    subject.run(LATE, tag="cell")

    async def heard() -> None:
        async with asyncio.timeout(30):
            while not subject.late:
                await asyncio.sleep(0.05)

    subject.call(heard())
    assert subject.late == [("cell", OutputProduced(StreamOutput("stdout", "later\n")))]


def test_files_are_the_same_on_both_sides(subject: Subject) -> None:
    """B5, B9, B61"""
    workspace = subject.workspace
    if workspace is None:
        return
    workspace.add_bytes("in put.csv", b"a\n1\n")
    if "files" in subject.gaps:
        assert subject.run("import os; print(os.path.exists('in put.csv'))").text() == "False\n"
        return
    write = "import os; os.makedirs('deep/er', exist_ok=True); open('deep/er/out.bin', 'wb').write(bytes(7_000_000));"
    assert subject.run(f"{write} print(open('in put.csv').read())").text() == "a\n1\n\n"
    assert [(file.name, file.size) for file in workspace.files()] == [("deep/er/out.bin", 7_000_000), ("in put.csv", 4)]
    assert subject.run("os.remove('deep/er/out.bin'); open('in put.csv', 'w').write('other')").status == "ok"
    assert [file.name for file in workspace.files()] == ["in put.csv"]
    with workspace.open_reading("in put.csv") as file:
        assert file.read() == b"other"
    workspace.remove("in put.csv")
    workspace.add_bytes("new.csv", bytes(13_000_000))
    assert "['in put" not in subject.run(WHERE).text()
    assert subject.run("print(os.path.getsize('new.csv'))").text() == "13000000\n"


def test_cells_can_run_in_a_copy_of_the_files(subject: Subject) -> None:
    """B11, B61: what a replay writes is not done twice."""
    subject.call(subject.kernel.start())
    workspace, inspector = subject.workspace, subject.kernel.inspector
    if workspace is None:
        subject.call(inspector.enter_copy("copy"))
        subject.call(inspector.leave_copy())
        return
    workspace.add_bytes("in.csv", b"a\n1\n")
    if "files" in subject.gaps:
        before = subject.run("import os; print(os.getcwd())").text()
        subject.call(inspector.enter_copy(workspace.copy(["in.csv"])))
        assert subject.run("print(os.getcwd())").text() != before
        subject.call(inspector.leave_copy())
        assert subject.run("print(os.getcwd())").text() == before
        return
    subject.call(inspector.enter_copy(workspace.copy(["in.csv"])))
    assert subject.run("print(open('in.csv').read()); open('twice.txt', 'w').close()").text() == "a\n1\n\n"
    subject.call(inspector.leave_copy())
    assert [file.name for file in workspace.files()] == ["in.csv"]
    assert subject.run(WHERE).text() == "['in.csv']\n"


def test_a_closed_kernel_is_none(subject: Subject) -> None:
    """B33, B61"""
    subject.run(HELLO)
    subject.call(subject.kernel.close())
    assert subject.kernel.facts is None
