"""A notebook as a Word document for readers: prose, figures and tables, the receipts as numbered notes at its end."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, assert_never
from urllib.parse import unquote

from markdown_it.token import Token
from nbformat import NotebookNode

from lci.errors import ExportFailed
from lci.notebook.forms.contents import MARK, Code, Prose, Reader, contents, nothing, shortened, without_marks
from lci.notebook.forms.formulas import PLACES, Formula, drawn, formula_at, with_formulas
from lci.notebook.forms.page import parsed_markdown
from lci.notebook.forms.shown import Chart, Markdown, Picture, Shown, Table, Text
from lci.notebook.forms.tables import rows_of
from lci.notebook.words import Words

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_INCHES, _DOTS = 6.0, 100
#: What Word shows Chinese and Japanese text in.
_CJK_FONTS = {"ja": "Yu Gothic", "zh": "Microsoft YaHei"}
#: No XML holds these.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PIECE = re.compile(f"{MARK.pattern}|{PLACES.pattern}")
_EMPHASES = {"strong_open": "bold", "em_open": "italic", "s_open": "strike"}
_CLOSING = {"strong_close": "bold", "em_close": "italic", "s_close": "strike"}


def word_document(document: NotebookNode, words: Words, *, language: str = "en", read: Reader = nothing) -> bytes:
    """The report as the content of a .docx file. Raises `ExportFailed` where python-docx is not installed."""
    try:
        from docx import Document as new_document
    except ImportError as error:
        raise ExportFailed(form="docx", cause="package") from error
    shown = contents(document, words, code=False, read=read)
    writer = _Writer(new_document(), words)
    writer.document.core_properties.title = _writable(shown.title)[:255]
    writer.document.core_properties.author = ""
    writer.document.core_properties.comments = ""
    _set_fonts(writer.document, language)
    for part in shown.parts:
        match part:
            case Prose(source):
                writer.markdown(source, part)
            case Code():
                for each in part.shown:
                    writer.shown(each)
            case _ as never:
                assert_never(never)
    writer.notes(shown.notes)
    writer.text(shown.colophon, style="Caption")
    content = io.BytesIO()
    writer.document.save(content)
    return content.getvalue()


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _set_fonts(document: Document, language: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(11)
    if (family := _CJK_FONTS.get(language)) is not None:
        style.element.rPr.rFonts.set(qn("w:eastAsia"), family)


class _Writer:
    """A document that grows; what it is given is text, whatever it holds."""

    def __init__(self, document: Document, words: Words) -> None:
        self.document = document
        self._words = words

    def text(self, text: str, style: str | None = None) -> Paragraph:
        return self.document.add_paragraph(_writable(text), style)

    def notes(self, notes: Sequence[str]) -> None:
        """The notes by their numbers, as the marks name them: a list of Word's would count on from one before it."""
        if notes:
            self.document.add_heading(_writable(self._words.numbers), 2)
            for number, note in enumerate(notes, 1):
                self.text(f"{number}. {note}")

    def shown(self, shown: Shown) -> None:
        """One output."""
        match shown:
            case Picture():
                self._picture(shown, self._words.chart)
            case Table(html, text):
                rows = rows_of(html)
                if rows:
                    self._table(rows)
                else:
                    self._code(text)
            case Markdown(source):
                self.markdown(without_marks(source), Prose(source, {}))
            case Text(text):
                self._code(text)
            case Chart(title):
                self.text(self._words.drawn_elsewhere.format(title=title or self._words.chart), "Caption")
            case _ as never:
                assert_never(never)

    def markdown(self, source: str, prose: Prose) -> None:
        """Markdown as paragraphs, lists and tables of the document."""
        lists: list[str] = []
        quoted = 0
        heading = 0
        rows: list[list[str]] = []
        begins_item = False
        for token in parsed_markdown(source):
            match token.type:
                case "heading_open":
                    heading = min(int(token.tag[1:]), 4)
                case "heading_close":
                    heading = 0
                case "bullet_list_open" | "ordered_list_open":
                    lists.append("List Bullet" if token.type.startswith("bullet") else "List Number")
                case "bullet_list_close" | "ordered_list_close":
                    lists.pop()
                case "list_item_open":
                    begins_item = True
                case "blockquote_open":
                    quoted += 1
                case "blockquote_close":
                    quoted -= 1
                case "fence" | "code_block":
                    self._code(token.content.rstrip("\n"))
                case "tr_open":
                    rows.append([])
                case "table_close":
                    self._table(rows)
                    rows = []
                case "inline" if rows:
                    rows[-1].append(with_formulas(_words_of(token), prose.formulas, lambda formula: formula.text))
                case "inline":
                    self._paragraph(token, prose, _style(heading, lists if begins_item else [], quoted))
                    begins_item = False

    def _paragraph(self, token: Token, prose: Prose, style: str | None) -> None:
        paragraph = self.document.add_paragraph(style=style)
        emphases: set[str] = set()
        address = ""
        for child in token.children or []:
            match child.type:
                case "image":
                    picture = _picture_at(prose, str(child.attrs.get("src", "")))
                    if picture is not None:
                        self._picture(picture, child.content)
                    else:
                        self._run(paragraph, prose, child.content, emphases)
                case "link_open":
                    address = unquote(str(child.attrs.get("href", "")))
                case "link_close":
                    if address.startswith(("http://", "https://")) and not paragraph.text.endswith(address):
                        self._run(paragraph, prose, f" ({address})", emphases)
                case "code_inline":
                    self._run(paragraph, prose, child.content, emphases | {"code"})
                case "softbreak":
                    self._run(paragraph, prose, " ", emphases)
                case "hardbreak":
                    paragraph.add_run().add_break()
                case kind if kind in _EMPHASES:
                    emphases.add(_EMPHASES[kind])
                case kind if kind in _CLOSING:
                    emphases.discard(_CLOSING[kind])
                case _:
                    self._run(paragraph, prose, child.content, emphases)

    def _run(self, paragraph: Paragraph, prose: Prose, text: str, emphases: set[str]) -> None:
        """Text in a paragraph, with the marks of notes raised and formulas drawn."""
        for piece, raised in _pieces(text, prose.formulas):
            if isinstance(piece, Formula):
                self._formula(paragraph, piece)
                continue
            run = paragraph.add_run(_writable(piece))
            run.bold, run.italic = "bold" in emphases or None, "italic" in emphases or None
            run.font.strike = "strike" in emphases or None
            run.font.superscript = raised or None
            if "code" in emphases:
                run.font.name = "Consolas"

    def _formula(self, paragraph: Paragraph, formula: Formula) -> None:
        from docx.shared import Pt

        drawing = drawn(formula.tex, "png")
        if drawing is None:
            paragraph.add_run(_writable(formula.text))
        else:
            paragraph.add_run().add_picture(io.BytesIO(drawing.content), height=Pt(drawing.height))

    def _code(self, text: str) -> None:
        from docx.shared import Pt

        run = self.document.add_paragraph().add_run(_writable(shortened(text, self._words)))
        run.font.name, run.font.size = "Consolas", Pt(9)

    def _table(self, rows: Sequence[Sequence[str]]) -> None:
        from docx.shared import Pt

        width = max(map(len, rows), default=0)
        if not width:
            return
        table = self.document.add_table(len(rows), width, "Light Grid Accent 1")
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=False):
                run = cell.paragraphs[0].add_run(_writable(MARK.sub("", text)))
                run.font.size = Pt(9)
        self.document.add_paragraph()

    def _picture(self, picture: Picture, alt: str) -> None:
        """The picture as wide as it is, and no wider than the page; of one that cannot be drawn its words."""
        from docx.shared import Inches
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(io.BytesIO(picture.content)) as image:
                content = io.BytesIO()
                # What else the file says of itself, and whatever format it is in, stays behind.
                image.convert("RGBA").save(content, "PNG")
                width = min(_INCHES, image.width / _DOTS)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            self.text(self._words.drawn_elsewhere.format(title=alt or self._words.chart), "Caption")
            return
        self.document.add_picture(content, width=Inches(width))


def _style(heading: int, lists: Sequence[str], quoted: int) -> str | None:
    if heading:
        return "Title" if heading == 1 else f"Heading {heading - 1}"
    if lists:
        depth = min(len(lists), 3)
        return lists[-1] if depth == 1 else f"{lists[-1]} {depth}"
    return "Quote" if quoted else None


def _words_of(token: Token) -> str:
    return "".join(child.content if child.type != "softbreak" else " " for child in token.children or [])


def _pieces(text: str, formulas: Sequence[Formula]) -> Iterator[tuple[str | Formula, bool]]:
    """`text` in runs: what is said, the numbers of the marks, raised, and the formulas."""
    at = 0
    for match in _PIECE.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], False
        if match[1]:
            yield f"[{match[1]}]", True
        elif (formula := formula_at(match[0], formulas)) is not None:
            yield formula, False
        at = match.end()
    if text[at:]:
        yield text[at:], False


def _picture_at(prose: Prose, address: str) -> Picture | None:
    """The picture of that address, which may be written as one of the web is."""
    return prose.pictures.get(address) or prose.pictures.get(unquote(address))
