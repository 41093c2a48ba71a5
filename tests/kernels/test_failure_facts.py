"""The facts of a failure are about the objects that its line names, whatever else is in memory (B6)."""

from __future__ import annotations

import pytest

from lci.core.inspection import FailureFacts, NamedObject
from tests.kernels.driving import Driver

pytestmark = pytest.mark.kernel

#: A hundred objects of which none is meant, and those that are.
NAMESPACE = """
%reset -f
import pandas as pd, numpy as np, json
for number in range(60):
    globals()[f"aframe{number:02}"] = pd.DataFrame({f"other{number}": [1], "Amount": [2]})
for number in range(30):
    globals()[f"adict{number:02}"] = {"other": number}
sales = pd.DataFrame({"Region": ["n", "s"], "Order Date": ["2024-01-02", "x"], "price": ["12,5", "3"], "qty": [1, 2]})
stock = pd.DataFrame({"sku": ["a"], "left": [5]}).set_index("sku")
config = {"path": "in.csv", "limit": 3}
series = sales["price"]
grid = np.zeros((3, 4))
items = ["a", "b"]
text = "abc"
class Holder: pass
holder = Holder(); holder.frame = sales
nested = {"tables": {"sales": sales}}
def total(frame): return frame["Total"].sum()
def outer(frame): return total(frame)
"""

#: The failing cell; the object of its line as it is told; what else is told.
CASES: dict[str, tuple[str, str, str]] = {
    "a column": ("sales['region']", "sales", "Region"),
    "a column with blanks": ("sales['order_date'].max()", "sales", "Order Date"),
    "one of two frames": ("x = stock['left'].sum() + sales['quantity'].sum()", "sales", ""),
    "the other one": ("x = sales['qty'].sum() + stock['lefts'].sum()", "stock", "left"),
    "several columns": ("sales[['Region', 'Price']]", "sales", "price"),
    "a group": ("sales.groupby('Regio')['qty'].sum()", "sales", "Region"),
    "a merge": ("sales.merge(stock, on='sku')", "sales", ""),
    "a sort": ("sales.sort_values('Qty')", "sales", "qty"),
    "a row": ("stock.loc['b']", "stock", ""),
    "a chain over lines": ("(sales\n  .assign(x=1)\n  .groupby('Area')\n  .sum())", "sales", ""),
    "in a function": ("total(sales)", "frame", ""),
    "two functions deep": ("outer(sales)", "frame", ""),
    "in a lambda": ("sales.apply(lambda row: row['Qty'], axis=1)", "row", "qty"),
    "in a loop": ("for name in ['qty', 'cost']:\n    print(sales[name].sum())", "sales", ""),
    "in a comprehension": ("[sales[c].sum() for c in ['cost']]", "sales", ""),
    "in a with block": ("import contextlib\nwith contextlib.suppress(ValueError):\n    sales['cost']", "sales", ""),
    "in an f-string": ("f\"{sales['Cost'].sum():.2f}\"", "sales", ""),
    "a key": ("config['Path']", "config", "path"),
    "a key within": ("nested['tables']['sale']", "nested['tables']", "sales"),
    "a frame in an object": ("holder.frame['regions']", "holder.frame", "Region"),
    "a frame in a dict": ("nested['tables']['sales']['cost']", "nested['tables']['sales']", ""),
    "an attribute": ("sales.Price", "sales", "price"),
    "a removed name": ("sales.append(stock)", "sales", ""),
    "a series' method": ("series.to_strng()", "series", "to_string"),
    "a text as a number": ("sales['price'].astype(float)", "sales['price']", ""),
    "a mean of texts": ("sales['price'].mean()", "sales['price']", ""),
    "a sum with a text": ("sales['qty'] + sales['price']", "sales['qty']", ""),
    "dates": ("pd.to_datetime(sales['Order Date'], format='%Y-%m-%d')", "sales['Order Date']", ""),
    "shapes": ("grid @ np.ones(3)", "grid", ""),
    "a place": ("items[5]", "items", ""),
    "a text's method": ("text.uper()", "text", "upper"),
    "rows beyond the end": ("sales.iloc[7]", "sales", ""),
}


@pytest.fixture(scope="module")
def crowded(kernel: Driver) -> Driver:
    kernel.fine(NAMESPACE)
    return kernel


def facts_of(kernel: Driver, source: str) -> FailureFacts:
    assert kernel.run(source).status == "error", source
    return kernel.look(lambda inspector: inspector.failure_facts())


@pytest.mark.parametrize("case", CASES)
def test_the_object_of_the_failing_line_is_told_first(crowded: Driver, case: str) -> None:
    source, name, close = CASES[case]
    facts = facts_of(crowded, source)
    names = [each.name for each in facts.objects]
    assert name in names[:2], facts
    assert not any(each.startswith(("aframe", "adict")) for each in names)
    assert close in facts.close if close else not facts.close, facts


def test_what_a_column_holds_is_told_with_a_sample(crowded: Driver) -> None:
    told = {each.name: each for each in facts_of(crowded, "sales['price'].mean()").objects}
    assert told["sales['price']"] == NamedObject("sales['price']", "Series of str, 2 values", (), "'12,5'")
    assert told["sales"] == NamedObject("sales", "DataFrame 2×4", ("Region", "Order Date", "price", "qty"))


def test_what_is_installed_serves_the_same_purpose_or_has_nearly_the_same_name(crowded: Driver) -> None:
    assert facts_of(crowded, "import xgboost").installed[:1] == ("sklearn",)
    assert "pandas" in facts_of(crowded, "import dask.dataframe as dd").installed
    assert facts_of(crowded, "import panda").installed == ("pandas",)
    assert facts_of(crowded, "import bleachers_of_nothing").installed == ()


def test_a_folder_that_is_not_the_workspace_is_told(crowded: Driver) -> None:
    assert facts_of(crowded, "open('nothing.csv')").folder == ""
    crowded.fine("import os, tempfile; here = os.getcwd(); os.chdir(tempfile.mkdtemp())")
    assert facts_of(crowded, "open('nothing.csv')").folder.startswith("/tmp")
    crowded.fine("os.chdir(here)")


def test_no_code_of_the_user_s_runs_for_the_facts(crowded: Driver) -> None:
    """B19."""
    crowded.fine(
        "calls = []\n"
        "class Hostile(dict):\n"
        "    def __getattribute__(self, name): calls.append(name); return object.__getattribute__(self, name)\n"
        "    def __getitem__(self, key): calls.append(key); raise KeyError(key)\n"
        "    def __iter__(self): calls.append('iter'); return iter(())\n"
        "    def __repr__(self): calls.append('repr'); return ''\n"
        "class Label:\n"
        "    def __eq__(self, other): calls.append('eq'); return False\n"
        "    def __hash__(self): return 1\n"
        "hostile = Hostile(); inside = [hostile]; labelled = pd.DataFrame([[1]], columns=[Label()])"
    )
    assert crowded.run("(hostile['x'],\n hostile.frame, labelled.a, labelled['a'], inside)").status == "error"
    before = crowded.value("calls")
    facts = crowded.look(lambda inspector: inspector.failure_facts())
    assert "hostile" not in {each.name for each in facts.objects}
    assert crowded.value("calls") == before


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (
            "import tempfile, pathlib\npathlib.Path(tempfile.gettempdir(), 'out side.csv').write_text('a')",
            ["out side.csv"],
        ),
        ("import os\nopen(os.path.expanduser('~/home.csv'), 'w').write('a')", ["home.csv"]),
        ("os.makedirs('/tmp/results/a', exist_ok=True)\nopen('/tmp/results/a/deep.csv', 'w').write('a')", ["deep.csv"]),
        (
            "for name in ('tmp_sales.csv', 'lci_result.csv', 'jupyter_x.csv'): open('/tmp/' + name, 'w').write('a')",
            ["tmp_sales.csv", "lci_result.csv", "jupyter_x.csv"],
        ),
        ("os.makedirs('/tmp/a/b/c/d', exist_ok=True)\nopen('/tmp/a/b/c/d/far.csv', 'w').write('a')", ["far.csv"]),
        ("open('/dev/shm/shared.csv', 'w').write('a')", ["shared.csv"]),
        ("open('inside.csv', 'w').write('a')", []),
        ("with tempfile.NamedTemporaryFile(delete=False) as file: file.write(b'a')", []),
        ("open('/tmp/.hidden', 'w').write('a')", []),
        ("1 + 1", []),
    ],
)
def test_files_that_a_cell_writes_outside_its_workspace_are_known(
    kernel: Driver, source: str, names: list[str]
) -> None:
    """B6: of the last cell, not of those before it."""
    kernel.fine(source)
    paths = kernel.look(lambda inspector: inspector.outside_files())
    assert sorted(path.rsplit("/", 1)[-1] for path in paths) == sorted(names)
