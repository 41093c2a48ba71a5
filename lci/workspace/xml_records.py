"""What stands in the records of an XML file, and by name what of it is in no column that `pd.read_xml` makes."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from lci.core.remarks import Remark
from lci.errors import FileKindRefused, FileUnreadable
from lci.workspace.request import Request, listed, warning
from lci.workspace.sources import Source, opened

#: Names that are kept of one file, of each sort.
_NAMES = 1_000
#: Attributes of these say how the file is to be checked, or that an element is empty.
_OF_SCHEMAS = "http://www.w3.org/2001/XMLSchema-instance "
#: Elements and attributes of a place in KML that are read, wherever they stand within it.
_READ_OF_PLACES = frozenset({"name", "description", "coordinates", "value", "SimpleData"})
_READ_ATTRIBUTES = frozenset({"Data@name", "SimpleData@name"})
#: What says how the file is written.
_OF_THE_FORMAT = "gpx@version"
#: The elements that are records, by the name of the root; in any other file they are the root's children.
_RECORDS: Mapping[str, frozenset[str]] = {
    "gpx": frozenset({"wpt", "trkpt", "rtept"}),
    "kml": frozenset({"Placemark"}),
}


@dataclass(slots=True)
class _Element:
    """An element that is open: how deep in its record, 1 for the record itself, 0 outside; whether it held another."""

    name: str
    level: int
    has_others: bool = False
    has_text: bool = False


@dataclass(slots=True)
class Records:
    """What expat reports, folded: the root with its attributes, the records, and names of what no column has.

    `lost` has the names by the code of the warning that says them.
    """

    root: tuple[str, dict[str, str]] = ("", {})
    count: int = 0
    #: Whether any of them has an attribute or an element.
    has_columns: bool = False
    #: The names of elements, whatever they are within.
    elements: set[str] = field(default_factory=set)
    lost: dict[str, dict[str, None]] = field(default_factory=dict)
    _open: list[_Element] = field(default_factory=list)
    #: What has given the record in hand a value.
    _columns: set[str] = field(default_factory=set)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = _local(tag)
        if len(self.elements) < _NAMES:
            self.elements.add(name)
        if not self._open:
            self.root = (name, attributes)
        element = _Element(name, self._level(name))
        if self._open:
            self._open[-1].has_others = True
        self._open.append(element)
        given = [_local(each) for each in attributes if not each.startswith(_OF_SCHEMAS)]
        if element.level == 1:
            self._columns = set()
            self.count += 1
        if self._is_map:
            named = [f"{name}@{each}" for each in given]
            self._lose("element_attributes", *(each for each in named if each not in _READ_ATTRIBUTES))
            return
        match element.level:
            case 0:
                outside = [f"{name}@{each}" for each in given]
                self._lose("element_attributes", *(each for each in outside if each != _OF_THE_FORMAT))
            case 1:
                self.has_columns |= bool(given)
                for each in given:
                    self._give(each)
            case 2:
                self.has_columns = True
                self._give(name)
                self._lose("element_attributes", *(f"{name}@{each}" for each in given))
            case 3:
                self._lose("nested_elements", self._open[-2].name)

    def characters(self, piece: str) -> None:
        """A piece of text."""
        if not piece.strip() or not self._open:
            return
        element = self._open[-1]
        is_first, element.has_text = not element.has_text, True
        if self._is_map:
            if not element.level or element.name not in _READ_OF_PLACES:
                self._lose("loose_text", element.name)
            elif is_first and element.name == "coordinates":
                self._give("coordinates")
        elif element.level == 1 and not element.has_others:
            if is_first:
                # In a column that is named for the record.
                self._give(element.name)
        elif element.level == 0 or (element.level < 3 and element.has_others):
            self._lose("loose_text", element.name)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self._open.pop()

    def remarks(self) -> list[Remark]:
        """What is in no column, by name."""
        return [warning(code, names=listed(list(names))) for code, names in self.lost.items()]

    @property
    def _is_map(self) -> bool:
        """Whether the places are read by a call of ours, which looks for some elements wherever they are."""
        return self.root[0] == "kml"

    def _level(self, name: str) -> int:
        if self._open and self._open[-1].level:
            return self._open[-1].level + 1
        records = _RECORDS.get(self.root[0])
        return int(name in records if records is not None else len(self._open) == 1)

    def _give(self, column: str) -> None:
        if column in self._columns:
            self._lose("repeated_names", column)
        self._columns.add(column)

    def _lose(self, code: str, *names: str) -> None:
        known = self.lost.setdefault(code, {}) if names else {}
        known |= dict.fromkeys(names[: max(0, _NAMES - len(known))])


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def records_of(request: Request, source: Source, encoding: str) -> Records:
    """What is in a file, in that encoding whatever it says itself.

    Raises `FileUnreadable`, and `FileKindRefused` for entities.

    Entities are how XML reads other files and how little files grow without end.
    """
    records = Records()
    parser = expat.ParserCreate(namespace_separator=" ")
    # expat itself knows few encodings, and none with several bytes a character.
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    parser.StartElementHandler = records.start
    parser.EndElementHandler = records.end
    parser.CharacterDataHandler = records.characters

    def refuse(*_: object) -> None:
        raise FileKindRefused(request.name, "xml with entities")

    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        with opened(source) as content:
            while piece := content.stream.read(1 << 20):
                parser.Parse(decoder.decode(piece), False)
            parser.Parse(decoder.decode(b"", final=True), True)
    except expat.ExpatError as error:
        raise FileUnreadable(request.name, "xml", str(error)[:200]) from error
    return records
