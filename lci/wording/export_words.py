"""The labels of the notebook's checking and of the forms it is downloaded in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lci.wording.forms import Forms


@dataclass(frozen=True, slots=True)
class ExportWords:
    """Whether the notebook gives the same again, and what it can be downloaded as."""

    verify: str
    verify_help: str
    verify_isolated: str
    verify_open: str
    verify_elsewhere: str
    verify_copying: str
    verify_cell: str
    cancel: str
    reproduce: str
    output_differs: Forms
    ran_isolated: str
    ran_open: str
    noted: str
    stale: str
    rerun: str
    rerun_help: str
    rerun_old: str
    rerun_new: str
    rerun_start: str
    rerun_none: str
    reran: str
    rerun_changes: Forms
    rerun_notebook: str
    rerun_report: str
    other_forms: str
    with_code: str
    for_readers: str
    charts_named: str
    forms: Mapping[str, str]
