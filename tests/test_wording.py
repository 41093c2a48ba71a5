"""Sentences for people: in the reader's language, decided when they are read and not before."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from lci.errors import FileEmpty, Problem
from lci.wording import CATALOGUES, duration, explained, notice, number, plural, read_by, size, warning, words
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


@pytest.mark.parametrize(
    ("language", "written"), [("en", "1,234,567.9"), ("de", "1.234.567,9"), ("fr", "1\u202f234\u202f567,9")]
)
def test_numbers_are_written_as_the_language_does(readers: list[str], language: str, written: str) -> None:
    assert isinstance(CATALOGUES, dict)
    CATALOGUES[language] = ENGLISH
    readers[0] = language
    assert number(1_234_567.89, 1) == written


@pytest.mark.parametrize(
    ("language", "forms", "counted"),
    [
        ("en", ("cell", "cells"), {0: "0 cells", 1: "1 cell", 2_000: "2,000 cells"}),
        ("ja", ("個のセル",), {0: "0 個のセル", 1: "1 個のセル", 5: "5 個のセル"}),
        ("pl", ("komórka", "komórki", "komórek", "komórki"), {1: "1 komórka", 3: "3 komórki", 5: "5 komórek"}),
    ],
)
def test_nouns_are_counted_as_the_language_does(
    readers: list[str], language: str, forms: tuple[str, ...], counted: dict[int, str]
) -> None:
    assert isinstance(CATALOGUES, dict)
    CATALOGUES[language] = ENGLISH
    readers[0] = language
    assert {count: plural(count, *forms) for count in counted} == counted


def test_a_language_without_words_here_has_the_numbers_of_the_words_that_are_read(readers: list[str]) -> None:
    readers[0] = "de"
    assert words() is ENGLISH
    assert number(1234) == "1,234"


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0 B"), (999, "999 B"), (19_400, "19 kB"), (1_250_000, "1.2 MB"), (150e6, "150 MB")]
)
def test_sizes_are_for_people(count: float, written: str) -> None:
    assert size(count) == written


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.03, "30 ms"), (0.44, "0.4 s"), (12.3, "12 s"), (185, "3 min 5 s"), (4_000, "1 h 6 min")]
)
def test_durations_are_for_people(seconds: float, written: str) -> None:
    assert duration(seconds) == written


def test_a_file_that_cannot_be_read_is_two_sentences_without_a_librarys_words() -> None:
    """The reason of a reader is kept, and not run into ours."""
    raw = Problem(
        "file_unreadable", {"name": "a.zip", "format": "zip", "reason": "Bad magic number for central directory"}
    )
    own = Problem("file_unreadable", {"name": "a.xlsx", "format": "excel", "reason": "password"})
    assert "magic" not in str(explained(raw))
    assert str(explained(own)).startswith("“a.xlsx” is protected by a password. ")
    assert all(part.endswith(".") for each in (raw, own) for part in (explained(each).what, explained(each).todo))


def test_how_a_replay_ended_is_in_words() -> None:
    facts = {"cells": 1, "of": 2}
    assert "then stopped: Python ended" in notice("replayed", {**facts, "error": "died"})
    assert "then stopped: ValueError: no" in notice("replayed", {**facts, "error": "ValueError: no"})
    assert "kernel_start_failed" not in notice("replayed", {**facts, "error": "kernel_start_failed"})


def test_a_number_stands_within_the_form_that_goes_with_it() -> None:
    assert notice("replayed_all", {"cells": 1}) == "Ran 1 earlier cell again; its variables are back."
    assert notice("replayed_all", {"cells": 6}) == "Ran all 6 earlier cells again; their variables are back."


def test_what_is_left_out_of_a_request_says_nothing_of_memory_and_names_no_count_of_none() -> None:
    """Beside it may stand that the kernel is new and variables are gone."""
    sentences = [
        notice("shortened", {"results": 0, "rounds": 8}),
        notice("shortened", {"results": 2, "rounds": 0}),
        notice("shortened", {"results": 2, "rounds": 8}),
        notice("summarised", {"rounds": 3}),
        notice("summary_unusable", {}),
    ]
    assert not [sentence for sentence in sentences if "variables" in sentence or " 0 " in sentence]
    assert "8 earlier steps left out" in sentences[0] and "2 earlier results shortened" in sentences[1]


@pytest.mark.parametrize(
    ("code", "facts", "sentence"),
    [
        ("nul_bytes", {"count": 1}, "It contains 1 NUL byte."),
        ("nul_bytes", {"count": 1_200}, "It contains 1,200 NUL bytes."),
        ("nul_bytes", {"count": "many"}, "It contains many NUL bytes."),
        (
            "columns_added",
            {"rows": 1, "added": 1},
            "1 row is longer than the header; 1 further column got a name of its own.",
        ),
        (
            "columns_added",
            {"rows": 3, "added": 2},
            "3 rows are longer than the header; 2 further columns got names of their own.",
        ),
        ("ragged_rows", {"rows": 1, "first_row": 7}, "1 row has another number of cells; the first is row 7."),
        ("mixed_encoding", {"lines": 1, "encoding": "utf-8"}, "1 line does not fit the encoding utf-8."),
    ],
)
def test_a_count_in_a_sentence_has_the_form_of_words_that_goes_with_it(
    code: str, facts: dict[str, object], sentence: str
) -> None:
    assert warning(code, facts) == sentence


def test_a_count_that_a_sentence_asks_for_and_nobody_gives_reads_as_a_blank() -> None:
    assert warning("nul_bytes", {}) == "It contains ."
    assert (
        explained(Problem("kernel_idle", {"minutes": 1.0})).what == "The kernel was closed after 1 minute without use."
    )
