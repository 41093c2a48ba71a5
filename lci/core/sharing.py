"""What of a conversation a model may see: everything, names and types only, or everything but some columns (B51).

A veil that is not open lets through only what cannot hold a value: whole outputs are withheld where they could, and
what is let through under a mask is searched for the masked values.
"""

from __future__ import annotations

import ast
import builtins
import functools
import math
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lci.core.conversation import Conversation
from lci.core.files import Preview, Table, Value, WorkspaceFile
from lci.core.masking import MASK, MaskedValues, without_ends, without_numbers
from lci.core.names import base_name, names_of, without_magics
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


def withheld_cells(turns: Iterable[Turn], veil: Veil, brought: Iterable[str] = ()) -> frozenset[str]:
    """The calls whose outputs are withheld: all, or those whose code uses a masked column or what came of one.

    `turns` are all that one kernel ran, also those of other branches; `brought` are files that were not made by code.
    """
    if veil.is_open:
        return frozenset()
    cells = [cell for turn in turns for cell in turn.cells]
    if veil.hides_all_values:
        return frozenset(cell.call_id for cell in cells)
    return _traced(cells, veil.columns, frozenset(brought))[0]


def derived_names(turns: Iterable[Turn], veil: Veil, brought: Iterable[str] = ()) -> frozenset[str]:
    """The names in memory that hold something of a masked column."""
    if veil.is_open or veil.hides_all_values:
        return frozenset()
    return _traced([cell for turn in turns for cell in turn.cells], veil.columns, frozenset(brought))[1]


#: What IPython keeps of results.
_RESULTS = frozenset({"_", "__", "___", "Out", "_oh"})


def _traced(
    cells: Sequence[Cell], columns: tuple[str, ...], brought: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The calls that use a masked column or what came of one, and the names that hold it in the end.

    In the order in which they ran last, statement by statement. What code imports holds nothing; a file that it names
    beside a masked column may.
    """
    ran = sorted(cells, key=lambda cell: cell.started_at if cell.started_at is not None else math.inf)
    imported = frozenset[str]().union(*(_traces(cell.source).imported for cell in ran))
    found: set[str] = set()
    derived: set[str] = set()
    files: set[str] = set()
    for cell in ran:
        for statement in _statements(cell.source):
            names, traces = names_of(statement), _traces(statement)
            uses = (
                (bool(found) and any(name in _RESULTS or re.fullmatch(r"_\d+", name) for name in names.free))
                or any(_mentions(said, columns) for said in traces.said)
                or bool((names.free | names.altered) & derived)
                or bool(traces.files & files)
            )
            if uses:
                found.add(cell.call_id)
                handed = {name for function, name in traces.handed if function not in imported}
                derived |= (names.bound | names.altered | traces.touched | handed) - imported
                files |= traces.files - brought
            else:
                derived -= names.bound - names.altered
    return frozenset(found), frozenset(derived)


@functools.lru_cache(maxsize=4_096)
def _statements(source: str) -> tuple[str, ...]:
    """The statements of a cell, each as code; the whole cell where it is no Python, or not Python alone."""
    tree = _tree(source)
    return tuple(map(ast.unparse, tree.body)) if tree is not None else (source,)


def _pattern(column: str) -> str:
    """The name as code may have rewritten it: in another case, with `_` for blanks, with a suffix."""
    if len(column.strip()) < 3:
        return rf"(?<!\w){re.escape(column)}(?!\w)"
    parts = re.findall(r"[^\W_]+", column)
    joined = r"[\W_]*".join(map(re.escape, parts)) if parts else re.escape(column)
    return rf"(?<![^\W_]){joined}(?![^\W_])"


@functools.lru_cache(maxsize=256)
def _patterns(columns: tuple[str, ...]) -> re.Pattern[str] | None:
    named = [_pattern(column) for column in columns if column]
    return re.compile("|".join(named), re.IGNORECASE) if named else None


def _mentions(text: str, columns: tuple[str, ...]) -> bool:
    """Whether `text` names one of the columns."""
    pattern = _patterns(columns)
    return pattern is not None and pattern.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Traces:
    """What code says and touches: names and texts, names that it changes in place, files, imports.

    `handed` has the names that are handed to a function whose result nobody takes, each with what the function is of.
    """

    said: frozenset[str]
    touched: frozenset[str] = frozenset()
    handed: frozenset[tuple[str, str]] = frozenset()
    files: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()


_FILE_NAME = re.compile(r"[^\n\r]*\.\w{2,8}")


@functools.lru_cache(maxsize=4_096)
def _traces(source: str) -> _Traces:
    """The traces of one cell; code that is no Python is all said."""
    tree = _tree(without_magics(source))
    if tree is None:
        return _Traces(frozenset({source}))
    said: set[str] = set()
    touched: set[str] = set()
    handed: set[tuple[str, str]] = set()
    imported: set[str] = set()
    altered = names_of(source).altered
    # Magics say their line; comments say nothing.
    said.update(line for line in source.splitlines() if line.lstrip().startswith(("%", "!")))
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                said.add(name)
            case ast.keyword(arg=str(name)):
                said.add(name)
            case ast.Constant(value=str(text)):
                said.add(text)
            case ast.Constant(value=bytes(content)):
                said.add(content.decode("latin-1"))
            case ast.alias(name=name, asname=alias):
                said.add(name)
                imported.add((alias or name).split(".")[0])
            case ast.For(target=target, iter=iterated):
                # What a loop changes of its variable it changes of what it goes through.
                touched |= _bases(iterated) if _bases(target) & altered else set()
            case ast.Expr(value=ast.Call() as call):
                touched |= _changed(call)
                base = base_name(call.func)
                if base is not None and base not in _READING:
                    values = (*call.args, *(keyword.value for keyword in call.keywords))
                    handed |= {(base, value.id) for value in values if isinstance(value, ast.Name)}
            case _:
                pass
    files = frozenset(text for text in said if _FILE_NAME.fullmatch(text))
    return _Traces(frozenset(said), frozenset(touched), frozenset(handed), files, frozenset(imported))


#: Functions that only read what they are given, and methods that do not change what they are called on.
_READING = frozenset({"print", "display", "len", "help", "repr", "dir", "vars", "type", "isinstance"})
_PURE = frozenset(
    {
        "head", "tail", "describe", "info", "sample", "mean", "sum", "median", "std", "var", "min", "max", "count",
        "nunique", "unique", "value_counts", "corr", "quantile", "mode", "groupby", "agg", "apply", "query",
        "plot", "hist", "boxplot", "show", "items", "keys", "values", "to_csv", "to_excel", "to_json", "to_parquet",
        "to_string", "to_markdown", "to_dict", "to_list", "tolist", "isna", "isnull", "notna", "sort_values", "dropna",
        "fillna", "pivot_table", "merge", "join", "nlargest", "nsmallest", "round", "astype", "copy", "iterrows",
    }
)  # fmt: skip


def _changed(call: ast.Call) -> set[str]:
    """The name whose value a call changes in place: `frame.insert(…)`, `lists["a"].append(…)`, with `inplace=True`."""
    base = base_name(call.func)
    if base is None or not isinstance(call.func, ast.Attribute):
        return set()
    in_place = any(
        keyword.arg == "inplace" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
        for keyword in call.keywords
    )
    return {base} if in_place or call.func.attr not in _PURE else set()


def _bases(node: ast.AST) -> set[str]:
    """The names that a value, or what stands in a list of values, begins with."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return set().union(*map(_bases, node.elts))
    base = base_name(node)
    return {base} if base is not None else set()


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


def brought_files(conversation: Conversation) -> frozenset[str]:
    """The files that the person brought, also those that are gone."""
    attached = {name for turn in conversation.turns for name in turn.attachments}
    return frozenset(attached | {name for name, file in conversation.files.items() if file.origin != "code"})


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


def _said(cell: Cell) -> frozenset[str]:
    return _traces(cell.source).said if _tree_of(cell.source) else frozenset()


@functools.lru_cache(maxsize=4_096)
def _tree_of(source: str) -> bool:
    """Whether it is Python."""
    return _tree(without_magics(source)) is not None


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
