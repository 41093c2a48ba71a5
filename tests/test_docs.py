"""What the documents list is what the code has: each test names what is missing on either side."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.__main__ import BUDGETS
from lci import cli
from lci.runtime.config.settings import KernelServerSettings, ModelSettings, _File
from lci.ui import handing_over, routes
from tests.installing import ROOT
from tests.test_architecture import every_error

REFERENCE = (ROOT / "docs" / "guide" / "reference.md").read_text("utf-8")
BEHAVIOURS = (ROOT / "docs" / "behaviours.md").read_text("utf-8")
PERFORMANCE = (ROOT / "docs" / "performance.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def section(title: str, text: str = REFERENCE) -> str:
    """What stands under the heading `title`."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title!r}"
    return found[1]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of the tables in `text`, without their headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if not re.match(r"\| -+ ", line) and not re.match(r"\| -+ ", after):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def quoted(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def numbers(letter: str, *texts: str) -> set[str]:
    return {number for text in texts for number in re.findall(rf"\b{letter}[1-9]\d?\b", text)}


def commands() -> dict[str, argparse.ArgumentParser]:
    whole = cli.parser(lambda _: 0)
    (choices,) = [action.choices for action in whole._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(choices)


def test_every_command_and_its_words() -> None:
    documented = {row[0].strip("`").removeprefix("lci "): quoted(row[2]) for row in rows(section("Command line"))}
    there = {
        name: {
            word
            for action in command._actions
            if not isinstance(action, argparse._HelpAction)
            for word in action.option_strings or [str(action.metavar or action.dest)]
        }
        for name, command in commands().items()
    }
    assert documented == there


def test_every_command_is_explained_where_one_asks_for_help() -> None:
    for name, command in commands().items():
        for action in command._actions:
            assert action.help, (name, action.dest)


def test_every_command_that_a_document_shows_is_there() -> None:
    shown = {
        (path.name, word)
        for path in [ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")]
        for line in re.findall(r"`([^`\n]+)`|^([a-z].*)$", path.read_text("utf-8"), re.MULTILINE)
        for word in re.findall(r"^(?:python -m )?lci ([a-z]+)\b", line[0] or line[1])
    }
    assert {each for each in shown if each[1] not in commands()} == set()


def test_every_key_of_the_configuration() -> None:
    own, _, rest = section("config.toml").partition("Each `[[models]]`")
    models, _, kernels = rest.partition("Each `[[kernels]]`")
    assert {row[0].strip("`") for row in rows(own)} == set(_File.model_fields)
    assert {row[0].strip("`") for row in rows(models)} == set(ModelSettings.model_fields)
    assert {row[0].strip("`") for row in rows(kernels)} == set(KernelServerSettings.model_fields)


def test_the_readme_shows_keys_that_exist() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    own, _, rest = shown.partition("[[models]]")
    models, _, kernels = rest.partition("[[kernels]]")
    assert set(re.findall(r"^(\w+) =", own, re.MULTILINE)) <= set(_File.model_fields)
    assert set(re.findall(r"^(\w+) =", models, re.MULTILINE)) <= set(ModelSettings.model_fields)
    assert set(re.findall(r"^(\w+) =", kernels, re.MULTILINE)) <= set(KernelServerSettings.model_fields)


def test_every_widget_key_that_tests_and_scripts_rely_on() -> None:
    documented = {key for row in rows(section("Widget keys")) for key in quoted(row[0])}
    patterns = [re.compile(key.replace("…", ".+")) for key in documented]
    used = {
        (key, path.name)
        for folder in ("tests", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        for key in re.findall(r"st-key-([a-z]\w*)", path.read_text("utf-8"))
    }
    # Of one that ends in an id only the beginning may stand in a test.
    assert not {
        each
        for each in used
        if not any(pattern.fullmatch(each[0]) or pattern.fullmatch(each[0] + "x") for pattern in patterns)
    }
    code = "\n".join(
        path.read_text("utf-8") for path in [*(ROOT / "lci/ui").glob("*.py"), *(ROOT / "pages").glob("*.py")]
    )
    assert not {key for key in documented if key.removesuffix("…").split("_to_")[0] not in code}


def test_every_route() -> None:
    assert {row[0].strip("`") for row in rows(section("Routes"))} == {
        route.path for route in (*routes.routes(), *handing_over.routes())
    }


def test_every_error_code_and_what_it_means() -> None:
    documented = {row[0].strip("`"): row[1] for row in rows(section("Error codes"))}
    there = {kind.code: " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split()) for kind in every_error()}
    assert documented == there


def test_every_behaviour_that_a_test_or_document_names_is_described() -> None:
    described = {row[0] for row in rows(BEHAVIOURS)}
    named = {
        (number, path.name)
        for path in [*(ROOT / "tests").rglob("*.py"), *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for number in numbers("B", path.read_text("utf-8")) | numbers("P", path.read_text("utf-8"))
    }
    assert {each for each in named if each[0] not in described} == set()


def test_every_behaviour_that_is_described_is_shown_by_a_test_or_said_to_be_missing() -> None:
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    shown = numbers("B", tests)
    built = {row[0] for row in rows(section("Behaviours", BEHAVIOURS))}
    missing = {row[0] for row in rows(section("Not built yet", BEHAVIOURS)) if row[0].startswith("B")}
    assert built - shown == set(), "no test names these"
    assert missing & shown == set(), "a test names these: they are built"


def test_every_budget_that_is_described_is_measured() -> None:
    described = {row[0] for row in rows(section("Budgets", BEHAVIOURS)) if row[-1] != "not measured yet"}
    assert described == {name.upper() for name in BUDGETS} | {"P21"}, "P21 is `make compare`"


def test_every_number_of_the_readme_is_in_the_measured_table() -> None:
    assert numbers("P", section("Speed", README)) <= {row[0] for row in rows(PERFORMANCE)}
    assert numbers("P", section("Speed", README)) <= {name.upper() for name in BUDGETS}


def test_every_link_leads_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (path.parent / target).exists(), (path.name, target)
            if "://" not in target:
                assert Path(target).suffix or target.endswith("/"), (path.name, target)


def test_every_module_and_import_that_a_document_shows_is_there() -> None:
    """A page's own example, which has a title, is the only file that may not be there yet."""
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = path.read_text("utf-8")
        examples = {title for block in re.findall(r'title="([^"]+)"', text) for title in [block.split(" in ")[-1]]}
        for named in set(re.findall(r"`((?:lci|tests|benchmarks|scripts)/[\w/]+\.py)`", text)) - examples:
            assert (ROOT / named).exists(), (path.name, named)
        for module, names in re.findall(r"^ *from (lci[\w.]*) import ([\w, ]+)$", text, re.MULTILINE):
            there = importlib.import_module(module)
            for name in names.split(", "):
                assert hasattr(there, name.split(" as ")[0]) or importlib.util.find_spec(f"{module}.{name}"), (
                    path.name,
                    module,
                    name,
                )
