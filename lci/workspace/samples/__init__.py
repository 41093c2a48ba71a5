"""Two small public data sets that come with the app, so that the first question needs no file; see README.md."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A bundled file; `title_key` names its title in `lci.wording`, the questions are English and the first draws."""

    name: str
    file: str
    title_key: str
    questions: tuple[str, str, str]

    @property
    def path(self) -> Path:
        """Where the file lies; copy it, never open it for writing."""
        return _FOLDER / self.file


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "penguins",
        "penguins.csv",
        "sample_penguins",
        (
            "Do a linear regression of body mass on flipper length and plot it",
            "What is the average body mass by species?",
            "Which columns have missing values?",
        ),
    ),
    Sample(
        "co2",
        "co2.csv",
        "sample_co2",
        (
            "Plot the monthly trend of CO2",
            "What is the average CO2 per year?",
            "Which values are missing, and why?",
        ),
    ),
)


def sample(name: str) -> Sample:
    """The sample of that name. Raises `KeyError`."""
    return {each.name: each for each in SAMPLES}[name]
