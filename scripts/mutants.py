"""`python -m scripts.mutants [--sample N] [--seed S] [--jobs J] [--only FILE]`: how many one-line changes tests notice.

The changes are cosmic-ray's, over core, agent, workspace and storage; a sample is drawn from all of them, the same with
a seed. Each is made in a copy of the repository and tried with the nearest tests: of those that execute the line,
without kernels and browsers, the ones that execute least beside it; for a line that runs on import also, and for one
that runs in another process only, the ones that execute most of its module. It counts as noticed when one of them
fails or hangs, which passes without the change. Each try is a fork of this process, which has imported the libraries,
but nothing of the app.

Left out is what cannot matter: annotations, type aliases, what stands under `TYPE_CHECKING`, the methods of Protocols
(their bodies are `...`; only the type checker reads the rest), changes that leave the bytecode as it is, and those
that do not compile, which would be noticed without any test. No decorator of anything else is left out.

Survivors are printed one a line; `--only` tries those of such a printout again, wherever their lines stand now.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import itertools
import math
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from types import CodeType

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from coverage import CoverageData

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "agent", "workspace", "storage")
#: Tests for one change at most.
TESTS = 60
SECONDS = 120
MEMORY = 12 << 30
_ONLY = ("-q", "-p", "no:cacheprovider", "-m", "not kernel and not browser and not soak and not isolation")
#: The libraries are there before pytest, which says so of those that carry plugins of its own.
_FORKED = ("-x", "--timeout", "30", "-W", "ignore::pytest.PytestAssertRewriteWarning")
_IGNORED = (".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis", "dist")
_LIBRARIES = ("duckdb", "httpx2", "hypothesis.strategies", "jiter", "jupyter_client", "nbformat", "openai", "openpyxl",
              "PIL.Image", "pandas", "pyarrow.parquet", "pydantic", "python_calamine", "sqlalchemy")  # fmt: skip
_FORK = multiprocessing.get_context("fork")

Position = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """One change: the `occurrence`th place in `module` where `operator` applies."""

    module: str
    operator: str
    occurrence: int
    line: int

    @property
    def before(self) -> str:
        return _source(self.module)

    @property
    def after(self) -> str:
        try:
            return mutate_code(self.before, get_operator(self.operator)(), self.occurrence) or self.before
        except AttributeError:
            # Exceptions with a dotted name among others: cosmic-ray finds these, but cannot replace them.
            return self.before

    def __str__(self) -> str:
        pairs = itertools.zip_longest(self.before.splitlines(), self.after.splitlines(), fillvalue="")
        old, new = next(((old, new) for old, new in pairs if old != new), ("", ""))
        return f"{self.module}:{self.line} {self.operator.removeprefix('core/')}: `{old.strip()}` → `{new.strip()}`"


@cache
def _source(module: str) -> str:
    return (ROOT / module).read_text("utf-8")


def mutants(module: str) -> Iterator[Mutant]:
    """Every change that can be made to a module but for what only the type checker reads."""
    source = _source(module)
    nodes = list(ast_nodes(get_ast(source)))
    declared = list(_declared(source))
    for name in sorted(operator_names()):
        try:
            operator = get_operator(name)()
        except TypeError:
            # Those that need to be told what to replace.
            continue
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            if not any(first <= start < last for first, last in declared):
                yield Mutant(module, name, occurrence, start[0])


def _declared(source: str) -> Iterator[tuple[Position, Position]]:
    lines = source.encode().splitlines()

    def position(line: int, byte: int) -> Position:
        return line, len(lines[line - 1][:byte].decode())

    for node in _for_the_type_checker(ast.parse(source)):
        first = min([node, *getattr(node, "decorator_list", ())], key=lambda part: part.lineno)
        # A decorator's own position is that of what follows its @.
        start = position(first.lineno, first.col_offset - (first is not node))
        yield start, position(node.end_lineno or node.lineno, node.end_col_offset or 0)


def _for_the_type_checker(tree: ast.Module) -> Iterator[ast.expr | ast.stmt]:
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation):
                yield annotation
            case ast.AnnAssign(annotation=ast.Name("TypeAlias")) | ast.If(test=ast.Name("TYPE_CHECKING")):
                yield node
            case ast.AnnAssign():
                yield node.annotation
            case ast.FunctionDef(returns=ast.expr() as returns) | ast.AsyncFunctionDef(returns=ast.expr() as returns):
                yield returns
            case ast.ClassDef() if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases):
                yield from (part for part in node.body if isinstance(part, ast.FunctionDef) and _is_empty(part))


def _is_empty(function: ast.FunctionDef) -> bool:
    return all(isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) for part in function.body)


def changes(mutant: Mutant) -> bool:
    """Whether it compiles, to another bytecode."""
    try:
        after = compile(mutant.after, mutant.module, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return _bytecode(after) != _bytecode(compile(mutant.before, mutant.module, "exec", dont_inherit=True))


def _bytecode(code: CodeType) -> CodeType:
    """Without the numbers of lines and columns."""
    inner = (_bytecode(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_consts=tuple(inner))


@dataclass(frozen=True)
class Coverage:
    """Which tests execute which lines; of each test also how many it executes in all: few is near."""

    lines: dict[tuple[str, int], frozenset[str]]
    modules: dict[str, Counter[str]]
    reach: Counter[str]

    def nearest(self, mutant: Mutant) -> list[str]:
        line, runs_on_import = _statement(mutant.module, mutant.line)
        covering = sorted(self.lines.get((mutant.module, line), ()), key=lambda test: (self.reach[test], test))
        using = [test for test, _ in self.modules.get(mutant.module, Counter()).most_common(TESTS)]
        if runs_on_import:
            # Those that import it while they run, and those that happened to be the first.
            return list(dict.fromkeys([*covering[: TESTS // 2], *using]))[:TESTS]
        return covering[:TESTS] or using


@cache
def _statement(module: str, line: int) -> tuple[int, bool]:
    """The first line of the smallest statement around a line, where what runs is noted; whether importing runs it."""
    around = [
        node
        for node in ast.walk(ast.parse(_source(module)))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    first = max((node.lineno for node in around), default=line)
    functions = (node for node in around if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return first, all(function.lineno == first for function in functions)


def covered(copy: Path) -> Coverage:
    """One run of the tests without kernels and browsers, with a note of what each executes."""
    rooms = [f"--cov=lci/{room}" for room in ROOMS]
    command = [sys.executable, "-m", "pytest", *_ONLY, "-W", "default", *rooms, "--cov-context=test", "--cov-report="]
    done = subprocess.run(
        [*command, "--basetemp", copy.with_suffix(".tmp"), "--ignore=tests/hostile", "tests"],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout.strip().splitlines()[-1], flush=True)
    return _noted(copy)


def _noted(copy: Path) -> Coverage:
    data = CoverageData(str(copy / ".coverage"))
    data.read()
    lines: dict[tuple[str, int], frozenset[str]] = {}
    modules: dict[str, Counter[str]] = {}
    reach: Counter[str] = Counter()
    for path in data.measured_files():
        module = Path(path).relative_to(copy).as_posix()
        for line, contexts in data.contexts_by_lineno(path).items():
            tests = {each.rpartition("|")[0] for each in contexts}
            # The documents' tests speak of every module and of what none does.
            lines[module, line] = frozenset(test for test in tests if test.count("/") > 1)
            reach.update(lines[module, line])
            modules.setdefault(module, Counter()).update(lines[module, line])
    return Coverage(lines, modules, reach)


@dataclass(frozen=True)
class Bench:
    """Where changes are tried: copies of the repository, and what is known of the tests without any change."""

    coverage: Coverage
    copies: SimpleQueue[Path]
    passing: dict[str, bool] = field(default_factory=dict)

    def notices(self, mutant: Mutant) -> bool:
        tests = [test for test in self.coverage.nearest(mutant) if self.passing.get(test, True)]
        if not tests or self._passes(tests, mutant):
            return False
        # Only now that it matters: a test that fails without the change, too, notices nothing.
        unknown = [test for test in tests if test not in self.passing]
        if not unknown or self._passes(unknown):
            self.passing.update(dict.fromkeys(unknown, True))
            return True
        self.passing.update({test: self._passes([test]) for test in unknown})
        return self.notices(mutant)

    def _passes(self, tests: Sequence[str], mutant: Mutant | None = None) -> bool:
        copy = self.copies.get()
        try:
            if mutant is None:
                return passes(copy, tests)
            path = copy / mutant.module
            before = path.stat()
            path.write_text(mutant.after, "utf-8")
            try:
                return passes(copy, tests)
            finally:
                path.write_text(mutant.before, "utf-8")
                # What was compiled of it before is this file's bytecode again.
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        finally:
            self.copies.put(copy)


def passes(copy: Path, tests: Sequence[str]) -> bool:
    """Whether the tests pass in `copy`; those that hang do not."""
    process = _FORK.Process(target=_run, args=(copy, tests))
    process.start()
    process.join(SECONDS)
    assert process.pid is not None
    with contextlib.suppress(ProcessLookupError):
        # And what it started.
        os.killpg(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == 0


def _run(copy: Path, tests: Sequence[str]) -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    os.chdir(copy)
    sys.path[0] = str(copy)
    # A change within the same second would be hidden by what was compiled of the change before.
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [*_ONLY, *_FORKED, "--basetemp", str(copy.with_suffix(".tmp")), *tests]
    # Without the clean-up of the interpreter that was forked.
    os._exit(pytest.main(command))


def interval(noticed: int, of: int) -> tuple[float, float]:
    """Wilson's interval, 95 %."""
    z, share = 1.96, noticed / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half


def sampled(options: argparse.Namespace) -> list[Mutant]:
    modules = [str(p.relative_to(ROOT)) for room in ROOMS for p in sorted((ROOT / "lci" / room).rglob("*.py"))]
    every = [mutant for module in modules for mutant in mutants(module)]
    print(f"{len(every)} changes in {len(modules)} modules, seed {options.seed}", flush=True)
    if options.only:
        before = Counter(map(_nameless, options.only.read_text("utf-8").splitlines()))
        kinds = {(module, operator) for module, operator, _ in before}
        near = [each for each in every if (each.module, each.operator.removeprefix("core/")) in kinds]
        return [mutant for mutant in near if _nameless(str(mutant)) in before]
    shuffled = random.Random(options.seed).sample(every, len(every))
    return list(itertools.islice(filter(changes, shuffled), options.sample))


def _nameless(printed: str) -> tuple[str, str, str]:
    """A printed change without the number of its line."""
    found = re.match(r"(\S+):\d+ (\w+): (.*)", printed)
    return (found[1], found[2], found[3]) if found else ("", "", "")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", type=Path)
    options = parser.parse_args()
    sample = sampled(options)
    with tempfile.TemporaryDirectory(prefix="lci-mutants-") as folder:
        first = shutil.copytree(ROOT, Path(folder) / "0", ignore=shutil.ignore_patterns(*_IGNORED))
        bench = Bench(covered(first), SimpleQueue())
        bench.copies.put(first)
        for number in range(1, options.jobs):
            bench.copies.put(shutil.copytree(first, Path(folder) / str(number)))
        for library in _LIBRARIES:
            importlib.import_module(library)
        verdicts: list[tuple[Mutant, bool]] = []
        with ThreadPoolExecutor(options.jobs) as pool:
            for mutant, noticed in zip(sample, pool.map(bench.notices, sample), strict=True):
                verdicts.append((mutant, noticed))
                if not noticed:
                    print(mutant, flush=True)
    for room in ("", *ROOMS):
        there = [noticed for mutant, noticed in verdicts if mutant.module.startswith(f"lci/{room}")]
        if there:
            low, high = interval(sum(there), len(there))
            share = f"{sum(there)} of {len(there)} = {sum(there) / len(there):.1%} (95 %: {low:.1%} to {high:.1%})"
            print(f"{room or 'noticed'}: {share}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
