"""The Notebook page, worked in as a person would."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import ask, settle, stop_button, wait_done

LOAD = '# no heading\nimport pandas as pd\nweights = pd.DataFrame({"body mass": [3, 5], "sex": ["f", "m"]})'


def opened(page: Page, model: ScriptedServer) -> str:
    """A conversation with one cell in memory, as a notebook; its address."""
    model.add(scripted.code(LOAD, "I load it."), scripted.text("## What there is\n\nTwo weights."))
    ask(page, "Load the weights")
    wait_done(page)
    address = page.url.replace("/?", "/notebook?")
    page.goto(address)
    expect(page.locator(".st-key-notebook_end")).to_be_visible()
    settle(page)
    return address


def pick(page: Page, text: str) -> None:
    """Take the cell in hand whose code has this text, and wait for its editor."""
    cell = page.locator("[class*=st-key-nb_]").filter(has_text=text)
    cell.locator("[class*=st-key-pick_] button:visible").click()
    expect(editor(page)).to_be_focused()


def editor(page: Page) -> Locator:
    return page.locator("[class*=st-key-editor_] .cm-content")


def add(page: Page, key: str) -> None:
    page.locator(key).locator("button:visible").click()
    expect(editor(page)).to_be_focused()
    expect(editor(page)).to_have_text("")


def test_a_notebook_is_written_run_rearranged_and_there_again_after_a_reload(page: Page, model: ScriptedServer) -> None:
    """B21: the editor offers what is in memory, Shift+Enter runs, a deleted cell can be put back."""
    address = opened(page, model)
    outline = page.locator(".st-key-notebook_outline")
    expect(outline.get_by_role("button")).to_have_text(["Load the weights", "What there is"])
    add(page, ".st-key-add_code_end")
    page.keyboard.type("wei")
    page.get_by_role("option", name="weights").click()
    page.keyboard.type('["bo')
    page.get_by_role("option", name="body mass").click()
    page.keyboard.press("End")
    page.keyboard.type(".sum() * 100")
    page.keyboard.press("Shift+Enter")
    notebook = page.locator(".st-key-notebook")
    expect(notebook.get_by_text("800")).to_be_visible()
    page.keyboard.press("Control+/")
    expect(editor(page)).to_have_text('# weights["body mass"].sum() * 100')
    page.keyboard.press("Control+s")
    expect(notebook.get_by_text("Changed since it ran")).to_be_visible()
    page.locator(".st-key-add_code_end button:visible").click()
    expect(editor(page)).to_have_text("")
    page.keyboard.type("while True: pass")
    page.keyboard.press("Control+Enter")
    expect(stop_button(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(editor(page)).not_to_be_focused()
    stop_button(page).click()
    expect(notebook.get_by_text("Stopped")).to_be_visible()
    add(page, ".st-key-add_markdown_end")
    page.keyboard.type("# By hand")
    page.locator(".st-key-close_cell button:visible").click()
    expect(notebook.get_by_role("heading", name="By hand")).to_be_visible()
    expect(outline.get_by_role("button", name="By hand")).to_be_visible()
    page.goto(address)
    expect(notebook.get_by_role("heading", name="By hand")).to_be_visible()
    expect(notebook.get_by_text("# weights")).to_be_visible()
    pick(page, "no heading")
    page.locator(".st-key-delete_cell button:visible").click()
    expect(notebook.get_by_text("no heading")).to_have_count(0)
    page.locator(".st-key-undelete_cell button:visible").click()
    expect(notebook.get_by_text("no heading")).to_be_visible()
    model.add(scripted.text("Noted."))
    page.locator(".st-key-pages").get_by_role("link", name="Chat").click()
    ask(page, "What did I write?")
    expect(page.locator(".st-key-chat_pane").get_by_text("Noted.")).to_be_visible()
    last = str(model.requests[-1].body["messages"][-1]["content"])
    assert "The user wrote this code and ran it" in str(model.requests[-1].body["messages"])
    assert "# By hand" in last
    assert "What did I write?" in last
    # What is searched for and stands in a cell that no answer holds is shown there.
    page.get_by_role("link", name="Conversations").click()
    page.locator(".st-key-search input").fill("by hand")
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-open_hit_] button").filter(has_text="hand").last.click()
    expect(editor(page)).to_have_text("# By hand")


def test_two_tabs_that_write_in_the_same_cell_lose_nothing(page: Page, model: ScriptedServer) -> None:
    address = opened(page, model)
    other = page.context.new_page()
    other.goto(address)
    for tab in (page, other):
        pick(tab, "no heading")
    for tab, words in ((other, "# theirs\n"), (page, "# mine\n")):
        tab.keyboard.press("Control+Home")
        tab.keyboard.type(words)
    page.keyboard.press("Control+s")
    other.keyboard.press("Control+s")
    for tab in (page, other):
        expect(tab.locator(".st-key-notebook").get_by_text("# mine").first).to_be_visible()
        expect(tab.locator(".st-key-notebook").get_by_text("# theirs").first).to_be_visible()
    other.close()
