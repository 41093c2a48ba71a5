"""What of a conversation a model may see: everything, names and types only, or everything but some columns (B51).

A veil that is not open lets through only what cannot hold a value: whole outputs are withheld where they could, and
what is let through under a mask is searched for the masked values.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lci.core.conversation import Conversation
from lci.core.files import Preview, Table, Value, WorkspaceFile
from lci.core.masking import MASK, MaskedValues, without_ends, without_numbers
from lci.core.names import names_of, without_magics
from lci.core.outputs import ErrorOutput, Json, without_ansi
from lci.core.turns import Cell, Sent, Sharing, Step, Summary, Turn


@dataclass(frozen=True, slots=True)
class Veil:
    """What is hidden: with `schema` every value, else the values of `columns`.

    `values` are those columns' own; None while they are not known, and then nothing that could hold one is shown.
    """

    sharing: Sharing = "full"
    columns: tuple[str, ...] = ()
    values: MaskedValues | None = MaskedValues()

    @property
    def is_open(self) -> bool:
        """Whether nothing is hidden."""
        return self.sharing == "full" and not self.columns

    @property
    def hides_all_values(self) -> bool:
        """Whether no output may be shown."""
        return self.sharing == "schema" or (bool(self.columns) and self.values is None)

    def text(self, text: str) -> str:
        """`text` without masked values. Only where not all values are hidden."""
        return self.values.without(text) if self.columns and self.values is not None else text

    def outputs(self, texts: Sequence[str]) -> list[str]:
        """The texts that one cell put out, without masked values. Only where not all values are hidden.

        Where a masked column is named they are without any number: it may be a sum or a mean of that column.
        """
        named = any(_mentions(text, self.columns) for text in texts)
        return [without_numbers(told) if named else told for told in map(self.text, texts)]

    def allows(self, other: Sent | Summary) -> bool:
        """Whether what came of `other` was made of nothing that is hidden now."""
        if other.sharing == "schema":
            return True
        return self.sharing == "full" and set(self.columns) <= set(other.masked)


OPEN = Veil()


def sent_for(turn: Turn, step: Step) -> Sent:
    """The request that `step` answers; one that hides nothing where the log knows of none."""
    at = step.round - 1
    return turn.requests[at] if 0 <= at < len(turn.requests) else _UNKNOWN


_UNKNOWN = Sent("", None, 0)


def veiled_file(file: WorkspaceFile, veil: Veil) -> WorkspaceFile:
    """`file` with what the veil leaves of its preview: names, types and shapes always."""
    if veil.is_open or file.preview is None:
        return file
    return replace(file, preview=veiled_preview(file.preview, veil))


def veiled_preview(preview: Preview, veil: Veil) -> Preview:
    """The same for a preview alone; images, texts and rows are values."""
    if veil.is_open:
        return preview
    tables = tuple(_veiled_table(table, veil) for table in preview.tables)
    image = replace(preview.image, blob=None) if preview.image is not None else None
    text = None if veil.hides_all_values or preview.text is None else veil.text(preview.text)
    return replace(preview, tables=tables, image=image, text=text)


def _veiled_table(table: Table, veil: Veil) -> Table:
    if veil.hides_all_values:
        return replace(table, head=(), tail=())
    hidden = {at for at, column in enumerate(table.columns) if column.name in veil.columns}

    def row(values: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(MASK if at in hidden else _veiled(value, veil) for at, value in enumerate(values))

    return replace(table, head=tuple(map(row, table.head)), tail=tuple(map(row, table.tail)))


def _veiled(value: Value, veil: Veil) -> Value:
    told = veil.text(str(value))
    return value if value is None or told == str(value) else told


# --- cells ------------------------------------------------------------------------------------------------------------


def withheld_cells(turns: Iterable[Turn], veil: Veil) -> frozenset[str]:
    """The calls whose outputs are withheld: all, or those whose code uses a masked column or what came of one."""
    cells = [cell for turn in turns for cell in turn.cells]
    if veil.is_open:
        return frozenset()
    if veil.hides_all_values:
        return frozenset(cell.call_id for cell in cells)
    found: set[str] = set()
    derived: set[str] = set()
    for cell in cells:
        names = names_of(cell.source)
        uses = _mentions(cell.source, veil.columns) or bool((names.free | names.altered) & derived)
        if uses:
            found.add(cell.call_id)
            derived |= names.bound | names.altered | _receivers(cell.source)
        else:
            derived -= names.bound - names.altered
    return frozenset(found)


def _mentions(source: str, columns: Iterable[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(column)}(?!\w)", source, re.IGNORECASE) for column in columns if column)


def _receivers(source: str) -> set[str]:
    """Names whose methods are called for their effect: `frame.insert(…)`, or with `inplace=True`."""
    tree = _tree(without_magics(source))
    if tree is None:
        return set()
    calls = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    receivers = [call.func.value for call in calls if isinstance(call.func, ast.Attribute)]
    return {receiver.id for receiver in receivers if isinstance(receiver, ast.Name)}


def _tree(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


# --- errors -----------------------------------------------------------------------------------------------------------

_KNOWN_ERRORS = frozenset(
    {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)}
    | {
        "ParserError", "EmptyDataError", "MergeError", "IntCastingNaNError", "OutOfBoundsDatetime",
        "InvalidIndexError", "DataError", "UndefinedVariableError", "SpecificationError", "LinAlgError", "AxisError",
        "ColumnNotFoundError", "ComputeError", "SchemaError", "InvalidOperationError", "ArrowInvalid",
        "ArrowTypeError", "ArrowKeyError", "BinderException", "CatalogException", "ParserException",
        "ConversionException", "NotFittedError", "JSONDecodeError", "DateParseError", "OperationalError",
        "UnsupportedOperation", "PandasFutureWarning", "SettingWithCopyError", "BadZipFile", "InvalidFileException",
    }
)  # fmt: skip

#: What libraries say around the values they name; told alone it holds none.
_SAYINGS = (
    "could not convert string to float", "cannot convert the series to", "cannot convert float NaN to integer",
    "cannot convert non-finite values", "invalid literal for int", "unsupported operand type",
    "not supported between instances of", "has no attribute", "is not defined", "object is not callable",
    "object is not subscriptable", "object is not iterable", "is not in index", "not in index", "not found in axis",
    "The truth value of a Series is ambiguous", "The truth value of an array", "Length of values",
    "Length mismatch", "All arrays must be of the same length", "arrays must be same length",
    "Can only use .str accessor", "Can only use .dt accessor", "index out of range", "out of bounds",
    "single positional indexer is out-of-bounds", "cannot reindex on an axis with duplicate labels",
    "Index contains duplicate entries", "You are trying to merge on", "No numeric types to aggregate",
    "agg function failed", "unexpected keyword argument", "missing 1 required positional argument",
    "positional arguments but", "got multiple values for", "No module named", "cannot import name",
    "No such file or directory", "codec can't decode", "Error tokenizing data", "No columns to parse from file",
    "does not match format", "Unknown datetime string format", "Mixed timezones", "division by zero",
    "shapes", "must be same size", "x and y must have same first dimension", "Unable to allocate", "unhashable type",
    "setting an array element with a sequence", "Input contains NaN", "Found array with 0 sample",
    "Could not interpret value", "cannot perform", "Expecting value", "database is locked", "no such table",
    "no such column", "File is not a zip file",
)  # fmt: skip

_LINE = re.compile(r"Cell In\s*\[\d+\], line (\d+)|Input In \[\d+\], in .*?line (\d+)|<ipython-input[^>]*>, line (\d+)")


@dataclass(frozen=True, slots=True)
class Failure:
    """What may be told of an error: its kind, the line of the model's own code, the fixed part of its message."""

    kind: str
    line: int | None = None
    code: str = ""
    saying: str = ""


def failure(error: ErrorOutput, source: str) -> Failure:
    """An error without its values; a name that is no known exception's is one, too, and is not told."""
    kind = error.ename if error.ename in _KNOWN_ERRORS else ""
    said = without_ansi(error.evalue)
    saying = next((known for known in _SAYINGS if known.casefold() in said.casefold()), "")
    lines = source.split("\n")
    frames = [match for frame in error.traceback for match in _LINE.finditer(without_ansi(frame))]
    numbers = [int(next(group for group in match.groups() if group)) for match in frames]
    line = numbers[0] if numbers and 1 <= numbers[0] <= len(lines) else None
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        line, saying = _syntax(source) or (line, saying)
    return Failure(kind, line, lines[line - 1].strip() if line is not None and line <= len(lines) else "", saying)


def _syntax(source: str) -> tuple[int | None, str] | None:
    """What is wrong with the code itself, told by the code alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(without_magics(source))
    except SyntaxError as error:
        return error.lineno, error.msg
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


# --- memory -----------------------------------------------------------------------------------------------------------


def known_names(conversation: Conversation, veil: Veil, turn_id: str | None = None) -> frozenset[str]:
    """Names that hold no value: of the columns and files that were brought, and what code says that saw none."""
    brought = [file for file in conversation.files.values() if file.origin != "code"]
    names = {file.name for file in brought}
    for file in brought:
        if file.preview is not None:
            names |= {column.name for table in file.preview.tables for column in table.columns}
    for turn in conversation.branch(turn_id):
        for cell in turn.cells:
            if veil.allows(sent_for(turn, cell)):
                names |= _said(cell)
    return frozenset(names)


def _said(cell: Cell) -> set[str]:
    tree = _tree(without_magics(cell.source))
    if tree is None:
        return set()
    said = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                said.add(name)
            case ast.Constant(value=str(text)):
                said.add(text)
            case ast.keyword(arg=str(name)) | ast.arg(arg=name):
                said.add(name)
            case _:
                pass
    return said


#: Types told by name; code can name its own after a value.
_TYPES = frozenset(
    {
        "int", "float", "complex", "bool", "str", "bytes", "list", "tuple", "dict", "set", "frozenset", "NoneType",
        "DataFrame", "Series", "Index", "MultiIndex", "RangeIndex", "DatetimeIndex", "CategoricalIndex", "Timestamp",
        "Timedelta", "ndarray", "Table", "LazyFrame", "DuckDBPyRelation", "Figure", "Axes", "date", "datetime",
        "DataFrameGroupBy", "SeriesGroupBy",
    }
)  # fmt: skip


#: Characters from which on a variable's value may have been cut off.
_CUT_VALUE = 190


def veiled_variables(
    variables: Sequence[Json], veil: Veil, known: frozenset[str], derived: frozenset[str]
) -> list[dict[str, Json]]:
    """What may be told of the variables in memory: names and columns that are `known`, types, shapes, few values.

    Values of `derived` names, which hold something of a masked column, stay behind.
    """
    told: list[dict[str, Json]] = []
    for variable in variables:
        if not isinstance(variable, dict):
            continue
        name = str(variable.get("name"))
        if veil.is_open:
            told.append(variable)
            continue
        if name not in known:
            continue
        kind = str(variable.get("type"))
        kept: dict[str, Json] = {"name": name, "type": kind if kind in known or kind in _TYPES else "object"}
        if "shape" in variable and kind not in ("str", "bytes"):
            kept["shape"] = variable["shape"]
        columns = variable.get("columns")
        if isinstance(columns, list):
            kept["columns"] = [column if column in known else MASK for column in columns]
        value = variable.get("value")
        if isinstance(value, str) and not veil.hides_all_values and name not in derived:
            (kept["value"],) = veil.outputs([without_ends(value, end=len(value) >= _CUT_VALUE)])
        told.append(kept)
    return told


def derived_names(turns: Iterable[Turn], withheld: frozenset[str]) -> frozenset[str]:
    """The names that withheld cells have bound or altered."""
    made: set[str] = set()
    for turn in turns:
        for cell in turn.cells:
            if cell.call_id in withheld:
                names = names_of(cell.source)
                made |= names.bound | names.altered | _receivers(cell.source)
    return frozenset(made)


def veiled_facts(facts: Mapping[str, Json], known: frozenset[str]) -> dict[str, Json]:
    """Facts of a failure as far as they are names that are `known`."""
    told: dict[str, Json] = {}
    for key, found in facts.items():
        if isinstance(found, list):
            told[key] = [name for name in found if name in known]
        elif isinstance(found, dict):
            kept: dict[str, Json] = {}
            for name, names in found.items():
                if name in known and isinstance(names, list):
                    kept[name] = [each for each in names if each in known]
            told[key] = kept
    return told
