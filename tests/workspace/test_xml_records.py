"""What an XML file holds is in a column of the table that is told, or named as what is in none (B20)."""

from __future__ import annotations

import pytest

from lci.core.files import Preview
from tests.workspace.conftest import Folder
from tests.workspace.test_more_formats import KML
from tests.workspace.test_told_is_read import assert_told_is_read

#: Two records, what is lost of them by the code that says it, and the columns that there are.
CASES: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "nothing": ("<r><a k='1'><n>x</n></a><a k='2'><n>y</n></a></r>", {}, ["k", "n"]),
    "text of a record": ("<r><a k='1'>x</a><a k='2'>y</a></r>", {}, ["k", "a"]),
    "parts of a text": ("<r><a k='1'>x<!-- c -->&amp;<![CDATA[z]]></a><a k='2'>y</a></r>", {}, ["k", "a"]),
    "white space": ("<r>\n <a>\n <n> x </n>\n</a>\n<a><n>y</n> </a>\n</r>", {}, ["n"]),
    "text between elements": (
        "<r><a><n>x</n> and <m>1</m></a><a><n>y</n><m>2</m></a></r>", {"loose_text": "a"}, ["n", "m"],
    ),
    "text between records": ("<r>Hello <a><n>x</n></a><a><n>y</n></a></r>", {"loose_text": "r"}, ["n"]),
    "mixed text": (
        "<r><a><p>one <b>two</b> three</p></a><a><p>four</p></a></r>",
        {"nested_elements": "p", "loose_text": "p"}, ["p"],
    ),
    "attributes of an element": (
        "<r><a><n unit='kg' x='1'>1</n></a><a><n>2</n></a></r>", {"element_attributes": "n@unit, n@x"}, ["n"],
    ),
    "attributes of the root": (
        "<r date='2024'><a><n>1</n></a><a><n>2</n></a></r>", {"element_attributes": "r@date"}, ["n"],
    ),
    "attributes of schemas": (
        "<r xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:noNamespaceSchemaLocation='a.xsd'>"
        "<a><n xsi:nil='true'/></a><a><n>2</n></a></r>", {}, ["n"],
    ),
    "an attribute and an element of one name": (
        "<r><a id='1'><id>x</id></a><a id='2'><id>y</id></a></r>", {"repeated_names": "id"}, ["id"],
    ),
    "an attribute of the record's name": (
        "<r><a a='1'>x</a><a a='2'>y</a></r>", {"repeated_names": "a"}, ["a"],
    ),
    "an element several times": (
        "<r><a><n>x</n><n>y</n></a><a><n>z</n></a></r>", {"repeated_names": "n"}, ["n"],
    ),
    "two names but for the namespace": (
        "<r xmlns:p='p' xmlns:q='q'><a><p:n>x</p:n><q:n>y</q:n></a><a><p:n>z</p:n></a></r>",
        {"repeated_names": "n"}, ["n"],
    ),
    "elements within elements": (
        "<r><a><n><m k='1'>x</m></n></a><a><n>y</n></a></r>", {"nested_elements": "n"}, ["n"],
    ),
}  # fmt: skip


def lost(seen: Preview) -> dict[str, str]:
    codes = ("nested_elements", "element_attributes", "repeated_names", "loose_text")
    return {each.code: str(each.facts["names"]) for each in seen.warnings if each.code in codes}


@pytest.mark.parametrize("case", CASES)
def test_what_no_column_has_is_named(folder: Folder, case: str) -> None:
    content, expected, columns = CASES[case]
    seen = folder.preview("a.xml", content)
    assert [column.name for column in seen.tables[0].columns] == columns
    assert lost(seen) == expected
    assert_told_is_read(seen, folder.frame(seen))


def test_of_many_names_the_first_are_named(folder: Folder) -> None:
    record = "<a>" + "".join(f"<n{at} u='1'>{at}</n{at}>" for at in range(2_000)) + "</a>"
    names = lost(folder.preview("a.xml", f"<r>{record}{record}</r>"))["element_attributes"]
    assert names == ", ".join(f"n{at}@u" for at in range(20)) + ", …"


def test_what_a_track_says_of_itself_is_named(folder: Folder) -> None:
    points = "".join(f"<trkpt lat='{at}' lon='7'><ele>{at}</ele><x><hr>90</hr></x></trkpt>" for at in (46, 47))
    track = f"<gpx creator='w'><trk><name>Morning</name><trkseg>{points}</trkseg></trk></gpx>"
    assert lost(folder.preview("a.gpx", track)) == {
        "element_attributes": "gpx@creator", "loose_text": "name", "nested_elements": "x",
    }  # fmt: skip


def test_what_a_map_says_beside_its_places_is_named(folder: Folder) -> None:
    styled = KML.replace("<Point>", "<styleUrl>#s</styleUrl><Point>", 1)
    assert lost(folder.preview("a.kml", KML)) == {}
    assert lost(folder.preview("b.kml", styled)) == {"loose_text": "styleUrl"}
