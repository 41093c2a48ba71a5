"""The process that runs a recipe for the app: what its cells put out is held here, and ends with it.

Run as `verifying_process` is, with a folder that has in `data` the notebook beside its files, in `new` the other files,
in `inputs.json` the language of the report and the names of those by the names that they replace. What it writes is in
`again`.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from lci.kernels.limits import ResourceLimits
from lci.kernels.stock import StockIsolation
from lci.runtime.recipes import Recipe
from lci.runtime.verifying_process import NOTEBOOK, moved_on, speak

DATA, NEW, INPUTS, AGAIN = "data", "new", "inputs.json", "again"


def main() -> None:
    """Run it, and say what came of it."""
    speak(_ran)


def _ran(place: Path, isolation: StockIsolation, limits: ResourceLimits) -> object:
    language, inputs = json.loads((place / INPUTS).read_text("utf-8"))
    recipe = Recipe(place / DATA / NOTEBOOK, {old: place / NEW / new for old, new in inputs.items()})
    # In the very place: the path of a kernel's sockets can have about a hundred characters.
    ran = recipe.run_in(place, place / AGAIN, isolation, limits, language, moved_on)
    # The folder goes with the place: whoever asked has taken from it what is kept.
    return dataclasses.asdict(ran) | {"folder": None}


if __name__ == "__main__":
    main()
