"""Images: format and size from the header alone; no pixel is decoded."""

from __future__ import annotations

import warnings

from PIL import Image, UnidentifiedImageError

from lci.core.files import ImageFacts, Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request

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
