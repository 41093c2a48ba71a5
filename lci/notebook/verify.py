"""Whether a notebook says the truth: it is run again and its outputs are compared."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import subprocess
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from lci.core.outputs import Json
from lci.errors import FileMissing, FileNotRegular, FileUnreadable
from lci.notebook.causes import cause_of
from lci.notebook.comparing import differing_parts, outcome
from lci.notebook.outputs import in_schema
from lci.notebook.reading import in_format_4
from lci.notebook.verification import Cause, Finding, Limit, Verification

#: A notebook as it is read from a file, for those who only hand it on.
Opened: TypeAlias = NotebookNode

#: All that the fresh kernel sees of our environment, which may hold keys.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "TEMP", "USERPROFILE", "APPDATA")

#: Within which output must come after the end of its cell.
_LATE_SECONDS = 60

#: Of what is said about an output that is none, in characters.
_LONGEST = 200

#: Run after the last cell: the distributions of what was imported, with their versions.
_VERSIONS = """\
def _versions():
    import importlib.metadata as metadata, json, platform, sys
    loaded = {name.partition(".")[0] for name in list(sys.modules)}
    names = {each for module, names in metadata.packages_distributions().items() if module in loaded for each in names}
    print(json.dumps({"python": platform.python_version(), **{name: metadata.version(name) for name in sorted(names)}}))
_versions()"""


class LimitedKernel(Protocol):
    """A manager of a kernel that is ended when it uses too much; `excess` is then which limit it was, and the limit."""

    @property
    def excess(self) -> tuple[Limit, int] | None: ...

    def cell_began(self) -> None: ...


def opened(path: Path) -> NotebookNode:
    """The notebook in a file, of format 4 whatever it was.

    Raises `FileMissing`, `FileNotRegular` or `FileUnreadable` with the reason why not.
    """
    if not path.exists():
        raise FileMissing(name=path.name)
    if not path.is_file():
        raise FileNotRegular(name=path.name)
    try:
        content = in_format_4(path.read_bytes(), path.name)
    except OSError as error:
        raise FileUnreadable(path.name, "notebook", error.strerror or str(error)) from error
    try:
        with warnings.catch_warnings():
            # Older notebooks lack ids of cells, which get some.
            warnings.simplefilter("ignore")
            document: NotebookNode = nbformat.reads(json.dumps(_in_schema(content)), as_version=4)
            nbformat.validate(document)
    except (nbformat.ValidationError, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise FileUnreadable(path.name, "notebook", "no notebook") from error
    names = (
        _facts(document.metadata, "kernelspec").get("language"),
        _facts(document.metadata, "language_info").get("name"),
    )
    if any(name not in (None, "python") for name in names):
        raise FileUnreadable(path.name, "notebook", "other language")
    return document


def _in_schema(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with the data of outputs as nbformat's schema takes them: JupyterLab writes them as they came."""
    for cell in content["cells"]:
        for output in cell.get("outputs", ()):
            if isinstance(output.get("data"), dict):
                output["data"] = dict(in_schema(mime, value) for mime, value in output["data"].items())
    return content


#: Messages whose data are those of an output; those of widgets have a state of their own shape.
_OUTPUTS = frozenset({"display_data", "update_display_data", "execute_result"})


class _Client(NotebookClient):
    """nbclient, which the data of an output that the schema refuses does not end, nor a widget's that say nothing."""

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        content = msg["content"]
        if not isinstance(content, dict):
            return None
        if msg["msg_type"].startswith("comm"):
            try:
                return super().process_message(msg, cell, cell_index)
            except (AttributeError, KeyError, TypeError, ValueError):
                return None  # nbclient takes it for a widget's whole state, which any code may send otherwise
        if msg["msg_type"] in _OUTPUTS and isinstance(data := content.get("data"), dict):
            content["data"] = dict(in_schema(mime, value) for mime, value in data.items())
        return super().process_message(msg, cell, cell_index)


@dataclass(frozen=True, slots=True)
class Executed:
    """A notebook with the outputs of a run of it, and the versions of the packages that it imported.

    `end` is the place of the cell at which the run ended before its time, how, and what that is about; `error` is the
    first line of what was said of it.
    """

    document: NotebookNode
    versions: Mapping[str, str]
    end: tuple[int, Cause, str] | None = None
    error: str = ""


async def executed(
    document: NotebookNode,
    folder: Path,
    timeout_seconds: int = 600,
    progress: Callable[[int, int], None] | None = None,
    kernel: LimitedKernel | None = None,
    *,
    stops: bool = False,
) -> Executed:
    """Run a copy of `document` in `folder`, which holds its files; `timeout_seconds` is for each cell.

    The `kernel` is a manager of one that has not started; without one it is a plain kernel that is not isolated. Either
    may write to `folder` and sees only a few variables of our environment. `progress` is called with the cells that
    have ended and all of them. With `stops` it ends at the first cell that fails and has no tag `raises-exception`.
    """
    fresh: NotebookNode = copy.deepcopy(document)
    places = [place for place, cell in enumerate(document.cells) if cell.cell_type == "code"]
    for place in places:
        fresh.cells[place].outputs = []
    fresh.cells.append(nbformat.v4.new_code_cell(_VERSIONS))
    order = {place: number for number, place in enumerate(places, 1)}
    running = places[0] if places else 0

    def begun(cell: NotebookNode, cell_index: int, **_: Any) -> None:  # noqa: ARG001 - the hook's own names
        nonlocal running
        running = cell_index
        if kernel is not None:
            kernel.cell_began()

    def ended(cell: NotebookNode, cell_index: int, **_: Any) -> None:  # noqa: ARG001 - the hook's own names
        if progress is not None and cell_index in order:
            progress(order[cell_index], len(places))

    manager: Any = kernel
    client = _Client(
        fresh,
        km=manager,
        timeout=timeout_seconds,
        kernel_name="python3",
        allow_errors=not stops,
        # Output that comes later than the end of its cell belongs to it: a part of it would be compared as all.
        iopub_timeout=_LATE_SECONDS,
        raise_on_iopub_timeout=True,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=begun,
        on_cell_executed=ended,
    )
    end: tuple[int, Cause, str] | None = None
    first_line = ""
    try:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # What the process itself says is for a terminal.
        silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        await client.async_execute(env=environment, cleanup_kc=True, **silent)
    except CellExecutionError as error:
        first_line = f"{error.ename}: {error.evalue}".split("\n", 1)[0]
        end = (running, "fails", first_line)
    except nbformat.ValidationError as error:
        # A message of its own making, as `publish` of IPython's display sends any.
        first_line = error.message.split("\n", 1)[0][:_LONGEST]
        end = (running, "fails", first_line)
    except (CellTimeoutError, DeadKernelError) as error:
        first_line = str(error).split("\n", 1)[0]
        end = (running, *_end(first_line, kernel))
    return Executed(fresh, _versions(fresh.cells.pop()), end, first_line)


async def verified(
    document: NotebookNode,
    folder: Path,
    timeout_seconds: int = 600,
    progress: Callable[[int, int], None] | None = None,
    kernel: LimitedKernel | None = None,
) -> Verification:
    """Run a copy of `document` as `executed` does, and compare."""
    inputs = digests(document, folder)
    ran = await executed(document, folder, timeout_seconds, progress, kernel)
    places = [place for place, cell in enumerate(document.cells) if cell.cell_type == "code"]
    errors = [ran.error] if ran.end is not None else []
    for place in places:
        again = ran.document.cells[place]
        if "raises-exception" not in again.metadata.get("tags", []):
            errors += [f"{place}: {o.ename}: {o.evalue}" for o in again.outputs if o.output_type == "error"]
    replaced = _replaced(document, inputs)
    findings = _findings(document, ran.document, places, list(replaced), ran.end)
    return Verification(
        cells=len(places),
        reproduced=len(places) - len(findings),
        differing=tuple(finding.place for finding in findings),
        errors=tuple(errors),
        findings=findings,
        inputs=inputs,
        versions=ran.versions,
        replaced=replaced,
    )


def _end(error: str, kernel: LimitedKernel | None) -> tuple[Cause, str]:
    """Why a run ended before its time, and what that is about."""
    excess = kernel.excess if kernel is not None else None
    if excess is None:
        return "fails", error
    limit, most = excess
    return limit, f"{most / 1e9:.1f} GB" if limit in ("memory_limit", "disk_limit") else str(most)


def recorded(document: NotebookNode, verification: Verification) -> NotebookNode:
    """A copy of the notebook whose metadata say how it was verified.

    The outputs in it are still those of inputs whose digests are `replaced`: these stay beside the new ones.
    """
    result: NotebookNode = copy.deepcopy(document)
    facts: dict[str, Json] = {
        "cells": verification.cells,
        "reproduced": verification.reproduced,
        "differing": [*verification.differing],
        "inputs": dict(verification.inputs),
        "versions": dict(verification.versions),
    }
    if verification.replaced:
        facts["replaced"] = dict(verification.replaced)
    result.metadata["lci"] = nbformat.from_dict({**_facts(result.metadata, "lci"), "verified": facts})
    return result


def digests(document: NotebookNode, folder: Path) -> dict[str, str]:
    """The SHA-256 of each file in `folder` that the notebook lists or that its code names, by its path there."""
    listed = {str(each["name"]) for each in _listed(document)}
    code = "\n".join(cell.source for cell in document.cells if cell.cell_type == "code")
    named = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()):
        name = path.relative_to(folder).as_posix()
        if name in listed or name in code or path.name in code:
            with path.open("rb") as file:
                named[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return named


def _replaced(document: NotebookNode, inputs: Mapping[str, str]) -> dict[str, str]:
    """The digests of the inputs that gave the outputs in the notebook, as far as it says, where they are others now."""
    verified_before = _facts(_facts(document.metadata, "lci"), "verified")
    exported = {str(each["name"]): each["sha256"] for each in _listed(document) if "sha256" in each}
    first = {**exported, **_facts(verified_before, "inputs"), **_facts(verified_before, "replaced")}
    return {name: str(first[name]) for name, digest in inputs.items() if name in first and first[name] != digest}


def _listed(document: NotebookNode) -> list[Mapping[str, Any]]:
    """The files that an export lists, where nobody has put something else there."""
    files = _facts(document.metadata, "lci").get("files")
    return [each for each in files if isinstance(each, Mapping) and "name" in each] if isinstance(files, list) else []


def _facts(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of that name; empty where another program has put something else there."""
    value = facts.get(name)
    return value if isinstance(value, Mapping) else {}


def _findings(
    document: NotebookNode,
    fresh: NotebookNode,
    places: list[int],
    changed: list[str],
    end: tuple[int, Cause, str] | None,
) -> tuple[Finding, ...]:
    """The cells that differ; `end` is the place of the one that ended the run before its time, and how it did."""
    before = [document.cells[place] for place in places]
    after = [fresh.cells[place] for place in places]
    findings = []
    failed = False
    for at, place in enumerate(places):
        parts = differing_parts(outcome(before[at]), outcome(after[at]))
        if end is not None and place == end[0]:
            findings.append(Finding(place, at + 1, parts or ("error",), *end[1:]))
        elif end is not None and place > end[0]:
            findings.append(Finding(place, at + 1, parts, "stopped"))
        elif parts:
            findings.append(Finding(place, at + 1, parts, *cause_of(before, after, at, changed, earlier_failed=failed)))
        failed = failed or "error" in parts
    return tuple(findings)


def _versions(cell: NotebookNode) -> dict[str, str]:
    text = "".join(output.get("text", "") for output in cell.outputs)
    try:
        versions: dict[str, str] = json.loads(text)
    except ValueError:
        # The kernel died before, or its streams lead elsewhere.
        return {}
    return versions
