"""English."""

from __future__ import annotations

from lci.wording.words import Words

UNKNOWN_PROBLEM = ("Something went wrong ({code}).", "Try again; the log folder has the details.")

#: Code of an error → what happened, what to do.
PROBLEMS: dict[str, tuple[str, str]] = {
    # files and paths
    "file_missing": ("There is no file “{name}”.", "Check the name, or attach the file again."),
    "file_not_regular": ("“{name}” is not an ordinary file.", "Attach a file, not a folder, link or device."),
    "file_empty": ("“{name}” is empty.", "Check that it was saved completely; it stays attached."),
    "file_undecodable": ("The text encoding of “{name}” could not be found.", "Choose the encoding by hand below."),
    "file_unreadable": (
        "“{name}” is not a readable {format} file. {reason}",
        "It stays attached; check that it is complete and not protected by a password.",
    ),
    "file_kind_refused": (
        "“{name}” is a {format} file, and previewing it could run code hidden in it.",
        "It stays attached; ask about it only if you trust its source.",
    ),
    "file_name_refused": ("The name “{name}” cannot be used for a file.", "Rename the file and attach it again."),
    "file_too_slow": (
        "The preview of “{name}” took longer than {seconds} seconds.",
        "The file stays attached and can be read in code.",
    ),
    "path_refused": ("“{path}” lies outside the workspace.", "Use a file name of this conversation."),
    "notebook_not_writable": ("The notebook “{path}” cannot be written. {reason}", "Choose another folder."),
    # configuration
    "config_unreadable": ("The configuration file {path} has a mistake: {reason}.", "Correct it and start again."),
    "model_not_configured": (
        "No model called “{model}” is configured.",
        "Choose one of: {known}.",
    ),
    "isolation_required": (
        "Isolation is required, but this machine cannot provide it: {reason}.",
        'Install bubblewrap (apt-get install bubblewrap), or set isolation = "auto".',
    ),
    # providers
    "key_rejected": ("{provider} does not accept the API key.", "Check OPENAI_API_KEY or api_key in config.toml."),
    "access_denied": ("{provider} refuses access. {detail}", "Check that the key may use this model."),
    "address_wrong": (
        "{provider} has no chat completions at {base_url}.",
        "Check the base URL; most servers need it to end in /v1.",
    ),
    "not_an_api": (
        "{base_url} answered with something that is not a model's answer ({content_type}).",
        "Check the base URL; a login page or proxy may be in between.",
    ),
    "model_unknown": ("{provider} has no model called “{model}”.", "Check the model's name in Settings."),
    "unreachable": (
        "{base_url} could not be reached. {reason}",
        "Check that the server runs, the address, and your network or proxy.",
    ),
    "timed_out": ("{provider} did not answer in time.", "Press Continue to try again."),
    "rate_limited": ("{provider} limits how often you may ask.", "Wait a moment, then press Continue."),
    "quota_exceeded": (
        "Your account at {provider} has no credit left.",
        "Add credit there, or choose another model.",
    ),
    "overloaded": ("{provider} is overloaded or failing (status {status}).", "Press Continue to try again."),
    "stream_cut": (
        "The answer of {provider} broke off.",
        "Press Continue: it goes on from the last finished cell.",
    ),
    "context_exceeded": (
        "The conversation is longer than this model can read.",
        "Start a new conversation, or choose a model with a larger window.",
    ),
    "content_filtered": ("The content filter of {provider} stopped the answer.", "Put the question differently."),
    "request_refused": ("{provider} refuses the request (status {status}). {detail}", "Check the model's settings."),
    "protocol_refused": (
        "{provider} cannot ask for code in this way ({protocol}).",
        "Set another protocol for this model, or choose another model.",
    ),
    "reply_unreadable": ("{provider} sent an answer that cannot be read.", "Press Continue to try again."),
    # kernel
    "kernel_start_failed": (
        "Python could not be started. {reason}",
        "Restart the kernel; “python -m lci doctor” says more.",
    ),
    "kernel_died": ("Python ended unexpectedly ({cause}).", "Its memory is lost; files are kept. Run the cells again."),
    # The same by cause; what the table above says holds for a cause that is not here.
    "kernel_died.exited": (
        "The code ended Python itself (exit code {exit_code}).",
        "Its memory is lost; files are kept. Run the cells again.",
    ),
    "kernel_died.crashed": (
        "Python crashed in a library's own code (signal {signal}).",
        "Its memory is lost; files are kept. Run the cells again, or do it another way.",
    ),
    "kernel_died.killed": (
        "Python was ended from outside or by its own code (signal {signal}).",
        "Its memory is lost; files are kept. Run the cells again.",
    ),
    "kernel_died.unresponsive": (
        "Python did not react to being stopped and was ended.",
        "Its memory is lost; files are kept. Run the cells again.",
    ),
    "kernel_died.out_of_memory": (
        "This machine ran out of memory and ended Python, which last used {memory_mb} MB.",
        "Use less data at once, or close other programs; then run the cells again. Files are kept.",
    ),
    "kernel_died.memory_limit": (
        "Python used {memory_mb} MB of memory; {limit} MB are allowed. It was ended.",
        "Use less data at once, then run the cells again. Files are kept.",
    ),
    "kernel_died.disk_limit": (
        "The files of this conversation grew to more than {limit} MB. Python was ended.",
        "Delete what is not needed; then run the cells again.",
    ),
    "kernel_died.too_many_processes": (
        "The code started more than {limit} processes. Python was ended with all of them.",
        "Start fewer at once, then run the cells again. Files are kept.",
    ),
    "kernel_died.cpu_limit": (
        "The code used more than {limit} seconds of processor time. Python was ended.",
        "Compute less at once, then run the cells again. Files are kept.",
    ),
    "evaluation_failed": ("The kernel did not answer. {reason}", "Try again when the cell has finished."),
    "too_many_kernels": (
        "{limit} kernels are working already, as many as are allowed.",
        "Wait until one of them has finished, or raise `kernels` in config.toml.",
    ),
    "kernel_idle": (
        "The kernel was closed after {minutes} minutes without use.",
        "Its variables are gone; files are kept. Run the earlier cells again to bring them back.",
    ),
    "kernel_parked": (
        "The kernel was closed to make room for another conversation's.",
        "Its variables are gone; files are kept. Run the earlier cells again to bring them back.",
    ),
    "environment_without_kernel": ("{python} has no ipykernel.", "Run: {command}"),
    # storage
    "conversation_unknown": ("There is no such conversation.", "It may have been deleted; start a new one."),
    "conversation_in_use": (
        "This conversation is open in another server or command.",
        "Close it there, or work in a new conversation.",
    ),
    "store_unwritable": (
        "The data folder {path} cannot be written. {reason}",
        "Free some space or correct its rights.",
    ),
    # the loop
    "cells_limit": ("Paused after {cells} cells.", "Continue, give a hint, or leave it here."),
    "repeating_answer": (
        "The model began to repeat itself without end and was stopped.",
        "Give a hint, continue, or choose another model.",
    ),
    "failures_limit": ("Paused after {failures} failed attempts in a row.", "Give a hint, or continue."),
    "crashed": (
        "The app made a mistake of its own.",
        "Your work is kept; press Continue. The log folder has the details.",
    ),
}

#: Code of something odd about a file → sentence.
WARNINGS: dict[str, str] = {
    "wrong_extension": "The name ends in {ending}, but the content is {content}.",
    "no_preview": "No preview for this kind of file; code can still read it.",
    "text_shortened": "Only the beginning is shown.",
    "long_line": "It is one very long line.",
    "mixed_encoding": "{lines} lines do not fit the encoding {encoding}.",
    "nul_bytes": "It contains {count} NUL bytes.",
    "header_only": "It has a header but no rows.",
    "no_header": "It seems to have no header row; columns are numbered.",
    "title_rows_above_header": "{rows} rows stand above the header.",
    "duplicate_columns": "Column names occur twice: {names}.",
    "ragged_rows": "{rows} rows have another number of cells; the first is row {first_row}.",
    "extra_cells_dropped": "{rows} rows are longer than the header; their extra cells are left out.",
    "unclosed_quote": "A quotation mark is never closed.",
    "decimal_comma": "Decimal commas in: {names}.",
    "thousands_separator": "Thousands separators in: {names}.",
    "leading_zeros": "Leading zeros in: {names}. Read as text to keep them.",
    "many_columns": "It has {columns} columns; not all are shown.",
    "estimated_rows": "The number of rows is an estimate.",
    "rows_not_counted": "The rows were not counted.",
    "tables_left_out": "{shown} of {tables} tables are shown.",
    "members_left_out": "{shown} of {members} entries are shown.",
    "empty_sheets": "Empty sheets: {names}.",
    "values_shortened": "Long values are cut after {characters} characters.",
}

WORDS = Words(
    app="Local Code Interpreter",
    # the first minute
    promise="Ask your data anything.",
    promise_detail="Drop in a file, ask in plain words. Python runs here, on your machine, in {kernel}.",
    kernel_places={
        "bubblewrap": "an isolated kernel",
        "landlock": "a partly isolated kernel",
        "rlimits": "a kernel that asks before each cell",
        "none": "a kernel that asks before each cell",
    },
    analyst_notice=(
        "**Built-in analyst:** rule-based, works offline, not an AI model. {connect} for free-form questions."
    ),
    connect_model="Connect a model",
    try_sample="Try it with a sample",
    or_question="Or start from a question",
    samples={"penguins": "Penguins", "co2": "CO₂ at Mauna Loa"},
    # the sidebar
    new_conversation="New conversation",
    days={"today": "Today", "yesterday": "Yesterday", "week": "Last week", "earlier": "Earlier"},
    model="Model",
    offline="offline",
    on_this_machine="this machine",
    chat="Chat",
    data="Data",
    notebook="Notebook",
    conversations="Conversations",
    settings="Settings",
    kernel="Kernel",
    kernel_status={
        "absent": "Kernel starts when needed",
        "starting": "Kernel starting",
        "ready": "Kernel ready",
        "busy": "Kernel busy",
        "dead": "Kernel ended",
        "stopped": "Kernel stopped",
    },
    isolation={
        "bubblewrap": "Isolated: files, network, processes",
        "landlock": "Partly isolated: files",
        "rlimits": "Not isolated: each cell asks first",
        "none": "Not isolated: each cell asks first",
    },
    restart_kernel="Restart kernel",
    interrupt_kernel="Interrupt cell",
    context="Context {used} of {window}",
    # the composer
    ask="Ask about your data, or drop files here",
    ask_next="Ask what comes next",
    stop="Stop",
    queued="Queued: {prompt}",
    take_back="Take back",
    variables_gone="Variables of earlier cells are gone.",
    replay="Run those cells again",
    start_clean="Start clean",
    replaying="Running earlier cells again: {done} of {of}",
    stale="{cells} used values that have been made anew since.",
    run_stale="Run again what is affected",
    out_of_date="out of date",
    overtime="Running for {time}. Wait for it?",
    wait_longer="Keep waiting",
    # turns
    thinking="Thinking…",
    thoughts="Thoughts",
    running_code="Running Python",
    fixed="Fixed after {attempts}",
    attempts={"one": "1 attempt", "many": "{count} attempts"},
    cell_status={
        "writing": "Writing Python",
        "waiting": "Waiting for you",
        "running": "Running Python",
        "ok": "Ran Python",
        "error": "Failed",
        "interrupted": "Stopped",
        "timeout": "Stopped after the time limit",
        "died": "Python ended",
        "rejected": "Not run",
        "dropped": "Not run",
    },
    output_omitted="{count} characters left out here.",
    full_output="Full output",
    errors_and_warnings="Errors and warnings",
    code="Code",
    figure=("figure", "figures"),
    table=("table", "tables"),
    cell=("cell", "cells"),
    row=("row", "rows"),
    column=("column", "columns"),
    token=("token", "tokens"),
    turn=("question", "questions"),
    tokens_estimated="about ",
    go_on="Continue",
    regenerate="Regenerate",
    edit_resend="Edit & resend",
    resend="Resend",
    copy="Copy",
    not_rolled_back="Variables stay as they are; they are not rolled back.",
    branches="Version {at} of {count}",
    edit_run="Edit & run",
    run="Run",
    reject="Reject",
    reject_reason="Why not? (the model reads it)",
    approval_title="Run this code?",
    approval_reasons={
        "no_isolation": "No isolation here: it runs with your own rights",
        "always_ask": "You asked to be asked",
        "deletes_files": "May delete files",
        "overwrites_files": "May overwrite files",
        "starts_programs": "Starts other programs",
        "installs_packages": "Installs packages",
        "network": "Uses the network",
    },
    endings={
        "stopped": "Stopped by you.",
        "cut": "The answer reached its length limit.",
        "empty": "The model gave no answer.",
        "lost": "The app was closed during this answer. Everything up to then is kept.",
        "crashed": "The app made a mistake of its own. Your work is kept.",
        "limit": "Paused.",
        "failed": "The answer could not be finished.",
    },
    retrying="{what} Trying again in {seconds} s (attempt {attempt}).",
    earlier="Show earlier turns ({count})",
    missing_file="“{name}” was mentioned but is not there.",
    files_made="Files",
    notices={
        "memory_empty": "The kernel is new: variables of earlier cells are gone. Files are still there.",
        "replayed": "Ran {cells} of {of} earlier cells again, then stopped: {error}",
        "missing_glyphs": "Some characters of a figure have no font on this machine and show as boxes. On Debian: "
        "apt-get install fonts-wqy-zenhei (Chinese, Japanese, Korean) or fonts-symbola (symbols); restart the kernel.",
        "memory_high": "Memory is nearly full: {used_mb} of {limit_mb} MB.",
        "memory_high_saved": "Memory is nearly full: {used_mb} of {limit_mb} MB. Large tables were saved: {saved}.",
        "replayed_all": "Ran all {cells} earlier cells again; their variables are back.",
    },
    # the side panel
    variables="Variables",
    figures="Figures",
    files="Files",
    data_empty="Attach a file and its rows, columns and types appear here.",
    variables_empty="Variables appear here once code has run.",
    variables_live="Refreshed while the cell runs.",
    variable_rows="Rows of",
    variable_no_rows="Its rows cannot be shown right now.",
    rows_shown="{first}–{last} of {total}",
    page_back="Earlier rows",
    page_on="Later rows",
    sort_by="Sort by",
    unsorted="Not sorted",
    figures_empty="Figures appear here as soon as code draws one.",
    files_empty="Files you attach and files that code writes appear here.",
    notebook_empty="The conversation becomes a notebook as soon as code has run.",
    upload="Attach files",
    upload_hint="CSV, Excel, Parquet, JSON, SQLite, images… up to 1 GB each.",
    local_path="Larger files: path on this machine",
    local_path_hint="Copied on this machine; nothing is uploaded",
    attach="Attach",
    copying="Copying {name}…",
    reading="Reading the file…",
    columns="Columns",
    columns_partial="Columns, from the first {rows} rows",
    column_heads=("column", "type", "missing", "values", "distribution"),
    encoding="Encoding",
    delimiter="Delimiter",
    delimiters={",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"},
    correct_reading="Read differently",
    detected="Detected",
    ask_about="Ask about this",
    ask_about_prompt="Give me an overview of {name}",
    full_table="Full table",
    profile="Profile",
    profile_ask="Count every row",
    profile_of="Every row counted: {rows}",
    profile_heads=("column", "type", "missing %", "distinct (about)", "min", "median", "mean", "max"),
    profiling="Counting every row…",
    profile_failed="The profile could not be made.",
    variable_heads=("name", "type", "shape", "memory", "value"),
    download="Download",
    download_png="PNG",
    download_notebook="Download notebook",
    clean_notebook="Without failed attempts",
    remove="Remove",
    removed="Removed {name}.",
    undo="Undo",
    rows_estimated="about ",
    # conversations
    untitled="New conversation",
    search="Search",
    rename="Rename",
    delete="Delete",
    deleted="Deleted “{title}”.",
    no_conversations="Conversations appear here once you have asked something.",
    open_conversation="Open",
    # settings
    models="Models",
    models_where="Add or change models in {path}, or by OPENAI_API_KEY, OPENAI_BASE_URL and LCI_MODEL; then restart.",
    in_use_here="in use here",
    rule_based="Rule-based, not an AI model; works offline",
    key_set="key set",
    key_missing="no key",
    window="reads {tokens} tokens",
    running_your_code="Running code",
    approval="Before code runs",
    approvals={
        "auto": ("Run automatically", "Everything runs at once."),
        "risky": ("Ask when risky", "Deleting or overwriting files, installing, other programs, the network."),
        "always": ("Always ask", "Each cell waits for your Run."),
    },
    approval_scope="For this conversation.",
    approval_forced="Each cell asks first, because nothing isolates it on this machine.",
    kernel_facts={
        "isolation": "Isolation",
        "python": "Python",
        "limits": "Limits",
        "pauses": "Pauses",
        "idle": "Idle kernels",
    },
    network="Network for this conversation's code",
    network_help="A change means a new kernel: variables are lost, and earlier cells can be run again.",
    network_off="Off: code cannot reach the internet, nor services on this machine.",
    network_on=(
        "On: code can reach the internet and every service on this machine and its network, and send there what "
        "it reads."
    ),
    network_open="Open: nothing here keeps code from the network.",
    environment="Python for this conversation's code",
    environment_help="A change means a new kernel: variables are lost, and earlier cells can be run again.",
    environment_reduced="Its ipykernel is {version}, older than the one this app is made for: details may differ.",
    own_environment="The app's own",
    isolation_means={
        "bubblewrap": "Code sees its own folder and Python, nothing else of this machine, and no other program.",
        "landlock": "Code reads and writes only its own folder and Python. It can see that other programs run.",
        "rlimits": "Code has your own rights; only its use of memory, disk and processes is limited.",
        "none": "Code has your own rights.",
    },
    levels={
        "bubblewrap": "bubblewrap",
        "landlock": "Landlock",
        "rlimits": "Limits of processes",
        "none": "No isolation",
    },
    level_refused="{level} is not in use: {reason}",
    limits="{memory} of memory, {workspace} of files, {processes} processes for each conversation",
    pauses=(
        "After {cells} cells, or {failures} failed attempts in a row; you are asked about a cell that runs longer than "
        "{seconds} s"
    ),
    idle="Closed after {minutes} min without use; {kernels} at most at once",
    privacy="Privacy",
    privacy_builtin="The built-in analyst works inside the app: nothing leaves this machine.",
    privacy_local=(
        "A server on this machine ({address}) gets your questions, the code and its outputs (shortened), and of each "
        "attached file its name, size, columns and a few sample rows. Files themselves are never sent. What that "
        "server does with them is up to it."
    ),
    privacy_remote=(
        "{provider} gets your questions, the code and its outputs (shortened), and of each attached file its name, "
        "size, columns and a few sample rows. Files themselves are never sent."
    ),
    about="About",
    about_facts={"versions": "Versions", "folder": "Data folder", "logs": "Log folder", "check": "Health check"},
    # what can go wrong
    slow="That takes longer than expected; it goes on in the background.",
)
