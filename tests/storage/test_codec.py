from __future__ import annotations

import json
import typing

from hypothesis import given

from lci.core import events as e
from lci.storage.codec import as_json, decoded, encoded
from tests.core.strategies import happenings, logs


@given(happenings)
def test_every_event_survives_the_round_trip(event: e.Event) -> None:
    name, fields = encoded(event)
    assert decoded(name, json.loads(json.dumps(fields))) == event


def test_an_event_of_a_later_version_is_kept_as_it_is() -> None:
    fields = {"of": {"some": ["kind", 1]}}
    event = decoded("SomethingNew", fields)
    assert event == e.UnknownEvent("SomethingNew", fields)
    assert encoded(event) == ("SomethingNew", fields)


def test_a_field_of_a_later_version_is_passed_over() -> None:
    assert decoded("TextDelta", {"text": "a", "colour": "red"}) == e.TextDelta("a")


def test_a_known_event_beyond_understanding_is_kept_too() -> None:
    assert isinstance(decoded("TextDelta", {}), e.UnknownEvent)


def test_the_names_in_the_log_are_frozen() -> None:
    """DESIGN §4: later work stands on these names."""
    assert {kind.__name__ for kind in typing.get_args(e.Event)} == {
        "TurnStarted", "TextDelta", "ReasoningDelta", "CodeDelta", "CellStarted", "OutputAdded", "OutputUpdated",
        "OutputsCleared", "CellFinished", "ToolStarted", "ToolFinished", "RequestSent", "RetryScheduled",
        "UsageReported", "ApprovalAsked", "ApprovalGiven", "FileAdded", "FileChanged", "FileRemoved", "KernelChanged",
        "ConversationChanged", "Notice", "TurnEnded", "Summarised",
    }  # fmt: skip


@given(logs())
def test_a_log_is_one_json_object_a_line(log: list[e.Recorded]) -> None:
    for recorded in log:
        line = json.dumps(as_json(recorded))
        assert json.loads(line)["type"] == type(recorded.event).__name__
