"""`python -m scripts.mutants [--sample N] [--seed S] [--jobs J]`: how many one-line changes the nearest tests notice.

The changes are cosmic-ray's, over core, agent, workspace and storage; a sample is drawn from all of them, the same with
a seed. Each is made in a copy of the repository and tried with the test files that import its module, without kernels
and browsers; it counts as noticed when a test fails or hangs. Annotations and type aliases, which cannot matter, are
left out.
"""

from __future__ import annotations

import argparse
import ast
import math
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "agent", "workspace", "storage")
#: Test files for one module at most: those that import least are nearest.
FILES = 6
SECONDS = 180
_IGNORED = (".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis", "dist")


@dataclass(frozen=True)
class Mutant:
    """One change: the `occurrence`th place in `module` where `operator` applies."""

    module: str
    operator: str
    occurrence: int
    line: int


@dataclass(frozen=True)
class Verdict:
    mutant: Mutant
    noticed: bool
    change: str


def mutants(module: str) -> Iterator[Mutant]:
    """Every change that can be made to a module."""
    source = (ROOT / module).read_text("utf-8")
    nodes = list(_nodes(get_ast(source)))
    for name in sorted(operator_names()):
        try:
            operator = get_operator(name)()
        except TypeError:
            # Those that need to be told what to replace.
            continue
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        lines = source.splitlines()
        for occurrence, (start, _) in enumerate(places):
            if not _is_type(lines[start[0] - 1], source, start[0]):
                yield Mutant(module, name, occurrence, start[0])


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)


def _is_type(line: str, source: str, number: int) -> bool:
    return "TypeAlias" in line or number in _annotated(source)


@cache
def _annotated(source: str) -> frozenset[int]:
    """Lines that hold nothing but declarations: fields without a value, parameters and what a function returns."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_defaults = node.args.defaults or any(node.args.kw_defaults)
            if not has_defaults:
                lines |= set(range(node.lineno, node.body[0].lineno))
        elif isinstance(node, ast.AnnAssign) and node.value is None:
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(lines)


@cache
def _imports(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in names if name.startswith("lci"))


@cache
def nearest(module: str) -> tuple[str, ...]:
    """The test files nearest to a module: those that import it, then its room's, those that import least first."""
    name = module.removesuffix(".py").replace("/", ".")
    room = ROOT / "tests" / Path(module).parts[1]
    files = [p for p in (ROOT / "tests").rglob("test_*.py") if p.parent.name not in ("tests", "e2e", "hostile")]
    direct = sorted((p for p in files if name in _imports(p)), key=lambda p: len(_imports(p)))
    beside = sorted((p for p in files if room in p.parents and p not in direct), key=lambda p: len(_imports(p)))
    return tuple(str(path.relative_to(ROOT)) for path in [*direct[:FILES], *beside[: FILES - len(direct[:FILES])]])


def passes(copy: Path, tests: Sequence[str]) -> bool:
    """Whether the tests pass in `copy`; those that hang do not."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout", "60"]
    only = ["-m", "not kernel and not browser and not soak and not isolation"]
    try:
        done = subprocess.run([*command, *only, *tests], cwd=copy, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    # Five: there was nothing to run.
    return done.returncode in (0, 5)


def tried(copy: Path, mutant: Mutant) -> Verdict | None:
    """The verdict on one change; None for one that changes nothing."""
    path = copy / mutant.module
    before = path.read_text("utf-8")
    after = mutate_code(before, get_operator(mutant.operator)(), mutant.occurrence)
    if after is None or after == before:
        return None
    path.write_text(after, "utf-8")
    try:
        return Verdict(mutant, not passes(copy, nearest(mutant.module)), _difference(before, after))
    finally:
        path.write_text(before, "utf-8")


def _difference(before: str, after: str) -> str:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    old, new = next(((old, new) for old, new in pairs if old != new), ("", ""))
    return f"`{old.strip()}` → `{new.strip()}`"


def interval(noticed: int, of: int) -> tuple[float, float]:
    """Wilson's interval, 95 %."""
    z, share = 1.96, noticed / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    modules = [str(p.relative_to(ROOT)) for room in ROOMS for p in sorted((ROOT / "lci" / room).rglob("*.py"))]
    every = [mutant for module in modules for mutant in mutants(module)]
    sample = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    print(f"{len(every)} changes in {len(modules)} modules; {len(sample)} of them, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="lci-mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(options.jobs):
            copies.put(shutil.copytree(ROOT, Path(folder) / str(number), ignore=shutil.ignore_patterns(*_IGNORED)))
        for tests in sorted({nearest(mutant.module) for mutant in sample}):
            copy = copies.get()
            if not passes(copy, tests):
                print(f"these fail without any change: {' '.join(tests)}", file=sys.stderr)
                return 1
            copies.put(copy)

        def one(mutant: Mutant) -> Verdict | None:
            copy = copies.get()
            try:
                return tried(copy, mutant)
            finally:
                copies.put(copy)

        verdicts: list[Verdict] = []
        with ThreadPoolExecutor(options.jobs) as pool:
            for verdict in pool.map(one, sample):
                if verdict is None:
                    continue
                verdicts.append(verdict)
                if not verdict.noticed:
                    where = f"{verdict.mutant.module}:{verdict.mutant.line}"
                    print(f"{where} {verdict.mutant.operator.removeprefix('core/')}: {verdict.change}", flush=True)
    noticed = sum(verdict.noticed for verdict in verdicts)
    low, high = interval(noticed, len(verdicts))
    for room in ROOMS:
        there = [verdict for verdict in verdicts if verdict.mutant.module.startswith(f"lci/{room}/")]
        if there:
            print(f"{room}: {sum(verdict.noticed for verdict in there)} of {len(there)}")
    print(f"noticed: {noticed} of {len(verdicts)} = {noticed / len(verdicts):.0%} (95 %: {low:.0%} to {high:.0%})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
