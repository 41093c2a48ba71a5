"""Which names cells have bound or altered last, and which only a loop has left: found without running them."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lci.core.code.names import Names, base_name, names_of
from lci.core.code.parsing import parsed, without_magics


@dataclass(frozen=True, slots=True)
class Ranked:
    """Names from the newest to the oldest; `left_over` from loops are those that stand there for no other reason."""

    names: tuple[str, ...] = ()
    left_over: frozenset[str] = frozenset()


def ranked(names: Sequence[str], sources: Iterable[str]) -> Ranked:
    """`names`, in the order in which they came into memory, as the `sources` that ran one after the other touched them.

    What no source names is as old as its place says.
    """
    touched: dict[str, int] = {}
    loops, others = set[str](), set[str]()
    for at, source in enumerate(sources):
        places = _places(source)
        for name in (*names_of(source).bound, *names_of(source).altered, *places.changed):
            touched[name] = at
        loops |= places.loops
        others |= places.others
    left_over = frozenset(loops - others)
    order = sorted(range(len(names)), key=lambda at: (touched.get(names[at], -1), at), reverse=True)
    return Ranked(tuple(names[at] for at in order), left_over & frozenset(names))


class _Places:
    """Where a piece of code binds names: as what a loop runs over, or elsewhere; and what it calls for its effect."""

    def __init__(self) -> None:
        self.loops: set[str] = set()
        self.others: set[str] = set()
        self.changed: set[str] = set()

    def of(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            match statement:
                case (
                    ast.For(target=target, body=body, orelse=orelse)
                    | ast.AsyncFor(target=target, body=body, orelse=orelse)
                ):
                    self.loops |= {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
                    self.of([*body, *orelse])
                case ast.If() | ast.While() | ast.With() | ast.AsyncWith() | ast.Try():
                    self._of_blocks(statement)
                case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
                    # `frame.insert(…)`, `rows.append(…)`: called for what it does.
                    if (name := base_name(method)) is not None:
                        self.changed.add(name)
                case _:
                    own = Names()
                    own.visit(statement)
                    self.others |= own.bound

    def _of_blocks(self, statement: ast.If | ast.While | ast.With | ast.AsyncWith | ast.Try) -> None:
        if isinstance(statement, ast.With | ast.AsyncWith):
            targets = [item.optional_vars for item in statement.items if item.optional_vars is not None]
            self.others |= {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        if isinstance(statement, ast.Try):
            for handler in statement.handlers:
                self.of(handler.body)
            self.of(statement.finalbody)
        self.of(statement.body)
        self.of(getattr(statement, "orelse", []))


@functools.lru_cache(maxsize=4_096)
def _places(source: str) -> _Places:
    """Worked out once for each source; not to be changed."""
    places = _Places()
    tree = parsed(source) or parsed(without_magics(source))
    if isinstance(tree, ast.Module):
        places.of(tree.body)
    return places
