"""What a person wishes of answers and keeps from models, chosen on the Settings page: in force, and shown again."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import ask, choose, settle, upload, wait_done

INSTRUCTIONS = "Answer in one sentence.\nLengths in metres."


def settings(page: Page) -> None:
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="This conversation")).to_be_visible()
    settle(page)


def field(page: Page, key: str, element: str = "input") -> Locator:
    return page.locator(f".st-key-{key} {element}")


def shown(page: Page) -> None:
    """Everything that was chosen."""
    expect(field(page, "conv_instructions", "textarea")).to_have_value(INSTRUCTIONS)
    expect(field(page, "conv_temperature")).to_have_value("0.5")
    expect(page.locator(".st-key-sharing").get_by_role("radio", checked=True)).to_have_count(1)
    expect(page.locator(".st-key-sharing").get_by_role("radio").last).to_be_checked()
    expect(page.locator(".st-key-masked").get_by_text("amount", exact=True)).to_be_visible()


def test_what_is_chosen_for_a_conversation_is_in_force_and_shown_again(
    page: Page, model: ScriptedServer, tmp_path: Path
) -> None:
    """B51"""
    file = tmp_path / "sales.csv"
    file.write_text("region,amount\nnorth,80417\n", "utf-8")
    upload(page, file)
    settings(page)
    page.locator(".st-key-sharing").get_by_text("Names, types and shapes only").click()
    expect(page.get_by_text("and its columns with their types")).to_be_visible()
    settle(page)
    choose(page, field(page, "masked"), "amount")
    expect(page.locator(".st-key-masked").get_by_text("amount", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    settle(page)
    field(page, "conv_instructions", "textarea").fill(INSTRUCTIONS)
    field(page, "conv_temperature").fill("warm")
    page.locator(".st-key-save_conversation_settings button").click()
    expect(page.get_by_text("The temperature must be a number")).to_be_visible()
    field(page, "conv_temperature").fill("0.5")
    page.locator(".st-key-save_conversation_settings button").click()
    expect(page.get_by_text("The temperature must be a number")).to_have_count(0)
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="This conversation")).to_be_visible()
    shown(page)
    page.get_by_role("link", name="Chat").click()
    model.add(scripted.text("Noted."))
    ask(page, "What is in it?")
    wait_done(page)
    (sent,) = model.chats
    assert sent["temperature"] == 0.5
    told = json.dumps(sent["messages"], ensure_ascii=False)
    assert "Lengths in metres." in told and "amount" in told and "80417" not in told
    settings(page)
    shown(page)
