"""What libraries display, from two stock kernels: the same twice reproduces, other content does not (B50)."""

from __future__ import annotations

import copy
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from lci.notebook.comparing import differing_parts, outcome

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(240)]

SAME = [
    "import pandas as pd\nvalue = 0.5\ndf = pd.DataFrame({'a': [1.5, value], 'b': ['x', 'y']})\ndf",
    "df.style.format({'a': '{:.6f}'}).highlight_max(subset=['a'])",
    "import plotly.express as px\npx.bar(df, x='b', y='a')",
    "import altair as alt\nalt.Chart(df).mark_bar().encode(y='a') | alt.Chart(df[1:]).mark_point().encode(y='a')",
    "alt.Chart(df).mark_bar().encode(x='b', y='a').interactive()",
    "from IPython.display import HTML, JSON, SVG, Markdown\nHTML(f'<b>{value}</b>')",
    "JSON({'a': value})",
    "Markdown(f'**{value}**')",
    "SVG(f'<svg xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"{value}\"/></svg>')",
    "%config InlineBackend.figure_formats = ['svg']\nimport matplotlib.pyplot as plt\nplt.plot([1, value]); plt.show()",
    "from sklearn.linear_model import Ridge\nRidge(alpha=value)",
    "from bokeh.plotting import figure, show\nfrom bokeh.io import output_notebook\noutput_notebook(hide_banner=True)\n"
    "p = figure(); _ = p.line([1, 2], [3, value]); show(p)",
    "from IPython.display import display\nfrom bokeh.embed import file_html\nfrom bokeh.resources import INLINE\n"
    "p = figure(); _ = p.line([1, 2], [3, value])\n"
    "display({'text/html': file_html(p, INLINE, 'Bokeh'), 'text/plain': '<Bokeh figure>'}, raw=True)",
    "px.line(df, x='b', y='a').to_html(include_plotlyjs='cdn', full_html=False)",
    "HTML(px.line(df, x='b', y='a').to_html(include_plotlyjs='cdn', full_html=False))",
    "import tqdm\nfor _ in tqdm.tqdm(range(3)): pass",
]  # fmt: skip
#: A text that is computed: what is in it is no invented name.
_WRITTEN = 14


def run(*sources: str) -> list[Any]:
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(document, timeout=120, kernel_name="python3").execute()
    return list(document.cells)


def test_each_display_reproduces_unless_its_content_is_another() -> None:
    first, again = run(*SAME), run(*SAME)
    other = run("import altair; altair.Chart().mark_bar().interactive()", SAME[0].replace("0.5", "0.75"), *SAME[1:])[1:]
    pairs = [(outcome(one), outcome(two), outcome(three)) for one, two, three in zip(first, again, other, strict=True)]
    assert [at for at, (one, two, _) in enumerate(pairs, 1) if differing_parts(one, two)] == [_WRITTEN]
    assert [at for at, (one, _, three) in enumerate(pairs, 1) if not differing_parts(one, three)] == [len(SAME)]
    # The two ways in which Bokeh is shown.
    figures = [cell.figures for cell in (pairs[11][0], pairs[12][0])]
    crossed = [copy.copy(first[11]), copy.copy(first[12])]
    assert all(len(each) == 1 for each in figures) and not differing_parts(*map(outcome, crossed))
