"""A cell's code as a syntax tree, guarded: what is no Python, or nested too deep to read, is no error here."""

from __future__ import annotations

import ast
import re
import warnings

#: A line that only IPython understands: a magic, a shell command, a question; what stands before it is its indent.
_MAGIC_LINE = re.compile(r"^([ \t]*)(?:(?:[\w.,\[\]'\" ]+=[ \t]*)?[!%].*|.*\?[ \t]*)$", re.MULTILINE)


def without_magics(source: str) -> str:
    """`source` with `pass` in place of each line that only IPython understands."""
    return _MAGIC_LINE.sub(r"\1pass", source)


def parsed(source: str) -> ast.Module | None:
    """The tree of `source`; None when it is not Python."""
    try:
        with warnings.catch_warnings():
            # A stray backslash in the code is the cell's matter, not ours.
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
