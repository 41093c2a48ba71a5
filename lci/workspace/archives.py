"""What is inside a zip or tar, by name; nothing is unpacked."""

from __future__ import annotations

import tarfile
import zipfile

from lci.core.files import Preview
from lci.core.remarks import Remark
from lci.errors import FileUnreadable
from lci.workspace.request import Request, warning
from lci.workspace.sources import Source, opened

#: Members listed of one archive.
MEMBERS_SHOWN = 2000
_MEMBERS_READ = 50_000


def zip_listing(request: Request) -> Preview:
    """The names in a zip."""
    try:
        with zipfile.ZipFile(request.path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as error:
        raise FileUnreadable(request.name, "zip", str(error)[:200]) from error
    return _listing(request, names, None)


def tar_listing(request: Request, source: Source) -> Preview:
    """The names in a tar, compressed or not, as far as they can be read in order."""
    names: list[str] = []
    try:
        with opened(source) as content, tarfile.open(fileobj=content.stream, mode="r|") as archive:
            for member in archive:
                names.append(member.name)
                if len(names) >= _MEMBERS_READ:
                    break
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise FileUnreadable(request.name, "tar", str(error)[:200]) from error
    return _listing(request, names, source.compression)


def _listing(request: Request, names: list[str], compression: str | None) -> Preview:
    shown = tuple(name.encode("utf-8", "replace").decode() for name in names[:MEMBERS_SHOWN])
    warnings: tuple[Remark, ...] = ()
    if len(shown) < len(names):
        warnings = (warning("members_left_out", shown=len(shown), members=len(names)),)
    return Preview(request.name, "archive", request.size, compression=compression, members=shown, warnings=warnings)
