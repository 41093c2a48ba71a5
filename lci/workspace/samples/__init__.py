"""Two small public data sets that come with the app, so that the first question needs no file; see README.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A bundled file; its titles and questions by language, the first of which draws."""

    name: str
    file: str
    titles: Mapping[str, str]
    questions: Mapping[str, tuple[str, str, str]]

    @property
    def path(self) -> Path:
        """Where the file lies; copy it, never open it for writing."""
        return _FOLDER / self.file


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "penguins",
        "penguins.csv",
        {"en": "Penguins", "ja": "ペンギン", "zh": "企鹅"},
        {
            "en": (
                "Do a linear regression of body mass on flipper length and plot it",
                "What is the average body mass by species?",
                "Which columns have missing data?",
            ),
            "ja": (
                "体重をフリッパーの長さで線形回帰して",
                "種ごとの体重の平均は？",
                "欠損値はどの列にありますか？",
            ),
            "zh": (
                "画出体重和鳍长的回归直线",
                "各物种的平均体重是多少？",
                "哪些列有缺失值？",
            ),
        },
    ),
    Sample(
        "co2",
        "co2.csv",
        {"en": "CO₂ at Mauna Loa", "ja": "マウナロアの CO₂", "zh": "莫纳罗亚的 CO₂"},
        {
            "en": (
                "Plot the monthly trend of CO2",
                "What is the average CO2 per year?",
                "Which columns have missing data?",
            ),
            "ja": (
                "月ごとのCO2の推移をグラフにして",
                "年ごとのCO2の平均は？",
                "欠損値はどの列にありますか？",
            ),
            "zh": (
                "画出每月CO2的变化趋势",
                "每年的平均CO2是多少？",
                "哪些列有缺失值？",
            ),
        },
    ),
)


def sample(name: str) -> Sample:
    """The sample of that name. Raises `KeyError`."""
    return {each.name: each for each in SAMPLES}[name]
