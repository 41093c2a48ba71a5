"""A notebook as a Markdown file and its pictures; what cells put out is text there, however it looks."""

from __future__ import annotations

import io
import mimetypes
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import assert_never
from urllib.parse import unquote

from markdown_it import MarkdownIt
from nbformat import NotebookNode

from lci.notebook.forms.contents import CODE, MARK, Code, Contents, Prose, Reader, contents, nothing, shortened
from lci.notebook.forms.formulas import with_formulas
from lci.notebook.forms.shown import Chart, Markdown, Picture, Shown, Table, Text
from lci.notebook.forms.tables import rows_of
from lci.notebook.words import Words

_IMAGE = re.compile(r"!\[([^\[\]]*)\](?:\(\s*<?([^()\s<>]*)>?[^()]*\)|\[[^\[\]]*\])")
#: What could begin HTML, and is not escaped already.
_TAG = re.compile(r"(?<!\\)((?:\\\\)*)<(?=[A-Za-z/!?])(?!(?:https?|mailto):)")
_ENDINGS = {"image/jpeg": ".jpg", "image/svg+xml": ".svg", "image/webp": ".webp"}


@dataclass(slots=True)
class _Images:
    """The pictures of the file, by the paths that lead to them."""

    folder: str
    files: dict[str, bytes] = field(default_factory=dict)

    def link(self, picture: Picture, alt: str) -> str:
        ending = _ENDINGS.get(picture.mime) or mimetypes.guess_extension(picture.mime) or ".png"
        path = f"{self.folder}/figure-{len(self.files) + 1}{ending}"
        self.files[path] = picture.content
        return f"![{alt}]({path})"


def markdown(
    document: NotebookNode, words: Words, *, folder: str = "images", read: Reader = nothing
) -> tuple[str, dict[str, bytes]]:
    """The text, and the pictures by their paths beside it, which are in `folder`.

    Prose in which a reader would find HTML or a picture of another place all the same is shown as it was written.
    """
    shown = contents(document, words, code=True, read=read)
    for as_written in (False, True):
        images = _Images(folder)
        text = "\n\n".join(_parts(shown, images, words, as_written=as_written)) + "\n"
        if as_written or _is_safe(text, images.files):
            break
    return text, images.files


#: Whoever reads the file may read HTML in it, too.
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _is_safe(text: str, pictures: Collection[str]) -> bool:
    """Whether it has no HTML, and no picture but those."""
    for block in _PARSER.parse(text):
        for token in (block, *(block.children or ())):
            if token.type in ("html_block", "html_inline"):
                return False
            if token.type == "image" and unquote(str(token.attrs.get("src", ""))) not in pictures:
                return False
    return True


def markdown_zip(document: NotebookNode, words: Words, name: str, *, read: Reader = nothing) -> bytes:
    """Both in one archive, the text as `name`."""
    text, files = markdown(document, words, read=read)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, text)
        for path, content in files.items():
            target.writestr(path, content, zipfile.ZIP_STORED)
    return archive.getvalue()


def _parts(shown: Contents, images: _Images, words: Words, *, as_written: bool) -> Iterator[str]:
    for part in shown.parts:
        match part:
            case Prose() if as_written:
                yield _fenced(MARK.sub("", part.source), "text")
            case Prose():
                yield MARK.sub(r"[^\1]", _prose(part, images))
            case Code():
                if part.source.strip():
                    yield _fenced(part.source, "python")
                for each in part.shown:
                    plain = Text(each.source, "printed") if as_written and isinstance(each, Markdown) else each
                    if text := _output(plain, images, words):
                        yield text
            case _ as never:
                assert_never(never)
    if shown.notes:
        yield f"## {words.numbers}"
        yield "\n".join(f"[^{number}]: {inert(note)}" for number, note in enumerate(shown.notes, 1))
    yield f"*{inert(shown.colophon)}*"


def _prose(part: Prose, images: _Images) -> str:
    """Its Markdown, with pictures of the notebook, of no other place, and no HTML."""

    def image(match: re.Match[str]) -> str:
        picture = part.pictures.get(match[2] or "")
        return match[1] if picture is None else images.link(picture, match[1])

    done: list[str] = []
    at = 0
    for code in CODE.finditer(part.source):
        done += [_IMAGE.sub(image, _TAG.sub(r"\1&lt;", part.source[at : code.start()])), code[0]]
        at = code.end()
    text = "".join([*done, _IMAGE.sub(image, _TAG.sub(r"\1&lt;", part.source[at:]))])
    return with_formulas(text, part.formulas, lambda formula: _TAG.sub(r"\1&lt;", formula.text))


def _output(shown: Shown, images: _Images, words: Words) -> str:
    match shown:
        case Picture():
            return images.link(shown, words.chart)
        case Table(html, text):
            rows = rows_of(html)
            return _table(rows) if rows else _fenced(shortened(text, words), "text")
        case Markdown(source):
            return _prose(Prose(source, {}), images)
        case Text(text):
            return _fenced(shortened(text, words), "text")
        case Chart(title):
            return f"*{inert(words.drawn_elsewhere.format(title=title or words.chart))}*"
        case _ as never:
            assert_never(never)


def _table(rows: list[list[str]]) -> str:
    head, *body = [f"| {' | '.join(map(inert, row))} |" for row in rows]
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *body])


def inert(text: str) -> str:
    """Text of anybody as one line in which nothing is Markdown, no HTML and no formula either."""
    return re.sub(r"([\\`*_{}\[\]<>|#!~$&])", r"\\\1", " ".join(text.split()))


def _fenced(text: str, language: str) -> str:
    fence = "`" * max([3, *(len(row) + 1 for row in re.findall("`+", text))])
    return f"{fence}{language}\n{text}\n{fence}"
