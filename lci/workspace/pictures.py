"""Images: format and size from the header alone, and small copies without what else a file says; first pages, too."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from lci.core.files import ImageFacts, Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request
from lci.workspace.sources import plain_path

#: Formats whose readers only parse a header; the others may start programs or hold other formats.
FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "ICO", "MPO")


def image(request: Request) -> Preview:
    """An image's format and size; more pixels than Pillow deems safe raise `FileUnreadable`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(request.path, formats=FORMATS) as picture:
                facts = ImageFacts(picture.format or "", picture.width, picture.height)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise FileUnreadable(request.name, "image", "too many pixels") from error
    except UnidentifiedImageError as error:
        raise FileUnreadable(request.name, "image", "cannot identify image") from error
    # Pillow's plugins raise these for headers that make no sense.
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise FileUnreadable(request.name, "image", str(error)[:200]) from error
    return Preview(request.name, "image", request.size, image=facts)


def shrunk_or_nothing(path: Path, side: int, mime: str) -> bytes:
    """As `shrunk`, and nothing for what cannot be decoded: Pillow's plugins raise nearly anything for no picture."""
    try:
        return shrunk(path, side, mime)
    except (OSError, ValueError, SyntaxError, TypeError, LookupError, OverflowError, MemoryError, RuntimeError):
        return b""
    except (Warning, Image.DecompressionBombError):
        return b""


def _opened(path: Path, side: int) -> Image.Image:
    with path.open("rb") as file:
        is_pdf = file.read(5) == b"%PDF-"
    if not is_pdf:
        return Image.open(path, formats=FORMATS)
    import pypdfium2

    with plain_path(path) as plain:
        document = pypdfium2.PdfDocument(plain)
        try:
            page = document[0]
            page_image: Image.Image = page.render(scale=side / max(1.0, *page.get_size())).to_pil()
            return page_image
        finally:
            document.close()


def shrunk(path: Path, side: int, mime: str) -> bytes:
    """A picture with a long side of at most `side` pixels, upright, as PNG or JPEG, and with nothing but its pixels.

    Of a PDF it is the first page. Raises `OSError`, `ValueError` or Pillow's own errors for what cannot be decoded.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with _opened(path, side) as picture:
            picture.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((side, side))
            # A new image: what else the file said, where it was taken among it, stays behind.
            plain = upright.convert("RGB" if mime == "image/jpeg" else "RGBA")
            bare = Image.new(plain.mode, plain.size)
            bare.paste(plain)
            buffer = io.BytesIO()
            bare.save(buffer, "JPEG" if mime == "image/jpeg" else "PNG")
    return buffer.getvalue()
