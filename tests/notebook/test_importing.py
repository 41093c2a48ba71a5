"""A notebook of anybody becomes a conversation: texts, code, outputs in their order, nothing as if it had run."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from typing import Any

import nbformat
import pytest

from lci.core.notebook_cells import CodeCell, MarkdownCell, notebook_cells
from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.turns import Cell, Prose
from lci.errors import FileUnreadable
from lci.notebook.importing import imported
from lci.notebook.reading import LARGEST
from tests.notebook.brought import again, cells_of, code, conversation_of, file, markdown, role, stream

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FAILURE = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["one", "two"]}
RESULT = {"output_type": "execute_result", "execution_count": 3, "data": {"text/plain": ["4", "2"]}, "metadata": {}}
STUDY = file(
    markdown(["# The *study* of `x`\n", "\n", "Begun in May."]),
    markdown("Second text"),
    code("x = 1", count=1),
    code("x", stream("o"), stream("ne"), RESULT, count=3),
    code("raise ValueError('no')", FAILURE, count=4),
    {"cell_type": "raw", "metadata": {}, "source": "---\nraw"},
)


def steps(content: bytes) -> tuple[Any, ...]:
    (turn,) = conversation_of(imported(content, "n.ipynb")).turns
    return turn.steps


def reason(content: bytes) -> str:
    with pytest.raises(FileUnreadable) as refused:
        imported(content, "n.ipynb")
    assert (refused.value.name, refused.value.format) == ("n.ipynb", "notebook")
    return refused.value.reason


def test_texts_and_cells_become_one_turn_in_their_order() -> None:
    now = conversation_of(imported(STUDY, "folder/n.ipynb"))
    (turn,) = now.turns
    assert (now.title, turn.prompt, turn.origin, turn.ending, turn.rounds) == (
        "The study of x", "", "import", "done", 0,
    )  # fmt: skip
    first, second, setting, shown, failed, raw = turn.steps
    assert first == Prose("# The *study* of `x`\n\nBegun in May.", 0, "import")
    assert (second, raw) == (Prose("Second text", 0, "import"), Prose("```\n---\nraw\n```", 0, "import"))
    cells = (setting, shown, failed)
    assert [(each.source, each.status, each.execution_count, each.author, each.generation) for each in cells] == [
        ("x = 1", "ok", 1, "import", 0), ("x", "ok", 3, "import", 0),
        ("raise ValueError('no')", "error", 4, "import", 0),
    ]  # fmt: skip
    assert shown.outputs == (StreamOutput("stdout", "one"), ExecuteResult({"text/plain": "42"}, {}, 3))
    assert failed.outputs == (ErrorOutput("ValueError", "no", ("one", "two")),)


def test_ids_are_fresh_and_safe_whatever_the_cells_are_called() -> None:
    content = file(code("1", count=1, id="../'\"<b>"), code("2", id="x" * 900), markdown("m", id=7))
    ids = [each.id for each in notebook_cells(conversation_of(imported(content, "n.ipynb")))]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", each) for each in ids)
    assert len(set(ids)) == len(ids) == 4


def test_code_that_never_ran_does_not_look_as_if_it_had() -> None:
    content = file(markdown("a"), code("1"), code("2", stream("2"), count=1), code("3"), code(""), markdown("b"))
    now = conversation_of(imported(content, "n.ipynb"))
    assert [cell.source for cell in now.turns[0].cells] == ["2"]
    shown = [each for each in notebook_cells(now) if isinstance(each, CodeCell | MarkdownCell)]
    assert [each.text if isinstance(each, MarkdownCell) else each.source for each in shown] == [
        "a",
        "1",
        "2",
        "3",
        "",
        "b",
    ]
    assert [each.is_unrun for each in shown if isinstance(each, CodeCell)] == [True, False, True, True]
    assert [(cell["source"], cell["execution_count"]) for cell in cells_of(again(content)) if "outputs" in cell] == [
        (["1"], None), (["2"], 1), (["3"], None), ([], None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# A *b* [c](http://d) `e` #", "A b c e"), ("\n\nA\n=====\ntext", "A"), ("## A", "n"), ("#A", "n"), ("A", "n"),
        ("text\n# A", "n"), ("# ", "n"), ("# 2 \\* snake_case\\_x", "2 * snake_case_x"), ("- a\n===", "n"),
        ("# " + "x" * 500, "x" * 200),
    ],
)  # fmt: skip
def test_the_title_is_the_heading_it_begins_with_else_the_file_s_name(source: str, title: str) -> None:
    assert imported(file(markdown(source)), "some/n.ipynb").title == title
    assert imported(file(code("1"), markdown(source)), "n.ipynb").title == "n"


def test_the_heading_that_is_the_title_is_not_said_twice() -> None:
    sources = ["".join(cell["source"]) for cell in cells_of(again(STUDY))]
    assert sources[0] == "# The *study* of `x`\n\nBegun in May."
    assert "".join(cells_of(again(file(markdown("text"))))[0]["source"]) == "# again"


def test_outputs_keep_all_their_types() -> None:
    spec = {"data": [{"y": [1, 2.5, None]}], "layout": {"title": "t"}}
    bundle = {
        "text/html": ["<b>", "x</b>"],
        "image/png": PNG,
        "application/vnd.plotly.v1+json": spec,
        "text/plain": "x",
    }
    shown = {"output_type": "display_data", "data": bundle, "metadata": {"image/png": {"width": 3}}}
    (cell,) = steps(file(code("f", shown, stream("e", "stderr"), stream("?", "odd"), count=1)))
    assert cell.outputs == (
        DisplayData({**bundle, "text/html": "<b>x</b>"}, {"image/png": {"width": 3}}),
        StreamOutput("stderr", "e"),
        StreamOutput("stdout", "?"),
    )


def test_pasted_pictures_become_files_that_the_text_names() -> None:
    pasted = {
        "image.png": {"image/png": PNG},
        "my plot.svg": {"image/svg+xml": "<svg/>"},
        "no.txt": {"text/plain": "x"},
    }
    text = (
        "![a](attachment:image.png) ![again](attachment:image.png 'tip') <img src=\"attachment:my%20plot.svg\" width=9>"
        " ![](attachment:gone.png) ![t](attachment:no.txt)"
    )
    other = markdown("![b](attachment:image.png)", attachments={"image.png": {"image/png": PNG}})
    brought = imported(file(markdown(text, attachments=pasted), other), "n.ipynb")
    assert [(each.name, each.content) for each in brought.attachments] == [
        ("image.png", base64.b64decode(PNG)), ("my-plot.svg", b"<svg/>"), ("image-2.png", base64.b64decode(PNG)),
    ]  # fmt: skip
    first, second = conversation_of(brought).turns[0].steps
    assert isinstance(first, Prose)
    assert isinstance(second, Prose)
    assert (first.text, second.text) == (
        "![a](image.png) ![again](image.png) ![](my-plot.svg) ![](attachment:gone.png) ![t](attachment:no.txt)",
        "![b](image-2.png)",
    )


COLAB = {
    "nbformat": 4, "nbformat_minor": 0,
    "metadata": {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "cells": [
        {
            "cell_type": "code", "metadata": {"id": "aB_1", "colab": {"height": 9}}, "execution_count": 5,
            "source": ["!pip install x\n", "df"],
            "outputs": [{
                "output_type": "execute_result", "execution_count": 5, "metadata": {},
                "data": {"text/html": ["<b>x"], "application/vnd.google.colaboratory.intrinsic+json": {"type": "t"}},
            }],
        },
    ],
}  # fmt: skip
VS_CODE = {
    "nbformat": 4, "nbformat_minor": 2,
    "metadata": {"language_info": {"name": "python", "version": "3.12.1"}, "orig_nbformat": 4},
    "cells": [{
        "cell_type": "code", "execution_count": 1, "metadata": {"vscode": {"languageId": "python"}},
        "source": "1", "outputs": [{"name": "stdout", "output_type": "stream", "text": "1\n"}],
    }],
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "source"), [(COLAB, "!pip install x\ndf"), (VS_CODE, "1")])
def test_what_colab_and_vs_code_write_is_read(dialect: dict[str, Any], source: str) -> None:
    (cell,) = steps(json.dumps(dialect).encode())
    assert (cell.source, cell.status, len(cell.outputs)) == (source, "ok", 1)
    assert steps(b"\xef\xbb\xbf" + json.dumps(dialect).encode())[0].source == source


def test_older_formats_are_read_too() -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Old"]},
        {
            "cell_type": "code", "language": "python", "metadata": {}, "input": ["1 + 1"], "prompt_number": 2,
            "outputs": [{"output_type": "pyout", "prompt_number": 2, "text": ["2"], "metadata": {}}],
        },
    ]  # fmt: skip
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": cells, "metadata": {}}],
    }
    now = conversation_of(imported(json.dumps(old).encode(), "n.ipynb"))
    text, cell = now.turns[0].steps
    assert (now.title, text) == ("Old", Prose("# Old", 0, "import"))
    assert isinstance(cell, Cell)
    assert (cell.source, cell.outputs) == ("1 + 1", (ExecuteResult({"text/plain": "2"}, {}, 2),))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (STUDY[:-40], "cut notebook"), (b"", "cut notebook"), (b"no json", "cut notebook"),
        (b"\xff\xfe\x00", "cut notebook"),
        (b"[" * 100_000, "cut notebook"), (b'{"a":' * 100_000, "cut notebook"),
        (b"[]", "no notebook"), (b"null", "no notebook"), (b'{"nbformat": 4}', "no notebook"),
        (b'{"nbformat": true, "cells": []}', "no notebook"), (b'{"nbformat": "4", "cells": []}', "no notebook"),
        (b'{"nbformat": 4, "cells": {}}', "no notebook"), (b'{"nbformat": 0, "cells": []}', "no notebook"),
        (b'{"nbformat": 5, "cells": []}', "newer notebook"), (b'{"nbformat": 3, "worksheets": 7}', "odd notebook"),
        (file(markdown(7)), "odd notebook"), (file(markdown(["a", 7])), "odd notebook"), (file(7), "odd notebook"),  # type: ignore[arg-type]
        (file(code("1", outputs={"a": 1})), "odd notebook"), (file(code("1", 5)), "odd notebook"),  # type: ignore[arg-type]
        (file(code("1", stream(5))), "odd notebook"), (file({"cell_type": 1, "source": ""}), "odd notebook"),
        (file(code("1", {"output_type": "display_data", "data": 5})), "odd notebook"),
        (file(markdown("x"), metadata={"kernelspec": {"language": "R"}}), "other language"),
        (file(markdown("x"), metadata={"language_info": {"name": "julia"}}), "other language"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, word: str) -> None:
    assert reason(content) == word


def test_values_too_deep_within_one_another_are_refused() -> None:
    for depth in (150, 900):
        deep: Any = json.loads("[" * depth + "]" * depth)
        shown = {"output_type": "display_data", "data": {"application/json": deep}, "metadata": {}}
        assert reason(file(code("1", shown, count=1))) == "deep notebook"


def test_a_notebook_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert reason(b" " * (LARGEST + 1)) == "large notebook"


def test_texts_of_thousands_of_outputs_are_two_and_other_outputs_have_a_limit() -> None:
    prints = [stream(f"{n}\n", ("stdout", "stderr")[n % 2]) for n in range(50_000)]
    now = conversation_of(imported(file(code("loop", *prints, count=1)), "n.ipynb"))
    (cell,) = now.turns[0].cells
    texts = [
        (output.name, len(output.text.splitlines())) for output in cell.outputs if isinstance(output, StreamOutput)
    ]
    assert texts == [("stdout", 25_000), ("stderr", 25_000)] and len(cell.outputs) == 2
    shown = {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}
    assert reason(file(code("loop", *[shown] * 2_001, count=1))) == "many outputs"


def test_nothing_of_a_refused_notebook_is_written_to_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    """B43: its texts may be anything, also halves of characters."""
    old = {"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code", "input": "\ud800"}]}]}
    with contextlib.suppress(FileUnreadable):
        imported(json.dumps(old).encode(), "n.ipynb")
    assert not caplog.records


def test_what_is_odd_and_harmless_is_put_right() -> None:
    lone, nul = "a\ud800b", "a\0b"
    shown = {"output_type": "display_data", "data": {"text/plain": 5, "image/png": {"a": 1}}, "metadata": []}
    odd = file(
        markdown(lone, metadata=[1], attachments="none"),
        {"cell_type": "code", "source": nul, "metadata": None, "execution_count": "7", "outputs": [shown]},
        code("1", {**FAILURE, "traceback": "x", "evalue": 5}, count=True),
        code("2", {**RESULT, "execution_count": 10**30}, count=-1),
        {"cell_type": "heading", "source": "kept"},
        metadata="none",
    )
    text, first, second, third, raw = steps(odd.replace(b'"text/plain": 5', b'"text/plain": NaN'))
    assert (text.text, raw.text) == ("a\ufffdb", "```\nkept\n```")
    assert (first.source, first.execution_count) == ("ab", None)
    assert first.outputs == (DisplayData({"text/plain": "null", "image/png": '{"a": 1}'}),)
    assert (second.execution_count, second.outputs) == (None, (ErrorOutput("ValueError", "5"),))
    assert (third.execution_count, third.outputs) == (None, (ExecuteResult({"text/plain": "42"}),))


def test_thousands_of_cells_are_read_and_folded() -> None:
    many = [each for n in range(5_000) for each in (markdown(f"text {n}"), code(f"x{n} = 1", stream("1"), count=n))]
    now = conversation_of(imported(file(*many), "n.ipynb"))
    assert len(now.turns[0].steps) == 10_000


def test_an_empty_notebook_becomes_a_conversation_without_turns() -> None:
    brought = imported(file(), "n.ipynb")
    assert (brought.title, brought.entries, brought.cells) == ("n", (), 0)


def test_the_export_is_a_valid_notebook_of_the_same_cells() -> None:
    document = nbformat.reads(again(STUDY).decode(), as_version=4)
    nbformat.validate(document)
    assert [(role(cell), cell.cell_type) for cell in document.cells] == [
        ("prose", "markdown"), ("prose", "markdown"), ("cell", "code"), ("cell", "code"), ("cell", "code"),
        ("prose", "markdown"),
    ]  # fmt: skip
