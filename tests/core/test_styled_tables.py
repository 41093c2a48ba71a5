"""Colours of a styled table reach page and report; what loads, covers or leaves its place does not (B8, B34)."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from lci.core.transcript.styled_tables import harmless, inlined
from lci.notebook.forms.cleaning import cleaned
from lci.ui.safety import table_html

FRAME = pd.DataFrame({"a": [1, 2], "b": [3.5, 1.0]})


@pytest.mark.parametrize("page", [table_html, cleaned])
def test_what_styler_marks_is_marked_where_the_table_is_shown(page: Callable[[str], str]) -> None:
    shown = page(FRAME.style.highlight_max(color="gold").to_html())
    assert shown.count("background-color: gold; color: #1a1c2b") == 2
    assert "<style" not in shown
    graded = page(FRAME.style.background_gradient().bar(subset=["a"]).to_html())
    assert graded.count("linear-gradient(90deg") == 2
    assert "color: #f1f1f1" in graded


@pytest.mark.parametrize(
    "style",
    [
        "position: fixed",
        "background: url(https://evil.example/a.png)",
        "background-image: url('x')",
        "color: expression(alert(1))",
        "background: image-set('a.png' 1x)",
        "width: 100vw",
        "color: var(--x)",
        "color: red\\9",
        "content: 'x'",
    ],
)
@pytest.mark.parametrize("page", [table_html, cleaned])
def test_a_style_that_does_more_than_colour_a_cell_is_dropped(page: Callable[[str], str], style: str) -> None:
    assert harmless(style) is None
    markup = f'<style>#T_1_row0_col0 {{{style}}}</style><table><tr><td id="T_1_row0_col0" class="x">1</td></tr></table>'
    assert "style" not in page(markup)
    assert "style" not in page(f'<table><tr><td style="{style}">1</td></tr></table>')


def test_other_html_stays_as_it_is() -> None:
    for html in ("<p>#T_</p>", FRAME.to_html(), '<style>#T_1 {color: red}</style><p id="T_1">a</p>', ""):
        assert inlined(html) == html
