"""What a reading expression returns, as it is told: the expression is evaluated on the file itself."""

from __future__ import annotations

import contextlib
import lzma
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lci.core.files import Column, NumberedRow, Table, Value
from lci.core.readers import reader_imports
from lci.workspace.inference import plain_value
from lci.workspace.request import TAIL_ROWS, Request, literal
from lci.workspace.sources import plain_path
from lci.workspace.values import places_between, with_values

if TYPE_CHECKING:
    import pandas as pd

#: What readers have been seen to raise for content that they cannot make a table of.
READERS_RAISE = (
    ValueError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError, SyntaxError, SystemError, OSError,
    RuntimeError, ImportError, AssertionError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
)  # fmt: skip


@contextlib.contextmanager
def named(request: Request) -> Iterator[str]:
    """A path that ends with the file's own name, which many readers look at; for as long as the block lasts."""
    with plain_path(request.path) as path, tempfile.TemporaryDirectory(prefix="lci-named-") as folder:
        link = Path(folder) / Path(request.name).name
        link.symlink_to(path.absolute())
        yield str(link)


def frame_of(request: Request, reader: str) -> pd.DataFrame | None:
    """What `reader` returns, an expression of ours that names the file; None where it raises or is no table."""
    import pandas as pd

    frame = value_of(request, reader)
    return frame if isinstance(frame, pd.DataFrame) else None


def value_of(request: Request, reader: str) -> Any:  # Any: whatever the library returns
    """As `frame_of`, for what may be something else: a list of tables."""
    names: dict[str, Any] = {}
    with named(request) as path:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec("\n".join(reader_imports(reader)), names)
                return eval(reader.replace(literal(request.name), literal(path), 1), names)
        except Exception:  # noqa: BLE001  # a reader's library may raise anything: docs/decisions/0006
            return None


def table_of(name: str, frame: pd.DataFrame, rows: int) -> Table:
    """A whole frame as a table: names, types and missing values as pandas has them."""
    columns = tuple(
        Column(column_name(label)[:500], str(dtype), int(missing))
        for label, dtype, missing in zip(frame.columns, frame.dtypes, frame.isna().sum(), strict=True)
    )
    places = places_between(len(frame))
    between = tuple(
        NumberedRow(place + 1, row) for place, row in zip(places, cells_of(frame.iloc[places]), strict=True)
    )
    return Table(
        name,
        len(frame),
        True,
        with_values(columns, frame),
        cells_of(frame.iloc[:rows]),
        cells_of(frame.iloc[-TAIL_ROWS:]),
        between,
        len(frame),
    )


def column_name(label: Any) -> str:  # Any: whatever a file makes a label of
    """A column's label as text; one of several levels as the tuple that asks for it."""
    return str(label)


def cells_of(frame: pd.DataFrame) -> tuple[tuple[Value, ...], ...]:
    """The rows of a frame as plain values, None where one is missing."""
    columns = []
    for at in range(frame.shape[1]):
        column = frame.iloc[:, at]
        missing = column.isna().tolist()
        columns.append(
            [
                None if gone else _plain(value)
                for value, gone in zip(column.astype(object).tolist(), missing, strict=True)
            ]
        )
    return tuple(zip(*columns, strict=True)) if columns else tuple(() for _ in range(len(frame)))


def _plain(value: Any) -> Value:
    import numpy as np

    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return plain_value(value)
