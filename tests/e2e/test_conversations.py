"""The Conversations page in a real browser: searched, pinned, copied, handed on, brought in, deleted and put back."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import App, ask, at_rest, open_page, open_tab, settle, upload, wait_done

SEARCH = ".st-key-search input"
#: A blue PNG of two by two pixels.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGNImHABiBggFAAvTgcBGm+tFAAAAABJRU5ErkJggg=="


def conversations(page: Page) -> None:
    page.get_by_role("link", name="Conversations").click()
    page.locator(SEARCH).wait_for()
    at_rest(page)


def row(page: Page, title: str) -> str:
    """The id of the conversation of that title."""
    rows = page.locator("[class*=st-key-row_]").filter(has_text=title)
    expect(rows).to_have_count(1)
    found = re.search(r"st-key-row_([0-9a-f]{32})", rows.get_attribute("class") or "")
    assert found is not None
    return found[1]


def more(page: Page, conversation_id: str, name: str) -> None:
    # With a tooltip Streamlit draws the button for pointers and for fingers, one of them hidden.
    page.locator(f".st-key-more_{conversation_id} button").first.click()
    page.get_by_role("button", name=name, exact=True).click()


def talk(page: Page, model: ScriptedServer, tmp_path: Path) -> None:
    table = tmp_path / "2024 sales.csv"
    table.write_text("region,amount\nNorth,10\nSouth,20\n", "utf-8")
    upload(page, table)
    model.add(scripted.code("print('the walrus weighs', 31 * 39)"), scripted.text("It is **1209** kg."))
    ask(page, "How heavy is it?")
    wait_done(page)


def test_what_was_printed_is_searched_and_opened_where_it_stands(
    page: Page, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    talk(page, model, tmp_path)
    for number in range(3):
        model.add(scripted.text("\n\n".join(f"Line {line} of answer {number}." for line in range(40))))
        ask(page, f"Say much, {number}")
        wait_done(page)
    conversations(page)
    page.locator(SEARCH).fill("WALRUS weighs")
    page.keyboard.press("Enter")
    hits = page.locator("[class*=st-key-open_hit_] button")
    expect(hits).to_have_count(2)
    expect(hits.first).to_contain_text("walrus")
    hits.first.click()
    page.get_by_test_id("stChatInputTextArea").wait_for()
    expect(page.get_by_test_id("stChatMessage").get_by_text("How heavy is it?")).to_be_in_viewport()
    conversations(page)
    page.locator(SEARCH).fill("nobody said this")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing that was asked")).to_be_visible()


def test_a_conversation_is_handed_on_as_a_zip_and_brought_in_again(
    page: Page, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    """B55: it holds what people look for; brought in it is a conversation of its own, and goes on."""
    talk(page, model, tmp_path)
    first = page.url.split("c=")[1]
    conversations(page)
    page.locator(f".st-key-more_{first} button").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download (.zip)").click()
    bundle = tmp_path / download.value.suggested_filename
    download.value.save_as(bundle)
    assert bundle.name == "How-heavy-is-it.zip"
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        assert {"notebook.ipynb", "workspace/2024 sales.csv", "environment.txt", "bundle.json"} <= set(names)
        assert not any(first.encode() in archive.read(name) for name in names)
        json.loads(archive.read("notebook.ipynb"))
    page.keyboard.press("Escape")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(bundle.read_bytes()[:-500])
    page.locator(".st-key-bring_in button").click()
    page.locator(".st-key-take_in input.pick-files").set_input_files(cut)
    expect(page.locator(".st-key-take_in .wrongs")).to_contain_text("is damaged")
    page.locator(".st-key-take_in input.pick-files").set_input_files(bundle)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    expect(page.get_by_text("It is 1209 kg.").last).to_be_visible()
    second = page.url.split("c=")[1]
    assert second != first
    open_tab(page, "Files")
    expect(page.get_by_role("link", name="2024 sales.csv")).to_be_visible()
    model.add(scripted.code("open('2024 sales.csv').read()"), scripted.text("There."))
    ask(page, "Read it")
    wait_done(page)
    expect(page.get_by_text("There.").last).to_be_visible()


def test_conversations_are_pinned_copied_deleted_and_put_back(
    page: Page, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    talk(page, model, tmp_path)
    first = page.url.split("c=")[1]
    conversations(page)
    more(page, first, "Pin to the top")
    expect(page.locator(f".st-key-row_{first}").get_by_role("img", name="keep icon")).to_be_visible()
    page.keyboard.press("Escape")
    more(page, first, "Duplicate")
    page.get_by_test_id("stChatInputTextArea").wait_for()
    copy = page.url.split("c=")[1]
    assert copy != first
    expect(page.get_by_text("It is 1209 kg.").last).to_be_visible()
    conversations(page)
    page.locator(f".st-key-delete_{first} button").click()
    expect(page.locator(f".st-key-row_{first}")).to_have_count(0)
    page.locator(".st-key-undo_delete button").click()
    expect(page.locator(f".st-key-row_{first}")).to_have_count(1)
    page.locator(f".st-key-delete_{first} button").click()
    expect(page.locator(f".st-key-row_{first}")).to_have_count(0)
    settle(page)
    page.reload()
    page.locator(SEARCH).wait_for()
    page.locator(".st-key-deleted_conversations summary").click()
    page.locator(f".st-key-forget_{first} button").click()
    expect(page.locator(f".st-key-deleted_{first}")).to_have_count(0)
    assert not (app.home / "workspaces" / first).exists()
    assert (app.home / "workspaces" / copy / "work" / "2024 sales.csv").exists()


def test_a_notebook_from_elsewhere_is_brought_in_shown_run_and_asked_about(
    page: Page, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    """B43: from the Notebook page; its pages run nothing before somebody lets them."""
    html = "<b>bold</b><script>document.title = 'taken over'</script>"
    cells = [
        nbformat.v4.new_markdown_cell("# Penguins\n\nCounted in *2009*."),
        nbformat.v4.new_code_cell(
            "n = 300 + 44\nprint('birds:', n)",
            execution_count=7,
            outputs=[nbformat.v4.new_output("stream", name="stdout", text="birds: 344\n")],
        ),
        nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", {"text/html": html})]),
        nbformat.v4.new_code_cell("print('never ran')"),
    ]
    brought = tmp_path / "penguins.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), brought)
    page.get_by_role("link", name="Notebook").click()
    page.locator(".st-key-bring_in button").click()
    page.locator(".st-key-take_in input.pick-files").set_input_files(brought)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    expect(page.get_by_text("Counted in 2009.").last).to_be_visible()
    expect(page).not_to_have_title("taken over")
    page.locator(".st-key-replay button").click()
    expect(page.locator(".st-key-replay")).to_have_count(0, timeout=60_000)
    model.add(scripted.code("print('twice:', 2 * n)"), scripted.text("It is **688**."))
    ask(page, "Double the number of birds")
    wait_done(page)
    expect(page.get_by_text("It is 688.").last).to_be_visible()
    sent = json.dumps(model.chats[-1])
    assert "birds: 344" in sent and "Counted in" in sent
    page.get_by_role("link", name="Notebook").click()
    notebook = page.locator(".st-key-notebook")
    expect(notebook.get_by_text("print('never ran')")).to_be_visible()
    expect(notebook.get_by_text("birds: 344")).to_be_visible()


@pytest.mark.nightly
def test_of_a_long_notebook_the_last_steps_are_drawn_and_any_other_when_asked(page: Page, tmp_path: Path) -> None:
    """B43: thousands at once no browser lays out; what is looked for comes into sight."""
    shown = nbformat.v4.new_output("display_data", {"image/png": PICTURE, "text/plain": "<Figure>"})
    cells = [nbformat.v4.new_code_cell(f"n = {n}", execution_count=n + 1) for n in range(150)]
    cells[3].outputs = [shown]
    brought = tmp_path / "long.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), brought)
    conversations(page)
    page.locator(".st-key-bring_in button").click()
    page.locator(".st-key-take_in input.pick-files").set_input_files(brought)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    drawn = page.locator("[class*=st-key-cell_]")
    page.get_by_role("button", name="Show earlier steps (80)").click()
    expect(page.get_by_role("button", name="Show earlier steps (20)")).to_be_visible()
    expect(drawn).to_have_count(130)
    open_tab(page, "Figures")
    page.locator("[class*=st-key-figure_cell_] button").click()
    expect(page.get_by_role("button", name="Show earlier steps")).to_have_count(0)
    expect(page.locator(".st-key-chat_pane img").first).to_be_visible()
    expect(page.get_by_role("button", name="Show later steps")).to_be_visible()


@pytest.mark.nightly
def test_one_that_was_deleted_in_another_tab_says_so_and_comes_back(
    page: Page, app: App, model: ScriptedServer
) -> None:
    """B11: nothing is asked into the bin."""
    model.add(scripted.text("First."))
    ask(page, "Keep me")
    wait_done(page)
    here = page.url.split("c=")[1]
    other = page.context.new_page()
    open_page(other, app.url)
    conversations(other)
    other.locator(f".st-key-delete_{here} button").click()
    expect(other.get_by_text("Deleted “Keep me”.")).to_be_visible()
    expect(page.get_by_text("This conversation was deleted.")).to_be_visible()
    page.locator(".st-key-put_back_here button").click()
    expect(page.get_by_text("This conversation was deleted.")).to_have_count(0)
    other.reload()
    other.locator(f".st-key-delete_{here} button").click()
    expect(page.get_by_text("This conversation was deleted.")).to_be_visible()
    model.add(scripted.text("Second."))
    ask(page, "And go on")
    wait_done(page)
    expect(page.get_by_text("This conversation was deleted.")).to_have_count(0)
    other.reload()
    expect(other.locator(f".st-key-delete_{here}")).to_be_visible()
    other.close()


@pytest.mark.nightly
def test_a_tab_whose_conversation_was_deleted_for_good_says_so(page: Page, app: App, model: ScriptedServer) -> None:
    """B11, B12: it does not become an empty one that looks like it."""
    model.add(scripted.text("First."))
    ask(page, "Forget me")
    wait_done(page)
    here = page.url.split("c=")[1]
    other = page.context.new_page()
    open_page(other, app.url)
    conversations(other)
    other.locator(f".st-key-delete_{here} button").click()
    expect(page.get_by_text("This conversation was deleted.")).to_be_visible()
    at_rest(other)
    other.locator(".st-key-deleted_conversations summary").click()
    at_rest(other)
    other.locator(f".st-key-forget_{here} button").click()
    expect(other.locator(f".st-key-deleted_{here}")).to_have_count(0)
    other.close()
    expect(page.get_by_text("There is no such conversation.")).to_be_visible()
    page.locator(".st-key-fresh button").click()
    expect(page.get_by_text("There is no such conversation.")).to_have_count(0)
    model.add(scripted.text("Here."))
    ask(page, "On")
    wait_done(page)


def test_a_notebook_without_its_files_says_what_is_not_here(page: Page, model: ScriptedServer, tmp_path: Path) -> None:
    """B43: what it read elsewhere is named where it was attached, and the reason why it cannot run stays."""
    table = tmp_path / "sales.csv"
    table.write_text("a,b\n1,2\n", "utf-8")
    upload(page, table)
    model.add(
        scripted.code("import pandas as pd\nsales = pd.read_csv('sales.csv')\nlen(sales)"), scripted.text("One row.")
    )
    ask(page, "How many rows?")
    wait_done(page)
    page.get_by_role("link", name="Notebook").click()
    with page.expect_download() as coming:
        page.locator(".st-key-download_notebook button").click()
    brought = tmp_path / "brought.ipynb"
    coming.value.save_as(brought)
    page.locator(".st-key-bring_in button").click()
    page.locator(".st-key-take_in input.pick-files").set_input_files(brought)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    chat = page.locator(".st-key-chat_pane")
    expect(chat.get_by_text("sales.csv · not here: add it to run this again")).to_be_visible(timeout=30_000)
    page.locator(".st-key-replay button").click()
    stopped = "Ran 0 of 1 earlier cells again, then stopped: FileNotFoundError"
    expect(chat.get_by_text(stopped)).to_be_visible(timeout=60_000)
    upload(page, table)
    page.locator(".st-key-replay button").click()
    expect(page.locator(".st-key-replay")).to_have_count(0, timeout=60_000)
    expect(chat.get_by_text("not here: add it")).to_have_count(0)
