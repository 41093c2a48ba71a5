"""The notebook's checking and the forms it is downloaded in."""

from __future__ import annotations

from lci.wording.export_words import ExportWords

EXPORTS = ExportWords(
    verify="Verify in a clean kernel",
    verify_help="Every cell runs again in a new kernel beside a copy of your files, and what comes out is compared.",
    verify_isolated="The new kernel has no network and sees no other files.",
    verify_open="Not isolated here: the cells can read and change what you can. Install bubblewrap for walls.",
    verify_elsewhere="The new kernel runs in the app's own Python, not in that of this conversation.",
    verify_copying="Copying the files…",
    verify_cell="Cell {cell} of {cells}",
    cancel="Cancel",
    reproduce="{reproduced}/{cells} cells reproduce",
    output_differs=("output differs", "outputs differ"),
    ran_isolated="They ran isolated: no network, no other files.",
    ran_open="They ran without isolation.",
    noted="The notebook that you download says so, with the digests of its inputs and the versions in use.",
    stale="Cells or files have changed since. Verify again.",
    rerun="Run again on another file",
    rerun_help="The cells run without a model, on a file of the same shape: compared first, so that a renamed column, "
    "another type or another decimal sign stops it before a number is wrong. This conversation stays as it is.",
    rerun_old="In place of",
    rerun_new="take",
    rerun_start="Compare and run",
    rerun_none="Attach the other file first: it is chosen here.",
    reran="Ran on {new} in place of {old}",
    rerun_changes=("line differs", "lines differ"),
    rerun_notebook="Notebook of this run",
    rerun_report="Report of this run",
    other_forms="Other formats",
    with_code="With code",
    for_readers="A report, without code",
    charts_named="Altair’s charts are named in these files, not drawn. Install vl-convert-python to have them drawn: "
    "pip install vl-convert-python",
    forms={
        "py": "Python file (.py)",
        "html": "Web page (.html)",
        "md": "Markdown with images (.zip)",
        "report": "Web page (.html)",
        "pdf": "PDF (.pdf)",
        "docx": "Word document (.docx)",
    },
)
