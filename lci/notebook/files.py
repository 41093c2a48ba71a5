"""Notebooks on disk: at every moment the old file or the new one, whole, and never somebody else's."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import nbformat
from nbformat import NotebookNode

from lci import replacing
from lci.errors import NotebookNotWritable

_EMPTY = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'


def written(document: NotebookNode, target: Path) -> None:
    """Replace `target` by `document` in one step. Raises `NotebookNotWritable`; then `target` is as it was.

    The folder must exist. A symbolic link at `target` is replaced, not followed.
    """
    with replaced(target) as file:
        file.write(as_bytes(document))


@contextlib.contextmanager
def replaced(target: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of `target` in one step when the block ends well; for reading, as for writing.

    Raises `NotebookNotWritable`; then, and when the block raises, `target` is as it was.
    """
    with _refusals_named(target), replacing.replaced(target) as file:
        yield file


def as_bytes(document: NotebookNode) -> bytes:
    """The notebook as the content of a file."""
    content: str = nbformat.writes(document)
    return content.encode("utf-8") + b"\n"


def free_name(target: Path) -> Path:
    """`target`, or the first of `target-2`, `target-3`, … that no file has; it is taken at once by an empty notebook.

    The ending `.ipynb` is added when missing. Raises `NotebookNotWritable`.
    """
    if target.name in ("", ".."):
        raise NotebookNotWritable(str(target), "not a file name")
    named = target if target.suffix.lower() == ".ipynb" else target.with_name(f"{target.name}.ipynb")
    with _refusals_named(target), replacing.name_aside(target.parent) as aside:
        with replacing.replaced(aside) as file:
            file.write(_EMPTY)
        numbered = (named.with_name(f"{named.stem}-{number}{named.suffix}") for number in itertools.count(2))
        return next(name for name in itertools.chain([named], numbered) if _taken(name, aside))


def _taken(name: Path, content: Path) -> bool:
    """Whether `name` was free and now holds `content`."""
    try:
        # Unlike O_EXCL, a link gives the name and the content in one step.
        name.hardlink_to(content)
    except FileExistsError:
        return False
    except OSError:
        return _created(name, content.read_bytes())
    return True


def _created(name: Path, content: bytes) -> bool:
    """The same on file systems without hard links."""
    try:
        with name.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


@contextlib.contextmanager
def _refusals_named(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotebookNotWritable(str(target), error.strerror or str(error)) from error
