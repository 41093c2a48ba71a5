"""The days that a daily series lacks."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from lci.workspace.missing_days import MissingDays, MissingDaysJob, missing_days

FIRST = datetime.date(2024, 6, 3)


def series(*offsets: int) -> list[datetime.date]:
    return [FIRST + datetime.timedelta(days=each) for each in offsets]


@pytest.mark.parametrize(
    ("offsets", "gaps"),
    [
        (list(range(30)), []),
        ([*range(9), *range(12, 30)], [(9, 11)]),
        ([*range(9), *range(10, 20), *range(22, 40)], [(9, 9), (20, 21)]),
        ([each for each in range(30) if each % 7 < 5], []),
        ([each for each in range(30) if each % 7 < 5 and each != 9], [(9, 9)]),
        ([each for each in range(30) if each % 7 < 5 and each != 11], [(11, 13)]),
        (list(range(0, 300, 7)), []),
        (list(range(0, 60, 2)), []),
        ([0, 1, 2, 9], []),
        ([], []),
    ],
)
def test_gaps_are_those_of_a_daily_series(offsets: list[int], gaps: list[tuple[int, int]]) -> None:
    """Of one without weekends a Saturday is no gap; what comes weekly or now and then has none."""
    assert missing_days(series(*offsets)) == [tuple(series(*each)) for each in gaps]


def test_every_row_of_a_file_counts(tmp_path: Path) -> None:
    days = [day for day in range(1, 31) if day not in (10, 11, 12)]
    rows = "".join(f"2024-06-{day:02d} {hour:02d}:00:00,{hour}\n" for day in days for hour in range(24))
    (tmp_path / "june").write_text("at,n\n" + rows, "utf-8")
    job = MissingDaysJob("june.csv")
    assert job.read(job.performed(tmp_path / "june")) == (MissingDays("at", "2024-06-10", "2024-06-12"),)
