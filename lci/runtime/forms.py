"""A notebook in its other forms: what each is called, whether this machine has what it takes, and its content."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from lci.errors import ExportFailed, FileMissing, FileNotRegular, NotebookNotWritable, PathRefused
from lci.notebook.words import words_in
from lci.replacing import replaced
from lci.workspace.workspace import Workspace

if TYPE_CHECKING:
    from lci.notebook.verify import Opened

#: Code, a page, text with pictures; and for readers, without code: a page, a PDF, a Word document.
Form: TypeAlias = Literal["py", "html", "md", "report", "pdf", "docx"]

ENDINGS: dict[Form, str] = {
    "py": ".py", "html": ".html", "md": ".zip", "report": ".html", "pdf": ".pdf", "docx": ".docx",
}  # fmt: skip
#: Those without code.
REPORTS: tuple[Form, ...] = ("report", "pdf", "docx")
#: Bytes of one picture that is read from beside a notebook.
_PICTURE = 20 << 20


def lack(form: Form) -> ExportFailed | None:
    """What is missing on this machine for that form."""
    if form == "docx" and importlib.util.find_spec("docx") is None:
        return ExportFailed(form=form, cause="package")
    if form == "pdf":
        from lci.runtime.printing import browser

        return None if browser() is not None else ExportFailed(form=form, cause="browser")
    return None


def content_of(form: Form, document: Opened, *, name: str, language: str, read: Callable[[str], bytes | None]) -> bytes:
    """The content of the file, of which `name` is the stem, for a reader of that language; see `pictures_beside`.

    Raises `ExportFailed`.
    """
    from lci.notebook.forms.markdown import markdown_zip
    from lci.notebook.forms.page import page
    from lci.notebook.forms.percent import percent

    words = words_in(language)
    if form == "py":
        return percent(document, words).encode()
    document = _drawn(document, form)
    match form:
        case "html" | "report":
            return page(document, words, language=language, code=form == "html", read=read).encode()
        case "md":
            return markdown_zip(document, words, f"{name}.md", read=read)
        case "pdf":
            from lci.runtime.printing import printed

            return printed(page(document, words, language=language, code=False, read=read))
        case "docx":
            from lci.notebook.forms.word import word_document

            return word_document(document, words, language=language, read=read)
        case _ as never:
            assert_never(never)


def write_form(
    form: Form, document: Opened, target: Path, *, language: str, read: Callable[[str], bytes | None]
) -> None:
    """Write the file, over one that is there; the pictures of Markdown into a folder beside it, unless it is a zip.

    Raises `ExportFailed` and `NotebookNotWritable`.
    """
    from lci.notebook.forms.markdown import markdown

    files: dict[str, bytes] = {}
    if form == "md" and target.suffix.lower() != ".zip":
        folder = f"{target.stem}-images"
        text, files = markdown(_drawn(document, form), words_in(language), folder=folder, read=read)
        content = text.encode()
    else:
        content = content_of(form, document, name=target.stem, language=language, read=read)
    try:
        for path, picture in files.items():
            (target.parent / path).parent.mkdir(exist_ok=True)
            with replaced(target.parent / path) as file:
                file.write(picture)
        with replaced(target) as file:
            file.write(content)
    except OSError as error:
        raise NotebookNotWritable(path=str(target), reason=error.strerror or "") from error


def _drawn(document: Opened, form: Form) -> Opened:
    """The notebook with pictures of its charts: Plotly's where a browser draws them, Vega's where its package is."""
    from lci.notebook.forms.charts import undrawn, with_pictures
    from lci.notebook.forms.shown import Picture
    from lci.runtime.drawing import drawings, is_drawable

    if not (charts := undrawn(document)):
        return document
    from lci.runtime.printing import drawn

    of_vega = [(each.mime, each.specification) for each in charts if is_drawable(each.mime)]
    of_plotly = [each.specification for each in charts if not is_drawable(each.mime)]
    # Pages scale; Word, and who reads Markdown, may know pixels only.
    vega = iter(drawings(of_vega, "png" if form in ("md", "docx") else "svg"))
    plotly = iter([None if each is None else Picture("image/png", each) for each in drawn(of_plotly)])
    return with_pictures(document, [next(vega if is_drawable(each.mime) else plotly) for each in charts])


def names_charts_only(form: Form, document: Opened) -> bool:
    """Whether that form names charts of Vega instead of showing them, for want of the package that draws them."""
    from lci.notebook.forms.charts import undrawn
    from lci.runtime.drawing import can_draw, is_drawable

    return form != "py" and not can_draw() and any(is_drawable(each.mime) for each in undrawn(document))


def pictures_beside(workspace: Workspace) -> Callable[[str], bytes | None]:
    """Gives the content of a file of the workspace; None for what is none, or too large for a picture."""

    def read(name: str) -> bytes | None:
        try:
            with workspace.open_reading(name) as file:
                content = file.read(_PICTURE + 1)
        except (FileMissing, FileNotRegular, PathRefused, OSError):
            return None
        return content if len(content) <= _PICTURE else None

    return read
