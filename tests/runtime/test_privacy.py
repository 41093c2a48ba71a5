"""What a person keeps back never leaves: planted values, a real kernel, real sockets, every request looked at (B51)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from lci.core.conversation import ConversationSettings
from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.protocols import CodeProtocol
from lci.core.turns import Sharing
from lci.runtime.engine import Engine
from lci.runtime.interpreter import Interpreter
from lci.runtime.settings import ModelSettings, Settings
from lci.testing.server import Reply, Request, ScriptedServer, code, spoken, text

pytestmark = pytest.mark.kernel

MASKED = ("name", "salary", "note")
STAFF = """city,name,salary,note
Kyoto,Zebrawald,80417,機密の値
Nara,Quorndale,91733,see Xanthorr file
Kyoto,Vexmoor,74951,"ß-Straße 7731"
"""
PLANTED = ("Zebrawald", "Quorndale", "Vexmoor", "80417", "91733", "74951", "機密", "Xanthorr", "7731", "80,417")
#: Values of the column that is not masked.
SHARED = ("Kyoto", "Nara")

LOAD = 'import pandas as pd\ndf = pd.read_csv("staff.csv")'

#: What models do, and what would show a value if nothing were kept back.
WAYS = {
    "print a table": "print(df)",
    "show a table": "df.head()",
    "show a column by its place": "df.iloc[:, 1]",
    "show a row": "df.iloc[0].to_dict()",
    "write JSON": "print(df.to_json())",
    "write JSON with escapes": "import json; print(json.dumps(df.to_dict('records')))",
    "show an array": "df.to_numpy()",
    "show bytes": "print([str(v).encode() for v in df.to_numpy().ravel()])",
    "look at types": "df.info(); print(df.dtypes, df.nunique())",
    "format a number": "print(f'{df.iloc[0, 2]:,}')",
    "sum up": "df.describe(include='all')",
    "count values": "for column in df: print(df[column].value_counts())",
    "take the largest": "biggest = df.max(); biggest",
    "name a column": "df['salary'].mean()",
    "keep a value": "top = df['name'][0]\nfound = {'who': top}\ntop",
    "what came of a value": "print(top, found, top.upper(), top[:6])",
    "name columns after values": "wide = df.pivot_table(index='city', columns='name', values='salary')\nwide",
    "miss a column after that": "wide['Nobody']",
    "miss a column": "df['nope']",
    "fail with a value": "raise ValueError(f'bad row {df.iloc[0, 1]}')",
    "fail in a library": "df.iloc[:, 1].astype(int)",
    "fail with a key": "{}[df.iloc[1, 1]]",
    "name an error after a value": "raise type(str(df.iloc[0, 1]), (Exception,), {})('x')",
    "name a variable after a value": "globals()[df.iloc[0, 1]] = df.iloc[0, 2]",
    "name a file after a value": "open(df.iloc[2, 1] + '.csv', 'w').write('a,b\\n' + df.iloc[0, 1] + ',2\\n')",
    "miss a file": "open('missing.csv')",
    "warn of a value": "import warnings; warnings.warn(str(df.iloc[0, 1]))",
    "write to stderr": "import sys; print(df.to_string(), file=sys.stderr)",
    "draw a figure": (
        "import matplotlib.pyplot as plt\nplt.bar(df.iloc[:, 1], df.iloc[:, 2]); plt.title(df.iloc[0, 1]); plt.show()"
    ),
    "draw a chart for the browser": "import plotly.express as px\npx.bar(df, x='name', y='salary')",
    "show HTML and Markdown": (
        "from IPython.display import display, HTML, Markdown\n"
        "display(HTML(df.to_html())); display(Markdown(df.iloc[0, 1]))"
    ),
    "show one display and change it": (
        "handle = display('waiting', display_id=True); handle.update({'text/plain': df.iloc[0, 1]}, raw=True)"
    ),
    "print a great deal": "print(df.to_string() * 3_000)",
    "show a great deal": "df.to_string() * 3_000",
    "show progress": "print('\\r' + str(df.iloc[0, 1]) + '\\r' + str(df.iloc[0, 2]), end='')",
    "keep a table under another name": "other = df.copy(); other.columns = list('abcd')\nprint(other)",
    "save and read again": "df.to_parquet('copy.parquet'); print(pd.read_parquet('copy.parquet'))",
}


def wired(source: str, protocol: CodeProtocol, number: int) -> Reply:
    match protocol:
        case "tools":
            return code(source, call_id=f"c{number}")
        case "schema":
            return spoken(json.dumps({"say": "", "code": source}))
        case "fenced":
            return spoken(f"```python\n{source}\n```\n")


def answer(said: str, protocol: CodeProtocol) -> Reply:
    return spoken(json.dumps({"say": said, "code": ""})) if protocol == "schema" else text(said)


def showing(found: object) -> list[str]:
    """The planted values that stand in `found`, in any form that JSON has for them."""
    seen = json.dumps(found, ensure_ascii=False).replace("\\\\", "\\")
    forms = {value: (value, json.dumps(value).strip('"'), repr(value.encode())[2:-1]) for value in PLANTED}
    return [value for value, written in forms.items() if any(form.casefold() in seen.casefold() for form in written)]


def pictures(bodies: object) -> int:
    return json.dumps(bodies).count('"image_url"')


Talk = Callable[..., Interpreter]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as made:
        yield made


@pytest.fixture
def talk(home: Path, server: ScriptedServer) -> Iterator[Talk]:
    """A conversation about the staff, its model able to see pictures."""
    engines: list[Engine] = []

    def begin(
        sharing: Sharing = "full", masked: tuple[str, ...] = (), protocol: CodeProtocol = "tools", window: int = 200_000
    ) -> Interpreter:
        model = ModelSettings(
            id="m", name="m", base_url=server.url, api_key=SecretStr("none"), sees_images=True, protocol=protocol,
            window_tokens=window,
        )  # fmt: skip
        engines.append(Engine(Settings(home=home, model="m", models=[model], cells_per_turn=99, failures_in_a_row=99)))
        chosen = ConversationSettings(model="m", sharing=sharing, masked=masked)
        live = Interpreter(engine=engines[-1], settings=chosen)
        live.attach_bytes("staff.csv", STAFF.encode())
        return live

    yield begin
    for engine in engines:
        engine.close()


def asked(live: Interpreter, prompt: str = "Who earns most?") -> Any:
    attached = [] if live.snapshot().turns else list(live.snapshot().files)
    assert live.wait(lambda now: all(now.files[name].preview is not None for name in attached), 60)
    live.submit(prompt, attached)
    assert live.wait(lambda now: bool(now.turns) and now.running is None, 180)
    return live.snapshot().turns[-1]


def played(live: Interpreter, server: ScriptedServer, protocol: CodeProtocol = "tools") -> Any:
    """A turn that shows the staff in every way."""
    for number, source in enumerate([LOAD, *WAYS.values()]):
        server.add(wired(source, protocol, number))
    server.add(answer("It stands above.", protocol))
    turn = asked(live)
    assert turn.ending == "done", turn.problem
    assert len(turn.cells) == len(WAYS) + 1
    return turn


def test_the_planted_values_do_leave_when_nothing_is_kept_back(server: ScriptedServer, talk: Talk) -> None:
    """What the tests below look for can be found at all."""
    with talk() as live:
        played(live, server)
    assert set(showing(server.chats)) == set(PLANTED)
    assert pictures(server.chats)


@pytest.mark.parametrize("protocol", ["tools", "schema", "fenced"])
def test_with_schema_only_no_value_leaves(server: ScriptedServer, talk: Talk, protocol: CodeProtocol) -> None:
    """B51"""
    with talk("schema", protocol=protocol) as live:
        turn = played(live, server, protocol)
        server.add(answer("Still above.", protocol))
        asked(live, "And again?")
    sent = server.chats
    assert showing(sent) == []
    assert not any(value in json.dumps(sent) for value in SHARED)
    assert pictures(sent) == 0
    # Names, types and shapes are there, and the errors' kinds.
    told = json.dumps(sent[-1], ensure_ascii=False)
    assert all(name in told for name in ("city", "salary", "3 rows", "DataFrame 3×4", "KeyError", "ValueError"))
    assert_seen_by_the_person(turn)


@pytest.mark.parametrize("protocol", ["tools", "schema", "fenced"])
def test_the_values_of_a_masked_column_do_not_leave_and_others_do(
    server: ScriptedServer, talk: Talk, protocol: CodeProtocol
) -> None:
    """B51"""
    with talk("full", MASKED, protocol) as live:
        turn = played(live, server, protocol)
        server.add(answer("Still above.", protocol))
        asked(live, "And again?")
    sent = server.chats
    assert showing(sent) == []
    assert all(value in json.dumps(sent[-1]) for value in SHARED)
    assert pictures(sent) == 0
    assert_seen_by_the_person(turn)


def assert_seen_by_the_person(turn: Any) -> None:
    """The cells did show the values: on the screen, which is kept from nobody."""
    shown = [output for cell in turn.cells for output in cell.outputs]
    streams = "".join(output.text for output in shown if isinstance(output, StreamOutput))
    errors = "".join(output.evalue for output in shown if isinstance(output, ErrorOutput))
    bundles = [output.data for output in shown if isinstance(output, DisplayData | ExecuteResult)]
    assert "Zebrawald" in streams and "Zebrawald" in errors
    assert any("image/png" in data for data in bundles) and any("Zebrawald" in str(data) for data in bundles)


@pytest.mark.parametrize("name", WAYS)
def test_each_way_would_show_a_value_or_could(name: str) -> None:
    """A way that names no value and no column would prove nothing."""
    assert any(part in WAYS[name] for part in ("df", "top", "wide", "missing"))


def test_sums_and_means_of_a_masked_column_stay_here_where_it_is_named(server: ScriptedServer, talk: Talk) -> None:
    """B51"""
    ways = [
        LOAD,
        "print(df.mean(numeric_only=True))",
        "df.sum(numeric_only=True)",
        "df.describe()",
        "df['salary'].sum()",
    ]
    for number, source in enumerate(ways):
        server.add(code(source, call_id=f"c{number}"))
    server.add(text("Above."))
    with talk("full", ("salary",)) as live:
        asked(live)
    told = json.dumps(server.chats)
    for number in (80417 + 91733 + 74951, (80417 + 91733 + 74951) / 3):
        assert str(int(number)) not in told


def test_what_was_told_before_is_taken_back(server: ScriptedServer, talk: Talk) -> None:
    """B51: a conversation that turns private sends nothing of what it had shown, also not its own answers."""
    with talk() as live:
        server.add(code(f"{LOAD}\nprint(df)"), text("Zebrawald earns 80417."))
        asked(live)
        assert showing(server.chats)
        server.clear()
        live.change_settings(replace(live.snapshot().settings, sharing="schema"))
        server.add(code("df.shape"), text("Three rows."))
        asked(live, "How many rows?")
        assert showing(server.chats) == []
        server.clear()
        live.change_settings(replace(live.snapshot().settings, sharing="full", masked=MASKED))
        server.add(code("df.iloc[:, 0]"), text("Two cities."))
        asked(live, "How many cities?")
        assert showing(server.chats) == []
        assert "Kyoto" in json.dumps(server.chats)
        server.clear()
        live.change_settings(replace(live.snapshot().settings, masked=()))
        server.add(text("Zebrawald, as I said."))
        asked(live, "Who was it?")
        assert "Zebrawald" in json.dumps(server.chats)


def test_the_built_in_analysts_answers_are_kept_from_the_model_that_follows(server: ScriptedServer, talk: Talk) -> None:
    """B51, B30"""
    with talk("schema") as live:
        live.change_settings(replace(live.snapshot().settings, model="builtin-analyst"))
        asked(live, "Show the first rows")
        live.change_settings(replace(live.snapshot().settings, model="m"))
        server.add(text("I see three rows."))
        asked(live, "And now?")
    assert live.snapshot().turns[0].cells[0].outputs
    assert showing(server.chats) == []


def test_a_summary_made_of_values_is_not_sent_once_they_are_kept_back(server: ScriptedServer, talk: Talk) -> None:
    """B51, B18"""
    table = f"{LOAD}\nprint(df.to_string() * 20)"
    replies = [code(f"{table} # {number}", call_id=f"c{number}") for number in range(14)] + [text("Done.")]

    def reply(request: Request) -> Reply:
        return replies.pop(0) if "tools" in request.body else text("Findings: Zebrawald earns 80417.")

    with talk(window=16_000) as live:
        for _ in range(18):
            server.then(reply)
        asked(live)
        assert any(turn.summary for turn in live.snapshot().turns)
        assert any("Zebrawald earns" in json.dumps(body) for body in server.chats)
        server.clear()
        live.change_settings(replace(live.snapshot().settings, sharing="schema"))
        replies += [text("Fine.")]
        for _ in range(3):
            server.then(reply)
        asked(live, "Go on")
    assert showing(server.chats) == []


def test_a_masked_column_whose_values_cannot_be_read_hides_everything(server: ScriptedServer, talk: Talk) -> None:
    """B51: rather nothing than what may be a masked value."""
    with talk("full", ("secret",)) as live:
        server.add(code(f"{LOAD}\nprint(df)"), text("Above."))
        asked(live)
    assert showing(server.chats) == []
    assert "Kyoto" not in json.dumps(server.chats)


def test_a_picture_of_the_persons_stays_here(server: ScriptedServer, talk: Talk, tmp_path: Path) -> None:
    """B51"""
    dot = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    )
    with talk("schema") as live:
        live.attach_bytes("photo.png", dot)
        server.add(text("I cannot see it."))
        asked(live, "What is on the photo?")
    assert pictures(server.chats) == 0


def test_the_lens_shows_what_was_in_force(server: ScriptedServer, talk: Talk) -> None:
    """B51"""
    with talk("full", MASKED) as live:
        server.add(text("Fine."))
        turn = asked(live)
    assert [(sent.sharing, sent.masked) for sent in turn.requests] == [("full", MASKED)]
