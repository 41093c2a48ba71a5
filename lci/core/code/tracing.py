"""What of a conversation's code uses a column, or what came of it: found without running it (B51).

It would rather find too much than too little, in code as models write it; code that means to hide something can.
"""

from __future__ import annotations

import ast
import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lci.core.code.names import base_name, names_of
from lci.core.code.parsing import parsed, without_magics
from lci.core.turns import Cell

#: What IPython keeps of results.
_RESULTS = frozenset({"_", "__", "___", "Out", "_oh"})

#: Begins statements that may leave a name as it was.
_PERHAPS = ("if ", "for ", "while ", "try:", "with ", "async ", "match ", "def ", "class ", "@")


def traced(
    cells: Sequence[Cell], columns: tuple[str, ...], brought: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The calls that use a masked column or what came of one, and the names that hold it in the end.

    In the order in which they ran last, statement by statement. What code imports holds nothing; a file that it names
    beside a masked column may.
    """
    ran = sorted(cells, key=lambda cell: cell.started_at if cell.started_at is not None else math.inf)
    imported = frozenset[str]().union(*(traces(cell.source).imported for cell in ran))
    carriers: set[str] = set()
    derived: set[str] = set()
    files: set[str] = set()
    for cell in ran:
        for statement in _statements(cell.source):
            names, marks = names_of(statement), traces(statement)
            uses = (
                (bool(carriers) and any(name in _RESULTS or re.fullmatch(r"_\d+", name) for name in names.free))
                or any(mentions(text, columns) for text in marks.texts)
                or bool((names.free | names.altered) & derived)
                or bool(marks.files & files)
            )
            if uses:
                carriers.add(cell.id)
                handed = {name for function, name in marks.handed if function not in imported}
                derived |= (names.bound | names.altered | marks.touched | handed) - imported
                files |= marks.files - brought
            elif cell.status == "ok" and not statement.startswith(_PERHAPS):
                derived -= names.bound - names.altered
    return frozenset(carriers), frozenset(derived)


@functools.lru_cache(maxsize=4_096)
def _statements(source: str) -> tuple[str, ...]:
    """The statements of a cell, each as code; the whole cell where it is no Python, or not Python alone."""
    tree = parsed(source)
    try:
        return tuple(map(ast.unparse, tree.body)) if tree is not None else (source,)
    except RecursionError:
        return (source,)


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


def mentions(text: str, columns: tuple[str, ...]) -> bool:
    """Whether `text` names one of the columns."""
    pattern = _patterns(columns)
    return pattern is not None and pattern.search(text) is not None


@dataclass(frozen=True, slots=True)
class Traces:
    """What code says and touches: names and texts, names that it changes in place, files, imports.

    `handed` has the names that are handed to a function whose result nobody takes, each with what the function is of.
    """

    texts: frozenset[str]
    touched: frozenset[str] = frozenset()
    handed: frozenset[tuple[str, str]] = frozenset()
    files: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()


_FILE_NAME = re.compile(r"[^\n\r]*\.\w{2,8}")


@functools.lru_cache(maxsize=4_096)
def traces(source: str) -> Traces:
    """The traces of one cell; code that is no Python is one text."""
    tree = parsed(without_magics(source))
    if tree is None:
        return Traces(frozenset({source}))
    literals: set[str] = set()
    touched: set[str] = set()
    handed: set[tuple[str, str]] = set()
    imported: set[str] = set()
    altered = names_of(source).altered
    # Magics say their line; comments say nothing.
    literals.update(line for line in source.splitlines() if line.lstrip().startswith(("%", "!")))
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                literals.add(name)
            case ast.keyword(arg=str(name)):
                literals.add(name)
            case ast.Constant(value=str(text)):
                literals.add(text)
            case ast.Constant(value=bytes(content)):
                literals.add(content.decode("latin-1"))
            case ast.alias(name=name, asname=alias):
                literals.add(name)
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
    files = frozenset(text for text in literals if _FILE_NAME.fullmatch(text))
    return Traces(frozenset(literals), frozenset(touched), frozenset(handed), files, frozenset(imported))


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


@functools.lru_cache(maxsize=4_096)
def is_python(source: str) -> bool:
    """Whether it can be read, magics aside."""
    return parsed(without_magics(source)) is not None
