"""Turns that go on whatever happens to the page, and that stop when they are told to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import Gate, Reply, ScriptedServer, chunk
from tests.e2e.driving import ask, at_rest, open_page, stop_button, until, wait_done

pytestmark = pytest.mark.isolation


def gated(*before: str, after: str = "", gate: str = "gate") -> Reply:
    steps = [chunk({"content": piece}) for piece in before]
    return Reply([*steps, Gate(gate), chunk({"content": after}), chunk(finish="stop")])


def chat_text(page: Page) -> str:
    return page.locator(".st-key-chat_pane").inner_text()


def test_text_appears_while_it_is_written(page: Page, model: ScriptedServer) -> None:
    """B15."""
    model.add(gated("The first half, ", after="and the second."))
    ask(page, "Tell me")
    expect(page.locator(".st-key-chat_pane").get_by_text("The first half,")).to_be_visible()
    expect(stop_button(page)).to_be_visible()
    assert "and the second" not in chat_text(page)
    model.open()
    expect(page.locator(".st-key-chat_pane").get_by_text("The first half, and the second.")).to_be_visible()
    wait_done(page)


def test_who_had_scrolled_away_sees_what_was_asked(page: Page, model: ScriptedServer) -> None:
    """B15: the question comes into view, wherever one was in the conversation."""
    model.add(scripted.text("\n\n".join(f"Paragraph `{n}` of a long answer." for n in range(80))))
    ask(page, "Tell me a lot")
    wait_done(page)
    expect(page.get_by_text("Paragraph 79 of a long answer.")).to_be_in_viewport()
    page.locator(".st-key-chat_pane").get_by_text("Tell me a lot").scroll_into_view_if_needed()
    expect(page.get_by_text("Paragraph 79 of a long answer.")).not_to_be_in_viewport()
    model.add(scripted.text("Briefly, then."))
    ask(page, "And briefly?")
    expect(page.get_by_text("Briefly, then.")).to_be_in_viewport(timeout=30_000)
    expect(page.locator(".st-key-chat_pane").get_by_text("And briefly?")).to_be_in_viewport()


def test_on_a_phone_the_page_stays_where_the_answer_is(page: Page, model: ScriptedServer) -> None:
    """B15: what lies below the composer there does not come into view by asking."""
    page.set_viewport_size({"width": 390, "height": 844})
    model.add(scripted.text("Briefly."))
    ask(page, "Tell me")
    wait_done(page)
    at_rest(page)
    chat = page.locator(".st-key-chat_pane")
    expect(chat.get_by_text("Tell me")).to_be_in_viewport()
    expect(chat.get_by_text("Briefly.")).to_be_in_viewport()


def test_code_and_its_output_appear_while_it_runs(page: Page, model: ScriptedServer) -> None:
    """B15: live output with elapsed time."""
    # What is printed stays in sight until it is stopped: a slow page must not miss it.
    source = "import time\nfor n in range(5):\n    print('tick', n, flush=True)\ntime.sleep(300)"
    model.add(scripted.code(source))
    ask(page, "Count")
    chat = page.locator(".st-key-chat_pane")
    expect(chat.get_by_text("Running Python")).to_be_visible(timeout=30_000)
    expect(chat.get_by_text("tick 3")).to_be_visible(timeout=30_000)
    expect(chat.get_by_text(re.compile(r"Running Python · \d+ s"))).to_be_visible(timeout=30_000)
    stop_button(page).click()
    wait_done(page)


def test_stop_ends_a_silent_cell_at_once_and_the_next_message_works(page: Page, model: ScriptedServer) -> None:
    """B2: variables kept, not one more request, the model is told. How soon is measured: P14."""
    model.add(scripted.code("import time\nkept = 42\ntime.sleep(300)"))
    ask(page, "Wait")
    expect(page.locator(".st-key-chat_pane").get_by_text("Running Python")).to_be_visible(timeout=30_000)
    page.locator(".st-key-chat_pane").get_by_text(re.compile(r"Running Python · \d+ s")).wait_for(timeout=30_000)
    stop_button(page).click()
    expect(page.get_by_text("Stopped by you.")).to_be_visible(timeout=30_000)
    expect(stop_button(page)).to_have_count(0)
    assert len(model.chats) == 1
    model.add(scripted.code("print('kept is', kept)", call_id="c2"), scripted.text("It is kept."))
    ask(page, "And now?")
    expect(page.get_by_text("It is kept.")).to_be_visible(timeout=30_000)
    told = model.chats[1]["messages"]
    assert "interrupted" in told[3]["content"]
    assert "stopped the previous answer" in told[-1]["content"]
    assert "kept is 42" in model.chats[2]["messages"][-1]["content"]


def test_stop_works_while_output_floods_and_by_the_escape_key(page: Page, model: ScriptedServer) -> None:
    """B2, B13: also while it floods; the page stays responsive."""
    model.add(scripted.code("while True:\n    print('flood ' * 50)"))
    ask(page, "Flood")
    expect(page.locator(".st-key-chat_pane").get_by_text("flood flood").first).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped by you.")).to_be_visible(timeout=30_000)
    model.add(scripted.text("Still here."))
    ask(page, "Hello?")
    expect(page.get_by_text("Still here.")).to_be_visible(timeout=30_000)


def test_stop_closes_the_stream_of_a_silent_model(page: Page, model: ScriptedServer) -> None:
    """B2: also while the model has not said anything yet."""
    model.add(Reply([Gate("never")]))
    ask(page, "Think")
    assert model.wait_for(lambda server: len(server.chats) == 1)
    expect(stop_button(page)).to_be_visible()
    stop_button(page).click()
    expect(page.get_by_text("Stopped by you.")).to_be_visible(timeout=30_000)
    assert model.wait_for(lambda server: server.disconnects == 1), "the request was not cancelled"
    assert len(model.chats) == 1


def test_a_turn_survives_reload_clicks_other_pages_and_a_closed_tab(page: Page, model: ScriptedServer) -> None:
    """B1: everything produced meanwhile is shown, once, in order."""
    model.add(gated("alpha ", "beta ", after="gamma", gate="g1"))
    ask(page, "Letters")
    chat = page.locator(".st-key-chat_pane")
    expect(chat.get_by_text("alpha beta")).to_be_visible()
    address = page.url
    page.reload()
    expect(chat.get_by_text("alpha beta")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible(timeout=30_000)
    second = page.context.new_page()
    page.close()
    model.open("g1")
    open_page(second, address)
    expect(second.locator(".st-key-chat_pane").get_by_text("alpha beta gamma")).to_be_visible(timeout=30_000)
    wait_done(second)
    at_rest(second)
    text = second.locator(".st-key-chat_pane").inner_text()
    assert text.count("alpha") == 1
    assert text.count("Letters") == 1


@pytest.mark.nightly
def test_a_second_tab_sees_a_turn_that_was_started_elsewhere(page: Page, model: ScriptedServer) -> None:
    """B1: the pulse notices what another tab began."""
    other = page.context.new_page()
    open_page(other, page.url)
    model.add(gated("shared words ", after="and the end"))
    ask(page, "Both tabs")
    expect(other.locator(".st-key-chat_pane").get_by_text("shared words")).to_be_visible(timeout=30_000)
    model.open()
    expect(other.locator(".st-key-chat_pane").get_by_text("shared words and the end")).to_be_visible(timeout=30_000)
    other.close()


def test_a_prompt_sent_meanwhile_is_queued_and_can_be_taken_back(page: Page, model: ScriptedServer) -> None:
    """EXPERIENCE: the composer is never disabled; one prompt waits."""
    model.add(gated("working ", after="done one"), scripted.text("answer two"))
    ask(page, "One")
    expect(page.locator(".st-key-chat_pane").get_by_text("working")).to_be_visible()
    ask(page, "Two")
    expect(page.get_by_text("Queued: Two")).to_be_visible()
    page.locator(".st-key-take_back button").click()
    expect(page.get_by_text("Queued: Two")).to_have_count(0)
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_value("Two")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.get_by_text("Queued: Two")).to_be_visible()
    model.open()
    expect(page.get_by_text("answer two")).to_be_visible(timeout=30_000)
    wait_done(page)
    assert [m["messages"][-1]["content"] for m in model.chats] == ["One", "Two"]


@pytest.mark.nightly
def test_nothing_moves_once_a_turn_is_over(page: Page, model: ScriptedServer) -> None:
    """The polling ends with the turn: only the slow pulse remains."""
    model.add(scripted.text("short"))
    ask(page, "Quick")
    wait_done(page)
    frames: list[object] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)))
    page.reload()
    page.get_by_text("short").wait_for(timeout=30_000)
    at_rest(page)
    before = len(frames)
    page.wait_for_timeout(4_000)
    # One or two pulses, each a handful of frames; a forgotten 0.1 s timer would bring hundreds.
    assert len(frames) - before < 30


def test_regenerate_makes_a_version_and_keeps_the_first(page: Page, model: ScriptedServer) -> None:
    """B22: the old one stays reachable."""
    model.add(scripted.text("first version"), scripted.text("second version"))
    ask(page, "Say it")
    expect(page.get_by_text("first version")).to_be_visible()
    page.locator("[class*=st-key-regenerate_] button").first.click()
    expect(page.get_by_text("second version")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("first version")).to_have_count(0)
    wait_done(page)
    page.get_by_role("button", name="Version 2 of 2").click()
    expect(page.get_by_text("first version")).to_be_visible(timeout=30_000)


def test_a_prompt_is_edited_and_sent_again(page: Page, model: ScriptedServer) -> None:
    """B22: on a branch of its own."""
    model.add(scripted.text("about cats"), scripted.text("about dogs"))
    ask(page, "Tell me about cats")
    expect(page.get_by_text("about cats").last).to_be_visible()
    wait_done(page)
    page.locator("[class*=st-key-edit_] button:visible").click()
    page.locator("[class*=st-key-edited_] textarea").fill("Tell me about dogs")
    page.locator("[class*=st-key-resend_] button").click()
    expect(page.locator(".st-key-chat_pane").get_by_text("Tell me about dogs")).to_be_visible(timeout=30_000)
    wait_done(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Version 2 of 2")).to_be_visible()
    assert model.chats[1]["messages"][-1]["content"] == "Tell me about dogs"
    page.locator("[class*=st-key-branches_] button:visible").click()
    versions = page.locator(".st-key-branch_map button")
    expect(versions).to_have_count(2)
    versions.filter(has_text="Tell me about cats").click()
    expect(page.locator(".st-key-chat_pane").get_by_text("Tell me about cats")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_queued_prompt_leaves_the_composer_in_sight(page: Page, model: ScriptedServer) -> None:
    model.add(gated("working ", after="done"), scripted.text("next"))
    ask(page, "One")
    expect(page.locator(".st-key-chat_pane").get_by_text("working")).to_be_visible()
    ask(page, "Two")
    expect(page.get_by_text("Queued: Two")).to_be_visible()

    def in_line() -> bool:
        composer, stop = page.locator(".st-key-prompt").bounding_box(), stop_button(page).bounding_box()
        if composer is None or stop is None:
            return False
        end = composer["y"] + composer["height"]
        return end <= 900 and abs(end - stop["y"] - stop["height"]) <= 2

    until(in_line, what="the composer in sight, beside Stop")
    model.open()
    expect(page.get_by_text("next")).to_be_visible(timeout=30_000)
    wait_done(page)


def test_the_layout_fits_a_desktop_and_a_phone(page: Page, model: ScriptedServer) -> None:
    """The page does not scroll on a desktop; the composer is in sight on both."""
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.reload()
        page.get_by_test_id("stChatInputTextArea").wait_for(timeout=30_000)
        at_rest(page)
        expect(page.locator(".st-key-composer")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator(".st-key-composer").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height
    page.set_viewport_size({"width": 1440, "height": 900})
    at_rest(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 901
    panel = page.locator(".st-key-side_panel").bounding_box()
    assert panel is not None
    assert 850 <= panel["y"] + panel["height"] <= 900, "the panel is as high as the window"
