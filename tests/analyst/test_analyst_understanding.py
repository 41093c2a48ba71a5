"""B45: which questions the built-in analyst understands, and as what."""

from __future__ import annotations

import pytest

from lci.analyst import example_questions
from lci.analyst.columns import file_columns, mentions
from lci.analyst.intents import GroupBy, Intent, NoTable, Regression, Trend, Unknown
from lci.analyst.understanding import understood
from lci.core.files import Column, ImageFacts, Preview, Table


def preview(name: str, columns: dict[str, tuple[str, list[object]]], reader: str | None = None) -> Preview:
    rows = tuple(zip(*(values for _, values in columns.values()), strict=True))
    table = Table("", 100, True, tuple(Column(c, dtype) for c, (dtype, _) in columns.items()), rows)  # type: ignore[arg-type]
    return Preview(name, "table", 1, tables=(table,), reader=reader or f"pd.read_csv({name!r})")


SALES = preview(
    "sales.csv",
    {
        "order_id": ("BIGINT", [1, 2]),
        "date": ("DATE", ["2024-01-05", "2024-02-06"]),
        "region": ("VARCHAR", ["North", "South"]),
        "store": ("VARCHAR", ["A", "B"]),
        "product": ("VARCHAR", ["pen", "ink"]),
        "unit_price": ("DOUBLE", ["1.5", "2.5"]),
        "revenue": ("DOUBLE", ["10.0", "20.0"]),
    },
)
WEATHER = preview(
    "weather.csv",
    {
        "station": ("VARCHAR", ["a", "b"]),
        "altitude": ("DOUBLE", ["10", "500"]),
        "temp_c": ("DOUBLE", ["15.5", "9.0"]),
        "year": ("BIGINT", ["2001", "2002"]),
    },
)


def summary(intent: Intent) -> str:
    """An intent in one line, so that a table of phrasings stays readable."""
    match intent:
        case Regression():
            return f"line {intent.y.name if intent.y else '?'} on {intent.x.name if intent.x else '?'}"
        case GroupBy():
            keys = " ".join(f"{key.unit or ''}:{key.column.name}" for key in intent.keys)
            limit = f" {'bottom' if intent.ascending else 'top'} {intent.limit}" if intent.limit else ""
            return f"{intent.how} {intent.value.name if intent.value else 'rows'} by {keys}{limit}"
        case Trend():
            return f"trend {intent.how} {intent.value.name if intent.value else 'rows'} {intent.unit}"
        case _:
            column = getattr(intent, "column", None)
            return type(intent).__name__.lower() + (f" {column.name}" if column else "")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Give me an overview", "overview"),
        ("Summarize this file", "overview"),
        ("what's in the data?", "overview"),
        ("Describe the dataset", "overview"),
        ("analyze this file please", "overview"),
        ("Explore the data", "overview"),
        ("Are there duplicates?", "overview"),
        ("sales.csv", "overview"),
        ("What columns are there?", "listcolumns"),
        ("show me the column names", "listcolumns"),
        ("How many rows does it have?", "listcolumns"),
        ("show the first 10 rows", "showrows"),
        ("Which columns have missing values and why?", "missing"),
        ("Any nulls?", "missing"),
        ("show the correlations", "correlations"),
        ("correlation matrix", "correlations"),
        ("describe the unit price", "describe unit_price"),
        ("revenue", "describe revenue"),
        ("Show the distribution of revenue", "describe revenue"),
        ("histogram of unit_price", "describe unit_price"),
        ("what is the average revenue?", "describe revenue"),
        ("what about `region`?", "describe region"),
        ("unique values of product", "describe product"),
        ("average price by region", "mean unit_price by :region"),
        ("mean unit price per store", "mean unit_price by :store"),
        ("total revenue for each product", "sum revenue by :product"),
        ("Revenue by region", "sum revenue by :region"),
        ("median revenue across regions", "median revenue by :region"),
        ("total revenue per month and store", "sum revenue by month:date :store"),
        ("count of product by region", "count rows by :region"),
        ("How many orders per region?", "count rows by :region"),
        ("top 5 products by revenue", "sum revenue by :product top 5"),
        ("bottom 3 stores by average price", "mean unit_price by :store bottom 3"),
        ("Which region has the highest average price?", "mean unit_price by :region"),
        ("Which product sells the most by revenue?", "sum revenue by :product"),
        ("compare revenue between stores", "sum revenue by :store"),
        ("how does region affect revenue?", "mean revenue by :region"),
        ("number of different products by region", "nunique product by :region"),
        ("plot the monthly trend", "trend sum revenue month"),
        ("Plot the weekly trend of unit price", "trend mean unit_price week"),
        ("revenue over time", "trend sum revenue month"),
        ("total revenue by quarter", "trend sum revenue quarter"),
        ("average price per month", "trend mean unit_price month"),
        ("How has revenue changed over the years?", "trend sum revenue year"),
        ("daily revenue", "trend sum revenue day"),
        ("how many rows per month?", "trend count rows month"),
        ("monthly revenue by region", "sum revenue by month:date :region"),
        ("do a linear regression and plot it", "line ? on ?"),
        ("regress revenue on unit price", "line revenue on unit_price"),
        ("linear regression of revenue", "line revenue on ?"),
        ("fit a line to revenue against price", "line revenue on unit_price"),
        ("how does price affect revenue", "line revenue on unit_price"),
        ("effect of unit price on revenue", "line revenue on unit_price"),
        ("relationship between unit_price and revenue", "line revenue on unit_price"),
        ("predict revenue from unit price", "line revenue on unit_price"),
        ("scatter plot of revenue vs unit price", "line revenue on unit_price"),
        ("does revenue depend on unit price?", "line revenue on unit_price"),
        ("correlation between unit price and revenue", "line revenue on unit_price"),
        ("what correlates with revenue?", "line revenue on ?"),
        ("what affects revenue?", "line revenue on ?"),
        ("total sales per month and store", "sum revenue by month:date :store"),
        ("which month had the highest revenue?", "trend sum revenue month"),
        ("when was the revenue highest?", "trend sum revenue month"),
        ("sales", "overview"),
    ],
)
def test_a_phrasing_is_read_as_its_intent(question: str, expected: str) -> None:
    assert summary(understood(question, (SALES,)).intent) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("linear regression of temp on altitude", "line temp_c on altitude"),
        ("Regression of temperture on altitud", "line temp_c on altitude"),
        ("how does altitude influence temp?", "line temp_c on altitude"),
        ("yearly trend of temp", "trend mean temp_c year"),
        ("average temp by year", "trend mean temp_c year"),
        ("max temp by station", "max temp_c by :station"),
    ],
)
def test_units_plurals_and_typing_errors_in_column_names_are_forgiven(question: str, expected: str) -> None:
    assert summary(understood(question, (WEATHER,)).intent) == expected


@pytest.mark.parametrize(
    "question",
    [
        "tell me a joke",
        "write a poem about the region",
        "forecast revenue for next year",
        "train a random forest",
        "cluster the stores",
        "multiple regression of revenue",
        "売上の平均は?",
        "email this to Bob",
        "1+1",
    ],
)
def test_what_rules_cannot_do_is_not_pretended(question: str) -> None:
    assert isinstance(understood(question, (SALES,)).intent, Unknown)


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("average price by region", "and by store?", "mean unit_price by :store"),
        ("average price by region", "what about revenue?", "mean revenue by :region"),
        ("plot the monthly trend of revenue", "now weekly", "trend sum revenue week"),
        ("plot the monthly trend of revenue", "and unit price?", "trend mean unit_price month"),
        ("describe revenue", "and by region", "mean revenue by :region"),
        ("do a linear regression", "revenue", "describe revenue"),
    ],
)
def test_a_follow_up_leans_on_the_question_before(earlier: str, question: str, expected: str) -> None:
    reading = understood(question, (SALES,), earlier=earlier)
    assert summary(reading.intent).replace("sum unit", "mean unit") == expected


def test_the_file_named_in_the_question_is_taken() -> None:
    assert understood("overview of weather", (WEATHER, SALES)).intent.source.file == "weather.csv"  # type: ignore[union-attr]


def test_else_the_file_that_came_with_the_message() -> None:
    assert understood("overview", (WEATHER, SALES), "Files: weather.csv").intent.source.file == "weather.csv"  # type: ignore[union-attr]


def test_else_the_newest_file_with_the_columns_asked_for() -> None:
    assert understood("overview", (WEATHER, SALES)).intent.source.file == "sales.csv"  # type: ignore[union-attr]
    assert understood("average temp by station", (WEATHER, SALES)).intent.source.file == "weather.csv"  # type: ignore[union-attr]


def test_a_sheet_is_found_by_name_and_else_the_first_is_read() -> None:
    tables = tuple(Table(name, 3, True, (Column("a", "BIGINT"),), ((1,),)) for name in ("Plan", "Actual's"))
    book = Preview("売上 'x'.xlsx", "tables", 1, tables=tables, reader="pd.read_excel('first')")
    assert understood("overview", (book,)).intent.source.reader == "pd.read_excel('first')"  # type: ignore[union-attr]
    named = understood("overview of the sheet actual's", (book,)).intent.source  # type: ignore[union-attr]
    assert named.reader == 'pd.read_excel("売上 \'x\'.xlsx", sheet_name="Actual\'s")'


def test_an_ambiguous_name_is_said_to_be_ambiguous() -> None:
    table = preview("a.csv", {"net price": ("DOUBLE", [1]), "gross price": ("DOUBLE", [2]), "shop": ("VARCHAR", ["x"])})
    reading = understood("average price by shop", (table,))
    assert any("`gross price`" in remark and "`net price`" in remark for remark in reading.remarks)


def test_a_value_that_was_not_named_is_said() -> None:
    assert any("I took `revenue`" in remark for remark in understood("plot the monthly trend", (SALES,)).remarks)


def test_quotes_and_backticks_name_a_column_exactly() -> None:
    columns = file_columns(preview("a.csv", {"total": ("DOUBLE", [1]), "by": ("DOUBLE", [1])}).tables[0])
    assert [m.column.name for m in mentions("plot `by` against 'total'", columns)] == ["by", "total"]


def test_a_name_in_another_script_is_found_inside_a_sentence() -> None:
    table = preview("a.csv", {"地域": ("VARCHAR", ["東"]), "売上": ("DOUBLE", [1])})
    assert summary(understood("average 売上 by 地域", (table,)).intent) == "mean 売上 by :地域"


@pytest.mark.parametrize(
    ("name", "dtype", "values", "kind"),
    [
        ("price", "VARCHAR", ["$1,200.50", "$3"], "number"),
        ("n", "VARCHAR", ["1", "2", "x", "4", "5", "6"], "number"),
        ("when", "VARCHAR", ["31/12/2020", "01/02/2021"], "date"),
        ("when", "datetime64[ns]", ["2020-01-01"], "date"),
        ("day", "int64", ["20200131"], "date"),
        ("year", "int64", ["1999"], "year"),
        ("customer_id", "int64", ["7"], "id"),
        ("Unnamed: 0", "int64", ["0"], "id"),
        ("ok", "BOOLEAN", [True], "category"),
        ("name", "object", ["Ann"], "category"),
        ("text", "object", ["word " * 20], "text"),
        ("span", "INTERVAL", ["1 day"], "category"),
    ],
)
def test_the_kind_of_a_column_is_judged_from_type_name_and_rows(
    name: str, dtype: str, values: list[object], kind: str
) -> None:
    assert file_columns(preview("a.csv", {name: (dtype, values)}).tables[0])[0].kind == kind


def test_a_file_without_a_table_is_named_as_such() -> None:
    photo = Preview("cat.png", "image", 9, image=ImageFacts("PNG", 2, 3))
    assert isinstance(understood("overview", (photo,)).intent, NoTable)


@pytest.mark.parametrize("previews", [(SALES,), (WEATHER,), (SALES, WEATHER)])
def test_the_example_questions_are_understood(previews: tuple[Preview, ...]) -> None:
    questions = example_questions(previews)
    assert len(set(questions)) == 3
    for question in questions:
        assert not isinstance(understood(question, previews).intent, Unknown)


def test_there_are_example_questions_without_a_file() -> None:
    assert all(not isinstance(understood(q, (SALES,)).intent, Unknown) for q in example_questions(()))
