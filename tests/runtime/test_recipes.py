"""`lci recipe`: the cells of a finished notebook on the next file, or the reason why not, before a number is wrong."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lci import cli
from lci.notebook.recipe_words import recipe_words

pytestmark = [pytest.mark.timeout(240)]

MAY = "day,region,amount\n2024-05-01,north,5\n2024-05-02,south,7\n2024-05-03,north,9\n"
CODE = "import pandas as pd\nsales = pd.read_csv('may.csv')\nprint('total =', sales['amount'].sum())"


def no_app(_: argparse.Namespace) -> int:
    raise AssertionError


def recipe(*arguments: str | Path) -> int:
    return cli.main(["recipe", *map(str, arguments)], open_app=no_app)


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """As it is exported: with what a model wrote about May."""
    (tmp_path / "may.csv").write_text(MAY, "utf-8")
    v4, text = nbformat.v4, "total = 21\n"
    cells = [
        v4.new_markdown_cell("# Sales", metadata={"lci": {"role": "title"}}),
        v4.new_markdown_cell("## How much?", metadata={"lci": {"role": "prompt"}}),
        v4.new_code_cell(CODE, outputs=[v4.new_output("stream", name="stdout", text=text)]),
        v4.new_code_cell("sales['nope']", metadata={"tags": ["raises-exception"]}),
        v4.new_code_cell("print(sorted(set(sales['region'])))"),
        v4.new_markdown_cell("In May it was 21.", metadata={"lci": {"role": "prose"}}),
    ]
    path = tmp_path / "out.ipynb"
    metadata = {"lci": {"title": "Sales", "verified": {"cells": 1}}}
    nbformat.write(v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


def june(folder: Path, text: str) -> str:
    (folder / "june.csv").write_text(text, "utf-8")
    return f"may.csv={folder / 'june.csv'}"


@pytest.mark.kernel
def test_the_cells_run_on_the_next_file_and_what_changed_is_told(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new region is said, and is no reason not to run; the earlier files stay as they are."""
    other = june(tmp_path, MAY.replace("-05-", "-06-").replace("south,7", "east,8"))
    target = tmp_path / "june"
    assert recipe(notebook, "--input", other, "-o", target) == 0
    out, err = capsys.readouterr()
    assert "[1] total = #: 21 → 22" in out
    assert "values in “june.csv” that were not seen in “may.csv”: east" in err
    again = nbformat.read(target / "notebook.ipynb", as_version=4)
    nbformat.validate(again)
    texts = [cell.source for cell in again.cells if cell.cell_type == "markdown"]
    assert texts[0] == "# Sales"
    assert "`june.csv` in place of `may.csv`" in texts[1]
    assert "In May it was 21." not in texts
    assert "| 1 | `total = #` | `21` | `22` |" in texts[-1]
    assert again.cells[3].outputs[0].text == "total = 22\n"
    facts = again.metadata.lci.recipe
    assert facts.inputs["may.csv"]["from"] == "june.csv" and len(facts.inputs["may.csv"].sha256) == 64
    assert "verified" not in again.metadata.lci
    page = (target / "report.html").read_text("utf-8")
    assert "22" in page and "read_csv" not in page
    assert (tmp_path / "may.csv").read_text("utf-8") == MAY


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (MAY.replace("amount", "quantity"), "The column “amount” is called “quantity” in “june.csv”."),
        (MAY.replace(",5\n", ",5.5\n").replace(",", ";").replace(".", ","), "the decimal sign is ,, not the usual one"),
        ("day,region\n2024-06-01,north\n", "“june.csv” has no column “amount”."),
        (MAY.replace(",5\n", ",five\n").replace(",7\n", ",seven\n"), "“amount” holds str in “june.csv”, and int64"),
    ],
)
def test_what_would_give_a_wrong_number_stops_it_before_the_first_cell(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    assert recipe(notebook, "--input", june(tmp_path, text), "-o", tmp_path / "june") == 2
    out, err = capsys.readouterr()
    assert sentence in err and "Nothing was run" in err
    assert out == "" and not (tmp_path / "june").exists()


@pytest.mark.kernel
def test_a_cell_that_fails_ends_it_and_is_named(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a folder of its own name, for the usual one is taken; one that failed before may fail again."""
    document = nbformat.read(notebook, as_version=4)
    document.cells.insert(4, nbformat.v4.new_code_cell("assert sales['amount'].max() < 10"))
    nbformat.write(document, notebook)
    (tmp_path / "out-again").mkdir()
    other = june(tmp_path, MAY.replace("9", "11"))
    assert recipe(notebook, "--input", other, "--json") == 1
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert facts["failed"] == [3, "AssertionError: "] and facts["changes"] == []
    assert facts["folder"] == str(tmp_path / "out-again-2")
    again = nbformat.read(tmp_path / "out-again-2" / "notebook.ipynb", as_version=4)
    assert not again.cells[-1].get("outputs") and "What changed" not in again.cells[-1].source
    assert "Cell 3 failed" in again.cells[1].source
    assert "Cell 3 failed" in (tmp_path / "out-again-2" / "report.html").read_text("utf-8")


@pytest.mark.kernel
def test_a_kernel_that_dies_ends_it_and_its_cell_is_named(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B11: what ran until then is in the notebook of the run."""
    document = nbformat.read(notebook, as_version=4)
    document.cells.insert(4, nbformat.v4.new_code_cell("import os\nif sales['amount'].max() > 10: os._exit(3)"))
    nbformat.write(document, notebook)
    assert recipe(notebook, "--input", june(tmp_path, MAY.replace("9", "11")), "--json") == 1
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert facts["failed"][0] == 3 and "died" in facts["failed"][1].lower(), facts
    nbformat.read(tmp_path / "out-again" / "notebook.ipynb", as_version=4)


@pytest.mark.kernel
def test_code_that_takes_what_is_there_does_not_find_the_new_file_twice(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = nbformat.read(notebook, as_version=4)
    document.cells.append(nbformat.v4.new_code_cell("import glob\nprint(glob.glob('*.csv'))"))
    nbformat.write(document, notebook)
    assert recipe(notebook, "--input", june(tmp_path, MAY), "-o", tmp_path / "june") == 0
    assert "['may.csv']" in capsys.readouterr().out


def test_text_in_the_middle_of_a_file_counts_where_the_code_names_an_encoding(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In none of the rows that a preview shows: ASCII but for it, the file would be read without a word."""
    (tmp_path / "may.csv").write_text("name,n\n" + "é,1\n" * 40, "cp1252")
    text = "name,n\n" + "e,1\n" * 20 + "{},1\n" + "e,1\n" * 19
    assert recipe(notebook, "--input", june(tmp_path, text.format("漢")), "-o", tmp_path / "june") == 2
    assert "encoding" in capsys.readouterr().err and not (tmp_path / "june").exists()


@pytest.mark.kernel
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_holds_no_report_is_one_sentence(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    # The root, the folder and the notebook: there is no fourth.
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "nr_inodes=3", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        assert recipe(notebook, "--input", june(tmp_path, MAY), "-o", disk / "june") == 2
        assert [path.name for path in (disk / "june").iterdir()] == ["notebook.ipynb"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    err = capsys.readouterr().err
    assert "report.html" in err and "No space left" in err and "Traceback" not in err


def test_a_file_that_the_code_names_by_a_path_of_the_machine_is_none_of_the_notebooks(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = nbformat.read(notebook, as_version=4)
    document.cells[2].source = CODE.replace("may.csv", "/home/me/may.csv")
    nbformat.write(document, notebook)
    assert recipe(notebook, "--input", june(tmp_path, MAY), "-o", tmp_path / "june") == 2
    assert "uses no file “may.csv”" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("june.csv", "has not the form OLD=NEW"),
        ("april.csv=may.csv", "no file “april.csv”"),
        ("may.csv=july.csv", "no file “"),
        ("other.csv=may.csv", "uses no file “other.csv”"),
        ("../may.csv=may.csv", "no file “../may.csv”"),
    ],
)
def test_bad_input_gets_one_sentence(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str, words: str
) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n", "utf-8")
    assert recipe(notebook, "--input", given, "-o", tmp_path / "x") == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_seconds_in_place_of_milliseconds_stop_it(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def moments(unit: int) -> str:
        return "ts,amount\n" + "".join(f"{(1_714_500_000 + day * 86_400) * unit},{day}\n" for day in range(20))

    (tmp_path / "may.csv").write_text(moments(1_000), "utf-8")
    assert recipe(notebook, "--input", june(tmp_path, moments(1)), "-o", tmp_path / "june") == 2
    out, err = capsys.readouterr()
    assert "“ts” holds moments in seconds in “june.csv”, and in milliseconds in “may.csv”" in err and out == ""


@pytest.mark.kernel
def test_days_without_rows_and_unclear_dates_are_named_in_the_result(
    notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They stop nothing: a shop may have been closed, and a month begins with its first twelve days."""

    def sales(days: list[int], form: str) -> str:
        rows = "".join(f"{form.format(day)},{'north' if day % 2 else 'south'},{day}\n" for day in days)
        return f"day,region,amount\n{rows}"

    (tmp_path / "may.csv").write_text(sales(list(range(1, 31)), "05/{:02d}/2024"), "utf-8")
    other = june(tmp_path, sales([1, 2, 3, 4, 5, 8, 9, 10, 11, 12], "06/{:02d}/2024"))
    assert recipe(notebook, "--input", other, "-o", tmp_path / "june") == 0
    err = capsys.readouterr().err
    assert "“june.csv” has no rows for these days of “day”: 2024-06-06 – 2024-06-07." in err
    assert "Day and month of “day” in “june.csv” could be the other way round: they are read month first." in err
    again = nbformat.read(tmp_path / "june" / "notebook.ipynb", as_version=4)
    assert "2024-06-06 – 2024-06-07" in again.cells[1].source


def test_every_language_has_every_sentence() -> None:
    english = recipe_words("en")
    for language in ("ja", "zh"):
        other = recipe_words(language)
        assert other != english
        assert other.differences.keys() == english.differences.keys()
        assert other.arguments.keys() == english.arguments.keys()
        assert other.changes.keys() == english.changes.keys()
        assert other.terms.keys() == english.terms.keys()


@pytest.mark.kernel
def test_charts_are_drawn_in_the_report(notebook: Path, tmp_path: Path) -> None:
    """B9"""
    document = nbformat.read(notebook, as_version=4)
    drawn = 'alt.Chart(frame).mark_bar().encode(x="region", y="sum(amount)").to_dict()'
    chart = f'import altair as alt\ndisplay({{"application/vnd.vegalite.v5+json": {drawn}}}, raw=True)'
    frame = 'import pandas as pd\nframe = pd.read_csv("may.csv")\n'
    document.cells.append(nbformat.v4.new_code_cell(frame + chart))
    nbformat.write(document, notebook)
    assert recipe(notebook, "--input", june(tmp_path, MAY.replace("-05-", "-06-")), "-o", tmp_path / "june") == 0
    report = (tmp_path / "june" / "report.html").read_text("utf-8")
    assert "data:image/svg+xml;base64," in report and "interactive chart" not in report
