"""Numbers as links within Markdown that is anybody's: nothing else of it changes, and nothing is let in (B36, B57)."""

from __future__ import annotations

import pytest

from lci.core.grounding.receipts import Exempt
from lci.ui.receipts import _with_links
from lci.ui.safety import markdown
from tests.core.grounding.turns import checked

OUTPUT = "49.69 1200 5 7.5 12"


def linked(text: str) -> str:
    shown = [receipt for receipt in checked(text, OUTPUT) if not isinstance(receipt, Exempt)]
    return markdown(_with_links(text, "t1", enumerate(shown, 1)), "/file/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is **49.7**.", 'It is **[49.7](#receipt_t1_1 "Where this comes from")**.'),
        ("It costs $1,200 or $5.", "It costs [\\$1,200](#receipt_t1_1 \"Where this comes from\") or "
         "[\\$5](#receipt_t1_2 \"Where this comes from\")."),
        ("It is 49.9.", 'It is [49.9](#receipt_t1_1_missing "In no output").'),
        ("| a | 7.5 |", '| a | [7.5](#receipt_t1_1 "Where this comes from") |'),
    ],
)  # fmt: skip
def test_a_number_is_a_link(text: str, expected: str) -> None:
    assert linked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "As $m = 49.69$ says.",
        "As $$m = 49.69$$ says.",
        "[12]: there",
        "[see 49.7](https://example.org)",
        "`49.69`",
        "```\n49.69\n```",
        '<b title="49.69">x</b>',
        "[a][12]",
        "<table>\n<tr><td>49.69</td></tr>\n</table>",
        "So:\n\n<details><summary>more</summary>\nIt is 49.69\n</details>",
        "<my-box>\nIt is 49.69",
    ],
)
def test_where_a_link_would_change_more_than_the_number_there_is_none(text: str) -> None:
    assert "#receipt" not in linked(text)


def test_an_address_in_angle_brackets_is_no_block_of_html() -> None:
    assert "[49.69]" in linked("<https://example.org>\nIt is 49.69")


def test_behind_a_block_of_html_numbers_are_links_again() -> None:
    shown = linked("<details>\nIt is 49.69\n\nand then 7.5")
    assert "[49.69]" not in shown
    assert "[7.5](#receipt_t1_2" in shown


def test_a_number_brings_no_image_and_no_address() -> None:
    """B36: an exclamation mark before it does not make its link a picture."""
    assert "![" not in linked("Look!49.7](https://example.org/x.png)")
    assert "![" not in linked("![49.7](https://example.org/x.png)")
