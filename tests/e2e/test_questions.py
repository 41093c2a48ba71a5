"""Questions asked by a click, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.driving import App, ask, open_page, wait_done


@pytest.mark.isolation
def test_a_declined_question_is_put_right_by_a_click_also_after_a_reload(offline_page: Page) -> None:
    """B45, B58."""
    page = offline_page
    page.locator(".st-key-sample_penguins button").click()
    expect(page.locator(".st-key-side_panel").get_by_text("344 rows × 8 columns")).to_be_visible(timeout=30_000)
    ask(page, "median flipper length of female shiny Gentoo penguins")
    wait_done(page)
    chat = page.locator(".st-key-chat_pane")
    expect(chat.get_by_text("I do not know what to do with “shiny”")).to_be_visible()
    expect(chat.get_by_role("link", name="Connect a model")).to_be_visible()
    page.reload()
    offered = chat.locator(".st-key-question_0 button")
    expect(offered).to_contain_text("only where", timeout=30_000)
    expect(offered).to_be_in_viewport()
    offered.click()
    expect(chat.locator("[class*=st-key-user_]")).to_have_count(2, timeout=30_000)
    wait_done(page)
    expect(chat.get_by_text("212").first).to_be_visible()
    expect(chat.locator("[class*=st-key-cell_]").first).to_be_attached()


@pytest.mark.parametrize(
    ("locale", "sample", "chip", "answer"),
    [
        pytest.param("ja-JP", "ペンギン", "speciesごとのbody_mass_gの平均は？", "最大は", marks=pytest.mark.nightly),
        ("zh-CN", "企鹅", "各species的平均body_mass_g是多少？", "最高"),
    ],
)
@pytest.mark.isolation
def test_samples_chips_and_answers_are_in_the_browsers_language(
    browser: Browser, offline_app: App, locale: str, sample: str, chip: str, answer: str
) -> None:
    """B45: a chart in at most three clicks, on a phone too."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale=locale)
    page = context.new_page()
    open_page(page, offline_app.url)
    page.get_by_role("button", name=sample).click()
    page.locator(".st-key-chat_pane").get_by_role("button", name=chip).click(timeout=30_000)
    wait_done(page)
    chat = page.locator(".st-key-chat_pane")
    expect(chat.get_by_text(answer).first).to_be_visible()
    expect(chat.locator("[data-testid=stImage] img")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@pytest.mark.isolation
def test_a_part_of_what_was_understood_is_changed_by_a_click(offline_page: Page) -> None:
    """B45, B58: the changed question is the person's next prompt, and older answers cannot be changed."""
    page = offline_page
    page.locator(".st-key-sample_penguins button").click()
    expect(page.locator(".st-key-side_panel").get_by_text("344 rows × 8 columns")).to_be_visible(timeout=30_000)
    ask(page, "mean body mass by species")
    wait_done(page)
    chat = page.locator(".st-key-chat_pane")
    parts = chat.locator("[class*=st-key-changes_]")
    expect(parts).to_have_count(1)
    parts.locator("[class*=_measure] button").first.click()
    page.get_by_role("menuitem", name="median").or_(page.get_by_role("option", name="median")).first.click()
    expect(chat.locator("[class*=st-key-user_]")).to_have_count(2, timeout=30_000)
    wait_done(page)
    asked = chat.locator("[class*=st-key-user_]").last
    expect(asked).to_contain_text("median")
    expect(asked).to_contain_text("species")
    expect(parts).to_have_count(1)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(parts).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
