"""Files and folders of this machine brought in: structure kept, nothing escapes, nothing half done (B35)."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from lci.errors import FileMissing, FolderEmpty, FolderTooLarge, InPlaceTooMany, InputProblem, PathRefused
from lci.workspace import bringing
from lci.workspace.bringing import Placement, brought, in_place_possible
from lci.workspace.names import safe_path
from lci.workspace.workspace import Workspace
from lci.workspace.zipping import covered, zipped


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "root")
    made.create()
    return made


@pytest.fixture
def years(tmp_path: Path) -> Path:
    """Two sub-folders that hold files of one name, and what has no business in a workspace."""
    folder = tmp_path / "data"
    for year in (2019, 2020):
        (folder / str(year)).mkdir(parents=True)
        (folder / str(year) / "sales.csv").write_text(f"year\n{year}\n", "utf-8")
    secret = tmp_path / "secret.txt"
    secret.write_text("key", "utf-8")
    (folder / "out.txt").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    (folder / ".env").write_text("key", "utf-8")
    os.mkfifo(folder / "pipe")
    return folder


@pytest.mark.parametrize("placement", ["copy", "in_place"])
def test_a_folder_keeps_its_structure_and_links_stay_out(
    workspace: Workspace, years: Path, placement: Placement
) -> None:
    """B35: equal names in sub-folders do not collide; hidden files, links and pipes are left out, and counted."""
    came = brought(workspace, years, placement, in_place_possible=True)
    assert [file.name for file in came.files] == ["2019/sales.csv", "2020/sales.csv"]
    assert came.left_out == 4
    for year in (2019, 2020):
        with workspace.open_reading(f"{year}/sales.csv") as file:
            assert file.read() == f"year\n{year}\n".encode()
    assert (workspace.work / "2019" / "sales.csv").exists() == (placement == "copy")


@pytest.mark.parametrize("placement", ["copy", "in_place"])
def test_a_second_folder_of_the_same_names_stands_whole_beneath_its_own(
    workspace: Workspace, years: Path, placement: Placement
) -> None:
    """B35: the same name keeps both, and the files of one folder stay together."""
    for number in (1, 2, 3):
        came = brought(workspace, years, placement, in_place_possible=True)
        prefix = {1: "", 2: "data/", 3: "data (2)/"}[number]
        assert [file.name for file in came.files] == [f"{prefix}2019/sales.csv", f"{prefix}2020/sales.csv"]


def test_what_is_in_place_is_never_written_to(workspace: Workspace, years: Path) -> None:
    """B35: neither the app's own writing, nor removing and putting back, touches the original."""
    original = years / "2019" / "sales.csv"
    brought(workspace, original, "in_place", in_place_possible=True)
    assert workspace.signature() == {} and workspace.files() == ()
    assert workspace.add_bytes("sales.csv", b"mine").name == "sales (2).csv"
    token = workspace.remove("sales.csv")
    with pytest.raises(FileMissing):
        workspace.open_reading("sales.csv")
    back = workspace.restore(token)
    assert (back.name, back.source) == ("sales.csv", str(original))
    workspace.discard("sales.csv")
    assert original.read_text("utf-8") == "year\n2019\n"


def test_a_file_in_place_is_not_followed_out_once_it_is_a_link(
    workspace: Workspace, years: Path, tmp_path: Path
) -> None:
    """B34: what was chosen is read, not what a folder above it leads to later."""
    brought(workspace, years / "2019", "in_place", in_place_possible=True)
    (years / "2019").rename(years / "before")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "sales.csv").write_text("secret", "utf-8")
    (years / "2019").symlink_to(tmp_path / "other")
    with pytest.raises(PathRefused):
        workspace.open_reading("sales.csv")


def test_a_folder_that_cannot_be_brought_leaves_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B35: one sentence with the limits, and an empty workspace."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".hidden").touch()
    with pytest.raises(FolderEmpty):
        brought(workspace, tmp_path / "empty", "auto", in_place_possible=True)
    many = tmp_path / "many"
    many.mkdir()
    for number in range(bringing.FOLDER_FILES + 1):
        (many / f"{number}.csv").touch()
    with pytest.raises(FolderTooLarge):
        brought(workspace, many, "auto", in_place_possible=True)
    (many / "0.csv").unlink()
    with pytest.raises(InPlaceTooMany):
        brought(workspace, many, "in_place", in_place_possible=True)
    assert list(workspace.work.iterdir()) == list(workspace.trash.iterdir()) == []
    assert workspace.in_place == {}


def test_large_files_are_used_in_place_and_small_ones_copied(workspace: Workspace, tmp_path: Path) -> None:
    """B35: what is not said is decided by the size."""
    large, small = tmp_path / "large.bin", tmp_path / "small.bin"
    with large.open("wb") as file:
        file.truncate(bringing.IN_PLACE_FROM)
    small.write_bytes(b"x")
    assert brought(workspace, large, "auto", in_place_possible=True).in_place
    assert not brought(workspace, small, "auto", in_place_possible=True).in_place
    assert (workspace.work / "small.bin").exists() and not (workspace.work / "large.bin").exists()


def test_in_place_is_for_walls_only(tmp_path: Path) -> None:
    """B35: where code could change the original, and for the app's own folder, it is not possible."""
    home = tmp_path / "home"
    assert in_place_possible(tmp_path / "a.csv", "bubblewrap", home)
    assert in_place_possible(tmp_path / "a.csv", "landlock", home)
    for level in ("rlimits", "none", "server", "server_open"):
        assert not in_place_possible(tmp_path / "a.csv", level, home)
    assert not in_place_possible(home / "config.toml", "bubblewrap", home)
    assert not in_place_possible(Path("/dev/shm/a.csv"), "landlock", home)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("2019/sales.csv", "2019/sales.csv"),
        ("./a//b.csv", "a/b.csv"),
        ("../../etc/passwd", "passwd"),
        ("a/../b.csv", "b.csv"),
        ("/etc/passwd", "passwd"),
        ("a\0b/c\n.csv", "ab/c.csv"),
        ("a/C:\\x.csv", "a/x.csv"),
    ],
)
def test_a_name_with_folders_stays_below(name: str, kept: str) -> None:
    """B35."""
    assert safe_path(name) == kept


@pytest.mark.parametrize("name", ["", "/", "..", "a/.git/config", "a/\0/b", "/".join("a" * 30)])
def test_names_with_folders_that_cannot_be_are_refused(name: str) -> None:
    """B35."""
    with pytest.raises(InputProblem):
        safe_path(name)


def test_a_choice_is_zipped_in_pieces(workspace: Workspace, years: Path) -> None:
    """B35: folders stand for what is beneath them; a file that is gone is left out; nothing is held whole."""
    brought(workspace, years, "copy", in_place_possible=True)
    workspace.add_bytes("large.bin", os.urandom(8 << 20))
    names = covered(["2019/", "large.bin"], [*(file.name for file in workspace.files()), "gone"])
    assert names == ("2019/sales.csv", "large.bin")
    pieces = list(zipped(workspace, [*names, "gone"]))
    assert max(map(len, pieces)) < 3 << 20
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.namelist() == list(names)
        assert archive.testzip() is None
        assert archive.read("2019/sales.csv") == b"year\n2019\n"
