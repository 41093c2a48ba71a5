"""Errors and oddities in sentences."""

from __future__ import annotations

UNKNOWN_PROBLEM = ("Something went wrong ({code}).", "Try again; the log folder has the details.")

#: Code of an error → what happened, what to do.
PROBLEMS: dict[str, tuple[str, str]] = {
    # files and paths
    "file_missing": ("There is no file “{name}”.", "Check the name, or attach the file again."),
    "file_not_regular": ("“{name}” is not an ordinary file.", "Attach a file or a folder, not a device or a link."),
    "file_empty": ("“{name}” is empty.", "Check that it was saved completely; it stays attached."),
    "file_undecodable": ("The text encoding of “{name}” could not be found.", "Choose the encoding by hand below."),
    "file_unreadable": (
        "“{name}” cannot be read as {format}: its content is damaged, or not what its name says.",
        "It stays attached; check that it is complete and opens in another program.",
    ),
    "file_unreadable.password": (
        "“{name}” is protected by a password.",
        "It stays attached; save it without one and attach it again.",
    ),
    "file_unreadable.no table": (
        "“{name}” holds no table.",
        "It stays attached; ask about it in the chat.",
    ),
    "file_unreadable.crashed": (
        "Reading “{name}” took more memory than there is for it, or its content broke the reader.",
        "It stays attached; code in the chat can read it in parts.",
    ),
    "file_unreadable.too many pixels": (
        "“{name}” has more pixels than can be shown safely.",
        "It stays attached; save it smaller.",
    ),
    "file_unreadable.its content is too large": (
        "What “{name}” holds is too large to be taken out for a look.",
        "It stays attached; code in the chat can read it in parts.",
    ),
    "file_unreadable.cut notebook": (
        "“{name}” cannot be read as a notebook: it ends too early, or is not JSON.",
        "Save or export it again, completely.",
    ),
    "file_unreadable.other language": (
        "“{name}” is a notebook of a language other than Python.",
        "Run it in Jupyter with the kernel of its language.",
    ),
    "file_unreadable.no notebook": (
        "“{name}” is not a Jupyter notebook.",
        "Name a file that ends in .ipynb and opens in Jupyter.",
    ),
    "file_unreadable.newer notebook": (
        "“{name}” is a notebook of a format after 4.",
        "Save it in format 4, as Jupyter does today.",
    ),
    "file_unreadable.odd notebook": (
        "“{name}” cannot be read as a notebook: one of its cells holds what no cell can.",
        "Open it in Jupyter and save it again, or leave that cell out.",
    ),
    "file_unreadable.deep notebook": (
        "“{name}” cannot be read as a notebook: values in it lie too deep within one another.",
        "Clear the outputs of its cells and save it again.",
    ),
    "file_unreadable.large notebook": (
        "“{name}” is larger than 200 MB, too large for a conversation.",
        "Clear the outputs of its largest cells and save it again.",
    ),
    "file_unreadable.many outputs": (
        "“{name}” cannot be taken in: one of its cells has more than 2,000 outputs beside its text.",
        "Clear the outputs of that cell and save it again.",
    ),
    "file_unreadable.no such member": (
        "“{name}” holds no file of that name.",
        "Choose one of those that are listed.",
    ),
    "bundle_refused": (
        "“{name}” was not taken in: something in it is not as it should be.",
        "Nothing of it was kept. Have it made anew where the conversation is.",
    ),
    "bundle_refused.no_bundle": (
        "“{name}” is neither a conversation that was downloaded here nor a notebook.",
        "Choose the .zip that “Download” on the Conversations page gave, or an .ipynb file.",
    ),
    "bundle_refused.newer": (
        "“{name}” was made by a later version of this app.",
        "Nothing of it was kept. Update the app, then take it in.",
    ),
    "bundle_refused.cut": (
        "“{name}” is damaged: it ends too early, or part of it cannot be read.",
        "Nothing of it was kept. Copy or download it again.",
    ),
    "bundle_refused.too_large": (
        "“{name}” holds more than can be taken in at once.",
        "Nothing of it was kept.",
    ),
    "bundle_refused.path": (
        "“{name}” holds a file whose name leads out of its folder.",
        "Nothing of it was kept; it may have been made to do harm.",
    ),
    "bundle_refused.checksum": (
        "What “{name}” holds is not what its checksums say: it was changed or damaged.",
        "Nothing of it was kept. Copy or download it again.",
    ),
    "file_kind_refused": (
        "“{name}” is a {format} file, and previewing it could run code hidden in it.",
        "It stays attached; ask about it only if you trust its source.",
    ),
    "folder_empty": (
        "The folder “{name}” holds no files that can be attached.",
        "Hidden files, links and devices are left out; choose the folder that holds the data.",
    ),
    "folder_too_large": (
        "The folder “{name}” holds more than {files} files, or more than {gigabytes} GB to copy.",
        "Attach some of its sub-folders, or what it holds as one archive.",
    ),
    "in_place_refused": (
        "“{name}” cannot be used in place: at the isolation level “{level}” code could change the original.",
        "Attach it as a copy.",
    ),
    "in_place_too_many": (
        "More than {files} files of a conversation cannot be used in place.",
        "Attach some of the folder's sub-folders, or copy it.",
    ),
    "file_name_refused": ("The name “{name}” cannot be used for a file.", "Rename the file and attach it again."),
    "file_too_slow": (
        "The preview of “{name}” took longer than {seconds:second|seconds}.",
        "The file stays attached and can be read in code.",
    ),
    "file_changing": (
        "“{name}” changes while all of its rows are read.",
        "Wait until the code that writes to it has ended, and try again.",
    ),
    # queries
    "query_refused": ("This query could not be carried out.", "Change it, or reset to the whole table."),
    "query_refused.empty": ("There is no query.", "Write one that selects rows, such as FROM and the name of a table."),
    "query_refused.several": ("Only one query can run at a time.", "Leave one of them in the box."),
    "query_refused.statement": (
        "Only queries that read rows run here; {about} is none.",
        "Begin with SELECT, FROM or WITH.",
    ),
    "query_refused.syntax": ("The SQL cannot be read at “{about}”.", "Look at what stands there and just before it."),
    "query_refused.unreadable": ("The SQL cannot be read.", "Look for a quote or a bracket that is not closed."),
    "query_refused.table": ("There is no table called “{about}”.", "The tables are listed below the box."),
    "query_refused.column": (
        "There is no column called “{about}”.",
        "The columns are listed below the box; one with spaces needs double quotes.",
    ),
    "query_refused.ambiguous": (
        "More than one table has a column “{about}”.",
        "Put the name of the table and a dot before it.",
    ),
    "query_refused.grouping": (
        "The column “{about}” has several values in a group.",
        "Group by it too, or take its sum, mean or any_value.",
    ),
    "query_refused.function": ("There is no function called “{about}”.", "Look at how it is written."),
    "query_refused.conversion": (
        "A value is not of the kind that the query takes it for.",
        "Convert with TRY_CAST, which makes a missing value of it.",
    ),
    "query_refused.permission": (
        "A query reads the tables of this conversation and nothing else.",
        "Attach the file, and it is a table like the others.",
    ),
    "query_refused.memory": (
        "The query needs more memory than it may use.",
        "Select fewer columns, or filter before you join or sort.",
    ),
    "query_refused.crashed": (
        "The query needed more than it may use and was ended.",
        "Select fewer columns, or filter before you join or sort.",
    ),
    "query_refused.time": (
        "The query took longer than {about:second|seconds}.",
        "Filter more, or ask for fewer columns.",
    ),
    "query_refused.stopped": ("You stopped it.", "Nothing is lost; try again when you want to."),
    "path_refused": ("“{path}” lies outside the workspace.", "Use a file name of this conversation."),
    "notebook_not_writable": ("The notebook “{path}” cannot be written. {reason}", "Choose another folder."),
    "export_failed": (
        "The notebook could not be made into a file of the form {form}.",
        "Download the notebook itself, or another form of it.",
    ),
    "export_failed.package": (
        "Word documents are written by the package python-docx, which is not installed.",
        "Install it with `pip install python-docx`, or choose another form.",
    ),
    "export_failed.browser": (
        "A PDF is printed by a browser, and none is installed here.",
        "Install Chromium, Chrome or Edge, or download the HTML report and print it.",
    ),
    "export_failed.printing": (
        "The browser did not print the page.",
        "Download the HTML report and print it.",
    ),
    "chart_undrawn": (
        "The chart could not be drawn as a picture.",
        "Download it as JSON, or have the code draw fewer points, or a smaller chart.",
    ),
    # configuration
    "config_unreadable": ("The configuration file {path} has a mistake: {reason}.", "Correct it and start again."),
    "variable_refused": (
        "The environment variable {variable} cannot be used: {reason}.",
        "Correct or unset it and start again.",
    ),
    "model_not_configured": (
        "No model called “{model}” is configured.",
        "Choose one of: {known}.",
    ),
    "isolation_required": (
        "Isolation is required, but this machine cannot provide it: {reason}.",
        'Install bubblewrap (apt-get install bubblewrap), or set isolation = "auto".',
    ),
    # providers
    "key_rejected": (
        "{provider} does not accept the API key.",
        "Check it where it was entered: on the Settings page, in OPENAI_API_KEY, or as api_key in config.toml.",
    ),
    "access_denied": ("{provider} refuses access. {detail}", "Check that the key may use this model."),
    "address_wrong": (
        "{provider} has no chat completions at {base_url}.",
        "Check the base URL; most servers need it to end in /v1.",
    ),
    "address_wrong.api_version": (
        "{provider} has no such deployment or API version at {base_url}.",
        "Check the resource's address, the deployment's name and api_version.",
    ),
    "not_an_api": (
        "{base_url} answered with something that is not a model's answer ({content_type}).",
        "Check the base URL; a login page or proxy may be in between.",
    ),
    "redirect_refused": (
        "{provider} at {base_url} sends requests on to {host}; nothing was sent there.",
        "If you trust that address, put it into Settings.",
    ),
    "answer_endless": (
        "The answer of {provider} did not end; it was cut off after {characters} characters.",
        "Press Continue, or choose another model.",
    ),
    "rate_limited.wait": (
        "{provider} limits how often you may ask, and asks to wait {wait}.",
        "Press Continue then, or choose another model.",
    ),
    "overloaded.wait": (
        "{provider} is overloaded or failing (status {status}), and asks to wait {wait}.",
        "Press Continue then, or choose another model.",
    ),
    "model_unknown": ("{provider} has no model called “{model}”.", "Check the model's name in Settings."),
    "unreachable": (
        "{base_url} could not be reached ({reason}).",
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
    "window_too_small": (
        "This model's window of {window_tokens} tokens is too small: the question alone needs about {needed_tokens}.",
        "Choose a model with a larger window, or ask without so many files.",
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
    "kernel_server_unknown": (
        "There is no Jupyter Server {server} in the settings.",
        "Add it to config.toml as [[kernels]], or choose another place for the code.",
    ),
    "kernel_server_failed": (
        "The Jupyter Server {server} at {host} refused ({status}).",
        "See that server's log, or choose another place for the code.",
    ),
    "kernel_server_failed.not_isolated": (
        "Isolation is required, and nobody vouches for the walls of the Jupyter Server {server} at {host}.",
        "Set isolated = true for it in config.toml if it has some, or choose another place for the code.",
    ),
    "kernel_server_failed.unreachable": (
        "The Jupyter Server {server} cannot be reached at {host}.",
        "Start it or correct its address in config.toml, then try again.",
    ),
    "kernel_server_failed.timeout": (
        "The Jupyter Server {server} at {host} does not answer in time.",
        "Look whether it is well, then try again.",
    ),
    "kernel_server_failed.token": (
        "The Jupyter Server {server} at {host} does not accept the token ({status}).",
        "Correct its token in config.toml, the keyring or its variable.",
    ),
    "kernel_server_failed.no_jupyter": (
        "What answers at {host} is no Jupyter Server, or a login page in front of one.",
        "Correct the address of {server} in config.toml: it ends before /api, and a hub's with /user/NAME.",
    ),
    "kernel_server_failed.missing": (
        "The Jupyter Server {server} at {host} does not know what was asked for.",
        "Correct its address in config.toml; the kernel may have ended there: run the cells again.",
    ),
    "kernel_server_failed.endless": (
        "The Jupyter Server {server} at {host} gave an answer that is far too long.",
        "Look whether that is the right address.",
    ),
    "kernel_died.ended_elsewhere": (
        "Python ended on its server, which does not say why.",
        "Its memory is lost; files are kept. Run the cells again.",
    ),
    "kernel_died.server_lost": (
        "The connection to the kernel's server was lost and could not be made again.",
        "Its memory may be lost; files here are kept. Look whether the server is well, then run the cells again.",
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
        "The code used more than {limit:second|seconds} of processor time. Python was ended.",
        "Compute less at once, then run the cells again. Files are kept.",
    ),
    "table_not_written": (
        "“{name}” was not written as {form}.",
        "Run the cell that makes it once more, and try again.",
    ),
    "table_not_written.gone": (
        "“{name}” is not in memory, or the kernel does not answer.",
        "Run the cell that makes it once more, and try again.",
    ),
    "table_not_written.refused": (
        "“{name}” holds values, or labels, that {form} cannot hold.",
        "Take CSV, which holds any value as text.",
    ),
    "table_not_written.missing": (
        "What writes {form} is not installed in this kernel.",
        "Take CSV, or install pyarrow.",
    ),
    "table_not_written.size": (
        "“{name}” would be a file of more than 4 GB.",
        "Have it written to the workspace in parts.",
    ),
    "evaluation_failed": ("The kernel did not answer. {reason}", "Try again when the cell has finished."),
    "budget_reached": (
        "About ${spent} of this conversation's budget of ${budget} is spent, and one more request could exceed it.",
        "Raise `budget_usd` in config.toml, or go on with another model.",
    ),
    "too_many_kernels": (
        "{limit:kernel is|kernels are} working already: no more may.",
        "Wait until one of them has finished, or raise `kernels_at_once` in config.toml.",
    ),
    "argument_unusable": ("{argument} “{given}” has not the form {form}.", "Give it as {form}."),
    "recipe_input_unknown": (
        "The notebook uses no file “{name}” beside it.",
        "Give the name as it stands in its code; it uses: {names}.",
    ),
    "verification_failed": (
        "The check of the notebook was ended before it was done.",
        "Nothing of it is left behind; start it again.",
    ),
    "verification_failed.files": (
        "The files of this conversation are more than are copied for a check: 10,000 files, or 5 GB.",
        "Download the notebook and run `lci verify` beside them.",
    ),
    "verification_failed.output": (
        "The notebook puts out more than can be held to be compared.",
        "Have the cell that prints so much print less, and verify again.",
    ),
    "kernel_idle": (
        "The kernel was closed after {minutes:minute|minutes} without use.",
        "Its variables are gone; files are kept. Run the earlier cells again to bring them back.",
    ),
    "kernel_parked": (
        "The kernel was closed to make room for another conversation's.",
        "Its variables are gone; files are kept. Run the earlier cells again to bring them back.",
    ),
    "environment_without_kernel": ("{python} has no ipykernel.", "Run: {command}"),
    # storage
    "nothing_asked": ("Nothing was asked in this conversation yet.", "Ask something first."),
    "conversation_unknown": ("There is no such conversation.", "It may have been deleted; start a new one."),
    "conversation_in_use": (
        "This conversation is open in another server or command.",
        "Close it there, or work in a new conversation.",
    ),
    "conversation_damaged": (
        "The record of this conversation is damaged: it cannot be read beyond entry {entries}.",
        "The others are not affected. `python -m lci doctor` says how what can be read is copied.",
    ),
    "store_unwritable": (
        "The data folder {path} cannot be written. {reason}",
        "Free some space or correct its rights.",
    ),
    # the loop
    "cells_limit": ("Paused after {cells:cell|cells}.", "Continue, give a hint, or leave it here."),
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
    "mixed_encoding": "{lines:line does|lines do} not fit the encoding {encoding}.",
    "nul_bytes": "It contains {count:NUL byte|NUL bytes}.",
    "header_only": "It has a header but no rows.",
    "no_header": "It seems to have no header row; columns are numbered.",
    "title_rows_above_header": "Lines above the header: {rows}.",
    "duplicate_columns": "Column names occur twice: {names}.",
    "ragged_rows": "{rows:row has|rows have} another number of cells; the first is row {first_row}.",
    "columns_added": "{rows:row is|rows are} longer than the header; "
    "{added:further column got a name of its own|further columns got names of their own}.",
    "fixed_width": "Columns stand at the same places in each line ({columns} of them).",
    "index_levels": "pandas makes these columns the index of the table: {names}.",
    "reader_missing": "Install {package} to see such files: pip install {package}",
    "pages": "Of {pages} pages, the text is that of the first {shown}.",
    "no_text_in_pages": "These pages are pictures; there is no text in them.",
    "hidden_sheets": "Hidden sheets: {names}.",
    "sheets_read_plainly": "Codes, dates and words for missing values were not looked for in these sheets: {names}.",
    "formulas_without_results": "{cells:formula has|formulas have} no stored result: open the file in its program and "
    "save it.",
    "comment_lines": "Lines that begin with {mark} are comments and were passed over.",
    "two_row_header": "Two rows name the columns; each name is made of both.",
    "units_below_header": "The row below the header holds units ({units}) and is no row of data.",
    "several_tables": "This file holds {tables} tables, one below the other. Below the first: {names}.",
    "notes_below_table": "Remarks below the table are left out, lines: {lines}. “{first}”",
    "types_of_first_rows": "The types are those of the first {rows:row|rows}.",
    "values_of_first_rows": "Ranges and distinct values are those of the first {rows:row|rows}.",
    "digits_lost": "Long numbers with gaps between them lose their last digits when read: {names}.",
    "mixed_types": "Columns of numbers and texts, read as text: {names}.",
    "numbers_rewritten": "Numbers that may be names, such as versions or codes: {names}. 1.10 becomes 1.1.",
    "ambiguous_dates": "Day and month could be the other way round in {names}; they are read {order}.",
    "missing_words": "Words in {names} are read as missing values: {words}.",
    "words_kept": "{words} in {names} is kept as a value: it stands among values of its kind.",
    "unclosed_quote": "A quotation mark is never closed.",
    "decimal_comma": "Decimal commas in: {names}.",
    "thousands_separator": "Thousands separators in: {names}.",
    "types_of_another_pandas": "Types as the kernel’s pandas {pandas} returns them.",
    "call_fails_there": "The call that reads it fails in the kernel’s Python ({error}; pandas there: {pandas}).",
    "folder_read_apart": "Read as one, {folder} is another table or none in the kernel’s Python: read its files.",
    "kinds_refused": "Not every value can be read as you say, so it is read as detected: {names}.",
    "leading_zeros": "Kept as text, for reading them as numbers would change them: {names}.",
    "many_columns": "It has {columns} columns; not all are shown.",
    "estimated_rows": "The number of rows is an estimate.",
    "rows_not_counted": "The rows were not counted.",
    "tables_left_out": "{shown} of {tables} tables are shown. The others: {names}.",
    "members_left_out": "{shown} of {members:entry is|entries are} shown.",
    "empty_sheets": "Empty sheets: {names}.",
    "nested_elements": "What is within these elements is in no column: {names}.",
    "element_attributes": "These attributes are in no column: {names}.",
    "repeated_names": "Where a record has one of these more than once, only one is read: {names}.",
    "loose_text": "Text between or outside the elements that are columns is in none of them; it stands in: {names}.",
    "values_shortened": "Long values are cut after {characters} characters.",
}

#: Something odd about sheets of a workbook other than the first.
WARNING_OF_SHEETS = "{sheets}: {sentence}"
