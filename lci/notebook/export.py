"""From a conversation to a notebook that runs from top to bottom in a fresh kernel beside its files.

Failed attempts are code cells tagged `raises-exception`, which nbclient, papermill and JupyterLab run past. Cells that
were interrupted, timed out or killed the kernel would do so again: they are Markdown, the source in a fence, with what
they had put out. (The tag `skip-execution` would do for nbclient, but "Run all" in JupyterLab or VS Code ignores it.)
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import assert_never
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

from lci import __version__
from lci.core.artifacts import saved_images
from lci.core.code.installs import packages
from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.grounding.receipts import Evidence, evidence
from lci.core.outputs import Json, StreamOutput, without_ansi
from lci.core.stores import Blobs
from lci.core.turns import Cell, Prose, Reasoning, Step, ToolUse, Turn
from lci.notebook.facts import digest
from lci.notebook.needs import needs_of, relative_files, settings
from lci.notebook.outputs import Document, document, pictures
from lci.notebook.receipts import evidence_by_turn, reading_back, receipt_list
from lci.notebook.repairs import STOPPED, without_attempts
from lci.notebook.settings import saved_source, settings_source
from lci.notebook.sources import anonymous, relative, relative_links
from lci.notebook.texts import fenced, fenced_name, first_heading, inline, prompt_source, readable
from lci.notebook.words import ENGLISH, Words

#: Attachments of a turn that are named.
_NAMED = 30
_NO_FACTS: Mapping[str, Json] = MappingProxyType({})
_NO_DIGESTS: Mapping[str, str] = MappingProxyType({})


def notebook(
    conversation: Conversation,
    blobs: Blobs,
    *,
    clean: bool = False,
    words: Words = ENGLISH,
    digests: Mapping[str, str] = _NO_DIGESTS,
) -> NotebookNode:
    """The branch in view as a valid notebook of format 4.5; nothing but `blobs` is read.

    `clean` leaves out stopped cells, and failed attempts that were put right unless later cells need their names. The
    conversation's id is a secret and occurs nowhere, not even where a cell printed its path. `digests` are those of
    files by their names, as far as they are known.
    """
    turns = conversation.branch()
    chosen = without_attempts(turns) if clean else [(turn, list(turn.steps)) for turn in turns]
    needs = [needs_of(turn, blobs, conversation.id) for turn in turns]
    cells = head_cells(conversation, settings(needs), words)
    basis = evidence_by_turn(conversation, turns)
    writing = Writing(blobs, words, relative_files(needs, conversation.files.keys()))
    for turn, steps in chosen:
        cells += _presented(conversation, _turn(conversation, turn, steps, writing, basis.get(turn.id)))
    installed = [name for turn in turns for name in installed_by(turn)]
    return document_of(conversation, installed, distinct(cells, set()), digests)


@dataclass(frozen=True, slots=True)
class Writing:
    """What cells are written with; `files` are those whose paths are relative."""

    blobs: Blobs
    words: Words
    files: frozenset[str] = frozenset()


def head_cells(conversation: Conversation, settings: Sequence[str], words: Words) -> list[Document]:
    """The notebook's first cells: its title, and the settings that its cells need where a kernel has them not."""
    title = inline(readable(conversation.title))
    cells = [] if _has_title(conversation) else [_markdown("title", "title", f"# {title or words.untitled}")]
    if settings:
        facts: Document = {"role": "settings", "settings": [*settings]}
        cells.append(_code_cell("settings", {"lci": facts}, settings_source(settings, words)))
    return list(_presented(conversation, cells))


def _has_title(conversation: Conversation) -> bool:
    """Whether the branch begins with a notebook brought in that has the title as its own heading."""
    for turn in conversation.branch()[:1]:
        if turn.origin == "import" and not turn.prompt.strip() and turn.steps:
            first = turn.steps[0]
            return isinstance(first, Prose) and first_heading(first.text) == conversation.title != ""
    return False


def presentable_cells(conversation: Conversation, turn: Turn, writing: Writing) -> list[Document]:
    """The cells that a turn comes to, as they stand in the notebook, with ids that may not be distinct yet."""
    basis = evidence(conversation, turn) if conversation.settings.receipts else None
    return list(_presented(conversation, _turn(conversation, turn, list(turn.steps), writing, basis)))


def installed_by(turn: Turn) -> list[str]:
    """What a turn's cells installed, with the versions pip said."""
    cells = [cell for cell in turn.cells if cell.status == "ok" and packages(cell.source) is not None]
    texts = ["".join(output.text for output in cell.outputs if isinstance(output, StreamOutput)) for cell in cells]
    lines = [line for text in texts for line in re.findall(r"^Successfully installed (.+)$", text, re.MULTILINE)]
    return [re.sub(r"-(?=[^-]*$)", "==", name) for line in lines for name in line.split()]


def document_of(
    conversation: Conversation,
    installed: Sequence[str],
    cells: Sequence[Document],
    digests: Mapping[str, str] = _NO_DIGESTS,
) -> NotebookNode:
    """The notebook of these cells, which are presentable and distinct."""
    metadata = _presentable(_metadata(conversation, installed, digests), conversation.id)
    document: Document = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [*cells]}
    result: NotebookNode = nbformat.from_dict(document)
    return result


def _presented(conversation: Conversation, cells: Iterable[Document]) -> Iterator[Document]:
    for cell in cells:
        presentable = _presentable(cell, conversation.id)
        assert isinstance(presentable, dict)
        yield _with_facts(presentable, {"written": digest(str(presentable["source"]))})


def _with_facts(cell: Document, facts: Mapping[str, Json]) -> Document:
    """The cell with more facts of ours."""
    metadata = cell["metadata"]
    known = metadata["lci"] if isinstance(metadata, dict) else None
    assert isinstance(metadata, dict)
    assert isinstance(known, dict)
    return {**cell, "metadata": {**metadata, "lci": {**known, **facts}}}


def _metadata(conversation: Conversation, installed: Sequence[str], digests: Mapping[str, str]) -> Document:
    language: Document = {
        "name": "python",
        "mimetype": "text/x-python",
        "file_extension": ".py",
        "pygments_lexer": "ipython3",
        "nbconvert_exporter": "python",
        "codemirror_mode": {"name": "ipython", "version": 3},
    }
    if re.fullmatch(r"\d+(\.\d+)+", conversation.kernel.python):
        language["version"] = conversation.kernel.python
    ours: Document = {
        "title": conversation.title,
        "version": __version__,
        "files": [_file(file, digests) for file in conversation.files.values() if file.origin != "code"],
    }
    if installed:
        ours["installed"] = list[Json](dict.fromkeys(installed))
    return {
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
        "language_info": language,
        "lci": ours,
    }


def _file(file: WorkspaceFile, digests: Mapping[str, str]) -> Document:
    known: Document = {"sha256": digests[file.name]} if file.name in digests else {}
    return {"name": file.name, "size": file.size, **known}


def _turn(
    conversation: Conversation, turn: Turn, steps: list[Step], writing: Writing, basis: Evidence | None
) -> Iterator[Document]:
    """The turn's cells; the first one says that a turn begins, and how it came about."""
    first = {"begins": turn.origin}
    for cell in _turn_cells(conversation, turn, steps, writing, basis):
        yield _with_facts(cell, first)
        first = {}


def _turn_cells(
    conversation: Conversation, turn: Turn, steps: list[Step], writing: Writing, basis: Evidence | None
) -> Iterator[Document]:
    words = writing.words
    yield from _prompt(conversation, turn, words)
    pieces = 0
    for step in steps:
        match step:
            case Prose():
                pieces += 1
                if readable(step.text).strip():
                    checked = reading_back(turn) if step is turn.steps[-1] else ""
                    yield _prose(f"{turn.id}-said-{pieces}", conversation, step, basis, checked)
            case Cell(status="ok" | "error"):
                yield from _code(conversation, step, writing)
            case Cell(status=status) if status in STOPPED or status == "rejected":
                yield _not_run(conversation, step, writing)
            case Cell() | Reasoning() | ToolUse():
                pass
            case _ as never:
                assert_never(never)
    if turn.offered:
        listed = "\n".join(f"- {anonymous(question, conversation.id)}" for question in turn.offered)
        yield _markdown(f"{turn.id}-offered", "offered", listed, {"questions": [*turn.offered]})
    if images := saved_images(turn):
        links = [f"![{inline(image.name)}]({quote(readable(image.name))})" for image in images]
        yield _markdown(f"{turn.id}-images", "files", "\n\n".join(links))
    if turn.ending is not None and (remark := words.endings.get(turn.ending)):
        yield _markdown(f"{turn.id}-ending", "ending", f"*{remark}*", {"ending": turn.ending})


def _prompt(conversation: Conversation, turn: Turn, words: Words) -> Iterator[Document]:
    """The prompt as it outlines, and its attachments; none for a turn without either."""
    prompt = anonymous(readable(turn.prompt), conversation.id)
    parts = [source] if (source := prompt_source(prompt)) else []
    if turn.attachments:
        parts += _attached(conversation, turn.attachments, words)
    if parts:
        facts: Document = {"prompt": prompt, "attachments": [*turn.attachments]}
        yield _markdown(f"{turn.id}-prompt", "prompt", "\n\n".join(parts), facts)


def _attached(conversation: Conversation, names: Sequence[str], words: Words) -> Iterator[str]:
    """The attachments by name; of those used in place where they lie, for they are not beside the notebook."""
    files = conversation.files
    sources = {name: files[name].source for name in names if name in files and files[name].source}
    shown = [
        f"{fenced_name(name)} ({words.in_place} {fenced_name(sources[name])})" if name in sources else fenced_name(name)
        for name in names[:_NAMED]
    ]
    if len(names) > len(shown):
        shown.append(words.more.format(count=len(names) - len(shown)))
    yield f"*{words.attached}* " + ", ".join(shown)
    if sources:
        yield f"*{words.in_place_note}*"


def _markdown(cell_id: str, role: str, source: str, facts: Mapping[str, Json] = _NO_FACTS) -> Document:
    return {
        "cell_type": "markdown",
        "id": cell_id,
        "metadata": {"lci": {"role": role, **facts}},
        "source": source,
    }


def _prose(cell_id: str, conversation: Conversation, prose: Prose, basis: Evidence | None, checked: str) -> Document:
    """Prose as it stands in the notebook, with the receipts of an answer's numbers; how it was read back."""
    text = readable(prose.text)
    facts: Document = {"author": prose.author}
    if prose.is_answer and basis is not None and (entries := receipt_list(text, basis)):
        facts["receipts"] = entries
    if checked:
        facts["reading_back"] = checked
    return _markdown(cell_id, "prose", relative_links(anonymous(text.strip(), conversation.id)), facts)


def _facts(cell: Cell) -> Document:
    return {
        "role": "cell",
        "call_id": cell.id,
        "duration": cell.duration,
        "status": cell.status,
        "author": cell.author,
    }


def _source(conversation: Conversation, cell: Cell, writing: Writing) -> str:
    return relative(anonymous(readable(cell.source), conversation.id), writing.files)


def _outputs(cell: Cell, writing: Writing) -> list[Document]:
    return [document(output, cell.execution_count, writing.blobs, writing.words) for output in cell.outputs]


def _code_cell(cell_id: str, metadata: Document, source: str) -> Document:
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": metadata,
        "execution_count": None,
        "source": source,
        "outputs": [],
    }


def _code(conversation: Conversation, cell: Cell, writing: Writing) -> Iterator[Document]:
    """The cell, and one for each figure that the kernel here has shown from a file: another one would not."""
    metadata: Document = {"lci": _facts(cell)}
    if cell.status != "ok":
        metadata["tags"] = ["raises-exception"]
    outputs = _outputs(cell, writing)
    saved = [(file, output) for output in outputs if (file := _saved_file(output))]
    shown: list[Json] = [output for output in outputs if not _saved_file(output)]
    source = _source(conversation, cell, writing)
    yield _code_cell(cell.id, metadata, source) | {"execution_count": cell.execution_count, "outputs": shown}
    for number, (file, output) in enumerate(saved, 1):
        facts: Document = {"role": "saved", "call_id": cell.id}
        # The next run may save it under another name: then this cell fails, and the run goes on.
        marked: Document = {"lci": facts, "tags": ["raises-exception"]}
        shown_again = _code_cell(f"{cell.id}-saved-{number}", marked, saved_source(file, writing.words))
        yield shown_again | {"outputs": [output]}


def _saved_file(output: Document) -> str:
    """The path of the file that a figure was shown from, though code only saved it; empty for any other output."""
    match output:
        case {"metadata": {"lci": {"file": str(name), **rest}}}:
            return str(rest.get("path", name))
        case _:
            return ""


def _not_run(conversation: Conversation, cell: Cell, writing: Writing) -> Document:
    words, outputs = writing.words, _outputs(cell, writing)
    shown, source = pictures(outputs), _source(conversation, cell, writing)
    parts = [fenced(source, "python"), f"*{words.not_run[cell.status]}*"]
    if text := without_ansi("\n".join(_plain_text(outputs))).strip("\n"):
        parts.append(fenced(text, "text"))
    parts += [f"![{name}](attachment:{name})" for name in shown]
    markdown = _markdown(cell.id, "cell", "\n\n".join(parts), {**_facts(cell), "source": source})
    if shown:
        markdown["attachments"] = {name: dict(bundle) for name, bundle in shown.items()}
    return markdown


def _plain_text(outputs: list[Document]) -> Iterator[str]:
    for output in outputs:
        match output:
            case {"text": str(text)}:
                yield text.removesuffix("\n")
            case {"traceback": [*lines]}:
                yield "\n".join(str(line) for line in lines)
            case {"data": {"text/plain": str(text)}}:
                yield text
            case _:
                pass


def distinct(cells: Iterable[Document], taken: set[str]) -> list[Document]:
    """The cells with ids that the format allows and none of `taken` is; they are added to it."""
    chosen_cells = []
    for cell in cells:
        base = re.sub(r"[^a-zA-Z0-9_-]", "-", str(cell["id"]))[:56] or "cell"
        chosen, number = base, 1
        while chosen in taken:
            number += 1
            chosen = f"{base}-{number}"
        taken.add(chosen)
        chosen_cells.append({**cell, "id": chosen})
    return chosen_cells


def _presentable(value: Json, conversation_id: str) -> Json:
    """`value` with every text readable and anonymous, and numbers that JSON does not know as null."""
    match value:
        case str():
            return anonymous(readable(value), conversation_id)
        case float():
            return value if math.isfinite(value) else None
        case list():
            return [_presentable(item, conversation_id) for item in value]
        case Mapping():
            return {
                anonymous(readable(str(key)), conversation_id): _presentable(item, conversation_id)
                for key, item in value.items()
            }
        case _:
            return value
