"""The labels a language must have, by screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lci.wording.conversation_words import Conversations
from lci.wording.export_words import ExportWords
from lci.wording.file_words import FilesTab
from lci.wording.notebook_words import NotebookWords
from lci.wording.profile_words import ProfileWords
from lci.wording.turn_words import Turns


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first minute."""

    promise: str
    promise_detail: str
    kernel_places: Mapping[str, str]
    analyst_notice: str
    connect_model: str
    try_sample: str
    or_question: str
    quick_questions: str
    quick_questions_help: str
    change_plan: str
    change_plan_help: str


@dataclass(frozen=True, slots=True)
class Sidebar:
    """The sidebar."""

    new_conversation: str
    days: Mapping[str, str]
    model: str
    offline: str
    on_this_machine: str
    chat: str
    data: str
    notebook: str
    conversations: str
    settings: str
    kernel: str
    kernel_status: Mapping[str, str]
    isolation: Mapping[str, str]
    restart_kernel: str
    interrupt_kernel: str
    context: str
    context_shortened: str
    context_results: str
    context_rounds: str
    context_summary: str


@dataclass(frozen=True, slots=True)
class Composer:
    """The composer."""

    ask: str
    ask_next: str
    stop: str
    queued: str
    take_back: str
    variables_gone: str
    changed_by_another_branch: str
    replay: str
    bring_back: str
    deleted: str
    start_clean: str
    replaying: str
    stale: str
    run_stale: str
    stale_limits: str
    out_of_date: str
    overtime: str
    wait_longer: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The side panel."""

    variables: str
    figures: str
    files: str
    data_empty: str
    variables_empty: str
    variables_live: str
    variable_rows: str
    variable_no_rows: str
    rows_shown: str
    find_rows: str
    page_back: str
    page_on: str
    sort_by: str
    unsorted: str
    figures_empty: str
    figure_number: str
    figure_code: str
    figure_cell: str
    notebook_empty: str
    reading: str
    columns: str
    columns_partial: str
    whole_folder: str
    column_heads: tuple[str, ...]
    encoding: str
    delimiter: str
    delimiters: Mapping[str, str]
    correct_reading: str
    detected: str
    member: str
    whole_archive: str
    header: str
    header_row: str
    no_header: str
    column: str
    read_as: str
    kinds: Mapping[str, str]
    read_as_found: str
    ask_about: str
    ask_about_prompt: str
    full_table: str
    profile: str
    variable_heads: tuple[str, ...]
    download: str
    download_notebook: str
    clean_notebook: str
    remove: str
    undo: str
    rows_estimated: str


@dataclass(frozen=True, slots=True)
class DataPage:
    """The Data page."""

    empty: str
    no_table: str
    reading_rows: str
    looking: str
    stop: str
    again: str
    rows_of: str
    reset: str
    add_filter: str
    column: str
    conditions: Mapping[str, str]
    text: str
    low: str
    high: str
    values: str
    other_values: str
    apply: str
    no_number: str
    filters: Mapping[str, str]
    nothing: str
    take_out: str
    sort: str
    rows_region: str
    bar_tip: str
    below: str
    missing: str
    missing_tip: str
    none_missing: str
    distinct: str
    distinct_about: str
    columns_shown: str
    sql: str
    own_sql: str
    sql_help: str
    sql_run: str
    tables: str
    more_columns: str
    no_rows: str
    took: str
    views: Mapping[str, str]
    chart_kind: str
    chart_kinds: Mapping[str, str]
    chart_x: str
    chart_y: str
    chart_measure: str
    measures: Mapping[str, str]
    chart_of: str
    chart_part: str
    chart_one_number: str
    download: str
    formats: Mapping[str, str]
    download_help: str
    completions: str
    too_long_for_excel: str
    keep: str
    keep_help: str
    kept: str
    kept_prompt: str
    keep_busy: str
    ask: str
    ask_prompt: str
    to_chat: str
    words_of_engine: str


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The settings."""

    models: str
    models_where: str
    add_model: str
    edit_model: str
    find_servers: str
    server_here: str
    use_model: str
    searching: str
    no_servers: str
    test_connection: str
    trying: str
    works: str
    tried: str
    abilities: Mapping[str, str]
    from_environment: str
    provider: str
    base_url: str
    model_name: str
    model_name_help: str
    api_key: str
    key_kept: str
    more: str
    label: str
    window_tokens: str
    answer_tokens: str
    temperature: str
    effort: str
    api_version: str
    proxy: str
    ca_file: str
    model_instructions: str
    model_instructions_help: str
    vision_model: str
    vision_model_help: str
    no_vision_model: str
    protocol: str
    protocols: Mapping[str, str]
    find_out: str
    sees_images: str
    read_back: str
    read_back_help: str
    sees: Mapping[str, str]
    headers: str
    headers_help: str
    price: str
    looking_at: str
    looked_at: str
    looked_at_by: str
    looked_at_by_nobody: str
    remove_legacy: str
    model_makes_no_sense: str
    model_name_required: str
    save_and_test: str
    save_anyway: str
    save_anyway_help: str
    in_use_here: str
    rule_based: str
    key_set: str
    key_missing: str
    window: str
    this_conversation: str
    this_conversation_scope: str
    conversation_receipts: str
    conversation_receipts_help: str
    conversation_instructions: str
    conversation_instructions_hint: str
    conversation_temperature: str
    temperature_hint: str
    temperature_makes_no_sense: str
    conversation_effort: str
    efforts: Mapping[str, str]
    conversation_answer: str
    save: str
    saved: str
    running_your_code: str
    approval: str
    approvals: Mapping[str, tuple[str, str]]
    approval_scope: str
    approval_forced: str
    kernel_facts: Mapping[str, str]
    network: str
    network_help: str
    network_off: str
    network_on: str
    network_open: str
    pauses: str
    kernel_server: str
    kernel_server_help: str
    this_machine: str
    kernel_gaps: Mapping[str, str]
    environment: str
    environment_help: str
    environment_reduced: str
    own_environment: str
    isolation_means: Mapping[str, str]
    levels: Mapping[str, str]
    level_refused: str
    limits: str
    idle: str
    privacy: str
    privacy_builtin: str
    privacy_builtin_alone: str
    privacy_kernel: str
    privacy_local: str
    privacy_remote: str
    privacy_given: Mapping[str, str]
    sharing: str
    sharings: Mapping[str, tuple[str, str]]
    masked: str
    masked_none: str
    masked_means: str
    masked_nowhere: str
    masked_unknown: Mapping[str, str]
    privacy_pictures: str
    privacy_scope: str
    privacy_scope_builtin: str
    about: str
    about_facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What can go wrong."""

    slow: str
    connection_lost: str


@dataclass(frozen=True, slots=True)
class ReceiptWords:
    """Where the numbers of an answer come from."""

    title: str
    tip: str
    tip_missing: str
    tip_ambiguous: str
    stands: str
    stands_in_file: str
    derived: str
    missing: str
    ambiguous: str
    candidates: str
    possible: str
    calculations: Mapping[str, str]
    code: str
    files: str
    file: str
    unreadable: str
    jump: str
    asked: str


@dataclass(frozen=True, slots=True)
class Words:
    """One field a label; a mapping where a code chooses. Texts in braces are filled in by the caller.

    `problems` tells for the code of an error, or for code and cause, what happened and what to do.
    """

    app: str
    welcome: Welcome
    sidebar: Sidebar
    composer: Composer
    turns: Turns
    panel: Panel
    files_tab: FilesTab
    data: DataPage
    exports: ExportWords
    profile: ProfileWords
    notebook: NotebookWords
    conversations: Conversations
    settings: SettingsPage
    receipts: ReceiptWords
    trouble: Trouble
    problems: Mapping[str, tuple[str, str]]
    unknown_problem: tuple[str, str]
    warnings: Mapping[str, str]
    warning_of_sheets: str
