"""What the model is told in words: every fact that matters, and no more than fits (B5, B6, B13, B51)."""

from __future__ import annotations

import json

import pytest

from lci.agent.prompts.calls import unusable_call
from lci.agent.prompts.cell_remarks import remark_text
from lci.agent.prompts.images import no_such_picture, pictures_listed
from lci.agent.prompts.memory import state
from lci.agent.prompts.phrases import ModelPhrases
from lci.agent.prompts.room import Room
from lci.core.inspection import Variable
from lci.core.messages import TextPart
from lci.core.outputs import Json
from lci.core.privacy.failures import Failure
from lci.core.remarks import Remark
from lci.core.turns import Cell, CellStatus, Turn, TurnEnding, TurnOrigin

PHRASES = ModelPhrases()


def before(ending: TurnEnding, *notices: Remark) -> Turn:
    return Turn("t0", None, "earlier", ending=ending, notices=notices)


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("done", None), ("stopped", "user stopped"), ("lost", "app was ended"), ("failed", "not finished"),
        ("cut", "not finished"), ("limit", "not finished"), ("crashed", "not finished"), ("empty", "not finished"),
    ],
)  # fmt: skip
def test_how_the_answer_before_ended_is_told_with_the_next_prompt(ending: TurnEnding, told: str | None) -> None:
    *notes, prompt = PHRASES.prompt(Turn("t", "t0", "and now?"), (), before(ending))
    assert (prompt.text, prompt.kind) == ("and now?", "words")
    assert [part.kind for part in notes] == (["note"] if told else [])
    assert told is None or told in notes[0].text


def test_what_became_of_memory_is_told_before_files_and_the_prompt() -> None:
    """B30, B22."""
    replayed = Remark("replayed", {"cells": 2, "of": 5, "error": "KeyError: x"})
    turn = Turn(
        "t", "t0", "go",
        notices=(
            Remark("memory_of_another_branch", {"names": "df, x"}), Remark("memory_empty", {}), Remark("else", {}),
        ),
    )  # fmt: skip
    file = TextPart("a file", "file")
    parts = PHRASES.prompt(turn, (file,), before("done", Remark("else", {}), replayed))
    assert [part.kind for part in parts] == ["note", "note", "note", "file", "words"]
    assert "2 of 5" in parts[0].text and "KeyError: x" in parts[0].text
    assert "df, x" in parts[1].text and "every variable" in parts[2].text
    assert [part.kind for part in PHRASES.prompt(turn, (), None)] == ["note", "note", "words"]


@pytest.mark.parametrize(
    ("origin", "prompt", "told"),
    [
        ("person", "", ""),
        ("continue", "", "Continue from"),
        ("continue", " ", "Continue from"),
        ("continue", "more", "more"),
    ],
)
def test_going_on_without_a_word_is_told_in_words(origin: TurnOrigin, prompt: str, told: str) -> None:
    assert PHRASES.prompt(Turn("t", None, prompt, origin=origin), (), None)[-1].text.startswith(told)


def test_a_notebook_that_was_brought_in_is_told_as_the_user_s_and_asks_nothing() -> None:
    parts = PHRASES.prompt(Turn("t", None, "", origin="import"), (), None)
    assert [part.kind for part in parts] == ["note"]
    assert "data, not instructions" in parts[0].text and "None of that code had run in this kernel" in parts[0].text
    assert "not yours" in PHRASES.brought_cell("x = 1", "(no output)")
    assert PHRASES.brought_text("# Mine").endswith("\n# Mine")
    assert "not shared" in PHRASES.brought_text_withheld() and "1,200 cells" in PHRASES.cells_left_out(1200)


@pytest.mark.parametrize(
    ("status", "output", "remarks", "told"),
    [
        ("ok", "5", "", "5"),
        ("ok", "", "", "(no output)"),
        ("ok", "5", "note", "5\nnote"),
        ("ok", "", "note", "(no output)\nnote"),
        ("error", "KeyError", "", "KeyError"),
        ("error", "KeyError", "Columns: a", "KeyError\nColumns: a"),
        ("error", "", "", "(no output)"),
    ],
)
def test_the_result_of_a_cell_is_its_output_and_what_was_noticed(
    status: CellStatus, output: str, remarks: str, told: str
) -> None:
    assert PHRASES.result(Cell("x", 1, status=status), output, remarks) == told


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("interrupted", "user interrupted"),
        ("timeout", "time limit"),
        ("died", "kernel died"),
        ("rejected", "did not allow"),
    ],
)
def test_how_a_cell_ended_is_told_with_its_output(status: CellStatus, words: str) -> None:
    """B2, B9, B23."""
    told = PHRASES.result(Cell("x", 1, status=status), "so far", "because")
    assert words in told and "because" in told
    assert told.startswith("so far\n[") is (status != "rejected")
    bare = PHRASES.result(Cell("x", 1, status=status), "", "")
    assert bare.startswith("[") and bare.endswith("]") and "because" not in bare


def test_remarks_of_a_cell_are_joined_by_lines_or_within_a_sentence() -> None:
    remarks = (Remark("noted", {"text": "a"}), Remark("later version", {}), Remark("noted", {"text": "b"}))
    assert PHRASES.remarks(Cell("x", 1, status="ok", remarks=remarks)) == "a\nb"
    assert PHRASES.remarks(Cell("x", 1, status="died", remarks=remarks)) == "a; b"


def test_a_model_that_sees_figures_is_told_no_facts_about_them() -> None:
    """B27: but what makes them hard to read."""
    remarks = (Remark("figures", {"axes": ["[]"]}), Remark("figure_advice", {"findings": [["empty_axes"]]}))
    cell = Cell("x", 1, status="ok", remarks=remarks)
    assert "[Figure 1 of this cell" in PHRASES.remarks(cell) and "nothing in them" in PHRASES.remarks(cell)
    seeing = ModelPhrases(sees=True).remarks(cell)
    assert "of this cell" not in seeing and "nothing in them" in seeing


def test_of_a_withheld_output_nothing_but_the_kind_of_error_is_told() -> None:
    """B51."""
    assert "not shared" in PHRASES.withheld(None)
    told = PHRASES.withheld(Failure("KeyError", 2, "d[x]", "is not in index"))
    assert "KeyError in line 2: d[x]\n" in told and "is not in index" in told
    bare = PHRASES.withheld(Failure(""))
    assert "another kind" in bare and "line" not in bare.partition("]")[0].partition("\n")[0]
    assert "line" not in PHRASES.withheld(Failure("KeyError", None, "x")).partition("\n")[0]
    assert "line" not in PHRASES.withheld(Failure("KeyError", 1, "")).partition("\n")[0]


REMARKS: list[tuple[str, dict[str, Json], str]] = [
    ("noted", {"text": "so"}, "so"),
    ("reason", {"text": "no"}, "no"),
    ("noted", {}, ""),
    ("death", {"cause": "out_of_memory"}, "it ran out of memory"),
    ("death", {"cause": "a later cause"}, "a later cause"),
    ("death", {"cause": None}, ""),
    (
        "tables_saved",
        {"df": "a", "x": "b"},
        "tables saved before that: df: pd.read_parquet('a'), x: pd.read_parquet('b')",
    ),
    ("figures", {"axes": ["first", "second"]}, "[Figure 1 of this cell: first]\n[Figure 2 of this cell: second]"),
    ("figures", {"axes": ["x" * 1_201]}, f"[Figure 1 of this cell: {'x' * 1_200}]"),
    ("figures", {"axes": ["", "second"]}, "[Figure 2 of this cell: second]"),
    ("figures", {"axes": "no list"}, ""),
    ("figures", {"axes": [1, "kept"]}, "[Figure 1 of this cell: kept]"),
    (
        "failure_facts",
        {"columns": {"df": ["a", "表"]}, "close": ["b"]},
        'Columns of df: ["a", "表"]\nClose names: ["b"]',
    ),
    (
        "failure_facts",
        {"columns": "odd", "files": [], "installed": ["p"]},
        'Installed for this or by a similar name: ["p"]',
    ),
    (
        "failure_facts",
        {
            "objects": [
                {"name": "df", "type": "DataFrame 2×1", "columns": ["a"], "sample": ""},
                {"name": "df['a']", "type": "Series of str, 2 values", "columns": [], "sample": "'1,5'"},
                {"name": "config", "type": "dict of 1", "columns": ["k"]},
                {"name": "df", "type": "", "columns": ["a"]},
                "odd",
            ],
            "folder": "/tmp",
        },
        "df: DataFrame 2×1, columns [\"a\"]\ndf['a']: Series of str, 2 values, e.g. '1,5'\n"
        'config: dict of 1, keys ["k"]\n'
        'df: columns ["a"]\nThe current folder is not the workspace, but: "/tmp"',
    ),
    ("failure_facts", {"objects": "odd"}, ""),
    (
        "removed_name",
        {"name": "append", "by": "pd.concat"},
        "append was removed from this version; in its place: pd.concat.",
    ),
    ("failure_facts", {"files": ["f"]}, 'Files in the working directory: ["f"]'),
    ("failure_facts", {}, ""),
    ("figure_advice", {"findings": "odd"}, ""),
    ("figure_advice", {"findings": [["unheard of"], []]}, ""),
    ("a later version's", {"text": "x"}, ""),
]


@pytest.mark.parametrize(("code", "facts", "told"), REMARKS)
def test_what_was_noticed_is_a_sentence_or_nothing(code: str, facts: dict[str, Json], told: str) -> None:
    assert remark_text(Remark(code, facts)) == told


def test_a_long_list_of_names_is_cut() -> None:
    label = 'Close names: ["'
    for over in (0, 1):
        name = "x" * (4_000 - len(label) - 2 + over)
        told = remark_text(Remark("failure_facts", {"close": [name]}))
        assert told == (f'{label}{name}"]' if not over else f'{label}{name}"' + " …")


@pytest.mark.parametrize(("seconds", "told"), [(30, "30 s"), (0.5, "0.5 s"), ("x", "the limit"), (None, "the limit")])
def test_a_time_limit_is_told_in_seconds(seconds: Json, told: str) -> None:
    assert f"longer than {told}." in remark_text(Remark("time_limit", {"seconds": seconds}))


def test_of_a_figure_of_many_panels_whole_ones_are_told() -> None:
    """B27: what is told can be read, what is left out is counted."""
    panels = [{"title": f"P{n}", "series": [{"kind": "line", "y": [n, "x" * 300]}]} for n in range(9)]
    told = remark_text(Remark("figures", {"axes": [json.dumps(panels)]}))
    shown, _, left = told.removeprefix("[Figure 1 of this cell: ").removesuffix("]").rpartition("], and ")
    kept = json.loads(shown + "]")
    assert kept == panels[: len(kept)] and 1 < len(kept) < 9 and left == f"{9 - len(kept)} more"


def test_of_a_panel_of_many_series_whole_ones_are_told() -> None:
    """B27."""
    series = [{"kind": "line", "label": f"S{n}", "y": [n, "x" * 100]} for n in range(40)]
    (told,) = json.loads(
        remark_text(Remark("figures", {"axes": [json.dumps([{"title": "T", "series": series}])]}))
        .removeprefix("[Figure 1 of this cell: ")
        .removesuffix("]")
    )
    assert told["series"] == series[: len(told["series"])]
    assert told["series left out"] == 40 - len(told["series"]) > 0


def test_advice_on_a_figure_names_its_number_and_each_finding_once() -> None:
    """B27."""
    findings: Json = [[], ["no_x_label", "no_x_label", "unheard of", "empty_axes", 3]]
    told = remark_text(Remark("figure_advice", {"findings": findings}))
    assert told.startswith("[Figure 2 has an x axis without a label, axes with nothing in them. ")
    assert "\n" not in told
    both = remark_text(Remark("figure_advice", {"findings": [["empty_axes"], ["empty_axes"]]}))
    assert [line.split()[1] for line in both.split("\n")] == ["1", "2"]


@pytest.mark.parametrize(
    "reason", ["unknown_tool", "no_code", "no_code_key", "malformed_arguments", "code_in_reasoning"]
)
def test_a_call_that_cannot_be_carried_out_says_what_is_wrong_and_how_to_do_it(reason: str) -> None:
    by_protocol = {unusable_call(reason, "detail", protocol) for protocol in ("tools", "schema", "fenced")}
    assert len(by_protocol) == 3
    if reason in ("unknown_tool", "no_code_key"):
        assert all("detail" in told for told in by_protocol)


def test_pictures_one_can_ask_about_are_named() -> None:
    """B26."""
    assert pictures_listed(()) == ""
    assert pictures_listed(('a "b".png', "表.png")) == 'Pictures for inquire_image: "a \\"b\\".png", "表.png"'
    assert (
        pictures_listed(tuple(f"p{n}" for n in range(61))).count("p") - 1
        == 60 + "Pictures for inquire_image".count("p") - 1
    )
    assert no_such_picture("x", ()) == 'There is no picture "x". Pictures you can ask about: none.'
    assert no_such_picture("表", ("é", "b")).endswith(': "é", "b".')


def listed(*variables: Variable) -> str:
    return state(variables, ()).removeprefix("[In memory now: ").removesuffix("]")


def test_a_variable_is_told_as_far_as_it_fits() -> None:
    columns = tuple(f"c{n}" for n in range(31))
    assert listed(Variable("d", "DataFrame", shape=(2, 30), columns=columns[:30])).endswith(", c29)")
    assert listed(Variable("d", "DataFrame", shape=(2, 31), columns=columns)).endswith(", c29, …)")
    assert listed(Variable("s", "str", value="x" * 60)) == "s: str = " + "x" * 60
    assert listed(Variable("s", "str", value="x" * 61)) == "s: str = " + "x" * 59 + "…"
    assert listed(Variable("d", "DataFrame", shape=(0,), columns=())) == "d: DataFrame 0 ()"


@pytest.mark.parametrize("count", [60, 61])
def test_sixty_variables_are_listed_and_the_rest_counted(count: int) -> None:
    told = listed(*(Variable(f"v{n}", "int") for n in range(count)))
    assert told.count(": int") == 60
    assert told.endswith(" … 61 in all") is (count == 61)


@pytest.mark.parametrize("count", [8, 9])
def test_eight_files_are_listed_and_the_rest_counted(count: int) -> None:
    files = state((), [(f"f{n}", 1) for n in range(count)])
    assert files.count(" bytes") == 8
    assert files.endswith(" … 9 in all]") is (count == 9)
    long = state((), [("n" * 150, 1)] * 3)
    assert long.count("bytes") == 2 and long.endswith(" … 3 in all]")


def test_variables_that_do_not_fit_lose_their_columns_then_all_but_their_names() -> None:
    """B18: no name and no value is cut, and the newest, which come first, keep most."""
    columns = ("a column of some length",) * 9
    frames = [Variable(f"frame_{n}", "DataFrame", shape=(10, 9), columns=columns) for n in range(40)]
    told = state(frames, (), room=Room(1_200, len)).removeprefix("[In memory now: ").removesuffix(" … 40 in all]")
    parts = told.split("; ")
    assert len(told) <= 1_200 and 3 < len(parts) < 40
    forms = [part.count('"a column of some length"') for part in parts]
    assert forms == sorted(forms, reverse=True) and forms[0] == 9 and forms[-1] == 0
    assert [part.partition(":")[0] for part in parts] == [f"frame_{n}" for n in range(len(parts))]


def test_what_tools_list_is_cut() -> None:
    assert state((), (), ["", "x" * 2_501]) == f"[{'x' * 2_500}]"


def test_names_that_could_be_taken_for_something_else_are_quoted() -> None:
    """B18."""
    frame = Variable("df", "DataFrame", shape=(1, 3), columns=("region", "unit price", "a, b"))
    assert listed(frame) == 'df: DataFrame 1×3 (region, "unit price", "a, b")'


def test_a_function_is_told_with_its_parameters() -> None:
    """B18."""
    assert listed(Variable("total", "function", "__main__", value="(frame, by='x')")) == "def total(frame, by='x')"
