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
