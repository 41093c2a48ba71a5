"""HTML and SVG as texts that can be compared, without the names that each run invents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

#: Names that libraries invent: UUIDs, and what is as long in hexadecimal digits.
_INVENTED = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|(?<![0-9a-zA-Z])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9a-zA-Z])"
)
_NAME = re.compile(r"[\w-]+")
#: Elements whose text is no word that is read.
_CODE = ("script", "style")
#: Elements that alone show something.
_SHOWING = frozenset({"img", "svg", "canvas", "table", "iframe", "audio", "video", "input", "object", "embed", "math"})
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,")
#: Pages within pages that are looked into.
_DEPTH = 3


def readable_markup(markup: str, depth: int = _DEPTH) -> tuple[str, tuple[str, ...]]:
    """A line for each element and each text, and the pictures that are in it as base64.

    The ids of elements are counted, wherever they are named; how a file was made says nothing.
    """
    pieces = _pieces(markup)
    names: dict[str, str] = {}
    for piece in pieces:
        if (own := piece.attributes.get("id", "")) and own not in names:
            names[own] = f"id{len(names) + 1}"
    lines: list[str] = []
    pictures: list[str] = []
    for piece in pieces:
        match piece:
            case _Piece("", text):
                lines.append(" ".join(text.split()))
            case _Piece(name, text) if name in _CODE and text:
                lines.append(_settled(text.strip(), names))
            case _Piece(name, _, attributes):
                shown = []
                for key, value in sorted(attributes.items()):
                    if embedded := _PICTURE.match(value):
                        pictures.append(value[embedded.end() :])
                    elif key == "srcdoc" and depth:
                        inner, within = readable_markup(value, depth - 1)
                        pictures += within
                        shown.append(f" {key}={inner}")
                    else:
                        shown.append(f" {key}={_settled(value, names)}")
                lines.append(f"<{name}{''.join(shown)}>")
    return "\n".join(lines), tuple(pictures)


def shows_nothing(markup: str) -> bool:
    """Whether a page has neither words nor anything else to be seen, as those that only load scripts."""
    return not any((not piece.name and piece.text.strip()) or piece.name in _SHOWING for piece in _pieces(markup))


def _settled(text: str, names: Mapping[str, str]) -> str:
    counted = _NAME.sub(lambda match: names.get(match[0], match[0]), text) if names else text
    return _INVENTED.sub("…", counted)


@dataclass(frozen=True, slots=True)
class _Piece:
    """The beginning of an element with its attributes; or a text, which has no name unless it is code."""

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[_Piece] = []
        self.code = ""
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unread += tag == "metadata"
        if not self.unread:
            self.pieces.append(_Piece(tag, attributes={name: value or "" for name, value in attrs}))
        self.code = tag if tag in _CODE else ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "metadata":
            self.handle_starttag(tag, attrs)
        self.code = ""

    def handle_endtag(self, tag: str) -> None:
        self.unread -= tag == "metadata" and self.unread > 0
        self.code = ""

    def handle_data(self, data: str) -> None:
        if not self.unread and data.strip():
            self.pieces.append(_Piece(self.code, data))


def _pieces(markup: str) -> list[_Piece]:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.pieces
