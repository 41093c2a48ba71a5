"""What is masked and what is not, at the edges of each rule (B51)."""

from __future__ import annotations

import pytest

from lci.core.conversation import Conversation
from lci.core.files import Column, ImageFacts, Preview, Table, WorkspaceFile
from lci.core.inspection import Variable
from lci.core.outputs import BlobRef, ErrorOutput
from lci.core.privacy.failures import Failure, failure
from lci.core.privacy.masking import MASK, MaskedValues, without_ends, without_numbers
from lci.core.privacy.veil import (
    Veil,
    derived_names,
    known_names,
    sent_for,
    veiled_file,
    veiled_preview,
    veiled_variables,
)
from lci.core.turns import Cell, Prose, Sent, Turn

Value = str | int | float | bool | None


def masked(*values: Value) -> MaskedValues:
    made = MaskedValues.of(values)
    assert made is not None
    return made


def hides(value: Value, text: str) -> bool:
    told = masked(value).without(text)
    return told.startswith(MASK) and not any(c.isdigit() for c in told)


@pytest.mark.parametrize(
    ("value", "text", "hidden"),
    [
        # Rounded or cut to the last digit that is written, and no further.
        (80_417, "80417", True), (80_417, "80418", False), (80_417, "80416", False),
        (80_417, "80420", True), (80_417, "80410", True), (80_417, "80430", False), (80_417, "80400", True),
        (80_417, "80000", True), (80_417, "81000", True), (80_417, "82000", False), (80_417, "100000", False),
        (1.25, "1.2", True), (1.25, "1.3", True), (1.25, "1.4", False), (1.25, "1", True), (1.25, "2", True),
        (1.25, "3", False),
        (0.5, "0.50", True), (2.5, "2.51", True), (12.5, "12.6", False), (12.5, "12.4", False), (12.5, "12.50", True),
        (123.25, "123.2", True), (12_345.25, "12345.27", False), (12_345.25, "12345.26", False),
        # Zeros at the end of a number may be rounded; those of a small number are not.
        (17, "10", False), (17, "20", False), (117, "120", True), (117, "110", True),
        (117, "100", False), (150, "100", False),
        (1_234, "1200", True), (1_234, "1300", True), (1_234, "1400", False), (1_234, "1000", False),
        # Exponents and scales.
        (80_417, "8.0e4", True), (80_417, "8.2e4", False), (80_417, "80.4k", True), (80_417, "80.6k", False),
        (80_417, "80k", True), (2_500_000, "2.5M", True), (2_500_000, "2.5 mio", True), (2_500_000, "2.7M", False),
        (3e9, "3bn", True), (3e9, "3 B", True), (3_000, "3tsd", True), (0.125, "12.5%", True), (0.125, "12.7%", False),
        (12.5, "12.5%", True), (80_417, "80.4 m", False),
        # Groups, and a sign in front.
        (1_234_567, "1,234,567", True), (1_234_567, "1.234.567", True), (1_234_567, "1 234 567", True),
        (1_234_567, "1'234'567", True), (1_234_567, "1_234_567", True), (1_234_567, "1 234 568", False),
        # Dates, in the orders they are written in.
        ("1980-05-12", "12.05.80", True), ("1980-05-12", "05/12/80", True), ("1980-05-12", "1980/5/12", True),
        ("1980-5-2", "02.05.1980", True), ("1980-05-12", "13.05.81", False),
        # Words: whole, in another case or without accents, and parts of three letters or more.
        ("Zebrawald", "zebrawald", True), ("Zebrawald", "Zebrawalds", False), ("Zebrawald", "Zebra", False),
        ("Zébra", "ZEBRA", True), ("Zebra", "zébra", True), ("Straße", "STRASSE", True),
        ("abc1", "abc", True), ("ab1", "ab", False), ("Q17", "q17", True),
        (True, "True", True), (None, "None", False), ("", "x", False),
        # Numbers in names.
        (4711, "id4711", True), (4711, "id47110", False), (4711, "x4711y", True),
    ],
)  # fmt: skip
def test_a_text_that_could_be_a_value_is_masked_whole(value: Value, text: str, hidden: bool) -> None:
    assert hides(value, text) is hidden
    told = masked(value).without(f"a: {text}, b")
    assert told.startswith("a: ") and told.endswith(", b")
    assert (MASK in told) is hidden
    assert hidden or told == f"a: {text}, b"


def test_nothing_is_changed_where_nothing_is_masked() -> None:
    assert MaskedValues().without("Ue\u0301 80 417") == "Ue\u0301 80 417"
    assert masked(None, "", " ") == MaskedValues()


def test_values_of_two_columns_are_looked_for_together_each_once() -> None:
    both = masked("a1", 5, 7) | masked("b", 5, 3)
    assert both.numbers == tuple(sorted({*masked("a1", 5, 7).numbers, *masked("b", 5, 3).numbers}))
    assert both.words == masked("a1").words | masked("b").words
    only = masked("a")
    assert only | MaskedValues() is only
    assert (MaskedValues() | only) == only


def test_words_that_are_shared_anyway_are_taken_out_and_numbers_are_not() -> None:
    values = masked("region", "north", 5)
    assert values.apart_from(["Région!"]) == MaskedValues(frozenset({"north"}), values.numbers)
    assert values.apart_from(["south"]) is values


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("17", MASK), ("1,234.5 x", f"{MASK} x"), ("q1", "q1"), ("ab12", "ab12"), ("ab123", f"ab{MASK}"),
        ("ab123.45", f"ab{MASK}"),
        ("x = 1.5e-3;", f"x = {MASK};"), ("5kg", f"{MASK}kg"), ("v1.2", f"v1.{MASK}"), ("-3", f"-{MASK}"),
    ],
)  # fmt: skip
def test_without_numbers_single_digits_in_names_stay(text: str, told: str) -> None:
    assert without_numbers(text) == told


def test_only_the_ends_that_may_have_been_cut_are_masked() -> None:
    assert without_ends("ab cd") == "ab cd"
    assert without_ends("ab cd", start=True) == f"{MASK} cd"
    assert without_ends("ab cd", end=True) == f"ab {MASK}"
    assert without_ends("ab cd", start=True, end=True) == f"{MASK} {MASK}"
    assert without_ends("1,5", start=True) == MASK
    assert without_ends("ab)", end=True) == "ab)"


NAME = Veil("full", ("name",), masked("Zebrawald", 80_417))
SCHEMA = Veil("schema")
UNREAD = Veil("full", ("name",), None)


@pytest.mark.parametrize(
    ("veil", "is_open", "hides_all"),
    [
        (Veil(), True, False),
        (Veil("full", (), None), True, False),
        (NAME, False, False),
        (SCHEMA, False, True),
        (UNREAD, False, True),
    ],
)
def test_a_veil_is_open_or_hides_some_or_all(veil: Veil, is_open: bool, hides_all: bool) -> None:
    assert (veil.is_open, veil.hides_all_values) == (is_open, hides_all)


def test_where_a_masked_column_is_named_no_number_of_that_cell_is_told() -> None:
    """It may be a sum or a mean of the column."""
    assert NAME.outputs(["mean name", "161.5 Zebrawald"]) == ["mean name", f"{MASK} {MASK}"]
    assert NAME.outputs(["mean", "161.5 Zebrawald"]) == ["mean", f"161.5 {MASK}"]
    assert Veil("full", ("name",), None).text("Zebrawald") == "Zebrawald"


def test_a_step_belongs_to_the_request_of_its_round() -> None:
    first, second = Sent("a", None, 1), Sent("b", None, 2)
    turn = Turn("t", None, "", requests=(first, second))
    assert [sent_for(turn, Prose("x", number)) for number in (1, 2)] == [first, second]
    for number in (0, 3):
        assert sent_for(turn, Prose("x", number)) == Sent("", None, 0)


TABLE = Table("t", 2, True, (Column("name", "str"), Column("x", "int64")), (("A", 80_417), ("B", None)), (("C", 5),))
PREVIEW = Preview(
    "f", "table", 1, tables=(TABLE,), image=ImageFacts("PNG", 1, 1, BlobRef("aa", 1, "bytes")), text="Zebrawald!"
)


def test_of_a_preview_only_what_may_be_seen_is_left() -> None:
    some = veiled_preview(PREVIEW, NAME)
    assert (some.tables[0].head, some.tables[0].tail) == (((MASK, MASK), (MASK, None)), ((MASK, 5),))
    assert some.image == ImageFacts("PNG", 1, 1) and some.text == f"{MASK}!"
    none = veiled_preview(PREVIEW, SCHEMA)
    assert (none.tables[0].head, none.tables[0].tail, none.text) == ((), (), None)
    assert none.tables[0].columns == TABLE.columns
    assert veiled_preview(PREVIEW, Veil()) is PREVIEW
    bare = WorkspaceFile("f", 1, 0.0, "upload")
    assert veiled_file(bare, SCHEMA) is bare
    assert veiled_file(WorkspaceFile("f", 1, 0.0, "upload", PREVIEW), SCHEMA).preview == none


def test_names_that_hold_no_value_are_those_of_files_columns_and_blind_code() -> None:
    files = {
        "a.csv": WorkspaceFile("a.csv", 1, 0.0, "upload", PREVIEW),
        "made.csv": WorkspaceFile("made.csv", 1, 0.0, "code", PREVIEW),
        "b": WorkspaceFile("b", 1, 0.0, "upload"),
    }  # fmt: skip
    blind, seeing = Cell("x", 1, "blind = 1"), Cell("y", 2, "seeing = 1")
    requests = (Sent("m", None, 0, "schema"), Sent("m", None, 0))
    turn = Turn("t", None, "", steps=(blind, seeing, Cell("z", 1, "not python (")), requests=requests, ending="done")
    conversation = Conversation("c", files=files, turns=(turn,), head="t")
    known = known_names(conversation, SCHEMA)
    assert {"a.csv", "b", "name", "x", "blind"} <= known
    assert not {"made.csv", "seeing", "not"} & known


def test_of_variables_few_values_are_told() -> None:
    known = frozenset({"n", "s", "f", "name"})
    variables = [
        Variable("n", "int", value="12"), Variable("s", "str", shape=(3,), value="'Zebrawald'"),
        Variable("b", "int", value="1"), Variable("f", "DataFrame", shape=(1, 2), columns=("name", "odd"), value=""),
        Variable("name", "float", value="x" * 189),
    ]  # fmt: skip
    assert veiled_variables(variables, Veil(), frozenset(), frozenset()) == variables
    told = {each.name: each for each in veiled_variables(variables, NAME, known, frozenset({"n"}))}
    assert told.keys() == {"n", "s", "f", "name"}
    assert told["n"].value == "" and told["s"].value == f"'{MASK}'" and told["s"].shape is None
    assert told["f"].columns == ("name", MASK) and told["f"].shape == (1, 2)
    assert told["name"].value == "x" * 189
    (cut,) = veiled_variables([Variable("n", "int", value="x " * 95)], NAME, known, frozenset())
    assert cut.value == "x " * 95
    (cut,) = veiled_variables([Variable("n", "int", value="x" * 190)], NAME, known, frozenset())
    assert cut.value == MASK
    assert [each.value for each in veiled_variables(variables, SCHEMA, known, frozenset())] == ["", "", "", ""]


def test_names_in_memory_that_hold_something_of_a_column_are_known() -> None:
    turn = Turn("t", None, "", steps=(Cell("x", 1, "m = df.name.max()", "ok"),))
    assert derived_names([turn], NAME) == {"m"}
    assert derived_names([turn], Veil()) == derived_names([turn], SCHEMA) == frozenset()


def frame(line: int) -> str:
    return f"Cell In[7], line {line}\n----> {line} x"


@pytest.mark.parametrize(
    ("error", "source", "told"),
    [
        (ErrorOutput("ValueError", "x"), "a\nb", Failure("ValueError")),
        (ErrorOutput("ValueError", "x", (frame(1), frame(2))), " a\nb", Failure("ValueError", 1, "a")),
        (ErrorOutput("ValueError", "x", (frame(2),)), "a\n b ", Failure("ValueError", 2, "b")),
        (ErrorOutput("ValueError", "x", (frame(3),)), "a\nb", Failure("ValueError")),
        (ErrorOutput("ValueError", "x", (frame(0),)), "a\nb", Failure("ValueError")),
        (ErrorOutput("Secret", "Division By Zero: 5"), "a", Failure("", saying="division by zero")),
        (ErrorOutput("ArrowInvalid", ""), "a", Failure("ArrowInvalid")),
        (ErrorOutput("SyntaxError", "secret"), "x =\ny", Failure("SyntaxError", 1, "x =", "invalid syntax")),
        (ErrorOutput("SyntaxError", "secret"), "x = 1", Failure("SyntaxError")),
        (ErrorOutput("IndentationError", ""), "x\n y", Failure("IndentationError", 2, "y", "unexpected indent")),
    ],
)  # fmt: skip
def test_of_an_error_the_place_and_fixed_words_are_told(error: ErrorOutput, source: str, told: Failure) -> None:
    assert failure(error, source) == told
