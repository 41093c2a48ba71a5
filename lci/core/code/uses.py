"""What code reads and makes of its variables, column by column where it says so, found without running it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.code.names import base_name, names_of
from lci.core.code.parsing import parsed, without_magics


@dataclass(frozen=True, slots=True)
class Part:
    """What `frame["amount"]` is of `frame`: a column, or an entry."""

    key: str


#: A part of what a name holds; all of it; the object alone, to which a part is added.
Extent: TypeAlias = Part | Literal["all", "object"]
#: A name, and what is read of it.
Read: TypeAlias = tuple[str, Extent]


@dataclass(frozen=True, slots=True)
class Uses:
    """`makes` are names made or changed as a whole, `adds` parts of names, `imports` names, each with what it is then.

    A part is told where its key stands in the code; everything else is read, and changed, as a whole.
    """

    reads: frozenset[Read]
    makes: frozenset[str] = frozenset()
    adds: frozenset[tuple[str, Part]] = frozenset()
    imports: frozenset[tuple[str, str]] = frozenset()


@functools.lru_cache(maxsize=4_096)
def uses_of(source: str) -> Uses:
    """Worked out once for each source."""
    names = names_of(source)
    tree = parsed(source) or parsed(without_magics(source))
    if tree is None:
        return Uses(frozenset())
    reads: set[Read] = set()
    adds: set[tuple[str, Part]] = set()
    apart: set[int] = set()
    for name, place, parts in _subscripts(tree):
        apart.add(id(place.value))
        if isinstance(place.ctx, ast.Load):
            reads |= {(name, part) for part in parts}
        else:
            reads.add((name, "object"))
            adds |= {(name, part) for part in parts}
    for node in ast.walk(tree):
        match node:
            case ast.AugAssign(target=ast.Subscript() as target):
                reads |= {(name, part) for name, _, parts in _subscripts(target, deep=False) for part in parts}
            case ast.AugAssign(target=ast.Name(id=name)):
                reads.add((name, "all"))
            case ast.Name(id=name, ctx=ast.Load()) if id(node) not in apart:
                reads.add((name, "all"))
            case _:
                pass
    imports = _imported(tree)
    added = {name for name, _ in adds}
    whole = (names.bound - imports.keys()) | {
        name for name in names.altered if name not in added or _is_changed_otherwise(tree, name)
    }
    reads |= {(name, "all") for name in names.altered & whole}
    free = names.free | names.altered
    return Uses(
        frozenset(read for read in reads if read[0] in free),
        frozenset(whole),
        frozenset(add for add in adds if add[0] not in whole),
        frozenset(imports.items()),
    )


def _imported(tree: ast.AST) -> dict[str, str]:
    """The names that are imported and nothing else, each with what it stands for: however often, it is the same."""
    imported: dict[str, str] = {}
    others = set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                # `import a.b` makes `a`, and so does `import a`.
                imported |= {(each.asname or each.name).split(".")[0]: each.name for each in aliases if each.asname}
                imported |= {(top := each.name.split(".")[0]): top for each in aliases if not each.asname}
            case ast.ImportFrom(module=module, names=aliases, level=level):
                imported |= {each.asname or each.name: f"{'.' * level}{module or ''}:{each.name}" for each in aliases}
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                others.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                others.add(name)
            case ast.Global(names=names):
                others |= set(names)
            case _:
                pass
    return {name: what for name, what in imported.items() if name not in others}


def _subscripts(tree: ast.AST, *, deep: bool = True) -> Iterator[tuple[str, ast.Subscript, list[Part]]]:
    """Each `name["key"]` and `name[["key", "other"]]`."""
    for node in ast.walk(tree) if deep else [tree]:
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            keys = node.slice.elts if isinstance(node.slice, ast.List) else [node.slice]
            parts = [Part(key.value) for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
            if parts and len(parts) == len(keys):
                yield node.value.id, node, parts


def _is_changed_otherwise(tree: ast.AST, name: str) -> bool:
    """Whether something of `name` is stored or deleted but by `name["key"] = …`."""
    told = {id(node) for base, node, _ in _subscripts(tree) if base == name and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Global) and name in node.names:
            return True
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            is_other = base_name(node) == name and id(node) not in told
            if is_other:
                return True
    return False
