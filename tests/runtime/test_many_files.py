"""Many attached files and little room: turns work, results are told as promised, joins are possible (B5, B18)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lci.agent.request_building import result_chars
from lci.models import openai_chat
from lci.models.tokens import Counter
from lci.testing.server import ScriptedServer, code, text
from tests.runtime.talks import Talks, numbers

COUNTER = Counter()
COUNTER.load()
# What is estimated until the tables are there is more, and fewer names would be told.
openai_chat._COUNTER.load()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Talks]:
    talks = Talks(tmp_path / "home")
    yield talks
    talks.engine.close()


def same_schema(folder: Path, count: int) -> list[Path]:
    paths = []
    for n in range(count):
        rows = [f"{1000 * n + k},2024-01-{k % 28 + 1:02d},S{k % 3},{k / 4}" for k in range(40 + n)]
        paths.append(folder / f"sales of shop {n:03d}.csv")
        paths[-1].write_text("\n".join(["order_id,day,product,price", *rows]), "utf-8")
    return paths


def one_database(folder: Path, count: int) -> list[Path]:
    paths = []
    for n in range(count):
        rows = [f"{k},{k},name {k},2024-01-01,{k / 7},open" for k in range(40)]
        header = f"table{n}_id,table{(n + 1) % count}_id,name,day,amount,state"
        paths.append(folder / f"table{n}.csv")
        paths[-1].write_text("\n".join([header, *rows]), "utf-8")
    return paths


def tokens(body: dict[str, Any]) -> int:
    """All tokens of a request, its tools among them."""
    texts = [json.dumps(message["content"], ensure_ascii=False) for message in body["messages"]]
    calls = [json.dumps(message.get("tool_calls") or "") for message in body["messages"]]
    return sum(map(COUNTER.count, [*texts, *calls, json.dumps(body.get("tools", []))]))


def notes_of(body: dict[str, Any]) -> str:
    """What is told of files in the first message, before the state of the moment."""
    first = next(message for message in body["messages"] if message["role"] == "user")
    return str(first["content"]).partition("[Files that code made: ")[0]


CASES = {
    "22 of one schema, 8,192": (same_schema, 22, 8_192),
    "104 of one schema, 32,768": (same_schema, 104, 32_768),
    "22 of one database, 8,192": (one_database, 22, 8_192),
    "104 of one database, 32,768": (one_database, 104, 32_768),
    "100 of one database, 8,192": (one_database, 100, 8_192),
}


#: Those tried for every change.
_EVERY_TIME = ("22 of one schema, 8,192", "104 of one database, 32,768")


@pytest.mark.parametrize(
    "case", [pytest.param(name, marks=() if name in _EVERY_TIME else pytest.mark.nightly) for name in CASES]
)
def test_a_turn_with_many_files_works_in_a_small_window(
    talks: Talks, server: ScriptedServer, tmp_path: Path, case: str
) -> None:
    """B5, B18: the window is kept, notes take a sixth of it at most, a long result is told whole."""
    make, count, window = CASES[case]
    (tmp_path / "data").mkdir()
    paths = make(tmp_path / "data", count)
    # As many characters as are promised of a result, of the kind that takes the most tokens.
    lines = result_chars(window) // len(numbers(1) + "\n")
    server.add(code(f"lines {lines}"), code("2"), text("Done."))
    facts = {"window_tokens": window, "max_output_tokens": window // 4, "window_estimated": False}
    talks.model(server, protocol_proven=True, **facts)
    with talks.opened() as live:
        for path in paths:
            live.files.attach(path)
        # A question does not wait for looks at all of a hundred files; this one is about what is told of them.
        assert live.wait(lambda now: all(file.preview is not None for file in now.files.values()), 100)
        turn = live.run("Join them", timeout=100).turn
    assert (turn.ending, turn.text) == ("done", "Done.")
    count_tokens = talks.models["m"].count_tokens
    for body in server.chats:
        assert tokens(body) + window // 4 <= window
        assert count_tokens(notes_of(body)) <= window // 6 + len("Join them")
    for body in server.chats[1:]:
        result = next(message for message in body["messages"] if message["role"] == "tool")
        assert numbers(lines).strip() in result["content"]
    assert_joins_are_possible(notes_of(server.chats[0]), case, count, window)


def assert_joins_are_possible(told: str, case: str, count: int, window: int) -> None:
    if "schema" in case:
        shared = len(str(count - 1)) - 1
        first, last = f"{0:03d}"[-shared - 1 :], f"{count - 1:03d}"[-shared - 1 :]
        assert f"{{{first}..{last}}}.csv" in told
        assert 'pd.read_csv("sales of shop 000.csv", parse_dates=["day"])' in told
        assert "order_id int64" in told and "product str: S0, S1, S2" in told
        assert "All distinct in each file: order_id." in told
        return
    named = [n for n in range(count) if f'"table{n}.csv"' in told]
    with_keys = [n for n in range(count) if f"table{n}_id, table{(n + 1) % count}_id" in told]
    assert len(named) == count
    assert len(with_keys) == count or (count, window) == (100, 8_192)


def test_of_files_every_request_names_those_that_code_made(
    talks: Talks, server: ScriptedServer, tmp_path: Path
) -> None:
    """B18, P19: of all others a note tells, once."""
    (tmp_path / "data").mkdir()
    server.add(code("1"), text("Done."))
    talks.model(server, protocol_proven=True)
    with talks.opened() as live:
        live.run("Look", one_database(tmp_path / "data", 60), timeout=100)
    assert not any("table7.csv" in str(message["content"]) for message in server.chats[-1]["messages"][2:])


def test_notes_stay_as_they_are_while_code_makes_files(talks: Talks, server: ScriptedServer, tmp_path: Path) -> None:
    """P19: servers can use their work on them again, though the count of tokens becomes another meanwhile."""
    (tmp_path / "data").mkdir()
    server.add(code("1"), code("2"), text("Done."), text("Again."))
    talks.model(server, protocol_proven=True, window_tokens=8_192, max_output_tokens=2_048)
    with talks.opened() as live:
        live.run("Look", one_database(tmp_path / "data", 30), timeout=100)
        live.run("And?")
    firsts = {notes_of(body).strip().removesuffix("Look").strip() for body in server.chats}
    assert len(firsts) == 1
