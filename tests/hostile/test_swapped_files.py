"""A file that a cell exchanges for a link while the app looks at it is never read through the link (B31, B34)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lci.core.files import Preview
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from tests.hostile.swapping import swapped

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs renameat2 and /proc")

SECRET = "sk-this-key-lies-outside-the-workspace"
#: `make hostile` tries more.
TRIES = int(os.environ.get("LCI_TEST_TRIES", "24"))
MOST = 20_000


def looked(live: Interpreter, name: str, rows: int) -> Preview:
    assert live.wait(lambda _: live.files.preview(name, rows) is not None, 60), "no preview"
    preview = live.files.preview(name, rows)
    assert preview is not None
    return preview


def test_no_preview_shows_what_a_link_leads_to(home: Path) -> None:
    """B34: 4 of 24 previews held the key when a path was checked here and opened there."""
    engine = Engine(Settings(home=home))
    try:
        live = Interpreter(engine=engine)
        live.files.attach_bytes("data.csv", b"a,b\n1,2\n")
        secret = home / "config.toml"
        secret.write_text(f"key,{SECRET}\n1,2\n", "utf-8")
        shown: list[Preview] = []
        with swapped(live.workspace.work / "data.csv", secret):
            # A look at the link is refused so quickly that many may pass before the other process runs again.
            while len(shown) < TRIES or not any(preview.tables for preview in shown):
                assert len(shown) < MOST
                shown.append(looked(live, "data.csv", len(shown) + 1))
        assert any(preview.tables for preview in shown), "the file itself is shown when it is there"
        assert not [preview for preview in shown if SECRET in repr(preview)]
    finally:
        engine.close()
