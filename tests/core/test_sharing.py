"""The veil between a conversation and a model (B51): what it withholds is decided from values alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from lci.core.files import Column, Preview, Table, WorkspaceFile
from lci.core.folding import folded
from lci.core.inspection import FailureFacts, NamedObject, Variable
from lci.core.messages import ImagePart
from lci.core.outputs import ErrorOutput
from lci.core.privacy.failures import failure
from lci.core.privacy.masking import MASK, MaskedValues
from lci.core.privacy.veil import (
    Veil,
    derived_names,
    veiled_facts,
    veiled_file,
    veiled_variables,
    withheld_cells,
)
from lci.core.transcript.building import transcript
from lci.core.turns import Cell, Sent, Turn
from tests.core.strategies import logs
from tests.core.test_transcript import Plain, assert_well_formed

SCHEMA = Veil("schema", (), None)
VALUES = MaskedValues.of(["Zebrawald", 80_417])
assert VALUES is not None
MASKS = Veil("full", ("salary",), VALUES)
UNREAD = Veil("full", ("salary",), None)


def cells(*sources: str) -> tuple[Turn, ...]:
    steps = tuple(Cell(f"c{at}", 1, source, "ok") for at, source in enumerate(sources))
    return (Turn("t", None, "?", steps=steps, ending="done"),)


@pytest.mark.parametrize(
    ("sources", "withheld"),
    [
        (["df['salary'].mean()"], {"c0"}),
        (["df.Salary"], {"c0"}),
        (["df.salary_band"], {"c0"}),
        (["df.city"], set()),
        (["# the salary is masked\ndf.city"], set()),
        (["df.loc[:, 'net'] = df['salary'] * 0.5", "print(df['net'])"], {"c0", "c1"}),
        (["for d in (train, test):\n    d['net'] = d['salary']", "train.net.sum()"], {"c0", "c1"}),
        (["for city, part in df.groupby('city'):\n    print(part.salary.mean())", "df.city"], {"c0"}),
        (["def net(d):\n    d['net'] = d['salary']", "net(df)", "df.net.sum()"], {"c0", "c1", "c2"}),
        (["df.drop(columns='salary').to_csv('clean.csv')", "c = pd.read_csv('clean.csv')\nc"], {"c0", "c1"}),
        (["pd.read_csv('staff.csv').salary.mean()", "pd.read_csv('staff.csv').city"], {"c0"}),
        (["stats['m'].append(df.salary.mean())", "stats"], {"c0", "c1"}),
        (["df.salary.mean()", "print(_)"], {"c0", "c1"}),
        (["df.salary.mean()", "Out[1]"], {"c0", "c1"}),
        (["try:\n    df.salary[9]\nexcept KeyError as err:\n    pass\ne = err", "print(e)"], {"c0", "c1"}),
        (["import pandas as pd\ndf = pd.read_csv('staff.csv')\ndf.salary", "pd.read_csv('o.csv')"], {"c0"}),
        (["import matplotlib.pyplot as plt", "plt.bar(df.city, df.salary)", "plt.bar(n.index, n)"], {"c1"}),
        (["import seaborn as sns", "sns.boxplot(data=df, y='salary')", "df.city"], {"c1"}),
        (["df['salary'].describe()", "df.city.nunique()"], {"c0"}),
        (["df = pd.read_csv('staff.csv')\nplt.bar(df.city, df.salary)", "df.city.nunique()"], {"c0"}),
        (["top = df.salary.max()\ncity = df.city", "city"], {"c0"}),
        (["city = df.city; top = df.salary.max()", "top"], {"c0", "c1"}),
        (["%matplotlib inline\ntop = df.salary.max()\ncity = 1", "city"], {"c0", "c1"}),
        (["model.fit(df[['salary']], y)", "model.coef_"], {"c0", "c1"}),
        (["sql = 'SELECT avg(Salary) FROM t'", "con.sql(sql)"], {"c0", "c1"}),
        (["top = df.salary.max()", "print(top)"], {"c0", "c1"}),
        (["top = df.salary.max()", "half = top / 2", "half"], {"c0", "c1", "c2"}),
        (["top = df.salary.max()", "top = 1", "print(top)"], {"c0"}),
        (["top = df.salary.max()", "if df.empty:\n    top = 1", "print(top)"], {"c0", "c2"}),
        (["df['pay'] = df['salary']", "print(df)"], {"c0", "c1"}),
        (["df.insert(0, 'pay', df.salary)", "df.head()"], {"c0", "c1"}),
        (["def f(d):\n    return d.salary.sum()", "f(df)"], {"c0", "c1"}),
        (["c = 'salary'", "df[c]"], {"c0", "c1"}),
        (["df.city.value_counts()"], set()),
        (["not python ( salary"], {"c0"}),
    ],
)
def test_outputs_are_withheld_where_code_uses_a_masked_column_or_what_came_of_it(
    sources: list[str], withheld: set[str]
) -> None:
    """B51"""
    assert withheld_cells(cells(*sources), MASKS, {"staff.csv"}) == withheld


@pytest.mark.parametrize(
    ("column", "source", "named"),
    [
        ("Base Salary", "df['base_salary'].mean()", True),
        ("Base Salary", "df.BaseSalary", True),
        (" salary ", "df.salary", True),
        ("salary", "df.salary_x", True),
        ("salary", "df['mean_salary']", True),
        ("n", "print(f'{x}\\n')", False),
        ("n", "df.n.sum()", True),
        ("count", "df.city.value_counts()", False),
        ("r", "df[r'city']", False),
        ("給与", "df['給与']", True),
    ],
)
def test_a_column_is_known_again_by_the_names_code_gives_it(column: str, source: str, named: bool) -> None:
    """B51: after the usual cleaning of headers, with the suffixes of a merge."""
    assert bool(withheld_cells(cells(source), Veil("full", (column,), MaskedValues()))) is named


def test_what_another_branch_left_in_memory_and_cells_run_again_count_as_they_ran() -> None:
    """B51, B21, B22"""
    again = Cell("a", 1, "print(x)", "ok", started_at=9.0)
    turns = (
        Turn("t1", None, "?", steps=(again,), ending="done"),
        Turn("t2", "t1", "?", steps=(Cell("b", 1, "x = df.salary.sum()", "ok", started_at=5.0),), ending="done"),
    )
    assert withheld_cells(turns, MASKS) == {"a", "b"}


def test_every_output_is_withheld_where_all_values_are() -> None:
    """B51"""
    turns = cells("1", "df.city")
    assert withheld_cells(turns, SCHEMA) == withheld_cells(turns, UNREAD) == {"c0", "c1"}
    assert withheld_cells(turns, Veil()) == frozenset()


@pytest.mark.parametrize("veil", [SCHEMA, UNREAD])
def test_of_a_file_names_types_and_shapes_stay(veil: Veil) -> None:
    """B51"""
    told = veiled_file(FILE, veil).preview
    assert told is not None
    (table,) = told.tables
    assert (table.columns, table.rows, table.head, table.tail) == (COLUMNS, 2, (), ())
    assert told.text is None


def test_of_a_masked_column_only_its_values_go() -> None:
    """B51: those of other columns that are equal to one, too."""
    told = veiled_file(FILE, MASKS).preview
    assert told is not None
    assert told.tables[0].head == (("Kyoto", MASK, 3), (f"{MASK}’s", MASK, None))
    assert told.text == f"Kyoto,{MASK}"


COLUMNS = (Column("city", "object"), Column("salary", "int64"), Column("n", "int64"))
FILE = WorkspaceFile(
    "a.csv", 9, 0.0, "upload",
    Preview(
        "a.csv", "table", 9, text="Kyoto,80417",
        tables=(Table("a", 2, True, COLUMNS, (("Kyoto", 80_417, 3), ("Zebrawald’s", 5, None))),),
    ),
)  # fmt: skip


def frames(*numbers: int) -> tuple[str, ...]:
    return tuple(f"\x1b[32mCell In[7], line {number}\x1b[0m\n----> {number} secret" for number in numbers)


@pytest.mark.parametrize(
    ("error", "source", "kind", "line", "saying"),
    [
        (ErrorOutput("KeyError", "'Zebrawald'", frames(2)), "a = 1\nd[x]", "KeyError", 2, ""),
        (ErrorOutput("Zebrawald", "80417", frames(1)), "boom()", "", 1, ""),
        (
            ErrorOutput("ValueError", "could not convert string to float: 'Zebrawald'", frames(1)),
            "float(x)",
            "ValueError",
            1,
            "could not convert string to float",
        ),
        (ErrorOutput("ValueError", "Zebrawald", frames(99)), "x", "ValueError", None, ""),
        (ErrorOutput("SyntaxError", "invalid syntax", ()), "a = (", "SyntaxError", 1, "'(' was never closed"),
    ],
)
def test_of_an_error_its_kind_line_and_fixed_words_are_told(
    error: ErrorOutput, source: str, kind: str, line: int | None, saying: str
) -> None:
    """B51"""
    told = failure(error, source)
    assert (told.kind, told.line, told.saying) == (kind, line, saying)
    assert "Zebrawald" not in repr(told) and "80417" not in repr(told)


def test_variables_are_told_by_names_types_and_shapes() -> None:
    """B51"""
    variables = [
        Variable("df", "DataFrame", shape=(3, 3), columns=("city", "salary", "Zebrawald")),
        Variable("Zebrawald", "int", value="1"),
        Variable("top", "int", value="80417"),
        Variable("word", "str", shape=(9,), value="'Zebrawald'"),
        Variable("odd", "Quorndale", value="1"),
    ]
    known = frozenset({"df", "top", "word", "odd", "city", "salary"})
    told = veiled_variables(variables, SCHEMA, known, frozenset())
    assert told == [
        Variable("df", "DataFrame", shape=(3, 3), columns=("city", "salary", MASK)),
        Variable("top", "int"),
        Variable("word", "str"),
        Variable("odd", "object"),
    ]
    masked = {each.name: each.value for each in veiled_variables(variables, MASKS, known, frozenset({"odd"}))}
    assert masked == {"df": "", "top": MASK, "word": f"'{MASK}'", "odd": ""}


def test_names_that_came_of_a_masked_column_are_known() -> None:
    turns = cells("top = df.salary.max()", "low = 1")
    assert derived_names(turns, MASKS) == {"top"}


def test_facts_of_a_failure_are_told_as_far_as_they_are_known_names() -> None:
    """B51, B6"""
    frame = NamedObject("df", "DataFrame 3×2", ("city", "Zebrawald"), "Vexmoor")
    facts = FailureFacts((frame, NamedObject("Quorndale", "dict", ("x",))), ("city", "Vexmoor"), (), ("x",), "/Vexmoor")
    assert veiled_facts(facts, frozenset({"df", "city"})) == FailureFacts(
        (NamedObject("df", "", ("city",)),), ("city",)
    )


@pytest.mark.parametrize(
    ("veil", "made", "allowed"),
    [
        (Veil(), Sent("m", None, 0), True),
        (SCHEMA, Sent("m", None, 0), False),
        (SCHEMA, Sent("m", None, 0, "schema"), True),
        (MASKS, Sent("m", None, 0, "full", ("salary", "name")), True),
        (MASKS, Sent("m", None, 0, "full", ("name",)), False),
        (MASKS, Sent("m", None, 0, "schema"), True),
    ],
)
def test_what_came_of_a_wider_view_is_not_for_a_narrower_one(veil: Veil, made: Sent, allowed: bool) -> None:
    """B51"""
    assert veil.allows(made) is allowed


@given(logs(), st.sampled_from([SCHEMA, MASKS, UNREAD]))
def test_what_goes_out_through_a_veil_is_well_formed_whatever_happened(log: list, veil: Veil) -> None:
    """B51, B18: calls keep their results; no picture goes out."""
    messages = transcript(folded("c", log), "system", Plain(), veil=veil)
    assert_well_formed(messages)
    assert not any(isinstance(part, ImagePart) for message in messages for part in message.parts)


def test_an_open_veil_changes_nothing() -> None:
    assert veiled_file(FILE, Veil()) is FILE
    assert replace(Veil(), sharing="schema").hides_all_values
