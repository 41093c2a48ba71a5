"""The labels of turns and of what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lci.wording.forms import Forms


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns and what is in them."""

    thinking: str
    thoughts: str
    running_code: str
    fixed: str
    attempts: Mapping[str, str]
    cell_status: Mapping[str, str]
    output_omitted: str
    full_output: str
    undrawable: str
    html_waits: str
    html_without_web: str
    run_html: str
    run_html_help: str
    chart_without_web: str
    more_outputs: str
    errors_and_warnings: str
    code: str
    figure: Forms
    table: Forms
    cell: Forms
    row: Forms
    part_of: str
    ends_of: str
    all_rows: str
    column: Forms
    token: Forms
    turn: Forms
    tokens_estimated: str
    tokens_told: str
    tokens_cached: str
    tokens_reasoning: str
    cost: str
    cost_help: str
    cost_partly: str
    by_analyst: str
    brought_in: str
    go_on: str
    look_at_connection: str
    ask_analyst_instead: str
    regenerate: str
    edit_resend: str
    resend: str
    copy: str
    what_was_sent: str
    sent_which: str
    sent_away: str
    sent_here: str
    sent_shared: Mapping[str, str]
    sent_masked: str
    sent_columns: tuple[str, str, str]
    sent_kinds: Mapping[str, str]
    sent_results_shortened: str
    sent_rounds_dropped: str
    sent_counted: str
    sent_unknown: str
    sent_for_summary: str
    sent_for_picture: str
    request: Forms
    roles: Mapping[str, str]
    not_rolled_back: str
    branches: str
    branch_map: str
    branch_map_help: str
    nothing_asked: str
    edit_run: str
    run: str
    reject: str
    reject_reason: str
    approval_title: str
    approval_reasons: Mapping[str, str]
    endings: Mapping[str, str]
    retrying: str
    earlier: str
    earlier_steps: str
    later_steps: str
    missing_file: str
    file_not_here: str
    outside_file: str
    files_made: str
    salvage: str
    salvaged: str
    salvaged_use: str
    notices: Mapping[str, str]
