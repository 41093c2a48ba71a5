"""What people and models write in notebooks out of habit works here, too, and shows what it would show (B8, B14)."""

from __future__ import annotations

import pytest

from tests.kernels.driving import Driver

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("renderer", ["browser", "iframe", "notebook", "png", "json", "vscode", "colab", ""])
def test_a_plotly_figure_is_shown_whatever_renderer_the_code_names(kernel: Driver, renderer: str) -> None:
    """B8: by default, and in the call that shows it."""
    kernel.fine("import plotly.express as px, plotly.io as pio")
    for source in (
        f"pio.renderers.default = {renderer!r}\npx.bar(x=['a'], y=[1]).show()",
        f"px.bar(x=['a'], y=[1]).show(renderer={renderer!r})",
        f"pio.renderers.default = {renderer!r}\npx.bar(x=['a'], y=[1])",
    ):
        done = kernel.fine(source)
        assert ["application/vnd.plotly.v1+json" in shown.data for shown in done.shown] == [True], source


@pytest.mark.parametrize("backend", ["widget", "notebook", "qt", "inline", "ipympl", "agg"])
def test_a_matplotlib_figure_is_shown_whatever_backend_a_magic_names(kernel: Driver, backend: str) -> None:
    """B8."""
    done = kernel.fine(f"%matplotlib {backend}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()")
    assert ["image/png" in shown.data for shown in done.shown] == [True]


@pytest.mark.parametrize(
    "source",
    [
        "from tqdm.notebook import tqdm\nfor i in tqdm(range(5), desc='load'): pass",
        "from tqdm.notebook import trange\nfor i in trange(5): pass",
        "from tqdm.auto import tqdm\nfor i in tqdm(range(5), display=True): pass",
        "from tqdm import tqdm_notebook\nfor i in tqdm_notebook(range(5)): pass",
    ],
)
def test_bars_of_widgets_are_text_that_moves(kernel: Driver, source: str) -> None:
    """B8, B14: no widget is needed, and the last state is told."""
    done = kernel.fine(source)
    assert "100%" in done.text("stderr") and "5/5" in done.text("stderr") and "IProgress" not in done.text("stderr")


def test_json_with_numbers_that_json_does_not_have_is_shown_without_a_warning(kernel: Driver) -> None:
    done = kernel.fine("from IPython.display import JSON\nJSON({'a': float('nan'), 'b': [float('-inf'), 1.5], 'c': 1})")
    assert done.shown[0].data["application/json"] == {"a": "NaN", "b": ["-Infinity", 1.5], "c": 1}
    assert done.streams == []


def test_streams_can_be_configured_and_wrapped_anew(kernel: Driver) -> None:
    """B14: what is printed through a wrapper belongs to the cell that prints it."""
    assert kernel.fine("import sys, io\nsys.stdout.reconfigure(encoding='utf-8')\nprint('データ')").text() == "データ\n"
    wrap = "own = sys.stdout\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')\nprint('データ')"
    assert kernel.fine(wrap).text() == "データ\n"
    assert kernel.fine("print('after')").text() == "after\n"
    assert kernel.fine("sys.stdout = own\ndel own\nimport gc; gc.collect()\nprint('end')").text() == "end\n"
    assert kernel.fine("print('again')").text() == "again\n"


def test_a_bokeh_figure_is_a_page_with_its_scripts_in_it(kernel: Driver) -> None:
    """B8: whether or not the code prepares the notebook for it, which shows nothing."""
    source = (
        "from bokeh.plotting import figure, show\nfrom bokeh.io import output_notebook\noutput_notebook()\n"
        "p = figure(width=200, height=200, title='BOKEH'); p.line([1, 2], [3, 4]); show(p)"
    )
    (shown,) = kernel.fine(source).shown
    page = str(shown.data["text/html"])
    assert "BOKEH" in page and "cdn.bokeh.org" not in page and len(page) > 100_000


def test_a_page_of_the_workspace_is_shown_where_code_frames_it(kernel: Driver) -> None:
    """B8: of the workspace only."""
    kernel.fine("open('net.html', 'w').write('<p>NODE1</p>')")
    (own,) = kernel.fine("from IPython.display import IFrame\nIFrame('net.html', 300, 200)").shown
    assert own.data["text/html"] == "<p>NODE1</p>"
    for source in ("../../etc/hosts", "/etc/hosts", "https://example.org", "none.html"):
        (other,) = kernel.fine(f"IFrame({source!r}, 300, 200)").shown
        assert "<iframe" in str(other.data["text/html"])
