from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given, settings, strategies as st

from lci.core.code.staleness import _History, affected, stale
from lci.core.turns import Cell
from tests.examples import share


def branch(*cells: tuple[str, float]) -> list[Cell]:
    """Cells with these sources, begun at these times."""
    return [Cell(f"c{n}", 1, source, "ok", n, started_at=began) for n, (source, began) in enumerate(cells, 1)]


def names(cells: list[Cell]) -> list[str]:
    return [cell.id for cell in stale(cells)]


def test_in_the_order_they_were_written_nothing_is_stale() -> None:
    """B21"""
    assert names(branch(("x = 1", 1), ("y = x", 2), ("print(y)", 3))) == []


def test_a_cell_run_again_makes_those_stale_that_used_its_names_and_theirs() -> None:
    """B21"""
    assert names(branch(("x = 1", 9), ("y = x", 2), ("z = 5", 3), ("print(y)", 4), ("print(z)", 5))) == ["c2", "c4"]


def test_once_run_again_too_they_are_not_stale_any_more() -> None:
    """B21"""
    assert names(branch(("x = 1", 9), ("y = x", 10), ("print(y)", 11))) == []


def test_a_name_made_anew_in_between_protects_what_follows() -> None:
    """B21"""
    assert names(branch(("x = 1", 9), ("x = 2", 2), ("print(x)", 3))) == []


def test_a_frame_altered_in_place_counts() -> None:
    """B21"""
    assert names(branch(("df = load()", 1), ("df['new'] = 1", 9), ("df.new.sum()", 3))) == ["c3"]


def test_what_is_no_python_makes_nothing_stale() -> None:
    """B21"""
    assert names(branch(("x = 1", 9), ("%%bash\necho $x", 2), ("def f(:", 3))) == []


def test_a_cell_run_again_after_one_below_made_its_name_anew_is_stale() -> None:
    """B21: it shows 2, and from the top it would show 1."""
    cells = branch(("x = 1", 1), ("print(x)", 9), ("x = 2", 3))
    assert names(cells) == ["c2"]
    assert [cell.id for cell in affected(cells)] == ["c1", "c2", "c3"]


def test_a_cell_that_changes_its_own_name_is_stale_when_it_ran_twice() -> None:
    """B21: x is 3, and from the top it would be 2."""
    first, second = branch(("x = 1", 1), ("x += 1", 9))
    cells = [first, replace(second, earlier_runs=((2.0, second.source),))]
    assert names(cells) == ["c2"]
    assert [cell.id for cell in affected(cells)] == ["c1", "c2"]


def test_a_cell_that_was_put_in_later_is_not_stale_for_it() -> None:
    """B21: what stands above it made the frame it adds to."""
    assert names(branch(("df = {}", 1), ("df['new'] = 1", 9), ("print(len('abc'))", 3))) == []


def test_only_what_is_affected_runs_again() -> None:
    """B21: the load, which takes long, is still in memory as it was."""
    cells = branch(("df = load()", 1), ("top = 5", 9), ("print(df.head(top))", 3), ("print(df.shape)", 4))
    assert [cell.id for cell in affected(cells)] == ["c3"]


START = "a, b, c, d = 1, 2, 3, dict(a=4, b=5, c=6)\nfrom operator import add as f"
NAME = st.sampled_from("abc")
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAME, st.integers(0, 9)),
    st.builds("{} = {} + {} * 10".format, NAME, NAME, NAME),
    st.builds("{} += {}".format, NAME, NAME),
    st.builds("d[{!r}] = {}".format, NAME, NAME),
    st.builds("d[{!r}] = d[{!r}] + {}".format, NAME, NAME, NAME),
    st.builds("d[{!r}] += {}".format, NAME, NAME),
    st.builds("d[{}] = {}".format, st.sampled_from(("'a' + ''", "('b', 'c')[a % 2]")), NAME),
    st.builds("{} = d[{!r}]".format, NAME, NAME),
    st.builds("show(d[{!r}])".format, NAME),
    st.builds("d = {{**d, {!r}: {}}}".format, NAME, NAME),
    st.builds("{} = d.get({!r}, 0)".format, NAME, NAME),
    st.builds("for {} in range({} % 7 + 1): {} += 1".format, NAME, NAME, NAME),
    st.builds("{} = [{} + n for n in range(3)][{} % 3]".format, NAME, NAME, NAME),
    st.builds("show({}, {})".format, NAME, NAME),
    st.just("show(dict(d))"),
    st.builds("from operator import {} as f".format, st.sampled_from(("add", "sub", "mul"))),
    st.builds("show(f({}, {}))".format, NAME, NAME),
)
SOURCES = st.lists(STATEMENTS, min_size=1, max_size=2).map("\n".join)
#: Cells run again, each as it is, or changed.
STEPS = st.lists(st.tuples(st.integers(0, 7), st.none() | SOURCES), min_size=1, max_size=5)


@dataclass
class Notebook:
    """A notebook whose cells really run; what each showed last, and when."""

    sources: list[str]
    memory: dict[str, object] = field(default_factory=dict)
    shown: dict[int, list[object]] = field(default_factory=dict)
    runs: dict[int, list[tuple[float, str]]] = field(default_factory=dict)
    clock: float = 0.0

    def run(self, at: int) -> None:
        self.clock += 1
        self.runs.setdefault(at, []).append((self.clock, self.sources[at]))
        self.shown[at] = []
        self.memory["show"] = lambda *values: self.shown[at].append(values)
        exec(self.sources[at], self.memory)

    def run_all(self) -> Notebook:
        for at in range(len(self.sources)):
            self.run(at)
        return self

    @property
    def cells(self) -> list[Cell]:
        return [
            Cell(str(at), 1, source, "ok", started_at=self.runs[at][-1][0], earlier_runs=tuple(self.runs[at][:-1]))
            for at, source in enumerate(self.sources)
        ]

    @property
    def values(self) -> list[object]:
        return [self.memory[name] for name in "abcd"]


@settings(max_examples=share(300))
@given(st.lists(SOURCES, min_size=2, max_size=7), STEPS)
def test_what_is_not_stale_is_what_the_notebook_gives_from_its_top(
    sources: list[str], steps: list[tuple[int, str | None]]
) -> None:
    """B21: and once what is affected has run again, everything is, in memory, too."""
    notebook = Notebook([START, *sources]).run_all()
    for number, changed in steps:
        at = 1 + number % len(sources)
        if changed is not None:
            notebook.sources[at] = changed
        notebook.run(at)
    again = Notebook(notebook.sources).run_all()
    out_of_date = {int(cell.id) for cell in stale(notebook.cells)}
    assert {at for at, shown in notebook.shown.items() if shown != again.shown[at]} <= out_of_date
    for cell in affected(notebook.cells):
        notebook.run(int(cell.id))
    assert notebook.shown == again.shown
    assert stale(notebook.cells) == ()
    if out_of_date:
        assert notebook.values == again.values


def test_a_column_that_is_added_again_does_not_put_its_own_cell_out_of_date() -> None:
    """B21: it makes the same from the others; what reads it is to run again, what reads another column is not."""
    cells = branch(
        ("df = load()", 1), ("df['tax'] = df['amount'] * 0.1", 9), ("df['tax'].sum()", 3), ("df['amount'].sum()", 4),
        ("print(df)", 5),
    )  # fmt: skip
    cells[1] = replace(cells[1], earlier_runs=((2.0, "df['tax'] = df['amount'] * 0.2"),))
    assert names(cells) == ["c3", "c5"]
    assert [cell.id for cell in affected(cells)] == ["c3", "c5"]


def test_a_column_made_from_itself_puts_its_cell_out_of_date() -> None:
    """B21"""
    first, second = branch(("df = load()", 1), ("df['amount'] *= 2", 9))
    cells = [first, replace(second, earlier_runs=((2.0, second.source),))]
    assert [cell.id for cell in affected(cells)] == ["c1", "c2"]


def test_what_only_imports_again_puts_nothing_out_of_date() -> None:
    """B21: a module is the same however often it is imported; another one under its name is not."""
    cells = branch(("import math as m", 1), ("x = m.pi", 2), ("import math as m\ny = 1", 3))
    again = [replace(cells[0], started_at=9.0, earlier_runs=((1.0, cells[0].source),)), *cells[1:]]
    assert names(again) == []
    assert names([replace(again[0], source="import cmath as m"), *cells[1:]]) == ["c2"]


def test_a_long_chain_is_followed_at_once() -> None:
    """Each of a thousand cells needs the one above: it took twenty seconds, while a person waited."""
    cells = branch(("x = 0", 1), *(("x += 1", n) for n in range(2, 1001)))
    cells[-1] = replace(cells[-1], started_at=2000.0, earlier_runs=((1000.0, "x += 1"),))
    history = _History.of(cells)
    assert history.with_ancestors(frozenset({999}), frozenset()) == frozenset(range(1000))
    assert len(affected(cells)) == 1000
