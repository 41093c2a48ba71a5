"""Messages to events, on recorded messages; no kernel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.ports import DisplayUpdated, JupyterMessage, OutputCleared, OutputProduced
from lci.kernels.iopub import MAX_DISPLAY_BYTES, kernel_event, page_text
from lci.kernels.messages import message as from_parts


def message(kind: str, content: Any, parent: Any = None) -> JupyterMessage:
    parts = ({"msg_type": kind}, parent, {}, content)
    made = from_parts([json.dumps(part).encode() for part in parts])
    assert made is not None
    return made


def test_a_message_without_parent_belongs_to_no_request() -> None:
    assert message("stream", {}, None).parent is None
    assert message("iopub_welcome", {}, {}).parent is None
    assert message("stream", {}, {"msg_id": "a"}).parent == "a"


def test_a_message_of_the_wrong_shape_is_none() -> None:
    """B32"""
    parts = [b'{"msg_type": "stream"}', b"{}", b"{}", b"null"]
    assert from_parts(parts) is None
    assert from_parts([b"[]", *parts[1:3], b"{}"]) is None


def test_stream_text_keeps_its_name_and_what_was_left_out() -> None:
    """B13"""
    event = kernel_event(message("stream", {"name": "stderr", "text": "x", "lci": {"omitted": 12, "spool": "ab.txt"}}))
    assert event == OutputProduced(StreamOutput("stderr", "x", 12, "ab.txt"))


def test_transient_may_be_none() -> None:
    for kind in ("display_data", "execute_result"):
        event = kernel_event(message(kind, {"data": {"text/plain": "1"}, "metadata": None, "transient": None}))
        assert isinstance(event, OutputProduced)
        assert isinstance(event.output, DisplayData | ExecuteResult)
        assert event.output.display_id is None
        assert event.output.metadata == {}


def test_missing_data_is_an_empty_bundle() -> None:
    assert kernel_event(message("display_data", {})) == OutputProduced(DisplayData({}, {}, None))
    assert kernel_event(message("display_data", {"data": None})) == OutputProduced(DisplayData({}, {}, None))


def test_an_update_needs_a_display_id() -> None:
    """B8"""
    assert kernel_event(message("update_display_data", {"data": {"text/plain": "2"}})) is None
    event = kernel_event(
        message("update_display_data", {"data": {"text/plain": "2"}, "transient": {"display_id": "d"}})
    )
    assert event == DisplayUpdated("d", {"text/plain": "2"}, {})


@pytest.mark.parametrize("value", ["x" * (MAX_DISPLAY_BYTES + 1), {"values": ["x" * (MAX_DISPLAY_BYTES + 1)]}])
def test_an_oversize_display_says_that_it_was_left_out(value: Any) -> None:
    """B13"""
    event = kernel_event(message("display_data", {"data": {"application/json": value}}))
    assert isinstance(event, OutputProduced)
    assert isinstance(event.output, DisplayData)
    assert list(event.output.data) == ["text/plain"]
    assert "left out" in str(event.output.data["text/plain"])


def test_an_error_without_traceback_is_still_an_error() -> None:
    event = kernel_event(message("error", {"ename": "E", "evalue": "v", "traceback": None}))
    assert event == OutputProduced(ErrorOutput("E", "v", ()))


def test_clearing_tells_whether_it_waits() -> None:
    assert kernel_event(message("clear_output", {"wait": True})) == OutputCleared(True)
    assert kernel_event(message("clear_output", {})) == OutputCleared(False)


@pytest.mark.parametrize("kind", ["status", "comm_open", "comm_msg", "execute_input", "iopub_welcome", "anything"])
def test_messages_of_the_protocol_and_unknown_ones_are_no_events(kind: str) -> None:
    assert kernel_event(message(kind, {"execution_state": "busy"})) is None


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {}),
        ("stream", {"name": "stdin", "text": "x"}),
        ("stream", {"name": "stdout", "text": None}),
        ("display_data", {"data": ["no", "mapping"]}),
        ("error", {}),
    ],
)
def test_messages_forged_by_user_code_do_not_break_the_reader(kind: str, content: Any) -> None:
    """B32: a cell can send anything over its own kernel's socket."""
    event = kernel_event(message(kind, content))
    assert event is None or isinstance(event, OutputProduced)


@pytest.mark.parametrize("name", ["../../config.toml", "/etc/passwd", "a/b", "..", "", 3, None])
def test_a_forged_spool_name_cannot_lead_out_of_the_spool(name: Any) -> None:
    """B34"""
    event = kernel_event(message("stream", {"name": "stdout", "text": "x", "lci": {"omitted": "many", "spool": name}}))
    assert event == OutputProduced(StreamOutput("stdout", "x", 0, None))


def test_help_text_comes_with_the_reply() -> None:
    reply = {"payload": [{"source": "page", "data": {"text/plain": "help"}}, {"source": "set_next_input"}]}
    assert page_text(reply) == "help"
    assert page_text({"payload": None}) == ""


def test_a_display_of_more_than_twenty_megabytes_is_left_out_and_said() -> None:
    """B13, P22: two thousandths above the limit of twenty million, and one just within it."""
    data = {"text/plain": "a picture", "image/svg+xml": "x" * 20_040_000}
    event = kernel_event(message("display_data", {"data": data}))
    assert isinstance(event, OutputProduced)
    assert isinstance(event.output, DisplayData)
    assert len(str(event.output.data)) < 10_000
    within = kernel_event(message("display_data", {"data": {**data, "image/svg+xml": "x" * 19_900_000}}))
    assert isinstance(within, OutputProduced)
    assert len(str(within.output)) > 19_900_000
