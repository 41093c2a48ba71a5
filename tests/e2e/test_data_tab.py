"""What stands under a file's name in the Data tab is that file."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from lci.testing.server import Gate, Reply, ScriptedServer, chunk
from tests.e2e.driving import App, ask, choose, open_page, settle, upload, wait_done

PANEL = ".st-key-side_panel"


def written(folder: Path, number: int) -> Path:
    """A table that only this number can have made."""
    path = folder / f"table_{number:02}.csv"
    path.write_text(f"column_{number:02}\n" + "".join(f"{number * 100 + n}\n" for n in range(number + 2)))
    return path


def add(page: Page, path: Path) -> None:
    """Through the uploader, which lies behind a button once there is a file."""
    chosen = page.locator(".st-key-upload input[type=file]")
    if not chosen.count():
        page.locator(".st-key-file_line [data-testid=stPopover] button:visible").first.click()
    chosen.first.set_input_files(str(path))


def expect_file(page: Page, number: int) -> None:
    panel = page.locator(PANEL)
    expect(panel.get_by_role("combobox", name="Files")).to_have_value(f"table_{number:02}.csv")
    expect(panel.locator(".lci-columns td").first).to_have_text(f"column_{number:02}")
    expect(panel.get_by_text(f"{number + 2} rows × 1 column")).to_be_visible()


class Wire:
    """What goes between page and server; either way can be kept back for a while."""

    def __init__(self) -> None:
        self.holding = self.cut = False
        self.asked = 0
        self._held: list[str | bytes] = []
        self._page: WebSocketRoute | None = None

    def connect(self, route: WebSocketRoute) -> None:
        self._page = route
        server = route.connect_to_server()

        def to_server(message: str | bytes) -> None:
            self.asked += 1
            if not self.cut:
                server.send(message)

        route.on_message(to_server)
        server.on_message(lambda message: self._held.append(message) if self.holding else route.send(message))

    def release(self) -> None:
        self.holding = False
        for message in self._held:
            assert self._page is not None
            self._page.send(message)
        self._held.clear()


@pytest.fixture
def wired(browser: Browser, app: App, model: ScriptedServer) -> Iterator[tuple[Page, Wire]]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page, wire = context.new_page(), Wire()
    page.route_web_socket("**/_stcore/stream*", wire.connect)
    open_page(page, app.url)
    yield page, wire
    context.close()


def test_a_file_that_comes_while_the_panel_redraws_itself_stands_under_its_name(
    wired: tuple[Page, Wire], model: ScriptedServer, tmp_path: Path
) -> None:
    """B20: what the page reports of the file before, when it has not yet heard of the new one, changes nothing."""
    page, wire = wired
    upload(page, written(tmp_path, 1))
    expect_file(page, 1)
    model.add(Reply([chunk({"content": "working "}), Gate("gate"), chunk(finish="stop")]))
    ask(page, "Wait")
    expect(page.locator(".st-key-chat_pane").get_by_text("working")).to_be_visible()
    page.locator(".st-key-file_line [data-testid=stPopover] button:visible").first.click()
    chosen = page.locator(".st-key-upload input[type=file]")
    expect(chosen).to_have_count(1)

    def hold(route: Route) -> None:
        wire.holding = True
        route.continue_()

    page.route("**/upload_file/**", hold)
    chosen.first.set_input_files(str(written(tmp_path, 2)))
    # The panel redraws every second while a turn runs: a few of its requests go out before the answer is seen.
    before = wire.asked
    while not wire.holding or wire.asked < before + 8:
        page.wait_for_timeout(100)
    # From here on the page shows what the server drew for those requests, and can ask for nothing better.
    wire.cut = True
    wire.release()
    expect(page.locator(PANEL).get_by_role("combobox", name="Files")).to_have_value("table_02.csv")
    page.evaluate("() => new Promise(done => requestIdleCallback(done))")
    # Of what was drawn for the file before only what waits to be taken away may be left.
    drawn = page.locator(f"{PANEL} [data-testid=stElementContainer]:not([data-stale=true]) .lci-columns td")
    expect(drawn.filter(has_text="column_01")).to_have_count(0)
    wire.cut = False
    model.open()
    wait_done(page)
    settle(page)
    expect_file(page, 2)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", [4, pytest.param(25, marks=pytest.mark.nightly)])
def test_each_of_many_uploads_in_a_row_stands_under_its_own_name(page: Page, tmp_path: Path, count: int) -> None:
    """B20."""
    for number in range(count):
        add(page, written(tmp_path, number))
        expect_file(page, number)
    page.keyboard.press("Escape")
    for number in (0, count // 2, count - 1):
        settle(page)
        page.locator(PANEL).get_by_role("combobox", name="Files").click()
        page.get_by_role("option", name=f"table_{number:02}.csv").click()
        expect_file(page, number)


def test_what_the_person_says_of_a_file_holds_on_both_pages_and_for_the_model(
    page: Page, model: ScriptedServer, tmp_path: Path
) -> None:
    """B5, B20: column names and their kinds are corrected on the screen."""
    path = tmp_path / "codes.csv"
    path.write_text("Report\nyear,2020\nzip,amount\n1001,5\n1002,7\n")
    upload(page, path)
    panel = page.locator(PANEL)
    cells, correction = panel.locator(".lci-columns td"), page.locator(".st-key-correction button:visible")
    correction.first.click()
    choose(page, page.get_by_role("combobox", name="Column names", exact=True), "in row 3")
    expect(cells.first).to_have_text("zip")
    choose(page, page.get_by_role("combobox", name="Read as", exact=True), "text")
    expect(cells.nth(1)).to_have_text("str")
    page.keyboard.press("Escape")
    model.add(Reply([chunk({"content": "done"}), chunk(finish="stop")]))
    ask(page, "What is in it?")
    wait_done(page)
    assert 'pd.read_csv(\\"codes.csv\\", skiprows=2, dtype={\\"zip\\": str})' in json.dumps(model.requests[-1].body)
    page.reload()
    expect(cells.nth(1)).to_have_text("str")
    settle(page)
    panel.get_by_role("button", name="Full table").click()
    wide = page.locator(".st-key-wide_page")
    heads = wide.locator(".st-key-grid thead tr").first
    expect(heads).to_contain_text(re.compile("zip.*str"))
    wide.locator(".st-key-correction button:visible").first.click()
    page.get_by_role("button", name="Read as detected").click()
    expect(heads).to_contain_text("year")


@pytest.mark.nightly
def test_a_file_of_an_archive_is_chosen_and_holds_on_both_pages_and_for_the_model(
    page: Page, model: ScriptedServer, tmp_path: Path
) -> None:
    """B5, B20: every file of an archive is named, and the chosen one is read where it is."""
    with zipfile.ZipFile(tmp_path / "years.zip", "w") as archive:
        archive.writestr("2023/sales.csv", "shop,amount\nLyon,5\nKöln,7\n")
        archive.writestr("2024/sales.csv", "place,people\n東京,14\n")
        archive.writestr("licence.md", "free")
    upload(page, tmp_path / "years.zip")
    panel = page.locator(PANEL)
    choose(page, panel.get_by_role("combobox", name="File in the archive"), "2023/sales.csv")
    cells = panel.locator(".lci-columns td")
    expect(cells.first).to_have_text("shop")
    expect(panel.get_by_text("2 rows × 2 columns")).to_be_visible()
    choose(page, panel.get_by_role("combobox", name="File in the archive"), "2024/sales.csv")
    expect(cells.first).to_have_text("place")
    model.add(Reply([chunk({"content": "done"}), chunk(finish="stop")]))
    ask(page, "What is in it?")
    wait_done(page)
    assert 'ZipFile(\\"years.zip\\").open(\\"2024/sales.csv\\")' in json.dumps(model.requests[-1].body)
    panel.get_by_role("button", name="Full table").click()
    wide = page.locator(".st-key-wide_page")
    heads = wide.locator(".st-key-grid thead tr").first
    expect(heads).to_contain_text(re.compile("place.*people"))
    choose(page, wide.get_by_role("combobox", name="File in the archive"), "2023/sales.csv")
    expect(heads).to_contain_text(re.compile("shop.*amount"))
    choose(page, wide.get_by_role("combobox", name="File in the archive"), "The archive as a whole")
    expect(wide.locator("[data-testid=stDataFrame]")).to_be_visible()


def test_the_first_page_of_a_document_is_seen_in_its_own_conversation_only(
    page: Page, app: App, tmp_path: Path
) -> None:
    """B20: whoever has another conversation gets nothing by the picture's name."""
    figure = Figure(figsize=(4, 2))
    figure.text(0.1, 0.5, "Annual report")
    figure.savefig(tmp_path / "report.pdf")
    upload(page, tmp_path / "report.pdf")
    picture = page.locator(f"{PANEL} [data-testid=stImage] img")
    expect(picture).to_have_js_property("naturalWidth", 1024)
    expect(page.locator(PANEL).get_by_text("Annual report")).to_be_visible()
    address = str(picture.get_attribute("src"))
    here = address if address.startswith("http") else f"{app.url}{address}"
    own = page.url.partition("c=")[2]
    assert own in here
    assert page.request.get(here).status == 200
    page.get_by_role("button", name="New conversation").click()
    expect(page).not_to_have_url(re.compile(own))
    expect(page).to_have_url(re.compile("c="))
    other = page.url.partition("c=")[2]
    assert page.request.get(here.replace(own, other)).status == 404


def test_a_file_that_has_come_has_no_cross_that_would_take_away_its_name_only(page: Page, tmp_path: Path) -> None:
    """B20: it is deleted in the Files tab, with an undo."""
    upload(page, written(tmp_path, 1))
    expect_file(page, 1)
    page.locator(".st-key-file_line [data-testid=stPopover] button:visible").first.click()
    chip = page.get_by_test_id("stFileChip")
    expect(chip).to_contain_text("table_01.csv")
    expect(chip.get_by_test_id("stFileChipDeleteBtn")).to_be_attached()
    expect(chip.get_by_test_id("stFileChipDeleteBtn")).to_be_hidden()


def test_numbers_with_marks_between_thousands_have_a_range_and_a_histogram(page: Page, tmp_path: Path) -> None:
    """B20"""
    path = tmp_path / "grouped.csv"
    path.write_text('amount\n"1,234"\n"12,480"\n950\n', "utf-8")
    upload(page, path)
    cells = page.locator(PANEL).locator(".lci-columns td")
    expect(cells.first).to_have_text("amount")
    expect(cells.nth(3)).to_have_text("950 – 12,480")
    expect(cells.nth(4).locator("i")).to_have_count(12)
