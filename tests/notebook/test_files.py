from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from lci.errors import NotebookNotWritable
from lci.notebook.export import notebook
from lci.notebook.files import free_name, written
from lci.testing.scripted import MemoryBlobs
from tests.notebook.conversations import conversation, ran


def read(path: Path) -> nbformat.NotebookNode:
    document = nbformat.read(path, as_version=4)
    nbformat.validate(document)
    return document


def test_a_notebook_is_written_with_ordinary_permissions_and_nothing_beside_it(tmp_path: Path) -> None:
    """B38"""
    target = tmp_path / "out.ipynb"
    document = notebook(conversation(ran("call_1", "1")), MemoryBlobs())
    written(document, target)
    written(document, target)
    assert read(target) == document
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~umask
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_missing_or_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    document = notebook(conversation(), MemoryBlobs())
    with pytest.raises(NotebookNotWritable) as refused:
        written(document, tmp_path / "no" / "out.ipynb")
    assert refused.value.reason == "No such file or directory"
    assert not (tmp_path / "no").exists()
    (tmp_path / "folder.ipynb").mkdir()
    with pytest.raises(NotebookNotWritable):
        written(document, tmp_path / "folder.ipynb")
    with pytest.raises(NotebookNotWritable):
        free_name(tmp_path / "no" / "out.ipynb")
    with pytest.raises(NotebookNotWritable):
        free_name(Path())
    assert [path.name for path in tmp_path.iterdir()] == ["folder.ipynb"]


def test_a_link_planted_at_the_target_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious", encoding="utf-8")
    target = tmp_path / "out.ipynb"
    target.symlink_to(tmp_path / "mine")
    written(notebook(conversation(), MemoryBlobs()), target)
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "precious"
    assert not target.is_symlink()


WRITER = """
import sys
from pathlib import Path
from lci.notebook.export import notebook
from lci.notebook.files import written
from lci.core.outputs import StreamOutput
from lci.testing.scripted import MemoryBlobs
from tests.notebook.conversations import conversation, ran
document = notebook(conversation(ran("call_1", "1", StreamOutput("stdout", "x" * 2_000_000))), MemoryBlobs())
while True:
    written(document, Path(sys.argv[1]))
    print("written", flush=True)
"""


@pytest.mark.parametrize("writes", [1, 2, 4])
def test_a_kill_at_any_moment_leaves_a_valid_notebook(tmp_path: Path, writes: int) -> None:
    """B38: either the old or the new one."""
    target = free_name(tmp_path / "out.ipynb")
    with subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for _ in range(writes):
            assert writer.stdout.readline() == b"written\n"
        writer.send_signal(signal.SIGKILL)
        writer.wait(30)
    assert len(read(target).cells) == 3


def test_an_existing_file_is_never_taken(tmp_path: Path) -> None:
    """B38: out.ipynb, out-2.ipynb, …; each is a valid notebook at once."""
    (tmp_path / "out.ipynb").write_text("mine", encoding="utf-8")
    (tmp_path / "out-3.ipynb").symlink_to(tmp_path / "nowhere")
    taken = [free_name(tmp_path / "out").name, free_name(tmp_path / "out.ipynb").name]
    assert taken == ["out-2.ipynb", "out-4.ipynb"]
    assert (tmp_path / "out.ipynb").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert read(tmp_path / "out-2.ipynb").cells == []
    assert free_name(tmp_path / "v1.2").name == "v1.2.ipynb"


def test_conversations_that_begin_together_get_a_name_each(tmp_path: Path) -> None:
    """B38"""
    with ThreadPoolExecutor(20) as pool:
        names = list(pool.map(lambda _: free_name(tmp_path / "out.ipynb").name, range(20)))
    assert sorted(names) == sorted(["out.ipynb", *(f"out-{n}.ipynb" for n in range(2, 21))])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
