"""A box that is to hold a text holds it, whatever the browser, which may have missed a redraw, says it held."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def drawn() -> AppTest:
    def script() -> None:
        import streamlit as st

        from lci.ui import state

        state.fill("sql", st.session_state.get("view", "SELECT 1"))
        st.text_area("SQL", key="sql")

    return AppTest.from_function(script).run()


def reports(app: AppTest, text: str) -> str:
    """What the box holds after the browser said that it holds `text`."""
    app.text_area(key="sql").set_value(text)
    return str(app.run().text_area(key="sql").value)


def looks_at(app: AppTest, query: str) -> str:
    app.session_state.view = query
    return str(app.run().text_area(key="sql").value)


@pytest.mark.parametrize("redraws", [0, 1, 3])
def test_a_box_that_came_empty_to_the_browser_is_filled_again(redraws: int) -> None:
    app = drawn()
    for _ in range(redraws):
        app.run()
    assert reports(app, "") == "SELECT 1"


@pytest.mark.parametrize("redraws", [0, 1, 3])
def test_a_box_that_came_with_the_former_text_is_filled_again(redraws: int) -> None:
    app = drawn()
    assert looks_at(app, "SELECT 2") == "SELECT 2"
    for _ in range(redraws):
        app.run()
    assert reports(app, "SELECT 1") == "SELECT 2"


def test_what_a_person_makes_of_it_stays_until_other_rows_are_looked_at() -> None:
    app = drawn()
    assert reports(app, "SELECT 1 + 1") == "SELECT 1 + 1"
    assert app.run().text_area(key="sql").value == "SELECT 1 + 1"
    assert looks_at(app, "SELECT 2") == "SELECT 2"


def test_each_of_the_first_redraws_says_the_text_again() -> None:
    """The first of two redraws in a row did not reach the browser, and the second said nothing of the text."""
    app = drawn()
    for _ in range(3):
        assert app.text_area(key="sql").proto.set_value
        app.run()
