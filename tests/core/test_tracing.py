"""What code uses and touches of a masked column, rule by rule (B51)."""

from __future__ import annotations

import pytest

from lci.core.code.tracing import is_python, mentions, traced, traces
from lci.core.turns import Cell, CellStatus

COLUMNS = ("salary",)


def cells(*sources: str, status: CellStatus = "ok") -> list[Cell]:
    return [Cell(f"c{at}", 1, source, status, started_at=float(at)) for at, source in enumerate(sources)]


def carriers(*sources: str, brought: frozenset[str] = frozenset()) -> str:
    found, _ = traced(cells(*sources), COLUMNS, brought)
    return " ".join(sorted(found))


def derived(*sources: str) -> set[str]:
    return set(traced(cells(*sources), COLUMNS, frozenset())[1])


@pytest.mark.parametrize(
    ("text", "column", "named"),
    [
        ("Base Salary", "base_salary", True), ("baseSalary", "base salary", True), ("base-salary", "base salary", True),
        ("salary2", "salary", False), ("xsalary", "salary", False), ("salary_x", "salary", True),
        ("x_salary", "salary", True),
        ("ab", "ab", True), ("a_b", "b", False), ("a.b", "b", True), ("AB", "ab", True), ("abc", "ab", False),
        ("abc", "abc", True), ("a-b-c", "a b c", True), ("§", "§", True), ("x §§§ y", "§§§", True), ("x", "§§§", False),
        ("", "", False), ("x", "", False), (" ab ", " ab", True),
    ],
)  # fmt: skip
def test_a_column_is_named_in_another_case_or_with_other_blanks(text: str, column: str, named: bool) -> None:
    assert mentions(text, (column,)) is named
    assert mentions(text, ("zzzz", column)) is named
    assert not mentions(text, ())


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = df.salary", {"x"}),
        ("x, y = df.salary, 1", {"x", "y"}),
        ("df['n'] = df.salary", {"df"}),
        ("df.insert(0, 'n', df.salary)", {"df"}),
        ("df.salary.head()", set()),
        ("df.salary.sort(inplace=True)", {"df"}),
        ("df.salary.fillna(0, inplace=True)", {"df"}),
        ("df.salary.fillna(0, inplace=False)", set()),
        ("df.salary.fillna(0, inplace=flag)", {"df", "flag"}),
        ("fill(df, 'salary')", {"df"}),
        ("fill(to=df, by='salary')", {"df"}),
        ("print(df, 'salary')", set()),
        ("len(df.salary)", set()),
        ("for d in (a, b):\n    d['n'] = d.salary", {"a", "b", "d"}),
        ("for d in a.parts:\n    d['n'] = d.salary", {"a", "d"}),
        ("for d in a:\n    print(d.salary)", {"d"}),
        ("import numpy as np\nnp.save('x', df.salary)", set()),
        ("from m import f\nf(df, 'salary')", set()),
        ("def f(d):\n    return d.salary", {"f"}),
        ("x = 1  # salary", set()),
        ("%time df.salary", set()),
    ],
)
def test_names_that_hold_something_of_the_column_are_found(source: str, names: set[str]) -> None:
    assert derived(source) == names


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        (["x = df.salary", "y = x", "y"], "c0 c1 c2"),
        (["x = df.salary", "x = 5", "x"], "c0"),
        (["x = df.salary", "x += 5", "x"], "c0 c1 c2"),
        (["x = df.salary", "with f() as x: pass", "x"], "c0 c2"),
        (["x = df.salary", "for x in y: pass", "x"], "c0 c2"),
        (["x = df.salary", "def x(): pass", "x"], "c0 c2"),
        (["df.salary", "_1"], "c0 c1"),
        (["df.salary", "Out[0]"], "c0 c1"),
        (["df.salary", "_x"], "c0"),
        (["_1", "df.salary"], "c1"),
        (["df.salary.to_csv('a.csv')", "open('a.csv')"], "c0 c1"),
        (["df.salary.to_csv('a.csvlonging')", "open('a.csvlonging')"], "c0"),
        (["print('salary a.csv')", "open('b.csv')"], "c0"),
        (["%run salary.py", "x"], "c0"),
        (["!cat salary.csv"], "c0"),
        (["x = b'salary'"], "c0"),
        (["import salary"], "c0"),
        (["f(salary=1)"], "c0"),
        (["def f(salary): pass"], "c0"),
        (["salary broken ("], "c0"),
        (["broken ("], ""),
    ],
)
def test_cells_that_use_it_or_what_came_of_it_are_found(sources: list[str], found: str) -> None:
    assert carriers(*sources) == found


def test_files_that_a_person_brought_hold_what_they_held() -> None:
    source = "pd.read_csv('a.csv').salary"
    assert carriers(source, "open('a.csv')") == "c0 c1"
    assert carriers(source, "open('a.csv')", brought=frozenset({"a.csv"})) == "c0"


def test_a_cell_that_failed_may_have_left_a_name_as_it_was() -> None:
    first, second = cells("x = df.salary", "x = 1")
    third = Cell("c2", 1, "x", "ok", started_at=2.0)
    assert traced([first, second, third], COLUMNS, frozenset())[0] == {"c0"}
    failed = Cell("c1", 1, "x = 1", "error", started_at=1.0)
    assert traced([first, failed, third], COLUMNS, frozenset())[0] == {"c0", "c2"}


def test_cells_count_in_the_order_in_which_they_ran_and_the_others_last() -> None:
    use, made = Cell("use", 1, "x", "ok", started_at=5.0), Cell("made", 1, "x = df.salary", "ok", started_at=1.0)
    assert traced([use, made], COLUMNS, frozenset())[0] == {"use", "made"}
    waiting = Cell("waiting", 1, "x", "writing")
    assert traced([waiting, made], COLUMNS, frozenset())[0] == {"waiting", "made"}
    zero = Cell("zero", 1, "x = df.salary", "ok", started_at=0.0)
    assert traced([use, zero], COLUMNS, frozenset())[0] == {"use", "zero"}


def test_the_traces_of_code_are_what_it_says_and_touches() -> None:
    found = traces("import a.b as c, d.e\nc.x('f.csv', k=1)\n%magic y\n# comment")
    assert found.texts >= {"a.b", "d.e", "c", "x", "f.csv", "k", "%magic y"} and "comment" not in str(found.texts)
    assert (found.imported, found.files, found.touched) == ({"c", "d"}, {"f.csv"}, {"c"})
    assert traces("f(x, y=z, *w)").handed == {("f", "x"), ("f", "z")}
    assert is_python("%magic\nx = 1") and not is_python("not python (")
