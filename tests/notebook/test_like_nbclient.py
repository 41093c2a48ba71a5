"""The outputs of our kernel and recorder are those nbclient gets for the same cells, compared in one run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from lci.core.conversation import ConversationSettings
from lci.core.outputs import settled_text, without_ansi
from lci.notebook.outputs import document
from lci.notebook.words import ENGLISH
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says
from tests.examples import halved

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(240)]

#: One notebook a behaviour: its cells, in order.
NOTEBOOKS: dict[str, list[str]] = {
    "text on both streams": ["print('out')", "import sys; print('err', file=sys.stderr)"],
    "a result and its number": ["1 + 1", "_ * 2", "None", "x = 3", "x;"],
    "several displays and a result": ["display(1); display('two'); 3"],
    "text between displays": ["print('a'); display(1); print('b'); display(2); print('c')"],
    "unicode": [
        "print('ünïcödé 中文 🎉')", "'日本語 ' + chr(0x1F600)",
        "display({'text/plain': 'ñ', 'text/html': '<b>ñ</b>'}, raw=True)",
    ],
    "clear output": [
        "from IPython.display import clear_output\nprint('gone'); clear_output(); print('kept')",
        "print('gone'); clear_output(wait=True); print('kept')",
        "print('kept'); clear_output(wait=True)",
        "print('gone'); clear_output()",
        "for n in range(5):\n    clear_output(wait=True); print(n)",
        "display(1); clear_output(); display(2)",
    ],
    "a display updated in its cell": [
        "handle = display('first', display_id=True); handle.update('second')",
        "from IPython.display import update_display\n"
        "display('x', display_id='named'); update_display('y', display_id='named')",
    ],
    "a display updated from a later cell": [
        "handle = display('first', display_id='here')",
        "display('again', display_id='here')",
        "from IPython.display import update_display\nupdate_display('last', display_id='here')",
    ],
    "an update of what is not there": [
        "from IPython.display import update_display\nupdate_display('x', display_id='nowhere')"
    ],
    "JSON and other types": [
        "from IPython.display import JSON\nJSON({'a': [1, None, 'x'], 'b': {'c': 1.5}})",
        "display({'application/json': [1, 2], 'text/plain': 'list'}, raw=True)",
        "display({'application/vnd.example+json': {'k': 'v'}, 'text/plain': 'own'}, raw=True)",
        "display({'text/latex': '$x^2$', 'text/markdown': '*x*', 'text/plain': 'x'}, raw=True, metadata={'k': 1})",
    ],
    "HTML, SVG, LaTeX": [
        "from IPython.display import HTML, SVG, Latex, Markdown\nHTML('<b>bold</b>')",
        "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>')",
        "display(Latex('$a$'), Markdown('*m*'))",
    ],
    "a picture": [
        "from PIL import Image as Picture\nPicture.new('RGB', (2, 2), 'red')",
    ],
    "errors": [
        "1 / 0",
        "print('before'); raise ValueError('boom')",
        "undefined_name",
        "def f(:",
        "x = 1\nassert x == 2, 'no'",
    ],
    "a cell after an error": ["raise KeyError('k')", "print('goes on')"],
    "leaving": ["import sys; sys.exit(2)"],
    "input is refused": ["input('name? ')"],
    "an empty cell between": ["a = 1", "   ", "a"],
    "magics": ["%%capture held\nprint('hidden')", "held.stdout", "%time_me_not = 1", "%%bash\necho from bash"],
    "a foreign comm": [
        "from comm import create_comm\n"
        "mine = create_comm(target_name='nobody', data={'a': 1}); mine.send({}); print('sent')",
        "mine.close(); print('closed')",
    ],
    "a program's output": [
        "import subprocess; print(subprocess.run(['echo', 'hi'], capture_output=True, text=True).stdout)"
    ],
    "sleeping": ["import time; time.sleep(0.3); print('woke')"],
    "top-level await": ["import asyncio; await asyncio.sleep(0.1); print('awaited')"],
    "a frame": ["import pandas as pd; pd.DataFrame({'a': [1, 2], 'b': ['x', None]})"],
    "many lines": ["for n in range(300): print(n)"],
    "warnings": ["import warnings; warnings.warn('careful', stacklevel=1)"],
}  # fmt: skip


def run_by_nbclient(cells: list[str], folder: Path) -> list[list[dict[str, Any]]]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    client = NotebookClient(
        notebook, timeout=60, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return [list(cell.outputs) for cell in notebook.cells]


@pytest.fixture
def run_by_us(home: Path) -> Iterator[Callable[[list[str]], list[list[dict[str, Any]]]]]:
    engines: list[Engine] = []

    def run(cells: list[str]) -> list[list[dict[str, Any]]]:
        model = ScriptedModel([answer for source in cells for answer in (calls(source), says("done"))])
        engine = Engine(Settings(home=home, model="builtin-analyst"), make_model=lambda _: model)
        engines.append(engine)
        with Interpreter(engine=engine, settings=ConversationSettings(approval="auto")) as live:
            for _ in cells:
                live.run("go", approve="auto")
            notebook = nbformat.reads(live.notebook.content(), as_version=4)
        nbformat.validate(notebook)
        # What a stock kernel needs to give the same has a cell of its own.
        by_source = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.id != "settings"]
        return [list(cell.outputs) for cell in by_source]

    yield run
    for engine in engines:
        engine.close()


def told(outputs: list[dict[str, Any]]) -> list[Any]:
    """What of the outputs must agree: all but addresses, places of files, and where a stream was cut into pieces."""
    made: list[Any] = []
    for output in outputs:
        match output["output_type"]:
            case "stream" if "To exit: use 'exit', 'quit'" in output["text"]:
                # Advice for a terminal, which a model took.
                continue
            case "stream":
                # A run of one stream may come in any number of pieces.
                if made and made[-1][0] == "stream" and made[-1][1] == output["name"]:
                    made[-1] = ("stream", output["name"], made[-1][2] + output["text"])
                else:
                    made.append(("stream", output["name"], output["text"]))
            case "error":
                made.append(("error", output["ename"], output["evalue"]))
            case kind:
                data = {mime: _plain(value) for mime, value in output["data"].items()}
                # Beside a library's own metadata stand our notes: a figure's title, how large a frame is.
                metadata = {name: value for name, value in output["metadata"].items() if name != "lci"}
                made.append((kind, data, metadata, output.get("execution_count")))
    return [(*entry[:2], _settled(entry[2])) if entry[0] == "stream" else entry for entry in made]


def _plain(value: Any) -> Any:
    return (
        "".join(value).rstrip("\n")
        if isinstance(value, str | list) and all(isinstance(v, str) for v in value)
        else value
    )


def _settled(text: str) -> str:
    text = re.sub(r"\S*ipykernel_\S+\.py", "cell.py", without_ansi(settled_text(text)))
    text = re.sub(r"\S+/site-packages/", "", text)
    return re.sub(r"0x[0-9a-f]+", "0x…", text)


@pytest.mark.parametrize("behaviour", halved(NOTEBOOKS))
def test_outputs_agree(
    behaviour: str, tmp_path: Path, run_by_us: Callable[[list[str]], list[list[dict[str, Any]]]]
) -> None:
    """B9"""
    cells = NOTEBOOKS[behaviour]
    theirs = run_by_nbclient(cells, tmp_path)
    ours = run_by_us(cells)
    shown = [source for source in cells if source.strip()]
    assert len(ours) == len(shown), behaviour
    expected = [told(outputs) for source, outputs in zip(cells, theirs, strict=True) if source.strip()]
    for source, mine, wanted in zip(shown, ours, expected, strict=True):
        assert told(mine) == wanted, source


@pytest.fixture
def one_cell(home: Path) -> Iterator[Callable[[str], Interpreter]]:
    """A conversation whose first turn runs that source; a stopped or dead cell is no code cell of the notebook."""
    engines: list[Engine] = []

    def make(source: str) -> Interpreter:
        model = ScriptedModel([calls(source), says("done")])
        engines.append(Engine(Settings(home=home, model="builtin-analyst"), make_model=lambda _: model))
        return Interpreter(engine=engines[-1], settings=ConversationSettings(approval="auto"))

    yield make
    for engine in engines:
        engine.close()


def as_documents(live: Interpreter) -> list[dict[str, Any]]:
    cell = live.snapshot().turns[-1].cells[-1]
    return [document(output, cell.execution_count, live.engine.store, ENGLISH) for output in cell.outputs]


def test_a_kernel_that_dies_is_told_by_both(tmp_path: Path, one_cell: Callable[[str], Interpreter]) -> None:
    """B4"""
    source = "import time; print('alive'); time.sleep(0.5)\nimport os; os._exit(1)"
    with pytest.raises(DeadKernelError):
        run_by_nbclient([source], tmp_path)
    live = one_cell(source)
    live.run("go", approve="auto")
    assert live.snapshot().turns[-1].cells[-1].status == "died"
    assert told(as_documents(live)) == [("stream", "stdout", "alive\n")]


def test_a_cell_that_does_not_end_is_interrupted_by_both(
    tmp_path: Path, one_cell: Callable[[str], Interpreter]
) -> None:
    """B2, B26"""
    source = "print('begun', flush=True)\nwhile True: pass"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(
        notebook, timeout=2, interrupt_on_timeout=True, allow_errors=True, kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()  # fmt: skip
    live = one_cell(source)
    live.submit("go")
    assert live.wait(lambda now: any(cell.outputs for _, cell in now.cells()), 60)
    live.stop()
    assert live.wait(lambda now: now.running is None, 60)
    assert told(as_documents(live)) == told(notebook.cells[0].outputs)
