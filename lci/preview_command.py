"""The command `lci preview`: what is in a file, or in each file of a folder, without running code."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lci.errors import FolderEmpty, InputProblem
from lci.wording import explained, number, size, warning

if TYPE_CHECKING:
    from lci.core.files import Preview


def add_preview(commands: Any) -> None:  # Any: argparse does not name the type of its sub-commands
    """Have the command understood."""
    preview = commands.add_parser("preview", help="show what is in a file, without running code")
    preview.add_argument("path", metavar="FILE", help="any file, or a folder of files")
    preview.add_argument("--json", action="store_true", help="print one JSON object, for a folder one a line")
    preview.add_argument("--rows", type=int, default=10, help="how many of its first rows (%(default)s)")
    preview.set_defaults(command=_preview)


def _preview(options: argparse.Namespace) -> int:
    from lci.cli import BAD_INPUT, DONE, check_readable
    from lci.core.files import Preview
    from lci.runtime.worker import answered_once
    from lci.workspace.jobs import PreviewJob

    given, done = Path(options.path), DONE
    for path in (given.is_dir() and _files_below(given)) or [given]:
        name = path.relative_to(given).as_posix() if path != given else path.name
        try:
            if path.is_dir():
                raise FolderEmpty(name=name)
            check_readable(path, name)
            result = answered_once(PreviewJob(name, max(0, options.rows)), path)
        except InputProblem as error:
            result = Preview(name, "other", 0, error=error.problem)
        print(
            json.dumps(preview_json(result), ensure_ascii=False, default=str) if options.json else _preview_text(result)
        )
        done = done if result.error is None else BAD_INPUT
    return done


def _files_below(folder: Path) -> list[Path]:
    """The files of a folder and of those within it, hidden ones left out, in the order of their names."""
    every = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in every if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def preview_json(preview: Preview) -> dict[str, Any]:
    """A preview in the form that `--json` promises."""
    values = dataclasses.asdict(preview)
    if values["image"] is not None:
        values["image"].pop("blob")
    values["warnings"] = [{"code": w.code, "message": warning(w.code, w.facts)} for w in preview.warnings]
    if (error := preview.error) is not None:
        explanation = explained(error)
        values["error"] = {"code": error.code, "message": explanation.what, "hint": explanation.todo}
    return values


def _preview_text(preview: Preview) -> str:
    lines = [f"{preview.name}: {preview.kind}, {size(preview.bytes)}"]
    facts = (preview.encoding, preview.delimiter and repr(preview.delimiter), preview.compression)
    if any(facts):
        lines.append(", ".join(fact for fact in facts if fact))
    lines += [warning(w.code, w.facts) for w in preview.warnings]
    if preview.error is not None:
        lines.append(str(explained(preview.error)))
    for table in preview.tables:
        rows = "?" if table.rows is None else f"{'' if table.rows_exact else '~'}{number(table.rows)}"
        lines.append(f"\n{table.name}: {rows} × {len(table.columns)}")
        lines.append("\t".join(f"{column.name} ({column.dtype})" for column in table.columns))
        lines += ["\t".join("" if value is None else str(value) for value in row) for row in table.head]
    if preview.members:
        lines += ["", *preview.members]
    if preview.text and not preview.tables:
        lines += ["", preview.text]
    if preview.reader:
        lines += ["", preview.reader]
    return "\n".join(lines)
