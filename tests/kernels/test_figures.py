"""Every figure appears exactly once, and as something a browser or a notebook can show."""

from __future__ import annotations

import pytest

from lci.kernels.provisioners.plain import cjk_family
from tests.kernels.driving import Driver

pytestmark = pytest.mark.kernel

PLOT = "import matplotlib.pyplot as plt\n"

ONCE = {
    "show": "plt.plot([1, 2]); plt.show()",
    "without-show": "plt.plot([1, 2]);",
    "last-expression": "fig, ax = plt.subplots()\nax.plot([1, 2])\nfig",
    "displayed-by-hand": "fig, ax = plt.subplots()\nax.plot([1])\ndisplay(fig)",
    "saved-and-closed": "plt.plot([1, 2]); plt.savefig('only.png'); plt.close()",
    "saved-and-shown": "plt.plot([1, 2]); plt.savefig('both.png'); plt.show()",
    "shown-then-saved": "fig, ax = plt.subplots(); plt.show(); fig.savefig('after.png')",
    "saved-left-open": "plt.plot([1, 2]); plt.savefig('open.png')",
    "saved-twice-and-closed": "plt.plot([1]); plt.savefig('a.png'); plt.savefig('b.png'); plt.close('all')",
    "agg": "import matplotlib; matplotlib.use('Agg'); plt.plot([1]); plt.show()",
    "tk": "import matplotlib; matplotlib.use('TkAgg'); plt.plot([1])",
    "switched": "plt.switch_backend('Agg'); plt.plot([1]); plt.show()",
    "pandas": "import pandas as pd; pd.Series([1, 2]).plot()",
    "seaborn": "import seaborn as sns; sns.lineplot(x=[1, 2], y=[3, 4])",
    "seaborn-grid": "import pandas as pd, seaborn as sns\n"
    "sns.relplot(pd.DataFrame({'x': [1, 2], 'y': [3, 4]}), x='x', y='y')",
    "in-a-function-then-error": "def draw():\n    plt.plot([1]); raise ValueError\n"
    "try:\n    draw()\nexcept ValueError:\n    pass",
}


@pytest.mark.parametrize("case", ONCE)
def test_a_matplotlib_figure_appears_once(kernel: Driver, case: str) -> None:
    """B8"""
    done = kernel.fine(PLOT + ONCE[case])
    assert len(done.with_mime("image/")) == 1, done.shown
    assert done.text("stderr") == ""


def test_several_figures_of_a_cell_appear_once_each(kernel: Driver) -> None:
    """B8"""
    assert len(kernel.fine(PLOT + "for n in range(3):\n    plt.figure(); plt.plot([n])").with_mime("image/")) == 3
    shown = kernel.fine(PLOT + "for n in range(3):\n    plt.plot([n]); plt.show()")
    assert len(shown.with_mime("image/")) == 3


def test_figures_saved_in_turn_after_shown_ones_are_all_there(kernel: Driver) -> None:
    """B8: a new figure may get the memory address of one that was shown and thrown away."""
    done = kernel.fine(
        PLOT
        + "for n in range(5):\n    plt.plot([n]); plt.show()\n"
        + "for n in range(5):\n    plt.plot([n]); plt.savefig(f's{n}.png'); plt.close()"
    )
    assert len(done.with_mime("image/")) == 10


def test_a_figure_only_saved_is_shown_from_its_file(kernel: Driver) -> None:
    """B8"""
    done = kernel.fine(
        PLOT + "import os; os.makedirs('plots', exist_ok=True)\nplt.plot([1]); plt.savefig('plots/a.png'); plt.close()"
    )
    assert [output.metadata["lci"] for output in done.with_mime("image/png")] == [{"file": "plots/a.png"}]
    svg = kernel.fine(PLOT + "plt.plot([1]); plt.savefig('b', format='svg'); plt.savefig('c.svg'); plt.close()")
    assert [output.metadata["lci"] for output in svg.with_mime("image/svg")] == [{"file": "c.svg"}]


TITLES = {
    "plt.plot([1]); plt.title('Sales'); plt.show()": "Sales",
    "plt.plot([1]); plt.title('left', loc='left'); plt.show()": "left",
    "fig, ax = plt.subplots(); ax.set_title('one'); fig.suptitle('all'); fig": "all",
    "plt.plot([1]); plt.xlabel('year'); plt.ylabel('price'); plt.show()": "price · year",
    "plt.plot([1]); plt.title('kept'); plt.savefig('k.png'); plt.close()": "kept",
    "plt.plot([1]); plt.show()": None,
}


@pytest.mark.parametrize("source", TITLES)
def test_a_figure_says_what_it_shows(kernel: Driver, source: str) -> None:
    """B8: the gallery and the exported notebook have its title."""
    [output] = kernel.fine(PLOT + source).with_mime("image/png")
    assert output.metadata.get("lci", {}).get("title") == TITLES[source]


def test_a_frame_says_how_large_it_is(kernel: Driver) -> None:
    """What is shown of it is cut."""
    [table] = kernel.fine("import pandas as pd\npd.DataFrame({'a': range(500), 'b': 1})").with_mime("text/html")
    assert table.metadata == {"lci": {"shape": [500, 2]}}
    [series] = kernel.fine("pd.Series([1])").with_mime("text/plain")
    assert series.metadata == {}


def test_a_figure_saved_in_one_cell_is_not_shown_again_in_the_next(kernel: Driver) -> None:
    """B8"""
    assert len(kernel.fine(PLOT + "fig, ax = plt.subplots(); fig.savefig('x.png')").with_mime("image/")) == 1
    assert kernel.fine("1").with_mime("image/") == []


@pytest.mark.parametrize("ending", ["fig", "fig.show()"])
def test_a_plotly_figure_is_one_bundle(kernel: Driver, ending: str) -> None:
    """B8"""
    done = kernel.fine(f"import plotly.express as px\nfig = px.line(x=[1, 2], y=[3, 4])\n{ending}")
    assert len(done.shown) == 1
    assert "application/vnd.plotly.v1+json" in done.shown[0].data


def test_an_altair_chart_is_json_under_a_name_notebooks_accept(kernel: Driver) -> None:
    """B8, B9"""
    done = kernel.fine(
        "import altair as alt, pandas as pd\n"
        "alt.Chart(pd.DataFrame({'x': [1], 'y': [2]})).mark_point().encode(x='x', y='y')"
    )
    assert [list(output.data) for output in done.shown] == [["application/vnd.vegalite.v6+json", "text/plain"]]
    assert isinstance(done.shown[0].data["application/vnd.vegalite.v6+json"], dict)


@pytest.mark.parametrize("ending", ["image", "image.show()"])
def test_a_pil_image_appears_once(kernel: Driver, ending: str) -> None:
    """B8"""
    done = kernel.fine(f"from PIL import Image\nimage = Image.new('RGB', (4, 4))\n{ending}")
    assert len(done.with_mime("image/png")) == 1


def test_svg_and_tables_have_their_own_kinds(kernel: Driver) -> None:
    """B8"""
    svg = "<svg xmlns='http://www.w3.org/2000/svg'/>"
    assert len(kernel.fine(f'from IPython.display import SVG\nSVG(data="{svg}")').with_mime("image/svg+xml")) == 1
    table = kernel.fine("import pandas as pd\npd.DataFrame({'a': [1]})")
    assert len(table.shown) == 1
    assert "<table" in str(table.shown[0].data["text/html"])


@pytest.mark.skipif(cjk_family() is None, reason="no CJK font here")
def test_chinese_japanese_and_korean_have_glyphs(kernel: Driver) -> None:
    """B28"""
    done = kernel.fine(PLOT + "plt.plot([-1, 1]); plt.title('中文 日本語 한국어'); plt.show()")
    assert len(done.with_mime("image/png")) == 1
    assert done.text("stderr") == ""


def test_updates_reach_a_display_of_an_earlier_cell(kernel: Driver) -> None:
    """B14"""
    kernel.fine("from IPython.display import display\nhandle = display('one', display_id='d')")
    done = kernel.fine("handle.update('two')")
    assert [(update.display_id, update.data["text/plain"]) for update in done.updates] == [("d", "'two'")]


def test_a_waiting_update_arrives_while_the_cell_goes_on(kernel: Driver) -> None:
    """B14: updates are spaced; the last one comes also when nothing follows it."""
    done = kernel.fine(
        "handle = display(0, display_id=True)\nfor n in range(500): handle.update(n)\nhandle.update('x')"
    )
    assert done.updates[-1].data["text/plain"] == "'x'"
    assert len(done.updates) < 100
    slow = kernel.fine(
        "import time\nfor n in range(9): handle.update(n)\ntime.sleep(0.4)\nprint('later', flush=True)\ntime.sleep(0.2)"
    )
    kinds = [type(event).__name__ for event in slow.events]
    assert slow.updates[-1].data["text/plain"] == "8"
    assert kinds.index("OutputProduced") > len(slow.updates) - 1


def test_clearing_is_told_with_its_wait(kernel: Driver) -> None:
    """B14"""
    done = kernel.fine("from IPython.display import clear_output\nprint(1); clear_output(wait=True); print(2)")
    assert [event.wait for event in done.clearings] == [True]
