"""Sentences for people: in the reader's language, decided when they are read and not before."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from lci.errors import FileEmpty
from lci.wording import CATALOGUES, explained, read_by, words
from lci.wording.english import ENGLISH


@pytest.fixture
def readers() -> Iterator[list[str]]:
    """The language of whoever reads next, in a list of one; a second language stands in the catalogues meanwhile."""
    there = dict(CATALOGUES)
    other = replace(ENGLISH, app="コード", problems={**ENGLISH.problems, "file_empty": ("{name}は空です。", "")})
    assert isinstance(CATALOGUES, dict)
    CATALOGUES["ja"] = other
    reading = ["en"]
    read_by(lambda: reading[0])
    yield reading
    read_by(lambda: "en")
    CATALOGUES.clear()
    CATALOGUES.update(there)


def test_the_language_is_the_readers_at_each_use(readers: list[str]) -> None:
    assert words().app == "Local Code Interpreter"
    readers[0] = "ja"
    assert words().app == "コード"
    assert str(explained(FileEmpty("表.csv").problem)) == "表.csvは空です。"
    readers[0] = "zh"
    assert words() is ENGLISH


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_language_has_a_sentence_for_everything(language: str) -> None:
    assert missing(CATALOGUES[language], ENGLISH) == []


def missing(words: object, english: object, path: str = "") -> list[str]:
    """The labels that one has and the other has not, or with other gaps to fill."""
    if dataclasses.is_dataclass(english):
        names = [field.name for field in dataclasses.fields(english)]
        return [
            gap for name in names for gap in missing(getattr(words, name), getattr(english, name), f"{path}.{name}")
        ]
    if isinstance(english, Mapping):
        assert isinstance(words, Mapping)
        return [f"{path}[{key}]" for key in english if key not in words]
    return [] if words else [path]


def test_nothing_is_fixed_when_the_app_is_imported() -> None:
    """A page that was imported in one language is drawn in another."""
    source = (
        "import lci.wording as wording\n"
        "wording.CATALOGUES = {}\n"
        "asked = []\n"
        "wording.read_by(lambda: asked.append(1) or 'en')\n"
        "import lci.cli, lci.ui.chat, lci.ui.panels, lci.ui.settings, lci.ui.launch\n"
        "print(len(asked))\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "0"
