"""What the cells of a conversation ask of a kernel that a stock one does not give, read from sources and outputs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import assert_never

from lci.core.cjk import is_written_in
from lci.core.outputs import BlobRef, Datum, DisplayData, ErrorOutput, ExecuteResult, Output, StreamOutput
from lci.core.stores import Blobs
from lci.core.turns import Cell, Turn
from lci.notebook.sources import anonymous, moves, named_files, python_tree

#: Rows from which on Altair refuses a chart.
_ALTAIR_ROWS = 5_000
_BACKEND_MAGIC = re.compile(r"^[ \t]*%matplotlib[ \t]+(?!inline\b)\w", re.MULTILINE)

#: Modules of tqdm whose bars are widgets where ipywidgets is, and which warn where it is not.
_BARS = frozenset({"tqdm.notebook", "tqdm.auto", "tqdm.autonotebook"})

#: Each setting of a kernel with the traits of code and outputs that together call for it, in the settings' order.
SETTINGS: dict[str, tuple[frozenset[str], ...]] = {
    "exit": (frozenset({"exits"}),),
    "streams": (frozenset({"stream"}),),
    "once": (frozenset({"figure result"}), frozenset({"displays", "figure"})),
    "backend": (frozenset({"backend", "figure"}),),
    "fonts": tuple(frozenset({"cjk", drawn}) for drawn in ("figure", "figure result", "saved figure")),
    "altair_rows": (frozenset({"long chart"}),),
    "plotly": (frozenset({"renderer", "plotly"}),),
    "pictures": (frozenset({"shows", "picture"}),),
    "bokeh": (frozenset({"bokeh"}),),
    "bars": (frozenset({"widget bars"}),),
}


@dataclass(frozen=True, slots=True)
class Needs:
    """What one turn's cells do and show: traits of them, and the files that they name by whole paths."""

    traits: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    moves: bool = False


def needs_of(turn: Turn, blobs: Blobs, conversation_id: str) -> Needs:
    """The needs of a turn's cells that are code in the notebook; of the others the paths alone."""
    run = [cell for cell in turn.cells if cell.status in ("ok", "error")]
    traits = {trait for cell in run for trait in _traits(cell, blobs)}
    sources = [anonymous(cell.source, conversation_id) for cell in turn.cells]
    named = frozenset(name for source in sources for name in named_files(source))
    return Needs(frozenset(traits), named, any(moves(source) for source in sources))


def settings(needs: Iterable[Needs]) -> tuple[str, ...]:
    """The settings that these needs call for, in order."""
    traits = frozenset(trait for each in needs for trait in each.traits)
    return tuple(name for name, cases in SETTINGS.items() if any(case <= traits for case in cases))


def relative_files(needs: Sequence[Needs], files: Set[str]) -> frozenset[str]:
    """The files whose paths can be relative: none where any cell changes the directory."""
    if any(each.moves for each in needs):
        return frozenset()
    return frozenset(name for each in needs for name in each.files if name in files)


def _traits(cell: Cell, blobs: Blobs) -> Iterator[str]:
    yield from _shown(cell, blobs)
    if is_written_in(cell.source) or any(is_written_in(text) for output in cell.outputs for text in _texts(output)):
        yield "cjk"
    if _BACKEND_MAGIC.search(cell.source):
        yield "backend"
    tree = python_tree(cell.source)
    for node in ast.walk(tree) if tree is not None else ():
        yield from _done(node)
        yield from _bars(node)


def _done(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name("exit" | "quit")):
            yield "exits"
        case ast.Call(func=ast.Attribute(ast.Name("sys"), "exit")) | ast.Raise(exc=ast.Name("SystemExit")):
            yield "exits"
        case ast.Raise(exc=ast.Call(func=ast.Name("SystemExit"))):
            yield "exits"
        case ast.ImportFrom(module="sys", names=names) if any(name.name == "exit" for name in names):
            yield "exits"
        case ast.Call(func=ast.Attribute(ast.Name("matplotlib" | "mpl"), "use") | ast.Attribute(attr="switch_backend")):
            yield "backend"
        case ast.Call(func=ast.Attribute(attr="savefig")):
            yield "saved figure"
        case ast.Constant("MPLBACKEND"):
            yield "backend"
        case ast.Call(func=ast.Name("display")):
            yield "displays"
        case ast.Call(func=ast.Attribute(attr="show"), args=arguments, keywords=keywords):
            yield "shows"
            if arguments or any(keyword.arg == "renderer" for keyword in keywords):
                yield "renderer"
        case ast.Attribute(value=ast.Attribute(attr="renderers") | ast.Name("renderers"), attr="default"):
            yield "renderer"
        case ast.Attribute(value=ast.Attribute(attr="stdout" | "stderr"), attr="reconfigure" | "buffer"):
            yield "stream"


def _bars(node: ast.AST) -> Iterator[str]:
    """Progress as a widget, which a kernel without ipywidgets has not."""
    match node:
        case ast.ImportFrom(module="tqdm", names=names):
            modules = {f"tqdm.{name.name.removeprefix('tqdm_')}" for name in names}
        case ast.ImportFrom(module=str(module)):
            modules = {module}
        case ast.Import(names=names):
            modules = {name.name for name in names}
        case ast.Attribute(ast.Name("tqdm"), attribute):
            modules = {f"tqdm.{attribute.removeprefix('tqdm_')}"}
        case _:
            return
    if modules & _BARS:
        yield "widget bars"


def _shown(cell: Cell, blobs: Blobs) -> Iterator[str]:
    for output in cell.outputs:
        if not isinstance(output, DisplayData | ExecuteResult):
            continue
        text = str(output.data.get("text/plain", ""))
        if text == "<Bokeh figure>":
            yield "bokeh"
        if text.startswith("<PIL."):
            yield "picture"
        if text.startswith("<Figure "):
            yield "figure result" if isinstance(output, ExecuteResult) else "figure"
        for mime, datum in output.data.items():
            if mime.startswith("application/vnd.plotly"):
                yield "plotly"
            if mime.startswith("application/vnd.vegalite") and _rows(datum, blobs) > _ALTAIR_ROWS:
                yield "long chart"


def _texts(output: Output) -> Iterator[str]:
    """What an output says, as far as it is no file of its own."""
    match output:
        case StreamOutput(text=text):
            yield text
        case DisplayData(data=data) | ExecuteResult(data=data):
            yield from (datum for datum in data.values() if isinstance(datum, str))
        case ErrorOutput():
            pass
        case _ as never:
            assert_never(never)


def _rows(datum: Datum, blobs: Blobs) -> int:
    """The rows of the largest table in a chart's specification."""
    try:
        specification = json.loads(blobs.get(datum)) if isinstance(datum, BlobRef) else datum
    except (KeyError, ValueError):
        return 0
    tables = specification.get("datasets") if isinstance(specification, dict) else None
    if not isinstance(tables, dict):
        return 0
    return max([len(table) for table in tables.values() if isinstance(table, list)], default=0)
