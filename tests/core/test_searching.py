"""What of a conversation is searched: what stands there by now, as what it is (B11)."""

from __future__ import annotations

from lci.core import events as e
from lci.core.outputs import DisplayData
from lci.core.searching import Pieces


def pieces(*events: tuple[str | None, e.Event]) -> set[tuple[str | None, str, str]]:
    gathered = Pieces()
    for turn_id, event in events:
        gathered.add(turn_id, event)
    return {(each.turn_id, each.kind, each.text) for each in gathered}


def test_a_persons_text_is_prose_and_an_edited_cell_stays_in_its_turn() -> None:
    assert pieces(
        (None, e.CellInserted("m", kind="markdown", source="# Notes *here*")),
        ("t", e.CellStarted("c", "x = 1")),
        (None, e.CellEdited("c", "x = 2")),
        ("t", e.CellEdited("passage", "Other words")),
    ) == {(None, "prose", "Notes here"), ("t", "code", "x = 2"), ("t", "prose", "Other words")}


def test_a_deleted_cell_is_not_found_until_it_is_put_back() -> None:
    cell = [
        ("t", e.CellStarted("c", "x")),
        ("t", e.OutputAdded("c", DisplayData({"text/plain": "seen"}))),
        (None, e.CellDeleted("c")),
    ]
    assert pieces(*cell) == set()
    assert pieces(*cell, (None, e.CellDeleted("c", deleted=False))) == {("t", "code", "x"), ("t", "output", "seen")}


def test_words_of_pages_markdown_and_json_are_found() -> None:
    shown = {"text/html": "<p>warm <b>day</b></p>", "text/markdown": "*so*", "application/json": {"key": "value"}}
    ((_, kind, text),) = pieces(("t", e.OutputAdded("c", DisplayData(shown))))
    assert kind == "output"
    assert all(word in text for word in ("warm day", "so", "value"))
