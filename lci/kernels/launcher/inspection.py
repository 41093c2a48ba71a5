"""What the app may ask a kernel silently: its variables, a page of a table, the facts of the last failure.

Only types known by name are looked into; a user's own `__repr__` or `__len__` is never called. Nothing is changed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
import types
import warnings
from typing import Any

_orders: Any = sys.modules["_lci_row_orders"]
_HIDDEN = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)
_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_KNOWN = ("builtins", "datetime", "decimal", "uuid", "numpy", "pandas")
_SIZED = (str, bytes, bytearray, list, tuple, dict, set, frozenset)
_TABLES = ("DataFrame", "Series")
#: Times that tables were saved which are kept: code may have come to read them.
_SAVINGS = 4


class _Answer:
    """A value that reaches the app as JSON."""

    def __init__(self, value: Any) -> None:
        # A lone surrogate in a name or a value could not be stored.
        text = json.dumps(value, default=_text, ensure_ascii=False)
        self.text = text.encode("utf-8", "replace").decode("utf-8")


def _text(value: Any) -> str:
    """A value as text: itself for types known by name, only its type's name for others."""
    if type(value) in _PLAIN or _module(value) in _KNOWN:
        return str(value)
    return f"<{type(value).__name__}>"


def _shell() -> Any:
    from IPython import get_ipython

    return get_ipython()


def _namespace() -> tuple[dict[str, Any], dict[str, Any]]:
    shell = _shell()
    return shell.user_ns, shell.user_ns_hidden


def variables(limit: int = 200) -> _Answer:
    """The user's variables: name, type, shape or length, bytes, and a value or head for plain ones; his functions.

    Of more than `limit` those that were bound first are left out.
    """
    namespace, hidden = _namespace()
    seen = []
    for name, value in list(namespace.items()):
        if name.startswith("_") or hidden.get(name, hidden) is value:
            continue
        if name in ("In", "Out", "exit", "quit", "get_ipython"):
            continue
        own = type(value) is types.FunctionType and value.__module__ == "__main__"
        if own or not issubclass(type(value), _HIDDEN):
            seen.append((name, value))
    return _Answer([_described(name, value) for name, value in seen[-limit:]])


def results(limit: int = 50) -> _Answer:
    """The newest tables that cells ended with and IPython keeps, newest first.

    Of each the place, the shape, the SHA-256 of the cell's code, and a variable that holds the same object.
    """
    shell = _shell()
    kept, codes = shell.user_ns.get("_oh"), shell.history_manager.input_hist_raw
    numbers = (
        [number for number in kept if type(number) is int and 0 < number < len(codes)] if type(kept) is dict else []
    )
    names = {id(value): name for name, value in list(shell.user_ns.items()) if not name.startswith("_")}
    entries: list[dict[str, Any]] = []
    for number in sorted(numbers, reverse=True):
        value = kept[number]
        if _is_table(value) and len(entries) < limit:
            shape = value.shape if len(value.shape) == 2 else (*value.shape, 1)
            entries.append(
                {
                    "name": f"Out[{number}]",
                    "code": hashlib.sha256(codes[number].encode("utf-8", "surrogatepass")).hexdigest(),
                    "shape": [int(part) for part in shape],
                    "variable": names.get(id(value), ""),
                }
            )
    return _Answer(entries)


def _module(value: Any) -> str:
    """The library a value's type really comes from; a user's class may claim any name."""
    kind = type(value)
    name: Any = kind.__module__
    if not isinstance(name, str):
        return ""
    owner: Any = sys.modules.get(name)
    for part in kind.__qualname__.split("."):
        owner = getattr(owner, part, None)
    return name.split(".")[0] if owner is kind else ""


def _label(column: Any) -> str:
    """A column's name."""
    if type(column) is tuple:
        return "(" + ", ".join(_label(part) for part in column) + ")"
    return _text(column)


def _described(name: str, value: Any) -> dict[str, Any]:
    kind = type(value)
    entry: dict[str, Any] = {
        "name": name,
        "type": kind.__qualname__,
        "module": str(kind.__module__),
        "bytes": _bytes(value),
    }
    library = _module(value)
    if kind is types.FunctionType:
        entry["value"] = _signature(value)
    elif drawing := _drawn(value):
        entry["module"] = drawing
    if library in ("pandas", "polars", "numpy", "pyarrow", "torch") and isinstance(
        shape := getattr(value, "shape", None), tuple
    ):
        entry["shape"] = [int(part) for part in shape]
    elif kind in _SIZED:
        entry["shape"] = [len(value)]
    if _is_table(value):
        entry["table"] = True
    if library in ("pandas", "polars") and kind.__name__ == "DataFrame":
        entry["columns"] = [_label(column) for column in list(value.columns[:50])]
    elif kind in _PLAIN:
        entry["value"] = _plain(value)
    elif library == "pyarrow" and kind.__name__ == "Table":
        entry["columns"] = [str(column) for column in list(value.column_names)[:50]]
    elif library == "duckdb" and kind.__name__ == "DuckDBPyRelation":
        # Its rows would have to be computed; its columns are known.
        entry["columns"] = [str(column) for column in list(value.columns)[:50]]
    elif library == "numpy" and getattr(value, "shape", None) == ():
        entry["value"] = str(value)[:200]
    elif kind in (list, tuple, set, dict, frozenset):
        entry["value"] = _short(value)
    return entry


def _signature(function: types.FunctionType) -> str:
    """The parameters of a function of the user's, with the defaults that are plain; nothing of his is called."""
    code, by_name = function.__code__, function.__kwdefaults__ or {}
    names = list(code.co_varnames)
    count, only = code.co_argcount, code.co_kwonlyargcount
    defaults = function.__defaults__ or ()
    parts = [
        name if at < count - len(defaults) else f"{name}={_default(defaults[at - count + len(defaults)])}"
        for at, name in enumerate(names[:count])
    ]
    if code.co_posonlyargcount:
        parts.insert(code.co_posonlyargcount, "/")
    rest = names[count + only :]
    if code.co_flags & 4:
        parts.append("*" + rest.pop(0))
    elif only:
        parts.append("*")
    parts += [f"{name}={_default(by_name[name])}" if name in by_name else name for name in names[count : count + only]]
    if code.co_flags & 8:
        parts.append("**" + rest.pop(0))
    return f"({', '.join(parts)})"


def _default(value: Any) -> str:
    text = _plain(value) if type(value) in _PLAIN else "…"
    return text if len(text) <= 40 else "…"


#: Libraries whose objects are pictures, or parts of them.
_DRAWING = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "altair")


def _drawn(value: Any) -> str:
    """The library of pictures whose objects a container holds, empty for any other."""
    if type(value) in (list, tuple) and len(value):
        first = value[0]
    elif _module(value) == "numpy" and type(value).__name__ == "ndarray" and value.dtype.kind == "O" and value.size:
        first = value.flat[0]
    else:
        return ""
    library = _module(first)
    return library if library in _DRAWING else ""


def _is_table(value: Any) -> bool:
    library, kind = _module(value), type(value).__name__
    if library == "numpy":
        return kind == "ndarray" and value.ndim in (1, 2) and value.dtype.kind in "biufMmUS"
    return kind in _TABLES if library in ("pandas", "polars") else library == "pyarrow" and kind == "Table"


def _plain(value: Any) -> str:
    """The text of a plain value, of which only the start is looked at."""
    if type(value) is int and value.bit_length() > 4000:
        return f"<int of {value.bit_length()} bits>"
    return repr(value[:200] if type(value) in (str, bytes) else value)


def _short(value: Any) -> str:
    """The first items of a container, as far as they are plain."""
    pairs = value.items() if type(value) is dict else ((None, item) for item in value)
    shown = []
    for key, item in itertools.islice(pairs, 5):
        if type(item) not in _PLAIN or type(key) not in _PLAIN:
            return ""
        shown.append(f"{_plain(key)}: {_plain(item)}" if type(value) is dict else _plain(item))
    left, right = "[]" if type(value) is list else "()" if type(value) is tuple else "{}"
    return f"{left}{', '.join(shown)[:200]}{', …' if len(value) > 5 else ''}{right}"


def _bytes(value: Any) -> int | None:
    library = _module(value)
    if library == "pandas" and type(value).__name__ in _TABLES:
        used = value.memory_usage(index=True, deep=False)
        return int(used.sum() if hasattr(used, "sum") else used)
    if library == "polars" and type(value).__name__ in _TABLES:
        return int(value.estimated_size())
    if library in ("numpy", "torch", "pyarrow"):
        size = getattr(value, "nbytes", None)
        return int(size) if isinstance(size, int) else None
    return sys.getsizeof(value) if type(value) in (*_PLAIN, *_SIZED) else None


def page(
    name: str, start: int, stop: int, column: str | None = None, descending: bool = False, containing: str = ""
) -> _Answer:
    """Rows `start` to `stop` of a table, as columns and rows of JSON values.

    Sorted when a column is named; only rows `containing` that text anywhere, when there is one. `rows` counts all of
    them. None for what is no table.
    """
    table = _table(name)
    if table is None:
        return _Answer(None)
    source, frame = table
    labels = [_label(label) for label in (frame.columns if hasattr(frame, "iloc") else frame.column_names)]
    if column in labels or containing:
        frame = frame if hasattr(frame, "iloc") else frame.to_pandas()
        at = labels.index(column) if column in labels else None
        positions = _orders.positions(source, frame, at, descending, containing, _text)
        part, total = frame.iloc[positions[start:stop]], len(positions)
    else:
        total = len(frame)
        part = (
            frame.iloc[start:stop] if hasattr(frame, "iloc") else frame.slice(start, max(0, stop - start)).to_pandas()
        )
    rows = json.loads(part.iloc[:, :200].to_json(orient="split", date_format="iso", default_handler=_text))
    return _Answer({"rows": total, **rows})


def _table(name: str) -> tuple[Any, Any] | None:
    """The variable or the result `Out[n]`, and a frame of it: pandas', or Arrow's, of which a slice is converted."""
    number, names = re.fullmatch(r"Out\[(\d{1,9})\]", name), _namespace()[0]
    kept: Any = names.get("_oh") if number else None
    value: Any = kept.get(int(number[1])) if number and type(kept) is dict else names.get(name)
    if not _is_table(value):
        return None
    if _module(value) == "numpy":
        import pandas

        return value, pandas.DataFrame(value)
    frame = value.to_frame() if type(value).__name__ == "Series" else value
    return value, frame.to_arrow() if _module(value) == "polars" else frame


_WORK = os.getcwd()  # noqa: PTH109 - as it was before any cell ran


def enter_copy(name: str) -> _Answer:
    """Work in a folder of HOME from here on."""
    os.chdir(os.path.join(os.path.expanduser("~"), name))  # noqa: PTH111, PTH118
    return _Answer(True)


def leave_copy() -> _Answer:
    """Work in the workspace again."""
    os.chdir(_WORK)
    return _Answer(True)


def preload(names: list[str]) -> _Answer:
    """Import what most cells need, before the first one asks; the names that could be."""
    imported = []
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
            imported.append(name)
    return _Answer(imported)


def save_tables(least: int = 1_000_000, rows: int = 200_000) -> _Answer:
    """Write the large tables below HOME, piece by piece: the place of each by its name. What cannot be is left out."""
    import pyarrow
    import pyarrow.parquet

    saved = {}
    every = os.path.join(os.path.expanduser("~"), ".saved")  # noqa: PTH111, PTH118
    os.makedirs(every, exist_ok=True)  # noqa: PTH103
    for former in sorted((each.path for each in os.scandir(every)), key=os.path.getmtime)[: -_SAVINGS + 1]:
        shutil.rmtree(former, ignore_errors=True)
    # Each saving in a folder of its own: what was said to lie at a place is what lies there.
    folder = tempfile.mkdtemp(dir=every)
    for name, table in _frames(_namespace()[0]).items():
        if _module(table) != "pandas" or (_bytes(table) or 0) < least:
            continue
        place = os.path.join(folder, name + ".parquet")  # noqa: PTH118
        with contextlib.suppress(pyarrow.ArrowException, MemoryError, OSError, TypeError, ValueError):
            schema = pyarrow.Schema.from_pandas(table.iloc[:rows])
            with pyarrow.parquet.ParquetWriter(place, schema) as writer:
                for at in range(0, len(table), rows):
                    writer.write_table(pyarrow.Table.from_pandas(table.iloc[at : at + rows], schema=schema))
            saved[name] = place
    return _Answer(saved)


def write_table(name: str, form: str) -> _Answer:
    """Write all rows of a table below HOME: the place and its bytes, or what keeps it from being written.

    An index that is more than the numbers of the rows is written, too. None for what is no table.
    """
    table = _table(name)
    if table is None:
        return _Answer(None)
    frame = table[1] if hasattr(table[1], "iloc") else table[1].to_pandas()
    # Writing would have objects of the person's own classes describe themselves.
    frame = frame.copy(deep=False)
    for at, kind in enumerate(frame.dtypes):
        if kind.kind == "O" and not all(map(_is_known, frame.iloc[:, at])):
            frame.isetitem(at, list(map(_named, frame.iloc[:, at])))
    if frame.index.dtype.kind == "O" and not all(map(_is_known, frame.index)):
        frame.index = list(map(_named, frame.index))
    folder = os.path.join(os.path.expanduser("~"), ".saved")  # noqa: PTH111, PTH118
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    handle, place = tempfile.mkstemp("." + form, dir=folder)
    os.close(handle)
    numbered = type(frame.index).__name__ == "RangeIndex"
    try:
        if form == "parquet":
            # Names that are no texts, such as an array's numbers, are none of the format's.
            frame.rename(columns=str).to_parquet(place, index=None if numbered else True)
        else:
            frame.to_csv(place, index=not numbered)
    except Exception as error:  # noqa: BLE001  # whatever a library makes of values that a format does not hold
        os.unlink(place)  # noqa: PTH108
        return _Answer({"error": "missing" if isinstance(error, ImportError) else "refused"})
    return _Answer({"place": place, "bytes": os.path.getsize(place)})  # noqa: PTH202


def _is_known(value: Any) -> bool:
    """Whether no code of a user's own runs where this value is made text."""
    if type(value) is dict:
        return all(map(_is_known, (*value.keys(), *value.values())))
    if type(value) in (list, tuple, set, frozenset):
        return all(map(_is_known, value))
    return type(value) in _PLAIN or _module(value) in _KNOWN


def _named(value: Any) -> Any:
    return value if _is_known(value) else f"<{type(value).__name__}>"


def piece(place: str, start: int, size: int) -> _Answer:
    """Bytes of a file that `write_table` wrote, as base64; with the last of them the file goes."""
    with open(place, "rb") as file:  # noqa: PTH123
        file.seek(start)
        content = file.read(size)
        ended = file.tell() >= os.fstat(file.fileno()).st_size
    if ended:
        os.unlink(place)  # noqa: PTH108
    return _Answer(base64.b64encode(content).decode("ascii"))


def drop(place: str) -> _Answer:
    """Remove a file that `write_table` wrote and that nobody reads to its end."""
    with contextlib.suppress(OSError):
        os.unlink(place)  # noqa: PTH108
    return _Answer(None)


def call_facts(imports: list[str], reader: str) -> _Answer:
    """What a reading expression of the app's returns here: names, types, missing values, rows; nothing is kept."""
    names: dict[str, Any] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec("\n".join(imports), names)
            frame = eval(reader, names)
        labels = enumerate(zip(frame.columns, frame.dtypes))  # noqa: B905  # as old a Python as kernels may have
        columns = [[str(name), str(kind), int(frame.iloc[:, at].isna().sum())] for at, (name, kind) in labels]
        return _Answer({"rows": len(frame), "columns": columns})
    except Exception as error:  # noqa: BLE001  # whatever a library of another version makes of it
        return _Answer({"error": type(error).__name__})


def figure_notes() -> _Answer:
    """Facts and findings of the figures that the last cell showed."""
    return _Answer(sys.modules["_lci_figure_notes"].notes())


def outside_files() -> _Answer:
    """Paths of files that the last cell wrote outside its workspace."""
    return _Answer(sys.modules["_lci_outside"].files())


def failure_facts() -> _Answer:
    """Live facts that help to repair the last error."""
    return _Answer(sys.modules["_lci_failures"].facts())


def _frames(names: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in list(names.items())
        if not name.startswith("_") and _module(value) in ("pandas", "polars") and type(value).__name__ == "DataFrame"
    }
