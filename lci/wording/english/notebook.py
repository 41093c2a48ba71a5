"""The Notebook page."""

from __future__ import annotations

from lci.wording.notebook_words import NotebookWords

NOTEBOOK = NotebookWords(
    empty="Questions, answers and code appear here as a notebook. Add a cell to begin with code of your own.",
    outline="Outline",
    earlier="Show earlier cells ({count})",
    edit="Edit this cell",
    close="Done",
    run="Run",
    run_from="Run this and all below",
    move_up="Move up",
    move_down="Move down",
    add_code="Code",
    add_code_help="Add a code cell below",
    add_text="Text",
    add_text_help="Add a text cell below",
    delete="Delete this cell",
    deleted="A cell was deleted here. What it did stays done.",
    undo="Undo",
    put_back="Put the deleted cell back",
    code_label="Code of this cell",
    text_label="Text of this cell, in Markdown",
    unrun="Not run yet",
    draft="Changed since it ran: the output below is of the code before",
    yours="Yours",
    edited="Edited by you",
    empty_text="An empty text cell",
    busy="Code is running. Run this once it is done; what you wrote is kept.",
    two_tabs="This cell was changed elsewhere meanwhile. Nothing is lost: what you wrote stands in the cell below it.",
    fixed="What was asked stays as it is; cells can be added around it.",
)
