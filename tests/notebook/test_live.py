"""The live notebook says what an export would, with little work for each change (B38)."""

from __future__ import annotations

from pathlib import Path

import nbformat
from hypothesis import HealthCheck, given, settings

from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.events import Recorded
from lci.core.files import WorkspaceFile
from lci.core.folding import apply, folded
from lci.core.outputs import BlobRef, DisplayData, Output, StreamOutput
from lci.notebook.export import notebook
from lci.notebook.files import as_bytes
from lci.notebook.live import LiveNotebook
from lci.testing.scripted import MemoryBlobs
from tests.core.strategies import logs
from tests.examples import share
from tests.notebook.conversations import SECRET, ran


def exported(conversation: Conversation) -> bytes:
    return as_bytes(notebook(conversation, MemoryBlobs()))


def turns(count: int, *outputs: Output) -> list[Recorded]:
    happened: list[tuple[str, e.Event]] = []
    for number in range(count):
        turn = f"t{number}"
        happened.append((turn, e.TurnStarted(f"question {number}", parent=f"t{number - 1}" if number else None)))
        cell = ran(f"call_{number}", "1 + 1", StreamOutput("stdout", "x" * 500), *outputs)
        happened += [(turn, event) for event in cell]
        happened.append((turn, e.TurnEnded("done")))
    return [Recorded(n, float(n), SECRET, turn, e.SCHEMA, event) for n, (turn, event) in enumerate(happened, 1)]


@settings(max_examples=share(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logs())
def test_after_every_event_the_file_is_what_an_export_is(tmp_path: Path, log: list[Recorded]) -> None:
    live = LiveNotebook(tmp_path / "out.ipynb", MemoryBlobs())
    conversation = folded(SECRET, ())
    for recorded in log:
        conversation = apply(conversation, recorded)
        live.write(conversation)
        assert live.target.read_bytes() == exported(conversation)


def test_a_file_that_somebody_else_changed_is_written_anew(tmp_path: Path) -> None:
    log = turns(4)
    live = LiveNotebook(tmp_path / "out.ipynb", MemoryBlobs())
    for change in (lambda path: path.write_text("mine"), lambda path: path.unlink(), lambda path: None):
        live.write(folded(SECRET, log[:-3]))
        change(live.target)
        live.write(folded(SECRET, log))
        assert live.target.read_bytes() == exported(folded(SECRET, log))
    nbformat.validate(nbformat.read(live.target, as_version=4))


def test_settings_and_paths_of_earlier_cells_follow_what_later_ones_do(tmp_path: Path) -> None:
    """B9: a later cell may need settings that stand at the top, and change what the paths before it mean."""
    reading = ran("call_a", "open('/mnt/data/a.csv'); open('/mnt/data/b.csv')")
    happened: list[tuple[str, e.Event]] = [("t1", e.TurnStarted("one")), *(("t1", event) for event in reading)]
    happened += [("t1", e.TurnEnded("done")), ("t2", e.TurnStarted("two", parent="t1"))]
    happened += [("t2", e.FileAdded(WorkspaceFile(name, 1, 0.0, "upload"))) for name in ("a.csv", "b.csv")]
    happened += [("t2", event) for event in ran("call_b", "quit()")]
    happened += [("t2", event) for event in ran("call_c", "import os; os.chdir('sub')")]
    live = LiveNotebook(tmp_path / "out.ipynb", MemoryBlobs())
    now = folded(SECRET, ())
    for number, (turn, event) in enumerate(happened, 1):
        now = apply(now, Recorded(number, float(number), SECRET, turn, e.SCHEMA, event))
        live.write(now)
        assert live.target.read_bytes() == exported(now)


def test_other_branches_and_titles_are_followed(tmp_path: Path) -> None:
    live = LiveNotebook(tmp_path / "out.ipynb", MemoryBlobs())
    conversation = folded(SECRET, turns(6))
    live.write(conversation)
    for changed in (
        e.ConversationChanged(head="t3"),
        e.ConversationChanged(title="New"),
        e.ConversationChanged(head="t5"),
    ):
        conversation = apply(conversation, Recorded(conversation.seq + 1, 0.0, SECRET, None, e.SCHEMA, changed))
        live.write(conversation)
        assert live.target.read_bytes() == exported(conversation)


class CountedBlobs(MemoryBlobs):
    """Blobs that know how often they were read."""

    reads = 0

    def get(self, ref: BlobRef) -> bytes:
        self.reads += 1
        return super().get(ref)


def test_what_stands_in_the_file_is_not_made_again(tmp_path: Path) -> None:
    """B38: all of it was made anew at every event, 1.6 s a cell in a conversation of 3,000 turns."""
    blobs = CountedBlobs()
    picture = DisplayData({"image/png": blobs.put(b"not really", "bytes")})
    log = turns(50, picture)
    live = LiveNotebook(tmp_path / "out.ipynb", blobs)
    conversation = folded(SECRET, log)
    live.write(conversation)
    assert blobs.reads == 50
    for event in (e.TurnStarted("one more", parent="t49"), *ran("call_new", "2 + 2", picture), e.TurnEnded("done")):
        conversation = apply(conversation, Recorded(conversation.seq + 1, 0.0, SECRET, "new", e.SCHEMA, event))
        live.write(conversation)
    assert blobs.reads - 50 <= 4
