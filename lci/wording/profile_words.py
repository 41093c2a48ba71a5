"""The labels of a table's profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProfileWords:
    """A table's profile: statistics, distributions, associations, quality."""

    title: str
    ask: str
    counting: str
    tabs: tuple[str, str, str, str]
    exact: str
    estimated: str
    heads: tuple[str, ...]
    no_values: str
    missing: str
    distinct: str
    distinct_about: str
    more_columns: str
    associations_help: str
    no_associations: str
    association_heads: tuple[str, ...]
    measures: Mapping[str, str]
    columns_left_out: str
    nothing_odd: str
    findings: Mapping[str, str]
    example: str
    show_rows: str
    columns_checked: str
