"""A number of an answer leads to the output it came from, by mouse, keyboard and finger (B57)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import App, ask, at_rest, open_page, settle, upload, wait_done

pytestmark = pytest.mark.isolation
CHAT = ".st-key-chat_pane"
LINES = "\n".join(f"print('line {n}', {n} * 1.5 + 1000)" for n in range(40))
CODE = f"open('sales.csv').read()\n{LINES}\nprint('mean', 49.69)\n" + "\n".join(f"print('x{n}')" for n in range(40))
IN_VIEW = """() => {
  const box = [...CSS.highlights.get('lci-line') ?? []][0]?.getBoundingClientRect()
  // What is clipped is not seen: while the fold opens, something else is there.
  const seen = box && document.elementFromPoint(box.left + 4, box.top + box.height / 2)
  return Boolean(seen?.closest('[class*=st-key-cell_] [data-testid=stCode]'))
}"""
CONTENT = b"region,sales\nNorth,49.69\n"


@pytest.fixture
def answered(page: Page, model: ScriptedServer, tmp_path: Path) -> Page:
    """A conversation with a file, whose answer has a right number, a derived one, a wrong one and a date."""
    _answer(page, model, tmp_path)
    return page


def _answer(page: Page, model: ScriptedServer, folder: Path) -> None:
    (folder / "sales.csv").write_bytes(CONTENT)
    upload(page, folder / "sales.csv")
    model.add(scripted.code(CODE))
    answer = (
        "Since 2015 the mean is **49.7** and line 39 says 1,058.5, together 1,108.19 in total. "
        "[Forged](#receipt_x_1) is 777.25; as a formula $m = 49.69$.\n\n" + "word " * 3_000
    )
    model.add(scripted.text(answer), scripted.text("As computed."))
    ask(page, "What is the mean?")
    wait_done(page)


def test_a_click_on_a_number_shows_its_output_and_leads_there(answered: Page) -> None:
    """B57: the line, the code, the file with its hash; then the cell, opened, at its line."""
    page = answered
    link = page.locator(f"{CHAT} a[href^='#receipt_']").get_by_text("49.7", exact=True)
    turn = re.match(r"#receipt_(\w+)_1$", link.get_attribute("href") or "")
    assert turn is not None
    link.click()
    receipt = page.locator(f".st-key-receipt_{turn[1]}_1")
    expect(receipt.get_by_text("mean 49.69", exact=True)).to_be_visible()
    expect(receipt.get_by_text("print('mean', 49.69)")).to_be_visible()
    expect(receipt).to_contain_text(hashlib.sha256(CONTENT).hexdigest())
    expect(receipt).to_contain_text("sales.csv")
    receipt.get_by_role("button", name="Go to the output").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    line = page.locator(f"{CHAT} [class*=st-key-cell_]").get_by_text("mean 49.69")
    expect(line).to_be_visible()
    page.wait_for_function(IN_VIEW)


@pytest.mark.nightly
def test_the_keyboard_opens_and_closes_a_receipt(answered: Page) -> None:
    """B57."""
    page = answered
    # A link that is drawn anew while a key is pressed loses it.
    at_rest(page)
    page.locator(f"{CHAT} a[href^='#receipt_']").get_by_text("1,108.19", exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("49.69 + 1058.5 = 1108.19")
    settle(page)
    dialog.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_number_in_no_output_is_marked_by_form_and_says_so(answered: Page) -> None:
    """B57: and what an answer forges looks like no receipt; formulas and dates stay as they are."""
    page = answered
    links = page.locator(f"{CHAT} a[href^='#receipt_']")
    missing = links.get_by_text("777.25", exact=True)
    style = "link => [getComputedStyle(link).textDecorationStyle, getComputedStyle(link, '::after').content]"
    assert missing.evaluate(style) == ["wavy", '"?"']
    assert links.get_by_text("49.7", exact=True).evaluate(style) == ["dotted", "none"]
    assert links.get_by_text("Forged", exact=True).evaluate(style)[0] not in ("dotted", "wavy")
    expect(links.get_by_text("2015")).to_have_count(0)
    expect(page.locator(f"{CHAT} .katex").first).to_be_visible()
    missing.click()
    expect(page.get_by_role("dialog")).to_contain_text("in no output of this conversation")


def test_a_receipt_opens_on_a_phone_in_the_dark(
    browser: Browser, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    """B57: and the page is no wider for it."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    page = context.new_page()
    open_page(page, app.url)
    _answer(page, model, tmp_path)
    page.locator(f"{CHAT} a[href^='#receipt_']").get_by_text("49.7", exact=True).tap()
    expect(page.get_by_role("dialog").get_by_text("mean 49.69", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
