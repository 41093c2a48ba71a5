from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lci.core import events as e
from lci.errors import ConversationInUse, StoreUnwritable
from lci.storage.store import SqliteStore

ID = "ab" * 16


def entry(seq: int, event: e.Event, turn: str | None = "t") -> e.Recorded:
    return e.Recorded(seq, 1000.0 + seq, ID, turn, e.SCHEMA, event)


def test_what_was_flushed_is_there_after_reopening(home: Path) -> None:
    store = SqliteStore(home)
    entries = [entry(1, e.TurnStarted("héllo \ud800")), entry(2, e.TextDelta("表"))]
    for recorded in entries:
        store.append(recorded)
    store.flush().result(10)
    store.close()
    again = SqliteStore(home)
    assert list(again.log(ID)) == entries
    again.close()


def test_blobs_are_found_by_their_digest_before_and_after_writing(home: Path) -> None:
    store = SqliteStore(home)
    ref = store.put(b"\x89PNG", "bytes")
    assert store.get(ref) == b"\x89PNG"
    store.flush().result(10)
    assert store.get(ref) == b"\x89PNG"
    store.close()
    assert SqliteStore(home).get(ref) == b"\x89PNG"


def test_summaries_list_the_latest_first_without_the_deleted(home: Path) -> None:
    store = SqliteStore(home)
    for number, title in enumerate(["first", "second", "gone"]):
        conversation = f"{number:032x}"
        store.append(e.Recorded(1, 10.0 + number, conversation, None, 1, e.ConversationChanged(title=title)))
        store.append(e.Recorded(2, 20.0 + number, conversation, "t", 1, e.TurnStarted("x")))
    store.append(e.Recorded(3, 99.0, f"{2:032x}", None, 1, e.ConversationChanged(deleted=True)))
    store.flush().result(10)
    assert [(s.title, s.turns) for s in store.summaries()] == [("second", 1), ("first", 1)]
    store.close()


def test_a_second_process_cannot_take_the_lease_until_the_first_dies(home: Path) -> None:
    """B32: two servers on one data folder do not write the same log."""
    program = (
        "import sys; from pathlib import Path; from lci.storage.store import SqliteStore\n"
        f"s = SqliteStore(Path({str(home)!r})); s.lease({ID!r}); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    store = SqliteStore(home)
    with pytest.raises(ConversationInUse):
        store.lease(ID)
    other.kill()
    other.wait(10)
    other.stdin.close()
    other.stdout.close()
    store.lease(ID)
    store.close()


def test_a_folder_that_cannot_be_written_is_said_in_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnwritable):
        SqliteStore(tmp_path / "file" / "home")


def blocked(home: Path, content: bytes) -> Path:
    """A file where the blob's folder would be made: writing it fails until the file is gone."""
    place = home / "blobs" / hashlib.sha256(content).hexdigest()[:2]
    place.write_text("")
    return place


def test_what_a_failed_write_left_behind_is_written_once_the_disk_allows(home: Path) -> None:
    store = SqliteStore(home)
    place = blocked(home, b"picture")
    ref = store.put(b"picture", "bytes")
    store.append(entry(1, e.TurnStarted("x")))
    with pytest.raises(StoreUnwritable):
        store.flush().result(10)
    store.append(entry(2, e.TextDelta("y")))
    with pytest.raises(StoreUnwritable):
        store.flush().result(10)
    assert store.failure is not None
    assert store.get(ref) == b"picture"
    place.unlink()
    store.flush().result(10)
    assert store.failure is None
    store.close()
    again = SqliteStore(home)
    assert again.get(ref) == b"picture"
    assert [recorded.seq for recorded in again.log(ID)] == [1, 2]
    again.close()


def test_closing_on_a_full_disk_gives_the_leases_back(home: Path) -> None:
    store = SqliteStore(home)
    store.lease(ID)
    place = blocked(home, b"picture")
    store.put(b"picture", "bytes")
    with pytest.raises(StoreUnwritable):
        store.close()
    place.unlink()
    again = SqliteStore(home)
    again.lease(ID)
    again.close()


def test_a_row_the_database_refuses_blocks_no_other(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = SqliteStore(home)
    other = e.Recorded(1, 1.0, "cd" * 16, None, 1, e.TurnStarted("other"))
    first = [entry(1, e.TurnStarted("x")), entry(2, e.TextDelta("y"))]
    for recorded in [*first, entry(2, e.TextDelta("twice")), entry(2**70, e.TextDelta("huge")), other]:
        store.append(recorded)
    store.flush().result(10)
    store.append(entry(3, e.TextDelta("z")))
    store.flush().result(10)
    assert list(store.log(ID)) == [*first, entry(3, e.TextDelta("z"))]
    assert list(store.log(other.conversation_id)) == [other]
    assert "set aside" in caplog.text
    assert ID not in caplog.text
    store.close()


def test_an_event_that_is_no_json_is_its_callers_error(home: Path) -> None:
    store = SqliteStore(home)
    with pytest.raises(TypeError):
        store.append(entry(1, e.TextDelta(object())))  # type: ignore[arg-type]
    store.append(entry(1, e.TurnStarted("x")))
    store.flush().result(10)
    assert list(store.log(ID)) == [entry(1, e.TurnStarted("x"))]
    store.close()


def test_a_lease_is_taken_once_and_given_back_from_any_thread(home: Path) -> None:
    store = SqliteStore(home)
    store.lease(ID)
    with pytest.raises(ConversationInUse):
        store.lease(ID)
    thread = threading.Thread(target=store.release, args=(ID,))
    thread.start()
    thread.join(10)
    other = SqliteStore(home)
    other.lease(ID)
    other.close()
    store.close()


def test_pinned_conversations_come_first_then_the_latest(home: Path) -> None:
    """EXPERIENCE, the sidebar: pinned ones first, whenever they were last used."""
    store = SqliteStore(home)
    for number in range(4):
        each = f"{number}" * 32
        changes = e.ConversationChanged(title=f"{number}", pinned=number == 1)
        store.append(e.Recorded(1, 1000.0 + number, each, None, e.SCHEMA, changes))
        store.append(e.Recorded(2, 1000.0 + number, each, "t", e.SCHEMA, e.TurnStarted("hi")))
    store.flush().result(10)
    assert [summary.title for summary in store.summaries()] == ["1", "3", "2", "0"]
    store.close()
