"""The names a piece of code binds, reads and alters, found without running it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable

from lci.core.code.parsing import parsed, without_magics


class Names(ast.NodeVisitor):
    """The names a piece of code binds, and those it reads before it has bound them; visits in order of evaluation."""

    def __init__(self, bound: Iterable[str] = ()) -> None:
        self.bound: set[str] = set(bound)
        self.free: set[str] = set()
        #: Names whose value is changed in place: `frame["new"] = …`.
        self.altered: set[str] = set()
        self._later: set[str] = set()

    @classmethod
    def of(cls, source: str) -> Names:
        """The names of a whole cell; none when it is not Python."""
        names = cls()
        tree = parsed(source) or parsed(without_magics(source))
        if tree is not None:
            names.visit(tree)
        names.free |= names._later - names.bound
        return names

    def _in_order(self, *nodes: ast.AST | None) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)
        elif node.id not in self.bound:
            self.free.add(node.id)

    def _visit_place(self, node: ast.Subscript | ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del) and (base := base_name(node)) is not None:
            self.altered.add(base)
        self.generic_visit(node)

    visit_Subscript = visit_Attribute = _visit_place

    def visit_Assign(self, node: ast.Assign) -> None:
        self._in_order(node.value, *node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._in_order(node.annotation, node.value, node.target if node.value else None)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and node.target.id not in self.bound:
            self.free.add(node.target.id)
        self._in_order(node.value, node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._in_order(node.value, node.target)

    def visit_For(self, node: ast.For) -> None:
        self._in_order(node.iter, node.target, *node.body, *node.orelse)

    def visit_alias(self, node: ast.alias) -> None:
        self.bound.add((node.asname or node.name).split(".")[0])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._in_order(node.type)
        if node.name is not None:
            self.bound.add(node.name)
        self._in_order(*node.body)

    def _visit_capture(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name is not None:
            self.bound.add(name)
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = visit_MatchMapping = _visit_capture

    def visit_Global(self, node: ast.Global) -> None:
        self.altered |= set(node.names)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._in_order(node.iter, node.target, *node.ifs)

    def _visit_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        inner = Names(self.bound)
        elements = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        inner._in_order(*node.generators, *elements)
        self.free |= inner.free

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _visit_comprehension

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        arguments = node.args
        self._in_order(*arguments.defaults, *arguments.kw_defaults)
        inner = Names(argument.arg for argument in ast.walk(arguments) if isinstance(argument, ast.arg))
        if isinstance(node, ast.Lambda):
            inner.visit(node.body)
        else:
            self._in_order(*node.decorator_list)
            inner._in_order(*node.body)
            self.bound.add(node.name)
        self._later |= inner.free | inner._later

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _visit_function

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._in_order(*node.decorator_list, *node.bases, *node.keywords)
        inner = Names()
        inner._in_order(*node.body)
        self.free |= inner.free - self.bound
        self._later |= inner._later
        self.bound.add(node.name)


def base_name(node: ast.AST) -> str | None:
    """The name that `node` begins with: `frame` of `frame.loc[0]["x"].y`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


@functools.lru_cache(maxsize=4_096)
def names_of(source: str) -> Names:
    """As `Names.of`, worked out once for each source; not to be changed."""
    return Names.of(source)
