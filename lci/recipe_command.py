"""The command `lci recipe`: a finished notebook on other files, without a model."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lci.errors import ArgumentUnusable

if TYPE_CHECKING:
    from lci.notebook.recipe_words import RecipeWords
    from lci.runtime.recipes import RecipeRun


def add_recipe(commands: Any) -> None:  # Any: argparse does not name the type of its sub-commands
    """Have the command understood."""
    recipe = commands.add_parser("recipe", help="run a finished notebook on other files of the same shape")
    recipe.add_argument("path", metavar="FILE.ipynb", help="a notebook beside its files; it runs in a clean kernel")
    recipe.add_argument(
        "--input",
        action="append",
        required=True,
        metavar="OLD=NEW",
        help="a file, and what to take for it (repeatable)",
    )
    recipe.add_argument("-o", "--output", metavar="FOLDER", help="a new folder for notebook and report (FILE-again)")
    recipe.add_argument("--json", action="store_true", help="print one JSON object")
    recipe.set_defaults(command=_recipe)


def _recipe(options: argparse.Namespace) -> int:
    from lci.cli import BAD_INPUT, DONE, NO_ANSWER
    from lci.kernels.stock import stock_isolation
    from lci.notebook.recipe_words import recipe_words
    from lci.notebook.words import ENGLISH
    from lci.runtime.config.settings import load_settings
    from lci.runtime.recipes import Recipe

    def progress(done: int, cells: int) -> None:
        print(ENGLISH.progress.format(done=done, cells=cells), file=sys.stderr, flush=True)

    path, settings = Path(options.path), load_settings()
    recipe = Recipe(path, dict(map(_pair, options.input)))
    target = Path(options.output) if options.output else path.with_name(f"{path.stem}-again")
    isolation = stock_isolation(settings.isolation)
    if isolation == "none":
        print(ENGLISH.not_isolated, file=sys.stderr, flush=True)
    ran = recipe.run(target, isolation, settings.limits, settings.language, progress)
    if options.json:
        facts = dataclasses.asdict(ran) | {"folder": str(ran.folder) if ran.folder else None, "isolation": isolation}
        print(json.dumps(facts, ensure_ascii=False))
    else:
        _tell(ran, recipe_words("en"))
    if ran.stopped:
        return BAD_INPUT
    return DONE if ran.failed is None else NO_ANSWER


def _pair(given: str) -> tuple[str, Path]:
    old, between, new = given.partition("=")
    if not (old and between and new):
        raise ArgumentUnusable(argument="--input", given=given, form="OLD=NEW")
    return old, Path(new)


def _tell(ran: RecipeRun, words: RecipeWords) -> None:
    from lci.runtime.recipes import difference_told

    for each in ran.differences:
        print(difference_told(each, words), file=sys.stderr)
    if ran.stopped:
        print(words.stopped, file=sys.stderr)
        return
    if ran.failed is not None:
        number, error = ran.failed
        print(words.failed.format(number=number, error=error), file=sys.stderr)
    else:
        for change in ran.changes:
            line = change.line if change.what == "line" else words.changes[change.what]
            print(f"[{change.number}] {line}: {change.before or '–'} → {change.after or '–'}")
        if not ran.changes:
            print(words.unchanged)
    print(words.written.format(folder=ran.folder))
