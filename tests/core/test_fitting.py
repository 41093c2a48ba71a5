"""Messages that fit into a window: what goes first, and exactly when (B18)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from lci.core.messages import Message, TextPart, ToolCall, ToolResult, alternating
from lci.core.transcript.fitting import LEAST_RESULT_CHARS, OLD_RESULT_CHARS, STEP, Fitted, fitted, size
from tests.core.test_transcript import Plain

QUESTION, NOW = Message("user", (TextPart("question"),)), Message("user", (TextPart("now"),))
SYSTEM = Message("system", (TextPart("system"),))


def fit(messages: Sequence[Message], budget: int, keep_rounds: int = 2, soft: int | None = None) -> Fitted:
    return fitted(tuple(messages), budget, len, Plain(), keep_rounds, soft)


def cost(messages: Sequence[Message]) -> int:
    return sum(size(message, len) for message in messages) + 3


def rounds(*lengths: int) -> list[Message]:
    """Rounds whose results have so many characters."""
    made: list[Message] = []
    for number, length in enumerate(lengths):
        made.append(Message("assistant", (ToolCall(f"c{number}", "run", f'{{"n": {number}}}'),)))
        made.append(Message("tool", (ToolResult(f"c{number}", str(number) * length),)))
    return made


def results(messages: Sequence[Message]) -> list[int]:
    return [len(message.text) for message in messages if message.role == "tool"]


def test_a_message_costs_its_text_and_what_every_message_and_call_costs() -> None:
    assert size(Message("user", (TextPart("abc"),)), len) == 3 + 4
    assert size(Message("user", (TextPart("abc"), TextPart("de"))), len) == 6 + 4
    assert size(Message("tool", (ToolResult("c", "abc"),)), len) == 3 + 4
    assert size(Message("assistant", (TextPart("abc"), ToolCall("c", "run", "{}"))), len) == len("abc\nrun\n{}") + 4 + 8
    assert size(Message("assistant", (ToolCall("c", "run", "{}"), ToolCall("d", "run", "{}"))), len) == 13 + 4 + 16


def test_what_just_fits_stays_as_it_is() -> None:
    messages = [SYSTEM, QUESTION, *rounds(5_000, 5_000, 5_000)]
    assert fit(messages, cost(messages)) == Fitted(tuple(messages), cost(messages))
    assert fit(messages, cost(messages) - 1).results_shortened == 1


def test_old_results_are_shortened_before_any_round_goes() -> None:
    messages = [SYSTEM, QUESTION, *rounds(*[5_000] * 7)]
    fitting = fit(messages, cost(messages) - 1)
    # The oldest step of rounds first, all of it at once: the next request begins as this one does.
    assert [length < 5_000 for length in results(fitting.messages)] == [True] * STEP + [False] * 3
    assert (fitting.results_shortened, fitting.rounds_dropped) == (STEP, 0)
    assert fitting.tokens == cost(fitting.messages)
    more = fit(messages, fitting.tokens - 1)
    assert [length < 5_000 for length in results(more.messages)] == [True] * 5 + [False] * 2
    assert (more.results_shortened, more.rounds_dropped) == (5, 0)


def test_beyond_the_soft_bound_results_are_shortened_and_nothing_else() -> None:
    messages = [SYSTEM, QUESTION, *rounds(*[5_000] * 4)]
    fitting = fit(messages, cost(messages), soft=100)
    assert (fitting.results_shortened, fitting.rounds_dropped) == (2, 0)
    assert 100 < fitting.tokens <= cost(messages)
    assert fit(messages, cost(messages), soft=10 * cost(messages)) == Fitted(tuple(messages), cost(messages))


@pytest.mark.parametrize("over", [0, 100, 101])
def test_a_result_is_shortened_only_where_that_saves_something(over: int) -> None:
    messages = [SYSTEM, QUESTION, *rounds(OLD_RESULT_CHARS + over, 5_000, 1, 1)]
    fitting = fit(messages, cost(messages) - 1)
    assert fitting.results_shortened == (2 if over > 100 else 1)
    assert (results(fitting.messages)[0] == OLD_RESULT_CHARS + over) is (over <= 100)


def test_whole_steps_of_rounds_go_and_a_note_stands_for_them() -> None:
    messages = [SYSTEM, QUESTION, *rounds(*[2_000] * 11)]
    fitting = fit(messages, cost(messages) - 1)
    assert (fitting.rounds_dropped, fitting.results_shortened) == (STEP, 0)
    assert fitting.messages[1].text == f"question\n[{STEP} rounds dropped]"
    assert fitting.messages[2:] == tuple(rounds(*[2_000] * 11)[2 * STEP :])
    fewer = fit(messages, 3 * 2_100)
    assert fewer.rounds_dropped == 9 and fewer.messages[2:] == tuple(rounds(*[2_000] * 11)[18:])


def test_rounds_go_until_the_rest_and_the_note_fit() -> None:
    messages = [SYSTEM, QUESTION, *rounds(*[2_000] * 11)]
    kept = cost([SYSTEM, QUESTION]) + sum(size(m, len) for m in rounds(*[2_000] * 11)[2 * STEP :])
    # What is set aside for the note is that of the most rounds that may go.
    note = len("[9 rounds dropped]") + 4
    assert fit(messages, kept + note).rounds_dropped == STEP
    assert fit(messages, kept + note - 1).rounds_dropped == 2 * STEP
    assert fit(messages, kept + note).tokens == kept + note


def test_at_the_very_last_the_results_before_the_newest_are_shortened_and_then_that() -> None:
    """B18: a little, then much, the newest after all others."""
    messages = [SYSTEM, QUESTION, *rounds(9_000, 9_000)]
    expected = [
        (13_000, OLD_RESULT_CHARS, 9_000),
        (10_000, LEAST_RESULT_CHARS, 9_000),
        (5_000, LEAST_RESULT_CHARS, OLD_RESULT_CHARS),
        (2_000, LEAST_RESULT_CHARS, LEAST_RESULT_CHARS),
    ]
    for budget, first, newest in expected:
        fitting = fit(messages, budget)
        lengths = zip(results(fitting.messages), (first, newest), strict=True)
        assert all(most - 50 < length <= most for length, most in lengths)
        assert fitting.results_shortened == (1 if newest == 9_000 else 2)
    beyond = fit(messages, 10)
    assert beyond.tokens == cost(beyond.messages) > 10


def test_results_that_were_shortened_and_then_dropped_count_as_dropped() -> None:
    messages = [SYSTEM, QUESTION, *rounds(*[5_000] * 6)]
    fitting = fit(messages, 11_000)
    assert (fitting.rounds_dropped, fitting.results_shortened) == (4, 0)


def test_the_first_prompt_the_current_one_and_the_last_rounds_stay() -> None:
    earlier = Message("user", (TextPart("earlier"),))
    messages = [SYSTEM, QUESTION, *rounds(900), earlier, *rounds(900), NOW, *rounds(900, 900, 900)]
    fitting = fit(messages, 10, keep_rounds=1)
    texts = "\n".join(message.text for message in fitting.messages)
    assert "system" in texts and "question" in texts and "now" in texts and "earlier" not in texts
    assert sum(message.role == "assistant" for message in fitting.messages) == 1
    assert sum(message.role == "assistant" for message in fit(messages, 10, keep_rounds=3).messages) == 3


def test_without_a_user_the_note_still_stands_before_what_is_left() -> None:
    fitting = fit([SYSTEM, *rounds(900, 900, 900, 900)], 2_500)
    assert fitting.rounds_dropped == 2
    assert [message.role for message in fitting.messages] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "tool",
    ]


@given(
    st.lists(st.sampled_from([10, 700, 2_900, 3_200, 9_000]), max_size=14), st.integers(0, 40_000), st.integers(1, 3)
)
def test_the_count_is_that_of_the_messages_and_no_less_is_kept_than_fits(
    lengths: list[int], budget: int, keep: int
) -> None:
    messages = [SYSTEM, QUESTION, *rounds(*lengths)]
    fitting = fit(messages, budget, keep)
    noted = len(fitting.messages[1].parts) == 2
    assert noted == (fitting.rounds_dropped > 0)
    # Two messages of the user that became one cost as two.
    assert fitting.tokens == cost(fitting.messages) + (3 if noted else 0)
    assert sum(message.role == "tool" for message in fitting.messages) == len(lengths) - fitting.rounds_dropped
    if cost(messages) <= budget:
        assert fitting.messages == tuple(messages)


def test_two_messages_of_the_user_in_a_row_become_one() -> None:
    said = Message("assistant", (TextPart("said"),))
    assert alternating([QUESTION, NOW, said, NOW]) == (Message("user", (*QUESTION.parts, *NOW.parts)), said, NOW)
    assert alternating([said, said]) == (said, said)
    assert alternating([]) == ()


def test_what_is_known_of_files_stays_where_the_prompt_they_came_with_goes() -> None:
    """B18: also of files that came later."""
    noted, picture = TextPart("a note on a file", "file"), TextPart("the middle prompt")
    middle = Message("user", (TextPart("hint", "note"), noted, picture))
    messages = [SYSTEM, QUESTION, *rounds(500, 500), middle, *rounds(500, 500, 500, 500, 500), NOW, *rounds(500, 500)]
    fitting = fit(messages, 2_200)
    parts = [part for message in fitting.messages for part in message.parts if isinstance(part, TextPart)]
    assert noted in parts and picture not in parts
    assert fitting.rounds_dropped >= 4
    assert fitting.tokens <= 2_200
    assert all(one.role != other.role or one.role != "user" for one, other in pairwise(fitting.messages))
