"""Names and folders below a root, step by step without a link (B35)."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from lci.errors import FileMissing, FileNotRegular, PathRefused
from lci.workspace.beneath import folder_of, open_beneath, parts_of, regular_files, status_of
from lci.workspace.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "parts"),
    [("a", ("a",)), ("a/b", ("a", "b")), ("./a", ("a",)), ("a/./b", ("a", "b")), ("...", ("...",)), ("a b", ("a b",))],
)
def test_a_relative_name_has_parts(name: str, parts: tuple[str, ...]) -> None:
    assert parts_of(name) == parts


@pytest.mark.parametrize("name", ["", ".", "/", "/a", "..", "a/..", "../a", "a//b", "a/", "a\0b", "./."])
def test_what_could_lead_out_has_none(name: str) -> None:
    """B35."""
    with pytest.raises(PathRefused):
        parts_of(name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "folder" / "inner" / "b").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    (tmp_path / "to_a").symlink_to(tmp_path / "a")
    return tmp_path


def test_regular_files_are_found_and_opened(root: Path) -> None:
    assert status_of(root, "a").st_size == 5
    assert status_of(root, "folder/inner/b").st_size == 1
    with open_beneath(root, "folder/inner/b") as file:
        assert file.read() == b"1"
        # Opened so that a program that is started does not have it.
        assert not os.get_inheritable(file.fileno())


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("gone", FileMissing), ("gone/b", FileMissing), ("folder/gone/b", FileMissing), ("x" * 300, FileMissing),
        ("x" * 300 + "/b", FileMissing), ("folder", FileNotRegular), ("to_a", FileNotRegular), ("pipe", FileNotRegular),
        ("socket", FileNotRegular), ("link/inner/b", PathRefused), ("a/b", PathRefused), ("../a", PathRefused),
    ],
)  # fmt: skip
def test_what_is_no_regular_file_is_told_by_kind(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: type[Exception]
) -> None:
    """B35: and opening a pipe waits for nobody."""
    os.mkfifo(root / "pipe")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for look in (status_of, open_beneath):
            with pytest.raises(error):
                look(root, name)


def test_a_root_that_is_gone_or_a_link_is_not_entered(root: Path) -> None:
    with pytest.raises(FileMissing):
        status_of(root / "gone", "a")
    with pytest.raises(PathRefused):
        status_of(root / "link", "inner/b")


def test_missing_folders_are_made_only_when_asked(root: Path) -> None:
    with pytest.raises(FileMissing), folder_of(root, ("new", "b"), "new/b"):
        pass
    assert not (root / "new").exists()
    with folder_of(root, ("new", "deep", "b"), "new/deep/b", create=True) as folder:
        assert folder is not None
        os.close(os.open("b", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    assert (root / "new" / "deep" / "b").is_file()
    assert stat.S_IMODE((root / "new").stat().st_mode) == 0o700
    with folder_of(root, ("new", "c"), "new/c", create=True) as again:
        assert again is not None
    with pytest.raises(PathRefused), folder_of(root, ("a", "b"), "a/b", create=True):
        pass
    with pytest.raises(PathRefused), folder_of(root, ("link", "b"), "link/b", create=True):
        pass


def test_no_descriptor_stays_open(root: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("folder/inner/b", "gone/b", "link/b", "folder/inner/gone", "folder"):
        for look in (status_of, open_beneath):
            try:
                found = look(root, name)
            except (FileMissing, PathRefused, FileNotRegular):
                continue
            if look is open_beneath:
                found.close()
    regular_files(root, 9)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_files_are_listed_with_size_and_time_but_for_hidden_ones_and_links(root: Path) -> None:
    (root / ".hidden").write_bytes(b"")
    (root / ".folder").mkdir()
    (root / ".folder" / "x").write_bytes(b"")
    (root / "__pycache__").mkdir()
    (root / "__pycache__" / "x.pyc").write_bytes(b"")
    os.mkfifo(root / "pipe")
    os.utime(root / "a", ns=(1, 5_000_000_007))
    found = regular_files(root, 10)
    assert found.keys() == {"a", "folder/inner/b"}
    assert found["a"] == (5, 5_000_000_007)
    assert regular_files(root / "gone", 10) == {}


@pytest.mark.parametrize(("depth", "listed"), [(20, True), (21, False)])
def test_twenty_folders_deep_is_looked(tmp_path: Path, depth: int, listed: bool) -> None:
    folder = tmp_path.joinpath(*["d"] * depth)
    folder.mkdir(parents=True)
    (folder / "x").write_bytes(b"")
    assert (len(regular_files(tmp_path, 10)) == 1) is listed


def test_no_more_files_are_listed_than_asked_and_no_more_entries_looked_at_than_ten_times_that(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number}").write_bytes(b"")
    assert [len(regular_files(tmp_path, limit)) for limit in (11, 12, 13)] == [11, 12, 12]
    many = tmp_path / "many"
    many.mkdir()
    for number in range(30):
        (many / f".{number}").write_bytes(b"")
    assert regular_files(many, 2) == {}
    (many / "sub").mkdir()
    (many / "sub" / "x").write_bytes(b"")
    assert regular_files(many, 3) == {}
    assert regular_files(many, 4) == {"sub/x": (0, (many / "sub" / "x").stat().st_mtime_ns)}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "root")
    made.create()
    return made


def test_a_copy_holds_the_files_in_their_folders_and_goes_with_what_was_added(workspace: Workspace) -> None:
    (workspace.work / "folder").mkdir()
    (workspace.work / "folder" / "b").write_bytes(b"b" * 3_000_000)
    workspace.add_bytes("a", b"a")
    (workspace.work / "link").symlink_to("/etc/passwd")
    name = workspace.copy(["a", "folder/b", "gone", "link", "folder"])
    assert sorted(workspace.copied(name)) == ["a", "folder/b"]
    assert (workspace.home / name / "folder" / "b").read_bytes() == b"b" * 3_000_000
    assert stat.S_IMODE((workspace.home / name).stat().st_mode) == 0o700
    (workspace.home / name / "more").write_bytes(b"")
    workspace.drop_copy(name)
    assert list(workspace.home.iterdir()) == [] and workspace.copied(name) == ()


def test_a_file_is_overwritten_whole_and_discarded_for_good(workspace: Workspace) -> None:
    workspace.add_bytes("a", b"old")
    workspace.overwrite("a", [b"n", b"ew"])
    workspace.overwrite("folder/b", iter([b"b"]))
    assert (workspace.work / "a").read_bytes() == b"new"
    assert (workspace.work / "folder" / "b").read_bytes() == b"b"
    workspace.discard("a")
    workspace.discard("gone")
    workspace.discard("gone/too")
    workspace.discard("folder/b")
    assert [file.name for file in workspace.files()] == [] and list(workspace.trash.iterdir()) == []


def test_what_was_on_its_way_in_is_found_by_its_age(workspace: Workspace) -> None:
    for name, age in (("upload-00ff", 10), ("upload-01ff", 30), ("else", 10), ("upload-xyz", 10)):
        (workspace.trash / name).write_bytes(b"")
        os.utime(workspace.trash / name, (age, age))
    (workspace.trash / "upload-02").mkdir()
    os.utime(workspace.trash / "upload-02", (10, 10))
    assert workspace.leftovers(30.0) == [workspace.trash / "upload-00ff"]
    workspace.drop_leftovers(31.0)
    assert sorted(entry.name for entry in workspace.trash.iterdir()) == ["else", "upload-02", "upload-xyz"]


def test_a_removed_file_is_no_longer_there_and_comes_back_as_what_it_was(workspace: Workspace) -> None:
    workspace.add_bytes("a", b"a", "sample")
    token = workspace.remove("a")
    assert workspace.files() == () and len(token) == 16
    assert stat.S_IMODE((workspace.trash / token).stat().st_mode) == 0o700
    restored = workspace.restore(token)
    assert (restored.name, restored.size, restored.origin) == ("a", 1, "sample")
    assert list(workspace.trash.iterdir()) == []
    for wrong in (token, "0" * 16, "../work", "", "0" * 15, "0" * 17, "G" * 16):
        with pytest.raises(FileMissing):
            workspace.restore(wrong)
    for name, error in (("gone", FileMissing), ("../a", PathRefused)):
        with pytest.raises(error):
            workspace.remove(name)
    assert list(workspace.trash.iterdir()) == []


def test_where_a_file_is_from_is_remembered_by_its_name(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "local.csv").write_bytes(b"x")
    assert workspace.add_path(tmp_path / "local.csv").origin == "local"
    assert workspace.add_stream("s", [b"a", b"b"], "sample").size == 2
    (workspace.work / "made").write_bytes(b"")
    assert {file.name: file.origin for file in workspace.files()} == {
        "local.csv": "local",
        "s": "sample",
        "made": "code",
    }
    assert all(stat.S_IMODE((workspace.work / name).stat().st_mode) == 0o600 for name in ("local.csv", "s"))
