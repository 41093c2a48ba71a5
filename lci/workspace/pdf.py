"""PDF files: pages, text of some, a picture of the first; scripts, links and attachments in them are never followed."""

from __future__ import annotations

import importlib.util

from lci.core.files import ImageFacts, Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request, warning
from lci.workspace.returned import READERS_RAISE, named
from lci.workspace.texts import TEXT_CHARACTERS

_PAGES = 20


def pdf(request: Request) -> Preview:
    """The text of the first pages; raises `FileUnreadable` with reason `password` for one that is locked."""
    if importlib.util.find_spec("pypdfium2") is None:
        package = warning("reader_missing", package="pypdfium2")
        return Preview(request.name, "other", request.size, warnings=(package,))
    import pypdfium2

    with named(request) as path:
        try:
            document = pypdfium2.PdfDocument(path)
            try:
                pages = len(document)
                texts = [document[at].get_textpage().get_text_bounded() for at in range(min(pages, _PAGES))]
                width, height = document[0].get_size() if pages else (0, 0)
            finally:
                document.close()
        except READERS_RAISE as error:
            reason = "password" if "password" in str(error).lower() else "its content is damaged"
            raise FileUnreadable(request.name, "pdf", reason) from error
    text = "\n\n".join(each.replace("\r\n", "\n").strip() for each in texts).strip()
    warnings = [warning("pages", pages=pages, shown=len(texts))] if pages > len(texts) else []
    if not text:
        warnings.append(warning("no_text_in_pages"))
    elif len(text) > TEXT_CHARACTERS:
        warnings.append(warning("text_shortened", shown_bytes=TEXT_CHARACTERS, bytes=request.size))
    first = ImageFacts("PDF", round(width), round(height)) if pages else None
    text = text[:TEXT_CHARACTERS]
    return Preview(request.name, "text", request.size, image=first, text=text, warnings=tuple(warnings))
