"""What a person says of the columns of a page's table or of XML holds wherever the file is read (B20, B5)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from lci.analyst.sources import sources
from lci.core.files import ColumnKind, Preview, Reading
from lci.core.readers import reader_imports
from lci.workspace.calls import function_in
from lci.workspace.preview import preview
from lci.workspace.statistics import StatisticsJob
from lci.workspace.tables import TableJob
from tests.workspace.conftest import Folder
from tests.workspace.test_corrections import agrees

NAMES = ("a.html", "a.xml")


def content(name: str, column: Sequence[str]) -> str:
    frame = pd.DataFrame({"n": list(column), "w": [f"w{at}" for at in range(len(column))]})
    return frame.to_html(index=False) if name == "a.html" else frame.to_xml(index=False, parser="etree")


KINDS: dict[str, tuple[Sequence[str], ColumnKind, str, object]] = {
    "numbers as text": (["1", "2"], "text", "str", "1"),
    "codes as numbers": (["01", "02"], "integer", "Int64", 1),
    "integers with gaps": (["1009513310189256287", ""], "integer", "Int64", 1009513310189256287),
    "integers as decimals": (["1", "2"], "number", "float64", 1.0),
    "dates as text": (["2020-01-02", "2020-01-03"], "text", "str", "2020-01-02"),
    "day first": (["03/04/2020", "05/06/2020"], "day_first", "datetime64[us]", pd.Timestamp(2020, 4, 3)),
    "month first": (["03/04/2020", ""], "month_first", "datetime64[us]", pd.Timestamp(2020, 3, 4)),
    "digits as dates": (["20200304", "20200506"], "day_first", "datetime64[us]", pd.Timestamp(2020, 3, 4)),
}  # fmt: skip


@pytest.mark.parametrize("case", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_column_holds_what_the_person_says(folder: Folder, name: str, case: str) -> None:
    """For what is told, the call, the Data page, the profile and the analyst."""
    column, kind, dtype, first = KINDS[case]
    reading = Reading(kinds=(("n", kind),))
    seen = folder.preview(name, content(name, column), reading=reading)
    frame = agrees(folder, seen)
    assert (str(frame["n"].dtype), frame["n"].iloc[0]) == (dtype, first)
    assert not [each for each in seen.warnings if each.code in ("leading_zeros", "kinds_refused")]
    assert function_in(seen.reader or "") == f"read_{name[2:]}"
    stored = TableJob(name, "t", reading).performed(folder.path / name)
    profile = StatisticsJob(name, "t")
    assert profile.read(profile.performed(stored)).columns[0].dtype == dtype
    ((source, _),) = sources(seen)
    names: dict[str, object] = {}
    exec("\n".join((*reader_imports(source.reader), f"frame = {source.reader}")), names)
    pd.testing.assert_frame_equal(names["frame"], frame)


@pytest.mark.parametrize("kind", ["integer", "number", "day_first"])
@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_read_as_the_person_says_is_named(folder: Folder, name: str, kind: ColumnKind) -> None:
    reading = Reading(kinds=(("w", kind), ("n", "text")))
    seen = folder.preview(name, content(name, ["1", "2"]), reading=reading)
    assert [(each.code, each.facts) for each in seen.warnings] == [("kinds_refused", {"names": "w"})]
    assert [column.dtype for column in seen.tables[0].columns] == ["str", "str"]
    agrees(folder, seen)


@pytest.mark.parametrize("name", NAMES)
def test_other_codes_stay_texts_beside_what_the_person_says(folder: Folder, name: str) -> None:
    frame = pd.DataFrame({"zip": ["01", "02"], "n": ["1", "2"]})
    text = frame.to_html(index=False) if name == "a.html" else frame.to_xml(index=False, parser="etree")
    seen = folder.preview(name, text, reading=Reading(kinds=(("n", "number"),)))
    assert [column.dtype for column in seen.tables[0].columns] == ["str", "float64"]
    assert [(each.code, each.facts["names"]) for each in seen.warnings] == [("leading_zeros", "zip")]
    agrees(folder, seen)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "cp932"])
@pytest.mark.parametrize("name", NAMES)
def test_the_encoding_is_what_the_person_says(folder: Folder, name: str, encoding: str) -> None:
    """Also of XML, whose first line may say nothing of it, or something else."""
    words = ["ｶﾅ 表", "b"] if encoding == "cp932" else ["é", "b"]
    seen = _written(folder, name, words, encoding, Reading(encoding=encoding))
    assert agrees(folder, seen)["n"].tolist() == words
    assert seen.encoding == encoding


def _written(folder: Folder, name: str, words: Sequence[str], encoding: str, reading: Reading) -> Preview:
    text = content(name, words).replace(" encoding='utf-8'", "")
    (folder.path / name).write_bytes(text.encode(encoding))
    return preview(folder.path / name, name, 10, reading)


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-1", "koi8-r", "cp1250", "utf-16", "shift_jis"])
def test_xml_is_read_in_the_encoding_that_it_says(folder: Folder, encoding: str) -> None:
    words = {"shift_jis": ["ひらがな", "カタカナ"], "koi8-r": ["да", "b"], "cp1250": ["ř", "b"]}.get(
        encoding, ["é", "b"]
    )
    text = content("a.xml", words).replace("utf-8", encoding)
    assert encoding in text
    seen = folder.preview("a.xml", text.encode(encoding))
    assert agrees(folder, seen)["n"].tolist() == words
