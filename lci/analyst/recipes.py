"""From an intent to what the analyst says before, the code it runs, and what it says after."""

from __future__ import annotations

from typing import assert_never

from lci.analyst import correlations, groups, missing, overview, regression, single, trend
from lci.analyst.intents import (
    Analysis,
    Correlations,
    Describe,
    GroupBy,
    ListColumns,
    Missing,
    Overview,
    Regression,
    ShowRows,
    Trend,
)
from lci.analyst.results import FindingMissing, Findings


def plan(intent: Analysis) -> str:
    """One sentence on what will be done."""
    match intent:
        case Overview():
            return overview.plan(intent)
        case ListColumns():
            return overview.columns_plan(intent)
        case ShowRows():
            return overview.rows_plan(intent)
        case Missing():
            return missing.plan(intent)
        case Correlations():
            return correlations.plan(intent)
        case Describe():
            return single.plan(intent)
        case GroupBy():
            return groups.plan(intent)
        case Trend():
            return trend.plan(intent)
        case Regression():
            return regression.plan(intent)
        case _:
            assert_never(intent)


def code(intent: Analysis) -> str:
    """Python source that answers the intent and prints its findings."""
    match intent:
        case Overview():
            return overview.code(intent)
        case ListColumns():
            return overview.columns_code(intent)
        case ShowRows():
            return overview.rows_code(intent)
        case Missing():
            return missing.code(intent)
        case Correlations():
            return correlations.code(intent)
        case Describe():
            return single.code(intent)
        case GroupBy():
            return groups.code(intent)
        case Trend():
            return trend.code(intent)
        case Regression():
            return regression.code(intent)
        case _:
            assert_never(intent)


def prose(intent: Analysis, findings: Findings) -> str | None:
    """The findings in Markdown sentences, or None when the output lacks what they need."""
    try:
        return _prose(intent, findings)
    except FindingMissing:
        return None


def _prose(intent: Analysis, findings: Findings) -> str:
    match intent:
        case Overview():
            return overview.prose(intent, findings)
        case ListColumns():
            return overview.columns_prose(intent, findings)
        case ShowRows():
            return overview.rows_prose(intent, findings)
        case Missing():
            return missing.prose(intent, findings)
        case Correlations():
            return correlations.prose(intent, findings)
        case Describe():
            return single.prose(intent, findings)
        case GroupBy():
            return groups.prose(intent, findings)
        case Trend():
            return trend.prose(intent, findings)
        case Regression():
            return regression.prose(intent, findings)
        case _:
            assert_never(intent)
