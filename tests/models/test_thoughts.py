"""B16: thinking left in the text is told apart, however the stream is cut; and over a real socket."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, strategies as st

from lci.core.messages import Message, TextPart
from lci.core.ports import ModelProfile, ModelRequest, ReasoningPiece, TextPiece
from lci.models.connecting import Connection
from lci.models.openai_chat import OpenAIChat
from lci.models.thoughts import Thoughts
from lci.testing.server import Reply, ScriptedServer, chunk, text

HELLO = ModelRequest((Message("user", (TextPart("Hello"),)),))


def read(answer: str, cuts: list[int] | None = None, *, begun: bool = False) -> tuple[str, str]:
    thoughts = Thoughts(begun=begun)
    made: list[TextPiece | ReasoningPiece] = []
    at = 0
    for cut in [*(cuts or []), len(answer)]:
        made += thoughts.read(answer[at : at + cut])
        at += cut
    made += thoughts.end()
    said = "".join(piece.text for piece in made if isinstance(piece, TextPiece))
    return said, "".join(piece.text for piece in made if isinstance(piece, ReasoningPiece))


@pytest.mark.parametrize(
    ("answer", "said", "thought"),
    [
        ("plain", "plain", ""),
        ("<think>hm</think>\n\nYes.", "Yes.", "hm"),
        ("  <think>\nhm\n</think>Yes.", "Yes.", "\nhm\n"),
        ("<thinking>hm</thinking>Yes.", "Yes.", "hm"),
        ("[THINK]hm[/THINK]Yes.", "Yes.", "hm"),
        ("One.\n<think>hm</think>Two.", "One.\nTwo.", "hm"),
        ("<think>a < b </thin </think>Yes.", "Yes.", "a < b </thin "),
        ("<think>never ends", "", "never ends"),
        ("<think>\n```python\nx = 1\n```\n</think>\nNo.", "No.", "\n```python\nx = 1\n```\n"),
        ('print("<think>")', 'print("<think>")', ""),
        ("a </think> b", "a </think> b", ""),
        ("hm\n</think>\nYes.", "hm\nYes.", ""),
        ("1 < 2\n<thi", "1 < 2\n<thi", ""),
    ],
)
def test_a_thought_is_no_text(answer: str, said: str, thought: str) -> None:
    assert read(answer) == (said, thought)


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "/think>", "\n", " ", "a", "[THINK]", "[/THINK]"])).map(
        "".join
    ),
    st.lists(st.integers(1, 4), max_size=40),
    st.booleans(),
)
def test_how_the_stream_is_cut_makes_no_difference(answer: str, cuts: list[int], begun: bool) -> None:
    assert read(answer, cuts, begun=begun) == read(answer, begun=begun)


def test_a_thought_that_was_only_guessed_is_text_after_all() -> None:
    assert read("Yes, of course.", begun=True) == ("Yes, of course.", "Yes, of course.")


def test_a_model_whose_answers_begin_within_a_thought_is_known_after_the_first() -> None:
    """Some templates write the opening mark themselves: only the closing one is sent."""

    async def asked(server: ScriptedServer) -> list[tuple[str, str]]:
        model = OpenAIChat(Connection(server.url, "", "m"), ModelProfile("m", "M", "Maker"))
        got = []
        for _ in range(3):
            events = [event async for event in model.stream(HELLO)]
            said = "".join(event.text for event in events if isinstance(event, TextPiece))
            got.append((said, "".join(event.text for event in events if isinstance(event, ReasoningPiece))))
        await model.close()
        return got

    replies = [text("hm\n</th", "ink>\n", "One."), text("hm", "\n</think>\n\nTwo."), text("Three.")]
    with ScriptedServer(replies) as server:
        assert asyncio.run(asked(server)) == [("hm\nOne.", ""), ("Two.", "hm\n"), ("Three.", "Three.")]


@pytest.mark.parametrize("split", [None, 1, 7])
def test_marks_cut_anywhere_on_the_wire_are_found(split: int | None) -> None:
    async def asked(server: ScriptedServer) -> tuple[str, str]:
        model = OpenAIChat(Connection(server.url, "", "m"), ModelProfile("m", "M", "Maker"))
        events = [event async for event in model.stream(HELLO)]
        await model.close()
        said = "".join(event.text for event in events if isinstance(event, TextPiece))
        return said, "".join(event.text for event in events if isinstance(event, ReasoningPiece))

    steps = [*(chunk({"content": letter}) for letter in "<think>so</think>\nyes"), chunk(finish="stop")]
    with ScriptedServer([Reply(steps, split=split)]) as server:
        assert asyncio.run(asked(server)) == ("yes", "so")
