"""What can be shown of a file: one function for every format, which answers bad content with a value."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

from lci.core.files import AS_FOUND, Preview, Reading
from lci.errors import FileEmpty, FileKindRefused, FileMissing, FileNotRegular, FileUnreadable, InputProblem
from lci.workspace.formats import FORMATS
from lci.workspace.request import Request, call, warning
from lci.workspace.sniff import COMPRESSED_ENDINGS, Sniffed, only_table, sniff
from lci.workspace.sources import Source

#: Texts with these endings are shown as texts, whatever commas they hold.
_PROSE_ENDINGS = frozenset({
    ".md", ".rst", ".py", ".r", ".sql", ".js", ".ts", ".css", ".html", ".htm", ".yaml", ".yml", ".toml", ".ini", ".cfg",
    ".log", ".tex", ".sh", ".c", ".h", ".java", ".ipynb",
})  # fmt: skip
_FRAME_READERS = {".dta": "pd.read_stata", ".sas7bdat": "pd.read_sas", ".xpt": "pd.read_sas", ".h5": "pd.read_hdf"}

# What readers that are not ours have been seen to raise for damaged content, beside the errors they document.
_READERS_RAISE = (ValueError, TypeError, LookupError, ArithmeticError, EOFError, SyntaxError, SystemError)


def preview(
    path: Path,
    name: str,
    rows: int = 1000,
    reading: Reading = AS_FOUND,
) -> Preview:
    """What can be shown of the file at `path`, which the person knows as `name`; never raises for its content.

    The first `rows` rows are kept of each table. `reading` corrects what would be found. The `reader` takes `pd`, and
    where it names them `pa`, `np`, `sqlite3`, `zipfile`, `pyreadstat` and `duckdb`, as imported; it reads the first
    table, or the one that `reading` names.
    """
    size = 0
    try:
        status = path.stat()
        size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            raise FileNotRegular(name)
        if size == 0:
            raise FileEmpty(name)
        return _read(Request(path, name, size, max(0, rows), reading))
    except InputProblem as error:
        return Preview(name, "other", size, error=error.problem)
    except FileNotFoundError:
        return Preview(name, "other", size, error=FileMissing(name).problem)
    except (OSError, MemoryError, RecursionError) as error:
        reason = (
            type(error).__name__ if isinstance(error, MemoryError | RecursionError) else error.strerror or str(error)
        )
        return Preview(name, "other", size, error=FileUnreadable(name, "file", reason).problem)
    except _READERS_RAISE as error:
        lines = str(error).splitlines() or [type(error).__name__]
        return Preview(name, "other", size, error=FileUnreadable(name, "file", lines[0][:200]).problem)


def _read(request: Request) -> Preview:
    sniffed = sniff(request)
    read = _by_format(request, sniffed)
    if sniffed.surprising and read.kind != "other":
        content = sniffed.source.compression or ("csv" if sniffed.format == "text" and read.tables else sniffed.format)
        odd = warning("wrong_extension", ending=request.ending, content=content)
        return dataclasses.replace(read, warnings=(odd, *read.warnings))
    return read


def _by_format(request: Request, sniffed: Sniffed) -> Preview:
    match sniffed.format:
        case "tar":
            # Where it is used, as every reader: a preview of a text loads no other.
            from lci.workspace.archives import tar_listing
            from lci.workspace.inside import inside_tar

            listed = tar_listing(request, sniffed.source)
            member = request.reading.member if request.reading.member in listed.members else None
            if (table := member or only_table(listed.members)) is None:
                return listed
            try:
                seen = inside_tar(request, sniffed.source, table, _read)
            except InputProblem:
                if member is not None:
                    raise
                return listed
            if member is None and not seen.tables:
                return listed
            return dataclasses.replace(seen, members=listed.members if len(listed.members) > 1 else ())
        case "inside":
            from lci.workspace.inside import inside

            return _beside(request, sniffed.source, inside(request, sniffed.source, _read))
        case "pickle":
            raise FileKindRefused(request.name, "pickle")
        case "document":
            return _unseen(request, sniffed.format)
        case "binary":
            return _binary(request, sniffed)
        case "text" | "json" | "jsonl" | "notebook" | "xml" | "svg" | "html":
            return _text(request, sniffed)
        case name:
            return next(known for known in FORMATS if known.name == name).read(request)


def _beside(request: Request, source: Source, read: Preview) -> Preview:
    """The preview of one member of a zip, with the names of all where there are others."""
    if source.member is None:
        return read
    from lci.workspace.archives import zip_listing

    members = zip_listing(request).members
    return dataclasses.replace(read, members=members if len(members) > 1 else ())


def _unseen(request: Request, word: str) -> Preview:
    reader = _FRAME_READERS.get(request.ending)
    return Preview(
        request.name,
        "other",
        request.size,
        warnings=(warning("no_preview", format=word),),
        reader=call(reader, request.name) if reader else None,
    )


def _binary(request: Request, sniffed: Sniffed) -> Preview:
    ending = request.inner_ending if sniffed.source.compression else request.ending
    if ending in {".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".xml", ".md"} or request.reading.encoding:
        return _text(request, dataclasses.replace(sniffed, format="text"))
    return _unseen(request, request.ending.removeprefix(".") or "binary")


def _text(request: Request, sniffed: Sniffed) -> Preview:
    from lci.workspace import documents, jsonfiles
    from lci.workspace.delimited import delimited
    from lci.workspace.texts import decoded

    source = sniffed.source
    start = decoded(request, source)
    match sniffed.format:
        case "json":
            return jsonfiles.json_table(request, source, start)
        case "jsonl":
            return jsonfiles.jsonl(request, source, start)
        case "notebook":
            return documents.notebook(request, source, start)
        case "xml":
            return documents.xml(request, source, start)
        case "html":
            return documents.html(request, source, start)
        case "svg":
            return documents.svg(request, source, start)
    ending = request.inner_ending if request.ending in COMPRESSED_ENDINGS else request.ending
    if sniffed.surprising and sniffed.format == "text":
        ending = ".csv"
    if source.member is not None:
        ending = Path(source.member).suffix.lower()
    if ending not in _PROSE_ENDINGS or request.reading.delimiter:
        table = delimited(request, source, start, ending)
        if table is not None:
            return _beside(request, source, table)
    return documents.text(request, source, start)
