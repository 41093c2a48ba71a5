"""Counting tokens without a network, exactly once the vocabulary is there and closely before."""

from __future__ import annotations

import base64
import csv
import io
import random
import textwrap
from pathlib import Path

import pytest

from lci.models import tokens
from lci.models.tokens import Counter, estimate

PROSE = (
    "We loaded the table and found that sales grew in every shop except the one at the station, where the renovation "
    "kept customers away for most of the spring. After that, the numbers recovered; by autumn they were above average. "
) * 20
JAPANESE = "表を読み込み、店舗ごとの昨年の平均値を計算しました。駅前の店だけ売上が下がっています。" * 30


def table() -> str:
    chance = random.Random(1)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["date", "shop", "sales", "staff"])
    for day in range(200):
        writer.writerow([f"2024-{day % 12 + 1:02}-{day % 28 + 1:02}", f"S{day % 7}", chance.random() * 1000, day % 9])
    return written.getvalue()


@pytest.fixture(scope="module")
def loaded() -> Counter:
    counter = Counter()
    counter.load()
    return counter


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("hello world", 2),
        ("Hello, world!", 4),
        ("print(1)", 4),
        ("   ", 1),
        ("こんにちは", 1),
        ("12345678", 3),
    ],
)
def test_the_shipped_vocabulary_gives_the_known_counts(loaded: Counter, text: str, count: int) -> None:
    """The counts are those of o200k_base."""
    assert loaded.count(text) == count


def test_the_shipped_vocabulary_is_the_right_one(loaded: Counter) -> None:
    encoding = loaded.encoding
    assert encoding is not None and encoding.n_vocab == 200_019
    assert encoding.encode("hello world") == [24912, 2375]
    for text in (PROSE, JAPANESE, table()):
        assert encoding.decode(encoding.encode(text)) == text


@pytest.mark.parametrize("text", ["<|endoftext|>", "a,<|endofprompt|>,b\n" * 20])
def test_special_tokens_in_a_text_are_just_text(loaded: Counter, text: str) -> None:
    assert loaded.count(text) > text.count("<|")


@pytest.mark.parametrize("text", [" " * 1_000_000, "\t" * 500_000 + "x", "a" * 500_000, "x\ud800y" * 50, "\x00" * 100])
def test_no_text_makes_counting_fail(loaded: Counter, text: str) -> None:
    assert loaded.count(text) > 0
    assert estimate(text) > 0


def test_a_long_text_counts_as_the_sum_of_its_cuts(loaded: Counter) -> None:
    long = PROSE * (2 * tokens._LONGEST // len(PROSE) + 1)
    encoding = loaded.encoding
    assert encoding is not None
    assert abs(loaded.count(long) - len(encoding.encode(long))) <= 2


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("prose", PROSE),
        ("code", textwrap.dedent(Path(tokens.__file__).read_text("utf-8"))),
        ("csv", table()),
        ("japanese", JAPANESE),
        ("base64", base64.b64encode(random.Random(2).randbytes(6000)).decode()),
        ("russian", "Мы загрузили таблицу и посчитали средние значения по каждому магазину за год. " * 20),
        ("arabic", "قمنا بتحميل الجدول وحساب المتوسطات لكل متجر خلال العام الماضي. " * 20),
        ("french", "Nous avons chargé la table et calculé les moyennes de l'année déjà terminée. " * 20),
    ],
)
def test_the_estimate_is_close(loaded: Counter, kind: str, text: str) -> None:
    assert 0.6 <= estimate(text) / loaded.count(text) <= 1.6, kind


def test_before_the_vocabulary_is_loaded_the_estimate_is_used_and_not_remembered() -> None:
    counter = Counter()
    assert counter.count(PROSE) == estimate(PROSE)
    counter.load()
    assert counter.count(PROSE) != estimate(PROSE)


def test_a_text_is_counted_once(loaded: Counter) -> None:
    counter = Counter()
    counter.load()
    megabyte = (PROSE * (1_000_000 // len(PROSE) + 1))[:1_000_000]
    first = counter.count(megabyte)
    # Without an encoding only what is remembered can give the exact number.
    counter.encoding = None
    assert counter.count(megabyte) == first != estimate(megabyte)


def test_only_so_many_counts_are_remembered() -> None:
    counter = Counter(remembered=2)
    counter.load()
    texts = [f"{PROSE}{number}" for number in range(3)]
    for text in texts:
        counter.count(text)
    assert len(counter._counts) == 2


def test_the_vocabulary_loads_in_the_background_once() -> None:
    counter = Counter()
    for _ in range(5):
        counter.load_in_background()
    assert counter.loaded.wait(60)
    thread = counter._loading
    counter.load_in_background()
    assert counter._loading is thread
    assert counter.count("hello world") == 2
