from __future__ import annotations

import base64
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given

from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.core.files import WorkspaceFile
from lci.core.folding import folded
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.turns import OFFERED
from lci.errors import Problem
from lci.notebook.export import notebook
from lci.notebook.facts import digest
from lci.notebook.words import Words
from lci.testing.scripted import MemoryBlobs
from tests.core.strategies import logs
from tests.notebook.conversations import SECRET, conversation, ran

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
RED = "\x1b[31mZeroDivisionError\x1b[0m"
FAILURE = ErrorOutput("ZeroDivisionError", "division by zero", (RED, "line 1"))


def made(
    *happened: e.Event | list[e.Event], blobs: MemoryBlobs | None = None, prompt: str = "Go", clean: bool = False
) -> Any:
    return valid(notebook(conversation(*happened, prompt=prompt), blobs or MemoryBlobs(), clean=clean))


def valid(document: Any) -> Any:
    nbformat.validate(document)
    assert nbformat.reads(nbformat.writes(document), as_version=4) == document
    return document


def code(document: Any) -> list[Any]:
    return [cell for cell in document.cells if cell.cell_type == "code"]


def roles(document: Any) -> list[str]:
    return [cell.metadata.lci.role for cell in document.cells]


def outputs(*shown: Any, blobs: MemoryBlobs | None = None) -> list[Any]:
    return code(made(ran("call_1", "x", *shown), blobs=blobs))[0].outputs


@given(logs())
def test_any_conversation_is_a_valid_notebook(log: list[e.Recorded]) -> None:
    """B9, B31: also with blobs gone, odd outputs and half a turn; the id is not in it."""
    told = folded("c" * 32, log)
    for clean in (False, True):
        document = valid(notebook(told, MemoryBlobs(), clean=clean))
        assert "c" * 32 not in nbformat.writes(document)
        ids = [cell.id for cell in document.cells]
        assert len(set(ids)) == len(ids)


def test_a_turn_is_prompt_prose_and_cells_in_order() -> None:
    """B9"""
    document = made(
        e.ReasoningDelta("hm"),
        e.TextDelta("I load it."),
        ran("call_1", "1 + 1", ExecuteResult({"text/plain": "2"}), count=7),
        e.ToolStarted("call_t", "look", "{}"),
        e.RequestSent("m"),
        e.TextDelta("It is **2**. [Get it](sandbox:/mnt/data/out.csv)"),
        e.TurnEnded("done"),
        prompt="What is 1 + 1?",
    )
    assert roles(document) == ["title", "prompt", "prose", "cell", "prose"]
    assert document.cells[1].source == "## What is 1 + 1?"
    assert document.cells[-1].source == "It is **2**. [Get it](out.csv)"
    (cell,) = code(document)
    assert (cell.id, cell.execution_count, cell.source) == ("call_1", 7, "1 + 1")
    assert cell.outputs == [
        {"output_type": "execute_result", "execution_count": 7, "data": {"text/plain": "2"}, "metadata": {}}
    ]
    facts = {"role": "cell", "call_id": "call_1", "duration": 0.25, "status": "ok", "author": "model"}
    assert cell.metadata == {"lci": facts | {"written": digest(cell.source)}}
    assert document.metadata.kernelspec.name == "python3"
    assert document.metadata.language_info.name == "python"


def test_ids_stay_when_the_conversation_goes_on() -> None:
    """B9: a live notebook does not jump in an editor that watches it."""
    happened = [e.TextDelta("a"), *ran("call_1", "1")]
    before = [cell.id for cell in made(happened).cells]
    after = [cell.id for cell in made(happened, e.TextDelta("b"), ran("call_2", "2")).cells]
    assert after[: len(before)] == before


def test_only_the_branch_in_view_is_exported() -> None:
    """B9: only this conversation, and of its branches only one."""
    log = [
        e.Recorded(1, 1.0, SECRET, "t1", 1, e.TurnStarted("first")),
        e.Recorded(2, 2.0, SECRET, "t2", 1, e.TurnStarted("left", parent="t1")),
        e.Recorded(3, 3.0, SECRET, "t3", 1, e.TurnStarted("taken", parent="t1")),
    ]
    document = valid(notebook(folded(SECRET, log), MemoryBlobs()))
    assert [cell.source for cell in document.cells[1:]] == ["## first", "## taken"]


def test_a_long_prompt_is_a_heading_and_a_quotation_and_lists_what_was_attached() -> None:
    log = [
        e.Recorded(1, 1.0, SECRET, "t1", 1, e.TurnStarted("Sum *all* $\n# of it", ("a.csv", "b`c.csv"))),
        e.Recorded(2, 2.0, SECRET, None, 1, e.FileAdded(WorkspaceFile("a.csv", 12, 0.0, "upload"))),
        e.Recorded(3, 3.0, SECRET, "t1", 1, e.FileAdded(WorkspaceFile("made.csv", 9, 0.0, "code"))),
        e.Recorded(4, 4.0, SECRET, None, 1, e.ConversationChanged(title="Sums")),
    ]
    document = valid(notebook(folded(SECRET, log), MemoryBlobs()))
    assert [cell.source for cell in document.cells] == [
        "# Sums",
        "## Sum \\*all\\* \\$\n\n> Sum *all* $  \n> # of it\n\n*Attached:* `a.csv`, `` b`c.csv ``",
    ]
    assert document.metadata.lci.files == [{"name": "a.csv", "size": 12}]
    assert document.metadata.lci.title == "Sums"


def test_a_failed_cell_stays_runnable_and_says_that_it_raises() -> None:
    """B9: tracebacks with their colours; nbclient and papermill run past them."""
    document = made(ran("call_1", "1/0", FAILURE, status="error"), ran("call_2", "1", count=2), e.TurnEnded("done"))
    failed, mended = code(document)
    assert failed.metadata.tags == ["raises-exception"]
    assert failed.outputs[0].traceback == [RED, "line 1"]
    assert "tags" not in mended.metadata


@pytest.mark.parametrize("status", ["interrupted", "timeout", "died"])
def test_a_stopped_cell_is_kept_but_does_not_run(status: Any) -> None:
    """B9: it would hang or kill the replay."""
    blobs = MemoryBlobs()
    picture = DisplayData({"image/png": blobs.put(PNG, "bytes"), "text/plain": "<Figure>"})
    document = made(
        ran("call_1", "while True: '```'", StreamOutput("stdout", "1\r2\n"), picture, status=status), blobs=blobs
    )
    assert code(document) == []
    cell = document.cells[-1]
    assert cell.source.startswith("````python\nwhile True: '```'\n````\n\n*")
    assert "```text\n2\n<Figure>\n```" in cell.source
    assert "![figure-1.png](attachment:figure-1.png)" in cell.source
    assert base64.b64decode(cell.attachments["figure-1.png"]["image/png"]) == PNG
    assert cell.metadata.lci.status == status


def test_a_declined_cell_is_a_note_and_one_that_never_came_to_run_is_left_out() -> None:
    document = made(
        e.ApprovalAsked("call_1", "rm()", ("deletes",)),
        e.ApprovalGiven("call_1", approved=False),
        e.CodeDelta("call_2", "half a"),
        e.TurnEnded("stopped"),
    )
    assert [cell.cell_type for cell in document.cells] == ["markdown"] * 4
    assert "```python\nrm()\n```" in document.cells[2].source
    assert document.cells[3].source == "*The turn was stopped here.*"


def test_how_a_turn_ended_is_said_in_the_callers_words_without_facts() -> None:
    """B31: facts of a provider's error stay out."""
    told = conversation(e.TurnEnded("failed", Problem("key_rejected", {"provider": "sk-secret-key"})))
    document = valid(notebook(told, MemoryBlobs(), words=Words(endings={"failed": "Abgebrochen."})))
    assert document.cells[-1].source == "*Abgebrochen.*"
    assert "sk-secret-key" not in nbformat.writes(document)


def test_the_secret_id_occurs_nowhere() -> None:
    """B31: not even where a cell without a sandbox printed its folder, nor in what it asks for."""
    folder = f"/home/me/.local/share/lci/workspaces/{SECRET}/work"
    document = made(
        e.FileAdded(WorkspaceFile("a.csv", 12, 0.0, "upload")),
        e.TextDelta(f"See [it]({folder}/out.csv) in `{SECRET}`."),
        ran("call_1", f"open('{folder}/a.csv')", StreamOutput("stdout", f"{folder}/a.csv\n{SECRET}\n")),
        ran("call_2", "1", DisplayData({"application/json": {SECRET: [folder]}})),
        prompt=SECRET,
    )
    assert SECRET not in nbformat.writes(document)
    assert document.cells[2].source == "See [it](out.csv) in `conversation`."
    assert code(document)[0].source == "open('a.csv')"
    assert code(document)[0].outputs[0].text == "/mnt/data/a.csv\nconversation\n"


def failed(source: str) -> list[e.Event]:
    return ran("call_1", source, FAILURE, status="error")


def test_settings_are_spelled_out_where_cells_need_them_and_in_the_words_given() -> None:
    """B9"""
    figure = DisplayData({"image/png": "", "text/plain": "<Figure size 640x480 with 1 Axes>"})
    agg = "import matplotlib\nmatplotlib.use('Agg')"
    told = conversation(ran("call_1", agg, figure), ran("call_2", "quit()"))
    spoken = Words(settings={"backend": "Bilder\nhier", "exit": "weiter"}, settings_note="Vorab")
    document = valid(notebook(told, MemoryBlobs(), words=spoken))
    (settings, *_) = code(document)
    assert [cell.id for cell in document.cells[:2]] == ["title", "settings"]
    assert settings.metadata.lci.settings == ["exit", "backend"]
    assert [line.strip() for line in settings.source.splitlines() if "#" in line] == [
        "# Vorab",
        "# weiter",
        "# Bilder hier",
    ]


FIGURE = DisplayData({"image/png": "", "text/plain": "<Figure size 640x480 with 1 Axes>"})


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("plt.title('東京')", (FIGURE,)),
        ("sales.plot()", (StreamOutput("stdout", "수량 3\n"), FIGURE)),
        ("sales.plot().figure", (ExecuteResult({"text/plain": "<Figure size 1x1>", "text/html": "<b>金額</b>"}),)),
        ("sales.plot(); plt.savefig('売上.png')", ()),
    ],
)
def test_figures_beside_chinese_japanese_or_korean_get_a_font_for_it(source: str, shown: tuple[Any, ...]) -> None:
    """B9, B28"""
    (settings, _) = code(made(ran("call_1", source, *shown)))
    assert "fonts" in settings.metadata.lci.settings
    assert "get_ipython" not in settings.source or "once" in settings.metadata.lci.settings


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("print('東京')", (StreamOutput("stdout", "東京\n"),)),
        ("plt.title('Zürich – 3 €')", (FIGURE, StreamOutput("stdout", "naïve\n"))),
        ("import matplotlib\nmatplotlib.use('Agg')", ()),
        ("plt.style.use('ggplot')", (DisplayData({"image/png": "", "text/plain": "<Figure size 1x1>"}),)),
        ("# matplotlib.use('Agg'), exit()\nx = 'sys.exit()'", (DisplayData({"text/plain": "<Figure size 1x1>"}),)),
        ("fig.show()", (DisplayData({"application/vnd.plotly.v1+json": {}}),)),
        ("chart", (ExecuteResult({"application/vnd.vegalite.v6+json": {"datasets": {"d": [{}] * 5000}}}),)),
    ],
)
def test_cells_that_need_no_settings_get_none(source: str, shown: tuple[Any, ...]) -> None:
    """B9"""
    assert [cell.id for cell in code(made(ran("call_1", source, *shown)))] == ["call_1"]


class TestOutputs:
    def test_a_figure_is_embedded_once(self) -> None:
        """B8, B9"""
        blobs = MemoryBlobs()
        (output,) = outputs(DisplayData({"image/png": blobs.put(PNG, "bytes")}, {"lci": {"title": "t"}}), blobs=blobs)
        assert base64.b64decode(output.data["image/png"]) == PNG
        assert output.metadata == {"lci": {"title": "t"}}

    def test_a_figure_shown_from_its_file_is_shown_by_a_cell_of_its_own(self) -> None:
        """B8, B9: another kernel shows no figure that code only saved."""
        blobs = MemoryBlobs()
        shown = DisplayData({"image/png": blobs.put(PNG, "bytes")}, {"lci": {"file": "chart.png"}})
        cell, saved = code(made(ran("call_1", "x", StreamOutput("stdout", "a\n"), shown), blobs=blobs))
        assert (cell.source, [output.output_type for output in cell.outputs]) == ("x", ["stream"])
        assert saved.source.endswith('display(_shown.Image("chart.png"))'.replace('"', "'"))
        assert base64.b64decode(saved.outputs[0].data["image/png"]) == PNG

    def test_stored_text_and_json_come_back(self) -> None:
        blobs = MemoryBlobs()
        chart = {"data": [1, None]}
        (output,) = outputs(
            DisplayData(
                {
                    "application/vnd.plotly.v1+json": blobs.put(json.dumps(chart).encode(), "json"),
                    "text/html": blobs.put("<b>é</b>".encode(), "text"),
                    "image/svg+xml": blobs.put(b"<svg/>", "bytes"),
                }
            ),
            blobs=blobs,
        )
        assert output.data == {
            "application/vnd.plotly.v1+json": chart,
            "text/html": "<b>é</b>",
            "image/svg+xml": "<svg/>",
        }

    def test_values_the_schema_refuses_become_text_or_json_by_its_name(self) -> None:
        """Altair's mimetype renderer sends a dict under a type without +json; nbformat's own functions raise there."""
        chart = {"mark": "bar"}
        (output,) = outputs(
            DisplayData({"application/vnd.vegalite.v6.json": chart, "text/x-odd": chart, "text/plain": ["a\n", "b"]})
        )
        assert output.data == {
            "application/vnd.vegalite.v6+json": chart, "text/x-odd": '{"mark": "bar"}', "text/plain": "a\nb"
        }  # fmt: skip

    def test_a_missing_blob_is_said(self) -> None:
        gone = BlobRef("ab" * 32, 5, "bytes")
        (output,) = outputs(DisplayData({"image/png": gone, "text/plain": "<Figure>"}))
        assert output.data == {"text/plain": "<Figure>\n[image/png is no longer stored]"}

    def test_progress_bars_settle_and_gaps_are_counted(self) -> None:
        shown = outputs(StreamOutput("stderr", "10%\r99%\r100%\n"), StreamOutput("stdout", "end\n", omitted=1_234_567))
        assert [output.text for output in shown] == ["100%\n", "[… 1,234,567 characters left out …]\nend\n"]

    def test_what_json_readers_refuse_is_removed(self) -> None:
        stream, chart = outputs(
            StreamOutput("stdout", "a\0b\ud800c"), DisplayData({"application/json": {"x": [float("nan"), 1.5]}})
        )
        assert stream.text == "ab\ufffdc"
        assert chart.data == {"application/json": {"x": [None, 1.5]}}


class TestClean:
    def test_attempts_that_were_put_right_and_stopped_cells_are_left_out(self) -> None:
        document = made(
            failed("import math\nmath.nope"),
            e.TextDelta("My mistake."),
            ran("call_2", "import math\nmath.pi"),
            ran("call_3", "while True: pass", status="interrupted"),
            e.TextDelta("Done."),
            clean=True,
        )
        assert roles(document) == ["title", "prompt", "cell", "prose"]
        assert code(document)[0].id == "call_2"

    @pytest.mark.parametrize(
        ("attempt", "repair"),
        [
            ("import pandas as pd\nx = pd.nope", "print(pd.__version__)"),
            ("df = 1\ndf.nope", "def f():\n    return df\nf()"),
            ("%time df = 1\ndf = 2\ndf.nope", "[df for _ in '\\d']"),
            ("total = 1\n1/0", "total += 1"),
            ("def f(): pass\n1/0", "f()"),
        ],
    )
    def test_an_attempt_whose_names_are_read_later_stays(self, attempt: str, repair: str) -> None:
        """B9: the repair often builds on what the failed cell had done before it failed."""
        document = made(failed(attempt), ran("call_2", repair), clean=True)
        assert [cell.id for cell in code(document)] == ["call_1", "call_2"]

    @pytest.mark.parametrize(
        ("attempt", "repair"),
        [
            ("for i in []: pass\n1/0", "for i in [1]:\n    print(i)"),
            ("x = 1\nx.nope", "x = 2\nprint(x)"),
            ("n = 1\n1/0", "print([n for n in [1]], (lambda n: n)(1))"),
            ("def f(): pass\n1/0", "def g():\n    return f()\ndef f(): pass\ng()"),
            ("with open('a') as f: 1/0", "class A:\n    f = 1\nA.f"),
        ],
    )
    def test_one_whose_names_are_bound_anew_goes(self, attempt: str, repair: str) -> None:
        document = made(failed(attempt), ran("call_2", repair), clean=True)
        assert [cell.id for cell in code(document)] == ["call_2"]

    def test_a_question_that_came_to_nothing_but_others_is_left_out(self) -> None:
        """Whoever reads a report looks for answers; with nothing else the question stays."""
        offered = [e.TextDelta("I cannot."), e.Notice(OFFERED, {"questions": ["how many rows?"]})]
        talk = [e.TurnStarted("shiny ones?"), *offered, e.TurnEnded("done")]
        answer = [e.TurnStarted("how many rows?", parent="t1"), *ran("call_1", "len(df)"), e.TurnEnded("done")]

        def prompts(clean: bool) -> list[str]:
            log = [("t1", event) for event in talk] + [("t2", event) for event in answer]
            recorded = [
                e.Recorded(n, float(n), SECRET, turn, e.SCHEMA, event) for n, (turn, event) in enumerate(log, 1)
            ]
            document = valid(notebook(folded(SECRET, recorded), MemoryBlobs(), clean=clean))
            return [cell.source for cell in document.cells if cell.metadata.lci.role == "prompt"]

        assert len(prompts(clean=False)) == 2
        assert len(prompts(clean=True)) == 1 and "how many rows?" in prompts(clean=True)[0]
        alone = made(*offered, clean=True)
        assert roles(alone) == ["title", "prompt", "prose", "offered"]

    def test_a_failure_that_was_never_put_right_stays(self) -> None:
        document = made(failed("1/0"), clean=True)
        assert [cell.id for cell in code(document)] == ["call_1"]


def test_the_pictures_a_turn_only_saved_are_linked() -> None:
    """B8: they lie beside the notebook."""
    document = made(ran("call_1", "save()"), e.FileAdded(WorkspaceFile("my chart.png", 9, 0.0, "code")))
    assert document.cells[-1].source == "![my chart.png](my%20chart.png)"


def test_changing_a_notebook_does_not_change_the_conversation() -> None:
    told = conversation(ran("call_1", "1", DisplayData({"application/json": {"a": [1]}}, {"width": 3})))
    before = valid(notebook(told, MemoryBlobs()))
    changed: Any = notebook(told, MemoryBlobs())
    code(changed)[0].outputs[0].metadata["width"] = 4
    code(changed)[0].outputs[0].data["application/json"]["a"].append(2)
    assert notebook(told, MemoryBlobs()) == before


def test_prose_carries_the_receipts_of_its_numbers() -> None:
    """B57: as metadata, with the call and output of each; what claims nothing, and a conversation without, has none."""
    happened = ran("call_1", "x", StreamOutput("stdout", "mean 49.69\nmedian 48.25\n"))
    said = e.TextDelta("Since 2015 the mean is 49.7, 1.44 more than the median of 48.25; 777.25 is made up.")
    (prose,) = [cell for cell in made(happened, said).cells if cell.metadata.lci.role == "prose"]
    assert [(each.number, each.kind) for each in prose.metadata.lci.receipts] == [
        ("49.7", "output"), ("1.44", "derived"), ("48.25", "output"), ("777.25", "missing"),
    ]  # fmt: skip
    first, derived, *_ = prose.metadata.lci.receipts
    assert first.places == [{"call_id": "call_1", "output": 0, "line": "mean 49.69"}]
    assert (derived.relation, derived.operands) == ("difference", ["49.69", "48.25"])
    off = e.ConversationChanged(settings=ConversationSettings(receipts=False))
    (prose,) = [cell for cell in made(off, happened, said).cells if cell.metadata.lci.role == "prose"]
    assert "receipts" not in prose.metadata.lci


@pytest.mark.parametrize(
    ("code", "outcome"), [("read_back", "holds"), ("read_back_corrected", "corrected"), ("read_back_failed", "failed")]
)
def test_prose_says_how_it_was_read_back(code: str, outcome: str) -> None:
    """B57: as metadata of the last of a turn."""
    happened = ran("call_1", "x", StreamOutput("stdout", "mean 49.69\n"))
    cells = made(e.TextDelta("I look."), happened, e.TextDelta("It is 49.7."), e.Notice(code)).cells
    first, last = [cell for cell in cells if cell.metadata.lci.role == "prose"]
    assert "reading_back" not in first.metadata.lci
    assert last.metadata.lci.reading_back == outcome


def test_questions_that_were_offered_are_listed() -> None:
    """B45."""
    offered = e.Notice("questions_offered", {"questions": ["total of `a`", "mean of `a`"]})
    cells = made(e.TextDelta("Which do you mean?"), offered, e.TurnEnded("done")).cells
    assert [cell.source for cell in cells if cell.metadata.lci.role == "offered"] == ["- total of `a`\n- mean of `a`"]
