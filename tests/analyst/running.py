"""Runs the code of plans as a notebook would, without one: what it prints, what it shows, and the figures."""

from __future__ import annotations

import ast
import contextlib
import io
import warnings
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl

from lci.analyst.sources import Source, sources
from lci.core.outputs import ExecuteResult, Output, StreamOutput
from lci.kernels.provisioners.plain import cjk_family
from lci.workspace.preview import preview

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd


@dataclass(frozen=True)
class Ran:
    """What code left: its stdout, the value of its last expression, the names, and the figures drawn."""

    printed: str
    shown: Any
    names: dict[str, Any]
    figures: list[Any] = field(default_factory=list)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The outputs that a kernel would give."""
        stdout = StreamOutput("stdout", self.printed)
        if self.shown is None:
            return (stdout,)
        data = {"text/plain": repr(self.shown)}
        if hasattr(self.shown, "_repr_html_") and (markup := self.shown._repr_html_()):
            data["text/html"] = markup
        return (stdout, ExecuteResult(data))


def ran(code: str) -> Ran:
    """Runs code in the current folder; warnings are errors."""
    body = ast.parse(code).body
    last = body.pop() if isinstance(body[-1], ast.Expr) and not _is_print(body[-1]) else None
    names: dict[str, Any] = {}
    stdout = io.StringIO()
    plt.close("all")
    plt.rcdefaults()
    # As the launcher's settings have it.
    if (family := cjk_family()) is not None:
        mpl.rcParams["font.family"] = ["sans-serif", family]
    show, plt.show = plt.show, lambda: None
    try:
        with contextlib.redirect_stdout(stdout), warnings.catch_warnings():
            warnings.simplefilter("error")
            exec(compile(ast.Module(body, []), "cell", "exec"), names)
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last is not None else None
            figures = [plt.figure(number) for number in plt.get_fignums()]
            for figure in figures:
                figure.canvas.draw()
        return Ran(stdout.getvalue(), shown, names, figures)
    finally:
        plt.show = show


def _is_print(expression: ast.Expr) -> bool:
    call = expression.value
    return isinstance(call, ast.Call) and ast.unparse(call.func) in ("print", "plt.show")


@cache
def corpus_source(table: str, folder: str) -> Source:
    """The table of a file of the corpus: its name, or `file.xlsx#Sheet`."""
    file, _, sheet = table.partition("#")
    return next(each for each, read in sources(preview(Path(folder) / file, file)) if sheet in ("", read.name))


def frame_source(frame: pd.DataFrame, path: Path) -> Source:
    """A table written as CSV, as the preview of it is judged."""
    frame.to_csv(path, index=False)
    ((table_source, _),) = sources(preview(path, path.name))
    return table_source
