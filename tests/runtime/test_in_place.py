"""Files of this machine used where they are: seen by code under their names, never changed (B35)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from lci.core.conversation import ConversationSettings
from lci.core.outputs import StreamOutput
from lci.errors import InPlaceRefused
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

ATTACK = """
import os, shutil
from pathlib import Path
tried = []
def attempt(name, act):
    try:
        act()
        tried.append(name)
    except OSError:
        pass
p = Path('year/sales.csv')
print(p.read_text().strip())
attempt('write', lambda: p.write_text('x'))
attempt('append', lambda: p.open('a').write('x'))
attempt('truncate', lambda: os.truncate(p, 0))
attempt('unlink', lambda: p.unlink())
attempt('rename', lambda: p.rename('other.csv'))
attempt('replace', lambda: (Path('mine').write_text('x'), os.replace('mine', p)))
attempt('chmod', lambda: p.chmod(0o777))
attempt('utime', lambda: os.utime(p, (0, 0)))
attempt('link', lambda: (os.link(p, 'hard'), open('hard', 'w').write('x')))
attempt('proc', lambda: open(f"/proc/self/fd/{os.open(p, os.O_RDONLY)}", 'w').write('x'))
print('changed:', tried)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "year").mkdir(parents=True)
    (folder / "year" / "sales.csv").write_text("a\n41\n", "utf-8")
    return folder


@pytest.fixture
def engines(home: Path) -> Iterator[list[Engine]]:
    made: list[Engine] = []
    yield made
    for engine in made:
        engine.close()


def conversation(engines: list[Engine], home: Path, *sources: str, **more: object) -> Interpreter:
    model = ScriptedModel([answer for source in sources for answer in (calls(source), says("done"))])
    engine = Engine(Settings(home=home, model="builtin-analyst", warm_kernels=0), make_model=lambda _: model)
    engines.append(engine)
    settings = None if "conversation_id" in more else ConversationSettings(model="m", approval="auto")
    return Interpreter(engine=engine, settings=settings, **more)  # type: ignore[arg-type]


def printed(live: Interpreter) -> str:
    cell = live.snapshot().branch()[-1].cells[-1]
    return "".join(output.text for output in cell.outputs if isinstance(output, StreamOutput))


@pytest.mark.isolation
def test_code_reads_what_is_in_place_and_cannot_change_it(engines: list[Engine], home: Path, folder: Path) -> None:
    """B34, B35: ten ways to change the original fail; the workspace holds no copy."""
    live = conversation(engines, home, ATTACK)
    before = (folder / "year" / "sales.csv").stat()
    assert live.files.attach(folder, "in_place").in_place
    live.run("go", approve="auto")
    assert printed(live).split("\n")[:2] == ["a", "41"]
    assert "changed: []" in printed(live)
    after = (folder / "year" / "sales.csv").stat()
    assert (after.st_size, after.st_mtime_ns, after.st_mode, after.st_nlink) == (
        before.st_size, before.st_mtime_ns, before.st_mode, 1,
    )  # fmt: skip
    assert (live.workspace.work / "year" / "sales.csv").stat().st_size == 0
    assert [change.name for change in live.snapshot().branch()[-1].changes] == ["mine"]


@pytest.mark.isolation
def test_attaching_in_place_means_a_new_kernel_and_replay_is_offered(
    engines: list[Engine], home: Path, folder: Path
) -> None:
    """B35: the variables of before come back by replay, which reads what is in place too."""
    read = "print(open('year/sales.csv').read(), x)"
    live = conversation(engines, home, "x = 1", "print(x)", read, "print(x)")
    live.run("first")
    first = live.kernel.generation
    live.files.attach(folder, "in_place")
    assert live.kernel.offers_replay and live.kernel.memory_is_gone
    live.cells.replay()
    assert live.wait(lambda _: not live.busy and not live.kernel.memory_is_gone, 60)
    live.run("second")
    assert printed(live) == "1\n" and live.kernel.generation > first
    live.run("third")
    live.kernel.restart()
    assert live.wait(lambda _: live.kernel.offers_replay, 60)
    live.cells.replay()
    assert live.wait(lambda now: "replayed_all" in [each.code for each in now.branch()[-1].notices], 60)
    asked = next(cell.source for cell in nbformat.reads(live.notebook.content(), 4).cells if "sales.csv" in cell.source)
    assert f"`year/sales.csv` (read in place from `{folder}/year/sales.csv`)" in asked
    assert "are not beside this notebook" in asked


@pytest.mark.isolation
def test_in_place_survives_a_new_start_and_ends_with_removal(engines: list[Engine], home: Path, folder: Path) -> None:
    """B33, B35."""
    live = conversation(engines, home, "print(1)")
    live.files.attach(folder, "in_place")
    live.run("first")
    live.close()
    engines[0].close()
    live = conversation(
        engines, home, ATTACK, "print(open('year/sales.csv').read() or 'empty')", conversation_id=live.id
    )
    live.run("second", approve="auto")
    assert "changed: []" in printed(live) and "41" in printed(live)
    tokens = live.files.remove("year/sales.csv")
    live.run("third")
    assert "41" not in printed(live)
    assert [file.name for file in live.files.restore(*tokens)] == ["year/sales.csv"]
    assert (folder / "year" / "sales.csv").read_text("utf-8") == "a\n41\n"


@pytest.mark.isolation
def test_what_its_owner_changed_is_told_as_it_is_now(engines: list[Engine], home: Path, folder: Path) -> None:
    """B5, B35: told is read, with the next question."""
    read = "print(open('year/sales.csv').read())"
    live = conversation(engines, home, read, read)
    live.files.attach(folder, "in_place")
    live.run("first")
    (folder / "year" / "sales.csv").write_text("a,b\n1,2\n3,4\n", "utf-8")
    live.run("second")
    assert "3,4" in printed(live)
    preview = live.snapshot().files["year/sales.csv"].preview
    assert preview is not None and [column.name for column in preview.tables[0].columns] == ["a", "b"]


@pytest.mark.isolation
def test_a_link_that_code_planted_where_a_file_is_bound_leads_nowhere(
    engines: list[Engine], home: Path, folder: Path, tmp_path: Path
) -> None:
    """B34: bubblewrap would make the file that a link there names, outside of the workspace."""
    victim = tmp_path / "made-by-nobody"
    plant = f"import os\nos.symlink({str(victim)!r}, 'sales.csv')\nos.symlink('/oldroot{victim}', 'year')"
    live = conversation(engines, home, plant, "print(open('sales.csv').read())")
    live.run("plant")
    live.files.attach(folder / "year" / "sales.csv", "in_place")
    # Its name was taken by the link, which stays what it is.
    assert [*live.workspace.in_place] == ["sales (2).csv"]
    live.files.remove("sales (2).csv")
    (live.workspace.work / "sales.csv").unlink()
    live.files.attach(folder / "year" / "sales.csv", "in_place")
    (live.workspace.work / "sales.csv").symlink_to(victim)
    live.run("read")
    assert "41" in printed(live)
    assert not victim.exists()


def test_without_walls_in_place_is_refused_and_a_copy_made_instead(
    engines: list[Engine], home: Path, folder: Path
) -> None:
    """B35: the sentence names the level."""
    engine = Engine(Settings(home=home, model="builtin-analyst", isolation="off"))
    engines.append(engine)
    live = Interpreter(engine=engine)
    with pytest.raises(InPlaceRefused) as refused:
        live.files.attach(folder, "in_place")
    assert refused.value.level == "rlimits"
    assert not live.files.attach(folder).in_place
    (live.workspace.work / "year" / "sales.csv").write_text("changed", "utf-8")
    assert (folder / "year" / "sales.csv").read_text("utf-8") == "a\n41\n"


@pytest.mark.nightly
def test_a_hundred_files_of_one_schema_are_told_within_any_window(
    engines: list[Engine], home: Path, tmp_path: Path
) -> None:
    """B35, by the library: each kind of table once, all names; a window of 8,000 tokens would hold no 104 notes."""
    for number in range(104):
        (tmp_path / "many" / f"s{number // 4}").mkdir(parents=True, exist_ok=True)
        (tmp_path / "many" / f"s{number // 4}" / f"part-{number % 4}.csv").write_text(f"id,n\n007,{number}\n", "utf-8")
    model = ScriptedModel([says("done")])
    engine = Engine(Settings(home=home, model="builtin-analyst", warm_kernels=0), make_model=lambda _: model)
    engines.append(engine)
    live = Interpreter(engine=engine, settings=ConversationSettings(model="m"))
    assert live.run("what is it?", [tmp_path / "many"]).turn.ending == "done"
    assert len(live.snapshot().branch()[0].attachments) == 104
    asked = str(model.requests[0].messages[-1])
    assert "Read it with: pd.read_csv('s0/part-0.csv'" in asked.replace('"s0/part-0.csv"', "'s0/part-0.csv'")
    assert "read in the same way" in asked
    assert all(f"s{number // 4}/part-{number % 4}.csv" in asked for number in range(104))
    assert len(asked) < 16_000
    assert live.wait(lambda now: all(file.preview is not None for file in now.files.values()), 60)
