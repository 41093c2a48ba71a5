"""B58: some compared with the rest: both of two values, or both of yes and no, whatever the words between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.analyst.small_tables import amounts, of, plan_of, write

TABLES: dict[str, dict[str, list[object]]] = {
    "auto.csv": {
        "make": [f"M{at}" for at in range(120)],
        "price": amounts(3_000, 370, 9_000),
        "foreign": of(0, 1, 0),
        "body": of("sedan", "wagon", "coupe"),
        "gearbox": of("manual", "automatic"),
    },
    "smoking.csv": {"level": of("heavy", "light"), "relapse": of(0, 1, 1, 0), "age": amounts(20, 7, 60)},
    "寄付.csv": {"年齢": amounts(20, 7, 60), "返答": of("する", "しない", "しない")},
    "調査.csv": {"職業": of("学生", "会社員"), "喫煙": of("する", "しない"), "収入": amounts(100, 37, 900)},
    "调查.csv": {"户口": of("城镇", "农村"), "吸烟": of("是", "否", "否"), "收入": amounts(100, 37, 900)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TABLES, tmp_path_factory.mktemp("rest"))


JOBS = "the difference · for each `職業` · only where `職業` is “学生” or “会社員”"
SMOKING = "the difference · for each `喫煙` · only where `喫煙` is “する” or “しない”"
HOMES = "the difference · for each `户口` · only where `户口` is “城镇” or “农村”"
SMOKERS = "the difference · for each `吸烟` · only where `吸烟` is “是” or “否”"
FOREIGN = "mean of `price` · the difference · for each `foreign` · only where `foreign` is 1 or 0"
GEARBOX = "the difference · for each `gearbox` · only where `gearbox` is “manual” or “automatic”"


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        ("auto.csv", "typical price of foreign cars vs the others", FOREIGN),
        ("auto.csv", "average price of foreign cars vs the rest", FOREIGN),
        ("auto.csv", "average price of foreign cars vs not foreign cars", FOREIGN),
        ("auto.csv", "average price of foreign cars versus non foreign ones", FOREIGN),
        ("auto.csv", "median price of manual cars vs automatic cars", f"median of `price` · {GEARBOX}"),
        ("auto.csv", "median price of manual cars vs everything else", f"median of `price` · {GEARBOX}"),
        (
            "auto.csv",
            "average price of sedan cars vs wagon cars",
            "mean of `price` · the difference · for each `body` · only where `body` is “sedan” or “wagon”",
        ),
        ("調査.csv", "学生とそれ以外の平均収入を比べて", f"mean of `収入` · {JOBS}"),
        ("調査.csv", "喫煙する人とそれ以外の人の平均収入", f"mean of `収入` · {SMOKING}"),
        ("调查.csv", "城镇户口和其他人的平均收入差多少", f"mean of `收入` · {HOMES}"),
        ("调查.csv", "吸烟的人跟其他人的平均收入", f"mean of `收入` · {SMOKERS}"),
        (
            "smoking.csv",
            "average age of those who relapsed vs those who didn't",
            "mean of `age` · the difference · for each `relapse` · only where `relapse` is 1 or 0",
        ),
        (
            "smoking.csv",
            "average age of people who relapsed and those who did not",
            "mean of `age` · the difference · for each `relapse` · only where `relapse` is 1 or 0",
        ),
        (
            "寄付.csv",
            "返答した人としなかった人の平均年齢",
            "mean of `年齢` · the difference · for each `返答` · only where `返答` is “する” or “しない”",
        ),
        # Of several kinds it is not known whether the rest are each by itself.
        ("auto.csv", "average price of sedan cars vs the rest", None),
        ("auto.csv", "average price of cars vs the rest", None),
    ],
)
def test_some_against_the_rest(folder: Path, name: str, question: str, plan: str | None) -> None:
    assert plan_of(folder / name, question) == plan
