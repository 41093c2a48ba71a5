"""Conversations handed on as a bundle (B55), taken in elsewhere, and copied."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from lci.core.conversation import Conversation, ConversationSettings
from lci.core.outputs import BlobRef, DisplayData, StreamOutput
from lci.errors import BundleRefused, FileUnreadable, LciError, StoreUnwritable
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.sent_requests import sent
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.runtime.handover.layout import LOG, MANIFEST
from lci.storage.store import SqliteStore
from lci.testing.scripted import Run, ScriptedKernel, ScriptedModel, calls, says
from tests.examples import share

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ACTIVE = "<script>alert(1)</script>"


def behaviour(source: str) -> Run:
    return [
        StreamOutput("stdout", f"{source}\n"),
        DisplayData({"image/png": PIXEL, "text/plain": "<Figure>"}),
        DisplayData({"text/html": ACTIVE}),
    ]


Registry = Callable[[str], OpenConversations]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """The conversations of a machine of that name."""
    engines: list[Engine] = []

    def make(name: str) -> OpenConversations:
        engine = Engine(
            Settings(home=tmp_path / name, model="m"),
            make_kernel=lambda workspace, settings, blobs: ScriptedKernel(behaviour),
            make_model=lambda _: ScriptedModel([calls("x = 1"), says("It is **1**."), calls("y = 2"), says("2.")]),
        )
        engines.append(engine)
        return OpenConversations(engine)

    yield make
    for engine in engines:
        engine.close()


def talked(conversations: OpenConversations) -> Interpreter:
    live = conversations.create(ConversationSettings(model="m", masked=("name",), network=True, environment="/x/py"))
    live.change_settings(replace(live.snapshot().settings, environment=""))
    live.files.attach_bytes("2019/sales.csv", b"a,b\n1,2\n")
    live.run("What is x? 表")
    live.run("And y?")
    live.edit(live.snapshot().turns[1].id, "And z?")
    assert live.wait(lambda now: len(now.turns) == 3 and now.running is None, 30)
    return live


def packed(conversations: OpenConversations, live: Interpreter) -> bytes:
    return b"".join(conversations.bundle(live.id))


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def relisted(parts: dict[str, bytes]) -> bytes:
    """The zip of these with checksums that are right, as one would forge it."""
    manifest = json.loads(parts[MANIFEST])
    manifest["members"] = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in parts.items()
        if name != MANIFEST
    }
    return zipped(parts | {MANIFEST: json.dumps(manifest).encode()})


def with_entries(parts: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> bytes:
    """The bundle whose log was changed, entry by entry."""
    entries = [json.loads(line) for line in parts[LOG].splitlines()]
    for entry in entries:
        change(entry)
    return relisted(parts | {LOG: "".join(json.dumps(entry) + "\n" for entry in entries).encode()})


def timeless(now: Conversation) -> tuple[object, ...]:
    files = {name: (file.size, file.origin, file.reading) for name, file in now.files.items()}
    return now.title, now.turns, now.head, now.arrangement, files


def test_a_bundle_becomes_the_same_conversation_elsewhere(registry: Registry) -> None:
    """B55: turns, branches, figures, files and the notebook; and it can be gone on with."""
    here, there = registry("here"), registry("there")
    live = talked(here)
    taken = there.get(there.take_in(io.BytesIO(packed(here, live)), "talk.zip"))
    assert taken.id != live.id
    assert taken.wait(lambda now: now.files["2019/sales.csv"].preview is not None, 30)
    assert timeless(taken.snapshot()) == timeless(live.snapshot())
    assert json.loads(taken.notebook.content()) == json.loads(live.notebook.content())
    assert (taken.workspace.work / "2019" / "sales.csv").read_bytes() == b"a,b\n1,2\n"
    assert taken.kernel.memory_is_gone
    bodies = [request.body for turn in taken.snapshot().turns for request in turn.requests]
    assert bodies
    for body, before in zip(bodies, [r.body for turn in live.snapshot().turns for r in turn.requests], strict=True):
        assert body is not None and before is not None
        assert sent(body, there.engine.store) == sent(before, here.engine.store)
    taken.run("go on")
    assert taken.snapshot().branch()[-1].ending == "done"


def test_a_bundle_holds_what_people_look_for_and_never_the_id(registry: Registry) -> None:
    here = registry("here")
    live = talked(here)
    live.files.attach_bytes("where.txt", b"data")
    live.run(f"print {live.id}")
    content = packed(here, live)
    parts = members(content)
    assert {MANIFEST, LOG, "notebook.ipynb", "environment.txt", "workspace/2019/sales.csv"} <= parts.keys()
    assert parts["figures/figure-1.png"].startswith(b"\x89PNG")
    assert b"pandas==" in parts["environment.txt"]
    assert not any(live.id.encode() in part for part in parts.values())
    listed = json.loads(parts[MANIFEST])["members"]
    assert listed.keys() == parts.keys() - {MANIFEST}
    assert all(hashlib.sha256(parts[name]).hexdigest() == member["sha256"] for name, member in listed.items())


def test_settings_of_another_machine_stay_there_but_for_what_is_kept_from_models(registry: Registry) -> None:
    here, there = registry("here"), registry("there")
    live = talked(here)
    live.change_settings(replace(live.snapshot().settings, sharing="schema", environment="/tmp/evil/python"))
    taken = there.get(there.take_in(io.BytesIO(packed(here, live)), "talk.zip"))
    assert taken.snapshot().settings == replace(there.engine.settings.conversation, sharing="schema", masked=("name",))


def test_a_copy_is_the_same_conversation_again_and_neither_changes_the_other(registry: Registry) -> None:
    here = registry("here")
    live = talked(here)
    copy = here.get(here.duplicate(live.id))
    assert timeless(copy.snapshot()) == timeless(live.snapshot())
    assert copy.snapshot().settings == live.snapshot().settings
    copy.files.remove("2019/sales.csv")
    copy.rename("Another")
    assert live.snapshot().title != "Another"
    assert (live.workspace.work / "2019" / "sales.csv").exists()
    assert not (copy.workspace.work / "2019" / "sales.csv").exists()


def test_a_file_that_leads_elsewhere_in_a_log_leads_nowhere_here(registry: Registry, tmp_path: Path) -> None:
    here, there = registry("here"), registry("there")
    secret = tmp_path / "secret.csv"
    secret.write_text("a\nsecret\n", "utf-8")

    def pointed(entry: dict[str, Any]) -> None:
        if entry["type"] in ("FileAdded", "FileChanged"):
            entry["event"]["file"] |= {"name": "in.csv", "source": str(secret)}

    forged = with_entries(members(packed(here, talked(here))), pointed)
    taken = there.get(there.take_in(io.BytesIO(forged), "talk.zip"))
    assert taken.snapshot().files.get("in.csv") is None
    assert taken.workspace.in_place == {}


def test_active_pages_in_a_log_are_moved_out_of_the_apps_own_page(registry: Registry) -> None:
    here, there = registry("here"), registry("there")

    def inlined(entry: dict[str, Any]) -> None:
        output = entry["event"].get("output", {})
        if "text/html" in output.get("data", {}):
            output["data"]["text/html"] = ACTIVE

    forged = with_entries(members(packed(here, talked(here))), inlined)
    taken = there.get(there.take_in(io.BytesIO(forged), "talk.zip"))
    shown = [
        output.data["text/html"]
        for turn in taken.snapshot().turns
        for cell in turn.cells
        for output in cell.outputs
        if isinstance(output, DisplayData) and "text/html" in output.data
    ]
    assert shown
    assert all(isinstance(value, BlobRef) for value in shown)


def _bad_id(entry: dict[str, Any]) -> None:
    entry["turn_id"] = entry["turn_id"] and "a b\"'><script>"


def _bad_digest(entry: dict[str, Any]) -> None:
    output = entry["event"].get("output", {})
    for value in output.get("data", {}).values():
        if isinstance(value, dict) and "$blob" in value:
            value["$blob"] = "../../../../etc/passwd"


def _endless_size(entry: dict[str, Any]) -> None:
    for value in entry["event"].get("output", {}).get("data", {}).values():
        if isinstance(value, dict) and "$blob" in value:
            value |= {"$blob": "0" * 64, "size": 10**400}


def _far_future(entry: dict[str, Any]) -> None:
    entry["at"] = 1e300


def _twice(entry: dict[str, Any]) -> None:
    """The cells of all turns are one."""
    for name in ("cell_id", "call_id"):
        if name in entry["event"]:
            entry["event"][name] = "call_same"


def _nameless() -> Callable[[dict[str, Any]], None]:
    """The cells of the first turn have no name."""
    turns: list[str] = []

    def forge(entry: dict[str, Any]) -> None:
        if entry["event"].get("cell_id"):
            turns.append(entry["turn_id"])
            if entry["turn_id"] == turns[0]:
                entry["event"]["cell_id"] = ""

    return forge


def _circle(entry: dict[str, Any]) -> None:
    if entry["type"] == "TurnStarted":
        entry["event"]["parent"] = entry["turn_id"]


def _endless_number(entry: dict[str, Any]) -> None:
    if entry["type"] == "RequestSent":
        entry["event"]["context_tokens"] = 10**400
    if entry["type"] == "Notice":
        entry["event"]["facts"] = {"count": [10**400]}


def _gap(entry: dict[str, Any]) -> None:
    entry["seq"] *= 2


Forge = Callable[[dict[str, bytes]], bytes]
FORGED: dict[str, tuple[Forge, str]] = {
    "a path that leads out": (lambda p: relisted(p | {"workspace/../../out.txt": b"x"}), "path"),
    "a path from the root": (lambda p: relisted(p | {"workspace//etc/out.txt": b"x"}), "path"),
    "a hidden folder": (lambda p: relisted(p | {"workspace/.git/hooks/x": b"x"}), "path"),
    "another top": (lambda p: relisted(p | {"app.py": b"x"}), "path"),
    "one that is not listed": (lambda p: zipped(p | {"workspace/more.csv": b"x"}), "member"),
    "one that is missing": (lambda p: zipped({n: c for n, c in p.items() if n != "notebook.ipynb"}), "member"),
    "a changed file": (lambda p: zipped(p | {"workspace/2019/sales.csv": b"a,b\n1,3\n"}), "checksum"),
    "a longer file": (lambda p: zipped(p | {"workspace/2019/sales.csv": b"0" * 10_000_000}), "checksum"),
    "a blob of another name": (lambda p: relisted(p | {f"blobs/{'0' * 64}": b"x"}), "checksum"),
    "an empty log": (lambda p: relisted(p | {LOG: b""}), "entry"),
    "a cut log": (lambda p: relisted(p | {LOG: p[LOG][:-5]}), "cut"),
    "no log": (lambda p: relisted({n: c for n, c in p.items() if n != LOG}), "member"),
    "a later form": (lambda p: zipped(p | {MANIFEST: b'{"format": 2}'}), "newer"),
    "a cut zip": (lambda p: zipped(p)[:-200], "cut"),
    "no manifest": (lambda p: zipped({n: c for n, c in p.items() if n != MANIFEST}), "no_bundle"),
    "a foreign manifest": (lambda p: zipped(p | {MANIFEST: b"[" * 200_000}), "no_bundle"),
    "no zip": (lambda p: b"PK but no zip at all", "no_bundle"),
    "an id that is markup": (lambda p: with_entries(p, _bad_id), "entry"),
    "a blob that is a path": (lambda p: with_entries(p, _bad_digest), "entry"),
    "a blob without end": (lambda p: with_entries(p, _endless_size), "entry"),
    "a time that is none": (lambda p: with_entries(p, _far_future), "entry"),
    "a cell in two turns": (lambda p: with_entries(p, _twice), "entry"),
    "a cell without an id": (lambda p: with_entries(p, _nameless()), "entry"),
    "turns in a circle": (lambda p: with_entries(p, _circle), "entry"),
    "a number without end": (lambda p: with_entries(p, _endless_number), "entry"),
    "a bomb": (lambda p: zipped({**p, MANIFEST: p[MANIFEST] + b" " * 30_000_000}, zipfile.ZIP_BZIP2), "member"),
    "a gap": (lambda p: with_entries(p, _gap), "entry"),
    "a row that is no entry": (lambda p: relisted(p | {LOG: b"[1, 2]\n"}), "entry"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_or_damaged_bundle_is_refused_and_leaves_nothing(what: str, registry: Registry) -> None:
    """B55: one sentence, and no folder, no file and no conversation of it."""
    here, there = registry("here"), registry("there")
    forge, cause = FORGED[what]
    content = forge(members(packed(here, talked(here))))
    with pytest.raises(BundleRefused) as refusal:
        there.take_in(io.BytesIO(content), "talk.zip")
    assert refusal.value.cause == cause
    assert_nothing_is_there(there)


def assert_nothing_is_there(conversations: OpenConversations) -> None:
    assert conversations.summaries() == []
    places = conversations.engine.settings.home / "workspaces"
    assert not places.exists() or list(places.iterdir()) == []


def test_a_title_without_end_is_cut(registry: Registry) -> None:
    here, there = registry("here"), registry("there")

    def titled(entry: dict[str, Any]) -> None:
        if entry["type"] == "ConversationChanged":
            entry["event"]["title"] = "x" * 100_000

    taken = there.take_in(io.BytesIO(with_entries(members(packed(here, talked(here))), titled)), "talk.zip")
    assert len(there.get(taken).snapshot().title) == 120


@pytest.mark.parametrize(
    "body", [b"5", b"nope", b'{"messages": 5}', b'{"messages": [{"digest": "xx/etc/hostname", "size": 1}]}']
)
def test_a_forged_request_is_one_that_is_gone(registry: Registry, body: bytes) -> None:
    """B51: no path is made of what it says."""
    store = registry("here").engine.store
    ref = store.put(body, "json")
    with pytest.raises(KeyError):
        sent(ref, store)


def test_files_whose_names_lead_astray_are_left_out_and_a_copy_has_them(registry: Registry) -> None:
    """Code can give a file any name; such a one is no reason to refuse our own bundle."""
    here, there = registry("here"), registry("there")
    live = talked(here)
    astray = "C:\\out.csv"
    (live.workspace.work / astray).write_text("x", "utf-8")
    live.run("go on")
    assert astray in live.snapshot().files
    content = packed(here, live)
    assert json.loads(members(content)[MANIFEST])["left_out"] == [astray]
    taken = there.get(there.take_in(io.BytesIO(content), "talk.zip"))
    assert sorted(taken.snapshot().files) == ["2019/sales.csv"]
    copy = here.get(here.duplicate(live.id)).snapshot()
    assert sorted(copy.files) == ["2019/sales.csv", "out.csv"]


def test_a_copy_says_nothing_of_what_it_was_made_of(registry: Registry) -> None:
    here = registry("here")
    live = talked(here)
    live.run(f"print {live.id}")
    copy = here.get(here.duplicate(live.id))
    assert not any(live.id.encode() in part for part in members(packed(here, copy)).values())
    here.forget(live.id)
    figures = [output for turn in copy.snapshot().turns for cell in turn.cells for output in cell.outputs]
    shown = [
        output.data["image/png"] for output in figures if isinstance(output, DisplayData) and "image/png" in output.data
    ]
    assert shown and all(here.engine.store.get(ref) for ref in shown if isinstance(ref, BlobRef))


def test_what_cannot_be_kept_whole_is_not_kept_at_all(registry: Registry) -> None:
    """A full database: nothing of it is there once there is room again."""
    here, there = registry("here"), registry("there")
    content = packed(here, talked(here))
    store = there.engine.store
    assert isinstance(store, SqliteStore)
    with sqlite3.connect(there.engine.settings.home / "lci.sqlite", isolation_level=None) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON log WHEN new.seq = 5 BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        with pytest.raises(StoreUnwritable):
            there.take_in(io.BytesIO(content), "talk.zip")
        other.execute("DROP TRIGGER full")
    assert_nothing_is_there(there)


@pytest.fixture
def whole(registry: Registry) -> tuple[bytes, OpenConversations]:
    here = registry("here")
    return packed(here, talked(here)), registry("there")


@settings(max_examples=share(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=3))
def test_a_bundle_damaged_anywhere_is_refused_or_the_same(
    whole: tuple[bytes, OpenConversations], cut: float, flips: list[tuple[float, int]]
) -> None:
    content, there = whole
    damaged = bytearray(content)
    for at, byte in flips:
        damaged[min(len(damaged) - 1, int(at * len(damaged)))] = byte
    kept = damaged[: len(damaged) if cut > 0.5 else int(2 * cut * len(damaged))]
    try:
        taken = there.take_in(io.BytesIO(b"PK" + bytes(kept[2:])), "talk.zip")
    except BundleRefused:
        return
    assert there.get(taken).snapshot().turns


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values = st.recursive(scalars, lambda x: st.lists(x, max_size=2) | st.dictionaries(st.text(max_size=4), x, max_size=2))


@settings(max_examples=share(90), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10_000), key=st.integers(0, 30), value=values)
def test_whatever_a_log_says_opens_as_a_notebook_or_is_refused(
    whole: tuple[bytes, OpenConversations], where: int, key: int, value: object
) -> None:
    """What somebody wrote into a log never leaves a conversation that cannot be opened."""
    content, there = whole
    parts = members(content)
    count = len(parts[LOG].splitlines())

    def changed(entry: dict[str, Any]) -> None:
        if entry["seq"] == where % count + 1:
            fields = entry["event"]
            names = [*fields, "title", "head", "parent", "cell_id", "turn_id", "at", "type", "schema"]
            name = names[key % len(names)]
            (entry if name in entry else fields)[name] = value

    try:
        forged = with_entries(parts, changed)
        taken = there.get(there.take_in(io.BytesIO(forged), "talk.zip"))
    except LciError:
        return
    json.loads(taken.notebook.content())
    there.summaries()


# --- notebooks --------------------------------------------------------------------------------------------------------


def notebook(*cells: dict[str, Any]) -> io.BytesIO:
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}
    return io.BytesIO(json.dumps(document).encode())


def code(source: str, *outputs: dict[str, Any], count: int | None = 1) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs), "execution_count": count}


def test_a_notebook_becomes_a_conversation_that_is_shown_replayed_and_gone_on_with(registry: Registry) -> None:
    """B43."""
    there = registry("there")
    title = {"cell_type": "markdown", "metadata": {}, "source": "# Penguins"}
    printed = {"output_type": "stream", "name": "stdout", "text": "344\n"}
    active = {"output_type": "display_data", "metadata": {}, "data": {"text/html": ACTIVE, "image/png": PIXEL}}
    brought = notebook(title, code("n = 344\nprint(n)", printed), code("show()", active, count=2))
    live = there.get(there.take_in(brought, "penguins.ipynb"))
    now = live.snapshot()
    assert now.title == "Penguins" and now.running is None
    cells = [cell for _, cell in now.cells()]
    assert [(cell.author, cell.status, cell.execution_count) for cell in cells] == [
        ("import", "ok", 1),
        ("import", "ok", 2),
    ]
    assert cells[0].outputs == (StreamOutput("stdout", "344\n"),)
    shown = cells[1].outputs[0]
    assert isinstance(shown, DisplayData) and all(isinstance(value, BlobRef) for value in shown.data.values())
    assert live.kernel.offers_replay
    live.cells.replay()
    assert live.wait(lambda _: live.kernel.running and not live.busy, 30)
    assert not live.kernel.memory_is_gone
    live.run("And now?")
    assert live.snapshot().branch()[-1].ending == "done"


def test_pictures_in_the_texts_of_a_notebook_are_files_beside_them(registry: Registry) -> None:
    there = registry("there")
    text = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "See ![it](attachment:a.png)",
        "attachments": {"a.png": {"image/png": PIXEL}},
    }
    live = there.get(there.take_in(notebook(text), "n.ipynb"))
    (name,) = live.snapshot().files
    assert (live.workspace.work / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"nbformat": 4, "cells": 5}', b"\x00" * 10])
def test_what_is_no_notebook_is_refused_and_leaves_nothing(registry: Registry, content: bytes) -> None:
    there = registry("there")
    with pytest.raises(FileUnreadable):
        there.take_in(io.BytesIO(content), "n.ipynb")
    assert_nothing_is_there(there)


def test_an_exported_notebook_taken_in_is_exported_the_same(registry: Registry) -> None:
    """B43, B9: cells, sources and outputs."""
    here, there = registry("here"), registry("there")
    live = talked(here)
    content = live.notebook.content()
    taken = there.get(there.take_in(io.BytesIO(content), "out.ipynb"))
    before, after = (json.loads(each)["cells"] for each in (content, taken.notebook.content()))
    seen = ("cell_type", "source", "outputs", "execution_count")
    assert [[cell.get(name) for name in seen] for cell in after] == [
        [cell.get(name) for name in seen] for cell in before
    ]
    assert [turn.prompt for turn in taken.snapshot().branch()] == [turn.prompt for turn in live.snapshot().branch()]
