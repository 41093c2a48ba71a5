"""Pictures that were pasted into a notebook's texts: each becomes a file that the text names."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final
from urllib.parse import unquote

from lci.notebook.reading import ReadCell

_ENDINGS: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}
_NAME_CHARS = 60
#: A picture in Markdown, or as Jupyter writes one that was given a size.
_SHOWN = re.compile(
    r"!\[(?P<caption>[^\[\]]*)\]\(\s{0,9}<?attachment:(?P<name>[^()<>\n]{1,300}?)>?"
    r"(?:\s{1,9}(?:\"[^\"\n]*\"|'[^'\n]*'))?\s{0,9}\)"
    r"|<img\b[^<>]*?\bsrc\s*=\s*[\"']attachment:(?P<sized>[^\"'<>\n]{1,300})[\"'][^<>]*>"
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture as a file: under that name texts of the notebook show it."""

    name: str
    content: bytes


@dataclass(slots=True)
class Pasted:
    """The pictures of a notebook so far, under names that are distinct."""

    attachments: list[Attachment] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def shown(self, cell: ReadCell) -> str:
        """The cell's text with the pictures that are in it named as files; what cannot be read stays as it is."""
        if not cell.attachments:
            return cell.source
        names: dict[str, str] = {}

        def named(match: re.Match[str]) -> str:
            key = unquote(match["name"] or match["sized"])
            if key not in names:
                names[key] = self._kept(cell, key)
            return f"![{match['caption'] or ''}]({names[key]})" if names[key] else match[0]

        return _SHOWN.sub(named, cell.source)

    def _kept(self, cell: ReadCell, key: str) -> str:
        """The name of the file that an attachment becomes; empty for what is no picture."""
        for mime, value in cell.attachments.get(key, {}).items():
            content = _content(mime, value)
            if mime in _ENDINGS and content:
                name = self._free_name(key, _ENDINGS[mime])
                self.attachments.append(Attachment(name, content))
                return name
        return ""

    def _free_name(self, key: str, ending: str) -> str:
        stem = re.sub(r"[^\w-]+", "-", PurePath(key).stem)[:_NAME_CHARS].strip("-_") or "picture"
        name, number = f"{stem}.{ending}", 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem}-{number}.{ending}"
        self._taken.add(name.casefold())
        return name


def _content(mime: str, value: str) -> bytes:
    if mime == "image/svg+xml" and value.lstrip().startswith("<"):
        return value.encode("utf-8", "replace")
    try:
        return base64.b64decode(value, validate=False)
    except ValueError:
        return b""
