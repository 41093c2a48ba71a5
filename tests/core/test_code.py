"""What code binds, reads and changes, and which cells memory comes from: found without running anything (B21, B30)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lci.core.code.lineage import missing, overwritten, repeatable, saved_tables
from lci.core.code.names import Names, base_name, names_of
from lci.core.code.parsing import parsed
from lci.core.code.staleness import stale
from lci.core.conversation import Conversation
from lci.core.remarks import Remark
from lci.core.turns import Cell, CellStatus, Turn


@pytest.mark.parametrize(
    ("source", "bound", "free", "altered"),
    [
        ("x = y", "x", "y", ""),
        ("x = x + 1", "x", "x", ""),
        ("x += 1", "x", "x", ""),
        ("x = 1\nx += y", "x", "y", ""),
        ("x = 1\nprint(x)", "x", "print", ""),
        ("x: int", "", "int", ""),
        ("x: int = y", "x", "int y", ""),
        ("(x := y) + x", "x", "y", ""),
        ("a, (b, *c) = d", "a b c", "d", ""),
        ("df['n'] = x", "", "df x", "df"),
        ("df.loc[0].n = 1", "", "df", "df"),
        ("f(x).n = 1", "", "f x", "f"),
        ("del df['n']", "", "df", "df"),
        ("df['n'] += 1", "", "df", "df"),
        ("df['n']", "", "df", ""),
        ("for i in x:\n    i\nelse:\n    j", "i", "x j", ""),
        ("import a.b, c.d as e", "a e", "", ""),
        ("from m import n as o, p", "o p", "", ""),
        ("with open(f) as g:\n    g", "g", "open f", ""),
        ("try:\n    x\nexcept E as e:\n    e\n    y", "e", "x E y", ""),
        ("try:\n    x\nexcept:\n    y", "", "x y", ""),
        ("match x:\n    case [a, *b]:\n        a\n    case {'k': c, **d}:\n        c", "a b c d", "x", ""),
        ("match x:\n    case _:\n        y", "", "x y", ""),
        ("global g", "", "", "g"),
        ("[i for i in x if i > y]", "", "x y", ""),
        ("{i: j for i, j in x}", "", "x", ""),
        ("[j for i in x for j in i]", "", "x", ""),
        ("[i for i in i]", "", "i", ""),
        ("i = 1\n[k for k in i]", "i", "", ""),
        ("lambda a, *b, c=d, **e: a + b + c + e + f", "", "d f", ""),
        ("def f(a, b=c):\n    x = a + g\n    return x + y", "f", "c g y", ""),
        ("def f():\n    return y\ny = 1", "f y", "", ""),
        ("@deco\ndef f():\n    return f", "f", "deco", ""),
        ("async def f(a):\n    return a", "f", "", ""),
        ("class A(B, metaclass=M):\n    x = y\n    z = x", "A", "B M y", ""),
        ("y = 1\nclass A:\n    x = y", "A y", "", ""),
        ("class A:\n    def f(self):\n        return later\nlater = 1", "A later", "", ""),
        ("@deco\nclass A: ...", "A", "deco", ""),
        ("%matplotlib inline\nx = 1", "x", "", ""),
        ("not python (", "", "", ""),
    ],
)
def test_names_are_found_in_the_order_of_evaluation(source: str, bound: str, free: str, altered: str) -> None:
    """B21."""
    names = Names.of(source)
    assert (names.bound, names.free, names.altered) == (set(bound.split()), set(free.split()), set(altered.split()))
    assert names_of(source).free == names.free


@pytest.mark.parametrize(
    ("source", "name"),
    [("df.loc[0]['x'].y", "df"), ("f(x).y", "f"), ("df", "df"), ("'x'.join(y)", None), ("(1 + x).y", None)],
)
def test_a_value_begins_with_a_name_or_with_none(source: str, name: str | None) -> None:
    tree = parsed(source)
    assert tree is not None
    assert base_name(tree.body[0].value) == name  # type: ignore[attr-defined]


def cell(name: str, source: str, status: CellStatus = "ok", *, start: int = 1, at: float | None = 1.0) -> Cell:
    return Cell(name, 1, source, status, started_at=at, generation=start)


def turn(name: str, *cells: Cell, parent: str | None = None, notices: tuple[str, ...] = (), at: float = 0.0) -> Turn:
    remarks = tuple(Remark(code, {}) for code in notices)
    return Turn(name, parent, "", steps=cells, ending="done", notices=remarks, started_at=at)


def test_cells_that_ran_well_can_be_run_again_but_for_what_was_installed() -> None:
    """B30."""
    cells = [
        cell("a", "x = 1"),
        cell("b", "y", "error"),
        cell("c", " \n"),
        cell("d", "%pip install x"),
        cell("e", "z = 1"),
    ]
    assert [each.id for each in repeatable([turn("t", *cells[:3]), turn("u", *cells[3:])])] == ["a", "e"]


def names_missing(start: int, *turns: Turn) -> str:
    return "".join(each.id for each in missing(Conversation("c", turns=turns, head=turns[-1].id), start))


def test_cells_of_an_earlier_kernel_are_missing_from_memory() -> None:
    """B30."""
    one = turn(
        "t", cell("a", "x = 1"), cell("b", "y", "error"), cell("c", "z", "interrupted"), cell("d", "w", "timeout")
    )
    assert names_missing(1, one) == ""
    assert names_missing(2, one) == names_missing(0, one) == "abcd"
    later = turn("u", cell("e", "v = 1", start=2), parent="t")
    assert names_missing(2, one, later) == "abcd"
    assert names_missing(1, one, later) == "e"


def test_cells_that_never_ran_or_only_installed_are_not_missing() -> None:
    cells = (
        cell("a", "x", "writing"),
        cell("b", "x", "rejected"),
        cell("c", "x", "dropped"),
        cell("d", "%pip install x"),
    )
    assert names_missing(2, turn("t", *cells)) == ""


def test_what_the_model_knows_to_be_gone_is_not_missing() -> None:
    """B23: it was told of the death, or that memory is empty, and went on."""
    died = (cell("a", "x = 1"), cell("b", "y", "died"))
    assert names_missing(2, turn("t", *died)) == "a"
    assert names_missing(2, turn("t", *died, cell("c", "z", start=2))) == ""
    assert names_missing(3, turn("t", *died, cell("c", "z", start=2))) == "c"
    assert names_missing(2, turn("t", *died, cell("r", "r", "rejected"), cell("c", "z", start=2))) == ""
    assert names_missing(2, turn("t", *died, cell("c", "z", start=2), cell("d", "w", start=1))) == "d"
    own = replace(cell("c", "z", start=2), author="person")
    assert names_missing(2, turn("t", *died), turn("u", own, parent="t")) == "a"
    assert names_missing(2, turn("t", *died), turn("u", own, cell("d", "w", start=2), parent="t")) == ""
    emptied = turn("u", cell("c", "z", start=2), parent="t", notices=("memory_empty",))
    assert names_missing(2, turn("t", cell("a", "x")), emptied) == ""
    assert names_missing(3, turn("t", cell("a", "x")), emptied) == "c"


@pytest.mark.parametrize("notice", ["replayed", "replayed_all", "other"])
def test_what_a_replay_brought_back_is_there_and_the_rest_is_known_to_be_gone(notice: str) -> None:
    first = turn("t", cell("a", "x", start=2), cell("b", "y"), notices=(notice,))
    assert names_missing(2, first) == ("" if notice != "other" else "b")
    assert names_missing(3, first) == names_missing(0, first) == ("a" if notice != "other" else "ab")


def test_of_the_tables_saved_at_a_death_those_are_read_again_that_nothing_else_makes() -> None:
    """B4, B22, B53: neither what cells run again make, nor what another branch had a hand in."""
    kept = cell("a", "first = read()", at=1.0)
    facts = dict.fromkeys(["first", "big", "theirs", "unknown"], "/home/.saved/t.parquet")
    dead = replace(
        cell("c", "big = first * 2\ntheirs['n'] = 1", "died", at=3.0), remarks=(Remark("tables_saved", facts),)
    )
    other = turn("t2", cell("b", "theirs = 1", at=2.0), parent="t1", at=2.0)
    talk = Conversation("c", turns=(turn("t1", kept), other, turn("t3", dead, parent="t1", at=3.0)), head="t3")
    assert set(saved_tables(talk, [kept])) == {"big"}
    assert set(saved_tables(talk, [])) == {"big", "first"}
    assert saved_tables(replace(talk, head="t2"), []) == {}


def names_overwritten(*turns: Turn, head: str, start: int = 1) -> tuple[str, ...]:
    return overwritten(Conversation("c", turns=turns, head=head), start)


ONE = turn("t1", cell("a", "x = 1\ny = 2\ndf = 3", at=1.0))
OTHER = turn("t2", cell("b", "x = 5\nz = 1\ndf['n'] = 1", at=2.0), parent="t1", at=2.0)


def test_names_that_another_branch_has_bound_since_are_told() -> None:
    """B22."""
    back = turn("t3", parent="t1", at=3.0)
    assert names_overwritten(ONE, OTHER, back, head="t3") == ("df", "x")
    assert names_overwritten(ONE, OTHER, back, head="t2") == ()
    assert names_overwritten(ONE, OTHER, back, head="t3", start=2) == ()
    assert names_overwritten(ONE, OTHER, back, head="t3", start=0) == ()
    again = turn("t3", cell("c", "x = 7", at=4.0), parent="t1", at=3.0)
    assert names_overwritten(ONE, OTHER, again, head="t3") == ("df",)
    told = turn("t3", parent="t1", at=3.0, notices=("memory_of_another_branch",))
    assert names_overwritten(ONE, OTHER, told, head="t3") == ()
    since = turn("t4", cell("d", "y = 9", at=5.0), parent="t1", at=5.0)
    assert names_overwritten(ONE, OTHER, told, since, head="t3") == ("y",)


def test_a_cell_of_the_branch_that_ran_last_owns_its_names() -> None:
    late = turn("t1", cell("a", "x = 1", at=9.0))
    assert names_overwritten(late, OTHER, turn("t3", parent="t1"), head="t3") == ()


def test_only_cells_that_ran_can_be_stale_and_one_ran_at_the_same_time_is_not() -> None:
    """B21."""
    assert stale([cell("a", "x = 1", at=9.0), cell("b", "x", "interrupted", at=2.0)]) == ()
    assert stale([cell("a", "x = 1", at=9.0), cell("b", "x", at=None), cell("c", "q", at=1.0)]) == ()
    tie = [cell("a", "x = 1", at=5.0), cell("b", "x", at=5.0), cell("c", "x", "error", at=4.0)]
    assert [each.id for each in stale(tie)] == ["c"]
    chain = [
        cell("a", "x = 1", at=9.0),
        cell("b", "y = x", at=2.0),
        cell("c", "y = 5", at=3.0),
        cell("d", "y", at=4.0),
    ]
    assert [each.id for each in stale(chain)] == ["b"]
    changed = [cell("a", "x = 1", at=9.0), cell("b", "x['n'] = 1", at=2.0), cell("c", "x", at=10.0)]
    assert [each.id for each in stale(changed)] == ["b", "c"]


def test_the_thousandth_start_of_a_kernel_is_told_from_the_one_before() -> None:
    """B30."""
    one = turn("t", cell("a", "x = 1", start=int("1000")), notices=("replayed",))
    assert names_missing(int("1000"), one) == "" and names_missing(int("1001"), one) == "a"
    assert names_missing(int("1001"), turn("t", cell("a", "x = 1", start=int("1000")))) == "a"
    assert names_missing(int("1000"), turn("t", cell("a", "x = 1", start=int("1000")))) == ""
    back = turn("t3", parent="t1", at=3.0)
    first = turn("t1", cell("a", "x = 1", start=int("1000"), at=1.0))
    other = turn("t2", cell("b", "x = 5", start=int("1000"), at=2.0), parent="t1", at=2.0)
    assert names_overwritten(first, other, back, head="t3", start=int("1000")) == ("x",)
