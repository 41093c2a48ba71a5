"""Sources that run elsewhere: a literal that is the path of a file of the workspace is relative, all else as it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from lci.core.code.parsing import parsed, without_magics
from lci.core.ids import is_conversation_id

#: Where cells and models find the files, whatever the folder is called outside the kernel.
FOLDER = "/mnt/data"

_LINK = re.compile(rf"sandbox:{FOLDER}/+|(?<=\]\(){FOLDER}/+|(?<=\]\(<){FOLDER}/+")

_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun"})
#: Code after which a relative path may be another one, or which names a folder to a program.
_MOVING = re.compile(r"\bf?chdir\b|\bcwd\s*=|^[ \t]*%?(?:cd|pushd|popd)\b", re.MULTILINE)

#: What an expression is part of where its text counts, not the file of that name.
_TEXTUAL = (ast.BinOp, ast.Compare, ast.Attribute, ast.Subscript, ast.JoinedStr, ast.FormattedValue)


class _Literal(NamedTuple):
    """A string literal by the bytes of its line, and what it says."""

    line: int
    start: int
    stop: int
    path: str


def moves(source: str) -> bool:
    """Whether code changes its directory, or may: then no path of the notebook can be relative."""
    return bool(_MOVING.search(source))


def named_files(source: str) -> frozenset[str]:
    """The files of the workspace that string literals may name by their whole path, as names beneath it."""
    return frozenset(literal.path for literal in _literals(source))


def relative(source: str, files: Set[str]) -> str:
    """`source` with each string literal that is exactly the path of one of `files` relative.

    Paths that are part of a longer text, joined to another, compared or printed stay, and so does code that cannot be
    read as Python.
    """
    literals = [literal for literal in _literals(source) if literal.path in files]
    if not literals:
        return source
    lines = source.split("\n")
    for line, start, stop, _ in sorted(literals, reverse=True):
        content = lines[line - 1].encode()
        shorter = content[start:stop].replace(f"{FOLDER}/".encode(), b"", 1)
        lines[line - 1] = (content[:start] + shorter + content[stop:]).decode()
    return "\n".join(lines)


def relative_links(markdown: str) -> str:
    """`markdown` with links into the kernel's folder as links beside the notebook."""
    return _LINK.sub("", markdown)


def anonymous(text: str, conversation_id: str) -> str:
    """`text` without the conversation's id; its working folder goes by the name it has inside the sandbox."""
    if conversation_id not in text or not is_conversation_id(conversation_id):
        return text
    folder = re.compile(rf"(?:[A-Za-z]:)?[/\\](?:[^\s'\"<>|]*[/\\])?{conversation_id}[/\\]+work(?![\w.-])")
    return folder.sub(FOLDER, text).replace(conversation_id, "conversation")


def python_tree(source: str) -> ast.Module | None:
    """The tree of a cell with `pass` for its magics; None for another language and for what is not Python."""
    magic = _CELL_MAGIC.match(source)
    if magic and magic[1] not in _PYTHON_MAGICS:
        return None
    return parsed(source) or parsed(without_magics(source))


def _literals(source: str) -> Iterator[_Literal]:
    """The literals that stand on one line, written out, and are paths into the kernel's folder."""
    if f"{FOLDER}/" not in source or "\r" in source or "\f" in source:
        return
    tree = python_tree(source)
    lines = source.split("\n")
    for node in _paths(tree) if tree is not None else ():
        start, stop = node.col_offset, node.end_col_offset or 0
        written = lines[node.lineno - 1].encode()[start:stop]
        if node.end_lineno == node.lineno and re.fullmatch(rb"[rR]?(['\"]).*\1", written):
            path = str(node.value)
            # Several literals side by side are one text, and escapes are written otherwise.
            if written.strip(b"rR")[1:-1] == path.encode():
                yield _Literal(node.lineno, start, stop, path.removeprefix(f"{FOLDER}/"))


def _paths(node: ast.AST) -> Iterator[ast.Constant]:
    """The constants beneath that are paths, where they are a value of their own."""
    if isinstance(node, _TEXTUAL) or _is_print(node):
        below: Iterable[ast.AST] = (each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.Constant))
    else:
        below = ast.iter_child_nodes(node)
    for each in below:
        if isinstance(each, ast.Constant):
            if isinstance(each.value, str) and each.value.startswith(f"{FOLDER}/"):
                yield each
        else:
            yield from _paths(each)


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "len", "repr")
