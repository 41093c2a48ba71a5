"""The binary formats that can be shown, one line each: how a file is known, and the function that reads it.

Formats of text are told apart by `sniff`; how to add one of these: docs/guide/extending.md.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from lci.core.files import Preview
from lci.workspace.request import Request


@dataclass(frozen=True, slots=True)
class Format:
    """A format: `reads` is `module:function` in `lci.workspace`, imported when the first such file comes.

    `magic` are beginnings that no other format has; `endings`, in lower case, are what people's names of such files
    end with.
    """

    name: str
    reads: str
    magic: tuple[bytes, ...] = ()
    endings: tuple[str, ...] = ()

    def read(self, request: Request) -> Preview:
        """What can be shown of `request`'s file. Raises `InputProblem`, and whatever the format's library raises."""
        module, _, function = self.reads.partition(":")
        reader: Callable[[Request], Preview] = getattr(importlib.import_module(f"lci.workspace.{module}"), function)
        return reader(request)


_SAS7BDAT = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")

FORMATS = (
    Format(
        "excel",
        "spreadsheets:excel",
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
        (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    ),
    Format("parquet", "typed:parquet", (b"PAR1",), (".parquet",)),
    Format("arrow", "typed:arrow", (b"ARROW1\0\0", b"\xff\xff\xff\xff"), (".feather", ".arrow")),
    Format("orc", "typed:orc", (b"ORC",), (".orc",)),
    Format("npy", "typed:npy", (b"\x93NUMPY",), (".npy",)),
    Format("sqlite", "databases:sqlite", (b"SQLite format 3\0",), (".sqlite", ".sqlite3")),
    Format("duckdb", "databases:duckdb_file", (), (".duckdb",)),
    Format("stata", "records:stata", (b"<stata_dta>",), (".dta",)),
    Format("sas", "records:sas", (b"HEADER RECORD*******", _SAS7BDAT), (".xpt", ".xport", ".sas7bdat")),
    Format("spss", "records:spss", (b"$FL2", b"$FL3"), (".sav", ".zsav")),
    Format("hdf5", "arrays:hdf", (b"\x89HDF\r\n\x1a\n",), (".h5", ".hdf5")),
    Format("npz", "arrays:npz", (), (".npz",)),
    Format("matlab", "arrays:matlab", (b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file"), (".mat",)),
    Format("avro", "records:avro", (b"Obj\x01",), (".avro",)),
    Format("dbase", "records:dbase", (), (".dbf",)),
    Format("shapefile", "records:shapes"),
    Format("docx", "office:docx", (), (".docx",)),
    Format("pptx", "office:pptx", (), (".pptx",)),
    Format("opendocument", "office:opendocument", (), (".odt", ".odp")),
    Format("rtf", "office:rtf", (b"{\\rtf",), (".rtf",)),
    Format("mail", "office:mail", (), (".eml",)),
    Format("pdf", "pdf:pdf", (b"%PDF-",), (".pdf",)),
    Format("zip", "archives:zip_listing", (), (".zip",)),
    Format(
        "image",
        "pictures:image",
        (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"\x00\x00\x01\x00"),
        (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp", ".ico"),
    ),
)
