"""The few sentences a notebook holds besides what was said and computed; a caller may pass them in another language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_ENDINGS = {
    "stopped": "The turn was stopped here.",
    "limit": "The turn ended at its limit of cells or failures.",
    "cut": "The answer was cut at its length limit.",
    "empty": "The model gave no answer.",
    "failed": "The turn ended early because the model or the kernel failed.",
    "crashed": "The turn ended early because of an internal error.",
    "lost": "The turn was cut off when the app stopped.",
}

_NOT_RUN = {
    "interrupted": "This cell was interrupted; it does not run here.",
    "timeout": "This cell was stopped at the time limit; it does not run here.",
    "died": "The kernel died in this cell; it does not run here.",
    "running": "This cell had not finished when the notebook was written; it does not run here.",
    "rejected": "This cell was declined; it never ran.",
}

_SETTINGS = {
    "exit": "exit(), quit() and sys.exit() end their cell; the kernel keeps running.",
    "streams": "Code may set how text is encoded, and wrap the bytes of a stream: its text appears below the cell.",
    "once": "A figure that a cell displays itself is not shown again for being open.",
    "backend": "Figures appear below their cell, whichever backend of matplotlib the code names.",
    "fonts": "Figures have a font for Chinese, Japanese and Korean, where one is installed.",
    "altair_rows": "Charts of Altair may have more than 5,000 rows.",
    "plotly": "Figures of Plotly appear below their cell, whichever renderer the code names.",
    "pictures": "Pictures of Pillow that are shown appear below their cell: there is no other window.",
    "bokeh": "Figures of Bokeh appear below their cell, with their scripts in them.",
    "bars": "Bars of tqdm are text: those of widgets need ipywidgets.",
}

_CAUSES = {
    "random": "random numbers without a seed",
    "input": "a changed input: {detail}",
    "package": "a missing package: {detail}",
    "clock": "the time of day",
    "order": "the order of a set, which differs from run to run",
    "fails": "it fails: {detail}",
    "path": "a path that is not on this machine: {detail}",
    "network": "the network, which it does not reach: {detail}",
    "file": "a missing file: {detail}",
    "earlier": "an earlier cell that failed: {detail}",
    "stopped": "the run ended before it",
    "memory_limit": "more memory than the kernel may use: {detail}",
    "disk_limit": "more disk than the kernel may use: {detail}",
    "too_many_processes": "more processes than the kernel may start: {detail}",
    "cpu_limit": "more processor time than a cell may use: {detail} s",
    "widget": "a widget, whose inside is not compared",
    "beside": "threads, tasks or processes that go on beside the cells",
    "unknown": "no cause was found",
}

_PARTS = {"text": "text", "error": "error", "pictures": "pictures"}

_RELATIONS = {
    "difference": "the difference of {operands}",
    "share": "the share of {operands}",
    "total": "the total of {operands}",
    "times": "the multiple of {operands}",
    "quotient": "the quotient of {operands}",
    "change": "the change of {operands}",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences as plain text; `endings` has no entry for an ending that needs no remark.

    `settings` has one line for each setting of the first code cell, which become comments there.
    `left_out` and `missing` are format strings with one field, `characters` and `content`;
    `not_isolated`, `progress`, `reproduced`, `differs` and `causes` are such that say how a notebook was verified. From
    `numbers` on they stand in the other forms of a notebook.
    """

    attached: str = "Attached:"
    more: str = "and {count:,} more"
    in_place: str = "read in place from"
    in_place_note: str = (
        "Files read in place are not beside this notebook: to run it again, put them, or links to them, there."
    )
    untitled: str = "Conversation"
    left_out: str = "[… {characters:,} characters left out …]"
    missing: str = "[{content} is no longer stored]"
    settings_note: str = "Settings that were in force here, so that these cells give what they gave here."
    shown_from_file: str = "The figure was saved, not shown: here it is, from its file."
    not_isolated: str = "Not isolated: its code can read and change what you can. Install bubblewrap, or stop it now."
    progress: str = "Cell {done} of {cells}"
    reproduced: str = "{reproduced}/{cells} cells reproduce."
    differs: str = "Cell {number} ({parts}): {cause}."
    no_part: str = "not run"
    digests_replaced: str = "The digests noted before of these inputs differ; they are kept as `replaced`: {names}."
    numbers: str = "Where the numbers come from"
    from_output: str = "in an output: {line}"
    from_file: str = "in {file}: {line}"
    possibly: str = "may be any of these: {lines}"
    nowhere: str = "in no output"
    relations: Mapping[str, str] = field(default_factory=lambda: _RELATIONS)
    code_of: str = "Code of cell {number}"
    warnings: str = "What was printed beside it"
    drawn_elsewhere: str = "{title}: an interactive chart. It is drawn in the notebook."
    chart: str = "Chart"
    text_left_out: str = "{characters:,} more characters are in the notebook."
    fails_here: str = "This cell failed in the conversation, too: the run goes on."
    exits_here: str = "This ends the cell, not the run."
    figures_open: str = "Figures of Plotly open in a browser; where there is none, their pages are named."
    made_by: str = "Made with Local Code Interpreter {version}."
    causes: Mapping[str, str] = field(default_factory=lambda: _CAUSES)
    parts: Mapping[str, str] = field(default_factory=lambda: _PARTS)
    settings: Mapping[str, str] = field(default_factory=lambda: _SETTINGS)
    endings: Mapping[str, str] = field(default_factory=lambda: _ENDINGS)
    not_run: Mapping[str, str] = field(default_factory=lambda: _NOT_RUN)


ENGLISH = Words()


def words_in(language: str) -> Words:
    """The sentences of that language; English where there are none in it."""
    from lci.notebook.chinese import CHINESE
    from lci.notebook.japanese import JAPANESE

    return {"ja": JAPANESE, "zh": CHINESE}.get(language, ENGLISH)
