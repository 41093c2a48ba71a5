from __future__ import annotations

import itertools

from hypothesis import given, strategies as st

from lci.core import events as e
from lci.core.folding import folded
from lci.core.messages import ImagePart, Message, TextPart, ToolResult
from lci.core.outputs import BlobRef, DisplayData, StreamOutput
from lci.core.pictures import pictured
from lci.core.transcript.building import transcript
from tests.core.test_transcript import Plain

SAID = "[figures]"


def conversation(figures: list[int]) -> tuple[tuple[Message, ...], object]:
    """One turn with a cell for each number, which draws so many figures; its messages."""
    log: list[e.Event] = [e.TurnStarted("draw")]
    for number, count in enumerate(figures):
        call = f"c{number}"
        log += [e.RequestSent("m"), e.CodeDelta(call, "plot()"), e.CellStarted(call, "plot()")]
        log.append(e.OutputAdded(call, StreamOutput("stdout", f"text {number}")))
        for at in range(count):
            log.append(e.OutputAdded(call, DisplayData({"image/png": BlobRef(f"{number}-{at}", 10, "bytes")})))
        log.append(e.CellFinished(call, "ok", number, 0.1))
    recorded = [e.Recorded(n, float(n), "c", "t1", e.SCHEMA, event) for n, event in enumerate(log, 1)]
    made = folded("c", recorded)
    return transcript(made, "system", Plain()), made


def pictures(messages: tuple[Message, ...]) -> list[str]:
    return [part.blob.digest for message in messages for part in message.parts if isinstance(part, ImagePart)]


@given(st.lists(st.integers(0, 3), max_size=6), st.integers(0, 5))
def test_the_newest_figures_follow_their_results_and_nothing_else_changes(figures: list[int], limit: int) -> None:
    """B18, B27"""
    messages, made = conversation(figures)
    shown = pictured(messages, made, "t1", SAID, limit)  # type: ignore[arg-type]
    drawn = [f"{number}-{at}" for number, count in enumerate(figures) for at in range(count)]
    assert pictures(shown) == drawn[len(drawn) - min(limit, len(drawn)) :]
    plain = [message for message in shown if not any(isinstance(part, ImagePart) for part in message.parts)]
    assert plain == [message for message in messages if message in plain]
    assert [m for m in messages if m.role in ("tool", "assistant")] == [
        m for m in shown if m.role in ("tool", "assistant")
    ]
    for before, after in itertools.pairwise(shown):
        if any(isinstance(part, ImagePart) for part in after.parts):
            assert isinstance(before.parts[0], ToolResult)
            assert after.parts[0] == TextPart(SAID)
