"""An exported notebook gives in a stock kernel, in another folder, what was seen here (B9)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from lci.core.conversation import ConversationSettings
from lci.core.outputs import settled_text, without_ansi
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(240)]

PLOTLY = "import plotly.express as px, plotly.io as pio\n"
PLOT = "plt.plot([1, 2]); plt.xlabel('x'); plt.ylabel('y')"
ALTAIR = "alt.Chart(pd.DataFrame({'x': range(6000)})).mark_bar().encode(alt.X('x:Q', bin=True), y='count()')"

#: A talk's cells, in order. `s.csv` lies in the workspace, and beside the notebook.
TALKS: dict[str, list[str]] = {
    "a backend that draws nowhere": [
        f"import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\n{PLOT}; plt.show()"
    ],
    "a backend that draws nowhere, insisted on": [
        "import matplotlib\nmatplotlib.use('agg', force=True)\nimport matplotlib.pyplot as plt\n"
        "fig, ax = plt.subplots(); ax.bar(['a'], [1]); ax.set_xlabel('x'); ax.set_ylabel('y')\nplt.show()"
    ],
    "a backend of another library": [
        f"import matplotlib.pyplot as plt\n%matplotlib widget\n{PLOT}; plt.show()",
        f"plt.figure(); {PLOT}; plt.show()",
    ],
    "a figure that is a result": ["import matplotlib.pyplot as plt\nfig, ax = plt.subplots(); ax.plot([1, 2])\nfig"],
    "a chart of many rows": [f"import altair as alt, pandas as pd\n{ALTAIR}"],
    "a renderer of another program": [f"{PLOTLY}pio.renderers.default = 'browser'\npx.bar(x=['a'], y=[1]).show()"],
    "leaving": [
        "import sys\ndef main():\n    print('total', 3)\n    return 0\nsys.exit(main())",
        "print('next')",
        "quit()",
        "print('next 2')",
        "raise SystemExit",
        "exit(2)",
        "print('last')",
    ],
    "streams of one's own": [
        "import sys\nsys.stdout.reconfigure(encoding='utf-8')\nprint('データ')",
        "import sys, io\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')\nprint('データ')",
        "print('after')",
        "old = sys.stdout; sys.stdout = buf = io.StringIO(); print('held'); sys.stdout = old; print(buf.getvalue())",
        "sys.stdout = open('log.txt', 'w')\nprint('to file')",
        "print('where am I')",
    ],
    "files outside, and one only saved": [
        "import os, tempfile, pandas as pd\nplace = tempfile.mkdtemp()\n"
        "pd.DataFrame({'a': [1]}).to_csv(f'{place}/result.csv'); print('saved')",
        "import matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as plt\n"
        f"{PLOT}; plt.savefig('fig.png'); plt.close()",
        f"{PLOT}; plt.savefig('/tmp/only-saved-by-a-test.png'); plt.close()",
        "os.remove('/tmp/only-saved-by-a-test.png')",
    ],
    "a folder elsewhere": [
        "import os, pandas as pd, tempfile\nos.chdir(tempfile.mkdtemp()); pd.DataFrame({'a': [1]}).to_csv('out.csv')",
        "pd.read_csv('s.csv')",
        f"import matplotlib.pyplot as plt\n{PLOT}; plt.savefig('p.png'); plt.show()",
    ],
    "whole paths": [
        "import pandas as pd\ndf = pd.read_csv('/mnt/data/s.csv'); print(df.sales.sum())",
        "df.to_csv('/mnt/data/out.csv', index=False)\nprint(open(\"/mnt/data/out.csv\").read())",
        "print('/mnt/data/s.csv', len('/mnt/data/s.csv'), '/mnt/data/' + 's.csv', '/mnt/data/s.csv' == 's.csv')",
    ],
    "a renderer that writes a page": [f"{PLOTLY}pio.renderers.default = 'iframe'\npx.bar(x=['a'], y=[1]).show()"],
    "a renderer of older notebooks": [f"{PLOTLY}pio.renderers.default = 'notebook'\npx.bar(x=['a'], y=[1]).show()"],
    "a renderer of pictures": [f"{PLOTLY}pio.renderers.default = 'png'\npx.bar(x=['a'], y=[1]).show()"],
    "a renderer for one figure": [f"{PLOTLY}px.bar(x=['a'], y=[1]).show('browser')"],
    "a change of backend": [f"import matplotlib.pyplot as plt\nplt.switch_backend('agg')\n{PLOT}; plt.show()"],
    "a backend by the environment": [
        f"import os\nos.environ['MPLBACKEND'] = 'Agg'\nimport matplotlib.pyplot as plt\n{PLOT}; plt.show()"
    ],
    "a figure that is displayed": [
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(); ax.plot([1]); display(fig); print('shown')"
    ],
    "a picture in a window": ["from PIL import Image\nImage.new('RGB', (2, 2), 'red').show()"],
    "bars of widgets": [
        "import io\nfrom tqdm.notebook import tqdm, trange\nquiet = {'file': io.StringIO()}\n"
        "print(sum(tqdm(range(3), **quiet)), sum(trange(3, display=False, **quiet)))"
    ],
    "bars of the kind that fits": [
        "import io\nfrom tqdm.auto import tqdm\nprint(sum(tqdm(range(3), file=io.StringIO())))"
    ],
    "a figure of Bokeh without a call beforehand": [
        "from bokeh.plotting import figure, show\np = figure(width=90, height=90); p.line([1, 2], [2, 1])\nshow(p)"
    ],
    "a name that was never imported": ["import sys\nsys.exit()", "warnings.warn('x')", "plt.plot([1])"],
}
FEW = 10


def exported(engine: Engine, folder: Path) -> Any:
    """The notebook of a conversation with these cells, whose file is `s.csv`; a copy of that lies in `folder`."""
    folder.mkdir()
    (folder / "s.csv").write_text("sales\n2\n3\n", encoding="utf-8")
    with Interpreter(engine=engine, settings=ConversationSettings(approval="auto")) as live:
        live.files.attach(folder / "s.csv")
        live.run("go", approve="auto")
        document = nbformat.reads(live.notebook.content(), as_version=4)
    nbformat.validate(document)
    return document


def run_again(document: Any, folder: Path) -> Any:
    """A copy that a stock kernel ran, as nbclient does it: a failure that is not marked as one ends the run."""
    fresh = nbformat.from_dict(document)
    fresh = nbformat.reads(nbformat.writes(fresh), as_version=4)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(fresh, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return fresh


def seen(document: Any) -> list[tuple[str, list[Any], int]]:
    """Of each code cell its source, its texts and errors, and how many figures it shows."""
    return [(cell.source, *_seen(cell.outputs)) for cell in document.cells if cell.cell_type == "code"]


def _seen(outputs: list[Any]) -> tuple[list[Any], int]:
    texts: list[Any] = []
    figures = 0
    for output in outputs:
        match output["output_type"]:
            case "stream" if texts and texts[-1][0] == output["name"]:
                texts[-1] = (output["name"], texts[-1][1] + output["text"])
            case "stream":
                texts.append((output["name"], output["text"]))
            case "error":
                texts.append((output["ename"], output["evalue"]))
            case _ if _is_figure(output["data"]):
                figures += 1
            case kind:
                texts.append((kind, output["data"]["text/plain"]))
    return [(name, without_ansi(settled_text(text))) for name, text in texts], figures


def _is_figure(data: Any) -> bool:
    drawn = ("image/", "application/vnd.plotly", "application/vnd.vegalite")
    return any(mime.startswith(drawn) for mime in data) or "vega-embed" in data.get("text/html", "")


@pytest.mark.parametrize(
    "talk", [pytest.param(name, marks=() if at < FEW else pytest.mark.nightly) for at, name in enumerate(TALKS)]
)
def test_a_stock_kernel_gives_what_was_seen(
    talk: str, tmp_path: Path, engine_of: Callable[[list[str]], Engine]
) -> None:
    """B9"""
    document = exported(engine_of(TALKS[talk]), tmp_path / "elsewhere")
    again = run_again(document, tmp_path / "elsewhere")
    for here, there in zip(seen(document), seen(again), strict=True):
        assert there == here, here[0]


def test_code_that_changes_its_directory_stays_as_it_was(
    tmp_path: Path, engine_of: Callable[[list[str]], Engine]
) -> None:
    """B9: a path that is right here and wrong there is better than one that names another file."""
    cells = [
        "import os, pandas as pd\ndf = pd.read_csv('/mnt/data/s.csv')\nos.makedirs('reports', exist_ok=True)",
        "os.chdir('reports'); df.to_csv('inside.csv', index=False); print(os.listdir('.'))",
        "df = pd.read_csv('/mnt/data/s.csv'); print(df.sales.sum())",
        "os.chdir('/mnt/data'); print(sorted(os.listdir('.')))",
    ]
    document = exported(engine_of(cells), tmp_path / "elsewhere")
    assert [cell.source for cell in document.cells if cell.cell_type == "code"] == cells
