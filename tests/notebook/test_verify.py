from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import bokeh.embed
import bokeh.plotting
import bokeh.resources
import nbformat
import pytest
from nbclient import NotebookClient

from lci.core import events as e
from lci.core.cjk import FONT_FILES
from lci.core.files import WorkspaceFile
from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.notebook.export import notebook
from lci.notebook.files import written
from lci.notebook.verification import Verification
from lci.notebook.verify import opened, verified
from lci.testing.scripted import MemoryBlobs
from tests.notebook.conversations import conversation, ran

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(240)]

LOAD = "import pandas as pd\ndf = pd.read_csv('/mnt/data/sales.csv')\nprint(f'{len(df)} rows', object())"
FAILING = "total = df['amount'].sum()\ndf['nope']"
FIGURE = """%matplotlib inline
import matplotlib.pyplot as plt
plt.plot(df['amount'])
plt.show()
total"""


def drawn(*cells: str) -> bytes:
    """The picture that the last of these cells shows."""
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(document, timeout=120, kernel_name="python3").execute()
    pictures = [each.data["image/png"] for each in document.cells[-1].outputs if "image/png" in each.get("data", {})]
    return base64.b64decode(pictures[0])


@pytest.mark.parametrize("is_same", [True, False])
def test_an_exported_notebook_runs_again_beside_its_data(tmp_path: Path, is_same: bool) -> None:
    """B9: without edits, in another folder, with a failed attempt, a stopped cell and a figure in it."""
    blobs = MemoryBlobs()
    amounts = [2, 3] if is_same else [3, 2]
    content = drawn(f"import pandas as pd\ndf = pd.DataFrame({{'amount': {amounts}}})\ntotal = 5", FIGURE)
    figure = DisplayData({"image/png": blobs.put(content, "bytes"), "text/plain": "<Figure size 640x480 with 1 Axes>"})
    told = conversation(
        e.FileAdded(WorkspaceFile("sales.csv", 12, 0.0, "upload")),
        ran("call_1", LOAD, StreamOutput("stdout", "2 rows <object object at 0x7f0000001234>\n")),
        ran("call_2", FAILING, ErrorOutput("KeyError", "'nope'", ("…",)), status="error"),
        ran("call_3", "while True: pass", status="interrupted"),
        ran("call_4", FIGURE, figure, ExecuteResult({"text/plain": "np.int64(5)"})),
        ran("call_5", "print('/mnt/data/x', 1 + 1)", StreamOutput("stdout", "/mnt/data/x 3\n")),
    )
    (tmp_path / "sales.csv").write_text("amount\n2\n3\n", encoding="utf-8")
    written(notebook(told, blobs), tmp_path / "out.ipynb")
    document = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    outcome = asyncio.run(verified(document, tmp_path, timeout_seconds=120))
    places = {cell.id: place for place, cell in enumerate(document.cells)}
    wrong = (places["call_5"],) if is_same else (places["call_4"], places["call_5"])
    assert outcome == Verification(cells=4, reproduced=4 - len(wrong), differing=wrong)


def test_a_picture_that_cannot_be_decoded_is_no_proof(tmp_path: Path) -> None:
    """A damaged one would else be the same as any."""
    blobs = MemoryBlobs()
    figure = DisplayData(
        {"image/png": blobs.put(b"\x89PNG", "bytes"), "text/plain": "<Figure size 640x480 with 1 Axes>"}
    )
    draw = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    document = nbformat.from_dict(notebook(conversation(ran("call_1", draw, figure)), blobs))
    outcome = asyncio.run(verified(document, tmp_path, timeout_seconds=120))
    assert [finding.parts for finding in outcome.findings] == [("pictures",)]


def test_a_figure_without_the_fonts_of_its_labels_is_the_same_figure(tmp_path: Path) -> None:
    """Elsewhere matplotlib may lack a font and warn of it; that says nothing about numbers."""
    blobs = MemoryBlobs()
    figure = DisplayData(
        {"image/png": blobs.put(b"\x89PNG", "bytes"), "text/plain": "<Figure size 640x480 with 1 Axes>"}
    )
    draw = 'import matplotlib.pyplot as plt\nplt.rcParams["font.family"] = "DejaVu Sans"\nplt.title("東京")\nplt.show()'
    printed = 'import sys\nprint("東京 missing", file=sys.stderr)'
    told = conversation(ran("call_1", draw, figure), ran("call_2", printed, StreamOutput("stderr", "something else")))
    document = nbformat.from_dict(notebook(told, blobs))
    outcome = asyncio.run(verified(document, tmp_path, timeout_seconds=120))
    assert outcome.differing == (next(at for at, cell in enumerate(document.cells) if cell.id == "call_2"),)


@pytest.mark.skipif(not any(Path(file).exists() for file in FONT_FILES), reason="no CJK font here")
def test_chinese_japanese_and_korean_have_glyphs_in_a_stock_kernel_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B9, B28: without a warning for each letter, nor for the weights that such fonts lack."""
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    shown = DisplayData({"image/png": "", "text/plain": "<Figure size 640x480 with 1 Axes>"})
    draw = "import matplotlib.pyplot as plt\nplt.title('中文 日本語 한국어', weight='bold')\nplt.show()"
    document = nbformat.from_dict(notebook(conversation(ran("call_1", draw, shown)), MemoryBlobs()))
    NotebookClient(document, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.output_type for output in outputs] == ["display_data"], outputs


def test_what_a_stock_kernel_warns_of_nan_in_json_is_no_difference(tmp_path: Path) -> None:
    shown = DisplayData({"application/json": {"a": None}, "text/plain": "<IPython.core.display.JSON object>"})
    cell = ran("call_1", "from IPython.display import JSON, display\ndisplay(JSON({'a': float('nan')}))", shown)
    document = nbformat.from_dict(notebook(conversation(cell), MemoryBlobs()))
    assert asyncio.run(verified(document, tmp_path, timeout_seconds=120)) == Verification(cells=1, reproduced=1)


@pytest.mark.parametrize(("values", "reproduced"), [("[3, 4]", 2), ("[3, 5]", 1)])
def test_a_bokeh_figure_is_one_in_a_stock_kernel_too(tmp_path: Path, values: str, reproduced: int) -> None:
    """B9: the cell before has it make a page there, too."""
    figure = bokeh.plotting.figure()
    figure.line([1, 2], [3, 4])
    page = DisplayData(
        {"text/html": bokeh.embed.file_html(figure, bokeh.resources.INLINE, "Bokeh"), "text/plain": "<Bokeh figure>"}
    )
    draw = f"from bokeh.plotting import figure, show\np = figure(); p.line([1, 2], {values}); show(p)"
    document = nbformat.from_dict(notebook(conversation(ran("call_1", draw, page)), MemoryBlobs()))
    outcome = asyncio.run(verified(document, tmp_path, timeout_seconds=120))
    assert (outcome.cells, outcome.reproduced) == (2, reproduced)


def test_cells_that_fail_or_kill_the_kernel_are_named_and_see_no_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B9, B31"""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-key")
    keyless = "import os\nprint(os.environ.get('OPENAI_API_KEY'))"
    told = conversation(
        ran("call_1", keyless, StreamOutput("stdout", "None\n")),
        ran("call_2", "open('gone.csv')"),
        ran("call_3", "os._exit(1)"),
        ran("call_4", "1", ExecuteResult({"text/plain": "1"})),
    )
    outcome = asyncio.run(verified(notebook(told, MemoryBlobs()), tmp_path, timeout_seconds=60))
    assert (outcome.cells, outcome.differing) == (4, (3, 4, 5))
    assert [each.cause for each in outcome.findings] == ["file", "fails", "stopped"]
    assert outcome.errors == ("Kernel died", "3: FileNotFoundError: [Errno 2] No such file or directory: 'gone.csv'")


def test_a_cell_that_does_not_end_is_stopped_at_its_limit(tmp_path: Path) -> None:
    """B9"""
    endless = ran("call_1", "import threading; threading.Event().wait()", ExecuteResult({"text/plain": "True"}))
    outcome = asyncio.run(verified(notebook(conversation(endless), MemoryBlobs()), tmp_path, timeout_seconds=2))
    assert (outcome.cells, outcome.reproduced) == (1, 0)
    assert "timed out" in outcome.errors[0]


ODD_NAME = """display({"application/vnd.vegalite.v6.json": {"mark": "bar"}, "text/x-number": 5}, raw=True)"""
NO_DATA = """kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "display_data", CONTENT, parent=kernel.get_parent())"""


def test_json_under_a_name_that_the_schema_takes_for_text_is_compared_as_what_it_is(tmp_path: Path) -> None:
    """B50: so Altair 6 names its charts; JupyterLab writes them into files, which are read."""
    cell = nbformat.v4.new_code_cell(ODD_NAME)
    data = {"application/vnd.vegalite.v6.json": {"mark": "bar"}, "text/x-number": 5}
    cell.outputs = [nbformat.from_dict({"output_type": "display_data", "metadata": {}, "data": data})]
    (tmp_path / "n.ipynb").write_text(json.dumps({**nbformat.v4.new_notebook(), "cells": [cell]}), encoding="utf-8")
    document = opened(tmp_path / "n.ipynb")
    assert asyncio.run(verified(document, tmp_path, timeout_seconds=60)).differing == ()
    document.cells[0].outputs[0].data["application/vnd.vegalite.v6+json"]["mark"] = "line"
    assert asyncio.run(verified(document, tmp_path, timeout_seconds=60)).differing == (0,)


@pytest.mark.parametrize("content", ["{'data': 5, 'metadata': {}}", "{'data': {}, 'metadata': 5}"])
def test_a_message_that_is_no_output_is_named_as_what_ended_the_run(tmp_path: Path, content: str) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in (NO_DATA.replace("CONTENT", content), "1")]
    outcome = asyncio.run(verified(nbformat.v4.new_notebook(cells=cells), tmp_path, timeout_seconds=60))
    assert [each.cause for each in outcome.findings] == ["fails", "stopped"]
    assert "5 is not" in outcome.errors[0]


def test_what_threads_print_beside_cells_is_named_as_that(tmp_path: Path) -> None:
    """B50: in the cell that starts them, and in one that waits for them; else no cause is known."""
    begun = (
        "import threading\nthread = threading.Thread(target=print, args=('in between',))\nthread.start()\nprint('cell')"
    )
    told = conversation(
        ran("call_1", begun, StreamOutput("stdout", "cell\nlater\n")),
        ran("call_2", "thread.join()\nprint('second')", StreamOutput("stdout", "later\nsecond\n")),
        ran("call_3", "print('third')", StreamOutput("stdout", "another\n")),
    )
    outcome = asyncio.run(verified(notebook(told, MemoryBlobs()), tmp_path, timeout_seconds=60))
    assert [each.cause for each in outcome.findings] == ["beside", "beside", "unknown"]


@pytest.mark.parametrize("state", ["{'value': 3, 'layout': {'width': '1px'}}", "[1]", "'text'"])
def test_what_widgets_tell_of_themselves_ends_no_run(tmp_path: Path, state: str) -> None:
    """B50: their state is no output; one that is none says nothing."""
    source = f"import comm\ncomm.create_comm(target_name='jupyter.widget', data={{'state': {state}}})\nprint('drawn')"
    told = conversation(ran("call_1", source, StreamOutput("stdout", "drawn\n")))
    document = nbformat.from_dict(notebook(told, MemoryBlobs()))
    assert asyncio.run(verified(document, tmp_path, timeout_seconds=60)) == Verification(cells=1, reproduced=1)
