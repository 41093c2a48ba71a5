"""The Data page: every row within reach; what is in view is one query that can be kept, asked about, taken along."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import ask, choose, open_tab, run_again, settle, until, upload, wait_done

ROWS = 1_234


def sales(folder: Path) -> Path:
    """Amounts that are all different, one of them missing, and a code that looks like a formula."""
    frame = pd.DataFrame(
        {
            "region": ["north", "south", "east"] * 411 + ["west"],
            "amount": [None, *(((n * 37) % ROWS) / 4 for n in range(1, ROWS))],
            "note": ["=1+1", *(f"note {n}" for n in range(1, ROWS))],
        }
    )
    path = folder / "2024 sales.csv"
    frame.to_csv(path, index=False)
    return path


def shown(page: Page) -> list[list[str]]:
    """The rows in view, without their numbers."""
    return page.locator(".st-key-grid tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].slice(1).map(cell => cell.textContent))"
    )


def open_data(page: Page, name: str) -> None:
    page.locator(".st-key-side_panel").get_by_role("button", name="Full table").click()
    expect(page.locator(".st-key-grid tbody tr").first).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-data_file").get_by_role("combobox")).to_have_value(name)


def rows_shown(page: Page, text: str) -> None:
    expect(page.locator(".st-key-filter_line").get_by_text(text, exact=True)).to_be_visible()


def download(page: Page, form: str, folder: Path) -> Path:
    page.locator(".st-key-download_rows button").first.click()
    with page.expect_download() as begun:
        page.get_by_role("link", name=form, exact=False).click()
    page.keyboard.press("Escape")
    target = folder / begun.value.suggested_filename
    begun.value.save_as(target)
    return target


def test_rows_are_filtered_sorted_queried_and_kept_in_a_notebook_that_runs_again(
    offline_page: Page, tmp_path: Path
) -> None:
    """B9, B20, P18: filter → sort → SQL → cell of the conversation → notebook that re-runs."""
    page, path = offline_page, sales(tmp_path)
    frame = pd.read_csv(path)
    upload(page, path)
    open_data(page, path.name)
    rows_shown(page, "1,234 rows")
    expect(page.locator(".st-key-grid th .ends").nth(1)).to_have_text("0.25308.25")
    grid, sql = page.locator(".st-key-grid"), page.locator(".st-key-sql textarea")
    grid.get_by_role("button", name=re.compile("^north: 411 rows")).click()
    rows_shown(page, "411 of 1,234 rows")
    heads = grid.get_by_role("button", name="Sort by amount")
    heads.click()
    expect(grid.locator("th[aria-sort=ascending]")).to_contain_text("amount")
    heads.click()
    expect(grid.locator("th[aria-sort=descending]")).to_contain_text("amount")
    north = frame[frame.region == "north"].sort_values("amount", ascending=False, na_position="last", kind="stable")
    page.locator(".st-key-rows_to_last_page button").first.click()
    expect(page.get_by_text("401–411 of 411")).to_be_visible()
    assert [row[2] for row in shown(page)] == north.note.tolist()[400:]
    assert shown(page)[-1] == ["north", "–", "=1+1"]
    expect(sql).to_have_value(
        "SELECT *\nFROM t2024_sales\nWHERE region IN ('north')\nORDER BY amount DESC NULLS LAST, rowid"
    )

    written = download(page, "Excel", tmp_path)
    cells = list(openpyxl.load_workbook(written).active.iter_rows(values_only=True))
    assert len(cells) == 412 and cells[-1] == ("north", None, "=1+1")

    sql.fill("SELECT region, sum(amount) AS total\nFROM t2024_sales\nGROUP BY region\nORDER BY total DESC")
    page.locator(".st-key-sql_run button").click()
    totals = frame.groupby("region").amount.sum().sort_values(ascending=False)
    expect(grid.locator("tbody tr")).to_have_count(4)
    assert [row[0] for row in shown(page)] == totals.index.tolist()
    assert [float(row[1]) for row in shown(page)] == totals.tolist()

    page.locator(".st-key-keep_rows button").first.click()
    expect(page.get_by_text("Kept as a cell of the conversation.")).to_be_visible()
    page.get_by_role("link", name="Chat").click()
    wait_done(page)
    chat = page.locator(".st-key-chat_pane")
    expect(chat.get_by_text("Rows of 2024 sales.csv, by SQL").first).to_be_visible()
    expect(chat).to_contain_text("south")
    expect(chat.get_by_text("4 rows × 2 columns")).to_be_visible()
    open_tab(page, "Notebook")
    with page.expect_download() as begun:
        page.locator(".st-key-download_notebook button").first.click()
    begun.value.save_as(tmp_path / "kept.ipynb")
    document = nbformat.read(tmp_path / "kept.ipynb", 4)
    assert any('.create("t2024_sales")' in cell.source for cell in document.cells)
    again = run_again(document, tmp_path)
    assert (again.reproduced, again.errors) == (again.cells, ())


@pytest.mark.nightly
def test_a_press_on_a_column_counts_though_other_rows_come_meanwhile(offline_page: Page, tmp_path: Path) -> None:
    """The head was drawn anew with every page of rows, and a click that it came between was lost."""
    page, path = offline_page, sales(tmp_path)
    upload(page, path)
    open_data(page, path.name)
    rows_shown(page, "1,234 rows")
    grid = page.locator(".st-key-grid")
    grid.get_by_role("button", name="Sort by amount").hover()
    page.mouse.down()
    page.locator(".st-key-rows_to_last_page button").first.evaluate("button => button.click()")
    expect(page.get_by_text("1,201–1,234 of 1,234")).to_be_visible()
    page.mouse.up()
    expect(grid.locator("th[aria-sort=ascending]")).to_contain_text("amount")


def test_a_query_that_makes_no_sense_is_said_in_a_sentence_and_reset(offline_page: Page, tmp_path: Path) -> None:
    """What DuckDB says stands behind a fold; the rows come back."""
    page, path = offline_page, sales(tmp_path)
    upload(page, path)
    open_data(page, path.name)
    page.locator(".st-key-sql textarea").fill("SELECT amuont FROM t2024_sales")
    page.locator(".st-key-sql_run button").click()
    expect(page.get_by_text("There is no column called “amuont”.", exact=False)).to_be_visible()
    expect(page.get_by_text("Binder Error")).to_be_hidden()
    page.locator(".st-key-sql textarea").fill("COPY t2024_sales TO 'x.csv'")
    page.locator(".st-key-sql_run button").click()
    expect(page.get_by_text("Only queries that read rows run here; COPY is none.", exact=False)).to_be_visible()
    page.locator(".st-key-sql_reset button").click()
    expect(page.locator(".st-key-grid tbody tr")).to_have_count(100)


def test_rows_are_asked_about_in_words_that_can_be_changed(offline_page: Page, tmp_path: Path) -> None:
    page, path = offline_page, sales(tmp_path)
    upload(page, path)
    open_data(page, path.name)
    page.locator(".st-key-grid").get_by_role("button", name=re.compile("1 row missing")).click()
    rows_shown(page, "1 of 1,234 rows")
    page.locator(".st-key-ask_rows button").click()
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_have_value(re.compile("About these rows of 2024 sales.csv:[\\s\\S]*WHERE amount IS NULL"))
    settle(page)
    expect(page.locator("[class*=st-key-actions_]")).to_have_count(0)


@pytest.mark.nightly
def test_the_query_box_offers_tables_columns_and_words(offline_page: Page, tmp_path: Path) -> None:
    """By keyboard: names that need quotes are written with them, an alias leads to its own table's columns."""
    page = offline_page
    (tmp_path / "shops.csv").write_text('shop,unit price,"say ""hi""",地域\na,1.5,x,東京\nb,2.5,y,大阪\n', "utf-8")
    (tmp_path / "people.csv").write_text("name,shop\n<img src=x onerror=alert(1)>,a\n")
    upload(page, tmp_path / "people.csv", tmp_path / "shops.csv")
    settle(page)
    choose(page, page.locator(".st-key-side_panel").get_by_role("combobox", name="Files"), "shops.csv")
    open_data(page, "shops.csv")
    rows_shown(page, "2 rows")
    sql, offered = page.locator(".st-key-sql textarea"), page.get_by_role("listbox", name="Names and words")
    sql.fill("")
    sql.press_sequentially("sel")
    expect(offered.get_by_role("option")).to_have_text(["SELECT"])
    sql.press("Tab")
    expect(sql).to_have_value("SELECT")
    expect(offered).to_have_count(0)
    sql.press_sequentially(" pri")
    expect(offered.get_by_role("option").first).to_contain_text("unit price")
    sql.press("Enter")
    sql.press_sequentially(', "sa')
    sql.press("Enter")
    sql.press_sequentially(", 地")
    sql.press("Enter")
    sql.press_sequentially(" FROM sh")
    sql.press("ArrowDown")
    expect(offered.locator("[aria-selected=true]")).to_have_count(1)
    sql.press("Escape")
    expect(offered).to_have_count(0)
    sql.press_sequentially("ops s WHERE s.")
    expect(offered.get_by_role("option")).to_have_count(4)
    expect(offered).not_to_contain_text("name")
    offered.get_by_text("unit price").click()
    sql.press_sequentially(" > 2")
    expect(sql).to_have_value('SELECT "unit price", "say ""hi""", "地域" FROM shops s WHERE s."unit price" > 2')
    page.locator(".st-key-sql_run button").click()
    expect(page.locator(".st-key-grid tbody tr")).to_have_count(1)
    assert shown(page) == [["2.5", "y", "大阪"]]
    sql.fill("SELECT 'na")
    sql.press("m")
    expect(offered).to_have_count(0)


SHOPS = {"name": "shops", "text": "shops", "columns": [["shop", "shop"], ["size", "size"], ["a b", '"a b"']]}
PEOPLE = {"name": "people", "text": "people", "columns": [["name", "name"], ["shop", "shop"]]}
#: What stands before the caret and what is offered there; `|` is the caret where it is not the end.
OFFERED: dict[str, list[str]] = {
    "SELECT si": ["size"],
    "SELECT si|ze FROM shops": ["size"],
    "SELECT sh| FROM people": ["shop", "shops"],
    "SELECT sh| FROM shops s JOIN people p": ["s.shop", "p.shop", "shops"],
    "SELECT na| FROM shops s,people p": ["name"],
    "SELECT p.| FROM shops s,people p": ["name", "shop"],
    'SELECT "a| FROM shops': ['"a b"'],
    "SELECT nobody.": [],
    "FROM shops s": [],
    "FROM shops AS sh": [],
    "FROM shops WH": ["WHERE", "WHEN"],
    "FROM pe": ["people"],
    "SELECT 'si": [],
    "-- si": [],
    "SELECT 1 /* si */, si": ["size"],
    "LIMIT 1": [],
    "FROM shops ": [],
}


def test_what_the_query_box_offers_fits_the_place(page: Page) -> None:
    script = Path("lci/ui/assets/completing.js").read_text("utf-8")
    known = {"words": ["SELECT", "WHERE", "WHEN", "AS"], "tables": [SHOPS, PEOPLE]}
    cases = [(case.replace("|", ""), case.index("|") if "|" in case else len(case)) for case in OFFERED]
    offered = page.evaluate(
        """async ([script, known, cases]) => {
  const { suggestions } = await import(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })))
  return cases.map(([text, caret]) => {
    const { start, end, items } = suggestions(text, caret, known)
    return [items.map(item => item.text), items.length ? text.slice(0, start) + items[0].text + text.slice(end) : text]
  })
}""",
        [script, known, cases],
    )
    assert {case: names for case, (names, _) in zip(OFFERED, offered, strict=True)} == OFFERED
    taken = dict(zip(OFFERED, (text for _, text in offered), strict=True))
    assert taken["SELECT si|ze FROM shops"] == "SELECT size FROM shops"
    assert taken['SELECT "a| FROM shops'] == 'SELECT "a b" FROM shops'


@pytest.mark.nightly
def test_all_rows_of_a_frame_in_the_chat_are_a_click_away(page: Page, model: ScriptedServer) -> None:
    """The size that is said is the frame's, and its other rows are those in memory."""
    model.add(
        scripted.code("import pandas as pd\nlong = pd.DataFrame({'n': range(344)})\nlong"),
        scripted.code("short = long.head(3)\nshort"),
        scripted.text("There."),
    )
    ask(page, "Show")
    wait_done(page)
    chat, panel = page.locator(".st-key-chat_pane"), page.locator(".st-key-side_panel")
    expect(chat.get_by_text("first 5 and last 5 of 344 rows × 1 column")).to_be_visible()
    chat.get_by_role("button", name="All rows of long").click()
    expect(panel.get_by_text("1–100 of 344")).to_be_visible()
    expect(panel.get_by_role("combobox", name="Rows of")).to_have_value("long")
    panel.locator("[class*=st-key-download_table_] button").first.click()
    for form, read in (("CSV", pd.read_csv), ("Parquet", pd.read_parquet)):
        with page.expect_download() as downloaded:
            page.get_by_role("link", name=form).click()
        assert downloaded.value.suggested_filename == f"long.{form.lower()}"
        assert read(downloaded.value.path())["n"].tolist() == list(range(344))
    page.keyboard.press("Escape")
    expect(chat.get_by_role("button", name="All rows of")).to_have_count(1)
    # One that is shown whole can be taken along, too.
    chat.locator("[class*=st-key-download_table_] button").last.click()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Parquet").click()
    assert downloaded.value.suggested_filename == "short.parquet"


def test_all_rows_of_what_a_cell_computed_are_a_click_away_without_a_name(page: Page, model: ScriptedServer) -> None:
    """Of a result, of one with several levels of names, and of what is displayed along the way."""
    model.add(
        scripted.code(
            "import pandas as pd\nlong = pd.DataFrame({'n': range(344), 'g': [i % 2 for i in range(344)]})\n"
            "display(long)\nlong.sort_values('n', ascending=False)"
        ),
        scripted.code("long.groupby(['g', 'n']).agg({'n': ['sum', 'max']})"),
        scripted.text("There."),
    )
    ask(page, "Show")
    wait_done(page)
    chat, panel = page.locator(".st-key-chat_pane"), page.locator(".st-key-side_panel")
    expect(chat.get_by_text("first 5 and last 5 of 344 rows × 2 columns")).to_have_count(3)
    expect(chat.get_by_role("button", name="All rows of long")).to_be_visible()
    results = chat.get_by_role("button", name="All rows of Out")
    expect(results).to_have_count(2)
    results.first.click()
    expect(panel.get_by_text("1–100 of 344")).to_be_visible()
    expect(panel.get_by_role("combobox", name="Rows of")).to_have_value(re.compile(r"Out\[\d\]"))
    panel.locator("[class*=st-key-download_table_] button").first.click()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="CSV").click()
    assert re.fullmatch(r"Out.\d.\.csv", downloaded.value.suggested_filename)
    assert pd.read_csv(downloaded.value.path())["n"].tolist() == list(range(343, -1, -1))


def test_the_page_says_what_will_appear(offline_page: Page) -> None:
    offline_page.get_by_role("link", name="Data").click()
    expect(offline_page.get_by_text("every row of its tables can be sorted, filtered and queried")).to_be_visible()
    until(lambda: offline_page.locator("[data-testid=stException]").count() == 0, 5)


def test_a_profile_counts_every_row_and_leads_to_the_odd_ones(page: Page, tmp_path: Path) -> None:
    """B20: statistics, distributions, associations, quality; the rows behind a finding are a query."""
    path = tmp_path / "people.csv"
    lines = [f"p{n},{n % 7},{'Male' if n % 3 else 'male'}" for n in range(60)]
    path.write_text("\n".join(["id,children,sex", *lines, lines[0]]) + "\n")
    upload(page, path)
    page.locator(".st-key-side_panel").get_by_role("button", name="Profile").click()
    wide = page.locator(".st-key-wide_page")
    expect(wide.get_by_text("Every row counted: 61 rows.")).to_be_visible()
    wide.get_by_role("tab", name="Distributions").click()
    expect(wide.locator(".lci-cards figure")).to_have_count(3)
    wide.get_by_role("tab", name="Associations").click()
    expect(wide.get_by_test_id("stVegaLiteChart")).to_be_visible()
    wide.get_by_role("tab", name="Quality").click()
    expect(wide.get_by_text("Equal to an earlier row in every column: 1 row.")).to_be_visible()
    wide.locator(".st-key-finding_0").get_by_role("button", name="Show rows").click()
    expect(page.locator(".st-key-sql textarea")).to_have_value(re.compile("QUALIFY"))
    expect(wide.locator(".st-key-page_line").get_by_text("1–2 of 2")).to_be_visible()


@pytest.mark.isolation
@pytest.mark.nightly
def test_a_folder_of_parquet_files_is_one_table(offline_page: Page, tmp_path: Path) -> None:
    """B20: one choice among the files, every row of all parts behind it, a cell that re-runs, answers over all."""
    page = offline_page
    for year in (2022, 2023, 2024):
        file = tmp_path / f"orders/year={year}/part-0.parquet"
        file.parent.mkdir(parents=True)
        pd.DataFrame({"amount": [1.5 * year, 2.5 * year], "place": ["Kyoto", "Lyon"]}).to_parquet(file, index=False)
    open_tab(page, "Files")
    page.locator(".st-key-local_path input").fill(str(tmp_path / "orders"))
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(".lci-tree")).to_contain_text("year=2024")
    open_tab(page, "table icon Data")
    panel = page.locator(".st-key-side_panel")
    choose(page, panel.get_by_role("combobox").first, "orders/year=2023/part-0.parquet")
    expect(panel.get_by_text("2 rows × 2 columns")).to_be_visible(timeout=30_000)
    page.locator(".st-key-whole_folder button").click()
    expect(panel.get_by_text("6 rows × 3 columns")).to_be_visible(timeout=30_000)
    open_data(page, "orders · 3 files")
    expect(page.locator(".st-key-grid tbody tr")).to_have_count(6)
    assert shown(page)[-1] == ["5060.0", "Lyon", "2024"]
    page.locator(".st-key-sql textarea").fill(
        "SELECT year, sum(amount) AS total FROM orders WHERE year > 2022 GROUP BY year ORDER BY year"
    )
    page.locator(".st-key-sql_run button").click()
    expect(page.locator(".st-key-grid tbody tr")).to_have_count(2, timeout=30_000)
    assert [row[0] for row in shown(page)] == ["2023", "2024"]
    page.locator(".st-key-keep_rows button").first.click()
    expect(page.get_by_text("Kept as a cell of the conversation.")).to_be_visible()
    page.get_by_role("link", name="Chat").click()
    wait_done(page)
    ask(page, "average amount by year since 2023")
    wait_done(page)
    expect(page.locator(".st-key-chat_pane")).to_contain_text("4,048")
    open_tab(page, "Notebook")
    with page.expect_download() as begun:
        page.locator(".st-key-download_notebook button").first.click()
    begun.value.save_as(tmp_path / "kept.ipynb")
    document = nbformat.read(tmp_path / "kept.ipynb", 4)
    assert sum("pd.read_parquet" in cell.source for cell in document.cells) == 2
    again = run_again(document, tmp_path)
    assert (again.reproduced, again.errors) == (again.cells, ())
