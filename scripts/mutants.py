"""`python -m scripts.mutants [--sample N] [--seed S] [--jobs J]`: how many one-line changes the nearest tests notice.

The changes are cosmic-ray's, over core, agent, workspace and storage; a sample is drawn from all of them, the same with
a seed. Each is made in a copy of the repository and tried with the nearest tests: of those that execute the line,
without kernels and browsers, the ones that execute least beside it. It counts as noticed when one of them fails or
hangs; a line that none executes is not noticed. Annotations and type aliases, which cannot matter, are left out.
"""

from __future__ import annotations

import argparse
import ast
import math
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
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
from coverage import CoverageData

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "agent", "workspace", "storage")
#: Tests for one change at most.
TESTS = 20
SECONDS = 180
_ONLY = ("-m", "not kernel and not browser and not soak and not isolation")
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


@dataclass(frozen=True)
class Coverage:
    """Which tests execute which lines; of each test also how many it executes in all: few is near."""

    lines: dict[tuple[str, int], frozenset[str]]
    modules: dict[str, Counter[str]]
    reach: Counter[str]

    def nearest(self, module: str, line: int) -> tuple[str, ...]:
        """The nearest tests that execute a line; for what runs on import, those that use most of its module."""
        covering = self.lines.get((module, line), frozenset())
        if covering:
            return tuple(sorted(covering, key=lambda test: (self.reach[test], test))[:TESTS])
        return tuple(test for test, _ in self.modules.get(module, Counter()).most_common(TESTS))


def covered(copy: Path) -> Coverage:
    """One run of the tests without kernels and browsers, with a note of what each executes."""
    rooms = [f"--cov=lci/{room}" for room in ROOMS]
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *_ONLY, *rooms]
    done = subprocess.run(
        [*command, "--cov-context=test", "--cov-report=", "--ignore=tests/hostile", "-W", "default", "tests"],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    failed = set(re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE))
    print(f"{done.stdout.strip().splitlines()[-1]}; those that fail without any change are not asked", flush=True)
    data = CoverageData(str(copy / ".coverage"))
    data.read()
    lines: dict[tuple[str, int], frozenset[str]] = {}
    modules: dict[str, Counter[str]] = {}
    reach: Counter[str] = Counter()
    for path in data.measured_files():
        module = Path(path).relative_to(copy).as_posix()
        for line, contexts in data.contexts_by_lineno(path).items():
            tests = frozenset(name for each in contexts if (name := each.partition("|")[0])) - failed
            # The documents' tests speak of every module and of what none does.
            tests = frozenset(test for test in tests if test.count("/") > 1)
            lines[module, line] = tests
            reach.update(tests)
            modules.setdefault(module, Counter()).update(tests)
    return Coverage(lines, modules, reach)


@cache
def _statement(module: str, line: int) -> int:
    """The first line of the smallest statement around a line: what runs is noted there."""
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    around = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, default=line)


def passes(copy: Path, tests: Sequence[str]) -> bool:
    """Whether the tests pass in `copy`; those that hang do not."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout", "60", *_ONLY]
    try:
        done = subprocess.run([*command, *tests], cwd=copy, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def tried(copy: Path, mutant: Mutant, coverage: Coverage) -> Verdict | None:
    """The verdict on one change; None for one that changes nothing."""
    path = copy / mutant.module
    before = path.read_text("utf-8")
    after = mutate_code(before, get_operator(mutant.operator)(), mutant.occurrence)
    if after is None or after == before:
        return None
    tests = coverage.nearest(mutant.module, _statement(mutant.module, mutant.line))
    path.write_text(after, "utf-8")
    try:
        return Verdict(mutant, bool(tests) and not passes(copy, tests), _difference(before, after))
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
        copy = copies.get()
        coverage = covered(copy)
        copies.put(copy)

        def one(mutant: Mutant) -> Verdict | None:
            copy = copies.get()
            try:
                return tried(copy, mutant, coverage)
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
