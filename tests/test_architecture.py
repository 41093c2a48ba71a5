"""The house stays as it is drawn: rooms, walls, and the documents that describe them."""

from __future__ import annotations

import ast
import pickle
import re
import typing
from dataclasses import fields
from pathlib import Path

import pytest

from lci import errors
from lci.wording import CATALOGUES, explained
from lci.workspace.request import WARNING_CODES

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lci"


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def test_the_screen_asks_services_and_reaches_through_nothing() -> None:
    """DESIGN §3: only what opens and closes the app in `lci.ui` knows the engine."""
    modules = sorted((PACKAGE / "ui").glob("*.py"))
    assert modules
    reaching = [path.name for path in modules if re.search(r"\.engine\b(?! import)", path.read_text("utf-8"))]
    assert reaching == ["state.py"]


@pytest.mark.parametrize("path", [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))], ids=lambda p: p.name)
def test_pages_and_launcher_know_only_the_ui(path: Path) -> None:
    ours = {name for name in imports(path) if name.split(".")[0] == "lci"}
    assert all(name.startswith("lci.ui") for name in ours), ours
    assert len(path.read_text("utf-8").splitlines()) <= 60, "layout only"


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    """But catalogues of sentences."""
    modules = [path for path in PACKAGE.rglob("*.py") if "wording" not in path.relative_to(PACKAGE).parts]
    assert len(modules) > 100
    long = {path.name: lines for path in modules if (lines := len(path.read_text("utf-8").splitlines())) > 450}
    assert not long, long


def test_only_one_room_names_session_state() -> None:
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        if path != PACKAGE / "ui" / "state.py":
            code = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text("utf-8"))
            assert "session_state" not in code, path


def test_architecture_document_lists_exactly_the_modules_there_are() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    listed = set(re.findall(r"`(lci/[\w/]+\.py|app\.py|pages/\w+\.py)`", text))
    there = {str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}
    there |= {"app.py", *(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))}
    assert listed == there, (sorted(there - listed), sorted(listed - there))


def every_error() -> list[type[errors.LciError]]:
    groups = (
        errors.InputProblem, errors.ConfigurationProblem, errors.ProviderProblem, errors.KernelProblem,
        errors.StorageProblem, errors.FileProblem,
    )  # fmt: skip
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, groups) and kind not in groups]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_has_its_sentences_and_they_use_its_facts(kind: type[errors.LciError]) -> None:
    assert kind.__name__ in (errors.__doc__ or ""), "drawn in the tree"
    what, todo = CATALOGUES["en"].problems[kind.code]
    facts = set(getattr(kind, "__dataclass_fields__", {}))
    assert set(re.findall(r"{(\w+)}", what + todo)) <= facts
    assert todo.endswith((".", "}", '".')), todo


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_keeps_its_facts_on_its_way_between_processes(kind: type[errors.LciError]) -> None:
    facts: dict[str, errors.Fact] = {each.name: 1 if "int" in str(each.type) else "x" for each in fields(kind)}
    error = kind(**facts)
    assert error.problem == errors.Problem(kind.code, facts)
    assert pickle.loads(pickle.dumps(error)).problem == error.problem
    assert explained(error.problem)


def test_every_file_warning_has_its_sentence() -> None:
    codes = set(WARNING_CODES)
    assert codes == set(CATALOGUES["en"].warnings)


def test_an_unknown_code_still_reads_as_a_sentence() -> None:
    assert "brand_new" in str(explained(errors.Problem("brand_new")))


def test_nothing_names_a_machine_or_a_registry() -> None:
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "Makefile"]:
        text = path.read_text("utf-8")
        assert not re.search(r"/work/|/root/|pypi\.org|registry\.npmjs", text), path


def test_the_readme_quotes_keys_and_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for name in re.findall(r"docs/[\w/.-]+\.(?:md|png)", text):
        assert (ROOT / name).exists(), name
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", text)) <= targets


def test_the_event_union_and_the_documented_names_agree() -> None:
    from lci.core.events import Event

    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for kind in typing.get_args(Event):
        assert kind.__name__ in text, kind
