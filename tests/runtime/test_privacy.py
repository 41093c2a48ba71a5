"""What a person keeps back never leaves: planted values, a real kernel, real sockets, every request looked at (B51)."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from lci.core.conversation import ConversationSettings
from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.ports import CodeProtocol
from lci.core.turns import Sharing
from lci.runtime.config.settings import ModelSettings, Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.server import Gate, Reply, Request, ScriptedServer, code, raw_call, spoken, text

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


_ID = re.compile(r"\bcall_[0-9a-f]+\b")


def showing(found: object) -> list[str]:
    """The planted values that stand in `found`, in any form that JSON has for them."""
    # Ids of calls are random: four digits of a planted value would be among them now and then.
    seen = _ID.sub("", json.dumps(found, ensure_ascii=False)).replace("\\\\", "\\")
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
        live.files.attach_bytes("staff.csv", STAFF.encode())
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


#: The first for every change.
PROTOCOLS = ["tools", *(pytest.param(each, marks=pytest.mark.nightly) for each in ("schema", "fenced"))]


def test_the_planted_values_do_leave_when_nothing_is_kept_back(server: ScriptedServer, talk: Talk) -> None:
    """What the tests below look for can be found at all."""
    with talk() as live:
        played(live, server)
    assert set(showing(server.chats)) == set(PLANTED)
    assert pictures(server.chats)


@pytest.mark.parametrize("protocol", PROTOCOLS)
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


@pytest.mark.parametrize("protocol", PROTOCOLS)
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
        live.files.attach_bytes("photo.png", dot)
        server.add(text("I cannot see it."))
        asked(live, "What is on the photo?")
    assert pictures(server.chats) == 0


def test_the_lens_shows_what_was_in_force(server: ScriptedServer, talk: Talk) -> None:
    """B51"""
    with talk("full", MASKED) as live:
        server.add(text("Fine."))
        turn = asked(live)
    assert [(sent.sharing, sent.masked) for sent in turn.requests] == [("full", MASKED)]


# --- values that were known once --------------------------------------------------------------------------------------


OVERWRITE = 'df[df.city == "Nara"].drop(columns=["name"]).to_csv("staff.csv", index=False)'


def test_what_a_file_held_before_code_changed_it_stays_back(server: ScriptedServer, talk: Talk) -> None:
    """B51: it is in memory and in earlier outputs still; also after the conversation was opened again."""
    live = talk("full", ("name", "salary"))
    show = f"{LOAD}\nprint(df.iloc[:, 1].tolist())"
    server.add(code(show), code(OVERWRITE, call_id="c2"), code("df.iloc[:, 1]", call_id="c3"), text("Done."))
    asked(live)
    server.add(text("Still."))
    asked(live, "And now?")
    live.close()
    server.add(code("df.iloc[:, 1]", call_id="c4"), text("Again."))
    with Interpreter(engine=live.engine, conversation_id=live.id, create=False) as again:
        asked(again, "Once more?")
    shown = {value for value in showing(server.chats) if value not in ("機密", "Xanthorr", "7731")}
    assert shown == set()


def test_what_a_file_held_that_is_gone_stays_back(server: ScriptedServer, talk: Talk) -> None:
    """B51"""
    with talk("full", ("name",)) as live:
        live.files.attach_bytes("b.csv", b"city,name\nOsaka,Wexelblatt\n")
        server.add(code('import pandas as pd\nb = pd.read_csv("b.csv")\nprint(b.iloc[:, 1].tolist())'), text("One."))
        asked(live)
        live.files.remove("b.csv")
        server.add(code("print(b.iloc[:, 1].tolist())", call_id="c2"), text("Still one."))
        asked(live, "And now?")
    assert "Wexelblatt" not in json.dumps(server.chats)
    assert "Kyoto" in json.dumps(server.chats[-1])


def test_a_mask_that_comes_after_its_file_was_changed_hides_everything(server: ScriptedServer, talk: Talk) -> None:
    """B51: what the file held then may be in memory, and nobody read it."""
    with talk() as live:
        server.add(code(f"{LOAD}\n{OVERWRITE}"), text("Done."))
        asked(live)
        live.change_settings(replace(live.snapshot().settings, masked=("name",)))
        server.clear()
        server.add(code("df.iloc[:, 1]", call_id="c2"), text("Done."))
        asked(live, "Show it")
        assert live.hidden == "changed"
    assert showing(server.chats) == [] and "Kyoto" not in json.dumps(server.chats)


def test_a_second_mask_knows_nothing_of_a_file_that_was_changed_before_it(server: ScriptedServer, talk: Talk) -> None:
    """B51: a file that was read for one column was not read for another."""
    change = 'pd.DataFrame({"city": ["Kyoto"], "name": ["x"], "salary": [1]}).to_csv("staff.csv", index=False)'
    with talk("full", ("name",)) as live:
        server.add(code(f"{LOAD}\n{change}"), text("Done."))
        asked(live)
        live.change_settings(replace(live.snapshot().settings, masked=("name", "salary")))
        server.clear()
        server.add(code("print(df.iloc[:, 2].tolist())", call_id="c2"), text("Done."))
        asked(live, "Show it")
        assert live.hidden == "changed"
    assert showing(server.chats) == []


def test_a_table_that_nobody_could_look_into_hides_everything(server: ScriptedServer, talk: Talk) -> None:
    """B51: an archive may hold the column, too."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("other.csv", "city\nOsaka\n")
        archive.writestr("more.csv", "city,name\nOsaka,Wexelblatt\n")
    unpack = 'import zipfile, pandas as pd\nzipfile.ZipFile("more.zip").extractall()\nprint(pd.read_csv("more.csv"))'
    with talk("full", ("name",)) as live:
        live.files.attach_bytes("more.zip", packed.getvalue())
        server.add(code(unpack), text("Done."))
        asked(live)
        assert live.hidden == "archive"
    assert "Wexelblatt" not in json.dumps(server.chats)


REWRITTEN = {
    "cleaned headers": (
        "d = df.copy()\nd.columns = d.columns.str.strip().str.lower().str.replace(' ', '_')\nd['base_salary'].sum()"
    ),
    "a suffix": "m = df.merge(df, on='city', suffixes=('_x', '_y'))\nprint(m['Base Salary_x'].sum() / 2)",
    "a unit": "for c in df.columns[2:3]: print(f'{c}: {df[c].sum():.0f}EUR')",
    "a new column": "df.loc[:, 'net'] = df['Base Salary'] * 2\n",
    "of that column": "print(df['net'].sum() / 2)",
    "a function": "def add(d):\n    d['pay'] = d['Base Salary']\nadd(df)",
    "of what it did": "df['pay'].sum()",
    "a file": "df.drop(columns=['Base Salary']).to_csv('clean.csv', index=False)",
    "read again": "print(pd.read_csv('clean.csv')['pay'].sum())",
}


def test_sums_stay_back_however_the_column_is_called(server: ScriptedServer, talk: Talk) -> None:
    """B51"""
    file = b"city,Base Salary\nKyoto,80417\nNara,91733\nKyoto,74951\n"
    load = 'import pandas as pd\ndf = pd.read_csv("pay.csv")'
    for number, source in enumerate([load, *REWRITTEN.values()]):
        server.add(code(source, call_id=f"c{number}"))
    server.add(text("Above."))
    with talk("full", ("Base Salary",)) as live:
        live.files.attach_bytes("pay.csv", file)
        turn = asked(live)
    assert [(cell.source, cell.outputs) for cell in turn.cells if cell.status != "ok"] == []
    assert str(80417 + 91733 + 74951) not in json.dumps(server.chats)


def test_what_another_branch_put_into_memory_stays_back(server: ScriptedServer, talk: Talk) -> None:
    """B51, B22"""
    with talk("full", ("salary",)) as live:
        server.add(code(f"{LOAD}\ndf['net'] = df['salary']"), text("Done."))
        turn = asked(live)
        server.add(code("print(df.iloc[:, -1].sum())", call_id="c2"), text("Done."))
        live.regenerate(turn.id)
        assert live.wait(lambda now: len(now.turns) == 2 and now.running is None, 60)
    assert str(80417 + 91733 + 74951) not in json.dumps(server.chats)


def test_other_outputs_stay_readable_beside_a_masked_column(server: ScriptedServer, talk: Talk) -> None:
    """B51: what does not touch the column is told, also after a cell that did."""
    cells = [
        "import matplotlib.pyplot as plt\nimport pandas as pd",
        'df = pd.read_csv("staff.csv")\nplt.bar(df["city"], df["salary"]); plt.title("Salary"); plt.show()',
        'n = df.groupby("city").size()\nplt.bar(n.index, n); plt.show()\nprint("sizes", dict(n))',
        'print("columns", list(df.columns))',
    ]
    server.add(*(code(source, call_id=f"c{at}") for at, source in enumerate(cells)), text("Done."))
    with talk("full", ("salary",)) as live:
        asked(live)
    results = {m["tool_call_id"]: m["content"] for m in server.chats[-1]["messages"] if m["role"] == "tool"}
    withheld = [call for call, result in results.items() if "not shared with you" in result]
    assert len(withheld) <= 2
    assert any("columns ['city'" in result for result in results.values())


def test_a_picture_is_not_asked_about_once_values_are_kept_back(server: ScriptedServer, home: Path) -> None:
    """B51, B27: from the next request on means that one, too."""
    dot = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(dot, "PNG")
    question = raw_call(
        json.dumps({"image": "photo.png", "question": "What?"}), name="inquire_image", before_end=[Gate("asked")]
    )
    with ScriptedServer([text("Red.")]) as eyes:
        models = [
            ModelSettings(id="m", name="m", base_url=server.url, sees_images=False, vision_model="eyes"),
            ModelSettings(id="eyes", name="eyes", base_url=eyes.url, sees_images=True),
        ]
        engine = Engine(Settings(home=home, model="m", models=models))
        try:
            with Interpreter(engine=engine, settings=ConversationSettings(model="m")) as live:
                live.files.attach_bytes("photo.png", dot.getvalue())
                server.add(question, text("I could not look."))
                assert live.wait(lambda now: now.files["photo.png"].preview is not None, 60)
                live.submit("What is it?", ["photo.png"])
                assert server.wait_for(lambda s: len(s.chats) == 1)
                live.change_settings(replace(live.snapshot().settings, sharing="schema"))
                server.open("asked")
                assert live.wait(lambda now: bool(now.turns) and now.running is None, 60)
        finally:
            engine.close()
        assert eyes.chats == []
