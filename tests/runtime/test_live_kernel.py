"""A conversation and its real kernel: replay, late output, idleness, room for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from lci.core.code.staleness import stale
from lci.core.conversation import ConversationSettings
from lci.core.inspection import NoTable, PageRequest, TablePage
from lci.core.notebook_cells import ran_cells
from lci.core.outputs import StreamOutput
from lci.core.turns import Cell
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says
from lci.wording import notice

pytestmark = pytest.mark.kernel

Open = Callable[..., Interpreter]


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    """Conversations of one engine whose model runs the given sources, one a turn."""
    engines: list[Engine] = []

    def make(*sources: str, conversation_id: str | None = None, **settings: object) -> Interpreter:
        if not engines:
            # One model for all: each conversation takes the next of its own answers.
            engines.append(
                Engine(
                    Settings(home=home, model="builtin-analyst", **settings),
                    make_model=lambda model_id: models[model_id],
                )  # type: ignore[arg-type]
            )
        name = f"model-{len(models)}"
        models[name] = ScriptedModel([answer for source in sources for answer in (calls(source), says("done"))])
        live = Interpreter(
            engine=engines[0],
            conversation_id=conversation_id,
            settings=None if conversation_id else ConversationSettings(model=name, approval="auto"),
        )
        if conversation_id:
            live.change_settings(ConversationSettings(model=name))
        return live

    models: dict[str, ScriptedModel] = {}
    yield make
    for engine in engines:
        engine.close()


def texts(cell: Cell) -> list[StreamOutput]:
    return [output for output in cell.outputs if isinstance(output, StreamOutput)]


def is_cut(text: StreamOutput) -> bool:
    return text.omitted > 0 or "left out" in text.text


def printed(cell: Cell) -> str:
    return "".join(output.text for output in texts(cell))


def ran(live: Interpreter, status: str = "ok") -> str:
    cell = live.run("go", approve="auto").turn.cells[-1]
    assert cell.status == status, cell.outputs
    return printed(cell)


def replay(live: Interpreter) -> str:
    """Replay, wait for its end, and say what was noted."""
    before = len(live.snapshot().turns[-1].notices)
    live.cells.replay()
    assert live.wait(lambda now: len(now.turns[-1].notices) > before and not live.busy, 60)
    note = live.snapshot().turns[-1].notices[-1]
    return f"{note.code} {dict(note.facts)}"


def test_replay_brings_variables_back_and_writes_nothing_twice(opened: Open) -> None:
    """B4, B11"""
    live = opened(
        "import pandas as pd; frame = pd.read_csv('in.csv'); total = int(frame.a.sum())",
        "with open('log.txt', 'a') as log: log.write('once\\n')",
        "raise ValueError('never again')",
        "print(total, open('log.txt').read())",
    )
    live.files.attach_bytes("in.csv", b"a\n1\n2\n")
    ran(live), ran(live)
    ran(live, "error")
    assert not live.kernel.offers_replay
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.offers_replay, 60)
    outputs = [cell.outputs for _, cell in live.snapshot().cells()]
    assert replay(live) == "replayed_all {'cells': 2}"
    assert [cell.outputs for _, cell in live.snapshot().cells()] == outputs
    assert not live.kernel.offers_replay
    assert ran(live) == "3 once\n\n"
    assert not any(".copy" in name for name in live.snapshot().files)
    assert [path.name for path in live.workspace.home.iterdir() if path.name.startswith(".copy")] == []


def test_replay_stops_at_the_first_new_failure_and_the_model_is_told(opened: Open) -> None:
    """B4"""
    live = opened(
        "first = 1", "import os; second = open('gone.txt').read()", "third = 3", "print(first, 'third' in dir())"
    )
    live.files.attach_bytes("gone.txt", b"here")
    ran(live), ran(live), ran(live)
    live.files.remove("gone.txt")
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.offers_replay, 60)
    assert "'cells': 1, 'of': 3, 'error': \"FileNotFoundError" in replay(live)
    assert ran(live) == "1 False\n"
    model = live.engine.model(live.snapshot().settings.model)
    assert isinstance(model, ScriptedModel)
    assert "1 of 3 earlier cells were run again" in model.requests[-1].messages[-3].text


def test_a_kernel_that_dies_in_a_replay_is_said_and_the_conversation_goes_on(opened: Open) -> None:
    """B4, B11"""
    # What the person took away meanwhile is not there again.
    dies = "import os\nif not os.path.exists('there.txt'): os._exit(3)"
    live = opened("first = 1", dies, "print('on')")
    live.files.attach_bytes("there.txt", b"")
    ran(live), ran(live)
    live.files.remove("there.txt")
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.offers_replay, 60)
    assert "replayed {'cells': 1, 'of': 2, 'error': 'died'" in replay(live)
    assert live.kernel.memory_is_gone
    assert ran(live) == "on\n"


def test_what_a_replay_brought_back_is_gone_again_with_the_next_kernel(opened: Open) -> None:
    """B4, B21"""
    live = opened("first = 1", "print(first)")
    ran(live)
    for _ in range(2):
        earlier = live.snapshot().kernel.generation
        live.kernel.restart()
        # What a replay starts counts too; while the kernel is still starting its number is the one before.
        assert live.wait(lambda now, up=earlier + 1: now.kernel.generation == up and live.kernel.offers_replay, 60)
        assert replay(live) == "replayed_all {'cells': 1}"
        assert not live.kernel.memory_is_gone
    assert ran(live) == "1\n"


#: Makes a table and fills memory, until the file `go` is there; then beyond the limit.
_FILLING = """
import os, subprocess, sys, time
import pandas as pd
big = pd.DataFrame({'n': range(300_000), 'word': 'w'})
small = big * 2
held = "import time; block = bytearray({size}); block[::4096] = b'x' * len(block[::4096]); time.sleep(600)"
first = [subprocess.Popen([sys.executable, "-c", held.format(size=180_000_000)]) for _ in range(2)]
while not os.path.exists('go'): time.sleep(0.05)
second = [subprocess.Popen([sys.executable, "-c", held.format(size=250_000_000)]) for _ in range(2)]
time.sleep(600)
"""


def test_a_replay_brings_tables_back_that_were_saved_before_the_kernel_ended(opened: Open) -> None:
    """B4, B22, B53: what no cell that is run again makes."""
    live = opened("first = 1", _FILLING, "print(first, len(big), big.n.sum())", memory_gb=0.65)
    ran(live)
    live.submit("go")
    assert live.wait(lambda now: any(each.code == "memory_high_saved" for each in now.turns[-1].notices), 90)
    (live.workspace.work / "go").touch()
    assert live.wait(lambda now: now.turns[-1].cells[-1].status == "died" and not live.busy, 90)
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.offers_replay, 60)
    assert replay(live) == "tables_brought_back {'names': 'big, small'}"
    assert ran(live) == f"1 300000 {sum(range(300_000))}\n"
    model = live.engine.model(live.snapshot().settings.model)
    assert isinstance(model, ScriptedModel)
    assert any("saved before the kernel ended: big, small" in message.text for message in model.requests[-2].messages)


def test_a_replay_can_be_stopped(opened: Open) -> None:
    """B2, B4"""
    live = opened("import pathlib, time\nwhile pathlib.Path('slow').exists(): time.sleep(0.05)", "after = 1")
    live.files.attach_bytes("slow", b"")
    live.submit("go")
    assert live.wait(lambda now: any(cell.status == "running" for _, cell in now.cells()), 60)
    (live.workspace.work / "slow").unlink()
    assert live.wait(lambda _: not live.busy, 60)
    ran(live)
    live.files.attach_bytes("slow", b"")
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.offers_replay, 60)
    live.cells.replay()
    assert live.wait(lambda _: live.kernel.replaying == (0, 2), 60)
    live.stop()
    assert live.wait(lambda now: now.turns[-1].notices != () and not live.busy, 60)
    assert live.snapshot().turns[-1].notices[-1].facts["cells"] == 0


def test_a_conversation_opened_again_offers_replay(opened: Open) -> None:
    """B11"""
    first = opened("kept = 6 * 7")
    ran(first)
    first.close()
    again = opened("print(kept)", conversation_id=first.id)
    assert again.kernel.offers_replay
    assert replay(again) == "replayed_all {'cells': 1}"
    assert ran(again) == "42\n"


def test_starting_clean_takes_the_offer_away(opened: Open) -> None:
    """B4"""
    live = opened("x = 1", "print('x' in dir())")
    ran(live)
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.offers_replay, 60)
    live.kernel.start_clean()
    assert live.wait(lambda _: not live.kernel.offers_replay, 30)
    assert ran(live) == "False\n"


def test_values_that_another_branch_made_are_said_and_brought_back(opened: Open) -> None:
    """B21, B22: one kernel for all branches; the model of the branch is told, and one click brings its values back."""
    live = opened("x = 1", "x = 99", "print(x)", "print(x)")
    ran(live)
    first = live.snapshot().turns[-1].id
    live.edit(first, "another")
    assert live.wait(lambda now: len(now.turns) == 2 and not live.busy, 60)
    assert (live.kernel.overwritten, live.kernel.offers_replay) == ((), False)
    live.show_branch(first)
    assert (live.kernel.overwritten, live.kernel.offers_replay) == (("x",), True)
    assert ran(live) == "99\n"
    (told,) = live.snapshot().turns[-1].notices
    assert (told.code, told.facts) == ("memory_of_another_branch", {"names": "x"})
    model = live.engine.model(live.snapshot().settings.model)
    assert isinstance(model, ScriptedModel)
    assert "changed these variables: x" in model.requests[-1].messages[-3].text
    # Told once; what the branch binds anew is its own.
    assert (live.kernel.overwritten, live.kernel.offers_replay) == ((), False)
    live.show_branch(live.snapshot().turns[1].id)
    live.show_branch(first)
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == 2 and live.kernel.offers_replay, 60)
    assert replay(live) == "replayed_all {'cells': 2}"
    assert not live.kernel.offers_replay
    assert ran(live) == "1\n"


def test_late_output_is_recorded_with_its_cell_also_of_a_finished_turn(opened: Open) -> None:
    """B13"""
    source = "import threading\nt = threading.Timer(0.6, lambda: print('late', flush=True)); t.start(); print('now')"
    live = opened(source, "print('other')")
    ran(live)
    assert live.wait(lambda now: printed(next(now.cells())[1]) == "now\nlate\n", 60)
    assert live.snapshot().turns[-1].ending == "done"
    assert ran(live) == "other\n"


def test_endless_late_output_is_bounded_and_said(opened: Open) -> None:
    """B13: its beginning, and that there was more."""
    flood = "def go():\n    while not end: print('x' * 200)"
    source = f"import threading\nend = False\n{flood}\nthreading.Thread(target=go).start()"
    live = opened(source, "end = True")
    ran(live)
    assert live.wait(lambda now: len(printed(next(now.cells())[1])) > 150_000, 60)
    ran(live)
    assert live.wait(lambda now: any(map(is_cut, texts(next(now.cells())[1]))), 60)
    # A kernel sends 512 kB and the last 64 kB of a cell; a flood that outlasts the cell begins that anew, and then
    # come 200,000 characters after its end.
    assert len(printed(next(live.snapshot().cells())[1])) <= 2 * (512 + 64) * 1024 + 200_000 + 100


def test_more_late_output_than_is_kept_is_said(opened: Open) -> None:
    """B13: four hundred thousand characters once the cell has ended, of which two hundred thousand are kept."""
    late = "def go():\n    started.wait()\n    for _ in range(100): print('y' * 4000, flush=True)"
    source = f"import threading\nstarted = threading.Event()\n{late}\nthreading.Thread(target=go).start()"
    live = opened(source, "started.set()")
    ran(live)
    ran(live)
    assert live.wait(lambda now: "left out" in printed(next(now.cells())[1]), 60)
    kept, said = texts(next(live.snapshot().cells())[1])
    assert len(kept.text) == 200_000
    assert said.name == "stderr"


def test_variables_are_known_while_a_cell_runs(opened: Open) -> None:
    """B19"""
    live = opened("here = 5\nimport time; time.sleep(60)")
    live.submit("go")
    assert live.wait(lambda _: "here" in str(live.kernel.variables), 60)
    assert live.busy
    assert live.kernel.memory_bytes
    live.stop()
    assert live.wait(lambda _: not live.busy, 60)


def test_cells_that_used_a_changed_value_can_be_run_again(opened: Open) -> None:
    """B21"""
    live = opened("x = 1", "y = x + 1; print('y', y)", "print('other')", "print('end', y)")
    for _ in range(4):
        ran(live)
    cells = [cell for _, cell in live.snapshot().cells()]
    live.cells.run(cells[0].id, "x = 10")
    assert live.wait(lambda _: not live.busy, 60)
    assert [cell.source for cell in stale(ran_cells(live.snapshot()))] == [
        "y = x + 1; print('y', y)",
        "print('end', y)",
    ]
    live.cells.run_stale()
    assert live.wait(lambda _: not live.busy, 60)
    assert [printed(cell) for _, cell in live.snapshot().cells()] == ["", "y 11\n", "other\n", "end 11\n"]
    assert stale(ran_cells(live.snapshot())) == ()


def test_where_nobody_can_be_asked_a_cell_ends_at_its_time_limit(opened: Open) -> None:
    """B26: what it printed is kept, its variables too, and the model is told."""
    live = opened("kept = 1\nprint('so far')\nimport time; time.sleep(60)", "print(kept)", cell_seconds=1.0)
    assert ran(live, "timeout") == "so far\n"
    model = live.engine.model(live.snapshot().settings.model)
    assert isinstance(model, ScriptedModel)
    assert "It ran longer than 1 s" in model.requests[-1].messages[-1].text
    assert ran(live) == "1\n"


def test_without_a_limit_a_cell_may_take_its_time(opened: Open) -> None:
    """B26"""
    live = opened("import time; time.sleep(0.5); print('through')", cell_seconds=0)
    assert ran(live) == "through\n"


def test_characters_without_a_font_bring_one_hint_that_names_packages(opened: Open) -> None:
    """B28"""
    title = "import matplotlib.pyplot as plt; plt.plot([1]); plt.title('\\U00012000\\U00012001'); plt.show()"
    live = opened(title)
    ran(live)
    (told,) = live.snapshot().turns[-1].notices
    assert "fonts-wqy-zenhei" in notice(told.code, told.facts)


def test_all_rows_of_a_large_table_can_be_reached_page_by_page(opened: Open) -> None:
    """B19"""
    live = opened("import pandas as pd; big = pd.DataFrame({'n': range(1_000_000), 'text': 'x'})", "big = big.iloc[:5]")
    ran(live)
    end, largest, first = (
        PageRequest("big", 999_998, 1_000_050),
        PageRequest("big", 0, 1, "n", True),
        PageRequest("big", 0, 1),
    )
    assert live.kernel.page(end) is None
    assert live.wait(lambda _: live.kernel.page(end) is not None, 60)
    columns = ("n", "text")
    assert live.kernel.page(end) == TablePage(1_000_000, columns, (999_998, 999_999), ((999_998, "x"), (999_999, "x")))
    assert live.wait(lambda _: live.kernel.page(largest) is not None, 60)
    assert live.kernel.page(largest) == TablePage(1_000_000, columns, (999_999,), ((999_999, "x"),))
    ran(live)
    assert live.wait(lambda _: live.kernel.page(first) == TablePage(5, columns, (0,), ((0, "x"),)), 60)
    assert live.wait(lambda _: live.kernel.page(PageRequest("nothing", 0, 1)) == NoTable(), 60)


def test_an_idle_kernel_is_closed_with_a_notice_and_the_next_cell_works(opened: Open) -> None:
    """B33"""
    live = opened("x = 1", "print('again')", kernel_idle_minutes=0.005)
    ran(live)
    assert live.wait(lambda now: now.kernel.status == "stopped", 60)
    assert live.snapshot().kernel.cause is not None
    assert live.snapshot().kernel.cause.code == "kernel_idle"  # type: ignore[union-attr]
    assert live.kernel.offers_replay
    assert ran(live) == "again\n"


def test_a_kernel_beyond_the_limit_parks_the_longest_idle_one(opened: Open) -> None:
    """B32, B33"""
    first = opened("x = 1", kernels=1)
    second = opened("print('second')")
    ran(first)
    assert ran(second) == "second\n"
    assert first.snapshot().kernel.status == "stopped"
    assert not first.kernel.running


def test_a_working_kernel_is_never_parked(opened: Open) -> None:
    """B33"""
    first = opened("import time; time.sleep(60)", kernels=1)
    second = opened("print('second')")
    first.submit("go")
    assert first.wait(lambda now: any(cell.status == "running" for _, cell in now.cells()), 60)
    turn = second.run("go", approve="auto").turn
    assert turn.problem is not None
    assert turn.problem.code == "too_many_kernels"
    first.stop()
    assert first.wait(lambda _: not first.busy, 60)


def test_a_change_of_network_means_a_new_kernel(opened: Open) -> None:
    """B34: mounts and network are fixed at a kernel's start."""
    live = opened("x = 1", "print('x' in dir())")
    ran(live)
    settings = live.snapshot().settings
    live.change_settings(ConversationSettings(model=settings.model, network=not settings.network))
    assert live.kernel.offers_replay
    assert ran(live) == "False\n"
    assert live.snapshot().turns[-1].notices[0].code == "memory_empty"


def test_a_kernel_that_was_given_up_is_gone_with_its_conversation(opened: Open) -> None:
    """Closed while another Python, or another network, takes its place, it stayed behind."""
    live = opened("1 + 1", "1 + 1")
    live.run("start")
    children = psutil.Process().children(recursive=True)
    running = psutil.process_iter(["cmdline"])
    kernels = [each for each in running if each in children and "launcher" in " ".join(each.info["cmdline"] or ())]
    assert kernels
    live.change_settings(replace(live.snapshot().settings, network=not live.snapshot().settings.network))
    live.submit("again")
    live.wait(lambda now: now.kernel.status == "stopped", 30)
    live.close()
    assert not psutil.wait_procs(kernels, timeout=10)[1]


def test_a_kernel_that_is_killed_while_nothing_runs_is_noticed_and_its_variables_are_listed_no_more(
    opened: Open,
) -> None:
    """B4, B19: nobody has to ask for it."""
    live = opened("import os; kept = 6 * 7; print(os.getpid())", "print('kept' in dir())")
    ran(live)
    assert live.wait(lambda now: bool(live.kernel.variables), 30)
    kernels = [process for process in psutil.Process().children(recursive=True) if _runs_a_kernel(process)]
    kernels[-1].kill()
    assert live.wait(lambda now: now.kernel.status == "dead", 10)
    cause = live.snapshot().kernel.cause
    assert cause is not None and (cause.code, cause.facts["cause"]) == ("kernel_died", "killed")
    assert live.kernel.variables is None and live.kernel.memory_bytes is None
    assert live.kernel.memory_is_gone and live.kernel.offers_replay
    assert ran(live) == "False\n"
    assert live.snapshot().kernel.status == "ready"


def test_variables_of_a_kernel_that_a_cell_ended_are_listed_no_more(opened: Open) -> None:
    """B4, B19"""
    live = opened("kept = 6 * 7", "import os; os._exit(3)")
    ran(live)
    assert live.wait(lambda now: bool(live.kernel.variables), 30)
    ran(live, "died")
    assert live.wait(lambda now: live.kernel.variables is None, 10)


def _runs_a_kernel(process: psutil.Process) -> bool:
    try:
        return "-f" in process.cmdline() and "launcher" in " ".join(process.cmdline())
    except psutil.Error:
        return False
