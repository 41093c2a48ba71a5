"""The app looks into a kernel without touching it, and no user code runs for it."""

from __future__ import annotations

import asyncio
import io
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lci.core.inspection import KeptResult, NoTable, TablePage, Variable, source_digest
from lci.errors import TableNotWritten
from lci.kernels.inspection import Inspection
from tests.kernels.driving import Driver, Ran

pytestmark = pytest.mark.kernel

HOSTILE = """
class Hostile:
    calls = []
    def __repr__(self): Hostile.calls.append('repr'); raise RuntimeError
    __str__ = __repr__
    def __len__(self): Hostile.calls.append('len'); raise RuntimeError
    def __getattr__(self, name): Hostile.calls.append(name); raise RuntimeError
    @property
    def __class__(self): Hostile.calls.append('class'); raise RuntimeError
class Posing:
    @property
    def shape(self): Hostile.calls.append('shape'); return (1,)
Posing.__module__ = 'pandas'
class Unnamed: pass
Unnamed.__module__ = 7
"""


@pytest.fixture
def listed(kernel: Driver) -> Any:
    def of(source: str) -> dict[str, Variable]:
        kernel.fine(f"%reset -f\n{source}")
        return kernel.variables()

    return of


def test_variables_have_types_shapes_and_short_values(listed: Any) -> None:
    """B19"""
    found = listed(
        "import pandas as pd, numpy as np\n"
        "frame = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}); column = frame['a']; grid = np.zeros((3, 4))\n"
        "numbers = [1, 2, 3]; mapping = {'k': 1}; text = 'x' * 1000; whole = 7; nothing = None; many = list(range(99))"
    )
    assert (found["frame"].type, found["frame"].shape) == ("DataFrame", (2, 2))
    assert found["frame"].columns == ("a", "b")
    assert (found["column"].type, found["column"].shape) == ("Series", (2,))
    assert (found["grid"].type, found["grid"].shape, found["grid"].bytes) == ("ndarray", (3, 4), 96)
    assert (found["numbers"].shape, found["numbers"].value) == ((3,), "[1, 2, 3]")
    assert found["mapping"].value == "{'k': 1}"
    assert found["text"].shape == (1000,)
    assert len(found["text"].value) < 300
    assert (found["whole"].value, found["nothing"].value) == ("7", "None")
    assert found["many"].value == "[0, 1, 2, 3, 4, …]"
    assert "pd" not in found


def test_no_user_code_runs_for_the_list(kernel: Driver, listed: Any) -> None:
    """B19"""
    found = listed(
        HOSTILE
        + "import pandas as pd\nhostile = Hostile(); posing = Posing(); unnamed = Unnamed(); inside = [Hostile()]\n"
        "key = {Unnamed(): 1}; frame = pd.DataFrame({'a': [1]}); frame.columns = pd.Index([Unnamed()], dtype=object)"
    )
    assert {"hostile", "posing", "unnamed", "inside", "key", "frame"} <= set(found)
    assert kernel.value("Hostile.calls") == "[]"


def test_values_that_are_hard_to_write_do_not_lose_the_list(listed: Any) -> None:
    """B19"""
    found = listed(
        "huge = 10 ** 10_000; hugest = [10 ** 10_000]; surrogate = '\\ud800'; deep = {1: {2: 3}}; nan = float('nan')"
    )
    assert set(found) == {"huge", "hugest", "surrogate", "deep", "nan"}


def test_looking_changes_nothing(kernel: Driver) -> None:
    """B19"""
    kernel.fine("%reset -f\nx = 1\n5")
    before = kernel.fine("names = set(globals()); names = set(globals()); get_ipython().execution_count").finish
    for _ in range(3):
        kernel.variables()
        kernel.look(lambda inspector: inspector.failure_facts())
    done = kernel.fine("print(set(globals()) - names, len(In))")
    count = (before.execution_count or 0) + 1
    assert done.finish.execution_count == count
    assert done.text().endswith(f" {count + 1}\n")
    assert not [name for name in ("variables", "json", "failure_facts") if name in done.text()]


def test_a_frame_of_ten_million_rows_is_listed_and_paged(kernel: Driver, listed: Any) -> None:
    """B19"""
    found = listed("import pandas as pd, numpy as np\nbig = pd.DataFrame({'n': np.arange(10_000_000)[::-1]})")
    assert found["big"].shape == (10_000_000, 1)
    page = kernel.page("big", 9_999_998, 10_000_000)
    assert page == TablePage(10_000_000, ("n",), (9_999_998, 9_999_999), ((1,), (0,)))


def test_a_page_is_sorted_with_missing_values_last(kernel: Driver) -> None:
    """B19"""
    kernel.fine(
        "import pandas as pd\nt = pd.DataFrame({'a': [2.0, None, 3.0, 1.0], 0: list('dcba'), 'm': [1, 'x', 2, 'y']})"
    )

    def first(column: str, descending: bool = False) -> list[Any]:
        page = kernel.page("t", 0, 4, column, descending)
        assert isinstance(page, TablePage)
        return list(page.index)

    assert first("a") == [3, 0, 2, 1]
    assert first("a", True) == [2, 0, 3, 1]
    assert first("0") == [3, 2, 1, 0]
    assert len(first("m")) == 4
    kernel.fine("t.loc[3, 'a'] = 9.0")
    assert first("a") == [0, 2, 3, 1], "the order is not kept beyond a cell"
    assert kernel.page("absent", 0, 1) == NoTable()


def test_rows_that_hold_a_text_are_found_and_counted(kernel: Driver) -> None:
    """B19"""
    kernel.fine(
        "import pandas as pd\nclass Own:\n    def __str__(self): raise RuntimeError\n    __repr__ = __str__\n"
        "t = pd.DataFrame({'n': range(300_000), 'w': ['Apple', 'pear', None] * 100_000})\n"
        "odd = pd.DataFrame({'x': [Own(), 'apple', [1, 2]]})"
    )

    def found(*asked: Any, **named: Any) -> TablePage:
        page = kernel.page(*asked, **named)
        assert isinstance(page, TablePage)
        return page

    assert found("t", 0, 2, containing="APPLE").rows == 100_000
    assert found("t", 0, 2, "n", True, "29999").index == (299_999, 299_998)
    assert found("t", 0, 2, containing="nowhere").data == ()
    assert found("odd", 0, 5, containing="apple").index == (1,)


def test_arrow_tables_and_arrays_have_pages_too_and_relations_their_columns(kernel: Driver, listed: Any) -> None:
    """B19"""
    found = listed(
        "import numpy as np, pyarrow as pa, duckdb\n"
        "arrow = pa.table({'n': list(range(1000)), 'w': ['x'] * 1000}); grid = np.arange(20).reshape(10, 2)\n"
        "relation = duckdb.sql('select 1 as one, 2 as two'); odd = np.array([object()])"
    )
    assert found["arrow"].is_table
    assert kernel.page("arrow", 998, 1005) == TablePage(1000, ("n", "w"), (0, 1), ((998, "x"), (999, "x")))
    assert kernel.page("arrow", 0, 1, "n", True) == TablePage(1000, ("n", "w"), (999,), ((999, "x"),))
    assert kernel.page("grid", 9, 10) == TablePage(10, (0, 1), (9,), ((18, 19),))
    assert found["relation"].columns == ("one", "two")
    assert not found["odd"].is_table
    assert kernel.page("odd", 0, 1) == NoTable()


FRAMES = (
    "import numpy as np, pandas as pd, pyarrow as pa\nrows = np.arange(300_000)\n"
    "many = pd.DataFrame({'n': rows, 'w': ['Köln', None, '東京'] * 100_000, 'x': np.random.random(300_000),"
    " 'day': pd.Timestamp('2024-01-01') + pd.to_timedelta(rows, 'min')})\n"
    "grouped = many.head(9).groupby('w').sum(numeric_only=True)\n"
    "series = many['x'].head(5)\narrow = pa.table({'b': ['x']})\n"
    "grid = np.arange(6).reshape(3, 2)\nmixed = pd.DataFrame({'m': [1, 'x', [2]]})"
)


def test_all_rows_of_a_table_become_a_file(kernel: Driver, tmp_path: Path) -> None:
    """Names, values and types are those in memory; an index that says something comes along."""
    kernel.fine(FRAMES)
    (tmp_path / "many.parquet").write_bytes(kernel.written_table("many", "parquet"))
    (tmp_path / "many.csv").write_bytes(kernel.written_table("many", "csv"))
    kernel.fine("many.to_pickle('many.pkl')")
    frame = pd.read_parquet(tmp_path / "many.parquet")
    assert [str(kind) for kind in frame.dtypes] == ["int64", "str", "float64", "datetime64[us]"]
    assert kernel.fine("print(len(many), many['n'].sum(), many['x'].sum())").text().split() == [
        str(len(frame)), str(frame["n"].sum()), str(frame["x"].sum())
    ]  # fmt: skip
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "many.csv", parse_dates=["day"]), frame)
    assert kernel.written_table("grouped", "csv").decode().splitlines()[0] == "w,n,x"
    assert pd.read_parquet(io.BytesIO(kernel.written_table("grouped", "parquet"))).index.tolist() == ["Köln", "東京"]
    for name, head in {"series": "x", "arrow": "b", "grid": "0,1", "mixed": "m"}.items():
        assert kernel.written_table(name, "csv").decode().splitlines()[0] == head
    assert pd.read_parquet(io.BytesIO(kernel.written_table("grid", "parquet"))).shape == (3, 2)
    kernel.fine("import os; print(os.listdir(os.path.expanduser('~/.saved')))")
    assert kernel.fine("print(os.listdir(os.path.expanduser('~/.saved')))").text() == "[]\n"


def results(kernel: Driver) -> tuple[KeptResult, ...]:
    return kernel.look(lambda inspector: inspector.results())


def test_a_table_that_a_cell_ended_with_has_pages_and_files_too(kernel: Driver) -> None:
    """B36: it is known by the code that gave it, and by the name of a variable if one is that very object."""
    kernel.fine("import pandas as pd\nframe = pd.DataFrame({'n': range(500)})")
    codes = ("frame.sort_values('n', ascending=False)", "frame", "frame['n'] * 2", "frame.shape", "frame.head(3);")
    for code in codes:
        kernel.fine(code)
    found = results(kernel)
    assert [(each.code, each.shape, each.variable) for each in found] == [
        (source_digest(codes[2]), (500, 1), ""),
        (source_digest(codes[1]), (500, 1), "frame"),
        (source_digest(codes[0]), (500, 1), ""),
    ]
    kernel.fine("frame = frame.head(2)")
    assert kernel.page(found[2].name, 0, 2) == TablePage(500, ("n",), (499, 498), ((499,), (498,)))
    assert kernel.page(found[2].name, 0, 1, "n", False) == TablePage(500, ("n",), (0,), ((0,),))
    assert kernel.written_table(found[0].name, "csv").decode().splitlines()[:3] == ["n", "0", "2"]
    assert kernel.page("Out[999]", 0, 1) == kernel.page("Out[x]", 0, 1) == NoTable()


@pytest.mark.parametrize("taken", ["_oh.clear()", "_oh.update({'x': 3, 10**6: 4, -1: 5})", "Out = 7"])
def test_results_that_code_took_away_are_none(kernel: Driver, taken: str) -> None:
    kernel.fine("%reset -f\nimport pandas as pd")
    kernel.fine(taken)
    assert results(kernel) == ()
    kernel.fine("%reset -f")


def test_no_user_code_runs_for_a_file(kernel: Driver) -> None:
    """Objects of a class of the person's stand there by its name, wherever they are in a value."""
    kernel.fine(
        "import pandas as pd\nclass Own:\n    calls = []\n    def __repr__(self): Own.calls.append(1); return 'own'\n"
        "odd = pd.DataFrame({'x': [Own(), 1, [Own()], {'a': Own()}, 'b']}, index=[Own(), 1, 2, 3, 4])"
    )
    written = kernel.written_table("odd", "csv").decode().splitlines()
    assert written == [",x", "<Own>,<Own>", "1,1", "2,<list>", "3,<dict>", "4,b"]
    assert kernel.fine("print(Own.calls, type(odd['x'].iloc[0]).__name__)").text() == "[] Own\n"


def test_a_file_that_nobody_takes_to_its_end_is_gone(kernel: Driver) -> None:
    kernel.fine(FRAMES)

    async def begun(inspector: Inspection) -> bytes:
        async with aclosing(inspector.written_table("many", "csv")) as pieces:
            return await anext(pieces)

    assert kernel.look(begun).startswith(b"n,w,x,day")
    assert kernel.fine("import os; print(os.listdir(os.path.expanduser('~/.saved')))").text() == "[]\n"


def test_a_table_that_becomes_no_file_says_why(kernel: Driver) -> None:
    kernel.fine(FRAMES)
    for name, form, cause in (("mixed", "parquet", "refused"), ("absent", "csv", "gone"), ("pd", "csv", "gone")):
        with pytest.raises(TableNotWritten) as refusal:
            kernel.written_table(name, form)
        assert refusal.value.cause == cause


FORGED = """
import sys
answers = sys.modules['_lci_inspection']
answers.write_table = lambda name, form: answers._Answer({'place': '/etc/passwd', 'bytes': %s})
answers.piece = lambda place, start, size: answers._Answer(%s)
"""


@pytest.mark.parametrize("forged", ["10, 'AAAA'", "1 << 50, ''", "-1, ''", "10, 7", "10, '!!!!'", "10, ''", "True, ''"])
def test_a_forged_file_ends_and_is_never_longer_than_it_said(kernel: Driver, forged: str) -> None:
    size, _, piece = forged.partition(", ")
    kernel.fine(FORGED % (size, piece))
    with pytest.raises(TableNotWritten):
        kernel.written_table("many", "csv")


FAILURES = {
    "a column": (
        "import pandas as pd\ndf = pd.DataFrame({'Revenue': [1], 'Date': [2]})\ndf['revnue']",
        "close",
        "Revenue",
    ),
    "columns": ("import pandas as pd\ndf = pd.DataFrame({'Revenue': [1]})\ndf['zzz']", "objects", "Revenue"),
    "a name": ("customers = 1\ncustmers", "close", "customers"),
    "a method": ("'abc'.uper()", "close", "upper"),
    "a module's function": ("import math\nmath.sqr(2)", "close", "sqrt"),
    "a column as attribute": ("import pandas as pd\npd.DataFrame({'Revenue': [1]}).Revenu", "close", "Revenue"),
    "a module": ("import panda", "installed", "pandas"),
    "a file": ("open('here.txt', 'w').close()\nopen('there.txt')", "files", "here.txt"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_comes_with_facts_that_help(kernel: Driver, case: str) -> None:
    """B6, B19"""
    source, fact, wanted = FAILURES[case]
    assert kernel.run(source).status == "error"
    facts = kernel.look(lambda inspector: inspector.failure_facts())
    assert wanted in str(getattr(facts, fact)), facts


@pytest.mark.parametrize(
    "busy",
    ["time.sleep(60)", "await asyncio.sleep(60)", "while True: pass", "subprocess.run(['sleep', '60'])"],
    ids=["sleep", "await", "loop", "program"],
)
def test_variables_can_be_seen_while_a_cell_runs(kernel: Driver, busy: str) -> None:
    """B19"""
    found: list[object] = []

    async def asked() -> Ran:
        begun = asyncio.Event()
        source = f"import asyncio, subprocess, time\nhere = 5; print('ready', flush=True)\n{busy}"
        cell = asyncio.create_task(kernel.ran(source, None, lambda _: begun.set()))
        await begun.wait()
        found.append(await kernel.kernel.inspector.variables(20))
        await kernel.kernel.interrupt()
        return await cell

    done = kernel.thread.call(asked())
    assert done.status == "interrupted", done.complaint()
    assert "here" in str(found)
    assert kernel.value("here") == "5"


def test_looking_in_changes_nothing_a_cell_could_see(kernel: Driver) -> None:
    """B19"""
    before = kernel.fine("1 + 1").finish.execution_count
    assert before is not None
    kernel.variables()
    kernel.look(lambda inspector: inspector.failure_facts())
    after = kernel.fine("_")
    assert after.finish.execution_count == before + 1
    assert after.shown[-1].data["text/plain"] == "2"
