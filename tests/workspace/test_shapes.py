"""What differs between a file and the next one like it: what would make numbers wrong stops, the rest is said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from lci.workspace.preview import preview
from lci.workspace.shapes import Difference, differences

MAY = "day,region,amount,price\n2024-05-01,north,5,1.5\n2024-05-02,south,7,2.25\n2024-05-03,north,9,3.75\n"


def compared(tmp_path: Path, old: str, new: str, name: str = "sales.csv") -> tuple[Difference, ...]:
    (tmp_path / "old").write_text(old, "utf-8")
    (tmp_path / "new").write_text(new, "utf-8")
    return differences(*(preview(tmp_path / each, name, 5) for each in ("old", "new")))


#: The next month as it may come, and what of it stops a run.
NEXT = [
    (MAY.replace("-05-", "-06-").replace("5,1.5", "6,1.75"), set()),
    (MAY.replace("2024-05-02,south,7,2.25\n", ""), set()),
    (MAY.replace("south", "east"), set()),
    (MAY.replace("5,1.5", ",1.5"), set()),
    (MAY.replace("price\n", "price,note\n").replace("5\n", "5,a\n"), set()),
    (MAY.replace("amount", "quantity"), {("renamed", "amount", "quantity")}),
    ("day,region,amount\n2024-06-01,north,5\n2024-06-02,south,7\n", {("missing", "price", "")}),
    (MAY.replace(",", ";").replace(".", ","), {("written", "decimal", ","), ("written", "sep", ";")}),
    (MAY.replace(",", ";"), {("written", "sep", ";")}),
    (MAY.replace("5,1.5", "n5,1.5").replace("7,2", "n7,2").replace("9,3", "n9,3"), {("type", "amount", "str")}),
    (
        "day,region,amount,price\n13.06.2024,north,5,1.5\n14.06.2024,south,7,2.5\n",
        {("written", "date_format", "%d.%m.%Y")},
    ),
    ("nothing of the kind\n", {("missing", name, "") for name in ("day", "region", "amount", "price")}),
]  # fmt: skip


@pytest.mark.parametrize(("new", "stopping"), NEXT)
def test_the_next_month_is_run_or_what_would_be_wrong_is_named(
    tmp_path: Path, new: str, stopping: set[tuple[str, str, str]]
) -> None:
    found = compared(tmp_path, MAY, new)
    assert {(each.kind, each.column, each.now) for each in found if each.stops} >= stopping
    assert bool(stopping) == any(each.stops for each in found)


SECONDS = 1_714_500_000
FACTORS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def moments(unit: str, first: int = SECONDS, *, gap: str = "") -> str:
    return f"ts,amount\n{gap}" + "".join(f"{(first + day * 86_400) * FACTORS[unit]},{day}\n" for day in range(20))


@pytest.mark.parametrize("was", FACTORS)
@pytest.mark.parametrize("now", FACTORS)
def test_moments_in_another_unit_stop(tmp_path: Path, was: str, now: str) -> None:
    """By their size: those of a later month in the same unit are no difference, nor is one that is not known."""
    differing = compared(tmp_path, moments(was), moments(now, SECONDS + 31 * 86_400, gap="0,1\n"))
    assert [(each.kind, each.column, each.was, each.now) for each in differing if each.stops] == (
        [] if was == now else [("unit", "ts", was, now)]
    )


def test_numbers_of_any_size_are_no_moments(tmp_path: Path) -> None:
    small, large = "n\n5\n7000\n", "n\n50000\n7000000000000\n"
    assert compared(tmp_path, small, large) == () == compared(tmp_path, large, small)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("05/{:02d}/2024", "{:02d}/06/2024", "ambiguous"),
        ("{:02d}/05/2024", "06/{:02d}/2024", "ambiguous_before"),
        ("05/{:02d}/2024", "06/{:02d}/2024", "ambiguous"),
    ],
)
def test_days_and_months_that_could_be_the_other_way_round_are_said(
    tmp_path: Path, old: str, new: str, kind: str
) -> None:
    """In either file, where the other one is clear: all its days are at most the twelfth."""
    days = {old: 13, new: 29} if kind == "ambiguous_before" else {old: 29, new: 13}
    texts = ["day,n\n" + "".join(f"{form.format(day)},1\n" for day in range(1, last)) for form, last in days.items()]
    assert kind in [each.kind for each in compared(tmp_path, *texts)]


def test_clear_dates_need_no_word(tmp_path: Path) -> None:
    text = "day,n\n" + "".join(f"05/{day:02d}/2024,1\n" for day in range(1, 29))
    assert compared(tmp_path, text, text.replace("05/", "06/")) == ()


def test_new_columns_and_values_are_said_and_stop_nothing(tmp_path: Path) -> None:
    new = "day,region,amount,price,note\n2024-06-01,east,5,1.5,a\n2024-06-02,west,5,1.5,a\n"
    assert set(compared(tmp_path, MAY, new)) == {
        Difference("new", "note"),
        Difference("values", "region", now="east, west"),
    }


@pytest.mark.parametrize(
    ("old", "new", "argument"),
    [
        (
            "region,amount,cost\nnorth,5,100\nsouth,7,200\n",
            "region,amount,cost\nnorth,5,100,\nsouth,7,200,\n",
            "index_col",
        ),
        (
            "code,n\n" + "".join(f"{code},{n}\n" for n, code in enumerate(("NO", "JP", "DE", "SE", "FR"))),
            "code,n\n" + "".join(f"{code},{n}\n" for n, code in enumerate(("NO", "JP", "NA", "SE", "FR"))),
            "keep_default_na",
        ),
        (
            "region,amount\n" + "north,5\n" * 30 + "\nNote: preliminary\n",
            "region,amount\n" + "north,5\n" * 31,
            "nrows",
        ),
    ],
)  # fmt: skip
def test_what_the_call_must_be_told_of_one_file_alone_stops(tmp_path: Path, old: str, new: str, argument: str) -> None:
    for pair in ((old, new), (new, old)):
        assert argument in {each.column for each in compared(tmp_path, *pair) if each.kind == "written"}


def test_rows_that_the_code_itself_counts_must_be_as_many(tmp_path: Path) -> None:
    for name, rows in (("old", 30), ("new", 31)):
        (tmp_path / name).write_text("region,amount\n" + "north,5\n" * rows + "\nNote: preliminary\n", "utf-8")
    both = [preview(tmp_path / each, "sales.csv", 5) for each in ("old", "new")]
    assert [each.column for each in differences(*both, "pd.read_csv('sales.csv', nrows=30)") if each.stops] == ["nrows"]
    assert not [each for each in differences(*both, "pd.read_csv('sales.csv')") if each.stops]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('a,b\n"1,500",x\n"2,500",y\n', "a,b\n500,x\n600,y\n"),
        ("a;b\n1,5;x\n2,5;y\n", "a;b\n1;x\n2;y\n"),
    ],
)
def test_what_the_other_file_does_not_need_stops_nothing(tmp_path: Path, old: str, new: str) -> None:
    assert not [each for each in compared(tmp_path, old, new) if each.stops]


FAR = "".join(f"{{}},{n}\n" for n in range(40))
IN_1252 = "name,n\n" + FAR.format(*["é"] * 40)
HAN_IN_BETWEEN = "name,n\n" + FAR.format(*["a"] * 20, "漢", *["a"] * 19)


@pytest.mark.parametrize(
    ("old", "new", "argument"),
    [
        (IN_1252.encode("cp1252"), HAN_IN_BETWEEN.encode(), "encoding"),
        (IN_1252.encode("utf-16"), b"name,n\na,1\nb,2\n", "encoding"),
        (b"a;b\n1,5;x\n2,5;y\n", b"a;b\n1.5;x\n2.5;y\n", "decimal"),
        (b"a;b\n1.234,5;x\n2.234,5;y\n", b"a;b\n1.234;x\n2.234;y\n", "thousands"),
    ],
)
def test_what_only_seems_to_need_no_argument_stops(tmp_path: Path, old: bytes, new: bytes, argument: str) -> None:
    """Han in the middle is in none of the rows shown; numbers that look like thousands are fractions."""
    both = [tmp_path / each for each in ("old", "new")]
    for path, content in zip(both, (old, new), strict=True):
        path.write_bytes(content)
    before, after = (preview(path, "sales.csv", 5) for path in both)
    different = differences(before, after, is_ascii=new.isascii())
    assert argument in {each.column for each in different if each.stops}


def test_a_file_of_ascii_only_is_read_in_any_encoding_that_has_ascii(tmp_path: Path) -> None:
    (tmp_path / "old").write_text(IN_1252, "cp1252")
    (tmp_path / "new").write_text(IN_1252.replace("é", "e"), "ascii")
    before, after = (preview(tmp_path / each, "sales.csv", 5) for each in ("old", "new"))
    assert not [each for each in differences(before, after, is_ascii=True) if each.stops]
    assert [each.column for each in differences(before, after) if each.stops] == ["encoding"]


def test_columns_in_another_order_and_further_sheets_are_said(tmp_path: Path) -> None:
    assert compared(tmp_path, "a,b,c\n1,2,3\n", "b,a,c\n1,2,3\n") == (Difference("order"),)
    for name, sheets in (("old", ("North", "South")), ("new", ("North", "South", "Total"))):
        with pd.ExcelWriter(tmp_path / f"{name}.xlsx") as book:
            for sheet in sheets:
                pd.DataFrame({"a": [1, 2]}).to_excel(book, sheet_name=sheet, index=False)
    both = [preview(tmp_path / f"{each}.xlsx", "book.xlsx", 5) for each in ("old", "new")]
    assert differences(*both) == (Difference("more", now="Total"),)


def test_times_of_a_zone_are_of_another_type(tmp_path: Path) -> None:
    days = pd.to_datetime(["2024-05-01", "2024-05-02"])
    pd.DataFrame({"when": days}).to_parquet(tmp_path / "old")
    pd.DataFrame({"when": days.tz_localize("UTC")}).to_parquet(tmp_path / "new")
    both = [preview(tmp_path / each, "t.parquet", 5) for each in ("old", "new")]
    assert [(each.kind, each.column) for each in differences(*both)] == [("type", "when")]


def test_where_there_are_no_tables_it_is_said_that_nothing_was_compared(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).write_text("Dear all,\nnothing here is a table.\n", "utf-8")
    both = [preview(tmp_path / each, "letter.txt", 5) for each in ("old", "new")]
    assert [each.kind for each in differences(*both)] == ["uncompared"] if not both[0].tables else True


def test_a_file_that_is_no_table_is_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "old").write_text(MAY, "utf-8")
    (tmp_path / "new").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    both = [preview(tmp_path / each, "sales.csv", 5) for each in ("old", "new")]
    assert [each.kind for each in differences(*both)] in (["unreadable"], ["kind"])


def test_a_sheet_that_is_gone_is_named(tmp_path: Path) -> None:
    for name, sheets in (("old", ("May", "Rates")), ("new", ("May",))):
        with pd.ExcelWriter(tmp_path / f"{name}.xlsx") as book:
            for sheet in sheets:
                pd.DataFrame({"a": [1, 2]}).to_excel(book, sheet_name=sheet, index=False)
    both = [preview(tmp_path / f"{each}.xlsx", "book.xlsx", 5) for each in ("old", "new")]
    assert differences(*both) == (Difference("table", was="Rates"),)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 999)), min_size=2, max_size=9), st.data())
def test_a_file_differs_from_itself_and_from_its_rows_in_another_order_in_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("shapes")
    text, mixed = (
        "kind,number\n" + "".join(f"{kind},{number}\n" for kind, number in each)
        for each in (rows, data.draw(st.permutations(rows)))
    )
    assert not [each for each in compared(folder, text, mixed) if each.stops]
    assert compared(folder, text, text) == ()
