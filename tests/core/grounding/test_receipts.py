"""What becomes of each number of an answer, beside outputs (B57)."""

from __future__ import annotations

import pytest

from lci.core.grounding.receipts import Ambiguous, Derived, Exempt, Grounded, NotFound, receipts
from lci.core.outputs import BlobRef, DisplayData, ExecuteResult, StreamOutput
from tests.core.grounding.turns import basis_of, checked, kinds, turn_of

SALES = """   region   sales  share
0   North  1234.5  0.617
1   South   765.5  0.383
"""
FRAME = (
    "<div><style scoped>.dataframe tbody tr th{vertical-align:top;width:100px}</style>"
    '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>region</th><th>price</th>'
    "</tr></thead><tbody><tr><th>0</th><td>North</td><td>12.50</td></tr><tr><th>1</th><td>South</td><td>-3.25</td></tr>"
    "</tbody></table></div>"
)


@pytest.mark.parametrize(
    ("answer", "output", "expected"),
    [
        ("It is 49.7.", "49.69", "Grounded 49.7"),
        ("It is 49.8.", "49.69", "NotFound 49.8"),
        ("It is 49.6.", "49.69", "NotFound 49.6"),
        ("It is 49.690.", "49.69", "Grounded 49.690"),
        ("It is 49.694.", "49.69", "NotFound 49.694"),
        ("It is 50.", "49.69", "Grounded 50"),
        ("It is 50.", "49.46", "NotFound 50"),
        ("It is 1,234,568.", "1234567.89", "Grounded 1,234,568"),
        ("It is 1.2 million.", "1234567.89", "Grounded 1.2 million"),
        ("It is 1.3 million.", "1234567.89", "NotFound 1.3 million"),
        ("It is about 1,200,000.", "1234567.89", "Grounded 1,200,000"),
        ("It is 1,200,000.", "1234567.89", "NotFound 1,200,000"),
        ("It is 12.3%.", "0.1234", "Grounded 12.3%"),
        ("It is 12.3%.", "12.34 %", "Grounded 12.3%"),
        ("It is 12.4%.", "0.1234", "NotFound 12.4%"),
        ("It is 0.00012.", "1.2e-04", "Grounded 0.00012"),
        ("It is 1.2×10⁻⁴.", "0.000123", "Grounded 1.2×10⁻⁴"),
        ("It is 1.2 million.", "sales (millions)\n1.23", "Grounded 1.2 million"),
        ("It is 1.2 million.", "sales (tons)\n1.23", "NotFound 1.2 million"),
        ("It fell by 5.3.", "-5.3", "Grounded 5.3"),
        ("The correlation is 5.3.", "-5.3", "NotFound 5.3"),
        ("It is −5.3.", "-5.3", "Grounded −5.3"),
        ("It is `x` − 5.3.", "-5.3", "Grounded 5.3"),
        ("It is −5.3.", "5.3", "NotFound −5.3"),
        ("It is 1,234.", "total: 1,234", "Grounded 1,234"),
        ("It is 455.", "region,a,b\nNorth,120,455\nSouth,100,200", "Grounded 455"),
        ("合計は1億2,345万円です。", "合計: 123450000", "Grounded 1億2,345万"),
        ("合计约12.3万元。", "122987.5", "Grounded 12.3万"),
        ("平均は４９．７です。", "mean 49.69", "Grounded ４９．７"),
        ("占百分之十二点三。", "0.1234", "Grounded 百分之十二点三"),
        ("約3割です。", "0.31", "Grounded 3割"),
        ("Der Wert ist 1.234,6.", "1234.56", "Grounded 1.234,6"),
        ("It is 12345678901234567.", "12345678901234567", "Grounded 12345678901234567"),
        ("It is 12345678901234568.", "12345678901234567", "NotFound 12345678901234568"),
        ("It is 5.", "2024-05-05 05:05:05", "NotFound 5"),
    ],
)
def test_a_number_is_compared_at_the_digits_shown(answer: str, output: str, expected: str) -> None:
    """B57."""
    assert kinds(answer, output) == [expected]


@pytest.mark.parametrize(
    ("answer", "relation"),
    [
        ("North sold 469 more than South.", "difference"),
        ("1,234.5 and 765.5 make 2,000 in total.", "total"),
        ("Together that is a total of 2,000 in sales.", "total"),
        ("North sold 1.61 times what South did.", "times"),
        ("North accounts for a share of 61.725% of sales.", "share"),
        ("From South to North sales rise by 61.3%.", "change"),
        ("Sales fall by 38.0% from North to South.", "change"),
        ("North と South の差は 469 です。", "difference"),
        ("The gap is 469 (1,234.5 − 765.5).", "difference"),
        ("North 与 South 合计 2,000。", "total"),
    ],
)
def test_a_stated_relation_of_what_stands_there_counts_and_is_shown(answer: str, relation: str) -> None:
    """B57."""
    derived = [r for r in checked(answer, SALES) if isinstance(r, Derived)]
    assert [r.calculation.relation for r in derived] == [relation]
    assert len(derived[0].calculation.operands) >= 2


@pytest.mark.parametrize(
    "answer",
    [
        "North reached 469 and South stayed where it was.",  # no relation
        "The value of 469 is notable.",
        "Somewhere it is 61% more than elsewhere.",  # nothing is named, and many calculations give two digits
        "North sold 470 more than South.",  # wrong
        "North sold 1.62 times what South did.",
    ],
)
def test_without_a_stated_relation_or_operands_nothing_is_derived(answer: str) -> None:
    """B57: anything looser explains everything."""
    assert [type(r) for r in checked(answer, SALES)] == [NotFound]


def test_a_count_and_its_share_in_brackets_state_the_share_of_all_rows() -> None:
    """B57."""
    outputs = ("(344, 8) rows", "Adelie 152\nGentoo 124")
    assert kinds("There are 152 Adelie (44.2 %).", *outputs) == ["Grounded 152", "Derived 44.2 %"]
    assert kinds("There are 152 Adelie (44.9 %).", *outputs) == ["Grounded 152", "NotFound 44.9 %"]


def test_a_possible_calculation_is_offered_and_does_not_count() -> None:
    """B57."""
    (*_, last) = checked("1234.5, 765.5, 469.", SALES)
    assert isinstance(last, NotFound)
    assert last.possible is not None
    assert last.possible.relation == "difference"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("It grew since 2015.", "time"),
        ("It began on 2024-01-15 at 12:30.", "time"),
        ("It began on January 15, 2024.", "time"),
        ("Seit dem 5. März 2024.", "time"),
        ("2024年3月5日から", "time"),
        ("In the 1990s.", "time"),
        ("3. Then it fell.", "order"),
        ("## 2. Results", "order"),
        ("The 3rd quartile.", "order"),
        ("第3四半期に", "order"),
        ("The top 5 products.", "order"),
        ("See `x = 12.5`.", "code"),
        ("```python\nx = 12.5\n```", "code"),
        ('The product "Model 300".', "name"),
        ("See https://example.org/12/34.", "name"),
        ("It is in sales_2024.csv and 2024.csv.", "name"),
        ("With Python 3.11 and pandas 3.0.1.", "name"),
        ("Call +49 30 1234567 or 555-123-4567.", "name"),
        ("COVID-19 and order ABC-1234.", "name"),
        ("Cluster 2 and row 17.", "name"),
        ("A 7-day window.", "name"),
        ("It is significant (p < 0.05).", "convention"),
        ("The 95% confidence interval.", "convention"),
        ("The 2 columns differ.", "count"),
        ("以下3つの点です。", "count"),
    ],
)
def test_what_names_dates_or_counts_off_is_never_accused(answer: str, reason: str) -> None:
    """B57."""
    results = checked(answer, "no numbers here")
    assert results
    assert {r.reason if isinstance(r, Exempt) else type(r).__name__ for r in results} == {reason}


@pytest.mark.parametrize(
    "answer",
    [
        "There were 2015 rows.",
        "3 rows are missing.",
        "5 customers left.",
        "It is 2,015.",
        "The share is 95%.",
        "p = 0.05.",
    ],
)
def test_a_measured_or_counted_value_is_not_exempt(answer: str) -> None:
    """B57."""
    assert [type(r) for r in checked(answer, "nothing")] == [NotFound]


def test_numbers_of_the_question_and_of_the_code_are_not_accused() -> None:
    """B57."""
    results = checked("Above 250 there are 7 bins.", "nothing", question="Which are above 250?", code="cut(x, bins=7)")
    assert [r.reason for r in results if isinstance(r, Exempt)] == ["asked", "chosen"]


def test_a_frame_is_read_by_row_and_column() -> None:
    """B57: of a frame in HTML, whose own counting of rows is no value."""
    frame = ExecuteResult({"text/html": FRAME, "text/plain": "…"})
    north, south, row = checked("North costs 12.5, South −3.25, and 1 is neither.", frame)
    assert isinstance(north, Grounded)
    assert (north.place.row, north.place.column, north.place.token) == ("North", "price", "12.50")
    assert isinstance(south, Grounded)
    assert isinstance(row, NotFound)


def test_typed_values_markdown_and_stored_texts_are_read() -> None:
    """B57."""
    bundle = DisplayData({"application/json": [{"a": 1.5}, {"a": 2.5}], "text/markdown": "**7.25**"})
    stored = ExecuteResult({"text/plain": BlobRef("0" * 64, 9, "text", "head 3.5", "tail 4.5", 100)})
    assert kinds("1.5, 2.5, 7.25, 3.5, 4.5", bundle, stored) == [
        "Grounded 1.5", "Grounded 2.5", "Grounded 7.25", "Grounded 3.5", "Grounded 4.5",
    ]  # fmt: skip


def test_the_place_that_the_sentence_speaks_of_is_chosen() -> None:
    """B57: among several, the one whose row and column the sentence names; else the latest."""
    (receipt,) = checked("In South the mean is 4.5.", "North  4.5", "South  4.5", "West  4.5")
    assert isinstance(receipt, Grounded)
    assert (receipt.place.row, receipt.place.sheet.cell_id) == ("South", "c1")
    (receipt,) = checked("It is 4.5.", "North  4.5", "South  4.5", "West  4.5")
    assert isinstance(receipt, Grounded)
    assert receipt.place.sheet.cell_id == "c2"


def test_a_table_of_five_hundred_numbers_in_prose_has_a_receipt_for_each() -> None:
    """B57."""
    rows = [[f"{1000 + 7 * row + 0.25 * column:.2f}" for column in range(5)] for row in range(100)]
    output = "\n".join(f"r{at} " + "  ".join(row) for at, row in enumerate(rows))
    answer = "| a | b | c | d | e |\n|---|---|---|---|---|\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows)
    results = checked(answer, output)
    assert len(results) == 500
    assert all(isinstance(r, Grounded) for r in results)


def test_a_model_that_never_computed_is_marked() -> None:
    """B57: an answer with no output at all."""
    assert kinds("The mean is 49.7 and the median 48.") == ["NotFound 49.7", "NotFound 48"]


def test_an_output_of_many_megabytes_is_read_at_both_ends() -> None:
    """B57: the time is bounded, and a model saw no more of it."""
    text = "first 11.25\n" + "0.5 " * 1_000_000 + "\nlast 77.25"
    results = checked("11.25 and 77.25", StreamOutput("stdout", text))
    assert [type(r) for r in results] == [Grounded, Grounded]


@pytest.mark.parametrize(
    "piece",
    [
        "1234567890",
        "a.b",
        "1-2-",
        "“",
        '" ',
        "'a ",
        "``a`",
        "<a ",
        "[a](",
        "合計は5です",
        "12 ",
        "5% ",
        "+1 ",
        "3 × 10 ",
        "一",
    ],
)
def test_no_text_takes_for_ever(piece: str) -> None:
    """The time is that of the parts: looked through from each place, such texts took minutes."""
    text = piece * (20_000 // len(piece))
    assert len(checked(text, "")) <= 1_000


def _many_numbers() -> str:
    """A table of 900 numbers, of which those of two digits are nearly all there."""
    rows = [[(at * 7 + column * 31) % 90 + 10 for column in range(9)] for at in range(100)]
    head = f"{'town':>8}" + "".join(f"{f'x{column}':>5}" for column in range(9))
    lines = [f"{f'town {chr(97 + at // 26)}{chr(97 + at % 26)}':>8}" + "".join(f"{v:>5}" for v in row)
             for at, row in enumerate(rows)]  # fmt: skip
    return "\n".join([head, *lines])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("The best one stands at 41.", ["Ambiguous 41"]),
        ("In town ab it is 17.", ["Grounded 17"]),
        ("town ab:\n\n- it stands at 17", ["Grounded 17"]),
        ("| town | x0 |\n| --- | --- |\n| town ab | 17 |", ["Grounded 17"]),
        ("The median is 4711.25.", ["NotFound 4711.25"]),
    ],
)
def test_among_many_numbers_a_short_one_needs_its_row_or_column(answer: str, expected: list[str]) -> None:
    """B57: otherwise it would be found whatever it was; a sentence, a heading, an item or a table may name it."""
    assert kinds(answer, _many_numbers()) == expected


def test_among_few_numbers_a_short_one_needs_nothing() -> None:
    """B57."""
    assert kinds("The best one stands at 41.", "north 41\nsouth 42\neast 43") == ["Grounded 41"]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("value of highest group = 41", ["Grounded 41"]),
        ("value of highest group = 43", ["Ambiguous 41"]),
        (_many_numbers(), ["Ambiguous 41"]),
    ],
)
def test_what_the_turn_itself_shows_is_not_doubted_for_what_earlier_ones_did(own: str, expected: list[str]) -> None:
    """B57: among the few numbers of its own outputs a wrong one would hardly stand; among those of others it might."""
    basis = basis_of(turn_of(own), turn_of(_many_numbers()))
    assert [f"{type(r).__name__} {r.number.text}" for r in receipts("The best one stands at 41.", basis)] == expected


PRODUCTS = "value of group 'Beans 250g' = 44\nvalue of group '7 Up' = 12\nvalue of group 'Latte' = 57\n"
FRAMED = "            rows\nproduct\nBeans 250g    44\nLatte         57"


@pytest.mark.parametrize(
    ("answer", "output", "expected"),
    [
        ("Lowest: **Beans 250g** (44).", PRODUCTS, ["Exempt 250", "Grounded 44"]),
        ("| product | rows |\n| --- | ---: |\n| Beans 250g | 44 |", PRODUCTS, ["Exempt 250", "Grounded 44"]),
        ("Of 7 Up there are 12, of Beans 250g 44.", PRODUCTS, ["Exempt 7", "Grounded 12", "Exempt 250", "Grounded 44"]),
        ("Beans 250g sells 44.", FRAMED, ["Exempt 250", "Grounded 44"]),
        ("Beans 250g sells 44.", "Beans 250g\t44\nLatte\t57", ["Exempt 250", "Grounded 44"]),
        ("最も少ないのはBeans 250gで44件です。", PRODUCTS, ["Exempt 250", "Grounded 44"]),
        ("Beans 250grams", PRODUCTS, ["Grounded 250"]),
        ("Beans 251g sells 44.", PRODUCTS, ["NotFound 251", "Grounded 44"]),
        ("The lightest weighs 250g.", PRODUCTS, ["Grounded 250"]),
        ("Beans 44 are sold.", "Beans 44", ["Grounded 44"]),
        ("There are 240 rows.", "240 rows  9 columns", ["Grounded 240"]),
        ("rows kept = 240", "rows kept = 240\t1", ["Grounded 240"]),
        ("south  41 and 5", "south  41\nnorth  42", ["Grounded 41", "NotFound 5"]),
        ("It weighs 12 kg.", "a\t12 kg\nb\t13 kg", ["Grounded 12"]),
    ],
)
def test_a_number_in_a_name_of_the_data_claims_nothing(answer: str, output: str, expected: list[str]) -> None:
    """B57: only where the whole name stands in an output as one; a count or a measure is none."""
    assert kinds(answer, output) == expected


def test_what_is_ambiguous_is_no_reason_to_ask_and_tells_its_places() -> None:
    """B57."""
    receipt = checked("The best one stands at 41.", _many_numbers())[0]
    assert isinstance(receipt, Ambiguous)
    assert len(receipt.places) > 1
    assert {place.token for place in receipt.places} == {"41"}


def test_what_stands_before_a_number_is_looked_through_once() -> None:
    """B57: the end of a long line may name it; to look from each of its letters took a quarter of an hour."""
    (receipt,) = checked("It is 5.", "億" * 100_000 + " 5")
    assert isinstance(receipt, Grounded)
    (named,) = checked("The total is 5.", "x " * 50_000 + "total: 5")
    assert isinstance(named, Grounded) and named.place.column.endswith("total")


@pytest.mark.parametrize("run", ["`", "\n", "```\n", "١", "億", "二十", "> ", "1 ", "'"])
def test_a_long_run_of_one_sign_is_no_work(run: str) -> None:
    """B57: patterns that begin anew at each place of a run took minutes for an answer of a model gone mad."""
    results = checked("It is 7.25. " + run * 150_000, "mean 7.25")
    assert isinstance(results[0], Grounded)
    assert len(results) <= 1_000
