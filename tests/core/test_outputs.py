"""Outputs as they are kept: neighbouring text of one stream is one text, whoever joins it and when."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from lci.core.outputs import DisplayData, Output, StreamOutput, appended, one_text

_STREAMS = st.builds(
    StreamOutput,
    st.sampled_from(["stdout", "stderr"]),
    st.text("ab\n", max_size=4),
    st.sampled_from([0, 0, 7]),
    st.sampled_from([None, "spool.txt"]),
)
_OUTPUTS = st.lists(_STREAMS | st.just(DisplayData({"text/plain": "x"}, {}, None)), max_size=6)


def kept(outputs: Sequence[Output]) -> tuple[Output, ...]:
    return functools.reduce(appended, outputs, ())


@given(_OUTPUTS)
def test_text_joined_on_the_way_is_kept_as_text_joined_at_the_end(outputs: list[Output]) -> None:
    joined: list[Output] = []
    for output in outputs:
        both = one_text(joined[-1], output) if joined else None
        joined = [*joined, output] if both is None else [*joined[:-1], both]
    assert kept(joined) == kept(outputs)


def test_what_was_left_out_stays_where_it_was() -> None:
    before, after = StreamOutput("stdout", "a"), StreamOutput("stdout", "b", 9)
    assert kept([before, after, StreamOutput("stdout", "c")]) == (before, StreamOutput("stdout", "bc", 9))
