"""What helps to repair the last error: the objects that its line names, what comes close, what is installed instead.

As in `inspection`, only types known by name are looked into, and no code of the user's runs.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import importlib.metadata
import importlib.util
import linecache
import os
import re
import sys
import types
from typing import Any

_look: Any = sys.modules["_lci_inspection"]

#: Objects, columns of one, names in a list, and characters of a sample.
_OBJECTS, _COLUMNS, _NAMES, _SAMPLE = 5, 100, 100, 60
#: How close a name has to be to be called close.
_CLOSE = 0.7
_FRAMES = ("pandas", "polars")
#: What serves where a module is missing, by purpose, best first.
_SERVES = (
    ("matplotlib", "seaborn", "plotly", "altair", "bokeh", "holoviews", "plotnine", "pygal"),
    ("plotly", "altair", "folium", "geopandas", "cartopy", "ipyleaflet", "keplergl"),
    ("sklearn", "xgboost", "lightgbm", "catboost", "torch", "tensorflow", "keras", "h2o"),
    ("statsmodels", "scipy", "prophet", "pmdarima", "pingouin", "linearmodels", "lifelines", "arch"),
    ("polars", "duckdb", "pandas", "dask", "modin", "vaex", "pyspark", "datatable", "sqlalchemy", "pandasql"),
    ("openpyxl", "python_calamine", "xlsxwriter", "xlrd", "pyexcel", "xlwings", "xlwt"),
    ("pyarrow", "fastparquet"),
    ("pypdfium2", "fitz", "PyPDF2", "pypdf", "pdfplumber", "pdfminer", "tabula", "camelot"),
    ("PIL", "cv2", "skimage", "imageio"),
    ("lxml", "bs4", "html5lib"),
    ("sklearn", "nltk", "spacy", "gensim", "textblob", "jieba"),
    ("pandas", "ydata_profiling", "sweetviz", "janitor", "tabulate", "missingno"),
)


def facts() -> dict[str, Any]:
    """Live facts about the last error; empty where there is none. Nothing is changed and nothing kept."""
    error = getattr(sys, "last_value", None)
    if error is None:
        return {}
    line = _failing(error)
    named = _named(line)
    known: dict[str, Any] = {"objects": [_told(name, value) for name, value in named if _is_told(error, value)]}
    if isinstance(error, KeyError):
        known["close"] = _close_keys(error, named)
    elif isinstance(error, NameError) and error.name:
        known["close"] = _close(error.name, [*_look._namespace()[0], *dir(builtins)])
    elif isinstance(error, AttributeError) and error.name:
        known["close"] = _close(error.name, _attributes(error.obj))
        if _is_data(error.obj) and all(error.obj is not value for _, value in named):
            known["objects"].insert(0, _told(f"what has no {error.name}", error.obj))
    elif isinstance(error, ModuleNotFoundError) and error.name:
        known["installed"] = _serving(error.name.partition(".")[0])
    elif isinstance(error, FileNotFoundError):
        known["files"] = _files(error)
    if _folder() != _look._WORK:
        known["folder"] = _folder()
    known["objects"] = known["objects"][:_OBJECTS]
    return {key: value for key, value in known.items() if value}


# --- the failing line -------------------------------------------------------------------------------------------------


class _Line:
    """The statements of the user's frames that the error passed through, innermost first, with the names they see."""

    def __init__(self) -> None:
        self.frames: list[tuple[list[ast.expr], types.FrameType]] = []


def _failing(error: BaseException) -> _Line:
    line, trace = _Line(), error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "ipykernel_" in name or name.startswith("<ipython-input"):
            line.frames.insert(0, (_expressions(name, trace), trace.tb_frame))
        trace = trace.tb_next
    return line


def _expressions(name: str, trace: types.TracebackType) -> list[ast.expr]:
    """The failing expression, where Python says which, and then those of its whole statement."""
    try:
        tree = ast.parse("".join(linecache.getlines(name)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    at = trace.tb_lineno
    holding = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= at <= (node.end_lineno or node.lineno)
    ]  # fmt: skip
    if not holding:
        return []
    # Of two on one line the one that stands within the other.
    statement = min(reversed(holding), key=lambda node: (node.end_lineno or 0) - node.lineno)
    # Of a loop or a function only its head: what stands within has lines of its own.
    parts = [part for part in ast.iter_child_nodes(statement) if not isinstance(part, (ast.stmt, ast.excepthandler))]
    inner = [node for part in parts for node in ast.walk(part) if isinstance(node, ast.expr)]
    exact = _exact(trace)
    return [node for node in inner if exact is not None and _span(node) == exact] + inner


def _exact(trace: types.TracebackType) -> tuple[Any, ...] | None:
    """Line and column of the failing expression: Python tells them from 3.11 on."""
    positions = getattr(trace.tb_frame.f_code, "co_positions", None)
    if positions is None:
        return None
    for at, (line, last_line, column, last_column) in enumerate(positions()):
        if at == trace.tb_lasti // 2:
            return line, last_line, column, last_column
    return None


def _span(node: ast.expr) -> tuple[Any, ...]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def _named(line: _Line) -> list[tuple[str, Any]]:
    """The objects that the failing lines name, each once: those of the innermost line first."""
    named: dict[str, Any] = {}
    known: set[int] = set()
    for expressions, frame in line.frames:
        for node in expressions:
            for inner in ast.walk(node):
                for name, value in _values(inner, frame):
                    if name not in named and id(value) not in known:
                        # Kept, so that no other object is given its place.
                        named[name] = value
                        known.add(id(value))
    return list(named.items())


def _values(node: ast.AST, frame: types.FrameType) -> list[tuple[str, Any]]:
    """What an expression stands for, told without running code: a name, its attribute, one of its items."""
    if isinstance(node, ast.Name):
        for names in (frame.f_locals, frame.f_globals):
            if node.id in names:
                return [(node.id, names[node.id])]
    elif isinstance(node, ast.Attribute):
        for name, value in _values(node.value, frame):
            own = _own(value)
            if node.attr in own:
                return [(f"{name}.{node.attr}", own[node.attr])]
            if _is_frame(value) and node.attr in _labels(value):
                return [(f"{name}[{node.attr!r}]", value[node.attr])]
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        for name, value in _values(node.value, frame):
            key = node.slice.value
            if type(value) is dict and key in value:
                return [(f"{name}[{key!r}]", value[key])]
            if _is_frame(value) and type(key) is str and key in _labels(value):
                return [(f"{name}[{key!r}]", value[key])]
    return []


def _own(value: Any) -> dict[str, Any]:
    """An object's own attributes; none of a module, and of none whose class looks them up in a way of its own."""
    kind: Any = type(value)
    if kind is types.ModuleType or kind.__getattribute__ is not object.__getattribute__:
        return {}
    own: Any = getattr(value, "__dict__", None)
    return own if type(own) is dict else {}


# --- objects ----------------------------------------------------------------------------------------------------------


def _is_frame(value: Any) -> bool:
    return type(value).__name__ == "DataFrame" and _look._module(value) in _FRAMES


def _is_data(value: Any) -> bool:
    return _look._module(value) in ("pandas", "polars", "numpy", "pyarrow") or type(value) in _look._SIZED


def _is_told(error: BaseException, value: Any) -> bool:
    """Whether this kind of value can have to do with the error: plain containers where a key or a place is missing."""
    if type(value) in _look._SIZED:
        return isinstance(error, (LookupError, AttributeError, TypeError, ValueError)) and bool(value)
    return _is_data(value) and not isinstance(value, type)


def _labels(frame: Any) -> list[str]:
    """The labels that are texts: comparing with others would run code of theirs."""
    return [label for label in list(frame.columns[: _COLUMNS * 10]) if type(label) is str]


def _told(name: str, value: Any) -> dict[str, Any]:
    """Name, kind, columns and a sample of an object."""
    kind, library = type(value).__name__, _look._module(value)
    described: dict[str, Any] = {"name": name, "type": kind}
    if _is_frame(value):
        described["type"] = f"DataFrame {value.shape[0]}×{value.shape[1]}"
        described["columns"] = [_look._label(column) for column in list(value.columns[:_COLUMNS])]
    elif kind in ("Series", "Index") and library in _FRAMES:
        described["type"] = f"{kind} of {value.dtype}, {len(value)} values"
        described["sample"] = _sample(value)
    elif kind == "ndarray" and library == "numpy":
        described["type"] = f"array {'×'.join(map(str, value.shape))} of {value.dtype}"
    elif type(value) is dict:
        described["type"] = f"dict of {len(value)}"
        described["columns"] = [
            _look._label(key) for key in list(value)[:_COLUMNS] if type(key) in (*_look._PLAIN, tuple)
        ]
    elif type(value) in _look._SIZED:
        described["type"] = f"{kind} of {len(value)}"
        described["sample"] = (_look._plain(value) if type(value) in (str, bytes) else _look._short(value))[:_SAMPLE]
    return described


def _sample(values: Any) -> str:
    """The first value that is there."""
    for value in list(values[:20]) if type(values).__name__ != "Series" else list(values.head(20)):
        if type(value) in (*_look._PLAIN, list, dict) or _look._module(value) in ("pandas", "numpy", "datetime"):
            text = str(_look._plain(value) if type(value) in _look._PLAIN else _look._text(value))
            if text not in ("nan", "None", "NaT", "<NA>"):
                return text[:_SAMPLE]
    return ""


# --- what comes close -------------------------------------------------------------------------------------------------


def _close_keys(error: KeyError, named: list[tuple[str, Any]]) -> list[str]:
    words = _look._label(error.args[0]) if error.args else ""
    # Of several columns pandas names those that are missing.
    missing = re.findall(r"'([^']*)'", words) if words.endswith(("not in index", "[columns]")) else [words]
    for _, value in named:
        keys = list(value.columns) if _is_frame(value) else list(value) if type(value) is dict else []
        labels = [_look._label(key) for key in keys[: _COLUMNS * 10]]
        if close := [each for name in missing[:3] for each in _close(name, labels)]:
            return close
    return []


def _close(name: str, names: list[str]) -> list[str]:
    """Those that differ in case, blanks and marks only, and then those that are spelled much the same."""
    plain = _plain_name(name)
    same = [each for each in names if _plain_name(each) == plain and each != name]
    lowered = {each.lower(): each for each in names if not each.startswith("_")}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=3, cutoff=_CLOSE)
    parts = [each for each in names if len(plain) > 3 and not each.startswith("_") and plain in _plain_name(each)]
    return list(dict.fromkeys([*same, *(lowered[each] for each in near), *parts[:3]]))[:5]


def _plain_name(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _attributes(value: Any) -> list[str]:
    """The names a value has, asked of its type; a module and a table also have names of their own."""
    if type(value) is types.ModuleType:
        return [name for name in vars(value) if not name.startswith("_")]
    own = [_look._label(column) for column in list(value.columns[:_COLUMNS])] if _is_frame(value) else []
    return own + dir(type(value))


def _serving(missing: str) -> list[str]:
    """Installed modules for the same purpose, or of nearly the same name."""
    purposes = [group for group in _SERVES if missing in group]
    others = list(dict.fromkeys(name for group in purposes for name in group if name != missing))
    if others:
        return [name for name in others if importlib.util.find_spec(name) is not None][:5]
    return difflib.get_close_matches(missing, _importable(), n=3, cutoff=0.8)


def _importable() -> list[str]:
    distributions = getattr(importlib.metadata, "packages_distributions", dict)
    return [*distributions(), *getattr(sys, "stdlib_module_names", ())]


def _files(error: FileNotFoundError) -> list[str]:
    # Those of the workspace, wherever the code has gone.
    names = sorted(entry.name for entry in os.scandir(_look._WORK) if not entry.name.startswith("."))
    missing = os.path.basename(error.filename) if type(error.filename) is str else ""  # noqa: PTH119
    close = _close(missing, names) if missing else []
    return [*close, *(name for name in names if name not in close)][:_NAMES]


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return ""
