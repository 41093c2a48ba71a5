"""The composer is always wholly in sight, a conversation that is chosen leads to the chat, words stay as typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import Gate, Reply, ScriptedServer, chunk
from tests.e2e.driving import ask, open_page, settle, stop_button, until, wait_done

SCREENS = {"desktop": (1440, 900), "phone": (390, 844)}
CHAT = ".st-key-chat_pane"
TYPED = """__init__ and 2*3*4 and :red[x] and `code` and **b**
# no heading, 1. no list
    - kept back, $5 and $6, <b>html</b> &amp; :smile: :material/home:
[a](https://example.org) https://example.org ![x](https://example.org/a.png) a -> b, a--b, x >= 1 \\* \\(y\\)"""


def overhang(page: Page) -> float:
    """How far the composer, or the text box in it, reaches below the window or above the chat pane's end."""
    return float(
        page.evaluate(
            """() => {
  const composer = document.querySelector('.st-key-composer').getBoundingClientRect();
  const box = document.querySelector('[data-testid=stChatInputTextArea]').getBoundingClientRect();
  return Math.max(composer.bottom, box.bottom) - window.innerHeight;
}"""
        )
    )


def in_sight(page: Page) -> None:
    expect(page.locator(".st-key-composer")).to_be_visible()
    until(lambda: overhang(page) <= 0, 20, "the composer in sight")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_composer_is_in_sight_with_attachments(page: Page, tmp_path: Path, screen: str) -> None:
    """EXPERIENCE: always wholly visible."""
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    files = [tmp_path / f"{name}.csv" for name in ("one", "two", "three")]
    for file in files:
        file.write_text("a\n1\n")
    page.locator(".st-key-composer input[type=file]").set_input_files([str(file) for file in files])
    expect(page.locator(".st-key-composer").get_by_text("three.csv")).to_be_attached()
    in_sight(page)
    page.get_by_test_id("stChatInputTextArea").fill("line\n" * 8)
    in_sight(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_composer_is_in_sight_below_every_bar(page: Page, model: ScriptedServer, screen: str) -> None:
    """EXPERIENCE: with notices and bars, too; a further prompt joins the one that waits."""
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    model.add(
        Reply([chunk({"content": "working "}), Gate("gate"), chunk({"content": "done"}), chunk(finish="stop")]),
        scripted.text("both answered"),
    )
    ask(page, "One")
    expect(page.locator(CHAT).get_by_text("working")).to_be_visible()
    ask(page, "Two")
    expect(page.locator(".st-key-queue").get_by_text("Two")).to_be_visible()
    in_sight(page)
    ask(page, "Three")
    expect(page.locator(".st-key-queue").get_by_text("Three")).to_be_visible()
    in_sight(page)
    model.open()
    expect(page.get_by_text("both answered")).to_be_visible()
    wait_done(page)
    assert model.chats[-1]["messages"][-1]["content"] == "Two\n\nThree"


def test_the_joined_words_come_back_whole(page: Page, model: ScriptedServer) -> None:
    """EXPERIENCE: nothing typed is ever lost."""
    model.add(Reply([chunk({"content": "working "}), Gate("gate"), chunk(finish="stop")]))
    ask(page, "One")
    expect(page.locator(CHAT).get_by_text("working")).to_be_visible()
    ask(page, "Two")
    expect(page.locator(".st-key-queue").get_by_text("Two")).to_be_visible()
    ask(page, "Three")
    expect(page.locator(".st-key-queue").get_by_text("Three")).to_be_visible()
    stop_button(page).click()
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_value("Two\n\nThree")


@pytest.mark.isolation
@pytest.mark.parametrize("screen", SCREENS)
def test_the_composer_is_in_sight_below_offers_to_run_cells_again(
    page: Page, model: ScriptedServer, screen: str
) -> None:
    width, height = SCREENS[screen]
    model.add(scripted.code("x = 1"), scripted.text("One."))
    model.add(scripted.code("print(x)", call_id="c2"), scripted.text("Two."))
    ask(page, "One")
    wait_done(page)
    ask(page, "Two")
    expect(page.locator(CHAT).get_by_text("Two.", exact=True)).to_be_visible()
    wait_done(page)
    page.locator(".st-key-kernel_menu button").first.click()
    page.locator(".st-key-restart_kernel button").click()
    expect(page.locator(".st-key-replay_line")).to_be_visible()
    page.set_viewport_size({"width": width, "height": height})
    in_sight(page)


def go(page: Page, place: str) -> None:
    settle(page)
    page.locator(f".st-key-pages a[href*={place}]").click()
    page.wait_for_url(f"**/{place}*")
    # While a page is drawn anew the entries of the one before may still stand there.
    expect(page.locator(CHAT)).to_have_count(0)
    settle(page)


@pytest.mark.parametrize("place", ["data", "notebook", "conversations", "settings"])
def test_a_conversation_that_is_chosen_leads_to_the_chat(page: Page, model: ScriptedServer, place: str) -> None:
    """EXPERIENCE: New conversation and a conversation of the sidebar, from every page."""
    model.add(scripted.text("here it is"))
    ask(page, f"Remember {place}")
    wait_done(page)
    first = page.url.split("c=")[1]
    go(page, place)
    page.locator(".st-key-new_conversation button").click()
    expect(page.get_by_text("Ask your data anything.")).to_be_visible()
    assert first not in page.url and f"/{place}" not in page.url
    go(page, place)
    page.locator(f".st-key-conversation_{first} button:visible").first.click()
    expect(page.locator(CHAT).get_by_text("here it is")).to_be_visible()
    assert page.url.endswith(f"/?c={first}")


def test_the_persons_words_are_shown_as_typed(page: Page, model: ScriptedServer) -> None:
    """EXPERIENCE: the person's own words are shown as typed; B36: nothing in them loads anything."""
    model.add(
        Reply([chunk({"content": "working "}), Gate("gate"), chunk(finish="stop")]), scripted.text("second answer")
    )
    ask(page, TYPED)
    said = page.locator(f"{CHAT} [class*=st-key-user_] [data-testid=stText]")
    expect(said).to_have_count(1)
    assert said.evaluate("e => e.innerText") == TYPED
    # Other words: the same ones within 0.4 s are one submit that came twice.
    ask(page, f"{TYPED}\nand again")
    waiting = page.locator(".st-key-queue [data-testid=stText]")
    expect(waiting).to_have_count(1)
    assert TYPED.split("\n")[0] in (waiting.text_content() or "")
    model.open()
    expect(page.get_by_text("second answer")).to_be_visible()
    wait_done(page)
    listed = page.locator("[class*=st-key-conversation_] button", has_text="__init__").first.inner_text()
    assert listed.split("\n")[-1].rstrip("…") in TYPED.replace("\n", " ")
    again = page.context.new_page()
    open_page(again, page.url)
    expect(again.locator(f"{CHAT} [class*=st-key-user_] [data-testid=stText]")).to_have_count(2)
    again.close()


def test_the_composer_stays_the_same_one_whatever_appears_above_it(page: Page, model: ScriptedServer) -> None:
    """EXPERIENCE: nothing jumps, nothing typed is lost; drawn anew beneath a queued prompt it was there twice."""
    model.add(Reply([chunk({"content": "working "}), Gate("gate"), chunk(finish="stop")]), scripted.text("second"))
    ask(page, "One")
    expect(page.locator(CHAT).get_by_text("working")).to_be_visible()
    box = page.get_by_test_id("stChatInputTextArea")
    box.evaluate("element => element.dataset.mark = 'first'")
    ask(page, "Two")
    expect(page.locator(".st-key-queue").get_by_text("Two")).to_be_visible()
    expect(page.locator("[data-testid=stChatInputTextArea]")).to_have_attribute("data-mark", "first")
    page.locator(".st-key-take_back button").click()
    expect(box).to_have_value("Two")
    expect(box).to_have_attribute("data-mark", "first")
    model.open()
    wait_done(page)


def test_on_a_phone_the_sidebar_goes_away_once_a_page_was_chosen_in_it(page: Page) -> None:
    """The page that was asked for is what one sees."""
    width, height = SCREENS["phone"]
    page.set_viewport_size({"width": width, "height": height})
    page.reload()
    page.get_by_test_id("stChatInputTextArea").wait_for()
    for name in ("Settings", "Conversations"):
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.get_by_test_id("stSidebar").get_by_role("link", name=name)).not_to_be_in_viewport()
    page.get_by_test_id("stExpandSidebarButton").click()
    page.locator(".st-key-new_conversation button").click()
    page.get_by_test_id("stChatInputTextArea").wait_for()
    expect(page.locator(".st-key-new_conversation button")).not_to_be_in_viewport()
