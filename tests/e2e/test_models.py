"""A person connects a model on the Settings page: adds it, tries it, uses it, and is told what is wrong with it."""

from __future__ import annotations

import re
import stat
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lci.runtime.config.settings import config_path
from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.conftest import _page, ended
from tests.e2e.driving import App, ask, at_rest, choose, settle, until, wait_done

CHAT = ".st-key-chat_pane"
SECRET = "sk-typed-by-a-person"


@pytest.fixture
def fresh(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, App]]:
    """An app that knows no model but the built-in analyst."""
    app = App(tmp_path / "home", {})
    for page in _page(browser, app.url):
        yield page, app
    ended(app)


def add(page: Page, url: str, name: str) -> None:
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    settle(page)
    page.locator(".st-key-add_model button").click()
    dialog = page.get_by_role("dialog")
    fill(page, dialog.get_by_label("Address", exact=True), url)
    fill(page, dialog.get_by_label("Model", exact=True), name)
    fill(page, dialog.get_by_label("Key", exact=True), SECRET)
    dialog.get_by_role("button", name="Save and test").click()


def fill(page: Page, field: object, value: str) -> None:
    field.fill(value)  # type: ignore[attr-defined]
    field.press("Tab")  # type: ignore[attr-defined]
    settle(page)


def test_a_model_is_added_tried_and_used_without_a_restart(fresh: tuple[Page, App], model: ScriptedServer) -> None:
    """B12, B31, B54"""
    page, app = fresh
    model.add(*[scripted.text("Hello.")] * 20)
    add(page, model.url, "little-model")
    expect(page.get_by_text("It works.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("in use here")).to_be_visible()
    expect(page.get_by_text("tried 20")).to_be_visible()
    config = config_path(app.home)
    assert SECRET in config.read_text("utf-8")
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert SECRET not in page.content()
    page.get_by_role("link", name="Chat").click()
    model.clear()
    model.add(scripted.text("From the little model."))
    ask(page, "Who are you?")
    expect(page.locator(CHAT).get_by_text("From the little model.")).to_be_visible()
    wait_done(page)
    assert model.chats[-1]["model"] == "little-model"
    assert f"Bearer {SECRET}" in model.requests[-1].headers.values()


def test_a_wrong_key_is_told_with_what_to_do(fresh: tuple[Page, App], model: ScriptedServer) -> None:
    """B12"""
    page, _ = fresh
    model.add(*[scripted.error(401, "Incorrect API key provided")] * 20)
    add(page, model.url, "little-model")
    expect(page.locator("[data-testid=stAlert]")).to_be_visible(timeout=60_000)
    page.get_by_role("dialog").get_by_role("button", name="Save anyway").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert SECRET not in page.content()


def test_a_model_without_a_name_is_asked_for_one(fresh: tuple[Page, App]) -> None:
    """B12: nothing is saved, and the dialog stays."""
    page, app = fresh
    add(page, "http://127.0.0.1:9/v1", "")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Write the model's name into the field Model")).to_be_visible()
    expect(dialog.get_by_text("Save anyway")).to_have_count(0)
    assert not config_path(app.home).exists()


def test_a_model_whose_test_fails_is_saved_only_as_wished_and_used_only_where_chosen(
    fresh: tuple[Page, App], model: ScriptedServer
) -> None:
    """B12, B54: neither this conversation nor a new one is answered by it."""
    page, app = fresh
    model.add(*[scripted.error(401, "Incorrect API key provided")] * 20)
    add(page, model.url, "little-model")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[data-testid=stAlert]")).to_be_visible(timeout=60_000)
    assert not config_path(app.home).exists()
    expect(dialog.get_by_label("Model", exact=True)).to_have_value("little-model")
    dialog.get_by_role("button", name="Save anyway").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".st-key-change_little-model")).to_be_visible()
    expect(page.get_by_text("in use here")).to_be_visible()
    picker = page.locator(".st-key-model").get_by_role("combobox")
    expect(picker).to_have_value(re.compile("Built-in analyst"))
    page.locator(".st-key-new_conversation button").click()
    expect(page.get_by_text("Built-in analyst: rule-based").first).to_be_visible()
    expect(picker).to_have_value(re.compile("Built-in analyst"))


def test_a_dialog_closed_while_its_model_is_tried_saves_nothing(fresh: tuple[Page, App], model: ScriptedServer) -> None:
    """B54"""
    page, app = fresh
    answers = threading.Event()

    def late(_: scripted.Request) -> scripted.Reply:
        answers.wait(60)
        return scripted.text("Hello.")

    for _ in range(20):
        model.then(late)
    add(page, model.url, "little-model")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Asking the model a few small questions")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    settle(page)
    answers.set()
    until(lambda: (app.home / "models.json").exists(), 60, "the end of the trial")
    at_rest(page)
    assert not config_path(app.home).exists()


@pytest.mark.nightly
def test_a_model_gets_instructions_and_another_that_looks_at_pictures(
    fresh: tuple[Page, App], model: ScriptedServer
) -> None:
    page, app = fresh

    def answer(request: scripted.Request) -> scripted.Reply:
        return scripted.text("Red." if "image_url" in str(request.body) else "Hello.")

    for _ in range(60):
        model.then(answer)
    for name in ("little-model", "eyes"):
        add(page, model.url, name)
        expect(page.locator(f".st-key-change_{name}")).to_be_visible(timeout=60_000)
    page.locator(".st-key-change_little-model button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("More", exact=True).click()
    told = dialog.get_by_role("textbox", name="Your instructions for this model")
    told.fill("Use seaborn.\nNo pies.")
    choose(page, dialog.get_by_role("combobox", name="Looks at pictures for it"), "eyes")
    choose(page, dialog.get_by_role("combobox", name="How it asks for code to be run"), "It writes one block of code")
    dialog.get_by_role("textbox", name="Extra headers, one a line").fill("X-Team: blue\nX-Unit: 7")
    dialog.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("pictures by eyes")).to_be_visible(timeout=60_000)
    saved = {entry["id"]: entry for entry in tomllib.loads(config_path(app.home).read_text("utf-8"))["models"]}
    assert saved["little-model"]["instructions"] == "Use seaborn.\nNo pies."
    assert saved["little-model"]["vision_model"] == "eyes"
    assert saved["little-model"]["api_key"] == SECRET
    assert saved["little-model"]["protocol"] == "fenced"
    assert saved["little-model"]["headers"] == {"X-Team": "blue", "X-Unit": "7"}
    assert any(request.headers.get("x-team", request.headers.get("X-Team")) == "blue" for request in model.requests)
    # Values of headers are not shown again, and stay where nothing else is written.
    expect(page.locator(".st-key-change_little-model button")).to_be_enabled(timeout=60_000)
    page.locator(".st-key-change_little-model button").click()
    dialog.get_by_text("More", exact=True).click()
    shown = dialog.get_by_role("textbox", name="Extra headers, one a line")
    expect(shown).to_have_value("X-Team: ••••\nX-Unit: ••••")
    shown.fill("X-Team: ••••")
    dialog.get_by_role("button", name="Save and test").click()
    expect(dialog).to_have_count(0)
    again = {entry["id"]: entry for entry in tomllib.loads(config_path(app.home).read_text("utf-8"))["models"]}
    assert again["little-model"]["headers"] == {"X-Team": "blue"}


@pytest.mark.nightly
def test_a_model_that_gets_another_label_stays_the_one_in_use(fresh: tuple[Page, App], model: ScriptedServer) -> None:
    """A select box whose chosen option is called otherwise reports the old name as a choice."""
    page, _ = fresh
    model.add(*[scripted.text("Hello.")] * 40)
    add(page, model.url, "little-model")
    expect(page.get_by_text("It works.")).to_be_visible(timeout=60_000)
    page.locator(".st-key-change_little-model button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("More", exact=True).click()
    fill(page, dialog.get_by_label("Name to show", exact=True), "Tiny")
    dialog.get_by_role("button", name="Save and test").click()
    expect(dialog).to_have_count(0)
    picker = page.locator(".st-key-model").get_by_role("combobox")
    expect(picker).to_have_value("Tiny · this machine")
    page.get_by_role("link", name="Chat").click()
    settle(page)
    ask(page, "Who are you?")
    wait_done(page)
    expect(page.locator(CHAT).get_by_text("Hello.")).to_be_visible()
    expect(picker).to_have_value("Tiny · this machine")


@pytest.mark.nightly
def test_a_model_is_set_to_read_its_answers_back(fresh: tuple[Page, App], model: ScriptedServer) -> None:
    """B57: if all holds a remark says so below the answer, and no other message."""
    page, app = fresh

    def answer(request: scripted.Request) -> scripted.Reply:
        words = str(request.body["messages"])
        if "Does every claim hold?" in words:
            return scripted.text("ALL HOLD")
        if "What is the mean?" not in words:
            return scripted.text("Hello.")
        return scripted.text("The mean is 49.7.") if "mean 49.69" in words else scripted.code("print('mean', 49.69)")

    for _ in range(40):
        model.then(answer)
    add(page, model.url, "little-model")
    expect(page.get_by_text("It works.")).to_be_visible(timeout=60_000)
    page.locator(".st-key-change_little-model button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("More", exact=True).click()
    dialog.get_by_text("Reads its answers back").click()
    dialog.get_by_role("button", name="Save and test").click()
    expect(dialog).to_have_count(0)
    (saved,) = tomllib.loads(config_path(app.home).read_text("utf-8"))["models"]
    assert saved["read_back"] is True
    page.get_by_role("link", name="Chat").click()
    settle(page)
    ask(page, "What is the mean?")
    wait_done(page)
    chat = page.locator(CHAT)
    expect(chat.get_by_text("Read back: nothing to put right.")).to_be_visible()
    expect(chat.get_by_text("The mean is")).to_be_visible()
    expect(chat.get_by_text("ALL HOLD")).to_have_count(0)


@pytest.mark.nightly
def test_a_model_is_taken_out_again(fresh: tuple[Page, App], model: ScriptedServer) -> None:
    page, app = fresh
    model.add(*[scripted.text("Hello.")] * 20)
    add(page, model.url, "little-model")
    expect(page.get_by_text("It works.")).to_be_visible(timeout=60_000)
    page.locator("[class*=st-key-remove_little-model] button").click()
    expect(page.get_by_text("little-model")).to_have_count(0)
    assert SECRET not in (app.home / "config.toml").read_text("utf-8")


def usual_server() -> ScriptedServer:
    """A server where one usually looks for such, whichever of those ports is free."""
    for port in (1234, 1337, 5001, 8000, 8080, 11434):
        try:
            return ScriptedServer(lambda _: scripted.text("From next door."), models=["found-model"], port=port)
        except OSError:
            continue
    raise AssertionError("every usual port is taken")


def test_a_server_on_this_machine_is_offered_in_the_first_minute(browser: Browser, tmp_path: Path) -> None:
    """B45: one click, and it answers."""
    with usual_server() as server:
        app = App(tmp_path / "home", {})
        for page in _page(browser, app.url):
            notice = page.locator(".st-key-analyst_notice")
            expect(notice.get_by_text("answers on this machine")).to_be_visible(timeout=60_000)
            notice.get_by_role("button", name="Use found-model").click()
            expect(notice).to_have_count(0)
            ask(page, "Hello?")
            expect(page.locator(CHAT).get_by_text("From next door.")).to_be_visible(timeout=60_000)
            wait_done(page)
        ended(app)
        assert server.chats
    saved = tomllib.loads(config_path(app.home).read_text("utf-8"))["models"]
    assert [entry["name"] for entry in saved] == ["found-model"]
