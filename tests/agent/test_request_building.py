"""The state of the kernel in the last message of a request, and nowhere else (B18)."""

from __future__ import annotations

from typing import Any

import pytest

from lci.agent.prompts.memory import state
from lci.agent.request_building import with_state
from lci.core.inspection import Variable
from lci.core.messages import ImagePart, Message, TextPart, ToolCall, ToolResult
from lci.core.outputs import BlobRef

STATE = "[In memory now: x: int = 41]"
STATED = TextPart(STATE, "state")
PICTURE = ImagePart(BlobRef("0" * 64, 10, "bytes"), "image/png", "a.png")
BEFORE = (Message("system", (TextPart("Work."),)), Message("user", (TextPart("One"),)))
CALL = Message("assistant", (ToolCall("c", "execute_code", "{}"),))


@pytest.mark.parametrize(
    ("parts", "stated"),
    [
        ((TextPart("Two"),), (TextPart("Two"), STATED)),
        ((TextPart("note", "note"), TextPart("Two")), (TextPart("note", "note"), TextPart("Two"), STATED)),
        ((TextPart("Two"), PICTURE), (TextPart("Two"), STATED, PICTURE)),
        ((PICTURE,), (PICTURE, STATED)),
        ((), (STATED,)),
    ],
)
def test_the_state_comes_after_a_prompt_which_the_next_request_repeats(
    parts: tuple[Any, ...], stated: tuple[Any, ...]
) -> None:
    """B18: the next request of the turn repeats the prompt."""
    messages = (*BEFORE, Message("user", parts))
    assert with_state(messages, STATE) == (*BEFORE, Message("user", stated))


def test_a_result_comes_before_the_state_it_left() -> None:
    """B18: in the same message, which is the only answer to its call."""
    result = Message("tool", (ToolResult("c", "41"),))
    assert with_state((*BEFORE, CALL, result), STATE) == (
        *BEFORE,
        CALL,
        Message("tool", (ToolResult("c", f"41\n\n{STATE}"),)),
    )


def test_of_several_results_only_the_last_holds_the_state() -> None:
    """B18."""
    first, last = Message("tool", (ToolResult("a", "1"),)), Message("tool", (ToolResult("b", "2"),))
    made = with_state((*BEFORE, CALL, first, last), STATE)
    assert made[:-1] == (*BEFORE, CALL, first)
    assert made[-1].text.endswith(STATE)


def test_messages_before_the_last_are_the_very_same() -> None:
    """B18: servers can use their work on them again."""
    messages = (*BEFORE, Message("user", (TextPart("Two"),)))
    made = with_state(messages, STATE)
    assert all(one is other for one, other in zip(made[:-1], messages[:-1], strict=True))
    assert messages[-1].text == "Two"


def test_variables_are_said_with_type_shape_columns_and_value() -> None:
    """B18."""
    variables = [
        Variable("df", "DataFrame", shape=(10, 2), columns=("region", "価格")),
        Variable("x", "int", value="41"),
        Variable("long", "str", value="a" * 500),
    ]
    (line,) = state(variables, ()).split("\n")
    assert line.startswith("[In memory now: df: DataFrame 10×2 (region, 価格); x: int = 41; long: str = aaa")
    assert line.endswith("a…]") and len(line) < 200


def test_nothing_in_memory_is_not_mentioned() -> None:
    """B18."""
    assert state((), ()) == ""
    assert state((), [('a "b".csv', 1_234_567)]) == ('[Files that code made: "a \\"b\\".csv" 1,234,567 bytes]')


def test_long_lists_are_cut_and_counted() -> None:
    """B18."""
    variables = [Variable(f"variable_{number}", "int", value="1") for number in range(1_000)]
    files = [(f"{'name' * 30}{number}.csv", 1) for number in range(500)]
    memory, listed = state(variables, files).split("\n")
    assert "variable_0: int" in memory and "variable_999" not in memory and memory.endswith("… 1000 in all]")
    assert len(memory) < 3_000 and len(listed) < 3_000 and listed.endswith("… 500 in all]")
