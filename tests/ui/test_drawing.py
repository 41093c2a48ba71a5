"""What is made of values before Streamlit draws it."""

from __future__ import annotations

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed

from lci.core.files import Column, Table
from lci.core.outputs import ErrorOutput
from lci.ui import tables
from lci.ui.outputs import error_text
from lci.ui.same import Same


@pytest.mark.parametrize(
    ("line", "drawn"),
    [
        ("File /home/a/.venv/lib/python3.11/site-packages/pandas/core/a.py:3, in f()", "File pandas/core/a.py:3"),
        ("File ~/env/lib/python3.12/site-packages/a/b.py:3", "File a/b.py:3"),
        ("File /usr/lib/python3.11/json/decoder.py:9, in f()", "File json/decoder.py:9"),
        ('  File "/usr/lib/python3/dist-packages/yaml/reader.py", line 3', '  File "yaml/reader.py", line 3'),
        (r"File C:\Python\Lib\site-packages\pandas\io\a.py:3", r"File pandas\io\a.py:3"),
        ("File /mnt/data/mine.py:3, in f()", "File /mnt/data/mine.py:3, in f()"),
    ],
)  # fmt: skip
def test_a_traceback_names_libraries_as_one_imports_them(line: str, drawn: str) -> None:
    error = ErrorOutput("KeyError", "'a'", (line,))
    assert error_text(error).startswith(drawn)
    assert error.traceback == (line,)


def table(*rows: tuple[str, ...], rows_there: int | None = None) -> Table:
    columns = (Column("<b>name</b>", "str", 0), Column("share", "float64", 1))
    return Table("t", len(rows) if rows_there is None else rows_there, True, columns, rows)


def test_columns_are_listed_with_what_is_in_them_and_nothing_of_it_is_markup() -> None:
    drawn = tables.columns_html(Same(table(("<i>x</i>", "1.5"), ("<i>x</i>", "NA"), ("y", "2.25"))))
    assert "<b>" not in drawn
    assert "&lt;b&gt;name&lt;/b&gt;" in drawn
    assert "&lt;i&gt;x&lt;/i&gt; (2), y (1)" in drawn
    assert "1.5 – 2.25" in drawn


def test_a_part_of_the_rows_is_said_to_be_one() -> None:
    assert tables.columns_title(table(("a", "1"))) == "Columns"
    assert "first 1 rows" in tables.columns_title(table(("a", "1"), rows_there=9))


@pytest.mark.parametrize(("value", "decimals"), [("1", 0), ("-1.25", 2), ("NA", 0), (None, 0), (2.5, 1)])
def test_decimals_are_counted_as_the_file_has_them(value: object, decimals: int) -> None:
    assert tables._decimals(value) == decimals


@pytest.mark.parametrize("value", ["1e-9", "abc", "1.2.3"])
def test_what_is_no_plain_number_gets_no_format(value: str) -> None:
    assert tables._decimals(value) > tables._DECIMALS


def test_what_is_drawn_goes_to_the_page_whole() -> None:
    """References to earlier messages outlive the messages themselves where a fragment runs again (.streamlit)."""
    message = ForwardMsg()
    message.delta.new_element.markdown.body = "x" * 10_000_000
    populate_hash_if_needed(message)
    assert message.hash
    assert not message.metadata.cacheable
