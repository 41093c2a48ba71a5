"""What is said of a figure without looking at it: facts for models that cannot see, findings for all."""

from __future__ import annotations

import json

import pytest

from lci.core.inspection import FigureNote
from tests.kernels.driving import Driver

pytestmark = pytest.mark.kernel

PLOT = "import matplotlib.pyplot as plt\nimport numpy as np\nplt.close('all')\n"

FINDINGS = {
    "fine": ("plt.plot([1, 2]); plt.xlabel('a (m)'); plt.ylabel('b (s)'); plt.show()", []),
    "unlabelled": ("plt.plot([1, 2]); plt.show()", ["no_x_label", "no_y_label"]),
    "half labelled": ("plt.bar(['a', 'b'], [1, 2]); plt.xlabel('k'); plt.show()", ["no_y_label"]),
    "empty": ("plt.subplots(); plt.show()", ["empty_axes"]),
    "nothing in it": (
        "plt.plot([1, 2], [np.nan, np.nan]); plt.xlabel('a'); plt.ylabel('b'); plt.show()",
        ["series_without_values"],
    ),
    "crowded ticks": (
        "plt.plot(range(30), range(30)); plt.xlabel('a'); plt.ylabel('b')\n"
        "plt.xticks(range(30), ['a long label'] * 30); plt.show()",
        ["x_ticks_overlap"],
    ),
    "turned ticks": (
        "plt.plot(range(30), range(30)); plt.xlabel('a'); plt.ylabel('b')\n"
        "plt.xticks(range(30), ['a long label'] * 30, rotation=90); plt.show()",
        [],
    ),
    "long legend": (
        "for n in range(20): plt.plot([n], label=str(n))\n"
        "plt.xlabel('a'); plt.ylabel('b'); plt.legend(ncol=5); plt.show()",
        ["legend_too_long"],
    ),
    "a picture": ("plt.imshow(np.zeros((4, 4))); plt.show()", []),
    "a pie": ("plt.pie([1, 2], labels=['a', 'b']); plt.show()", []),
    "one label for all": (
        "fig, axes = plt.subplots(1, 2, sharey=True)\nfor ax in axes: ax.plot([1])\n"
        "fig.supxlabel('x'); axes[0].set_ylabel('y'); plt.show()",
        [],
    ),
    "categories": ("plt.bar(['a', 'b'], [1, 2]); plt.ylabel('n'); plt.show()", []),
    "lying categories": ("plt.barh(['a', 'b'], [1, 2]); plt.xlabel('n'); plt.show()", []),
    "dates": (
        "import pandas as pd\nplt.figure(figsize=(12, 4)); plt.plot(pd.date_range('2024', periods=9), range(9))\n"
        "plt.ylabel('n'); plt.show()",
        [],
    ),
    "categories of pandas": (
        "import pandas as pd\npd.Series([1, 2], ['a', 'b']).plot.bar(); plt.ylabel('n'); plt.show()",
        [],
    ),
    "years as names of bars": ("plt.bar([2020, 2021], [1, 2]); plt.ylabel('n'); plt.show()", ["no_x_label"]),
    "no tick labels": ("plt.plot([1, 2]); plt.xticks([]); plt.ylabel('n'); plt.show()", []),
    "slanted ticks": (
        "plt.plot(range(8), range(8)); plt.ylabel('b')\n"
        "plt.xticks(range(8), ['a long label'] * 8, rotation=45, ha='right'); plt.show()",
        [],
    ),
    "slanted ticks that are too many": (
        "plt.plot(range(80), range(80)); plt.ylabel('b')\n"
        "plt.xticks(range(80), ['a long label'] * 80, rotation=45, ha='right'); plt.show()",
        ["x_ticks_overlap"],
    ),
    "upright ticks that are too many": (
        "plt.plot(range(80), range(80)); plt.ylabel('b')\n"
        "plt.xticks(range(80), ['a label'] * 80, rotation=90); plt.show()",
        ["x_ticks_overlap"],
    ),
    "ticks out of view": (
        "plt.plot(range(30), range(30)); plt.ylabel('b')\n"
        "plt.xticks(range(30), ['a long label'] * 30); plt.xlim(-0.5, 2.5); plt.show()",
        [],
    ),
    "crowded ticks at the side": (
        "plt.barh([f'c{n}' for n in range(80)], range(80)); plt.xlabel('a'); plt.show()",
        ["y_ticks_overlap"],
    ),
    "texts on one another": (
        "plt.scatter([1, 1.01], [1, 1.01]); plt.xlabel('a'); plt.ylabel('b')\n"
        "plt.text(1, 1, 'first point'); plt.text(1.0001, 1, 'second point'); plt.show()",
        ["texts_overlap"],
    ),
    "titles on labels": (
        "f, axes = plt.subplots(3, 1, figsize=(5, 4))\n"
        "for ax in axes: ax.plot([1, 2]); ax.set_xlabel('time (s)'); ax.set_ylabel('m'); ax.set_title('Panel')\n"
        "plt.show()",
        ["texts_overlap"],
    ),
    "titles apart from labels": (
        "f, axes = plt.subplots(3, 1, figsize=(5, 8), layout='constrained')\n"
        "for ax in axes: ax.plot([1, 2]); ax.set_xlabel('time (s)'); ax.set_ylabel('m'); ax.set_title('Panel')\n"
        "plt.show()",
        [],
    ),
    "two scales": (
        "a = plt.gca(); a.plot([1, 2]); a.set_xlabel('t'); a.set_ylabel('m')\n"
        "b = a.twinx(); b.plot([5, 4]); b.set_ylabel('kg'); plt.title('Two'); plt.show()",
        [],
    ),
    "a grid of panels": (
        "f, axes = plt.subplots(2, 2, sharex=True, sharey=True, layout='constrained')\n"
        "for ax in axes.flat: ax.plot([1, 2])\nf.supxlabel('t'); f.supylabel('m'); f.suptitle('All'); plt.show()",
        [],
    ),
    "labelled bars": (
        "bars = plt.bar(['a', 'b', 'c'], [1, 2, 3]); plt.bar_label(bars); plt.ylabel('n'); plt.show()",
        [],
    ),
    "no axes shown": ("plt.plot([1]); plt.axis('off'); plt.show()", []),
}


def noted(kernel: Driver, source: str) -> tuple[FigureNote, ...]:
    kernel.fine(PLOT + source)
    return kernel.look(lambda inspector: inspector.figure_notes())


@pytest.mark.parametrize("case", FINDINGS)
def test_what_makes_a_figure_hard_to_read_is_found(kernel: Driver, case: str) -> None:
    """B27"""
    source, expected = FINDINGS[case]
    (figure,) = noted(kernel, source)
    assert list(figure.findings) == expected


def test_a_figure_is_described_by_its_axes_series_and_ranges(kernel: Driver) -> None:
    """B27"""
    (figure,) = noted(
        kernel,
        "plt.scatter([1, 5], [10, 50], label='measured'); plt.plot([0, 6], [5, 55], label='fit')\n"
        "plt.title('Rise'); plt.xlabel('time (s)'); plt.ylabel('height (m)'); plt.legend(); plt.show()",
    )
    (axes,) = json.loads(figure.axes)
    assert (axes["title"], axes["x"]["label"], axes["y"]["label"]) == ("Rise", "time (s)", "height (m)")
    assert {"kind": "line", "count": 2, "x": [0, 6], "y": [5, 55], "label": "fit"} in axes["series"]
    assert {"kind": "points", "count": 2, "x": [1, 5], "y": [10, 50], "label": "measured"} in axes["series"]
    assert axes["legend"] == ["measured", "fit"]


D = "import pandas as pd\nd = pd.date_range('2024-01-01', periods=60)\n"

#: A figure, what is told of it (parts of the JSON text), and what must not be.
FACTS: dict[str, tuple[str, list[str], list[str]]] = {
    "bars": (
        "plt.bar(['a', 'b', 'c'], [3, 9, 1])",
        ['"kind": "bars", "count": 3, "y": [1.0, 9.0], "highest": "b", "lowest": "c"', '"categories": ["a", "b", "c"]',
         '"from left": [["a", 3.0], ["b", 9.0], ["c", 1.0]]'],
        ['"range": [-'],
    ),
    "horizontal bars": (
        "plt.barh(['a', 'b', 'c'], [3, 9, 1])",
        ['"kind": "horizontal bars", "count": 3, "x": [1.0, 9.0], "highest": "b"',
         '"from top": [["c", 1.0], ["b", 9.0], ["a", 3.0]]'],
        ["0.8"],
    ),
    "horizontal bars from the top": (
        "plt.barh(['a', 'b', 'c'], [3, 9, 1]); plt.gca().invert_yaxis()",
        ['"from top": [["a", 3.0], ["b", 9.0], ["c", 1.0]]'],
        [],
    ),
    "bars of pandas": (
        D + "pd.Series([2, 7], ['north', 'south']).plot.bar()",
        ['"categories": ["north", "south"]', '"highest": "south", "lowest": "north"'],
        [],
    ),
    "horizontal bars of pandas": (
        D + "pd.Series([2, 7], ['north', 'south']).plot.barh()",
        ['"kind": "horizontal bars"', '"highest": "south"', '"from top": [["south", 7.0], ["north", 2.0]]'],
        [],
    ),
    "grouped bars": (
        D + "pd.DataFrame({'x': [1, 4], 'y': [3, 2]}, index=['n', 's']).plot.bar()",
        ['"highest": "s", "lowest": "n", "from left": [["n", 1.0], ["s", 4.0]], "label": "x"',
         '"highest": "n", "lowest": "s", "from left": [["n", 3.0], ["s", 2.0]], "label": "y"'],
        [],
    ),
    "bars below zero": ("plt.bar(['a', 'b'], [-5, 2])", ['"y": [-5.0, 2.0]', '"lowest": "a"'], []),
    "many bars": (
        "plt.bar([f'k{n}' for n in range(40)], [n % 37 for n in range(40)])",
        ['"count": 40, "y": [0.0, 36.0], "highest": "k36"', '"categories_in_all": 40'],
        ['"from left"', '"k39"'],
    ),
    "bars with a gap": ("plt.bar(['a', 'b'], [np.nan, 2])", ['"y": [2.0, 2.0]', '[["b", 2.0]]'], ["NaN"]),
    "a histogram": (
        "plt.hist([1, 2, 2, 3, 3, 3, 9], bins=4)",
        ['"kind": "histogram", "count": 4, "x": [1.0, 9.0], "y": [0.0, 3.0], "highest": [1.0, 3.0]'],
        ['"bars"'],
    ),
    "an area": (
        "plt.fill_between([0, 1, 2], [1, 5, 3], label='sales')",
        ['"kind": "area", "x": [0.0, 2.0], "y": [0.0, 5.0], "label": "sales"'],
        ['"points"'],
    ),
    "stacked areas": (
        "plt.stackplot([0, 1], [1, 2], [3, 4], labels=['a', 'b'])",
        ['"y": [0.0, 2.0], "label": "a"', '"y": [1.0, 6.0], "label": "b"'],
        ['"points"'],
    ),
    "a heatmap": (
        "plt.imshow([[1, 2, 3], [4, 5, 60]]); plt.colorbar(label='mm')",
        ['"kind": "heatmap", "shape": [2, 3], "values": [1.0, 60.0], "colours": "mm"'],
        ['"image"'],
    ),
    "a heatmap of seaborn": (
        D + "import seaborn; seaborn.heatmap(pd.DataFrame([[1, 2], [3, -4]], index=['p', 'q'], columns=['r', 's']))",
        ['"kind": "heatmap", "shape": [2, 2], "values": [-4.0, 3.0]', '"categories": ["r", "s"]', '["p", "q"]'],
        ['"points"'],
    ),
    "a mesh": ("plt.pcolormesh(np.arange(12).reshape(3, 4))", ['"shape": [3, 4], "values": [0.0, 11.0]'], []),
    "a picture": ("plt.imshow(np.zeros((4, 5, 3)))", ['"kind": "image", "shape": [4, 5, 3]'], ['"heatmap"']),
    "dates": (
        D + "plt.plot(d, range(60))",
        ['"x": ["2024-01-01", "2024-02-29"], "y": [0.0, 59.0]', '"range": ["2023-12-29T'],
        ["19723", "19"],
    ),
    "dates of pandas": (
        D + "pd.Series(range(60), d).plot()", ['"x": ["2024-01-01", "2024-02-29"]'], ["19723"],
    ),
    "dates of pandas without a frequency": (
        D + "pd.Series([1, 2, 3], d[[0, 5, 59]]).plot()", ['"x": ["2024-01-01", "2024-02-29"]'], ["19723"],
    ),
    "bars at dates": (D + "plt.bar(d[:3], [1, 5, 2])", ['"highest": "2024-01-02"', '[["2024-01-01", 1.0]'], ["19723"]),
    "a title at the left": (
        "plt.plot([1]); plt.title('Sales fell', loc='left')", ['"title": "Sales fell"'], ['"title": ""'],
    ),
    "titles on both sides": (
        "plt.plot([1]); plt.title('A', loc='left'); plt.title('B', loc='right')", ['"title": "A · B"'], [],
    ),
    "a figure's title": (
        "f, axes = plt.subplots(1, 2); axes[0].plot([1]); axes[1].plot([2]); f.suptitle('All')",
        ['{"figure title": "All"}'],
        [],
    ),
    "many panels": (
        "f, axes = plt.subplots(5, 4)\nfor n, ax in enumerate(axes.flat): ax.plot([n, n + 1]); ax.set_title(f'P{n}')",
        ['"title": "P0"', '"y": [0.0, 1.0]'],
        [],
    ),
    "a line across": (
        "plt.plot([5, 6], [7, 8]); plt.axhline(7.5, label='goal'); plt.axvline(5.5)",
        ['"kind": "horizontal line", "y": 7.5, "label": "goal"', '"kind": "vertical line", "x": 5.5'],
        ['"x": [0.0, 1.0]'],
    ),
    "what is out of view": (
        "plt.plot([0, 1, 2, 3], [0, 10, 20, 30]); plt.ylim(0, 15)",
        ['"y": [0.0, 30.0], "out of view": 2', '"range": [0.0, 15.0]'],
        [],
    ),
    "an axis of logarithms": ("plt.plot([1, 1000]); plt.yscale('log')", ['"scale": "log"'], []),
    "an axis turned round": ("plt.plot([1, 5]); plt.ylim(5, 0)", ['"range": [0.0, 5.0]'], ["[5.0, 0.0]"]),
    "binary fractions": ("plt.plot([0.1 + 0.2, 0.7 + 0.1])", ['"y": [0.3, 0.8]'], ["0000000"]),
    "a pie": (
        "plt.pie([1, 3], labels=['a', 'b'])",
        ['"kind": "pie", "count": 2, "shares in %": [["a", 25.0], ["b", 75.0]]'],
        [],
    ),
    "error bars": (
        D + "import seaborn; seaborn.barplot(x=['a', 'a', 'b', 'b'], y=[1, 3, 5, 9], errorbar='sd')",
        ['"highest": "b"', '[["a", 2.0], ["b", 7.0]]', '"kind": "short lines, as of error bars or boxes", "count": 2'],
        ['"kind": "line"'],
    ),
    "vertical lines": (
        "plt.vlines([1, 2, 3], 0, [4, 5, 6])", ['"kind": "lines", "count": 3, "x": [1.0, 3.0], "y": [0.0, 6.0]'],
        ['"points"'],
    ),
    "contours": ("plt.contour(np.arange(16).reshape(4, 4))", ['"kind": "contours"'], ['"points"']),
    "hexagons": (
        "plt.hexbin(np.arange(100), np.arange(100), gridsize=5)", ['"kind": "hexagons"'], ['"points"'],
    ),
    "more series than are described": (
        "for n in range(30): plt.plot([n, n + 1])", ['"more series": 18, "kinds": ["line"]'], [],
    ),
    "masked values": (
        "plt.scatter(np.ma.masked_greater([1, 2, 99], 50), [1, 2, 3])", ['"count": 3, "x": [1.0, 2.0]'], ["99"],
    ),
    "categories along a line": (
        "plt.plot(['low', 'mid', 'high'], [1, 2, 9])",
        ['"categories": ["low", "mid", "high"]', '"x": ["low", "high"]'],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FACTS)
def test_what_is_told_of_a_figure_is_what_it_shows(kernel: Driver, case: str) -> None:
    """B8, B27, B59: of every kind of figure, over all that is told of."""
    source, shown, not_shown = FACTS[case]
    (figure,) = noted(kernel, f"{source}\nplt.show()")
    json.loads(figure.axes)
    assert [part for part in shown if part not in figure.axes] == [], figure.axes
    assert [part for part in not_shown if part in figure.axes] == [], figure.axes


def test_panels_are_left_out_whole_and_counted(kernel: Driver) -> None:
    """B27: what is left can be read."""
    (figure,) = noted(
        kernel,
        "f, axes = plt.subplots(5, 4, figsize=(12, 12), layout='constrained')\n"
        "for n, ax in enumerate(axes.flat): ax.plot([n, n + 1]); ax.set_title(f'P{n}')\nplt.show()",
    )
    panels = json.loads(figure.axes)
    described = [panel for panel in panels if "series" in panel]
    assert [panel["title"] for panel in described] == [f"P{n}" for n in range(len(described))]
    assert panels[-1]["more panels"] == 20 - len(described)


def test_only_the_figures_of_the_last_cell_are_told_and_shown_ones_stay_as_they_are(kernel: Driver) -> None:
    """B8, B27"""
    noted(kernel, "plt.plot([1]); plt.show()")
    assert noted(kernel, "1") == ()
    done = kernel.fine(PLOT + "plt.plot([1, 2]); plt.show()")
    assert len(done.with_mime("image/")) == 1
    assert done.text("stderr") == ""


def test_an_artist_that_cannot_be_measured_loses_nothing(kernel: Driver) -> None:
    """B8"""
    odd = (
        "class Odd:\n    def __getattr__(self, name): raise RuntimeError\n"
        "fig, ax = plt.subplots(); ax.plot([1]); ax.containers.append(Odd())\nplt.show()"
    )
    done = kernel.fine(PLOT + odd)
    assert len(done.with_mime("image/")) == 1
