"""The folder a conversation works in: names kept, nothing overwritten, no link followed out (B5, B35)."""

from __future__ import annotations

import io
import os
import stat
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from lci.errors import FileMissing, FileNotRegular, InputProblem, PathRefused, StoreUnwritable
from lci.workspace.beneath import regular_files
from lci.workspace.trash import removals
from lci.workspace.workspace import Changes, Workspace, changes
from lci.workspace.zipping import zipped
from tests.examples import share

NAMES = ["sales 2024.csv", "売上データ.csv", 'Ann\'s "best".csv', "😀.csv"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "root")
    made.create()
    return made


def test_folders_belong_to_their_owner_only(workspace: Workspace) -> None:
    workspace.create()
    for folder in (workspace.root, workspace.work, workspace.home, workspace.overlay, workspace.spool, workspace.trash):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_found_under_exactly_its_name(workspace: Workspace, name: str) -> None:
    """B5."""
    added = workspace.add_bytes(name, b"a,b\n")
    assert (added.name, added.size, added.origin) == (name, 4, "upload")
    assert (workspace.work / name).read_bytes() == b"a,b\n"
    assert workspace.files() == (added,)
    with workspace.open_reading(name) as file:
        assert file.read() == b"a,b\n"


def test_the_same_name_keeps_both(workspace: Workspace) -> None:
    """B35."""
    added = [workspace.add_bytes("sales.csv", bytes([n])).name for n in range(3)]
    assert added == ["sales.csv", "sales (2).csv", "sales (3).csv"]
    assert [(workspace.work / name).read_bytes() for name in added] == [b"\0", b"\1", b"\2"]


def test_a_planted_link_of_the_same_name_is_not_written_through(workspace: Workspace, tmp_path: Path) -> None:
    """B35."""
    victim = tmp_path / "victim"
    victim.write_text("safe")
    (workspace.work / "a.csv").symlink_to(victim)
    assert workspace.add_bytes("a.csv", b"x").name == "a (2).csv"
    assert victim.read_text() == "safe"


def test_a_stream_that_fails_leaves_nothing_behind(workspace: Workspace) -> None:
    """B35."""

    def failing() -> Iterator[bytes]:
        yield b"part"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        workspace.add_stream("a.csv", failing())
    assert workspace.files() == ()
    assert list(workspace.spool.iterdir()) == []


def test_a_local_file_is_copied_so_that_code_cannot_change_the_original(workspace: Workspace, tmp_path: Path) -> None:
    """B35."""
    original = tmp_path / "数据 1.csv"
    original.write_bytes(b"a,b\n" * 1000)
    added = workspace.add_path(original)
    assert (added.name, added.origin, added.size) == ("数据 1.csv", "local", 4000)
    assert (workspace.work / added.name).stat().st_ino != original.stat().st_ino
    (workspace.work / added.name).write_bytes(b"changed")
    assert original.read_bytes() == b"a,b\n" * 1000


def test_a_local_file_is_never_held_in_memory(workspace: Workspace, tmp_path: Path) -> None:
    """B35."""
    import tracemalloc

    original = tmp_path / "large.bin"
    with original.open("wb") as file:
        file.truncate(200 << 20)
    tracemalloc.start()
    try:
        assert workspace.add_path(original).size == 200 << 20
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_only_regular_local_files_are_attached(workspace: Workspace, tmp_path: Path) -> None:
    """B35: a pipe does not hang."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileNotRegular):
        workspace.add_path(tmp_path / "pipe")
    with pytest.raises(FileMissing):
        workspace.add_path(tmp_path / "none")


def _plant(workspace: Workspace, outside: Path) -> None:
    (workspace.work / "file link").symlink_to(outside / "secret")
    (workspace.work / "folder link").symlink_to(outside)
    (workspace.work / "sub").mkdir()
    (workspace.work / "sub" / "up").symlink_to("../..")
    (workspace.work / "loop").symlink_to("loop")
    os.mkfifo(workspace.work / "pipe")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("../spool", PathRefused),
        ("/etc/passwd", PathRefused),
        ("sub/../../x", PathRefused),
        ("", PathRefused),
        ("a\0b", PathRefused),
        ("a//b", PathRefused),
        ("folder link/secret", PathRefused),
        ("sub/up/work/x", PathRefused),
        ("file link", FileNotRegular),
        ("loop", FileNotRegular),
        ("pipe", FileNotRegular),
        ("sub", FileNotRegular),
        ("none", FileMissing),
        ("none/x", FileMissing),
        ("n" * 300, FileMissing),
        ("n" * 300 + "/x", FileMissing),
    ],
)
def test_nothing_leads_out_of_the_folder(
    workspace: Workspace, tmp_path: Path, name: str, error: type[InputProblem]
) -> None:
    """B35."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    _plant(workspace, outside)
    for reach in (workspace.open_reading, workspace.remove):
        with pytest.raises(error):
            reach(name)
    assert workspace.files() == ()
    assert (outside / "secret").read_text() == "secret"


def test_a_folder_swapped_for_a_link_while_reading_never_leads_out(workspace: Workspace, tmp_path: Path) -> None:
    """B35: code changes the tree in a loop while the file is opened."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text("secret")
    real, link = workspace.work / "real", workspace.work / "link"
    real.mkdir()
    (real / "a").write_text("mine")
    link.symlink_to(outside)
    stop = threading.Event()

    def swapping() -> None:
        while not stop.is_set():
            real.rename(workspace.work / "sub")
            (workspace.work / "sub").rename(real)
            link.rename(workspace.work / "sub")
            (workspace.work / "sub").rename(link)

    thread = threading.Thread(target=swapping)
    thread.start()
    try:
        for _ in range(3000):
            try:
                with workspace.open_reading("sub/a") as file:
                    assert file.read() == b"mine"
            except (PathRefused, FileMissing):
                continue
    finally:
        stop.set()
        thread.join()


def test_files_in_folders_are_listed_and_reached(workspace: Workspace) -> None:
    """B5."""
    (workspace.work / "out" / "__pycache__").mkdir(parents=True)
    (workspace.work / "out" / "b.csv").write_text("x")
    (workspace.work / "out" / "__pycache__" / "c.pyc").write_text("x")
    (workspace.work / ".hidden").write_text("x")
    (workspace.work / "a.csv").write_text("x")
    assert [(f.name, f.origin) for f in workspace.files()] == [("a.csv", "code"), ("out/b.csv", "code")]
    with workspace.open_reading("out/b.csv") as file:
        assert file.read() == b"x"


def test_listings_are_bounded(workspace: Workspace) -> None:
    for number in range(2100):
        (workspace.work / f"{number}").touch()
    assert len(workspace.files()) == 2000
    assert len(workspace.signature()) == 2100


def test_names_that_are_no_text_are_left_out(workspace: Workspace) -> None:
    descriptor = os.open(os.fsencode(workspace.work) + b"/\xff.csv", os.O_CREAT | os.O_WRONLY)
    os.close(descriptor)
    assert workspace.files() == ()


def test_changes_between_two_moments(workspace: Workspace) -> None:
    for name in ("kept", "changed", "removed"):
        (workspace.work / name).write_text("x")
    before = workspace.signature()
    (workspace.work / "changed").write_text("xy")
    (workspace.work / "removed").unlink()
    (workspace.work / "created").write_text("x")
    assert changes(before, workspace.signature()) == Changes(("created",), ("changed",), ("removed",))
    assert changes(before, before) == Changes()


SIGNATURES = st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(0, 2), st.integers(0, 2)))


@given(SIGNATURES, SIGNATURES)
def test_changes_account_for_every_name_once(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    found = changes(before, after)
    same = {name for name in before if before[name] == after.get(name)}
    every = [*found.created, *found.changed, *found.removed, *same]
    assert sorted(every) == sorted(before.keys() | after.keys())


def test_a_removed_file_comes_back(workspace: Workspace) -> None:
    workspace.add_bytes("a.csv", b"1")
    token = workspace.remove("a.csv")
    assert workspace.files() == ()
    restored = Workspace(workspace.root).restore(token)
    assert (restored.name, restored.origin, restored.size) == ("a.csv", "upload", 1)
    assert list(workspace.trash.iterdir()) == []
    with pytest.raises(FileMissing):
        workspace.restore(token)


def test_a_removed_file_comes_back_beside_its_successor_and_into_its_folder(workspace: Workspace) -> None:
    (workspace.work / "sub").mkdir()
    (workspace.work / "sub" / "a.csv").write_text("old")
    token = workspace.remove("sub/a.csv")
    (workspace.work / "sub" / "a.csv").write_text("new")
    assert workspace.restore(token).name == "sub/a (2).csv"
    gone = workspace.remove("sub/a (2).csv")
    (workspace.work / "sub" / "a.csv").unlink()
    (workspace.work / "sub").rmdir()
    assert workspace.restore(gone).name == "sub/a (2).csv"


def test_what_was_removed_together_can_be_put_back_together_the_latest_first(workspace: Workspace) -> None:
    """Whoever opens the conversation later can do so, too."""
    for name in ("b.csv", "a.csv", "c.csv"):
        workspace.add_bytes(name, b"1")
    first = [workspace.remove(name, "act") for name in ("b.csv", "a.csv")]
    last = workspace.remove("c.csv", "other")
    for at, token in enumerate([*first, last]):
        os.utime(workspace.trash / token, ns=(at, at))
    (workspace.trash / "0123456789abcdef").mkdir()
    again = Workspace(workspace.root)
    assert [removal.names for removal in removals(again.trash)] == [("c.csv",), ("a.csv", "b.csv")]
    for token in removals(again.trash)[1].tokens:
        again.restore(token)
    assert [removal.tokens for removal in removals(again.trash)] == [(last,)]


def test_restoring_through_a_planted_link_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """B35."""
    (workspace.work / "sub").mkdir()
    (workspace.work / "sub" / "a.csv").write_text("old")
    token = workspace.remove("sub/a.csv")
    (workspace.work / "sub").rmdir()
    (workspace.work / "sub").symlink_to(tmp_path)
    with pytest.raises(PathRefused):
        workspace.restore(token)
    assert not (tmp_path / "a.csv").exists()
    for token in ("../work", "", "0" * 16):
        with pytest.raises(FileMissing):
            workspace.restore(token)


def test_everything_can_be_taken_as_one_zip(workspace: Workspace) -> None:
    """B35: links are not packed."""
    workspace.add_bytes("数据.csv", b"a")
    (workspace.work / "sub").mkdir()
    (workspace.work / "sub" / "b.txt").write_text("b")
    os.utime(workspace.work / "sub" / "b.txt", (0, 0))
    (workspace.work / "link").symlink_to("/etc/passwd")
    packed = b"".join(zipped(workspace, [file.name for file in workspace.files()] + ["link"]))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"数据.csv": b"a", "sub/b.txt": b"b"}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file in the way")
    with pytest.raises(StoreUnwritable):
        Workspace(tmp_path / "root").create()
    with pytest.raises(StoreUnwritable):
        Workspace(tmp_path / "none").add_bytes("a.csv", b"x")


@settings(max_examples=share(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80), st.binary(max_size=50))
def test_any_uploaded_name_is_stored_inside_and_read_back(workspace: Workspace, name: str, content: bytes) -> None:
    """B5, B35."""
    try:
        added = workspace.add_bytes(name, content)
    except InputProblem:
        return
    assert (workspace.work / added.name).resolve().is_relative_to(workspace.work)
    with workspace.open_reading(added.name) as file:
        assert file.read() == content


def test_a_folder_without_end_of_what_is_not_listed_is_not_read_to_its_end(tmp_path: Path) -> None:
    """B32: a cell can fill its folder with a million hidden files; each of them costs time with every cell."""
    for number in range(60):
        (tmp_path / f".{number}").touch()
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "a.csv").touch()
    assert regular_files(tmp_path, 5) == {}, "fifty entries were looked at"
    assert list(regular_files(tmp_path, 7)) == ["later/a.csv"]
