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
    other_forms="Other formats",
    with_code="With code",
    for_readers="A report, without code",
    forms={
        "py": "Python file (.py)",
        "html": "Web page (.html)",
        "md": "Markdown with images (.zip)",
        "report": "Web page (.html)",
        "pdf": "PDF (.pdf)",
        "docx": "Word document (.docx)",
    },
)
