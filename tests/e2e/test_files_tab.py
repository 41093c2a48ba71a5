"""The Files tab in a real browser: large files and folders come in, are shown, used in place, taken out and undone."""

from __future__ import annotations

import json
import os
import re
import socket
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import App, ask, choose, open_tab, settle, until, wait_done

PANEL = ".st-key-side_panel"
PICK = ".st-key-upload_large input.pick-files"
MEGABYTES = int(os.environ.get("LCI_TEST_UPLOAD_MB", "200"))
FOLDER = ".st-key-upload_large input.pick-folder"


def work(app: App, page: Page) -> Path:
    return app.home / "workspaces" / page.url.split("c=")[1] / "work"


def status(page: Page) -> str:
    return page.locator(".st-key-upload_large .status").inner_text()


def memory(app: App) -> int:
    """What the app's own process holds, without what it started."""
    assert app.process is not None
    return int(psutil.Process(app.process.pid).memory_info().rss)


@pytest.mark.nightly
def test_a_folder_of_104_files_keeps_its_structure(page: Page, app: App, tmp_path: Path) -> None:
    """B35: sub-folders with equal names, shown as a tree, each file with its own preview in the Data tab."""
    folder = tmp_path / "data"
    for number in range(104):
        place = folder / f"s{number // 4:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"part-{number % 4}.csv").write_text(f"id,n{number}\n007,{number}\n", "utf-8")
    (folder / ".hidden").write_text("x", "utf-8")
    open_tab(page, "Files")
    page.locator(FOLDER).set_input_files(folder)
    expect(page.locator(".st-key-upload_large .status")).to_have_text("104 uploaded · hidden files left out: 1")
    expect(page.locator(f"{PANEL} .lci-tree summary")).to_have_count(26)
    assert len([path for path in work(app, page).rglob("*") if path.is_file()]) == 104
    assert (work(app, page) / "s25" / "part-3.csv").read_text("utf-8") == "id,n103\n007,103\n"
    open_tab(page, "table icon Data")
    box = page.locator(PANEL).get_by_role("combobox", name="Files")
    for name, column in (("s00/part-0.csv", "n0"), ("s25/part-3.csv", "n103")):
        choose(page, box, name, typed=True)
        expect(box).to_have_value(name)
        expect(page.locator(f"{PANEL} .lci-columns td").filter(has_text=re.compile(f"^{column}$"))).to_be_visible()
    open_tab(page, "Files")
    page.locator(".st-key-undo_uploaded button").click()
    expect(page.locator(f"{PANEL} .lci-tree")).to_have_count(0)
    assert [path for path in work(app, page).rglob("*") if path.is_file()] == []
    page.locator(".st-key-undo_remove button").click()
    expect(page.locator(f"{PANEL} .lci-tree summary")).to_have_count(26)
    choose(page, page.locator(".st-key-files_chosen input"), "s25/", typed=True)
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 4 files (zip)").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        # A list that still shortens moves under the click: whichever folder it hit is packed whole, and alone.
        top = archive.namelist()[0].partition("/")[0]
        assert archive.namelist() == [f"{top}/part-{number}.csv" for number in range(4)]


def test_a_large_file_is_uploaded_with_progress_and_without_memory(page: Page, app: App, tmp_path: Path) -> None:
    """B35: the server's memory grows by less than 50 MB; the file arrives as it is. `make nightly` sends a gigabyte."""
    large = tmp_path / "large.csv"
    line = b"0123456789,abcdefghijklmnopqrstuvwxyz,0123456789\n"
    with large.open("wb") as file:
        file.write(b"a,b,c\n")
        for _ in range(MEGABYTES):
            file.write(line * (1_000_000 // len(line)))
    open_tab(page, "Files")
    settle(page)
    before = most = memory(app)
    page.locator(PICK).set_input_files(large)
    bar = page.locator(".st-key-upload_large progress")
    seen: set[str] = set()

    def done() -> bool:
        nonlocal most
        most = max(most, memory(app))
        if bar.is_visible():
            seen.add(status(page))
        return "1 uploaded" in status(page)

    until(done, 250, "the upload")
    assert any("large.csv" in each and " of " in each for each in seen), seen
    assert most - before < 50_000_000, f"{(most - before) / 1e6:.0f} MB"
    assert (work(app, page) / "large.csv").stat().st_size == large.stat().st_size
    expect(page.locator(f"{PANEL} .lci-tree").get_by_role("link", name="large.csv")).to_be_visible()


def test_a_cancelled_upload_leaves_nothing(page: Page, app: App, tmp_path: Path) -> None:
    """B35."""
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(1_500_000_000)
    # A line on which it takes a minute and more: on a quick machine it had come before it was cancelled.
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 20_000_000},
    )
    open_tab(page, "Files")
    page.locator(PICK).set_input_files(large)
    page.locator(".st-key-upload_large .cancel").wait_for()
    # It goes on while another tab is in view.
    open_tab(page, "Variables")
    expect(page.locator(".st-key-upload_large")).to_have_count(0)
    open_tab(page, "Files")
    page.locator(".st-key-upload_large .cancel").click()
    expect(page.locator(".st-key-upload_large .status")).to_have_text("Cancelled; 0 were uploaded before")
    root = work(app, page).parent
    until(lambda: not list((root / "trash").iterdir()), 30, "an empty folder")
    assert list((root / "work").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("a/b.csv", "a/b.csv"),
        ("..", None),
        ("a/.git/x", None),
    ],
)
def test_a_name_given_to_the_upload_route_leads_nowhere_else(page: Page, app: App, name: str, kept: str | None) -> None:
    """B35: names in an address come from anywhere; the answer says under which one the file lies, or why not."""
    request = urllib.request.Request(
        address(app, page) + f"?name={urllib.parse.quote(name, safe='')}", b"x", method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as refused:
        told = json.load(refused)
    assert told.get("name") == kept
    if kept is None:
        assert told["error"] == "file_name_refused" and "cannot be used for a file." in told["message"]
    files = [path for path in work(app, page).rglob("*") if path.is_file()]
    assert files == ([work(app, page) / kept] if kept else [])
    assert list((work(app, page).parent / "trash").iterdir()) == []


def test_an_upload_that_breaks_off_leaves_nothing(page: Page, app: App) -> None:
    """B35: half a body and a closed connection."""
    where = urllib.parse.urlsplit(address(app, page))
    trash = work(app, page).parent / "trash"
    with socket.create_connection(("127.0.0.1", app.port)) as connection:
        head = f"POST {where.path}?name=half.bin HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: 9000000\r\n\r\n"
        connection.sendall(head.encode() + bytes(3_000_000))
        until(lambda: trash.exists() and bool(list(trash.iterdir())), 30, "the first half")
    until(lambda: not list(trash.iterdir()), 30, "an empty folder")
    assert list(work(app, page).iterdir()) == []


def address(app: App, page: Page) -> str:
    return f"{app.url}/app/static/upload/{page.url.split('c=')[1]}"


@pytest.mark.parametrize("count", [10, pytest.param(25, marks=pytest.mark.nightly)])
def test_uploads_in_a_row_each_show_their_own_content(page: Page, tmp_path: Path, count: int) -> None:
    """B35: what stands under a name is that file; a race once showed another's content in 3 of 25."""
    open_tab(page, "table icon Data")
    for number in range(count):
        path = tmp_path / f"file-{number}.csv"
        path.write_text(f"only_in_{number}\n{number}\n", "utf-8")
        chooser = page.locator(".st-key-upload input[type=file]")
        if number and not chooser.count():
            page.locator(".st-key-file_line").get_by_role("button", name="upload icon").click()
        chooser.set_input_files(path)
        box = page.locator(PANEL).get_by_role("combobox", name="Files")
        shown = page.locator(f"{PANEL} .lci-columns td:first-child")
        # From the moment the name stands there, no other file's content does.
        expect(box).to_have_value(path.name)
        assert set(shown.all_inner_texts()) <= {f"only_in_{number}"}, number
        expect(shown).to_have_text([f"only_in_{number}"])


@pytest.mark.isolation
def test_a_path_is_used_in_place_without_a_copy(page: Page, app: App, model: ScriptedServer, tmp_path: Path) -> None:
    """B35."""
    (tmp_path / "data" / "year").mkdir(parents=True)
    original = tmp_path / "data" / "year" / "sales.csv"
    original.write_text("amount\n41\n", "utf-8")
    open_tab(page, "Files")
    choose(page, page.locator(".st-key-placement input"), "In place, read-only, nothing copied")
    page.locator(".st-key-local_path input").fill(str(tmp_path / "data"))
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(PANEL).get_by_text("“data” is used in place; code can read but not change it.")).to_be_visible()
    expect(page.locator(".lci-tree em")).to_have_text("in place")
    assert not work(app, page).exists() or list(work(app, page).iterdir()) == []
    page.locator(".st-key-undo_brought button").click()
    expect(page.locator(".lci-tree")).to_have_count(0)
    assert original.read_text("utf-8") == "amount\n41\n"


@pytest.mark.isolation
def test_a_large_file_in_place_is_shown_to_its_last_row_and_read_by_code(
    page: Page, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    """B35: nothing is copied into the workspace, and the server's memory hardly grows. `make nightly`: a gigabyte."""
    large, line = tmp_path / "large.csv", b"0123456789,abcdefghijklmnopqrstuvwxyz,0123456789\n"
    megabytes = MEGABYTES if MEGABYTES > 200 else 20
    lines = megabytes * (1_000_000 // len(line))
    with large.open("wb") as file:
        file.write(b"a,b,c\n")
        for _ in range(megabytes):
            file.write(line * (1_000_000 // len(line)))
        file.write(b"0999999999,last,7\n")
    before = memory(app)
    open_tab(page, "Files")
    choose(page, page.locator(".st-key-placement input"), "In place, read-only, nothing copied")
    page.locator(".st-key-local_path input").fill(str(large))
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(".lci-tree em")).to_have_text("in place")
    model.add(scripted.code("print(sum(1 for _ in open('large.csv')), 'lines')"), scripted.text("Counted."))
    ask(page, "How many lines?")
    wait_done(page)
    assert f"{lines + 2} lines" in str(model.chats[-1]["messages"])
    # What is bound to needs a name there, and nothing more.
    assert [path.stat().st_size for path in work(app, page).iterdir()] == [0]
    page.locator(PANEL).get_by_role("tab", name="table icon Data").click()
    page.locator(PANEL).get_by_role("button", name="Full table").click()
    counted = page.locator(".st-key-filter_line").get_by_text(f"{lines + 1:,} rows", exact=True)
    expect(counted).to_be_visible(timeout=100_000)
    assert memory(app) - before < 50_000_000, f"{(memory(app) - before) / 1e6:.0f} MB"


@pytest.mark.isolation
def test_what_a_turn_changed_is_undone_with_one_click(
    page: Page, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    """B52: the tab lists what was created, changed and deleted; one click undoes it, one more brings it back."""
    for name in ("mine.csv", "gone.csv"):
        (tmp_path / name).write_text(f"{name}\n1\n", "utf-8")
    page.locator(".st-key-upload input[type=file]").set_input_files([tmp_path / "mine.csv", tmp_path / "gone.csv"])
    expect(page.locator(f"{PANEL} .lci-columns td").first).to_be_visible()
    program = "import os\nopen('mine.csv', 'w').write('spoilt')\nos.remove('gone.csv')\nopen('new.csv', 'w').write('x')"
    model.add(scripted.code(program), scripted.text("Cleaned."))
    ask(page, "Clean the files")
    wait_done(page)
    open_tab(page, "Files")
    changes = page.locator(f"{PANEL} .lci-turn")
    expect(changes).to_contain_text("Clean the files")
    for words in ("changed\nmine.csv", "deleted\ngone.csv", "created\nnew.csv"):
        assert words in changes.inner_text()
    folder = work(app, page)
    tree = page.locator(f"{PANEL} .lci-tree a")
    page.locator("[class*=st-key-undo_turn_] button").click()
    expect(tree).to_have_text(["gone.csv", "mine.csv"])
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == {
        "mine.csv": "mine.csv\n1\n", "gone.csv": "gone.csv\n1\n",
    }  # fmt: skip
    page.locator("[class*=st-key-redo_turn_] button").click()
    expect(tree).to_have_text(["mine.csv", "new.csv"])
    assert (folder / "mine.csv").read_text("utf-8") == "spoilt"
    page.locator("[class*=st-key-undo_turn_] button").click()
    expect(tree).to_have_text(["gone.csv", "mine.csv"])
    model.add(scripted.text("As they were."))
    ask(page, "And now?")
    expect(page.get_by_text("As they were.")).to_be_visible()
    assert "The user undid what an earlier answer did to files" in str(model.chats[-1]["messages"])


@pytest.mark.isolation
def test_going_back_to_a_version_offers_its_files_again(page: Page, app: App, model: ScriptedServer) -> None:
    """B22: what the other version changed is named, variables and files; one click brings both back."""
    model.add(
        scripted.code("level = 1\nopen('out.csv', 'w').write('one')"), scripted.text("Once."),
        scripted.code("level = 2\nopen('out.csv', 'w').write('two')"), scripted.text("Otherwise."),
    )  # fmt: skip
    ask(page, "Write it")
    wait_done(page)
    page.locator("[class*=st-key-edit_] button:visible").click()
    page.locator("[class*=st-key-edited_] textarea").fill("Write it otherwise")
    page.locator("[class*=st-key-resend_] button").click()
    expect(page.get_by_text("Otherwise.")).to_be_visible(timeout=30_000)
    wait_done(page)
    page.get_by_role("button", name="Version 2 of 2").click()
    line = page.locator(".st-key-replay_line")
    expect(line).to_contain_text("Another version of this conversation changed level, out.csv.")
    line.get_by_role("button", name="Bring them back").click()
    expect(page.get_by_text("Files are again as this version left them: out.csv.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("its variables are back")).to_be_visible(timeout=30_000)
    expect(line).to_have_count(0)
    assert (work(app, page) / "out.csv").read_text("utf-8") == "one"
