"""The labels a language must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One field a label; a mapping where a code chooses. Texts in braces are filled in by the caller."""

    app: str
    promise: str
    promise_detail: str
    analyst_notice: str
    connect_model: str
    try_sample: str
    or_question: str
    samples: Mapping[str, str]
    new_conversation: str
    conversations: str
    untitled: str
    model: str
    ask: str
    stop: str
    queued: str
    take_back: str
    thinking: str
    thoughts: str
    writing_code: str
    running_code: str
    ran_code: str
    failed_code: str
    fixed: str
    attempts: Mapping[str, str]
    cell_status: Mapping[str, str]
    output_omitted: str
    full_output: str
    figure: tuple[str, str]
    table: tuple[str, str]
    cell: tuple[str, str]
    row: tuple[str, str]
    column: tuple[str, str]
    token: tuple[str, str]
    tokens_estimated: str
    go_on: str
    regenerate: str
    edit_resend: str
    resend: str
    cancel: str
    copy: str
    not_rolled_back: str
    branches: str
    edit_run: str
    run: str
    reject: str
    reject_reason: str
    approval_title: str
    approval_reasons: Mapping[str, str]
    endings: Mapping[str, str]
    retrying: str
    earlier: str
    data: str
    variables: str
    figures: str
    files: str
    notebook: str
    settings: str
    data_empty: str
    variables_empty: str
    variables_stale: str
    figures_empty: str
    files_empty: str
    notebook_empty: str
    upload: str
    upload_hint: str
    local_path: str
    local_path_hint: str
    attach: str
    copying: str
    reading: str
    columns: str
    encoding: str
    delimiter: str
    correct_reading: str
    detected: str
    ask_about: str
    ask_about_prompt: str
    full_table: str
    download: str
    download_png: str
    download_notebook: str
    clean_notebook: str
    remove: str
    removed: str
    undo: str
    rows_estimated: str
    kernel: str
    kernel_status: Mapping[str, str]
    isolation: Mapping[str, str]
    restart_kernel: str
    interrupt_kernel: str
    context: str
    context_help: str
    search: str
    rename: str
    delete: str
    deleted: str
    no_conversations: str
    open_conversation: str
    settings_in_force: str
    settings_later: str
    key_set: str
    key_missing: str
    privacy_title: str
    privacy_local: str
    privacy_remote: str
    about: str
    unknown_conversation: str
    in_use: str
    slow: str
    files_made: str
    missing_file: str
    notices: Mapping[str, str]
