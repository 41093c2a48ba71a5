from __future__ import annotations

from lci.core.code.staleness import stale
from lci.core.turns import Cell


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
