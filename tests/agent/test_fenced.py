"""B16: one fenced block in an answer that comes in pieces of any size."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from lci.agent.protocols.fenced_answer import Block, Code, FencedAnswer, Piece, Said, holds_code, is_python


def pieces_of(text: str, cuts: list[int] | None = None) -> list[Piece]:
    answer = FencedAnswer()
    made: list[Piece] = []
    at = 0
    for cut in [*(cuts or []), len(text)]:
        made += answer.read(text[at : at + cut])
        at += cut
        if at >= len(text):
            break
    return made + answer.end()


def outcome(pieces: list[Piece]) -> tuple[str, str | None]:
    """The prose, and the source of the block."""
    said = "".join(piece.text for piece in pieces if isinstance(piece, Said))
    blocks = [piece.source for piece in pieces if isinstance(piece, Block)]
    assert len(blocks) <= 1
    assert not blocks or isinstance(pieces[-1], Block)
    return said, blocks[0] if blocks else None


@pytest.mark.parametrize(
    ("text", "said", "source"),
    [
        ("No code.", "No code.", None),
        ("So:\n```python\nprint(1)\n```\n", "So:\n", "print(1)"),
        ("```py\nprint(1)\n```", "", "print(1)"),
        ("```Python3\nprint(1)\n```", "", "print(1)"),
        ("```{python}\nprint(1)\n```", "", "print(1)"),
        ('```python title="a.py"\nprint(1)\n```', "", "print(1)"),
        ("~~~python\nprint(1)\n~~~\n", "", "print(1)"),
        ("````python\nprint('```')\n```\n````\n", "", "print('```')\n```"),
        ("```python\nprint(1)\n````\n", "", "print(1)"),
        ("```python\nprint(1)\n~~~\n", "", "print(1)\n~~~"),
        ("1. Do:\n   ```python\n   if x:\n       y\n   ```\n", "1. Do:\n", "if x:\n    y"),
        ("```python\r\na = 1\r\nb = 2\r\n```\r\n", "", "a = 1\nb = 2"),
        ("```python\nfirst\n```\ntext\n```python\nsecond\n```\n", "", "first"),
        ("```python\n```\nthen\n```python\nx\n```\n", "```python\n```\nthen\n", "x"),
        ("```python\nx = 1\n\n", "", "x = 1\n"),
        ("```python\nx = 1", "", "x = 1"),
        # A fence inside a string is not the end of the block.
        ('```python\ns = """\n```\nno\n```\n"""\nprint(s)\n```\n', "", 's = """\n```\nno\n```\n"""\nprint(s)'),
        ("```python\ns = '''a\n```\n'''\n```\n", "", "s = '''a\n```\n'''"),
        ("```python\ns = \"it's\"  # don't '''\n```\nx", "", "s = \"it's\"  # don't '''"),
        # A string that is never ended does not swallow what follows its block.
        ('```python\ns = """oops\n```\nThe output is 5.\n', "", 's = """oops'),
        # Without a label it is code when it is a program.
        ("```\nprint(1)\n```\n", "", "print(1)"),
        ("```\n%pip install x\n```\n", "", "%pip install x"),
        ("```\n% of total\n```\n", "```\n% of total\n```\n", None),
        ("```\n%time f()\nx = 1\n```\n", "", "%time f()\nx = 1"),
        ("```\nimport os", "", "import os"),
        ("```\nregion,sales\nNorth,1\n```\nok", "```\nregion,sales\nNorth,1\n```\nok", None),
        ("```\n42\n```\n", "```\n42\n```\n", None),
        ('```\n{"a": 1}\n```\n', '```\n{"a": 1}\n```\n', None),
        # Other labels are prose, and what they hold too.
        ("```bash\nls\n```\n", "```bash\nls\n```\n", None),
        ("```json\n{}\n```\nThen\n```python\nx\n```", "```json\n{}\n```\nThen\n", "x"),
        ("````md\n```python\nx\n```\n````\n", "````md\n```python\nx\n```\n````\n", None),
        # Calls that a server has left in the text.
        ('So.\n<tool_call>\n{"name": "execute_code", "arguments": {"code": "x = 1"}}\n</tool_call>', "So.\n", "x = 1"),
        ('<tool_call>{"name": "python", "arguments": "{\\"code\\": \\"x\\"}"}</tool_call>\nmore', "", "x"),
        ('<tool_call>\n{"name": "python", "parameters": {"code": "a\nb"}}', "", "a\nb"),
        ('<tool_call>{"name": "search", "arguments": {}}</tool_call>\nok', None, None),
        ("<tool_call>\nnonsense\n</tool_call>\nok", None, None),
        ("Call <tool_call> inline", None, None),
        ("Use ```python``` here", "Use ```python``` here", None),
        ("```x``` is inline\n", "```x``` is inline\n", None),
        ("a ```python\nx\n```", "a ```python\nx\n```", None),
        ("``", "``", None),
        ("", "", None),
    ],
)
def test_prose_and_code_are_told_apart(text: str, said: str | None, source: str | None) -> None:
    assert outcome(pieces_of(text)) == (text if said is None else said, source)


CALLS = ["<tool_call>", "</tool_call>", '{"name": "python", "arguments": {"code": "x"}}']
FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "```",
            "~~~",
            "`",
            "python",
            "py\n",
            "bash\n",
            "\n",
            "\r\n",
            "x = 1",
            '"""',
            "'",
            "#",
            "\\",
            "    ",
            "é表",
            "text",
        ]
    ),
    max_size=24,
).map("".join)


@given(FRAGMENTS, st.lists(st.integers(1, 5), max_size=80))
@example('Hi\n```python\ns = """\n```\n"""\nprint("```")\n```\nmore', [1] * 80)
def test_how_an_answer_is_cut_makes_no_difference(text: str, cuts: list[int]) -> None:
    whole = pieces_of(text)
    cut = pieces_of(text, cuts)
    assert outcome(cut) == outcome(whole)
    source = outcome(whole)[1]
    shown = "".join(piece.text for piece in cut if isinstance(piece, Code))
    assert source is None or shown.startswith(source)


@given(st.text(alphabet="`~\n abpython\r\"'", max_size=60))
def test_without_a_block_every_character_is_prose(text: str) -> None:
    said, source = outcome(pieces_of(text))
    assert source is not None or said == text


def test_code_shows_line_by_line_while_it_is_written() -> None:
    answer = FencedAnswer()
    assert answer.read("Look:\n```pyt") == [Said("Look:\n")]
    assert answer.read("hon\na = 1\nb") == [Code("a = 1")]
    assert answer.read(" = 2\n``") == [Code("\nb = 2")]
    assert answer.read("`\n") == [Block("a = 1\nb = 2")]
    assert answer.complete
    assert answer.read("Output: 3\n```python\nmore\n```\n") == []


def test_prose_is_not_held_back() -> None:
    answer = FencedAnswer()
    assert answer.read("The mean") == [Said("The mean")]
    assert answer.read(" is `3`") == [Said(" is `3`")]
    assert answer.read("\n``") == [Said("\n")]
    assert answer.read("x") == [Said("``x")]


def test_a_megabyte_without_a_line_end_is_read_in_a_moment() -> None:
    answer = FencedAnswer()
    said = [piece for _ in range(1_000) for piece in answer.read("x" * 1_000)]
    assert sum(len(piece.text) for piece in said if isinstance(piece, Said)) == 1_000_000


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("df.head()", True),
        ("1 + 1", True),
        ("x = 1", True),
        ("!ls\nx = 1", True),
        ("sales.csv", False),
        ("North 120", False),
        ("a, b", False),
        ("name: str", False),
        ("[1, 2]", False),
        ("", False),
        ("-" * 100_000 + "1", False),
        ("\x00", False),
    ],
)
def test_text_without_a_label_is_code_when_it_does_something(source: str, expected: bool) -> None:
    assert is_python(source) is expected


def test_code_within_a_thought_is_seen() -> None:
    assert holds_code("I could do\n```python\nx = 1\n```\nor not")
    assert not holds_code("I could do x = 1")


def test_half_of_a_line_end_waits_for_its_other_half() -> None:
    answer = FencedAnswer()
    assert answer.read("Look\r") == [Said("Look")]
    assert answer.read("\nmore\r") == [Said("\r\nmore")]
    assert answer.end() == [Said("\r")]
