"""What changed in the outputs of a notebook: each number with the line that it stands in."""

from __future__ import annotations

import nbformat
from hypothesis import given, strategies as st
from nbformat import NotebookNode

from lci.notebook.changes import OutputChange, output_changes


def notebook(*texts: str) -> NotebookNode:
    cells = [
        nbformat.v4.new_code_cell("…", outputs=[nbformat.v4.new_output("stream", name="stdout", text=text)])
        for text in texts
    ]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 1"), *cells])


def test_numbers_are_paired_by_the_lines_around_them() -> None:
    before, after = notebook("rows = 5\nnorth 1,200.5 of 3\n"), notebook("rows = 7\nnorth 1,300.5 of 3\n")
    assert output_changes(before, after) == (
        OutputChange(1, "rows = #", "5", "7"),
        OutputChange(1, "north # of #", "1,200.5", "1,300.5"),
    )


def test_lines_that_are_gone_or_new_are_whole() -> None:
    before, after = notebook("same", "a 1\nnorth 2\nz 3\n"), notebook("same", "a 1\neast 4\nz 3\nmore\n")
    assert output_changes(before, after) == (
        OutputChange(2, "north 2", "north 2", ""),
        OutputChange(2, "east 4", "", "east 4"),
        OutputChange(2, "more", "", "more"),
    )


@given(st.lists(st.text(st.sampled_from("ab 12.,-\n"), max_size=20), max_size=4))
def test_the_same_outputs_have_not_changed(texts: list[str]) -> None:
    assert output_changes(notebook(*texts), notebook(*texts)) == ()


@given(
    st.lists(st.integers(-999, 999), min_size=1, max_size=5), st.lists(st.integers(-999, 999), min_size=1, max_size=5)
)
def test_every_number_that_differs_is_said(first: list[int], second: list[int]) -> None:
    size = min(len(first), len(second))
    before, after = (
        notebook("\n".join(f"x{'y' * at} {n}" for at, n in enumerate(each[:size]))) for each in (first, second)
    )
    pairs = [(change.before, change.after) for change in output_changes(before, after)]
    assert pairs == [(str(a), str(b)) for a, b in zip(first, second, strict=False) if a != b]


def test_durations_are_numbers_and_a_sign_like_the_mark_is_none() -> None:
    before, after = notebook("12 min\nrank # 5 of 9"), notebook("15 min\nrank 3 5 of 9")
    assert [(each.before, each.after) for each in output_changes(before, after)] == [
        ("12", "15"),
        ("rank # 5 of 9", ""),
        ("", "rank 3 5 of 9"),
    ]


def test_an_output_may_hold_any_character() -> None:
    """Also the one that stands for numbers while lines are compared."""
    changes = output_changes(notebook("a \ue000\nb \ue000 1"), notebook("a 5\nb 2 1"))
    assert [(each.before, each.after) for each in changes] == [("a", ""), ("b 1", ""), ("", "a 5"), ("", "b 2 1")]


def test_pictures_errors_pages_and_what_is_beyond_the_lines_are_said_to_differ() -> None:
    def cell(kind: str, at: int) -> NotebookNode:
        red = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
        blue = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
        match kind:
            case "picture":
                output = nbformat.v4.new_output("display_data", {"image/png": (red, blue)[at]})
            case "error":
                output = nbformat.v4.new_output("error", ename="ValueError", evalue=str(at), traceback=[])
            case "page":
                output = nbformat.v4.new_output("display_data", {"text/html": f"<b>{at}</b>"})
            case _:
                output = nbformat.v4.new_output("stream", name="stdout", text="x\n" * 2_100 + f"{at}\n")
        return nbformat.v4.new_code_cell("…", outputs=[output])

    kinds = ["picture", "error", "page", "rest"]
    before, after = (nbformat.v4.new_notebook(cells=[cell(kind, at) for kind in kinds]) for at in (0, 1))
    assert [each.what for each in output_changes(before, after)] == kinds


def test_what_is_shown_of_other_numbers_is_said_whatever_form_it_has() -> None:
    """Pages by their words where they name a class only, charts as pictures; names that a run invents say nothing."""

    def shown(value: float, name: str, colour: str = "red") -> list[NotebookNode]:
        style = f"<style>#{name} {{color: {colour}}}</style>"
        styler = f'{style}<table id="{name}"><tr><td>north</td><td>{value}</td></tr></table>'
        bundles = [
            {"text/html": styler, "text/plain": f"<pandas.io.formats.style.Styler at 0x{name}0000>"},
            {"application/json": {"v": value}, "text/plain": "<IPython.core.display.JSON object>"},
            {"application/vnd.plotly.v1+json": {"data": [{"y": [value], "uid": name}], "layout": {}}},
            {"image/svg+xml": f'<svg id="{name}"><circle r="{value}"/></svg>', "text/plain": "<SVG object>"},
        ]
        return [
            nbformat.v4.new_code_cell("…", outputs=[nbformat.v4.new_output("display_data", each)]) for each in bundles
        ]

    before, same, other, painted = (
        nbformat.v4.new_notebook(cells=shown(*each))
        for each in ((1.5, "a1"), (1.5, "b2"), (2.5, "b2"), (1.5, "b2", "blue"))
    )
    assert output_changes(before, same) == ()
    changes = [(each.number, each.what, each.before, each.after) for each in output_changes(before, other)]
    assert changes == [
        (1, "line", "1.5", "2.5"),
        (2, "line", "1.5", "2.5"),
        (3, "picture", "", ""),
        (4, "picture", "", ""),
    ]
    assert [(each.number, each.what) for each in output_changes(before, painted)] == [(1, "page")]
