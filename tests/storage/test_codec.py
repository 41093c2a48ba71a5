from __future__ import annotations

import json
import typing
from typing import Any

import pytest
from hypothesis import given

from lci.core import events as e
from lci.core.outputs import DisplayData, Json
from lci.storage.codec import as_json, decoded, encoded
from tests.core.strategies import happenings, logs


@given(happenings)
def test_every_event_survives_the_round_trip(event: e.Event) -> None:
    name, fields = encoded(event)
    assert decoded(name, json.dumps(fields)) == event


def test_an_event_of_a_later_version_is_kept_as_it_is() -> None:
    fields = {"of": {"some": ["kind", 1]}}
    event = decoded("SomethingNew", json.dumps(fields))
    assert event == e.UnknownEvent("SomethingNew", fields)
    assert encoded(event) == ("SomethingNew", fields)


def test_a_field_of_a_later_version_is_passed_over() -> None:
    assert decoded("TextDelta", '{"text": "a", "colour": "red"}') == e.TextDelta("a")


def test_a_known_event_beyond_understanding_is_kept_too() -> None:
    assert isinstance(decoded("TextDelta", "{}"), e.UnknownEvent)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("TurnEnded", {"ending": 5}),
        ("TurnEnded", {"ending": "perhaps"}),
        ("TextDelta", {"text": ["a"]}),
        ("CellFinished", {"cell_id": "a", "status": "ok", "execution_count": "1"}),
        ("OutputAdded", {"cell_id": "a", "output": {"$": "StreamOutput", "name": "stdlog", "text": ""}}),
        ("OutputAdded", {"cell_id": "a", "output": {"$": "SomethingNew", "text": ""}}),
        ("OutputAdded", {"cell_id": "a", "output": {"$": "DisplayData", "data": {"image/png": {"$blob": 5}}}}),
        ("FileAdded", {"file": {"name": "a", "size": "large", "modified": 0, "origin": "upload"}}),
        ("UsageReported", {"usage": {"prompt_tokens": 1.5}}),
        ("ConversationChanged", {"title": 5}),
    ],
)
def test_what_no_version_of_ours_wrote_is_no_event(name: str, fields: dict[str, Any]) -> None:
    """B11: the log is a file; what stands in it is believed only where it has the form of an event."""
    assert decoded(name, json.dumps(fields)) == e.UnknownEvent(name, fields)


@pytest.mark.parametrize("text", ["[]", "5", "null", "", "{"])
def test_what_is_no_object_is_damage(text: str) -> None:
    with pytest.raises(ValueError, match=r"no object|Expecting"):
        decoded("TextDelta", text)


@pytest.mark.parametrize("text", ["\ud800 alone", "[" * 250 + "]" * 250])
def test_odd_text_and_deep_nesting_survive(text: str) -> None:
    deep: Json = json.loads(text) if text.startswith("[") else text
    for event in (e.TextDelta(text), e.OutputAdded("a", DisplayData({"application/json": {"$schema": deep}}))):
        name, fields = encoded(event)
        assert decoded(name, json.dumps(fields)) == event


def test_the_names_in_the_log_are_frozen() -> None:
    """DESIGN §4: later work stands on these names."""
    assert {kind.__name__ for kind in typing.get_args(e.Event)} == {
        "TurnStarted", "TextDelta", "ReasoningDelta", "CodeDelta", "CellStarted", "OutputAdded", "OutputUpdated",
        "OutputsCleared", "CellFinished", "ToolStarted", "ToolFinished", "RequestSent", "RetryScheduled",
        "UsageReported", "ApprovalAsked", "ApprovalGiven", "FileAdded", "FileChanged", "FileRemoved", "KernelChanged",
        "ConversationChanged", "Notice", "TurnEnded", "Summarised", "CellsReplayed",
        "ChangesUndone", "FilesBroughtBack", "CellInserted", "CellEdited", "CellMoved", "CellDeleted",
    }  # fmt: skip


@given(logs())
def test_a_log_is_one_json_object_a_line(log: list[e.Recorded]) -> None:
    for recorded in log:
        line = json.dumps(as_json(recorded))
        assert json.loads(line)["type"] == type(recorded.event).__name__
