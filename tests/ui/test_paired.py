"""What stands at a place belongs to the name beside it, however little of a drawing reaches the browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def drawing(subject: str) -> None:
    import streamlit as st

    from lci.ui import paired

    with paired.place("place", subject):
        st.text(f"content of {subject}")
    st.caption(subject)


def places(at: AppTest) -> dict[int, str]:
    """What was sent for each place above the name, as Streamlit put it together for a browser that lags behind."""
    return {index: block.type for index, block in at.main.children.items() if block.type != "caption"}


def test_another_subject_takes_the_content_before_away_whatever_is_sent_together() -> None:
    """B20: Streamlit leaves out an element that something else replaces before it was sent."""
    at = AppTest.from_function(drawing, args=("first",)).run()
    for subject in ("second", "third"):
        held = next(index for index, kind in places(at).items() if kind != "empty")
        at.args = (subject,)
        at.run()
        assert places(at)[held] == "empty"
        assert [text.value for text in at.text] == [f"content of {subject}"]


def test_the_same_subject_stays_where_it_is() -> None:
    at = AppTest.from_function(drawing, args=("first",)).run()
    before = places(at)
    assert places(at.run()) == before
    assert sorted(before.values()) != ["empty", "empty"]
