"""What a query may do: read rows of the tables it is over, all of them page by page, and nothing else (P18, B34)."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from lci.errors import Problem, QueryRefused
from lci.workspace.queries import COLUMNS_SHOWN, QueryJob, QueryPage, ResultFormat, ResultJob
from lci.workspace.tables import TableJob


def table(folder: Path, name: str, content: str) -> Path:
    (folder / f"{name}.csv").write_text(content, "utf-8")
    return TableJob(f"{name}.csv", name).performed(folder / f"{name}.csv")


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    return table(tmp_path, "sales", "region,amount\n" + "".join(f"{'ns'[n % 2]},{n % 5}\n" for n in range(250)))


def asked(sql: str, *tables: Path, offset: int = 0, rows: int = 100, **facts: object) -> QueryPage | Problem:
    job = QueryJob("sales.csv", sql, offset, rows, **facts)  # type: ignore[arg-type]
    return job.read(job.performed(*tables))


def page(sql: str, *tables: Path, **facts: object) -> QueryPage:
    found = asked(sql, *tables, **facts)  # type: ignore[arg-type]
    assert isinstance(found, QueryPage), found
    return found


def test_a_page_has_its_rows_and_the_number_of_all(sales: Path) -> None:
    """P18."""
    found = page("FROM sales;", sales, offset=240)
    assert (found.total, found.offset, len(found.rows)) == (250, 240, 10)
    assert [(column.name, column.dtype) for column in found.columns] == [("region", "str"), ("amount", "int64")]
    assert found.rows[0] == ("n", 0)


def test_tables_are_joined_by_their_names(tmp_path: Path, sales: Path) -> None:
    other = table(tmp_path, "regions", "code,label\nn,North\ns,South\n")
    sql = "SELECT label, sum(amount) AS total FROM sales JOIN regions ON code = region GROUP BY label ORDER BY label"
    assert page(sql, sales, other).rows == (("North", 250), ("South", 250))
    assert [column.dtype for column in page(sql, sales, other).columns] == ["str", "float64"]


@pytest.mark.parametrize(
    ("sql", "cause"),
    [
        ("", "empty"),
        (" -- nothing\n", "empty"),
        ("SELECT 1; SELECT 2", "several"),
        ("SELECT 1; COPY sales TO 'x'", "several"),
        ("selec 1", "syntax"),
        ("SELECT 'open", "unreadable"),
        ("SELECT * FROM nowhere", "table"),
        ("SELECT nothing FROM sales", "column"),
        ("SELECT nonsense(1)", "function"),
        ("SELECT nowhere.region FROM sales", "table"),
        ("SELECT region FROM sales a JOIN sales b USING (amount)", "ambiguous"),
        ("SELECT region, amount FROM sales GROUP BY region", "grouping"),
        ("SELECT region::INT FROM sales", "conversion"),
        *((statement, "statement") for statement in (
            "ATTACH 'other.duckdb' AS other", "COPY sales TO 'out.csv'", "COPY (FROM sales) TO 'out.csv'",
            "INSTALL httpfs", "LOAD httpfs", "SET threads = 8", "RESET threads", "PRAGMA database_list",
            "CREATE TABLE t AS SELECT 1", "INSERT INTO sales VALUES ('n', 1)", "DELETE FROM sales",
            "UPDATE sales SET amount = 0", "DROP TABLE sales", "CALL pragma_version()", "EXPORT DATABASE 'x'",
            "USE memory", "DETACH file_0", "VACUUM", "CHECKPOINT", "BEGIN", "EXPLAIN ANALYZE FROM sales",
        )),
    ],
)  # fmt: skip
def test_what_only_reads_rows_is_carried_out_and_nothing_else(sales: Path, sql: str, cause: str) -> None:
    found = asked(sql, sales)
    assert isinstance(found, Problem), found
    assert (found.code, found.facts["cause"]) == ("query_refused", cause)


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('{}')", "FROM read_text('{}')", "FROM read_blob('{}')", "FROM read_parquet('{}')",
        "FROM read_json('{}')", "FROM '{}'", "FROM glob('{}*')", "FROM read_csv('http://127.0.0.1:1/x.csv')",
        "FROM parquet_metadata('{}')", "FROM sniff_csv('{}')", "FROM query('FROM read_text(''{}'')')",
        "FROM query_table('{}')", "FROM duckdb_secrets()", "SELECT getenv('HOME')", "FROM sys", "FROM path",
        "SELECT (FROM read_text('{}'))", "WITH a AS (FROM read_text('{}')) FROM a",
    ],
)  # fmt: skip
def test_no_other_file_nor_anything_else_is_within_reach(tmp_path: Path, sales: Path, sql: str) -> None:
    """B34: no walls of the operating system stand around this test."""
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nhidden\n", "utf-8")
    found = asked(sql.replace("{}", str(secret)), sales)
    assert isinstance(found, Problem) or found.total == 0
    assert "hidden" not in repr(found)


def test_a_query_can_loosen_nothing(sales: Path) -> None:
    """B34: configuration is locked, also by functions that a SELECT may call."""
    for setting in ("enable_external_access", "lock_configuration", "memory_limit"):
        found = asked(f"SELECT set_config('{setting}', 'x')", sales)
        assert isinstance(found, Problem)
    values = {
        str(name): value for name, value in page("SELECT name, value FROM duckdb_settings()", sales, rows=1000).rows
    }
    assert values["lock_configuration"] == "true"
    assert values["enable_external_access"] == values["autoload_known_extensions"] == "false"
    assert values["autoinstall_known_extensions"] == values["python_enable_replacements"] == "false"


def test_pages_of_any_order_hold_every_row_once(tmp_path: Path) -> None:
    """P18: many rows are equal in what they are sorted by; each is on one page."""
    drawn = random.Random(7)
    path = table(tmp_path, "t", "k,id\n" + "".join(f"{drawn.randrange(3)},{n}\n" for n in range(30_000)))
    for sql in ("FROM t ORDER BY k", "SELECT a.k, a.id FROM t a JOIN t b USING (id) ORDER BY a.k DESC"):
        pages = [page(sql, path, offset=at, rows=5_000, steady=True) for at in range(0, 30_000, 5_000)]
        ids = [int(str(row[1])) for each in pages for row in each.rows]
        assert sorted(ids) == list(range(30_000)), sql


def test_columns_of_one_name_and_very_many_are_shown_by_place(sales: Path) -> None:
    assert [column.name for column in page("SELECT 1 AS a, 2 AS a", sales).columns] == ["a", "a_1"]
    wide = page("SELECT " + ", ".join(f"{n} AS c{n}" for n in range(COLUMNS_SHOWN + 50)), sales)
    assert (len(wide.columns), len(wide.rows[0]), wide.width) == (COLUMNS_SHOWN, COLUMNS_SHOWN, COLUMNS_SHOWN + 50)


NASTY = '=HYPERLINK("http://x")'


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_all_rows_are_written_as_a_file(tmp_path: Path, form: ResultFormat) -> None:
    """B34: in a workbook a text that begins like a formula is a text."""
    content = (
        'when,text,n,x\n2024-01-02,"=HYPERLINK(""http://x"")",9007199254740993,0.5\n,@SUM(1),,\n2024-01-04,-2+3,3,inf\n'
    )
    path = table(tmp_path, "t", content)
    made = ResultJob("t.csv", "FROM t", form).performed(path)
    if form == "csv":
        assert made.read_text().splitlines()[1] == '2024-01-02 00:00:00,"=HYPERLINK(""http://x"")",9007199254740993,0.5'
    elif form == "parquet":
        frame = pd.read_parquet(made)
        assert frame["text"].tolist() == [NASTY, "@SUM(1)", "-2+3"]
        assert frame["n"].isna().tolist() == [False, True, False]
    else:
        cells = list(openpyxl.load_workbook(made).active.iter_rows())
        assert [[cell.value for cell in row] for row in cells[:1]] == [["when", "text", "n", "x"]]
        assert [row[1].value for row in cells[1:]] == [NASTY, "@SUM(1)", "-2+3"]
        assert {cell.data_type for row in cells for cell in row} <= {"s", "n", "d"}
        assert cells[1][2].value == "9007199254740993"


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_result_is_of_a_query_that_only_reads(sales: Path, tmp_path: Path, form: ResultFormat) -> None:
    for sql in (f"COPY sales TO '{tmp_path / 'out.csv'}'", "FROM read_text('/etc/hostname')"):
        with pytest.raises(QueryRefused):
            ResultJob("sales.csv", sql, form).performed(sales)
    assert not (tmp_path / "out.csv").exists()


def test_a_table_stays_as_it_was_made(sales: Path) -> None:
    before = sales.read_bytes()
    asked("FROM sales ORDER BY amount", sales)
    asked("DELETE FROM sales", sales)
    assert sales.read_bytes() == before
    with duckdb.connect(str(sales), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM sales").fetchall() == [(250,)]


def test_types_are_those_that_pandas_gets(sales: Path) -> None:
    """B5: what is said above a column is what `.df()` returns for it."""
    values = {
        "BOOLEAN": "true", "TINYINT": "1", "INTEGER": "1", "BIGINT": "1", "HUGEINT": "1", "UBIGINT": "1", "FLOAT": "1",
        "DOUBLE": "1", "DECIMAL(9,2)": "1", "VARCHAR": "'a'", "DATE": "'2024-01-02'", "TIMESTAMP": "'2024-01-02'",
        "TIMESTAMP_S": "'2024-01-02'", "TIMESTAMP_NS": "'2024-01-02'", "INTERVAL": "'1 day'", "BIGINT[]": "[1]",
        "ENUM('a')": "'a'", "TIME": "'10:00'", "UUID": "uuid()", "BLOB": "'a'", "STRUCT(n INTEGER)": "{'n': 1}",
    }  # fmt: skip
    sql = "SELECT " + ", ".join(f"CAST({value} AS {kind}) AS c{n}" for n, (kind, value) in enumerate(values.items()))
    frame = duckdb.sql(sql).df()
    assert [column.dtype for column in page(sql, sales).columns] == list(map(str, frame.dtypes))
    assert page("SELECT 1::UHUGEINT", sales).rows == ((1,),)
