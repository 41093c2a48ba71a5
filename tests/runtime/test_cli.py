"""The command line: the same engine, meaningful exit codes (B39)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from lci import __version__
from lci.core.folding import folded
from lci.storage.codec import decoded
from lci.testing import server as scripted
from lci.testing.server import Gate, Reply, ScriptedServer
from lci.workspace.samples import sample

ROOT = Path(__file__).resolve().parents[2]
DATA = sample("penguins").path


def lci(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lci", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        timeout=100,
        check=False,
    )


@pytest.mark.kernel
def test_run_answers_and_writes_a_notebook_without_overwriting_one(tmp_path: Path) -> None:
    """B38, B39, B45."""
    (tmp_path / "out.ipynb").write_text("precious", "utf-8")
    done = lci("run", "average body mass by species", "--file", str(DATA), "-n", str(tmp_path / "out.ipynb"))
    assert done.returncode == 0, done.stderr
    assert "5,076" in done.stdout
    # What is said before code and behind it are paragraphs, also where only the answer is read.
    assert "table `penguins.csv`.\n\n" in done.stdout
    assert "out-2.ipynb" in done.stderr
    assert (tmp_path / "out.ipynb").read_text("utf-8") == "precious"
    document = nbformat.read(tmp_path / "out-2.ipynb", as_version=4)
    nbformat.validate(document)
    assert any(cell.cell_type == "code" and cell.outputs for cell in document.cells)


def test_what_a_declined_question_offers_is_printed() -> None:
    """B39, B45."""
    done = lci("run", "average body mass by species of shiny ones", "--file", str(DATA))
    assert "shiny" in done.stdout
    assert "- mean of `body_mass_g` · for each `species` · table `penguins.csv`" in done.stdout.splitlines()


def test_a_python_without_ipykernel_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    """B39, B40"""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    python = tmp_path / "bare" / "bin" / "python"
    done = lci("run", "hi", "--environment", str(python))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{python} -m pip install ipykernel" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.isolation
@pytest.mark.parametrize("placement", [pytest.param("--copy", marks=pytest.mark.nightly), "--in-place"])
def test_a_folder_is_attached_with_its_sub_folders(tmp_path: Path, placement: str) -> None:
    """B35, B39: 104 files of one schema and four names, the code of a model that knows only what it was told."""
    folder = tmp_path / "data"
    for number in range(104):
        (folder / f"s{number // 4}").mkdir(parents=True, exist_ok=True)
        (folder / f"s{number // 4}" / f"part-{number % 4}.csv").write_text(f"id,amount\n007,{number}\n", "utf-8")
    (folder / ".hidden").touch()
    program = (
        "from pathlib import Path\nimport pandas as pd\n"
        "parts = [pd.read_csv(p, dtype={'id': 'str'}) for p in sorted(Path('.').rglob('*.csv'))]\n"
        "print(len(parts), pd.concat(parts)['amount'].sum(), parts[0]['id'][0])\n"
        "try:\n    Path('s0/part-0.csv').write_text('x')\nexcept OSError as error:\n    print(type(error).__name__)"
    )
    with ScriptedServer([scripted.code(program), scripted.text("Done.")]) as server:
        done = lci(
            "run", "add it up", "--file", str(folder), placement,
            OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-0123456789abcdef", LCI_MODEL="m",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "being hidden, a link or a device: 1." in done.stderr
    asked = str(server.chats[0]["messages"])
    assert "Read it with: pd.read_csv('s0/part-0.csv', dtype={'id': 'str'})" in asked or "s0/part-0.csv" in asked
    assert "s25/part-3.csv" in asked and len(asked) < 30_000
    told = str(server.chats[1]["messages"][-1]["content"])
    assert "104 5356 007" in told
    assert ("OSError" in told) == (placement == "--in-place")
    kept = (folder / "s0" / "part-0.csv").read_text("utf-8")
    assert kept == "id,amount\n007,0\n"


@pytest.mark.kernel
def test_json_prints_the_recorded_events_in_order(tmp_path: Path) -> None:
    done = lci("run", "how many rows?", "--file", str(DATA), "--json")
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    assert [entry["seq"] for entry in entries] == list(range(entries[0]["seq"], entries[0]["seq"] + len(entries)))
    assert entries[-1]["type"] in ("TurnEnded", "KernelChanged")
    kinds = [entry["type"] for entry in entries]
    assert "CellFinished" in kinds
    for entry in entries:
        assert type(decoded(entry["type"], json.dumps(entry["event"]))).__name__ == entry["type"]
    assert folded is not None


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("run", "hi", "--file", "/nowhere.csv"), 2, "There is no file"),
        (("run", "hi", "--file", "/dev/null"), 2, "is not an ordinary file"),
        (("run", "hi", "--file", "/"), 2, "The folder “/” holds more than 2,000 files"),
        (("run", "hi", "--model", "nobody"), 2, "No model called “nobody”"),
        (("run", "hi", "-n", "/nowhere/out.ipynb"), 2, "cannot be written"),
        (("preview", "/nowhere.csv"), 2, "There is no file"),
        (("export", "nothing", "-o", "x.ipynb"), 2, "There is no such conversation"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    """B39."""
    done = lci(*arguments)
    assert done.returncode == code, done.stderr
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_that_only_the_settings_name_is_refused_too() -> None:
    """B39: no other model answers in its place."""
    done = lci("run", "hi", LCI_MODEL="nobody", OPENAI_API_KEY="", OPENAI_BASE_URL="")
    assert done.returncode == 2, done.stderr
    assert "No model called “nobody”" in done.stdout + done.stderr


def test_a_provider_that_refuses_gives_exit_code_1() -> None:
    """B12, B39."""
    with ScriptedServer([scripted.error(401, "no", "invalid_api_key")]) as server:
        done = lci("run", "hi", OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-wrong-key-123456", LCI_MODEL="m")
    assert done.returncode == 1
    assert "does not accept the API key" in done.stderr
    assert "sk-wrong" not in done.stdout + done.stderr


def test_a_question_that_is_declined_gives_exit_code_1() -> None:
    """B39: a script that reads the exit code has no answer to go on with."""
    done = lci("run", "how many shiny rows?", "--file", str(DATA), "--model", "builtin-analyst")
    assert done.returncode == 1, done.stderr
    assert "shiny" in done.stdout and "\n- " in done.stdout
    assert lci("run", "hello", "--model", "builtin-analyst").returncode == 0


def test_a_question_about_no_file_gives_exit_code_1() -> None:
    """B39: nothing could be offered either."""
    assert lci("run", "how many rows?", "--model", "builtin-analyst").returncode == 1


def test_ctrl_c_stops_the_turn_and_leaves_in_order() -> None:
    """B2, B33."""
    with ScriptedServer([Reply([scripted.chunk({"content": "begun"}), Gate("never")])]) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "lci", "run", "hi"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"OPENAI_BASE_URL": server.url, "LCI_MODEL": "m"},
        )
        assert process.stdout is not None
        assert process.stdout.read(5) == "begun"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Stopped by you." in errors
    assert "Traceback" not in errors


def test_preview_prints_the_promised_object(tmp_path: Path) -> None:
    """B20: keys and meaning as documented."""
    (tmp_path / "a.csv").write_text("x;y\n1,5;b\n2,5;c\n", "utf-8")
    done = lci("preview", str(tmp_path / "a.csv"), "--json", "--rows", "1")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    wanted = {"name", "kind", "bytes", "encoding", "delimiter", "compression", "tables", "image", "members", "text"}
    assert wanted | {"warnings", "error"} <= set(told)
    table = told["tables"][0]
    assert (table["rows"], table["rows_exact"], table["head"]) == (2, True, [["1,5", "b"]])
    assert [column["name"] for column in table["columns"]] == ["x", "y"]
    assert told["error"] is None


def test_each_file_of_a_folder_is_previewed(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("b.csv", "inner/a.csv", ".hidden.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n", "utf-8")
    done = lci("preview", str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["b.csv", "inner/a.csv"]
    (tmp_path / "empty").mkdir()
    empty = lci("preview", str(tmp_path / "empty"))
    assert (empty.returncode, "holds no files" in empty.stdout) == (2, True)


def test_a_file_that_cannot_be_previewed_says_so_with_exit_code_2(tmp_path: Path) -> None:
    """B20."""
    (tmp_path / "a.csv").write_bytes(b"")
    done = lci("preview", str(tmp_path / "a.csv"), "--json")
    assert done.returncode == 2
    assert set(json.loads(done.stdout)["error"]) == {"code", "message", "hint"}
    assert done.stderr == ""


@pytest.mark.kernel
@pytest.mark.parametrize("arguments", [("preview", "{}"), ("preview", "{}", "--json"), ("profile", "{}"), ("--help",)])
def test_a_reader_that_leaves_early_sees_no_traceback(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """B39: as with `| head`."""
    path = tmp_path / "wide.csv"
    names = [f"column_{number}" for number in range(300)]
    path.write_text("\n".join([",".join(names), *[",".join(map(str, range(300)))] * 12]), "utf-8")
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "lci", *(argument.format(path) for argument in arguments)],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        os.close(writing)
        os.close(reading)
        _, problems = process.communicate(timeout=100)
    assert (problems, process.returncode) == (b"", 0)


def test_doctor_starts_a_kernel_and_tells_no_key() -> None:
    done = lci("doctor", "--json", OPENAI_API_KEY="sk-test-Qm7zW3vKx9LpR2tYb4")
    told = json.loads(done.stdout)
    assert told["kernel"].startswith("works")
    assert told["models"][0]["key"] is True
    assert "Qm7zW3v" not in done.stdout


def test_importing_the_package_does_nothing_heavy() -> None:
    program = (
        "import sys, lci; heavy = {'pandas', 'streamlit', 'openai', 'zmq', 'duckdb', 'sqlalchemy', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_doctor_prints_what_it_lists_line_by_line() -> None:
    shown = lci("doctor").stdout
    assert "models             none\n" in shown
    assert "[" not in shown


def test_doctor_reads_the_log_and_copies_what_can_be_read(home: Path, tmp_path: Path) -> None:
    """B11: a row that is no JSON is counted, told, and left behind."""
    import sqlite3
    from contextlib import closing

    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LCI_", "OPENAI_"))}
    environment |= {"LCI_HOME": str(home)}

    def lci(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lci", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)

    assert lci("run", "hello").returncode == 0
    assert json.loads(lci("doctor", "--json").stdout)["log"]["lost"] == 0
    with closing(sqlite3.connect(home / "lci.sqlite")) as connection, connection:
        connection.execute("UPDATE log SET event = '{' WHERE type = 'TurnStarted'")
    done = lci("doctor")
    assert "lost 1" in done.stdout
    assert "--salvage" in done.stdout
    copied = lci("doctor", "--salvage", str(tmp_path / "new"))
    assert copied.returncode == 0, copied.stderr
    assert "1 could not be read" in copied.stdout
    assert lci("doctor", "--salvage", str(tmp_path / "new")).returncode == 2


def test_the_version_is_said() -> None:
    """B60"""
    done = lci("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"lci {__version__}")


def test_help_names_every_command() -> None:
    """B39, B60"""
    done = lci("--help")
    assert done.returncode == 0
    for command in ("app", "run", "preview", "profile", "doctor", "export"):
        assert f"\n    {command} " in done.stdout
