"""A notebook that ran on other files, as it is handed on: what ran and what changed, not what was said before."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import nbformat
from nbformat import NotebookNode

from lci.core.outputs import Json
from lci.notebook.changes import OutputChange
from lci.notebook.recipe_words import RecipeWords
from lci.notebook.verify import Executed

#: Lines of the table of what changed.
_LISTED = 200
#: Markdown cells of ours that speak of outputs.
_ABOUT_OUTPUTS = ("prose", "offered", "ending", "files")


def ran_again(
    ran: Executed,
    inputs: Mapping[str, tuple[str, str]],
    notes: Sequence[str],
    changes: Sequence[OutputChange],
    words: RecipeWords,
) -> NotebookNode:
    """The notebook that ran, which says so, without what was written about the earlier files.

    `inputs` are the names of the new files and their digests by the names of those that they replaced; `notes` are
    sentences about them. Of a run that ended before its time nothing is said to have changed.
    """
    result: NotebookNode = copy.deepcopy(ran.document)
    kept = [cell for cell in result.cells if _role(cell) not in _ABOUT_OUTPUTS]
    left_out = len(kept) < len(result.cells)
    lines = [words.instead.format(new=new, old=name) for name, (new, _) in inputs.items()]
    first = [f"*{words.ran}:* {' '.join(lines)}", *([f"*{words.left_out}*"] if left_out else [])]
    if notes:
        first.append("\n".join([words.noted, "", *(f"- {note}" for note in notes)]))
    title = 1 if kept and _role(kept[0]) == "title" else 0
    kept.insert(title, _markdown("recipe", "\n\n".join(first)))
    if ran.end is None:
        kept.append(_markdown("changes", f"## {words.changed}\n\n{_table(changes, words)}"))
    result.cells = kept
    taken: dict[str, Json] = {name: {"from": new, "sha256": digest} for name, (new, digest) in inputs.items()}
    facts: dict[str, Json] = {"inputs": taken, "versions": dict(ran.versions)}
    ours = {name: value for name, value in result.metadata.get("lci", {}).items() if name != "verified"}
    result.metadata["lci"] = nbformat.from_dict({**ours, "recipe": facts})
    return result


def _role(cell: NotebookNode) -> str:
    facts = cell.metadata.get("lci")
    return str(facts.get("role", "")) if isinstance(facts, Mapping) else ""


def _markdown(role: str, source: str) -> NotebookNode:
    metadata: dict[str, Json] = {"lci": {"role": role}}
    made: NotebookNode = nbformat.v4.new_markdown_cell(source, metadata=metadata)
    return made


def _table(changes: Sequence[OutputChange], words: RecipeWords) -> str:
    if not changes:
        return words.unchanged
    rows = [" | ".join(words.heads), " | ".join("---" for _ in words.heads)]
    rows += [
        " | ".join([str(each.number), *map(_cell, (each.line, each.before, each.after))]) for each in changes[:_LISTED]
    ]
    table = "\n".join(f"| {row} |" for row in rows)
    more = len(changes) - _LISTED
    return f"{table}\n\n{words.more.format(count=more)}" if more > 0 else table


def _cell(text: str) -> str:
    """A line of an output, in which nothing is Markdown."""
    flat = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{flat}`" if flat else "–"
