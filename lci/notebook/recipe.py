"""A notebook that ran on other files, as it is handed on: what ran and what changed, not what was said before."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import nbformat
from nbformat import NotebookNode

from lci.core.outputs import Json
from lci.notebook.changes import OutputChange
from lci.notebook.facts import own_facts, role
from lci.notebook.forms.markdown import inert
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
    failed: tuple[int, str] | None,
    changes: Sequence[OutputChange],
    words: RecipeWords,
) -> NotebookNode:
    """The notebook that ran, which says so, without what was written about the earlier files.

    `inputs` are the names of the new files and their digests by the names of those that they replaced; `notes` are
    sentences about them. Of a run that `failed` at a cell, by its number and with its error, nothing is said to have
    changed.
    """
    result: NotebookNode = copy.deepcopy(ran.document)
    kept = [cell for cell in result.cells if role(cell) not in _ABOUT_OUTPUTS]
    left_out = len(kept) < len(result.cells)
    lines = [words.instead.format(new=_name(new), old=_name(name)) for name, (new, _) in inputs.items()]
    first = [f"*{words.ran}:* {' '.join(lines)}", *([f"*{words.left_out}*"] if left_out else [])]
    if failed is not None:
        number, error = failed
        first.append(f"**{inert(words.failed.format(number=number, error=error))}**")
    if notes:
        first.append("\n".join([words.noted, "", *(f"- {inert(note)}" for note in notes)]))
    title = 1 if kept and role(kept[0]) == "title" else 0
    kept.insert(title, _markdown("recipe", "\n\n".join(first)))
    if failed is None:
        kept.append(_markdown("changes", f"## {words.changed}\n\n{_table(changes, words)}"))
    result.cells = kept
    taken: dict[str, Json] = {name: {"from": new, "sha256": digest} for name, (new, digest) in inputs.items()}
    facts: dict[str, Json] = {"inputs": taken, "versions": dict(ran.versions)}
    ours = {name: value for name, value in own_facts(result.metadata).items() if name != "verified"}
    if isinstance(files := ours.get("files"), list):
        # Its outputs are of the new files, which code knows by the old names.
        renewed = [{"name": name, "sha256": digest} for name, (_, digest) in inputs.items()]
        ours["files"] = [
            each for each in files if isinstance(each, Mapping) and each.get("name") not in inputs
        ] + renewed
    result.metadata["lci"] = nbformat.from_dict({**ours, "recipe": facts})
    return result


def _name(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")


def _markdown(its_role: str, source: str) -> NotebookNode:
    metadata: dict[str, Json] = {"lci": {"role": its_role}}
    cell: NotebookNode = nbformat.v4.new_markdown_cell(source, metadata=metadata)
    return cell


def _table(changes: Sequence[OutputChange], words: RecipeWords) -> str:
    if not changes:
        return words.unchanged
    rows = [words.heads, ["---" for _ in words.heads], *(_row(each, words) for each in changes[:_LISTED])]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    more = len(changes) - _LISTED
    return f"{table}\n\n{words.more.format(count=more)}" if more > 0 else table


def _row(change: OutputChange, words: RecipeWords) -> list[str]:
    place = _cell(change.line) if change.what == "line" else words.changes[change.what]
    return [str(change.number), place, _cell(change.before), _cell(change.after)]


def _cell(text: str) -> str:
    """A line of an output, in which nothing is Markdown."""
    flat = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{flat}`" if flat else "–"
