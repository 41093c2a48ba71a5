"""Whatever code made of a folder, it can be removed, and nothing outside is touched (B11, B33)."""

from __future__ import annotations

import os
from pathlib import Path

from lci.removal import emptied, removed


def nested(folder: Path, depth: int) -> None:
    """Folders inside one another, deeper than any path may be long."""
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def test_folders_inside_one_another_are_removed_without_recursion(tmp_path: Path) -> None:
    """B11: `rmtree` raised RecursionError here, and the app did not start again."""
    nested(tmp_path / "deep", 3000)
    assert removed(tmp_path / "deep")
    assert list(tmp_path.iterdir()) == []


def test_links_are_removed_and_what_they_lead_to_stays(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (folder / "sub").mkdir(parents=True)
    (folder / "link").symlink_to(outside)
    (folder / "sub" / "link").symlink_to(outside / "kept")
    os.mkfifo(folder / "sub" / "pipe")
    assert removed(folder)
    assert (outside / "kept").read_text() == "kept"


def test_closed_folders_are_opened(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    for closed in (inner, folder / "a"):
        closed.chmod(0)
    assert emptied(folder)
    assert list(folder.iterdir()) == []


def test_what_is_no_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_text("x")
    assert not removed(tmp_path / "link")
    assert not removed(tmp_path / "file")
    assert not removed(tmp_path / "none")
    assert (tmp_path / "file").exists()
