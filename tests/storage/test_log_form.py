"""How events stand in the log: a form that stays, for logs are read for years (B11)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lci.core import events as e
from lci.core.conversation import ConversationSettings, ConversationSummary
from lci.core.files import Column, Preview, Table, WorkspaceFile
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, Json, StreamOutput
from lci.core.remarks import Remark
from lci.core.turns import Usage
from lci.errors import Problem
from lci.storage.codec import as_json, decoded, encoded
from lci.storage.salvage import Health, health, salvage
from lci.storage.store import SqliteStore

BLOB = BlobRef("ab", 5, "text", "h", "t", 3)
TABLE = Table("t", None, False, (Column("c", "str"),), ((1, None),))
FORMS: list[tuple[e.Event, dict[str, Json]]] = [
    (e.TurnStarted("go"), {"prompt": "go"}),
    (
        e.TurnStarted("go", ("a",), "p", "edit", "m"),
        {"prompt": "go", "attachments": ["a"], "parent": "p", "origin": "edit", "model": "m"},
    ),
    (e.CellStarted("x", "1"), {"cell_id": "x", "source": "1"}),
    (e.CellStarted("x", "1", "person", 2), {"cell_id": "x", "source": "1", "author": "person", "generation": 2}),
    (
        e.OutputAdded("x", StreamOutput("stdout", "t")),
        {"cell_id": "x", "output": {"$": "StreamOutput", "name": "stdout", "text": "t"}},
    ),
    (
        e.OutputAdded("x", StreamOutput("stderr", "t", 4, "s")),
        {"cell_id": "x", "output": {"$": "StreamOutput", "name": "stderr", "text": "t", "omitted": 4, "spool": "s"}},
    ),
    (
        e.OutputAdded("x", DisplayData({"image/png": BLOB, "$odd": {"$blob": 1, "a": [{"$": 2}]}}, {"w": 1}, "d")),
        {
            "cell_id": "x",
            "output": {
                "$": "DisplayData",
                "data": {
                    "image/png": {"$blob": "ab", "size": 5, "encoding": "text", "head": "h", "tail": "t", "omitted": 3},
                    "$$odd": {"$$blob": 1, "a": [{"$$": 2}]},
                },
                "metadata": {"w": 1},
                "display_id": "d",
            },
        },
    ),
    (
        e.OutputAdded("x", ExecuteResult({}, {}, 3)),
        {"cell_id": "x", "output": {"$": "ExecuteResult", "data": {}, "execution_count": 3}},
    ),
    (
        e.OutputAdded("x", ErrorOutput("E", "v", ("l",))),
        {"cell_id": "x", "output": {"$": "ErrorOutput", "ename": "E", "evalue": "v", "traceback": ["l"]}},
    ),
    (e.OutputUpdated("d", {"$a": 1}, {}), {"display_id": "d", "data": {"$$a": 1}}),
    (
        e.CellFinished("x", "ok", 1, 0.5, (Remark("r", {"n": 1}),)),
        {
            "cell_id": "x",
            "status": "ok",
            "execution_count": 1,
            "duration": 0.5,
            "remarks": [{"code": "r", "facts": {"n": 1}}],
        },
    ),
    (e.TurnEnded("done"), {"ending": "done"}),
    (
        e.TurnEnded("failed", Problem("p", {"n": None})),
        {"ending": "failed", "problem": {"code": "p", "facts": {"n": None}}},
    ),
    (e.UsageReported(Usage(1, 2)), {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}),
    (
        e.RequestSent("m", BLOB, aside=True),
        {
            "model": "m",
            "body": {"digest": "ab", "size": 5, "encoding": "text", "head": "h", "tail": "t", "omitted": 3},
            "aside": True,
        },
    ),
    (e.ConversationChanged(title=""), {"title": ""}),
    (e.ConversationChanged(pinned=False), {"pinned": False}),
    (
        e.ConversationChanged(settings=ConversationSettings("m", temperature=0.0)),
        {"settings": {"model": "m", "temperature": 0.0}},
    ),
    (
        e.FileAdded(WorkspaceFile("a", 1, 2.0, "code", Preview("a", "table", 1, tables=(TABLE,)))),
        {
            "file": {
                "name": "a",
                "size": 1,
                "modified": 2.0,
                "origin": "code",
                "preview": {
                    "name": "a",
                    "kind": "table",
                    "bytes": 1,
                    "tables": [
                        {
                            "name": "t",
                            "rows": None,
                            "rows_exact": False,
                            "columns": [{"name": "c", "dtype": "str"}],
                            "head": [[1, None]],
                        }
                    ],
                },
            }
        },
    ),
]


@pytest.mark.parametrize("at", range(len(FORMS)))
def test_an_event_stands_in_the_log_in_this_form(at: int) -> None:
    event, fields = FORMS[at]
    assert encoded(event) == (type(event).__name__, fields)
    assert decoded(type(event).__name__, json.dumps(fields)) == event


def test_a_value_equal_to_the_default_but_of_another_type_is_written() -> None:
    """False is no 0: what is read is what was written."""
    assert encoded(e.CellStarted("x", "1", generation=False)) == (
        "CellStarted",
        {"cell_id": "x", "source": "1", "generation": False},
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"approval": "never"}, ConversationSettings(approval="always")),
        ({"sharing": "some", "model": "m"}, ConversationSettings("m", sharing="schema")),
        ({"network": "yes"}, ConversationSettings(network=False)),
        ({"temperature": "hot", "approval": "risky"}, ConversationSettings(approval="risky")),
        ({"masked": 5, "sharing": "schema"}, ConversationSettings(sharing="schema")),
    ],
)
def test_settings_that_are_not_known_are_read_as_the_strictest(
    written: dict[str, Json], read: ConversationSettings
) -> None:
    """B51."""
    event = decoded("ConversationChanged", json.dumps({"settings": written, "title": "kept"}))
    assert event == e.ConversationChanged(title="kept", settings=read)


@pytest.mark.parametrize("fields", [{"settings": 5}, {"title": 5, "settings": {"approval": "auto"}}, {"pinned": "x"}])
def test_a_change_beyond_understanding_is_kept_as_it_is(fields: dict[str, Json]) -> None:
    assert decoded("ConversationChanged", json.dumps(fields)) == e.UnknownEvent("ConversationChanged", fields)


def recorded(conversation_id: str, seq: int, event: e.Event, at: float = 1.0) -> e.Recorded:
    return e.Recorded(seq, at, conversation_id, "t", e.SCHEMA, event)


def test_an_entry_is_one_json_object() -> None:
    assert as_json(recorded("c", 3, e.TextDelta("a"), 2.5)) == {
        "seq": 3, "at": 2.5, "turn_id": "t", "schema": 2, "type": "TextDelta", "event": {"text": "a"},
    }  # fmt: skip


IDS = [f"{number:032x}" for number in range(1, 4)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = SqliteStore(tmp_path / "home")
    for number, each in enumerate(IDS):
        store.append(recorded(each, 1, e.ConversationChanged(title=f"T{number}", pinned=number == 0), 1.0))
        store.append(recorded(each, 2, e.TurnStarted("a"), 10.0 + number))
        store.append(recorded(each, 3, e.TextDelta("x"), 99.0))
        store.append(recorded(each, 4, e.TurnStarted("b"), 20.0 + number))
    store.append(recorded(IDS[1], 5, e.ConversationChanged(title="New"), 40.0))
    store.append(recorded(IDS[2], 5, e.ConversationChanged(deleted=True), 50.0))
    store.put(b"blob", "bytes")
    store.close()
    (tmp_path / "home" / "config.toml").write_text("x")
    return tmp_path / "home"


def stored(home: Path) -> dict[str, bytes]:
    return {path.parent.name + path.name: path.read_bytes() for path in (home / "blobs").rglob("*") if path.is_file()}


def test_a_list_of_conversations_tells_title_turns_and_time(home: Path) -> None:
    store = SqliteStore(home)
    assert store.summaries() == [
        ConversationSummary(IDS[0], "T0", 20.0, 2, pinned=True),
        ConversationSummary(IDS[1], "New", 40.0, 2, pinned=False),
    ]
    assert store.holds(IDS[2]) and not store.holds("0" * 32)
    assert [entry.seq for entry in store.log(IDS[1])] == [1, 2, 3, 4, 5]
    store.close()
    store.close()


def test_a_data_folder_is_its_owners_alone(home: Path) -> None:
    for folder in (
        home,
        home / "blobs",
        home / "leases",
        *(path for path in (home / "blobs").iterdir() if path.is_dir()),
    ):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_sound_folder_is_said_to_be_and_copied_whole(home: Path, tmp_path: Path) -> None:
    """B33."""
    assert health(home) == Health(14, 0, 3, 0)
    assert salvage(home, tmp_path / "new" / "target") == Health(14, 0, 3, 0)
    old, new = SqliteStore(home), SqliteStore(tmp_path / "new" / "target")
    assert new.summaries() == old.summaries()
    assert all(list(new.log(each)) == list(old.log(each)) for each in IDS)
    blobs = [
        sorted(path.name for path in (folder / "blobs").rglob("*") if path.is_file())
        for folder in (home, tmp_path / "new" / "target")
    ]
    assert blobs[0] == blobs[1] != []
    assert (tmp_path / "new" / "target" / "config.toml").read_text() == "x"
    assert (tmp_path / "new" / "target").stat().st_mode & 0o777 == 0o700
    old.close()
    new.close()


def test_content_is_kept_under_its_digest_once(home: Path) -> None:
    store = SqliteStore(home)
    ref = store.put(b"again", "text")
    assert (ref.size, ref.encoding) == (5, "text") and store.get(ref) == b"again"
    store.flush().result(10)
    before = stored(home)
    assert before.keys() >= {ref.digest} and before[ref.digest] == b"again"
    store.put(b"again", "text")
    store.flush().result(10)
    assert stored(home) == before and store.get(ref) == b"again"
    with pytest.raises(KeyError):
        store.get(BlobRef("0" * 64, 1, "bytes"))
    store.close()


def test_what_has_its_default_is_left_out_however_it_was_made() -> None:
    sharing, model = "".join(["fu", "ll"]), "".join(["build", "in-analyst"])
    assert encoded(e.RequestSent("m", sharing=sharing)) == ("RequestSent", {"model": "m"})  # type: ignore[arg-type]
    settings = ConversationSettings(model.replace("build", "built"), masked=())
    assert encoded(e.ConversationChanged(settings=settings)) == ("ConversationChanged", {"settings": {}})
