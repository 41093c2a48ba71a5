"""The tree of a conversation's turns: each once, below the one it follows."""

from __future__ import annotations

from hypothesis import given

from lci.core.branch_map import branch_map
from lci.core.conversation import Conversation
from lci.core.events import SCHEMA, Recorded, TurnStarted
from lci.core.folding import folded
from lci.core.turns import Turn
from tests.core.strategies import logs


def test_versions_are_indented_where_they_part() -> None:
    """B22: a second version of the second question, with one that follows."""
    parents = {"a": None, "b": "a", "c": "b", "d": "a", "e": "d"}
    turns = tuple(Turn(name, parent, name) for name, parent in parents.items())
    places = [*branch_map(Conversation("id", turns=turns, head="e"))]
    assert [(each.turn.id, each.forks) for each in places] == [("a", 0), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]
    assert [each.turn.id for each in places if each.in_view] == ["a", "d", "e"]


def test_a_damaged_tree_has_an_end() -> None:
    turns = (Turn("a", "gone", "a"), Turn("b", "c", "b"), Turn("c", "b", "c"), Turn("d", "d", "d"))
    assert [each.turn.id for each in branch_map(Conversation("id", turns=turns))] == ["a"]


def test_a_turn_that_a_damaged_log_begins_twice_is_one() -> None:
    both = (TurnStarted(prompt, (), None, "person", "") for prompt in "ab")
    begun = [Recorded(seq, float(seq), "c" * 32, "t1", SCHEMA, event) for seq, event in enumerate(both, 1)]
    assert [turn.prompt for turn in folded("id", begun).turns] == ["a"]


@given(logs())
def test_each_turn_stands_below_the_one_it_follows(log: list[Recorded]) -> None:
    now = folded("id", log)
    names = [each.turn.id for each in branch_map(now)]
    assert len(names) == len(set(names))
    assert all(
        names.index(turn.parent) < names.index(turn.id)
        for turn in now.turns
        if turn.parent in names and turn.id in names
    )
    in_view = [each.turn.id for each in branch_map(now) if each.in_view]
    assert in_view == [turn.id for turn in now.branch() if turn.id in names]
