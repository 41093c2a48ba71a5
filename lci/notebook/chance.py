"""Where code draws by chance or asks the clock, and what of that a seed makes the same in each run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from lci.notebook.sources import python_tree

#: Whose generator: each has a seed of its own; what has none of these is drawn by a call's own generator or the system.
Library: TypeAlias = Literal["random", "numpy", "torch", "tensorflow", "system"]

_CLOCK = frozenset(
    {"now", "today", "utcnow", "time", "perf_counter", "monotonic", "time_ns", "localtime", "gmtime", "process_time",
     "perf_counter_ns", "monotonic_ns", "ctime", "asctime", "strftime"}
)  # fmt: skip
#: Modules all of whose functions draw, with the generator that they use.
_DRAWING: Mapping[str, Library] = {
    "random": "random", "numpy.random": "numpy", "torch.random": "torch", "tensorflow.random": "tensorflow",
    "secrets": "system", "uuid": "system", "jax.random": "system",
}  # fmt: skip
#: What of them draws nothing: seeds, states and generators, which are as random as what they are given.
_NOT_DRAWING = frozenset(
    {"seed", "set_seed", "manual_seed", "getstate", "setstate", "get_state", "set_state", "UUID", "uuid3", "uuid5",
     "compare_digest", "PRNGKey", "key"}
)  # fmt: skip
#: Functions that draw wherever they stand, of modules that are not imported by the code that is seen.
_FUNCTIONS: Mapping[str, Library] = {
    "torch.rand": "torch", "torch.randn": "torch", "torch.randint": "torch", "torch.randperm": "torch",
    "torch.normal": "torch", "torch.bernoulli": "torch", "torch.multinomial": "torch", "os.urandom": "system",
    "os.getpid": "system", "os.getppid": "system", "threading.get_ident": "system", "tempfile.mkdtemp": "system",
    "tempfile.mkstemp": "system", "tempfile.NamedTemporaryFile": "system", "tempfile.TemporaryDirectory": "system",
}  # fmt: skip
#: Of the language: the hash of a text is another in each process, an id is an address.
_BUILTINS = frozenset({"hash", "id"})
#: Generators that are made with a seed or without one.
_GENERATORS = frozenset(
    {"default_rng", "RandomState", "Random", "SystemRandom", "Generator", "SeedSequence", "PCG64", "PCG64DXSM",
     "MT19937", "Philox", "SFC64"}
)  # fmt: skip
#: Methods of generators, wherever those come from.
_OF_GENERATORS = frozenset(
    {"random", "rand", "randn", "randint", "integers", "choice", "choices", "shuffle", "permutation", "permuted",
     "normal", "standard_normal", "uniform", "poisson", "binomial", "exponential", "gamma", "lognormal", "gauss"}
)  # fmt: skip
_SEEDING: Mapping[str, Library] = {
    "random.seed": "random", "numpy.random.seed": "numpy", "torch.manual_seed": "torch",
    "torch.random.manual_seed": "torch", "torch.cuda.manual_seed": "torch", "torch.cuda.manual_seed_all": "torch",
    "tensorflow.random.set_seed": "tensorflow",
}  # fmt: skip
#: Those that seed several libraries at once.
_SEEDING_ALL = frozenset({"set_random_seed", "seed_everything", "set_seed", "enable_determinism"})
#: What begins work that goes on while other cells run, and prints when it comes to it.
_BESIDE = frozenset(
    {"Thread", "Timer", "start_new_thread", "create_task", "ensure_future", "run_in_executor", "ThreadPoolExecutor",
     "ProcessPoolExecutor", "ThreadPool", "Pool", "Process", "Popen"}
)  # fmt: skip
_SEED_WORDS = frozenset({"seed", "random_state", "rng", "random_seed", "generator"})
_USUAL = {"np": "numpy", "tf": "tensorflow", "pd": "pandas"}
#: Functions of pandas, SciPy and scikit-learn that draw from NumPy's generator unless they are given a seed.
_OPTIONAL = frozenset(
    {"train_test_split", "KMeans", "MiniBatchKMeans", "RandomForestClassifier", "RandomForestRegressor", "TSNE",
     "ExtraTreesClassifier", "ExtraTreesRegressor", "MLPClassifier", "MLPRegressor", "SGDClassifier", "SGDRegressor",
     "GaussianMixture", "UMAP", "IsolationForest", "make_blobs", "make_classification", "make_regression",
     "make_moons", "make_circles", "permutation_importance", "resample", "ShuffleSplit", "rvs", "sample"}
)  # fmt: skip


class Traits(NamedTuple):
    """What of a cell may differ from run to run: generators drawn from and seeded, the clock, work beside it."""

    draws: frozenset[Library] = frozenset()
    seeds: frozenset[Library] = frozenset()
    asks_clock: bool = False
    works_beside: bool = False


def traits_of(sources: Sequence[str]) -> list[Traits]:
    """Those of each cell; names are what earlier cells imported them as."""
    names = dict(_USUAL)
    generators: dict[str, bool] = {}
    return [_traits(source, names, generators) for source in sources]


def unseeded(traits: Sequence[Traits], at: int) -> bool:
    """Whether a cell draws from a generator that neither it nor a cell before it has seeded."""
    seeded = frozenset[Library]().union(*(each.seeds for each in traits[: at + 1]))
    return bool(traits[at].draws - seeded)


def _traits(source: str, names: dict[str, str], generators: dict[str, bool]) -> Traits:
    tree = python_tree(source)
    if tree is None:
        return Traits()
    for node in ast.walk(tree):
        _learn(node, names, generators)
    draws: set[Library] = set()
    seeds: set[Library] = set()
    asks_clock = works_beside = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            path = _path(node.func, names)
            draws |= set(_drawn(node, path, generators))
            seeds |= set(_seeded(node, path))
            asks_clock = asks_clock or _is_clock(node, path)
            works_beside = works_beside or path.rpartition(".")[2] in _BESIDE
    return Traits(frozenset(draws), frozenset(seeds), asks_clock, works_beside)


def _learn(node: ast.AST, names: dict[str, str], generators: dict[str, bool]) -> None:
    """What is imported under which name, and which names are generators: seeded ones or not."""
    match node:
        case ast.Import(names=imported):
            for each in imported:
                top = each.name.partition(".")[0]
                names[each.asname or top] = each.name if each.asname else top
        case ast.ImportFrom(module=str(module), names=imported):
            for each in imported:
                names[each.asname or each.name] = f"{module}.{each.name}"
        case ast.Assign(targets=[ast.Name(name)], value=ast.Call(func=function) as call):
            kind = _path(function, names).rpartition(".")[2]
            if kind in _GENERATORS:
                generators[name] = _has_seed(call)
            else:
                generators.pop(name, None)


def _path(function: ast.expr, names: Mapping[str, str]) -> str:
    """`numpy.random.rand` of `np.random.rand`; what is no name is left out, as in `.sample`."""
    parts: list[str] = []
    while isinstance(function, ast.Attribute):
        parts.append(function.attr)
        function = function.value
    root = names.get(function.id, function.id) if isinstance(function, ast.Name) else ""
    return ".".join([root, *reversed(parts)])


def _has_seed(call: ast.Call) -> bool:
    return any(map(_is_given, [*call.args, *(keyword.value for keyword in call.keywords)]))


def _is_given(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and value.value is None)


def _drawn(call: ast.Call, path: str, generators: Mapping[str, bool]) -> Iterator[Library]:
    """Whose generators a call draws from; none where it is given a seed of its own."""
    module, _, name = path.rpartition(".")
    if any(keyword.arg in _SEED_WORDS and _is_given(keyword.value) for keyword in call.keywords):
        return
    if module in generators:
        if not generators[module] and name in _OF_GENERATORS:
            yield "system"
    elif name in _GENERATORS:
        if name == "SystemRandom" or not _has_seed(call):
            yield "system"
    elif module in _DRAWING:
        if name not in _NOT_DRAWING:
            yield _DRAWING[module]
    elif path in _FUNCTIONS:
        yield _FUNCTIONS[path]
    elif name in _OPTIONAL:
        yield "numpy"
    elif path in _BUILTINS or (module and name in _OF_GENERATORS and not any(generators.values())):
        # One that was made where nobody sees it, unless another shows how they are made here.
        yield "system"


def _seeded(call: ast.Call, path: str) -> Iterator[Library]:
    if not _has_seed(call):
        return
    if path in _SEEDING:
        yield _SEEDING[path]
    elif path.rpartition(".")[2] in _SEEDING_ALL:
        yield from ("random", "numpy", "torch", "tensorflow")


def _is_clock(call: ast.Call, path: str) -> bool:
    module, _, name = path.rpartition(".")
    if path.endswith("Timestamp") and call.args and isinstance(call.args[0], ast.Constant):
        return call.args[0].value in ("now", "today")
    if name == "strftime" and module != "time":
        return False
    return name in _CLOCK
