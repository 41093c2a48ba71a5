"""Half of an upload whose app was killed: gone at the next start, and no sooner."""

from __future__ import annotations

import os
from pathlib import Path

from lci.core.ids import new_conversation_id
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine, drop_leftovers, own_start
from lci.storage.store import SqliteStore
from lci.workspace.workspace import Workspace

LONG_AGO = 1_000_000_000


def halves(workspace: Workspace) -> list[Path]:
    """Files as an upload and a copy leave them when they are cut off, older than this process."""
    workspace.create()
    found = [workspace.trash / "upload-7f1c3e", workspace.trash / "upload-0123456789abcdef"]
    for path in found:
        path.write_bytes(b"half")
        os.utime(path, (LONG_AGO, LONG_AGO))
    return found


def test_the_next_start_removes_what_a_killed_upload_left(home: Path) -> None:
    """B33"""
    workspace = Workspace(home / "workspaces" / new_conversation_id())
    left = halves(workspace)
    kept = [workspace.trash / "upload-1", workspace.spool / "abc.txt", workspace.trash / "fedcba9876543210"]
    for path in kept:
        path.write_bytes(b"whole")
    store = SqliteStore(home)
    try:
        drop_leftovers(home, store)
        assert [path.exists() for path in (*left, *kept)] == [False, False, True, True, True]
        store.lease(workspace.root.name)
    finally:
        store.close()


def test_a_conversation_that_another_app_holds_is_left_alone(home: Path) -> None:
    """B32, B33"""
    workspace = Workspace(home / "workspaces" / new_conversation_id())
    left = halves(workspace)
    theirs, ours = SqliteStore(home), SqliteStore(home)
    try:
        theirs.lease(workspace.root.name)
        drop_leftovers(home, ours)
        assert all(path.exists() for path in left)
    finally:
        theirs.close()
        ours.close()


def test_opening_a_conversation_removes_them_too(home: Path) -> None:
    """B33"""
    engine = Engine(Settings(home=home, model="builtin-analyst"), make_kernel=lambda *_: None)  # type: ignore[arg-type,return-value]
    try:
        with Interpreter(engine=engine) as live:
            live.files.attach_bytes("a.csv", b"a,b\n1,2\n")
        left = halves(live.workspace)
        with Interpreter(engine=engine, conversation_id=live.id):
            assert not any(path.exists() for path in left)
    finally:
        engine.close()


def test_a_link_in_its_place_is_not_followed(home: Path, tmp_path: Path) -> None:
    """B34: a kernel writes to the spool."""
    workspace = Workspace(home / "workspaces" / new_conversation_id())
    workspace.create()
    precious = tmp_path / "precious"
    precious.write_text("kept")
    os.utime(precious, (LONG_AGO, LONG_AGO))
    (workspace.spool / "0123456789abcdef").symlink_to(precious)
    (workspace.spool / "fedcba9876543210").mkdir()
    workspace.drop_leftovers(own_start())
    assert precious.read_text() == "kept"
    assert (workspace.spool / "fedcba9876543210").is_dir()
