"""HTML outputs are told as their words and tables (B8)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from lci.core.transcript.html_text import html_text

TABLE = """<style>#T_a td {color: red}</style><table border="1" class="dataframe"><thead>
<tr style="text-align: right;"><th></th><th colspan="2">sold</th></tr><tr><th>city</th><th>2024</th>
<th>2025</th></tr></thead>
<tbody><tr><th>Bonn</th><td>1,234.50</td><td><b>7</b></td></tr><tr><th>K&ouml;ln</th><td></td><td>&lt;NA&gt;</td></tr>
</tbody></table>
<p>2 rows × 2 columns</p>"""


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<table><tr><td>total</td><td>77</td></tr></table>", "total | 77"),
        (TABLE, "| sold |\ncity | 2024 | 2025\nBonn | 1,234.50 | 7\nKöln | | <NA>\n2 rows × 2 columns"),
        ("<h1>Sales</h1><p>up by <b>5</b>%<br>since May</p>", "Sales\nup by 5%\nsince May"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<script>let a = '<p>no</p>';</script><div>yes</div><style>p{}</style>", "yes"),
        ("<div><script>a</script><script>b</script>kept</div>", "kept"),
        ("<audio controls><source src='x'>Your browser does not support it</audio>", "[audio player]"),
        ("<iframe src='https://x'></iframe>", "[page]"),
        ("<img src='a.png' alt='a map'> and <img src='b.png'>", "a map and [image]"),
        ("<svg><text>12</text></svg>", ""),
        ("<td colspan='9999999999999999'>x</td>", "x" + " |" * 49),
        ("<td colspan='x'>x</td>", "x"),
        (f"<td colspan='{'9' * 5_000}'>x</td>", "x"),
        ("", ""),
        ("<div><div><div>", ""),
        ("a &lt; b &amp; c", "a < b & c"),
    ],
)
def test_the_words_of_html(markup: str, words: str) -> None:
    assert html_text(markup) == words


@given(st.text(alphabet="<>/td tr=\"'&;ascript!-[]x1", max_size=200))
def test_no_markup_raises(markup: str) -> None:
    assert isinstance(html_text(markup), str)


def test_a_declaration_that_is_none_is_a_comment() -> None:
    assert html_text("<p>before</p><![1 x> <![if IE]><b>after</b><![CDATA[ no ]]> it") == "before\nafter it"
    assert html_text("<![1") == "<![1"
